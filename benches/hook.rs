//! The hook under load: signed SePay webhooks of unique transfers over 1,000 stalls with the whole
//! set of writes, beside the same server's handler that does nothing, in turns within one run.
//!
//! Server and load generator share the machine. Ratios travel between machines, rates do not.

mod support {
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
use std::time::Instant;

use cho40::db::{DbConnection, Outcome};
use cho40::ledger::index;
use cho40::primitives::Clock;
use cho40::primitives::ids::BoardId;
use cho40::primitives::time::MS_PER_DAY;
use serde_json::json;
use support::database::{Database, Kind};
use support::events::Events;
use support::figures::{median, thousandths};
use support::load::{self, Load};
use support::market::Market;
use support::rows::Rows;
use support::server::Server;

/// What the server batches by default, and one transaction a request beside it.
const BATCH_LIMITS: [usize; 2] = [256, 1];
const CONNECTIONS: [usize; 2] = [64, 256];
const IDLE_TARGET_MB: u64 = 40;
const LOAD_TARGET_MB: u64 = 150;

/// How long and how often.
struct Effort {
    slice_ms: u64,
    pairs: usize,
}

/// Noop and hook over so many connections.
struct Comparison {
    connections: usize,
    noop_per_second: u64,
    hook_per_second: u64,
    /// Median of the pairs' ratios.
    per_mille: u64,
    p50_us: u32,
    p99_us: u32,
    acknowledged: u64,
    errors: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let quick = support::options::quick();
    let mut scenarios = Vec::new();
    for kind in Kind::all() {
        for batch_limit in BATCH_LIMITS {
            let effort = match (quick, batch_limit) {
                (true, _) => Effort { slice_ms: 100, pairs: 1 },
                (false, 1) => Effort { slice_ms: 2_000, pairs: 1 },
                (false, _) => Effort { slice_ms: 3_000, pairs: 3 },
            };
            scenarios.push(scenario(&kind, batch_limit, &effort)?);
        }
    }
    println!("{}", json!({"bench": "hook", "quick": quick, "scenarios": scenarios}));
    Ok(())
}

fn scenario(
    kind: &Kind,
    batch_limit: usize,
    effort: &Effort,
) -> Result<serde_json::Value, Box<dyn Error>> {
    let database = Database::create(kind)?;
    let fsync_us = support::disk::fsync_p50_us(database.folder())?;
    let file_system = support::disk::file_system(database.folder())?;
    let market = Market::create(&database, Clock::system().now().plus_ms(-MS_PER_DAY))?;
    let server = Server::start(&database, batch_limit)?;
    let idle_mb = server.memory_kb() / 1_024;
    let mut events = Events::of(&market);
    let path = format!("/hooks/{}", market.feed_id);
    let mut acknowledged = warm_up(&server, &path, &mut events)?;
    let mut comparisons = Vec::new();
    println!(
        "hook: {}, up to {batch_limit} deliveries a transaction; {file_system}, fsync p50 {fsync_us} µs",
        kind.name()
    );
    println!(
        "{:>11} {:>8} {:>8} {:>7} {:>7} {:>9} {:>9} {:>7}",
        "connections", "noop/s", "hook/s", "ratio", "target", "p50 µs", "p99 µs", "errors"
    );
    for connections in CONNECTIONS {
        let comparison = compare(&server, &path, &mut events, connections, effort)?;
        acknowledged += comparison.acknowledged;
        comparison.print(kind, batch_limit);
        comparisons.push(comparison);
    }
    let most_mb = server.kill() / 1_024;
    println!(
        "memory: idle {idle_mb} MB (target {IDLE_TARGET_MB}), most {most_mb} MB (target {LOAD_TARGET_MB})"
    );
    let mut connection = database.connect()?;
    let fold_ns = fold(&mut connection, market.board_id)?;
    let rows = Rows::of(&mut connection, market.board_id)?;
    println!("rows: {acknowledged} acknowledged; {rows:?}");
    println!("behind the hook, later: {fold_ns} ns an event into the index and the days' rows\n");
    let errors: u64 = comparisons.iter().map(|comparison| comparison.errors).sum();
    if errors > 0 || !rows.are_all(acknowledged) {
        return Err("a delivery failed, or what was acknowledged is not what was written".into());
    }
    Ok(json!({
        "database": kind.name(),
        "batch_limit": batch_limit,
        "fsync_p50_us": fsync_us,
        "idle_mb": idle_mb,
        "most_mb": most_mb,
        "acknowledged": acknowledged,
        "fold_ns_per_event": fold_ns,
        "runs": comparisons.iter().map(Comparison::to_json).collect::<Vec<_>>(),
    }))
}

/// Brings the days' totals and the index of transfers up to date, as the server does behind the
/// hook; nanoseconds an event.
fn fold(connection: &mut DbConnection, board_id: BoardId) -> Outcome<u64> {
    let events = index::waiting(connection, board_id)?;
    let began = Instant::now();
    while connection.in_transaction(|connection| index::catch_up(connection, board_id))? > 0 {}
    Ok(began.elapsed().as_nanos() as u64 / events.max(1))
}

/// Fills the server's caches and opens its files; returns what the hook acknowledged.
fn warm_up(server: &Server, path: &str, events: &mut Events<'_>) -> Result<u64, Box<dyn Error>> {
    let requests = events.make(500);
    load::run(server.address, "/noop", &requests, requests.len(), 8)?;
    let hook = load::run(server.address, path, &requests, requests.len(), 8)?;
    if let Some(error) = hook.first_error {
        return Err(format!("the hook answers {error}").into());
    }
    Ok(hook.succeeded)
}

/// Noop and hook in turns, each time with the same requests.
fn compare(
    server: &Server,
    path: &str,
    events: &mut Events<'_>,
    connections: usize,
    effort: &Effort,
) -> Result<Comparison, Box<dyn Error>> {
    // A short run of each tells how many requests fill a slice.
    let requests = events.make(2_000);
    let noop = load::run(server.address, "/noop", &requests, 8_000, connections)?;
    let hook = load::run(server.address, path, &requests, requests.len(), connections)?;
    let fill = |load: &Load| (load.per_second() * effort.slice_ms / 1_000).max(1);
    let (noop_requests, hook_requests) = (fill(&noop), fill(&hook));
    let (mut acknowledged, mut errors) = (hook.succeeded, hook.errors);
    let (mut noops, mut hooks) = (Vec::new(), Vec::new());
    for _ in 0..effort.pairs {
        let requests = events.make(hook_requests);
        noops.push(load::run(server.address, "/noop", &requests, noop_requests, connections)?);
        hooks.push(load::run(server.address, path, &requests, requests.len(), connections)?);
    }
    for load in noops.iter().chain(&hooks) {
        errors += load.errors;
        if let Some(error) = &load.first_error {
            eprintln!("an answer: {error}");
        }
    }
    acknowledged += hooks.iter().map(|load| load.succeeded).sum::<u64>();
    let ratios = hooks
        .iter()
        .zip(&noops)
        .map(|(hook, noop)| hook.per_second() * 1_000 / noop.per_second().max(1));
    let middle = |percentile| {
        let times = hooks.iter().map(|load| u64::from(load.percentile_us(percentile)));
        median(times.collect()) as u32
    };
    Ok(Comparison {
        connections,
        noop_per_second: median(noops.iter().map(Load::per_second).collect()),
        hook_per_second: median(hooks.iter().map(Load::per_second).collect()),
        per_mille: median(ratios.collect()),
        p50_us: middle(500),
        p99_us: middle(990),
        acknowledged,
        errors,
    })
}

impl Comparison {
    fn print(&self, kind: &Kind, batch_limit: usize) {
        let target = match (kind, self.connections, batch_limit) {
            (_, _, 1) => String::new(),
            (Kind::Sqlite, 64, _) => thousandths(350),
            (Kind::Sqlite, _, _) => thousandths(300),
            (Kind::Postgres(_), 64, _) => thousandths(200),
            (Kind::Postgres(_), _, _) => thousandths(250),
        };
        println!(
            "{:>11} {:>8} {:>8} {:>7} {target:>7} {:>9} {:>9} {:>7}",
            self.connections,
            self.noop_per_second,
            self.hook_per_second,
            thousandths(self.per_mille),
            self.p50_us,
            self.p99_us,
            self.errors
        );
    }

    fn to_json(&self) -> serde_json::Value {
        json!({
            "connections": self.connections,
            "noop_per_second": self.noop_per_second,
            "hook_per_second": self.hook_per_second,
            "ratio_per_mille": self.per_mille,
            "p50_us": self.p50_us,
            "p99_us": self.p99_us,
            "errors": self.errors,
        })
    }
}
