//! SePay Bank Hub: neither verifying nor decoding arbitrary bytes may panic, and what
//! nobody signed is never believed.
#![no_main]

use std::sync::LazyLock;

use cho40::feeds::{Decoded, FeedConfig, Headers, Incoming, Provider, Secret, connector};
use cho40::primitives::UnixMs;
use libfuzzer_sys::fuzz_target;

/// 2026-09-10 19:27:01 in Vietnam.
const NOW: UnixMs = UnixMs(1_789_043_221_000);
/// A line of the input for each header, the rest is the body.
const HEADERS: [&str; 2] = ["x-secret-key", "authorization"];

static SECRET: LazyLock<Secret> = LazyLock::new(|| {
    connector(Provider::SepayBankHub)
        .accept_secret("whsec_5d1c0f6b5a7e4c3d9b8a7f6e5d4c3b2a")
        .expect("a usable secret")
});
static CONFIGS: LazyLock<Vec<FeedConfig>> = LazyLock::new(|| {
    [r#"{"authentication":"secret_key"}"#, r#"{"authentication":"api_key"}"#]
        .map(|json| {
            FeedConfig::parse(Provider::SepayBankHub, json).expect("a usable configuration")
        })
        .into()
});

fuzz_target!(|input: &[u8]| {
    let connector = connector(Provider::SepayBankHub);
    let mut parts = input.splitn(HEADERS.len() + 1, |byte| *byte == b'\n');
    let headers: Headers = HEADERS.iter().zip(parts.by_ref()).collect();
    let body = parts.next().unwrap_or(input);
    let incoming = Incoming { method: "POST", path_tail: "", query: "", headers: &headers, body };
    for config in CONFIGS.iter() {
        let secrets = std::slice::from_ref(&*SECRET);
        let verified = connector.verify(config, secrets, &incoming, NOW);
        assert!(verified.is_err(), "believed what nobody signed");
        if let Ok(Decoded::Transfers(transfers)) = connector.decode(config, body, NOW) {
            for transfer in transfers {
                assert!(transfer.amount.is_positive());
                assert!(!transfer.provider_id.is_empty());
                let _ = (transfer.namespace(), transfer.fingerprint());
            }
        }
    }
    let _ = connector.private_body(body);
    let stored = headers.to_stored_json(connector.kept_headers());
    assert!(Headers::from_stored_json(&stored).is_some());
});
