//! What phones write down of visits: late, twice, out of order, at midnight.

#![cfg(test)]

use cho40::access::{Act, Permission};
use cho40::db::{Fault, Outcome};
use cho40::outreach::candidates::Rest;
use cho40::outreach::rounds::{self, NewRound};
use cho40::outreach::visits::{self, NewVisit, Visit, VisitOutcome as O, VisitReport};
use cho40::primitives::UnixMs;
use cho40::primitives::ids::{OccupancyId, VisitId};
use serde_json::json;

use crate::adoption_support::{MARKET, Market, Stall, ago};
use crate::support::{NOW, on_both};
use crate::visits::{candidate, check};
use crate::web_support::Site;
use crate::web_world::World;

const MINUTE_MS: i64 = 60_000;

/// What somebody wrote down on their phone some minutes ago, or without a time.
fn said(outcome: O, minutes_ago: Option<i64>) -> VisitReport {
    VisitReport {
        outcome,
        obstacle: None,
        taught: Vec::new(),
        note: None,
        visited_by: "Tổ 1".to_owned(),
        visited_on: ago(-1),
        lifts_refusal: false,
        recorded_on_phone_at: minutes_ago.map(|minutes| UnixMs(NOW.0 - minutes * MINUTE_MS)),
    }
}

fn listed(market: &mut Market<'_>) -> VisitId {
    let act = market.act();
    let new = NewRound { team_id: None, day: None, capacity: 1 };
    rounds::create(market.connection(), &act, MARKET, new).unwrap().visits[0].id
}

fn put(market: &mut Market<'_>, id: VisitId, report: VisitReport) -> Outcome<Visit> {
    let act = market.act();
    market.connection().in_transaction(|connection| visits::report(connection, &act, id, report))
}

fn post(market: &mut Market<'_>, new: NewVisit) -> Outcome<Visit> {
    let act = market.act();
    market.connection().in_transaction(|connection| visits::create(connection, &act, new))
}

fn later(market: &Market<'_>, at: UnixMs) -> Act {
    let mut act = market.act();
    act.at = at;
    act
}

fn outcomes(market: &mut Market<'_>, id: VisitId) -> Vec<O> {
    let act = market.db.act_with(&[Permission::VisitsRead]);
    let told = visits::reports(market.connection(), &act, id).unwrap().items;
    told.into_iter().map(|told| told.report.outcome).collect()
}

fn code(answer: Outcome<Visit>) -> (&'static str, String) {
    match answer {
        Err(Fault::Refused(refusal)) => (refusal.code, refusal.field.unwrap_or_default().into()),
        other => panic!("{other:?}"),
    }
}

on_both!(what_was_written_down_last_stands, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    let id = listed(&mut market);
    let stands = |visit: Outcome<Visit>| visit.unwrap().report.unwrap().outcome;
    assert_eq!(stands(put(&mut market, id, said(O::Refused, Some(10)))), O::Refused);
    // A phone that was offline longer.
    assert_eq!(stands(put(&mut market, id, said(O::Helped, Some(60)))), O::Refused);
    assert_eq!(stands(put(&mut market, id, said(O::Helped, Some(60)))), O::Refused);
    assert_eq!(candidate(&mut market, stall).rests, Some(Rest::Refused));
    // A refusal is not undone by the way, however the clocks go.
    for late in [said(O::Helped, Some(5)), said(O::Absent, None), said(O::Begun, Some(-90))] {
        let refused = put(&mut market, id, late);
        assert_eq!(code(refused), ("visit-refusal-stands", "lifts_refusal".to_owned()));
    }
    assert_eq!(outcomes(&mut market, id), [O::Helped, O::Refused]);
    let asked = VisitReport { lifts_refusal: true, ..said(O::Begun, Some(4)) };
    assert_eq!(stands(put(&mut market, id, asked)), O::Begun);
    assert_eq!(candidate(&mut market, stall).rests, Some(Rest::VisitedLately));
    assert_eq!(outcomes(&mut market, id), [O::Helped, O::Refused, O::Begun]);
    // Sent once more, what stands is neither written nor dated again.
    let act = later(&market, NOW.plus_ms(MINUTE_MS));
    let asked = VisitReport { lifts_refusal: true, ..said(O::Begun, Some(4)) };
    let again = visits::report(market.connection(), &act, id, asked).unwrap();
    assert_eq!((again.recorded_at, outcomes(&mut market, id).len()), (Some(NOW), 3));
});

