//! Looking at statements and their rows.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Statement, show};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Decoded, Direction, FeedConfig, Reported, connector};
use crate::intake::store::statements as rows;
use crate::intake::store::{feeds as feed_rows, statement_parts as parts};
use crate::primitives::ids::{AccountId, StatementId};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::{Page, PageRequest};
use crate::text_enum;

/// Rows of a part at most, as cursors count them.
const PART_ROWS: i64 = 1_000;
/// Parts that are read at once: a page, where rows are short.
const PARTS: i64 = 3;

text_enum!(
    /// What a row was in the dry run.
    RowState {
        New = "new",
        /// Imported before.
        Known = "known",
        /// Another feed has told it.
        Reported = "reported",
    }
);

/// Which statements.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatementFilter {
    pub account_id: Option<AccountId>,
}

/// A row that waits to be taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementLine {
    pub state: RowState,
    /// `in` or `out`.
    pub direction: String,
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// Absent where the file tells a date alone.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub occurred_at: Option<UnixMs>,
    /// Only for keys with `amounts.read`.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    /// Only for keys with `amounts.read`.
    pub memo: Option<String>,
    pub reference: Option<String>,
}

/// A row that cannot be read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnreadableStatementLine)]
pub struct UnreadableLine {
    /// From 1, as a spreadsheet shows it.
    pub row: i64,
    /// `date`, `amount`, `memo`, `reference` or `payer_name`.
    pub field: String,
    /// E.g. `not-an-amount`.
    pub because: String,
    /// Its meaning, in the caller's language.
    pub detail: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Day>,
}

/// Statements, newest first.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &StatementFilter,
    page: PageRequest,
) -> Outcome<Page<Statement>> {
    act.require(Permission::FeedsRead)?;
    let found = rows::page(connection, act.board_id(), filter.account_id, page)?;
    let page = page.page(found, |row| row.id.0);
    Ok(Page { items: show(connection, page.items)?, next_cursor: page.next_cursor })
}

pub fn get(connection: &mut DbConnection, act: &Act, id: StatementId) -> Outcome<Statement> {
    act.require(Permission::FeedsRead)?;
    let row = rows::find(connection, act.board_id(), id)?;
    show(connection, vec![row])?.pop().ok_or_else(|| Refusal::not_found("statement").into())
}

/// Rows that wait to be taken in, in the order of their times.
pub fn rows(
    connection: &mut DbConnection,
    act: &Act,
    id: StatementId,
    page: PageRequest,
) -> Outcome<Page<StatementLine>> {
    act.require(Permission::FeedsRead)?;
    let board_id = act.board_id();
    let row = rows::find(connection, board_id, id)?;
    let Some(feed_id) = row.feed_id else { return Ok(page.page(Vec::new(), |_| 0)) };
    let feed = feed_rows::find(connection, board_id, feed_id)?;
    let config = FeedConfig::parse(feed.provider, &feed.config)?;
    let sees_amounts = act.scope.permissions.contains(Permission::AmountsRead);
    // A cursor is the part and the place in it.
    let after = page.after.unwrap_or(-1);
    let before = i32::try_from(after.div_euclid(PART_ROWS)).unwrap_or(i32::MAX).saturating_sub(1);
    let mut before = before.max(row.done_part);
    let wanted = usize::try_from(page.rows()).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    // A part of long rows holds few.
    while found.len() < wanted {
        let some = parts::after(connection, board_id, id, before, PARTS)?;
        let Some(last) = some.last().map(|part| part.number) else { break };
        before = last;
        for part in some {
            let decoded = connector(feed.provider).decode(&config, &part.body, UnixMs(0));
            let Decoded::Transfers(all) = decoded.map_err(Fault::broken)? else { continue };
            for ((place, one), letter) in (0..).zip(all).zip(part.states.chars()) {
                let cursor = i64::from(part.number) * PART_ROWS + place;
                if cursor > after {
                    found.push((cursor, line(one, letter, sees_amounts)));
                }
            }
        }
    }
    found.truncate(wanted);
    let page = page.page(found, |(cursor, _)| *cursor);
    let items = page.items.into_iter().map(|(_, line)| line).collect();
    Ok(Page { items, next_cursor: page.next_cursor })
}

fn line(one: Reported, letter: char, sees_amounts: bool) -> StatementLine {
    let is_dated = one.precision == crate::feeds::Precision::Day;
    StatementLine {
        state: match letter {
            'k' => RowState::Known,
            'r' => RowState::Reported,
            _ => RowState::New,
        },
        direction: Direction::as_str(one.direction).to_owned(),
        day: one.occurred_at.day(0),
        occurred_at: Some(one.occurred_at).filter(|_| !is_dated),
        amount_vnd: sees_amounts.then_some(one.amount),
        memo: Some(one.memo).filter(|_| sees_amounts),
        reference: one.bank_reference,
    }
}

/// Rows that cannot be read, in the file's order; of very many the first thousand.
pub fn unreadable(
    connection: &mut DbConnection,
    act: &Act,
    id: StatementId,
    page: PageRequest,
) -> Outcome<Page<UnreadableLine>> {
    act.require(Permission::FeedsRead)?;
    let board_id = act.board_id();
    rows::find(connection, board_id, id)?;
    let after = page.after.map_or(-1, |row| i32::try_from(row).unwrap_or(i32::MAX));
    let found = rows::unreadable(connection, board_id, id, after, page.rows())?;
    let line = |row: rows::UnreadableRow| UnreadableLine {
        row: i64::from(row.row_number),
        field: row.field,
        because: row.because,
        detail: String::new(),
        day: row.day.map(Day),
    };
    Ok(page.page(found.into_iter().map(line).collect(), |line| line.row))
}
