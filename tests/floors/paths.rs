//! Every path a source file names: `use` trees, paths in code and types, and those among the tokens of macros and
//! attributes, strings such as `#[serde(default = "…")]` holds included. Documentation and visibility name nothing.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A path as written.
pub(crate) struct Named {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    /// The module around it: the file's, and inline ones.
    pub(crate) inside: Vec<String>,
    /// True if it stands in test code.
    pub(crate) test: bool,
    /// The name a `use` gives to it.
    pub(crate) binds: Option<String>,
}

/// A `mod name;`.
pub(crate) struct Module {
    pub(crate) name: String,
    /// `#[path]`.
    pub(crate) path: Option<String>,
    pub(crate) test: bool,
}

/// What a file holds.
pub(crate) struct Read {
    pub(crate) named: Vec<Named>,
    pub(crate) modules: Vec<Module>,
    /// Lines of inline test modules.
    pub(crate) test_lines: usize,
}

/// Reads a file whose module is `module`.
pub(crate) fn read(file: &syn::File, module: &[String]) -> Read {
    let read = Read { named: vec![], modules: vec![], test_lines: 0 };
    let mut reader = Reader { read, inside: module.to_vec(), tests: 0 };
    reader.visit_file(file);
    reader.read
}

struct Reader {
    read: Read,
    inside: Vec<String>,
    /// How many test items are around here.
    tests: usize,
}

impl Reader {
    fn name(&mut self, path: Vec<String>, line: usize, binds: Option<String>) {
        let (inside, test) = (self.inside.clone(), self.tests > 0);
        self.read.named.push(Named { path, line, inside, test, binds });
    }

    fn within_tests(&mut self, test: bool, visit: impl FnOnce(&mut Reader)) {
        self.tests += usize::from(test);
        visit(self);
        self.tests -= usize::from(test);
    }

    fn tree(&mut self, tree: &syn::UseTree, mut path: Vec<String>) {
        let line = tree.span().start().line;
        match tree {
            syn::UseTree::Path(deeper) => {
                path.push(plain(&deeper.ident));
                self.tree(&deeper.tree, path);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(item, path.clone())),
            syn::UseTree::Glob(_) => {
                path.push("*".into());
                self.name(path, line, None);
            }
            syn::UseTree::Name(name) => self.import(path, &name.ident, &name.ident, line),
            syn::UseTree::Rename(renamed) => self.import(path, &renamed.ident, &renamed.rename, line),
        }
    }

    fn import(&mut self, mut path: Vec<String>, item: &proc_macro2::Ident, bound: &proc_macro2::Ident, line: usize) {
        let binds = if item == "self" && item == bound { path.last().cloned() } else { Some(plain(bound)) };
        if item != "self" || path.is_empty() {
            path.push(plain(item));
        }
        self.name(path, line, binds);
    }

    /// Paths among tokens: names joined by `::`, of at least two.
    fn tokens(&mut self, tokens: TokenStream, prefix: &[String]) {
        let (mut path, mut line, mut colons) = (vec![], 0, 0);
        for token in tokens {
            match token {
                TokenTree::Punct(p) if p.as_char() == ':' && colons < 2 => colons += 1,
                TokenTree::Ident(ident) if colons == 2 && !path.is_empty() => {
                    path.push(plain(&ident));
                    colons = 0;
                }
                TokenTree::Ident(ident) => {
                    self.end(&mut path, line);
                    path = [prefix, &[plain(&ident)]].concat();
                    (line, colons) = (ident.span().start().line, 0);
                }
                TokenTree::Group(group) => {
                    self.group(&group, if colons == 2 { &path } else { &[] });
                    self.end(&mut path, line);
                    colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.end(&mut path, line);
                    colons = 0;
                }
            }
        }
        self.end(&mut path, line);
    }

    fn group(&mut self, group: &Group, path: &[String]) {
        let prefix = if group.delimiter() == Delimiter::Brace { path } else { &[] };
        self.tokens(group.stream(), prefix);
    }

    fn end(&mut self, path: &mut Vec<String>, line: usize) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.name(path, line, None);
        }
    }

    /// Paths in the strings of an attribute.
    fn strings(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.strings(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).map(|l| l.value());
                    if let Ok(path) = text.and_then(|text| syn::parse_str::<syn::Path>(&text)) {
                        self.end(&mut segments(&path), literal.span().start().line);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.within_tests(for_tests(attributes(item)), |reader| visit::visit_item(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within_tests(for_tests(&item.attrs), |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let test = for_tests(&item.attrs);
        let Some((braces, items)) = &item.content else {
            self.read.modules.push(Module { name: plain(&item.ident), path: path_of(&item.attrs), test });
            return;
        };
        if test && self.tests == 1 {
            let first = item.attrs.iter().map(|a| a.pound_token.span.start().line).min().unwrap_or_default();
            self.read.test_lines += braces.span.close().end().line + 1 - first;
        }
        self.inside.push(plain(&item.ident));
        items.iter().for_each(|item| self.visit_item(item));
        self.inside.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, vec![]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.end(&mut segments(path), path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let mut path = segments(&call.path);
        if let [name] = path.as_mut_slice() {
            name.push('!');
        }
        self.name(path, call.path.span().start().line, None);
        self.tokens(call.tokens.clone(), &[]);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if !attribute.path().is_ident("doc") {
            visit::visit_attribute(self, attribute);
            if let syn::Meta::List(list) = &attribute.meta {
                self.tokens(list.tokens.clone(), &[]);
                self.strings(list.tokens.clone());
            }
        }
    }

    /// `pub(super)` and `pub(in …)` tell who may look, not what is used.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

fn plain(ident: &proc_macro2::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|s| plain(&s.ident)).collect()
}

/// True if what bears these attributes is compiled for tests only.
fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| match &a.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

fn path_of(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|a| match &a.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
