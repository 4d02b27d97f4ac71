//! The sender's own published policy asks receivers not to trust this message.

use super::{Check, Evidence, Kind, Signal};
use crate::auth::{DmarcPolicy, DmarcResult};

pub(super) static SIGNAL: Signal = Signal {
    id: "dmarc-fail",
    title: "The author's domain disowns the message (DMARC)",
    why: "The domain's owner publishes a policy of quarantine or reject, and neither an aligned signature nor an aligned SPF \
          pass is there (RFC 9989). Innocent case: mailing lists and forwarders that change the message; RFC 9989 asks not \
          to refuse on this alone.",
    points: 30,
    at_least: None,
    kind: Kind::Authentication,
    check: Check::Message(check),
};

fn check(e: &Evidence<'_>) -> Option<String> {
    let failed = e.auth.dmarc.iter().find(|d| d.result == DmarcResult::Fail && d.policy != DmarcPolicy::None)?;
    let domain = failed.domain.as_ref()?;
    if e.policy.brands.iter().any(|b| b.owns(domain)) {
        return None;
    }
    Some(format!(
        "{domain} publishes p={}, and the message fails it: spf={}, dkim={}",
        failed.policy,
        e.auth.spf.result,
        e.auth.dkim_summary()
    ))
}
