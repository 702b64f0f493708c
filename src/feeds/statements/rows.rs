//! From the rows of a table to transfers.

use std::cmp::Ordering;

use super::amounts::{self, Formats, Written};
use super::columns::{self, Role};
use super::dates::{self, Orders, Told};
use super::grid::{Grid, Kind, Value};
use super::heading::Heading;
use super::layout::{Ask, DateOrder, Mapping};
use super::sums::{self, Sum};
use super::words;
use crate::feeds::fields::{MAX_NAME_CHARS, MAX_REFERENCE_CHARS};
use crate::feeds::{Direction, MAX_MEMO_CHARS, Payer, Precision, UndecodableBecause as Because};
use crate::primitives::{Day, UnixMs, Vnd};

/// A transfer of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1, as a spreadsheet shows it.
    pub number: u32,
    pub direction: Direction,
    /// Positive in both directions.
    pub amount: Vnd,
    /// By the bank's clock.
    pub occurred_at: UnixMs,
    pub precision: Precision,
    /// After the transfer; may be negative.
    pub balance: Option<Vnd>,
    /// Single blanks between its words; empty if there is none.
    pub memo: String,
    pub reference: Option<String>,
    pub payer: Option<Payer>,
}

/// A row that looks like a transfer and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// From 1, as a spreadsheet shows it.
    pub number: u32,
    /// `date`, `amount`, `memo`, `reference` or `payer_name`.
    pub field: &'static str,
    pub because: Because,
    /// Where its date can be read.
    pub day: Option<Day>,
}

/// What a statement says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// In the order of their times, equal ones in the file's order.
    pub rows: Vec<Row>,
    pub unreadable: Vec<Unreadable>,
    /// Transfers that did not succeed, by a column that says so.
    pub failed: usize,
}

/// Columns and formats, decided.
struct Reader<'g> {
    grid: &'g Grid,
    columns: Vec<(Role, usize)>,
    order: DateOrder,
    /// The column of dates tells times too.
    timed: bool,
    written: Written,
    all_money_in: bool,
    /// Columns that have a heading, or stand before one that has.
    width: usize,
}

pub(super) fn read(
    grid: &Grid,
    heading: &Heading,
    mapping: Option<&Mapping>,
) -> Result<Rows, Vec<Ask>> {
    let none = Mapping::default();
    let mapping = mapping.unwrap_or(&none);
    let columns = mapping.over(&heading.roles);
    let is_tied = !mapping.says_amounts() && columns::are_tied(&heading.texts);
    if is_tied || columns::are_half(&columns) || !columns::suffice(&columns) {
        return Err(vec![Ask::Columns]);
    }
    let mut reader = Reader {
        grid,
        columns,
        order: DateOrder::DayMonthYear,
        timed: false,
        written: Written::said(super::AmountFormat::Dots),
        all_money_in: mapping.all_money_in,
        width: heading.texts.len(),
    };
    let body = heading.below..grid.len();
    reader.decide(heading, mapping, body.clone())?;
    let mut found = Rows::default();
    // A row is larger than its cells; what grows by doubling is in memory twice while it does.
    found.rows.reserve_exact(body.len());
    for place in body {
        if heading.is_repeated_by(grid, place) {
            continue;
        }
        match reader.row(place) {
            Ok(Line::Transfer(row)) => found.rows.push(row),
            Ok(Line::Failed) => found.failed += 1,
            Ok(Line::Remark) => {}
            Err(unreadable) => found.unreadable.push(unreadable),
        }
    }
    found.rows.sort_by_key(|row| row.occurred_at);
    Ok(found)
}

/// What a row of the grid is.
enum Line {
    Transfer(Row),
    Failed,
    /// A sum, a balance, a note.
    Remark,
}

