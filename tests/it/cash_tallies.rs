//! Tallies: presses from phones that were offline, each counted once, and the share that comes of them.

#![cfg(test)]

use cho40::adoption::ShareOutcome;
use cho40::adoption::counting::tallies::{self, NewPress, NewTally, PressKind, Tally};
use cho40::db::Outcome;
use cho40::primitives::UnixMs;
use cho40::primitives::ids::OccupancyId;

use crate::adoption_support::{Market, Stall, ago, metrics};
use crate::cash_plans::refused;
use crate::support::{NOW, on_both};

/// Yesterday at nine.
fn nine() -> UnixMs {
    ago(0).start(9 * 60)
}

fn press(name: usize, kind: PressKind) -> NewPress {
    let pressed_at = nine().plus_ms(1_000 * name as i64);
    NewPress { client_id: format!("p{name}"), kind, pressed_at, is_void: false }
}

/// So many presses, the first ones by transfer.
fn presses(transfer: usize, cash: usize) -> Vec<NewPress> {
    let kind = |n: usize| if n < transfer { PressKind::Transfer } else { PressKind::Cash };
    (0..transfer + cash).map(|n| press(n, kind(n))).collect()
}

fn new(name: &str, stall: Stall, presses: Vec<NewPress>) -> NewTally {
    NewTally {
        client_id: name.into(),
        occupancy_id: OccupancyId(stall.0),
        counted_by: "Tổ khóm 1".into(),
        started_at: nine(),
        ended_at: None,
        presses,
    }
}

fn send(market: &mut Market<'_>, new: NewTally) -> Outcome<Tally> {
    let act = market.act();
    tallies::record(market.connection(), &act, new)
}

on_both!(a_batch_that_comes_again_counts_once, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    let other = market.bare_stall(2, 11);
    let first = send(&mut market, new("t1", stall, presses(3, 2))).unwrap();
    assert_eq!((first.transfer, first.cash, first.ended_at), (3, 2, None));
    assert_eq!(first.day, ago(0));
    // The answer was lost: the phone sends all of it again, with what came since.
    let mut more = presses(3, 2);
    more.push(press(9, PressKind::Cash));
    more.push(press(9, PressKind::Cash));
    let ended = NewTally { ended_at: Some(nine().plus_ms(3_600_000)), ..new("t1", stall, more) };
    let again = send(&mut market, ended).unwrap();
    assert_eq!((again.id, again.transfer, again.cash), (first.id, 3, 3));
    assert!(again.ended_at.is_some());
    // Pressed by mistake, also where it was sent before; it stays so.
    let void = NewPress { is_void: true, ..press(0, PressKind::Transfer) };
    let voided = send(&mut market, new("t1", stall, vec![void])).unwrap();
    assert_eq!((voided.transfer, voided.cash), (2, 3));
    let back = send(&mut market, new("t1", stall, presses(3, 2))).unwrap();
    assert_eq!((back.transfer, back.cash), (2, 3));
    assert_eq!(refused(send(&mut market, new("t1", other, Vec::new()))), "tally-of-another-stall");
});

on_both!(times_that_cannot_be_are_refused, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    let at = |started_at| NewTally { started_at, ..new("t1", stall, Vec::new()) };
    assert_eq!(refused(send(&mut market, at(NOW.plus_ms(3_600_000)))), "tally-time");
    assert_eq!(refused(send(&mut market, at(ago(61).start(0)))), "tally-time");
    assert_eq!(refused(send(&mut market, at(ago(401).start(0)))), "tally-time");
    let ended_at = Some(nine().plus_ms(5 * 3_600_000));
    let long = NewTally { ended_at, ..new("t1", stall, Vec::new()) };
    assert_eq!(refused(send(&mut market, long)), "tally-time");
    let mut early = press(0, PressKind::Cash);
    early.pressed_at = nine().plus_ms(-1);
    assert_eq!(refused(send(&mut market, new("t1", stall, vec![early]))), "tally-time");
    assert_eq!(refused(send(&mut market, new("t1", stall, presses(501, 0)))), "list-too-long");
    send(&mut market, new("t1", stall, presses(500, 0))).unwrap();
});

on_both!(the_share_of_payments_needs_enough_of_them, |db| {
    let mut market = Market::new(db);
    for id in 1..=6 {
        market.bare_stall(id, if id <= 4 { 11 } else { 12 });
    }
    let tally = |market: &mut Market<'_>, id: i64, transfer, cash| {
        let name = format!("t{id} {transfer} {cash}");
        send(market, new(&name, Stall(id), presses(transfer, cash))).unwrap();
    };
    tally(&mut market, 1, 10, 19);
    let share = |market: &mut Market<'_>, id| metrics(&market.report(), Stall(id)).m10;
    assert_eq!(share(&mut market, 1).unwrap().outcome, ShareOutcome::NotEnough);
    assert_eq!(share(&mut market, 2), None);
    tally(&mut market, 1, 1, 0);
    let one = share(&mut market, 1).unwrap();
    // 11 of 30.
    assert_eq!((one.outcome, one.value.unwrap().low_per_mille), (ShareOutcome::Interval, 367));
    let ends = one.interval.unwrap();
    assert_eq!((ends.low_per_mille, ends.high_per_mille), (218, 545));
    for id in 2..=4 {
        tally(&mut market, id, 20, 40);
    }
    // 210 presses at four stalls: fewer than five are not told of.
    let of_market = |market: &mut Market<'_>| market.report().whole_market.m10.unwrap();
    let few = of_market(&mut market);
    assert_eq!((few.outcome, few.transfer, few.value), (ShareOutcome::Secret, None, None));
    assert_eq!(few.stalls, 4);
    for id in 5..=6 {
        tally(&mut market, id, 20, 40);
    }
    let all = of_market(&mut market);
    assert_eq!(
        (all.outcome, all.transfer, all.cash),
        (ShareOutcome::Interval, Some(111), Some(219))
    );
    assert_eq!(all.value.unwrap().low_per_mille, 336);
    // 330 count as 165.
    let ends = all.interval.unwrap();
    assert_eq!((ends.low_per_mille, ends.high_per_mille), (268, 412));
    // The first section alone has four stalls, and the second is the market without it.
    for section in &market.report().sections {
        let share = section.metrics.m10.unwrap();
        assert_eq!(share.outcome, ShareOutcome::Secret, "{}", section.section);
    }
});
