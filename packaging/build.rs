//! Takes the files of all languages into the program: lists `conf/languages/*.toml` by name and text for
//! `src/wording/languages.rs`, so that a new language is a new file and nothing else.
//!
//! The build fails if the folder cannot be read or a file's name is not UTF-8.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const FOLDER: &str = "conf/languages";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=packaging/build.rs");
    println!("cargo:rerun-if-changed={FOLDER}");
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join(FOLDER);
    let mut files = Vec::<PathBuf>::new();
    for entry in std::fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.file_stem().and_then(|name| name.to_str()).ok_or("the name of a file is not UTF-8")?;
        // Relative to the crate, so that a list that was kept does not point into a working tree that is gone.
        writeln!(
            list,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{FOLDER}/{name}.toml\"))),"
        )?;
    }
    list.push_str("]\n");
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("languages.rs"), list)?;
    Ok(())
}
