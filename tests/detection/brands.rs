//! A brand is protected by configuration alone: its profile, the folder `brands.d`, and that the same attacks are
//! caught as for the brand built in.

use spoof_milter::auth::{AuthResults, Dkim, DkimResult, Spf, SpfResult};
use spoof_milter::evidence::Evidence;
use spoof_milter::judge::{load_policy, policy_of};
use spoof_milter::mail::{Domain, Envelope, Message};
use spoof_milter::policy::{Action, Policy};
use spoof_milter::verdict::{Verdict, decide};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/conf/brands.d/example.toml.sample");

/// A configuration folder with a main file and files in `brands.d`.
fn folder(main: &str, brands: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spoof-milter.toml");
    std::fs::write(&file, main).unwrap();
    let below = folder.path().join("brands.d");
    std::fs::create_dir(&below).unwrap();
    for (name, text) in brands {
        std::fs::write(below.join(name), text).unwrap();
    }
    (folder, file)
}

fn brand(name: &str, domain: &str) -> String {
    format!("[[brand]]\nname = {name:?}\ndomains = [{domain:?}]\n")
}

fn names(policy: &Policy) -> Vec<&str> {
    policy.brands.iter().map(|b| b.name.as_str()).collect()
}

fn refused(main: &str, brands: &[(&str, &str)]) -> String {
    let (_folder, file) = folder(main, brands);
    load_policy(Some(&file)).unwrap_err().to_string()
}

#[test]
fn brands_of_the_folder_add_to_the_main_file() {
    let (b, a) = (brand("Bee", "bee.example"), brand("Aye", "aye.example"));
    let files =
        [("20-b.toml", b.as_str()), ("10-a.toml", a.as_str()), (".10-a.toml", "not toml"), ("c.toml.sample", "no")];
    let (_folder, file) = folder("", &files);
    assert_eq!(
        names(&load_policy(Some(&file)).unwrap()),
        ["Elance", "Aye", "Bee", "Upwork"],
        "the default, then by file name, allies last"
    );
    let (_folder, file) = folder(&brand("Main", "main.example"), &files);
    assert_eq!(names(&load_policy(Some(&file)).unwrap()), ["Main", "Aye", "Bee"]);
    let (_folder, file) = folder("brand = []\n", &files);
    assert_eq!(names(&load_policy(Some(&file)).unwrap()), ["Aye", "Bee"], "an empty list leaves the default out");
    let (_folder, file) = folder("", &[("elance.toml", &brand("ELANCE", "elance.com"))]);
    let policy = load_policy(Some(&file)).unwrap();
    assert_eq!(names(&policy), ["ELANCE"], "a brand of the default's name takes its place");
    assert!(policy.brand_files[0].ends_with("brands.d/elance.toml"));
    let (_folder, file) = folder("", &[("empty.toml", "# nothing yet\n")]);
    assert_eq!(names(&load_policy(Some(&file)).unwrap()), ["Elance", "Upwork"]);
}

#[test]
fn errors_name_the_file_the_line_and_the_key() {
    let (a, twice) = (brand("Aye", "aye.example"), brand("aye", "aye.test"));
    for (main, files, parts) in [
        (
            "",
            &[("a.toml", "[[brand]]\nname = \"A\"\ndomains = [\"a..b\"]\n")][..],
            &["brands.d/a.toml:3:1", "a..b"][..],
        ),
        (
            "",
            &[("a.toml", "[[brand]]\nname = \"A\"\ndomain = []\n")],
            &["a.toml:3:1", "brand.domain", "did you mean \"domains\"?"],
        ),
        ("", &[("a.toml", "[policy]\ntag = 3\n")], &["a.toml:1:2", "unknown key `policy`"]),
        ("", &[("a.toml", &a), ("b.toml", &twice)], &["b.toml:2:1", "brand.name", "brands.d/a.toml:1:", "already"]),
        (&twice, &[("a.toml", &a)], &["a.toml:2:1", "spoof-milter.toml:1:", "already"]),
        ("brand = []\n", &[], &["spoof-milter.toml:1:1", "must not be empty"]),
        (
            "[[brand]]\nname = \"A\"\ndomains = [\"a.example\"]\nsignin_pages = [\"https://b.example/\"]\n",
            &[],
            &["spoof-milter.toml:4:1", "brand.signin_pages", "https://b.example/", "not within"],
        ),
        (
            "[[brand]]\nname = \"A\"\ndomains = [\"a.example\"]\nsignin_pages = [\"a.example/login\"]\n",
            &[],
            &["spoof-milter.toml:4:1", "a.example/login", "which is not https://HOST/PATH"],
        ),
        (
            "[[brand]]\nname = \"A\"\ndomains = [\"a.example\"]\nimage_hosts = [\"-/\"]\n",
            &[],
            &[":4:1", "brand.image_hosts"],
        ),
        (
            "[[brand]]\nname = \"A\"\ndomains = [\"a.example\"]\nlegal_names = [\" \"]\n",
            &[],
            &[":4:1", "brand.legal_names"],
        ),
        (
            "[[brand]]\nname = \"A\"\ndomains = [\"a.example\"]\nsends_mail = \"no\"\n",
            &[],
            &[":4:14", "brand.sends_mail"],
        ),
    ] {
        let error = refused(main, files);
        for part in parts {
            assert!(error.contains(part), "{files:?} gives {error:?}, which lacks {part:?}");
        }
        assert!(!error.contains('\n'), "one line: {error:?}");
    }
}

