//! What happened on a board, in order: events with a sequence per board, read by cursor.
//!
//! A batch's events lie in one row (a page), so that the hook pays for one row a batch. The writer
//! takes the numbers from the board's head row while it holds that row's lock: a reader that has
//! seen number n never finds a smaller one later.

use std::borrow::Cow;
use std::sync::LazyLock;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::rows::{Kind, Table, Value, Writes};
use crate::db::schema::{board_heads, event_pages};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{
    AccountId, BoardId, CheckId, OccupancyId, RequestId, StallId, TransferId,
};
use crate::primitives::{Day, UnixMs, Vnd};

/// Pages of one read: a page holds up to 256 events, and often one.
const PAGES_AT_ONCE: i64 = 16;

static PAGES: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("last_seq", Kind::Int),
        ("first_seq", Kind::Int),
        ("recorded_at_ms", Kind::Int),
        ("events", Kind::Text),
    ];
    Table::new("event_pages", &columns, "")
});

/// Something that happened; ids and amounts only, never a memo or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Money came in.
    TransferRecorded {
        transfer_id: TransferId,
        account_id: Option<AccountId>,
        occupancy_id: Option<OccupancyId>,
        request_id: Option<RequestId>,
        amount: Vnd,
        class: Cow<'static, str>,
        /// What it did to the request, e.g. `paid`, `thousandfold`.
        effect: Option<Cow<'static, str>>,
        /// The board's day in whose totals it stands.
        day: Day,
        marks: Marks,
    },
    /// Money went out, of an account whose holder lets us keep that. Neither amount nor stall: it is
    /// for those who compare reports, and no listener is shown it.
    MoneyOut { transfer_id: TransferId, account_id: AccountId },
    /// It was decided anew where a transfer belongs, by a person or by a report that knew more.
    TransferAssigned {
        transfer_id: TransferId,
        /// The attribution's number; the event's own is `seq` beside it.
        seq: i32,
    },
    /// Somebody looked at the codes on a stall.
    CodeChecked {
        check_id: CheckId,
        stall_id: StallId,
        occupancy_id: Option<OccupancyId>,
        /// E.g. `right`; `wrong_account` is an alarm.
        result: Cow<'static, str>,
    },
}

/// What the totals of its day make of a transfer beside its class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Trade below the board's minimum: no receipt.
    pub is_small: bool,
    /// The feed names the payer.
    pub is_named: bool,
    /// It met a request of another amount.
    pub is_wrong_amount: bool,
}

impl Marks {
    const fn bits(self) -> u8 {
        self.is_small as u8 | (self.is_named as u8) << 1 | (self.is_wrong_amount as u8) << 2
    }

    const fn of(bits: u8) -> Self {
        Self { is_small: bits & 1 != 0, is_named: bits & 2 != 0, is_wrong_amount: bits & 4 != 0 }
    }
}

/// An event with its number on its board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub seq: i64,
    pub event: Event,
}

/// An event as it lies in a page: bare numbers, since the hook pays for each byte.
#[derive(Serialize, Deserialize)]
enum Stored {
    /// Transfer, account, occupancy, request, amount, class, effect, day, marks.
    R(
        i64,
        Option<i64>,
        Option<i64>,
        Option<i64>,
        i64,
        Cow<'static, str>,
        Option<Cow<'static, str>>,
        i32,
        u8,
    ),
    /// Transfer, attribution.
    A(i64, i32),
    /// Check, stall, occupancy, result.
    C(i64, i64, Option<i64>, Cow<'static, str>),
    /// Transfer, account.
    O(i64, i64),
}

impl From<Event> for Stored {
    fn from(event: Event) -> Self {
        match event {
            Event::TransferRecorded {
                transfer_id,
                account_id,
                occupancy_id,
                request_id,
                amount,
                class,
                effect,
                day,
                marks,
            } => Self::R(
                transfer_id.0,
                account_id.map(|id| id.0),
                occupancy_id.map(|id| id.0),
                request_id.map(|id| id.0),
                amount.get(),
                class,
                effect,
                day.0,
                marks.bits(),
            ),
            Event::TransferAssigned { transfer_id, seq } => Self::A(transfer_id.0, seq),
            Event::CodeChecked { check_id, stall_id, occupancy_id, result } => {
                Self::C(check_id.0, stall_id.0, occupancy_id.map(|id| id.0), result)
            }
            Event::MoneyOut { transfer_id, account_id } => Self::O(transfer_id.0, account_id.0),
        }
    }
}

impl From<Stored> for Event {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::R(transfer, account, occupancy, request, amount, class, effect, day, marks) => {
                Self::TransferRecorded {
                    transfer_id: TransferId(transfer),
                    account_id: account.map(AccountId),
                    occupancy_id: occupancy.map(OccupancyId),
                    request_id: request.map(RequestId),
                    amount: Vnd::new(amount),
                    class,
                    effect,
                    day: Day(day),
                    marks: Marks::of(marks),
                }
            }
            Stored::A(transfer, seq) => {
                Self::TransferAssigned { transfer_id: TransferId(transfer), seq }
            }
            Stored::C(check, stall, occupancy, result) => Self::CodeChecked {
                check_id: CheckId(check),
                stall_id: StallId(stall),
                occupancy_id: occupancy.map(OccupancyId),
                result,
            },
            Stored::O(transfer, account) => {
                Self::MoneyOut { transfer_id: TransferId(transfer), account_id: AccountId(account) }
            }
        }
    }
}

