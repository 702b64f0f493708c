//! What a receipt was, by its vendor: one class, or a part of another class taken out of it. The
//! ledger keeps every decision with its time and the phone that made it.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::book::{self, Receipt};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::transfers::{self, LineView, NewAttribution, NewLine};
use crate::ledger::{Class, beyond, lock_board, stall};
use crate::live::Hearer;
use crate::primitives::ids::{RequestId, TransferId};
use crate::primitives::{Refusal, Vnd, typed};
use crate::requests;

/// What a vendor may say of money that came.
pub const CLASSES: [Class; 5] =
    [Class::Sale, Class::Personal, Class::CashOut, Class::Refund, Class::DebtRepayment];

/// What a receipt was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSplit {
    /// Of all of it, or of what the part leaves; absent beside a part: what is left stays what it was.
    pub class: Option<Class>,
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
/// `not-found` (also for another stall's money, and money out), `receipt-of-market`, `receipt-of-several-requests`,
/// `class-not-vendors` (class, part.class), `amount-not-readable`, `split-too-large` (amount), `refund-exceeds-original`, those of
/// [`transfers::assign_own`].
pub fn split(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    id: TransferId,
    new: &NewSplit,
) -> Outcome<Receipt> {
    let (mine, others) = lines(connection, act, hearer, id)?;
    let whole = Vnd::new(mine.iter().map(|line| line.amount_vnd.get()).sum());
    let parts = parts(whole, new)?;
    let requests = requests_of(&mine);
    let own = if is_of_several(&mine) {
        of_several(mine, new, &parts)?
    } else if new.class.is_none() || requests.len() > 1 {
        let goes = match requests.into_iter().flatten().next() {
            Some(request_id) => goes_back(connection, hearer, id, request_id)?,
            None => Vnd::ZERO,
        };
        of_half(mine, new, &parts, goes)
    } else {
        let occupancy_id = Some(hearer.occupancy_id);
        let line =
            |(class, amount_vnd)| NewLine { occupancy_id, request_id: None, class, amount_vnd };
        parts.into_iter().map(line).collect()
    };
    decide(connection, act, hearer, id, own.into_iter().chain(others).collect())
}

/// The requests at which the stall's part of a payment was placed; first `None`, where some of it is for none.
fn requests_of(mine: &[NewLine]) -> Vec<Option<RequestId>> {
    let ids: BTreeSet<_> = mine.iter().map(|line| line.request_id).collect();
    ids.into_iter().collect()
}

fn is_of_several(mine: &[NewLine]) -> bool {
    requests_of(mine).iter().flatten().count() > 1
}

/// What of a payment is to go back, or has by the vendor's word, as more than its request asked for.
fn goes_back(
    connection: &mut DbConnection,
    hearer: &Hearer,
    id: TransferId,
    request_id: RequestId,
) -> Outcome<Vnd> {
    let row = requests::by_id(connection, hearer.board_id, request_id)?;
    let row = row.ok_or_else(|| Refusal::not_found("request"))?;
    let all = beyond::surplus(connection, hearer.board_id, &row)?;
    Ok(all.into_iter().find(|(of, _)| *of == id).map_or(Vnd::ZERO, |(_, goes)| goes))
}

/// What a payment was of which only some is for a request, or that stays what it was but for a part. What is for
/// none stays so, and a part is of what the request has too much, then of what is for none.
fn of_half(mine: Vec<NewLine>, new: &NewSplit, parts: &[(Class, Vnd)], goes: Vnd) -> Vec<NewLine> {
    let (class, part) = match parts {
        // What goes back is the part, however it was typed.
        [(Class::Refund, back), (class, _)] => (*class, Some((Class::Refund, *back))),
        [(class, _), part] => (*class, Some(*part)),
        [(class, whole)] if new.class.is_none() => (*class, Some((*class, *whole))),
        [(class, _), ..] => (*class, None),
        [] => return mine,
    };
    let mut lines = Vec::new();
    for line in mine {
        // What was given back, or waited, was goods else.
        let stays = !matches!(line.class, Class::Unclassified | Class::Refund);
        let class = if new.class.is_none() && stays { line.class } else { class };
        let is_judged = line.class != Class::Unclassified || class.pays_requests();
        let request_id = line.request_id.filter(|_| is_judged);
        add(&mut lines, NewLine { class, request_id, ..line });
    }
    if let Some((class, amount)) = part {
        for part in take(&mut lines, amount, goes) {
            add(&mut lines, NewLine { class, ..part });
        }
    }
    lines.retain(|line| line.amount_vnd.is_positive());
    lines
}

