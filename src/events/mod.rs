//! What happened on a board, in order: events with a sequence per board, read by cursor.
//!
//! A batch's events lie in one row (a page), so that the hook pays for one row a batch. The writer
//! takes the numbers from the board's head row while it holds that row's lock: a reader that has
//! seen number n never finds a smaller one later.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::rows::{Kind, Table, Value, Writes};
use crate::db::schema::event_pages;
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{AccountId, BoardId, OccupancyId, RequestId, TransferId};
use crate::primitives::{UnixMs, Vnd};

use std::sync::LazyLock;

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Money came in.
    TransferRecorded {
        transfer_id: TransferId,
        account_id: Option<AccountId>,
        occupancy_id: Option<OccupancyId>,
        request_id: Option<RequestId>,
        amount_vnd: Vnd,
        class: String,
        /// What it did to the request, e.g. `paid`, `thousandfold`.
        #[serde(skip_serializing_if = "Option::is_none")]
        effect: Option<String>,
    },
    /// A person decided anew where a transfer belongs.
    TransferAssigned {
        transfer_id: TransferId,
        /// The attribution's number; the event's own is `seq` beside it.
        #[serde(rename = "attribution_seq")]
        seq: i32,
    },
}

/// An event with its number on its board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    pub seq: i64,
    #[serde(flatten)]
    pub event: Event,
}

/// Pages to be written, one for each board.
#[derive(Debug, Default)]
pub struct Pages(Vec<Value<'static>>);

impl Pages {
    /// Appends events after `last_seq`, the board's number before them; the caller holds the head's
    /// lock and stores the number that comes back.
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
        let numbered: Vec<_> =
            (last_seq + 1..).zip(events).map(|(seq, event)| Numbered { seq, event }).collect();
        let text = serde_json::to_string(&numbered).map_err(Fault::broken)?;
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

/// The events after a cursor: all of a read's pages, so some more than `limit`.
pub fn after(
    connection: &mut DbConnection,
    board_id: BoardId,
    mut cursor: i64,
    limit: usize,
) -> Outcome<Vec<Numbered>> {
    let mut events = Vec::new();
    while events.len() < limit {
        let pages: Vec<(i64, String)> = event_pages::table
            .filter(event_pages::board_id.eq(board_id.0))
            .filter(event_pages::last_seq.gt(cursor))
            .order(event_pages::last_seq)
            .limit(PAGES_AT_ONCE)
            .select((event_pages::last_seq, event_pages::events))
            .load(connection)?;
        let Some((last, _)) = pages.last() else { break };
        let last = *last;
        for (_, page) in pages {
            let page: Vec<Numbered> = serde_json::from_str(&page).map_err(Fault::broken)?;
            events.extend(page.into_iter().filter(|event| event.seq > cursor));
        }
        cursor = last;
    }
    Ok(events)
}
