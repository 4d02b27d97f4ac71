//! Telephone numbers as people read them in text: North American, national and international ones, with any separators,
//! and those written so that programs pass over them (`(8O5)-2O3-4455`, `1-8.0.5-2.0.3-4.4.5.5`).
//!
//! Dates, times, sums and card numbers are told from them by length and grouping, not surely: a number alone means
//! nothing, only beside the words that ask for a call. Linear in the text; never fails.

use std::ops::Range;

/// Digits of the longest number (ITU-T E.164).
const MAX_DIGITS: usize = 15;
/// Digits of the shortest number after a country code.
const MIN_DIGITS: usize = 8;
/// Characters between two digits: `) - ` is the most that is usual.
const MAX_SEPARATOR_CHARS: usize = 3;

/// Where telephone numbers stand in folded text, in order.
pub(crate) fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(|c: char| c.is_ascii_digit() || c == '+' || c == '(').map(|at| at + from) {
        let run = Run::read(text, at);
        from = run.end;
        found.extend(run.numbers());
    }
    found
}

/// Digits that stand together, in groups with at most [`MAX_SEPARATOR_CHARS`] characters between two.
struct Run {
    groups: Vec<Group>,
    /// Where reading goes on.
    end: usize,
}

/// Digits without anything between them.
struct Group {
    place: Range<usize>,
    digits: String,
    /// What a number that begins here is marked with: `+` or an opening parenthesis.
    mark: Option<char>,
    /// True if a number may begin here: nothing or a blank stands before it.
    opens: bool,
    /// True if a number may end here.
    closes: bool,
}

impl Run {
    fn read(text: &str, start: usize) -> Run {
        let mut groups: Vec<Group> = Vec::new();
        let (mut mark, mut between, mut end) = (None, 0, start);
        let before = text[..start].chars().next_back();
        let mut opens = before.is_none_or(|c| !(c.is_ascii_alphanumeric() || "#/=@_-".contains(c)));
        while let Some(c) = text[end..].chars().next() {
            let rest = &text[end..];
            let word = &rest[..rest.bytes().take_while(u8::is_ascii_alphanumeric).count()];
            if !word.is_empty() {
                if !is_digits(word, !groups.is_empty() && !opens) {
                    // A word that begins with a digit is not a number, and no digit of it belongs to one.
                    end += if c.is_ascii_digit() { word.len() } else { 0 };
                    break;
                }
                let digits = word.chars().map(digit).collect();
                let place = end..end + word.len();
                groups.push(Group { place, digits, mark: mark.take(), opens, closes: false });
                (end, opens, between) = (end + word.len(), false, 0);
                continue;
            }
            between += 1;
            // A plus sign opens another number.
            if !(is_separator(c) || c == '+' && groups.is_empty()) || between > MAX_SEPARATOR_CHARS {
                break;
            }
            if let Some(last) = groups.last_mut() {
                last.closes |= c == ' ';
            }
            opens |= c == ' ' || c == '(';
            mark = if matches!(c, '+' | '(') { mark.or(Some(c)) } else { mark };
            end += c.len_utf8();
        }
        if let Some(last) = groups.last_mut() {
            let after = text[last.place.end..].chars().next();
            last.closes |= after.is_none_or(|c| !"=@_".contains(c));
        }
        Run { groups, end }
    }

    /// The numbers among the groups, the longest from each place.
    fn numbers(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut first = 0;
        while first < self.groups.len() {
            let Some(last) = self.number_from(first) else {
                first += 1;
                continue;
            };
            found.push(self.groups[first].place.start..self.groups[last].place.end);
            first = last + 1;
        }
        found
    }

    /// The last group of the longest number that begins with group `first`.
    fn number_from(&self, first: usize) -> Option<usize> {
        let groups = &self.groups[first..];
        if !groups.first()?.opens {
            return None;
        }
        let (mut digits, mut ends, mut longest) = (String::new(), Vec::new(), None);
        for (n, group) in groups.iter().enumerate() {
            digits.push_str(&group.digits);
            if digits.len() > MAX_DIGITS {
                break;
            }
            ends.push(digits.len());
            if group.closes && is_number(&digits, &ends, groups[0].mark) {
                longest = Some(first + n);
            }
        }
        longest
    }
}

/// Whether this word is digits only: letters that look like digits are some beside a digit, and alone `within` a
/// number that is written with punctuation between its digits.
fn is_digits(word: &str, within: bool) -> bool {
    let meant = word.bytes().any(|b| b.is_ascii_digit()) || within && word.len() == 1;
    meant && word.bytes().all(|b| b.is_ascii_digit() || is_lookalike(b))
}

fn is_lookalike(b: u8) -> bool {
    matches!(b, b'o' | b'i' | b'l' | b's')
}

