//! `[[brand]]`: the profile of a protected brand as it is written.

use serde::{Deserialize, Serialize};

/// What counts as proof that a brand sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Proof {
    /// An aligned DKIM signature or an aligned SPF pass.
    #[default]
    #[serde(rename = "dkim-or-spf")]
    DkimOrSpf,
    /// Only an aligned DKIM signature.
    #[serde(rename = "dkim")]
    Dkim,
}

/// `[[brand]]`: one protected brand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// Its name in logs and headers.
    pub name: String,
    /// Names people know it by; empty: `name`.
    #[serde(default)]
    pub names: Vec<String>,
    /// Names it signs with and stands in imprints under, such as `Elance, Inc.`.
    #[serde(default)]
    pub legal_names: Vec<String>,
    /// Domains it sends from and owns, subdomains included.
    pub domains: Vec<String>,
    /// Domains of others that may speak in its name when they are authenticated.
    #[serde(default)]
    pub allied: Vec<String>,
    /// Allies whose own names are protected too, because they are bait for the brand's members.
    #[serde(default)]
    pub ally: Vec<Ally>,
    /// Hosts of others its honest links lead to (click trackers).
    #[serde(default)]
    pub link_hosts: Vec<String>,
    /// Hosts of others its honest mail loads images from.
    #[serde(default)]
    pub image_hosts: Vec<String>,
    /// Pages where its members sign in, as `https://HOST/PATH`, each within `domains`, `allied` or `link_hosts`.
    #[serde(default)]
    pub signin_pages: Vec<String>,
    /// Domains that are neither trusted nor look-alike (freemail, tenants).
    #[serde(default)]
    pub neutral_domains: Vec<String>,
    /// Names that are ordinary words too: they count in a display name only.
    #[serde(default)]
    pub weak_names: Vec<String>,
    /// False if it sends no mail any more: then nothing proves that it sent a message, whatever verifies.
    #[serde(default = "sends")]
    pub sends_mail: bool,
    /// What counts as proof.
    #[serde(default)]
    pub proof: Proof,
    /// Selectors of the signatures that prove; empty: any.
    #[serde(default)]
    pub dkim_selectors: Vec<String>,
    /// Exact `d=` of the signatures that prove, each within `domains`; empty: any within `domains`.
    #[serde(default)]
    pub signing_domains: Vec<String>,
    /// Words that contain or resemble the name and are not it; they hold for all brands.
    #[serde(default)]
    pub not_us: Vec<String>,
    /// Mailboxes to which members forward suspicious mail; never refused, held or tagged for content.
    #[serde(default)]
    pub report_mailboxes: Vec<String>,
}

/// `[[brand.ally]]`: an ally that may speak in the brand's name, and in whose name nobody else may.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ally {
    /// Its name in logs and headers.
    pub name: String,
    /// Names people know it by; empty: `name`.
    #[serde(default)]
    pub names: Vec<String>,
    /// Domains it sends from and owns, subdomains included.
    pub domains: Vec<String>,
}

fn sends() -> bool {
    true
}

impl Brand {
    /// The profile of an ally: whoever may speak for the brand may name it.
    pub(in crate::policy) fn of_ally(&self, ally: &Ally) -> Brand {
        let kept = [&self.domains[..], &self.allied[..]].concat();
        Brand {
            name: ally.name.clone(),
            names: ally.names.clone(),
            domains: ally.domains.clone(),
            allied: kept.into_iter().filter(|domain| !ally.domains.contains(domain)).collect(),
            legal_names: vec![],
            ally: vec![],
            link_hosts: self.link_hosts.clone(),
            image_hosts: self.image_hosts.clone(),
            signin_pages: vec![],
            neutral_domains: self.neutral_domains.clone(),
            weak_names: vec![],
            sends_mail: true,
            proof: Proof::DkimOrSpf,
            dkim_selectors: vec![],
            signing_domains: vec![],
            not_us: vec![],
            report_mailboxes: vec![],
        }
    }

    /// The default brand.
    pub fn elance() -> Brand {
        let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        Brand {
            name: "Elance".into(),
            names: strings(&["Elance"]),
            legal_names: strings(&["Elance, Inc."]),
            domains: strings(&["elance.com"]),
            allied: strings(&["upwork.com"]),
            ally: vec![Ally { name: "Upwork".into(), names: vec![], domains: strings(&["upwork.com"]) }],
            link_hosts: vec![],
            image_hosts: vec![],
            signin_pages: vec![],
            neutral_domains: vec![],
            weak_names: vec![],
            sends_mail: true,
            proof: Proof::DkimOrSpf,
            dkim_selectors: vec![],
            signing_domains: vec![],
            not_us: strings(&["freelance", "lance", "glance", "behance", "thelancet"]),
            report_mailboxes: strings(&["spoof@elance.com"]),
        }
    }
}
