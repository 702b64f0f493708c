//! Rounds: who comes on a list, what is kept of it, what a team writes down; over HTTP too.

#![cfg(test)]

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use cho40::access::Permission;
use cho40::db::{DbConnection, Fault};
use cho40::outreach::candidates::Rest;
use cho40::outreach::rounds::{self, NewRound, Round};
use cho40::outreach::teams::{self, NewTeam, TeamChange};
use cho40::outreach::visits::Visit;
use cho40::primitives::ids::{NeighbourhoodId, OccupancyId, SectionId, TeamId};
use cho40::print::{Style, visit_list};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::adoption_support::{MARKET, Market, Stall, ago};
use crate::print_support::{said, set};
use crate::support::on_both;
use crate::visits::{all, check, visited};
use crate::web_support::Site;
use crate::web_world::World;

fn new(capacity: i32, team_id: Option<TeamId>) -> NewRound {
    NewRound { team_id, day: None, capacity }
}

fn draw(market: &mut Market<'_>, new: NewRound) -> Round {
    let act = market.act();
    rounds::create(market.connection(), &act, MARKET, new).unwrap()
}

fn refused(market: &mut Market<'_>, new: NewRound) -> String {
    let act = market.act();
    match rounds::create(market.connection(), &act, MARKET, new) {
        Err(Fault::Refused(refusal)) => refusal.code.to_owned(),
        other => panic!("{other:?}"),
    }
}

/// What is for the same day first, then the highest score.
fn urgency(visit: &Visit) -> (bool, i64) {
    (!visit.reasons[0].reason.is_pressing(), -visit.score)
}

fn drawn(round: &Round) -> Vec<OccupancyId> {
    let drawn = round.visits.iter().filter(|visit| visit.is_drawn);
    drawn.map(|visit| visit.occupancy_id).collect()
}

on_both!(a_fifth_is_drawn_and_the_rest_goes_by_score, |db| {
    let mut market = Market::new(db);
    for id in 1..=50 {
        let stall = market.bare_stall(id, 11);
        if id > 40 {
            check(&mut market, stall, "unknown", 2, true);
        }
    }
    let round = draw(&mut market, new(20, None));
    assert_eq!(round.visits.len(), 20);
    assert_eq!(drawn(&round).len(), 4);
    let order: Vec<_> = round.visits.iter().map(urgency).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(order.iter().filter(|(is_calm, _)| !is_calm).count(), 10, "{order:?}");
    let places: Vec<_> = round.visits.iter().map(|visit| visit.place).collect();
    assert_eq!(places, (1..=20).collect::<Vec<_>>());
    // Each that is listed waits for its team; the next list has others.
    let listed: Vec<_> = round.visits.iter().map(|visit| visit.occupancy_id).collect();
    let next = draw(&mut market, new(300, None));
    assert_eq!((next.visits.len(), drawn(&next).len()), (30, 6));
    assert!(next.visits.iter().all(|visit| !listed.contains(&visit.occupancy_id)));
    assert_eq!(refused(&mut market, new(5, None)), "nobody-to-visit");
});

on_both!(the_lot_can_be_drawn_again, |db| {
    let mut market = Market::new(db);
    for id in 1..=30 {
        let stall = market.bare_stall(id, 11);
        if id <= 2 {
            check(&mut market, stall, "unknown", 2, true);
        }
    }
    visited(&mut market, 1, Stall(30), "refused", 20);
    let round = draw(&mut market, new(20, None));
    // All that did not rest, without what was on the list anyway.
    assert_eq!(round.drawn_from, (3..30).map(OccupancyId).collect::<Vec<_>>());
    let mut tickets = round.drawn_from.clone();
    tickets.sort_by_key(|id| Sha256::digest(format!("{} {id}", round.head.id)));
    let mut found = drawn(&round);
    found.sort_by_key(|id| tickets.iter().position(|ticket| ticket == id));
    assert_eq!(found, tickets[..4]);
    let act = market.act();
    assert_eq!(rounds::get(market.connection(), &act, round.head.id).unwrap(), round);
});

