//! The table of `packaging/try`: each message, what was expected, what really happened, and why.
//!
//! It refuses to call a message fine that was delivered without a verdict of the gateway. It cannot fail.

#![allow(unreachable_pub)]

use std::collections::BTreeMap;

/// Width of the reason where the terminal does not tell its own (COLUMNS).
const REASON_WIDTH: usize = 100;

/// What really happened to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// In the mailbox, with a verdict in its header.
    Delivered,
    /// In the mailbox, and no verdict in its header.
    Unjudged,
    /// In the mailbox with the subject marked.
    Tagged,
    /// In the hold queue.
    Held,
    /// Answered 5xx at its end.
    Refused,
    /// Answered 4xx at its end by the gateway.
    Deferred,
    /// Anything else.
    Other(String),
}

impl Happened {
    fn text(&self) -> &str {
        match self {
            Happened::Delivered => "delivered",
            Happened::Unjudged => "delivered, not judged",
            Happened::Tagged => "delivered with tag",
            Happened::Held => "held",
            Happened::Refused => "refused",
            Happened::Deferred => "deferred (451)",
            Happened::Other(text) => text,
        }
    }
}

/// One message.
#[derive(Debug)]
pub struct Row {
    name: String,
    expected: Happened,
    happened: Happened,
    reason: String,
}

impl Row {
    /// `action` is the corpus's word; `judged`: an accepted message must carry a verdict.
    pub fn new(name: &str, action: &str, happened: Happened, judged: bool, reason: String) -> Row {
        let expected = match action {
            "accept" if judged => Happened::Delivered,
            // Mail of authenticated clients is passed; whether it says so is not asked here.
            "accept" if happened == Happened::Unjudged => Happened::Unjudged,
            "accept" => Happened::Delivered,
            "tag" => Happened::Tagged,
            "quarantine" => Happened::Held,
            "reject" => Happened::Refused,
            "tempfail" => Happened::Deferred,
            other => Happened::Other(format!("unknown action {other:?}")),
        };
        Row { name: name.to_owned(), expected, happened, reason }
    }

    /// True if what happened is what was expected.
    pub fn as_expected(&self) -> bool {
        self.expected == self.happened
    }
}

/// Prints the table, the counts, and once more what differs.
pub fn print(rows: &[Row]) {
    let width = |text: fn(&Row) -> &str| rows.iter().map(|r| text(r).chars().count()).max().unwrap_or(0);
    let (name, expected, happened) =
        (width(|r| &r.name), width(|r| r.expected.text()).max(8), width(|r| r.happened.text()).max(8));
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
    let rest = columns.map_or(REASON_WIDTH, |c| c.saturating_sub(name + expected + happened + 8).max(20));
    let line = |mark: &str, cells: [&str; 4]| {
        let [a, b, c, d] = cells;
        let text = format!("{mark} {a:name$}  {b:expected$}  {c:happened$}  {}", shortened(d, rest));
        println!("{}", text.trim_end());
    };
    println!();
    line(" ", ["message", "expected", "happened", "why"]);
    for row in rows {
        let mark = if row.as_expected() { " " } else { "!" };
        line(mark, [&row.name, row.expected.text(), row.happened.text(), &row.reason]);
    }
    println!();
    summary(rows);
    let wrong: Vec<&Row> = rows.iter().filter(|r| !r.as_expected()).collect();
    if wrong.is_empty() {
        println!("All {} as expected.", rows.len());
        return;
    }
    println!("{} of {} NOT as expected:", wrong.len(), rows.len());
    for row in wrong {
        println!("! {}: expected {}, happened: {}. {}", row.name, row.expected.text(), row.happened.text(), row.reason);
    }
}

fn summary(rows: &[Row]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.happened.text()).or_default() += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    println!("{}.", parts.join(", "));
}

/// The beginning of a text, without control characters: reasons quote what strangers wrote.
fn shortened(text: &str, width: usize) -> String {
    let clean: Vec<char> = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    if clean.len() <= width {
        return clean.into_iter().collect();
    }
    clean.into_iter().take(width.saturating_sub(1)).chain(['…']).collect()
}
