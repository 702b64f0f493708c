//! Sampling plans, one-day counts, and the share of value that comes of them.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use cho40::access::Permission;
use cho40::adoption::counting::counts::{self, CountOutcome, NewCount};
use cho40::adoption::counting::plans::{self, CashPlan, NewPlan};
use cho40::adoption::{AdoptionReport, CashShare, Query, ShareOutcome};
use cho40::db::Outcome;
use cho40::outreach::candidates::{self, Candidate};
use cho40::primitives::ids::{CashPlanId, OccupancyId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::primitives::{Day, Vnd};
use sha2::{Digest as _, Sha256};

use crate::adoption_support::{MARKET, Market, Stall, ago, everything};
use crate::registry_support::refusal;
use crate::support::{NOW, on_both};

/// Tomorrow, as a plan's first day.
const TOMORROW: i32 = -2;

pub fn new(days: i32) -> NewPlan {
    let from_day = ago(TOMORROW);
    NewPlan { from_day, to_day: from_day.plus(days - 1), stalls: None, days_each: None }
}

pub fn draw(market: &mut Market<'_>, new: NewPlan) -> Outcome<CashPlan> {
    let act = market.act();
    plans::create(market.connection(), &act, MARKET, new)
}

pub fn tell(
    market: &mut Market<'_>,
    plan: CashPlanId,
    (stall, day): (OccupancyId, Day),
    outcome: CountOutcome,
    cash: Option<&str>,
) -> Outcome<CashPlan> {
    let act = market.act();
    let new = NewCount {
        occupancy_id: stall,
        day,
        outcome,
        cash: cash.map(str::to_owned),
        counted_by: "Tổ khóm 1".into(),
    };
    counts::record(market.connection(), &act, plan, new)
}

/// The code of a refusal.
#[track_caller]
pub fn refused<T>(outcome: Outcome<T>) -> &'static str {
    refusal(outcome).code
}

/// Fed stalls in both sections, their feed alive until the end of the plans here.
pub fn stalls(market: &mut Market<'_>, first: i64, second: i64) {
    market.alive(120, -40);
    for id in 1..=first + second {
        market.fed(id, if id <= first { 11 } else { 12 }, 100);
    }
}

/// The clock goes on by so many days.
pub fn days_pass(market: &mut Market<'_>, days: i64) {
    market.db.clock.move_to(NOW.plus_ms(days * MS_PER_DAY));
}

pub fn drawn(plan: &CashPlan) -> Vec<(OccupancyId, Day)> {
    plan.days.iter().map(|day| (day.occupancy_id, day.day)).collect()
}

fn of_market(report: &AdoptionReport) -> CashShare {
    report.whole_market.m9.unwrap()
}

on_both!(a_plan_is_drawn_by_lot_and_can_be_drawn_again, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 25, 5);
    market.bare_stall(40, 11);
    market.absent(1, Stall(3), "day_off", -2, Some(-20));
    let plan = draw(&mut market, new(21)).unwrap();
    // All that can be measured, and nobody else.
    assert_eq!(plan.drawn_from.len(), 30);
    assert_eq!(plan.state.drawn, 20);
    // Of the stall that is away two days are left, next to each other: one of them.
    let is_there = plan.days.iter().any(|day| day.occupancy_id.0 == 3);
    assert_eq!(plan.days.len(), if is_there { 39 } else { 40 });
    assert_eq!(plan.open_days.len(), 21);
    // Again, as its description says.
    let id = plan.head.id;
    let hash = |text: String| -> [u8; 32] { Sha256::digest(text).into() };
    let mut order = plan.drawn_from.clone();
    order.sort_by_key(|one| (one.stratum.clone(), hash(format!("{id} {}", one.occupancy_id))));
    let start = hash(id.to_string());
    let start = u64::from_be_bytes(start[..8].try_into().unwrap()) as usize % 30;
    let again: BTreeSet<_> = (0..20).map(|i| order[(start + i * 30) / 20].occupancy_id).collect();
    let found: BTreeSet<_> = plan.days.iter().map(|day| day.occupancy_id).collect();
    assert_eq!(found, again);
    for stall in &found {
        let framed = plan.drawn_from.iter().find(|one| one.occupancy_id == *stall).unwrap();
        let mut days: Vec<_> =
            plan.open_days.iter().filter(|day| !framed.away.contains(day)).collect();
        days.sort_by_key(|day| hash(format!("{id} {stall} {day}")));
        assert!(drawn(&plan).contains(&(*stall, *days[0])));
    }
    let act = market.act();
    assert_eq!(plans::get(market.connection(), &act, id).unwrap(), plan);
});

