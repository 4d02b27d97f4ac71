//! What readers see of HTML, and what they can click.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::mail::html::links::MAX_HREF_BYTES;
use crate::mail::html::out::MAX_LINKS;
use crate::mail::html::text::MAX_SHOWN_BYTES;
use crate::mail::link::LinkKind;
use crate::text::bidi::in_seen_order;
use crate::text::fold::fold;

fn read(html: &str) -> HtmlOut {
    read_html(html)
}

fn links(html: &str) -> Vec<(LinkKind, String, String)> {
    read(html).links.into_iter().map(|l| (l.kind, l.href, l.shown)).collect()
}

fn link(kind: LinkKind, href: &str, shown: &str) -> (LinkKind, String, String) {
    (kind, href.to_owned(), shown.to_owned())
}

#[test]
fn inline_elements_do_not_split_words_and_blocks_do() {
    assert_eq!(
        read("<p>El<b>an</b><span style='color:red'>c</span>e&nbsp; &amp;\n co</p><div>next").text,
        "Elance & co\nnext"
    );
    assert_eq!(read("a<br>b<hr>c<table><tr><td>d<td>e<tr><th>f").text, "a\nb\nc\nd e\nf");
    assert_eq!(read("<ul><li>one<li>two</ul>three").text, "one\ntwo\nthree");
    assert_eq!(read("x<!-- no --><script>no</script><style>no</style><title>T &amp; t</title>y").text, "xy");
    assert_eq!(read("<title> T &amp;  t </title>").title, "T & t");
    assert_eq!(read("<noscript>seen</noscript><![if !mso]> too<![endif]>").text, "seen too");
    assert_eq!(read("<textarea>in &lt;b&gt;</textarea>").text, "in <b>");
}

#[test]
fn letters_are_read_in_the_order_in_which_they_are_seen() {
    for (html, seen) in [
        ("Your <bdo dir=rtl>ecnalE</bdo> account", "your elance account"),
        ("<bdo dir=rtl>ecn<b>alE</b></bdo>", "elance"),
        ("<bdo dir=rtl>ecn<bdi>&zwnj;</bdi>alE</bdo> x", "elance x"),
        ("<p dir=rtl><bdo>ecnalE</bdo>", "elance"),
        ("<span style='unicode-bidi:bidi-override;direction:rtl'>ecnalE</span>.", "elance."),
        ("<span style='unicode-bidi: isolate-override; direction: RTL'>ecnalE</span>", "elance"),
        ("<style>.t{direction:rtl;unicode-bidi:bidi-override!important}</style><p class=t>ecnalE<br>uoy", "elance you"),
        (
            "<style>@media screen and (min-width:1px){s{direction:rtl;unicode-bidi:bidi-override}}\
             </style><s>ecnalE</s>",
            "elance",
        ),
        ("<a href=x style='unicode-bidi:bidi-override;direction:rtl'>moc.ecnalE</a>", "elance.com"),
        ("\u{202e}ecnal<b>E</b>", "elance"),
        // Nothing is turned without both, in blocks inside, and in what has a direction of its own.
        ("<bdo>ecnalE</bdo> <bdo dir=ltr>a</bdo>", "ecnale a"),
        ("<p dir=rtl>ecnalE <span style='direction:rtl'>a", "ecnale a"),
        ("<p style='unicode-bidi:bidi-override'>ecnalE", "ecnale"),
        ("<div style='unicode-bidi:bidi-override;direction:rtl'><p>ecnalE", "ecnale"),
        ("<bdo dir=rtl><span dir=ltr>ecnalE", "ecnale"),
        ("<p style='unicode-bidi:bidi-override;direction:rtl;all:unset;direction:ltr'>ecnalE", "ecnale"),
    ] {
        let read = read(html);
        assert_eq!(fold(&in_seen_order(&read.text)), seen, "{html}");
        assert!(read.links.iter().all(|l| fold(&l.shown) == "elance.com"), "{html}: {:?}", read.links);
    }
}

