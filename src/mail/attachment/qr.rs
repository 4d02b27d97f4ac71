//! QR codes in pictures: what they say becomes a link of the message, if it is one.
//!
//! A picture is decoded only if its header promises few enough pixels, is made small enough to search, and is
//! searched by another's code, which a picture made for it could keep busy for hours: every pixel that code touches
//! is counted, and when the message's share is used up, or more corner marks turn up than a page of codes has, the
//! search is broken off.

use crate::mail::attachment::file::Container;
use crate::mail::attachment::work::Work;
use crate::mail::link::written::written_links;
use crate::mail::link::{Link, LinkKind};
use image::{DynamicImage, GenericImage, GenericImageView, GrayImage, ImageReader, Luma, imageops};
use std::cell::Cell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// How the text begins that is shown on a link from a QR code.
pub const QR_SHOWN: &str = "QR code in ";
/// Pixels a side below which there is no code: the smallest has 21 modules.
const MIN_SIDE_PIXELS: u32 = 21;
/// Pixels of the picture that is searched; larger ones are made smaller. A code on a page of text stays readable.
const MAX_SEARCHED_PIXELS: u32 = 1_200_000;
/// Pixels a side below which a picture is made larger, because a code of one pixel a module cannot be found.
const SMALL_SIDE_PIXELS: u32 = 200;
/// White pixels put around a picture: a code may reach its edge.
const MARGIN_PIXELS: u32 = 12;
/// Octets a decoder may take for itself.
const MAX_MEMORY_BYTES: u64 = 64 << 20;
/// Corner marks of one picture; a code has three. Comparing them costs the cube of their number.
const MAX_MARKS: u32 = 60;

/// Lines of one drawing of block characters: the largest code has 177 modules.
const MAX_LINES: usize = 200;
/// Lines of block characters that are a drawing: the smallest code has 21 modules, two of them in a line.
const MIN_LINES: usize = 11;
/// Drawings in a text that are searched.
const MAX_DRAWINGS: usize = 5;

/// Searches a picture; links go to `work`.
pub(super) fn read_picture(octets: &[u8], file: Container<'_>, work: &mut Work) {
    if let Some(picture) = decoded(octets, work) {
        search(picture, file, work);
    }
}

/// Searches drawings made of block characters (U+2580 to U+259F), as programs print codes on a terminal.
pub(crate) fn read_drawings(text: &str, work: &mut Work) {
    // Two octets that all of them begin with; few texts have them.
    if memchr::memmem::find(text.as_bytes(), b"\xe2\x96").is_none() {
        return;
    }
    let is_drawn = |line: &str| line.chars().any(is_block) && line.chars().all(|c| is_block(c) || c.is_whitespace());
    let lines: Vec<&str> = text.lines().collect();
    let drawings = lines.chunk_by(|a, b| is_drawn(a) == is_drawn(b)).filter(|c| c.len() >= MIN_LINES && is_drawn(c[0]));
    for drawing in drawings.take(MAX_DRAWINGS) {
        let picture = painted(&drawing[..drawing.len().min(MAX_LINES)]);
        let pixels = picture.width() as usize * picture.height() as usize;
        if work.image(pixels, 1) {
            search(picture, Container { name: "the text", depth: 0 }, work);
        }
    }
}

fn is_block(c: char) -> bool {
    ('\u{2580}'..='\u{259f}').contains(&c)
}

/// A drawing as a picture, a character eight pixels wide and sixteen high.
fn painted(lines: &[&str]) -> GrayImage {
    let rows: Vec<Vec<u8>> =
        lines.iter().map(|line| line.chars().take(2 * MAX_LINES).map(quarters).collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or_default() as u32;
    GrayImage::from_fn(width * 8, rows.len() as u32 * 16, |x, y| {
        let quarters = rows[(y / 16) as usize].get((x / 8) as usize).copied().unwrap_or_default();
        let quarter = (y / 8 % 2) * 2 + x / 4 % 2;
        Luma([if quarters >> quarter & 1 == 1 { 0 } else { 255 }])
    })
}

/// Which quarters of its cell a block character fills: 1 upper left, 2 upper right, 4 lower left, 8 lower right.
fn quarters(c: char) -> u8 {
    match c {
        '▀' => 3,
        '▄' => 12,
        '█' | '▓' => 15,
        '▌' => 5,
        '▐' => 10,
        '▖' => 4,
        '▗' => 8,
        '▘' => 1,
        '▙' => 13,
        '▚' => 9,
        '▛' => 7,
        '▜' => 11,
        '▝' => 2,
        '▞' => 6,
        '▟' => 14,
        _ => 0,
    }
}

fn search(picture: GrayImage, file: Container<'_>, work: &mut Work) {
    let shown = format!("{QR_SHOWN}{}", if file.name.is_empty() { "a picture" } else { file.name });
    let mut texts = codes(&picture, work);
    if texts.is_empty() {
        let mut inverted = picture;
        imageops::invert(&mut inverted);
        texts = codes(&inverted, work);
    }
    for text in texts {
        let mut first = None;
        written_links(&text, |link| first = first.take().or(Some(link.href)));
        let typed = Link::new(LinkKind::Attachment, text.trim(), &shown);
        if typed.authority.is_some() {
            work.link(typed);
        } else if let Some(href) = first {
            work.link(Link::new(LinkKind::Attachment, &href, &shown));
        }
    }
}

/// The picture in shades of grey on white, as large as it is searched.
fn decoded(octets: &[u8], work: &mut Work) -> Option<GrayImage> {
    let reader = || ImageReader::new(Cursor::new(octets)).with_guessed_format().ok();
    let (width, height) = reader()?.into_dimensions().ok()?;
    if width < MIN_SIDE_PIXELS || height < MIN_SIDE_PIXELS {
        return None;
    }
    let pixels = (width as usize).saturating_mul(height as usize);
    if !work.image(pixels, passes(octets)) {
        return None;
    }
    let mut reader = reader()?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_MEMORY_BYTES);
    reader.limits(limits);
    let picture = on_white(&reader.decode().ok()?);
    let (width, height) = picture.dimensions();
    let area = width.saturating_mul(height);
    if area > MAX_SEARCHED_PIXELS {
        let scale = (f64::from(MAX_SEARCHED_PIXELS) / f64::from(area)).sqrt();
        let side = |s: u32| ((f64::from(s) * scale) as u32).max(1);
        Some(imageops::thumbnail(&picture, side(width), side(height)))
    } else if width.max(height) < SMALL_SIDE_PIXELS {
        Some(imageops::resize(&picture, width * 4, height * 4, imageops::FilterType::Nearest))
    } else {
        Some(picture)
    }
}

