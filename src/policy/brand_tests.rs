#![allow(clippy::unwrap_used)]
use crate::policy::brand::*;

fn elance() -> Brand {
    crate::policy::Policy::load(None, &[]).unwrap().brands.remove(0)
}

fn d(s: &str) -> Domain {
    Domain::parse(s).unwrap()
}

#[test]
fn ownership() {
    let b = elance();
    assert_eq!(b.ownership(&d("mail.elance.com")), Ownership::Own);
    assert_eq!(b.ownership(&d("upwork.com")), Ownership::Allied);
    assert_eq!(b.ownership(&d("secure-elance.com")), Ownership::Foreign);
    assert!(b.imitated_by(&d("secure-elance.com")).is_some());
    assert!(b.imitated_by(&d("elance.com")).is_none() && b.imitated_by(&d("upwork.com")).is_none());
}

#[test]
fn display_names_that_claim_the_brand() {
    let b = elance();
    for name in [
        "Elance",
        "Elance Support",
        "ELANCE®",
        "The Elance Team",
        "E l a n c e",
        "Eӏance",
        "ElanceSupport",
        "Elance's desk",
        "E l a n c e T e a m",
        "El-ance",
        "TokenElance",
        "El.ance Support",
        "El@nce",
        "3lance",
        "Elanse Support",
        "\u{202e}ecnalE",
        "ᴇʟᴀɴᴄᴇ",
    ] {
        assert!(b.claimed_in(name).is_some(), "{name}");
    }
    for name in
        ["Lance", "Freelance Weekly", "Behance", "Glance", "Elaine", "Lance Elan", "The Lancet", "Elan Ce", "Elane"]
    {
        assert!(b.claimed_in(name).is_none(), "{name}");
    }
}

#[test]
fn local_parts_that_claim_the_brand() {
    let b = elance();
    for local in
        ["service@elance.com", "a%elance.com", "a%40elance.com", "a=elance.com", "elance-support", "elancebilling+x"]
    {
        assert!(b.claimed_by_local_part(local).is_some(), "{local}");
    }
    for local in [
        "elance",
        "elance.com",
        "bob+elance",
        "notices+elance",
        "bob-elance",
        "bob.freelance",
        "support",
        "@elance.com",
    ] {
        assert!(b.claimed_by_local_part(local).is_none(), "{local}");
    }
}

#[test]
fn local_parts_that_show_the_brand_beside_other_words() {
    let b = elance();
    for local in ["bob-elance", "jobs.elance.uk", "quickelance", "elancejobs7", "Elance-x+tag"] {
        assert!(b.beside_in_local_part(local).is_some(), "{local}");
    }
    for local in ["elance", "-elance-", "bob+elance", "bob.freelance", "freelancer7", "melancez", "support", ""] {
        assert!(b.beside_in_local_part(local).is_none(), "{local}");
    }
}

#[test]
fn domains_in_display_names() {
    let b = elance();
    assert!(b.domain_in("service@elance.com").is_some());
    assert!(b.domain_in("Support (www.elance.com)").is_some());
    for shown in ["{elance.com}", "*elance.com*", "mail=elance.com", "elance.com!"] {
        assert!(b.domain_in(shown).is_some(), "{shown}");
    }
    assert!(b.domain_in("elance.com.evil.test").is_none());
    assert!(b.domain_in("elance").is_none());
}
