//! Builds the whole from its configuration. Tests run it on a random port.

mod law_tables;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpServer, web};

use crate::access::SecretKey;
use crate::access::looks::Looks;
use crate::access::used::KeysUsed;
use crate::db::lease::{self, LEASE_MS, Lease};
use crate::db::{DatabaseUrl, Db, DbConnection, Fault, Lanes, Outcome, migrate};
use crate::intake::Intake;
use crate::intake::book::FeedBook;
use crate::intake::complaints::Complaints;
use crate::intake::phone::{Seen, texts};
use crate::intake::poll::{AllowedHosts, Poller};
use crate::intake::refused::RefusedLog;
use crate::intake::retention;
use crate::intake::statements::{self, Importing};
use crate::ledger::{LedgerWriter, index, relink, rollup, strays};
use crate::live::Hub;
use crate::primitives::id::IdGenerator;
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{Clock, Refusal, memory};
use crate::print::Press;
use crate::web::limiter::Limits;
use crate::web::state::{AppState, Front};
use crate::web::tls::Certificate;

/// Transactions that index a board's transfers, each time: what a burst leaves is read from its
/// events meanwhile.
const INDEX_STEPS: u64 = 16;
/// Months and thirds of one transaction, some tenths of a second for a big market: hooks come in between.
const ROLLED_AT_ONCE: usize = 8;
/// While hooks wait, one such transaction for every so many events that wait too, and one.
const EVENTS_A_BUSY_STEP: u64 = 50_000;

/// Feeds that are polled at once: one whose provider does not answer must not hold up the others.
const POLLERS: usize = 4;

/// What a process is told at its start.
#[derive(Clone, Debug)]
pub struct Config {
    pub database_url: DatabaseUrl,
    /// The secret key's file.
    pub key_file: PathBuf,
    /// The secret key itself (64 hexadecimal digits), instead of the file.
    pub key_hex: Option<String>,
    /// Whether a missing key file is made: only where the database is new.
    pub may_create_key: bool,
    /// HTTP worker threads.
    pub workers: usize,
    /// Writer lanes of PostgreSQL; SQLite has one.
    pub postgres_lanes: usize,
    /// Deliveries of one transaction at most; 1 turns batching off, to measure what it brings.
    pub batch_limit: usize,
    /// Serves `/noop`, which answers like a hook and does nothing: the yardstick of benchmarks.
    pub noop_route: bool,
    /// Whether a server polls feeds; `false` on all but some of several servers is fine.
    pub polls: bool,
    /// Addresses that feeds may be polled at besides those of the outside, by https.
    pub poll_hosts: AllowedHosts,
    /// A folder with templates for printed pages, instead of those of the program.
    pub print_templates: Option<PathBuf>,
    /// A folder with newer tables of the law's forms, sums and wordings than those of the program.
    pub law_tables: Option<PathBuf>,
    /// Days after which memos, payers and bodies are erased.
    pub keep_bodies_days: i64,
    pub limits: Limits,
    /// The proxies before it, and whether people come by https.
    pub front: Front,
}

/// Takes a port.
///
/// # Errors
/// `address-in-use`, `address-not-usable` on `listen`.
pub fn bind(listen: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(listen).map_err(|error| {
        let is_taken = error.kind() == std::io::ErrorKind::AddrInUse;
        let code = if is_taken { "address-in-use" } else { "address-not-usable" };
        let refusal = Refusal::invalid("listen", code);
        refusal.with("address", listen).with("error", error).into()
    })
}

/// A built installation: database, lanes, clock and ids.
#[derive(Clone)]
pub struct App {
    pub config: Config,
    pub db: Db,
    pub clock: Clock,
    pub ids: Arc<IdGenerator>,
    pub secret_key: SecretKey,
    pub intake: Intake,
    pub hub: Arc<Hub>,
    keys_used: KeysUsed,
    looks: Looks,
    lease: Arc<Mutex<Lease>>,
}

