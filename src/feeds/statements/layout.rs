//! A layout: its name, and what a person says of one that is not recognised.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::columns::Role;
use super::grid::{Grid, Kind, Value};
use super::heading::Heading;
use super::{MAX_COLUMNS, words};
use crate::primitives::Refusal;

const SHAPE_CHARS: usize = 24;

/// The order of a date's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 25/11/2026.
    DayMonthYear,
    /// 11/25/2026.
    MonthDayYear,
    /// 2026-11-25.
    YearMonthDay,
}

/// What stands between the thousands; the other one stands before decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmountFormat {
    /// 1.234.567 or 1.234.567,00.
    Dots,
    /// 1,234,567 or 1,234,567.00.
    Commas,
}

/// What a file does not say clearly enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Which columns hold date and amounts.
    Columns,
    /// Which of a date's numbers is the month.
    DateOrder,
    /// What stands between the thousands.
    AmountFormat,
    /// Which amounts are money in: there is one column of amounts without a sign.
    Direction,
    /// Another export: a spreadsheet program has saved this one again and changed what it took for
    /// numbers or dates (`50.000` became 50). No mapping tells what stood there.
    NewExport,
}

/// Which column holds what, counted from 0. What is absent is recognised as far as it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StatementMapping)]
pub struct Mapping {
    pub date: Option<u8>,
    /// The hour, where it has a column of its own.
    pub time: Option<u8>,
    /// Money out.
    pub debit: Option<u8>,
    /// Money in.
    pub credit: Option<u8>,
    /// Money in either direction: negative is out, unless `kind` tells.
    pub amount: Option<u8>,
    /// Says `Có`, `C`, `+` or the like for money in.
    pub kind: Option<u8>,
    pub balance: Option<u8>,
    pub memo: Option<u8>,
    pub reference: Option<u8>,
    pub payer_name: Option<u8>,
    pub payer_account: Option<u8>,
    pub date_order: Option<DateOrder>,
    pub amount_format: Option<AmountFormat>,
    /// Amounts without a sign in a single column are all money in.
    #[serde(default)]
    pub all_money_in: bool,
}

impl Mapping {
    /// # Errors
    /// `statement-column-unknown`: a column that the layout does not have (`max`).
    pub fn check(&self, columns: usize) -> Result<(), Refusal> {
        let columns = columns.min(MAX_COLUMNS);
        for (role, column) in self.columns() {
            if column >= columns {
                let refusal = Refusal::invalid(name(role), "statement-column-unknown");
                return Err(refusal.with("max", columns.saturating_sub(1)));
            }
        }
        Ok(())
    }

    fn columns(&self) -> impl Iterator<Item = (Role, usize)> {
        [
            (Role::Date, self.date),
            (Role::Time, self.time),
            (Role::Debit, self.debit),
            (Role::Credit, self.credit),
            (Role::Amount, self.amount),
            (Role::Kind, self.kind),
            (Role::Balance, self.balance),
            (Role::Memo, self.memo),
            (Role::Reference, self.reference),
            (Role::PayerName, self.payer_name),
            (Role::PayerAccount, self.payer_account),
        ]
        .into_iter()
        .filter_map(|(role, column)| Some((role, usize::from(column?))))
    }

    /// Whether a person has said which columns hold amounts.
    pub(super) fn says_amounts(&self) -> bool {
        self.columns().any(|(role, _)| is_amount(role))
    }

    /// The recognised columns with those of the mapping in their place. A column has one role.
    pub(super) fn over(&self, recognised: &[(Role, usize)]) -> Vec<(Role, usize)> {
        let said: Vec<_> = self.columns().collect();
        let says_amounts = self.says_amounts();
        let stays = |(role, column): &&(Role, usize)| {
            let is_taken = said.iter().any(|(other, at)| other == role || at == column);
            !(is_taken || says_amounts && is_amount(*role))
        };
        let rest: Vec<_> = recognised.iter().filter(stays).copied().collect();
        said.into_iter().chain(rest).collect()
    }
}

const fn is_amount(role: Role) -> bool {
    matches!(role, Role::Debit | Role::Credit | Role::Amount)
}

/// The field of [`Mapping`] that names a role.
const fn name(role: Role) -> &'static str {
    match role {
        Role::Date => "date",
        Role::Time => "time",
        Role::Reference => "reference",
        Role::Debit => "debit",
        Role::Credit => "credit",
        Role::Amount => "amount",
        Role::Kind => "kind",
        Role::Balance => "balance",
        Role::Memo => "memo",
        Role::PayerName => "payer_name",
        Role::PayerAccount => "payer_account",
        Role::Status | Role::Other => "columns",
    }
}

/// 16 hexadecimal digits over the folded headings in their columns.
pub(super) fn fingerprint(headings: &[String]) -> String {
    let mut digest = Sha256::new_with_prefix(b"cho40.statement-layout.v1");
    for heading in headings {
        digest.update(words::folded(heading));
        digest.update(b"\n");
    }
    hex::encode(digest.finalize().first_chunk::<8>().copied().unwrap_or_default())
}

/// What the first cell below each heading looks like.
pub(super) fn shapes(grid: &Grid, heading: &Heading) -> Vec<String> {
    let first = |column: usize| {
        let mut rows = heading.below..grid.len().min(heading.below + 20);
        rows.find_map(|place| grid.cell(place, column)).map(shape)
    };
    (0..heading.texts.len()).map(|column| first(column).unwrap_or_default()).collect()
}

/// A number tells its points and not its length, which would tell how much somebody has.
fn shape(cell: Value<'_>) -> String {
    if cell.kind == Kind::Date {
        return "99/99/9999".to_owned();
    }
    let one = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    let (mut shown, mut rest) = (String::new(), cell.text);
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if number.len() > 4 {
            shown.push_str(&short(number));
            rest = after;
        } else {
            shown.push(one(c));
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    shown.chars().take(SHAPE_CHARS).collect()
}

/// `1.234.567,00` → `9.999,99`, `12345678` → `9`.
fn short(number: &str) -> String {
    let points = number.match_indices(['.', ',']).map(|(at, _)| at);
    let mut ends = points.chain([number.len()]);
    let mut from = ends.next().unwrap_or(0);
    let mut groups: Vec<String> = Vec::new();
    for to in ends {
        let group = number.get(from..to).unwrap_or_default();
        let group = group.replace(|c: char| c.is_ascii_digit(), "9");
        if groups.last() != Some(&group) {
            groups.push(group);
        }
        from = to;
    }
    format!("9{}", groups.concat())
}
