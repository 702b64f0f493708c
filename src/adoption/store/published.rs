//! Rows of `published_reports`: written once, never changed.

use diesel::prelude::*;

use crate::access::Act;
use crate::adoption::days::Span;
use crate::adoption::published::{PublishedFilter, PublishedHead};
use crate::db::schema::published_reports::{self as table, table as rows};
use crate::db::{DbConnection, Outcome, columns};
use crate::primitives::ids::{BoardId, MarketId, PublishedId};
use crate::primitives::{Day, UnixMs};
use crate::registry::PageRequest;

type Head = (PublishedId, MarketId, i32, i32, String, i64, String);
columns! {
    const HEAD = table { id, market_id, from_day, to_day, published_by, published_at_ms, digest };
}

/// A report with its files' text.
pub struct Kept {
    pub head: PublishedHead,
    /// JSON, as it was answered.
    pub report: String,
    /// JSON of [`crate::adoption::laid::Laid`].
    pub laid: String,
}

fn head((id, market_id, from, to, published_by, at, digest): Head) -> PublishedHead {
    PublishedHead {
        id,
        market_id,
        window: Span::new(Day(from), Day(to)),
        published_by,
        published_at: UnixMs(at),
        digest,
    }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: PublishedId,
) -> Outcome<Option<Kept>> {
    let found: Option<(Head, String, String)> = rows
        .find((board_id, id))
        .select((HEAD, table::report, table::laid))
        .first(connection)
        .optional()?;
    Ok(found.map(|(row, report, laid)| Kept { head: head(row), report, laid }))
}

/// A market's last one.
pub fn latest(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Option<Kept>> {
    let found: Option<(Head, String, String)> = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::market_id.eq(market_id))
        .order(table::id.desc())
        .select((HEAD, table::report, table::laid))
        .first(connection)
        .optional()?;
    Ok(found.map(|(row, report, laid)| Kept { head: head(row), report, laid }))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &PublishedFilter,
    page: PageRequest,
) -> Outcome<Vec<PublishedHead>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).select(HEAD).into_boxed();
    if let Some(id) = filter.market_id {
        query = query.filter(table::market_id.eq(id));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(head).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    act: &Act,
    head: &PublishedHead,
    (report, laid): (&str, &str),
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(act.board_id()),
            table::id.eq(head.id),
            table::market_id.eq(head.market_id),
            table::from_day.eq(head.window.from.0),
            table::to_day.eq(head.window.to.0),
            table::published_by.eq(&head.published_by),
            table::key_id.eq(act.scope.actor),
            table::published_at_ms.eq(head.published_at.0),
            table::digest.eq(&head.digest),
            table::report.eq(report),
            table::laid.eq(laid),
        ))
        .execute(connection)?;
    Ok(())
}