impl App {
    /// Opens an existing, migrated database and starts its writer lanes.
    pub fn build(config: Config, clock: Clock) -> Outcome<Self> {
        if let Some(folder) = &config.law_tables {
            law_tables::take(folder)?;
        }
        let mut connection = DbConnection::open_first(&config.database_url)?;
        migrate::require_current(&mut connection)?;
        let secret_key = if let Some(text) = &config.key_hex {
            SecretKey::from_hex(text).ok_or_else(|| Refusal::conflict("secret-key-malformed"))?
        } else {
            // A new file beside a database of another key would only hide what is missing.
            let may_create = config.may_create_key && !SecretKey::is_settled(&mut connection)?;
            SecretKey::load(&config.key_file, may_create)?
        };
        secret_key.check(&mut connection)?;
        let now = clock.now();
        let lease = connection.in_transaction(|connection| {
            secret_key.turn_years(connection, now)?;
            lease::take(connection, &holder(), now)
        })?;
        drop(connection);
        let ids = Arc::new(IdGenerator::new(clock.clone(), lease.instance, lease.high_water));
        let lanes = Lanes::start(
            &config.database_url,
            config.postgres_lanes,
            config.batch_limit,
            LedgerWriter::default,
        )?;
        let db = Db::new(&config.database_url, lanes.clone())?;
        let intake = Intake {
            db: db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            secret_key: secret_key.clone(),
            lanes,
            book: Arc::new(FeedBook::default()),
            refused: RefusedLog::default(),
            complaints: Complaints::default(),
            polls: Arc::default(),
            phones: Seen::default(),
            importing: Importing::default(),
        };
        let lease = Arc::new(Mutex::new(lease));
        let hub = Arc::new(Hub::new(db.clone(), clock.clone(), Arc::clone(&ids)));
        let (keys_used, looks) = (KeysUsed::default(), Looks::default());
        Ok(Self { config, db, clock, ids, secret_key, intake, hub, keys_used, looks, lease })
    }

    /// Serves HTTP until it is stopped; called inside a runtime. The address may name port 0.
    pub fn serve(&self, listen: SocketAddr) -> Outcome<Running> {
        self.serve_on(bind(listen)?)
    }

    /// [`Self::serve`] on a port that was taken before.
    pub fn serve_on(&self, listener: TcpListener) -> Outcome<Running> {
        let address = listener.local_addr().map_err(Fault::broken)?;
        let config = &self.config;
        let (limits, hosts) = (config.limits, config.poll_hosts.clone());
        let front = config.front.clone();
        let front_certificate = front.certificate.clone();
        let (intake, hub) = (self.intake.clone(), Arc::clone(&self.hub));
        let press = Press::new(config.print_templates.as_deref())?;
        let mut state = AppState::new(intake, hub, limits, config.noop_route, hosts, press, front)?;
        state.keys_used = self.keys_used.clone();
        state.looks = self.looks.clone();
        let state = web::Data::new(state);
        let certificate = front_certificate.map(Certificate::load).transpose()?;
        let server = HttpServer::new(move || {
            ActixApp::new().configure(crate::web::configure(state.clone()))
        })
        .workers(self.config.workers)
        .backlog(1_024)
        .shutdown_timeout(10)
        .disable_signals();
        let server = match &certificate {
            Some(one) => server.listen_rustls_0_23(listener, Arc::clone(one).server_config()?),
            None => server.listen(listener),
        };
        let server = server.map_err(Fault::broken)?.run();
        let handle = server.handle();
        let serving = tokio::task::spawn(server);
        let upkeep = tokio::task::spawn(self.clone().upkeep(certificate));
        let keeping = tokio::task::spawn(self.clone().keep_refused_each_second());
        let telling = tokio::task::spawn(Arc::clone(&self.hub).run(self.intake.lanes.written()));
        let poller = Poller::new(self.intake.clone(), config.poll_hosts.clone());
        if config.polls {
            poller.take_over()?;
        }
        let polling = (0..if config.polls { POLLERS } else { 0 })
            .map(|number| {
                let poller = poller.clone();
                let thread = std::thread::Builder::new().name(format!("poll-{number}"));
                thread.spawn(move || poller.work()).map_err(Fault::broken)
            })
            .collect::<Outcome<Vec<_>>>()?;
        Ok(Running {
            polling: Arc::new(Mutex::new(polling)),
            poller,
            address,
            handle,
            serving: Arc::new(Mutex::new(Some(serving))),
            background: Arc::new([upkeep, keeping, telling]),
            app: self.clone(),
        })
    }

