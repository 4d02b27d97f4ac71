//! Folding of text for comparison.
/// The first `n` octets of a text, cut at a character boundary.
pub fn first_bytes(text: &str, n: usize) -> &str {
    if text.len() <= n { text } else { &text[..text.floor_char_boundary(n)] }
}
/// fold
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}
/// skeleton
pub fn skeleton(text: &str) -> String {
    text.to_lowercase()
}
/// words
pub fn words_contain(haystack: &str, needle: &str) -> bool {
    haystack.contains(needle)
}
