//! Ways to hide, and styles that show.

use super::computed::ComputedStyle;
use super::media::Media;
use super::rules::Block;

fn computed(styles: &[&str]) -> ComputedStyle {
    let mut computed = ComputedStyle::default();
    for css in styles {
        let Block { normal, important } = Block::of_attribute(css);
        let mut declarations = normal;
        declarations.then(&important);
        computed.apply(&declarations);
    }
    computed
}

fn hidden(style: &str) -> bool {
    computed(&[style]).is_hidden()
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
    assert!(!computed(&["font-size:0px;visibility:hidden", "font-size:13px;visibility:visible"]).is_hidden());
    assert!(computed(&["display:none", "display:block"]).is_hidden(), "nothing inside a removed element is shown");
}

#[test]
fn what_holds_for_some_shows_and_does_not_hide() {
    let perhaps = |css: &str, later: &str| {
        let mut declarations = Block::of_attribute(css).normal;
        declarations.perhaps(&Block::of_attribute(later).normal);
        let mut computed = ComputedStyle::default();
        computed.apply(&declarations);
        computed.is_hidden()
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
    for (list, media) in [
        ("", Media::All),
        ("screen", Media::All),
        ("only Screen", Media::All),
        ("print, all", Media::All),
        ("print", Media::None),
        ("print and (color), speech", Media::None),
        ("screen and (max-width:600px)", Media::Some),
        ("(prefers-color-scheme: dark)", Media::Some),
        ("not screen", Media::Some),
        (", ", Media::Some),
        ("only", Media::Some),
        ("only only screen", Media::Some),
        ("yahoo", Media::Some),
    ] {
        assert_eq!(Media::of_media(list), media, "{list}");
    }
}
