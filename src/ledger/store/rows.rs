//! The ledger's hot tables: deliveries, transfers, attribution lines, the unassigned queue.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::index;
use crate::access::payer_years::PayerMark;
use crate::db::rows::{Kind, Table, Value, Writes};
use crate::feeds::{Direction, Precision};
use crate::ledger::item::Evidence;
use crate::ledger::matching::{Line, Rule};
use crate::ledger::replace::Decided;
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::primitives::{Day, UnixMs, Vnd};

static DELIVERIES: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("id", Kind::Int),
        ("feed_id", Kind::Int),
        ("received_at_ms", Kind::Int),
        ("outcome", Kind::Text),
        ("headers", Kind::Text),
        ("body", Kind::MaybeBytes),
    ];
    Table::new("deliveries", &columns, "")
});

static TRANSFERS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("id", Kind::Int),
        ("account_id", Kind::Int),
        ("feed_id", Kind::Int),
        ("delivery_id", Kind::Int),
        ("item", Kind::Int),
        ("direction", Kind::Text),
        ("amount_vnd", Kind::Int),
        ("occurred_at_ms", Kind::Int),
        ("occurred_precision", Kind::Text),
        ("day", Kind::Int),
        ("recorded_at_ms", Kind::Int),
        ("evidence", Kind::Text),
        ("fingerprint", Kind::Int),
        ("occupancy_id", Kind::Int),
        ("code_id", Kind::MaybeInt),
        ("request_id", Kind::MaybeInt),
        ("class", Kind::Text),
        ("rule", Kind::Text),
        ("minimum_receipt_vnd", Kind::Int),
        ("wrong_amount", Kind::Bool),
        ("payer_key", Kind::MaybeInt),
    ];
    Table::new("transfers", &columns, "")
});

static LINES: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("transfer_id", Kind::Int),
        ("seq", Kind::Int),
        ("line", Kind::Int),
        ("occupancy_id", Kind::Int),
        ("code_id", Kind::MaybeInt),
        ("request_id", Kind::MaybeInt),
        ("class", Kind::Text),
        ("amount_vnd", Kind::Int),
        ("rule", Kind::Text),
        ("decided_by", Kind::MaybeInt),
        ("recorded_at_ms", Kind::Int),
        ("why", Kind::MaybeText),
        ("proposed_by", Kind::MaybeInt),
    ];
    Table::new("attribution_lines", &columns, "")
});

static UNASSIGNED: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("transfer_id", Kind::Int),
        ("account_id", Kind::Int),
        ("feed_id", Kind::Int),
        ("day", Kind::Int),
        ("reason", Kind::Text),
        ("memo", Kind::Text),
        ("payer_name", Kind::MaybeText),
        ("proposed_request_id", Kind::MaybeInt),
        ("recorded_at_ms", Kind::Int),
    ];
    Table::new("unassigned", &columns, "")
});

static STRAYS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [("board_id", Kind::Int), ("number", Kind::Text), ("transfer_id", Kind::Int)];
    Table::new("strays", &columns, "")
});

static PAYER_TURNS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [("board_id", Kind::Int), ("payer_key", Kind::Int), ("before_key", Kind::Int)];
    Table::new("payer_turns", &columns, "ON CONFLICT (board_id, payer_key) DO NOTHING")
});

/// Rows of one batch, laid end to end for each table.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    deliveries: Vec<Value<'a>>,
    transfers: Vec<Value<'a>>,
    lines: Vec<Value<'a>>,
    unassigned: Vec<Value<'a>>,
    strays: Vec<Value<'a>>,
    payer_turns: Vec<Value<'a>>,
    index: Vec<Value<'a>>,
}

/// A row of `deliveries`.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    pub board_id: BoardId,
    pub id: i64,
    pub feed_id: FeedId,
    pub received_at: UnixMs,
    pub outcome: &'a str,
    pub headers: &'a str,
    pub body: Option<&'a [u8]>,
}

/// A row of `transfers`: the money movement, and what the rules made of it.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    pub board_id: BoardId,
    pub id: i64,
    /// `None`: a number that is not registered.
    pub account_id: Option<AccountId>,
    pub feed_id: FeedId,
    pub delivery_id: i64,
    pub item: i32,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub day: Day,
    pub recorded_at: UnixMs,
    pub evidence: Evidence,
    pub fingerprint: i64,
    /// The one line of the rules' decision; its amount is the transfer's.
    pub line: Line,
    pub rule: Rule,
    pub minimum_receipt: Vnd,
    pub wrong_amount: bool,
    pub payer_key: Option<i64>,
}

/// An attribution after the first: a decision with its lines, which sum to the transfer.
#[derive(Clone, Copy, Debug)]
pub struct Attribution<'l> {
    pub board_id: BoardId,
    pub transfer_id: i64,
    pub seq: i32,
    pub lines: &'l [Line],
    pub rule: Rule,
    pub decided: &'l Decided,
    pub recorded_at: UnixMs,
}

