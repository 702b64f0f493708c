//! Boards: the organisations that run markets, and the settings that hold for all their markets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{found, text};
use super::store::{self, boards as rows};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, Refusal, UnixMs, Vnd, input};

const NAME_CHARS: usize = 120;
const DAY_START_MINUTES: std::ops::RangeInclusive<i32> = 0..=720;
/// Smaller receipts are tests and mistakes unless the board says otherwise.
const DEFAULT_MINIMUM_RECEIPT: Vnd = Vnd::new(1_000);
const MAX_MINIMUM_RECEIPT: Vnd = Vnd::new(1_000_000);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Board {
    pub id: BoardId,
    pub name: String,
    /// Minutes after midnight at which a day begins; above 0 for night markets.
    pub day_start_minute: i32,
    /// Smaller receipts are kept, and counted apart.
    #[schema(value_type = i64)]
    pub minimum_receipt_vnd: Vnd,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardChange {
    /// 1–120 characters.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    /// 0–720.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub day_start_minute: Option<i32>,
    /// 1–1,000,000 đ.
    #[schema(value_type = i64, required = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub minimum_receipt_vnd: Option<Vnd>,
}

/// Makes a board with its event sequence. Nobody's scope reaches it yet: only the operator's
/// command line calls this.
pub fn create(
    connection: &mut DbConnection,
    name: &str,
    at: UnixMs,
    ids: &IdGenerator,
) -> Outcome<Board> {
    let board = Board {
        id: BoardId(ids.next()),
        name: text("name", name, NAME_CHARS)?,
        day_start_minute: 0,
        minimum_receipt_vnd: DEFAULT_MINIMUM_RECEIPT,
        created_at: at,
    };
    rows::insert(connection, &board)?;
    Ok(board)
}

pub fn get(connection: &mut DbConnection, act: &Act) -> Outcome<Board> {
    act.require_within(Permission::RegistryRead)?;
    Ok(found(rows::find(connection, act.board_id())?, "board")?)
}

/// The board's day at the act's instant.
pub fn today(connection: &mut DbConnection, act: &Act) -> Outcome<Day> {
    let board = found(rows::find(connection, act.board_id())?, "board")?;
    Ok(act.at.day(board.day_start_minute))
}

/// The new settings hold for what is recorded from now on; days already totalled stay as they are.
///
/// # Errors
/// `day-start-out-of-range`, `minimum-receipt-out-of-range`.
pub fn change(connection: &mut DbConnection, act: &Act, change: BoardChange) -> Outcome<Board> {
    act.require(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let mut board = found(rows::find(connection, act.board_id())?, "board")?;
    if let Some(name) = change.name {
        board.name = text("name", &name, NAME_CHARS)?;
    }
    if let Some(minute) = change.day_start_minute {
        if !DAY_START_MINUTES.contains(&minute) {
            let refusal = Refusal::invalid("day_start_minute", "day-start-out-of-range");
            return Err(refusal.with("max", DAY_START_MINUTES.end()).into());
        }
        board.day_start_minute = minute;
    }
    if let Some(minimum) = change.minimum_receipt_vnd {
        if !minimum.is_positive() || minimum > MAX_MINIMUM_RECEIPT {
            let refusal = Refusal::invalid("minimum_receipt_vnd", "minimum-receipt-out-of-range");
            return Err(refusal.with("max", MAX_MINIMUM_RECEIPT).into());
        }
        board.minimum_receipt_vnd = minimum;
    }
    rows::update(connection, &board)?;
    Ok(board)
}

/// A board's name as it is kept, judged before anything is made for it.
///
/// # Errors
/// Those of [`text`] on `board`.
pub fn check_name(name: &str) -> Result<String, Refusal> {
    text("board", name, NAME_CHARS)
}

/// Every board's id and name, for the operator's own work.
pub fn all_names(connection: &mut DbConnection) -> Outcome<Vec<(BoardId, String)>> {
    rows::all_names(connection)
}

/// Every board of the installation, for the operator's own work.
pub fn all_ids(connection: &mut DbConnection) -> Outcome<Vec<BoardId>> {
    rows::all_ids(connection)
}

/// Minutes after midnight at which the board's days begin.
pub fn day_start_minute(connection: &mut DbConnection, board_id: BoardId) -> Outcome<i32> {
    Ok(found(rows::find(connection, board_id)?, "board")?.day_start_minute)
}

/// The board's smallest receipt.
pub fn minimum_receipt(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vnd> {
    Ok(found(rows::find(connection, board_id)?, "board")?.minimum_receipt_vnd)
}
