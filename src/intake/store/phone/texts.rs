//! Notices that no template reads.

use diesel::prelude::*;

use crate::db::schema::phone_texts as table;
use crate::db::{DbConnection, Outcome, columns};
use crate::intake::store::deliveries::DismissalRow;
use crate::primitives::UnixMs;
use crate::primitives::id::floor_of;
use crate::primitives::ids::{BoardId, DeviceId, FeedId, TextId};
use crate::primitives::time::MS_PER_DAY;
use crate::registry::PageRequest;

use super::lost;

/// Waiting texts of a feed; the newest stay, and it is noted that others went.
const KEPT: i64 = 1_000;
/// As long as raw bodies.
const KEPT_MS: i64 = 90 * MS_PER_DAY;

/// A row of `phone_texts`.
#[derive(Clone, Debug)]
pub struct TextRow {
    pub id: TextId,
    pub feed_id: FeedId,
    pub device_id: DeviceId,
    pub app: String,
    pub title: String,
    pub text: String,
    pub digest: i64,
    pub posted_at: UnixMs,
    pub received_at: UnixMs,
    /// Who said that it is no money in.
    pub dismissed: Option<DismissalRow>,
}

type Raw = (
    (i64, i64, i64, String, String, String, i64, i64, i64),
    (Option<i64>, Option<i64>, Option<String>),
);

columns! {
    const COLUMNS = table {
        id,
        feed_id,
        device_id,
        app,
        title,
        text,
        digest,
        posted_at_ms,
        received_at_ms,
    };
}

columns! {
    const DISMISSED = table { dismissed_by, dismissed_at_ms, dismissed_why };
}

fn read((text, dismissed): Raw) -> TextRow {
    let (id, feed_id, device_id, app, title, text, digest, posted_at_ms, received_at_ms) = text;
    TextRow {
        id: TextId(id),
        feed_id: FeedId(feed_id),
        device_id: DeviceId(device_id),
        app,
        title,
        text,
        digest,
        posted_at: UnixMs(posted_at_ms),
        received_at: UnixMs(received_at_ms),
        dismissed: DismissalRow::of(dismissed),
    }
}

/// Keeps a text unless the same is kept, and of its feed the newest only.
pub fn keep(connection: &mut DbConnection, board_id: BoardId, row: &TextRow) -> Outcome<()> {
    let of_feed = table::board_id.eq(board_id.0).and(table::feed_id.eq(row.feed_id.0));
    let same: i64 = table::table
        .filter(of_feed)
        .filter(table::digest.eq(row.digest))
        .filter(table::posted_at_ms.eq(row.posted_at.0))
        .count()
        .get_result(connection)?;
    if same > 0 {
        return Ok(());
    }
    diesel::insert_into(table::table)
        .values((
            table::board_id.eq(board_id.0),
            table::id.eq(row.id.0),
            table::feed_id.eq(row.feed_id.0),
            table::device_id.eq(row.device_id.0),
            table::app.eq(&row.app),
            table::title.eq(&row.title),
            table::text.eq(&row.text),
            table::digest.eq(row.digest),
            table::posted_at_ms.eq(row.posted_at.0),
            table::received_at_ms.eq(row.received_at.0),
        ))
        .execute(connection)?;
    let surplus = table::table
        .filter(of_feed)
        .filter(table::dismissed_at_ms.is_null())
        .order(table::id.desc())
        .offset(KEPT)
        // One more each time, but for what an older program kept.
        .limit(KEPT)
        .select((table::id, table::feed_id, table::received_at_ms));
    let surplus = surplus.load(connection)?;
    lose(connection, board_id, &surplus)?;
    forget_old(connection, board_id, row.received_at)
}

/// Forgets what has waited for too long, and what was dismissed as long ago.
pub fn forget_old(connection: &mut DbConnection, board_id: BoardId, now: UnixMs) -> Outcome<()> {
    let old = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::received_at_ms.lt(oldest_ms(now)));
    let unread = old
        .filter(table::dismissed_at_ms.is_null())
        .select((table::id, table::feed_id, table::received_at_ms))
        .load(connection)?;
    lose(connection, board_id, &unread)?;
    diesel::delete(old).execute(connection)?;
    Ok(())
}

/// Forgets waiting texts (id, feed, when each came), and notes that they were.
fn lose(
    connection: &mut DbConnection,
    board_id: BoardId,
    texts: &[(i64, i64, i64)],
) -> Outcome<()> {
    for (id, feed_id, received_at_ms) in texts {
        lost::note(connection, board_id, FeedId(*feed_id), UnixMs(*received_at_ms))?;
        remove(connection, board_id, TextId(*id))?;
    }
    Ok(())
}

/// What was received before is as good as forgotten, also before it is.
const fn oldest_ms(now: UnixMs) -> i64 {
    now.0 - KEPT_MS
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TextId,
    now: UnixMs,
) -> Outcome<Option<TextRow>> {
    let row: Option<Raw> = table::table
        .find((board_id.0, id.0))
        .filter(table::received_at_ms.ge(oldest_ms(now)))
        .select((COLUMNS, DISMISSED))
        .first(connection)
        .optional()?;
    Ok(row.map(read))
}

/// A page of texts, newest first.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    (feed_id, is_dismissed): (Option<FeedId>, bool),
    now: UnixMs,
    page: PageRequest,
) -> Outcome<Vec<TextRow>> {
    let mut query = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::received_at_ms.ge(oldest_ms(now)))
        .filter(table::id.lt(page.after.unwrap_or(i64::MAX)))
        .order(table::id.desc())
        .limit(page.rows())
        .into_boxed();
    if let Some(feed_id) = feed_id {
        query = query.filter(table::feed_id.eq(feed_id.0));
    }
    query = if is_dismissed {
        query.filter(table::dismissed_at_ms.is_not_null())
    } else {
        query.filter(table::dismissed_at_ms.is_null())
    };
    let rows: Vec<Raw> = query.select((COLUMNS, DISMISSED)).load(connection)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Whether a text of one of the feeds waits that came since then.
pub fn is_any_since(
    connection: &mut DbConnection,
    board_id: BoardId,
    feeds: &[i64],
    since: UnixMs,
) -> Outcome<bool> {
    let waiting = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::id.ge(floor_of(since)))
        .filter(table::dismissed_at_ms.is_null())
        .filter(table::feed_id.eq_any(feeds));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(connection)?)
}

/// All waiting texts of a board, in the order in which they came.
pub fn all(connection: &mut DbConnection, board_id: BoardId, now: UnixMs) -> Outcome<Vec<TextRow>> {
    let rows: Vec<Raw> = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::received_at_ms.ge(oldest_ms(now)))
        .filter(table::dismissed_at_ms.is_null())
        .order(table::id)
        .select((COLUMNS, DISMISSED))
        .load(connection)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Somebody says that a text is no money in, or (None) that it waits after all.
pub fn dismiss(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TextId,
    dismissal: Option<&DismissalRow>,
) -> Outcome<()> {
    diesel::update(table::table.find((board_id.0, id.0)))
        .set((
            table::dismissed_by.eq(dismissal.map(|row| row.by.0)),
            table::dismissed_at_ms.eq(dismissal.map(|row| row.at.0)),
            table::dismissed_why.eq(dismissal.map(|row| row.why.as_str())),
        ))
        .execute(connection)?;
    Ok(())
}

/// A text is read, or forgotten.
pub fn remove(connection: &mut DbConnection, board_id: BoardId, id: TextId) -> Outcome<()> {
    diesel::delete(table::table.find((board_id.0, id.0))).execute(connection)?;
    Ok(())
}
