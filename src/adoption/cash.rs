//! What vendors say of their cash (facts: docs/adoption.md, "Cash"): the evening form, grade S,
//! shown as "tự khai". An answer is of a day and a stall; each later one counts in its place, and
//! the earlier ones stay. Missing cash is never zero.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::days::Span;
use super::store::cash as rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::intake::pulse::{self, PulseState};
use crate::primitives::ids::{BoardId, ListenerId, OccupancyId};
use crate::primitives::{Day, Refusal, UnixMs, Vnd, typed};
use crate::registry::{absences, boards, occupancies};
use crate::text_enum;

/// A stall's cash of a day above it is a slip of the finger.
pub(super) const MOST: Vnd = Vnd::new(10_000_000_000);
/// Who remembers more is asked for less: recall of weeks is never published.
pub const DAYS_BACK: i32 = 1;

text_enum!(
    /// What was answered.
    AnswerKind {
        /// So much was sold.
        Sold = "sold",
        /// Nghỉ bán.
        DayOff = "day_off",
        /// Không muốn trả lời.
        Declined = "declined",
    }
);

/// What is asked this evening.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Evening {
    pub day: Day,
    /// No feed tells what was transferred, so it is asked too.
    pub asks_transfers: bool,
    pub answer: Option<Answer>,
}

/// What a vendor said of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub kind: AnswerKind,
    /// With `sold` alone.
    pub cash_vnd: Option<Vnd>,
    pub transfer_vnd: Option<Vnd>,
    pub answered_at: UnixMs,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    pub day: Day,
    pub kind: AnswerKind,
    /// “Hôm nay bán được bao nhiêu tiền mặt?”, as people type it; with `sold` alone.
    pub cash: Option<String>,
    /// “Chuyển khoản được bao nhiêu?”, where no feed tells it.
    pub transfer: Option<String>,
}

/// What is asked of a stall's day; of today if none is named.
pub fn evening(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    day: Option<Day>,
) -> Outcome<Evening> {
    act.require(Permission::AmountsRead)?;
    let day = match day {
        Some(day) => day,
        None => boards::today(connection, act)?,
    };
    let answer = rows::latest(connection, act.board_id(), occupancy_id, day)?;
    let asks_transfers = has_no_feed(connection, act, occupancy_id)?;
    Ok(Evening { day, asks_transfers, answer: answer.map(|(_, answer)| answer) })
}

/// What a stall said of the days between two, both included; a day without an answer is left out.
pub fn answers(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    days: (Day, Day),
) -> Outcome<BTreeMap<Day, Answer>> {
    act.require(Permission::AmountsRead)?;
    rows::of_days(connection, act.board_id(), occupancy_id, days)
}

/// Takes an answer for today or yesterday, also in place of an earlier one.
///
/// # Errors
/// `cash-day-out-of-range` (day), `cash-missing` (cash), `cash-with-other-answer` (kind),
/// `amount-not-readable`, `cash-too-large` (cash, transfer), `outside-occupancy` (day).
pub fn answer(
    connection: &mut DbConnection,
    act: &Act,
    (occupancy_id, by): (OccupancyId, ListenerId),
    new: &NewAnswer,
) -> Outcome<Evening> {
    act.require(Permission::AmountsRead)?;
    let today = boards::today(connection, act)?;
    if !(today.plus(-DAYS_BACK)..=today).contains(&new.day) {
        return Err(Refusal::invalid("day", "cash-day-out-of-range").into());
    }
    let occupancy = occupancies::require(connection, act, occupancy_id, "occupancy_id")?;
    if !occupancy.period().contains(new.day) {
        return Err(Refusal::invalid("day", "outside-occupancy").into());
    }
    let (cash_vnd, transfer_vnd) = amounts(new)?;
    let before = rows::latest(connection, act.board_id(), occupancy_id, new.day)?;
    let seq = before.map_or(0, |(seq, _)| seq) + 1;
    let answer = Answer { kind: new.kind, cash_vnd, transfer_vnd, answered_at: act.at };
    rows::insert(connection, act.board_id(), (occupancy_id, new.day, seq), by, &answer)?;
    // A day off is no trading day.
    let is_off = new.kind == AnswerKind::DayOff;
    absences::say_day_off(connection, act, occupancy_id, new.day, is_off)?;
    evening(connection, act, occupancy_id, Some(new.day))
}

