//! Documents that are zip archives: Office Open XML and OpenDocument, read for macros, templates and objects that come
//! from elsewhere, and for the links a reader can click. RTF for objects that open by themselves.

use crate::mail::attachment::file::{Container, Danger, Document, Harm};
use crate::mail::attachment::ole;
use crate::mail::attachment::work::{MAX_DOCUMENT_BYTES, MAX_FILE_BYTES, Work};
use crate::mail::attachment::zip::Entry;
use crate::mail::link::authority::Authority;
use crate::mail::link::written::written_links;
use crate::mail::link::{Link, LinkKind};
use crate::text::fold::first_bytes;
use memchr::memmem;

/// Parts of one document that are read.
const MAX_PARTS: usize = 50;

/// True if these are the parts of an Office document.
pub(super) fn is_document(entries: &[Entry<'_>]) -> bool {
    let has = |name: &str| entries.iter().any(|e| e.name == name);
    has("[Content_Types].xml") || has("mimetype") && has("META-INF/manifest.xml")
}

/// Reads a document's parts.
pub(super) fn read_document(entries: &[Entry<'_>], file: Container<'_>, work: &mut Work) -> Vec<Danger> {
    let mut found = Vec::new();
    let mut read = 0;
    let mut text = String::new();
    for entry in entries {
        let name = entry.name.to_ascii_lowercase();
        if name.ends_with("vbaproject.bin") || name.contains("basic/standard/") && !name.ends_with("script-lb.xml") {
            found.push(Danger::new(Harm::Macros, "holds macros"));
        } else if name.contains("/macrosheets/") {
            found.push(Danger::new(Harm::Macros, "holds a sheet of Excel 4 macros"));
        }
        if is_text(&name) && text.len() < MAX_DOCUMENT_BYTES {
            push_words(&mut text, &String::from_utf8_lossy(&entry.read(MAX_FILE_BYTES, work)));
        }
        let is_object = name.contains("oleobject") && name.ends_with(".bin");
        if !(is_object || name.ends_with(".rels") || name.ends_with("document.xml") || name.contains("externallink")) {
            continue;
        }
        read += 1;
        if read > MAX_PARTS {
            work.limit(format!("a document has more than {MAX_PARTS} parts that link elsewhere"));
            break;
        }
        if is_object {
            found.extend(ole::dangers(&entry.read(MAX_FILE_BYTES, work)));
        } else {
            read_part(&entry.read(MAX_FILE_BYTES, work), file, work, &mut found);
        }
    }
    written_links(&text, |found| work.link(Link::new(LinkKind::Attachment, &found.href, file.name)));
    work.document(Document { name: file.name.to_owned(), author: String::new(), text });
    found
}

/// True for the parts that hold what a reader sees: Word, PowerPoint, Excel and OpenDocument.
fn is_text(part: &str) -> bool {
    matches!(part, "word/document.xml" | "xl/sharedstrings.xml" | "content.xml")
        || part.starts_with("ppt/slides/slide") && part.ends_with(".xml")
}

/// The text between the tags of XML, a line each for what its elements call a paragraph.
fn push_words(out: &mut String, xml: &str) {
    for piece in xml.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else { continue };
        let ends = ["/w:p", "/a:p", "/text:p", "/text:h", "/si", "w:br/", "w:br", "a:br/"].contains(&tag.trim());
        if ends && !out.ends_with('\n') {
            out.push('\n');
        }
        if tag.starts_with("w:tab") {
            out.push(' ');
        }
        let text = text.trim_matches(['\r', '\n']);
        if !text.is_empty() && out.len() < MAX_DOCUMENT_BYTES {
            out.push_str(&unescaped(first_bytes(text, MAX_DOCUMENT_BYTES)));
        }
    }
    out.push('\n');
}

/// The five entities of XML as what they stand for.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

fn read_part(octets: &[u8], file: Container<'_>, work: &mut Work, found: &mut Vec<Danger>) {
    if memmem::find(octets, b"DDEAUTO").is_some() || memmem::find(octets, b"<ddeLink").is_some() {
        found.push(Danger::new(Harm::Macros, "starts a program by DDE"));
    }
    let text = String::from_utf8_lossy(octets);
    for relation in text.split("<Relationship ").skip(1) {
        let relation = relation.split('>').next().unwrap_or_default();
        let Some(target) = value(relation, "Target").filter(|_| relation.contains("External")) else { continue };
        let target = target.replace("&amp;", "&");
        let kind = value(relation, "Type").unwrap_or_default();
        if ["attachedTemplate", "oleObject", "frame", "externalLinkPath"].iter().any(|k| kind.ends_with(k)) {
            let host = Authority::of(&target).map(|a| a.host);
            if let Some(host) = host {
                found.push(Danger::new(Harm::Macros, &format!("loads a part of itself from {host}")));
            }
        }
        work.link(Link::new(LinkKind::Attachment, &target, file.name));
    }
}

/// The value of an attribute as Office writes it.
fn value<'x>(tag: &'x str, name: &str) -> Option<&'x str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let rest = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next()
    })
}

