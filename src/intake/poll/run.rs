//! A run: each list of a feed read to its end. The cursor moves when what was read is on disk. What
//! goes wrong with one list is kept with it, and the others are read all the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::fetch::{Failure, Fetch};
use super::hosts::AllowedHosts;
use super::pace::{self, Pacer, Pause};
use super::take::database;
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::list::ListPage;
use crate::feeds::{ListApi, NoProgress, Place};
use crate::intake::Intake;
use crate::intake::book::{self, LiveFeed};
use crate::intake::polling;
use crate::intake::store::feeds as feed_rows;
use crate::intake::store::polls::{self, CursorRow, Ended, PollRow, Run};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::time::{MS_PER_MINUTE, MS_PER_SECOND};
use crate::registry::boards;

/// A feed is another instance's so long after the last sign of a run: as long as a process that was
/// killed holds it up. A run gives a sign before each request, which takes [`TIMEOUT`] at most, and
/// every [`SIGN_MS`] while it waits.
pub(super) const LEASE_MS: i64 = 90 * MS_PER_SECOND;
const SIGN_MS: u64 = 20_000;
/// Every reading goes back at least so far: a provider may write down late what came before.
const OVERLAP_MS: i64 = 10 * MS_PER_MINUTE;
const TIMEOUT: Duration = Duration::from_secs(20);
/// Times that a request is tried again within a run.
const TRIES: u32 = 2;
const HOLDS: u32 = 3;
/// A longer wait than this ends the run.
const LONGEST_HOLD_S: i64 = 60;
/// Times that a list is read anew because it changed while it was read.
const REREADS: u32 = 3;
const MAX_PAGES: u64 = 20_000;
/// A run begins no further list after this time, and reads none for longer than that. What was not
/// reached is first in the next run; a list begins anew, so that one must have time for a year.
const RUN_MS: i64 = 10 * MS_PER_MINUTE;
const LIST_MS: i64 = 60 * MS_PER_MINUTE;
/// The stop is looked at this often.
const SLICE_MS: u64 = 200;
const IDLE_MS: u64 = 1_000;

/// What a run brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    pub pages: u64,
    pub rows: u64,
    pub new_rows: u64,
    pub unreadable_rows: u64,
    /// Lists that were read to their end.
    pub lists: u64,
    /// The first thing that went wrong.
    pub failure: Option<Failure>,
}

/// What all runs of this process brought, for the meters.
#[derive(Debug, Default)]
pub struct Meters {
    pub pages: AtomicU64,
    pub new_rows: AtomicU64,
    pub unreadable_rows: AtomicU64,
    pub failures: AtomicU64,
}

/// Polls feeds; clones share everything. It blocks its thread.
#[derive(Clone)]
pub struct Poller {
    pub(super) intake: Intake,
    fetch: Fetch,
    pacer: Arc<Pacer>,
    pause: Pause,
    is_stopped: Arc<AtomicBool>,
}

/// One list on its way.
struct List<'r> {
    run: Run,
    feed: &'r LiveFeed,
    api: ListApi,
    base_url: &'r str,
    account: &'r str,
    key: &'r str,
    /// Fingerprint of what is paced: the key, or the address.
    turn: i64,
}

impl Poller {
    #[must_use]
    pub fn new(intake: Intake, allowed: AllowedHosts) -> Self {
        Self::with(intake, Fetch::new(allowed, TIMEOUT), pace::sleep())
    }

    /// [`Self::new`] with other patience.
    #[must_use]
    pub fn with(intake: Intake, fetch: Fetch, pause: Pause) -> Self {
        let (pacer, is_stopped) = (Arc::default(), Arc::default());
        Self { intake, fetch, pacer, pause, is_stopped }
    }

    /// Frees what a process held that was killed, before a server polls for the first time. A SQLite
    /// file is one server's, so whoever held anything is gone; a run of `cho40 poll once` beside it
    /// finds its term taken, ends, and the server goes on. On PostgreSQL others may live: there a
    /// lease ends by itself.
    pub fn take_over(&self) -> Outcome<()> {
        self.intake.db.write_here(0, |connection| match connection {
            DbConnection::Sqlite(_) => polls::free_all(connection),
            DbConnection::Postgres(_) => Ok(()),
        })
    }

