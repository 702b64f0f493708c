//! Refused deliveries: the last ones of each feed are kept, off the hot path, so that money is
//! not lost to a mistyped secret.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deliveries::{Dismissal, WHY_CHARS};
use super::store::deliveries::DismissalRow;
use super::store::feeds as feed_rows;
use super::store::refused::{self as rows, RefusedRow};
use crate::access::{Act, Permission};
use crate::db::{Db, DbConnection, Outcome};
use crate::ledger::lock_board;
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::{Refusal, UnixMs};
use crate::registry::{Page, PageRequest, check};

/// Kept refusals of a feed.
const KEPT: usize = 200;
/// Refusals of all feeds that wait to be written; with their bodies some 30 MB at most.
const WAITING: usize = 2_000;
/// Longer bodies are kept cut; a transfer's report is about 1 kB.
const BODY_BYTES: usize = 16 * 1_024;

/// Oldest first.
type Waiting = HashMap<(BoardId, FeedId), VecDeque<RefusedRow>>;

/// Keeps refusals: collected in memory, written some time soon in one transaction a board, so
/// that a flood of them costs the writer as much as a single one.
#[derive(Clone, Default)]
pub struct RefusedLog {
    waiting: Arc<Mutex<Waiting>>,
}

/// A refused delivery as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refused {
    /// Its number among the feed's refused deliveries.
    pub number: i64,
    #[schema(value_type = String, format = DateTime)]
    pub received_at: UnixMs,
    /// Why, e.g. `wrong-signature`; see `docs/feeds/`.
    pub reason: String,
    /// Its meaning, in the caller's language.
    pub detail: String,
    /// The kept headers, `[["name", "value"], …]`.
    #[schema(value_type = Vec<Vec<String>>)]
    pub headers: serde_json::Value,
    /// As text; bytes that are not UTF-8 are replaced. Only for keys with `amounts.read`.
    pub body: Option<String>,
    /// The body was too long and is kept in part, or not at all.
    pub truncated: bool,
    /// It tells of money in; of a refused password, its user is the feed's. An alarm until it is settled.
    pub may_be_money: bool,
    /// Who said that no money is in it that is not counted.
    pub dismissed: Option<Dismissal>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefusedDismissal {
    /// 1–300 characters: how it is known that no money is in it that is not counted.
    pub why: String,
    /// `true`: it holds of all older ones too that are still kept and not settled.
    #[serde(default)]
    pub and_before: bool,
}

impl RefusedLog {
    /// Keeps a refusal some time soon. Of a feed the newest 200 wait; of all feeds, where there
    /// are too many, the feed with the most loses its oldest.
    pub fn keep(&self, board_id: BoardId, feed_id: FeedId, mut refused: RefusedRow) {
        refused.is_truncated |= refused.body.len() > BODY_BYTES;
        refused.body.truncate(BODY_BYTES);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let of_feed = waiting.entry((board_id, feed_id)).or_default();
        of_feed.push_back(refused);
        if of_feed.len() > KEPT {
            // What is no money goes first.
            let first = of_feed.iter().position(|row| !row.is_money).unwrap_or(0);
            of_feed.remove(first);
        } else if waiting.values().map(VecDeque::len).sum::<usize>() > WAITING
            && let Some(most) = waiting.values_mut().max_by_key(|rows| rows.len())
        {
            most.pop_front();
        }
    }

    /// Writes what waits. What could not be written waits for the next time.
    pub async fn flush(&self, db: &Db) {
        let waiting =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let mut by_board: HashMap<BoardId, Vec<(FeedId, Vec<RefusedRow>)>> = HashMap::new();
        for ((board_id, feed_id), refused) in waiting {
            by_board.entry(board_id).or_default().push((feed_id, refused.into()));
        }
        for (board_id, feeds) in by_board {
            let feeds = Arc::new(feeds);
            let to_write = Arc::clone(&feeds);
            let written = db
                .write(board_id.0, move |connection| {
                    to_write.iter().try_for_each(|(feed_id, refused)| {
                        rows::keep(connection, board_id, *feed_id, KEPT as i64, refused)
                    })
                })
                .await;
            if let Err(fault) = written {
                tracing::warn!(%fault, %board_id, "refused deliveries were not kept yet");
                self.put_back(board_id, &feeds);
            }
        }
    }

    fn put_back(&self, board_id: BoardId, feeds: &[(FeedId, Vec<RefusedRow>)]) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (feed_id, refused) in feeds {
            let newer = waiting.entry((board_id, *feed_id)).or_default();
            for row in refused.iter().rev().take(KEPT.saturating_sub(newer.len())) {
                newer.push_front(row.clone());
            }
        }
    }
}

/// The refused deliveries of a feed, newest first; for whoever manages feeds.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    page: PageRequest,
) -> Outcome<Page<Refused>> {
    act.require(Permission::FeedsWrite)?;
    feed_rows::find(connection, act.board_id(), feed_id)?;
    let below = page.after.unwrap_or(i64::MAX);
    let found = rows::page(connection, act.board_id(), feed_id, below, page.rows())?;
    let shown = found.into_iter().map(|(number, row)| show(act, number, row)).collect();
    Ok(page.page(shown, |refused| refused.number))
}

/// Says that no money is in a refused delivery that is not counted, be it that the provider sent it
/// again, or that a stranger did: its alarm ends. It can still be verified. What is dismissed already
/// stays as it is.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` (why); `not-found`.
pub fn dismiss(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    number: i64,
    new: &NewRefusedDismissal,
) -> Outcome<Refused> {
    act.require(Permission::TransfersAssign)?;
    act.require(Permission::FeedsWrite)?;
    let why = check::text("why", &new.why, WHY_CHARS)?;
    let board_id = act.board_id();
    lock_board(connection, board_id)?;
    let unknown = || Refusal::not_found("refused_delivery");
    rows::find(connection, board_id, feed_id, number)?.ok_or_else(unknown)?;
    let dismissal = DismissalRow { by: act.scope.actor, at: act.at, why };
    rows::dismiss(connection, board_id, feed_id, (number, new.and_before), &dismissal)?;
    let now = rows::find(connection, board_id, feed_id, number)?.ok_or_else(unknown)?;
    Ok(show(act, number, now))
}

fn show(act: &Act, number: i64, row: RefusedRow) -> Refused {
    let sees_bodies = act.scope.permissions.contains(Permission::AmountsRead);
    Refused {
        number,
        received_at: row.received_at,
        reason: row.reason,
        detail: String::new(),
        headers: serde_json::from_str(&row.headers).unwrap_or_default(),
        body: sees_bodies.then(|| String::from_utf8_lossy(&row.body).into_owned()),
        truncated: row.is_truncated,
        may_be_money: row.is_money,
        dismissed: row.dismissed.map(|row| Dismissal::of(act, row)),
    }
}
