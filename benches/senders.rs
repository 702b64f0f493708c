//! Good senders beside bad ones: the p99 of the hook's answers alone, and while thousands of idle,
//! half-open and slow connections are held and bodies at the limit, headers without end and 100,000 wrong
//! signatures a minute come in, in turns within one run.
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
use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use cho40::feeds::{MAX_BODY_BYTES, Secret, sign};
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
const ANOTHER_SECRET: &str = "a-secret-of-somebody-else";
/// Beside the crowd p99 may be so many times as long.
const TARGET: u64 = 5;
/// Wrong signatures, at least.
const FORGED_A_MINUTE: u64 = 100_000;

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
    let is_bad = |one: &serde_json::Value| {
        one["forged_a_minute"].as_u64() >= Some(FORGED_A_MINUTE)
            && one["headers_cut"].as_u64() > Some(0)
    };
    if !quick && !scenarios.iter().all(is_bad) {
        return Err("the bad senders were not as bad as they were to be".into());
    }
    Ok(())
}

/// What one database's runs gave.
#[derive(Default)]
struct Seen {
    alone: Vec<Load>,
    beside: Vec<Load>,
    /// Connections that were held meanwhile, of each run.
    held: Vec<u64>,
    cut: u64,
    at_limit: u64,
    headers_cut: u64,
    forged: u64,
    forging: Duration,
    acknowledged: u64,
}

fn scenario(kind: &Kind, effort: &Effort) -> Result<serde_json::Value, Box<dyn Error>> {
    let database = Database::create(kind)?;
    let fsync_us = support::disk::fsync_p50_us(database.folder())?;
    let file_system = support::disk::file_system(database.folder())?;
    let market = Market::create(&database, Clock::system().now().plus_ms(-MS_PER_DAY))?;
    let server = Server::start(&database, 256)?;
    let idle_mb = server.memory_kb() / 1_024;
    let seen = measured(&server, &market, effort)?;
    let most_mb = server.kill() / 1_024;
    let mut connection = database.connect()?;
    let board_id = market.board_id;
    while connection.in_transaction(|connection| index::catch_up(connection, board_id))? > 0 {}
    if !Rows::of(&mut connection, board_id)?.are_all(seen.acknowledged) {
        return Err("what was acknowledged is not what was written".into());
    }
    println!("senders: {}; {file_system}, fsync p50 {fsync_us} µs", kind.name());
    let mut told = seen.told();
    println!(
        "  memory: idle {idle_mb} MB, most {most_mb} MB; {} acknowledged, all kept\n",
        seen.acknowledged
    );
    if let Some(told) = told.as_object_mut() {
        told.insert("database".into(), json!(kind.name()));
        told.insert("fsync_p50_us".into(), json!(fsync_us));
        told.insert("idle_mb".into(), json!(idle_mb));
        told.insert("most_mb".into(), json!(most_mb));
    }
    Ok(told)
}

fn measured(server: &Server, market: &Market, effort: &Effort) -> Result<Seen, Box<dyn Error>> {
    let (mut events, path) = (Events::of(market), format!("/hooks/{}", market.feed_id));
    let (mut seen, forgery) = (Seen::default(), forgery(&path)?);
    let mut send = |count: u64| -> Result<Load, Box<dyn Error>> {
        let requests = events.make(count);
        let load = load::run(server.address, &path, &requests, requests.len(), CONNECTIONS)?;
        match &load.first_error {
            Some(error) => Err(format!("{} good senders, the first: {error}", load.errors).into()),
            None => Ok(load),
        }
    };
    seen.acknowledged += send(effort.requests / 10)?.succeeded;
    for _ in 0..effort.pairs {
        seen.alone.push(send(effort.requests)?);
        let crowd = Crowd::gather(server.address, &path, effort.crowd, MAX_BODY_BYTES, &forgery);
        wait_for(&crowd, effort.crowd);
        let (before, began) = (crowd.forged(), Instant::now());
        seen.beside.push(send(effort.requests)?);
        seen.forged += crowd.forged() - before;
        seen.forging += began.elapsed();
        seen.held.push(crowd.open());
        seen.cut += crowd.cut();
        seen.at_limit += crowd.at_limit();
        seen.headers_cut += crowd.headers_cut();
    }
    let loads = seen.alone.iter().chain(&seen.beside);
    seen.acknowledged += loads.map(|load| load.succeeded).sum::<u64>();
    Ok(seen)
}

impl Seen {
    /// Prints it, and gives the same as JSON.
    fn told(&self) -> serde_json::Value {
        let p99 = |loads: &[Load]| {
            median(loads.iter().map(|load| u64::from(load.percentile_us(990))).collect())
        };
        let rate = |loads: &[Load]| median(loads.iter().map(Load::per_second).collect());
        let (alone, beside) = (p99(&self.alone), p99(&self.beside));
        let (ratio, held) = (beside * 1_000 / alone.max(1), median(self.held.clone()));
        let forging_ms = u64::try_from(self.forging.as_millis()).unwrap_or(u64::MAX).max(1);
        let forged_a_minute = self.forged * 60_000 / forging_ms;
        println!("  alone: {}/s, p99 {alone} µs", rate(&self.alone));
        println!(
            "  beside {held} connections held, {} cut off, {} bodies of {} KiB, {} floods of \
             headers ended, {forged_a_minute} wrong signatures a minute: {}/s, p99 {beside} µs; ratio {}, target {TARGET}",
            self.cut,
            self.at_limit,
            MAX_BODY_BYTES >> 10,
            self.headers_cut,
            rate(&self.beside),
            thousandths(ratio)
        );
        json!({
            "held": held,
            "cut": self.cut,
            "bodies_at_limit": self.at_limit,
            "headers_cut": self.headers_cut,
            "forged_a_minute": forged_a_minute,
            "p99_alone_us": alone,
            "p99_beside_us": beside,
            "ratio_per_mille": ratio,
        })
    }
}

/// A request as SePay sends it, signed with another secret.
fn forgery(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let body = br#"{"id":1,"gateway":"MBBank","transferType":"in","transferAmount":5000}"#;
    let now_s = Clock::system().now().get() / 1_000;
    let mut head = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    let another = Secret::new(ANOTHER_SECRET, ANOTHER_SECRET.len())?;
    for (name, value) in sign::sepay_hmac(&another, now_s, body) {
        write!(head, "{name}: {value}\r\n")?;
    }
    write!(head, "Content-Length: {}\r\n\r\n", body.len())?;
    Ok([head.as_bytes(), body].concat())
}

/// Until nearly all are there, or as many as will come.
fn wait_for(crowd: &Crowd, size: usize) {
    let since = Instant::now();
    while crowd.open() < size as u64 * 9 / 10 && since.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(50));
    }
}
