//! Notices that went unread: too many waited, or too long.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::intake::deliveries::{Dismissal, NewDismissal, WHY_CHARS};
use crate::intake::store::deliveries::DismissalRow;
use crate::intake::store::feeds;
use crate::intake::store::phone::lost::{self as rows, LostRow};
use crate::ledger::lock_board;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};
use crate::registry::check;

/// How many notices of a feed went unread. What they said is gone; a statement of these days tells
/// what was in them.
#[derive(Debug, Serialize, ToSchema)]
pub struct LostTexts {
    pub count: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_received_at: Option<UnixMs>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_received_at: Option<UnixMs>,
    /// Who said that no money was in them that is not counted.
    pub dismissed: Option<Dismissal>,
}

/// What a feed lost since the last dismissal; that one stays visible until it loses more.
///
/// # Errors
/// `not-found`.
pub fn get(connection: &mut DbConnection, act: &Act, feed_id: FeedId) -> Outcome<LostTexts> {
    act.require(Permission::FeedsRead)?;
    feeds::find(connection, act.board_id(), feed_id)?;
    let row = rows::find(connection, act.board_id(), feed_id)?;
    Ok(LostTexts {
        count: row.as_ref().map_or(0, |row| row.count),
        first_received_at: row.as_ref().map(|row| row.first_received_at),
        last_received_at: row.as_ref().map(|row| row.last_received_at),
        dismissed: row.and_then(|row| row.dismissed).map(|row| Dismissal::of(act, row)),
    })
}

/// Says that no money was in them that is not counted, as when a statement has told these days. What
/// was dismissed already, or is none, is answered as it is. Needs `feeds.read` too.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` (why); as of [`get`].
pub fn dismiss(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    new: &NewDismissal,
) -> Outcome<LostTexts> {
    act.require(Permission::TransfersAssign)?;
    let why = check::text("why", &new.why, WHY_CHARS)?;
    lock_board(connection, act.board_id())?;
    let before = get(connection, act, feed_id)?;
    if before.dismissed.is_some() {
        return Ok(before);
    }
    let dismissal = DismissalRow { by: act.scope.actor, at: act.at, why };
    rows::dismiss(connection, act.board_id(), feed_id, &dismissal)?;
    get(connection, act, feed_id)
}

/// Since when feeds lost notices that nobody has dismissed.
pub(in crate::intake) fn since(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(FeedId, UnixMs)>> {
    let open =
        |row: LostRow| row.dismissed.is_none().then_some((row.feed_id, row.first_received_at));
    Ok(rows::all(connection, board_id)?.into_iter().filter_map(open).collect())
}
