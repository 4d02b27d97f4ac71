//! The configuration contract: the documented file equals the defaults, and bad input is answered with the place, the
//! key and the nearest valid name.

use spoof_milter::judge::{load_policy, policy_of};
use spoof_milter::policy::Config;
use std::process::Command;

const DOCUMENTED: &str = include_str!("../../conf/spoof-milter.toml");

#[test]
fn the_documented_file_is_the_default() {
    let documented: Config = toml::from_str(DOCUMENTED).unwrap();
    assert_eq!(documented, Config::default());
    assert_eq!(policy_of(DOCUMENTED, "conf").unwrap().id, load_policy(None).unwrap().id);
}

/// `section.key` of every key in a TOML text.
fn keys(text: &str) -> Vec<String> {
    fn walk(prefix: &str, table: &toml::Table, found: &mut Vec<String>) {
        for (key, value) in table {
            let path = format!("{prefix}{key}");
            match value {
                toml::Value::Table(inner) => walk(&format!("{path}."), inner, found),
                toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => {
                    items.iter().filter_map(toml::Value::as_table).for_each(|t| walk(&format!("{path}."), t, found));
                }
                _ => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    walk("", &text.parse().unwrap(), &mut found);
    found.sort();
    found
}

#[test]
fn the_documented_file_names_every_key_with_a_comment() {
    let all = toml::to_string(&Config::default()).unwrap();
    assert_eq!(keys(DOCUMENTED), keys(&all));
    let lines: Vec<&str> = DOCUMENTED.lines().collect();
    for (n, line) in lines.iter().enumerate().filter(|(_, l)| l.contains(" = ") && !l.starts_with('#')) {
        // Keys that belong together may share the comment above the first of them.
        let above = lines[..n].iter().rev().find(|l| !l.contains(" = ") || l.starts_with('#')).unwrap();
        assert!(above.starts_with('#'), "no comment above {line:?}");
    }
}

#[test]
fn errors_name_place_key_and_nearest() {
    for (text, parts) in [
        (
            "[policy]\nmodee = \"enforce\"\n",
            &["f.toml:2:1", "policy.modee", "unknown key", "did you mean \"mode\"?"][..],
        ),
        ("[polcy]\n", &["f.toml:1:2", "polcy", "did you mean \"policy\"?"]),
        ("[policy]\n\nmode = \"monitr\"\n", &["f.toml:3:8", "policy.mode", "did you mean \"monitor\"?"]),
        ("[milter]\nmax_connections = \"many\"\n", &["f.toml:2:19", "milter.max_connections", "invalid type"]),
        ("[policy]\ntag = 70\n", &["f.toml:2:1", "thresholds must rise"]),
        ("[policy]\ntag = 0\n", &["f.toml:2:1", "policy.tag"]),
        ("[milter]\nlisten = [\"127.0.0.1:1\"]\n", &["f.toml:2:", "milter.listen", "inet:HOST:PORT"]),
        ("[milter]\nsocket_mode = \"999\"\n", &["f.toml:2:1", "octal"]),
        ("[dns]\nservers = [\"resolver\"]\n", &["f.toml:2:", "dns.servers", "not an IP address"]),
        ("[dns]\nbudget_ms = 0\n", &["f.toml:2:1", "dns.budget_ms"]),
        ("[auth]\ntrusted_networks = [\"10/8\"]\n", &["f.toml:2:", "auth.trusted_networks"]),
        ("[[brand]]\nname = \"A\"\ndomains = [\"a..b\"]\n", &["f.toml:3:", "brand.domains", "a..b"]),
        (
            "[[brand]]\nname = \"A\"\ndomains = [\"a.test\"]\nsigning_domains = [\"esp.test\"]\n",
            &["f.toml:4:", "brand.signing_domains", "esp.test", "not within domains"],
        ),
        ("[failure]\ndns_tries = 0\n", &["f.toml:2:1", "failure.dns_tries"]),
        ("[failure]\nerror = \"accept\"\n", &["f.toml:2:1", "failure.error", "unjudged"]),
        ("[[auth.forwarder]]\nreason = \"x\"\n", &["f.toml:1:", "missing field `expires`"]),
        ("[[auth.forwarder]]\nexpires = \"2027-01-01\"\n", &["f.toml:1:", "missing field `reason`"]),
        ("[[auth.forwarder]]\nreason = \"x\"\nexpires = \"2027-01-01\"\n", &["f.toml:2:", "exactly one of networks"]),
        (
            "[[auth.forwarder]]\nreason = \"x\"\nexpires = \"2027-02-30\"\ndkim = \"a.test\"\n",
            &["f.toml:3:", "auth.forwarder.expires", "not a date"],
        ),
        (
            "[[auth.forwarder]]\nreason = \"x\"\nexpires = \"2027-01-01\"\ndkim = \"a.test\"\nhost = \"b.test\"\n",
            &["f.toml:2:", "exactly one of networks"],
        ),
        (
            "[[auth.forwarder]]\nreason = \" \"\nexpires = \"2027-01-01\"\ndkim = \"a.test\"\n",
            &["f.toml:2:", "auth.forwarder.reason", "say in a sentence"],
        ),
        (
            "[[auth.forwarder]]\nreason = \"x\"\nexpires = \"2027-01-01\"\ndkim = \"a.test\"\naction = \"reject\"\n",
            &["f.toml:5:", "auth.forwarder.action", "exempts nothing"],
        ),
        ("[attachments]\nclamd = \"/run/clamd\"\n", &["f.toml:2:1", "attachments.clamd", "unix:/PATH"]),
        ("[attachments]\nclamd_timeout_ms = 0\n", &["f.toml:2:1", "must not be empty or 0"]),
        ("[failure]\nclamd = \"reject\"\n", &["f.toml:2:", "failure.clamd", "reject"]),
        ("[[brand]]\nname = \"A\"\ndomains = []\n", &["f.toml:3:1", "brand.domains"]),
        ("[[brand]]\ndomains = [\"a.test\"]\n", &["f.toml:1:", "missing field `name`"]),
        ("[metrics]\nlisten = \"9891\"\n", &["f.toml:2:1", "metrics.listen"]),
        ("[signals.link-usrinfo]\npoints = 1\n", &["f.toml:1:10", "did you mean \"link-userinfo\"?"]),
        ("[signals.link-userinfo]\nat_least = \"refuse\"\n", &["f.toml:2:12", "unknown variant"]),
        ("not toml", &["f.toml:1:"]),
    ] {
        let error = policy_of(text, "f.toml").unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{text:?} gives {error:?}, which lacks {part:?}");
        }
        assert!(!error.contains('\n'), "one line: {error:?}");
    }
}

#[test]
fn the_command_exits_78_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.toml");
    std::fs::write(&file, "[policy]\ntagg = 3\n").unwrap();
    for command in [&["config", "check"][..], &["run"], &["check", "-"], &["signals"]] {
        let run = Command::new(env!("CARGO_BIN_EXE_spoof-milter")).arg("-c").arg(&file).args(command).output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(78), "{command:?}: {said}");
        assert!(said.contains("bad.toml:2:1") && said.contains("did you mean \"tag\"?"), "{said}");
    }
    let missing =
        Command::new(env!("CARGO_BIN_EXE_spoof-milter")).args(["-c", "/no/such.toml", "run"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(78));
}

#[test]
fn what_config_show_prints_is_the_same_policy() {
    let run = Command::new(env!("CARGO_BIN_EXE_spoof-milter")).args(["config", "show"]).output().unwrap();
    let shown = String::from_utf8(run.stdout).unwrap();
    assert_eq!(policy_of(&shown, "shown").unwrap().id, load_policy(None).unwrap().id);
}

#[test]
fn config_check_names_exemptions_that_have_expired() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.toml");
    let table =
        "[[auth.forwarder]]\nreason = \"The alumni office\"\nexpires = \"2020-06-30\"\ndkim = \"alumni.example\"\n";
    std::fs::write(&file, table).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_spoof-milter")).arg("-c").arg(&file).args(["config", "check"]).output();
    let run = run.unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(0), "an exemption at its end is no error");
    assert!(said.contains("warning: ") && said.contains("The alumni office") && said.contains("2020-06-30"), "{said}");
}
