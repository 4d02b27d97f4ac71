//! Style sheets and declarations, cut up by `cssparser` as browsers do (CSS Syntax 3).
//!
//! Of a sheet only rules are kept that say something about being seen. At-rules that hold under a condition are read
//! for what they may show; those for print or speech are left out. Broken CSS says nothing.

use super::declarations::Declarations;
use super::media::Media;
use super::selector::{Selector, read_list};
use crate::text::fold::first_bytes;
use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, StyleSheetParser, Token,
};
use std::borrow::Cow;

/// Octets of the longest property that is read.
const MAX_PROPERTY_BYTES: usize = 24;
/// Octets of the text that one rule puts into elements, and pieces it is made of.
const MAX_CONTENT_BYTES: usize = 500;
const MAX_TEXTS: usize = 20;
/// At-rules inside one another that are read. Honest sheets have two.
const MAX_DEPTH: usize = 8;

/// The declarations of one block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Block {
    pub(super) normal: Declarations,
    pub(super) important: Declarations,
}

impl Block {
    /// Reads a `style` attribute.
    pub(super) fn of_attribute(css: &str) -> Block {
        Body::read(&mut Parser::new(css), 0).block
    }
}

/// Text that a sheet puts into elements (CSS Content 3).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Text {
    Given(Box<str>),
    /// The value of an attribute.
    Of(Box<str>),
}

/// One selector and what it declares.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) selector: Selector,
    /// The text of a pseudo-element.
    pub(super) content: Vec<Text>,
    pub(super) block: Block,
    /// False if it holds perhaps.
    pub(super) is_sure: bool,
}

/// Gives every rule of a sheet that speaks of being seen, in order.
pub(super) fn read_sheet(css: &str, media: Media, take: &mut dyn FnMut(Rule)) {
    let mut reading = Sheet { media, depth: 0, take };
    StyleSheetParser::new(&mut Parser::new(css), &mut reading).for_each(drop);
}

struct Sheet<'t> {
    media: Media,
    depth: usize,
    take: &'t mut dyn FnMut(Rule),
}

impl Sheet<'_> {
    fn keep(&mut self, rule: Rule) {
        let speaks = match rule.selector.side {
            Some(_) => !rule.content.is_empty(),
            None => !rule.block.normal.is_silent() || !rule.block.important.is_silent(),
        };
        if speaks {
            (self.take)(rule);
        }
    }
}

impl<'i> QualifiedRuleParser<'i> for Sheet<'_> {
    type Prelude = (Vec<Selector>, bool);
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Self::Prelude, ParseError<()>> {
        Ok(read_list(input))
    }

    fn parse_block(
        &mut self,
        prelude: Self::Prelude,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<()>> {
        let (selectors, is_known) = prelude;
        let body = Body::read(input, 0);
        let is_sure = is_known && !body.has_rules && self.media == Media::All;
        // Text for a state or a neighbour, which nobody knows here, would stand everywhere.
        for selector in selectors.into_iter().filter(|s| s.side.is_none() || is_known) {
            self.keep(Rule { selector, content: body.content.clone(), block: body.block, is_sure });
        }
        body.inner.into_iter().for_each(|rule| self.keep(rule));
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for Sheet<'_> {
    type Prelude = Media;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<Media, ParseError<()>> {
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n));
        let from = input.position();
        input.expect_no_error_token()?;
        Ok(if is(&["media"]) {
            Media::of_media(input.slice_from(from))
        } else if is(&["page", "font-face", "import", "charset", "namespace"]) || name.ends_with("keyframes") {
            Media::None
        } else {
            Media::Some
        })
    }

    fn parse_block(&mut self, media: Media, _: &ParserState, input: &mut Parser<'i>) -> Result<(), ParseError<()>> {
        if media > Media::None && self.depth < MAX_DEPTH {
            let mut inner = Sheet { media: self.media.min(media), depth: self.depth + 1, take: self.take };
            StyleSheetParser::new(input, &mut inner).for_each(drop);
        }
        Ok(())
    }
}

/// What stands in the braces of a rule.
#[derive(Default)]
struct Body {
    block: Block,
    content: Vec<Text>,
    /// True if it has rules in it, which some programs read and others trip over.
    has_rules: bool,
    /// These rules, which hold perhaps.
    inner: Vec<Rule>,
    depth: usize,
}