fn digit(c: char) -> char {
    match c {
        'o' => '0',
        'i' | 'l' => '1',
        's' => '5',
        c => c,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '*' | '_' | '~' | '·' | '•' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// True if these digits, with groups that end at `ends`, are grouped like a telephone number.
fn is_number(digits: &str, ends: &[usize], mark: Option<char>) -> bool {
    let count = digits.len();
    let ends_at = |n: usize| ends.contains(&n);
    if mark == Some('+') || digits.starts_with("00") && ends[0] > 2 {
        return count >= MIN_DIGITS;
    }
    // 26.06.2025 14 30 and 2025-06-26 14 30.
    let is_date = matches!(ends, [1..=2, 3..=4, 7..=8, ..]) && ends[2] - ends[1] == 4;
    if is_date {
        return false;
    }
    let alone = ends.len() == 1;
    let (country, own) = digits.split_at(if count == 11 { 1 } else { 0 });
    // North America: an area and an exchange never begin with 0 or 1; Russia dials 8 in front of the same groups.
    let area = own.as_bytes().first().is_some_and(|b| matches!(b, b'2'..=b'9'));
    let exchange = own.as_bytes().get(3).is_some_and(|b| matches!(b, b'2'..=b'9'));
    let ten = own.len() == 10 && area && matches!(country, "" | "1" | "8") && (alone || ends_at(count - 7));
    // With the trunk's 0 or an area in parentheses; shared numbers of four and four.
    let trunk = digits.starts_with('0') && ends[0] >= 2 && (9..=12).contains(&count);
    let enclosed = mark == Some('(') && !alone && (9..=12).contains(&count);
    let shared = ends == [4, 8] && (digits.starts_with("300") || digits.starts_with("400"));
    ten && (exchange || country == "8") || trunk || enclosed || shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    fn found(text: &str) -> Vec<String> {
        let folded = fold(text);
        numbers(&folded).into_iter().map(|place| folded[place].to_owned()).collect()
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for (text, number) in [
            ("Call +1-(805)-203-4455 now", "1-(805)-203-4455"),
            ("at: 📞 +1 (805) 203 4455.", "1 (805) 203 4455"),
            ("(805) 203-4455", "805) 203-4455"),
            ("1-805-203-4455", "1-805-203-4455"),
            ("805.203.4455", "805.203.4455"),
            ("8052034455!", "8052034455"),
            ("18052034455", "18052034455"),
            ("(8O5)-2O3-4455", "8o5)-2o3-4455"),
            ("1-8.0.5-2.0.3-4.4.5.5", "1-8.0.5-2.0.3-4.4.5.5"),
            ("8 0 5 2 0 3 4 4 5 5", "8 0 5 2 0 3 4 4 5 5"),
            ("1~8.O.5~2.O.3~4.4.S.5", "1~8.o.5~2.o.3~4.4.s.5"),
            ("𝟖𝟎𝟓-𝟐𝟎𝟑-𝟒𝟒𝟓𝟓", "805-203-4455"),
            ("+49 30 901820", "49 30 901820"),
            ("+442079460123", "442079460123"),
            ("0049 30 901820", "0049 30 901820"),
            ("020 7946 0123", "020 7946 0123"),
            ("0800 123 4567", "0800 123 4567"),
            ("01 99 00 12 34", "01 99 00 12 34"),
            ("(11) 5555-0123", "11) 5555-0123"),
            ("4003-0123", "4003-0123"),
            ("8 (800) 100-20-30", "8 (800) 100-20-30"),
            ("03-5555-0123", "03-5555-0123"),
            ("on 26 of June: 805-203-4455, weekdays", "805-203-4455"),
            ("call 805-203-4455 in the morning", "805-203-4455"),
            ("order 611901 805-203-4455", "805-203-4455"),
        ] {
            assert_eq!(found(text), [number], "{text}");
        }
        assert_eq!(found("805-203-4455 or +1 805 203 4456"), ["805-203-4455", "1 805 203 4456"]);
    }

    #[test]
    fn other_digits_are_left_alone() {
        for text in [
            "26.06.2025 14:30",
            "2025-06-26 14.30",
            "2025-06-26 14 30",
            "4111 1111 1111 1111",
            "ref-8052034455",
            "#8052034455",
            "id=8052034455",
            "https://shop.example/8052034455",
            "1,499.99 and 12 345 678",
            "0.123456789",
            "call 911 or 555 0123",
            "8052034455@mail.example",
            "8052034455a",
            "123456789012345678",
            "192.168.100.200",
            "",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn long_texts_are_read_in_linear_time() {
        for unit in ["1 ", "+", "(", "1-", "805-203-4455 ", "o1o", "+1 (", "1) - (2"] {
            numbers(&unit.repeat(100_000));
        }
    }
}
