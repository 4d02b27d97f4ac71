//! PDF: the links, scripts and files in it, without a reader for the rest (ISO 32000-1 sections 7.5.7, 12.5.6.5,
//! 12.6.4).
//!
//! Actions are looked for in the file as it lies and in its object streams, unpacked to a bound, whatever the
//! cross-reference table says: programs repair it, so it hides nothing. JPEG pictures are searched for QR codes. Text,
//! drawings and what is encrypted are not read.

use crate::mail::attachment::file::{Container, Danger, Harm};
use crate::mail::attachment::name;
use crate::mail::attachment::qr;
use crate::mail::attachment::work::{Packing, Work};
use crate::mail::link::authority::Authority;
use crate::mail::link::{Link, LinkKind};
use memchr::memmem;

/// Octets of one object stream that are read.
const MAX_STREAM_BYTES: usize = 2 << 20;
/// Octets before a stream in which its dictionary is looked for.
const MAX_DICTIONARY_BYTES: usize = 2 << 10;
/// Octets of one string.
const MAX_STRING_BYTES: usize = 4 << 10;

/// What a PDF does; its links go to `work`.
pub(super) fn read_pdf(octets: &[u8], file: Container<'_>, work: &mut Work) -> Vec<Danger> {
    // A file that only pretends to be inside a stream is looked at as well.
    let mut actions = Actions { encrypted: has_name(octets, b"/Encrypt"), ..Actions::default() };
    actions.scan(octets, file, work);
    let mut at = 0;
    while let Some(start) = memmem::find(&octets[at..], b"stream").map(|s| at + s) {
        let data = start + "stream".len();
        if octets[..start].ends_with(b"end") {
            at = data;
            continue;
        }
        actions.opens |= has_name(&octets[at..start], b"/AA");
        let dictionary = &octets[at.max(start.saturating_sub(MAX_DICTIONARY_BYTES))..start];
        let dictionary = &dictionary[memmem::rfind(dictionary, b"obj").unwrap_or_default()..];
        let line = octets[data..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let end = memmem::find(&octets[data..], b"endstream").map_or(octets.len(), |e| data + e);
        read_stream(dictionary, octets.get(data + line..end).unwrap_or_default(), &mut actions, file, work);
        at = end;
    }
    actions.opens |= has_name(&octets[at..], b"/AA");
    actions.dangers()
}

fn read_stream(dictionary: &[u8], data: &[u8], actions: &mut Actions, file: Container<'_>, work: &mut Work) {
    let holds = |word: &[u8]| memmem::find(dictionary, word).is_some();
    // A name may be written with escapes (section 7.3.5), which only who hides something does.
    if holds(b"/ObjStm") || holds(b"#") {
        let unpacked = work.unpack(data, Packing::Zlib, MAX_STREAM_BYTES);
        actions.opens |= has_name(&unpacked, b"/AA");
        actions.scan(&unpacked, file, work);
    } else if data.starts_with(b"\xff\xd8\xff") && holds(b"/Image") {
        qr::read_picture(data, file, work);
    }
}

/// What the file does, as far as it was found.
#[derive(Default)]
struct Actions {
    encrypted: bool,
    opens: bool,
    script: bool,
    launches: bool,
    file: Option<Danger>,
}

impl Actions {
    fn scan(&mut self, octets: &[u8], file: Container<'_>, work: &mut Work) {
        // Short names stand by chance in what is compressed; these do not.
        self.opens |= has_name(octets, b"/OpenAction");
        self.script |= has_name(octets, b"/JavaScript");
        self.launches |= has_name(octets, b"/Launch");
        if self.encrypted {
            return;
        }
        for key in [&b"/URI"[..], b"/F", b"/UF"] {
            let mut rest = octets;
            while let Some(at) = memmem::find(rest, key) {
                rest = &rest[at + key.len()..];
                let Some((text, length)) = string(rest) else { continue };
                // Nothing is looked for in a string, so that no octet is read twice.
                rest = &rest[length..];
                if Authority::of(&text).is_some() {
                    work.link(Link::new(LinkKind::Attachment, &text, file.name));
                } else if key != b"/URI"
                    && let Some(why) = name::risk(&text)
                {
                    self.file = Some(Danger::new(Harm::Runs, &format!("holds {text:?}, which {why}")));
                }
            }
        }
    }

    fn dangers(self) -> Vec<Danger> {
        let starts = self.launches.then(|| Danger::new(Harm::Runs, "starts a program"));
        let script = (self.opens && self.script).then(|| Danger::new(Harm::Macros, "runs a script when opened"));
        let sealed = self.encrypted.then(|| Danger::new(Harm::Encrypted, "is an encrypted PDF"));
        starts.into_iter().chain(self.file).chain(script).chain(sealed).collect()
    }
}

/// True if the name stands there whole.
fn has_name(octets: &[u8], name: &[u8]) -> bool {
    memmem::find_iter(octets, name).any(|at| !octets.get(at + name.len()).is_some_and(u8::is_ascii_alphanumeric))
}

/// The string that follows, literal or hexadecimal (section 7.3.4), and where it ends.
fn string(octets: &[u8]) -> Option<(String, usize)> {
    let octets = &octets[..octets.len().min(MAX_STRING_BYTES)];
    let blanks = octets.len() - octets.trim_ascii_start().len();
    let octets = &octets[blanks..];
    let (read, length) = match octets.first()? {
        b'(' => literal(&octets[1..]),
        b'<' if octets.get(1) != Some(&b'<') => {
            let length = octets[1..].iter().take_while(|b| **b != b'>').count();
            let digits = octets[1..=length].iter().filter_map(|b| char::from(*b).to_digit(16));
            let digits: Vec<u8> = digits.map(|d| d as u8).collect();
            (digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or_default()).collect(), length)
        }
        _ => return None,
    };
    let text = match read.strip_prefix(b"\xfe\xff") {
        Some(wide) => {
            let units: Vec<u16> = wide.chunks_exact(2).map(|u| u16::from_be_bytes([u[0], u[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(&read).into_owned(),
    };
    Some((text, blanks + 1 + length))
}

/// What stands up to the parenthesis that closes, escapes read, and where that is.
fn literal(octets: &[u8]) -> (Vec<u8>, usize) {
    let (mut out, mut depth, mut at) = (Vec::new(), 1, 0);
    while let Some(b) = octets.get(at) {
        at += 1;
        match b {
            b'\\' => at += escape(&octets[at..], &mut out),
            b'(' => {
                depth += 1;
                out.push(*b);
            }
            b')' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
                out.push(*b);
            }
            _ => out.push(*b),
        }
    }
    (out, at.min(octets.len()))
}

/// Reads what follows a backslash; how many octets that is.
fn escape(octets: &[u8], out: &mut Vec<u8>) -> usize {
    let digits = octets.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
    if digits > 0 {
        out.push(octets[..digits].iter().fold(0_u8, |n, b| n.wrapping_mul(8).wrapping_add(b - b'0')));
        return digits;
    }
    match octets {
        [b'\r', b'\n', ..] => return 2,
        [b'\r' | b'\n', ..] => {}
        [b'n' | b'r' | b't' | b'b' | b'f', ..] => out.push(b' '),
        [b, ..] => out.push(*b),
        [] => {}
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::attachment::made;

    fn look(octets: &[u8]) -> (Vec<String>, Vec<String>) {
        let mut work = Work::default();
        let found = read_pdf(octets, Container { name: "a.pdf", depth: 0 }, &mut work);
        (found.into_iter().map(|d| d.words).collect(), work.links.into_iter().map(|l| l.href).collect())
    }

    #[test]
    fn links_are_read_however_they_are_written() {
        for written in [
            "/A<</S/URI/URI(https://a.test/x)>>",
            "/URI (https://a\\056test/\\\nx)",
            "/URI <68747470733A2F2F612E746573742F78>",
            "/URI <FEFF00680074007400700073003A002F002F0061002E0074006500730074002F0078>",
        ] {
            assert_eq!(
                look(format!("%PDF-1.7 1 0 obj <<{written}>> endobj").as_bytes()).1,
                ["https://a.test/x"],
                "{written}"
            );
        }
        assert_eq!(look(b"%PDF /URI(https://a.test/(b)c)").1, ["https://a.test/(b)c"]);
        assert_eq!(look(b"%PDF /S/URI /F(x.pdf) /URI(https://a.test/").1, ["https://a.test/"]);
    }

    #[test]
    fn links_in_object_streams_are_read() {
        let packed = made::zlib(b"1 0 <</S/URI/URI(https://a.test/y)>>");
        for name in ["/ObjStm", "/Obj#53tm"] {
            let head = format!("%PDF-1.5\n1 0 obj <</Type{name}/Filter/FlateDecode>> stream\r\n");
            let file = [head.as_bytes(), &packed, b"\nendstream endobj"].concat();
            assert_eq!(look(&file).1, ["https://a.test/y"]);
            for cut in 0..file.len() {
                let _ = look(&file[..cut]);
            }
        }
    }

    #[test]
    fn actions_and_files_are_told() {
        assert_eq!(
            look(b"%PDF /S /Launch /F (cmd.exe)").0,
            ["starts a program", "holds \"cmd.exe\", which runs when opened"]
        );
        assert_eq!(look(b"%PDF /OpenAction 5 0 R /S/JavaScript/JS(x)").0, ["runs a script when opened"]);
        assert_eq!(
            look(b"%PDF trailer <</Encrypt 9 0 R>> /URI(https://a.test/)"),
            (vec!["is an encrypted PDF".into()], vec![])
        );
        assert_eq!(look(b"%PDF /JavaScript /EncryptMetadata /LaunchURL /F (factur-x.xml)").0, [""; 0]);
    }
}
