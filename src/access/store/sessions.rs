//! Rows of `user_sessions` and of what leads to them.

use diesel::prelude::*;

use super::users;
use crate::access::users::Kept;
use crate::access::users::sessions::Session;
use crate::db::schema::user_session_routes as routes;
use crate::db::schema::user_sessions::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, UserId, UserSessionId};

/// A whole row, in the order of its columns.
type Row = (BoardId, UserSessionId, UserId, String, bool, i32, i64, i64);

fn session(row: Row) -> Session {
    let (_, id, user_id, name, is_proved, wrong_count, began, seen) = row;
    Session {
        id,
        user_id,
        name,
        is_proved,
        wrong_count,
        began_at: UnixMs(began),
        last_seen_at: UnixMs(seen),
    }
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    session: &Session,
    token_hash: &str,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(session.id),
            table::user_id.eq(session.user_id),
            table::name.eq(&session.name),
            table::is_proved.eq(session.is_proved),
            table::wrong_count.eq(session.wrong_count),
            table::began_at_ms.eq(session.began_at.0),
            table::last_seen_at_ms.eq(session.last_seen_at.0),
        ))
        .execute(connection)?;
    diesel::insert_into(routes::table)
        .values((
            routes::token_hash.eq(token_hash),
            routes::board_id.eq(board_id),
            routes::session_id.eq(session.id),
        ))
        .execute(connection)?;
    Ok(())
}

/// The session of a cookie with its user, on whichever board.
pub fn by_token(
    connection: &mut DbConnection,
    token_hash: &str,
) -> Outcome<Option<(Session, Kept)>> {
    let route = routes::table.find(token_hash).select((routes::board_id, routes::session_id));
    let Some((board_id, id)) = route.first::<(BoardId, UserSessionId)>(connection).optional()?
    else {
        return Ok(None);
    };
    let found: Option<Row> = rows.find((board_id, id)).first(connection).optional()?;
    let Some(session) = found.map(session) else { return Ok(None) };
    let user = users::find(connection, board_id, session.user_id)?;
    Ok(user.map(|user| (session, user)))
}

/// Newest first.
pub fn of_user(
    connection: &mut DbConnection,
    board_id: BoardId,
    user_id: UserId,
) -> Outcome<Vec<Session>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::user_id.eq(user_id));
    let found: Vec<Row> = query.order(table::id.desc()).load(connection)?;
    Ok(found.into_iter().map(session).collect())
}

pub fn see(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: UserSessionId,
    at: UnixMs,
) -> Outcome<()> {
    let session = rows.find((board_id, id));
    diesel::update(session).set(table::last_seen_at_ms.eq(at.0)).execute(connection)?;
    Ok(())
}

/// Counts a try at the second step; how many there were.
pub fn count_try(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: UserSessionId,
) -> Outcome<i32> {
    diesel::update(rows.find((board_id, id)))
        .set(table::wrong_count.eq(table::wrong_count + 1))
        .execute(connection)?;
    let count = rows.find((board_id, id)).select(table::wrong_count);
    Ok(count.first(connection).optional()?.unwrap_or(i32::MAX))
}

pub fn end(connection: &mut DbConnection, board_id: BoardId, ids: &[UserSessionId]) -> Outcome<()> {
    let own = routes::table.filter(routes::board_id.eq(board_id));
    diesel::delete(own.filter(routes::session_id.eq_any(ids))).execute(connection)?;
    let own = rows.filter(table::board_id.eq(board_id));
    diesel::delete(own.filter(table::id.eq_any(ids))).execute(connection)?;
    Ok(())
}
