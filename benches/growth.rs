//! Time must grow with the size of a message and not faster, whatever its content: each hostile input is read and
//! examined at two sizes, and the bench fails if twice the size takes three times as long, twice in a row.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

use spoof_milter::auth::AuthResults;
use spoof_milter::evidence::Evidence;
use spoof_milter::judge::policy_of;
use spoof_milter::mail::{Envelope, Message};
use spoof_milter::policy::Policy;
use spoof_milter::signals::examine;
use std::time::{Duration, Instant};

/// Half of the smaller of the two sizes: large enough to be measured.
const SIZE: usize = 256 * 1024;
/// The same for what stands in text that is searched: 64 kB are, so that larger ones would prove nothing.
const SEARCHED_SIZE: usize = 16 * 1024;
/// Times each size is measured; the quickest counts, because others work on the machine too.
const ROUNDS: usize = 7;
/// What is more than this for twice the size is not linear. Twice is, and caches and neighbours add to it.
const TOO_MUCH: f64 = 3.0;

/// What is put at the beginning, repeated, and put at the end.
type Input = (&'static str, &'static str, &'static str, &'static str);

const HTML: [Input; 48] = [
    ("attributes of one tag", "<a ", "b=c ", ">"),
    ("equal attributes", "<a ", "href=x ", ">"),
    ("nesting", "", "<div>", ""),
    ("nested tables", "", "<table><tr><td>", ""),
    ("paragraphs that end one another", "", "<p>", ""),
    ("ends of nothing", "", "</div>", ""),
    ("list items without end", "<ul>", "<li><b>", ""),
    ("a comment that never ends", "<!--", "--", ""),
    ("comments", "", "<!---->", ""),
    ("a quote that never ends", "<a href=\"", "x ", ""),
    ("references", "", "&amp;", ""),
    ("broken references", "", "&notanentity", ""),
    ("references in a value", "<a href='", "&copy&#x41;", "'>"),
    ("numbers that never end", "&#", "9", ""),
    ("less-than signs", "", "<", ""),
    ("scripts in comments in scripts", "<script>", "<!--<script>", ""),
    ("end tags that end no title", "<title>", "</titl>", ""),
    ("links", "", "<a href=http://a.test/>b</a>", ""),
    ("links without end", "", "<a href=x>", ""),
    ("declarations of one style", "<p style='", "color:#fff;font-size:0;", "'>x"),
    ("styles", "", "<i style='font-size:0'>x", ""),
    ("rules of a sheet", "<style>", "p{color:red}", "</style><p>x"),
    ("declarations of one rule", "<style>p{", "color:#fff;font-size:0;", "}</style><p>x"),
    ("selectors of one rule", "<style>", "a b>.c,", "{color:red}</style><a class=c>x"),
    ("at-rules in at-rules", "<style>", "@media screen{", ""),
    ("brackets in a rule", "<style>p{", "a:(", ""),
    ("sheets between elements", "", "<style>.a p{color:red}</style><div class=a><p>", ""),
    ("ancestors that match again", "<style>.b .a .a .a .a .a i{color:red}</style>", "<div class=a><i></i>", ""),
    ("classes of one element", "<style>.a{color:red}</style><p class='", "a ", "'>x"),
    ("elements of SVG", "<svg>", "<g>", ""),
    ("HTML in SVG in HTML", "", "<svg><title><b>", ""),
    ("ends of nothing in SVG", "<svg><g>", "</a>", ""),
    ("cells outside of a table", "", "<div><td>", ""),
    ("text between cells", "", "<table>a<tr>", ""),
    ("text between the cells of one table", "<table>", "a<div><tr><td>b", ""),
    ("formatting that is cut off", "", "<p><b><i><u>a</p>", ""),
    ("formatting around blocks", "", "<b><s hidden><p>a</b>", ""),
    ("formatting in what is deep", "<p><div><p><div><p><div>", "<b><div>a</b>", ""),
    ("marks that stay", "<p>", "<object><b></p>", ""),
    ("forms", "", "<form><p></form>", ""),
    ("text that sheets put in", "<style>i:before{content:'a'}i:after{content:'b'}</style>", "<i></i>", ""),
    ("rules that put text in", "<style>", "i:before{content:'a'}", "</style><i></i>"),
    ("text that some see inside words", "<style>@media(x){i{display:none}}</style>", "a<i>b</i>c", ""),
    ("turned letters", "", "a<bdo dir=rtl>b</bdo>", ""),
    ("turned letters inside each other", "", "a<bdo dir=rtl>b", ""),
    ("hidden text inside words", "", "a<s hidden>b</s>", ""),
    ("bases", "", "<base href=http://a.test/>", ""),
    ("blanks", "", " \n\t", ""),
];

