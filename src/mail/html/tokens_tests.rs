//! Tags and text as browsers see them, and the bound on attributes.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::mail::html::tag::attribute;

/// What a document is made of, as text.
#[derive(Default)]
struct Shape {
    pieces: Vec<String>,
    /// True if the last piece is text, to which text is joined.
    is_text: bool,
}

impl Shape {
    fn push(&mut self, text: &str, is_text: bool) {
        match self.pieces.last_mut().filter(|_| is_text && self.is_text) {
            Some(last) => last.push_str(text),
            None => self.pieces.push(text.to_owned()),
        }
        self.is_text = is_text;
    }
}

impl Sink for Shape {
    fn text(&mut self, text: &str) {
        self.push(text, true);
    }

    fn title(&mut self, text: &str) {
        self.push(&format!("title:{text}"), false);
    }

    fn start(&mut self, tag: &Tag) {
        let text = |octets: &[u8]| std::str::from_utf8(octets).unwrap().to_owned();
        let pairs = tag.attributes().map(|(name, value)| format!(" {}={}", text(name), text(value)));
        self.push(&format!("<{}{}>", text(&tag.name), pairs.collect::<String>()), false);
    }

    fn end(&mut self, element: Name) {
        let letters: Vec<u8> = element.to_be_bytes().into_iter().filter(|b| *b != 0).collect();
        self.push(&format!("</{}>", String::from_utf8(letters).unwrap()), false);
    }
}

fn shape_and_skipped(html: &str) -> (String, bool) {
    let mut shape = Shape::default();
    let skipped = read_tokens(html, &mut shape);
    (shape.pieces.join("|"), skipped)
}

fn shape(html: &str) -> String {
    shape_and_skipped(html).0
}

#[test]
fn tags_and_text_are_told_apart_as_browsers_do() {
    assert_eq!(shape("a<b>c</b >d"), "a|<b>|c|</b>|d");
    assert_eq!(shape("1 < 2 <3 <"), "1 < 2 <3 <");
    assert_eq!(shape("<a href=x/y title='>' z>t"), "<a href=x/y title=> z=>|t");
    assert_eq!(shape("<a/href=\"1\"b=2>t"), "<a href=1 b=2>|t");
    assert_eq!(shape("x<!-- <b> --!>y<!-->z<!--->w<![if !mso]>v<?php ?>u</ x>t</>s"), "xyzwvuts");
    assert_eq!(shape("<style>a<b{}</styles></STYLE x>t"), "<style>|</style>|t");
    assert_eq!(shape("<title>a<b>&amp;</titles></Title x>t"), "<title>|title:a<b>&</titles>|</title>|t");
    assert_eq!(shape("<xmp>a<b>&amp;</xmp>t<plaintext><b>"), "<xmp>|a<b>&amp;|</xmp>|t|<plaintext>|<b>");
    assert_eq!(shape("<script><!--<script></script x='>--></script><b>'>t"), "<script>|</script>|<b>|'>t");
    assert_eq!(shape("t<a href=\"never closed"), "t");
    assert_eq!(shape("<script>x"), "<script>");
    assert_eq!(shape("<a b"), "");
    assert_eq!(shape("<a ==x A=1 a=2>"), "<a ==x a=1 a=2>");
    assert_eq!(shape("<a é=ü ß>ö\u{feff}<b>\u{feff}E\0l"), "<a é=ü ß=>|ö\u{feff}|<b>|\u{feff}El");
}

#[test]
fn references_are_decoded() {
    assert_eq!(shape("&amp;&lt;&eacute;&#101;&#x65;&#x80;&nbsp;&zwnj;"), "&<éee\u{20ac}\u{a0}\u{200c}");
    assert_eq!(shape("&ampx &notit; &; & &#; &#x; &bogus; &#0;"), "&x ¬it; &; & &#; &#x; &bogus; \u{fffd}");
    assert_eq!(shape("&#99999999999;é&"), "\u{fffd}é&");
    assert_eq!(shape("<a href='?a&copy=1&amp;b'>"), "<a href=?a&copy=1&b>", "no reference before = in a value");
}

