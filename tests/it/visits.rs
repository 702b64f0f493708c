//! Why a stall should be visited, reason by reason.

#![cfg(test)]

use cho40::db::schema::{
    accounts, code_checks, occupancies, stalls, visit_reports, visits as visit_rows,
};
use cho40::outreach::candidates::{self, Candidate, Rest};
use cho40::outreach::desk::DeskTask;
use cho40::outreach::reasons::{Grounds, VisitReason as R};
use cho40::primitives::ids::OccupancyId;
use diesel::prelude::*;

use crate::adoption_support::{DayOf, ELSEWHERE, FEED, MARKET, Market, PHONES, Stall, ago};
use crate::support::on_both;

pub fn all(market: &mut Market<'_>) -> Vec<Candidate> {
    let act = market.act();
    candidates::candidates(market.connection(), &act, MARKET, None, None).unwrap().all
}

pub fn candidate(market: &mut Market<'_>, stall: Stall) -> Candidate {
    let found = all(market);
    found.into_iter().find(|one| one.occupancy_id == OccupancyId(stall.0)).unwrap()
}

pub fn for_desk(market: &mut Market<'_>) -> Vec<DeskTask> {
    let act = market.act();
    candidates::candidates(market.connection(), &act, MARKET, None, None).unwrap().for_desk
}

/// But for those that all stalls of these tests have: a holder of another name, nobody there yet.
pub fn reasons(market: &mut Market<'_>, stall: Stall) -> Vec<R> {
    let reasons = candidate(market, stall).reasons;
    let reasons = reasons.into_iter().map(|grounds| grounds.reason);
    reasons.filter(|reason| ![R::NameDiffers, R::Quarter].contains(reason)).collect()
}

pub fn grounds(market: &mut Market<'_>, stall: Stall, reason: R) -> Grounds {
    let found = candidate(market, stall).reasons.into_iter();
    found.into_iter().find(|grounds| grounds.reason == reason).unwrap()
}

pub fn check(market: &mut Market<'_>, stall: Stall, result: &str, days_ago: i32, is_open: bool) {
    let board = market.board();
    diesel::insert_into(code_checks::table)
        .values((
            code_checks::board_id.eq(board),
            code_checks::id.eq(5_000 + stall.0),
            code_checks::market_id.eq(MARKET.0),
            code_checks::stall_id.eq(stall.0),
            code_checks::way.eq("scanned"),
            code_checks::result.eq(result),
            code_checks::is_open.eq(is_open),
            code_checks::checked_by.eq("Tổ 1"),
            code_checks::checked_at_ms.eq(ago(days_ago).start(0).0),
        ))
        .execute(market.connection())
        .unwrap();
}

/// What a visit some days ago said.
pub fn visited(market: &mut Market<'_>, id: i64, stall: Stall, outcome: &str, days_ago: i32) {
    let board = market.board();
    diesel::insert_into(visit_rows::table)
        .values((
            visit_rows::board_id.eq(board),
            visit_rows::id.eq(id),
            visit_rows::place.eq(0),
            visit_rows::occupancy_id.eq(stall.0),
            visit_rows::reasons.eq("[]"),
            visit_rows::score.eq(0_i64),
            visit_rows::is_drawn.eq(false),
            visit_rows::report_id.eq(id),
        ))
        .execute(market.connection())
        .unwrap();
    diesel::insert_into(visit_reports::table)
        .values((
            visit_reports::board_id.eq(board),
            visit_reports::id.eq(id),
            visit_reports::visit_id.eq(id),
            visit_reports::outcome.eq(outcome),
            visit_reports::obstacle.eq("fear_of_tax"),
            visit_reports::taught.eq("[]"),
            visit_reports::visited_by.eq("Tổ 1"),
            visit_reports::visited_day.eq(ago(days_ago).0),
            visit_reports::lifts_refusal.eq(false),
            visit_reports::recorded_at_ms.eq(ago(days_ago).start(0).0),
        ))
        .execute(market.connection())
        .unwrap();
}

on_both!(a_stranger_s_code_is_for_the_same_day, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 100);
    market.alive(400, 0);
    market.sales(stall, 0..60);
    assert_eq!(reasons(&mut market, stall), []);
    check(&mut market, stall, "wrong_account", 2, true);
    let found = grounds(&mut market, stall, R::CodeWrong);
    assert_eq!((found.severity, found.since), (1, ago(2)));
    assert!(found.why.vi.contains("tiền quét mã này vào tài khoản khác"), "{}", found.why.vi);
    assert!(found.bring.vi.contains("Thẻ in mới"), "{}", found.bring.vi);
    // Somebody has looked again.
    market.execute("UPDATE code_checks SET is_open = (1 = 0)");
    assert_eq!(reasons(&mut market, stall), []);
});

