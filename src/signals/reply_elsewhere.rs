//! `From: "Elance" <…>` with `Reply-To: claims@mailbox.example`: the answer goes to somebody else.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "reply-elsewhere",
    title: "Answers lead away from the brand the message claims",
    why: "A conversation is drawn to an address the brand does not own. Lists and contact forms set Reply-To as well, \
          so it counts only where the message poses as a brand.",
    points: 20,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    if !e.poses_as(brand) {
        return None;
    }
    let author = |d: &str| e.message.from.iter().any(|m| m.domain.as_ref().is_some_and(|a| a.registrable() == d));
    e.message.reply_to.iter().find_map(|m| {
        let domain = m.domain.as_ref()?;
        let elsewhere = !brand.links_to(domain) && !author(domain.registrable());
        elsewhere.then(|| format!("answers go to {domain}, which is neither {}'s nor the sender's", brand.name))
    })
}
