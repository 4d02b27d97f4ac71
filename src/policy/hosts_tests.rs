//! Where links lead through hosts that pass them on, and that the lists are sound.
#![allow(clippy::unwrap_used)]

use crate::mail::LinkKind;
use crate::policy::hosts::*;

fn hosts() -> Hosts {
    Hosts::compile(&Links::default(), &[]).unwrap()
}

/// The hosts a link ends at; a trailing `?` where its target is hidden.
fn ends(href: &str) -> Vec<String> {
    let routes = hosts().routes(&Link::new(LinkKind::Anchor, href, ""));
    let end = |r: Route| {
        let host = r.target.authority.map(|a| a.host).unwrap_or_else(|| r.target.href.clone());
        if r.hidden_by.is_some() { format!("{host}?") } else { host }
    };
    routes.into_iter().map(end).collect()
}

#[test]
fn every_kind_of_wrapper_is_unwrapped() {
    for (href, end) in [
        ("https://www.google.com/url?q=https://evil.example/x&sa=D", "evil.example"),
        ("https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fevil.example%2F", "evil.example"),
        ("https://www.google.com/amp/s/evil.example/x", "evil.example"),
        ("https://google.com/amp/evil.example", "https://evil.example"),
        ("https://www-evil--site-com.translate.goog/login?_x_tr_sl=en", "www.evil-site.com"),
        ("https://translate.google.com/translate?sl=auto&u=http://evil.example/", "evil.example"),
        ("https://www.bing.com/ck/a?!&&p=ab&u=a1aHR0cHM6Ly9ldmlsLmV4YW1wbGUveA&ntb=1", "evil.example"),
        ("https://www.linkedin.com/safety/go?url=https%3A%2F%2Fevil.example&trk=x", "evil.example"),
        ("https://www.linkedin.com/slink?code=e3XyZ", "www.linkedin.com?"),
        ("https://www.youtube.com/redirect?event=v&q=https%3A%2F%2Fevil.example%2F", "evil.example"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fevil.example%2F&h=AT0", "evil.example"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.elance.com%2F&data=05",
            "www.elance.com",
        ),
        ("https://urldefense.proofpoint.com/v1/url?u=http://www.elance.com/&k=x", "www.elance.com"),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__www.elance.com_a-2Db&d=Dw", "www.elance.com"),
        ("https://urldefense.com/v3/__https://www.elance.com/x__;!!abc!def$", "www.elance.com"),
        ("https://protect-eu.mimecast.com/s/AbC1?domain=upwork.com", "upwork.com"),
        ("https://protect-eu.mimecast.com/s/AbC1", "protect-eu.mimecast.com?"),
        ("https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fwww.elance.com&c=E,1,x", "www.elance.com"),
        ("https://secure-web.cisco.com/1aBc/https%3A%2F%2Fwww.elance.com%2F", "www.elance.com"),
        (
            "https://imsva91-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=http%3a%2f%2fwww.elance.com",
            "www.elance.com",
        ),
        (
            "https://eu-west-1.protection.sophos.com/?d=elance.com&u=aHR0cHM6Ly93d3cuZWxhbmNlLmNvbQ==&i=1",
            "www.elance.com",
        ),
        ("https://abc.r.eu-west-1.awstrack.me/L0/https:%2F%2Fevil.example%2F/1/0102-000000", "evil.example"),
        ("https://mandrillapp.com/track/click/30/www.elance.com?p=eyJz", "www.elance.com"),
        ("https://ad.doubleclick.net/ddm/clk/1;2;3?https://evil.example/x", "evil.example"),
        ("https://adclick.g.doubleclick.net/pcs/click?xai=A&adurl=https://evil.example", "evil.example"),
        ("https://u1.ct.sendgrid.net/ls/click?upn=u001.abc", "u1.ct.sendgrid.net?"),
        ("https://www.google.com/url?q=https%253A%252F%252Fevil.example", "evil.example"),
    ] {
        let end = end.strip_prefix("https://").unwrap_or(end);
        assert_eq!(ends(href), [end], "{href}");
    }
}

#[test]
fn other_pages_of_these_hosts_lead_to_themselves() {
    for href in [
        "https://www.google.com/search?q=https://evil.example",
        "https://www.linkedin.com/company/elance",
        "https://notgoogle.com.evil.example/url?q=https://www.elance.com",
        "https://evil.example/?url=https://www.elance.com",
        "https://google.evil.example/url?q=https://www.elance.com",
        "mailto:a@google.com",
    ] {
        assert_eq!(ends(href), [""; 0], "{href}");
    }
}

