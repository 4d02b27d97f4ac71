//! DMARC against RFC 9989, case by case: zone, author, what vouches, and what must come of it, each with the section it
//! rests on. Every case asks a name server of its own, over real packets; all that differ are named at once.

use crate::dns;
use mail_auth::common::crypto::{RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use spoof_milter::auth::{AuthResults, Authenticator, DkimResult, SpfResult};
use spoof_milter::mail::{Client, Envelope, Message};
use spoof_milter::policy::config;
use std::collections::BTreeSet;
use std::fmt::Write;

const RSA: &str = include_str!("../common/keys/rsa2048.test-only.pem");
const RSA_PUBLIC: &str = include_str!("../common/keys/rsa2048.pub");
/// What vouches by SPF sends from here.
const CLIENT: &str = "192.0.2.10";
/// Cases the table holds at the least.
const ENOUGH: usize = 60;

/// One row: `dkim` are the d= of signatures that hold, `spf` the domain whose SPF record names the client; an `ill:`
/// before one makes its key or record a DNS failure. `want` is the result, the policy and what is aligned.
struct Case {
    name: &'static str,
    section: &'static str,
    zone: &'static str,
    from: &'static str,
    dkim: &'static [&'static str],
    spf: &'static str,
    want: &'static str,
}

const NOBODY: &[&str] = &[];

macro_rules! cases {
    ($($section:literal $name:literal: $zone:literal, $from:literal, $dkim:expr, $spf:literal => $want:literal;)*) => {
        &[$(Case { name: $name, section: $section, zone: $zone, from: $from, dkim: $dkim, spf: $spf, want: $want }),*]
    };
}

