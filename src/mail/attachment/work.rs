//! What looking at the files of one message may cost. Everything that could be made large by a small file is counted
//! here: octets that come out of compression, names in archives, pixels, links. What runs out is said in a
//! [`Limit`], once.

use crate::mail::attachment::file::Document;
use crate::mail::defect::Limit;
use crate::mail::link::Link;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// Archives inside one another. Mail with a zip in a zip is common, a third is rare.
pub(super) const MAX_DEPTH: usize = 3;
/// Octets that come out of compression, over all files of a message: a large presentation, unpacked.
const MAX_INFLATED_BYTES: usize = 32 << 20;
/// Octets of one file inside another that are looked at.
pub(super) const MAX_FILE_BYTES: usize = 8 << 20;
/// How many times its size a file may unpack to. Deflate reaches 1,032 with zeros, documents reach 30.
const MAX_RATIO: usize = 200;
/// What a file may unpack to whatever its size, so that a short file of zeros is not taken for a bomb.
const FREE_BYTES: usize = 64 << 10;
/// What unpacking anything costs at least: setting up the decoder is work too.
const MIN_PRICE_BYTES: usize = 4 << 10;
/// Names listed over all archives of a message. Source trees reach some thousands.
const MAX_ENTRIES: usize = 5_000;
/// Files inside archives whose content is looked at; those beyond are judged by name.
const MAX_OPENED: usize = 1_000;
/// Octets of web pages read in all files of a message: reading HTML is the most expensive, and the largest honest
/// page is a tenth of this.
const MAX_PAGES_BYTES: usize = 5 << 20;
/// Links taken from the files of a message: a price list in PDF has a hundred.
const MAX_LINKS: usize = 500;
/// Images searched for QR codes. Newsletters that carry their pictures stay below 30.
const MAX_IMAGES: usize = 30;
/// Pixels decoded of one image: a page scanned at 300 dpi, any screen. A telephone's photos have more, and no codes.
const MAX_PIXELS: usize = 9_000_000;
/// Pixels decoded of all images of a message, passes over a progressive JPEG included.
const MAX_ALL_PIXELS: usize = 27_000_000;
/// Pixels touched in the search for QR codes in all images of a message; about a second.
const MAX_STEPS: usize = 300_000_000;

/// Files whose text is kept: a digest of a day, a folder of documents.
const MAX_DOCUMENTS: usize = 50;
/// Octets kept of the text of one file: ten pages; what asks for something does so at the beginning.
pub(super) const MAX_DOCUMENT_BYTES: usize = 32 << 10;

const CUT: &str = "a compressed file unpacks to more than is read";

/// How octets are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// RFC 1951, in zip.
    Deflate,
    /// RFC 1950, in PDF.
    Zlib,
    /// RFC 1952.
    Gzip,
}

/// What is left, and what was found on the way.
#[derive(Debug)]
pub(crate) struct Work {
    inflated: usize,
    pages: usize,
    entries: usize,
    opened: usize,
    images: usize,
    pixels: usize,
    pub(super) steps: usize,
    /// Octets that were handed to a reader, each time they were; what tests hold against the size of a message.
    pub(super) read: usize,
    /// MIME parts so far, those of messages in the message included.
    pub(crate) parts: usize,
    /// Links found in files.
    pub(crate) links: Vec<Link>,
    /// Text found in files.
    pub(crate) documents: Vec<Document>,
    /// Limits that were hit.
    pub(crate) limits: Vec<Limit>,
}

impl Default for Work {
    fn default() -> Work {
        Work {
            inflated: MAX_INFLATED_BYTES,
            pages: MAX_PAGES_BYTES,
            entries: MAX_ENTRIES,
            opened: MAX_OPENED,
            images: MAX_IMAGES,
            pixels: MAX_ALL_PIXELS,
            steps: MAX_STEPS,
            read: 0,
            parts: 0,
            links: vec![],
            documents: vec![],
            limits: vec![],
        }
    }
}

