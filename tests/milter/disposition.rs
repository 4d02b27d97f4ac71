//! What is done with a message, as a table: every action in every circumstance, and what the MTA is told, header, log
//! line, counters and record say of it. All of them tell the same.

use crate::bench::{policy, verdict};
use spoof_milter::disposition::{Circumstances, Exempt, Failure, Later, Measure, Outcome, dispose, dispose_unjudged};
use spoof_milter::mail::Envelope;
use spoof_milter::policy::{Action, Mode};
use spoof_milter::record::{LogLine, Metrics, Ruling, VERDICT_FIELD, VerdictRecord, headers};
use spoof_milter::verdict::{By, Verdict};
use std::time::Duration;

const DELIVER: Measure = Measure::Deliver { tag: false };
const TAG: Measure = Measure::Deliver { tag: true };
const CANNOT_HOLD: Measure = Measure::TryLater(Later::CannotHold);
const UNVERIFIED: Measure = Measure::TryLater(Later::Unverified);

/// Circumstances in the words of the table.
fn circumstances(words: &str) -> Circumstances {
    let has = |word: &str| words.split(' ').any(|w| w == word);
    Circumstances {
        mode: if has("monitor") { Mode::Monitor } else { Mode::Enforce },
        can_hold: !has("cannot-hold"),
        exempt: has("only-report").then_some(Exempt::ReportMailbox),
        is_report: has("report") || has("only-report"),
        has_forged_fields: has("forged"),
        has_waited: has("waited"),
    }
}

fn judged(action: Action, deferred: bool) -> Verdict {
    let deferred = deferred.then(|| "no answer for elance.com".to_owned());
    Verdict { deferred, ..verdict(action, &policy("")) }
}

/// Every action, then what is enforced in each of these circumstances.
#[test]
fn every_action_in_every_circumstance() {
    let all = [Action::Accept, Action::Tag, Action::Quarantine, Action::Reject];
    for (words, wanted) in [
        ("", [DELIVER, TAG, Measure::Hold, Measure::Refuse]),
        ("cannot-hold", [DELIVER, TAG, CANNOT_HOLD, Measure::Refuse]),
        ("report", [DELIVER, TAG, Measure::Hold, Measure::Hold]),
        ("report cannot-hold", [DELIVER, TAG, CANNOT_HOLD, CANNOT_HOLD]),
        ("only-report", [Measure::NotJudged(Exempt::ReportMailbox); 4]),
        ("only-report cannot-hold", [Measure::NotJudged(Exempt::ReportMailbox); 4]),
        ("forged", [Measure::Hold, Measure::Hold, Measure::Hold, Measure::Refuse]),
        ("forged cannot-hold", [CANNOT_HOLD, CANNOT_HOLD, CANNOT_HOLD, Measure::Refuse]),
        ("forged report", [Measure::Hold; 4]),
    ] {
        // Whoever did not wait for anything is not asked how long.
        for waited in ["", " waited"] {
            for monitor in ["", " monitor"] {
                let words = format!("{words}{waited}{monitor}");
                for (action, measure) in all.into_iter().zip(wanted) {
                    expect(&judged(action, false), &words, measure);
                }
            }
        }
    }
}

/// The same where a proof cannot be looked up.
#[test]
fn what_waits_is_put_off_until_it_has_waited_enough() {
    let all = [Action::Accept, Action::Tag, Action::Quarantine, Action::Reject];
    for (words, wanted) in [
        ("", [UNVERIFIED; 4]),
        ("cannot-hold", [UNVERIFIED; 4]),
        ("report", [UNVERIFIED; 4]),
        ("forged", [UNVERIFIED; 4]),
        ("only-report", [Measure::NotJudged(Exempt::ReportMailbox); 4]),
        ("waited", [Measure::Hold, Measure::Hold, Measure::Hold, Measure::Refuse]),
        ("waited report", [Measure::Hold; 4]),
        ("waited cannot-hold", [CANNOT_HOLD, CANNOT_HOLD, CANNOT_HOLD, Measure::Refuse]),
        ("waited only-report", [Measure::NotJudged(Exempt::ReportMailbox); 4]),
    ] {
        for monitor in ["", " monitor"] {
            for (action, measure) in all.into_iter().zip(wanted) {
                expect(&judged(action, true), &format!("{words}{monitor}"), measure);
            }
        }
    }
    // Mail of no brand is judged by what is known.
    let stranger = Verdict { brand: None, ..judged(Action::Accept, true) };
    expect(&stranger, "waited", DELIVER);
}

/// Holds one row of the table: what is done, and that whoever tells of it tells the same.
fn expect(verdict: &Verdict, words: &str, enforced: Measure) {
    let circumstances = circumstances(words);
    let ruling = Ruling::of(verdict, circumstances);
    let disposition = ruling.disposition;
    let row = format!("{} in {words:?}: {disposition:?}", verdict.action);
    let monitor = circumstances.mode == Mode::Monitor;
    let really = match enforced {
        Measure::NotJudged(_) => enforced,
        _ if monitor => DELIVER,
        _ => enforced,
    };
    assert_eq!((disposition.enforced, disposition.measure), (enforced, really), "{row}");
    assert_eq!(dispose(verdict, &circumstances), disposition, "{row}");
    tells_the_same(&ruling, enforced.as_str(), &row);
}

