#![allow(clippy::unwrap_used, clippy::panic)]
use crate::mail::attachment::file::MAX_PAGE_TEXT_BYTES;
use crate::mail::attachment::made;
use crate::mail::attachment::read::*;
use crate::mail::body::walk;
use crate::mail::message::Message;
use proptest::prelude::*;

/// A message that carries a file under this name.
fn message(name: &str, octets: &[u8]) -> Vec<u8> {
    let field = format!("Content-Disposition: attachment; filename=\"{name}\"");
    with_fields(&format!("Content-Type: application/octet-stream\r\n{field}"), octets)
}

fn with_fields(fields: &str, octets: &[u8]) -> Vec<u8> {
    let body = data_encoding::BASE64_MIME.encode(octets);
    let head = "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n";
    format!("{head}{fields}\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n--b--\r\n").into_bytes()
}

fn words(name: &str, octets: &[u8]) -> Vec<String> {
    let message = Message::parse(message(name, octets), true);
    message.body.attachments[0].dangers.iter().map(|d| d.words.clone()).collect()
}

#[test]
fn what_lies_in_archives_is_judged_like_what_is_attached() {
    let program = [&b"MZ\x90\0"[..], &[0; 200]].concat();
    let inner = made::zip(&[("invoice.pdf.exe", b"x"), ("readme.txt", b"y")]);
    assert_eq!(words("i.zip", &inner), ["holds \"invoice.pdf.exe\", which has two endings and runs when opened"]);
    assert_eq!(
        words("i.zip", &made::zip(&[("photo.jpg", &program)])),
        ["holds \"photo.jpg\", which is a program under another name"]
    );
    let twice = made::zip(&[("docs.zip", &inner)]);
    assert_eq!(
        words("i.zip", &twice),
        ["holds \"docs.zip\", which holds \"invoice.pdf.exe\", which has two endings and runs when opened"]
    );
    assert_eq!(
        words("i.tar.gz", &made::gzip(&made::tar(&[("a/b.js", b"x")])))[0],
        "holds \"i.tar\", which holds \"a/b.js\", which runs when opened"
    );
    assert_eq!(words("setup.exe.gz", &made::gzip(b"x")), ["holds \"setup.exe\", which runs when opened"]);
    assert_eq!(words("photos.zip", &made::zip(&[("a.jpg", b"\xff\xd8\xff"), ("b/c.txt", b"x")])), [""; 0]);
}

#[test]
fn archives_in_archives_end_somewhere() {
    let mut archive = made::zip(&[("x.exe", b"x")]);
    for _ in 0..10 {
        archive = made::zip(&[("n.zip", &archive)]);
    }
    let message = Message::parse(message("n.zip", &archive), true);
    assert!(message.body.attachments[0].dangers.is_empty());
    assert_eq!(message.limits.len(), 1, "{:?}", message.limits);
}

#[test]
fn bombs_are_cut_and_told() {
    let zeros = made::zip(&[("zeros.txt", &vec![b'0'; 64 << 20])]);
    let many: Vec<(String, Vec<u8>)> = (0..40).map(|i| (format!("{i}.txt"), vec![b'0'; 4 << 20])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, o)| (n.as_str(), o.as_slice())).collect();
    for bomb in [made::gzip(&vec![0; 64 << 20]), zeros, made::zip(&many)] {
        let message = Message::parse(message("bomb.zip", &bomb), true);
        assert!(!message.limits.is_empty());
    }
}

