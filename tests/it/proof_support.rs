#![cfg(test)]
//! Servers as processes of their own, and senders that remember what was acknowledged to them: for
//! the proofs that nothing is lost. They are longer by `CHO40_PROOF_ROUNDS` and
//! `CHO40_PROOF_TRANSFERS` (`scripts/prove`).

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use cho40::db::schema::{deliveries, sightings, transfers as kept_transfers};
use cho40::db::{DatabaseUrl, DbConnection};
use cho40::events;
use cho40::feeds::sample::{SampleTransfer, SignedRequest};
use cho40::ledger::doctor;
use cho40::primitives::Clock;
use cho40::primitives::ids::BoardId;
use diesel::prelude::*;

use crate::pairs_support::ACCOUNT;
use crate::stage::{Feed, transfer};

/// The key that [`crate::stage::Stage`] seals its secrets with.
const KEY: &str = "4040404040404040404040404040404040404040404040404040404040404040";
const PATIENCE: Duration = Duration::from_secs(5);

/// How many rounds a proof takes: `default`, unless somebody asks for more.
pub fn rounds(default: u64) -> u64 {
    asked("CHO40_PROOF_ROUNDS", default)
}

/// How many transfers a proof sends, likewise.
pub fn transfers(default: u64) -> u64 {
    asked("CHO40_PROOF_TRANSFERS", default)
}

/// The number that random orders come from.
pub fn seed(default: u64) -> u64 {
    asked("CHO40_PROOF_SEED", default)
}

fn asked(variable: &str, default: u64) -> u64 {
    let asked = std::env::var(variable).ok();
    asked.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{variable}: {text}")))
}

/// `cho40 serve` as a process; it is killed when this is dropped.
pub struct Serving {
    process: Child,
    pub url: String,
}

impl Serving {
    /// A server that has answered once: its address is told before its workers are ready.
    pub fn start(database: &DatabaseUrl) -> Self {
        let server = Self::spawn(Self::command(database, &[]));
        let alive = format!("{}/healthz", server.url);
        agent().get(&alive).call().expect("a server that is alive");
        server
    }

    /// `cho40 serve`, started by the words `before` it.
    pub fn command(database: &DatabaseUrl, before: &[&str]) -> Command {
        let url = match database {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(text) => text.clone(),
        };
        let words = [before, &[env!("CARGO_BIN_EXE_cho40")]].concat();
        let mut command = Command::new(words[0]);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CHO40_")) {
            command.env_remove(name);
        }
        command.current_dir(Path::new(env!("CARGO_TARGET_TMPDIR")));
        // Failed writes are what some proofs are about, and they tell of each.
        command.env("CHO40_SECRET_KEY", KEY).env("CHO40_LOG", "off");
        command.args(&words[1..]);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database-url", &url]);
        command
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut greeting = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut greeting).unwrap();
        let address = greeting.trim().rsplit("//").next().unwrap();
        let address: std::net::SocketAddr = address.parse().expect(&greeting);
        Self { process, url: format!("http://{address}") }
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// SIGKILL, in the middle of whatever it does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A signed report of the feed, to be sent now.
pub fn signed(feed: &Feed<'_>, id: u64) -> SignedRequest {
    let sent = transfer(feed.stage, id, ACCOUNT, "x");
    let sent = SampleTransfer { occurred_at: Clock::system().now(), ..sent };
    sent.signed_request(&feed.config, &feed.secret, Clock::system().now()).unwrap()
}

pub fn agent() -> ureq::Agent {
    patient_agent(PATIENCE)
}

fn patient_agent(patience: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    config.timeout_global(Some(patience)).build().into()
}

/// Whether the provider was told that the report is kept.
pub fn post(agent: &ureq::Agent, url: &str, request: &SignedRequest) -> bool {
    answer(agent, url, request) == Some(true)
}

/// Whether the provider was told that the report is kept, or to try again; `None`: no answer. Any
/// other answer is wrong.
fn answer(agent: &ureq::Agent, url: &str, request: &SignedRequest) -> Option<bool> {
    let mut post = agent.post(url);
    for (name, value) in &request.headers {
        post = post.header(*name, value);
    }
    let mut answer = post.send(request.body.as_slice()).ok()?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().read_to_string().ok()?;
    assert!(matches!(status, 200 | 503), "the hook answered {status} {body}");
    assert!(status == 503 || body.contains("\"success\":true"), "the hook answered {body}");
    Some(status == 200)
}

/// What senders sent, and what was acknowledged.
#[derive(Debug, Default)]
pub struct Sent {
    pub acknowledged: BTreeSet<u64>,
    pub open: BTreeSet<u64>,
}

/// Sends reports with numbers of their own through several connections until one is not answered.
pub struct Senders {
    threads: Vec<JoinHandle<Sent>>,
}

impl Senders {
    /// Each sender begins with its share of `again`.
    pub fn start(
        feed: &Feed<'_>,
        server: &Serving,
        next: &'static AtomicU64,
        again: &Sent,
    ) -> Self {
        let count = 16;
        let mut shares = vec![Vec::new(); count];
        for (place, id) in again.open.iter().enumerate() {
            shares[place % count].push(*id);
        }
        let sign = signer(feed);
        let threads = shares
            .into_iter()
            .map(|share| {
                let (sign, url) = (sign.clone(), format!("{}/hooks/{}", server.url, feed.id));
                std::thread::spawn(move || send_until_lost(&sign, &url, share, next))
            })
            .collect();
        Self { threads }
    }

    pub fn join(self) -> Sent {
        let mut all = Sent::default();
        for thread in self.threads {
            let sent = thread.join().unwrap();
            all.acknowledged.extend(sent.acknowledged);
            all.open.extend(sent.open);
        }
        all
    }
}