/// Takes an amount out of lines: of what a request has too much, of what is for none, of the rest. What it
/// took of each.
fn take(lines: &mut [NewLine], amount: Vnd, goes: Vnd) -> Vec<NewLine> {
    let (mut left, mut taken) = (amount.get(), Vec::new());
    for (is_for_request, most) in [(true, goes.get()), (false, i64::MAX), (true, i64::MAX)] {
        let mut most = most;
        let its = lines.iter_mut().filter(|line| line.request_id.is_some() == is_for_request);
        for line in its.filter(|line| line.class != Class::Refund) {
            let part = left.min(most).min(line.amount_vnd.get());
            (left, most) = (left - part, most - part);
            line.amount_vnd = Vnd::new(line.amount_vnd.get() - part);
            add(&mut taken, NewLine { amount_vnd: Vnd::new(part), ..line.clone() });
        }
    }
    taken.retain(|line| line.amount_vnd.is_positive());
    taken
}

/// Lines of one class for one request are one line.
fn add(lines: &mut Vec<NewLine>, new: NewLine) {
    let of = |line: &NewLine| (line.occupancy_id, line.request_id, line.class);
    match lines.iter_mut().find(|line| of(line) == of(&new)) {
        Some(same) => {
            same.amount_vnd = Vnd::new(same.amount_vnd.get().saturating_add(new.amount_vnd.get()));
        }
        None => lines.push(new),
    }
}

/// What all of a payment for several requests was: each keeps its part. Of which one a part would be nobody knows.
fn of_several(
    mine: Vec<NewLine>,
    new: &NewSplit,
    parts: &[(Class, Vnd)],
) -> Result<Vec<NewLine>, Refusal> {
    let class = match parts {
        [(class, _)] if new.part.is_none() => *class,
        _ => return Err(Refusal::conflict("receipt-of-several-requests")),
    };
    let said = |line: NewLine| {
        let is_judged = line.class != Class::Unclassified || class.pays_requests();
        let request_id = line.request_id.filter(|_| is_judged);
        NewLine { class, request_id, ..line }
    };
    Ok(mine.into_iter().map(said).collect())
}

/// Decides what only a part of a receipt was, e.g. what is more than was asked. What the vendor gave back of
/// the receipt before stays as it is said: then the part is other goods, or her own, and for the request no
/// more, unless it was given back too.
///
/// # Errors
/// Those of [`split`].
pub fn split_off(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    id: TransferId,
    part: NewPart,
) -> Outcome<Receipt> {
    check("class", part.class)?;
    let (mine, others) = lines(connection, act, hearer, id)?;
    if mine.iter().all(|line| line.class != Class::Refund) {
        let new = NewSplit { class: None, part: Some(part) };
        return split(connection, act, hearer, id, &new);
    }
    if is_of_several(&mine) {
        return Err(Refusal::conflict("receipt-of-several-requests").into());
    }
    let amount = typed::amount("amount", &part.amount)?;
    let whole = Vnd::new(mine.iter().map(|line| line.amount_vnd.get()).sum());
    let request_id = mine.iter().find_map(|line| line.request_id);
    let goes = match request_id {
        Some(request_id) => goes_back(connection, hearer, id, request_id)?,
        None => Vnd::ZERO,
    };
    let told = mine.iter().filter(|line| line.class == Class::Refund && line.request_id.is_some());
    let told: i64 = told.map(|line| line.amount_vnd.get()).sum();
    let goes = Vnd::new(goes.get().saturating_sub(told).max(0));
    let own = beside_refund(mine, part.class, amount, goes);
    let own =
        own.ok_or_else(|| Refusal::invalid("amount", "split-too-large").with("whole", whole))?;
    decide(connection, act, hearer, id, own.into_iter().chain(others).collect())
}

