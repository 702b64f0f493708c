//! A phone's notices: neither reading a body nor fitting a template may panic, whatever is sent,
//! and what is read is a positive sum.
#![no_main]

use cho40::feeds::phone::{
    MAX_TEXT_CHARS, Notice, Pattern, Read, Sent, Template, app_key, examples, fit, normalised,
    read, read_notice, sort, without_balances,
};
use cho40::feeds::{Decoded, FeedConfig, Provider, connector};
use cho40::primitives::UnixMs;
use libfuzzer_sys::fuzz_target;

/// 2026-09-10 19:27:01 in Vietnam.
const NOW: UnixMs = UnixMs(1_789_043_221_000);

fuzz_target!(|input: &[u8]| {
    let connector = connector(Provider::Phone);
    let config = FeedConfig::parse(Provider::Phone, "{}").expect("a usable configuration");
    if let Ok(Decoded::Transfers(transfers)) = connector.decode(&config, input, NOW) {
        assert!(transfers.iter().all(|transfer| transfer.amount.is_positive()));
    }
    let _ = connector.private_body(input);
    if let Ok(Sent::Notice(notice)) = read_notice(input, NOW) {
        let _ = sort(&notice.whole());
    }
    // A pattern of its own before the first line end, and a text to fit it.
    let Ok(input) = std::str::from_utf8(input) else { return };
    let (pattern, text) = input.split_once('\n').unwrap_or(("", input));
    let text = normalised(text);
    assert_eq!(normalised(&text), text);
    let _ = (sort(&text), without_balances(&text));
    let Ok(pattern) = Pattern::parse("pattern", pattern) else { return };
    let _ = fit(&pattern, &text);
    let written = pattern.to_string();
    assert_eq!(Pattern::parse("pattern", &written).as_ref(), Ok(&pattern));
    let template = Template {
        id: "fuzz".into(),
        app: app_key("fuzz"),
        bin: "970436".into(),
        direction: None,
        pattern,
    };
    let app = "fuzz".to_owned();
    let notice = Notice { app, title: String::new(), text, posted_at: NOW, told_at: NOW };
    if let Read::Transfer(reading) = read(&[template], &notice) {
        assert!(reading.amount.is_positive());
        assert!(notice.text.chars().count() <= MAX_TEXT_CHARS);
    }
    assert!(examples::all().count() > 10);
});