#[test]
fn encrypted_archives_are_told_and_named() {
    let mut archive = made::zip(&[("invoice.exe", b"x")]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    archive[directory + 8] |= 1;
    let told = words("i.zip", &archive);
    assert_eq!(told, ["is an encrypted archive", "holds \"invoice.exe\", which runs when opened"]);
    let seven = [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &[0; 40], b"\x06\xf1\x07\x01"].concat();
    assert_eq!(words("i.7z", &seven), ["is an archive whose names are encrypted"]);
    assert_eq!(
        words("i.rar", b"Rar!\x1a\x07\x01\0\x33\x92\xb5\xe5\x0a\x04\x05"),
        ["is an archive whose names are encrypted"]
    );
    assert_eq!(words("i.rar", b"Rar!\x1a\x07\x01\0\x33\x92\xb5\xe5\x0a\x01\x05"), [""; 0]);
}

#[test]
fn files_are_what_they_hold() {
    let disc = [vec![0; 0x8001], b"CD001".to_vec()].concat();
    for (name, octets, told) in [
        ("invoice.pdf", &b"\x4c\0\0\0\x01\x14\x02\0\0\0"[..], "is a shortcut under another name"),
        ("invoice.doc", &disc, "is a disk image under another name"),
        ("help.txt", b"ITSF\x03\0\0\0", "is a help file, which can run programs, under another name"),
        ("invoice.pdf", b"<!DOCTYPE html><p>x", "is a web page under the name of a document"),
        (
            "notes",
            b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
            "is a notebook, which can hold programs, under another name",
        ),
    ] {
        assert_eq!(words(name, octets), [told], "{name}");
    }
    assert_eq!(words("disc.iso", &disc), ["runs when opened"]);
    let java = made::zip(&[("META-INF/MANIFEST.MF", b"x"), ("A.class", b"y")]);
    assert_eq!(words("invoice.zip", &java), ["is a Java program under another name"]);
}

#[test]
fn every_name_of_a_part_counts() {
    let told = |fields: &str| {
        let message = Message::parse(with_fields(fields, b"x"), true);
        message.body.attachments[0].dangers.iter().map(|d| d.words.clone()).collect::<Vec<_>>()
    };
    let other = ["is also called \"i.exe\", which runs when opened"];
    for fields in [
        "Content-Type: application/pdf; name=\"i.exe\"\r\nContent-Disposition: attachment; filename=i.pdf",
        "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=i.pdf; filename=i.exe",
        "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=i.pdf; filename*=utf-8''i%2Eexe",
    ] {
        assert_eq!(told(fields), other, "{fields}");
    }
    let pieces = "Content-Type: application/pdf\r\n\
                  Content-Disposition: attachment; filename*0=i.p; filename*1=df.; filename*2=exe";
    assert_eq!(told(pieces), ["has two endings and runs when opened"]);
    assert_eq!(told("Content-Type: application/x-msdownload\r\nContent-Disposition: attachment"), ["runs when opened"]);
}

#[test]
fn files_lead_where_their_links_lead() {
    let links = |raw: Vec<u8>| {
        let body = Message::parse(raw, true).body;
        body.links.into_iter().map(|l| (l.kind, l.href, l.shown)).collect::<Vec<_>>()
    };
    let link =
        |href: &str, shown: &str| vec![(crate::mail::link::LinkKind::Attachment, href.to_owned(), shown.to_owned())];
    let pdf = b"%PDF-1.4 /URI(https://a.test/x)";
    assert_eq!(links(message("i.pdf", pdf)), link("https://a.test/x", "i.pdf"));
    assert_eq!(links(message("i.zip", &made::zip(&[("i.pdf", pdf)]))), link("https://a.test/x", "i.pdf in i.zip"));
    assert_eq!(
        links(message("i.html", b"<a href='https://a.test/x'>elance.com</a>")),
        link("https://a.test/x", "i.html")
    );
    let forwarded = b"Subject: Yours\r\nContent-Type: text/html\r\n\r\n<a href='https://a.test/x'>x</a>";
    let fields = "Content-Type: message/rfc822";
    let body = "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n";
    let raw = [body.as_bytes(), fields.as_bytes(), b"\r\n\r\n", forwarded, b"\r\n--b--\r\n"].concat();
    assert_eq!(links(raw), link("https://a.test/x", "Yours"));
    assert_eq!(links(message("saved.eml", forwarded)), link("https://a.test/x", "saved.eml"));
    let invite =
        "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nDESCRIPTION:https://a.te\r\n st/x\r\nEND:VCALENDAR\r\n";
    assert_eq!(links(invite.into())[0].1, "https://a.test/x");
}

#[test]
fn files_in_forwarded_messages_are_looked_at() {
    let inner = message("setup.exe", b"x");
    let raw = [&b"From: a@b.test\r\nContent-Type: message/rfc822\r\n\r\n"[..], &inner].concat();
    let attachments = Message::parse(raw, true).body.attachments;
    assert_eq!(attachments.len(), 2);
    assert_eq!(attachments[1].dangers, [Danger::new(Harm::Runs, "runs when opened")]);
    let mut deep = inner;
    for _ in 0..9 {
        deep = [&b"Content-Type: message/rfc822\r\n\r\n"[..], &deep].concat();
    }
    assert_eq!(Message::parse(deep, true).limits.len(), 1);
}

/// However a file is made, its octets are handed to readers a few times at the most: counted, not timed.
#[test]
fn no_file_is_read_again_and_again() {
    for unit in [
        &b"stream\nendstream /URI(/F(/UF<"[..],
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"http-equiv<script>atob('",
        b"data:image/png;base64,",
    ] {
        for name in ["a.pdf", "a.zip", "a.html", "a.svg", "a.ics", "a.doc", "a.gz"] {
            let octets = [
                match name {
                    "a.pdf" => &b"%PDF"[..],
                    "a.zip" => b"PK\x03\x04",
                    _ => b"",
                },
                &unit.repeat(200_000),
            ]
            .concat();
            let mut work = Work::default();
            let mut head = PartHead::plain();
            head.name = name.into();
            let file = read_attachment(&head, &octets, &mut work);
            assert!(work.read <= 4 * octets.len() + (1 << 20), "{name}: {} octets read of {}", work.read, octets.len());
            assert!(
                file.dangers.len() <= MAX_DANGERS && file.page.len() <= MAX_PAGE_TEXT_BYTES && work.links.len() <= 500
            );
        }
    }
}

#[test]
fn messages_in_messages_share_their_limits() {
    let inner = format!(
        "Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{}",
        "--c\r\n\r\nx\r\n".repeat(300)
    );
    let raw = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", format!("--b\r\n{inner}\r\n").repeat(50));
    let message = Message::parse(raw.into_bytes(), true);
    assert_eq!(message.limits, [crate::mail::Limit("the message has more than 1000 MIME parts".into())]);
}

fn magic() -> impl Strategy<Value = Vec<u8>> {
    let begin = prop::sample::select(vec![
        &b""[..],
        b"PK\x03\x04",
        b"%PDF-1.7\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\x1f\x8b\x08\x08",
        b"{\\rtf1",
        b"<html>",
        b"<svg>",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x30\0\0\0\x30\x08\0\0\0\0",
        b"GIF89a\x30\0\x30\0",
        b"BM",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x30\0\0\0WEBPVP8L",
        b"Rar!\x1a\x07\x01\0",
        b"7z\xbc\xaf\x27\x1c",
        b"BEGIN:VCALENDAR\n",
        b"MZ",
    ]);
    let pieces = prop::collection::vec(
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            prop::sample::select(vec![
                b"PK\x01\x02".to_vec(),
                b"PK\x05\x06".to_vec(),
                b"stream\n".to_vec(),
                b"endstream".to_vec(),
                b"/URI(".to_vec(),
                b"/ObjStm ".to_vec(),
                b"<script>atob('".to_vec(),
                b"\0\0\0\0".to_vec(),
                b"\xff\xff\xff\xff".to_vec(),
                b"\xff\xda".to_vec(),
                b"IDAT".to_vec(),
                b"V\0B\0A\0".to_vec(),
                b"/UF<".to_vec(),
                vec![0; 130],
            ]),
        ],
        0..12,
    );
    (begin, pieces).prop_map(|(begin, pieces)| [begin.to_vec(), pieces.concat()].concat())
}

const NAMES: &str = "[a-z.]{0,6}(\\.(pdf|zip|tar|gz|html|svg|ics|png|doc))?";

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_octets_make_the_reader_fail(octets in magic(), name in NAMES) {
        let mut limits = vec![];
        walk::read_body(&message(&name, &octets), &mut vec![], &mut limits);
        // Foreign decoders may panic, that is caught; ours may not.
        let ours = |kind: Kind| !matches!(kind, Kind::Image);
        let (kind, _) = sniff(&octets, &name, "");
        let failed = limits.iter().any(|l| l.0.contains("reader fail"));
        prop_assert!(!(failed && ours(kind)), "{limits:?}");
    }
}
