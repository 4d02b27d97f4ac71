//! The sender's own published policy asks receivers not to trust this message.

use super::signal::{Asked, Check, Kind, Signal};
use crate::auth::DmarcPolicy;
use crate::evidence::Evidence;
use crate::policy::Action;

pub(super) static SIGNAL: Signal = Signal {
    id: "dmarc-fail",
    title: "The author's domain disowns the message (DMARC)",
    why: "The domain's owner publishes a policy of quarantine or reject, and neither an aligned signature nor an \
          aligned SPF pass is there (RFC 9989). What then happens at the least is policy.dmarc_reject and \
          policy.dmarc_quarantine. Innocent case: mailing lists and forwarders that change the message; RFC 9989 asks \
          not to refuse on this alone, and mail through a list that is itself authenticated is tagged at most.",
    points: 30,
    at_least: None,
    kind: Kind::Authentication,
    check: Check::AtLeast(check),
};

fn check(e: &Evidence<'_>) -> Option<Asked> {
    let (domain, policy) = e.origin.disowned_by()?;
    let saw = format!(
        "{domain} publishes p={policy}, and the message fails it: spf={}, dkim={}",
        e.auth.spf.result,
        e.auth.dkim_summary()
    );
    let at_least = e.origin.asked_for(policy);
    let key = match policy {
        DmarcPolicy::None => None,
        DmarcPolicy::Quarantine => Some("policy.dmarc_quarantine"),
        DmarcPolicy::Reject => Some("policy.dmarc_reject"),
    };
    Some(match e.origin.authenticated_list() {
        Some(list) => Asked {
            at_least: at_least.min(Action::Tag),
            key,
            evidence: format!("{saw}; it came through {list}, a list that is authenticated"),
        },
        None => Asked { at_least, key, evidence: saw },
    })
}
