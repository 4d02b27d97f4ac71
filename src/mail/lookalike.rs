//! Look-alike names: does a domain or a word imitate a brand's name without being it?
//!
//! Pure text work. What imitates is said in words, because reviewers read it. Words that merely contain or resemble the
//! name (`not_us`: freelance, glance …) never imitate it, and a name shorter than [`MIN_FUZZY`] is only looked for as a
//! whole word: short names have hundreds of honest neighbours.

use super::Domain;
use super::text::{fold, skeleton};

/// Shortest name for which typing errors are looked for. Below it honest neighbours abound (`dhl`: 10 of the 50,000 most
/// visited domains at distance 1, `ups`: 59).
pub const MIN_FUZZY: usize = 6;
/// Shortest name that is looked for inside a longer word (`elancelogin`).
pub const MIN_INSIDE: usize = 5;

/// Words that impostors join to a brand's name. A name joined to anything else (`freelancer`, `melances`) is another
/// word.
const BAIT: [&str; 62] = [
    "account",
    "accounts",
    "admin",
    "alert",
    "alerts",
    "app",
    "auth",
    "bank",
    "billing",
    "care",
    "center",
    "centre",
    "client",
    "com",
    "confirm",
    "customer",
    "desk",
    "group",
    "help",
    "helpdesk",
    "home",
    "id",
    "inc",
    "info",
    "job",
    "jobs",
    "login",
    "logon",
    "mail",
    "mailer",
    "member",
    "members",
    "my",
    "net",
    "notice",
    "notify",
    "official",
    "online",
    "pay",
    "payment",
    "payments",
    "portal",
    "safe",
    "secure",
    "security",
    "service",
    "services",
    "signin",
    "sso",
    "support",
    "team",
    "the",
    "update",
    "updates",
    "user",
    "users",
    "validate",
    "verification",
    "verify",
    "web",
    "www",
    "www2",
];

/// Longest word that is taken apart into bait: bounded work, and a label has 63 octets.
const MAX_BAIT: usize = 40;

/// Neighbours on a QWERTY keyboard, row by row; a key's neighbours stand beside it or one row up or down.
const ROWS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// Letters that are confused by ear or eye besides the Unicode confusables: the usual swaps of typosquatting.
const EAR_AND_EYE: [(char, char); 13] = [
    ('c', 's'),
    ('c', 'k'),
    ('c', 'e'),
    ('m', 'n'),
    ('u', 'v'),
    ('v', 'w'),
    ('i', 'y'),
    ('i', 'e'),
    ('a', 'e'),
    ('a', 'o'),
    ('e', 'o'),
    ('g', 'q'),
    ('b', 'd'),
];

/// A name to protect, prepared for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Folded, blanks and dashes removed (`trustwallet`).
    compact: String,
    /// Its skeleton.
    skeleton: String,
    /// Folded words that contain or resemble it and are not it.
    not_us: Vec<String>,
}

impl Name {
    /// Prepares `name`; `not_us` are the words that are not it.
    pub fn new(name: &str, not_us: &[String]) -> Name {
        let compact = compact(name);
        Name { skeleton: skeleton(&compact), compact, not_us: not_us.iter().map(|w| fold(w)).collect() }
    }

    /// The name, folded and compact.
    pub fn as_str(&self) -> &str {
        &self.compact
    }

    /// True for a folded word that contains or resembles the name and is known not to be it.
    pub(crate) fn is_not_us(&self, folded: &str) -> bool {
        self.not_us.iter().any(|w| w == folded)
    }

    /// How a single word (a label, a part of a display name) imitates the name, in words; `None` if it does not, or if
    /// it *is* the name, letter for letter.
    pub fn imitated_by(&self, word: &str) -> Option<String> {
        let folded = fold(word);
        if folded == self.compact || self.not_us.contains(&folded) {
            return None;
        }
        let long_enough = self.compact.len() >= MIN_INSIDE || !word.is_ascii();
        if long_enough && skeleton(word) == self.skeleton {
            return Some(format!("{word:?} is written with other characters to look like {:?}", self.compact));
        }
        let unbroken: String = folded.split(['-', '_']).collect();
        if self.compact.len() >= MIN_INSIDE && unbroken == self.compact {
            return Some(format!("{word:?} is {:?} taken apart", self.compact));
        }
        self.joined_in(&folded)
            .or_else(|| self.mistyped_as(&folded).map(|how| format!("{word:?} is {:?} with {how}", self.compact)))
    }

