//! Files that come with a message: what they are, what they do when they are opened, and where they lead.
//!
//! A file is what its octets show, not what its name says, and its name is read by every program's rules; where the two
//! differ, that is told. Archives are listed in memory and what they hold is looked at like what the message holds, to a
//! depth. Links of web pages, documents, PDF, calendars and QR codes become links of the message. Nothing is run, fetched
//! or written. All work is counted in [`Work`]; reading never fails, a broken file yields what was read of it, and a panic
//! in another's decoder is caught and told as a limit.
//!
//! Not read: the text of a PDF and codes drawn in it as vectors, the names in 7z and rar archives, TNEF and uuencoded
//! files.

mod archive;
mod kind;
#[cfg(test)]
mod made;
mod name;
mod office;
mod ole;
mod pdf;
mod qr;
mod tar;
mod text;
mod web;
pub(crate) mod work;
mod zip;

pub(crate) use qr::read_drawings;
pub(crate) use text::unfolded;
pub(crate) use work::Work;

use crate::mail::attachment::kind::{Kind, sniff};
use crate::mail::mime::part::PartHead;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How the text begins that is shown on a link from a QR code.
pub const QR_SHOWN: &str = "QR code in ";
/// Octets of one attachment that are looked at; the largest messages of most sites are below.
const MAX_ATTACHMENT: usize = 64 << 20;
/// Octets kept of the text of attached web pages.
const MAX_PAGE_TEXT: usize = 16 << 10;
/// Dangers kept of one attachment; a reviewer needs one of each kind.
const MAX_DANGERS: usize = 10;

/// A part that a mail program offers as a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name, decoded (RFC 2231, RFC 2047); empty if it has none.
    pub name: String,
    /// The declared media type, lower case, such as `application/pdf`.
    pub declared: String,
    /// The media type its first bytes show, if they show one.
    pub detected: Option<&'static str>,
    /// Size in octets after decoding.
    pub size: usize,
    /// True if it is HTML with an input field of type password: a forged sign-in page that needs no server to load from.
    pub has_password_field: bool,
    /// What it does, or hides, in the order it was found.
    pub dangers: Vec<Danger>,
    /// Title and visible text of web pages in it that ask for something or act by themselves.
    pub page: String,
}

/// Something a file does or hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    /// Of what kind.
    pub harm: Harm,
    /// In words that follow the file's name: `runs when opened`.
    pub words: String,
}

/// What a file can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// It runs, or leads to something that runs, or hides what it is.
    Runs,
    /// It is a web page that asks for a password or acts by itself.
    WebPage,
    /// It is a document that runs or loads something when opened.
    Macros,
    /// What it holds can be read only with a password.
    Encrypted,
}

impl Danger {
    fn new(harm: Harm, words: &str) -> Danger {
        Danger { harm, words: words.to_owned() }
    }
}

/// Which file is looked at: its name as evidence gives it, and the archives around it.
struct Place<'a> {
    name: &'a str,
    depth: usize,
}

/// What was found in a file.
#[derive(Debug, Default)]
struct Content {
    dangers: Vec<Danger>,
    page: String,
    has_password_field: bool,
}

impl Content {
    /// Takes over what was found in a file inside this one.
    fn hold(&mut self, name: &str, inner: Content) {
        let wrapped =
            inner.dangers.into_iter().map(|d| Danger::new(d.harm, &format!("holds {name:?}, which {}", d.words)));
        for danger in wrapped {
            let of_kind = self.dangers.iter().filter(|d| d.harm == danger.harm).count();
            if of_kind < MAX_DANGERS / 2 {
                self.dangers.push(danger);
            }
        }
        self.add_page(&inner.page);
        self.has_password_field |= inner.has_password_field;
    }

    fn add_page(&mut self, text: &str) {
        let room = MAX_PAGE_TEXT.saturating_sub(self.page.len());
        self.page.push_str(crate::text::fold::first_bytes(text, room));
    }
}