/// Zone lines are parted by `|` and may leave out `TXT v=DMARC1;`: `_dmarc.a.test: p=reject`.
const CASES: &[Case] = cases! {
    // Identifier alignment.
    "4.4.1" "a signature of the author domain":
        "_dmarc.a.test: p=reject", "a.test", &["a.test"], "" => "pass reject a.test";
    "4.4.1" "a signature of the organization for its subdomain":
        "_dmarc.a.test: p=reject", "m.a.test", &["a.test"], "" => "pass reject a.test";
    "4.4.1" "a signature of a subdomain for the organization":
        "_dmarc.a.test: p=reject", "a.test", &["m.a.test"], "" => "pass reject m.a.test";
    "4.4.1" "siblings of one organization":
        "_dmarc.a.test: p=reject", "x.a.test", &["y.a.test"], "" => "pass reject y.a.test";
    "4.4.1" "a stranger's signature": "_dmarc.a.test: p=reject", "a.test", &["b.test"], "" => "fail reject -";
    "4.4.1" "strict: a subdomain is somebody else":
        "_dmarc.a.test: p=reject; adkim=s", "a.test", &["m.a.test"], "" => "fail reject -";
    "4.4.1" "strict: the same name":
        "_dmarc.a.test: p=reject; adkim=s", "a.test", &["a.test"], "" => "pass reject a.test";
    "4.4.1" "strict in capitals": "_dmarc.a.test: p=reject; adkim=S", "a.test", &["m.a.test"], "" => "fail reject -";
    "4.4.1" "one good signature of several suffices":
        "_dmarc.a.test: p=reject", "a.test", &["b.test", "c.test", "a.test"], "" => "pass reject a.test";
    "4.4.1" "a suffix cannot sign for what is below it":
        "_dmarc.a.test: p=reject", "a.test", &["test"], "" => "fail reject -";
    "4.4.2" "SPF of the author domain": "_dmarc.a.test: p=reject", "a.test", NOBODY, "a.test" => "pass reject a.test";
    "4.4.2" "SPF of a subdomain, relaxed":
        "_dmarc.a.test: p=reject", "a.test", NOBODY, "bounce.a.test" => "pass reject bounce.a.test";
    "4.4.2" "SPF of a subdomain, strict":
        "_dmarc.a.test: p=reject; aspf=s", "a.test", NOBODY, "bounce.a.test" => "fail reject -";
    "4.4.2" "SPF of a stranger": "_dmarc.a.test: p=reject", "a.test", NOBODY, "b.test" => "fail reject -";
    "4.4.2" "aspf does not bind DKIM":
        "_dmarc.a.test: p=reject; aspf=s", "a.test", &["m.a.test"], "" => "pass reject m.a.test";
    "4.4.2" "adkim does not bind SPF":
        "_dmarc.a.test: p=reject; adkim=s", "a.test", &["m.a.test"], "m.a.test" => "pass reject m.a.test";
    // The record.
    "4.5" "strings of one record are joined":
        "_dmarc.a.test: p=reject; \
         rua=mailto:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
         aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
         aaaaaaaaaaaaaaaaaaaaaaaaaaa@a.test; adkim=s",
        "a.test", &["m.a.test"], "" => "fail reject -";
    "4.7" "unknown and removed tags are ignored":
        "_dmarc.a.test: p=reject; pct=0; rf=afrf; ri=60; x=y; junk", "a.test", NOBODY, "" => "fail reject -";
    "4.7" "optional tags that cannot be read take their defaults":
        "_dmarc.a.test: p=reject; adkim=q; aspf=; fo=z; t=maybe; psd=x",
        "a.test", &["m.a.test"], "" => "pass reject m.a.test";
    "4.7" "no record without a version": "_dmarc.a.test TXT p=reject", "a.test", NOBODY, "" => "none none -";
    "4.7" "the version comes first": "_dmarc.a.test TXT p=reject; v=DMARC1", "a.test", NOBODY, "" => "none none -";
    "4.7" "the version is exact": "_dmarc.a.test TXT v=dmarc1; p=reject", "a.test", NOBODY, "" => "none none -";
    "4.7" "the version is exact to its end":
        "_dmarc.a.test TXT v=DMARC10; p=reject", "a.test", NOBODY, "" => "none none -";
    "4.7" "other TXT records beside it do not matter":
        "_dmarc.a.test TXT v=spf1 -all|_dmarc.a.test: p=reject|_dmarc.a.test TXT hello",
        "a.test", NOBODY, "" => "fail reject -";
    "4.7" "t=y lowers reject": "_dmarc.a.test: p=reject; t=y", "a.test", NOBODY, "" => "fail quarantine -";
    "4.7" "t=y lowers quarantine": "_dmarc.a.test: p=quarantine; t=y", "a.test", NOBODY, "" => "fail none -";
    "4.7" "t=y lowers the policy for subdomains":
        "_dmarc.a.test: p=none; sp=reject; t=y|m.a.test A 192.0.2.1", "m.a.test", NOBODY, "" => "fail quarantine -";
    "4.7" "t=n changes nothing": "_dmarc.a.test: p=reject; t=n", "a.test", NOBODY, "" => "fail reject -";
    "4.8" "blanks around signs, words in any case":
        "_dmarc.a.test TXT V = DMARC1 ; P = Reject ;", "a.test", NOBODY, "" => "fail reject -";
    "4.8" "a blank before the version is no record":
        "_dmarc.a.test TXT \" v=DMARC1; p=reject\"", "a.test", NOBODY, "" => "none none -";
    // The tree walk.
    "4.10" "the record of the organization reaches down":
        "_dmarc.a.test: p=reject|x.y.z.a.test A 192.0.2.1", "x.y.z.a.test", NOBODY, "" => "fail reject -";
    "4.10" "several records at a name are none":
        "_dmarc.a.test: p=reject|_dmarc.a.test: p=none", "a.test", NOBODY, "" => "none none -";
    "4.10" "several records at a name: the walk goes on":
        "_dmarc.m.a.test: p=reject|_dmarc.m.a.test: p=none|_dmarc.a.test: p=none; sp=quarantine|m.a.test A 192.0.2.1",
        "m.a.test", NOBODY, "" => "fail quarantine -";
    "4.10" "several records hide their psd= too":
        "_dmarc.m.a.test: p=none; psd=n|_dmarc.m.a.test: p=none|_dmarc.a.test: p=reject",
        "x.m.a.test", NOBODY, "" => "fail reject -";
    "4.10" "eight labels: every name is asked":
        "_dmarc.b.c.d.e.f.a.test: p=reject; psd=n", "s.b.c.d.e.f.a.test", NOBODY, "" => "fail reject -";
    "4.10" "nine labels: the walk jumps to seven":
        "_dmarc.r.b.c.d.e.f.a.test: p=reject; psd=n", "s.r.b.c.d.e.f.a.test", NOBODY, "" => "none none -";
    "4.10" "fourteen labels: found at the seventh":
        "_dmarc.b.c.d.e.f.a.test: p=quarantine", "1.2.3.4.5.6.7.b.c.d.e.f.a.test", NOBODY, "" => "fail quarantine -";
    "4.10" "no record anywhere": "a.test A 192.0.2.1", "a.test", &["a.test"], "" => "none none a.test";
    "4.10" "a public suffix can be an author": "_dmarc.test: p=reject; psd=y", "test", NOBODY, "" => "fail reject -";
    // Which record applies.
    "4.10.1" "the author's own record comes first":
        "_dmarc.m.a.test: p=none|_dmarc.a.test: p=reject", "m.a.test", NOBODY, "" => "fail none -";
    "4.10.1" "between author and organization nothing applies":
        "_dmarc.m.a.test: p=none|_dmarc.a.test: p=reject", "x.m.a.test", NOBODY, "" => "fail reject -";
    "4.10.1" "sp= for a subdomain that exists":
        "_dmarc.a.test: p=reject; sp=quarantine; np=none|m.a.test A 192.0.2.1",
        "m.a.test", NOBODY, "" => "fail quarantine -";
    "4.10.1" "np= for one that does not":
        "_dmarc.a.test: p=none; sp=none; np=reject", "m.a.test", NOBODY, "" => "fail reject -";
    "4.10.1" "without np=, sp=": "_dmarc.a.test: p=none; sp=quarantine", "m.a.test", NOBODY, "" => "fail quarantine -";
    "4.10.1" "without np= and sp=, p=": "_dmarc.a.test: p=quarantine", "m.a.test", NOBODY, "" => "fail quarantine -";
    "4.10.1" "np= without sp= leaves existing names to p=":
        "_dmarc.a.test: p=quarantine; np=reject|m.a.test MX 10 m.a.test", "m.a.test", NOBODY, "" => "fail quarantine -";
    "4.10.1" "sp= and np= do not concern the name itself":
        "_dmarc.a.test: p=none; sp=reject; np=reject", "a.test", NOBODY, "" => "fail none -";
    "4.10.1" "sp= of the author's own record is not for it":
        "_dmarc.m.a.test: p=quarantine; sp=reject", "m.a.test", NOBODY, "" => "fail quarantine -";
    "4.10.1" "no p=, reports wanted: none":
        "_dmarc.a.test: rua=mailto:r@a.test", "a.test", &["a.test"], "" => "pass none a.test";
    "4.10.1" "no p=, reports wanted, nothing vouches":
        "_dmarc.a.test: sp=reject; rua=mailto:r@a.test", "a.test", NOBODY, "" => "fail none -";
    "4.10.1" "no p=, no reports: DMARC does not apply": "_dmarc.a.test: adkim=s", "a.test", NOBODY, "" => "none none -";
    "4.10.1" "an unreadable p= with reports is none":
        "_dmarc.a.test: p=block; rua=mailto:r@a.test!10m", "a.test", NOBODY, "" => "fail none -";
    "4.10.1" "an unreadable p= without reports is nothing":
        "_dmarc.a.test: p=block; rua=r@a.test", "a.test", NOBODY, "" => "none none -";
    "4.10.1" "an unreadable sp= voids p=, reports wanted":
        "_dmarc.a.test: p=reject; sp=bounce; rua=mailto:r@a.test", "a.test", NOBODY, "" => "fail none -";
    "4.10.1" "an unreadable np= voids p=, no reports":
        "_dmarc.a.test: p=reject; np=", "a.test", NOBODY, "" => "none none -";
    "4.10.1" "what an unreadable policy leaves is kept":
        "_dmarc.a.test: p=block; adkim=s; rua=mailto:r@a.test", "a.test", &["m.a.test"], "" => "fail none -";
    "4.10.1" "the walk does not pass a record without a policy":
        "_dmarc.m.a.test: adkim=s|_dmarc.a.test: p=reject", "m.a.test", NOBODY, "" => "none none -";
    "4.10.1" "the suffix's record where nothing else is":
        "_dmarc.bank.test: p=reject; sp=quarantine; psd=y|giant.bank.test A 192.0.2.1",
        "giant.bank.test", NOBODY, "" => "fail quarantine -";
    "4.10.1" "the suffix's np= for a name nobody registered":
        "_dmarc.bank.test: p=none; sp=none; np=reject; psd=y", "ghost.bank.test", NOBODY, "" => "fail reject -";
    "4.10.1" "the suffix's record yields to the organization's":
        "_dmarc.bank.test: p=reject; psd=y|_dmarc.giant.bank.test: p=none",
        "giant.bank.test", NOBODY, "" => "fail none -";
    // The organizational domain.
    "4.10.2" "psd=y: the organization begins one label below":
        "_dmarc.bank.test: p=reject; psd=y",
        "x.giant.bank.test", &["y.giant.bank.test"], "" => "pass reject y.giant.bank.test";
    "4.10.2" "psd=y: two registrants are strangers":
        "_dmarc.bank.test: p=reject; psd=y", "giant.bank.test", &["mega.bank.test"], "" => "fail reject -";
    "4.10.2" "psd=y: the suffix does not vouch for a registrant":
        "_dmarc.bank.test: p=reject; psd=y", "giant.bank.test", &["bank.test"], "bank.test" => "fail reject -";
    "4.10.2" "psd=y: a registrant does not vouch for the suffix":
        "_dmarc.bank.test: p=reject; psd=y", "bank.test", &["giant.bank.test"], "" => "fail reject -";
    "4.10.2" "psd=y: the suffix writes for itself":
        "_dmarc.bank.test: p=reject; psd=y", "bank.test", &["bank.test"], "" => "pass reject bank.test";
    "4.10.2" "psd=n: the organization is here":
        "_dmarc.b.a.test: p=quarantine; psd=n|_dmarc.a.test: p=none", "x.b.a.test", NOBODY, "" => "fail quarantine -";
    "4.10.2" "psd=n: who stands above is a stranger":
        "_dmarc.b.a.test: p=reject; psd=n|_dmarc.a.test: p=reject", "b.a.test", &["a.test"], "" => "fail reject -";
    "4.10.2" "psd=n on the signer's side parts it too":
        "_dmarc.b.a.test: p=none; psd=n|_dmarc.a.test: p=reject", "a.test", &["b.a.test"], "" => "fail reject -";
    "4.10.2" "psd=n: names below it belong together":
        "_dmarc.b.a.test: p=reject; psd=n|_dmarc.a.test: p=none",
        "x.b.a.test", &["y.b.a.test"], "" => "pass reject y.b.a.test";
    "4.10.2" "psd=n counts in a record without a policy":
        "_dmarc.b.a.test: psd=n|_dmarc.a.test: p=reject", "a.test", &["b.a.test"], "" => "fail reject -";
    "4.10.2" "the record with the fewest labels wins":
        "_dmarc.x.b.a.test: p=reject|_dmarc.b.a.test: p=none|_dmarc.a.test: p=none",
        "x.b.a.test", &["y.a.test"], "" => "pass reject y.a.test";
    "4.10.2" "without a record above, a name is its own organization":
        "_dmarc.m.a.test: p=reject", "m.a.test", &["a.test"], "bounce.a.test" => "fail reject -";
    "4.10.2" "a deep author aligns with its organization":
        "_dmarc.a.test: p=reject", "1.2.3.4.5.6.7.8.9.m.a.test", &["s.a.test"], "" => "pass reject s.a.test";
    // Beyond the RFC, which leaves receivers free to be stricter (section 5.4).
    "5.4" "neighbours under a suffix without psd=y":
        "_dmarc.co.uk: p=reject", "victim.co.uk", &["evil.co.uk"], "" => "fail reject -";
    // Extracting the author domain.
    "5.3.1" "a U-label is compared as an A-label":
        "_dmarc.xn--bcher-kva.test: p=reject",
        "b\u{fc}cher.test", &["xn--bcher-kva.test"], "" => "pass reject xn--bcher-kva.test";
    "5.3.1" "a U-label in capitals":
        "_dmarc.xn--bcher-kva.test: p=reject", "B\u{dc}CHER.Test", NOBODY, "" => "fail reject -";
    "5.3.1" "a dot at the end": "_dmarc.a.test: p=reject", "a.test.", &["a.test"], "" => "pass reject a.test";
    // DNS trouble.
    "4.10.1" "the author's record does not answer":
        "_dmarc.a.test SERVFAIL", "a.test", NOBODY, "" => "temperror none -";
    "4.10.1" "the author's record does not answer, one above does, and the author signed":
        "_dmarc.m.a.test SERVFAIL|_dmarc.a.test: p=reject", "m.a.test", &["m.a.test"], "" => "pass none m.a.test";
    "4.10.1" "the author's record does not answer, a relative signed":
        "_dmarc.m.a.test SERVFAIL|_dmarc.a.test: p=reject", "m.a.test", &["a.test"], "" => "temperror none a.test";
    "4.10.1" "a name between that does not answer could hold psd=n":
        "_dmarc.m.a.test SERVFAIL|_dmarc.a.test: p=reject", "x.m.a.test", NOBODY, "" => "temperror none -";
    "4.10.1" "trouble above an own record does not change the policy":
        "_dmarc.m.a.test: p=reject|_dmarc.a.test SERVFAIL", "m.a.test", NOBODY, "" => "fail reject -";
    "4.10.1" "trouble above an own record does not undo an exact match":
        "_dmarc.m.a.test: p=reject|_dmarc.a.test SERVFAIL", "m.a.test", &["m.a.test"], "" => "pass reject m.a.test";
    "4.10.2" "trouble above an own record leaves a relative in doubt":
        "_dmarc.m.a.test: p=reject|_dmarc.a.test SERVFAIL", "m.a.test", &["a.test"], "" => "temperror reject -";
    "4.10.1" "a suffix that does not answer is no matter to an organization with a record":
        "_dmarc.a.test: p=reject|_dmarc.test SERVFAIL", "m.a.test", NOBODY, "" => "fail reject -";
    "4.10.2" "a suffix that does not answer cannot part relatives":
        "_dmarc.a.test: p=reject|_dmarc.test SERVFAIL", "m.a.test", &["y.a.test"], "" => "pass reject y.a.test";
    "4.10.1" "a suffix that does not answer could hold the only record":
        "_dmarc.test SERVFAIL", "m.a.test", NOBODY, "" => "temperror none -";
    "4.10.2" "the signer's own name does not answer":
        "_dmarc.a.test: p=reject|_dmarc.m.a.test SERVFAIL", "a.test", &["m.a.test"], "" => "temperror reject -";
    "4.10.2" "the signer's name does not answer, another is aligned":
        "_dmarc.a.test: p=reject|_dmarc.m.a.test SERVFAIL",
        "a.test", &["m.a.test"], "bounce.a.test" => "pass reject bounce.a.test";
    "4.10.2" "strict alignment needs no walk":
        "_dmarc.a.test: p=reject; adkim=s|_dmarc.m.a.test SERVFAIL", "a.test", &["m.a.test"], "" => "fail reject -";
    "5.3.5" "a key that does not answer is no fail":
        "_dmarc.a.test: p=reject", "a.test", &["ill:a.test"], "" => "temperror reject -";
    "5.3.5" "an SPF record that does not answer is no fail":
        "_dmarc.a.test: p=reject", "a.test", NOBODY, "ill:a.test" => "temperror reject -";
    "5.3.5" "a stranger's trouble is not the author's":
        "_dmarc.a.test: p=reject", "a.test", &["ill:b.test"], "ill:c.test" => "fail reject -";
    "5.3.5" "one proof suffices, whatever else is in trouble":
        "_dmarc.a.test: p=reject", "a.test", &["a.test"], "ill:a.test" => "pass reject a.test";
    "5.3.5" "trouble of a name that strict alignment shuts out":
        "_dmarc.a.test: p=reject; aspf=s", "a.test", NOBODY, "ill:m.a.test" => "fail reject -";
    "4.10.1" "whether the name exists cannot be learnt":
        "_dmarc.a.test: p=none; sp=none; np=reject|m.a.test SERVFAIL", "m.a.test", NOBODY, "" => "temperror none -";
    "4.10.1" "whether the name exists does not matter to a proof":
        "_dmarc.a.test: p=none; sp=none; np=reject|m.a.test SERVFAIL",
        "m.a.test", &["a.test"], "" => "pass none a.test";
};

