//! The stalls' pages: how long a signed webhook takes to be an event at its stall's page while 500
//! are open, what an open page costs the server in memory, and how soon one quiet page is told.
//!
//! Server, senders and pages share the machine, so their work for each other is in the times.

mod support {
    pub mod database;
    pub mod disk;
    pub mod events;
    #[expect(dead_code, reason = "times are sorted here")]
    pub mod figures;
    pub mod listening;
    #[expect(dead_code, reason = "requests are sent at a steady rate, not as fast as answered")]
    pub mod load;
    #[expect(dead_code, reason = "the benchmark of the report reads the other half")]
    pub mod market;
    pub mod options;
    pub mod server;
}

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use cho40::live::links::{self, LinkKind, NewStallLink};
use cho40::primitives::time::MS_PER_DAY;
use cho40::primitives::{Clock, UnixMs};
use futures_util::future::{join_all, select_all, try_join_all};
use serde_json::json;
use support::database::{Database, Kind};
use support::events::Events;
use support::listening::{self, Told};
use support::load::{self, Requests};
use support::market::{Market, Stall};
use support::server::Server;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout};

const PER_SECOND: u64 = 200;
/// Connections that webhooks come over, each sending every so many of them.
const SENDERS: u64 = 20;
/// A quiet page is told so often, so far apart.
const QUIET: u64 = 30;
const QUIET_APART: Duration = Duration::from_millis(150);
/// Addresses may ask 200 times a second after the first 800.
const OPENED_AT_ONCE: usize = 100;
const APART: Duration = Duration::from_millis(600);
/// People open pages one by one.
const OPENED_APART: Duration = Duration::from_millis(6);
/// Longer than what is free stays with the server.
const SETTLED: Duration = Duration::from_secs(12);
/// What was sent must be told by then.
const PATIENCE: Duration = Duration::from_secs(20);
const TARGET_P99_US: u64 = 100_000;
const TARGET_QUIET_US: u64 = 300_000;
const TARGET_PAGE_KB: u64 = 20;

struct Effort {
    pages: usize,
    webhooks: u64,
}

/// What one server gave.
struct Figures {
    quiet: Vec<u64>,
    busy: Vec<u64>,
    half_kb: u64,
    all_kb: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let quick = support::options::quick();
    let effort = if quick {
        Effort { pages: 50, webhooks: 200 }
    } else {
        Effort { pages: 500, webhooks: 20 * PER_SECOND }
    };
    let (mut scenarios, mut are_met) = (Vec::new(), true);
    for kind in Kind::all() {
        let (scenario, is_met) = scenario(&kind, &effort)?;
        scenarios.push(scenario);
        are_met &= is_met;
    }
    println!("{}", json!({"bench": "pages", "quick": quick, "scenarios": scenarios}));
    if !quick && !are_met {
        return Err("pages are told too late, or take too much memory".into());
    }
    Ok(())
}

fn scenario(kind: &Kind, effort: &Effort) -> Result<(serde_json::Value, bool), Box<dyn Error>> {
    let database = Database::create(kind)?;
    let fsync_us = support::disk::fsync_p50_us(database.folder())?;
    let file_system = support::disk::file_system(database.folder())?;
    let at = Clock::system().now().plus_ms(-MS_PER_DAY);
    let mut market = Market::create(&database, at)?;
    market.stalls.truncate(effort.pages);
    let paths = make_links(&database, &market, at)?;
    let server = Server::start(&database, 256)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = runtime.block_on(measure(&server, &market, &paths, effort))?;
    let most_kb = server.kill();
    let (p50, p99) = (percentile(&figures.busy, 500), percentile(&figures.busy, 990));
    let (quiet, quiet_most) = (percentile(&figures.quiet, 500), percentile(&figures.quiet, 1_000));
    let pages = effort.pages as u64;
    let later = pages - pages / 2;
    let page_bytes = figures.all_kb.saturating_sub(figures.half_kb) * 1_024 / later.max(1);
    println!("pages: {}; {file_system}, fsync p50 {fsync_us} µs", kind.name());
    println!(
        "  {pages} open, {} webhooks, {PER_SECOND}/s: from sending to the page p50 {p50} µs, p99 {p99} µs \
         (target {TARGET_P99_US}), longest {} µs",
        figures.busy.len(),
        percentile(&figures.busy, 1_000)
    );
    println!(
        "  memory: {} kB with half of them open, {} kB with all, most {most_kb} kB: {page_bytes} bytes a page \
         (target {})",
        figures.half_kb,
        figures.all_kb,
        TARGET_PAGE_KB * 1_024
    );
    println!(
        "  one quiet page: from sending to the page p50 {quiet} µs, longest {quiet_most} µs (target \
         {TARGET_QUIET_US} to the sound's start)\n"
    );
    let is_met = p99 <= TARGET_P99_US
        && page_bytes <= TARGET_PAGE_KB * 1_024
        && quiet_most <= TARGET_QUIET_US;
    let figures = json!({
        "database": kind.name(),
        "fsync_p50_us": fsync_us,
        "pages": pages,
        "webhooks": figures.busy.len(),
        "p50_us": p50,
        "p99_us": p99,
        "bytes_a_page": page_bytes,
        "quiet_p50_us": quiet,
        "quiet_longest_us": quiet_most,
    });
    Ok((figures, is_met))
}

/// A link for each stall; their paths.
fn make_links(
    database: &Database,
    market: &Market,
    at: UnixMs,
) -> Result<Vec<String>, Box<dyn Error>> {
    let (mut connection, act) = (database.connect()?, market.act(at));
    let paths = connection.in_transaction(|connection| {
        let make = |stall: &Stall| {
            let new = NewStallLink {
                occupancy_id: stall.code.occupancy_id,
                kind: LinkKind::Listener,
                name: "Máy ở sạp".to_owned(),
                shows_payer: false,
                address: None,
            };
            Ok(links::create(connection, &act, new)?.path)
        };
        market.stalls.iter().map(make).collect()
    })?;
    Ok(paths)
}