/// A row of `unassigned`.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    pub board_id: BoardId,
    pub transfer_id: i64,
    pub account_id: Option<AccountId>,
    pub feed_id: FeedId,
    pub day: Day,
    pub reason: &'a str,
    pub memo: &'a str,
    pub payer_name: Option<&'a str>,
    pub proposed_request_id: Option<i64>,
    pub recorded_at: UnixMs,
}

impl<'a> Rows<'a> {
    pub fn delivery(&mut self, row: &Delivery<'a>) {
        self.deliveries.extend([
            Value::Int(row.board_id.0),
            Value::Int(row.id),
            Value::Int(row.feed_id.0),
            Value::Int(row.received_at.0),
            Value::from(row.outcome),
            Value::from(row.headers),
            Value::MaybeBytes(row.body.map(Cow::Borrowed)),
        ]);
    }

    pub fn transfer(&mut self, row: &Transfer) {
        self.transfers.extend([
            Value::Int(row.board_id.0),
            Value::Int(row.id),
            Value::Int(row.account_id.map_or(0, |id| id.0)),
            Value::Int(row.feed_id.0),
            Value::Int(row.delivery_id),
            Value::from(row.item),
            Value::from(row.direction.as_str()),
            Value::Int(row.amount.get()),
            Value::Int(row.occurred_at.0),
            Value::from(row.precision.as_str()),
            Value::from(row.day.0),
            Value::Int(row.recorded_at.0),
            Value::from(row.evidence.as_str()),
            Value::Int(row.fingerprint),
            Value::Int(row.line.occupancy_id.map_or(0, |id| id.0)),
            Value::MaybeInt(row.line.code_id.map(|id| id.0)),
            Value::MaybeInt(row.line.request_id.map(|id| id.0)),
            Value::from(row.line.class.as_str()),
            Value::from(row.rule.as_str()),
            Value::Int(row.minimum_receipt.get()),
            Value::Bool(row.wrong_amount),
            Value::MaybeInt(row.payer_key),
        ]);
    }

    /// Puts a transfer into the index at once, where no event will bring it there.
    pub fn indexed(&mut self, board_id: BoardId, subject_id: i64, transfer_id: i64) {
        self.index.extend([board_id.0, subject_id, transfer_id].map(Value::Int));
    }

    pub fn attribution(&mut self, row: &Attribution<'_>) {
        for (number, line) in (0_i32..).zip(row.lines) {
            self.lines.extend([
                Value::Int(row.board_id.0),
                Value::Int(row.transfer_id),
                Value::from(row.seq),
                Value::from(number),
                Value::Int(line.occupancy_id.map_or(0, |id| id.0)),
                Value::MaybeInt(line.code_id.map(|id| id.0)),
                Value::MaybeInt(line.request_id.map(|id| id.0)),
                Value::from(line.class.as_str()),
                Value::Int(line.amount.get()),
                Value::from(row.rule.as_str()),
                Value::MaybeInt(row.decided.by.map(|id| id.0)),
                Value::Int(row.recorded_at.0),
                Value::MaybeText(row.decided.why.clone().map(Cow::Owned)),
                Value::MaybeInt(row.decided.proposed_by.map(|id| id.0)),
            ]);
        }
    }

    pub fn waiting(&mut self, row: &Waiting<'a>) {
        self.unassigned.extend([
            Value::Int(row.board_id.0),
            Value::Int(row.transfer_id),
            Value::Int(row.account_id.map_or(0, |id| id.0)),
            Value::Int(row.feed_id.0),
            Value::from(row.day.0),
            Value::from(row.reason),
            Value::from(row.memo),
            Value::MaybeText(row.payer_name.map(Cow::Borrowed)),
            Value::MaybeInt(row.proposed_request_id),
            Value::Int(row.recorded_at.0),
        ]);
    }

    /// A transfer of no account was told of this number.
    pub fn stray(&mut self, board_id: BoardId, number: Cow<'a, str>, transfer_id: i64) {
        let (board_id, transfer_id) = (Value::Int(board_id.0), Value::Int(transfer_id));
        self.strays.extend([board_id, Value::Text(number), transfer_id]);
    }

    /// A payer who may have paid under last year's hash too.
    pub fn payer(&mut self, board_id: BoardId, payer: Option<PayerMark>) {
        if let Some(PayerMark { now, before: Some(before) }) = payer {
            self.payer_turns.extend([board_id.0, now, before].map(Value::Int));
        }
    }

    /// Hands the rows on to be written.
    pub fn write(self, writes: &mut Writes<'a>) {
        writes.push(&DELIVERIES, self.deliveries);
        writes.push(&TRANSFERS, self.transfers);
        writes.push(&LINES, self.lines);
        writes.push(&UNASSIGNED, self.unassigned);
        writes.push(&STRAYS, self.strays);
        writes.push(&PAYER_TURNS, self.payer_turns);
        writes.push(&index::INDEX, self.index);
    }
}
