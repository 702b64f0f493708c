//! What is amiss at one stall.

use super::reasons::{Grounds, VisitReason};
use super::sentences;
use super::store::places::{Holder, Place};
use super::visits::Obstacle;
use crate::adoption::{Reason, StallSigns};
use crate::primitives::{Day, fold};
use crate::registry::accounts::{AccountKind, Relation};
use crate::registry::code_checks::CheckResult;

/// Days between two visits that are not pressing.
pub const REST_DAYS: i32 = 14;
/// Days that a stall may take for its first receipt, and that a new one is new.
const FIRST_DAYS: i32 = 14;
/// Days that a sudden silence is for the same day.
const SUDDEN_DAYS: i32 = 7;
/// Days after a visit from which on a stall comes before all that is not pressing: three weeks before
/// the quarter ends, so that three rounds a week apart can still reach it.
const QUARTER_DUE_DAYS: i32 = 69;
/// A look at the code on the stall holds as long (M1).
const SCAN_HOLDS_DAYS: i32 = 180;
/// Errors of a thousand receipts that are many.
const MANY_PER_MILLE: i64 = 50;
/// Errors a week that are many: in the last week, or on the average of the 30 days.
const MANY_A_WEEK: i64 = 3;
const LOOKED_AT_DAYS: i64 = 30;

/// All that is known of a stall.
pub struct Case<'a> {
    pub signs: &'a StallSigns,
    pub place: &'a Place,
    pub holders: &'a [Holder],
    /// Since when an account of it is another stall's too.
    pub shared_since: Option<&'a Day>,
    /// What a check found, if nobody has looked again since.
    pub check: Option<(CheckResult, Day)>,
    /// Whether it has a live code, also one of today, of which the signs know nothing yet.
    pub is_coded: bool,
    pub last_look: Option<Day>,
    pub last_visit: Option<Day>,
    /// What kept the vendor from it, as they said last.
    pub obstacle: Option<Obstacle>,
    /// The next day on which its cash is to be counted, if that is near.
    pub cash_day: Option<Day>,
    pub today: Day,
}

/// In no order.
pub fn all(case: &Case<'_>) -> Vec<Grounds> {
    let mut reasons = of_receipts(case);
    if let Some((result, day)) = case.check {
        let why = sentences::code_wrong(result, day);
        reasons.push(Grounds::new(VisitReason::CodeWrong, day, why));
    }
    reasons.extend(of_code(case));
    let mut add = |reason, since, why| reasons.push(Grounds::new(reason, since, why));
    let other = case.holders.iter().filter(|holder| differs(holder, &case.place.vendor));
    if let Some(since) = other.map(Holder::since).min() {
        add(VisitReason::NameDiffers, since, sentences::name_differs());
    }
    if let Some(since) = case.shared_since {
        add(VisitReason::AccountShared, *since, sentences::account_shared());
    }
    let arrived = case.signs.since;
    if arrived.plus(FIRST_DAYS) > case.today {
        add(VisitReason::NewStall, arrived, sentences::new_stall(arrived));
    }
    if let Some(day) = case.cash_day {
        add(VisitReason::CashCount, case.today.min(day), sentences::cash_count(day));
    }
    let due = case.last_visit.unwrap_or(arrived).plus(QUARTER_DUE_DAYS);
    if due <= case.today {
        add(VisitReason::Quarter, due, sentences::quarter(case.last_visit));
    }
    for grounds in &mut reasons {
        grounds.waiting_since(case.last_visit);
    }
    reasons
}

/// What the money says, or that it says nothing.
fn of_receipts(case: &Case<'_>) -> Vec<Grounds> {
    let (signs, today) = (case.signs, case.today);
    let mut reasons = Vec::new();
    reasons.extend(silence(case));
    if let Some(unproven) = signs.unproven {
        let why = sentences::feed_unproven(unproven);
        let grounds = Grounds::new(VisitReason::FeedUnproven, unproven.since, why);
        reasons.push(Grounds { bring: sentences::bring_to_feed(unproven.is_phone), ..grounds });
    }
    if let Some(equipped_on) = signs.equipped_on.filter(|_| signs.has_no_money_yet)
        && equipped_on.plus(FIRST_DAYS) <= today
    {
        let why = sentences::no_money_yet(equipped_on);
        reasons.push(Grounds::new(VisitReason::NoMoneyYet, equipped_on, why));
    }
    if let Some(since) = signs.regular_paused {
        let why = sentences::regular_paused(since);
        reasons.push(Grounds::new(VisitReason::RegularPaused, since, why));
    }
    let errors = signs.errors;
    let is_share = errors.wrong > 0 && errors.wrong * 1_000 >= errors.all * MANY_PER_MILLE;
    let is_often =
        errors.wrong_in_week >= MANY_A_WEEK || errors.wrong * 7 >= MANY_A_WEEK * LOOKED_AT_DAYS;
    if is_share || is_often {
        let why = sentences::many_errors();
        reasons.push(Grounds::new(VisitReason::ManyErrors, today.plus(-7), why));
    }
    reasons
}

/// For the same day while it is new and nobody has been there since it was seen; then it is told once
/// more, less urgently, unless the pause is told already.
fn silence(case: &Case<'_>) -> Option<Grounds> {
    let silence = case.signs.silence?;
    let seen_on = silence.unlikely_on?.plus(1);
    let was_visited = case.last_visit.is_some_and(|last| last >= seen_on);
    let since = silence.last_receipt.plus(1);
    if !was_visited && case.today < seen_on.plus(SUDDEN_DAYS) {
        let why = sentences::sudden_silence(silence);
        return Some(Grounds::new(VisitReason::SuddenSilence, since, why));
    }
    let why = sentences::still_silent(silence);
    let is_told = case.signs.regular_paused.is_some();
    (!is_told).then(|| Grounds::new(VisitReason::StillSilent, since, why))
}

/// What is missing before the stall counts as equipped.
fn of_code(case: &Case<'_>) -> Option<Grounds> {
    let (arrived, issued) = (case.signs.since, case.signs.issued_on);
    let (reason, since, why) = match case.signs.obstacles.first()? {
        // Of the day before: what is missing now, the next list knows.
        Reason::NoCode if case.is_coded => return None,
        Reason::NoCode => (VisitReason::NoCode, arrived, sentences::no_code(case.obstacle)),
        Reason::NotVerified => {
            (VisitReason::NotVerified, issued.unwrap_or(arrived), sentences::not_verified())
        }
        Reason::NotScanned => {
            let ran_out = case.last_look.map(|look| look.plus(SCAN_HOLDS_DAYS));
            (
                VisitReason::NotScanned,
                ran_out.max(issued).unwrap_or(arrived),
                sentences::not_scanned(),
            )
        }
        // A check that differs is told as such; what a feed lacks is no matter of the code.
        Reason::ScanDiffers | Reason::NoFeed | Reason::FeedBlind | Reason::FeedGaps => return None,
    };
    Some(Grounds::new(reason, since, why))
}

/// Whether an account that is said to be the vendor's own bears another name. A business's name may
/// say more than its owner's; a company's or a shop's says nothing of it.
fn differs(holder: &Holder, vendor: &str) -> bool {
    let (held, vendor) = (fold::name(&holder.holder_name), fold::name(vendor));
    holder.relation == Relation::Own
        && match holder.kind {
            AccountKind::Personal | AccountKind::Wallet => held != vendor,
            AccountKind::HouseholdBusiness => !held.contains(&vendor),
            AccountKind::Organisation | AccountKind::Merchant => false,
        }
}