on_both!(a_refusal_told_late_still_counts, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    let id = listed(&mut market);
    put(&mut market, id, said(O::Helped, Some(5))).unwrap();
    put(&mut market, id, said(O::Refused, Some(50))).unwrap();
    assert_eq!(candidate(&mut market, stall).rests, Some(Rest::Refused));
    // A visit for a stranger's code is no change of mind.
    check(&mut market, stall, "unknown", 0, true);
    let new = NewVisit {
        occupancy_id: OccupancyId(1),
        client_id: None,
        report: said(O::Helped, Some(1)),
    };
    post(&mut market, new).unwrap();
    market.execute("UPDATE code_checks SET is_open = (1 = 0)");
    assert_eq!(candidate(&mut market, stall).rests, Some(Rest::Refused));
});

on_both!(a_visit_is_written_down_once_whenever_it_is_sent, |db| {
    let mut market = Market::new(db);
    market.bare_stall(1, 11);
    market.bare_stall(2, 11);
    let new = |occupancy: i64, outcome| NewVisit {
        occupancy_id: OccupancyId(occupancy),
        client_id: Some("máy-7/2026-11-24/1".to_owned()),
        report: said(outcome, Some(30)),
    };
    let first = post(&mut market, new(1, O::Begun)).unwrap();
    assert_eq!(first.client_id.as_deref(), Some("máy-7/2026-11-24/1"));
    assert_eq!(post(&mut market, new(1, O::Begun)).unwrap(), first);
    let act = market.act();
    assert_eq!(visits::get(market.connection(), &act, first.id).unwrap(), first);
    assert_eq!(
        code(post(&mut market, new(2, O::Begun))),
        ("visit-of-another-stall", "client_id".to_owned())
    );
    let long = NewVisit { client_id: Some("x".repeat(65)), ..new(1, O::Begun) };
    assert_eq!(code(post(&mut market, long)), ("text-length", "client_id".to_owned()));
    let corrected = NewVisit { report: said(O::Helped, Some(20)), ..new(1, O::Begun) };
    let corrected = post(&mut market, corrected).unwrap();
    assert_eq!((corrected.id, corrected.report.unwrap().outcome), (first.id, O::Helped));
});

on_both!(whom_one_met_one_met_at_their_stall, |db| {
    let mut market = Market::new(db);
    market.bare_stall(1, 11);
    let id = listed(&mut market);
    market.execute(&format!("UPDATE occupancies SET to_day = {}", ago(3).0));
    let on = |outcome, days_ago| VisitReport { visited_on: ago(days_ago), ..said(outcome, None) };
    for outcome in [O::Helped, O::Begun, O::Refused] {
        let late = put(&mut market, id, on(outcome, 2));
        assert_eq!(code(late), ("visit-outside-occupancy", "visited_on".to_owned()));
    }
    // Whoever found nobody, or somebody else, is right.
    put(&mut market, id, on(O::Absent, 2)).unwrap();
    put(&mut market, id, on(O::Gone, 2)).unwrap();
    put(&mut market, id, on(O::Helped, 3)).unwrap();
});

on_both!(after_midnight_the_phone_s_date_holds, |db| {
    let mut market = Market::new(db);
    let Stall(_) = market.bare_stall(1, 11);
    let id = listed(&mut market);
    market.execute("UPDATE boards SET day_start_minute = 720");
    // Half past midnight: the market's evening is yesterday's.
    let midnight = ago(-2).start(0);
    let act = later(&market, midnight.plus_ms(30 * MINUTE_MS));
    let on = |days_ago| VisitReport { visited_on: ago(days_ago), ..said(O::Begun, None) };
    let tomorrow = visits::report(market.connection(), &act, id, on(-3));
    assert_eq!(code(tomorrow).0, "visit-later-than-today");
    assert!(visits::report(market.connection(), &act, id, on(-2)).is_ok());
});

on_both!(all_that_was_told_is_shown_over_http, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let key = site.key_with(&[Permission::VisitsWrite]);
    let visit = format!("/api/v1/visits/{}", world.id("visits"));
    let report = json!({ "outcome": "refused", "visited_by": "Tổ 1", "visited_on": "2026-11-24",
        "recorded_on_phone_at": "2026-11-24T08:00:00+07:00" });
    let sent = site.ask("PUT", &format!("{visit}/report")).key(&key).json(&report).send();
    assert_eq!(sent.status, 200, "{}", sent.text());
    // The world's own report came without a phone's time, so it was told when it came, later.
    assert_eq!(sent.json["report"]["outcome"], "begun");
    let told = site.ask("GET", &format!("{visit}/reports")).key(&key).send().json;
    let outcomes: Vec<_> =
        told["items"].as_array().unwrap().iter().map(|told| &told["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "begun"]);
    assert_eq!(told["items"][0]["told_at"], "2026-11-24T08:00:00+07:00");
});
