//! The words impostors join to a brand's name (`conf/bait.txt`), and how a word is taken apart into name and bait.
//!
//! A name joined to anything else (`freelancer`, `melances`) is another word. Work is bounded by the length of a label.

use crate::lookalike::shape::shape;
use foldhash::fast::RandomState;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// The list, built in.
pub(super) const LIST: &str = include_str!("../../conf/bait.txt");
/// Octets of the longest word that is taken apart: a label has 63, and what is longer was not written to be read.
const MAX_WORD_BYTES: usize = 63;
/// Octets of the shortest bait that may follow other bait. Shorter pieces (`my`, `id`) would make bait of honest words.
const MIN_PIECE_BYTES: usize = 3;
/// Places where bait may end, from either side, that are tried: `wwwwww…` has one every three letters.
const MAX_ENDS: usize = 8;

/// The words as they are written.
pub(super) static PLAIN: LazyLock<Bait> = LazyLock::new(|| Bait::new(words().map(str::to_owned).collect()));
/// The words as they look, for labels that are compared by their looks (`l0gin`).
pub(super) static SHAPED: LazyLock<Bait> = LazyLock::new(|| Bait::new(words().map(shape).collect()));

/// True if a folded word is one that impostors join to a brand's name, or several of them without a gap.
pub fn is_bait(folded: &str) -> bool {
    PLAIN.is_bait(folded)
}

fn words() -> impl Iterator<Item = &'static str> {
    LIST.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace)
}

/// A set of bait.
pub(super) struct Bait {
    words: HashSet<String, RandomState>,
    /// For each octet, the lengths of the words that begin with it, and of those that end with it, a bit each: most
    /// places of most labels need no look-up at all.
    beginning: Lengths,
    ending: Lengths,
}

type Lengths = [u64; 256];

impl Bait {
    fn new(words: HashSet<String, RandomState>) -> Bait {
        let (mut beginning, mut ending) = ([0; 256], [0; 256]);
        for word in words.iter().map(|w| w.as_bytes()) {
            if let (Some(first), Some(last), true) = (word.first(), word.last(), word.len() <= MAX_WORD_BYTES) {
                beginning[usize::from(*first)] |= 1 << word.len();
                ending[usize::from(*last)] |= 1 << word.len();
            }
        }
        Bait { words, beginning, ending }
    }

    /// True if a word is bait, or pieces of bait without a gap (`paymentdesk`).
    pub(super) fn is_bait(&self, word: &str) -> bool {
        let pieces = || word.len() <= MAX_WORD_BYTES && self.heads(word).contains(&word.len());
        !word.is_empty() && (self.words.contains(word) || pieces())
    }

    /// True if a word is one of the words, not several.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// What is left of a word when bait is taken off its ends, the word itself first: `myelancelogin` holds
    /// `elancelogin`, `myelance`, `elance`.
    pub(super) fn cores(&self, word: &str) -> impl Iterator<Item = Range<usize>> + use<> {
        let apart = word.len() <= MAX_WORD_BYTES;
        let (heads, tails) = if apart { (self.heads(word), self.tails(word)) } else { (vec![0], vec![word.len()]) };
        let pairs = heads.into_iter().flat_map(move |start| tails.clone().into_iter().map(move |end| start..end));
        pairs.filter(|core| core.start < core.end)
    }

    /// Where bait that begins the word may end, 0 first.
    fn heads(&self, word: &str) -> Vec<usize> {
        let lengths = |from: usize| word.as_bytes().get(from).map_or(0, |b| self.beginning[usize::from(*b)]);
        self.ends(word.len(), lengths, |from, to| word.get(from..to))
    }

    /// Where bait that ends the word may begin, its length first.
    fn tails(&self, word: &str) -> Vec<usize> {
        let mirrored = |from, to| word.get(word.len() - to..word.len() - from);
        let last = |from: usize| word.len().checked_sub(from + 1).and_then(|at| word.as_bytes().get(at));
        let lengths = |from: usize| last(from).map_or(0, |b| self.ending[usize::from(*b)]);
        self.ends(word.len(), lengths, mirrored).into_iter().map(|end| word.len() - end).collect()
    }

    /// How many octets bait may take from one side of a word of `len`; `lengths` gives the lengths of the words that
    /// may stand at a distance from that side, `piece` the octets between two distances.
    fn ends<'a>(
        &self,
        len: usize,
        lengths: impl Fn(usize) -> u64,
        piece: impl Fn(usize, usize) -> Option<&'a str>,
    ) -> Vec<usize> {
        let mut ends = vec![0];
        let mut next = 0;
        while let Some(&from) = ends.get(next).filter(|_| ends.len() < MAX_ENDS) {
            next += 1;
            // Short bait stands alone on its side.
            let shortest = match from {
                0 => 1,
                1..MIN_PIECE_BYTES => continue,
                _ => MIN_PIECE_BYTES,
            };
            let known = lengths(from);
            let tos = (shortest..=len - from).filter(|n| known >> n & 1 == 1).map(|n| from + n);
            for to in tos {
                if !ends.contains(&to) && piece(from, to).is_some_and(|word| self.words.contains(word)) {
                    ends.push(to);
                }
            }
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bait_is_taken_apart_into_words() {
        for word in ["login", "my", "paymentdesk", "securelogin", "kundenservice", "minhaconta", "us"] {
            assert!(PLAIN.is_bait(word), "{word}");
        }
        for word in ["", "free", "mylog5", "usde", "xlogin", "loginx", "lancer"] {
            assert!(!PLAIN.is_bait(word), "{word}");
        }
    }

    #[test]
    fn cores_are_what_bait_leaves() {
        let cores = |w: &'static str| PLAIN.cores(w).map(|r| &w[r]).collect::<Vec<_>>();
        assert_eq!(cores("elance"), ["elance"]);
        assert!(cores("myelancelogin").contains(&"elance"));
        assert!(cores("wwwsecureelance").contains(&"elance"));
        assert!(!cores("freelancer").contains(&"elance"));
        assert_eq!(cores("зайти"), ["зайти"], "not only ASCII");
        assert!(PLAIN.cores(&"www".repeat(21)).count() <= (2 * MAX_ENDS).pow(2), "bounded");
    }
}
