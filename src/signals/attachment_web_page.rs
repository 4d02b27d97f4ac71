//! A web page or SVG as an attachment that asks for a password, unpacks itself or leads on.

use super::signal::{Check, Kind, Signal};
use crate::mail::Harm;

pub(super) static SIGNAL: Signal = Signal {
    id: "attachment-web-page",
    title: "An attached web page asks for a password or acts by itself",
    why: "A page that is attached needs no server that could be blocked, and a browser runs its scripts: forged \
          sign-in pages, pages whose script unpacks what they show, pages that lead on at once. Innocent case: a \
          report as a web page has none of these; a page saved from a site with a sign-in form has.",
    points: 40,
    at_least: None,
    kind: Kind::Concealment,
    check: Check::Message(|e| e.first_harm(Harm::WebPage)),
};