impl Case {
    /// The zone with the keys and SPF records of what vouches.
    fn zone(&self) -> String {
        let mut zone = String::new();
        for line in self.zone.split('|') {
            match line.split_once(": ").filter(|(owner, _)| !owner.contains(' ')) {
                Some((owner, tags)) => writeln!(zone, "{owner} TXT v=DMARC1; {tags}").unwrap(),
                None => writeln!(zone, "{line}").unwrap(),
            }
        }
        for d in self.dkim {
            match d.strip_prefix("ill:") {
                Some(ill) => writeln!(zone, "rsa._domainkey.{ill} SERVFAIL").unwrap(),
                None => writeln!(zone, "rsa._domainkey.{d} TXT v=DKIM1; k=rsa; p={RSA_PUBLIC}").unwrap(),
            }
        }
        match self.spf.strip_prefix("ill:") {
            Some(ill) => writeln!(zone, "{ill} SERVFAIL").unwrap(),
            None if self.spf.is_empty() => {}
            None => writeln!(zone, "{} TXT v=spf1 ip4:{CLIENT} -all", self.spf).unwrap(),
        }
        zone
    }

    fn message(&self) -> Message {
        let text = format!("From: A <a@{}>\r\nTo: b@example.net\r\nSubject: x\r\n\r\nHello\r\n", self.from);
        let signed = self.dkim.iter().fold(String::new(), |fields, d| {
            #[allow(deprecated)]
            let key = RsaKey::<Sha256>::from_rsa_pem(RSA).unwrap();
            let domain = d.strip_prefix("ill:").unwrap_or(d);
            let signer = DkimSigner::from_key(key).domain(domain).selector("rsa").headers(["From", "To", "Subject"]);
            fields + &signer.sign(text.as_bytes()).unwrap().to_header()
        });
        Message::parse(format!("{signed}{text}").into_bytes(), true)
    }