on_both!(small_rounds_owe_the_lot_its_fifth, |db| {
    let mut market = Market::new(db);
    for id in 1..=40 {
        market.bare_stall(id, 11);
    }
    let mut shares = Vec::new();
    for capacity in [4, 4, 4, 9, 9] {
        let round = draw(&mut market, new(capacity, None));
        shares.push((round.visits.len(), drawn(&round).len()));
    }
    assert_eq!(shares, [(4, 0), (4, 1), (4, 1), (9, 2), (9, 2)]);
});

on_both!(what_is_pressing_comes_before_the_lot, |db| {
    let mut market = Market::new(db);
    for id in 1..=40 {
        let stall = market.bare_stall(id, 11);
        if id <= 5 {
            check(&mut market, stall, "wrong_account", 2, true);
        }
    }
    let round = draw(&mut market, new(5, None));
    let mut listed: Vec<_> = round.visits.iter().map(|visit| visit.occupancy_id.0).collect();
    listed.sort_unstable();
    assert_eq!((listed, drawn(&round)), (vec![1, 2, 3, 4, 5], vec![]));
    // The next round makes it up to the lot.
    assert_eq!(drawn(&draw(&mut market, new(5, None))).len(), 2);
});

on_both!(a_list_of_a_later_day_hides_nothing_pressing, |db| {
    let mut market = Market::new(db);
    for id in 1..=3 {
        market.bare_stall(id, 11);
    }
    let later = NewRound { day: Some(ago(-15)), ..new(300, None) };
    assert_eq!(draw(&mut market, later).visits.len(), 3);
    assert_eq!(refused(&mut market, new(20, None)), "nobody-to-visit");
    check(&mut market, Stall(2), "wrong_account", 0, true);
    let round = draw(&mut market, new(20, None));
    let [visit] = round.visits.as_slice() else { panic!("{} visits", round.visits.len()) };
    assert_eq!((visit.occupancy_id.0, visit.reasons[0].severity), (2, 1));
    let rests: Vec<_> = all(&mut market).into_iter().map(|one| one.rests).collect();
    assert_eq!(rests, [Some(Rest::Planned); 3], "a list of today has it");
    // Nor is it on one of tomorrow before today's was gone.
    let tomorrow = NewRound { day: Some(ago(-2)), ..new(20, None) };
    assert_eq!(refused(&mut market, tomorrow), "nobody-to-visit");
});

on_both!(whom_nobody_saw_for_long_comes_before_all_scores, |db| {
    let mut market = Market::new(db);
    for id in 1..=30 {
        let stall = market.bare_stall(id, 11);
        let days_ago = if id > 25 { 100 - id as i32 } else { 40 };
        visited(&mut market, id, stall, "helped", days_ago);
    }
    market.execute("UPDATE stalls SET size_class = 'large' WHERE id <= 25");
    let round = draw(&mut market, new(10, None));
    let due: Vec<_> = round.visits.iter().take(5).map(|visit| visit.occupancy_id.0).collect();
    assert_eq!(due, [26, 27, 28, 29, 30], "the longest first");
    assert!(round.visits[5..].iter().all(|visit| visit.score > round.visits[0].score));
});

on_both!(two_lists_at_once_name_no_stall_twice, |db| {
    let mut market = Market::new(db);
    for id in 1..=24 {
        market.bare_stall(id, 11);
    }
    let (act, url) = (market.act(), market.db.url().clone());
    let start = Barrier::new(3);
    let draw = || {
        let mut connection = DbConnection::open(&url).unwrap();
        start.wait();
        let made = connection
            .in_transaction(|connection| rounds::create(connection, &act, MARKET, new(8, None)));
        made.unwrap().visits.into_iter().map(|visit| visit.occupancy_id).collect::<Vec<_>>()
    };
    let listed: Vec<Vec<OccupancyId>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(draw)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let once: BTreeSet<_> = listed.iter().flatten().collect();
    assert_eq!(once.len(), 24, "{listed:?}");
});