fn amounts(new: &NewAnswer) -> Result<(Option<Vnd>, Option<Vnd>), Refusal> {
    let read = |field, text: &Option<String>| {
        let amount = text.as_deref().map(|text| typed::amount(field, text)).transpose()?;
        if amount.is_some_and(|amount| amount > MOST) {
            return Err(Refusal::invalid(field, "cash-too-large").with("max", MOST));
        }
        Ok(amount)
    };
    let (cash, transfer) = (read("cash", &new.cash)?, read("transfer", &new.transfer)?);
    match new.kind {
        AnswerKind::Sold if cash.is_none() => Err(Refusal::invalid("cash", "cash-missing")),
        AnswerKind::Sold => Ok((cash, transfer)),
        _ if cash.is_some() || transfer.is_some() => {
            Err(Refusal::invalid("kind", "cash-with-other-answer"))
        }
        _ => Ok((None, None)),
    }
}

/// How many say what they took in cash. Amounts of single evenings are no estimate of a market's
/// cash (the metrics ask for grade B), so no figure uses them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SelfReported {
    /// Stalls with at least one answer in đồng.
    pub stalls: i64,
    /// Answers in đồng, one a stall and day.
    pub days: i64,
    /// Days for which a stall did not want to answer.
    pub declined: i64,
}

impl SelfReported {
    /// What was said within a window by these stalls.
    pub(super) fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        window: Span,
        stalls: &BTreeSet<i64>,
    ) -> Outcome<Self> {
        let mut answers = rows::within(connection, board_id, window)?;
        answers.retain(|(occupancy_id, ..)| stalls.contains(occupancy_id));
        Ok(Self::of(&answers))
    }

    /// Of each stall's answers in the order in which they were given: the latest of a day counts.
    fn of(answers: &[(i64, Day, AnswerKind)]) -> Self {
        let latest: BTreeMap<_, _> =
            answers.iter().map(|(stall, day, kind)| ((*stall, *day), *kind)).collect();
        let of = |wanted| latest.iter().filter(move |(_, kind)| **kind == wanted);
        let stalls: BTreeSet<_> = of(AnswerKind::Sold).map(|((stall, _), _)| *stall).collect();
        Self {
            stalls: stalls.len() as i64,
            days: of(AnswerKind::Sold).count() as i64,
            declined: of(AnswerKind::Declined).count() as i64,
        }
    }
}

/// Whether no account of the stall is told by any feed.
fn has_no_feed(connection: &mut DbConnection, act: &Act, id: OccupancyId) -> Outcome<bool> {
    let pulses = pulse::of_occupancy(connection, act, id)?;
    Ok(pulses.iter().all(|pulse| pulse.state == PulseState::Absent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: AnswerKind, cash: Option<&str>) -> Result<(Option<Vnd>, Option<Vnd>), Refusal> {
        let cash = cash.map(str::to_owned);
        amounts(&NewAnswer { day: Day(0), kind, cash, transfer: None })
    }

    #[test]
    fn of_a_days_answers_the_latest_counts() {
        let told = [
            (1, Day(1), AnswerKind::Declined),
            (1, Day(1), AnswerKind::Sold),
            (1, Day(2), AnswerKind::Sold),
            (2, Day(1), AnswerKind::Sold),
            (2, Day(1), AnswerKind::DayOff),
            (3, Day(1), AnswerKind::Declined),
        ];
        let expected = SelfReported { stalls: 1, days: 2, declined: 1 };
        assert_eq!(SelfReported::of(&told), expected);
    }

    #[test]
    fn no_answer_is_not_zero() {
        assert_eq!(read(AnswerKind::Sold, Some("1tr2")).unwrap().0, Some(Vnd::new(1_200_000)));
        assert_eq!(read(AnswerKind::Sold, Some("0")).unwrap().0, Some(Vnd::ZERO));
        assert_eq!(read(AnswerKind::DayOff, None).unwrap(), (None, None));
        for (kind, cash, code) in [
            (AnswerKind::Sold, None, "cash-missing"),
            (AnswerKind::Declined, Some("0"), "cash-with-other-answer"),
            (AnswerKind::Sold, Some("11 tỷ"), "cash-too-large"),
            (AnswerKind::Sold, Some("nhiều"), "amount-not-readable"),
        ] {
            assert_eq!(read(kind, cash).unwrap_err().code, code, "{kind:?} {cash:?}");
        }
    }
}