    /// True if the name stands in the label as a word of its own: `elance`, `elance-login`, `my-elance2`.
    pub fn is_token_of(&self, label: &str) -> bool {
        tokens(label).any(|t| t == self.compact)
    }

    /// True if a folded word is the name joined to bait: `elancesupport`.
    pub fn joins(&self, folded: &str) -> bool {
        folded != self.compact && !self.not_us.iter().any(|w| w == folded) && self.joined_in(folded).is_some()
    }

    /// True if a word or words are the name and bait, nothing else: `elance-support`, `elancelogin`, `service.elance`.
    pub fn baited_in(&self, folded: &str) -> bool {
        let words = || folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        let named = |w: &str| w == self.compact;
        self.joins(folded) && !folded.contains(|c: char| !c.is_alphanumeric())
            || words().any(named) && words().any(is_bait) && words().all(|w| named(w) || is_bait(w))
    }

    /// `elance-login`, `elancelogin`, `secure-elanse`: the name (or an imitation) joined to something else.
    fn joined_in(&self, label: &str) -> Option<String> {
        if label.contains(['-', '_']) || label.contains(|c: char| c.is_ascii_digit()) {
            if self.is_token_of(label) {
                return Some(format!("{label:?} joins {:?} to other words", self.compact));
            }
            let part = tokens(label).find(|t| t.len() >= MIN_FUZZY && self.skeleton == skeleton(t));
            if let Some(part) = part {
                return Some(format!("{label:?} holds {part:?}, which looks like {:?}", self.compact));
            }
        }
        if self.compact.len() < MIN_INSIDE {
            return None;
        }
        let masked =
            self.not_us.iter().filter(|w| w.contains(&self.compact)).fold(label.to_owned(), |l, w| l.replace(w, " "));
        let (before, after) = masked.split_once(&self.compact)?;
        let bait = |side: &str| {
            let side = side.trim_matches(['-', '_']);
            side.is_empty() || side.split(['-', '_']).all(is_bait)
        };
        (bait(before) && bait(after)).then(|| format!("{label:?} joins {:?} to other words", self.compact))
    }

    /// One typing error away that adds or changes a letter, in words. A letter left out makes too many first names.
    pub fn misspelt_as(&self, folded: &str) -> Option<&'static str> {
        let known = folded.chars().count() < self.compact.chars().count() || self.not_us.iter().any(|w| w == folded);
        self.mistyped_as(folded).filter(|_| !known)
    }

    /// One typing error away, by the ways people mistype and typosquatters register.
    fn mistyped_as(&self, word: &str) -> Option<&'static str> {
        if self.compact.len() < MIN_FUZZY || !word.is_ascii() || strsim::osa_distance(word, &self.compact) != 1 {
            return None;
        }
        let (a, b): (Vec<char>, Vec<char>) = (self.compact.chars().collect(), word.chars().collect());
        let at = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
        match b.len().cmp(&a.len()) {
            // A missing first letter leaves an ordinary word more often than not (lance, glance).
            std::cmp::Ordering::Less => (at > 0).then_some("a letter left out"),
            std::cmp::Ordering::Greater => {
                let added = b[at];
                let beside = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|i| a.get(i));
                let near = beside.clone().any(|c| *c == added || keys_touch(*c, added));
                (at > 0 && near).then_some("a letter doubled or added")
            }
            std::cmp::Ordering::Equal if at + 1 < a.len() && a[at] == b[at + 1] && a[at + 1] == b[at] => {
                Some("two letters exchanged")
            }
            std::cmp::Ordering::Equal => {
                let swap = (a[at], b[at]);
                let alike = EAR_AND_EYE.iter().any(|p| *p == swap || *p == (swap.1, swap.0));
                (at > 0 && (alike || keys_touch(swap.0, swap.1))).then_some("one letter replaced by a similar one")
            }
        }
    }
}