/// What is said of a receipt is said of it as it is shown.
///
/// # Errors
/// `not-found`; `receipt-said-meanwhile` where more was said since, or given back, of it or beside it.
pub fn is_as_shown(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    id: TransferId,
    version: &str,
) -> Outcome<()> {
    lock_board(connection, hearer.board_id)?;
    lines(connection, act, hearer, id)?;
    let stored = stall::one(connection, hearer.board_id, id)?;
    if stall::version(connection, hearer.board_id, &stored)? == version {
        return Ok(());
    }
    Err(Refusal::conflict("receipt-said-meanwhile").into())
}

/// The stall's lines of a receipt, and other stalls'.
fn lines(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    id: TransferId,
) -> Outcome<(Vec<NewLine>, Vec<NewLine>)> {
    let transfer = transfers::get(connection, act, id)?;
    let line = |line: LineView| NewLine {
        occupancy_id: line.occupancy_id,
        request_id: line.request_id,
        class: line.class,
        amount_vnd: line.amount_vnd.unwrap_or(Vnd::ZERO),
    };
    let all = transfer.attribution.lines.into_iter().map(line);
    let is_mine = |line: &NewLine| line.occupancy_id == Some(hearer.occupancy_id);
    let (mine, others): (Vec<_>, Vec<_>) = all.partition(is_mine);
    if mine.is_empty() || transfer.direction != "in" {
        return Err(Refusal::not_found("transfer").into());
    }
    // The board has said so, or a code of the market's own.
    if mine.iter().any(|line| matches!(line.class, Class::Fee | Class::Supplier | Class::Test)) {
        return Err(Refusal::conflict("receipt-of-market").into());
    }
    Ok((mine, others))
}

fn decide(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    id: TransferId,
    lines: Vec<NewLine>,
) -> Outcome<Receipt> {
    // It is counted for the stall already; what it is does not make it another payment.
    let new = NewAttribution { lines, why: None, besides_counted: true };
    transfers::assign_own(connection, act, id, new)?;
    let stored = stall::one(connection, hearer.board_id, id)?;
    Ok(book::receipt(&stored, hearer.occupancy_id, None))
}

/// A stall's lines with a part taken out of what was not given back; `None`: there is less of that. What was
/// given back was its request's, what was other goods is for none.
fn beside_refund(
    mut lines: Vec<NewLine>,
    class: Class,
    amount: Vnd,
    goes: Vnd,
) -> Option<Vec<NewLine>> {
    let taken = take(&mut lines, amount, goes);
    let sum: i64 = taken.iter().map(|line| line.amount_vnd.get()).sum();
    if sum != amount.get() || !amount.is_positive() {
        return None;
    }
    lines.retain(|line| line.amount_vnd.is_positive());
    for part in taken {
        let request_id = part.request_id.filter(|_| class == Class::Refund);
        add(&mut lines, NewLine { class, request_id, ..part });
    }
    Some(lines)
}