/// How much work a decoder has with each pixel: a progressive JPEG is passed over once for each of its scans.
fn passes(octets: &[u8]) -> usize {
    let scans =
        if octets.starts_with(b"\xff\xd8") { memchr::memmem::find_iter(octets, b"\xff\xda").count() } else { 1 };
    1 + scans / 8
}

/// Shades of grey, what is transparent white.
fn on_white(picture: &DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.to_luma8();
    }
    let shades = picture.to_luma_alpha8();
    GrayImage::from_fn(shades.width(), shades.height(), |x, y| {
        let [shade, alpha] = shades.get_pixel(x, y).0.map(u16::from);
        Luma([((shade * alpha + 255 * (255 - alpha)) / 255) as u8])
    })
}

/// What the codes in a picture say.
fn codes(picture: &GrayImage, work: &mut Work) -> Vec<String> {
    let steps = Cell::new(work.steps);
    let found = catch_unwind(AssertUnwindSafe(|| {
        let mut prepared = rqrr::PreparedImage::prepare(Canvas::new(picture, &steps));
        prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    }));
    work.steps = steps.get();
    match found {
        Ok(texts) => texts,
        Err(_) if steps.get() == 0 => {
            work.limit("searching the pictures of the message for QR codes took too long");
            vec![]
        }
        // Neither a picture that made the search fail is a code, nor what has more marks than codes have.
        Err(_) => vec![],
    }
}

/// The picture as it is searched, with a white margin; counts who touches it.
#[derive(Debug)]
struct Canvas<'s> {
    width: u32,
    height: u32,
    pixels: Vec<Luma<u8>>,
    steps: &'s Cell<usize>,
    /// The colour last painted, and the marks painted so far.
    last: u8,
    marks: u32,
}

/// The colour in which `rqrr` paints a corner mark it has found.
const MARK: u8 = 2;

impl<'s> Canvas<'s> {
    fn new(picture: &GrayImage, steps: &'s Cell<usize>) -> Canvas<'s> {
        let (width, height) = (picture.width() + 2 * MARGIN_PIXELS, picture.height() + 2 * MARGIN_PIXELS);
        let mut pixels = vec![Luma([255]); width as usize * height as usize];
        for (row, line) in
            picture.rows().zip((MARGIN_PIXELS as usize..).map(|y| y * width as usize + MARGIN_PIXELS as usize))
        {
            for (pixel, place) in row.zip(&mut pixels[line..]) {
                *place = *pixel;
            }
        }
        Canvas { width, height, pixels, steps, last: 0, marks: 0 }
    }

    /// Counts work; breaks the search off when there has been too much, without the noise of a panic.
    fn step(&self, count: usize) {
        match self.steps.get().checked_sub(count) {
            Some(left) => self.steps.set(left),
            None => {
                self.steps.set(0);
                resume_unwind(Box::new("the search for QR codes takes too long"));
            }
        }
    }

    fn at(&self, x: u32, y: u32) -> usize {
        y as usize * self.width as usize + x as usize
    }
}

impl Clone for Canvas<'_> {
    fn clone(&self) -> Self {
        // Copying is cheaper than looking, by about this.
        self.step(self.pixels.len() / 8 + 1);
        Canvas { pixels: self.pixels.clone(), ..*self }
    }
}

impl GenericImageView for Canvas<'_> {
    type Pixel = Luma<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Luma<u8> {
        self.step(1);
        self.pixels[self.at(x, y)]
    }
}

impl GenericImage for Canvas<'_> {
    fn get_pixel_mut(&mut self, x: u32, y: u32) -> &mut Luma<u8> {
        let at = self.at(x, y);
        &mut self.pixels[at]
    }

    fn put_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        self.step(1);
        let colour = pixel.0[0];
        // A mark is painted in one go, after another colour.
        self.marks += u32::from(colour == MARK && self.last != MARK);
        self.last = colour;
        if self.marks > MAX_MARKS {
            resume_unwind(Box::new("more corner marks than QR codes have"));
        }
        let at = self.at(x, y);
        self.pixels[at] = pixel;
    }

    fn blend_pixel(&mut self, x: u32, y: u32, pixel: Luma<u8>) {
        self.put_pixel(x, y, pixel);
    }
}

#[cfg(test)]
#[path = "qr_tests.rs"]
mod tests;
