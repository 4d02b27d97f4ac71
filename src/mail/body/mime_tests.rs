//! MIME trees of honest programs, careless programs and attackers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::mail::body::walk::*;
use crate::mail::link::LinkKind;

fn read_all(raw: &[u8]) -> (Body, Vec<Defect>, Vec<Limit>) {
    let (mut defects, mut limits) = (Vec::new(), Vec::new());
    let body = read_body(raw, &mut defects, &mut limits);
    (body, defects, limits)
}

fn read(raw: &str) -> Body {
    read_all(raw.replace('\n', "\r\n").as_bytes()).0
}

fn hrefs(body: &Body) -> Vec<&str> {
    body.links.iter().map(|l| l.href.as_str()).collect()
}

#[test]
fn a_message_without_mime_is_text() {
    let body = read("From: a@b.test\nSubject: x\n\nHello\n\n  you,  see http://evil.test/x\n");
    assert_eq!(body.text, "Hello\nyou, see http://evil.test/x");
    assert_eq!(hrefs(&body), ["http://evil.test/x"]);
    assert_eq!(body.links[0].kind, LinkKind::Text);
    assert_eq!(read("").text, "");
    assert_eq!(read("Subject: only a header").text, "");
}

#[test]
fn flowed_lines_are_one() {
    let flowed = |parameters: &str, body: &str| read(&format!("Content-Type: text/plain; {parameters}\n\n{body}")).text;
    for (body, text) in [
        ("your El \nance acc \nount\nnext", "your Elance account\nnext"),
        ("your  \nElance", "your Elance"),
        ("a \n b", "ab"),
        ("a\n-- \nb", "a\n--\nb"),
        ("> a \nb \n> c", "> a\nb\n> c"),
        ("a \n", "a"),
    ] {
        assert_eq!(flowed("format=flowed; delsp=YES", body), text, "{body:?}");
    }
    assert_eq!(flowed("format=flowed", "El \nance"), "El\nance");
}

#[test]
fn all_alternatives_are_read() {
    let body = read(concat!(
        "Content-Type: multipart/alternative; boundary=\"b 1\"\n\npreamble\n--b 1\n\nplain\n",
        "--b 1  \nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n",
        "<title>T</title><p>rich <a href=3D\"http://x.te=\nst/\">link</a></p>\n--b 1--\nepilogue\n"
    ));
    assert_eq!((body.text.as_str(), body.title.as_str()), ("rich link\nplain", "T"));
    assert_eq!(hrefs(&body), ["http://x.test/"]);
}

#[test]
fn nested_multiparts_end_with_the_outer_one() {
    let body = read(concat!(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/related; boundary=oo\n\n",
        "--oo\n\none\n--oox\n--oo\n\ntwo\n--o\n\nthree\n--o--\n"
    ));
    assert_eq!(body.text, "one\n--oox\ntwo\nthree");
}

#[test]
fn attachments_are_not_text() {
    let body = read(concat!(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: Image/PNG; name=a.png\n",
        "Content-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANSUhEUg==\n",
        "--b\nContent-Type: text/html\nContent-Disposition: attachment; filename=\"login.htm\"\n\n",
        "<p>words <a href=http://x.test>x</a><input type=password>\n",
        "--b\nContent-Type: text/csv; name=t.csv\n\na,b\n",
        "--b\nContent-Type: text/plain\nContent-Disposition: inline; filename=n.txt\n\nseen\n--b--\n"
    ));
    assert_eq!((body.text.as_str(), body.links.len(), body.has_password_field), ("seen", 1, false));
    assert_eq!((body.links[0].kind, body.links[0].shown.as_str()), (LinkKind::Attachment, "login.htm"));
    let [png, html, csv] = body.attachments.as_slice() else { panic!("{:?}", body.attachments) };
    assert_eq!(
        (png.name.as_str(), png.declared.as_str(), png.detected, png.size),
        ("a.png", "image/png", Some("image/png"), 16)
    );
    assert_eq!((html.name.as_str(), html.has_password_field), ("login.htm", true));
    assert_eq!((csv.declared.as_str(), csv.has_password_field), ("text/csv", false));
}

#[test]
fn file_names_are_decoded() {
    let name = |field: &str| {
        let raw = format!("Content-Type: application/pdf\nContent-Disposition: attachment; {field}\n\nx");
        read(&raw).attachments.first().map(|a| a.name.clone()).unwrap_or_default()
    };
    assert_eq!(name("filename*=utf-8''%E2%80%AEfdp.exe"), "\u{202e}fdp.exe", "right-to-left override is kept");
    assert_eq!(name("filename*0*=utf-8''inv%C3%B6; filename*1=\"ice.pdf\""), "invöice.pdf");
    assert_eq!(name("filename=\"=?utf-8?B?w6kucGRm?=\""), "é.pdf");
    assert_eq!(name("filename=\"a b.pdf\""), "a b.pdf");
}

