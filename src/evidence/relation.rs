//! What evidence says of a message and a brand: who speaks, what is asked, of whose, and where it leads. Plain values
//! with an order; [`super::voice`] and [`super::ask`] find them.

/// Weight from which the brand speaks.
pub(super) const SPEAKS: u32 = 40;
/// A place where a reader meets a name, with the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The name or domain in From.
    From,
    /// The name in Sender, shown as "on behalf of".
    Sender,
    /// The name in Reply-To.
    ReplyTo,
    /// Organization.
    Organization,
    /// A line at the end that is the brand's.
    SignOff,
    /// A copyright line, or the team that writes.
    Imprint,
    /// Beside a person's own name in From.
    Badge,
    /// A line at the beginning that greets the brand's members.
    Greeting,
    /// The subject, headed by the brand.
    SubjectHead,
    /// The subject.
    Subject,
    /// The first words.
    Opening,
}

impl Place {
    /// How much it says that the brand speaks; [`SPEAKS`] and more do.
    pub(super) fn weight(self) -> u32 {
        match self {
            Place::From => 100,
            Place::Sender | Place::ReplyTo | Place::SignOff | Place::Imprint => SPEAKS,
            Place::Organization => 30,
            Place::Badge | Place::Greeting => 25,
            Place::SubjectHead => 15,
            Place::Subject | Place::Opening => 10,
        }
    }

    /// True for places that only a writer fills with their own name.
    pub(super) fn is_writers(self) -> bool {
        self.weight() >= SPEAKS
    }
}

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// The brand or an ally, proven.
    Entitled,
    /// The brand, says the message.
    Brand,
    /// The author, in a name of their own, from an address that anybody may have.
    Person,
    /// The author, in a name of their own that their house bears out.
    Author,
    /// The author's house, to which the links lead, without a name that bears it out.
    House,
    /// Nobody who can be told.
    Nobody,
}

/// Where a message names a brand, and who speaks by it.
#[derive(Debug, Clone)]
pub(crate) struct Voice {
    /// Places and what stands there, the most telling first.
    pub(crate) places: Vec<(Place, String)>,
    pub(crate) speaker: Speaker,
}

impl Voice {
    /// True if the brand is said to speak.
    pub(crate) fn is_brand(&self) -> bool {
        self.speaker == Speaker::Brand
    }

    /// True if the author speaks in a name of their own.
    pub(crate) fn is_author(&self) -> bool {
        matches!(self.speaker, Speaker::Author | Speaker::Person)
    }

    /// True if a house of the author's own bears that name out.
    pub(crate) fn is_house(&self) -> bool {
        matches!(self.speaker, Speaker::Author | Speaker::House)
    }

    /// The brand's name stands in a place where only who speaks puts it, as sender or in two others.
    pub(crate) fn is_beyond_doubt(&self) -> bool {
        let writers = self.places.iter().filter(|(place, _)| place.is_writers()).count();
        self.is_brand() && (self.places.iter().any(|(place, _)| *place == Place::From) || writers > 1)
    }

    /// The place that tells most, in words.
    pub(crate) fn words(&self) -> Option<&str> {
        self.places.first().map(|(_, words)| words.as_str())
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// A password, a card, a bank account, papers.
    Data,
    /// To sign in, to confirm or save an account.
    Account,
}

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Whose {
    /// The brand's: grammar says so.
    Brands,
    /// The reader's, in a sentence that names the brand.
    Readers,
    /// Anybody's, in a sentence that names the brand.
    Named,
    /// What a sentence close by says of the brand.
    Near,
    /// The brand is who speaks.
    Spoken,
}

/// Where it leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lead {
    /// A link that stands with the request leads to a stranger.
    Bound(String),
    /// Some link of the message leads to a stranger.
    Stranger(String),
    /// The author's own pages; true if the link stands with the request, or says so itself.
    House(bool, String),
    /// An answer to the author, or a call.
    Answer(String),
}

impl Lead {
    /// Where it leads, in words.
    pub(crate) fn words(&self) -> &str {
        match self {
            Lead::Bound(words) | Lead::Stranger(words) | Lead::House(_, words) | Lead::Answer(words) => words,
        }
    }
}

/// A request made of the reader.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ask {
    pub(crate) what: What,
    pub(crate) whose: Whose,
    pub(crate) lead: Lead,
    /// The sentence, as it is compared.
    pub(crate) words: String,
    /// True if the brand is who speaks where it stands: in the message, or in the file.
    pub(crate) is_spoken: bool,
    /// True if it stands in what the author quotes or passes on.
    pub(crate) is_quoted: bool,
    /// True if it only tells of what befalls an account.
    pub(crate) is_threat: bool,
    /// True if what is asked for is the reader's.
    pub(crate) is_readers: bool,
}
