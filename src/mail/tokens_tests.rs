//! Tags and text as browsers see them, and the guard before the tokenizer.

use super::*;

fn shape(html: &str) -> String {
    shape_of(&mut Tokens::new(html))
}

fn shape_of(tokens: &mut Tokens<'_>) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut before = None;
    while let Some(token) = tokens.next() {
        let kind = std::mem::discriminant(&token);
        let (text, joins) = match token {
            Token::Text(t) => (t, true),
            Token::Title(t) => (t, true),
            Token::Start(tag) => {
                let pairs = tag.attrs.iter().map(|a| format!(" {}={}", &*a.name.local, &*a.value));
                (format!("<{}{}>", &*tag.name, pairs.collect::<String>()), false)
            }
            Token::End(n) => (format!("</{}>", &*n), false),
        };
        // Pieces of one text are one text, however the document was fed.
        match out.last_mut().filter(|_| joins && before == Some(kind)) {
            Some(last) => last.push_str(&text),
            None => out.push(text),
        }
        before = Some(kind);
    }
    out.join("|")
}

/// The tokens of a document that is fed in one piece, without a guard.
fn unguarded(html: &str) -> String {
    let mut tokens = Tokens::new(html);
    tokens.feed(html.len());
    shape_of(&mut tokens)
}

#[test]
fn tags_and_text_are_told_apart_as_browsers_do() {
    assert_eq!(shape("a<b>c</b >d"), "a|<b>|c|</b>|d");
    assert_eq!(shape("1 < 2 <3 <"), "1 < 2 <3 <");
    assert_eq!(shape("<a href=x/y title='>' z>t"), "<a href=x/y title=> z=>|t");
    assert_eq!(shape("<a/href=\"1\"b=2>t"), "<a href=1 b=2>|t");
    assert_eq!(shape("x<!-- <b> --!>y<!-->z<!--->w<![if !mso]>v<?php ?>u</ x>t</>s"), "xyzwvuts");
    assert_eq!(shape("<style>a<b{}</styles></STYLE x>t"), "<style>|</style>|t");
    assert_eq!(shape("<title>a<b>&amp;</titles></Title x>t"), "<title>|a<b>&</titles>|</title>|t");
    assert_eq!(shape("<xmp>a<b>&amp;</xmp>t<plaintext><b>"), "<xmp>|a<b>&amp;|</xmp>|t|<plaintext>|<b>");
    assert_eq!(shape("<script><!--<script></script x='>--></script><b>'>t"), "<script>|</script>|<b>|'>t");
    assert_eq!(shape("t<a href=\"never closed"), "t");
    assert_eq!(shape("<script>x"), "<script>");
    assert_eq!(shape("<a b"), "");
    assert_eq!(shape("<a ==x A=1 a=2>"), "<a ==x a=1>");
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
        let mut tokens = Tokens::new(&html);
        let seen = shape_of(&mut tokens);
        assert!(tokens.attributes_skipped && seen.ends_with('t') && seen.len() < 2_000, "{seen}");
        assert!(!seen.contains(" a100="), "{seen}");
    }
}

#[test]
fn as_many_attributes_as_are_read_are_no_limit() {
    let most: String = (0..MAX_ATTRIBUTES).map(|i| format!(" a{i}='>'")).collect();
    let html = format!("<a{most}/><!-- {most}{most} <a -->t");
    let mut tokens = Tokens::new(&html);
    let seen = shape_of(&mut tokens);
    assert!(!tokens.attributes_skipped && seen.contains(" a99=>") && seen.ends_with("|t"), "{seen}");
}

#[test]
fn the_guard_changes_nothing_else() {
    let pieces = [
        "<",
        ">",
        "<a ",
        "href=",
        "'",
        "\"",
        "&#",
        "&",
        "&am",
        "p;",
        "é",
        "<!",
        "--",
        "-->",
        "</",
        "<p",
        "=",
        " ",
        "/",
        "\0",
        "\r",
        "\n",
        "x",
        "<?",
        "<!doctype ",
        "<title>",
        "</title",
        "<style>",
        "</style ",
        "<script>",
        "</script",
        "<!--",
        "<script ",
        "</script x='",
    ];
    let mut seed = 1u32;
    for _ in 0..20_000 {
        let html: String = (0..20)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                pieces[(seed >> 16) as usize % pieces.len()]
            })
            .collect();
        assert_eq!(shape(&html), unguarded(&html), "{html:?}");
    }
}
