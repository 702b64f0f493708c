//! The queue of money that waits, narrowed: by account, days and reason, in either order, page by page.

use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::{FEED_SECRET, World};

const ACCOUNT: &str = "0033003300";

fn account(site: &Site) -> String {
    let account = json!({ "bin": "970436", "number": ACCOUNT, "kind": "personal",
        "use_kind": "mixed", "holder_name": "TRAN THI BUOI", "relation": "self" });
    site.create("/api/v1/accounts", &account)
}

fn money(site: &Site, world: &World, id: u64, number: &str, day: &str) {
    let mut told = world.told();
    told["id"] = json!(id);
    told["accountNumber"] = json!(number);
    told["transactionDate"] = json!(format!("{day} 09:00:00"));
    told["referenceCode"] = json!(format!("FT{id}"));
    told["content"] = json!(format!("khoan {id}"));
    let hook = format!("/hooks/{}", world.id("feeds"));
    let secret = format!("Apikey {FEED_SECRET}");
    let answer = site.ask("POST", &hook).header("authorization", &secret).json(&told).send();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The memos of all pages of so many items, by their numbers.
fn memos(site: &Site, query: &str, limit: usize) -> Vec<u64> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = site.get(&format!("/api/v1/unassigned?limit={limit}&{query}{cursor}")).json;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        let memo =
            |item: &Value| item["memo"].as_str()?.strip_prefix("khoan ")?.parse::<u64>().ok();
        found.extend(items.iter().filter_map(memo));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

fn queue(site: &Site) -> (World, String) {
    let world = World::on(site, &site.key, "0011001100");
    let buoi = account(site);
    for (id, number, day) in [
        (1, ACCOUNT, "2026-11-21"),
        (2, "5556667778", "2026-11-22"),
        (3, ACCOUNT, "2026-11-23"),
        (4, ACCOUNT, "2026-11-22"),
        (5, "5556667778", "2026-11-23"),
    ] {
        money(site, &world, id, number, day);
    }
    (world, buoi)
}

on_both!(the_queue_is_narrowed_by_account_days_and_reason_and_turned_round, |db| {
    let site = Site::of(db);
    let (_, buoi) = queue(&site);
    let of_buoi = format!("account_id={buoi}");
    for (query, expected) in [
        ("order=oldest", &[1, 2, 3, 4, 5][..]),
        ("order=newest", &[5, 4, 3, 2, 1]),
        (&of_buoi, &[1, 3, 4]),
        (&format!("{of_buoi}&order=newest"), &[4, 3, 1]),
        ("from_day=2026-11-22&to_day=2026-11-22", &[2, 4]),
        (&format!("{of_buoi}&from_day=2026-11-22"), &[3, 4]),
        ("reason=unknown_account&to_day=2026-11-22", &[2]),
        ("reason=no_occupancy&order=newest", &[4, 3, 1]),
        ("reason=taken_back", &[]),
    ] {
        for limit in [1, 2, 50] {
            assert_eq!(memos(&site, query, limit), expected, "{query} by {limit}");
        }
    }
    for (query, status, code) in [
        ("from_day=2026-11-23&to_day=2026-11-22", 422, "period-reversed"),
        ("account_id=acc_0000000000001", 404, "not-found"),
        ("reason=whim", 422, "value-not-listed"),
        ("order=best", 422, "value-not-listed"),
    ] {
        let answer = site.get(&format!("/api/v1/unassigned?{query}"));
        assert_eq!(answer.problem(status), code, "{query}");
    }
});

/// What the page shows of it, in its order.
fn shown(page: &str) -> Vec<u64> {
    let memos = page.split("Nội dung: khoan ").skip(1);
    memos.map(|rest| rest.split(['<', '\n']).next().unwrap().trim().parse().unwrap()).collect()
}

on_both!(the_desk_narrows_it_too_and_what_is_done_leads_back, |db| {
    let site = Site::of(db);
    let (_, buoi) = queue(&site);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let query = format!("?tk={buoi}&tu=2026-11-22&xep=newest");
    let page = organiser.get(&format!("/ql/hang{query}")).text();
    assert_eq!(shown(&page), [4, 3]);
    assert!(page.contains("TRAN THI BUOI, Vietcombank 0033003300 (3)"), "{page}");
    assert_eq!(shown(&organiser.get("/ql/hang?vi=unknown_account&xep=newest").text()), [5, 2]);
    assert_eq!(shown(&organiser.get("/ql/hang?vi=whim&tu=x&tk=y").text()), [1, 2, 3, 4, 5]);
    let none = organiser.get("/ql/hang?vi=taken_back").text();
    assert!(none.contains("Không có khoản nào như vậy"), "{none}");
    let form = page.split("action=\"/ql/hang/trf_").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("/ql/hang/trf_{}", form.replace("&#38;", "&").replace("&amp;", "&"));
    assert!(form.ends_with(&query), "{form}");
    let lost = organiser.post(&form, &[("stall", "Z-9"), ("class", "sale")]);
    assert_eq!((lost.status, shown(&lost.text())), (422, vec![4, 3]));
    let done = organiser.post(&form, &[("do", "test")]);
    assert_eq!(done.header("location"), format!("/ql/hang{query}"));
    assert_eq!(shown(&organiser.get(done.header("location")).text()), [3]);
});

on_both!(a_narrowed_queue_goes_on_page_by_page, |db| {
    let site = Site::of(db);
    let (world, buoi) = queue(&site);
    for id in 10..70 {
        money(&site, &world, id, ACCOUNT, "2026-11-20");
    }
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let first = organiser.get(&format!("/ql/hang?tk={buoi}&xep=newest")).text();
    assert_eq!(shown(&first)[..3], [69, 68, 67]);
    let next = first.split("href=\"/ql/hang?tk=").nth(1).unwrap().split('"').next().unwrap();
    let next = format!("/ql/hang?tk={}", next.replace("&#38;", "&").replace("&amp;", "&"));
    let second = organiser.get(&next).text();
    let both: Vec<u64> = shown(&first).into_iter().chain(shown(&second)).collect();
    let expected: Vec<u64> = (10..70).rev().chain([4, 3, 1]).collect();
    assert_eq!(both, expected);
});

on_both!(however_many_requests_wait_each_stands_at_its_item, |db| {
    let site = Site::of(db);
    let (world, _) = queue(&site);
    let oldest = site.get("/api/v1/unassigned?limit=1").json["items"][0].clone();
    let staff = json!({ "name": "tổ 1", "permissions": ["transfers.propose"] });
    let staff = site.post("/api/v1/keys", &staff).json["token"].as_str().unwrap().to_owned();
    let propose = |item: &Value, why: &str| {
        let lines = json!([{ "occupancy_id": world.id("occupancies"), "class": "sale",
            "amount_vnd": item["amount_vnd"] }]);
        let path = format!(
            "/api/v1/transfers/{}/assignment-proposals",
            item["transfer_id"].as_str().unwrap()
        );
        let new = json!({ "lines": lines, "why": why });
        let made = site.ask("POST", &path).key(&staff).json(&new).send();
        assert_eq!(made.status, 201, "{}", made.text());
    };
    propose(&oldest, "cái này cũ nhất");
    // 210 newer ones, for items that came later.
    for id in 10..31 {
        money(&site, &world, id, "5556667778", "2026-11-24");
    }
    let newest = site.get("/api/v1/unassigned?limit=21&order=newest").json;
    for item in newest["items"].as_array().unwrap() {
        for turn in 0..10 {
            propose(item, &format!("lượt {turn}"));
        }
    }
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let page = organiser.get("/ql/hang").text();
    assert!(page.contains("cái này cũ nhất"), "hidden by newer ones");
    assert_eq!(page.matches("lượt 9").count(), 21);
});

on_both!(the_narrowed_queue_is_legible, |db| {
    let site = Site::of(db);
    let _ = queue(&site);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "organiser", &[]);
    browser.open(&format!("{}/ql/hang", site.url));
    browser.touch("summary");
    browser.value("document.querySelector('[name=vi]').value = 'unknown_account'");
    browser.value("document.querySelector('[name=xep]').value = 'newest'");
    press(&mut browser, "form.filter button");
    says(&mut browser, "khoan 5");
    assert_eq!(browser.value("document.querySelectorAll('ol.lines > li').length"), 2);
    browser.desk_pictures("queue-narrowed");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
