//! `spoof-milter evaluate` and `check --explain` as an admin runs them: on a manifest and on folders, with changes.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

pub(super) fn spoof_milter(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spoof-milter")).args(arguments).output().unwrap()
}

/// What it printed, if it succeeded.
pub(super) fn printed(arguments: &[&str]) -> String {
    let output = spoof_milter(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(super) fn as_json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

fn messages(folder: &str, near: bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(CORPUS).join(folder)).unwrap().map(|e| e.unwrap().path());
    let is_near = |p: &PathBuf| p.file_name().unwrap().to_str().unwrap().starts_with("near-");
    let mut found: Vec<_> =
        entries.filter(|p| p.extension().is_some_and(|e| e == "eml") && is_near(p) == near).collect();
    found.sort();
    found
}

/// A set of corpus messages: claims, one forged own domain, one proven notice, honest mail.
fn manifest(folder: &Path) -> String {
    let mut lines = Vec::new();
    for (n, file) in messages("brand-display-name", false).into_iter().enumerate() {
        let campaign = format!("c{}", n / 4);
        let auth = json!({"spf": "pass", "dkim": null, "dmarc": null, "aligned": true});
        lines.push(json!({"file": file, "label": "phish", "claims": ["elance"], "campaign": campaign, "auth": auth}));
    }
    let forged = Path::new(CORPUS).join("brand-from-unproven/account-locked-notice.eml");
    let auth = |aligned: Value| json!({"aligned": aligned});
    lines.push(json!({"file": forged, "label": "phish", "claims": ["Elance"], "forged_own": ["Elance"],
        "auth": auth(false.into()), "more": "is read over"}));
    let genuine = Path::new(CORPUS).join("brand-from-unproven/near-genuine-locked-notice.eml");
    lines.push(json!({"file": genuine, "label": "ham", "auth": auth(true.into())}));
    lines.push(json!({"file": genuine, "label": "ham", "auth": auth(Value::Null)}));
    // Who it was for and who handed it over, which a manifest does not say, is why some of them are passed.
    let by_envelope = |file: &PathBuf| {
        let case = std::fs::read_to_string(file.with_extension("toml")).unwrap();
        case.contains("rcpt_to") || case.contains("auth_user")
    };
    let honest = messages("legitimate", false).into_iter().filter(|file| !by_envelope(file));
    lines.extend(honest.map(|file| json!({"file": file, "label": "ham"})));
    let path = folder.join("manifest.jsonl");
    std::fs::write(&path, lines.iter().map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    path.display().to_string()
}

#[test]
fn a_manifest_is_counted_by_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let set = manifest(folder.path());
    let told = as_json(&["evaluate", "--json", &set]);
    let claims = messages("brand-display-name", false).len() as u64 + 1;
    assert_eq!(told["messages"]["claims"], claims);
    assert_eq!(told["messages"]["forged_own"], 1);
    assert_eq!(told["confusion"]["forged_own"]["reject"], 1, "a forged own domain is refused");
    assert_eq!(told["at_least"]["tag"]["recall"]["claims"], 1.0);
    assert_eq!(told["confusion"]["ham"]["accept"], told["messages"]["ham"], "proven, unknown and other honest mail");
    assert_eq!(told["at_least"]["tag"]["precision"], 1.0);
    let signal = &told["signals"]["brand-from-unproven"];
    assert_eq!((&signal["phish"]["hits"], &signal["ham"]["hits"]), (&json!(1), &json!(0)));
    // The honest mail of the corpus is chosen to hurt.
    assert!(told["roc"]["claims"][3]["found"].as_f64().unwrap() > 0.9);
}

#[test]
fn a_change_is_told_message_by_message() {
    let folder = tempfile::tempdir().unwrap();
    let set = manifest(folder.path());
    let lenient = folder.path().join("lenient.toml");
    std::fs::write(&lenient, "[signals.brand-from-unproven]\nmode = \"shadow\"\n").unwrap();
    let other = lenient.display().to_string();
    let told = as_json(&["evaluate", "--json", "--set", "policy.reject=1000", "--config", &other, &set]);
    let [set_change, other_change] = &told["with"].as_array().unwrap()[..] else { panic!("{told}") };
    assert_eq!(set_change["with"], "policy.reject=1000");
    assert_eq!(set_change["confusion"]["phish"]["reject"], 3, "what is below its own least action stays refused");
    let changed = other_change["changes"].as_array().unwrap();
    assert!(changed.iter().any(|c| c["from"] == "reject" && c["label"] == "phish"), "{changed:?}");
    let text = printed(&["evaluate", "--set", "policy.quarantine=31", &set]);
    assert!(text.contains("With policy.quarantine=31") && text.contains("tag -> quarantine"), "{text}");
}

#[test]
fn folders_are_labelled_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    for (label, from) in [("phish", "brand-display-name"), ("ham", "legitimate")] {
        std::fs::create_dir(folder.path().join(label)).unwrap();
        for file in messages(from, false) {
            std::fs::copy(&file, folder.path().join(label).join(file.file_name().unwrap())).unwrap();
        }
    }
    let told = as_json(&["evaluate", "--json", &folder.path().display().to_string()]);
    assert_eq!(told["messages"]["phish"], messages("brand-display-name", false).len());
    assert_eq!(told["messages"]["ham"], messages("legitimate", false).len());
}

