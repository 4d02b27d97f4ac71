//! Who vouches for a message: SPF, DKIM, ARC and DMARC over real DNS packets, their public suites, and a DNS that is
//! hostile. Every test asks a name server of its own on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "auth/arc.rs"]
mod arc;
#[path = "common/corpus.rs"]
mod corpus;
#[path = "auth/dkim.rs"]
mod dkim;
#[path = "auth/dmarc.rs"]
mod dmarc;
#[path = "common/dns.rs"]
mod dns;
#[path = "auth/hostile_dns.rs"]
mod hostile_dns;
#[path = "auth/openspf.rs"]
mod openspf;
#[path = "auth/pinned.rs"]
mod pinned;
#[path = "auth/results.rs"]
mod results;
#[path = "auth/spf.rs"]
mod spf;
#[path = "common/suites.rs"]
mod suites;
