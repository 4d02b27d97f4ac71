//! `spoof-milter evaluate` on a set of its own: what rests on one signal.

use super::evaluate::{as_json, printed};
use serde_json::json;

/// Every signal but these is off, so that a signal that comes to fire here some day changes no sum.
const KEPT: [(&str, u32); 4] =
    [("brand-display-name", 50), ("brand-subject", 20), ("generic-greeting", 15), ("threat-or-urgency", 15)];

const NAMED: &str = "From: Accounts <accounts@stranger.test>\r\nSubject: Elance account notice\r\n\r\n";
const POSING: &str = "From: Elance Support <accounts@stranger.test>\r\nSubject: A notice\r\n\r\n";
const NEITHER: &str = "From: Accounts <accounts@stranger.test>\r\nSubject: Lunch\r\n\r\n";
const GREETED: &str = "Dear customer,\r\n\r\n";
const THREATENED: &str = "Your account will be suspended within 24 hours.\r\n";

/// A configuration and a manifest in a folder.
struct Set {
    _folder: tempfile::TempDir,
    config: String,
    manifest: String,
}

impl Set {
    /// Of messages with name, label and text.
    fn of(messages: &[(&str, &str, String)]) -> Set {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name).display().to_string()
        };
        let lines = messages.iter().map(|(name, label, text)| {
            put(name, text);
            format!("{}\n", json!({"file": name, "label": label, "claims": ["Elance"]}))
        });
        let manifest = put("manifest.jsonl", &lines.collect::<String>());
        let config = put("conf.toml", &only_kept());
        Set { _folder: folder, config, manifest }
    }

    /// Each way a message can rest on signals, and one of honest mail.
    fn usual() -> Set {
        Set::of(&[
            ("both.eml", "phish", format!("{NAMED}{GREETED}")),
            ("posing.eml", "phish", POSING.to_owned()),
            ("either.eml", "phish", format!("{NAMED}{GREETED}{THREATENED}")),
            ("neither.eml", "phish", format!("{NEITHER}{GREETED}")),
            ("honest.eml", "ham", format!("{NAMED}{GREETED}")),
        ])
    }

    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["-c", &self.config, "evaluate", &self.manifest], more].concat()
    }
}

fn only_kept() -> String {
    let listed = printed(&["signals"]);
    let section = |line: &str| {
        let id = line.split_whitespace().next().unwrap();
        let points = KEPT.iter().find(|(kept, _)| *kept == id).map(|(_, points)| format!("points = {points}"));
        format!("[signals.{id}]\n{}\n", points.unwrap_or_else(|| "mode = \"off\"".to_owned()))
    };
    listed.lines().map(section).collect()
}

#[test]
fn what_a_signal_alone_decides_is_counted() {
    let set = Set::usual();
    let told = as_json(&set.arguments(&["--json"]));
    for (id, phish, ham) in [
        ("brand-subject", 2, 1),
        ("generic-greeting", 1, 1),
        ("threat-or-urgency", 0, 0),
        ("brand-display-name", 1, 0),
        ("lure", 0, 0),
    ] {
        assert_eq!(told["signals"][id]["alone"], json!({"phish": phish, "ham": ham}), "{id}");
    }
    assert_eq!(told["signals"]["generic-greeting"]["phish"]["hits"], 3, "what was there before stays");
    let text = printed(&set.arguments(&[]));
    let section = text.split("\naccepted without it alone").nth(1).unwrap().split("\n\n").next().unwrap();
    let rows: Vec<Vec<&str>> = section.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(
        rows,
        [
            vec!["phish", "ham"],
            vec!["brand-display-name", "1", "0"],
            vec!["brand-subject", "2", "1"],
            vec!["generic-greeting", "1", "1"]
        ],
        "those that decide nothing alone are left out"
    );
}

#[test]
fn a_spoof_caught_barely_and_by_intent_is_fragile() {
    let set = Set::usual();
    let with = |tag: &str| as_json(&set.arguments(&["--json", "--set", tag]));
    let fragile = json!([{"file": "both.eml", "score": 35, "signal": "generic-greeting"}]);
    let told = with("policy.tag=24");
    assert_eq!(told["fragile"], fragile, "50 points are more than a third above 30, and honest mail is no spoof");
    assert_eq!(told["with"][0]["fragile"], json!([]), "24 to 31");
    assert_eq!(with("policy.tag=27")["with"][0]["fragile"], fragile, "27 to 35");
    assert_eq!(with("policy.tag=20")["with"][0]["fragile"], json!([]), "the claim alone is enough");
    let text = printed(&set.arguments(&[]));
    let row = "Spoofs of 30 to 39 points that rest on one signal of intent: 1\n    35  both.eml  generic-greeting\n";
    assert!(text.contains(row), "{text}");
}

#[test]
fn many_fragile_messages_are_cut_in_text_and_whole_in_json() {
    let names: Vec<String> = (0..23).map(|n| format!("{n}.eml")).collect();
    let messages: Vec<_> = names.iter().map(|name| (name.as_str(), "phish", format!("{NAMED}{GREETED}"))).collect();
    let set = Set::of(&messages);
    assert_eq!(as_json(&set.arguments(&["--json"]))["fragile"].as_array().unwrap().len(), 23);
    let text = printed(&set.arguments(&[]));
    let section = text.split("one signal of intent: 23\n").nth(1).unwrap().split("\n\n").next().unwrap();
    assert_eq!(section.lines().count(), 21, "{section}");
    assert!(section.ends_with("… and 3 more (--json has all)"), "{section}");
}