impl Reader<'_> {
    fn column(&self, role: Role) -> Option<usize> {
        self.columns.iter().find(|(known, _)| *known == role).map(|(_, column)| *column)
    }

    fn cell(&self, place: usize, role: Role) -> Option<Value<'_>> {
        self.grid.cell(place, self.column(role)?)
    }

    /// A cell whose text is what the bank wrote; not a number that a spreadsheet has rounded.
    fn exact(&self, place: usize, role: Role) -> Option<Value<'_>> {
        let is_number = matches!(role, Role::Reference | Role::PayerAccount);
        self.cell(place, role).filter(|cell| !(is_number && amounts::is_rounded(*cell)))
    }

    fn date(&self, place: usize) -> Option<Result<Told, Because>> {
        let cell = self.cell(place, Role::Date)?;
        Some(dates::read(cell, self.cell(place, Role::Time), self.grid.serial_shift))
    }

    /// Looks through all rows for the formats, or says what must be asked.
    fn decide(
        &mut self,
        heading: &Heading,
        mapping: &Mapping,
        body: std::ops::Range<usize>,
    ) -> Result<(), Vec<Ask>> {
        let (mut orders, mut formats) = (Orders::default(), Formats::default());
        let (mut has_minus, mut has_any) = (false, false);
        for place in body {
            let Some(Ok(told)) = self.date(place) else { continue };
            orders.see(&told);
            self.timed |= told.has_time();
            for role in [Role::Debit, Role::Credit, Role::Amount, Role::Balance] {
                if let Some(cell) = self.cell(place, role) {
                    formats.see(cell);
                    if role == Role::Amount {
                        has_any = true;
                        has_minus |= cell.text.contains(['-', '+', '(', '\u{2212}']);
                    }
                }
            }
        }
        // The same digits may mean anything then, and nobody can say which.
        if !self.grid.is_delimited && orders.are_converted() || formats.are_converted() {
            return Err(vec![Ask::NewExport]);
        }
        let mut asks = Vec::new();
        // Where the heading is Vietnamese, so is the order: the day first.
        let date = self.column(Role::Date).and_then(|column| heading.texts.get(column));
        let date = words::folded(date.map_or("", String::as_str));
        let speaks = ["ngay", "thoi gian", "thoi diem"].iter().any(|word| words::has(&date, word));
        let by_language =
            Some(DateOrder::DayMonthYear).filter(|_| speaks && orders.allow_day_first());
        // What was said of an earlier file does not count against what this one shows.
        match (mapping.date_order, orders.only()) {
            (Some(said), Some(only)) if said != only => asks.push(Ask::DateOrder),
            (said, only) => match said.or(only).or(by_language) {
                Some(order) => self.order = order,
                None => asks.push(Ask::DateOrder),
            },
        }
        match (mapping.amount_format, formats.decide()) {
            (Some(said), _) if formats.only().is_some_and(|only| only != said) => {
                asks.push(Ask::AmountFormat);
            }
            (Some(said), Some(written)) if written.format == said => self.written = written,
            (Some(said), _) => self.written = Written::said(said),
            (None, Some(written)) => self.written = written,
            (None, None) => asks.push(Ask::AmountFormat),
        }
        let tells = has_minus || self.column(Role::Kind).is_some() || self.all_money_in;
        if !self.has_sides() && has_any && !tells {
            asks.push(Ask::Direction);
        }
        if asks.is_empty() { Ok(()) } else { Err(asks) }
    }

    fn row(&self, place: usize) -> Result<Line, Unreadable> {
        let number = self.grid.number(place);
        let because = |field, because, day| Unreadable { number, field, because, day };
        let moved = self.moved(place);
        let date = self.date(place);
        if !matches!(date, Some(Ok(_))) && (matches!(moved, Ok(None)) || self.is_remark(place)) {
            return Ok(Line::Remark);
        }
        let told = match date {
            Some(Ok(told)) => told,
            Some(Err(error)) => return Err(because("date", error, None)),
            None => return Err(because("date", Because::Missing, None)),
        };
        let (occurred_at, precision) =
            told.instant(self.order, self.timed).map_err(|error| because("date", error, None))?;
        let day = Some(occurred_at.day(0));
        // An unquoted comma has moved the cells behind it under other headings.
        if self.grid.is_delimited && self.grid.cells(place).any(|cell| cell.column >= self.width) {
            return Err(because("amount", Because::TooManyFields, day));
        }
        let (direction, amount) = match moved {
            Ok(Some(moved)) => match self.sum(place) {
                None => moved,
                Some(Sum::Surely) => return Ok(Line::Remark),
                Some(Sum::Perhaps) => return Err(because("amount", Because::LooksLikeASum, day)),
            },
            Ok(None) if self.is_remark(place) => return Ok(Line::Remark),
            Ok(None) => return Err(because("amount", Because::Missing, day)),
            Err(error) => return Err(because("amount", error, day)),
        };
        if self.cell(place, Role::Status).is_some_and(|cell| has_failed(cell.text)) {
            return Ok(Line::Failed);
        }
        let text = |role, field, max| match self.exact(place, role) {
            Some(cell) => plain(cell.text, max).map_err(|error| because(field, error, day)),
            None => Ok(None),
        };
        let payer = Payer {
            name: text(Role::PayerName, "payer_name", MAX_NAME_CHARS)?,
            bin: None,
            account: self.exact(place, Role::PayerAccount).and_then(|cell| account(cell.text)),
        };
        Ok(Line::Transfer(Row {
            number,
            direction,
            amount,
            occurred_at,
            precision,
            balance: self.balance(place),
            memo: text(Role::Memo, "memo", MAX_MEMO_CHARS)?.unwrap_or_default(),
            reference: text(Role::Reference, "reference", MAX_REFERENCE_CHARS)?,
            payer: Some(payer).filter(|payer| payer.name.is_some() || payer.account.is_some()),
        }))
    }

    /// Direction and amount; `None` where no money moved.
    fn moved(&self, place: usize) -> Result<Option<(Direction, Vnd)>, Because> {
        let amount = |role| match self.cell(place, role) {
            Some(cell) => amounts::read(cell, self.written),
            None => Ok(None),
        };
        let signed = match (amount(Role::Debit)?, amount(Role::Credit)?) {
            (Some(_), Some(_)) => return Err(Because::UnknownDirection),
            // A negative debit is how some banks write money out, others a correction: the column
            // tells the direction, and a credit below zero is none.
            (Some(debit), None) => Some(-debit.abs()),
            (None, Some(credit)) if credit > 0 => Some(credit),
            (None, Some(_)) => return Err(Because::NotPositive),
            (None, None) if self.has_sides() => None,
            (None, None) => match amount(Role::Amount)? {
                Some(amount) => Some(self.signed(place, amount)?),
                None => None,
            },
        };
        Ok(signed.map(|signed| {
            let direction = if signed < 0 { Direction::Out } else { Direction::In };
            (direction, Vnd::new(signed.saturating_abs()))
        }))
    }

    /// Debits or credits have columns of their own.
    fn has_sides(&self) -> bool {
        self.column(Role::Debit).is_some() || self.column(Role::Credit).is_some()
    }

    fn signed(&self, place: usize, amount: i64) -> Result<i64, Because> {
        if amount < 0 || self.column(Role::Kind).is_none() || self.all_money_in {
            return Ok(amount);
        }
        let cell = self.cell(place, Role::Kind).ok_or(Because::UnknownDirection)?;
        match direction(cell.text) {
            Some(Direction::In) => Ok(amount),
            Some(Direction::Out) => Ok(-amount),
            None => Err(Because::UnknownDirection),
        }
    }

    /// One that cannot be read is left out: nothing is decided by it.
    fn balance(&self, place: usize) -> Option<Vnd> {
        let cell = self.cell(place, Role::Balance)?;
        amounts::read(cell, self.written).ok()?.map(Vnd::new)
    }

    /// Whether a row without a date is a sum or a balance.
    fn is_remark(&self, place: usize) -> bool {
        self.grid.cells(place).any(|cell| sums::is_named(cell.text))
    }

    /// What a row with a date and an amount says of a sum. One with a reference or a payer is a
    /// transfer, however its memo begins.
    fn sum(&self, place: usize) -> Option<Sum> {
        const OWN: [Role; 3] = [Role::Reference, Role::PayerName, Role::PayerAccount];
        let is_told = |role| {
            let letters = self.cell(place, role).map(|cell| cell.text);
            letters.is_some_and(|text| text.contains(char::is_alphanumeric))
        };
        if OWN.into_iter().any(is_told) {
            return None;
        }
        let cells = self.grid.cells(place).filter(|cell| cell.kind == Kind::Text);
        cells.filter_map(|cell| sums::weigh(cell.text)).max()
    }
}

