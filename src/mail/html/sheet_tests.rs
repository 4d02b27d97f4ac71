//! What style sheets hide, and what they show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// What is read as hidden of `body` under a sheet in its head.
fn hidden_by(sheet: &str, body: &str) -> String {
    read_html(&format!("<html><head><title>t</title><style>{sheet}</style></head><body>{body}</body></html>")).hidden
}

#[test]
fn style_sheets_hide() {
    for (sheet, body) in [
        (".h{display:none}", "a<i class='k h'>x</i>b"),
        ("#h { font-size: 0 }", "a<i id=h>x</i>b"),
        ("s{display:none}", "a<s>x</s>b"),
        ("<!-- I.h , u{display:none} -->", "a<i class=h>x</i>b"),
        ("* {color:red} .h{color:#fff} body{background:#fff}", "<i style='color:#000'>a</i><i class=h>x</i>"),
        (".o .h{display:none}", "a<div class=o>b<p>c<i class=h>x</i></div>"),
        ("div>p>.h{visibility:hidden}", "a<div>b<p>c<i class=h>x</i></div>"),
        ("@media screen{.h{display:none}}", "a<i class=h>x</i>b"),
        ("@media all{@media screen{.h{display:none}}}", "a<i class=h>x</i>b"),
        ("@charset 'utf-8';@import url(x);@font-face{src:url(y)}.h{display:none}", "a<i class=h>x</i>b"),
        (".h{display:none!important}", "a<i class=h style='display:block'>x</i>b"),
        (".h{display:none} i{display:inline}", "a<i class=h>x</i>b"),
        ("#h{display:none} .h{display:inline}", "a<i id=h class=h>x</i>b"),
        (".h{display:none} @media print{.h{display:block}}", "a<i class=h>x</i>b"),
        (".h{display:none} .h::before{display:block}", "a<i class=h>x</i>b"),
        (".h{display:none} p:first-letter{display:block}", "a<i class=h>x</i>b"),
        (".h{displ} @page{size:a4} junk{;}.k{} .h{display:none}", "a<i class=h>x</i>b"),
        (".a\\:b{display:none}", "a<i class='a:b'>x</i>b"),
    ] {
        assert_eq!(hidden_by(sheet, body), "x", "{sheet}");
    }
}

#[test]
fn sheets_put_text_into_elements() {
    for (sheet, body, text) in [
        (".b::before{content:'Elance'}", "Your <i class=b></i> account", "Your Elance account"),
        (".b:after { content : \"an\" 'ce' !important }", "El<i class=b></i>", "Elance"),
        ("p.b:BEFORE{content:attr(Title)}", "<p class=b title=Elance>x", "Elancex"),
        ("@media screen{.b::before{content:'El'}} .b::after{content:'ce'}", "<b class=b>an</b>", "Elance"),
        (".b::after{content:'x'} .b::after{content:'Elance'}", "<p class=b>", "Elance"),
        (".b::before{content:'Elance' / 'spoken'}", "<p class=b>", "Elance"),
        (".b{&::before{content:'x'}} .b:hover::before, i ~ p::after{content:'x'}", "<p class=b>Elance", "Elance"),
        // Nothing where it cannot be seen, or is not text.
        (".b::before{content:'x';display:none}", "<p class=b>Elance", "Elance"),
        (".b::before{content:'x'} .b{font-size:0}", "<p class=b>no</p>Elance", "Elance"),
        (".b::before{content:'x'} .b::before{visibility:hidden;content:'x'}", "<p class=b>Elance", "Elance"),
        (".b::before{content:none} .c::after{content:url(x) counter(y)}", "<p class='b c'>Elance", "Elance"),
        (".b::marker{content:'x'} .b{content:'x'} .c::before{content:'x'}", "<p class=b>Elance", "Elance"),
        (".b::before{content:'x'}", "<img class=b>Elance", "Elance"),
        ("@media print{.b::before{content:'x'}}", "<p class=b>Elance", "Elance"),
    ] {
        let html = format!("<html><head><style>{sheet}</style></head><body>{body}</body></html>");
        assert_eq!(read_html(&html).text, text, "{sheet}");
    }
    let many = format!("<style>i::before{{content:'{}'}}</style>{}", "a".repeat(500), "<i>".repeat(500));
    assert!(read_html(&many).text.len() < 20_000, "a sheet is not a lever");
    assert!(read_html(&format!("{many}<table>a<tr>")).text.contains("aaa"), "nor spent by the first reading");
    assert_eq!(read_html("<p class=b>x<style>.b::before{content:'E'}</style>").text, "Ex", "a sheet behind it");
}

