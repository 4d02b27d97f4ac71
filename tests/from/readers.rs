//! Readers of From as mail programs and filters are: libraries, searches, and the habits the research on sender
//! spoofing found. None shares code with the gateway. Each turns the octets of a message into the domains it takes for
//! authors'.

use mail_parser::decoders::base64::base64_decode;

/// The brand whose domain nobody may see unproven.
pub(crate) const BRAND: &str = "elance.com";

/// Takes the domains of authors out of a field value.
type Reader = fn(&str) -> Vec<String>;

/// The reader that sees the brand as an author, and what it sees; `None` if no reader does.
pub(crate) fn who_sees_the_brand(raw: &[u8]) -> Option<(String, String)> {
    let seen = |reader: &str, domains: Vec<String>| {
        domains.into_iter().find(|d| is_brand(d)).map(|domain| (reader.to_owned(), domain))
    };
    seen("mail-parser", by_mail_parser(raw)).or_else(|| seen("mail-auth", by_mail_auth(raw))).or_else(|| {
        values(raw).into_iter().find_map(|(splitter, value)| {
            dressed(&value).into_iter().find_map(|(dress, text)| {
                let readers: [(&str, Reader); 5] = [
                    ("search", by_search),
                    ("brackets", by_brackets),
                    ("comments", without_comments),
                    ("python", like_python),
                    ("idna", by_idna),
                ];
                readers.into_iter().find_map(|(name, read)| seen(&format!("{splitter}/{dress}/{name}"), read(&text)))
            })
        })
    })
}

/// The brand's domain or one below it, as written or with the dots that stand for the root.
fn is_brand(domain: &str) -> bool {
    let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
    domain == BRAND || domain.ends_with(&format!(".{BRAND}")) && domain.bytes().all(|b| b.is_ascii_graphic())
}

fn by_mail_parser(raw: &[u8]) -> Vec<String> {
    let Some(message) = mail_parser::MessageParser::default().parse(raw) else { return vec![] };
    let all = message.header_values("From").filter_map(|value| value.as_address());
    let addresses = all.flat_map(|list| list.iter().filter_map(|a| a.address().map(str::to_owned)).collect::<Vec<_>>());
    addresses.filter_map(|a| domain_of(&a)).collect()
}

fn by_mail_auth(raw: &[u8]) -> Vec<String> {
    let Some(message) = mail_auth::AuthenticatedMessage::parse(raw) else { return vec![] };
    message.from.iter().filter_map(|a| domain_of(a)).collect()
}

fn domain_of(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

/// The values of From as header splitters find them: by lines, by lines that a bare CR ends too, up to a NUL.
fn values(raw: &[u8]) -> Vec<(&'static str, String)> {
    let mut all = vec![];
    for value in fields(raw, false) {
        all.push(("lines", latin_or_utf8(&value)));
        let end = value.iter().position(|b| *b == 0).unwrap_or(value.len());
        all.push(("until NUL", latin_or_utf8(&value[..end])));
    }
    all.extend(fields(raw, true).iter().map(|v| ("lines at CR", latin_or_utf8(v))));
    all
}

fn fields(raw: &[u8], at_cr: bool) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = vec![];
    let mut reading = false;
    let mut first = true;
    for line in header(raw).split(|b| *b == b'\n' || at_cr && *b == b'\r') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        if !first && matches!(line[0], b' ' | b'\t') {
            if let Some(value) = found.last_mut().filter(|_| reading) {
                value.extend_from_slice(line);
            }
            continue;
        }
        first = false;
        reading = false;
        if let Some(colon) = line.iter().position(|b| *b == b':') {
            let name: Vec<u8> = line[..colon].iter().copied().filter(u8::is_ascii_graphic).collect();
            if name.eq_ignore_ascii_case(b"from") {
                found.push(line[colon + 1..].to_vec());
                reading = true;
            }
        }
    }
    found
}

/// What stands before the first empty line. A bare CR makes none.
fn header(raw: &[u8]) -> &[u8] {
    let mut end = 0;
    for line in raw.split_inclusive(|b| *b == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
        end += line.len();
    }
    &raw[..end]
}

fn latin_or_utf8(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets.iter().map(|b| char::from(*b)).collect(),
    }
}

/// A value as it stands, decoded, without controls, without quoting, in compatible letters.
fn dressed(value: &str) -> Vec<(&'static str, String)> {
    let decoded = decode(value);
    let twice = decode(&decoded);
    let visible = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let plain = |text: &str| text.chars().filter(|c| !matches!(c, '"' | '\\')).collect::<String>();
    let cut = decoded.split('\0').next().unwrap_or_default().to_owned();
    vec![
        ("written", value.to_owned()),
        ("visible", visible(value)),
        ("plain", plain(value)),
        ("decoded, visible", visible(&decoded)),
        ("decoded, plain", plain(&decoded)),
        ("decoded until NUL", cut),
        ("decoded", decoded),
        ("decoded twice", twice),
    ]
}

