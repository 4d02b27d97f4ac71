//! Visible text, hidden text and links of an HTML part.
