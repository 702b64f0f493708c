//! The operations board: feeds, alarms, and the queue of money that waits for a person.

use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::{FEED_SECRET, World};

/// Money to an account that nobody has registered.
fn money_of_nobody(site: &Site, world: &World, id: u64) {
    money_on(site, world, id, "5556667778");
}

fn money_on(site: &Site, world: &World, id: u64, number: &str) {
    let mut told = world.told();
    told["id"] = json!(id);
    told["accountNumber"] = json!(number);
    told["referenceCode"] = json!(format!("FT{id}"));
    told["content"] = json!("tien ca chi Lua");
    let secret = format!("Apikey {FEED_SECRET}");
    let hook = format!("/hooks/{}", world.id("feeds"));
    let answer = site.ask("POST", &hook).header("authorization", &secret).json(&told).send();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The transfers that wait, as the page has their forms.
fn waiting(page: &str) -> Vec<String> {
    let forms = page.split("action=\"/ql/hang/trf_").skip(1);
    forms.map(|rest| format!("trf_{}", rest.split('"').next().unwrap())).collect()
}

on_both!(an_item_says_on_which_account_it_came_and_all_are_counted, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let account = json!({ "bin": "970436", "number": "0033003300", "kind": "personal",
        "use_kind": "mixed", "holder_name": "TRAN THI BUOI", "relation": "self" });
    assert_eq!(site.post("/api/v1/accounts", &account).status, 201);
    let before =
        waiting(&Visitor::with_role(&site, "team_member", &[]).get("/ql/hang").text()).len();
    for id in 0..210 {
        money_on(&site, &world, 80_000 + id, "0033003300");
    }
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let page = organiser.get("/ql/hang").text();
    assert!(page.contains("TRAN THI BUOI, Vietcombank 0033003300"), "{page}");
    let start = organiser.get("/ql").text();
    assert!(start.contains(&format!("<b>{}</b>", before + 210)), "{start}");
    let last = waiting(&page).pop().unwrap();
    let placed = organiser.post(&format!("/ql/hang/{last}"), &[("do", "test")]);
    assert_eq!(placed.header("location"), "/ql/hang");
    assert!(organiser.get("/ql").text().contains(&format!("<b>{}</b>", before + 209)));
    let again = organiser.post(&format!("/ql/hang/{last}"), &[("do", "test")]);
    assert_eq!(again.status, 404, "it waits no more");
});

on_both!(a_member_proposes_and_an_organiser_approves, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    money_of_nobody(&site, &world, 77_001);
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let page = member.get("/ql/hang").text();
    assert!(page.contains("tien ca chi Lua") && page.contains("50.000"), "{page}");
    let of_nobody = waiting(&page).pop().unwrap();
    let path = format!("/ql/hang/{of_nobody}");
    let lost = member.post(&path, &[("stall", "Z-9"), ("class", "sale"), ("why", "nhớ")]);
    assert_eq!(lost.status, 422);
    assert!(lost.text().contains("Không có sạp này"), "{}", lost.text());
    let fields = [("stall", "a-01 "), ("class", "sale"), ("why", "chị Lụa nhớ khách này")];
    assert_eq!(member.post(&path, &fields).header("location"), "/ql/hang");
    let page = member.get("/ql/hang").text();
    assert!(page.contains("A-01 bán hàng") || page.contains("A-01 Bán hàng"), "{page}");
    let proposal = page.split("/ql/hang/de-nghi/").map(|rest| rest.split('"').next().unwrap());
    let proposal = proposal.last().unwrap().to_owned();
    let decide = format!("/ql/hang/de-nghi/{proposal}");
    assert_eq!(member.post(&decide, &[("do", "approve")]).status, 403);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    assert_eq!(organiser.post(&decide, &[("do", "approve")]).header("location"), "/ql/hang");
    assert!(!organiser.get("/ql/hang").text().contains(&of_nobody));
    // Who decided and who proposed are told as users.
    let told = site.get(&format!("/api/v1/transfers/{of_nobody}")).json["attribution"].clone();
    for field in ["decided_by", "proposed_by"] {
        assert!(told[field].as_str().unwrap().starts_with("usr_"), "{field}: {told}");
    }
    assert_ne!(told["decided_by"], told["proposed_by"]);
});

on_both!(money_of_a_try_is_set_aside_without_a_stall, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    money_of_nobody(&site, &world, 77_001);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let of_nobody = waiting(&organiser.get("/ql/hang").text()).pop().unwrap();
    let path = format!("/ql/hang/{of_nobody}");
    // As the browser sends the form when its other button is pressed.
    let fields = [("stall", ""), ("class", "unclassified"), ("why", ""), ("do", "test")];
    assert_eq!(organiser.post(&path, &fields).header("location"), "/ql/hang");
    let page = organiser.get("/ql/hang").text();
    assert!(page.contains("Đã để riêng") && !page.contains(&of_nobody), "{page}");
    let line = &site.get(&format!("/api/v1/transfers/{of_nobody}")).json["attribution"]["lines"][0];
    assert_eq!((&line["class"], &line["occupancy_id"]), (&json!("test"), &Value::Null));
    // Whoever may only propose proposes it.
    money_of_nobody(&site, &world, 77_002);
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let next = waiting(&member.get("/ql/hang").text()).pop().unwrap();
    let fields = [("do", "test"), ("why", "tự thử")];
    assert_eq!(member.post(&format!("/ql/hang/{next}"), &fields).header("location"), "/ql/hang");
    assert!(member.get("/ql/hang").text().contains("tự thử"));
});

on_both!(an_organiser_assigns_and_looks_at_feeds, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    money_of_nobody(&site, &world, 77_001);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "organiser", &[]);
    says(&mut browser, "chờ ghi cho sạp");
    browser.open(&format!("{}/ql/hang", site.url));
    browser.desk_pictures("queue");
    let count =
        browser.value("document.querySelectorAll('ol.lines > li').length").as_u64().unwrap();
    for (name, value) in [("stall", "A-01"), ("class", "sale")] {
        browser.value(&format!("document.querySelector('ol [name={name}]').value = '{value}'"));
    }
    press(&mut browser, "ol.lines form button[type=submit]");
    let left = browser.value("document.querySelectorAll('ol.lines > li').length").as_u64().unwrap();
    let shown = browser.value("document.body.innerText");
    assert!(left + 1 == count, "{shown}");
    press(&mut browser, "a[href=\"/ql/nguon\"]");
    browser.desk_pictures("feeds");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