on_both!(silence_counts_by_habit_on_days_that_can_tell, |db| {
    let mut market = Market::new(db);
    let (stall, other) = (market.fed(1, 11, 100), market.fed(2, 11, 100));
    market.alive(400, 0);
    // Paid each day for a quarter, until three days ago.
    market.sales(stall, 3..93);
    assert_eq!(reasons(&mut market, stall), [], "nobody was paid: the market may have been shut");
    market.sales(other, 0..63);
    let found = grounds(&mut market, stall, R::SuddenSilence);
    assert_eq!((found.severity, found.since), (1, ago(2)));
    assert!(found.why.vi.contains("suốt 3 ngày bán"), "{}", found.why.vi);
    // The vendor said that she was away on two of the days.
    market.absent(1, stall, "day_off", 1, Some(0));
    assert_eq!(reasons(&mut market, stall), []);
    market.execute("DELETE FROM absences");
    // Unclear money on the account may have been hers.
    market.unclassified(stall, 0..1);
    assert_eq!(reasons(&mut market, stall), []);
    market.execute("DELETE FROM day_totals WHERE unclassified_count > 0");
    // Silence of a feed that nothing proves says nothing of the stall.
    market.execute(&format!("DELETE FROM feed_bank_days WHERE day > {}", ago(2).0));
    assert_eq!(reasons(&mut market, stall), []);
});

on_both!(a_rare_customer_is_no_habit, |db| {
    let mut market = Market::new(db);
    let (stall, once) = (market.fed(1, 11, 100), market.fed(3, 11, 100));
    let other = market.fed(2, 11, 100);
    market.alive(400, 0);
    market.sales(other, 0..90);
    market.sales(stall, (8..88).step_by(8));
    assert_eq!(reasons(&mut market, stall), []);
    // One sale ever, on a day that was chosen because it had one, says nothing of the others.
    market.sales(once, [43]);
    assert_eq!(reasons(&mut market, once), []);
});

on_both!(a_habit_is_of_days_that_can_tell, |db| {
    let mut market = Market::new(db);
    let (stall, other) = (market.fed(1, 11, 100), market.fed(2, 11, 100));
    market.sales(other, 0..90);
    // Ten days of the feed are proven, and three of them were paid; of other days nobody knows how
    // many were silent.
    market.heard(FEED, 13, 0, ELSEWHERE, ELSEWHERE);
    market.sales(stall, (3..7).chain(14..60));
    assert_eq!(reasons(&mut market, stall), []);
    market.sales(stall, 7..14);
    assert_eq!(reasons(&mut market, stall), [R::SuddenSilence]);
});

on_both!(a_sudden_silence_is_for_a_week_or_until_somebody_was_there, |db| {
    let mut market = Market::new(db);
    let (stall, other) = (market.fed(1, 11, 100), market.fed(2, 11, 100));
    market.alive(400, 0);
    market.sales(other, 0..90);
    // Two silent days are too many for a stall that was paid each day: the list of T − 5 has it.
    market.sales(stall, 8..93);
    assert_eq!(reasons(&mut market, stall), [R::SuddenSilence]);
    assert_eq!(candidate(&mut market, stall).rests, None);
    visited(&mut market, 1, stall, "absent", 2);
    assert_eq!(reasons(&mut market, stall), [R::SuddenSilence], "nobody was met");
    visited(&mut market, 2, stall, "helped", 7);
    assert_eq!(reasons(&mut market, stall), [R::SuddenSilence], "nobody knew it then");
    visited(&mut market, 4, stall, "begun", 6);
    assert_eq!(reasons(&mut market, stall), [R::SuddenSilence], "that day was not over");
    visited(&mut market, 3, stall, "begun", 5);
    let found = grounds(&mut market, stall, R::StillSilent);
    assert_eq!((found.severity, found.since), (4, ago(5)));
    assert_eq!(candidate(&mut market, stall).rests, Some(Rest::VisitedLately));
    // A day later, without a visit: a week of alarms is over.
    market.execute("DELETE FROM visit_reports");
    market.execute("DELETE FROM visits");
    market
        .execute(&format!("DELETE FROM day_totals WHERE occupancy_id = 1 AND day = {}", ago(8).0));
    let found = grounds(&mut market, stall, R::StillSilent);
    assert_eq!((found.severity, found.since), (4, ago(8)));
    assert_eq!(reasons(&mut market, stall), [R::StillSilent]);
});