    /// Ends runs between two requests; they go on at the next start.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
    }

    /// Polls what is due, until it is stopped.
    pub fn work(&self) {
        while !self.is_stopped.load(Ordering::Acquire) {
            match self.poll_next() {
                Ok(true) => {}
                Ok(false) => _ = self.rest(IDLE_MS),
                Err(fault) => {
                    tracing::warn!(%fault, "feeds were not polled");
                    _ = self.rest(10 * IDLE_MS);
                }
            }
        }
    }

    /// Polls one feed that is due; `false`: there is none.
    pub fn poll_next(&self) -> Outcome<bool> {
        let now = self.intake.clock.now();
        for (board_id, feed_id) in
            self.intake.db.read_here(|connection| polls::due(connection, now))?
        {
            if self.poll(board_id, feed_id, true)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Polls a feed now, or only if it `is_due`. `None`: another instance is at it, or it is not due,
    /// or not polled at all.
    pub fn poll(
        &self,
        board_id: BoardId,
        feed_id: FeedId,
        is_due: bool,
    ) -> Outcome<Option<Polled>> {
        let (now, term) = (self.intake.clock.now(), getrandom::u64().map_err(Fault::broken)?);
        let run = Run { board_id, feed_id, term: (term >> 1).max(1).cast_signed() };
        let claimed = self.intake.db.write_here(board_id.0, move |connection| {
            polls::claim(connection, run, now, now.plus_ms(LEASE_MS), is_due)
        })?;
        let Some(row) = claimed else { return Ok(None) };
        let mut polled = Polled::default();
        let failure = self.read_all(run, &row, &mut polled).err();
        polled.failure = failure;
        self.count(&polled);
        self.end(run, &row, &polled)?;
        Ok(Some(polled))
    }

    /// Adds to the process's meters.
    fn count(&self, polled: &Polled) {
        let meters = &self.intake.polls;
        meters.pages.fetch_add(polled.pages, Ordering::Relaxed);
        meters.new_rows.fetch_add(polled.new_rows, Ordering::Relaxed);
        meters.unreadable_rows.fetch_add(polled.unreadable_rows, Ordering::Relaxed);
        let is_failed = polled.failure.is_some();
        meters.failures.fetch_add(u64::from(is_failed), Ordering::Relaxed);
    }

    /// Keeps how the run ended, and when the next one is due.
    fn end(&self, run: Run, row: &PollRow, polled: &Polled) -> Outcome<()> {
        let now = self.intake.clock.now();
        let interval_ms = i64::from(row.interval_s) * MS_PER_SECOND;
        let (next_run_at, error) = match &polled.failure {
            // Somebody else goes on, or this process at its next start.
            Some(Failure::Interrupted) => {
                let give_back = move |connection: &mut _| polls::keep(connection, run, UnixMs(0));
                return self.intake.db.write_here(run.board_id.0, give_back).map(|_| ());
            }
            None => (now.plus_ms(interval_ms), None),
            Some(failure) => {
                tracing::warn!(feed_id = %run.feed_id, code = failure.code(), "a poll failed");
                let failures = row.state.failure_count.saturating_add(1);
                let of = format!("{} {failures}", run.feed_id);
                let seed = self.intake.secret_key.fingerprint("poll back-off", &of);
                // One list that fails does not hold up those that can be read.
                let back_off_ms = match polled.lists {
                    0 => pace::back_off_ms(row.interval_s, failures, seed),
                    _ => interval_ms,
                };
                let told_ms = match failure {
                    Failure::TooManyRequests(seconds) => seconds * MS_PER_SECOND,
                    _ => 0,
                };
                (now.plus_ms(back_off_ms.max(told_ms)), Some((failure.code(), failure.status())))
            }
        };
        let ended = Ended { at: now, next_run_at, error };
        let read = row.clone();
        self.intake.db.write_here(run.board_id.0, move |connection| {
            let is_ours = polls::end(connection, run, ended)?;
            if is_ours && error.is_none() { prove(connection, run, &read, now) } else { Ok(()) }
        })
    }

    fn read_all(&self, run: Run, row: &PollRow, polled: &mut Polled) -> Result<(), Failure> {
        let intake = &self.intake;
        let sealed = row.key_sealed.as_deref().ok_or(Failure::KeyMissing)?;
        let key = polling::open_key(&intake.secret_key, run.feed_id, sealed);
        let key = key.ok_or(Failure::KeyMissing)?;
        let now = intake.clock.now();
        let read = intake.db.read_here(|connection| {
            let feed = feed_rows::find(connection, run.board_id, run.feed_id)?;
            let feed = book::open(connection, &intake.secret_key, run.board_id, feed, now)?;
            Ok((feed, polls::cursors(connection, run.board_id, run.feed_id)?))
        });
        let (feed, cursors) = read.map_err(|fault| database(&fault))?;
        let cursors: BTreeMap<_, _> =
            cursors.into_iter().map(|row| (row.account.clone(), row)).collect();
        let began_at = now;
        let mut failed = Ok(());
        for account in in_turn(&row.accounts, &cursors) {
            let now = intake.clock.now();
            if now.0.saturating_sub(began_at.0) >= RUN_MS {
                return failed.and(Err(Failure::OutOfTime));
            }
            let base_url = row.base_url.as_deref().unwrap_or(row.api.base_url());
            let paced = if row.api.is_paced_by_address() { base_url } else { &key };
            let list = List {
                run,
                feed: &feed,
                api: row.api,
                base_url,
                account,
                key: &key,
                turn: intake.secret_key.fingerprint("poll key", paced),
            };
            let before = cursors.get(account).cloned().unwrap_or_default();
            let read = self.read_list(&list, row, before.clone(), polled);
            let Err(failure) = read else {
                polled.lists += 1;
                continue;
            };
            self.keep_failure(&list, before, now, &failure)?;
            if !failure.is_of_list() {
                return Err(failure);
            }
            failed = failed.and(Err(failure));
        }
        failed
    }

    /// Keeps what went wrong with a list, and where it was before.
    fn keep_failure(
        &self,
        list: &List<'_>,
        before: CursorRow,
        at: UnixMs,
        failure: &Failure,
    ) -> Result<(), Failure> {
        // Not the list's: nothing can be written, or somebody else goes on.
        if matches!(failure, Failure::Database | Failure::Interrupted) {
            return Ok(());
        }
        let tried = CursorRow {
            account: list.account.to_owned(),
            tried_at: Some(at),
            last_error: Some(failure.code().to_owned()),
            last_error_status: failure.status().map(i32::from),
            ..before
        };
        self.set_cursor(list.run, tried)
    }

    /// Writes how far a list was read, as long as the feed is this run's.
    fn set_cursor(&self, run: Run, row: CursorRow) -> Result<(), Failure> {
        let until = self.intake.clock.now().plus_ms(LEASE_MS);
        self.write(run, move |connection| {
            let is_ours = polls::keep(connection, run, until)?;
            if is_ours {
                polls::set_cursor(connection, run.board_id, run.feed_id, &row)?;
            }
            Ok(is_ours)
        })
    }

    /// Reads a list to its end, then moves its cursor.
    fn read_list(
        &self,
        list: &List<'_>,
        row: &PollRow,
        before: CursorRow,
        polled: &mut Polled,
    ) -> Result<(), Failure> {
        let api = list.api;
        let began_at = self.intake.clock.now();
        let reread = api.reread_from(began_at, before.reread_at);
        let start = api.begin(before.cursor.as_deref(), row.from_day, reread);
        let (mut place, mut head, mut total, mut rereads) = (start.clone(), None, None, 0);
        loop {
            if self.intake.clock.now().0.saturating_sub(began_at.0) >= LIST_MS {
                return Err(Failure::OutOfTime);
            }
            let body = self.ask(list, &place)?;
            let page = api.page(&body).map_err(|_| Failure::NotAList)?;
            let taken = self.take(list.run, list.feed, api, &page.rows)?;
            polled.pages += 1;
            polled.rows += page.rows.len() as u64;
            polled.new_rows += taken.new_rows;
            polled.unreadable_rows += taken.unreadable_rows;
            if let Some(newest) = api.newest(&taken.marks) {
                head = Some(api.later(head, newest));
            }
            if has_shifted(&mut total, &page) && place.page > 1 && rereads < REREADS {
                rereads += 1;
                place = start.clone();
                continue;
            }
            match api.next(&place, &page, &taken.marks) {
                Ok(Some(next)) if polled.pages < MAX_PAGES => place = next,
                Ok(None) => break,
                Ok(Some(_)) | Err(NoProgress) => return Err(Failure::NoProgress),
            }
        }
        let after = CursorRow {
            account: list.account.to_owned(),
            reread_at: reread.map(|_| began_at).or(before.reread_at),
            tried_at: Some(began_at),
            last_error: None,
            last_error_status: None,
            ..advanced(api, before, head, began_at)
        };
        self.set_cursor(list.run, after)
    }

    /// The body of a page, asked for again where that may help.
    fn ask(&self, list: &List<'_>, place: &Place) -> Result<Vec<u8>, Failure> {
        let (mut tries, mut holds, mut is_empty) = (0, 0, false);
        let (path, authorization) =
            (list.api.path(place, list.account), list.api.authorization(list.key));
        loop {
            let now = self.intake.clock.now();
            self.wait(list.run, self.pacer.turn(list.turn, now, list.api.pause_ms()))?;
            let got = self
                .fetch
                .get(list.base_url, &path, &authorization, list.api.retry_header())
                .and_then(|body| match list.api.page(&body) {
                    Ok(_) => Ok(body),
                    Err(_) => Err(Failure::NotAList),
                });
            match got {
                Err(Failure::TooManyRequests(seconds))
                    if holds < HOLDS && seconds <= LONGEST_HOLD_S =>
                {
                    holds += 1;
                    let until = self.intake.clock.now().plus_ms(seconds * MS_PER_SECOND);
                    self.pacer.hold(list.turn, until);
                }
                // How SePay's first list refuses a key, and what a server says that stumbles: once is
                // not enough.
                Err(Failure::KeyRefused(200)) if !is_empty => {
                    is_empty = true;
                    self.rest(IDLE_MS)?;
                }
                Err(failure) if tries < TRIES && failure.may_pass() => {
                    tries += 1;
                    self.rest(u64::from(tries) * IDLE_MS)?;
                }
                got => return got,
            }
        }
    }

    /// Waits for the run's next request, and keeps its feed meanwhile.
    fn wait(&self, run: Run, ms: u64) -> Result<(), Failure> {
        let mut left = ms;
        while left > SIGN_MS {
            self.rest(SIGN_MS)?;
            self.keep(run)?;
            left -= SIGN_MS;
        }
        self.rest(left)?;
        self.keep(run)
    }

    /// Waits, unless the server stops.
    fn rest(&self, ms: u64) -> Result<(), Failure> {
        let mut left = ms;
        loop {
            if self.is_stopped.load(Ordering::Acquire) {
                return Err(Failure::Interrupted);
            }
            if left == 0 {
                return Ok(());
            }
            let slice = left.min(SLICE_MS);
            (self.pause)(slice);
            left -= slice;
        }
    }
}

/// The lists of a feed, those that were not tried for the longest time first; one of all accounts has
/// no name.
fn in_turn<'r>(accounts: &'r [String], cursors: &BTreeMap<String, CursorRow>) -> Vec<&'r str> {
    let mut all: Vec<&str> = accounts.iter().map(String::as_str).collect();
    if all.is_empty() {
        all.push("");
    }
    all.sort_by_key(|account| cursors.get(*account).and_then(|row| row.tried_at));
    all
}

