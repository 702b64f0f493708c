//! The SQL of feeds, their secrets, accounts, and refused deliveries.

use diesel::prelude::*;

use super::feeds::SecretInfo;
use crate::db::schema::{feed_accounts, feed_routes, feed_secrets, feeds, refused_deliveries};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::Provider;
use crate::primitives::ids::{AccountId, BoardId, FeedId, SecretId};
use crate::primitives::{Day, Refusal, UnixMs};

/// A row of `feeds`.
#[derive(Clone, Debug)]
pub struct FeedRow {
    pub id: FeedId,
    pub provider: Provider,
    pub name: String,
    pub config: String,
    pub created_at: UnixMs,
    pub disabled_at: Option<UnixMs>,
}

type RawFeed = (i64, String, String, String, i64, Option<i64>);

fn feed_row(
    (id, provider, name, config, created_at_ms, disabled_at_ms): RawFeed,
) -> Outcome<FeedRow> {
    let provider = Provider::parse(&provider)
        .ok_or_else(|| Fault::broken(format!("unknown provider {provider} in feeds")))?;
    Ok(FeedRow {
        id: FeedId(id),
        provider,
        name,
        config,
        created_at: UnixMs(created_at_ms),
        disabled_at: disabled_at_ms.map(UnixMs),
    })
}

const FEED: (
    feeds::id,
    feeds::provider,
    feeds::name,
    feeds::config,
    feeds::created_at_ms,
    feeds::disabled_at_ms,
) = (
    feeds::id,
    feeds::provider,
    feeds::name,
    feeds::config,
    feeds::created_at_ms,
    feeds::disabled_at_ms,
);

pub fn insert_feed(connection: &mut DbConnection, board_id: BoardId, row: &FeedRow) -> Outcome<()> {
    diesel::insert_into(feeds::table)
        .values((
            feeds::board_id.eq(board_id.0),
            feeds::id.eq(row.id.0),
            feeds::provider.eq(row.provider.as_str()),
            feeds::name.eq(&row.name),
            feeds::config.eq(&row.config),
            feeds::created_at_ms.eq(row.created_at.0),
        ))
        .execute(connection)?;
    diesel::insert_into(feed_routes::table)
        .values((feed_routes::feed_id.eq(row.id.0), feed_routes::board_id.eq(board_id.0)))
        .execute(connection)?;
    Ok(())
}

