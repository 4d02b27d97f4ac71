//! What reading a message leaves behind: its fields as written, what is odd about it, where reading stopped early.

/// One header field, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name before the colon, white space before the colon removed.
    pub name: String,
    /// Everything after the colon as written, folding included, without the final line end; what is not UTF-8 is read
    /// as windows-1252, as mail programs do.
    pub value: String,
}

/// Something odd about a message. Parsing never fails; it notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Defect {
    /// No From field.
    FromMissing,
    /// More than one From field.
    FromRepeated(usize),
    /// From holds no address.
    FromWithoutAddress,
    /// From holds addresses of several domains.
    FromSeveralDomains(Vec<String>),
    /// Some readers of From see other domains than a strict one: what those see.
    FromReadingsDiffer(Vec<String>),
    /// A From address whose domain cannot exist.
    FromDomainInvalid(String),
    /// A field that must be single (RFC 5322 section 3.6) is repeated.
    FieldRepeated(String),
    /// A line of the header that is not a field.
    HeaderGarbage,
    /// The MIME structure is broken, in words.
    Mime(String),
}

/// A limit that cut reading short, in words with the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit(pub String);
