//! Forged ids that must be recognised, foreign ones that must be left alone, and values that try to break out.

#![allow(clippy::unwrap_used)]

use crate::auth::header::*;
use crate::auth::results::{ArcResult, Dkim, DkimResult, DmarcPolicy};

const ID: &str = "mx.example.net";

#[test]
fn forged_ids_are_recognised_in_every_shape() {
    let forged = [
        "mx.example.net; spf=pass",
        " mx.example.net; spf=pass",
        "MX.Example.NET; spf=pass",
        "\tmx.example.net ; dkim=pass header.d=elance.com",
        "mx.example.net 1; spf=pass",
        "mx.example.net\t1 ; spf=pass",
        "mx.example.net",
        "mx.example.net;",
        "mx.example.net; none",
        "mx.example.net.; spf=pass",
        "mx.example.net. 1; spf=pass",
        "(a comment) mx.example.net; spf=pass",
        "(nested (comment)) mx.example.net; spf=pass",
        "(with \\) escape) mx.example.net; spf=pass",
        "mx.example.net (a comment); spf=pass",
        "mx.example.net(glued); spf=pass",
        "(a)(b) mx.example.net (c) 1 (d); spf=pass",
        "\r\n mx.example.net;\r\n spf=pass",
        "\n\tmx.example.net;\n\tspf=pass",
        "\"mx.example.net\"; spf=pass",
        "\"MX.example\\.net\"; spf=pass",
        "\"mx.example.net\" 1; spf=pass",
        "\"mx\".example.net; spf=pass",
        "mx.\r\n example.net; spf=pass",
        "mx. example .net; spf=pass",
        "mx.example.net spf=pass",
        "mx.example.net/1; spf=pass",
        "mx.example.net, spf=pass",
        "mx.example.net = x; spf=pass",
        "; mx.example.net; spf=pass",
        "mx.exam\0ple.net; spf=pass",
        "(unclosed mx.example.net; spf=pass",
        "\"mx.example.net; spf=pass",
        "ｍｘ.example.net; spf=pass",
        "mx\u{3002}example.net; spf=pass",
        "<mx.example.net>; spf=pass",
        "mx.example.net v1; spf=pass",
        "mx.example.net) ; spf=pass",
    ];
    assert!(forged.len() >= 25);
    for value in forged {
        assert!(claims_authserv_id(value, ID), "{value:?}");
    }
    assert!(claims_authserv_id("mx.example.net; spf=pass", "MX.EXAMPLE.NET."));
}

#[test]
fn foreign_results_are_left_alone() {
    let foreign = [
        "mx.google.com; spf=pass smtp.mailfrom=a@mx.example.net",
        "mx.google.com;\r\n dkim=pass header.i=@mx.example.net",
        "mx.google.com (mx.example.net); spf=pass",
        "mx2.example.net; spf=pass",
        "mx.example.net.evil.test; spf=pass",
        "xmx.example.net; spf=pass",
        "example.net; spf=pass",
        "spf=pass smtp.mailfrom=a.test",
        "(mx.example.net) other.test 1; none",
        "\"other.test\"; spf=pass reason=\"mx.example.net\"",
        "other.test; dkim=pass (mx.example.net says so) header.d=a.test",
        "other.test",
        "",
        "(unclosed other.test; spf=pass",
    ];
    assert!(foreign.len() >= 10);
    for value in foreign {
        assert!(!claims_authserv_id(value, ID), "{value:?}");
    }
    assert!(!claims_authserv_id("anything; spf=pass", ""));
}

fn domain(name: &str) -> Option<Domain> {
    Domain::parse(name)
}

#[test]
fn our_results_are_written_in_full() {
    let results = AuthResults {
        spf: Spf { result: SpfResult::Pass, domain: domain("a.test"), ..Spf::default() },
        spf_helo: Spf { domain: domain("h.a.test"), identity: SpfIdentity::Helo, ..Spf::default() },
        dkim: vec![
            Dkim { result: DkimResult::Pass, domain: domain("a.test"), selector: "s1".into(), ..Dkim::default() },
            Dkim {
                result: DkimResult::Fail,
                domain: domain("b.test"),
                selector: "s2".into(),
                reason: "it \"broke\"".into(),
                ..Dkim::default()
            },
        ],
        dmarc: vec![Dmarc {
            result: DmarcResult::Fail,
            domain: domain("elance.com"),
            published: None,
            rua: vec![],
            policy: DmarcPolicy::Reject,
            aligned_by: None,
        }],
        arc: ArcResults { result: ArcResult::Pass, sealer: domain("list.test"), ..ArcResults::default() },
        ..AuthResults::default()
    };
    let envelope = Envelope { helo: "h.a.test".into(), mail_from: "bounce@a.test".into(), ..Envelope::default() };
    assert_eq!(
        authentication_results(&results, &envelope, ID, None),
        "mx.example.net;\n spf=pass smtp.mailfrom=bounce@a.test;\n spf=none smtp.helo=h.a.test;\n \
         dkim=pass header.d=a.test header.s=s1;\n dkim=fail reason=\"it \\\"broke\\\"\" header.d=b.test header.s=s2;\n \
         dmarc=fail (p=reject) header.from=elance.com;\n arc=pass (d=list.test)"
    );
    assert_eq!(authentication_results(&AuthResults::default(), &envelope, ID, None), "mx.example.net; none");
    let unchecked = AuthResults { unchecked: true, ..results };
    assert_eq!(authentication_results(&unchecked, &envelope, ID, None), "mx.example.net; none");
}