/// What an RTF document does by itself.
pub(super) fn rtf(octets: &[u8]) -> Vec<Danger> {
    let octets = &octets[..octets.len().min(MAX_FILE_BYTES)];
    let holds = |word: &[u8]| memmem::find(octets, word).is_some();
    let mut found = Vec::new();
    if holds(b"\\objupdate") || holds(b"\\objautlink") {
        found.push(Danger::new(Harm::Macros, "holds an object that opens by itself"));
    }
    if let Some(at) = memmem::find(octets, b"\\*\\template") {
        let target = &octets[at..octets.len().min(at + 20)];
        if memmem::find(target, b"http").is_some() {
            found.push(Danger::new(Harm::Macros, "loads its template from elsewhere"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::attachment::made;
    use crate::mail::attachment::zip;

    const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

    fn look(files: &[(&str, &[u8])]) -> (Vec<String>, Vec<String>) {
        let archive = made::zip(files);
        let mut work = Work::default();
        let entries = zip::entries(&archive, &mut work);
        assert!(is_document(&entries));
        let found = read_document(&entries, Container { name: "a.docx", depth: 0 }, &mut work);
        let links = work.links.iter().map(|l| l.href.clone()).collect();
        (found.into_iter().map(|d| d.words).collect(), links)
    }

    #[test]
    fn macros_are_seen_whatever_the_document_is_called() {
        assert_eq!(look(&[TYPES, ("word/vbaProject.bin", b"x")]).0, ["holds macros"]);
        assert_eq!(look(&[TYPES, ("xl/macrosheets/sheet1.xml", b"x")]).0, ["holds a sheet of Excel 4 macros"]);
        assert_eq!(look(&[TYPES, ("word/document.xml", b"<w:instrText>DDEAUTO c:")]).0, ["starts a program by DDE"]);
        let object = made::ole(&["Root Entry", "\u{1}Ole10Native"]);
        assert_eq!(look(&[TYPES, ("word/embeddings/oleObject1.bin", &object)]).0, ["has another file packed into it"]);
    }

    #[test]
    fn relations_lead_elsewhere() {
        let rels =
            br#"<Relationships><Relationship Id="r1" Type="http://s/hyperlink" Target="https://a.test/?x=1&amp;y=2"
            TargetMode="External"/><Relationship Id="r2" Type="http://s/styles" Target="styles.xml"/></Relationships>"#;
        let (dangers, links) = look(&[TYPES, ("word/_rels/document.xml.rels", rels)]);
        assert_eq!((dangers.len(), links), (0, vec!["https://a.test/?x=1&y=2".to_owned()]));
        let rels =
            br#"<Relationship Target='http://t.test/a.dotm' Type='http://s/attachedTemplate' TargetMode='External'/>"#;
        assert_eq!(look(&[TYPES, ("word/_rels/settings.xml.rels", rels)]).0, ["loads a part of itself from t.test"]);
    }

    #[test]
    fn honest_documents_do_nothing() {
        let rels = br#"<Relationship Type="http://s/attachedTemplate"
            Target="file:///C:/Normal.dotm" TargetMode="External"/>"#;
        let files = [TYPES, ("word/document.xml", &b"<w:t>DDE</w:t>"[..]), ("word/_rels/settings.xml.rels", rels)];
        assert_eq!(look(&files).0, [""; 0]);
        assert!(rtf(b"{\\rtf1 {\\object\\objemb x} {\\*\\template C:\\\\Normal.dot}}").is_empty());
    }

    #[test]
    fn rtf_objects_that_open_by_themselves_are_seen() {
        assert_eq!(rtf(b"{\\rtf1{\\object\\objupdate{\\*\\objdata 01}}}").len(), 1);
        assert_eq!(rtf(b"{\\rtf1{\\*\\template http://t.test/a}}").len(), 1);
    }
}