/// True if a word is bait, or pieces of bait without a gap (`paymentdesk`).
fn is_bait(word: &str) -> bool {
    // Pieces shorter than three letters (`my`, `id`) would make bait of honest words.
    let mut rests = BAIT.iter().filter(|b| b.len() > 2).filter_map(|b| word.strip_prefix(*b));
    word.len() <= MAX_BAIT && (BAIT.contains(&word) || rests.any(|rest| !rest.is_empty() && is_bait(rest)))
}

/// How `domain`, which is not the brand's, imitates `name`; in words.
pub fn imitates(domain: &Domain, name: &Name) -> Option<String> {
    let unicode = domain.to_unicode();
    let chosen = chosen_label(domain, &unicode);
    if fold(&chosen) == name.compact {
        return (name.compact.len() >= MIN_INSIDE)
            .then(|| format!("{unicode} is {:?} under another suffix", name.compact));
    }
    if let Some(how) = name.imitated_by(&chosen) {
        return Some(format!("{unicode}: {how}"));
    }
    let inner: Vec<&str> = unicode.split('.').take_while(|l| *l != chosen).collect();
    let inside = inner.iter().find(|l| name.is_token_of(&fold(l)) || name.imitated_by(l).is_some())?;
    Some(format!("{unicode} carries {inside:?} in front of a stranger's domain {:?}", domain.registrable()))
}

/// The label the registrant chose, as people read it.
fn chosen_label(domain: &Domain, unicode: &str) -> String {
    let left = domain.labels().count() - domain.registrable().split('.').count();
    unicode.split('.').nth(left).unwrap_or(unicode).to_owned()
}

/// The words of a label: cut at everything that is no letter.
fn tokens(label: &str) -> impl Iterator<Item = &str> {
    label.split(|c: char| !c.is_alphabetic()).filter(|t| !t.is_empty())
}

/// Folded, without blanks and punctuation.
pub fn compact(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn keys_touch(a: char, b: char) -> bool {
    let place = |c: char| ROWS.iter().enumerate().find_map(|(row, keys)| keys.find(c).map(|col| (row, col)));
    let (Some(a), Some(b)) = (place(a), place(b)) else { return false };
    a.0.abs_diff(b.0) <= 1 && a.1.abs_diff(b.1) <= 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn elance() -> Name {
        let not_us: Vec<String> =
            ["freelance", "lance", "glance", "behance", "thelancet"].iter().map(|s| (*s).to_owned()).collect();
        Name::new("Elance", &not_us)
    }

    fn caught(domain: &str) -> bool {
        imitates(&Domain::parse(domain).unwrap(), &elance()).is_some()
    }

    #[test]
    fn imitations_are_caught() {
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
        ] {
            assert!(caught(domain), "{domain}");
        }
    }

    #[test]
    fn words_that_only_look_like_it_are_not() {
        for domain in [
            "freelance.com",
            "freelancer.com",
            "freelance-jobs.test",
            "lance.com.br",
            "glance.com",
            "behance.net",
            "thelancet.com",
            "cylance.com",
            "balance.test",
            "relance.fr",
            "enhance.co.jp",
            "lance.example",
            "my-freelance.test",
            "alliance.test",
            "e.lance.example",
            "el.ance.example",
        ] {
            assert!(!caught(domain), "{domain}");
        }
    }

    #[test]
    fn bait_is_nothing_but_bait() {
        let elance = elance();
        for word in ["elance-support", "elancelogin", "service.elance", "elance-billing-team"] {
            assert!(elance.baited_in(word), "{word}");
        }
        for word in ["elance", "elance-bob", "freelance-support", "bob.elance", "support"] {
            assert!(!elance.baited_in(word), "{word}");
        }
    }

    #[test]
    fn short_names_match_as_words_only() {
        let dhl = Name::new("DHL", &[]);
        let imitates = |d: &str| imitates(&Domain::parse(d).unwrap(), &dhl).is_some();
        assert!(imitates("dhl-parcel.test") && imitates("dhl.evil.test"));
        assert!(!imitates("dhi.test") && !imitates("adhl.test") && !imitates("dhla.test"));
    }
}
