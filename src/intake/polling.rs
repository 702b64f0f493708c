//! How a feed is polled: set, seen, ended. The key that its provider gave is sealed like the feed's
//! secrets, and no answer shows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::poll::AllowedHosts;
use super::store::feeds as feed_rows;
use super::store::polls::{self as rows, CursorRow, PollRow, PollState};
use crate::access::{Act, Permission, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{ListApi, Provider, Secret};
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::{Day, Refusal, UnixMs};

const MIN_KEY_CHARS: usize = 12;
const MAX_ACCOUNTS: usize = 200;
const MAX_ACCOUNT_CHARS: usize = 40;
const INTERVALS_S: std::ops::RangeInclusive<i32> = 15..=86_400;
const INTERVAL_S: i32 = 60;
const FROM_DAYS: i32 = 366;

/// How a feed is polled, and how that goes. Its key is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Polling {
    pub feed_id: FeedId,
    /// `sepay_v1`, `sepay_v2` or `casso_v2`.
    pub api: String,
    pub base_url: String,
    /// Asked for one by one; empty: all accounts of the key at once.
    pub accounts: Vec<String>,
    pub interval_s: i32,
    /// Where the first reading began.
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    /// `false`: the installation's key was lost, and the poll key with it.
    pub has_key: bool,
    #[schema(value_type = String, format = DateTime)]
    pub key_set_at: UnixMs,
    #[schema(value_type = String, format = DateTime)]
    pub next_run_at: UnixMs,
    /// An instance is at it now.
    pub is_running: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_run_at: Option<UnixMs>,
    /// The last time that everything was read to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_success_at: Option<UnixMs>,
    /// Runs that have failed since.
    pub failure_count: i32,
    pub last_error: Option<PollError>,
    /// Accounts that the last run did not read to their end; the others were read all the same.
    pub failing_accounts: Vec<AccountError>,
}

/// Why one account was not read.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountError {
    pub account: String,
    #[serde(flatten)]
    pub error: PollError,
}

/// Why a run failed; also kept after later ones succeeded.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollError {
    /// E.g. `timeout`, `key-refused`, `too-many-requests`, `not-a-list`.
    pub code: String,
    pub http_status: Option<i32>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<UnixMs>,
    /// Everything has been read to its end since.
    pub is_over: bool,
    /// What it means and what to do, and since when it is over, in the caller's language.
    pub detail: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPolling {
    /// `sepay_v1`, `sepay_v2` or `casso_v2`.
    pub api: String,
    /// The key or token that the provider gives for its API. Absent: the present one stays,
    /// unless `base_url` changes.
    pub key: Option<String>,
    /// Another address of the provider's API, by https; the provider's own where it is absent.
    pub base_url: Option<String>,
    /// Account numbers that are asked for one by one (SePay API v2: ids of its bank accounts);
    /// empty: all accounts of the key at once. At most 200.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Seconds between two runs, 15–86,400; 60 where it is absent.
    pub interval_s: Option<i32>,
    /// Where the first reading begins, at most 366 days ago; yesterday where it is absent.
    #[schema(value_type = Option<String>, format = Date)]
    pub from_day: Option<Day>,
}

/// # Errors
/// `not-found`: the feed, or it is not polled.
pub fn get(connection: &mut DbConnection, act: &Act, id: FeedId) -> Outcome<Polling> {
    act.require(Permission::FeedsRead)?;
    feed_rows::find(connection, act.board_id(), id)?;
    let row = rows::find(connection, act.board_id(), id)?;
    let row = row.ok_or_else(|| Refusal::not_found("polling"))?;
    let cursors = rows::cursors(connection, act.board_id(), id)?;
    Ok(show(act, row, cursors))
}

