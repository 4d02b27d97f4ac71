//! What a signature covers of the header it stands in.
//!
//! `h=` names fields from the bottom up, each as often as it is signed (RFC 6376 section 5.4.2). A field that stands
//! there more often was not all there when the signature was made, and many programs show the topmost. Pure counting;
//! shared by DKIM and ARC.

use crate::auth::results::{Coverage, Repeated};
use crate::mail::Message;

/// Fields of which there is one (RFC 5322 section 3.6, RFC 2045) and which are shown, or decide how the rest is shown.
const SINGLE: [&str; 11] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];
/// Those of them that say who wrote what: with one unsigned beside the signed one, what is read need not be what was
/// signed. The others (a sloppy mailer's second To or MIME-Version) cost nobody their proof, and are told.
const DECISIVE: [&str; 3] = ["From", "Subject", "Content-Type"];

/// Names in one `h=`. mail_auth compares each with every field of the message, so the product must stay small.
pub(super) const MAX_SIGNED_NAMES: usize = 128;

/// How often each of [`SINGLE`] stands in a header, as mail programs count: any case, blanks before the colon ignored.
#[derive(Debug, Default)]
pub(super) struct Census([usize; SINGLE.len()]);

impl Census {
    pub(super) fn of(message: &Message) -> Census {
        let count = |name: &str| message.fields.iter().filter(|f| f.name.eq_ignore_ascii_case(name)).count();
        Census(SINGLE.map(count))
    }

    /// The fields that stand there several times, and more often than `signed` (`h=`) names them.
    pub(super) fn beyond(&self, signed: &[String]) -> Vec<Repeated> {
        let counted = SINGLE.iter().zip(self.0).filter(|(_, count)| *count > 1);
        counted
            .map(|(name, count)| Repeated { name, count, signed: times(signed, name) })
            .filter(|r| r.count > r.signed)
            .collect()
    }

    pub(super) fn coverage(&self, signed: &[String], age_days: Option<u64>) -> Coverage {
        let covers = |name: &str| times(signed, name) > 0;
        Coverage { to: covers("To"), subject: covers("Subject"), age_days, repeated: self.beyond(signed) }
    }
}

fn times(signed: &[String], name: &str) -> usize {
    signed.iter().filter(|s| s.trim().eq_ignore_ascii_case(name)).count()
}

/// The first repeated field that leaves open what was signed, in words.
pub(super) fn ambiguity(repeated: &[Repeated]) -> Option<String> {
    repeated.iter().find(|r| DECISIVE.contains(&r.name)).map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn only_what_stands_more_often_than_signed_is_told() {
        let raw = b"To: a\r\nSUBJECT : b\r\nSubject: c\r\nReceived: x\r\nReceived: y\r\nFrom: d\r\n\r\n".to_vec();
        let census = Census::of(&Message::parse(raw, true));
        let subject = |signed| vec![Repeated { name: "Subject", count: 2, signed }];
        assert_eq!(census.beyond(&names(&["from", "subject"])), subject(1));
        assert_eq!(census.beyond(&names(&["from"])), subject(0));
        assert_eq!(census.beyond(&names(&["from", "subject", " Subject"])), []);
        assert_eq!(census.beyond(&names(&["subject", "subject", "subject"])), [], "signed against being added");
        let coverage = census.coverage(&names(&["FROM", "to"]), Some(3));
        assert!(coverage.to && !coverage.subject && coverage.age_days == Some(3));
    }

    #[test]
    fn only_what_says_who_wrote_what_costs_the_proof() {
        let repeated = |name| vec![Repeated { name, count: 2, signed: 1 }];
        for name in SINGLE {
            assert_eq!(ambiguity(&repeated(name)).is_some(), DECISIVE.contains(&name), "{name}");
        }
    }
}
