//! Reads what the gateway writes as a strict stranger would: Authentication-Results by RFC 8601 section 2.2, lines by
//! RFC 5322 section 2.1. Shares no code with the gateway.

/// One result: method, result, and properties in order.
pub(crate) type Stated = (String, String, Vec<(String, String)>);

/// The results in a field value, or what is wrong with it.
pub(crate) fn parse(value: &str, authserv_id: &str) -> Result<Vec<Stated>, String> {
    let unfolded = value.replace("\n ", " ").replace("\n\t", "\t");
    let mut parts = split(&unfolded)?.into_iter();
    let id = parts.next().unwrap_or_default();
    if id != [authserv_id] {
        return Err(format!("the id is {id:?}"));
    }
    let parts: Vec<Vec<String>> = parts.collect();
    if parts == [["none"]] {
        return Ok(vec![]);
    }
    parts.iter().map(|words| stated(words)).collect()
}

fn stated(words: &[String]) -> Result<Stated, String> {
    let pairs: Vec<(String, String)> = words.iter().filter_map(|w| w.split_once('=')).map(owned).collect();
    if pairs.len() != words.len() || pairs.is_empty() {
        return Err(format!("no list of name=value: {words:?}"));
    }
    let known =
        |name: &str| ["reason", "smtp.mailfrom", "smtp.helo", "header.d", "header.s", "header.from"].contains(&name);
    if let Some((name, _)) = pairs.iter().skip(1).find(|(name, _)| !known(name)) {
        return Err(format!("a property called {name:?}"));
    }
    let (method, result) = pairs[0].clone();
    Ok((method, result, pairs[1..].to_vec()))
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The value cut at `;`, each part cut at blanks, comments left out and quoted strings resolved.
fn split(value: &str) -> Result<Vec<Vec<String>>, String> {
    let mut parts = vec![vec![]];
    let mut word = String::new();
    let mut chars = value.chars();
    let mut depth = 0;
    while let Some(c) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Err("a bracket closes nothing".into()),
            ')' => depth -= 1,
            '\\' => return Err("an escape outside quotes".into()),
            _ if depth > 0 => {}
            '"' => quoted(&mut chars, &mut word)?,
            ' ' | '\t' | ';' => {
                if !word.is_empty() {
                    parts.last_mut().unwrap().push(std::mem::take(&mut word));
                }
                if c == ';' {
                    parts.push(vec![]);
                }
            }
            '!'..='~' => word.push(c),
            other => return Err(format!("{other:?} has no place here")),
        }
    }
    if depth > 0 {
        return Err("a comment never ends".into());
    }
    if !word.is_empty() {
        parts.last_mut().unwrap().push(word);
    }
    Ok(parts)
}

fn quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    loop {
        match chars.next().ok_or("a quoted string never ends")? {
            '"' => return Ok(()),
            '\\' => word.extend(chars.next()),
            c @ ' '..='~' => word.push(c),
            other => return Err(format!("{other:?} in quotes")),
        }
    }
}

/// What is wrong with a field value as lines on the wire: folded with LF and a blank, printable ASCII, lines that fit.
pub(crate) fn unsound(name: &str, value: &str) -> Option<String> {
    for (n, line) in value.split('\n').enumerate() {
        let length = line.len() + if n == 0 { name.len() + 2 } else { 0 };
        if length > 998 {
            return Some(format!("{name}: a line of {length} octets"));
        }
        if n > 0 && (!line.starts_with([' ', '\t']) || line.trim().is_empty()) {
            return Some(format!("{name}: {line:?} continues nothing"));
        }
        if let Some(c) = line.chars().find(|c| !matches!(c, ' '..='~' | '\t')) {
            return Some(format!("{name}: {c:?} in {line:?}"));
        }
    }
    None
}