/// Looks at a part that is a file.
pub(super) fn read(head: &PartHead, body: &[u8], work: &mut Work) -> Attachment {
    let declared = head.media_type();
    let first = head.encoding.decode(body, kind::SNIFFED);
    let (kind, detected) = sniff(&first, &head.name, &declared);
    let whole = if kind == Kind::Other { first } else { head.encoding.decode(body, MAX_ATTACHMENT) };
    let place = Place { name: &head.name, depth: 0 };
    let mut content = Content { dangers: named(head), ..Content::default() };
    content.dangers.extend(disguised(kind, &head.name));
    let inside = look(&whole, kind, head.charset.as_deref(), &place, work);
    content.dangers.extend(inside.dangers);
    content.dangers.truncate(MAX_DANGERS);
    Attachment {
        name: head.name.clone(),
        declared,
        detected,
        size: head.encoding.size(body),
        has_password_field: inside.has_password_field,
        dangers: content.dangers,
        page: inside.page,
    }
}

/// An image that stands in the HTML itself as `data:`; `source` is what follows the scheme.
pub(super) fn read_data_image(source: &str, work: &mut Work) {
    let Some((head, data)) = source.split_once(',') else { return };
    if !head.get(..6).is_some_and(|h| h.eq_ignore_ascii_case("image/")) || !head.to_ascii_lowercase().contains("base64")
    {
        return;
    }
    let octets = crate::mail::mime::decode::Encoding::Base64.decode(data.as_bytes(), MAX_ATTACHMENT);
    look(&octets, Kind::Image, None, &Place { name: "a picture in the text", depth: 0 }, work);
}

/// What the names of a part say. Mail programs show one and save by another.
fn named(head: &PartHead) -> Vec<Danger> {
    let own = name::risk(&head.name).map(|why| Danger::new(Harm::Runs, why));
    let declared = (head.media_type() == "application/x-msdownload" && own.is_none())
        .then(|| Danger::new(Harm::Runs, "runs when opened"));
    let others = head.other_names.iter().filter_map(|other| {
        let why = name::risk(other)?;
        own.is_none().then(|| Danger::new(Harm::Runs, &format!("is also called {other:?}, which {why}")))
    });
    let others: Vec<Danger> = others.collect();
    own.into_iter().chain(declared).chain(others).collect()
}

/// What a file is that its name does not say.
fn disguised(kind: Kind, name: &str) -> Option<Danger> {
    let what = match kind {
        _ if name::runs(name) => return None,
        Kind::Program => "is a program under another name",
        Kind::Shortcut => "is a shortcut under another name",
        Kind::DiskImage => "is a disk image under another name",
        Kind::Help => "is a help file, which can run programs, under another name",
        Kind::Notebook => "is a notebook, which can hold programs, under another name",
        Kind::Web if ["pdf", "jpg", "jpeg", "png", "gif"].contains(&name::ending_of(name).as_str()) => {
            "is a web page under the name of a document"
        }
        _ => return None,
    };
    Some(Danger::new(Harm::Runs, what))
}

/// Looks into a file by what it is.
fn look(octets: &[u8], kind: Kind, charset: Option<&str>, place: &Place<'_>, work: &mut Work) -> Content {
    work.read += octets.len();
    let looked = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Zip | Kind::Gzip | Kind::Tar | Kind::SevenZip | Kind::Rar => archive::look(octets, kind, place, work),
        Kind::Ole => Content { dangers: ole::dangers(octets), ..Content::default() },
        Kind::Rtf => Content { dangers: office::rtf(octets), ..Content::default() },
        Kind::Pdf => Content { dangers: pdf::read(octets, place, work), ..Content::default() },
        Kind::Web | Kind::Svg => web::read(octets, charset, kind == Kind::Svg, place, work),
        Kind::Image => {
            qr::read(octets, place, work);
            Content::default()
        }
        Kind::Text => {
            text::read(octets, charset, place, work);
            Content::default()
        }
        Kind::Program | Kind::Shortcut | Kind::DiskImage | Kind::Help | Kind::Notebook | Kind::Other => {
            Content::default()
        }
    }));
    looked.unwrap_or_else(|_| {
        work.limit("an attachment made its reader fail");
        Content::default()
    })
}

#[cfg(test)]
#[path = "attachment_tests.rs"]
mod tests;
