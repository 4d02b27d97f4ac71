//! The kinds of phrases and of words that a language's file lists. Plain names; nothing here can fail.

use serde::Deserialize;

/// What a phrase does to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhraseKind {
    /// It greets anybody: "Dear customer", "Attention Elance member".
    Greeting,
    /// It asks to confirm an account or a password.
    Credential,
    /// It asks for personal or bank data.
    Personal,
    /// It threatens to close or suspend an account.
    Threat,
    /// It leaves no time to think.
    Urgency,
    /// It speaks of a fee, an unpaid bill, a refund or a renewal.
    Payment,
    /// It promises a prize, a gift or points.
    Lure,
    /// It asks for a telephone call.
    Call,
}

impl PhraseKind {
    /// All kinds.
    pub const ALL: [PhraseKind; 8] = [
        PhraseKind::Greeting,
        PhraseKind::Credential,
        PhraseKind::Personal,
        PhraseKind::Threat,
        PhraseKind::Urgency,
        PhraseKind::Payment,
        PhraseKind::Lure,
        PhraseKind::Call,
    ];
}

/// What a word is looked for as. `conf/languages/en.toml` says the same to those who write the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WordKind {
    /// Whose it is: *your* Elance account.
    Your,
    /// What one has with a brand: your Elance *account*.
    Account,
    /// What may stand between the account and the brand: your account *with* Elance.
    Of,
    /// Makes the brand the writer, right after its name: Elance *team*.
    TeamAfter,
    /// Makes the brand the writer, right before its name: *the team at* Elance.
    TeamBefore,
    /// Whom a brand greets, right after its name: dear Elance *member*.
    Members,
    /// What may stand between a greeting and the brand: dear *valued* Elance member.
    Valued,
    /// How a brand greets its members, right before its name: *dear* Elance member.
    HailsMembers,
    /// What a mail address stands behind where it greets its reader: *dear* ada@example.net.
    HailsAddress,
    /// What a sender without a name is called: *billing*, *no-reply*.
    Offices,
    /// Words of names that are nobody's own, whole or joined in a domain: *project desk*, *member services*.
    Anybody,
    /// Stands in the line above a quotation: on Monday Ada *wrote*:
    Wrote,
    /// The first field in the head of a message that is passed on: *From*: Ada.
    From,
    /// The fields that follow it: *Sent*: Monday.
    Sent,
    /// How mail programs mark an answer or a forwarded message in the subject, with the colon: *Re:*
    Answers,
    /// A part of a URL's path that asks for signing in: /elance/*login*.php.
    SignIn,
}

impl WordKind {
    /// All kinds.
    pub(crate) const ALL: [WordKind; 16] = [
        WordKind::Your,
        WordKind::Account,
        WordKind::Of,
        WordKind::TeamAfter,
        WordKind::TeamBefore,
        WordKind::Members,
        WordKind::Valued,
        WordKind::HailsMembers,
        WordKind::HailsAddress,
        WordKind::Offices,
        WordKind::Anybody,
        WordKind::Wrote,
        WordKind::From,
        WordKind::Sent,
        WordKind::Answers,
        WordKind::SignIn,
    ];
}

/// What a word of a request is: of several in one sentence it is put together what is asked for, and of whose.
/// `conf/languages/en.toml` says the same to those who write the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AskKind {
    /// What opens an account: *password*, *PIN*.
    Secret,
    /// What is read off a payment card.
    Card,
    /// What names or opens a bank account.
    Bank,
    /// What proves who one is.
    Papers,
    /// What one has with a firm: *account*, *membership*.
    Account,
    /// Signing in.
    SignIn,
    /// Asks to hand over or to confirm: *enter*, *verify*.
    Give,
    /// Asks to follow: *click*, *open*, *here*.
    Go,
    /// What befalls an account: *suspended*.
    Threat,
    /// Leaves no time: *within 24 hours*.
    Hurry,
    /// Asks for money or offers it.
    Pay,
    /// Asks to answer or to write.
    Answer,
    /// Asks to telephone.
    Call,
    /// Turns a request into a warning: *never*.
    Never,
    /// Whose it is: the words of [`WordKind::Your`].
    #[serde(skip)]
    Your,
    /// What stands between a thing and whose it is: the words of [`WordKind::Of`].
    #[serde(skip)]
    Of,
}

impl AskKind {
    /// All kinds that a language lists under `[ask]`.
    pub(crate) const ALL: [AskKind; 14] = [
        AskKind::Secret,
        AskKind::Card,
        AskKind::Bank,
        AskKind::Papers,
        AskKind::Account,
        AskKind::SignIn,
        AskKind::Give,
        AskKind::Go,
        AskKind::Threat,
        AskKind::Hurry,
        AskKind::Pay,
        AskKind::Answer,
        AskKind::Call,
        AskKind::Never,
    ];
}