#[test]
fn the_word_of_a_sealer_is_told_where_it_counts() {
    let fail = |name| Dmarc { result: DmarcResult::Fail, domain: domain(name), ..Dmarc::default() };
    let pass = Dmarc { result: DmarcResult::Pass, ..fail("b.test") };
    let attested = vec![Domain::parse("a.test").unwrap(), Domain::parse("b.test").unwrap()];
    let sealer = domain("list.test");
    let results = AuthResults {
        dmarc: vec![fail("a.test"), pass, fail("c.test")],
        arc: ArcResults { result: ArcResult::Pass, sealer: sealer.clone(), dmarc_pass_seen: true, attested },
        ..AuthResults::default()
    };
    let written = |word: Option<&Domain>| authentication_results(&results, &Envelope::default(), ID, word);
    let override_of_a = " dmarc=fail reason=\"overridden by the word of ARC sealer list.test\" (p=none) \
                         header.from=a.test policy.arc-sealer=list.test;";
    let told = written(sealer.as_ref());
    assert!(told.contains(override_of_a), "{told}");
    assert_eq!(told.matches("policy.arc-sealer").count(), 1, "neither a pass nor another domain is overridden: {told}");
    assert!(!written(None).contains("overridden"), "the word of a sealer nobody trusts is not told");
}

#[test]
fn values_from_outside_cannot_break_out() {
    let hostile = [
        "a@b.test; dmarc=pass header.from=elance.com",
        "a@b.test\r\nX-Spoof-Verdict: accept",
        "a@b.test\n dkim=pass",
        "a\"b; dkim=pass\"@b.test",
        "a(b@b.test",
        "a)b@b.test",
        "a\\",
        "a\0b@b.test",
        "b\u{e4}r\u{2028}@b.test",
        &"x".repeat(100_000),
    ];
    for mail_from in hostile {
        let results = AuthResults {
            spf: Spf { result: SpfResult::Fail, domain: domain("b.test"), ..Spf::default() },
            dkim: vec![Dkim { selector: mail_from.into(), reason: mail_from.into(), ..Dkim::default() }],
            ..AuthResults::default()
        };
        let envelope = Envelope { mail_from: mail_from.into(), ..Envelope::default() };
        let written = authentication_results(&results, &envelope, ID, None);
        assert!(written.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)), "{written:?}");
        assert!(written.lines().all(|l| l.len() < 998) && written.lines().skip(1).all(|l| l.starts_with(' ')));
        assert!(!written.contains(['(', ')']), "{written:?}");
        // Read again by the rules, it says what we said and no more.
        let read = crate::auth::header::results_in(&written).unwrap();
        assert_eq!(read.len(), 2, "{written:?}");
        assert_eq!((read[0].method.as_str(), read[0].result.as_str()), ("spf", "fail"));
        assert_eq!(written.matches(';').count(), 2, "{written:?}");
    }
}

#[test]
fn a_sealers_results_are_read() {
    let value = "mx.google.com;\r\n dkim=pass header.i=@a.test header.s=x;\r\n spf=pass (google.com: domain of \
                 b@a.test; designates) smtp.mailfrom=b@a.test;\r\n dmarc = pass (p=NONE dis=NONE) header.from=A.test";
    let read = results_in(value).unwrap();
    assert_eq!(read.len(), 3);
    assert_eq!((read[2].method.as_str(), read[2].result.as_str()), ("dmarc", "pass"));
    assert_eq!(read[2].properties, [("header.from".to_owned(), "A.test".to_owned())]);
    assert_eq!(results_in("a.test; dmarc=fail reason=\"x; dmarc=pass\"").unwrap().len(), 1);
    assert_eq!(results_in("a.test; (dmarc=pass"), None);
    assert_eq!(results_in("a.test; x dmarc=pass").unwrap(), [], "a result stands first");
}
