//! A board's templates, and the numbers of the accounts that a feed reports.

use diesel::prelude::*;

use crate::db::schema::{phone_templates as table, receiving_numbers as numbers};
use crate::db::{DbConnection, Outcome};
use crate::feeds::phone::Number;
use crate::intake::store::accounts;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId, TemplateId};

/// A row of `phone_templates`.
#[derive(Clone, Debug)]
pub struct TemplateRow {
    pub id: TemplateId,
    pub app: String,
    pub app_key: String,
    pub version: i32,
    pub replaces_id: Option<TemplateId>,
    pub bin: String,
    pub direction: Option<String>,
    pub pattern: String,
    pub example: Option<String>,
    pub created_at: UnixMs,
    pub retired_at: Option<UnixMs>,
}

/// A row as the table has it.
#[derive(Queryable)]
struct Raw {
    _board_id: i64,
    id: i64,
    app: String,
    app_key: String,
    version: i32,
    replaces_id: Option<i64>,
    bin: String,
    direction: Option<String>,
    pattern: String,
    example: Option<String>,
    created_at_ms: i64,
    retired_at_ms: Option<i64>,
}

impl From<Raw> for TemplateRow {
    fn from(raw: Raw) -> Self {
        Self {
            id: TemplateId(raw.id),
            app: raw.app,
            app_key: raw.app_key,
            version: raw.version,
            replaces_id: raw.replaces_id.map(TemplateId),
            bin: raw.bin,
            direction: raw.direction,
            pattern: raw.pattern,
            example: raw.example,
            created_at: UnixMs(raw.created_at_ms),
            retired_at: raw.retired_at_ms.map(UnixMs),
        }
    }
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, row: &TemplateRow) -> Outcome<()> {
    diesel::insert_into(table::table)
        .values((
            table::board_id.eq(board_id.0),
            table::id.eq(row.id.0),
            table::app.eq(&row.app),
            table::app_key.eq(&row.app_key),
            table::version.eq(row.version),
            table::replaces_id.eq(row.replaces_id.map(|id| id.0)),
            table::bin.eq(&row.bin),
            table::direction.eq(&row.direction),
            table::pattern.eq(&row.pattern),
            table::example.eq(&row.example),
            table::created_at_ms.eq(row.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TemplateId,
) -> Outcome<Option<TemplateRow>> {
    let row: Option<Raw> = table::table.find((board_id.0, id.0)).first(connection).optional()?;
    Ok(row.map(TemplateRow::from))
}

/// Those in use, oldest first.
pub fn live(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<TemplateRow>> {
    let rows: Vec<Raw> = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::retired_at_ms.is_null())
        .order(table::id)
        .load(connection)?;
    Ok(rows.into_iter().map(TemplateRow::from).collect())
}

/// Whether a template in use reads notices of a bank.
pub fn is_any_of_bank(
    connection: &mut DbConnection,
    board_id: BoardId,
    bin: &str,
) -> Outcome<bool> {
    let of_bank = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::bin.eq(bin))
        .filter(table::retired_at_ms.is_null());
    Ok(diesel::select(diesel::dsl::exists(of_bank)).get_result(connection)?)
}

/// Ends a template.
pub fn retire(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TemplateId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(table::table.find((board_id.0, id.0)))
        .set(table::retired_at_ms.eq(at.0))
        .execute(connection)?;
    Ok(())
}

/// The numbers of the accounts that a feed reports now; an account's first one is its main number.
pub fn numbers_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Vec<Number>> {
    let accounts = accounts::live(connection, board_id, feed_id)?;
    let accounts: Vec<i64> = accounts.into_iter().map(|id| id.0).collect();
    let rows: Vec<(i64, String, String)> = numbers::table
        .filter(numbers::board_id.eq(board_id.0))
        .filter(numbers::account_id.eq_any(accounts))
        .order(numbers::id)
        .select((numbers::account_id, numbers::bin, numbers::number))
        .load(connection)?;
    Ok(rows.into_iter().map(|(account, bin, number)| Number { bin, number, account }).collect())
}
