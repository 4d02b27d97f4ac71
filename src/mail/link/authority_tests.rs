//! The cuts and corners of an authority; `tests/detection/links.rs` holds the table of what people and browsers read.
#![allow(clippy::unwrap_used)]

use crate::mail::link::authority::*;

fn host(href: &str) -> String {
    Authority::of(href).map(|a| a.host).unwrap_or_default()
}

#[test]
fn host_is_what_follows_the_last_at_sign() {
    let a = Authority::of("http://www.elance.com@evil.test/login").unwrap();
    assert_eq!((a.userinfo.as_deref(), a.host.as_str()), (Some("www.elance.com"), "evil.test"));
    assert_eq!(a.rest, "/login");
    assert_eq!(host("http://a@b@evil.test:8080/x"), "evil.test");
}

#[test]
fn authority_ends_at_slash_question_hash_backslash() {
    assert_eq!(host("https://evil.test/@elance.com/"), "evil.test");
    assert_eq!(host("https://evil.test?elance.com/"), "evil.test");
    assert_eq!(host("https://evil.test#elance.com/"), "evil.test");
    assert_eq!(host("https://evil.test\\@elance.com/"), "evil.test");
}

#[test]
fn addresses_and_other_schemes_have_no_domain() {
    assert!(Authority::of("mailto:a@elance.com").is_none());
    assert!(Authority::of("/relative").is_none());
    assert!(Authority::of("cid:part1").is_none());
    assert!(Authority::of("http://").is_none());
    assert!(Authority::of("http://192.0.2.1/elance.com").unwrap().domain.is_none());
    assert!(Authority::of("é:").is_none());
    let address = |href: &str| Authority::of(href).unwrap().address.map(|a| a.to_string());
    assert_eq!(address("http://0x7f.1/").as_deref(), Some("127.0.0.1"));
    assert_eq!(address("http://[2001:db8::1]:80/").as_deref(), Some("2001:db8::1"));
}

#[test]
fn what_a_browser_refuses_keeps_the_host_as_written() {
    for (href, domain) in [
        ("http://elance.com:port/", Some("elance.com")),
        ("http://www.elance.com%40evil.test/", None),
        ("http://exa mple.test/", None),
        ("http://1.2.3.4.5/", None),
    ] {
        let a = Authority::of(href).unwrap();
        assert_eq!(a.domain.as_ref().map(Domain::as_str), domain, "{href}");
        assert!(!a.host.is_empty(), "{href}");
    }
}

#[test]
fn a_long_authority_is_read_up_to_its_bound() {
    let long = format!("http://www.elance.com{}@evil.test/", "%20".repeat(100_000));
    let a = Authority::of(&long).unwrap();
    assert_eq!(a.domain.unwrap().as_str(), "evil.test");
    assert_eq!(a.seen.first().map(Domain::as_str), Some("www.elance.com"));
}