#[test]
fn formatting_goes_on_behind_what_it_began_in() {
    for (html, text) in [
        ("El<span><b hidden></span>no</b>ance", "Elance"),
        ("El<i><b hidden></i>no</b>ance", "Elance"),
        ("<p><b hidden>no</p>no</b>seen", "seen"),
        ("<b><p hidden></b>no</p>seen", "seen"),
        ("<b hidden>no<div>no</b>seen", "seen"),
        ("<b hidden><table><td>no</td></b></table>no", ""),
        ("<table><td><b hidden>no</td><td>seen", "seen"),
        ("<p><font style=display:none>no<p>no</font>seen", "seen"),
        ("<a hidden href=x>no<a href=y>seen", "seen"),
        ("<nobr hidden>no<nobr>seen", "seen"),
        ("<div hidden><b>no</div>seen", "seen"),
        // Blocks leave what cannot hold them when it is found not to.
        ("<b><span hidden><div>seen</b>", "seen"),
        ("<a href=x><span hidden>no</span><p>seen</a>", "seen"),
    ] {
        let seen = read(html).text.replace('\n', " ");
        assert_eq!(seen, text, "{html}");
    }
}

#[test]
fn elements_end_as_they_do_in_browsers() {
    for (html, text) in [
        ("<button hidden>no<button>seen", "seen"),
        ("<h1 hidden>no</h2>seen", "seen"),
        ("<h1 hidden>no<h2>seen", "seen"),
        ("<p hidden>no<li>seen", "seen"),
        ("<dl><dt hidden>no<dd>seen", "seen"),
        ("<ruby><rt hidden>no<rt>seen", "seen"),
        ("<form><form hidden>seen", "seen"),
        ("<form></form><form hidden>no", ""),
        ("<table><form hidden>seen<td>seen", "seen seen"),
        ("<form hidden><span></form>no</span>seen", "seen"),
        ("<form hidden><p></form>seen", "seen"),
        ("<table><tbody><tr hidden><td>no<tbody><td>seen", "seen"),
        ("<table><td hidden>no</tr>seen", "seen"),
        ("<table><span hidden><td>seen", "seen"),
        ("<table><caption hidden>no<td>seen", "seen"),
        ("<table hidden><tr><table><td>seen", "seen"),
        ("<template><tr>no</template>seen", "seen"),
        ("<svg><template>seen", "seen"),
        ("<svg><table hidden>seen", "seen"),
        ("<svg><g style=display:none />seen", "seen"),
        ("<math><math style=display:none><p>seen", "seen"),
        ("<span hidden><p></span>no", ""),
        ("<ul hidden><button></ul>seen", "seen"),
        ("<select hidden><select hidden>seen", "seen"),
    ] {
        let seen = read(html).text.replace('\n', " ");
        assert_eq!(seen, text, "{html}");
    }
}

#[test]
fn nothing_hides_once_elements_are_too_deep_to_follow() {
    let deep = |ends: &str| format!("{}<i hidden>no<b>no{ends}seen", "<div>".repeat(MAX_DEPTH - 1));
    let out = read(&deep("</i>"));
    assert_eq!((out.text.as_str(), out.hidden.as_str(), out.limits.len()), ("noseen", "no", 1));
    assert_eq!(read(&deep("</b></i>")).text, "noseen");
}

#[test]
fn text_between_cells_stands_before_the_table() {
    for (html, seen) in [
        ("a <table>El<tr>an<tr>ce<td>in</table> b", "a Elance\nin\nb"),
        ("El<table><tr><td>in</td>ance</tr></table>", "Elance\nin"),
        ("<table><tr>El<td><table><tr>x<td>y</table></td></tr>ance</table>", "Elance\nx\ny"),
        ("<table><tr><b>El</b><td>in<tr><i>ance</i></table>", "Elance\nin"),
        ("<table><tr><div>a</div>b<br>c<td>in</table>", "a\nb\nc\nin"),
        ("<table><tr><div>a</div><td>in</table>", "a\nin"),
        ("<table><caption>over</caption>a<tr>&nbsp;<td>in</table>", "a\nover\nin"),
        ("<style>.h{display:none}</style><table>a<i class=h>no</i><tr>b<td>in</table>", "ab\nin"),
        ("<table>a<tr hidden>b<td>no", "ab"),
        ("<table><tr><select><option>a</select><td>in", "a\nin"),
    ] {
        assert_eq!(read(html).text, seen, "{html}");
    }
    let out = read("<table><tr><a href=x>El</a><td>in<tr><a href=y>ance</a></table>");
    assert_eq!(out.text, "Elance\nin");
    assert_eq!(out.links.iter().map(|l| l.shown.as_str()).collect::<Vec<_>>(), ["El", "ance"]);
}