on_both!(a_plan_needs_days_to_come_and_enough_stalls, |db| {
    let mut market = Market::new(db);
    market.alive(120, -40);
    for id in 1..=9 {
        market.fed(id, 11, 100);
    }
    assert_eq!(refused(draw(&mut market, new(21))), "cash-too-few-stalls");
    market.fed(10, 11, 100);
    let today = NewPlan { from_day: ago(-1), ..new(21) };
    assert_eq!(refused(draw(&mut market, today)), "cash-period");
    assert_eq!(refused(draw(&mut market, new(6))), "cash-period");
    assert_eq!(refused(draw(&mut market, new(93))), "cash-period");
    let few = NewPlan { stalls: Some(9), ..new(21) };
    assert_eq!(refused(draw(&mut market, few)), "number-out-of-range");
    let plan = draw(&mut market, new(21)).unwrap();
    assert_eq!(plan.state.drawn, 10);
    // Not one day is in two of them.
    let last = NewPlan { from_day: plan.head.to_day, to_day: plan.head.to_day.plus(6), ..new(7) };
    assert_eq!(refused(draw(&mut market, last)), "cash-plans-overlap");
    let next =
        NewPlan { from_day: plan.head.to_day.plus(1), to_day: plan.head.to_day.plus(7), ..new(7) };
    draw(&mut market, next).unwrap();
});

on_both!(only_drawn_days_are_counted_and_the_last_answer_holds, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 12, 0);
    let plan = draw(&mut market, new(21)).unwrap();
    let id = plan.head.id;
    let first = drawn(&plan)[0];
    let counted = CountOutcome::Counted;
    assert_eq!(refused(tell(&mut market, id, first, counted, Some("0"))), "cash-day-to-come");
    days_pass(&mut market, 30);
    let other = (first.0, first.1.plus(100));
    assert_eq!(refused(tell(&mut market, id, other, counted, Some("0"))), "cash-not-drawn");
    assert_eq!(refused(tell(&mut market, id, first, counted, None)), "cash-missing");
    let declined = CountOutcome::Refused;
    assert_eq!(
        refused(tell(&mut market, id, first, declined, Some("1k"))),
        "cash-with-other-answer"
    );
    tell(&mut market, id, first, declined, None).unwrap();
    let told = tell(&mut market, id, first, counted, Some("1tr2")).unwrap();
    let day = told.days.iter().find(|day| (day.occupancy_id, day.day) == first).unwrap();
    assert_eq!((day.outcome, day.cash_vnd), (Some(counted), Some(Vnd::new(1_200_000))));
    assert_eq!((told.state.counted, told.state.refused, told.state.missed), (1, 0, 11));
    // Who may not see amounts sees that it was counted.
    let act = market.db.act_with(&[Permission::VisitsRead]);
    let seen = plans::get(market.connection(), &act, id).unwrap();
    let day = seen.days.iter().find(|day| (day.occupancy_id, day.day) == first).unwrap();
    assert_eq!((day.outcome, day.cash_vnd), (Some(counted), None));
    market.share_amounts(Stall(first.0.0));
    let seen = plans::get(market.connection(), &act, id).unwrap();
    let day = seen.days.iter().find(|day| (day.occupancy_id, day.day) == first).unwrap();
    assert_eq!(day.cash_vnd, Some(Vnd::new(1_200_000)));
});

on_both!(the_share_of_value_is_counted_by_hand, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 15, 15);
    let plan = draw(&mut market, new(28)).unwrap();
    for id in 1..=30 {
        market.sales(Stall(id), -29..=-2);
    }
    days_pass(&mut market, 30);
    // 50.000 đ a day by transfer; cash 100.000 on one half of the counted days, 200.000 on the other.
    let mut by_stall: BTreeMap<OccupancyId, Vec<Day>> = BTreeMap::new();
    for (stall, day) in drawn(&plan) {
        by_stall.entry(stall).or_default().push(day);
    }
    let id = plan.head.id;
    for (place, (stall, days)) in by_stall.iter().enumerate() {
        for day in days {
            let (outcome, cash) = match place {
                0 | 1 => (CountOutcome::Refused, None),
                place if place % 2 == 0 => (CountOutcome::Counted, Some("100k")),
                _ => (CountOutcome::Counted, Some("200k")),
            };
            tell(&mut market, id, (*stall, *day), outcome, cash).unwrap();
        }
    }
    let report = market.report();
    let share = of_market(&report);
    assert_eq!((share.drawn, share.counted, share.refused, share.missed), (20, 18, 2, 0));
    assert_eq!((share.days, share.outcome), (36, ShareOutcome::Interval));
    // The mean is 150.000: 50 / 200.
    assert_eq!(share.value.unwrap().low_per_mille, 250);
    // s = 51.450, g = 2.110 · s / (√18 · 150.000) = 0.1706.
    let ends = share.interval.unwrap();
    assert_eq!((ends.low_per_mille, ends.high_per_mille), (219, 284));
    assert_eq!(share.speaks_of.numerator, 30);
    assert_eq!(share.measurable.numerator, 30);
    // A section is told from ten counted stalls on.
    for section in &report.sections {
        let share = section.metrics.m9.unwrap();
        let expected =
            if share.counted < 10 { ShareOutcome::NotEnough } else { ShareOutcome::Interval };
        assert_eq!((share.outcome, share.value.is_some()), (expected, share.counted >= 10));
    }
    // Another window has the same figure: no two windows differ by a day of few stalls.
    let other = market.report_on(&Query { from: Some(ago(-20)), ..everything() });
    assert_eq!(of_market(&other), share);
    // The day before the period's end the figure is not there yet.
    let early = market.report_on(&Query { to: Some(ago(-28)), ..everything() });
    assert_eq!(
        (of_market(&early).outcome, of_market(&early).period),
        (ShareOutcome::NotEnough, None)
    );
});

