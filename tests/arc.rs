//! ARC (RFC 8617): the public chain validation suite over real DNS packets, and the chains that other verifiers wrongly
//! accept or crash on.
//!
//! The suite is read from the folder that `SPOOF_MILTER_SUITES` names, else from `../shared/suites`. Where it is not
//! there, the test says so in a line that begins with `NOT RUN:`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common {
    pub(crate) mod dns;
    pub(crate) mod suites;
}

use common::{dns, suites};
use serde::Deserialize;
use spoof_milter::auth::{ArcResult, Authenticator};
use spoof_milter::mail::{Envelope, Message, message};
use spoof_milter::policy::config;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const SUITE: &str = "arc-validation-tests.yml";
/// Cases of the suite; fewer would mean that it was not read as a whole.
const CASES: usize = 171;

/// Cases that share a zone: one YAML document.
#[derive(Deserialize)]
struct Scenario {
    tests: BTreeMap<String, Case>,
    #[serde(rename = "txt-records", default)]
    txt: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Case {
    message: String,
    /// `None`, `Pass`, `Fail`; empty where the newest seal says itself that the chain is broken: never a pass.
    cv: String,
}

#[tokio::test]
async fn the_validation_suite() {
    let Some(text) = suites::read(SUITE, CASES) else { return };
    let (mut count, mut wrong) = (0, String::new());
    for document in serde_yaml_ng::Deserializer::from_str(&text) {
        let Some(scenario) = Option::<Scenario>::deserialize(document).unwrap() else { continue };
        let records = scenario.txt.unwrap_or_default();
        let zone: String = records.iter().map(|(name, data)| format!("{name} TXT {data}\n")).collect();
        let server = dns::serve(&zone, 0).await.unwrap();
        let settings = config::Dns { servers: vec![server.addr.to_string()], ..config::Dns::default() };
        let authenticator = Authenticator::new(&settings).unwrap();
        for (name, case) in scenario.tests {
            count += 1;
            let raw = message::on_the_wire(case.message.into_bytes());
            let results = authenticator.authenticate(&Envelope::default(), &Message::parse(raw, true)).await;
            let wanted = match case.cv.as_str() {
                "None" => ArcResult::None,
                "Pass" => ArcResult::Pass,
                "Fail" | "" => ArcResult::Fail,
                other => panic!("{name}: {other:?} is no result"),
            };
            if results.arc.result != wanted {
                writeln!(wrong, "{name}: expected {wanted}, got {}", results.arc.result).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "these cases differ:\n{wrong}");
    assert_eq!(count, CASES);
    println!("{count} of {CASES} cases of {SUITE} pass");
}
