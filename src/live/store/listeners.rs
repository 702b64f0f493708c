//! Rows of `listeners` and of what leads to them.

use diesel::prelude::*;

use super::links;
use crate::db::schema::listeners::{self as table, table as rows};
use crate::db::schema::{listener_routes as routes, stall_links};
use crate::db::{DbConnection, Outcome};
use crate::live::links::StallLink;
use crate::live::listeners::Listener;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, ListenerId, StallLinkId};

/// A whole row, in the order of its columns.
type Row = (BoardId, ListenerId, StallLinkId, String, i64, i64, Option<i64>, Option<i64>);

fn listener(row: Row) -> Listener {
    let (_, id, link_id, name, opened_at, last_seen_at, muted_at, revoked_at) = row;
    Listener {
        id,
        link_id,
        name,
        opened_at: UnixMs(opened_at),
        last_seen_at: UnixMs(last_seen_at),
        muted_at: muted_at.map(UnixMs),
        revoked_at: revoked_at.map(UnixMs),
        entered_until: None,
    }
}

/// A listener with its link.
#[derive(Debug)]
pub struct Standing {
    pub board_id: BoardId,
    pub listener: Listener,
    pub link: StallLink,
}

impl Standing {
    fn of((listener_row, link_row): (Row, links::Row)) -> Self {
        let board_id = listener_row.0;
        Self { board_id, listener: listener(listener_row), link: links::link(link_row) }
    }

    /// Whether it hears nothing any more.
    pub const fn is_ended(&self) -> bool {
        self.listener.revoked_at.is_some() || self.link.revoked_at.is_some()
    }
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    listener: &Listener,
    token_hash: &str,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(listener.id),
            table::link_id.eq(listener.link_id),
            table::name.eq(&listener.name),
            table::opened_at_ms.eq(listener.opened_at.0),
            table::last_seen_at_ms.eq(listener.last_seen_at.0),
        ))
        .execute(connection)?;
    diesel::insert_into(routes::table)
        .values((
            routes::token_hash.eq(token_hash),
            routes::board_id.eq(board_id),
            routes::listener_id.eq(listener.id),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: ListenerId,
) -> Outcome<Option<Listener>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(listener))
}

pub fn of_link(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
) -> Outcome<Vec<Listener>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::link_id.eq(link_id));
    Ok(query.order(table::id).load(connection)?.into_iter().map(listener).collect())
}

/// Whom a cookie belongs to.
pub fn by_token(connection: &mut DbConnection, token_hash: &str) -> Outcome<Option<Standing>> {
    let route = routes::table.find(token_hash).select((routes::board_id, routes::listener_id));
    let Some((board_id, id)) = route.first::<(BoardId, ListenerId)>(connection).optional()? else {
        return Ok(None);
    };
    Ok(these(connection, board_id, &[id])?.pop())
}

/// Listeners with their links.
pub fn these(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[ListenerId],
) -> Outcome<Vec<Standing>> {
    let with_link = rows.inner_join(
        stall_links::table
            .on(stall_links::board_id.eq(table::board_id).and(stall_links::id.eq(table::link_id))),
    );
    let found: Vec<(Row, links::Row)> = with_link
        .filter(table::board_id.eq(board_id))
        .filter(table::id.eq_any(ids))
        .select((table::all_columns, stall_links::all_columns))
        .load(connection)?;
    Ok(found.into_iter().map(Standing::of).collect())
}

pub fn update(
    connection: &mut DbConnection,
    board_id: BoardId,
    listener: &Listener,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, listener.id)))
        .set((
            table::muted_at_ms.eq(listener.muted_at.map(UnixMs::get)),
            table::revoked_at_ms.eq(listener.revoked_at.map(UnixMs::get)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes that listeners are there.
pub fn see(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[ListenerId],
    at: UnixMs,
) -> Outcome<()> {
    let seen = rows.filter(table::board_id.eq(board_id)).filter(table::id.eq_any(ids));
    diesel::update(seen).set(table::last_seen_at_ms.eq(at.0)).execute(connection)?;
    Ok(())
}
