//! The OpenSPF suite for RFC 7208: every scenario's zone is served over real packets, every case is asked for.

use super::spf::{authenticator, envelope};
use crate::{dns, suites};
use futures_util::future::join_all;
use hickory_server::proto::rr::rdata::{A, AAAA, CNAME, MX, NULL, PTR, TXT};
use hickory_server::proto::rr::{Name, RData, RecordType};
use serde::Deserialize;
use serde_yaml_ng::Value;
use spoof_milter::auth::SpfResult;
use std::collections::BTreeMap;

const SUITE: &str = "rfc7208-tests.yml";
/// Cases of the suite; fewer would mean that it was not read as a whole.
const CASES: usize = 203;

/// Cases that share a zone: one YAML document.
#[derive(Deserialize)]
struct Scenario {
    description: String,
    tests: BTreeMap<String, Case>,
    zonedata: BTreeMap<String, Vec<Value>>,
}

#[derive(Deserialize)]
struct Case {
    helo: String,
    host: String,
    mailfrom: String,
    result: Accepted,
    explanation: Option<String>,
}

/// The result, or several that are right, the preferred one first.
#[derive(Deserialize)]
#[serde(untagged)]
enum Accepted {
    One(String),
    Several(Vec<String>),
}

impl Accepted {
    fn list(&self) -> &[String] {
        match self {
            Accepted::One(result) => std::slice::from_ref(result),
            Accepted::Several(results) => results,
        }
    }
}

#[tokio::test]
async fn the_suite() {
    let Some(text) = suites::read(SUITE, CASES) else { return };
    let documents = serde_yaml_ng::Deserializer::from_str(&text);
    let scenarios = documents.map(|document| Scenario::deserialize(document).unwrap()).collect::<Vec<_>>();
    assert_eq!(scenarios.iter().map(|s| s.tests.len()).sum::<usize>(), CASES);
    let (mut preferred, mut wrong) = (0, Vec::new());
    for (first, faults) in join_all(scenarios.iter().map(run)).await {
        preferred += first;
        wrong.extend(faults);
    }
    assert!(wrong.is_empty(), "{} of {CASES} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    println!("{CASES} of {CASES} cases of {SUITE} pass, {preferred} with the result it prefers");
}

/// How many cases had the preferred result, and what was wrong.
async fn run(scenario: &Scenario) -> (usize, Vec<String>) {
    let server = dns::serve_zone(zone(&scenario.zonedata), 0).await.unwrap();
    let authenticator = &authenticator(&server);
    let cases = scenario.tests.iter().map(|(name, case)| async move {
        let sender = envelope(&case.host, &case.helo, &case.mailfrom);
        (name, case, authenticator.explain_spf(&sender).await)
    });
    let (mut preferred, mut wrong) = (0, Vec::new());
    for (name, case, (result, explanation)) in join_all(cases).await {
        let accepted = case.result.list();
        preferred += usize::from(accepted[0] == result.as_str());
        if !accepted.iter().any(|accepted| accepted == result.as_str()) {
            wrong.push(format!("{}: {name}: expected {accepted:?}, got {result}", scenario.description));
        }
        // The suite's DEFAULT is the checker's own text: ours gives none.
        let wanted = case.explanation.as_deref().filter(|text| *text != "DEFAULT");
        let stated = result == SpfResult::Fail && case.explanation.is_some();
        if stated && explanation.as_deref() != wanted {
            wrong
                .push(format!("{}: {name}: expected to be told {wanted:?}, got {explanation:?}", scenario.description));
        }
    }
    (preferred, wrong)
}

/// Zone data as the suite means it: an SPF record stands as TXT too, unless the name has TXT entries of its own.
fn zone(data: &BTreeMap<String, Vec<Value>>) -> dns::Zone {
    let mut zone = dns::Zone::default();
    for (owner, entries) in data {
        let owner = name(owner);
        let own_txt = entries.iter().any(|entry| entry.get("TXT").is_some());
        for entry in entries {
            if entry.as_str() == Some("TIMEOUT") {
                zone.silence(&owner);
                continue;
            }
            for (kind, value) in entry.as_mapping().unwrap() {
                let kind = kind.as_str().unwrap();
                for data in records(kind, value, own_txt) {
                    zone.put(&owner, data);
                }
            }
        }
    }
    zone
}

fn records(kind: &str, value: &Value, own_txt: bool) -> Vec<RData> {
    let text = || value.as_str().unwrap();
    vec![match kind {
        "TXT" if value.as_str() == Some("NONE") => return vec![],
        "TXT" => txt(value),
        "SPF" => return spf(value).into_iter().chain((!own_txt).then(|| txt(value))).collect(),
        "A" => RData::A(A(text().parse().unwrap())),
        "AAAA" => RData::AAAA(AAAA(text().parse().unwrap())),
        "PTR" => RData::PTR(PTR(name(text()))),
        "CNAME" => RData::CNAME(CNAME(name(text()))),
        "MX" => RData::MX(MX::new(value[0].as_u64().unwrap().try_into().unwrap(), name(value[1].as_str().unwrap()))),
        other => panic!("type {other:?} is not known"),
    }]
}

/// A record of the type that RFC 7208 gave up; a server cannot send one without text.
fn spf(value: &Value) -> Option<RData> {
    let text = strings(value).concat();
    (!text.is_empty()).then(|| RData::Unknown { code: RecordType::Unknown(99), rdata: NULL::with(text) })
}

/// No string at all cannot stand in a packet (RFC 1035 section 3.3.14): an empty one stands for it.
fn txt(value: &Value) -> RData {
    let strings = strings(value);
    if strings.is_empty() {
        return RData::TXT(TXT::from_bytes(vec![b""]));
    }
    RData::TXT(TXT::from_bytes(strings.iter().flat_map(|s| s.chunks(255)).collect()))
}

/// One string or several; a character stands for the octet of its number.
fn strings(value: &Value) -> Vec<Vec<u8>> {
    let octets = |text: &Value| text.as_str().unwrap().chars().map(|c| u8::try_from(c).unwrap()).collect();
    match value {
        Value::Sequence(list) => list.iter().map(octets).collect(),
        one => vec![octets(one)],
    }
}

/// A name, to the octet: the suite has names with spaces and slashes.
fn name(text: &str) -> Name {
    let labels = text.trim_end_matches('.').split('.').filter(|label| !label.is_empty());
    Name::from_labels(labels.map(str::as_bytes)).unwrap()
}
