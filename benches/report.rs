//! The adoption report of 1,000 occupancies over a year, at two numbers of transfers over the same
//! occupancy-days: it reads totals and roll-ups, so ten times the money must not take longer.
//!
//! The raw transfers are not even made here: the report must not read them. The window begins and
//! ends within a third of a month, so that ten of its days are read one by one.

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod support {
    pub mod database;
    pub mod figures;
    #[expect(dead_code, reason = "the benchmark of the hook reads the other half")]
    pub mod market;
    pub mod options;
    pub mod year;
}

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use cho40::access::Act;
use cho40::adoption::{Query, report};
use cho40::db::{DbConnection, Outcome};
use cho40::primitives::UnixMs;
use cho40::primitives::ids::MarketId;
use cho40::primitives::time::MS_PER_DAY;
use serde_json::json;
use support::database::{Database, Kind};
use support::figures::{median, thousandths};
use support::market::{Market, STALLS};
use support::year::Year;

/// 2026-11-24T05:00:00Z, noon in Vietnam.
const NOW: UnixMs = UnixMs(1_795_496_400_000);
/// The codes were issued a month before the window.
const ISSUED: UnixMs = NOW.plus_ms(-400 * MS_PER_DAY);
/// A card has to be scanned on its stall every half year.
const SCANNED: UnixMs = NOW.plus_ms(-30 * MS_PER_DAY);
const TARGET_US: u64 = 100_000;
/// Of the time with a tenth of the transfers.
const TARGET_PER_MILLE: u64 = 1_200;

/// A report's median time in microseconds.
struct Times {
    /// Market and sections.
    short_us: u64,
    /// Every occupancy too.
    long_us: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let quick = support::options::quick();
    let (days, transfers, times) =
        if quick { (40, [20_000, 200_000], 3) } else { (365, [500_000, 5_000_000], 20) };
    println!("report: {STALLS} occupancies, {days} days; no transfer exists, only totals are read");
    println!(
        "{:>9} {:>10} {:>16} {:>16} {:>10}",
        "database", "transfers", "market ms", "with stalls ms", "target ms"
    );
    let mut all = Vec::new();
    for kind in Kind::all() {
        let mut found = Vec::new();
        for transfers in transfers {
            let year = Year { last: NOW.day(0).plus(-1), days, transfers };
            let measured = measure(&kind, year, times)?;
            println!(
                "{:>9} {transfers:>10} {:>16} {:>16} {:>10}",
                kind.name(),
                thousandths(measured.short_us),
                thousandths(measured.long_us),
                thousandths(TARGET_US)
            );
            found.push(measured);
        }
        let [few, many] = found.as_slice() else { continue };
        let (short, long) = (ratio(many.short_us, few.short_us), ratio(many.long_us, few.long_us));
        println!(
            "{:>9} {:>10} {:>16} {:>16} {:>10}",
            "",
            "ratio",
            thousandths(short),
            thousandths(long),
            thousandths(TARGET_PER_MILLE)
        );
        all.push(json!({
            "database": kind.name(),
            "few_us": {"market": few.short_us, "with_stalls": few.long_us},
            "many_us": {"market": many.short_us, "with_stalls": many.long_us},
            "ratio_per_mille": {"market": short, "with_stalls": long},
        }));
    }
    println!("{}", json!({"bench": "report", "quick": quick, "databases": all}));
    Ok(())
}

const fn ratio(many: u64, few: u64) -> u64 {
    many * 1_000 / if few == 0 { 1 } else { few }
}

fn measure(kind: &Kind, year: Year, times: usize) -> Result<Times, Box<dyn Error>> {
    let database = Database::create(kind)?;
    let market = Market::create(&database, ISSUED)?;
    let mut connection = database.connect()?;
    market.scan_all(&mut connection, SCANNED)?;
    year.fill(&mut connection, &market)?;
    let act = market.act(NOW);
    let mut query = Query {
        from: Some(year.last.plus(1 - year.days)),
        to: Some(year.last),
        include_occupancies: true,
    };
    let seen = report(&mut connection, &act, market.id, &query)?;
    if seen.coverage.measurable != STALLS as i64 {
        return Err(format!("only {} stalls are measurable", seen.coverage.measurable).into());
    }
    let long_us = median_us(&mut connection, &act, market.id, &query, times)?;
    query.include_occupancies = false;
    let short_us = median_us(&mut connection, &act, market.id, &query, times)?;
    Ok(Times { short_us, long_us })
}

fn median_us(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    query: &Query,
    times: usize,
) -> Outcome<u64> {
    let mut samples = Vec::with_capacity(times);
    for _ in 0..times {
        let began = Instant::now();
        black_box(report(connection, act, market_id, query)?);
        samples.push(began.elapsed().as_micros() as u64);
    }
    Ok(median(samples))
}
