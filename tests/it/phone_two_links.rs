//! One browser, two links: a cookie is of one, and a page of the other is told and writes nothing of its
//! stall.

use serde_json::{Value, json};

use crate::phone_browser::Browser;
use crate::phone_pages::{VOICE, open, shown};
use crate::phone_stall::{Link, Phone, Stall, Stream, link_and_phone, neighbour};
use crate::support::on_both;
use crate::web_support::Site;

const PIN: &str = "270361";

fn link(site: &Site, occupancy: &str, kind: &str) -> Link {
    let new = json!({ "occupancy_id": occupancy, "kind": kind, "name": "Máy ở sạp" });
    let made = site.post("/api/v1/stall-links", &new).json;
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    Link { id: text("id"), path: text("path") }
}

on_both!(a_page_of_another_link_is_answered_nothing, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let (other, _) = neighbour(&site, &stall.world);
    let (_, before) = link_and_phone(&site, &site.key, stall.world.id("occupancies"));
    let now = link(&site, &other, "owner");
    let phone = Phone::open(&site, &now, PIN);
    let listed = site.get(&format!("/api/v1/stall-links/{}/listeners", now.id)).json;
    let own = listed["items"][0]["id"].as_str().unwrap();
    let ask = |method: &str, path: &str, listener: &str| {
        let ask = site.ask(method, path).header("cookie", &phone.cookies);
        ask.header("cho40-listener", listener).header("origin", &site.url)
    };
    assert_eq!(ask("GET", "/sap/day", own).send().status, 200);
    for path in ["/sap/day", "/sap/evening", "/sap/year"] {
        assert_eq!(ask("GET", path, &before).send().problem(403), "page-of-other-link", "{path}");
    }
    let cash =
        json!({ "day": phone.get("/sap/evening").json["day"], "kind": "sold", "cash": "345k" });
    assert_eq!(
        ask("POST", "/sap/cash", &before).json(&cash).send().problem(403),
        "page-of-other-link"
    );
    let new = json!({ "amount": "50k" });
    let asked = ask("POST", "/sap/requests", &before).json(&new).send();
    assert_eq!(asked.problem(403), "page-of-other-link");
    assert_eq!(phone.get("/sap/evening").json["answer"], Value::Null);
    // Its stream says so, and its own page's goes on.
    let first = |listener: &str| {
        let mut stream = Stream::open(&site, &phone.cookies, &format!("?listener={listener}"));
        stream.next().unwrap().event
    };
    assert_eq!(first(&before), "moved");
    assert_ne!(first(own), "moved");
});

on_both!(a_page_whose_phone_has_opened_another_link_says_so_and_is_silent, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let (other, _) = neighbour(&site, &stall.world);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("cho40.isOn");
    let first = browser.open_tab();
    open(&mut browser, &site.url, &link(&site, &other, "listener"));
    browser.turn_to(&first);
    browser.until("cho40.link === 'ended'");
    let said = "Máy này vừa mở liên kết khác. Muốn nghe sạp này, mở lại liên kết của sạp này.";
    assert_eq!(shown(&mut browser, "warning"), said);
    browser.picture("moved");
    stall.pay(&site, db, 1, 50_000);
    assert_eq!(browser.value("uttered.length"), 0);
});

on_both!(the_vendors_page_says_that_another_link_was_opened, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let (other, _) = neighbour(&site, &stall.world);
    let mut browser = Browser::start();
    crate::phone_owner_pages::open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    let first = browser.open_tab();
    open(&mut browser, &site.url, &link(&site, &other, "listener"));
    browser.turn_to(&first);
    browser.until("cho40.link === 'ended'");
    assert_eq!(browser.value("location.pathname"), "/sap");
    assert!(shown(&mut browser, "warning").starts_with("Máy này vừa mở liên kết khác"));
    let gone = "document.querySelector('nav').hidden && document.getElementById('tab-ask').hidden";
    assert_eq!(browser.value(gone), true);
});