const SEARCHED: [Input; 11] = [
    ("disguised names", "", "E1ance ", ""),
    ("names with something invisible inside", "", "El\u{200b}ance ", ""),
    ("letters spaced out", "", "e l a n c e ", ""),
    ("one long spaced word", "", "e ", ""),
    ("words of two scripts", "", "ассоunt ", ""),
    ("one word of two scripts", "", "аb", ""),
    ("names", "", "Elance ", ""),
    ("beginnings of phrases", "", "your account ", ""),
    ("gaps in phrases", "", "verify your verify your a b ", ""),
    ("phrases without blanks", "", "您的账户", ""),
    ("marks on one letter", "a", "\u{301}", ""),
];

const PLAIN: [Input; 5] = [
    ("hosts", "", "a.b.c/ ", ""),
    ("one long host", "", "a.", ""),
    ("colons", "", "http:", ""),
    ("delimiters", "", "--b\r\n", ""),
    ("quoted lines", "", "> a\r\n", ""),
];

fn main() {
    // `cargo test` runs benches too, unoptimised; there it is enough that they build.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let policy = policy_of("", "bench").unwrap();
    let mut failed = false;
    let html = HTML.iter().map(|input| ("text/html", SIZE, input));
    let plain = PLAIN.iter().map(|input| ("text/plain", SIZE, input));
    let searched = SEARCHED.iter().map(|input| ("text/plain", SEARCHED_SIZE, input));
    for (media_type, size, input) in html.chain(plain).chain(searched) {
        // What the machine did in between is not the input's fault: it must happen twice.
        let measured = || growth(&policy, media_type, size, input);
        let first = measured();
        let growth = if first > TOO_MUCH { measured() } else { first };
        println!("{:40} x{growth:.1}", input.0);
        failed |= growth > TOO_MUCH;
    }
    assert!(!failed, "time grows faster than the message");
}

/// How many times longer twice the size takes, at the larger sizes.
fn growth(policy: &Policy, media_type: &str, size: usize, input: &Input) -> f64 {
    let [middle, large] = [2, 4].map(|times| fastest(policy, &message(media_type, input, times * size)));
    large.as_secs_f64() / middle.as_secs_f64()
}

fn message(media_type: &str, (_, before, unit, after): &Input, size: usize) -> Vec<u8> {
    let head = format!(
        "From: Elance <a@b.test>\r\nTo: member@example.net\r\nSubject: x\r\nContent-Type: {media_type}; \
         charset=utf-8\r\n\r\n{before}"
    );
    (head + &unit.repeat(size / unit.len()) + after).into_bytes()
}

fn fastest(policy: &Policy, raw: &[u8]) -> Duration {
    let (envelope, auth) = (Envelope::default(), AuthResults::default());
    let once = || {
        let raw = raw.to_vec();
        let start = Instant::now();
        let message = Message::parse(raw, true);
        let found = examine(&Evidence::new(&envelope, &message, &auth, policy));
        let taken = start.elapsed();
        assert_eq!(found.brands.len(), policy.brands.len());
        taken
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}
