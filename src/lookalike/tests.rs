#![allow(clippy::unwrap_used)]
use crate::lookalike::*;
use crate::mail::Domain;
use std::sync::Arc;

fn index(name: &str, domain: &str, not_us: &[&str]) -> Index {
    let mut index = Index::new(not_us_of(not_us));
    index.add(0, std::iter::once(name), &[Domain::parse(domain).unwrap()]);
    index
}

fn not_us_of(words: &[&str]) -> Arc<NotUs> {
    Arc::new(NotUs::new(words.iter().copied()))
}

fn elance() -> Index {
    index("Elance", "elance.com", &["freelance", "lance", "glance", "behance", "thelancet"])
}

fn told(index: &Index, domain: &str) -> Option<String> {
    index.imitated_by(&Domain::parse(domain).unwrap()).pop().map(|i| i.how)
}

#[test]
fn imitations_are_caught() {
    let index = elance();
    for domain in [
        "elance.net",
        "elance.co.uk",
        "e1ance.com",
        "eIance.com",
        "elanse.com",
        "elannce.com",
        "elnace.com",
        "elace.com",
        "elance-support.com",
        "secure-elance.com",
        "elancelogin.net",
        "secureelance.com",
        "wwwelance.com",
        "mailelance.com",
        "elancecom.net",
        "elance.com.evil.test",
        "elance.evil.test",
        "www.elance-login.evil.test",
        "elance2.com",
        "e-lance.com",
        "elancepaymentdesk.com",
        "elancelogin.evil.test",
        "login.elanse.evil.test",
        "еlance.com",
        "elаnce.com",
        "еӏаnсе.com",
        "élance.com",
        "elance-l0gin.com",
        "elancel0gin.com",
        "e1ance-login.com",
        "secure-elanse.com",
        "elance-login.web.app",
        "elancelogin.pages.dev",
        "elance",
        "elance-minhaconta.com.br",
        "sicherheit-elance.de",
        "elancekonto.de",
    ] {
        assert!(told(&index, domain).is_some(), "{domain}");
    }
}

#[test]
fn words_that_only_look_like_it_are_not() {
    let index = elance();
    for domain in [
        "freelance.com",
        "freelancer.com",
        "freelance-jobs.test",
        "freelancelogin.test",
        "lance.com.br",
        "glance.com",
        "behance.net",
        "thelancet.com",
        "cylance.com",
        "balance.test",
        "mybalance.test",
        "webalance.test",
        "relance.fr",
        "enhance.co.jp",
        "lance.example",
        "my-freelance.test",
        "alliance.test",
        "e.lance.example",
        "el.ance.example",
        "lance-login.com",
        "onlinelance.com",
        "melances.com",
        "example.com",
    ] {
        assert_eq!(told(&index, domain), None, "{domain}");
    }
}

#[test]
fn how_is_told_exactly() {
    for (domain, how) in [
        ("elanse.com", "elanse.com is \"elance\" with c replaced by s"),
        ("e1ance.com", "e1ance.com is \"elance\" with l written 1"),
        ("elance.net", "elance.net is \"elance\" under another suffix"),
        ("elance", "elance is \"elance\" without a suffix"),
        ("elancecom.net", "elancecom.net is elance.com with its dot lost"),
        ("elance-secure.com", "elance-secure.com joins \"elance\" to other words"),
        ("e-lance.com", "e-lance.com is \"elance\" taken apart"),
        ("elance.evil.test", "elance.evil.test carries \"elance\", in front of a stranger's domain \"evil.test\""),
        (
            "www.elanse.evil.test",
            "www.elanse.evil.test carries \"elanse\", which is \"elance\" with c replaced by s, in front of a \
             stranger's domain \"evil.test\"",
        ),
        ("еlance.com", "xn--lance-ywe.com (read as еlance.com) is \"elance\" with e written е (U+0435)"),
        (
            "secure-elanse.com",
            "secure-elanse.com joins \"elanse\", which is \"elance\" with c replaced by s, to other words",
        ),
        (
            "elance-login.web.app",
            "elance-login.web.app joins \"elance\" to other words, under web.app, where anybody may take a name",
        ),
    ] {
        assert_eq!(told(&elance(), domain).as_deref(), Some(how));
    }
}

#[test]
fn bait_is_nothing_but_bait() {
    let elance = Name::new("Elance", &not_us_of(&["freelance"]));
    for word in ["elance-support", "elancelogin", "service.elance", "elance-billing-team"] {
        assert!(elance.baited_in(word), "{word}");
    }
    for word in ["elance", "elance-bob", "freelance-support", "bob.elance", "support"] {
        assert!(!elance.baited_in(word), "{word}");
    }
}

#[test]
fn misspelt_words_are_as_long_as_the_name() {
    let elance = Name::new("Elance", &not_us_of(&[]));
    assert_eq!(elance.misspelt_as("elanse").as_deref(), Some("c replaced by s"));
    assert_eq!(elance.misspelt_as("elaиce").as_deref(), Some("n replaced by и"));
    assert_eq!(elance.misspelt_as("elænce").as_deref(), Some("a replaced by æ"));
    for word in ["elaиcя", "elæce", "elænces", "élance team"] {
        assert_eq!(elance.misspelt_as(word), None, "{word}");
    }
    for word in ["elance", "elanc", "elances", "elancer", "balance"] {
        assert_eq!(elance.misspelt_as(word), None, "{word}");
    }
}

#[test]
fn short_names_match_as_words_only() {
    let dhl = index("DHL", "dhl.com", &[]);
    for domain in ["dhl-parcel.test", "dhl.evil.test", "dhldelivery.test", "dhl"] {
        assert!(told(&dhl, domain).is_some(), "{domain}");
    }
    for domain in ["dhi.test", "adhl.test", "dhla.test", "dhlot.test", "dhl.co.uk"] {
        assert_eq!(told(&dhl, domain), None, "{domain}");
    }
}

#[test]
fn names_in_other_alphabets_are_looked_for_too() {
    let bank = index("Сбербанк", "sberbank.ru", &[]);
    assert!(told(&bank, "сбербанк-вход.рф").is_some());
    assert!(told(&bank, "берег.рф").is_none());
}

#[test]
fn each_owner_is_told_once() {
    let mut index = elance();
    index.add(1, ["Elance", "Upwork"].into_iter(), &[]);
    let found = index.imitated_by(&Domain::parse("elance-login.elanse.upwork-elance.test").unwrap());
    let mut owners: Vec<usize> = found.iter().map(|i| i.owner).collect();
    owners.sort_unstable();
    assert_eq!(owners, [0, 1]);
}
