//! What is known while a document is read: which elements are open, how they look, and what is still to come of it. The
//! files above it add steps to [`Reader`], each only with what stands below it (see [`super`]). Cannot fail.

use super::css::cascade::Styles;
use super::css::computed::ComputedStyle;
use super::css::declarations::Declarations;
use super::css::media::Media;
use super::css::selector::Element;
use super::element as el;
use super::element::Name;
use super::formats::Formats;
use super::foster_parenting::Fostered;
use super::out::HtmlOut;
use super::split_addresses::SplitAddresses;
use std::collections::HashSet;

/// An element that is open.
pub(super) struct Open {
    pub(super) element: Element,
    pub(super) style: ComputedStyle,
    /// The number of the table before which browsers show what stands in this.
    pub(super) before: Option<usize>,
    /// What is declared for it alone.
    pub(super) declarations: Declarations,
    /// True if it goes on behind the end of what it stands in.
    pub(super) is_format: bool,
    /// Which start tag it began with.
    pub(super) number: usize,
    /// Text that a sheet puts at its end.
    pub(super) last: String,
}

impl Open {
    pub(super) fn name(&self) -> Name {
        self.element.name
    }
}

impl AsRef<Element> for Open {
    fn as_ref(&self) -> &Element {
        &self.element
    }
}

/// A link whose end has not come.
pub(super) struct OpenAnchor {
    /// What it is called where it shows no text: its `aria-label` or `title`.
    pub(super) label: String,
    /// Its place in `links`; `None` beyond the limit.
    pub(super) index: Option<usize>,
    pub(super) shown: String,
    /// Where its text begins in `text`.
    pub(super) from: usize,
}

/// A document that is being read.
pub(super) struct Reader<'o> {
    pub(super) out: &'o mut HtmlOut,
    pub(super) stack: Vec<Open>,
    /// How many of them are paragraphs.
    pub(super) paragraphs: usize,
    /// Elements that were too deep to be put on the stack and are still open.
    pub(super) too_deep: usize,
    /// True once there were some: nobody knows any more what ends what, so that nothing hides.
    pub(super) is_lost: bool,
    pub(super) anchor: Option<OpenAnchor>,
    /// Stretches of `text` that are links already.
    pub(super) linked: Vec<(usize, usize)>,
    /// True once links were left out because there were too many.
    pub(super) drops_links: bool,
    pub(super) base: Option<url::Url>,
    pub(super) last_was_hidden: bool,
    /// True if hidden words came right behind a seen letter.
    pub(super) in_word: bool,
    /// Text kept back, which some readers see.
    pub(super) held_back: String,
    /// True if the line so far ends with letters that run from right to left.
    pub(super) is_turned: bool,
    pub(super) split_addresses: SplitAddresses,
    /// What conditional comments and the documents of frames hold.
    pub(super) nested: String,
    /// True if this document is such a one itself.
    pub(super) is_nested: bool,
    pub(super) styles: &'o mut Styles,
    /// True if `styles` has all sheets of the document already.
    pub(super) has_sheets: bool,
    /// For whom the sheet holds that is about to come.
    pub(super) sheet_media: Media,
    /// True up to the body.
    pub(super) in_head: bool,
    /// True up to the end tag of a form.
    pub(super) in_form: bool,
    /// True if a sheet came after something it may be about.
    pub(super) is_late: bool,
    pub(super) fostered: Fostered,
    pub(super) formats: Formats,
    /// Start tags so far.
    pub(super) tags: usize,
    /// Hidden elements, by number, that what stood in them turned out to depart from.
    pub(super) departed: Vec<usize>,
    /// Those an earlier reading found: they hide nothing.
    pub(super) known_departed: HashSet<usize>,
}

impl<'o> Reader<'o> {
    pub(super) fn new(out: &'o mut HtmlOut, styles: &'o mut Styles) -> Reader<'o> {
        styles.begin();
        Reader {
            out,
            stack: Vec::new(),
            paragraphs: 0,
            too_deep: 0,
            is_lost: false,
            anchor: None,
            linked: Vec::new(),
            drops_links: false,
            base: None,
            last_was_hidden: false,
            in_word: false,
            held_back: String::new(),
            is_turned: false,
            split_addresses: SplitAddresses::default(),
            nested: String::new(),
            is_nested: false,
            styles,
            has_sheets: false,
            sheet_media: Media::All,
            in_head: true,
            in_form: false,
            is_late: false,
            fostered: Fostered::default(),
            formats: Formats::default(),
            tags: 0,
            departed: vec![],
            known_departed: HashSet::new(),
        }
    }

    /// True if an element of this name is open.
    pub(super) fn is_open(&self, name: Name) -> bool {
        self.stack.iter().rev().any(|o| o.name() == name)
    }

    /// Where a list of choices begins that is open.
    pub(super) fn open_select(&self) -> Option<usize> {
        let is_root = |o: &Open| matches!(o.name(), el::SELECT | el::TEMPLATE);
        self.stack.iter().rposition(is_root).filter(|i| self.stack[*i].name() == el::SELECT)
    }

    /// The number of the table before which what comes next is shown, if it is.
    pub(super) fn before(&self) -> Option<usize> {
        self.stack.last().and_then(|o| o.before)
    }

    /// How text looks that comes next. In a table and outside of its cells it is shown before the table, as what stands
    /// around that looks (WHATWG 13.2.6.1).
    pub(super) fn style(&self) -> ComputedStyle {
        let is_outside = self.stack.last().is_some_and(|o| el::is_frame_of_table(o.name()));
        let is_root = |o: &Open| matches!(o.name(), el::TABLE | el::TEMPLATE);
        let root = || self.stack.iter().rposition(is_root).filter(|i| self.stack[*i].name() == el::TABLE);
        let table = is_outside.then(root).flatten();
        self.style_at(table.unwrap_or(self.stack.len()))
    }

    /// The style of the innermost of so many open elements.
    fn style_at(&self, depth: usize) -> ComputedStyle {
        self.stack[..depth].last().map(|o| o.style).unwrap_or_default()
    }

    /// How an element looks where it begins next, with nothing declared for it.
    pub(super) fn style_under(&self, name: Name) -> ComputedStyle {
        let mut style = if el::is_of_table(name) { self.style_at(self.stack.len()) } else { self.style() };
        if el::is_block(name) {
            style.begin_block();
        }
        if name == el::TEMPLATE {
            style.hide();
        }
        style
    }
}