#[test]
fn charsets_are_decoded() {
    let body = read_all(b"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B%\"%+%&%s%H\x1b(B").0;
    assert_eq!(body.text, "アカウント");
    let body =
        read("Content-Type: text/plain; charset=utf-16be\nContent-Transfer-Encoding: base64\n\nAEUAbABhAG4AYwBl");
    assert_eq!(body.text, "Elance");
    let body = read("Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\nxPg=");
    assert_eq!(body.text, "дЬ");
}

#[test]
fn messages_inside_are_attachments() {
    let raw = concat!(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nmine\n--b\nContent-Type: message/rfc822\n\n",
        "From: a@b.test\nSubject: =?utf-8?Q?Y=C3=B6urs?=\n\nnot mine http://x.test\n--b--\n"
    );
    let body = read(raw);
    assert_eq!((body.text.as_str(), body.links.len()), ("mine", 1));
    assert_eq!((body.links[0].kind, body.links[0].shown.as_str()), (LinkKind::Attachment, "Yöurs"));
    assert_eq!((body.attachments[0].name.as_str(), body.attachments[0].declared.as_str()), ("Yöurs", "message/rfc822"));
    let digest =
        read("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nx\n--b\n\nSubject: two\n\ny\n--b--");
    assert_eq!(digest.attachments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn broken_structures_are_read_and_told() {
    let (body, defects, _) = read_all(b"Content-Type: multipart/mixed; boundary=b\n\n<a> see http://x.test/y\n");
    assert_eq!(hrefs(&body), ["http://x.test/y"]);
    assert_eq!(defects, [Defect::Mime("a multipart does not hold its boundary".into())]);
    let (body, defects, _) = read_all(b"Content-Type: multipart/mixed\n\ntext");
    assert_eq!((body.text.as_str(), defects.len()), ("text", 1));
    let body = read(
        "Content-Type: multipart/mixed; boundary=b\n\
         Content-Transfer-Encoding: base64\n\n--b\nno field here\n--b\n\nopen",
    );
    assert_eq!(body.text, "no field here\nopen");
    assert_eq!(read("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n\n--b\n\ntwo\n").text, "one\ntwo");
}

#[test]
fn bombs_meet_limits() {
    let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}--b--\n", "--b\n\nx\n".repeat(10_000));
    let (body, _, limits) = read_all(many.as_bytes());
    assert_eq!(limits, [Limit("the message has more than 1000 MIME parts".into())]);
    assert_eq!(body.text.lines().count(), MAX_PARTS - 1);

    let open = |i: usize| format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n");
    let deep: String = (0..20_000).map(open).collect::<String>() + "\ntext";
    let (_, _, limits) = read_all(deep.as_bytes());
    assert_eq!(limits, [Limit("multiparts are nested more than 64 deep".into())]);

    let inside = format!("{}\ntext", "Content-Type: message/rfc822\n\n".repeat(100_000));
    let (body, _, limits) = read_all(inside.as_bytes());
    assert_eq!((body.attachments.len(), limits.len()), (4, 1));

    let same = format!("{}\ntext", "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(5_000));
    read_all(same.as_bytes());
    let dashes = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--x\n".repeat(1_100_000));
    assert!(!read_all(dashes.as_bytes()).2.is_empty());
}

#[test]
fn long_texts_meet_limits() {
    let (body, _, limits) = read_all(format!("\n{}", "word ".repeat(1 << 20)).as_bytes());
    assert!(body.text.len() <= MAX_TEXT_BYTES && !limits.is_empty());
    let html = format!("Content-Type: text/html\n\n{}", "<a href=http://x.test>é</a>".repeat(3_000));
    let (body, _, limits) = read_all(html.as_bytes());
    assert_eq!((body.links.len(), limits.len()), (MAX_LINKS, 1));
}

#[test]
fn fields_of_a_part_are_bounded() {
    for field in [
        "Content-Type: ",
        "Content-Type: text/plain; a*0*=",
        "Content-Type: a(",
        "Content-Disposition: x;a=\"",
        "Content-Type: =?",
    ] {
        let raw = format!("{field}{}\n\ntext", "(;=?a*0*=\\".repeat(100_000));
        read_all(raw.as_bytes());
    }
}