#[test]
fn words_of_images_and_fields_are_seen() {
    assert_eq!(read("<img alt='Elance &amp; you' src=cid:x>hi").text, "Elance & you hi");
    let form = read(
        "<form><input type=password placeholder='Your password'><input type=submit value=Go><button>Send</button>",
    );
    assert_eq!(form.text, "Your password Go Send");
    assert!(form.has_password_field);
    assert!(!read("<input type=text><input type=hidden value=secret>").has_password_field);
    assert_eq!(read("<input type=hidden value=secret>").text, "");
}

#[test]
fn hidden_text_is_kept_apart() {
    let out =
        read("El<span style='display:none'>x y</span>ance<div hidden>p<p>q</div>r<span style=font-size:0>z</span>");
    assert_eq!((out.text.as_str(), out.hidden.as_str()), ("Elance\nr", "x y p\nq z"));
    let out = read("<body bgcolor='#FFFFFF'><font color=white>no</font><p style='color:#000'>yes <font color=#fff>no");
    assert_eq!((out.text.as_str(), out.hidden.as_str()), ("yes", "no\nno"));
    let out = read("<td style='font-size:0px'><div style='font-size:13px'>seen</div>");
    assert_eq!((out.text.as_str(), out.hidden.as_str()), ("seen", ""));
    assert_eq!(read("<p style=display:none>a<div>b").text, "b", "the block ends the paragraph");
    assert_eq!(
        read("<div style=display:none>a<table><td></div>b").hidden,
        "a\nb",
        "an end tag inside a cell is ignored"
    );
    assert_eq!(read("<template>no</template>yes").text, "yes");
}

#[test]
fn hidden_text_inside_words_is_counted() {
    for (html, broken) in [
        ("El<span style='display:none'>x y</span>ance", 1),
        ("E<i hidden>1</i>l<i hidden>2</i><b>ance</b>", 2),
        ("Elance<span style='display:none'>x</span> team", 0),
        ("<div style='display:none'>Preheader</div>Hello", 0),
        ("Hello<div style='display:none'>Preheader</div>you", 0),
        ("El<span style='display:none'> &zwnj;&nbsp;</span>ance", 0),
    ] {
        assert_eq!(read(html).broken_words.len(), broken, "{html}");
    }
}

#[test]
fn anchors_show_their_visible_text() {
    use LinkKind::{Anchor, Image, Text};
    assert_eq!(
        links(
            "<a href=' http://evil.test/?a=1&amp;b=2 '>www.<b>elance</b><i style=display:none>x</i>.com\
             \x20<img alt=logo src=http://i.test/x.png></a>"
        ),
        [link(Anchor, "http://evil.test/?a=1&b=2", "www.elance.com logo"), link(Image, "http://i.test/x.png", "")]
    );
    assert_eq!(links("<a href=1>one<a href=2>two<p>x</a>y"), [link(Anchor, "1", "one"), link(Anchor, "2", "two x")]);
    assert_eq!(links("<A HREF='ht\ntp://x.test'>never closed"), [link(Anchor, "ht\ntp://x.test", "never closed")]);
    assert_eq!(
        links("<a name=top>x</a><map><area href=http://x.test alt=Here></map>"),
        [link(Anchor, "http://x.test", "Here")]
    );
    assert_eq!(
        links("see www.elance.com or <a href=http://x.test>http://elance.com</a> http://y.t<b>est/z</b>"),
        [
            link(Anchor, "http://x.test", "http://elance.com"),
            link(Text, "www.elance.com", "www.elance.com"),
            link(Text, "http://y.test/z", "http://y.test/z")
        ]
    );
}

