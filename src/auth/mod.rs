//! Who vouches for a message: SPF, DKIM, ARC and DMARC. The only user of DNS and of mail_auth.
//!
//! One message costs one round of look-ups, all at the same time, within one deadline and one number of queries; then
//! arithmetic. What is hostile about a message (endless headers, hundreds of signatures, records that lead to ever more
//! records) is cut and told in [`AuthResults::limits`]. Nothing here fails: trouble is `temperror`, and never worse.

mod arc;
mod authenticator;
mod body_hash;
mod check;
pub mod clock;
mod coverage;
mod dkim;
mod dmarc;
pub mod header;
mod keys;
mod last_good;
mod resolver;
mod results;
mod spf;
mod stated;
mod tags;

pub use authenticator::Authenticator;
pub use results::{
    ArcResult, ArcResults, AuthResults, Coverage, Dkim, DkimResult, Dmarc, DmarcPolicy, DmarcResult, Iprev,
    IprevResult, PublishedPolicy, Remembered, Repeated, Spf, SpfIdentity, SpfResult,
};
pub use stated::Stated;
