//! Good senders beside bad ones: the p99 of the hook's answers alone, and while thousands of idle,
//! half-open and slow connections are held and bodies at the limit come in, in turns within one run.
//!
//! Server, good and bad senders share the machine. Ratios travel between machines, times do not.

mod support {
    pub mod crowd;
    pub mod database;
    pub mod disk;
    pub mod events;
    pub mod figures;
    pub mod load;
    #[expect(dead_code, reason = "the benchmark of the report reads the other half")]
    pub mod market;
    pub mod options;
    pub mod rows;
    pub mod server;
}

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use cho40::feeds::MAX_BODY_BYTES;
use cho40::ledger::index;
use cho40::primitives::Clock;
use cho40::primitives::time::MS_PER_DAY;
use serde_json::json;
use support::crowd::{self, Crowd};
use support::database::{Database, Kind};
use support::events::Events;
use support::figures::{median, thousandths};
use support::load::{self, Load};
use support::market::Market;
use support::rows::Rows;
use support::server::Server;

const CONNECTIONS: usize = 16;
/// Beside the crowd p99 may be so many times as long.
const TARGET: u64 = 5;

struct Effort {
    crowd: usize,
    requests: u64,
    pairs: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let quick = support::options::quick();
    let effort = if quick {
        Effort { crowd: 60, requests: 200, pairs: 1 }
    } else {
        Effort { crowd: crowd::possible(10_000), requests: 12_000, pairs: 3 }
    };
    let scenarios: Vec<_> =
        Kind::all().iter().map(|kind| scenario(kind, &effort)).collect::<Result<_, _>>()?;
    println!("{}", json!({"bench": "senders", "quick": quick, "scenarios": scenarios}));
    let is_met = |one: &serde_json::Value| one["ratio_per_mille"].as_u64() <= Some(TARGET * 1_000);
    if !quick && !scenarios.iter().all(is_met) {
        return Err("beside bad senders good ones wait too long".into());
    }
    Ok(())
}

fn scenario(kind: &Kind, effort: &Effort) -> Result<serde_json::Value, Box<dyn Error>> {
    let database = Database::create(kind)?;
    let fsync_us = support::disk::fsync_p50_us(database.folder())?;
    let file_system = support::disk::file_system(database.folder())?;
    let market = Market::create(&database, Clock::system().now().plus_ms(-MS_PER_DAY))?;
    let server = Server::start(&database, 256)?;
    let idle_mb = server.memory_kb() / 1_024;
    let (mut events, path) = (Events::of(&market), format!("/hooks/{}", market.feed_id));
    let mut acknowledged = 0;
    let mut send = |count: u64| -> Result<Load, Box<dyn Error>> {
        let requests = events.make(count);
        let load = load::run(server.address, &path, &requests, requests.len(), CONNECTIONS)?;
        acknowledged += load.succeeded;
        match &load.first_error {
            Some(error) => Err(format!("{} good senders, the first: {error}", load.errors).into()),
            None => Ok(load),
        }
    };
    send(effort.requests / 10)?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    let (mut held, mut cut, mut at_limit) = (Vec::new(), 0, 0);
    for _ in 0..effort.pairs {
        alone.push(send(effort.requests)?);
        let crowd = Crowd::gather(server.address, &path, effort.crowd, MAX_BODY_BYTES);
        wait_for(&crowd, effort.crowd);
        beside.push(send(effort.requests)?);
        held.push(crowd.open());
        cut += crowd.cut();
        at_limit += crowd.at_limit();
    }
    let most_mb = server.kill() / 1_024;
    let mut connection = database.connect()?;
    let board_id = market.board_id;
    while connection.in_transaction(|connection| index::catch_up(connection, board_id))? > 0 {}
    if !Rows::of(&mut connection, board_id)?.are_all(acknowledged) {
        return Err("what was acknowledged is not what was written".into());
    }
    let p99 = |loads: &[Load]| {
        median(loads.iter().map(|load| u64::from(load.percentile_us(990))).collect())
    };
    let rate = |loads: &[Load]| median(loads.iter().map(Load::per_second).collect());
    let ratio = p99(&beside) * 1_000 / p99(&alone).max(1);
    let held = median(held);
    println!("senders: {}; {file_system}, fsync p50 {fsync_us} µs", kind.name());
    println!("  alone: {}/s, p99 {} µs", rate(&alone), p99(&alone));
    println!(
        "  beside {held} connections held, {cut} cut off, {at_limit} bodies of {} KiB: {}/s, \
         p99 {} µs; ratio {}, target {TARGET}",
        MAX_BODY_BYTES >> 10,
        rate(&beside),
        p99(&beside),
        thousandths(ratio)
    );
    println!(
        "  memory: idle {idle_mb} MB, most {most_mb} MB; {acknowledged} acknowledged, all kept\n"
    );
    Ok(json!({
        "database": kind.name(),
        "fsync_p50_us": fsync_us,
        "held": held,
        "cut": cut,
        "bodies_at_limit": at_limit,
        "p99_alone_us": p99(&alone),
        "p99_beside_us": p99(&beside),
        "ratio_per_mille": ratio,
        "idle_mb": idle_mb,
        "most_mb": most_mb,
    }))
}

/// Until nearly all are there, or as many as will come.
fn wait_for(crowd: &Crowd, size: usize) {
    let since = Instant::now();
    while crowd.open() < size as u64 * 9 / 10 && since.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(50));
    }
}
