//! Printing: what a card, a market's cards and their pictures cost, without a database.
//!
//! A card alone is what a request waits for; typst keeps what all cards share, so the first one
//! takes longer. 500 cards of A6 in one PDF are a large market.

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod support {
    pub mod figures;
    pub mod options;
    pub mod timing;
}

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cho40::db::Fault;
use cho40::print::sheet::Stop;
use cho40::print::{Card, Kind, Layout, Press, Sheet, Style};
use cho40::vietqr::{Builder, Payee, Reference};
use support::figures::thousandths;
use support::timing::median_ns;

/// What one card may take, and 500 in one file.
const CARD_TARGET_US: u64 = 50_000;
const MARKET_TARGET_MS: u128 = 2_000;
const MARKET_TARGET_BYTES: usize = 8 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let quick = support::options::quick();
    let span = Duration::from_millis(if quick { 200 } else { 3_000 });
    let started = Instant::now();
    let press = Press::new(None)?;
    println!("print: fonts and templates {} ms", started.elapsed().as_millis());
    let started = Instant::now();
    let first = press.set(&market(1, 0, Layout::A6, false)?)?.pdf()?;
    println!("the first card {} ms, {} kB", started.elapsed().as_millis(), first.len() >> 10);
    println!("{:<44} {:>10} {:>10}", "one card, another each time; median", "ms", "target ms");
    let mut json = serde_json::Map::new();
    let mut number = 1;
    for (layout, kind) in [
        (Layout::A6, Kind::Pdf),
        (Layout::A6, Kind::Png),
        (Layout::A6, Kind::Svg),
        (Layout::A5, Kind::Png),
        (Layout::Picture, Kind::Png),
        (Layout::StickerOnA4, Kind::Pdf),
    ] {
        let mut wrong = None;
        let ns = median_ns(span, || {
            number += 1;
            let file = market(1, number, layout, false)
                .and_then(|sheet| press.set(&sheet)?.write(kind, layout.dpi()));
            wrong = black_box(file).err();
        });
        if let Some(fault) = wrong {
            return Err(fault.into());
        }
        let what = format!("{} as {}", layout.as_str(), kind.as_str());
        println!("{what:<44} {:>10} {:>10}", thousandths(ns / 1_000), CARD_TARGET_US / 1_000);
        json.insert(format!("{what} ns"), ns.into());
    }
    let mut is_within = true;
    for (cards, layout) in [(500, Layout::A6), (500, Layout::StickerOnA4), (2_000, Layout::A6OnA4)]
    {
        let cards = if quick { cards / 20 } else { cards };
        let sheet = market(cards, 0, layout, true)?;
        let started = Instant::now();
        let file = press.set(&sheet)?.pdf()?;
        let ms = started.elapsed().as_millis();
        let layout = layout.as_str();
        println!("{cards} cards, {layout}, with their list: {ms} ms, {} kB", file.len() >> 10);
        json.insert(format!("{cards} {layout} ms"), (ms as u64).into());
        json.insert(format!("{cards} {layout} bytes"), file.len().into());
        let is_market = cards == 500 && layout == "a6";
        is_within &= !is_market || ms <= MARKET_TARGET_MS && file.len() <= MARKET_TARGET_BYTES;
    }
    let cards = if quick { 200 } else { 2_000 };
    let sheet = market(cards, 0, Layout::A6OnA4, true)?;
    let started = Instant::now();
    let file = press.set_in_parts(&sheet, |_| {})?.pdf()?;
    let ms = started.elapsed().as_millis();
    println!("{cards} cards as a job: {ms} ms, {} kB", file.len() >> 10);
    json.insert(format!("{cards} as a job ms"), (ms as u64).into());
    println!("{}", serde_json::json!({ "bench": "print", "figures": json }));
    if is_within { Ok(()) } else { Err("500 cards took too long or too much".into()) }
}

/// A market's cards from a number on.
fn market(cards: usize, from: usize, layout: Layout, with_list: bool) -> Result<Sheet, Fault> {
    let sample = Sheet::sample(layout, Style::Colour)?;
    let mut sheet =
        Sheet { cards: Vec::new(), fill: cards == 1, is_sample: false, ..sample.clone() };
    for number in from..from + cards {
        let account = format!("10{number:010}");
        let reference = Reference::random_static(number as u32);
        let issued = Builder::new("970436", Payee::Account(account.clone())).reference(reference);
        let card = Card {
            stall: format!("A-{number}"),
            vendor: format!("Nguyễn Thị Mẫu Thứ {number}"),
            payload: issued.build()?.payload,
            account,
            ..sample.cards.first().cloned().ok_or_else(|| Fault::broken("no sample"))?
        };
        if with_list {
            sheet.cover.push(Stop {
                missing: None,
                stall: card.stall.clone(),
                section: card.section.clone(),
                vendor: Some(card.vendor.clone()),
                check_code: Some(card.check_code.clone()),
            });
        }
        sheet.cards.push(card);
    }
    Ok(sheet)
}
