//! Polled lists: no page of arbitrary bytes may panic, and what is kept of one is read by its feed's connector.
#![no_main]

use std::sync::LazyLock;

use cho40::feeds::{Decoded, FeedConfig, ListApi, Provider, connector};
use cho40::primitives::UnixMs;
use libfuzzer_sys::fuzz_target;

/// 2026-09-10 19:27:01 in Vietnam.
const NOW: UnixMs = UnixMs(1_789_043_221_000);

static SEPAY: LazyLock<FeedConfig> = LazyLock::new(|| {
    FeedConfig::parse(Provider::Sepay, r#"{"authentication":"hmac"}"#).expect("usable")
});
static CASSO: LazyLock<FeedConfig> = LazyLock::new(|| {
    FeedConfig::parse(Provider::Casso, r#"{"version":"v2"}"#).expect("usable")
});

fuzz_target!(|input: &[u8]| {
    for api in ListApi::ALL {
        let Ok(page) = api.page(input) else { continue };
        let config = if api.provider() == Provider::Casso { &CASSO } else { &SEPAY };
        let kept = api.kept_body(&page.rows);
        assert!(std::str::from_utf8(&kept).is_ok());
        if let Ok(Decoded::Transfers(transfers)) =
            connector(api.provider()).decode(config, &kept, NOW)
        {
            assert!(transfers.len() <= page.rows.len(), "more came out than was listed");
            for transfer in transfers {
                assert!(transfer.amount.is_positive());
                assert!(!transfer.provider_id.is_empty());
                let _ = (transfer.namespace(), transfer.fingerprint());
            }
        }
    }
});
