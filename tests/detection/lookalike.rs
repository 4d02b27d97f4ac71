//! Look-alike names by the thousand: what a generator in the manner of typosquatters' tools makes of two brands is
//! caught, and none of the most visited domains is taken for an imitation.
//!
//! `cargo test --test detection lookalike -- --nocapture` prints the share caught of each kind, and what was missed.

use crate::{imitations, suites};
use spoof_milter::judge::{load_policy, policy_of};
use spoof_milter::mail::Domain;
use spoof_milter::policy::Policy;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Names that are generated for each brand, at least.
const GENERATED: usize = 2000;
/// Share of them that is caught, at least, in per cent; and of each kind, some of which are few. A slip in the first
/// letter of a short name is let through: it makes other words (alance, olance), and nobody reads over it.
const CAUGHT: usize = 99;
const CAUGHT_OF_EACH_KIND: usize = 66;
/// Most visited domains there are to compare with.
const POPULAR: usize = 49_994;

/// Popular because people mistype: registered by typosquatters, or against them.
const TYPOSQUATS: [&str; 2] = ["microsof.net", "instragram.com"];

/// The default brand and a longer name of two words.
const BRANDS: &str = "[[brand]]\nname = \"Trust Wallet\"\ndomains = [\"trustwallet.com\"]\n";

fn default_brand() -> Policy {
    load_policy(None).unwrap()
}

fn second_brand() -> Policy {
    policy_of(BRANDS, "test").unwrap()
}

fn is_caught(policy: &Policy, domain: &str) -> bool {
    // What cannot be a domain name cannot be registered either.
    Domain::parse(domain).is_none_or(|d| !policy.imitations(&d).is_empty())
}

fn share_caught(policy: &Policy, name: &str, real: &[&str]) {
    let generated = imitations::of(name, real);
    assert!(generated.len() >= GENERATED, "{} names are generated for {name}", generated.len());
    let mut kinds: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for imitation in &generated {
        let (all, missed) = kinds.entry(imitation.kind).or_default();
        *all += 1;
        if !is_caught(policy, &imitation.domain) {
            missed.push(&imitation.domain);
        }
    }
    let missed: usize = kinds.values().map(|(_, missed)| missed.len()).sum();
    println!("{name}: {} of {} caught", generated.len() - missed, generated.len());
    for (kind, (all, missed)) in &kinds {
        println!("  {kind}: {} of {all}; missed: {}", all - missed.len(), missed.join(" "));
    }
    assert!(missed * 100 <= generated.len() * (100 - CAUGHT), "{name}: {missed} of {} missed", generated.len());
    for (kind, (all, missed)) in &kinds {
        assert!(missed.len() * 100 <= all * (100 - CAUGHT_OF_EACH_KIND), "{name}, {kind}: {missed:?}");
    }
}

#[test]
fn what_imitates_the_default_brand_is_caught() {
    share_caught(&default_brand(), "elance", &["lance", "glance"]);
}

#[test]
fn what_imitates_another_brand_is_caught_by_configuration_alone() {
    share_caught(&second_brand(), "trustwallet", &[]);
}

#[test]
fn no_popular_domain_is_taken_for_an_imitation() {
    let Some(list) = suites::data("popular-domains.txt", POPULAR) else { return };
    for (policy, own) in [(default_brand(), "elance.com"), (second_brand(), "trustwallet.com")] {
        let hits = hits(&policy, &list);
        let strangers: Vec<&String> = hits.iter().filter(|(d, _)| d.as_str() != own).map(|(_, how)| how).collect();
        assert!(strangers.is_empty(), "{strangers:#?}");
    }
}

/// Popular domains that imitate a brand of the policy, and how.
fn hits(policy: &Policy, list: &str) -> Vec<(Domain, String)> {
    let domains = list.lines().filter_map(|l| Domain::parse(l.trim()));
    domains.flat_map(|d| policy.imitations(&d).into_iter().map(move |i| (d.clone(), i.how))).collect()
}

/// With many brands, popular domains are hit only where they bear a brand's name in full: other countries' domains of
/// the brand, mostly, and partners, for which the profile has `domains`, `neutral_domains` and `not_us`.
#[test]
fn popular_domains_that_are_hit_bear_the_name() {
    let (Some(list), Some(brands)) =
        (suites::data("popular-domains.txt", POPULAR), suites::data("brands.toml", POPULAR))
    else {
        return;
    };
    let policy = policy_of(&brands, "brands.toml").unwrap();
    let hits = hits(&policy, &list);
    println!("{} of the popular domains are hit:", hits.len());
    hits.iter().for_each(|(_, how)| println!("  {how}"));
    let names: Vec<String> =
        policy.brands.iter().flat_map(|b| b.compact_names().map(|n| n.as_str().to_owned())).collect();
    let bare = |d: &Domain| d.as_str().replace('-', "");
    let honest = |d: &Domain| !TYPOSQUATS.contains(&d.as_str());
    let strangers: Vec<_> =
        hits.iter().filter(|(d, _)| honest(d) && !names.iter().any(|n| bare(d).contains(n))).collect();
    assert!(strangers.is_empty(), "{strangers:#?}");
}

/// A host costs the same whatever the number of brands; a thousand brands are read at once.
#[test]
fn many_brands_and_many_hosts_cost_little() {
    let brand = |n: usize| format!("[[brand]]\nname = \"Brand {n} Northbank\"\ndomains = [\"northbank{n}.example\"]\n");
    let text: String = (0..1000).map(brand).collect();
    let start = Instant::now();
    let many = policy_of(&text, "test").unwrap();
    let read = start.elapsed();
    let hosts: Vec<Domain> =
        (0..2000).map(|n| Domain::parse(&format!("www{n}.my-shop{n}.secure-login.example")).unwrap()).collect();
    let time = |policy: &Policy| {
        let start = Instant::now();
        assert_eq!(hosts.iter().filter(|h| !policy.imitations(h).is_empty()).count(), 0);
        start.elapsed()
    };
    let (one, all) = (time(&default_brand()), time(&many));
    println!("1000 brands read in {read:?}; 2000 hosts: {one:?} with one brand, {all:?} with 1000");
    // Unoptimised and beside other work: the bounds are for what grows with the square.
    assert!(read < Duration::from_secs(5), "{read:?}");
    assert!(all < one * 4 + Duration::from_millis(200), "{one:?}, {all:?}");
}
