//! spoof-milter: a milter that catches mail forging or imitating a protected brand before it reaches members.
//!
//! # The idea: claim, proof, intent
//!
//! An ordinary filter asks whether a message looks like spam. This one asks three questions about each protected
//! brand: does the message pretend to be the brand (**claim**), did the brand really send it (**proof**), and what
//! does it want (**intent**)? A strong claim without proof is a spoof, whatever the text says. A weak claim needs
//! intent. Without any claim the wording is not ours to judge. What the brand proved to have sent is never punished
//! for its own wording.
//!
//! # The flow, one way
//!
//! ```text
//! MTA ─ events ─> milter::Session ─> Envelope + Message ─┬─> auth::authenticate (DNS, async) ─> AuthResults ─┐
//! check, tests, bench ───────────────────────────────────┘                                                   v
//!       Evidence{envelope, message, auth, policy} ─> signals::examine ─> [Finding] ─> verdict::decide ─> Verdict
//!                     pure: no clock, no I/O, no state                                                     │
//!                disposition::dispose(&Verdict, &Circumstances) ─> Disposition      (pure)                 │
//!       MTA <─ milter carries it out ─> Outcome <──────────────────────────────────────────────────────────┘
//!                                          └─> record (log line, counters)
//! ```
//!
//! [`judge::judge`] is authenticate, examine, decide; everything that judges calls it. A [`verdict::Verdict`] is never
//! changed; what is really done is decided once, carried out, and then written down. Header, log line, counters and
//! JSON are renderings of (Verdict, Disposition, Outcome) and no second truth.
//!
//! # The floors
//!
//! One crate, a library and a thin binary; folders are floors and imports point down. `ARCHITECTURE.md` has the table
//! and says why; `tests/floors.rs` holds it. The library exists for the binary and for tests; it promises no API.
//!
//! * [`text`]: what any text is: folded, as the eye takes it, in the order it is seen.
//! * [`mail`]: what arrived. Parsing never fails; oddities are kept as Defects, cuts as Limits. From is read as every
//!   kind of reader reads it: whoever any of them shows the brand to must be given proof.
//! * [`lookalike`]: does a word or a domain imitate a name? [`wording`]: what does a text ask, in many languages?
//! * [`policy`]: what the operator wants: configuration, brands, hosts, actions.
//! * [`auth`]: who vouches for it: SPF, DKIM, ARC, DMARC. The only user of DNS; all look-ups of a message share one
//!   deadline and one number of queries, and a brand's last good keys outlive DNS trouble.
//! * [`scan`]: whether a clamd knows it as a virus, if one is configured: the only user of that socket.
//! * [`evidence`]: what signals read: did the brand send it, what is named, where does it lead?
//! * [`signals`]: what looks wrong: one file a heuristic, one table.
//! * [`verdict`], [`judge`]: findings become one answer. [`disposition`]: what is done about it.
//! * [`record`]: what was made of a message, as headers, a record, a log line and counters.
//! * [`milter`]: towards the MTA: sessions, edits, sockets; a connection is served on one thread from its first octet
//!   to its last.
//! * [`serve`]: the process: signals, reload, drain, metrics page.
//! * [`cli`]: the commands.
//!
//! # Glossary
//!
//! A **Brand** is what is protected. A **Signal** is a heuristic, a **Finding** is that it fired, with the words a
//! reviewer reads. The **Ladder** holds the scores for tag, quarantine, reject. An **Action** is what findings ask
//! for, a **Disposition** what is done, an **Outcome** what became of that. A **Policy** is the operator's; what a
//! sender publishes is a **DmarcPolicy**. A **Defect** is an oddity of a message, a **Limit** a place where reading
//! stopped. RFC 5598 names the rest.

pub mod auth;
pub mod cli;
pub mod disposition;
pub mod evidence;
pub mod judge;
pub mod lookalike;
pub mod mail;
pub mod milter;
pub mod policy;
pub mod record;
pub mod scan;
pub mod serve;
pub mod signals;
pub mod text;
pub mod verdict;
pub mod wording;
