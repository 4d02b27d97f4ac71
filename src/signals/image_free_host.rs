//! `<img src="https://i.imgur.com/x.png">`: a picture of the brand that anybody put up.

use super::signal::{Check, Kind, Signal};
use crate::evidence::Evidence;
use crate::evidence::destination::quoted;
use crate::mail::LinkKind;
use crate::policy::Brand;

pub(super) static SIGNAL: Signal = Signal {
    id: "image-free-host",
    title: "A picture comes from a host where anybody can put up pictures",
    why: "A firm's mail takes its pictures from its own servers or its mailer's; forged mail puts a picture of the \
          brand's mail on a free host. Innocent case: people who put pictures into mail about the brand; so it counts \
          only beside a claim. Hosts are listed in conf/hosts/image_hosts.toml and [links].",
    points: 25,
    at_least: None,
    kind: Kind::Intent,
    check: Check::Brand(check),
};

fn check(e: &Evidence<'_>, brand: &Brand) -> Option<String> {
    let images = e.message.body.links.iter().filter(|l| l.kind == LinkKind::Image);
    images.filter_map(|l| Some((l, l.domain()?))).filter(|(_, host)| !brand.links_to(host)).find_map(|(link, host)| {
        let listed = e.policy.hosts.image_host(host)?;
        Some(format!("the picture {} comes from {listed}", quoted(link)))
    })
}
