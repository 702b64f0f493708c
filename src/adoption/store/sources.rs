//! What the feeds themselves tell: which accounts they cover, on which days they were alive, how
//! late and how well matched they are.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable};

use crate::adoption::days::Span;
use crate::db::schema::{feed_accounts, feed_bank_days, feeds, statement_days};
use crate::db::{DbConnection, Outcome};
use crate::ledger::latency;
use crate::on_db;
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, UnixMs};

#[derive(Clone, Debug, Queryable)]
pub struct FeedAccountRow {
    pub feed_id: i64,
    pub account_id: i64,
    pub from_day: i32,
    pub to_day: Option<i32>,
    pub provider: String,
    /// JSON of what the feed says that it sees.
    pub sees: String,
    /// The account's own.
    pub memo_word: Option<String>,
}

impl FeedAccountRow {
    /// The days on which the feed reports the account.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(Day(self.from_day), Day(self.to_day.unwrap_or(i32::MAX)))
    }
}

#[derive(Clone, Debug, Queryable)]
pub struct BankDayRow {
    pub feed_id: i64,
    pub bin: String,
    pub day: i32,
    pub least_account_id: i64,
    pub greatest_account_id: i64,
}

/// Days of an account that a statement has told completely.
#[derive(Clone, Debug, Queryable)]
pub struct StatementDaysRow {
    pub account_id: i64,
    from_day: i32,
    to_day: i32,
}

impl StatementDaysRow {
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(Day(self.from_day), Day(self.to_day))
    }
}

/// A feed's days added up.
#[derive(Clone, Debug, QueryableByName)]
pub struct FeedSums {
    #[diesel(sql_type = BigInt)]
    pub feed_id: i64,
    #[diesel(sql_type = BigInt)]
    pub incoming: i64,
    #[diesel(sql_type = BigInt)]
    pub matched: i64,
    #[diesel(embed)]
    pub delays: Delays,
}

#[derive(Clone, Debug, QueryableByName)]
#[expect(clippy::struct_field_names, reason = "columns are read by their names")]
pub struct Delays {
    #[diesel(sql_type = BigInt)]
    latency_0: i64,
    #[diesel(sql_type = BigInt)]
    latency_1: i64,
    #[diesel(sql_type = BigInt)]
    latency_2: i64,
    #[diesel(sql_type = BigInt)]
    latency_3: i64,
    #[diesel(sql_type = BigInt)]
    latency_4: i64,
    #[diesel(sql_type = BigInt)]
    latency_5: i64,
    #[diesel(sql_type = BigInt)]
    latency_6: i64,
    #[diesel(sql_type = BigInt)]
    latency_7: i64,
    #[diesel(sql_type = BigInt)]
    latency_8: i64,
    #[diesel(sql_type = BigInt)]
    latency_9: i64,
}

impl Delays {
    #[must_use]
    pub const fn counts(&self) -> [i64; latency::BUCKETS] {
        [
            self.latency_0,
            self.latency_1,
            self.latency_2,
            self.latency_3,
            self.latency_4,
            self.latency_5,
            self.latency_6,
            self.latency_7,
            self.latency_8,
            self.latency_9,
        ]
    }
}

#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct UnassignedRow {
    #[diesel(sql_type = BigInt)]
    pub feed_id: i64,
    #[diesel(sql_type = BigInt)]
    pub recorded_at_ms: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub resolved_at_ms: Option<i64>,
}

pub fn feed_accounts(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<FeedAccountRow>> {
    use {feed_accounts as a, feeds as f};
    Ok(a::table
        .inner_join(f::table.on(f::board_id.eq(a::board_id).and(f::id.eq(a::feed_id))))
        .filter(a::board_id.eq(board_id.0))
        .select((
            a::feed_id,
            a::account_id,
            a::from_day,
            a::to_day,
            f::provider,
            f::sees,
            a::memo_word,
        ))
        .load(connection)?)
}

pub fn bank_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
) -> Outcome<Vec<BankDayRow>> {
    use feed_bank_days as b;
    let query = b::table
        .filter(b::board_id.eq(board_id.0))
        .filter(b::day.between(span.from.0, span.to.0))
        .select((b::feed_id, b::bin, b::day, b::least_account_id, b::greatest_account_id));
    Ok(on_db!(connection, inner => query.load(inner)?))
}

/// Days that statements have told, as far as they touch a span.
pub fn statement_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
) -> Outcome<Vec<StatementDaysRow>> {
    use statement_days as s;
    Ok(s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::from_day.le(span.to.0))
        .filter(s::to_day.ge(span.from.0))
        .select((s::account_id, s::from_day, s::to_day))
        .load(connection)?)
}

pub fn feed_sums(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
) -> Outcome<Vec<FeedSums>> {
    let delays: String =
        latency::COLUMNS.map(|c| format!(", CAST(SUM({c}) AS BIGINT) AS {c}")).concat();
    let query = diesel::sql_query(format!(
        "SELECT feed_id, CAST(SUM(incoming_count) AS BIGINT) AS incoming, \
         CAST(SUM(matched_count) AS BIGINT) AS matched{delays} FROM feed_days \
         WHERE board_id = $1 AND day BETWEEN $2 AND $3 GROUP BY feed_id"
    ))
    .bind::<BigInt, _>(board_id.0)
    .bind::<Integer, _>(span.from.0)
    .bind::<Integer, _>(span.to.0);
    Ok(on_db!(connection, inner => query.load(inner)?))
}

/// Of what was recorded in a time: what no rule assigned and nobody within a day.
pub fn unassigned_for_long(
    connection: &mut DbConnection,
    board_id: BoardId,
    from: UnixMs,
    before: UnixMs,
) -> Outcome<Vec<UnassignedRow>> {
    // The condition of the index `unassigned_for_long`, by the letter.
    let query = diesel::sql_query(
        "SELECT feed_id, recorded_at_ms, resolved_at_ms FROM unassigned \
         WHERE board_id = $1 AND recorded_at_ms >= $2 AND recorded_at_ms < $3 \
         AND (resolved_at_ms IS NULL OR resolved_at_ms > recorded_at_ms + 86400000)",
    )
    .bind::<BigInt, _>(board_id.0)
    .bind::<BigInt, _>(from.0)
    .bind::<BigInt, _>(before.0);
    Ok(on_db!(connection, inner => query.load(inner)?))
}
