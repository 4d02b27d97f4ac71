//! A judged set in words and as JSON. One truth, two renderings.

use crate::cli::evaluate::alone::{self, Fragile, fragile, fragile_scores};
use crate::cli::evaluate::set::label;
use crate::cli::evaluate::tally::{Group, Judged, Tally, ratio};
use crate::policy::Action;
use crate::record::printable;
use crate::signals::SIGNALS;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Points on either side of a threshold that count as near it.
const NEAR: u32 = 5;
/// Messages named in each list for people; JSON has all.
const LISTED: usize = 20;
/// Shares of honest mail at which the curve is read.
const RATES: [f64; 4] = [0.0, 0.001, 0.01, 0.05];

/// Every action but delivery.
fn levels_beyond_delivery() -> impl Iterator<Item = Action> {
    Action::ALL.into_iter().skip(1)
}

/// How one message fares under two policies.
pub(super) struct Change<'a> {
    file: &'a str,
    spoof: bool,
    before: &'a Judged,
    after: &'a Judged,
}

/// The messages that fare otherwise.
pub(super) fn changes<'a>(before: &'a Tally<'_>, after: &'a Tally<'_>) -> Vec<Change<'a>> {
    let pairs = before.cases.iter().zip(before.judged.iter().zip(&after.judged));
    pairs
        .filter(|(_, (b, a))| b.action != a.action)
        .map(|(c, (before, after))| Change { file: &c.name, spoof: c.spoof, before, after })
        .collect()
}

/// The distance to the nearest threshold, if it is near.
fn nearness(tally: &Tally<'_>, judged: &Judged) -> Option<u32> {
    let l = tally.policy.ladder;
    [l.tag, l.quarantine, l.reject].into_iter().map(|t| t.abs_diff(judged.score)).filter(|d| *d <= NEAR).min()
}

/// Messages near a threshold, nearest first.
fn near<'t>(tally: &'t Tally<'_>) -> Vec<(&'t str, bool, &'t Judged)> {
    let mut found: Vec<_> = tally
        .cases
        .iter()
        .zip(&tally.judged)
        .filter_map(|(c, j)| Some((nearness(tally, j)?, (c.name.as_str(), c.spoof, j))))
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, m)| m).collect()
}

/// Messages that fare worst for a user: honest mail that is not simply delivered, and claims that are.
fn wrong<'t>(tally: &'t Tally<'_>) -> Vec<(&'t str, bool, &'t Judged)> {
    let judged = tally.cases.iter().zip(&tally.judged);
    let wrong = judged
        .filter(|(c, j)| if c.spoof { j.claims && j.action == Action::Accept } else { j.action > Action::Accept });
    wrong.map(|(c, j)| (c.name.as_str(), c.spoof, j)).collect()
}

// ---- for people

pub(super) fn as_text(tally: &Tally<'_>) -> String {
    let mut out = String::new();
    let l = tally.policy.ladder;
    let (phish, ham) = (tally.members(Group::Phish).count(), tally.members(Group::Ham).count());
    let _ = writeln!(
        out,
        "{} messages: {phish} phish, {ham} ham; policy {}, ladder {}/{}/{}\n",
        tally.cases.len(),
        tally.policy.id,
        l.tag,
        l.quarantine,
        l.reject
    );
    confusion(&mut out, tally);
    let unstated = tally.unstated();
    if unstated > 0 {
        let _ = writeln!(
            out,
            "\nMessages of which nothing states whether the author is proven: {unstated}. \
             Their address is believed there."
        );
    }
    levels(&mut out, tally);
    curve(&mut out, tally);
    signals(&mut out, tally);
    decided_alone(&mut out, tally);
    fragile_passes(&mut out, tally);
    list(&mut out, "Honest mail touched", wrong(tally).into_iter().filter(|(_, spoof, _)| !spoof).collect());
    list(&mut out, "Claims delivered untagged", wrong(tally).into_iter().filter(|(_, spoof, _)| *spoof).collect());
    list(&mut out, &format!("Within {NEAR} points of a threshold"), near(tally));
    out
}

fn confusion(out: &mut String, tally: &Tally<'_>) {
    let heads = Action::ALL.map(|action| format!("{:>12}", action.as_str())).concat();
    let _ = writeln!(out, "{:22}{heads}{:>12}", "", "all");
    for group in Group::ALL {
        let counts = tally.confusion(group);
        let all: usize = counts.iter().sum();
        let _ = writeln!(out, "{:22}{}{all:>12}", group.words(), counts.map(|n| format!("{n:>12}")).concat());
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |s| format!("{:.2} %", s * 100.0))
}