/// Pages to be written, one for each board.
#[derive(Debug, Default)]
pub struct Pages(Vec<Value<'static>>);

impl Pages {
    /// Appends events after `last_seq`, the board's number before them; the caller holds the head's
    /// lock, or writes nothing unless the head is still there, and stores the number that comes back.
    pub fn append(
        &mut self,
        board_id: BoardId,
        last_seq: i64,
        at: UnixMs,
        events: Vec<Event>,
    ) -> Outcome<i64> {
        let Some(count) = i64::try_from(events.len()).ok().filter(|count| *count > 0) else {
            return Ok(last_seq);
        };
        let stored: Vec<_> = events.into_iter().map(Stored::from).collect();
        let text = serde_json::to_string(&stored).map_err(Fault::broken)?;
        self.0.extend([
            Value::Int(board_id.0),
            Value::Int(last_seq + count),
            Value::Int(last_seq + 1),
            Value::Int(at.0),
            Value::from(text),
        ]);
        Ok(last_seq + count)
    }

    pub fn write(self, writes: &mut Writes<'_>) {
        writes.push(&PAGES, self.0);
    }
}

/// Tells one event in the caller's transaction, which holds the board's head from here on.
pub fn tell(
    connection: &mut DbConnection,
    board_id: BoardId,
    at: UnixMs,
    event: Event,
) -> Outcome<()> {
    let head = board_heads::table.find(board_id.0);
    diesel::update(head)
        .set(board_heads::event_seq.eq(board_heads::event_seq + 1))
        .execute(connection)?;
    let seq: i64 = head.select(board_heads::event_seq).first(connection)?;
    let (mut pages, mut writes) = (Pages::default(), Writes::default());
    pages.append(board_id, seq - 1, at, vec![event])?;
    pages.write(&mut writes);
    writes.run(connection)
}

/// The events after a cursor: all of a read's pages, so some more than `limit`.
pub fn after(
    connection: &mut DbConnection,
    board_id: BoardId,
    mut cursor: i64,
    limit: usize,
) -> Outcome<Vec<Numbered>> {
    let mut events = Vec::new();
    while events.len() < limit {
        let pages: Vec<(i64, i64, String)> = event_pages::table
            .filter(event_pages::board_id.eq(board_id.0))
            .filter(event_pages::last_seq.gt(cursor))
            .order(event_pages::last_seq)
            .limit(PAGES_AT_ONCE)
            .select((event_pages::first_seq, event_pages::last_seq, event_pages::events))
            .load(connection)?;
        let Some(last) = pages.last().map(|page| page.1) else { break };
        for (first_seq, _, page) in pages {
            let page: Vec<Stored> = serde_json::from_str(&page).map_err(Fault::broken)?;
            let numbered = (first_seq..).zip(page.into_iter().map(Event::from));
            events.extend(
                numbered
                    .map(|(seq, event)| Numbered { seq, event })
                    .filter(|numbered| numbered.seq > cursor),
            );
        }
        cursor = last;
    }
    Ok(events)
}

/// The number of the last event before an instant, not before `from`.
pub fn last_before(
    connection: &mut DbConnection,
    board_id: BoardId,
    at: UnixMs,
    from: i64,
) -> Outcome<i64> {
    let before = event_pages::table
        .filter(event_pages::board_id.eq(board_id.0))
        .filter(event_pages::last_seq.gt(from))
        .filter(event_pages::recorded_at_ms.lt(at.0))
        .order(event_pages::last_seq.desc())
        .select(event_pages::last_seq);
    Ok(before.first(connection).optional()?.unwrap_or(from))
}

/// The number of a board's last event; 0 where nothing has happened.
pub fn last_seq(connection: &mut DbConnection, board_id: BoardId) -> Outcome<i64> {
    let newest = event_pages::table
        .filter(event_pages::board_id.eq(board_id.0))
        .order(event_pages::last_seq.desc())
        .select(event_pages::last_seq);
    Ok(newest.first(connection).optional()?.unwrap_or(0))
}