#[test]
fn attributes_are_capped() {
    let many: String = (0..20_000).map(|i| format!("a{i}='>' ")).collect();
    for html in [
        format!("<a {many}>t"),
        format!("</a {many}>t"),
        format!("<title>x</title {many}>t"),
        format!("<script>x</script/{many}>t"),
        format!("<script><!--<script></script x=\"--></script><a {many}>t"),
        format!("<!-- \" -- > ' --><a {many}>t"),
        format!("<!x '><a {many}>t"),
        format!("t<a {many}"),
        format!("t<!-- ><a {many}--!><a {many}"),
    ] {
        let (seen, skipped) = shape_and_skipped(&html);
        assert!(skipped && seen.ends_with('t') && seen.len() < 2_000, "{seen}");
        assert!(!seen.contains(" a100="), "{seen}");
    }
}

#[test]
fn as_many_attributes_as_are_read_are_no_limit() {
    let most: String = (0..MAX_ATTRIBUTES).map(|i| format!(" a{i}='>'")).collect();
    let html = format!("<a{most}/><!-- {most}{most} <a -->t");
    let (seen, skipped) = shape_and_skipped(&html);
    assert!(!skipped && seen.contains(" a99=>") && seen.ends_with("|t"), "{seen}");
}

#[test]
fn the_first_attribute_of_a_name_counts() {
    struct First(Option<String>);
    impl Sink for First {
        fn text(&mut self, _text: &str) {}
        fn title(&mut self, _text: &str) {}
        fn end(&mut self, _element: Name) {}
        fn start(&mut self, tag: &Tag) {
            self.0 = attribute(tag, "href").map(str::to_owned);
        }
    }
    let mut first = First(None);
    read_tokens("<A x=1 HREF=\"a&amp;é\" href=b hrefs=c>", &mut first);
    assert_eq!(first.0.as_deref(), Some("a&é"));
}

#[test]
fn no_document_outgrows_the_stack() {
    let units = [
        "b=\"c\" ",
        "b=\"c\"",
        "b='c' ",
        "b=c ",
        "b ",
        "b=\"&amp;\" ",
        "b=\"\0\" ",
        "/",
        "=",
        "\"",
        "<a>",
        "</a>",
        "<a ",
        "&amp;",
        "&#65;",
        "&",
        "\0",
        "<",
        "<!",
        "<!-- ",
        "-->",
        "<!--",
        "--!",
        "<!doctype a \"b\" 'c'>",
        "<?",
        "</",
        "<script><!--",
        "</script>",
        "]]>",
        "<textarea>",
        "\r\n",
    ];
    let work = move || {
        for start in
            ["", "<a ", "</a ", "<a b=\"", "<a b=", "<!--", "<!doctype ", "<script>", "<script><!--<script ", "<title>"]
        {
            for unit in units {
                shape(&format!("{start}{}>end", unit.repeat(20_000)));
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap();
    thread.join().unwrap();
}

#[test]
fn behind_a_tag_with_too_many_attributes_reading_goes_on() {
    for attribute in ["b=\"c>\" ", "b='c>' ", "b=c ", "b = \"c\"/", "b "] {
        let many = attribute.repeat(MAX_ATTRIBUTES + 2);
        let (shape, skipped) = shape_and_skipped(&format!("1<a {many}>2</a>3"));
        assert!(skipped && shape.starts_with("1|<a") && shape.ends_with(">|2|</a>|3"), "{attribute}: {shape}");
    }
    let many = "b=\"c\" ".repeat(MAX_ATTRIBUTES + 2);
    assert!(shape(&format!("<title {many}><b></title>t")).ends_with(">|title:<b>|</title>|t"));
    assert_eq!(shape(&format!("t<a {many}")), "t", "a tag that never ends is none");
    assert_eq!(shape(&format!("<a {many} b=\"></a>")), "");
}
