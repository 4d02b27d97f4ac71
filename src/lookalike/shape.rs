//! The looks of a name in an address bar: the skeleton of Unicode UTS 39, and what it leaves out.

use crate::text::fold::{fold, skeleton};
use crate::text::leet::unleeted;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Letters that read as a Latin one and have a prototype of their own in UTS 39: with strokes, hooks and tails, small
/// capitals of other scripts, and letters of Cyrillic, Greek and Armenian that differ little in small print.
const READ_AS: [(&str, char); 24] = [
    ("ɑαӑ", 'a'),
    ("ƀɓƃƅьъвβ", 'b'),
    ("ƈȼ¢", 'c'),
    ("đɖɗƌȡ", 'd'),
    ("ɇɛєεеɘə", 'e'),
    ("ƒ", 'f'),
    ("ǥɠɡԍցɢ", 'g'),
    ("ħɦнһհի", 'h'),
    ("ɨɩιıі", 'i'),
    ("ɉʝɟյ", 'j'),
    ("ƙκкĸ", 'k'),
    ("łƚɫɭӏȴ", 'l'),
    ("ɱмʍ", 'm'),
    ("ƞɲɳŋηпոռ", 'n'),
    ("øɵօοσө", 'o'),
    ("ƥρр", 'p'),
    ("ʠԛզ", 'q'),
    ("ɍɼɽɾгʀ", 'r'),
    ("ʂșѕ", 's'),
    ("ŧƫƭʈтτ", 't'),
    ("ʉυսц", 'u'),
    ("ʋѵν", 'v'),
    ("ⱳԝωшա", 'w'),
    ("ɏƴүγуч", 'y'),
];

static LATIN: LazyLock<HashMap<char, char>> =
    LazyLock::new(|| READ_AS.iter().flat_map(|(from, to)| from.chars().map(move |c| (c, *to))).collect());

/// The shape of a name: equal for names that look the same.
pub(super) fn shape(text: &str) -> String {
    if text.is_ascii() {
        return skeleton(text);
    }
    let folded = fold(text);
    skeleton(&folded.chars().map(|c| LATIN.get(&c).copied().unwrap_or(c)).collect::<String>())
}

/// All shapes of a label: as it is, with pairs of letters read as one (`vv`, `cl`), with figures read as letters
/// (`3lance`). The first is the plainest.
pub(super) fn shapes(label: &str) -> Vec<String> {
    let mut shapes = vec![shape(label)];
    let paired = || shape(&label.replace("vv", "w").replace("cl", "d").replace("nn", "m"));
    let more = [
        ["vv", "cl", "nn"].iter().any(|pair| label.contains(pair)).then(paired),
        label.contains(|c: char| c.is_ascii_digit()).then(|| shape(&unleeted(label))),
    ];
    for other in more.into_iter().flatten() {
        if !shapes.contains(&other) {
            shapes.push(other);
        }
    }
    shapes
}

/// How `word` is written where it differs from `name`, for evidence: `l written 1`, `m written rn`, `e written е
/// (U+0435)`.
pub(super) fn written(name: &str, word: &str) -> String {
    /// Differences that are listed; more is another alphabet.
    const LISTED: usize = 3;
    let (a, b): (Vec<char>, Vec<char>) = (name.chars().collect(), word.chars().collect());
    let point = |c: char| if c.is_ascii() { String::new() } else { format!(" (U+{:04X})", u32::from(c)) };
    if a.len() == b.len() {
        let pairs = a.iter().zip(&b).filter(|(x, y)| x != y);
        let pairs: Vec<String> = pairs.map(|(x, y)| format!("{x} written {y}{}", point(*y))).collect();
        return match pairs.len() {
            1..=LISTED => pairs.join(", "),
            _ => format!("{} letters written with others that look alike", pairs.len()),
        };
    }
    let before = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let room = a.len().min(b.len()) - before;
    let after = a.iter().rev().zip(b.iter().rev()).take(room).take_while(|(x, y)| x == y).count();
    let middle = |c: &[char]| c.iter().take(c.len() - after).skip(before).collect::<String>();
    format!("{} written {}", middle(&a), middle(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookalikes_share_a_shape() {
        let name = shapes("elance");
        for word in ["e1ance", "eiance", "еlаnсе", "ełance", "ɛlance", "3lance", "elanc3", "e14nce", "elαηcε"]
        {
            assert!(shapes(word).iter().any(|s| name.contains(s)), "{word}: {:?}", shapes(word));
        }
        for (name, word) in
            [("microsoft", "rnicrosoft"), ("upwork", "upvvork"), ("dropbox", "clropbox"), ("mcafee", "nncafee")]
        {
            assert!(shapes(word).iter().any(|s| shapes(name).contains(s)), "{word}");
        }
        assert!(!shapes("glance").contains(&name[0]));
    }

    #[test]
    fn differences_are_told() {
        assert_eq!(written("elance", "e1ance"), "l written 1");
        assert_eq!(written("microsoft", "rnicrosoft"), "m written rn");
        assert_eq!(written("elance", "еlance"), "e written е (U+0435)");
        assert_eq!(written("elance", "еlаnсе"), "4 letters written with others that look alike");
    }
}
