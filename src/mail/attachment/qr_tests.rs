#![allow(clippy::unwrap_used)]
use crate::mail::attachment::qr::*;
use crate::mail::defect::Limit;
use image::{ImageFormat, Rgba, RgbaImage};

/// Says `https://elance-login.test/qr`.
const CODE: [&str; 29] = [
    "#######..#..#.#...##..#######",
    "#.....#..#.##...###...#.....#",
    "#.###.#..#.##.##.#..#.#.###.#",
    "#.###.#..#####..#.###.#.###.#",
    "#.###.#....##.........#.###.#",
    "#.....#.##.##..###.##.#.....#",
    "#######.#.#.#.#.#.#.#.#######",
    ".........#..##.######........",
    "#..#.##.#..##.#.#..#.#.#.....",
    ".##.#......#.#.####..##..#..#",
    ".###.###...#####...##....###.",
    "##..##.#.###.#..#.....###.##.",
    "..#...#...#...##.######..#.##",
    "#.###..#.#..####..###.......#",
    ".####.##.##..##.....###.#####",
    "#..#.....#.#...#.###...#.#.#.",
    "....#.##..##.#...#..#......#.",
    ".##.#..##..#.####.#..###.#..#",
    "#..#..#...#...###.#..#..#..##",
    "..###...#.#...#..####.#.#..##",
    "#...####..###..#....#####.#..",
    "........#..##.##.####...#.###",
    "#######.........###.#.#.#..#.",
    "#.....#.#..#..##....#...####.",
    "#.###.#..###....#.#.#####..#.",
    "#.###.#.##.#...#.#.##.#####.#",
    "#.###.#..#.#.########...###.#",
    "#.....#..##.#...##.##.#....#.",
    "#######.#....#.#..#.#..###.#.",
];

/// The code with so many pixels a module, dark and light as given.
fn drawn(scale: u32, dark: Rgba<u8>, light: Rgba<u8>) -> RgbaImage {
    RgbaImage::from_fn(29 * scale, 29 * scale, |x, y| {
        let row = CODE[(y / scale) as usize].as_bytes();
        if row[(x / scale) as usize] == b'#' { dark } else { light }
    })
}

fn file(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgba8(picture.clone());
    let picture = if format == ImageFormat::Jpeg { picture.to_rgb8().into() } else { picture };
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn links(octets: &[u8]) -> (Vec<String>, Vec<Limit>) {
    let mut work = Work::default();
    read_picture(octets, Container { name: "a.png", depth: 0 }, &mut work);
    let shown = work.links.iter().map(|l| format!("{}: {}", l.shown, l.href)).collect();
    (shown, work.limits)
}

const BLACK: Rgba<u8> = Rgba([0, 0, 0, 255]);
const WHITE: Rgba<u8> = Rgba([255; 4]);
const CLEAR: Rgba<u8> = Rgba([0; 4]);
const FOUND: &str = "QR code in a.png: https://elance-login.test/qr";

#[test]
fn codes_are_read_in_every_format_and_dress() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP] {
        assert_eq!(links(&file(&drawn(5, BLACK, WHITE), format)).0, [FOUND], "{format:?}");
    }
    let blue = Rgba([30, 60, 160, 255]);
    for (what, picture) in [
        ("one pixel a module", drawn(1, BLACK, WHITE)),
        ("large", drawn(60, BLACK, WHITE)),
        ("coloured", drawn(4, blue, Rgba([250, 250, 210, 255]))),
        ("white on black", drawn(4, WHITE, BLACK)),
        ("on nothing", drawn(4, BLACK, CLEAR)),
    ] {
        assert_eq!(links(&file(&picture, ImageFormat::Png)).0, [FOUND], "{what}");
    }
}

#[test]
fn codes_drawn_with_characters_are_read() {
    let dark = |row: usize, column: usize| CODE.get(row).is_some_and(|r| r.as_bytes()[column] == b'#');
    let half = |row: usize, inverted: bool| -> String {
        let pair = |column| match (dark(row, column) != inverted, dark(row + 1, column) != inverted) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..29).map(pair).collect()
    };
    let halves = |inverted| (0..29).step_by(2).map(|row| half(row, inverted) + "\n").collect::<String>();
    let full = CODE.iter().map(|r| r.replace('#', "██").replace('.', "  ") + "\n").collect::<String>();
    let frame = "█".repeat(33);
    let on_dark: String = halves(true).lines().map(|l| format!("██{l}██\n")).collect();
    for drawing in [halves(false), full, format!("{frame}\n{on_dark}{frame}\n")] {
        let mut work = Work::default();
        read_drawings(&format!("Scan this:\n\n{drawing}\nThank you"), &mut work);
        assert_eq!(work.links.len(), 1, "{drawing}");
        assert_eq!(work.links[0].shown, "QR code in the text");
    }
    let mut work = Work::default();
    read_drawings(&"▁▂▃▄▅▆▇█ 80 %\n".repeat(30), &mut work);
    read_drawings(&"████\n".repeat(10_000), &mut work);
    assert!(work.links.is_empty());
}

#[test]
fn what_is_no_code_is_nothing() {
    for octets in [&b""[..], b"\x89PNG\r\n\x1a\n", b"GIF89a\xff\xff\xff\xff", b"\xff\xd8\xff\xe0", b"BM"] {
        assert_eq!(links(octets), (vec![], vec![]));
    }
    assert_eq!(links(&file(&RgbaImage::from_pixel(200, 200, WHITE), ImageFormat::Png)), (vec![], vec![]));
    let whole = file(&drawn(5, BLACK, WHITE), ImageFormat::Png);
    for cut in (0..whole.len()).step_by(37) {
        let _ = links(&whole[..cut]);
    }
}

#[test]
fn pictures_that_promise_too_much_are_not_decoded() {
    let mut png = file(&drawn(1, BLACK, WHITE), ImageFormat::Png);
    // The width in IHDR, and its checksum, which is not looked at before the size is.
    png[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let (found, limits) = links(&png);
    assert!(found.is_empty() && limits.len() <= 1, "{limits:?}");
    let large = GrayImage::from_pixel(4_000, 3_000, Luma([255]));
    let mut out = Cursor::new(Vec::new());
    large.write_to(&mut out, ImageFormat::Png).unwrap();
    assert_eq!(links(out.get_ref()).1.len(), 1, "told");
}

/// A picture full of corner marks, which all could belong together.
#[test]
fn a_picture_made_to_keep_the_search_busy_does_not() {
    let mark = |x: u32, y: u32| {
        let ring = x.min(y).min(6 - x).min(6 - y);
        ring != 1
    };
    let picture = GrayImage::from_fn(800, 800, |x, y| {
        let dark = x % 9 < 7 && y % 9 < 7 && mark(x % 9, y % 9);
        Luma([if dark { 0 } else { 255 }])
    });
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    let mut work = Work::default();
    let before = work.steps;
    read_picture(out.get_ref(), Container { name: "a.png", depth: 0 }, &mut work);
    assert!(before - work.steps < 100_000_000, "{} steps", before - work.steps);
    // When the message's share is used up, the next picture is not searched.
    work.steps = 1_000;
    read_picture(&file(&drawn(5, BLACK, WHITE), ImageFormat::Png), Container { name: "b.png", depth: 0 }, &mut work);
    assert_eq!((work.steps, work.links.len(), work.limits.len()), (0, 0, 1));
}