/// The reading proves this day for the accounts that were asked for.
fn prove(connection: &mut DbConnection, run: Run, row: &PollRow, at: UnixMs) -> Outcome<()> {
    let day = at.day(boards::day_start_minute(connection, run.board_id)?);
    if row.accounts.is_empty() {
        return polls::read_on(connection, run, "", day, at);
    }
    // Ids of SePay's own do not tell which accounts these are.
    let mut named = row.accounts.iter().filter(|_| row.api != ListApi::SepayV2);
    named.try_for_each(|account| polls::read_on(connection, run, account, day, at))
}

/// Whether the list has another length than on the page before: rows may have changed pages.
fn has_shifted(total: &mut Option<u64>, page: &ListPage<'_>) -> bool {
    let before = std::mem::replace(total, page.total);
    before.is_some() && page.total.is_some() && before != page.total
}

/// How far the list is read now. The cursor goes to where the head was some minutes ago: between then
/// and now everything before that head has been read once more.
fn advanced(api: ListApi, before: CursorRow, head: Option<String>, began_at: UnixMs) -> CursorRow {
    if let Some(cursor) = api.cursor_by_day(began_at) {
        return CursorRow { cursor: Some(cursor), head: None, head_seen_at: began_at, ..before };
    }
    let since_ms = began_at.0.saturating_sub(before.head_seen_at.0);
    match before.head {
        None => CursorRow { head, head_seen_at: began_at, ..before },
        // Also where the clock was set back.
        Some(ref old) if !(0..OVERLAP_MS).contains(&since_ms) => CursorRow {
            head: head.or_else(|| Some(old.clone())),
            cursor: Some(old.clone()),
            head_seen_at: began_at,
            ..before
        },
        Some(_) => before,
    }
}