#[test]
fn what_only_some_see_breaks_no_word() {
    let narrow = "@media (max-width:9px)";
    for sheet in [
        "@media (min-width:1px){.j{display:none}}".to_owned(),
        format!(".j{{display:none}} {narrow}{{.j{{display:inline}}}}"),
        format!(".j{{font-size:0}} {narrow}{{.j{{font-size:9px!important}}}}"),
        ".j:not(.k){visibility:hidden}".to_owned(),
        "i[class=j]{color:transparent}".to_owned(),
    ] {
        for (body, text, hidden, broken) in [
            ("El<i class=j>qu</i>ance", "Elance", "qu", 1),
            ("El<i class=j> q <b>u</b></i>ance", "Elance", "q u", 1),
            ("El<i class=j>qu</i>", "Elqu", "", 0),
            ("El<i class=j>qu</i> ance", "Elqu ance", "", 0),
            ("El <i class=j>qu</i>ance", "El quance", "", 0),
            ("El<p class=j>qu</p>ance", "El\nqu\nance", "", 0),
            ("<a href=x>El<i class=j>qu</i></a>", "Elqu", "", 0),
        ] {
            let out = read_html(&format!("<style>{sheet}</style><body>{body}"));
            let found = (out.text.as_str(), out.hidden.trim(), out.broken_words.len());
            assert_eq!(found, (text, hidden, broken), "{sheet} {body}");
        }
    }
}

#[test]
fn style_sheets_show() {
    for (sheet, body) in [
        ("", "<i class=h>x</i>"),
        (".h{display:none}", "<i class=g>x</i>"),
        (".h{display:none}", "<i class=H>x</i>"),
        (".h{display:none} .H{display:block}", "<i class=h>x</i>"),
        (".h{display:none} .h{display:block}", "<i class=h>x</i>"),
        (".h{display:block!important}", "<i class=h style=display:none>x</i>"),
        (".h{display:block!important}", "<i class=h hidden>x</i>"),
        (".h{display:none} @media (max-width:600px){.h{display:block!important}}", "<i class=h>x</i>"),
        (".h{display:none} @supports (a:b){.h{display:block}}", "<i class=h>x</i>"),
        (".h{display:none} i[class=h]{display:block}", "<i class=h>x</i>"),
        (".h{display:none} u + .h{display:block}", "<i class=h>x</i>"),
        (".h{display:none} :is(.h){display:block}", "<i class=h>x</i>"),
        (".h{display:none; &.h{display:block}}", "<i class=h>x</i>"),
        ("p{.h{display:block}} .h{display:none}", "<p><i class=h>x</i>"),
        (".h{@media screen{display:block}} i{display:none}", "<p><i class=h>x</i>"),
        (".h{font:0/0 a>.h{display:block}}", "<i class=h>x</i>"),
        (".h, :::no {display:none}", "<i class=h>x</i>"),
        (".h, {display:none}", "<i class=h>x</i>"),
        (".h, ::no{display:none}", "<i class=h>x</i>"),
        ("> .h{display:none}", "<i class=h>x</i>"),
        (".h[title]{display:none}", "<i class=h>x</i>"),
        (".h:hover{display:none}", "<i class=h>x</i>"),
        ("div > .h{display:none}", "<div><p><i class=h>x</i></div>"),
        (".o .h{display:none}", "<p class=o></p><i class=h>x</i>"),
        ("@media (min-width:1px){.h{display:none}}", "<i class=h>x</i>"),
        ("@media print{.h{display:none}}", "<i class=h>x</i>"),
        ("@keyframes h{from{display:none}}", "<i class=h>x</i>"),
        ("blockquotes{display:none}", "<blockquote>x</blockquote>"),
        ("body{background:#fff} a{color:#fff} .b{background:#06c}", "<p class=b><a>x</a>"),
        ("body{background:#fff} .w{color:#fff} td[class]{background:#06c}", "<table><td class=w>x"),
    ] {
        assert_eq!(hidden_by(sheet, body), "", "{sheet}");
    }
}

#[test]
fn only_sheets_that_every_program_reads_hide() {
    let sheet = "<style>.h{display:none}</style>";
    assert_eq!(read_html(&format!("{sheet}<p class=h>x")).hidden, "x", "a head without a tag");
    assert_eq!(read_html(&format!("<p>{sheet}<p class=h>x")).hidden, "", "Gmail reads none in the body");
    assert_eq!(read_html(&format!("text{sheet}<p class=h>x")).hidden, "");
    assert_eq!(read_html("<!-- <style>.h{display:none}</style> --><p class=h>x").hidden, "");
    assert_eq!(read_html("<script><style>.h{display:none}</style></script><p class=h>x").hidden, "");
    assert_eq!(read_html("<style media=print>.h{display:none}</style><p class=h>x").hidden, "");
    assert_eq!(read_html("<style media='(min-width:1px)'>.h{display:none}</style><p class=h>x").hidden, "");
    for attribute in ["title=b", "type=text/plain"] {
        assert_eq!(read_html(&format!("<style {attribute}>.h{{display:none}}</style><p class=h>x")).hidden, "");
    }
    assert_eq!(read_html("<style type=Text/CSS>.h{display:none}</style><p class=h>x").hidden, "x");
    assert_eq!(read_html("<style media=print></style><style>.h{display:none}</style><p class=h>x").hidden, "x");
    let long = format!("<style>.h{{display:none}}{}</style><p class=h>x", ".k{color:red}".repeat(1_300));
    assert_eq!(read_html(&long).hidden, "", "nor a sheet of more than 16,384 octets");
}

