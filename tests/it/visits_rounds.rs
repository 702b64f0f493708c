//! Rounds: who comes on a list, what is kept of it, what a team writes down; over HTTP too.

#![cfg(test)]

use cho40::access::Permission;
use cho40::db::Fault;
use cho40::outreach::rounds::{self, NewRound, Round};
use cho40::outreach::teams::{self, NewTeam};
use cho40::outreach::visits::Visit;
use cho40::primitives::ids::{NeighbourhoodId, SectionId, TeamId};
use cho40::print::{Style, visit_list};
use serde_json::json;

use crate::adoption_support::{MARKET, Market, Stall, ago};
use crate::print_support::{said, set};
use crate::support::on_both;
use crate::visits::{all, visited};
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

/// Broken feeds first, then the highest score.
fn urgency(visit: &Visit) -> (bool, i64) {
    (!visit.reasons[0].reason.is_pressing(), -visit.score)
}

on_both!(a_fifth_is_drawn_and_the_rest_goes_by_score, |db| {
    let mut market = Market::new(db);
    for id in 1..=40 {
        market.bare_stall(id, 11);
    }
    // Ten are equipped and unproven for long: they score highest.
    for id in 41..=50 {
        market.fed(id, 12, 100);
    }
    let round = draw(&mut market, new(20, None));
    assert_eq!(round.visits.len(), 20);
    let drawn = round.visits.iter().filter(|visit| visit.is_drawn).count();
    assert_eq!(drawn, 4);
    let order: Vec<_> = round.visits.iter().map(urgency).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert!(order.iter().filter(|(is_calm, _)| !is_calm).count() >= 10, "{order:?}");
    let places: Vec<_> = round.visits.iter().map(|visit| visit.place).collect();
    assert_eq!(places, (1..=20).collect::<Vec<_>>());
    let listed: Vec<_> = round.visits.iter().map(|visit| visit.occupancy_id).collect();
    let left = all(&mut market).into_iter().filter(|one| !listed.contains(&one.occupancy_id));
    assert!(left.flat_map(|one| one.reasons).all(|grounds| !grounds.reason.is_pressing()));
    // Each that is listed waits for its team; the next list has others.
    let next = draw(&mut market, new(300, None));
    assert_eq!(next.visits.len(), 30);
    assert!(next.visits.iter().all(|visit| !listed.contains(&visit.occupancy_id)));
    assert_eq!(refused(&mut market, new(5, None)), "nobody-to-visit");
});

on_both!(the_lot_falls_on_all_alike, |db| {
    let mut market = Market::new(db);
    for id in 1..=10 {
        let stall = market.fed(id, 11, 100);
        market.sales(stall, 0..60);
        // Nothing is amiss anywhere.
        visited(&mut market, id, stall, "helped", 30);
    }
    market.alive(400, 0);
    market.execute("UPDATE vendors SET name = 'Nguyễn Thị Lan'");
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..200 {
        let round = draw(&mut market, new(5, None));
        let [visit] = round.visits.as_slice() else { panic!("{} visits", round.visits.len()) };
        assert!(visit.is_drawn && visit.reasons.len() == 1);
        assert_eq!(visit.reasons[0].why.vi, "Rút thăm ngẫu nhiên để so sánh.");
        *counts.entry(visit.occupancy_id).or_insert(0) += 1;
        market.execute("DELETE FROM visits WHERE outcome IS NULL");
    }
    // 20 each on the average; the odds of fewer than 5 for any are one in ten thousand.
    assert!(counts.len() == 10 && counts.values().all(|count| *count >= 5), "{counts:?}");
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
    for id in 1..=30 {
        market.bare_stall(id, 11);
    }
    for id in 31..=40 {
        market.fed(id, 12, 100);
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