    /// Indexes transfers and follows changed links every ten seconds, renews the lease, and keeps
    /// the last use of keys and who looked at what each minute,
    /// goes on with statements that were broken off and shows a renewed certificate every minute, rolls finished months up and
    /// forgets old notices, statements and bodies each hour. Gives back what memory is free.
    async fn upkeep(self, certificate: Option<Arc<Certificate>>) {
        let mut tens: u32 = 0;
        let mut ticks = tokio::time::interval(std::time::Duration::from_secs(10));
        loop {
            ticks.tick().await;
            if tens.is_multiple_of(6)
                && let Err(fault) = self.renew_lease(LEASE_MS).await
            {
                tracing::error!(%fault, "the id lease was not renewed");
            }
            if tens.is_multiple_of(360) {
                self.each_hour().await;
            }
            if tens.is_multiple_of(6) {
                self.keys_used.flush(&self.db).await;
                self.looks.flush(&self.db, self.clock.now()).await;
                if let Some(certificate) = certificate.clone() {
                    tokio::task::spawn_blocking(move || {
                        if let Err(refusal) = certificate.renew() {
                            tracing::error!(?refusal, "the certificate's files were not taken");
                        }
                    });
                }
                let intake = self.intake.clone();
                // Nobody waits for it: one that stops again is tried again.
                tokio::task::spawn_blocking(move || {
                    if let Err(fault) = statements::resume(&intake) {
                        tracing::error!(%fault, "statements were not looked for");
                    }
                });
            }
            if let Err(fault) = self.index_transfers().await {
                tracing::error!(%fault, "transfers were not indexed");
            }
            if let Err(fault) = self.name_strays().await {
                tracing::error!(%fault, "transfers of no account were not named");
            }
            if let Err(fault) = self.follow_links().await {
                tracing::error!(%fault, "changed links were not followed");
            }
            tokio::task::spawn_blocking(memory::give_back);
            tens = tens.wrapping_add(1);
        }
    }

    async fn each_hour(&self) {
        let done = [
            (self.turn_years().await, "the keys of payers were not looked through"),
            (self.roll_up().await, "finished days were not rolled up"),
            (self.forget_old_texts().await, "old notices were not forgotten"),
            (self.forget_old_statements().await, "old statements were not forgotten"),
            (self.erase_old_bodies().await, "old bodies were not erased"),
        ];
        for (done, what) in done {
            if let Err(fault) = done {
                tracing::error!(%fault, "{what}");
            }
        }
    }