on_both!(a_long_silence_is_a_pause_told_once, |db| {
    let mut market = Market::new(db);
    let (stall, other) = (market.fed(1, 11, 200), market.fed(2, 11, 200));
    market.alive(400, 0);
    market.sales(other, 0..90);
    market.sales(stall, 35..90);
    assert_eq!(reasons(&mut market, stall), [R::RegularPaused]);
});

on_both!(a_feed_that_nothing_proves_for_three_trading_days, |db| {
    let mut market = Market::new(db);
    market.phones();
    let stall = market.phoned(1, 11, 100);
    let unfed = market.equipped(2, 11, 100);
    market.heard(PHONES, 400, 2, ELSEWHERE, ELSEWHERE);
    market.sales(stall, 3..60);
    assert_eq!(reasons(&mut market, stall), [], "two days");
    market.execute(&format!("DELETE FROM feed_bank_days WHERE day = {}", ago(2).0));
    let found = grounds(&mut market, stall, R::FeedUnproven);
    assert_eq!((found.severity, found.since), (2, ago(2)));
    assert!(found.why.en.starts_with("On 3 trading days"), "{}", found.why.en);
    assert!(found.bring.vi.contains("ứng dụng chuyển tin"), "{}", found.bring.vi);
    assert_eq!(reasons(&mut market, unfed), [], "it never had a feed that could break");
    // What came to the stall came through its feed.
    market.unclassified(stall, 1..2);
    assert_eq!(reasons(&mut market, stall), []);
    market.execute("DELETE FROM day_totals WHERE unclassified_count > 0");
    // A day off is no trading day.
    market.absent(1, stall, "day_off", 1, Some(1));
    assert_eq!(reasons(&mut market, stall), []);
});

on_both!(a_code_without_money, |db| {
    let mut market = Market::new(db);
    // Today is the 14th day after the issue.
    let (stall, newer) = (market.fed(1, 11, 13), market.fed(2, 11, 12));
    let unfed = market.equipped(3, 11, 100);
    market.alive(400, 0);
    for id in 1..=3 {
        market.scan(100 + id, id, "right", 0);
    }
    let found = grounds(&mut market, stall, R::NoMoneyYet);
    assert_eq!((found.severity, found.since), (3, ago(13)));
    assert_eq!(reasons(&mut market, newer), []);
    assert_eq!(reasons(&mut market, unfed), [], "nobody could have seen it");
    market.unclassified(stall, 0..1);
    assert_eq!(reasons(&mut market, stall), []);
});

on_both!(a_regular_stall_that_paused, |db| {
    let mut market = Market::new(db);
    let (regular, rare) = (market.fed(1, 11, 200), market.fed(2, 11, 200));
    market.alive(400, 0);
    market.sales(regular, (32..60).step_by(3));
    market.sales(rare, (32..60).step_by(10));
    let found = grounds(&mut market, regular, R::RegularPaused);
    assert_eq!((found.severity, found.since), (4, ago(31)));
    assert_eq!(reasons(&mut market, rare), []);
});

on_both!(errors_are_many_by_share_or_by_week, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 100);
    market.alive(400, 0);
    let sales = [10_000; 10];
    for day in 0..4 {
        let wrong = i64::from(day == 0);
        market.day(1, 1, day, &DayOf { sales: &sales, wrong, ..DayOf::default() });
    }
    assert_eq!(reasons(&mut market, stall), [], "1 of 40");
    market.execute("UPDATE day_totals SET wrong_amount_count = 2 WHERE wrong_amount_count = 1");
    let found = grounds(&mut market, stall, R::ManyErrors);
    let has_number = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    assert!(!has_number(&found.why.vi) && !has_number(&found.why.en), "{:?}", found.why);
    assert_eq!(found.severity, 5);
    // Money of no stall on its own account, 13 in 30 days, is 3 a week.
    market.execute("UPDATE day_totals SET wrong_amount_count = 0");
    let many = [10_000; 150];
    for day in 4..6 {
        market.day(1, 1, day, &DayOf { sales: &many, ..DayOf::default() });
    }
    market.day(0, 1, 7, &DayOf { unclassified: &[5_000; 12], ..DayOf::default() });
    assert_eq!(reasons(&mut market, stall), [], "12 of 352");
    market.day(0, 1, 8, &DayOf { unclassified: &[5_000], ..DayOf::default() });
    assert_eq!(reasons(&mut market, stall), [R::ManyErrors]);
});

