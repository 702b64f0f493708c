//! Feeds, and the way from a feed's id to its board.

use diesel::prelude::*;

use crate::db::schema::{feed_routes, feeds};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{BankReach, Provider};
use crate::intake::facts::FeedFacts;
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::{Refusal, UnixMs, Vnd};

/// A row of `feeds`.
#[derive(Clone, Debug)]
pub struct FeedRow {
    pub id: FeedId,
    pub provider: Provider,
    pub name: String,
    pub config: String,
    pub created_at: UnixMs,
    pub disabled_at: Option<UnixMs>,
    pub facts: FeedFacts,
}

type RawFeed =
    ((i64, String, String, String, i64, Option<i64>), (Option<String>, Option<i64>, String));

fn feed_row((of, (subscriber, cost_vnd, sees)): RawFeed) -> Outcome<FeedRow> {
    let (id, provider, name, config, created_at_ms, disabled_at_ms) = of;
    let provider = Provider::parse(&provider)
        .ok_or_else(|| Fault::broken(format!("unknown provider {provider} in feeds")))?;
    Ok(FeedRow {
        id: FeedId(id),
        provider,
        name,
        config,
        created_at: UnixMs(created_at_ms),
        disabled_at: disabled_at_ms.map(UnixMs),
        facts: FeedFacts {
            subscriber,
            monthly_cost_vnd: cost_vnd.map(Vnd::new),
            sees: BankReach::parse(&sees),
        },
    })
}

/// As they are stored; the list is of plain values, which are always written.
fn stored(sees: &[BankReach]) -> String {
    serde_json::to_string(sees).unwrap_or_else(|_| "[]".to_owned())
}

/// The columns of a [`RawFeed`]: a macro, because their type would say it all twice.
macro_rules! columns {
    () => {
        (
            (
                feeds::id,
                feeds::provider,
                feeds::name,
                feeds::config,
                feeds::created_at_ms,
                feeds::disabled_at_ms,
            ),
            (feeds::subscriber, feeds::monthly_cost_vnd, feeds::sees),
        )
    };
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, row: &FeedRow) -> Outcome<()> {
    diesel::insert_into(feeds::table)
        .values((
            feeds::board_id.eq(board_id.0),
            feeds::id.eq(row.id.0),
            feeds::provider.eq(row.provider.as_str()),
            feeds::name.eq(&row.name),
            feeds::config.eq(&row.config),
            feeds::created_at_ms.eq(row.created_at.0),
            feeds::subscriber.eq(&row.facts.subscriber),
            feeds::monthly_cost_vnd.eq(row.facts.monthly_cost_vnd.map(Vnd::get)),
            feeds::sees.eq(stored(&row.facts.sees)),
        ))
        .execute(connection)?;
    diesel::insert_into(feed_routes::table)
        .values((feed_routes::feed_id.eq(row.id.0), feed_routes::board_id.eq(board_id.0)))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board_id: BoardId, row: &FeedRow) -> Outcome<()> {
    diesel::update(feeds::table.find((board_id.0, row.id.0)))
        .set((
            feeds::name.eq(&row.name),
            feeds::config.eq(&row.config),
            feeds::disabled_at_ms.eq(row.disabled_at.map(|at| at.0)),
            feeds::subscriber.eq(&row.facts.subscriber),
            feeds::monthly_cost_vnd.eq(row.facts.monthly_cost_vnd.map(Vnd::get)),
            feeds::sees.eq(stored(&row.facts.sees)),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(connection: &mut DbConnection, board_id: BoardId, id: FeedId) -> Outcome<FeedRow> {
    let row: Option<RawFeed> =
        feeds::table.find((board_id.0, id.0)).select(columns!()).first(connection).optional()?;
    feed_row(row.ok_or_else(|| Refusal::not_found("feed"))?)
}

pub fn all(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<FeedRow>> {
    let rows: Vec<RawFeed> = feeds::table
        .filter(feeds::board_id.eq(board_id.0))
        .order(feeds::id)
        .limit(500)
        .select(columns!())
        .load(connection)?;
    rows.into_iter().map(feed_row).collect()
}

/// The board of a feed, for a hook that knows only the feed's id.
pub fn board_of(connection: &mut DbConnection, id: FeedId) -> Outcome<Option<BoardId>> {
    let board_id: Option<i64> =
        feed_routes::table.find(id.0).select(feed_routes::board_id).first(connection).optional()?;
    Ok(board_id.map(BoardId))
}