/// Senders that send each report until it is acknowledged, as providers do, whatever happens to the
/// server's database meanwhile.
pub struct Stubborn {
    stop: Arc<AtomicBool>,
    /// How often they were told to try again.
    refused: Arc<AtomicU64>,
    kept: Vec<Arc<AtomicU64>>,
    threads: Vec<JoinHandle<BTreeSet<u64>>>,
}

impl Stubborn {
    pub fn start(feed: &Feed<'_>, server: &Serving, next: &'static AtomicU64) -> Self {
        let (stop, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let kept: Vec<_> = (0..8).map(|_| Arc::new(AtomicU64::new(0))).collect();
        let sign = signer(feed);
        let threads = kept
            .iter()
            .map(|kept| {
                let (sign, url) = (sign.clone(), format!("{}/hooks/{}", server.url, feed.id));
                let (stop, refused, kept) = (stop.clone(), refused.clone(), kept.clone());
                std::thread::spawn(move || {
                    // As long as providers wait.
                    let (agent, mut sent) = (patient_agent(6 * PATIENCE), BTreeSet::new());
                    while !stop.load(Ordering::Relaxed) {
                        let id = next.fetch_add(1, Ordering::Relaxed);
                        loop {
                            match answer(&agent, &url, &sign(id)) {
                                Some(true) => break,
                                Some(false) => _ = refused.fetch_add(1, Ordering::Relaxed),
                                None => panic!("no answer"),
                            }
                            std::thread::sleep(Duration::from_millis(10));
                        }
                        sent.insert(id);
                        kept.fetch_add(1, Ordering::Relaxed);
                    }
                    sent
                })
            })
            .collect();
        Self { stop, refused, kept, threads }
    }

    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Waits until each sender has had some more reports acknowledged, without any help.
    pub fn go_on(&self) {
        let before: Vec<_> = self.kept.iter().map(|kept| kept.load(Ordering::Relaxed)).collect();
        self.wait("go on", |all| {
            all.kept.iter().zip(&before).all(|(kept, b)| kept.load(Ordering::Relaxed) > b + 2)
        });
    }

    /// Waits until they were told to try again some more times.
    pub fn are_refused(&self) {
        let before = self.refused();
        self.wait("refused", |all| all.refused() > before + 4);
    }

    fn wait(&self, what: &str, until: impl Fn(&Self) -> bool) {
        let since = std::time::Instant::now();
        while !until(self) {
            assert!(since.elapsed() < 6 * PATIENCE, "the senders do not {what}");
            assert!(!self.threads.iter().any(JoinHandle::is_finished), "a sender has ended");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets each sender come to the end of its report; what they sent is all acknowledged.
    pub fn join(self) -> BTreeSet<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    }
}

/// What a sender needs of the feed to sign by itself.
type Sign = Arc<dyn Fn(u64) -> SignedRequest + Send + Sync>;

fn signer(feed: &Feed<'_>) -> Sign {
    let (config, secret) = (feed.config.clone(), feed.secret.clone());
    let sample = transfer(feed.stage, 0, ACCOUNT, "x");
    Arc::new(move |id| {
        let now = Clock::system().now();
        let sent = SampleTransfer { id, occurred_at: now, ..sample };
        sent.signed_request(&config, &secret, now).unwrap()
    })
}

fn send_until_lost(sign: &Sign, url: &str, again: Vec<u64>, next: &AtomicU64) -> Sent {
    let (agent, mut sent) = (agent(), Sent::default());
    let mut again = again.into_iter();
    loop {
        let id = again.next().unwrap_or_else(|| next.fetch_add(1, Ordering::Relaxed));
        if !post(&agent, url, &sign(id)) {
            sent.open.insert(id);
            sent.open.extend(again);
            return sent;
        }
        sent.acknowledged.insert(id);
    }
}

/// The ids that are kept: each has one sighting, one transfer, and the delivery that told it, and
/// the events are numbered without gaps, one a transfer; the books agree. All as of one moment:
/// PostgreSQL may still be at the last statement of a process that was killed.
#[track_caller]
pub fn kept_whole(database: &DatabaseUrl, board_id: BoardId) -> BTreeSet<u64> {
    let mut connection = DbConnection::open(database).unwrap();
    connection.in_snapshot(|connection| Ok(check(connection, board_id))).unwrap()
}

fn check(connection: &mut DbConnection, board_id: BoardId) -> BTreeSet<u64> {
    let columns = (sightings::provider_id, sightings::transfer_id, sightings::delivery_id);
    let rows: Vec<(String, Option<i64>, i64)> =
        sightings::table.select(columns).load(connection).unwrap();
    let transfers: Vec<i64> =
        kept_transfers::table.select(kept_transfers::id).load(connection).unwrap();
    let transfers: BTreeSet<i64> = transfers.into_iter().collect();
    let deliveries: Vec<i64> = deliveries::table.select(deliveries::id).load(connection).unwrap();
    let deliveries: BTreeSet<i64> = deliveries.into_iter().collect();
    for (provider_id, transfer_id, delivery_id) in &rows {
        assert!(transfers.contains(&transfer_id.unwrap()), "{provider_id} has no transfer");
        assert!(deliveries.contains(delivery_id), "{provider_id} has no delivery");
    }
    assert_eq!(transfers.len(), rows.len());
    let told = events::after(connection, board_id, 0, usize::MAX).unwrap();
    assert!(told.iter().map(|event| event.seq).eq(1..=rows.len() as i64), "one event a transfer");
    let differences = doctor::examine(connection, board_id).unwrap();
    assert!(differences.is_empty(), "{differences:?}");
    let kept: BTreeSet<u64> = rows.iter().map(|(id, ..)| id.parse().unwrap()).collect();
    assert_eq!(kept.len(), rows.len());
    kept
}