fn levels(out: &mut String, tally: &Tally<'_>) {
    let heads =
        ["precision", "claims", "by campaign", "forged own", "proof stated", "other phish", "ham", "ham naming"];
    let _ = writeln!(out, "\n{:16}{}", "at least", heads.map(|h| format!("{h:>14}")).concat());
    for level in levels_beyond_delivery() {
        let shares = [
            tally.precision(level),
            tally.share(Group::Claims, level),
            tally.share_by_campaign(Group::Claims, level),
            tally.share(Group::ForgedOwn, level),
            tally.share(Group::ForgedStated, level),
            tally.share(Group::Other, level),
            tally.share(Group::Ham, level),
            tally.share(Group::HamNaming, level),
        ];
        let _ = writeln!(out, "{:16}{}", level.as_str(), shares.map(|s| format!("{:>14}", percent(s))).concat());
    }
}

fn curve(out: &mut String, tally: &Tally<'_>) {
    let _ = writeln!(
        out,
        "\nShare found by score alone, intent counting without a claim too, when at most so much ham scores as high:"
    );
    let _ = writeln!(out, "{:16}{}", "", RATES.map(|r| format!("{:>20}", format!("{} %", r * 100.0))).concat());
    for group in [Group::Claims, Group::Other] {
        let at = RATES.map(|rate| {
            let (share, from) = tally.roc(group, rate);
            format!("{:>20}", format!("{:.1} % (from {from})", share * 100.0))
        });
        let _ = writeln!(out, "{:16}{}", group.words().trim(), at.concat());
    }
}

fn signals(out: &mut String, tally: &Tally<'_>) {
    let groups = [Group::Claims, Group::Other, Group::Ham, Group::HamNaming];
    let heads = groups.map(|g| format!("{:>16}", g.words().trim())).concat();
    let _ = writeln!(out, "\n{:26}{:>7}{heads}", "signal fires in", "points");
    let hits = groups.map(|g| (tally.hits(g), tally.members(g).count()));
    for (i, signal) in SIGNALS.iter().enumerate() {
        let shares = hits.each_ref().map(|(hits, all)| format!("{:>16}", percent(ratio(hits[i], *all))));
        let _ = writeln!(out, "{:26}{:>7}{}", signal.id, points(tally, i), shares.concat());
    }
}

/// Only the signals that decide anything alone: most do not, and the table of all stands above.
fn decided_alone(out: &mut String, tally: &Tally<'_>) {
    let (phish, ham) = (alone::counts(tally, Group::Phish), alone::counts(tally, Group::Ham));
    let _ = writeln!(out, "\n{:33}{:>16}{:>16}", "accepted without it alone", "phish", "ham");
    for (i, signal) in SIGNALS.iter().enumerate().filter(|(i, _)| phish[*i] + ham[*i] > 0) {
        let _ = writeln!(out, "{:33}{:>16}{:>16}", signal.id, phish[i], ham[i]);
    }
}

fn fragile_passes(out: &mut String, tally: &Tally<'_>) {
    let (scores, found) = (fragile_scores(tally.policy.ladder), fragile(tally));
    let (from, to) = (scores.start(), scores.end());
    let count = found.len();
    let _ = writeln!(out, "\nSpoofs of {from} to {to} points that rest on one signal of intent: {count}");
    for Fragile { file, score, signal } in found.iter().take(LISTED) {
        let _ = writeln!(out, "  {score:>4}  {}  {signal}", printable(file));
    }
    more(out, count);
}

/// Says how many a list leaves out.
fn more(out: &mut String, count: usize) {
    if count > LISTED {
        let _ = writeln!(out, "  … and {} more (--json has all)", count - LISTED);
    }
}

fn points(tally: &Tally<'_>, signal: usize) -> u32 {
    let signal = SIGNALS[signal];
    tally.policy.setting(signal.id).and_then(|s| s.points).unwrap_or(signal.points)
}

fn list(out: &mut String, title: &str, messages: Vec<(&str, bool, &Judged)>) {
    let _ = writeln!(out, "\n{title}: {}", messages.len());
    for (name, spoof, judged) in messages.iter().take(LISTED) {
        let findings: Vec<String> = judged.findings.iter().map(|(id, p)| format!("{id}({p})")).collect();
        let _ = writeln!(
            out,
            "  {:5} {:10} {:>4}  {}  {}",
            label(*spoof),
            judged.action.as_str(),
            judged.score,
            printable(name),
            findings.join(", ")
        );
    }
    more(out, messages.len());
}

/// What another policy would change.
pub(super) fn changes_as_text(title: &str, before: &Tally<'_>, after: &Tally<'_>) -> String {
    let mut out = format!("\n==== With {title} (policy {})\n\n", after.policy.id);
    confusion(&mut out, after);
    levels(&mut out, after);
    let changes = changes(before, after);
    let _ = writeln!(out, "\nMessages that would fare otherwise: {}", changes.len());
    for c in &changes {
        let step = format!("{} -> {}", c.before.action, c.after.action);
        let scores = format!("{} -> {}", c.before.score, c.after.score);
        let _ = writeln!(out, "  {:5} {step:24} {scores:12} {}", label(c.spoof), printable(c.file));
    }
    out
}