/// Encoded words decoded wherever they are closed, in ASCII's letters.
fn decode(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let parts: Vec<&str> = rest[2..].splitn(4, '?').collect();
        let [charset, encoding, body, after] = parts[..] else { break };
        let octets = match encoding {
            "b" | "B" if after.starts_with('=') => base64_decode(body.as_bytes()).unwrap_or_default(),
            "q" | "Q" if after.starts_with('=') => unquote(body),
            _ => {
                out.push_str("=?");
                rest = &rest[2..];
                continue;
            }
        };
        let sound = !charset.contains(char::is_whitespace);
        out.push_str(&if sound { latin_or_utf8(&octets) } else { body.to_owned() });
        rest = &after[1..];
    }
    out.push_str(rest);
    out
}

fn unquote(body: &str) -> Vec<u8> {
    let bytes = body.as_bytes();
    let mut out = vec![];
    let mut i = 0;
    while i < bytes.len() {
        let hex = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok());
        match (bytes[i], hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'=', Some(octet)) if !hex.is_some_and(|h| h.starts_with('+')) => {
                out.push(octet);
                i += 3;
            }
            (b'_', _) => {
                out.push(b' ');
                i += 1;
            }
            (octet, _) => {
                out.push(octet);
                i += 1;
            }
        }
    }
    out
}

/// A filter that searches for `@` and takes the letters of a host name behind it.
fn by_search(text: &str) -> Vec<String> {
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.match_indices('@').map(|(at, _)| text[at + 1..].chars().take_while(|c| host(*c)).collect()).collect()
}

/// What stands in the first and in the last pair of angle brackets, blanks left out, route and all.
fn by_brackets(text: &str) -> Vec<String> {
    let inside = |start: usize| {
        let rest = &text[start + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        let address: String = rest[..end].chars().filter(|c| !c.is_whitespace()).collect();
        let route: Vec<String> = address.split([',', ':']).filter_map(domain_of).collect();
        [domain_of(&address).into_iter().collect(), route].concat()
    };
    [text.find('<'), text.rfind('<')].into_iter().flatten().flat_map(inside).collect()
}

/// A search after comments have been taken away, nested ones too; what is not closed stays.
fn without_comments(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    while let Some(close) = text.find(')') {
        match text[..close].rfind('(') {
            Some(open) => text.replace_range(open..=close, ""),
            None => text.replace_range(close..=close, " "),
        }
    }
    [by_search(&text), by_brackets(&text)].concat()
}

/// As Python's `email.utils` reads: atoms, quoted strings and comments; in brackets the route is passed over; blanks
/// and comments around the dots of a domain mean nothing.
fn like_python(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = vec![];
    let mut i = 0;
    while i < chars.len() {
        match chars[i] {
            '"' => i = quoted_end(&chars, i),
            '(' => i = comment_end(&chars, i),
            '@' => {
                let (domain, next) = python_domain(&chars, i + 1);
                i = next;
                found.push(domain);
            }
            _ => i += 1,
        }
    }
    found
}

fn python_domain(chars: &[char], mut i: usize) -> (String, usize) {
    let mut domain = String::new();
    while i < chars.len() {
        match chars[i] {
            c if c.is_ascii_whitespace() => {
                // An atom ends here unless a dot follows or went before.
                let next = chars[i..].iter().find(|c| !c.is_ascii_whitespace());
                if !(domain.is_empty() || domain.ends_with('.') || next == Some(&'.')) {
                    break;
                }
                i += 1;
            }
            '(' => i = comment_end(chars, i),
            '<' | '>' | '@' | ',' | ';' | ':' | '"' | '[' | ']' | ')' | '\\' => break,
            c => {
                domain.push(c);
                i += 1;
            }
        }
    }
    (domain, i.max(1))
}

fn quoted_end(chars: &[char], start: usize) -> usize {
    let mut i = start + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn comment_end(chars: &[char], start: usize) -> usize {
    let (mut i, mut depth) = (start + 1, 1);
    while i < chars.len() && depth > 0 {
        match chars[i] {
            '\\' => i += 1,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        i += 1;
    }
    i
}

/// A program that asks for the domain's A-labels before it compares.
fn by_idna(text: &str) -> Vec<String> {
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '<' | '>' | ',' | ';' | ':' | '(' | ')' | '"' | '@');
    let domains = text.match_indices('@').map(|(at, _)| text[at + 1..].split(ends).next().unwrap_or_default());
    domains.filter_map(|d| idna::domain_to_ascii(d).ok()).collect()
}
