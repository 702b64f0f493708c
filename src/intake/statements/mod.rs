//! Importing a bank's statement: a file is first looked at ([`check`]: a dry run that takes nothing
//! in), then committed, and its rows come into the ledger like any feed's deliveries, some hundred
//! in a transaction ([`run`]). The whole days that it tells are days on which its account was
//! observed ([`covered`]).
//!
//! For accounts whose holder did not agree, money out and balances are dropped before the dry run
//! keeps anything. What a layout does not say is asked once and remembered ([`layouts`]).

mod check;
mod commit;
mod covered;
mod identity;
pub mod layouts;
mod listing;
mod plan;
mod run;

use serde::Serialize;
use utoipa::ToSchema;

use super::store::statements::{self as rows, StatementRow};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::statements::Ask;
use crate::primitives::ids::{AccountId, BoardId, FeedId, StatementId};
use crate::primitives::said::Said;
use crate::primitives::{Day, UnixMs};
use crate::text_enum;

pub use check::{Prepared, account, forget_old, insert, prepare};
pub use commit::{Commit, commit, discard};
pub use listing::{
    RowState, StatementFilter, StatementLine, UnreadableLine, get, list, rows as lines, unreadable,
};
pub use run::{Import, Importing, Step, resume, run};

text_enum!(
    /// How far a statement has come.
    StatementState {
        /// Looked at; nothing is taken in yet.
        Checked = "checked",
        /// Its layout must be mapped; nothing of it is kept.
        NeedsMapping = "needs_mapping",
        /// Being taken in.
        Running = "running",
        Done = "done",
    }
);

/// Days from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StatementDays)]
pub struct Days {
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    #[schema(value_type = String, format = Date)]
    pub to_day: Day,
}

impl Days {
    fn of(from: Option<i32>, to: Option<i32>) -> Option<Self> {
        Some(Self { from_day: Day(from?), to_day: Day(to?) })
    }
}

/// A statement that was looked at, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Statement {
    pub id: StatementId,
    pub account_id: AccountId,
    /// The account's feed of statements, whose deliveries its rows become; absent while the layout
    /// must be mapped.
    pub feed_id: Option<FeedId>,
    pub state: StatementState,
    /// `csv`, `xlsx` or `xls`.
    pub format: String,
    /// The name of its layout, see `/statement-layouts/{layout}`.
    pub layout: String,
    /// What the layout's mapping must say.
    pub asks: Vec<Ask>,
    #[schema(value_type = String, format = DateTime)]
    pub uploaded_at: UnixMs,
    /// The days that it tells completely, as the file says or the commit said.
    pub stated: Option<Days>,
    /// The day on which it was made at the bank: of that day it does not know the end.
    #[schema(value_type = Option<String>, format = Date)]
    pub printed_day: Option<Day>,
    /// From its first row to its last.
    pub rows: Option<Days>,
    /// Where its rows are now.
    pub rows_note: Said,
    pub counts: Counts,
    /// How far the commit has come.
    pub progress: Progress,
    /// Sheets of the file that hold dates and amounts and were not read: their headings are others,
    /// or they are of another account. No day counts as observed then.
    pub unread_sheets: Vec<String>,
    /// Whether the file says whose it is. Where it does not, the commit must
    /// (`account_confirmed`).
    pub names_account: bool,
    /// Days that count as observed for the account because of it.
    pub covered: Vec<Days>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub committed_at: Option<UnixMs>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<UnixMs>,
}

/// What the dry run found.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = StatementCounts)]
pub struct Counts {
    /// Rows that can be taken in: the next three together.
    pub rows: i64,
    /// Nobody has told them yet.
    pub new: i64,
    /// Imported before.
    pub known: i64,
    /// Another feed has told them: they are not counted again.
    pub reported: i64,
    /// Rows that cannot be read; nothing of them is taken in.
    pub unreadable: i64,
    /// Money out, which is not kept of this account.
    pub dropped: i64,
    /// Transfers that did not succeed.
    pub failed: i64,
    /// Rows that the file holds twice, with one reference and one running balance: taken in once.
    pub repeated: i64,
}

/// What the commit has made of the rows so far.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = StatementProgress)]
pub struct Progress {
    /// Of `counts.rows`.
    pub done: i64,
    /// New transfers.
    pub recorded: i64,
    /// Other feeds' transfers, surely.
    pub linked: i64,
    /// Other feeds' transfers, as it seems: see `/suspected-pairs?waiting=true`.
    pub doubtful: i64,
}

/// A list that is empty because all went well must not look like a loss.
const fn rows_note(state: StatementState) -> Said {
    match state {
        StatementState::NeedsMapping => Said {
            vi: "Chưa giữ dòng nào: xin khai mẫu rồi tải tập tin lên lại.",
            en: "No row is kept yet: please map the layout, then upload the file again.",
        },
        StatementState::Checked => Said {
            vi: "Các dòng chờ nhập nằm ở `/rows`; sau một tuần không nhập thì bỏ.",
            en: "The rows wait in `/rows`; what is not committed within a week is forgotten.",
        },
        StatementState::Running => Said {
            vi: "Các dòng đang thành giao dịch: dòng đã nhập rời khỏi `/rows`.",
            en: "The rows are becoming transfers: what is taken in leaves `/rows`.",
        },
        StatementState::Done => Said {
            vi: "Các dòng đã thành giao dịch, xem ở `/transfers`; `/rows` trống là đúng, không mất gì.",
            en: "The rows have become transfers, see `/transfers`; `/rows` is empty as it should be.",
        },
    }
}

fn show(connection: &mut DbConnection, all: Vec<StatementRow>) -> Outcome<Vec<Statement>> {
    let ids: Vec<_> = all.iter().map(|row| row.id).collect();
    let Some(board_id) = all.first().map(|row| BoardId(row.board_id)) else {
        return Ok(Vec::new());
    };
    let days = rows::days_of(connection, board_id, &ids)?;
    all.into_iter()
        .map(|row| {
            let of_row = days.iter().filter(|(id, _)| *id == row.id).map(|(_, days)| *days);
            let covered = of_row.collect();
            statement(row, covered)
        })
        .collect()
}

fn statement(row: StatementRow, covered: Vec<Days>) -> Outcome<Statement> {
    Ok(Statement {
        id: row.id,
        account_id: row.account_id,
        feed_id: row.feed_id,
        state: row.state,
        format: row.format,
        layout: row.layout,
        asks: serde_json::from_str(&row.asks).map_err(Fault::broken)?,
        uploaded_at: UnixMs(row.uploaded_at_ms),
        stated: Days::of(row.stated_from_day, row.stated_to_day),
        printed_day: row.printed_day.map(Day),
        rows: Days::of(row.first_day, row.last_day),
        rows_note: rows_note(row.state),
        counts: Counts {
            rows: row.row_count,
            new: row.new_count,
            known: row.known_count,
            reported: row.reported_count,
            unreadable: row.unreadable_count,
            dropped: row.dropped_count,
            failed: row.failed_count,
            repeated: row.repeated_count,
        },
        progress: Progress {
            done: row.done_count,
            recorded: row.recorded_count,
            linked: row.linked_count,
            doubtful: row.doubtful_count,
        },
        unread_sheets: serde_json::from_str(&row.unread_sheets).map_err(Fault::broken)?,
        names_account: row.names_account,
        covered,
        committed_at: row.committed_at_ms.map(UnixMs),
        finished_at: row.finished_at_ms.map(UnixMs),
    })
}