/// Proposed points beside those in force.
pub(super) fn weights_as_text(tally: &Tally<'_>, proposed: &[Option<u32>]) -> String {
    let mut out =
        "\nPoints proposed by a fitted model (never negative; - where nothing fired). A person decides.\n".to_owned();
    let _ = writeln!(out, "{:26}{:>8}{:>10}", "signal", "now", "proposed");
    for (i, signal) in SIGNALS.iter().enumerate() {
        let new = proposed[i].map_or_else(|| "-".to_owned(), |p| p.to_string());
        let _ = writeln!(out, "{:26}{:>8}{new:>10}", signal.id, points(tally, i));
    }
    out
}

// ---- for programs

pub(super) fn as_json(tally: &Tally<'_>) -> Value {
    let l = tally.policy.ladder;
    let by_group = |value: &dyn Fn(Group) -> Value| -> Value {
        Value::Object(Group::ALL.into_iter().map(|g| (g.key().to_owned(), value(g))).collect::<Map<_, _>>())
    };
    let by_level = |value: &dyn Fn(Action) -> Value| -> Value {
        Value::Object(levels_beyond_delivery().map(|l| (l.as_str().to_owned(), value(l))).collect::<Map<_, _>>())
    };
    let confusion = |group| {
        let counts = Action::ALL.into_iter().zip(tally.confusion(group));
        Value::Object(counts.map(|(a, n)| (a.as_str().to_owned(), n.into())).collect())
    };
    let level = |level| {
        json!({
            "precision": tally.precision(level),
            "recall": by_group(&|g| tally.share(g, level).into()),
            "by_campaign": by_group(&|g| tally.share_by_campaign(g, level).into()),
        })
    };
    let roc = |group| -> Value {
        let at = RATES.map(|rate| {
            let (share, from) = tally.roc(group, rate);
            json!({"ham": rate, "found": share, "score": from})
        });
        at.to_vec().into()
    };
    let hits = Group::ALL.map(|g| (g, tally.hits(g), tally.members(g).count()));
    let (alone_phish, alone_ham) = (alone::counts(tally, Group::Phish), alone::counts(tally, Group::Ham));
    let signal = |i: usize| {
        let groups = hits
            .iter()
            .map(|(g, hits, all)| (g.key().to_owned(), json!({"hits": hits[i], "rate": ratio(hits[i], *all)})));
        let mut object: Map<String, Value> = groups.collect();
        object.insert("points".to_owned(), points(tally, i).into());
        object.insert("alone".to_owned(), json!({"phish": alone_phish[i], "ham": alone_ham[i]}));
        Value::Object(object)
    };
    json!({
        "policy": tally.policy.id,
        "ladder": {"tag": l.tag, "quarantine": l.quarantine, "reject": l.reject},
        "messages": by_group(&|g| tally.members(g).count().into()),
        "unstated": tally.unstated(),
        "confusion": by_group(&confusion),
        "at_least": by_level(&level),
        "roc": {"claims": roc(Group::Claims), "other": roc(Group::Other)},
        "signals": SIGNALS.iter().enumerate().map(|(i, s)| (s.id.to_owned(), signal(i))).collect::<Map<_, _>>(),
        "fragile": fragile(tally).iter().map(fragile_as_json).collect::<Vec<_>>(),
        "wrong": wrong(tally).into_iter().map(message).collect::<Vec<_>>(),
        "near": near(tally).into_iter().map(message).collect::<Vec<_>>(),
    })
}

fn fragile_as_json(fragile: &Fragile<'_>) -> Value {
    json!({"file": fragile.file, "score": fragile.score, "signal": fragile.signal})
}

fn message((file, spoof, judged): (&str, bool, &Judged)) -> Value {
    let findings = judged.findings.iter().map(|(id, points)| json!({"id": id, "points": points}));
    json!({
        "file": file,
        "label": label(spoof),
        "action": judged.action.as_str(),
        "score": judged.score,
        "brand": judged.brand,
        "signals": findings.collect::<Vec<_>>(),
    })
}

pub(super) fn changes_as_json(title: &str, before: &Tally<'_>, after: &Tally<'_>) -> Value {
    let mut object = as_json(after);
    object["with"] = title.into();
    let one = |c: &Change<'_>| {
        json!({
            "file": c.file,
            "label": label(c.spoof),
            "from": c.before.action.as_str(),
            "to": c.after.action.as_str(),
            "score_from": c.before.score,
            "score_to": c.after.score,
        })
    };
    object["changes"] = changes(before, after).iter().map(one).collect::<Vec<_>>().into();
    object
}

pub(super) fn weights_as_json(tally: &Tally<'_>, proposed: &[Option<u32>]) -> Value {
    let one =
        |(i, new): (usize, &Option<u32>)| (SIGNALS[i].id.to_owned(), json!({"now": points(tally, i), "proposed": new}));
    Value::Object(proposed.iter().enumerate().map(one).collect())
}