fn parts(whole: Vnd, new: &NewSplit) -> Result<Vec<(Class, Vnd)>, Refusal> {
    let class = new.class.or(new.part.as_ref().map(|_| Class::Sale));
    let class = class.ok_or_else(|| Refusal::invalid("class", "field-missing"))?;
    check("class", class)?;
    let Some(part) = &new.part else { return Ok(vec![(class, whole)]) };
    check("part.class", part.class)?;
    let amount = typed::amount("amount", &part.amount)?;
    let rest = whole.checked_sub(amount).filter(|rest| rest.get() >= 0);
    let Some(rest) = rest.filter(|_| amount.is_positive()) else {
        return Err(Refusal::invalid("amount", "split-too-large").with("whole", whole));
    };
    if !rest.is_positive() {
        return Ok(vec![(part.class, whole)]);
    }
    if new.class == Some(part.class) {
        return Ok(vec![(class, whole)]);
    }
    Ok(vec![(class, rest), (part.class, amount)])
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
    use crate::primitives::ids::OccupancyId;

    fn split(class: Class, part: Option<(Class, &str)>) -> Result<Vec<(Class, Vnd)>, Refusal> {
        let part = part.map(|(class, amount)| NewPart { class, amount: amount.into() });
        parts(Vnd::new(500_000), &NewSplit { class: Some(class), part })
    }

    #[test]
    fn what_was_given_back_before_stays_beside_what_is_said_of_a_part() {
        let line = |class, request: Option<i64>, amount| NewLine {
            occupancy_id: Some(OccupancyId(7)),
            request_id: request.map(RequestId),
            class,
            amount_vnd: Vnd::new(amount),
        };
        let before =
            || vec![line(Class::Sale, Some(1), 91_000), line(Class::Refund, Some(1), 10_000)];
        let said = |class, amount| {
            let lines = beside_refund(before(), class, Vnd::new(amount), Vnd::ZERO)?;
            let told = |line: NewLine| {
                let id = line.request_id.map(|id| id.0);
                (line.class, id, line.amount_vnd.get())
            };
            Some(lines.into_iter().map(told).collect::<Vec<_>>())
        };
        let back = [(Class::Sale, Some(1), 71_000), (Class::Refund, Some(1), 30_000)];
        assert_eq!(said(Class::Refund, 20_000).unwrap(), back);
        let (kept, given) = ((Class::Sale, Some(1), 71_000), (Class::Refund, Some(1), 10_000));
        for class in [Class::Sale, Class::Personal, Class::CashOut, Class::DebtRepayment] {
            assert_eq!(said(class, 20_000).unwrap(), [kept, given, (class, None, 20_000)]);
        }
        assert_eq!(said(Class::Sale, 91_000).unwrap(), [given, (Class::Sale, None, 91_000)]);
        assert_eq!(said(Class::Refund, 91_000).unwrap(), [(Class::Refund, Some(1), 101_000)]);
        assert_eq!(said(Class::Sale, 91_001), None);
        assert_eq!(said(Class::Sale, 0), None);
    }

    #[test]
    fn what_is_for_no_request_stays_so_and_parts_are_of_what_is_too_much_first() {
        let line = |request: Option<i64>, amount| NewLine {
            occupancy_id: Some(OccupancyId(7)),
            request_id: request.map(RequestId),
            class: Class::Sale,
            amount_vnd: Vnd::new(amount),
        };
        let of = |mine: Vec<NewLine>, class, part: Option<(Class, &str)>, goes| {
            let part = part.map(|(class, amount)| NewPart { class, amount: amount.into() });
            let new = NewSplit { class, part };
            let whole = mine.iter().map(|line| line.amount_vnd.get()).sum();
            let parts = parts(Vnd::new(whole), &new).unwrap();
            let told = |line: NewLine| {
                (line.class, line.request_id.is_some(), line.amount_vnd.get() / 1_000)
            };
            let lines = of_half(mine, &new, &parts, Vnd::new(goes));
            lines.into_iter().map(told).collect::<Vec<_>>()
        };
        let said = |class, part, goes| {
            of(vec![line(Some(1), 60_000), line(None, 50_000)], Some(class), part, goes)
        };
        let (sale, refund) = (Class::Sale, Class::Refund);
        assert_eq!(said(sale, None, 0), [(sale, true, 60), (sale, false, 50)]);
        let back = |amount| Some((refund, amount));
        let one = [(sale, true, 60), (sale, false, 40), (refund, false, 10)];
        assert_eq!(said(sale, back("10k"), 0), one);
        let two = [(sale, true, 50), (sale, false, 45), (refund, true, 10), (refund, false, 5)];
        assert_eq!(said(sale, back("15k"), 10_000), two);
        assert_eq!(said(refund, Some((sale, "95k")), 10_000), two, "told the other way round");
        let all = [(sale, true, 10), (refund, true, 50), (refund, false, 50)];
        assert_eq!(said(sale, back("100k"), 0), all);
        let own = Some((Class::Personal, "20k"));
        let three = [(sale, true, 60), (sale, false, 30), (Class::Personal, false, 20)];
        assert_eq!(said(sale, own, 0), three);
        // Who gives a part back has not said what the rest was.
        let personal = NewLine { class: Class::Personal, ..line(None, 50_000) };
        let back = of(vec![line(Some(1), 60_000), personal], None, back("15k"), 10_000);
        let own = [(sale, true, 50), (Class::Personal, false, 45), (refund, true, 10)];
        assert_eq!(back[..3], own);
        assert_eq!(back[3..], [(refund, false, 5)]);
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