on_both!(errors_of_the_last_week_are_many_at_once, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 100);
    market.alive(400, 0);
    for day in 0..30 {
        market.day(1, 1, day, &DayOf { sales: &[10_000; 10], ..DayOf::default() });
    }
    let wrong = |market: &mut Market<'_>, days_ago: i32, count: i64| {
        let day = ago(days_ago).0;
        market.execute(&format!(
            "UPDATE day_totals SET wrong_amount_count = {count} WHERE day = {day}"
        ));
    };
    wrong(&mut market, 7, 3);
    assert_eq!(reasons(&mut market, stall), [], "a week ago, and 3 of 300");
    wrong(&mut market, 7, 0);
    wrong(&mut market, 6, 2);
    assert_eq!(reasons(&mut market, stall), [], "two a week");
    wrong(&mut market, 0, 1);
    assert_eq!(reasons(&mut market, stall), [R::ManyErrors]);
    wrong(&mut market, 0, 0);
    market.day(0, 1, 3, &DayOf { unclassified: &[5_000], ..DayOf::default() });
    assert_eq!(reasons(&mut market, stall), [R::ManyErrors], "money of no stall");
});

on_both!(what_a_stall_lacks_is_said_with_what_was_learnt, |db| {
    let mut market = Market::new(db);
    let bare = market.bare_stall(1, 11);
    assert!(grounds(&mut market, bare, R::NoCode).why.vi.contains("chưa rõ vì sao"));
    visited(&mut market, 1, bare, "begun", 40);
    let found = grounds(&mut market, bare, R::NoCode);
    assert!(found.why.vi.ends_with("ngại chuyện thuế."), "{}", found.why.vi);
    assert_eq!(found.severity, 6);
    market.execute("UPDATE visit_reports SET obstacle = 'other'");
    assert!(grounds(&mut market, bare, R::NoCode).why.vi.contains("chưa rõ vì sao"));
    // A code of today is none of the figures', which end yesterday, and it is there.
    let coded = market.bare_stall(3, 11);
    assert_eq!(reasons(&mut market, coded), [R::NoCode]);
    market.issue(coded, -1);
    assert_eq!(reasons(&mut market, coded), []);
    let issued = market.bare_stall(2, 11);
    market.issue(issued, 30);
    assert_eq!(reasons(&mut market, issued), [R::NotVerified]);
    market.verify(20, 2, "name_shown", true);
    market.verify(21, 2, "test_seen", true);
    assert_eq!(reasons(&mut market, issued), [R::NotScanned]);
    market.scan(2, 2, "right", 1);
    assert_eq!(reasons(&mut market, issued), []);
});

on_both!(names_are_compared_as_banks_write_them, |db| {
    let mut market = Market::new(db);
    let stall = market.equipped(1, 11, 100);
    let has = |market: &mut Market<'_>, reason| {
        candidate(market, stall).reasons.iter().any(|grounds| grounds.reason == reason)
    };
    let set = |market: &mut Market<'_>, holder: &str, kind: &str, relation: &str| {
        let values = (
            accounts::holder_name.eq(holder),
            accounts::kind.eq(kind),
            accounts::relation.eq(relation),
        );
        diesel::update(accounts::table).set(values).execute(market.connection()).unwrap();
    };
    market.execute("UPDATE vendors SET name = 'Nguyễn Thị Lan'");
    for (holder, kind, relation, differs) in [
        ("NGUYEN THI LAN", "personal", "self", false),
        ("NGUYEN THI LAM", "personal", "self", true),
        ("NGUYEN THI LAM", "personal", "family", false),
        ("HKD NGUYEN THI LAN", "household_business", "self", false),
        ("HKD NGUYEN THI LAM", "household_business", "self", true),
        ("CONG TY LAM", "organisation", "self", false),
    ] {
        set(&mut market, holder, kind, relation);
        assert_eq!(has(&mut market, R::NameDiffers), differs, "{holder} {kind} {relation}");
    }
    assert!(!has(&mut market, R::AccountShared));
    let other = market.bare_stall(2, 11);
    market.link(77, other, 1, 50, None);
    assert!(has(&mut market, R::AccountShared));
});

