//! What a receipt was, by its vendor: one class, or a part of another class taken out of it. The
//! ledger keeps every decision with its time and the phone that made it.

use serde::Deserialize;

use super::book::{self, Receipt};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::transfers::{self, LineView, NewAttribution, NewLine};
use crate::ledger::{Class, stall};
use crate::live::Hearer;
use crate::primitives::ids::TransferId;
use crate::primitives::{Refusal, Vnd, typed};

/// What a vendor may say of money that came.
pub const CLASSES: [Class; 5] =
    [Class::Sale, Class::Personal, Class::CashOut, Class::Refund, Class::DebtRepayment];

/// What a receipt was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSplit {
    /// Of all of it, or of what the part leaves.
    pub class: Class,
    pub part: Option<NewPart>,
}

/// A part of a receipt that was something else; or all of it, where only the part is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPart {
    pub class: Class,
    /// As people type it: `400k`.
    pub amount: String,
}

/// Decides what the stall's part of a transfer was; other stalls' parts stay as they are.
///
/// # Errors
/// `not-found` (also for another stall's money, and money out), `class-not-vendors` (class,
/// part.class), `amount-not-readable`, `split-too-large` (amount), `refund-exceeds-original`, those of
/// [`transfers::assign_own`].
pub fn split(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    id: TransferId,
    new: &NewSplit,
) -> Outcome<Receipt> {
    let missing = || Refusal::not_found("transfer");
    let transfer = transfers::get(connection, act, id)?;
    let is_mine = |line: &LineView| line.occupancy_id == Some(hearer.occupancy_id);
    let (mine, others): (Vec<_>, Vec<_>) =
        transfer.attribution.lines.into_iter().partition(is_mine);
    if mine.is_empty() || transfer.direction != "in" {
        return Err(missing().into());
    }
    let amount = |line: &LineView| line.amount_vnd.unwrap_or(Vnd::ZERO);
    let whole = Vnd::new(mine.iter().map(|line| amount(line).get()).sum());
    let kept = others.iter().map(|line| NewLine {
        occupancy_id: line.occupancy_id,
        request_id: line.request_id,
        class: line.class,
        amount_vnd: amount(line),
    });
    let own = parts(whole, new)?.into_iter().map(|(class, amount_vnd)| NewLine {
        occupancy_id: Some(hearer.occupancy_id),
        request_id: None,
        class,
        amount_vnd,
    });
    let lines = own.chain(kept).collect();
    // It is counted for the stall already; what it is does not make it another payment.
    let new = NewAttribution { lines, why: None, besides_counted: true };
    transfers::assign_own(connection, act, id, new)?;
    let stored = stall::one(connection, hearer.board_id, id)?;
    Ok(book::receipt(&stored, hearer.occupancy_id, None))
}

fn parts(whole: Vnd, new: &NewSplit) -> Result<Vec<(Class, Vnd)>, Refusal> {
    check("class", new.class)?;
    let Some(part) = &new.part else { return Ok(vec![(new.class, whole)]) };
    check("part.class", part.class)?;
    let amount = typed::amount("amount", &part.amount)?;
    let rest = whole.checked_sub(amount).filter(|rest| rest.get() >= 0);
    let Some(rest) = rest.filter(|_| amount.is_positive()) else {
        return Err(Refusal::invalid("amount", "split-too-large").with("whole", whole));
    };
    if !rest.is_positive() {
        return Ok(vec![(part.class, whole)]);
    }
    if part.class == new.class {
        return Ok(vec![(new.class, whole)]);
    }
    Ok(vec![(new.class, rest), (part.class, amount)])
}

fn check(field: &'static str, class: Class) -> Result<(), Refusal> {
    if CLASSES.contains(&class) {
        return Ok(());
    }
    Err(Refusal::invalid(field, "class-not-vendors"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(class: Class, part: Option<(Class, &str)>) -> Result<Vec<(Class, Vnd)>, Refusal> {
        let part = part.map(|(class, amount)| NewPart { class, amount: amount.into() });
        parts(Vnd::new(500_000), &NewSplit { class, part })
    }

    #[test]
    fn parts_are_the_whole_and_never_more() {
        assert_eq!(split(Class::Personal, None).unwrap(), [(Class::Personal, Vnd::new(500_000))]);
        let two = split(Class::Sale, Some((Class::CashOut, "400k"))).unwrap();
        assert_eq!(two, [(Class::Sale, Vnd::new(100_000)), (Class::CashOut, Vnd::new(400_000))]);
        let all = split(Class::Sale, Some((Class::Refund, "500k"))).unwrap();
        assert_eq!(all, [(Class::Refund, Vnd::new(500_000))], "a part may be all of it");
        for (class, part, code) in [
            (Class::Sale, Some((Class::CashOut, "501k")), "split-too-large"),
            (Class::Sale, Some((Class::CashOut, "1tr2")), "split-too-large"),
            (Class::Sale, Some((Class::CashOut, "0")), "split-too-large"),
            (Class::Sale, Some((Class::CashOut, "nhiều")), "amount-not-readable"),
            (Class::Sale, Some((Class::Fee, "1k")), "class-not-vendors"),
            (Class::Test, None, "class-not-vendors"),
        ] {
            assert_eq!(split(class, part).unwrap_err().code, code, "{class:?} {part:?}");
        }
    }
}