#[test]
fn all_targets_of_a_link_are_told() {
    assert_eq!(
        ends("https://www.google.com/url?q=https://www.elance.com&url=https://evil.example"),
        ["www.elance.com", "evil.example"]
    );
}

#[test]
fn wrappers_in_wrappers_are_followed_to_a_bound() {
    let wrap = |inner: &str| {
        let escaped = percent_encoding::utf8_percent_encode(inner, percent_encoding::NON_ALPHANUMERIC);
        format!("https://www.google.com/url?q={escaped}")
    };
    let nested = |depth: usize| (0..depth).fold("https://evil.example/".to_owned(), |inner, _| wrap(&inner));
    assert_eq!(ends(&nested(MAX_NESTED)), ["evil.example"]);
    assert_eq!(ends(&nested(MAX_NESTED + 1)), ["www.google.com?"]);
    // A link that names itself many times in each layer stays within its bound.
    let bush = "&q=https://www.google.com/url?q=https://evil.example".repeat(200);
    assert!(ends(&format!("https://www.google.com/url?x{bush}")).len() <= MAX_TARGETS);
}

#[test]
fn hosts_stand_under_their_entries() {
    let hosts = hosts();
    let d = |s: &str| Domain::parse(s).unwrap();
    assert_eq!(hosts.shortener(&d("bit.ly")), Some("bit.ly"));
    assert_eq!(hosts.free_host(&d("a-b.s3.eu-west-1.amazonaws.com")), Some("amazonaws.com"));
    assert_eq!(hosts.image_host(&d("i.imgur.com")), Some("imgur.com"));
    for host in ["rabbit.ly", "example.com", "elance.com", "ly", "com"] {
        assert!(hosts.shortener(&d(host)).is_none() && hosts.free_host(&d(host)).is_none(), "{host}");
    }
}

#[test]
fn the_operator_adds_hosts() {
    let links = Links {
        shorteners: vec!["sh.example".into()],
        redirectors: vec!["out.example".into()],
        mailboxes: vec!["post.example".into()],
        ..Links::default()
    };
    let hosts = Hosts::compile(&links, &["lists.example".into()]).unwrap();
    let d = |name: &str| Domain::parse(name).unwrap();
    assert_eq!(hosts.free_mailbox(&d("post.example")), Some("post.example"));
    assert!(hosts.is_kept_list(&d("tools.lists.example")) && !hosts.is_kept_list(&d("example")));
    assert_eq!(hosts.free_host(&d("x.bubbleapps.io")), Some("bubbleapps.io"), "from the public suffix list");
    assert!(hosts.shortener(&d("sh.example")).is_some());
    let routes =
        hosts.routes(&Link::new(LinkKind::Anchor, "https://out.example/go/1/?to=http%3A%2F%2Fevil.example", ""));
    assert_eq!(routes[0].target.authority.as_ref().unwrap().host, "evil.example");
    let wrong = Links { free_hosts: vec!["no host".into()], ..Links::default() };
    assert_eq!(Hosts::compile(&wrong, &[]).unwrap_err().0, "free_hosts");
    assert_eq!(Hosts::compile(&links, &["no list".into()]).unwrap_err().0, "list_operators");
}

/// No entry is beneath another of its list, and none is written in capitals: what is listed twice is edited once.
#[test]
fn the_lists_are_tidy() {
    for (file, text) in [
        ("shorteners", SHORTENERS),
        ("free_hosts", FREE_HOSTS),
        ("image_hosts", IMAGE_HOSTS),
        ("mailboxes", MAILBOXES),
        ("lists", LISTS),
    ] {
        let list: List = toml::from_str(text).unwrap();
        let names: Vec<Domain> = list.hosts.iter().map(|h| Domain::parse(h).unwrap()).collect();
        assert!(names.len() > 40, "{file}");
        for (n, name) in names.iter().enumerate() {
            assert_eq!(name.as_str(), list.hosts[n], "{file}");
            let above = names.iter().enumerate().find(|(other, above)| *other != n && name.is_within(above));
            assert!(above.is_none(), "{file}: {name} stands under {above:?}");
        }
    }
}