    fn envelope(&self) -> Envelope {
        let domain = self.spf.strip_prefix("ill:").unwrap_or(self.spf);
        let mail_from = if domain.is_empty() { String::new() } else { format!("bounce@{domain}") };
        let client = Client { ip: Some(CLIENT.parse().unwrap()), name: String::new() };
        Envelope { client, mail_from, ..Envelope::default() }
    }

    async fn run(&self) -> (String, AuthResults) {
        let server = dns::serve(&self.zone(), 0).await.unwrap_or_else(|e| panic!("{}: {e}", self.name));
        let results = authenticator(&server).authenticate(&self.envelope(), &self.message()).await;
        let [dmarc] = results.dmarc.as_slice() else { panic!("{}: {results:?}", self.name) };
        let aligned = dmarc.aligned_by.as_ref().map_or("-", |d| d.as_str());
        (format!("{} {} {aligned}", dmarc.result, dmarc.policy), results)
    }

    /// What is to vouch does, and what is to be in trouble is, or the case would show nothing.
    fn is_as_arranged(&self, results: &AuthResults) -> bool {
        let signatures = self.dkim.iter().zip(&results.dkim).all(|(d, found)| {
            found.result == if d.starts_with("ill:") { DkimResult::TempError } else { DkimResult::Pass }
        });
        let path = match self.spf {
            "" => SpfResult::None,
            spf if spf.starts_with("ill:") => SpfResult::TempError,
            _ => SpfResult::Pass,
        };
        signatures && self.dkim.len() == results.dkim.len() && results.spf.result == path
    }
}

