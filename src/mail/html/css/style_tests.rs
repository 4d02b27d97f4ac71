//! Ways to hide, and styles that show.

use crate::mail::html::css::rules::{Block, View};
use crate::mail::html::css::*;

fn look(styles: &[&str]) -> Look {
    let mut look = Look::default();
    for css in styles {
        let Block { normal, important } = Block::of_attribute(css);
        let mut style = normal;
        style.then(&important);
        look.apply(&style);
    }
    look
}

fn hidden(style: &str) -> bool {
    look(&[style]).is_hidden()
}

#[test]
fn ways_to_hide() {
    for style in [
        "display:none",
        "color:red; DISPLAY : NONE !important",
        "visibility:hidden",
        "font-size:0",
        "font-size:1px;line-height:0",
        "font:0/0 a",
        "font:italic 1px 'Arial'",
        "font-size:0.05em",
        "opacity:0",
        "opacity:.01",
        "display:block;display:none",
        "color:#fefefe;background:#fff",
        "background:#FFF;color:#f8f8f8ff",
        "color:rgba(0,0,0,0)",
        "color:#00000000",
        "background:snow;color:white",
        "position:absolute;clip:rect(0 0 0 0)",
        "position:absolute;clip:rect(0px, 0px, 0px, 0px)",
        "margin:0 0 0 -9999px",
        "margin: 0 -999em",
        "display:/* now */none",
        "d\\69splay:n\\6fne",
        "content:';}';display:none",
        "background:url(data:image/png;base64,AA);display:none",
        "display:none !important;display:block",
        "display:none;display:block !ie",
        "clip-path:inset(50%)",
        "clip-path:circle(0)",
        "transform:scale(0)",
        "transform:translateX(-9999px)",
        "filter:opacity(0%)",
        "max-height:0px;overflow:hidden;mso-hide:all",
        "max-height:0;overflow:hidden",
        "height:0px;overflow:hidden;width:0px",
        "color:#fff;background:#FFFFFF",
        "background-color:white;color:rgb(255, 255, 255)",
        "color:transparent",
        "position:absolute;left:-9999px",
        "margin-left:-100em",
    ] {
        assert!(hidden(style), "{style}");
    }
}

#[test]
fn ordinary_styles_show() {
    for style in [
        "",
        "display:block",
        "display:none;display:block",
        "mso-hide:all",
        "color:#888;background:#fff",
        "color:rgba(0,0,0,.8);background:#ffffff",
        "width:1%;overflow:hidden",
        "clip:rect(0,100px,100px,0)",
        "transform:scale(1.2)",
        "transform:translate(-50%,-50%)",
        "font-size:12px",
        "font:bold 12px/1.5 Arial",
        "opacity:1",
        "height:0",
        "overflow:hidden",
        "color:#ffffff",
        "color:#fff;background:#06c",
        "color:#fff;background:#fff url(x.png)",
        "margin-left:-10px",
        "left:-9999px",
        "font-size:100%",
        "display",
        ":;:",
        "max-width:0;max-width:600px",
        "max-height:0;overflow:hidden;min-height:40px",
        "height:0;overflow:hidden;overflow:visible",
        "clip:rect(0,0,0,0)",
        "font-size:1",
        "font:0",
        "font:0 12px Arial",
        "text-indent:-9999px",
        "font-size:-1px",
        "font-size:0;font-size:medium",
        "opacity:-inf",
        "opacity:0;opacity:1",
        "left:-9999;position:absolute",
        "display:none;all:initial",
        "display:none !ie",
        "display:no/**/ne",
        "font-size:0;font-size:inherit",
        "display:none)",
        "/*display:none*/",
        "color:#fff;background:#fff;text-shadow:0 0 2px #000",
        "color:#fff;background-color:#fff;background-image:url(x.png)",
        "background-image:linear-gradient(red,blue);background-color:#fff;color:#fff",
    ] {
        assert!(!hidden(style), "{style}");
    }
}

#[test]
fn a_descendant_may_set_a_readable_font() {
    assert!(!look(&["font-size:0px;visibility:hidden", "font-size:13px;visibility:visible"]).is_hidden());
    assert!(look(&["display:none", "display:block"]).is_hidden(), "nothing inside a removed element is shown");
}

#[test]
fn what_holds_for_some_shows_and_does_not_hide() {
    let perhaps = |css: &str, later: &str| {
        let mut style = Block::of_attribute(css).normal;
        style.perhaps(&Block::of_attribute(later).normal);
        let mut look = Look::default();
        look.apply(&style);
        look.is_hidden()
    };
    assert!(!perhaps("display:none", "display:block"));
    assert!(!perhaps("display:block", "display:none"));
    assert!(!perhaps("color:#fff;background:#fff", "color:#000"));
    assert!(!perhaps("color:#fff;background:#fff", "background-image:url(x)"));
    assert!(!perhaps("max-height:0;overflow:hidden", "min-height:9px"));
    assert!(perhaps("display:none", "visibility:visible"));
    assert!(perhaps("font-size:0", "font-size:1px"));
}

#[test]
fn media_queries() {
    for (list, view) in [
        ("", View::All),
        ("screen", View::All),
        ("only Screen", View::All),
        ("print, all", View::All),
        ("print", View::Nobody),
        ("print and (color), speech", View::Nobody),
        ("screen and (max-width:600px)", View::Part),
        ("(prefers-color-scheme: dark)", View::Part),
        ("not screen", View::Part),
        (", ", View::Part),
        ("only", View::Part),
        ("only only screen", View::Part),
        ("yahoo", View::Part),
    ] {
        assert_eq!(View::of_media(list), view, "{list}");
    }
}