#[test]
fn forms_images_and_automatic_links() {
    use LinkKind::{Automatic, Form, Image};
    assert_eq!(
        links("<form action=http://x.test/f><button formaction='//y.test'>b</button></form>"),
        [link(Form, "http://x.test/f", ""), link(Form, "//y.test", "")]
    );
    assert_eq!(
        links(
            "<body background=http://a.test/b.png><td style='background:url(https://c.test/d)'>\
             <img src=cid:1><img src=data:x>"
        ),
        [link(Image, "http://a.test/b.png", ""), link(Image, "https://c.test/d", "")]
    );
    assert_eq!(
        links(
            "<meta http-equiv=Refresh content=\"0; URL='http://x.test/'\"><iframe src=http://y.test></iframe>\
             <object data=http://z.test>"
        ),
        [
            link(Automatic, "http://x.test/", ""),
            link(Automatic, "http://y.test", ""),
            link(Automatic, "http://z.test", "")
        ]
    );
}

#[test]
fn links_stand_in_more_than_anchors() {
    use LinkKind::{Anchor, Automatic, Image};
    assert_eq!(
        links("<a href=http://x.test ping='http://p.test http://q.test'>x</a>"),
        [
            link(Anchor, "http://x.test", "x"),
            link(Automatic, "http://p.test", ""),
            link(Automatic, "http://q.test", "")
        ]
    );
    assert_eq!(
        links(
            "<svg><a xlink:href='http://s.test'><image href='http://i.test/i.png'/><text>Go</text></a>\
             <set attributeName=href to=http://t.test></svg>"
        ),
        [
            link(Anchor, "http://s.test", "Go"),
            link(Image, "http://i.test/i.png", ""),
            link(Anchor, "http://t.test", "")
        ]
    );
    assert_eq!(
        links(
            "<style>@import 'http://c.test/s.css'; .a { background: URL( \"http://b.test/b.png\" ) }</style>\
             <p style='list-style-image:url(http://l.test/l.gif)'>x"
        ),
        [
            link(Image, "http://b.test/b.png", ""),
            link(Image, "http://c.test/s.css", ""),
            link(Image, "http://l.test/l.gif", "")
        ]
    );
    assert_eq!(
        links("<iframe srcdoc=\"<a href='http://f.test'>f</a>\"></iframe>"),
        [link(Anchor, "http://f.test", "f")]
    );
}

#[test]
fn links_that_only_outlook_draws_are_found() {
    use LinkKind::Anchor;
    let shape = "<!--[if mso]><v:roundrect href='http://v.test/x'><center>Sign in</center></v:roundrect><![endif]-->";
    assert_eq!(links(shape), [link(Anchor, "http://v.test/x", "Sign in")]);
    assert_eq!(read(shape).text, "Sign in");
    let twice =
        "<a href=http://v.test>Go</a><!--[if mso]><a href=http://v.test>Go</a><!--[if x]><a href=http://w.test>";
    assert_eq!(links(&format!("{twice}<![endif]-->")), [link(Anchor, "http://v.test", "Go")]);
    assert_eq!(links("<!-- <a href=http://c.test>no</a> -->"), []);
}

#[test]
fn hidden_text_in_a_shown_address_is_noted() {
    let split = |html: &str| read(html).links.iter().any(|l| l.is_split);
    let hidden = "<span style='display:none'>x</span>";
    assert!(split(&format!("<a href=http://e.test>https:/{hidden}/www.elance.com/</a>")));
    assert!(split(&format!("Go to https://www.ela{hidden}nce.com/ now")));
    assert!(!split(&format!("<a href=http://e.test>www.elance.com</a>{hidden}y")));
    assert!(!split(&format!("<a href=http://e.test>www.elance.com {hidden} now</a>")));
    assert!(!split("<a href=http://e.test>www.elance<span style='display:none'>&#8203;</span>.com</a>"));
    assert!(!split(&format!("<a href=http://e.test>Wel{hidden}come</a> www.elance.com")));
}

#[test]
fn relative_links_follow_the_base() {
    use LinkKind::{Anchor, Automatic};
    assert_eq!(
        links(
            "<base href='http://evil.test/a/'><a href=login>x</a><a href=mailto:a@b.test>y</a>\
             <a href=https://c.test>z</a>"
        ),
        [
            link(Automatic, "http://evil.test/a/", ""),
            link(Anchor, "http://evil.test/a/login", "x"),
            link(Anchor, "mailto:a@b.test", "y"),
            link(Anchor, "https://c.test", "z"),
        ]
    );
}

