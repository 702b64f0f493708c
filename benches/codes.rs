//! Codes and memos: what a request for a card's picture and what one webhook cost in the processor.
//! One thread, no network, no database; medians.

mod support {
    pub mod figures;
    pub mod options;
    pub mod timing;
}

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use cho40::feeds::sample::{SampleTransfer, SignedRequest};
use cho40::feeds::{
    Direction, FeedConfig, Headers, Incoming, Provider, RefusedBecause, Secret, connector,
};
use cho40::primitives::{Refusal, UnixMs, Vnd};
use cho40::vietqr::{
    Builder, Format, ImageCache, Level, Mode, Payee, Reference, draw, read, scan, tlv,
};
use support::figures::thousandths;
use support::timing::median_ns;

/// The picture that `/codes/{id}.png` draws where nothing else is asked for.
const PNG: Format = Format::Png { module_px: 8 };
/// 2026-11-24T05:00:00Z
const NOW: UnixMs = UnixMs(1_795_496_400_000);
/// As one bank after the other wraps what the payer's app has sent.
const MEMOS: [&str; 5] = [
    "CJW012346A",
    "IBFT CJW012346A   Ma giao dich  Trace334971 Trace 334971",
    "MBVCB.7636713318.004653.CJW012346A A12 RAU CU.CT tu 0761002380000 NGUYEN VAN A toi \
     104567000 TRAN VAN B tai MB- Ma GD ACSP/ ht147148",
    "146214061301-CJW012346A-CHUYEN TIEN-OQCH000JiOuX-MOMO146214061301MOMO",
    "PHAM VAN A chuyen tien mua ca FT24249948565755   Ma giao dich  Trace840918Trace 840918",
];

/// A row of the table.
struct Figure {
    key: &'static str,
    what: &'static str,
    ns: u64,
    target_ns: Option<u64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let span = Duration::from_millis(if support::options::quick() { 200 } else { 2_000 });
    let mut figures = pictures(span)?;
    figures.extend(texts(span)?);
    figures.extend(webhook(span)?);
    println!("{:<52} {:>12} {:>12}", "codes: one thread, median of one call", "µs", "target µs");
    let mut json = serde_json::Map::new();
    for figure in &figures {
        let target = figure.target_ns.map_or_else(String::new, thousandths);
        println!("{:<52} {:>12} {target:>12}", figure.what, thousandths(figure.ns));
        json.insert(figure.key.to_owned(), figure.ns.into());
    }
    println!("{}", serde_json::json!({"bench": "codes", "median_ns": json}));
    Ok(())
}

fn payload() -> Result<String, Refusal> {
    let payee = Payee::Account("0367123456789".to_owned());
    let reference = Reference::random_static(34_916);
    Ok(Builder::new("970422", payee).reference(reference).note("rau củ").build()?.payload)
}

fn pictures(span: Duration) -> Result<Vec<Figure>, Refusal> {
    let held = ImageCache::new(1_000, 64 << 20);
    let code = payload()?;
    held.get(&code, Level::M, PNG)?;
    let drawn = median_ns(span, || {
        let image = payload().and_then(|payload| draw(&payload, Level::M, PNG));
        let _ = black_box(image);
    });
    let cached = median_ns(span, || {
        let _ = black_box(held.get(black_box(&code), Level::M, PNG));
    });
    let built = median_ns(span, || {
        let _ = black_box(payload());
    });
    let figure = |key, what, ns, target_ns| Figure { key, what, ns, target_ns };
    Ok(vec![
        figure("payload_and_png", "payload and PNG of a stall's code", drawn, Some(1_000_000)),
        figure("cached_png", "the same, held in the image cache", cached, Some(50_000)),
        figure("payload", "payload alone", built, None),
    ])
}

fn texts(span: Duration) -> Result<Vec<Figure>, Refusal> {
    let code = payload()?;
    let scanned = median_ns(span, || {
        for memo in MEMOS {
            black_box(scan(black_box(memo)));
        }
    });
    let taken_apart = median_ns(span, || {
        let _ = black_box(tlv::read(black_box(&code)));
    });
    let judged = median_ns(span, || {
        black_box(read(black_box(&code)).verdict(Mode::Lenient));
    });
    let figure = |key, what, ns| Figure { key, what, ns, target_ns: None };
    Ok(vec![
        figure("memo_scan", "references in a wrapped memo", scanned / MEMOS.len() as u64),
        figure("tlv", "TLV objects of a payload, outermost", taken_apart),
        figure("verdict", "a payload read and judged", judged),
    ])
}

fn webhook(span: Duration) -> Result<Vec<Figure>, Box<dyn Error>> {
    let connector = connector(Provider::Sepay);
    let config = FeedConfig::parse(Provider::Sepay, r#"{"authentication":"hmac"}"#)?;
    let secrets = [Secret::new("secret-of-this-benchmark", 12)?];
    let [secret] = &secrets;
    let SignedRequest { headers, body, .. } = SampleTransfer {
        id: 92_704,
        gateway: "MBBank",
        bin: "970422",
        account: "0367123456789",
        virtual_account: None,
        direction: Direction::In,
        amount: Vnd::new(45_000),
        occurred_at: NOW,
        memo: MEMOS.get(2).copied().unwrap_or_default(),
        reference: "FT24249948565755",
        payer_name: None,
        order_code: 0,
    }
    .signed_request(&config, secret, NOW)
    .ok_or("the sample was not signed")?;
    let headers: Headers = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let incoming =
        Incoming { method: "POST", path_tail: "", query: "", headers: &headers, body: &body };
    connector.verify(&config, &secrets, &incoming, NOW).map_err(RefusedBecause::code)?;
    let verified = median_ns(span, || {
        let _ = black_box(connector.verify(&config, &secrets, black_box(&incoming), NOW));
    });
    let decoded = median_ns(span, || {
        let _ = black_box(connector.decode(&config, black_box(&body), NOW));
    });
    let figure = |key, what, ns| Figure { key, what, ns, target_ns: None };
    Ok(vec![
        figure("sepay_verify", "SePay webhook: signature and freshness", verified),
        figure("sepay_decode", "SePay webhook: body to reported transfer", decoded),
    ])
}
