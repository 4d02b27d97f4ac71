//! The source files as a house: which module each file is, to which room it belongs, and which paths it names.
//!
//! Files are found as the compiler finds them, by `mod` from `lib.rs` on. A module that cannot be read or parsed fails
//! the test with its name.

use crate::paths::{self, Named};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One source file.
pub(crate) struct File {
    /// Its path below src/.
    pub(crate) name: String,
    /// The top-level folder or file of src/ it belongs to.
    pub(crate) room: String,
    /// Names of its module and those around it, the crate's left out.
    pub(crate) module: Vec<String>,
    /// True if it is compiled for tests only.
    pub(crate) test: bool,
    /// Its lines, comments and empty ones included.
    pub(crate) lines: usize,
    /// Those of its inline test modules.
    pub(crate) test_lines: usize,
    named: Vec<Named>,
}

/// All files of a crate.
pub(crate) struct House {
    pub(crate) files: Vec<File>,
    /// Files no `mod` leads to; `main.rs` is a crate of its own.
    pub(crate) undeclared: Vec<String>,
    by_module: BTreeMap<Vec<String>, usize>,
}

impl House {
    /// Reads the crate whose `lib.rs` lies in `src`.
    pub(crate) fn read(src: &Path) -> House {
        let mut house = House { files: vec![], undeclared: vec![], by_module: BTreeMap::new() };
        house.enter(src, &src.join("lib.rs"), vec![], false);
        house.files.sort_by(|a, b| a.name.cmp(&b.name));
        house.by_module = house.files.iter().enumerate().map(|(at, f)| (f.module.clone(), at)).collect();
        let known = |name: &String| name == "main.rs" || house.files.iter().any(|f| f.name == *name);
        let all = rust_files(src);
        house.undeclared = all.iter().map(|p| name_below(src, p)).filter(|name| !known(name)).collect();
        house
    }

    fn enter(&mut self, src: &Path, path: &Path, module: Vec<String>, test: bool) {
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let syntax = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let read = paths::read(&syntax, &module);
        for child in read.modules {
            let inner = module.iter().cloned().chain([child.name.clone()]).collect();
            self.enter(src, &file_of(path, &child), inner, test || child.test);
        }
        let name = name_below(src, path);
        let room = name.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let lines = text.lines().count();
        self.files.push(File { name, room, module, test, lines, test_lines: read.test_lines, named: read.named });
    }

    /// The paths a file names, each with its line, resolved as far as imports and modules tell: `crate::…` for what is
    /// ours, the crate's name first for what is not.
    pub(crate) fn paths<'a>(&'a self, file: &'a File) -> impl Iterator<Item = (usize, Vec<String>)> + 'a {
        file.named.iter().map(|named| (named.line, self.resolve(file, &named.inside, &named.path, 0)))
    }

    /// The same of its code, tests left out.
    pub(crate) fn code_paths<'a>(&'a self, file: &'a File) -> impl Iterator<Item = (usize, Vec<String>)> + 'a {
        let code = file.named.iter().filter(|named| !named.test && !file.test);
        code.map(|named| (named.line, self.resolve(file, &named.inside, &named.path, 0)))
    }

    /// Indices of the files of the same room that a file's code, tests left out, names.
    pub(crate) fn neighbours<'a>(&'a self, at: usize) -> impl Iterator<Item = usize> + 'a {
        let file = &self.files[at];
        let targets = self.code_paths(file).filter_map(|(_, path)| self.file_of(&path));
        targets.filter(move |to| *to != at && self.files[*to].room == file.room && !self.files[*to].test)
    }

    /// The file a path leads to: that of the innermost module it names.
    fn file_of(&self, path: &[String]) -> Option<usize> {
        let ours = path.split_first().filter(|(first, _)| *first == "crate").map(|(_, rest)| rest)?;
        (1..=ours.len()).rev().find_map(|length| self.by_module.get(&ours[..length]).copied())
    }

    fn resolve(&self, file: &File, inside: &[String], path: &[String], depth: usize) -> Vec<String> {
        /// Imports of imports that are followed.
        const DEPTH: usize = 4;
        let from = |module: &[String], rest: &[String]| [&["crate".to_owned()], module, rest].concat();
        let first = path[0].as_str();
        let ups = path.iter().take_while(|segment| *segment == "super").count();
        match first {
            "crate" => path.to_vec(),
            "self" => self.resolve_supers(inside, &path[1..]),
            "super" => from(&inside[..inside.len().saturating_sub(ups)], &path[ups..]),
            _ if self.by_module.contains_key(&[inside, &path[..1]].concat()) => from(inside, path),
            _ => {
                let import = |n: &&Named| n.binds.as_deref() == Some(first) && n.inside == inside && n.path[0] != first;
                match file.named.iter().find(import).filter(|_| depth < DEPTH) {
                    Some(named) => self.resolve(file, inside, &[&named.path, &path[1..]].concat(), depth + 1),
                    None => path.to_vec(),
                }
            }
        }
    }

    /// What follows `self::`, which may be `super`.
    fn resolve_supers(&self, inside: &[String], rest: &[String]) -> Vec<String> {
        let ups = rest.iter().take_while(|segment| *segment == "super").count();
        [&["crate".to_owned()], &inside[..inside.len().saturating_sub(ups)], &rest[ups..]].concat()
    }
}

/// Every Rust file below a folder, sorted.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let listing = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut entries: Vec<PathBuf> = listing.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut found = vec![];
    for path in entries {
        if path.is_dir() && !path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')) {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// The file of `mod child;` in the file at `parent`.
fn file_of(parent: &Path, child: &paths::Module) -> PathBuf {
    let folder = parent.parent().unwrap();
    if let Some(path) = &child.path {
        return folder.join(path);
    }
    let stem = parent.file_stem().unwrap();
    let folder = if stem == "lib" || stem == "mod" { folder.to_owned() } else { folder.join(stem) };
    let flat = folder.join(format!("{}.rs", child.name));
    if flat.is_file() { flat } else { folder.join(&child.name).join("mod.rs") }
}

fn name_below(src: &Path, path: &Path) -> String {
    path.strip_prefix(src).unwrap().display().to_string()
}
