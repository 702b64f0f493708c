//! Who is on no list: lately visited, refused, gone, away.

#![cfg(test)]

use cho40::outreach::candidates::{self, Rest};
use cho40::outreach::desk::DeskMatter;
use cho40::outreach::reasons::VisitReason as R;
use cho40::primitives::ids::OccupancyId;

use crate::adoption_support::{ELSEWHERE, MARKET, Market, PHONES, ago};
use crate::support::on_both;
use crate::visits::{candidate, check, for_desk, grounds, visited};

on_both!(a_stall_rests_after_a_visit_and_a_refusal_is_respected, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    let rest = |market: &mut Market<'_>| candidate(market, stall).rests;
    visited(&mut market, 1, stall, "absent", 2);
    assert_eq!(rest(&mut market), None, "nobody was met");
    visited(&mut market, 2, stall, "helped", 12);
    assert_eq!(rest(&mut market), Some(Rest::VisitedLately), "the 13th day");
    market.execute(&format!("UPDATE visit_reports SET visited_day = {} WHERE id = 2", ago(13).0));
    assert_eq!(rest(&mut market), None);
    visited(&mut market, 3, stall, "refused", 10);
    assert_eq!(rest(&mut market), Some(Rest::Refused));
    market.execute(&format!("UPDATE visit_reports SET visited_day = {} WHERE id = 3", ago(200).0));
    market.execute("DELETE FROM visit_reports WHERE id = 2");
    market.execute("DELETE FROM visits WHERE id = 2");
    assert_eq!(rest(&mut market), Some(Rest::Refused), "and does not wear off");
    check(&mut market, stall, "unknown", 1, true);
    assert_eq!(rest(&mut market), None, "a stranger's code harms who pays");
    market.execute("DELETE FROM code_checks");
    visited(&mut market, 4, stall, "begun", 20);
    assert_eq!(rest(&mut market), Some(Rest::Refused), "whoever came did not ask");
    market.execute("UPDATE visit_reports SET lifts_refusal = (1 = 1) WHERE id = 4");
    assert_eq!(rest(&mut market), None, "they asked for it");
});

on_both!(what_is_pressing_does_not_rest, |db| {
    let mut market = Market::new(db);
    market.phones();
    let stall = market.phoned(1, 11, 100);
    market.heard(PHONES, 400, 3, ELSEWHERE, ELSEWHERE);
    market.sales(stall, 3..60);
    visited(&mut market, 1, stall, "helped", 1);
    let found = candidate(&mut market, stall);
    assert_eq!(found.reasons[0].reason, R::FeedUnproven);
    assert_eq!(found.rests, None);
});

on_both!(who_is_gone_rests_until_the_register_is_corrected, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    let rest = |market: &mut Market<'_>| candidate(market, stall).rests;
    visited(&mut market, 1, stall, "gone", 40);
    assert_eq!(rest(&mut market), Some(Rest::Gone));
    visited(&mut market, 2, stall, "absent", 20);
    assert_eq!(rest(&mut market), Some(Rest::Gone));
    let found = for_desk(&mut market);
    let [task] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(task.matter, DeskMatter::RegisterOutdated);
    assert_eq!((task.occupancy_id, task.since), (Some(OccupancyId(1)), ago(40)));
    assert!(task.why.vi.contains("A01"), "{}", task.why.vi);
    // Somebody met the vendor again.
    visited(&mut market, 3, stall, "begun", 15);
    assert_eq!((rest(&mut market), for_desk(&mut market)), (None, Vec::new()));
    market.execute("DELETE FROM visit_reports WHERE id = 3");
    market.execute("DELETE FROM visits WHERE id = 3");
    check(&mut market, stall, "unknown", 1, true);
    assert_eq!(rest(&mut market), None, "a stranger's code harms who pays");
    // Another vendor has the stall: what was of the one before is not theirs.
    market.execute(&format!("UPDATE occupancies SET to_day = {} WHERE id = 1", ago(30).0));
    let new = market.follow(2, stall, 29);
    assert_eq!(candidate(&mut market, new).rests, None);
    assert_eq!(for_desk(&mut market), []);
});

on_both!(a_refusal_is_the_person_s, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    visited(&mut market, 1, stall, "refused", 20);
    // The same vendor, with another contract for the same stall.
    market.execute(&format!("UPDATE occupancies SET to_day = {} WHERE id = 1", ago(10).0));
    let again = market.follow(2, stall, 9);
    market.execute("UPDATE occupancies SET vendor_id = 2 WHERE id = 2");
    assert_eq!(candidate(&mut market, again).rests, None, "another vendor");
    market.execute("UPDATE occupancies SET vendor_id = 1 WHERE id = 2");
    assert_eq!(candidate(&mut market, again).rests, Some(Rest::Refused));
    let why = grounds(&mut market, again, R::NoCode).why;
    assert!(why.vi.contains("ngại chuyện thuế"), "{}", why.vi);
});

on_both!(who_is_away_is_not_visited, |db| {
    let mut market = Market::new(db);
    let (stall, other) = (market.bare_stall(1, 11), market.bare_stall(2, 11));
    market.absent(1, stall, "day_off", 10, Some(-1));
    market.absent(2, other, "day_off", 10, Some(0));
    assert_eq!(candidate(&mut market, stall).rests, Some(Rest::Away), "today");
    assert_eq!(candidate(&mut market, other).rests, None, "back today");
    check(&mut market, stall, "unknown", 1, true);
    assert_eq!(candidate(&mut market, stall).rests, None, "the code hangs there all the same");
    let act = market.act();
    let tomorrow = Some(ago(-2));
    market.execute("DELETE FROM code_checks");
    let found = candidates::candidates(market.connection(), &act, MARKET, None, tomorrow).unwrap();
    assert!(found.all.iter().all(|one| one.rests.is_none()), "back tomorrow");
});
