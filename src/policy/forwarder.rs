//! Exemptions for forwarders (`[[auth.forwarder]]`): who may hand over mail whose author cannot be proven any more.
//!
//! Narrow on purpose: bound to one thing a stranger cannot have (an address, a confirmed name, a signature), with a
//! reason and an end. What is vague, has no end or is bound to nothing is refused when the configuration is read; what
//! has ended is ignored.

use crate::mail::Domain;
use crate::policy::action::Action;
use crate::policy::config::sections;
use ipnet::IpNet;
use std::net::IpAddr;
use toml::value::Datetime;

/// How a forwarder is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// By the client's address.
    Networks(Vec<IpNet>),
    /// By the client's name, or one above it, once the name's addresses confirm it (iprev, RFC 8601 section 3).
    Host(Domain),
    /// By a passing signature of this domain or one below it.
    Signature(Domain),
}

/// One exemption.
#[derive(Debug, Clone, PartialEq)]
pub struct Forwarder {
    /// How the forwarder is known.
    pub known: Known,
    /// What happens instead of refusal.
    pub action: Action,
    /// Why the exemption is there.
    pub reason: String,
    /// Its last day as written.
    pub expires: String,
    last_day: i64,
    recipients: Vec<String>,
}

impl Forwarder {
    /// Compiles an exemption. The error is the key at fault and what is wrong with it.
    pub(super) fn compile(written: &sections::Forwarder) -> Result<Forwarder, (&'static str, String)> {
        let domain = |key: &'static str, text: &str| {
            Domain::parse(text).ok_or_else(|| (key, format!("{text:?} is not a domain name")))
        };
        let known = match (written.networks.is_empty(), written.host.as_str(), written.dkim.as_str()) {
            (false, "", "") => Known::Networks(written.networks.clone()),
            (true, host, "") if !host.is_empty() => Known::Host(domain("host", host)?),
            (true, "", dkim) if !dkim.is_empty() => Known::Signature(domain("dkim", dkim)?),
            _ => return Err(("reason", "a forwarder is known by exactly one of networks, host and dkim".to_owned())),
        };
        if written.reason.trim().is_empty() || written.reason.chars().any(char::is_control) {
            return Err(("reason", "say in a sentence why this forwarder is exempt".to_owned()));
        }
        if written.action == Action::Reject {
            return Err(("action", "\"reject\" exempts nothing: \"accept\", \"tag\" or \"quarantine\"".to_owned()));
        }
        if let Some(bad) = written.recipients.iter().find(|r| !r.contains('@')) {
            return Err(("recipients", format!("{bad:?} is neither an address nor \"@domain\"")));
        }
        let last_day = day_of(&written.expires)
            .ok_or_else(|| ("expires", format!("{:?} is not a date; write \"2027-06-30\"", written.expires)))?;
        Ok(Forwarder {
            known,
            action: written.action,
            reason: written.reason.clone(),
            expires: written.expires.clone(),
            last_day,
            recipients: written.recipients.iter().map(|r| r.to_lowercase()).collect(),
        })
    }

    /// True after its last day; `day` in days since 1970-01-01.
    pub fn has_expired(&self, day: i64) -> bool {
        day > self.last_day
    }

    /// True if it may hand over mail to these recipients, all of them.
    pub fn delivers_to(&self, recipients: &[String]) -> bool {
        let listed = |address: &String| {
            let address = address.to_lowercase();
            self.recipients
                .iter()
                .any(|r| if r.starts_with('@') { address.ends_with(r.as_str()) } else { address == *r })
        };
        self.recipients.is_empty() || !recipients.is_empty() && recipients.iter().all(listed)
    }

    /// True if the client's address alone says that it is this forwarder.
    pub fn has_address(&self, client: IpAddr) -> bool {
        matches!(&self.known, Known::Networks(networks) if networks.iter().any(|n| n.contains(&client)))
    }
}

/// A date as days since 1970-01-01; `None` if it is none.
fn day_of(written: &str) -> Option<i64> {
    let datetime: Datetime = written.parse().ok()?;
    let date = datetime.date.filter(|_| datetime.time.is_none() && datetime.offset.is_none())?;
    // Years that begin in March have their leap day at the end (H. Hinnant's days_from_civil).
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    const UNTIL_1970: i64 = 719_468;
    Some(year * 365 + leap_days + of_year - UNTIL_1970)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dates_become_days() {
        for (written, day) in [
            ("1970-01-01", 0),
            ("1970-03-01", 59),
            ("2000-02-29", 11_016),
            ("2024-12-31", 20_088),
            ("2027-06-30", 20_999),
        ] {
            assert_eq!(day_of(written), Some(day), "{written}");
        }
        for bad in ["", "2027-6-30", "2027-02-30", "2027-13-01", "30.06.2027", "2027-06-30T00:00:00", "never"] {
            assert_eq!(day_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_last_day_still_counts() {
        let written = sections::Forwarder {
            reason: "a test".into(),
            expires: "2027-06-30".into(),
            networks: vec!["192.0.2.0/24".parse().unwrap()],
            host: String::new(),
            dkim: String::new(),
            recipients: vec!["Bob@A.example".into(), "@b.example".into()],
            action: Action::Tag,
        };
        let forwarder = Forwarder::compile(&written).unwrap();
        assert!(!forwarder.has_expired(20_999) && forwarder.has_expired(21_000));
        let to = |list: &[&str]| forwarder.delivers_to(&list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        assert!(to(&["bob@a.example"]) && to(&["BOB@a.example", "x@B.example"]));
        assert!(
            !to(&[]) && !to(&["eve@a.example"]) && !to(&["bob@a.example", "x@c.example"]) && !to(&["x@sub.b.example"])
        );
    }
}