/// Polls the feed from now on, or otherwise than before, also where polling had ended. Another list,
/// or another `from_day`, is read from its beginning.
///
/// # Errors
/// `poll-provider-without-list`, `poll-api-unknown`, `poll-key-required`, `poll-accounts-not-taken`,
/// `poll-account-malformed`, `poll-from-day-out-of-range`, `poll-url-malformed`,
/// `poll-url-not-allowed`, `list-too-long`, `number-out-of-range`, those of secrets on `key`.
pub fn set(
    connection: &mut DbConnection,
    act: &Act,
    secret_key: &SecretKey,
    allowed: &AllowedHosts,
    id: FeedId,
    new: NewPolling,
) -> Outcome<Polling> {
    act.require(Permission::FeedsWrite)?;
    let feed = feed_rows::find(connection, act.board_id(), id)?;
    let before = rows::kept(connection, act.board_id(), id)?;
    let api = check_api(feed.provider, &new.api)?;
    let base_url = new.base_url.map(|url| allowed.check(&url)).transpose()?;
    let (key_sealed, key_set_at) = match (&new.key, &before) {
        (Some(key), _) => {
            let key = Secret::new(key, MIN_KEY_CHARS).map_err(|refusal| refusal.on("key"))?;
            (Some(secret_key.seal(&place(id), key.expose().as_bytes())?), act.at)
        }
        // To another address only a key goes that was given for it: nobody reads a kept one so.
        (None, Some(row)) if row.key_sealed.is_some() && row.base_url == base_url => {
            (row.key_sealed.clone(), row.key_set_at)
        }
        (None, _) => return Err(Refusal::invalid("key", "poll-key-required").into()),
    };
    let from_day = match (new.from_day, &before) {
        (Some(day), _) => check_from_day(day, act.at)?,
        (None, Some(row)) => row.from_day,
        (None, None) => act.at.day(0).plus(-1),
    };
    if before.is_some_and(|row| row.api != api || row.from_day != from_day) {
        rows::forget_cursors(connection, act.board_id(), id)?;
    }
    let row = PollRow {
        feed_id: id,
        api,
        base_url,
        accounts: check_accounts(api, new.accounts)?,
        interval_s: check_interval(new.interval_s.unwrap_or(INTERVAL_S))?,
        from_day,
        key_sealed,
        key_set_at,
        state: PollState { next_run_at: act.at, ..PollState::default() },
        ended_at: None,
    };
    rows::put(connection, act.board_id(), &row)?;
    get(connection, act, id)
}

/// Ends polling and forgets its key and address. How far it came stays, for when it is taken up again.
///
/// # Errors
/// `not-found`.
pub fn remove(connection: &mut DbConnection, act: &Act, id: FeedId) -> Outcome<()> {
    act.require(Permission::FeedsWrite)?;
    feed_rows::find(connection, act.board_id(), id)?;
    if rows::remove(connection, act.board_id(), id, act.at)? {
        return Ok(());
    }
    Err(Refusal::not_found("polling").into())
}

/// The board of a feed that can be polled now, for the operator's own command.
///
/// # Errors
/// `not-found`, `feed-disabled`.
pub fn require(connection: &mut DbConnection, id: FeedId) -> Outcome<BoardId> {
    let board_id = feed_rows::board_of(connection, id)?;
    let board_id = board_id.ok_or_else(|| Refusal::not_found("feed"))?;
    if feed_rows::find(connection, board_id, id)?.disabled_at.is_some() {
        return Err(Refusal::conflict("feed-disabled").into());
    }
    rows::find(connection, board_id, id)?.ok_or_else(|| Refusal::not_found("polling"))?;
    Ok(board_id)
}

/// A feed as the meters show it.
#[derive(Clone, Copy, Debug)]
pub struct Metered {
    pub feed_id: FeedId,
    pub last_success_at: Option<UnixMs>,
    pub failure_count: i32,
}

/// Every feed that is polled, for the operator's own meters.
pub fn metered(connection: &mut DbConnection) -> Outcome<Vec<Metered>> {
    let metered = |row: PollRow| Metered {
        feed_id: row.feed_id,
        last_success_at: row.state.last_success_at,
        failure_count: row.state.failure_count,
    };
    Ok(rows::all(connection)?.into_iter().map(metered).collect())
}