/// How long one page alone takes to be told, each time.
async fn quiet(
    address: SocketAddr,
    path: &str,
    events: &mut Events<'_>,
    cookies: &[String],
) -> Result<Vec<u64>, Box<dyn Error>> {
    let told = Told::default();
    let stalls = cookies.len();
    let requests = events.make(QUIET * stalls as u64);
    let first = cookies.first().map(String::as_str).unwrap_or_default();
    let page = listening::listen(address, first, &told);
    // As many as there are stalls went before: the last of each round is the first stall's.
    let own = (1..=QUIET as usize).filter_map(|round| requests.get(round * stalls - 1));
    let telling = tell_one(address, path, own, &told);
    tokio::select! {
        ended = page => ended?,
        sent = telling => sent?,
    }
    Ok(told.times_us.take())
}

async fn measure(
    server: &Server,
    market: &Market,
    paths: &[String],
    effort: &Effort,
) -> Result<Figures, Box<dyn Error>> {
    let (address, path) = (server.address, format!("/hooks/{}", market.feed_id));
    let mut cookies = Vec::with_capacity(paths.len());
    for part in paths.chunks(OPENED_AT_ONCE) {
        cookies.extend(try_join_all(part.iter().map(|path| listening::open(address, path))).await?);
        sleep(APART).await;
    }
    let mut events = Events::of(market);
    // The first webhooks fill caches and open files; nobody is told of them.
    let told = Told::default();
    send(address, &path, &events.make(effort.webhooks / 4), None).await?;
    sleep(APART).await;
    let quiet = quiet(address, &path, &mut events, &cookies).await?;
    let requests = events.make(effort.webhooks);
    let (early, late) = cookies.split_at(cookies.len() / 2);
    let open = |part: &[String]| {
        let pages = part.iter().enumerate().map(|(place, cookie)| {
            let (told, cookie) = (&told, cookie.clone());
            Box::pin(async move {
                sleep(OPENED_APART * place as u32).await;
                listening::listen(address, &cookie, told).await
            })
        });
        select_all(pages.collect::<Vec<_>>())
    };
    let now_open = &told.pages;
    let are_open = |count: usize| until(move || now_open.get() == count);
    let ended =
        |ended: io::Result<_>| ended.err().unwrap_or_else(|| io::Error::other("a page ended"));
    now_open.set(0);
    // What is there once, the readers' connections and their caches, is there with the first half.
    let mut first = pin!(open(early));
    let half = async {
        are_open(early.len()).await?;
        sleep(SETTLED).await;
        Ok::<_, io::Error>(server.memory_kb())
    };
    let half_kb = tokio::select! {
        (gone, ..) = &mut first => return Err(ended(gone).into()),
        done = half => done?,
    };
    let busy = async {
        are_open(cookies.len()).await?;
        sleep(SETTLED).await;
        let all_kb = server.memory_kb();
        send(address, &path, &requests, Some(&told)).await?;
        until(|| told.waiting() == 0).await?;
        Ok::<_, io::Error>(all_kb)
    };
    let all_kb = tokio::select! {
        (gone, ..) = first => return Err(ended(gone).into()),
        (gone, ..) = open(late) => return Err(ended(gone).into()),
        done = busy => done?,
    };
    Ok(Figures { quiet, busy: told.times_us.take(), half_kb, all_kb })
}

/// Waits until something is so.
async fn until(is_so: impl Fn() -> bool) -> io::Result<()> {
    let wait = async {
        while !is_so() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, wait).await.map_err(io::Error::other)
}

/// Sends webhooks at the steady rate, whether answers come or not.
async fn send(
    address: SocketAddr,
    path: &str,
    requests: &Requests,
    told: Option<&Told>,
) -> io::Result<()> {
    let began = Instant::now();
    let sender = async |first: u64| {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        for number in (first..requests.len()).step_by(SENDERS as usize) {
            sleep_until(began + Duration::from_micros(number * 1_000_000 / PER_SECOND)).await;
            let request = requests.get(number as usize).unwrap_or_default();
            post(&mut stream, path, request, told).await?;
        }
        Ok::<_, io::Error>(())
    };
    join_all((0..SENDERS).map(sender)).await.into_iter().collect()
}

/// Sends one stall's webhooks, each when the one before was told.
async fn tell_one<'r>(
    address: SocketAddr,
    path: &str,
    requests: impl Iterator<Item = &'r [u8]>,
    told: &Told,
) -> io::Result<()> {
    until(|| told.pages.get() == 1).await?;
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    for request in requests {
        sleep(QUIET_APART).await;
        post(&mut stream, path, request, Some(told)).await?;
        until(|| told.waiting() == 0).await?;
    }
    Ok(())
}

async fn post(
    stream: &mut TcpStream,
    path: &str,
    request: &[u8],
    told: Option<&Told>,
) -> io::Result<()> {
    let bytes = [format!("POST {path} HTTP/1.1\r\n").as_bytes(), request].concat();
    if let Some(told) = told {
        let text = String::from_utf8_lossy(request);
        let amount =
            text.split_once("\"transferAmount\":").map(|(_, rest)| listening::number(rest));
        told.send(amount.unwrap_or_default())?;
    }
    let mut answer = [0_u8; 4_096];
    let answer = load::exchange(stream, &bytes, &mut answer).await?;
    if load::is_success(answer) {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(answer).into_owned()))
}

fn percentile(times: &[u64], per_mille: usize) -> u64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times.get(last * per_mille / 1_000).copied().unwrap_or_default()
}