#[test]
fn a_sheet_at_the_end_shows_what_stands_before_it() {
    let shows = "<style>.h{display:block!important}</style>";
    let out = read_html(&format!("<p class=h style='display:none'>seen <a href=http://a.test>this</a>{shows}"));
    assert_eq!((out.text.as_str(), out.hidden.as_str(), out.links.len()), ("seen this", "", 1));
    assert_eq!(read_html(&format!("<p style='display:none'>x{shows}")).hidden, "x");
}

#[test]
fn the_document_of_a_frame_has_its_own_sheets() {
    let inside = "<style>b{color:red}</style><a href=http://x.test>elance<i style='display:none'>x</i>.com</a>";
    let out = read_html(&format!("<p>seen<iframe srcdoc=\"{inside}\"></iframe>"));
    assert_eq!((out.links[0].shown.as_str(), out.links[0].is_split), ("elance.com", true));
}

#[test]
fn rules_of_a_sheet_are_limited() {
    let rules: String = (0..3_000).map(|i| format!(".c{i}{{color:red}}")).collect();
    let shows = "<style>.h{display:block}</style>";
    let out = read_html(&format!("<style>.h{{display:none}}{rules}</style>{shows}<p class=h>x<i style=display:none>y"));
    assert_eq!((out.text.as_str(), out.hidden.as_str()), ("xy", ""));
    assert_eq!(out.limits[0].0, "an HTML part has more than 2000 style rules");
    let rules = ".a .b .c i{color:red}".repeat(500);
    let out = read_html(&format!("<style>{rules}</style>{}", "<p class='a b c'><i>x</i>".repeat(500)));
    assert_eq!(out.limits[0].0, "the style rules of an HTML part are about too many of its elements");
}

/// CSS, whole and broken.
fn css() -> impl Strategy<Value = String> {
    let pieces = vec![
        ".a",
        ".b",
        "#c",
        "i",
        "*",
        "[x]",
        ":hover",
        "::after",
        ">",
        "+",
        " ",
        ",",
        "{",
        "}",
        "{",
        "}",
        ";",
        ":",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "'",
        "\\",
        "/*",
        "*/",
        "<!--",
        "-->",
        "@media screen{",
        "@media print{",
        "@media (a:b){",
        "@supports (a:b){",
        "@import 'x';",
        "@font-face{",
        "&",
        "!important",
        "display:none;",
        "display:block;",
        "font-size:0",
        "font-size:9px",
        "color:#fff",
        "background:#fff",
        "position:absolute;left:-999px",
        "all:unset",
        "min-height:1px",
        "max-height:0",
        "overflow:hidden",
        "é",
        "\0",
    ];
    let rule = (
        prop::sample::select(vec![".a", ".b", "i", "#c", ".a .b", ".a>i", "u+i"]),
        prop::sample::select(pieces.clone()),
    )
        .prop_map(|(selector, declaration)| format!("{selector}{{{declaration}}}"));
    let piece = prop::sample::select(pieces).prop_map(str::to_owned);
    vec(prop_oneof![rule, piece], 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sheet_loses_text_and_one_that_holds_for_some_hides_nothing(css in css(), own in css()) {
        let body = format!(
            "<body bgcolor=white>1<p class=a>2<i class='a b'>3</i>\
             <i id=c hidden>4<b class=b style=\"{}\">5</b></i></p>",
            own.replace(['"', '<'], "")
        );
        let letters = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let sheet = css.replace('<', "");
        let read = |media: &str| read_html(&format!("<style media='{media}'>{sheet}</style>{body}"));
        for media in ["", "print", "(a:b)"] {
            let out = read(media);
            let mut all: Vec<char> = (letters(&out.text) + &letters(&out.hidden)).chars().collect();
            all.sort_unstable();
            prop_assert_eq!(all, ['1', '2', '3', '4', '5']);
        }
        let hidden = |media| letters(&read(media).hidden);
        let without = hidden("print");
        prop_assert!(hidden("(a:b)").chars().all(|c| without.contains(c)));
    }
}