#[test]
fn a_message_in_a_folder_is_proven_by_our_own_field_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let put = |file: &str, results: &str, to: &str| {
        let message = std::fs::read(Path::new(CORPUS).join("brand-from-unproven").join(file)).unwrap();
        let field = format!("Authentication-Results: {results}\r\n").into_bytes();
        std::fs::create_dir_all(folder.path().join("set").join(to)).unwrap();
        std::fs::write(folder.path().join("set").join(to).join(file), [field, message].concat()).unwrap();
    };
    put("account-locked-notice.eml", "mx.example.net; dkim=none; dmarc=fail header.from=elance.com", "phish");
    put("near-genuine-locked-notice.eml", "mx.example.net; dkim=pass header.d=elance.com", "ham");
    let config = folder.path().join("conf.toml");
    let reject_for = |id: &str| {
        std::fs::write(&config, format!("[auth]\nauthserv_id = \"{id}\"\n")).unwrap();
        let (config, set) = (config.display().to_string(), folder.path().join("set").display().to_string());
        let told = as_json(&["-c", &config, "evaluate", "--json", &set]);
        (
            told["unstated"].clone(),
            told["confusion"]["phish"]["reject"].clone(),
            told["confusion"]["ham"]["accept"].clone(),
        )
    };
    assert_eq!(reject_for("mx.example.net"), (json!(0), json!(1), json!(1)));
    assert_eq!(reject_for("mx.example.com"), (json!(2), json!(0), json!(1)), "another's word is not taken");
}

#[test]
fn a_forged_address_counts_apart_where_its_proof_is_stated() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("manifest.jsonl");
    let forged = Path::new(CORPUS).join("brand-from-unproven/account-locked-notice.eml");
    let line = |aligned: Value| {
        let line = json!({"file": forged, "label": "phish", "forged_own": ["Elance"], "auth": {"aligned": aligned}});
        format!("{line}\n")
    };
    std::fs::write(&set, line(false.into()) + &line(Value::Null)).unwrap();
    let set = set.display().to_string();
    let told = as_json(&["evaluate", "--json", &set]);
    let counts = |group: &str| (told["messages"][group].clone(), told["at_least"]["reject"]["recall"][group].clone());
    assert_eq!(counts("forged_own"), (json!(2), json!(0.5)), "none is left out");
    assert_eq!(counts("forged_own_stated"), (json!(1), json!(1.0)));
    assert_eq!(told["unstated"], 1);
    let text = printed(&["evaluate", &set]);
    assert!(text.contains("states whether the author is proven: 1."), "{text}");
}

#[test]
fn points_are_proposed_and_tried() {
    let folder = tempfile::tempdir().unwrap();
    let set = manifest(folder.path());
    let told = as_json(&["evaluate", "--json", "--weights", &set]);
    let weights = told["weights"].as_object().unwrap();
    assert!(weights["brand-display-name"]["proposed"].as_u64().unwrap() > 0, "{weights:?}");
    assert_eq!(weights["dkim-replay"]["proposed"], Value::Null, "what never fired keeps its points");
    assert_eq!(told["with"][0]["with"], "the proposed points");
}

#[test]
fn bad_input_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.jsonl");
    std::fs::write(&broken, "{\"file\": \"a.eml\", \"label\": \"ham\"}\n{\"file\": 1}\n").unwrap();
    let missing = folder.path().join("missing.jsonl");
    std::fs::write(&missing, "{\"file\": \"a.eml\", \"label\": \"ham\"}\n").unwrap();
    let (broken, missing) = (broken.display().to_string(), missing.display().to_string());
    let set = manifest(folder.path());
    for (arguments, code, words) in [
        (vec!["evaluate"], 64, "required"),
        (vec!["evaluate", concat!(env!("CARGO_MANIFEST_DIR"), "/conf")], 64, "is not a labelled set"),
        (vec!["evaluate", "/nowhere"], 64, "is not a labelled set"),
        (vec!["evaluate", &broken], 65, "broken.jsonl:2: is not a line of a manifest"),
        (vec!["evaluate", &missing], 65, "a.eml: cannot be read"),
        (vec!["evaluate", "--set", "policy.tagg=1", &set], 78, "did you mean \"tag\""),
        (vec!["evaluate", "--set", "signals.link-user.points=1", &set], 78, "did you mean \"link-userinfo\""),
        (vec!["evaluate", "--config", "/nowhere.toml", &set], 78, "/nowhere.toml: cannot be read"),
    ] {
        let output = spoof_milter(&arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
}

#[test]
fn a_verdict_is_explained() {
    let file = format!("{CORPUS}/brand-from-unproven/account-locked-notice.eml");
    let output = spoof_milter(&["check", "--no-dns", "--explain", &file]);
    let text = String::from_utf8(output.stdout).unwrap();
    for words in [
        "claim:  does it pretend to be Elance? it poses as Elance: brand-from-unproven",
        "proof:  did Elance send it? nothing proves it (spf=none",
        "intent: what does it want?",
        "without brand-from-unproven:",
        "as a person sees it:",
        "    Subject: ",
        "    | ",
    ] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    let output = spoof_milter(&["check", "--no-dns", "--json", "--explain", &file]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told["explanation"]["without"]["brand-from-unproven"].is_string(), "{told}");
    assert!(told["explanation"]["seen"]["subject"].is_string());
}