impl Work {
    /// Notes that a limit was hit, once.
    pub(super) fn limit(&mut self, words: impl Into<String>) {
        let limit = Limit(words.into());
        if !self.limits.contains(&limit) {
            self.limits.push(limit);
        }
    }

    /// What `packed` unpacks to, up to `max` octets; more is a limit, what is broken ends it.
    pub(super) fn unpack(&mut self, packed: &[u8], packing: Packing, max: usize) -> Vec<u8> {
        let out = self.unpack_beginning(packed, packing, max);
        if out.len() == max {
            self.limit(CUT);
        }
        out
    }

    /// The first `max` octets of what `packed` unpacks to.
    pub(super) fn unpack_beginning(&mut self, packed: &[u8], packing: Packing, max: usize) -> Vec<u8> {
        let ratio = FREE_BYTES.max(packed.len().saturating_mul(MAX_RATIO));
        let most = max.min(ratio).min(self.inflated);
        // Deflate can be made of blocks that hold nothing: what goes in is bounded by what may come out.
        let packed = &packed[..packed.len().min(2 * most + 1_024)];
        let mut out = Vec::new();
        let take = most as u64;
        // An error ends the file there, as it does in programs that open it all the same.
        let _ = match packing {
            Packing::Deflate => DeflateDecoder::new(packed).take(take).read_to_end(&mut out),
            Packing::Zlib => ZlibDecoder::new(packed).take(take).read_to_end(&mut out),
            Packing::Gzip => MultiGzDecoder::new(packed).take(take).read_to_end(&mut out),
        };
        self.read += packed.len() + out.len();
        self.inflated = self.inflated.saturating_sub(out.len().max(MIN_PRICE_BYTES));
        if out.len() == most && most < max {
            self.limit(CUT);
        }
        out
    }

    /// How many octets of a web page may be read.
    pub(super) fn page(&mut self, octets: usize) -> usize {
        if octets > self.pages {
            self.limit(format!("the attached web pages are longer than {} MB", MAX_PAGES_BYTES >> 20));
        }
        let read = octets.min(self.pages);
        self.pages -= read;
        read
    }

    /// True if one more name of an archive may be listed.
    pub(super) fn entry(&mut self) -> bool {
        let more = take_one(&mut self.entries);
        if !more {
            self.limit(format!("the archives of the message hold more than {MAX_ENTRIES} files"));
        }
        more
    }

    /// True if one more file inside an archive may be opened.
    pub(super) fn open(&mut self) -> bool {
        let more = take_one(&mut self.opened);
        if !more {
            self.limit(format!("more than {MAX_OPENED} files in archives: the rest is judged by name"));
        }
        more
    }

    /// True if an image of so many pixels may be decoded in so many passes.
    pub(super) fn image(&mut self, pixels: usize, passes: usize) -> bool {
        let cost = pixels.saturating_mul(passes);
        let more = pixels <= MAX_PIXELS && cost <= self.pixels && take_one(&mut self.images);
        if more {
            self.pixels -= cost;
        } else {
            self.limit("the message has more or larger images than are searched for QR codes");
        }
        more
    }

    /// Keeps what a person reads in a file.
    pub(crate) fn document(&mut self, document: Document) {
        if document.text.trim().is_empty() {
            return;
        }
        if self.documents.len() == MAX_DOCUMENTS {
            return self.limit(format!("the message has more than {MAX_DOCUMENTS} files with text"));
        }
        let cut = document.text.floor_char_boundary(MAX_DOCUMENT_BYTES);
        if cut < document.text.len() {
            self.limit(format!("a file has more than {} kB of text", MAX_DOCUMENT_BYTES >> 10));
        }
        self.documents.push(Document { text: document.text[..cut].to_owned(), ..document });
    }

    /// Keeps a link of a file.
    pub(super) fn link(&mut self, link: Link) {
        if self.links.len() < MAX_LINKS {
            self.links.push(link);
        } else {
            self.limit(format!("the files of the message have more than {MAX_LINKS} links"));
        }
    }
}

fn take_one(left: &mut usize) -> bool {
    let more = *left > 0;
    *left = left.saturating_sub(1);
    more
}