#[test]
fn limits_are_said() {
    let many = read(&"<a href=http://x.test>x</a> ".repeat(2_100));
    assert_eq!((many.links.len(), many.limits.len()), (MAX_LINKS, 1));
    let deep = read(&format!("{}seen{}after", "<div>".repeat(2_000), "</div>".repeat(2_000)));
    assert_eq!((deep.text.as_str(), deep.limits.len()), ("seen\nafter", 1));
    let wide = read(&format!("<p {}>x", "a=1 ".repeat(10_000)));
    assert_eq!(wide.limits.len(), 1);
    assert!(read("<p>x</p>").limits.is_empty());
}

#[test]
fn shown_text_and_addresses_are_bounded() {
    let html = format!("<a href='data:text/html,{}'>{}", "é".repeat(100_000), "<i>word</i> ".repeat(100_000));
    let out = read(&html);
    assert!(out.links[0].href.len() <= MAX_HREF_BYTES && out.links[0].shown.len() <= 2 * MAX_SHOWN_BYTES);
}

#[test]
fn any_octets_are_read() {
    let pieces = [
        "<", ">", "<a ", "href=", "'", "\"", "&#", "&", "é", "<!--", "-->", "</", "<p", "=", " ", "\0", "<style>",
        "</style",
    ];
    let mut seed = 1u32;
    for _ in 0..3_000 {
        let html: String = (0..20)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                pieces[(seed >> 16) as usize % pieces.len()]
            })
            .collect();
        read(&html);
    }
}

#[test]
fn stray_tags_change_nothing() {
    for (html, text) in [
        ("pass</div>word", "password"),
        ("pass</body>word", "password"),
        ("<body>pass<body style=display:none>word", "password"),
        ("pass</span></td></x-y>word", "password"),
        ("pass<td style=display:none>word", "password"),
        ("<td hidden>seen", "seen"),
        ("<head hidden><p>seen", "seen"),
        ("<template><table></template>seen", "seen"),
        ("<noscript hidden>seen", "seen"),
        ("<p><noscript hidden>seen <marquee hidden>too", "seen too"),
        ("<noscript hidden><p>seen", "seen"),
        ("<select hidden><option>not<input>seen", "seen"),
        ("<table hidden>seen<tr><b>too</b><td>not</table>", "seentoo"),
        ("<table><tr hidden><td>not</table>seen", "seen"),
        ("<table><colgroup hidden>seen", "seen"),
        ("pass<img>word <img alt=''>x", "password x"),
        ("<basefont hidden>seen<keygen style=display:none> too", "seen too"),
        ("a</p>b</br>c", "a\nb\nc"),
        ("a<legend>b</legend>c", "a\nb\nc"),
    ] {
        assert_eq!(read(html).text, text, "{html}");
    }
}

#[test]
fn nothing_is_raw_text_in_svg_and_mathml() {
    for (html, text) in [
        ("<svg><title>t</svg>seen", "seen"),
        ("<math><iframe></math>seen", "seen"),
        ("<svg><style></svg>seen", "seen"),
        ("<svg><script></svg>seen", "seen"),
        ("<svg><textarea></svg><!--</textarea>-->seen", "seen"),
        ("<svg><![CDATA[seen]]></svg>", "seen"),
        ("<svg></svg><![CDATA[not]]>seen", "seen"),
        ("<svg><p><title>not</title>seen", "seen"),
        ("<svg><title/>seen", "seen"),
        ("<svg><foreignObject><title>not</title>seen", "seen"),
        ("<math><mi><style>not</style>seen", "seen"),
        ("<math><annotation-xml><style></math>seen", "seen"),
        ("<math><annotation-xml encoding=Text/HTML><style>not</style>seen", "seen"),
        ("<svg/><title>not</title>seen", "seen"),
        ("<svg style=display:none><text>not<p>seen", "seen"),
        ("<svg hidden><text hidden>seen", "seen"),
        ("<math style=display:none><mi>not<mi><math>not</math></mi></mi><img>seen", "seen"),
        ("<svg style=display:none></p>seen", "seen"),
    ] {
        assert_eq!(read(html).text, text, "{html}");
    }
    assert_eq!(read_html("<svg><style>.h{display:none}</style></svg><i class=h>x").hidden, "");
}