/// Header, log line, record and counters of a ruling all say `word`.
fn tells_the_same(ruling: &Ruling<'_>, word: &str, row: &str) {
    let monitor = ruling.disposition.mode == Mode::Monitor;
    let passed = matches!(ruling.disposition.measure, Measure::NotJudged(_));
    let by = ruling.disposition.by.map(|by| by.to_string());

    let (name, header) = headers(ruling).swap_remove(0);
    let header = header.replace('\n', "");
    assert_eq!(name, VERDICT_FIELD);
    assert_eq!(header.split(';').next(), Some(word), "{row}: {header}");
    let part = |key: &str| header.split("; ").find_map(|p| p.strip_prefix(key)).map(str::to_owned);
    assert_eq!(part("by="), by, "{row}: {header}");
    assert_eq!(part("mode=").is_some(), monitor, "{row}: {header}");
    assert_eq!(part("passed=").is_some(), passed, "{row}: {header}");

    let envelope = Envelope { queue_id: "4bX".to_owned(), ..Envelope::default() };
    let record = VerdictRecord::of(ruling, Outcome::Done, &envelope, None, Some(Duration::from_millis(3)));
    assert_eq!((record.action.as_str(), &record.by), (word, &by), "{row}");
    assert_eq!(record.done, ruling.disposition.measure.as_str(), "{row}");
    let line = LogLine::of(&record);
    assert_eq!(line.get("action"), Some(word), "{row}: {line}");
    assert_eq!(line.get("by"), by.as_deref(), "{row}: {line}");
    assert_eq!(line.get("mode").is_some(), monitor, "{row}: {line}");
    assert_eq!(line.get("passed").is_some(), passed, "{row}: {line}");

    let metrics = Metrics::new().unwrap();
    metrics.count(ruling, Outcome::Done, Duration::from_millis(3));
    let text = metrics.render();
    let counted: Vec<&str> =
        text.lines().filter(|l| l.starts_with("spoof_milter_messages_total{") && l.ends_with(" 1")).collect();
    let mode = if monitor { "monitor" } else { "enforce" };
    let expected = format!("spoof_milter_messages_total{{action=\"{word}\",mode=\"{mode}\"}} 1");
    assert_eq!(counted, if passed { vec![] } else { vec![expected.as_str()] }, "{row}");
}

#[test]
fn what_could_not_be_judged_is_put_off_or_held_and_never_just_delivered() {
    let unjudged = Measure::TryLater(Later::Unjudged);
    for (words, enough, why, enforced) in [
        ("", false, Failure::Panic, unjudged),
        ("", true, Failure::Timeout, Measure::Hold),
        ("cannot-hold", false, Failure::Timeout, unjudged),
        ("cannot-hold", true, Failure::Panic, unjudged),
        ("report", true, Failure::Panic, Measure::Hold),
        ("", false, Failure::Overload, Measure::TryLater(Later::Overload)),
    ] {
        for monitor in ["", " monitor"] {
            let words = format!("{words}{monitor}");
            let circumstances = circumstances(&words);
            let disposition = dispose_unjudged(why, enough, &circumstances);
            let really = if monitor.is_empty() { enforced } else { DELIVER };
            assert_eq!((disposition.enforced, disposition.measure), (enforced, really), "{why:?} in {words:?}");
            let ruling = Ruling::on_failure(why, enough, circumstances, "policy01");
            tells_the_same(&ruling, enforced.as_str(), &format!("{why:?} in {words:?}"));
            let record = VerdictRecord::of(&ruling, Outcome::Done, &Envelope::default(), None, None);
            assert_eq!(record.error.as_deref(), Some(why.as_str()));
        }
    }
}

#[test]
fn an_edit_that_failed_is_what_happened() {
    let verdict = judged(Action::Quarantine, false);
    let ruling = Ruling::of(&verdict, Circumstances::default());
    let record = VerdictRecord::of(&ruling, Outcome::Failed, &Envelope::default(), None, None);
    assert_eq!((record.action.as_str(), record.done.as_str()), ("tempfail", "tempfail"));
    assert_eq!((record.outcome.as_str(), record.error.as_deref()), ("failed", Some("edit")));
    let metrics = Metrics::new().unwrap();
    metrics.count(&ruling, Outcome::Failed, Duration::ZERO);
    assert!(metrics.render().contains("messages_total{action=\"tempfail\",mode=\"enforce\"} 1"));
}

#[test]
fn by_names_the_rule_where_score_and_ladder_alone_do_not() {
    let by = |verdict: &Verdict, words: &str| dispose(verdict, &circumstances(words)).by;
    let refused = judged(Action::Reject, false);
    assert_eq!(by(&refused, ""), None, "100 points refuse");
    assert_eq!(by(&refused, "report"), Some(By::ReportMailbox));
    assert_eq!(by(&judged(Action::Accept, false), "forged"), Some(By::ForgedFields));
    assert_eq!(by(&judged(Action::Accept, true), "waited"), Some(By::Waited));
    assert_eq!(by(&judged(Action::Quarantine, false), "cannot-hold"), Some(By::CannotHold));
    let weak = Verdict { by: Some(By::WeakClaim), ..judged(Action::Quarantine, false) };
    assert_eq!(by(&weak, ""), Some(By::WeakClaim), "the verdict's own rule stays");
    assert_eq!(by(&weak, "forged report"), Some(By::WeakClaim), "what changes nothing decides nothing");
}