on_both!(a_team_goes_to_its_sections_and_khom, |db| {
    let mut market = Market::new(db);
    let board = market.board();
    for id in 1..=3 {
        market.bare_stall(id, 11);
    }
    let Stall(far) = market.bare_stall(4, 12);
    market.execute(&format!(
        "INSERT INTO neighbourhoods (board_id, id, kind, name, aliases) \
         VALUES ({board}, 71, 'khóm', 'Khóm 1', '[]')"
    ));
    market.execute(&format!("UPDATE vendors SET neighbourhood_id = 71 WHERE id IN (1, {far})"));
    let act = market.act();
    let team = |market: &mut Market<'_>, name: &str, sections: &[i64], khom: &[i64]| {
        let new = NewTeam {
            name: name.to_owned(),
            section_ids: sections.iter().copied().map(SectionId).collect(),
            neighbourhood_ids: khom.iter().copied().map(NeighbourhoodId).collect(),
            members: Vec::new(),
        };
        teams::create(market.connection(), &act, new).unwrap().id
    };
    for (name, sections, khom, stalls) in [
        ("khu cá", vec![12], vec![], vec![4]),
        ("khóm 1", vec![], vec![71], vec![1, 4]),
        ("cả hai", vec![12], vec![71], vec![1, 4]),
        ("khắp nơi", vec![], vec![], vec![1, 2, 3, 4]),
    ] {
        let id = team(&mut market, name, &sections, &khom);
        let round = draw(&mut market, new(10, Some(id)));
        let mut found: Vec<_> = round.visits.iter().map(|visit| visit.occupancy_id.0).collect();
        found.sort_unstable();
        assert_eq!(found, stalls, "{name}");
        market.execute("DELETE FROM visits");
    }
    // Who reads them takes them for one.
    let double = NewTeam { name: "KHU  CÁ".to_owned(), ..NewTeam::default() };
    match teams::create(market.connection(), &act, double) {
        Err(Fault::Refused(refusal)) => assert_eq!(refusal.code, "team-name-taken"),
        other => panic!("{other:?}"),
    }
    let other = NewTeam { name: "khu ca".to_owned(), ..NewTeam::default() };
    let id = teams::create(market.connection(), &act, other).unwrap().id;
    let same = TeamChange { name: Some("Khu ca".to_owned()), ..TeamChange::default() };
    assert_eq!(teams::change(market.connection(), &act, id, same).unwrap().name, "Khu ca");
});

on_both!(what_is_asked_of_a_list_is_judged, |db| {
    let mut market = Market::new(db);
    market.bare_stall(1, 11);
    assert_eq!(refused(&mut market, new(0, None)), "number-out-of-range");
    assert_eq!(refused(&mut market, new(301, None)), "number-out-of-range");
    assert_eq!(refused(&mut market, new(1, Some(TeamId(5)))), "not-found");
    for day in [ago(0), ago(-16)] {
        let new = NewRound { day: Some(day), ..new(1, None) };
        assert_eq!(refused(&mut market, new), "round-day-out-of-range", "{day}");
    }
    let latest = NewRound { day: Some(ago(-15)), ..new(1, None) };
    assert_eq!(draw(&mut market, latest).visits.len(), 1);
});