    async fn keep_refused_each_second(self) {
        let mut ticks = tokio::time::interval(std::time::Duration::from_secs(1));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.keep_refused().await;
        }
    }

    /// Writes the refused deliveries and the phones' signs of life that wait.
    pub async fn keep_refused(&self) {
        self.intake.refused.flush(&self.db).await;
        self.intake.phones.flush(&self.db).await;
    }

    /// Forgets notices of phones that nobody has marked in time.
    pub async fn forget_old_texts(&self) -> Outcome<()> {
        let now = self.clock.now();
        for board_id in self.db.read(crate::registry::boards::all_ids).await? {
            let forget =
                move |connection: &mut DbConnection| texts::forget_old(connection, board_id, now);
            self.db.write(board_id.0, forget).await?;
        }
        Ok(())
    }

    /// Forgets statements that nobody has committed in time.
    pub async fn forget_old_statements(&self) -> Outcome<()> {
        let now = self.clock.now();
        for board_id in self.db.read(crate::registry::boards::all_ids).await? {
            let forget = move |connection: &mut DbConnection| {
                statements::forget_old(connection, board_id, now)
            };
            self.db.write(board_id.0, forget).await?;
        }
        Ok(())
    }

    /// Makes the key of the coming year's payers, and forgets the one whose time is over.
    pub async fn turn_years(&self) -> Outcome<()> {
        let (key, now) = (self.secret_key.clone(), self.clock.now());
        self.db.write(0, move |connection| key.turn_years(connection, now)).await
    }

    /// Erases memos, payers and bodies whose time is over, until nothing is left or hooks wait: they go
    /// first.
    pub async fn erase_old_bodies(&self) -> Outcome<()> {
        let kept_ms = self.config.keep_bodies_days.saturating_mul(MS_PER_DAY);
        let before = self.clock.now().plus_ms(-kept_ms);
        for board_id in self.db.read(crate::registry::boards::all_ids).await? {
            let step =
                move |connection: &mut DbConnection| retention::step(connection, board_id, before);
            while self.db.write(board_id.0, step).await? {
                if self.intake.lanes.is_busy(board_id.0) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Brings the boards' index of transfers up to date, some way at a time, and fewer steps while
    /// hooks wait: they go first.
    pub async fn index_transfers(&self) -> Outcome<()> {
        for board_id in self.db.read(index::behind).await? {
            for done in 1..=INDEX_STEPS {
                let step =
                    move |connection: &mut DbConnection| index::catch_up(connection, board_id);
                let left = self.db.write(board_id.0, step).await?;
                let is_enough = done > left / EVENTS_A_BUSY_STEP;
                if left == 0 || is_enough && self.intake.lanes.is_busy(board_id.0) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads the numbers of transfers of no account that were stored without them.
    pub async fn name_strays(&self) -> Outcome<()> {
        for board_id in self.db.read(strays::unnamed_boards).await? {
            let step = move |connection: &mut DbConnection| strays::name_some(connection, board_id);
            while self.db.write(board_id.0, step).await? {
                if self.intake.lanes.is_busy(board_id.0) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Decides again what changed links decide otherwise, until nothing is left or hooks wait: they
    /// go first.
    pub async fn follow_links(&self) -> Outcome<()> {
        for board_id in self.db.read(relink::boards).await? {
            loop {
                let now = self.clock.now();
                let step = move |connection: &mut DbConnection| {
                    relink::step(connection, board_id, relink::AT_ONCE, now)
                };
                let is_left = self.db.write(board_id.0, step).await?;
                if !is_left || self.intake.lanes.is_busy(board_id.0) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Keeps the lease; where another process has taken the instance meanwhile, takes a new one.
    async fn renew_lease(&self, for_ms: i64) -> Outcome<()> {
        let (now, high_water) = (self.clock.now(), self.ids.high_water().max(self.clock.now()));
        let lease = *self.lease.lock().unwrap_or_else(PoisonError::into_inner);
        let renew = move |connection: &mut DbConnection| {
            if lease::renew(connection, lease, now.plus_ms(for_ms), high_water)? || for_ms < 0 {
                return Ok(None);
            }
            lease::take(connection, &holder(), now).map(Some)
        };
        if let Some(lease) = self.db.write(0, renew).await? {
            tracing::warn!(instance = lease.instance, "the id lease was lost; a new one was taken");
            self.ids.move_to(lease.instance, lease.high_water);
            *self.lease.lock().unwrap_or_else(PoisonError::into_inner) = lease;
        }
        Ok(())
    }

    /// Rolls the finished months and thirds of months of every board up.
    pub async fn roll_up(&self) -> Outcome<()> {
        let today = self.clock.now().day(0);
        for board_id in self.db.read(crate::registry::boards::all_ids).await? {
            // What waits to be indexed, in transactions of its own: hooks come in between.
            let waiting =
                self.db.read(move |connection| index::waiting(connection, board_id)).await?;
            for _ in 0..waiting / index::AT_ONCE as u64 {
                self.db
                    .write(board_id.0, move |connection| index::catch_up(connection, board_id))
                    .await?;
            }
            let some = move |connection: &mut DbConnection| {
                rollup::roll_up(connection, board_id, today, ROLLED_AT_ONCE)
            };
            while !self.db.write(board_id.0, some).await?.is_empty() {}
        }
        Ok(())
    }
}

/// How a person recognises this process among the leases.
fn holder() -> String {
    format!("pid {}", std::process::id())
}

/// A running server.
#[derive(Clone)]
pub struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    serving: Arc<Mutex<Option<tokio::task::JoinHandle<std::io::Result<()>>>>>,
    background: Arc<[tokio::task::JoinHandle<()>; 3]>,
    poller: Poller,
    polling: Arc<Mutex<Vec<std::thread::JoinHandle<()>>>>,
    app: App,
}

impl Running {
    /// The address that it really listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets running requests end, writes what was refused, then gives the lease back.
    pub async fn stop(&self) -> Outcome<()> {
        self.poller.stop();
        // A stream that does not end would hold the server up.
        self.app.hub.stop();
        self.handle.stop(true).await;
        self.background.iter().for_each(tokio::task::JoinHandle::abort);
        let serving = self.serving.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(serving) = serving {
            serving.await.map_err(Fault::broken)?.map_err(Fault::broken)?;
        }
        let polling =
            std::mem::take(&mut *self.polling.lock().unwrap_or_else(PoisonError::into_inner));
        let ended = tokio::task::spawn_blocking(move || {
            // A thread that panicked has nothing left to end.
            for thread in polling {
                let _ = thread.join();
            }
        });
        ended.await.map_err(Fault::broken)?;
        self.app.keep_refused().await;
        self.app.keys_used.flush(&self.app.db).await;
        self.app.looks.flush(&self.app.db, self.app.clock.now()).await;
        self.app.renew_lease(-1).await
    }
}
