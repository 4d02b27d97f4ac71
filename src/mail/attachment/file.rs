//! What is told of a file that comes with a message, and what its readers hand to one another.

use crate::text::fold::first_bytes;

/// Octets kept of the text of attached web pages.
pub(super) const MAX_PAGE_TEXT_BYTES: usize = 16 << 10;
/// Dangers kept of one attachment; a reviewer needs one of each kind.
pub(super) const MAX_DANGERS: usize = 10;

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
    /// True if it is HTML with an input field of type password: a forged sign-in page that needs no server to load
    /// from.
    pub has_password_field: bool,
    /// What it does, or hides, in the order it was found.
    pub dangers: Vec<Danger>,
    /// Title and visible text of web pages in it that ask for something or act by themselves.
    pub page: String,
}

/// What a person reads in a file or in an attached message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The file's name.
    pub name: String,
    /// Who it says wrote it: the sender of a message, the organiser of an event, the name on a card.
    pub author: String,
    /// Its text; of a message with the subject as first line.
    pub text: String,
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
    pub(super) fn new(harm: Harm, words: &str) -> Danger {
        Danger { harm, words: words.to_owned() }
    }
}

/// Which file is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container<'a> {
    /// Its name as evidence gives it, with those of the archives around it.
    pub(super) name: &'a str,
    /// How many archives are around it.
    pub(super) depth: usize,
}

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) dangers: Vec<Danger>,
    pub(super) page: String,
    pub(super) has_password_field: bool,
}

impl Content {
    /// A file that has these dangers and nothing to read.
    pub(super) fn of(dangers: Vec<Danger>) -> Content {
        Content { dangers, ..Content::default() }
    }

    /// Takes over what was found in a file inside this one.
    pub(super) fn hold(&mut self, name: &str, inner: Content) {
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

    /// Adds text of a web page, as much as there is room for.
    pub(super) fn add_page(&mut self, text: &str) {
        let room = MAX_PAGE_TEXT_BYTES.saturating_sub(self.page.len());
        self.page.push_str(first_bytes(text, room));
    }
}