#[test]
fn the_folder_is_bounded_and_must_be_a_folder() {
    let large = format!("# {}\n", "x".repeat(5 * 1024 * 1024));
    let error = refused("", &[("a.toml", &large)]);
    assert!(error.contains("a.toml") && error.contains("octets"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spoof-milter.toml");
    std::fs::write(&file, "").unwrap();
    assert_eq!(names(&load_policy(Some(&file)).unwrap()), ["Elance", "Upwork"], "no folder is fine");
    std::fs::write(folder.path().join("brands.d"), "").unwrap();
    let error = load_policy(Some(&file)).unwrap_err().to_string();
    assert!(error.contains("brands.d: cannot be read"), "{error}");
    let many: Vec<(String, &str)> = (0..=1000).map(|n| (format!("{n}.toml"), "")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    assert!(refused("", &many).contains("more than 1000 files"));
}

#[test]
fn the_policy_id_and_the_commands_cover_the_folder() {
    let (_folder, file) = folder("", &[]);
    let before = load_policy(Some(&file)).unwrap().id;
    std::fs::write(file.with_file_name("brands.d").join("northbank.toml"), std::fs::read(SAMPLE).unwrap()).unwrap();
    let policy = load_policy(Some(&file)).unwrap();
    assert_ne!(policy.id, before, "a brand more is another policy");
    let said = |command: &str| {
        let run =
            Command::new(env!("CARGO_BIN_EXE_spoof-milter")).arg("-c").arg(&file).args(["config", command]).output();
        String::from_utf8(run.unwrap().stdout).unwrap()
    };
    let checked = said("check");
    assert!(checked.contains(&policy.id) && checked.contains("protects Elance (built in)"), "{checked}");
    assert!(checked.contains("protects Northbank (") && checked.contains("brands.d/northbank.toml)"), "{checked}");
    assert_eq!(policy_of(&said("show"), "shown").unwrap().id, policy.id);
}

#[test]
fn words_that_are_not_one_brand_are_not_another() {
    let text = "[[brand]]\nname = \"Northbank\"\ndomains = [\"northbank.example\"]\nnot_us = [\"northbanks\"]\n\
                [[brand]]\nname = \"Northbanc\"\ndomains = [\"northbanc.example\"]\n\
                [[brand]]\nname = \"Other\"\nnames = [\"Northbank\"]\ndomains = [\"other.example\"]\n";
    let policy = policy_of(text, "test").unwrap();
    let imitated = |domain: &str| {
        let found = policy.imitations(&Domain::parse(domain).unwrap());
        found.into_iter().map(|i| policy.brands[i.owner].name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(imitated("northbanks.test"), [""; 0], "what one says is not it is not the other's either");
    assert_eq!(imitated("northbanc.example"), [""; 0], "no brand imitates another");
    assert_eq!(imitated("northbanc.test"), ["Northbanc"], "a brand's name is that brand's alone");
    assert_eq!(imitated("northbamk.test"), ["Northbank", "Other"]);
}

/// What is made of a message with this head and text, under these results of authentication.
fn verdict(policy: &Policy, mail_from: &str, head: &str, text: &str, auth: &AuthResults) -> Verdict {
    let raw = format!("{head}\nTo: member@example.net\nDate: Mon, 2 Nov 2026 09:00:00 +0000\n\n{text}\n")
        .replace('\n', "\r\n");
    let envelope =
        Envelope { mail_from: mail_from.into(), rcpt_to: vec!["member@example.net".into()], ..Envelope::default() };
    let message = Message::parse(raw.into_bytes(), true);
    decide(&Evidence::new(&envelope, &message, auth, policy), "case".into())
}

/// Results in which everything verifies for one domain.
fn verified(domain: &str) -> AuthResults {
    let domain = Domain::parse(domain);
    let dkim = Dkim { result: DkimResult::Pass, domain: domain.clone(), selector: "s1".into(), ..Dkim::default() };
    let spf = Spf { result: SpfResult::Pass, domain, ..Spf::default() };
    AuthResults { dkim: vec![dkim], spf, ..AuthResults::default() }
}

fn signals(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().map(|f| f.signal.id).collect()
}

/// The sample of a second brand, installed beside the default.
fn with_sample() -> Policy {
    let (_folder, file) = folder("", &[("northbank.toml", &std::fs::read_to_string(SAMPLE).unwrap())]);
    load_policy(Some(&file)).unwrap()
}

#[test]
fn a_second_brand_is_protected_by_configuration_alone() {
    let policy = with_sample();
    for (domain, name) in [("elance.com", "Elance"), ("northbank.example", "Northbank")] {
        let word = name.to_lowercase();
        let stranger = verified("mailhub.test");
        let bad = |head: &str, text: &str, auth: &AuthResults, signal: &str, least: Action| {
            let head = head.replace("{name}", name).replace("{word}", &word).replace("{domain}", domain);
            let text = text.replace("{word}", &word).replace("{domain}", domain);
            let verdict = verdict(&policy, "x@mailhub.test", &head, &text, auth);
            let found = signals(&verdict);
            assert!(found.contains(&signal), "{head}: {found:?}");
            assert!(verdict.action >= least, "{head}: {:?}", verdict.action);
            assert_eq!(verdict.brand.as_deref(), Some(name), "{head}");
        };
        let from = "From: Service <service@{domain}>\nSubject: Notice";
        bad(from, "Hello", &stranger, "brand-from-unproven", Action::Reject);
        bad(
            "From: {name} Support <x@mailhub.test>\nSubject: Notice",
            "Hello",
            &stranger,
            "brand-display-name",
            Action::Tag,
        );
        for host in
            ["{word}-login.test", "secure{word}.test", "{word}.com.mailhub.test", "www{word}.test", "{word}e.test"]
        {
            let host = host.replace("{word}", &word);
            let head = format!("From: Service <service@{host}>\nSubject: Notice");
            bad(&head, "Hello", &verified(&host), "lookalike-sender", Action::Quarantine);
        }
        let plain = "From: Pat <pat@mailhub.test>\nSubject: Notice";
        bad(plain, "See http://www.{domain}@203.0.113.9/", &stranger, "link-userinfo", Action::Quarantine);
        bad(plain, "See http://secure-{word}.test/", &stranger, "link-brand-dash", Action::Tag);
        bad(plain, "See http://{word}.mailhub.test/", &stranger, "link-brand-elsewhere", Action::Tag);
        bad(plain, "See http://{word}.info/", &stranger, "link-lookalike", Action::Tag);
        // And what the brand signs arrives.
        let head = from.replace("{domain}", domain);
        let own =
            verdict(&policy, &format!("bounce@{domain}"), &head, "Your account will be suspended.", &verified(domain));
        assert_eq!((own.action, signals(&own)), (Action::Accept, vec![]));
    }
}

#[test]
fn nothing_proves_a_brand_that_sends_no_mail_any_more() {
    let profile = |sends: bool| {
        let text = format!("{}allied = [\"upwork.test\"]\nsends_mail = {sends}\n", brand("Elance", "elance.com"));
        policy_of(&text, "test").unwrap()
    };
    let head = "From: Elance <service@elance.com>\nSubject: Notice";
    let judged = |policy: &Policy| verdict(policy, "bounce@elance.com", head, "Hello", &verified("elance.com"));
    assert_eq!(judged(&profile(true)).action, Action::Accept);
    let retired = judged(&profile(false));
    assert_eq!(retired.action, Action::Reject, "whoever owns the domain now signs in vain");
    let said = retired.findings.iter().find(|f| f.signal.id == "brand-from-unproven").unwrap().evidence.clone();
    assert!(said.contains("sends no mail any more") && said.contains("dkim=pass"), "{said}");
    // The DNS cannot help: nothing is waited for.
    let trouble = AuthResults { spf: Spf { result: SpfResult::TempError, ..Spf::default() }, ..AuthResults::default() };
    assert_eq!(verdict(&profile(false), "bounce@elance.com", head, "Hello", &trouble).action, Action::Reject);
    // A stranger's mail with the brand in Sender is as unproven, an ally's is what it was.
    let sender = "From: Pat <pat@mailhub.test>\nSender: <service@elance.com>\nSubject: Notice";
    assert_ne!(
        verdict(&profile(false), "x@elance.com", sender, "Hello", &verified("elance.com")).action,
        Action::Accept
    );
    let ally = "From: Elance by Upwork <news@upwork.test>\nSubject: Notice";
    assert_eq!(
        verdict(&profile(false), "x@upwork.test", ally, "Hello", &verified("upwork.test")).action,
        Action::Accept
    );
}

#[test]
fn profiles_say_where_honest_mail_leads() {
    let policy = with_sample();
    let bank = &policy.brands[1];
    let d = |name: &str| Domain::parse(name).unwrap();
    assert!(
        bank.loads_images_from(&d("img.mailhouse.invalid")) && bank.loads_images_from(&d("click.mailhouse.invalid"))
    );
    assert!(bank.links_to(&d("click.mailhouse.invalid")) && !bank.links_to(&d("img.mailhouse.invalid")));
    assert_eq!(bank.signin_pages[0].to_string(), "https://online.northbank.example/login");
    assert_eq!(bank.named_in("this mail was sent by northbank europe s.a."), Some("Northbank"));
    let legal = "[[brand]]\nname = \"X\"\nlegal_names = [\"Sunny Holdings, Inc.\"]\ndomains = [\"x.example\"]\n\
                 image_hosts = [\"sunnyx-login.example\"]\nnames = [\"Sunnyx\"]\n";
    let policy = policy_of(legal, "test").unwrap();
    let brand = &policy.brands[0];
    for text in ["(c) 2026 sunny holdings, inc.", "sunny holdings, inc, all rights"] {
        assert_eq!(brand.named_in(text), Some("Sunny Holdings, Inc."), "{text}");
    }
    assert!(brand.claimed_in("Sunny Holdings, Inc.").is_some());
    assert!(brand.imitated_by(&d("sunnyholdingsinc.example")).is_none(), "legal names are no domain names");
    assert!(brand.imitated_by(&d("sunnyx-login.example")).is_none(), "an image host is no look-alike");
    assert!(brand.imitated_by(&d("sunnyx-login.test")).is_some());
}

#[test]
fn the_path_of_a_sign_in_page_at_a_stranger_is_a_copy() {
    let text = format!(
        "{}signin_pages = [\"https://www.elance.com/php/landing/login.php\", \"https://www.elance.com/login\"]\n",
        brand("Elance", "elance.com")
    );
    let policy = policy_of(&text, "test").unwrap();
    let found = |link: &str| {
        let head = "From: Pat <pat@mailhub.test>\nSubject: Notice";
        let verdict =
            verdict(&policy, "pat@mailhub.test", head, &format!("See {link} for more"), &AuthResults::default());
        verdict.findings.iter().find(|f| f.signal.id == "signin-lookalike-link").map(|f| f.evidence.clone())
    };
    for copy in ["http://203.0.113.9/php/landing/login.php?x=1", "https://hacked.test/wp/PHP/landing/login.php/"] {
        let said = found(copy).unwrap();
        assert!(said.contains("members sign in at https://www.elance.com/php/landing/login.php"), "{said}");
    }
    for other in [
        "https://www.elance.com/php/landing/login.php",
        "https://shop.test/login",
        "https://shop.test/landing/login.php",
    ] {
        assert_eq!(found(other), None, "{other}");
    }
}

#[test]
fn the_sample_is_not_installed_by_itself() {
    let installed = Path::new(SAMPLE).parent().unwrap().read_dir().unwrap();
    assert!(installed.map(|e| e.unwrap().path()).all(|p| p.extension().is_none_or(|e| e != "toml")));
}