on_both!(a_new_vendor_and_a_quarter_without_a_visit, |db| {
    let mut market = Market::new(db);
    let stall = market.bare_stall(1, 11);
    let found = grounds(&mut market, stall, R::Quarter);
    assert_eq!((found.severity, found.since), (10, ago(400).plus(69)));
    let set_from = |market: &mut Market<'_>, days_ago: i32| {
        diesel::update(occupancies::table)
            .set(occupancies::from_day.eq(ago(days_ago).0))
            .execute(market.connection())
            .unwrap();
    };
    let found = |market: &mut Market<'_>| reasons(market, stall);
    set_from(&mut market, 13);
    assert_eq!(found(&mut market), [R::NoCode]);
    set_from(&mut market, 12);
    assert_eq!(found(&mut market), [R::NoCode, R::NewStall]);
    set_from(&mut market, 400);
    visited(&mut market, 1, stall, "helped", 67);
    let quarter = |market: &mut Market<'_>| {
        candidate(market, stall).reasons.iter().any(|grounds| grounds.reason == R::Quarter)
    };
    assert!(!quarter(&mut market));
    market.execute(&format!("UPDATE visit_reports SET visited_day = {}", ago(68).0));
    assert!(quarter(&mut market));
});

on_both!(the_score_is_severity_times_days_times_size, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 13);
    market.alive(400, 0);
    market.scan(101, 1, "right", 0);
    market.execute("UPDATE vendors SET name = 'Nguyễn Thị Lan'");
    visited(&mut market, 1, stall, "helped", 30);
    // Severity 3 weighs 8; equipped for 14 days by now.
    assert_eq!(candidate(&mut market, stall).score, 8 * 14);
    diesel::update(stalls::table)
        .set(stalls::size_class.eq("large"))
        .execute(market.connection())
        .unwrap();
    assert_eq!(candidate(&mut market, stall).score, 8 * 14 * 3);
});

on_both!(waiting_begins_anew_with_a_visit, |db| {
    let mut market = Market::new(db);
    let (stall, other) = (market.fed(1, 11, 300), market.bare_stall(2, 11));
    market.alive(400, 0);
    market.sales(stall, 0..60);
    market.link(77, other, 1, 50, None);
    market.execute("UPDATE vendors SET name = 'Nguyễn Thị Lan'");
    let shared = |market: &mut Market<'_>| grounds(market, stall, R::AccountShared).since;
    assert_eq!(shared(&mut market), ago(50), "since the second stall came, not since the first");
    visited(&mut market, 1, stall, "absent", 20);
    assert_eq!(shared(&mut market), ago(50));
    visited(&mut market, 2, stall, "helped", 30);
    assert_eq!(shared(&mut market), ago(30));
    assert_eq!(candidate(&mut market, stall).score, 4 * 31);
    // What is pressing goes on waiting.
    check(&mut market, stall, "unknown", 40, true);
    assert_eq!(grounds(&mut market, stall, R::CodeWrong).since, ago(40));
});

on_both!(what_a_code_lacks_is_dated, |db| {
    let mut market = Market::new(db);
    let bare = market.bare_stall(1, 11);
    assert_eq!(grounds(&mut market, bare, R::NoCode).since, ago(400));
    let issued = market.bare_stall(2, 11);
    market.issue(issued, 30);
    assert_eq!(grounds(&mut market, issued, R::NotVerified).since, ago(30));
    market.verify(20, 2, "name_shown", true);
    market.verify(21, 2, "test_seen", true);
    assert_eq!(grounds(&mut market, issued, R::NotScanned).since, ago(30));
    // A look holds for 180 days.
    let old = market.equipped(3, 11, 300);
    let looked = |market: &mut Market<'_>, days_ago: i32| {
        let at = ago(days_ago).start(0).0;
        for table in ["code_checks", "code_scans"] {
            market.execute(&format!("UPDATE {table} SET checked_at_ms = {at}"));
        }
    };
    looked(&mut market, 190);
    assert_eq!(grounds(&mut market, old, R::NotScanned).since, ago(10));
    // Somebody's name: since the account is linked.
    market.execute("UPDATE account_links SET from_day = from_day + 380 WHERE id = 3");
    assert_eq!(grounds(&mut market, old, R::NameDiffers).since, ago(20));
});
