//! From a configuration file to a [`Policy`]: read, checked, compiled.
//!
//! Refuses unknown keys, wrong types and values that cannot work, and says where: file, line, column, the key, what is
//! wrong with it, and the nearest valid name. Nothing is guessed and nothing is half loaded.

use crate::lookalike::NotUs;
use crate::mail::Domain;
use crate::policy::action::Ladder;
use crate::policy::brand::Brand;
use crate::policy::check::{check_brands, check_signals, check_values};
use crate::policy::compiled::Policy;
use crate::policy::config::brand::Brand as Profile;
use crate::policy::config::sections::{self, Config};
use crate::policy::error::ConfigError;
use crate::policy::forwarder::Forwarder;
use crate::policy::hosts::Hosts;
use crate::policy::id::id_of;
use crate::policy::position::Position;
use crate::policy::sources;
use crate::policy::sources::Source;
use crate::text::spelt::Spellings;
use std::path::Path;
use std::sync::Arc;

impl Policy {
    /// The policy of a file and of the brands beside it (`brands.d/*.toml`); of the defaults without one. Each file is
    /// read once. `known` are the ids that `[signals.<id>]` may name.
    pub fn load(path: Option<&Path>, known: &[&str]) -> Result<Policy, ConfigError> {
        match path {
            Some(path) => Policy::compile(&sources::read(path)?, known),
            None => Policy::from_toml("", "defaults", known),
        }
    }

    /// The policy of a text; `origin` names it in errors.
    pub fn from_toml(text: &str, origin: &str, known: &[&str]) -> Result<Policy, ConfigError> {
        Policy::compile(&[Source { text: text.to_owned(), origin: origin.to_owned() }], known)
    }

    fn compile(sources: &[Source], known: &[&str]) -> Result<Policy, ConfigError> {
        let (config, written) = sources::merge(sources)?;
        let main = written.main;
        check_values(&config, &main)?;
        check_signals(&config, &main, known)?;
        check_brands(&config, &written)?;
        // Words that imitate no brand: what any of them says is not it, and the names of them all.
        let words = config.brand.iter().flat_map(|b| b.not_us.iter().chain(&b.names));
        let not_us = Arc::new(NotUs::new(words.map(String::as_str)));
        let compile = |(n, profile): (usize, &Profile)| {
            Brand::compile(profile, n, &not_us).map_err(|(key, value)| {
                written.error(n, key, &format!("{value:?} of brand {:?} cannot be used", profile.name))
            })
        };
        let mut brands = config.brand.iter().enumerate().map(compile).collect::<Result<Vec<Brand>, ConfigError>>()?;
        // Allies are brands of their own, behind those that are written, and each once.
        for (profile, ally) in config.brand.iter().flat_map(|b| b.ally.iter().map(move |ally| (b, ally))) {
            let known = |b: &Brand| ally.domains.iter().filter_map(|d| Domain::parse(d)).any(|d| b.owns(&d));
            if !brands.iter().any(known) {
                brands.push(compile((brands.len(), &profile.of_ally(ally)))?);
            }
        }
        let lookalikes = Brand::index(&mut brands, &not_us);
        let mut spellings = Spellings::default();
        for brand in &brands {
            brand.compact_names().for_each(|name| spellings.add(brand.number(), name.as_str()));
        }
        let forwarders = compile_forwarders(&config, &main)?;
        let hosts = Hosts::compile(&config.links, &config.auth.list_operators)
            .map_err(|(key, what)| main.error(&["links", key], &what))?;
        let ladder =
            Ladder { tag: config.policy.tag, quarantine: config.policy.quarantine, reject: config.policy.reject };
        let brand_files = (0..brands.len()).map(|n| written.file(n).to_owned()).collect();
        let id = id_of(&config);
        Ok(Policy { id, ladder, brands, brand_files, lookalikes, spellings, not_us, forwarders, hosts, config })
    }
}

fn compile_forwarders(config: &Config, main: &Position<'_>) -> Result<Vec<Forwarder>, ConfigError> {
    let numbered = config.auth.forwarder.iter().enumerate();
    let compile = |(n, written): (usize, &sections::Forwarder)| {
        Forwarder::compile(written)
            .map_err(|(key, what)| main.error(&["auth", "forwarder", &n.to_string(), key], &what))
    };
    numbered.map(compile).collect()
}
