//! Text that stands in a table and outside of its cells. Browsers show it before the table ("foster parenting", WHATWG
//! 13.2.6.1), so that `<table>El<tr>ance</table>` is one word.
//!
//! What belongs before a table is known at its end only, so that the document is read once more:
//! [`Fostered::once_more`]. Pictures and links in such a place stay where they are written. Cannot fail.

use super::css::computed::ComputedStyle;

/// Pieces of text that belong before tables, and breaks between their lines.
#[derive(Debug, Default)]
pub(crate) struct Fostered {
    /// Tables that have begun.
    tables: usize,
    /// What this reading found, each with the number of its table.
    found: Vec<(usize, Piece)>,
    /// What the reading before found and this one has not shown yet, the last first; `None` in the first reading.
    known: Option<Vec<(usize, Piece)>>,
}

#[derive(Debug)]
pub(crate) enum Piece {
    Text(String, ComputedStyle),
    Break,
}

impl Fostered {
    /// What another reading must know, unless this one knew it or there is nothing to move.
    pub(crate) fn once_more(mut self) -> Option<Fostered> {
        let has_text = self.found.iter().any(|(_, piece)| matches!(piece, Piece::Text(..)));
        if self.known.is_some() || !has_text {
            return None;
        }
        self.found.sort_by_key(|(table, _)| *table);
        self.found.reverse();
        Some(Fostered { known: Some(self.found), ..Fostered::default() })
    }

    /// Begins a table and gives its number.
    pub(crate) fn begin_table(&mut self) -> usize {
        self.tables += 1;
        self.tables
    }

    /// The next piece that is shown before this table, if any is left.
    pub(crate) fn next_before(&mut self, table: usize) -> Option<Piece> {
        let (_, piece) = self.known.as_mut()?.pop_if(|(before, _)| *before == table)?;
        Some(piece)
    }

    /// Takes what belongs before this table; true if it stood there already.
    pub(crate) fn take(&mut self, table: usize, piece: impl FnOnce() -> Piece) -> bool {
        if self.known.is_none() {
            self.found.push((table, piece()));
        }
        self.known.is_some()
    }
}