on_both!(a_team_s_evening_over_http, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let key = site.key_with(&[Permission::VisitsWrite]);
    let ask = |method: &str, path: &str| site.ask(method, &format!("/api/v1{path}")).key(&key);
    let round = ask("GET", &format!("/visit-rounds/{}", world.id("visit-rounds"))).send().json;
    let visit = round["visits"][0].clone();
    assert_eq!(visit["stall_code"], "A-01");
    assert_eq!(visit["vendor"], "Nguyễn Thị Lụa");
    let reasons = visit["reasons"].as_array().unwrap();
    assert!(reasons.iter().all(|r| r["why"]["vi"].is_string() && r["bring"]["en"].is_string()));
    assert_eq!(
        round["tally"],
        json!({ "planned": 1, "made": 0, "outcomes": {}, "obstacles": {},
        "taught": {} })
    );
    // Sent twice by a phone that was offline, then corrected.
    let path = format!("/visits/{}/report", visit["id"].as_str().unwrap());
    let report = json!({ "outcome": "begun", "obstacle": "weak_phone", "visited_by": "Tổ 1",
        "taught": ["water", "electricity", "water"], "visited_on": "2026-11-24" });
    let sent = ask("PUT", &path).json(&report).send();
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert_eq!(sent.json["report"]["taught"], json!(["water", "electricity"]));
    assert_eq!(ask("PUT", &path).json(&report).send().json, sent.json);
    let mut corrected = report.clone();
    corrected["outcome"] = json!("helped");
    assert_eq!(ask("PUT", &path).json(&corrected).send().json["report"]["outcome"], "helped");
    let round = ask("GET", &format!("/visit-rounds/{}", world.id("visit-rounds"))).send().json;
    assert_eq!(
        round["tally"],
        json!({ "planned": 1, "made": 1, "outcomes": { "helped": 1 },
        "obstacles": { "weak_phone": 1 }, "taught": { "water": 1, "electricity": 1 } })
    );
    assert_eq!(round["visits"][0]["reasons"], visit["reasons"], "kept as they were");
    for (field, value, code) in [
        ("visited_on", json!("2026-11-25"), "visit-later-than-today"),
        ("visited_on", json!("2026-09-24"), "visit-too-long-ago"),
        ("visited_by", json!(" "), "text-length"),
        ("note", json!("x".repeat(401)), "text-length"),
        ("taught", json!(vec!["water"; 11]), "list-too-long"),
        ("outcome", json!("gone fishing"), "value-not-listed"),
    ] {
        let mut wrong = report.clone();
        wrong[field] = value;
        let answer = ask("PUT", &path).json(&wrong).send();
        assert_eq!(answer.problem(422), code, "{}", answer.text());
        assert_eq!(answer.json["field"], field);
    }
    // She rests now; asked for all, the list says why.
    let list = format!("/markets/{}/visit-candidates", world.id("markets"));
    assert_eq!(ask("GET", &list).send().json["items"], json!([]));
    let all = ask("GET", &format!("{list}?all=true")).send().json;
    assert_eq!(all["items"][0]["rests"], "visited_lately");
    let shown = all.to_string();
    assert!(!shown.contains("50.000") && !shown.contains("_vnd"), "{shown}");
    assert_eq!(
        ask("POST", "/teams").json(&json!({ "name": "Tổ khóm 1" })).send().problem(409),
        "team-name-taken"
    );
});

on_both!(a_round_s_list_is_printed, |db| {
    let mut market = Market::new(db);
    for id in 1..=40 {
        let stall = market.bare_stall(id, 11);
        if id > 36 {
            check(&mut market, stall, "unknown", 2, true);
        }
    }
    market.execute("UPDATE vendors SET name = 'Nguyễn Phước Thiên Phượng Quỳnh Như' WHERE id < 20");
    let round = draw(&mut market, new(40, None));
    let act = market.db.act_with(&[Permission::VisitsRead]);
    let list = visit_list::of_round(market.connection(), &act, round.head.id, Style::Mono).unwrap();
    let printed = set("visits", &list);
    let pages: Vec<String> = printed.pages().iter().map(|page| said(&page.frame)).collect();
    assert!(pages.len() > 3, "{}", pages.len());
    let text = pages.concat();
    for words in [
        "Danh sách ghé sạp",
        "Ngày 24/11/2026",
        "số liệu đến 23/11/2026",
        "RÚT THĂM",
        "NGAY HÔM NAY",
        "Còn làm tiếp",
        "Người ghé:",
        "Ngày ghé:",
        "điện thoại yếu",
        "ngại thuế",
        "BHXH",
        "CaMau-G",
        "Trang 1/",
        "Từ chối",
        "Nguyễn Phước Thiên Phượng Quỳnh Như",
    ] {
        assert!(text.contains(&words.replace(' ', "")), "{words}: {}", pages[0]);
    }
    for visit in &round.visits {
        assert!(text.contains(&visit.stall_code), "{}", visit.stall_code);
    }
    // But for the test.
    assert!(!text.replace("1.000đ", "").contains("000đ"), "amounts are the vendor's");
});

on_both!(the_printed_list_over_http, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let key = site.key_with(&[Permission::VisitsRead]);
    let path = world.path("/api/v1/visit-rounds/{id}/list.pdf");
    let first = site.ask("GET", &path).key(&key).send();
    assert_eq!((first.status, first.header("content-type")), (200, "application/pdf"));
    assert!(first.header("content-disposition").contains("cho-thoi-binh-visits-2026-11-24.pdf"));
    let etag = first.header("etag").to_owned();
    let again = site.ask("GET", &path).key(&key).header("if-none-match", &etag).send();
    assert_eq!(again.status, 304);
    let wrong = site.ask("GET", &format!("{path}?style=pink")).key(&key).send();
    assert_eq!(wrong.problem(422), "value-not-listed");
});
