//! Which forwarder told a notice, where the phone's own time alone tells equal payments apart.

use std::sync::LazyLock;

use diesel::prelude::*;

use crate::db::rows::{Kind, Table, Value};
use crate::db::schema::{boards, phone_tellings as table};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, DeviceId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};

/// Two phones show one notice, and tell its time, within this.
const APART_MS: i64 = 2 * MS_PER_MINUTE;
/// As long as a notice waits for its template.
const KEPT_MS: i64 = 90 * MS_PER_DAY;

static TELLINGS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("words", Kind::Text),
        ("device_id", Kind::Int),
        ("app_key", Kind::Text),
        ("posted_at_ms", Kind::Int),
        ("first_told_ms", Kind::Int),
    ];
    let suffix = "ON CONFLICT (board_id, words, posted_at_ms, device_id, app_key) DO NOTHING";
    Table::new("phone_tellings", &columns, suffix)
});

/// A notice as a forwarder tells it. One phone may have several, which name the app differently.
#[derive(Clone, Debug)]
pub struct Telling {
    /// What is equal in every report of the notice.
    pub words: String,
    pub device_id: DeviceId,
    pub app_key: String,
    pub posted_at: UnixMs,
}

/// The time by which the payment is known that a notice tells of: the one of another forwarder
/// that told the same words shortly before, if this one has not told that payment already; else
/// its own. The same telling always gets the same answer.
pub fn first_told(
    connection: &mut DbConnection,
    board_id: BoardId,
    telling: &Telling,
) -> Outcome<UnixMs> {
    lock(connection, board_id)?;
    let posted_ms = telling.posted_at.0;
    let rows: Vec<(i64, String, i64, i64)> = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::words.eq(&telling.words))
        .filter(table::posted_at_ms.between(posted_ms - APART_MS, posted_ms + APART_MS))
        .order((table::posted_at_ms, table::device_id, table::app_key))
        .select((table::device_id, table::app_key, table::posted_at_ms, table::first_told_ms))
        .load(connection)?;
    let (own, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(device_id, app_key, ..)| {
        *device_id == telling.device_id.0 && *app_key == telling.app_key
    });
    if let Some((.., first_ms)) = own.iter().find(|(_, _, at_ms, _)| *at_ms == posted_ms) {
        return Ok(UnixMs(*first_ms));
    }
    let is_told = |first_ms: i64| own.iter().any(|(.., own_ms)| *own_ms == first_ms);
    let free = others.iter().filter(|(.., first_ms)| !is_told(*first_ms));
    let nearest = free.min_by_key(|(_, _, at_ms, _)| at_ms.abs_diff(posted_ms));
    // Two payments never share a time, also where two phones show them in one millisecond.
    let is_taken = |ms: i64| is_told(ms) || others.iter().any(|(.., first_ms)| *first_ms == ms);
    let first_ms = match nearest {
        Some((.., first_ms)) => *first_ms,
        None => (posted_ms..=i64::MAX).find(|ms| !is_taken(*ms)).unwrap_or(posted_ms),
    };
    let row = [
        Value::Int(board_id.0),
        Value::from(telling.words.as_str()),
        Value::Int(telling.device_id.0),
        Value::from(telling.app_key.as_str()),
        Value::Int(posted_ms),
        Value::Int(first_ms),
    ];
    TELLINGS.insert(connection, &row)?;
    Ok(UnixMs(first_ms))
}

/// Two servers that hear two phones at once wait for each other, or neither would see what the other
/// was told. Foreign keys to the board go on. SQLite holds its one write lock already.
fn lock(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    if let DbConnection::Postgres(inner) = connection {
        let board = boards::table.find(board_id.0).select(boards::board_id);
        board.for_no_key_update().get_result::<i64>(inner)?;
    }
    Ok(())
}

/// Forgets what no forwarder sends again.
pub fn forget_old(connection: &mut DbConnection, board_id: BoardId, now: UnixMs) -> Outcome<()> {
    let old = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::posted_at_ms.lt(now.0 - KEPT_MS));
    diesel::delete(old).execute(connection)?;
    Ok(())
}