on_both!(days_without_sale_are_days_without_cash_unless_they_are_days_off, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 12, 0);
    let plan = draw(&mut market, new(28)).unwrap();
    for id in 1..=12 {
        market.sales(Stall(id), -29..=-2);
    }
    days_pass(&mut market, 30);
    let id = plan.head.id;
    let days = drawn(&plan);
    let (off, closed) = (days[0], days[1]);
    for (stall, day) in &days {
        let (outcome, cash) = if [off, closed].contains(&(*stall, *day)) {
            (CountOutcome::Closed, None)
        } else {
            (CountOutcome::Counted, Some("0"))
        };
        tell(&mut market, id, (*stall, *day), outcome, cash).unwrap();
    }
    let none = of_market(&market.report());
    assert_eq!((none.outcome, none.value, none.days), (ShareOutcome::NoCash, None, 24));
    let since = NOW.day(0).0 - off.1.0 - 1;
    market.absent(9, Stall(off.0.0), "day_off", since, Some(since));
    assert_eq!(of_market(&market.report()).days, 23);
});

on_both!(refusals_end_the_interval, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 20, 0);
    let plan = draw(&mut market, new(28)).unwrap();
    for id in 1..=20 {
        market.sales(Stall(id), -29..=-2);
    }
    days_pass(&mut market, 30);
    for (stall, day) in drawn(&plan) {
        let (outcome, cash) = if stall.0 <= 5 {
            (CountOutcome::Refused, None)
        } else {
            (CountOutcome::Counted, Some(if stall.0 % 2 == 0 { "50k" } else { "90k" }))
        };
        tell(&mut market, plan.head.id, (stall, day), outcome, cash).unwrap();
    }
    let share = of_market(&market.report());
    assert_eq!((share.outcome, share.interval), (ShareOutcome::ManyRefused, None));
    assert_eq!((share.drawn, share.counted, share.refused), (20, 15, 5));
});

on_both!(one_stall_that_has_most_is_not_told, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 12, 0);
    let plan = draw(&mut market, new(28)).unwrap();
    for id in 1..=12 {
        market.sales(Stall(id), -29..=-2);
    }
    days_pass(&mut market, 30);
    for (stall, day) in drawn(&plan) {
        let cash = if stall.0 == 4 { "9tr" } else { "50k" };
        let counted = CountOutcome::Counted;
        tell(&mut market, plan.head.id, (stall, day), counted, Some(cash)).unwrap();
    }
    let share = of_market(&market.report());
    assert_eq!((share.outcome, share.value, share.interval), (ShareOutcome::Secret, None, None));
    assert_eq!((share.drawn, share.counted), (0, 0));
});

on_both!(a_drawn_stall_is_on_the_list_of_visits, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 12, 0);
    let plan = draw(&mut market, new(28)).unwrap();
    let listed = |market: &mut Market<'_>| -> BTreeMap<OccupancyId, Candidate> {
        let act = market.act();
        let found = candidates::list(market.connection(), &act, MARKET, None, true).unwrap();
        found.all.into_iter().map(|one| (one.occupancy_id, one)).collect()
    };
    let says = |one: &Candidate| {
        let found = one.reasons.iter().find(|grounds| grounds.reason.as_str() == "cash_count");
        found.map(|grounds| (grounds.severity, grounds.why.vi.clone()))
    };
    let found = listed(&mut market);
    let near = ago(-1).plus(7);
    for (stall, one) in &found {
        let mut days = drawn(&plan).into_iter().filter(|(id, day)| id == stall && *day <= near);
        let why = days.next().map(|(_, day)| {
            (8, format!("Rút thăm đếm tiền mặt cuối buổi ngày {}.", day.on_paper()))
        });
        assert_eq!(says(one), why);
    }
    // Who refused is not asked on the second day.
    days_pass(&mut market, 8);
    let (stall, day) = drawn(&plan)[0];
    tell(&mut market, plan.head.id, (stall, day), CountOutcome::Refused, None).unwrap();
    assert_eq!(says(&listed(&mut market)[&stall]), None);
});
