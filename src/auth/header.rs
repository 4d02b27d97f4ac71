//! Authentication-Results (RFC 8601): writing ours, recognising forged ones, reading a sealer's.
//!
//! Nothing that came from outside is written as it came: a value is a bare token, or a quoted string with everything
//! dangerous replaced, and of bounded length. Reading is strict; what cannot be read says nothing, and if it holds our
//! own id all the same it is taken for a forgery.

use crate::auth::results::{ArcResults, AuthResults, Dmarc, DmarcResult, Remembered, Spf, SpfIdentity, SpfResult};
use crate::mail::header::encoded_words::{Decoder, decoded_everywhere};
use crate::mail::{Domain, Envelope};

/// Characters of the longest value written: the longest path SMTP allows (RFC 5321 section 4.5.3.1.3), so that lines
/// stay short.
const MAX_VALUE_CHARS: usize = 256;
/// Octets on one line: a line may have 998 (RFC 5322 section 2.1.1), and one value twice its length, escaped, beside
/// its name.
const MAX_LINE_BYTES: usize = 400;
/// Characters besides letters and digits that a bare value may hold: those of dot-atoms (RFC 5322 section 3.2.3) that
/// no reader takes for syntax, and `@`.
const BARE: &[u8] = b".-_+@~/:";

/// The value of our Authentication-Results field, folded with LF + blank, without the name and without a leading space.
/// `word_of` is the ARC sealer whose word counts although DMARC fails.
pub fn authentication_results(
    results: &AuthResults,
    envelope: &Envelope,
    authserv_id: &str,
    word_of: Option<&Domain>,
) -> String {
    let mut parts = vec![];
    if !results.unchecked {
        parts.extend(spf_parts(results, envelope));
        parts.extend(results.dkim.iter().map(|d| {
            let key = d.key_name().and_then(|name| results.remembered(name.as_str()));
            let mut items = vec![format!("dkim={}{}{}", d.result, aged(key), reason(&d.reason))];
            items.extend(d.domain.iter().map(|domain| format!("header.d={}", value(domain.as_str()))));
            if !d.selector.is_empty() {
                items.push(format!("header.s={}", value(&d.selector)));
            }
            on_lines(&items)
        }));
        parts.extend(results.dmarc.iter().filter_map(|dmarc| {
            let attested = dmarc.domain.as_ref().is_some_and(|d| results.arc.attested.contains(d));
            dmarc_part(dmarc, results, word_of.filter(|_| attested && dmarc.result != DmarcResult::Pass))
        }));
        if let (Some(name), Some(ip)) = (&results.iprev.name, results.client_ip) {
            parts.push(format!("iprev={} policy.iprev={} ({name})", results.iprev.result, value(&ip.to_string())));
        }
        if results.arc != ArcResults::default() {
            let sealer = results.arc.sealer.as_ref().map_or(String::new(), |d| format!(" (d={d})"));
            parts.push(format!("arc={}{sealer}", results.arc.result));
        }
        if results.dkim.is_empty() && !parts.is_empty() {
            parts.push("dkim=none".into());
        }
    }
    let id = value(authserv_id);
    if parts.is_empty() { format!("{id}; none") } else { format!("{id};\n {}", parts.join(";\n ")) }
}

/// The items of one result on one line, or each on its own where that would be long.
fn on_lines(items: &[String]) -> String {
    let length: usize = items.iter().map(|item| item.len() + 1).sum();
    items.join(if length > MAX_LINE_BYTES { "\n " } else { " " })
}

fn spf_parts(results: &AuthResults, envelope: &Envelope) -> Vec<String> {
    let mut parts = vec![];
    let aged = |s: &Spf| aged(s.domain.as_ref().and_then(|d| results.remembered(d.as_str())));
    let said = |s: &Spf| s.domain.is_some() || s.result != SpfResult::None;
    if results.spf.identity == SpfIdentity::MailFrom && said(&results.spf) {
        let (result, aged) = (results.spf.result, aged(&results.spf));
        parts.push(format!("spf={result}{aged} smtp.mailfrom={}", value(&envelope.mail_from)));
    }
    if said(&results.spf_helo) {
        let (result, aged) = (results.spf_helo.result, aged(&results.spf_helo));
        parts.push(format!("spf={result}{aged} smtp.helo={}", value(&envelope.helo)));
    }
    parts
}

/// A comment that tells the age of an answer which stood in for a DNS that did not answer.
fn aged(remembered: Option<&Remembered>) -> String {
    remembered.map_or(String::new(), |r| format!(" ({r}, for want of DNS)"))
}

/// `policy.` is the type RFC 8601 section 2.7.6 keeps for what local policy made of a result.
fn dmarc_part(dmarc: &Dmarc, results: &AuthResults, overridden_by: Option<&Domain>) -> Option<String> {
    let domain = dmarc.domain.as_ref()?;
    let aged = aged(results.remembered(&format!("_dmarc.{domain}")));
    let policy = match dmarc.result {
        DmarcResult::Pass | DmarcResult::Fail => format!(" (p={})", dmarc.policy),
        _ => String::new(),
    };
    let (why, by) = overridden_by.map_or(Default::default(), |sealer| {
        let why = reason(&format!("overridden by the word of ARC sealer {sealer}"));
        (why, format!(" policy.arc-sealer={}", value(sealer.as_str())))
    });
    Some(format!("dmarc={}{why}{policy}{aged} header.from={}{by}", dmarc.result, value(domain.as_str())))
}