pub fn update_feed(connection: &mut DbConnection, board_id: BoardId, row: &FeedRow) -> Outcome<()> {
    diesel::update(feeds::table.find((board_id.0, row.id.0)))
        .set((
            feeds::name.eq(&row.name),
            feeds::config.eq(&row.config),
            feeds::disabled_at_ms.eq(row.disabled_at.map(|at| at.0)),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn feed(connection: &mut DbConnection, board_id: BoardId, id: FeedId) -> Outcome<FeedRow> {
    let row: Option<RawFeed> =
        feeds::table.find((board_id.0, id.0)).select(FEED).first(connection).optional()?;
    feed_row(row.ok_or_else(|| Refusal::not_found("feed"))?)
}

pub fn feeds(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<FeedRow>> {
    let rows: Vec<RawFeed> = feeds::table
        .filter(feeds::board_id.eq(board_id.0))
        .order(feeds::id)
        .limit(500)
        .select(FEED)
        .load(connection)?;
    rows.into_iter().map(feed_row).collect()
}

/// The board of a feed, for a hook that knows only the feed's id.
pub fn board_of(connection: &mut DbConnection, id: FeedId) -> Outcome<Option<BoardId>> {
    let board_id: Option<i64> =
        feed_routes::table.find(id.0).select(feed_routes::board_id).first(connection).optional()?;
    Ok(board_id.map(BoardId))
}

pub fn insert_secret(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    id: SecretId,
    sealed: Vec<u8>,
    at: UnixMs,
) -> Outcome<()> {
    diesel::insert_into(feed_secrets::table)
        .values((
            feed_secrets::board_id.eq(board_id.0),
            feed_secrets::id.eq(id.0),
            feed_secrets::feed_id.eq(feed_id.0),
            feed_secrets::sealed.eq(sealed),
            feed_secrets::created_at_ms.eq(at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Secrets that are valid at an instant, with their sealed bytes.
pub fn active_secrets(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<Vec<(SecretInfo, Vec<u8>)>> {
    let rows: Vec<(i64, i64, Option<i64>, Vec<u8>)> = feed_secrets::table
        .filter(feed_secrets::board_id.eq(board_id.0))
        .filter(feed_secrets::feed_id.eq(feed_id.0))
        .filter(feed_secrets::expires_at_ms.is_null().or(feed_secrets::expires_at_ms.gt(at.0)))
        .order(feed_secrets::id)
        .select((
            feed_secrets::id,
            feed_secrets::created_at_ms,
            feed_secrets::expires_at_ms,
            feed_secrets::sealed,
        ))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(id, created_at_ms, expires_at_ms, sealed)| {
            let info = SecretInfo {
                id: SecretId(id),
                created_at: UnixMs(created_at_ms),
                expires_at: expires_at_ms.map(UnixMs),
            };
            (info, sealed)
        })
        .collect())
}

/// Lets the secrets that have no end, or a later one, end at an instant.
pub fn expire_secrets(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<()> {
    let later = feed_secrets::expires_at_ms.is_null().or(feed_secrets::expires_at_ms.gt(at.0));
    diesel::update(
        feed_secrets::table
            .filter(feed_secrets::board_id.eq(board_id.0))
            .filter(feed_secrets::feed_id.eq(feed_id.0))
            .filter(later),
    )
    .set(feed_secrets::expires_at_ms.eq(at.0))
    .execute(connection)?;
    Ok(())
}

pub fn end_secret(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: SecretId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(feed_secrets::table.find((board_id.0, id.0)))
        .set(feed_secrets::expires_at_ms.eq(at.0))
        .execute(connection)?;
    Ok(())
}

pub fn attach(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    account_id: AccountId,
    account_key: &str,
    from: Day,
) -> Outcome<()> {
    diesel::insert_into(feed_accounts::table)
        .values((
            feed_accounts::board_id.eq(board_id.0),
            feed_accounts::feed_id.eq(feed_id.0),
            feed_accounts::account_id.eq(account_id.0),
            feed_accounts::account_key.eq(account_key),
            feed_accounts::from_day.eq(from.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn detach(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    account_id: AccountId,
) -> Outcome<bool> {
    let rows = feed_accounts::table.find((board_id.0, feed_id.0, account_id.0));
    Ok(diesel::delete(rows).execute(connection)? > 0)
}

/// Frees the accounts of a disabled feed for another one. Its past coverage stays.
pub fn release_accounts(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<()> {
    for account_id in account_ids(connection, board_id, feed_id)? {
        diesel::update(feed_accounts::table.find((board_id.0, feed_id.0, account_id.0)))
            .set(feed_accounts::account_key.eq(format!("released:{feed_id}:{account_id}")))
            .execute(connection)?;
    }
    Ok(())
}

pub fn account_ids(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Vec<AccountId>> {
    let ids: Vec<i64> = feed_accounts::table
        .filter(feed_accounts::board_id.eq(board_id.0))
        .filter(feed_accounts::feed_id.eq(feed_id.0))
        .order(feed_accounts::account_id)
        .select(feed_accounts::account_id)
        .load(connection)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// A delivery that was refused.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    pub received_at: UnixMs,
    pub reason: String,
    pub headers: String,
    pub body: Vec<u8>,
}

/// Keeps a refused delivery, and at most `keep` of a feed.
pub fn keep_refused(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    keep: i64,
    row: &RefusedRow,
) -> Outcome<()> {
    let of_feed =
        refused_deliveries::board_id.eq(board_id.0).and(refused_deliveries::feed_id.eq(feed_id.0));
    let last: Option<i64> = refused_deliveries::table
        .filter(of_feed)
        .select(diesel::dsl::max(refused_deliveries::number))
        .first(connection)?;
    let number = last.unwrap_or(0) + 1;
    diesel::delete(
        refused_deliveries::table
            .filter(of_feed)
            .filter(refused_deliveries::number.le(number - keep)),
    )
    .execute(connection)?;
    diesel::insert_into(refused_deliveries::table)
        .values((
            refused_deliveries::board_id.eq(board_id.0),
            refused_deliveries::feed_id.eq(feed_id.0),
            refused_deliveries::number.eq(number),
            refused_deliveries::received_at_ms.eq(row.received_at.0),
            refused_deliveries::reason.eq(&row.reason),
            refused_deliveries::headers.eq(&row.headers),
            refused_deliveries::body.eq(&row.body),
        ))
        .execute(connection)?;
    Ok(())
}

/// The refused deliveries of a feed, newest first.
pub fn refused(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Vec<RefusedRow>> {
    let rows: Vec<(i64, String, String, Vec<u8>)> = refused_deliveries::table
        .filter(refused_deliveries::board_id.eq(board_id.0))
        .filter(refused_deliveries::feed_id.eq(feed_id.0))
        .order(refused_deliveries::number.desc())
        .select((
            refused_deliveries::received_at_ms,
            refused_deliveries::reason,
            refused_deliveries::headers,
            refused_deliveries::body,
        ))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(received_at_ms, reason, headers, body)| RefusedRow {
            received_at: UnixMs(received_at_ms),
            reason,
            headers,
            body,
        })
        .collect())
}
