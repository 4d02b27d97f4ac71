//! `spoof-milter evaluate` on a set of its own: what rests on one signal, and the verdicts as a file.

use super::evaluate::{as_json, printed, spoof_milter};
use serde_json::{Value, json};
use std::path::Path;

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
    folder: tempfile::TempDir,
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
        Set { folder, config, manifest }
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

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
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

#[test]
fn verdicts_are_written_in_the_order_of_the_set() {
    let set = Set::usual();
    let file = set.path("verdicts.jsonl");
    std::fs::write(&file, "of an older run\n".repeat(1000)).unwrap();
    let told = printed(&set.arguments(&["--verdicts", &file]));
    assert_eq!(told, printed(&set.arguments(&[])), "what is printed stays the same");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.ends_with('\n'));
    let lines: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let brief = |l: &Value| json!([l["file"], l["label"], l["action"], l["score"], l["claim"], l["brand"]]);
    assert_eq!(
        lines.iter().map(brief).collect::<Vec<_>>(),
        [
            json!(["both.eml", "phish", "tag", 35, "weak", "Elance"]),
            json!(["posing.eml", "phish", "tag", 50, "strong", "Elance"]),
            json!(["either.eml", "phish", "tag", 50, "weak", "Elance"]),
            json!(["neither.eml", "phish", "accept", 0, "none", null]),
            json!(["honest.eml", "ham", "tag", 35, "weak", "Elance"]),
        ]
    );
    let both = lines[0].as_object().unwrap();
    let keys = ["action", "brand", "by", "claim", "claims", "file", "label", "limits", "policy", "score", "signals"];
    assert!(both.len() == keys.len() && keys.iter().all(|key| both.contains_key(*key)), "{both:?}");
    let policy = as_json(&set.arguments(&["--json"]))["policy"].clone();
    let rest = (&both["by"], &both["claims"], &both["limits"], &both["policy"]);
    assert_eq!(rest, (&Value::Null, &json!(["elance"]), &json!([]), &policy));
    let signals = both["signals"].as_array().unwrap();
    let found: Vec<_> = signals.iter().map(|s| json!([s["id"], s["points"]])).collect();
    assert_eq!(found, [json!(["brand-subject", 20]), json!(["generic-greeting", 15])]);
    assert!(signals[1]["evidence"].as_str().unwrap().contains("dear customer"), "{signals:?}");
}

#[test]
fn a_written_verdict_names_the_rule_that_changed_it() {
    let set = Set::usual();
    let file = set.path("verdicts.jsonl");
    let lenient = set.path("lenient.toml");
    let text = std::fs::read_to_string(&set.config).unwrap();
    std::fs::write(&lenient, format!("[policy]\ntag = 10\nquarantine = 20\nreject = 30\n{text}")).unwrap();
    printed(&["-c", &lenient, "evaluate", "--verdicts", &file, &set.manifest]);
    let first = std::fs::read_to_string(&file).unwrap().lines().next().map(str::to_owned).unwrap();
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&first["action"], &first["by"]), (&json!("quarantine"), &json!("weak-claim")), "{first}");
}

#[test]
fn verdicts_that_cannot_be_written_are_an_error() {
    let set = Set::usual();
    let labels = std::fs::read_to_string(&set.manifest).unwrap();
    let (nowhere, message) = (set.path("nowhere/verdicts.jsonl"), set.path("both.eml"));
    let mut wrong = vec![
        (nowhere.as_str(), 69, "verdicts.jsonl: cannot be created: "),
        (&set.manifest, 64, "manifest.jsonl: belongs to the set"),
        (&message, 64, "both.eml: belongs to the set"),
    ];
    // A disk that is always full.
    if Path::new("/dev/full").exists() {
        wrong.push(("/dev/full", 69, "/dev/full: cannot be written to its end: "));
    }
    for (file, code, words) in wrong {
        let output = spoof_milter(&set.arguments(&["--verdicts", file]));
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{file}: {told}");
        assert!(told.contains(words) && told.lines().count() == 1, "{file}: {told}");
    }
    assert_eq!(std::fs::read_to_string(&set.manifest).unwrap(), labels, "no label is lost");
    assert!(!std::fs::read_to_string(&message).unwrap().is_empty());
}
