//! A From field of any octets, read against other readers: whoever sees the brand in it unproven, the verdict is at
//! least quarantine. The same property as tests/from/fuzz.rs, with a fuzzer that follows the code's branches.

#![no_main]

#[path = "../../tests/from/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;
use readers::who_sees_the_brand;
use spoof_milter::auth::Authenticator;
use spoof_milter::judge::{judge, policy_of};
use spoof_milter::mail::{Envelope, Message};
use spoof_milter::policy::{Action, Policy};
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

static GATEWAY: LazyLock<(Runtime, Policy)> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    (runtime, policy_of("", "fuzz").expect("the default policy"))
});

fuzz_target!(|value: &[u8]| {
    let (runtime, policy) = &*GATEWAY;
    let raw = [b"From:", value, b"\r\n\r\nHello.\r\n"].concat();
    let message = Message::parse(raw.clone(), true);
    let verdict = runtime.block_on(judge(&Envelope::default(), &message, policy, &Authenticator::offline()));
    if let Some((reader, domain)) = who_sees_the_brand(&raw) {
        assert!(verdict.action >= Action::Quarantine, "the reader {reader} sees {domain:?}: {:?}", verdict.findings);
    }
});