/// The key, if it was sealed with the installation's present one.
pub(super) fn open_key(secret_key: &SecretKey, id: FeedId, sealed: &[u8]) -> Option<String> {
    String::from_utf8(secret_key.open(&place(id), sealed)?).ok()
}

/// A poll key cannot be put in the place of a secret.
fn place(id: FeedId) -> String {
    format!("poll {id}")
}

fn show(act: &Act, row: PollRow, cursors: Vec<CursorRow>) -> Polling {
    let error = |code: Option<String>, http_status, at| {
        code.map(|code| PollError { code, http_status, at, is_over: false, detail: String::new() })
    };
    let state = row.state;
    let mut last_error = error(state.last_error, state.last_error_status, state.last_error_at);
    if let Some(error) = &mut last_error {
        error.is_over = state.last_success_at.is_some_and(|at| Some(at) > error.at);
    }
    let is_asked = |cursor: &CursorRow| row.accounts.contains(&cursor.account);
    let failing = cursors.into_iter().filter(is_asked).filter_map(|cursor| {
        let error = error(cursor.last_error, cursor.last_error_status, cursor.tried_at)?;
        Some(AccountError { account: cursor.account, error })
    });
    let failing_accounts = failing.collect();
    Polling {
        feed_id: row.feed_id,
        base_url: row.base_url.unwrap_or_else(|| row.api.base_url().to_owned()),
        api: row.api.as_str().to_owned(),
        accounts: row.accounts,
        interval_s: row.interval_s,
        from_day: row.from_day,
        has_key: row.key_sealed.is_some(),
        key_set_at: row.key_set_at,
        next_run_at: state.next_run_at,
        is_running: state.leased_until > act.at,
        last_run_at: state.last_run_at,
        last_success_at: state.last_success_at,
        failure_count: state.failure_count,
        last_error,
        failing_accounts,
    }
}

fn check_api(provider: Provider, text: &str) -> Result<ListApi, Refusal> {
    let of_provider = || ListApi::ALL.into_iter().filter(|api| api.provider() == provider);
    let names: Vec<_> = of_provider().map(ListApi::as_str).collect();
    if names.is_empty() {
        return Err(Refusal::conflict("poll-provider-without-list"));
    }
    of_provider().find(|api| api.as_str() == text).ok_or_else(|| {
        Refusal::invalid("api", "poll-api-unknown").with("allowed", names.join(", "))
    })
}

fn check_accounts(api: ListApi, mut accounts: Vec<String>) -> Result<Vec<String>, Refusal> {
    if accounts.len() > MAX_ACCOUNTS {
        return Err(Refusal::invalid("accounts", "list-too-long").with("max", MAX_ACCOUNTS));
    }
    if !accounts.is_empty() && !api.takes_account() {
        return Err(Refusal::invalid("accounts", "poll-accounts-not-taken"));
    }
    let is_good = |account: &String| {
        (1..=MAX_ACCOUNT_CHARS).contains(&account.len())
            && account.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if let Some(place) = accounts.iter().position(|account| !is_good(account)) {
        let refusal = Refusal::invalid(format!("accounts[{place}]"), "poll-account-malformed");
        return Err(refusal.with("max", MAX_ACCOUNT_CHARS));
    }
    accounts.sort_unstable();
    accounts.dedup();
    Ok(accounts)
}

fn check_interval(interval_s: i32) -> Result<i32, Refusal> {
    if INTERVALS_S.contains(&interval_s) {
        return Ok(interval_s);
    }
    let refusal = Refusal::invalid("interval_s", "number-out-of-range");
    Err(refusal.with("min", INTERVALS_S.start()).with("max", INTERVALS_S.end()))
}

fn check_from_day(day: Day, now: UnixMs) -> Result<Day, Refusal> {
    let today = now.day(0);
    if (today.plus(-FROM_DAYS)..=today).contains(&day) {
        return Ok(day);
    }
    Err(Refusal::invalid("from_day", "poll-from-day-out-of-range").with("max", FROM_DAYS))
}