fn reason(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" reason=\"{}\"", quotable(text)) }
}

/// A value as RFC 8601 section 2.2 wants it.
fn value(text: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || BARE.contains(&b);
    if !text.is_empty() && text.len() <= MAX_VALUE_CHARS && text.bytes().all(bare) {
        text.to_owned()
    } else {
        format!("\"{}\"", quotable(text))
    }
}

/// The inside of a quoted string: printable ASCII, and nothing a careless reader could take for the end of the value,
/// a comment or another result.
fn quotable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(MAX_VALUE_CHARS) {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '(' | ')' | ';' => out.push('?'),
            ' '..='~' => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

/// True if an Authentication-Results value claims to come from `authserv_id` (any case, comments, quotes, folding and a
/// version token allowed). What cannot be read but holds the id counts as ours: it is removed rather than believed.
pub fn claims_authserv_id(value: &str, authserv_id: &str) -> bool {
    let wanted = plain(authserv_id);
    if wanted.is_empty() {
        return false;
    }
    match stated_id(value) {
        Some(id) => same_name(&id, authserv_id),
        None => {
            let holds = |text: &str| plain(text).contains(&wanted) || text.to_lowercase().contains(&wanted);
            holds(value) || decoded_everywhere(value, Decoder::Careless).iter().any(|text| holds(text))
        }
    }
}

/// The authserv-id of a value that follows RFC 8601 section 2.2 at its beginning: `id [version]`, then `;` or the end.
fn stated_id(value: &str) -> Option<String> {
    let tokens = lex(value)?;
    let mut tokens = tokens.into_iter();
    let Some(Token::Word(id)) = tokens.next() else { return None };
    let mut next = tokens.next();
    if let Some(Token::Word(version)) = &next {
        if !version.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        next = tokens.next();
    }
    let token = !id.is_empty() && id.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'));
    let named = token || Domain::parse(&id).is_some();
    (named && matches!(next, None | Some(Token::Semicolon))).then_some(id)
}

fn same_name(a: &str, b: &str) -> bool {
    let bare = |s: &str| s.trim_end_matches('.').to_lowercase();
    let domain = |s: &str| Domain::parse(s.trim_end_matches('.'));
    bare(a) == bare(b) || domain(a).is_some_and(|d| domain(b) == Some(d))
}

/// Lower case without white space, controls, quotes and escapes, by which an id could be torn apart.
fn plain(text: &str) -> String {
    let torn = |c: &char| !(c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\'));
    text.chars().filter(torn).flat_map(char::to_lowercase).collect::<String>().trim_end_matches('.').to_owned()
}

/// One result that somebody states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StatedResult {
    /// `spf`, `dkim`, `dmarc` …, lower case, without a version.
    pub(super) method: String,
    /// `pass`, `fail` …, lower case.
    pub(super) result: String,
    /// `header.from` and the like, names in lower case.
    pub(super) properties: Vec<(String, String)>,
}

/// What an Authentication-Results value states, if it is readable and says that `authserv_id` wrote it.
pub(super) fn results_by(value: &str, authserv_id: &str) -> Option<Vec<StatedResult>> {
    stated_id(value).filter(|id| same_name(id, authserv_id)).and_then(|_| results_in(value))
}

/// The results in an Authentication-Results value, or in one whose beginning is cut off. `None` if it cannot be read.
pub(super) fn results_in(text: &str) -> Option<Vec<StatedResult>> {
    let tokens = lex(text)?;
    let mut all = vec![];
    for statement in tokens.split(|t| *t == Token::Semicolon) {
        let mut pairs = statement.windows(3).filter_map(|w| match w {
            [Token::Word(name), Token::Equals, Token::Word(value)] => Some((name.to_ascii_lowercase(), value.clone())),
            _ => None,
        });
        // The result stands first; what begins otherwise (the authserv-id, `none`) is not a result.
        if !matches!(statement.get(1), Some(Token::Equals)) {
            continue;
        }
        if let Some((method, result)) = pairs.next() {
            let method = method.split('/').next().unwrap_or_default().to_owned();
            all.push(StatedResult { method, result: result.to_ascii_lowercase(), properties: pairs.collect() });
        }
    }
    Some(all)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Equals,
    Semicolon,
}

/// Cuts a value into words (quoted strings included), `=` and `;`. Comments, which nest, and folding separate words and
/// vanish (RFC 5322 section 3.2.2). `None` if a comment or quoted string does not end, or a control character appears.
fn lex(text: &str) -> Option<Vec<Token>> {
    let mut tokens = vec![];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => {}
            '(' => skip_comment(&mut chars)?,
            ';' => tokens.push(Token::Semicolon),
            '=' => tokens.push(Token::Equals),
            '"' => tokens.push(Token::Word(quoted(&mut chars)?)),
            ')' | '\\' => return None,
            c if c.is_control() => return None,
            c => {
                let mut word = String::from(c);
                while let Some(next) = chars.next_if(|n| !n.is_control() && !" ();=\"\\".contains(*n)) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Some(tokens)
}

fn skip_comment(chars: &mut impl Iterator<Item = char>) -> Option<()> {
    let mut depth = 1;
    while depth > 0 {
        match chars.next()? {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => drop(chars.next()?),
            _ => {}
        }
    }
    Some(())
}

fn quoted(chars: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut word = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(word),
            '\\' => word.push(chars.next()?),
            '\r' | '\n' => {}
            c if c.is_control() && c != '\t' => return None,
            c => word.push(c),
        }
    }
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