fn authenticator(server: &dns::DnsServer) -> Authenticator {
    let servers = vec![server.addr.to_string()];
    let settings = config::Dns { servers, timeout_ms: 1000, attempts: 1, budget_ms: 4000, ..config::Dns::default() };
    Authenticator::new(&settings).unwrap()
}

#[tokio::test]
async fn every_case_of_the_table() {
    let mut wrong = String::new();
    for case in CASES {
        let (found, results) = case.run().await;
        if !case.is_as_arranged(&results) {
            writeln!(wrong, "{} ({}): not as arranged: {results:?}", case.name, case.section).unwrap();
        } else if found != case.want {
            writeln!(wrong, "{} (RFC 9989 section {}): {found}, not {}", case.name, case.section, case.want).unwrap();
        }
    }
    assert!(wrong.is_empty(), "these cases differ:\n{wrong}");
}

#[test]
fn the_table_is_large_and_its_names_tell_cases_apart() {
    let names: BTreeSet<&str> = CASES.iter().map(|c| c.name).collect();
    assert_eq!(names.len(), CASES.len());
    assert!(CASES.len() >= ENOUGH, "{} cases", CASES.len());
}

#[tokio::test]
async fn a_walk_costs_eight_queries_at_most() {
    let server = dns::serve("", 0).await.unwrap();
    for (from, queries) in [("test", 1), ("a.test", 2), ("s.b.c.d.e.f.a.test", 8), ("1.2.3.4.5.6.7.8.9.10.a.test", 8)] {
        let before = server.count();
        let case = Case { name: "", section: "4.10", zone: "", from, dkim: NOBODY, spf: "", want: "" };
        // An authenticator of its own: nothing is remembered.
        authenticator(&server).authenticate(&case.envelope(), &case.message()).await;
        assert_eq!(server.count() - before, queries, "{from}");
    }
}