/// Single blanks between the words; `None` where there are none.
fn plain(text: &str, max_chars: usize) -> Result<Option<String>, Because> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > max_chars {
        return Err(Because::TooLong);
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn has_failed(status: &str) -> bool {
    const WORDS: [&str; 12] = [
        "that bai",
        "khong thanh cong",
        "loi",
        "huy",
        "da huy",
        "dang xu ly",
        "cho xu ly",
        "failed",
        "fail",
        "cancelled",
        "pending",
        "processing",
    ];
    let folded = words::folded(status);
    WORDS.iter().any(|word| words::begins(&folded, word))
}

/// What the words of a column of kinds mean.
fn direction(text: &str) -> Option<Direction> {
    const IN: [&str; 20] = [
        "co",
        "ghi co",
        "c",
        "cr",
        "credit",
        "in",
        "thu",
        "tien vao",
        "nhan tien",
        "nhan",
        "nap tien",
        "cong",
        "deposit",
        "chuyen den",
        "tien den",
        "received",
        "hoan tien",
        "chuyen tien den",
        "chuyen khoan den",
        "nhan chuyen khoan",
    ];
    const OUT: [&str; 23] = [
        "no",
        "ghi no",
        "d",
        "dr",
        "debit",
        "out",
        "chi",
        "tien ra",
        "chuyen tien",
        "rut tien",
        "thanh toan",
        "tru",
        "withdrawal",
        "chuyen di",
        "tien di",
        "sent",
        "rut",
        "mua",
        "phi",
        "thu phi",
        "thu no",
        "nap tien dien thoai",
        "nap dien thoai",
    ];
    match text.trim() {
        "+" => return Some(Direction::In),
        "-" | "\u{2212}" => return Some(Direction::Out),
        _ => {}
    }
    let folded = words::folded(text);
    // The longest words decide: `nạp tiền` comes in, `nạp tiền điện thoại` goes out.
    let says = |words: &[&str]| {
        let said = words.iter().filter(|word| words::begins(&folded, word));
        said.map(|word| word.len()).max().unwrap_or(0)
    };
    match says(&IN).cmp(&says(&OUT)) {
        Ordering::Greater => Some(Direction::In),
        Ordering::Less => Some(Direction::Out),
        Ordering::Equal => None,
    }
}

/// An account as the feeds take one: letters and digits.
fn account(text: &str) -> Option<String> {
    let number: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    (4..=34).contains(&number.len()).then_some(number)
}
