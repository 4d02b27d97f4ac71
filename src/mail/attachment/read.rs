//! Reads what a message carries: hands each file to the reader of its kind, and is handed what lies in archives.

use crate::mail::attachment::archive;
use crate::mail::attachment::file::{Attachment, Container, Content, Danger, Harm, MAX_DANGERS};
use crate::mail::attachment::kind::{self, Kind, disguised, sniff};
use crate::mail::attachment::name;
use crate::mail::attachment::office;
use crate::mail::attachment::ole;
use crate::mail::attachment::pdf;
use crate::mail::attachment::qr;
use crate::mail::attachment::text;
use crate::mail::attachment::web;
use crate::mail::attachment::work::Work;
use crate::mail::mime::decode::Encoding;
use crate::mail::mime::part::PartHead;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Octets of one attachment that are looked at; the largest messages of most sites are below.
const MAX_ATTACHMENT_BYTES: usize = 64 << 20;

/// Looks at a part that is a file.
pub(crate) fn read_attachment(head: &PartHead, body: &[u8], work: &mut Work) -> Attachment {
    let declared = head.media_type();
    let first = head.encoding.decode(body, kind::SNIFFED_BYTES);
    let (kind, detected) = sniff(&first, &head.name, &declared);
    let whole = if kind == Kind::Other { first } else { head.encoding.decode(body, MAX_ATTACHMENT_BYTES) };
    let inside = look_into(&whole, kind, head.charset.as_deref(), Container { name: &head.name, depth: 0 }, work);
    let mut dangers = named(head);
    dangers.extend(disguised(kind, &head.name).map(|what| Danger::new(Harm::Runs, what)));
    dangers.extend(inside.dangers);
    dangers.truncate(MAX_DANGERS);
    Attachment {
        name: head.name.clone(),
        declared,
        detected,
        size: head.encoding.size(body),
        has_password_field: inside.has_password_field,
        dangers,
        page: inside.page,
    }
}

/// Looks at an image that stands in the HTML itself as `data:`; `source` is what follows the scheme.
pub(crate) fn read_data_image(source: &str, work: &mut Work) {
    let Some((head, data)) = source.split_once(',') else { return };
    if !head.get(..6).is_some_and(|h| h.eq_ignore_ascii_case("image/")) || !head.to_ascii_lowercase().contains("base64")
    {
        return;
    }
    let octets = Encoding::Base64.decode(data.as_bytes(), MAX_ATTACHMENT_BYTES);
    look_into(&octets, Kind::Image, None, Container { name: "a picture in the text", depth: 0 }, work);
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

/// Looks into a file by what it is. What an archive holds comes back here, one deeper.
fn look_into(octets: &[u8], kind: Kind, charset: Option<&str>, file: Container<'_>, work: &mut Work) -> Content {
    work.read += octets.len();
    let looked = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Zip | Kind::Gzip | Kind::Tar | Kind::SevenZip | Kind::Rar => {
            archive::read_archive(octets, kind, file, work, look_into_member)
        }
        Kind::Ole => Content::of(ole::dangers(octets)),
        Kind::Rtf => Content::of(office::rtf(octets)),
        Kind::Pdf => Content::of(pdf::read_pdf(octets, file, work)),
        Kind::Web | Kind::Svg => web::read_page(octets, charset, kind == Kind::Svg, file, work),
        Kind::Image => {
            qr::read_picture(octets, file, work);
            Content::default()
        }
        Kind::Text => {
            text::read_text(octets, charset, file, work);
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

/// Looks into a file called `name` that lies in the archive `outer`.
fn look_into_member(octets: &[u8], name: &str, outer: Container<'_>, work: &mut Work) -> Content {
    let (kind, _) = sniff(octets, name, "");
    let called = if outer.name.is_empty() { name.to_owned() } else { format!("{name} in {}", outer.name) };
    let file = Container { name: &called, depth: outer.depth + 1 };
    let mut content = look_into(octets, kind, None, file, work);
    content.dangers.extend(disguised(kind, name).map(|what| Danger::new(Harm::Runs, what)));
    content
}

#[cfg(test)]
#[path = "attachment_tests.rs"]
mod tests;