impl Body {
    fn read(input: &mut Parser, depth: usize) -> Body {
        let mut body = Body { depth, ..Body::default() };
        RuleBodyParser::new(input, &mut body).for_each(drop);
        body
    }

    /// Reads a rule inside this one.
    fn read_inner(&mut self, selectors: Vec<Selector>, input: &mut Parser) {
        self.has_rules = true;
        if self.depth < MAX_DEPTH {
            let Body { block, inner, .. } = Body::read(input, self.depth + 1);
            let rule = |selector| Rule { selector, content: vec![], block, is_sure: false };
            self.inner.extend(selectors.into_iter().map(rule));
            self.inner.extend(inner);
        }
    }
}

impl<'i> DeclarationParser<'i> for Body {
    type Declaration = ();
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<(), ParseError<()>> {
        let from = input.position();
        input.expect_no_error_token()?;
        let mut lower = [0; MAX_PROPERTY_BYTES];
        let Some(lower) = lower.get_mut(..name.len()) else { return Ok(()) };
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        if lower == b"content" {
            self.content = content(input.slice_from(from));
            return Ok(());
        }
        let value = plain(input.slice_from(from));
        if value.contains('{') {
            // No value, perhaps a rule.
            return Err(ParseError::unexpected_token());
        }
        let (value, declarations) = match value.rsplit_once('!') {
            Some((value, word)) if word.trim() == "important" => (value, &mut self.block.important),
            // Browsers leave out what has another word there.
            Some(_) if !value.contains('(') => return Ok(()),
            _ => (&*value, &mut self.block.normal),
        };
        declarations.declare(lower, value);
        Ok(())
    }
}

/// The text of a `content`, cut to a bounded length; what stands behind a slash is read aloud only.
fn content(value: &str) -> Vec<Text> {
    let mut input = Parser::new(value);
    let (mut texts, mut room) = (Vec::new(), MAX_CONTENT_BYTES);
    while let Ok(token) = input.next() {
        match token {
            Token::QuotedString(text) => {
                let text = first_bytes(text, room);
                room -= text.len();
                texts.extend((!text.is_empty()).then(|| Text::Given(text.into())));
            }
            Token::Function(name) if name.eq_ignore_ascii_case("attr") => {
                let name = input.parse_nested_block(|input| Ok::<_, ParseError<()>>(input.expect_ident_cloned()?));
                texts.extend(name.ok().map(|name| Text::Of(name.to_ascii_lowercase().into())));
            }
            Token::Delim('/' | '!') => break,
            _ => {}
        }
        if room == 0 || texts.len() >= MAX_TEXTS {
            break;
        }
    }
    texts
}

/// A value in lower case, with its comments and escapes read.
fn plain(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    if value.contains("/*") || value.contains('\\') {
        let mut input = Parser::new(value);
        let mut text = String::new();
        while let Ok(token) = input.next_including_whitespace_and_comments() {
            match token {
                Token::Ident(word) => text.push_str(word),
                // It parts what stands to its sides.
                Token::Comment(_) => text.push(' '),
                token => text.push_str(&cssparser::ToCss::to_css_string(token)),
            }
        }
        return Cow::Owned(text.to_ascii_lowercase());
    }
    lowered(value)
}

/// The text in lower case as far as it is ASCII.
pub(super) fn lowered(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

impl<'i> QualifiedRuleParser<'i> for Body {
    type Prelude = Vec<Selector>;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Vec<Selector>, ParseError<()>> {
        Ok(read_list(input).0)
    }

    fn parse_block(
        &mut self,
        selectors: Vec<Selector>,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<()>> {
        self.read_inner(selectors, input);
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for Body {
    type Prelude = ();
    type AtRule = ();
    type Error = ();

    fn parse_prelude(&mut self, _: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<(), ParseError<()>> {
        Ok(input.expect_no_error_token()?)
    }

    fn parse_block(&mut self, (): (), _: &ParserState, input: &mut Parser<'i>) -> Result<(), ParseError<()>> {
        self.read_inner(vec![Selector::of_any()], input);
        Ok(())
    }
}

impl RuleBodyItemParser<'_, (), ()> for Body {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        true
    }
}
