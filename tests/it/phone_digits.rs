//! A vendor's six digits changed, phones asked for them again, and what is said before they are
//! entered.

use serde_json::{Value, json};

use crate::phone_stall::{Link, Phone, Stall, Stream, press};
use crate::support::on_both;
use crate::web_support::Site;

const PIN: &str = "270361";
const OTHER_PIN: &str = "918273";

fn vendors(site: &Site) -> (Stall, Link) {
    let stall = Stall::on(site);
    let link = stall.link(site, "owner", false);
    (stall, link)
}

/// The phones of a link, as the board's list shows them.
fn listed(site: &Site, link: &Link) -> Vec<Value> {
    let path = format!("/api/v1/stall-links/{}/listeners", link.id);
    site.get(&path).json["items"].as_array().unwrap().clone()
}

fn change(phone: &Phone<'_>, old: &str, new: &str) -> crate::web_support::Answer {
    phone.post("/sap/pin/change", &json!({ "pin": old, "new_pin": new }))
}

on_both!(whoever_knows_the_digits_changes_them, |db| {
    let site = Site::of(db);
    let (_, link) = vendors(&site);
    let mut vendor = Phone::open(&site, &link, PIN);
    let mut helper = Phone::open(&site, &link, PIN);
    let mut stream = Stream::open(&site, &helper.cookies, "");
    stream.next_of("beat");
    let wrong = change(&vendor, "111222", OTHER_PIN);
    assert_eq!(wrong.problem(422), "pin-wrong");
    assert_eq!(wrong.json["args"]["left"], "4");
    let simple = change(&vendor, PIN, "123456");
    assert_eq!((simple.problem(422), &simple.json["field"]), ("pin-too-simple", &json!("new_pin")));
    assert_eq!(vendor.get("/sap/day").status, 200, "a wrong try closes nothing");
    let before = vendor.cookies.clone();
    let changed = vendor.enter_at("/sap/pin/change", &json!({ "pin": PIN, "new_pin": OTHER_PIN }));
    assert_eq!(changed.status, 204, "{}", changed.text());
    assert_ne!(vendor.cookies, before, "a session of its own");
    assert_eq!(vendor.get("/sap/day").status, 200);
    // The other phone's page closes at once, and opens by the new digits alone.
    stream.next_of("locked");
    assert!(stream.next().is_none());
    assert_eq!(helper.get("/sap/day").problem(403), "pin-needed");
    assert_eq!(helper.enter("/sap/pin", PIN).problem(422), "pin-wrong");
    assert_eq!(helper.enter("/sap/pin", OTHER_PIN).status, 204);
    // Tries at the old digits lock like those at the door.
    for left in [4, 3, 2, 1] {
        assert_eq!(change(&vendor, PIN, "556677").json["args"]["left"], left.to_string());
    }
    assert_eq!(change(&vendor, PIN, "556677").problem(409), "pin-locked");
    assert_eq!(change(&vendor, OTHER_PIN, "556677").problem(409), "pin-locked");
    assert_eq!(vendor.get("/sap/day").status, 200);
});

on_both!(a_phone_is_asked_for_the_digits_again, |db| {
    let site = Site::of(db);
    let (stall, link) = vendors(&site);
    let vendor = Phone::open(&site, &link, PIN);
    let mut helper = Phone::open(&site, &link, PIN);
    let stranger = Phone::of(&site, &link);
    let phones = listed(&site, &link);
    let is_entered: Vec<_> = phones.iter().map(|one| one["entered_until"].is_string()).collect();
    assert_eq!(is_entered, [true, true, false]);
    assert_eq!(phones[0]["entered_until"], "2027-02-22T12:00:00+07:00");
    let id = |place: usize| phones[place]["id"].as_str().unwrap();
    // The vendor sees the same, and locks one from the own phone.
    let page = vendor.get("/sap/phones").text();
    assert_eq!(page.matches("Đã gõ sáu số").count(), 1, "{page}");
    assert!(page.contains("Là máy này") && page.contains("Đang khóa"), "{page}");
    assert!(page.contains(id(1)) && !page.contains(id(2)), "{page}");
    let mut stream = Stream::open(&site, &helper.cookies, "");
    stream.next_of("beat");
    let lock = |place: usize| vendor.post(&format!("/sap/phones/{}/lock", id(place)), &json!({}));
    assert_eq!(lock(1).status, 200);
    stream.next_of("locked");
    assert_eq!(helper.get("/sap/day").problem(403), "pin-needed");
    assert_eq!(listed(&site, &link)[1]["entered_until"], json!(null));
    assert_eq!(vendor.get("/sap/day").status, 200);
    // Not from a locked phone, and no phone that is not the vendor's.
    let path = format!("/sap/phones/{}/lock", id(0));
    assert_eq!(stranger.post(&path, &json!({})).problem(403), "pin-needed");
    let listener = stall.world.id("listeners");
    assert!(page.contains("Máy nghe") && !page.contains(listener), "{page}");
    let path = format!("/sap/phones/{listener}/lock");
    assert_eq!(vendor.post(&path, &json!({})).problem(404), "not-found");
    assert_eq!(stranger.get("/sap/phones").header("location"), "/sap");
    // The board may, too, and cannot open.
    assert_eq!(helper.enter("/sap/pin", PIN).status, 204);
    let set = |body: Value| {
        let path = format!("/api/v1/stall-links/{}/listeners/{}", link.id, id(1));
        site.ask("PATCH", &path).key(&site.key).json(&body).send()
    };
    assert!(set(json!({ "locked": false })).json["entered_until"].is_string());
    let locked = set(json!({ "locked": true })).json;
    assert_eq!((&locked["entered_until"], &locked["muted_at"]), (&json!(null), &json!(null)));
    assert_eq!(helper.get("/sap/day").problem(403), "pin-needed");
});

on_both!(locking_in_one_tab_ends_the_stream_of_another, |db| {
    let site = Site::of(db);
    let (stall, link) = vendors(&site);
    let vendor = Phone::open(&site, &link, PIN);
    let helper = Phone::open(&site, &link, PIN);
    let mut tab = Stream::open(&site, &vendor.cookies, "");
    let mut other = Stream::open(&site, &helper.cookies, "");
    tab.next_of("beat");
    other.next_of("beat");
    assert_eq!(vendor.post("/sap/lock", &json!({})).status, 200);
    tab.next_of("locked");
    assert!(tab.next().is_none(), "nothing is told after it");
    stall.pay(&site, db, 1, 50_000);
    assert_eq!(other.next_of("money").data["amount_vnd"], 50_000);
    // A session that has ended by itself is told at the next look.
    db.clock.move_to(db.clock.now().plus_ms(91 * cho40::primitives::time::MS_PER_DAY));
    helper
        .site
        .ask(
            "PATCH",
            &format!(
                "/api/v1/stall-links/{}/listeners/{}",
                link.id,
                listed(&site, &link)[0]["id"].as_str().unwrap()
            ),
        )
        .key(&site.key)
        .json(&json!({}))
        .send();
    other.next_of("locked");
});

on_both!(before_the_digits_nothing_is_said_of_what_was_sent, |db| {
    let site = Site::of(db);
    let (_, link) = vendors(&site);
    let locked = Phone::of(&site, &link);
    let unknown = Phone { site: &site, cookies: "cho40-phone=0".into() };
    let posted = [
        "/sap/requests",
        "/sap/cash",
        "/sap/pin/change",
        "/sap/receipts/x",
        "/sap/requests/x/cancel",
        "/sap/phones/x/lock",
    ];
    for (phone, code) in [(&locked, "pin-needed"), (&unknown, "page-not-open")] {
        for path in posted {
            for body in [json!({ "nonsense": 1 }), json!([])] {
                assert_eq!(phone.post(path, &body).problem(403), code, "{path}");
            }
            let raw = site.ask("POST", path).raw(b"{").header("origin", &site.url);
            let raw = raw.header("cookie", &phone.cookies).send();
            assert_eq!(raw.problem(403), code, "{path}");
        }
        for path in ["/sap/day?day=x", "/sap/evening?x=1", "/sap/requests/x"] {
            assert_eq!(phone.get(path).problem(403), code, "{path}");
        }
    }
    for path in ["/sap/pin/new", "/sap/pin"] {
        assert_eq!(unknown.post(path, &json!({})).problem(403), "page-not-open");
        assert_eq!(locked.post(path, &json!({})).status, 422);
    }
    let vendor = Phone::open(&site, &link, PIN);
    for path in posted.into_iter().take(3) {
        assert_eq!(vendor.post(path, &json!({ "nonsense": 1 })).status, 422, "{path}");
    }
    assert_eq!(vendor.post("/sap/pin", &json!({})).problem(409), "page-open-already");
});

on_both!(of_several_accounts_the_vendor_chooses_one, |db| {
    let site = Site::of(db);
    let (stall, link) = vendors(&site);
    let phone = Phone::open(&site, &link, PIN);
    assert!(!phone.get("/sap").text().contains("id=\"account\""), "one account is no choice");
    let second = stall.second_account(&site);
    let page = phone.get("/sap").text();
    let (first, other) = (stall.world.id("accounts"), second.as_str());
    let place = |id: &str| page.find(&format!("<option value=\"{id}\">")).unwrap();
    assert!(place(first) < place(other), "the main one first: {page}");
    assert!(page.contains("…5500"), "{page}");
    let account = |body: &Value| {
        let asked = phone.post("/sap/requests", body).json;
        let request = site.get(&format!("/api/v1/requests/{}", asked["id"].as_str().unwrap()));
        request.json["account_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(account(&json!({ "amount": "20k" })), first);
    assert_eq!(account(&json!({ "amount": "20k", "account_id": other })), other);
    let (_, reference) = crate::phone_stall::neighbour(&site, &stall.world);
    assert!(!reference.is_empty());
    let theirs = site.create(
        "/api/v1/accounts",
        &json!({ "bin": "970422", "number": "0066006600",
        "kind": "personal", "use_kind": "mixed", "holder_name": "Trần Thị Mận",
        "relation": "self", "keeps_outgoing": false }),
    );
    let stolen = json!({ "amount": "20k", "account_id": theirs });
    assert_eq!(phone.post("/sap/requests", &stolen).problem(409), "account-not-linked");
});

on_both!(a_vendors_new_link_ends_the_one_before_and_its_phones, |db| {
    let site = Site::of(db);
    let (stall, link) = vendors(&site);
    let vendor = Phone::open(&site, &link, PIN);
    assert_eq!(vendor.get("/sap/day").status, 200);
    // Whoever makes another one for himself closes hers: she sees it.
    let second = stall.link(&site, "owner", false);
    assert_eq!(vendor.get("/sap/day").problem(403), "page-not-open");
    assert_eq!(press(&site, link.token(), None).status, 410);
    let listed = site.get(&format!("/api/v1/stall-links/{}", link.id)).json;
    assert!(listed["revoked_at"].is_string(), "{listed}");
    let other = Phone::open(&site, &second, OTHER_PIN);
    assert_eq!(other.get("/sap/day").status, 200);
});

on_both!(strangers_leave_room_for_the_vendors_phones, |db| {
    let site = Site::of(db);
    let (_, link) = vendors(&site);
    let vendor = Phone::open(&site, &link, PIN);
    for _ in 0..25 {
        Phone::of(&site, &link);
    }
    let new = Phone::open(&site, &link, PIN);
    assert_eq!((vendor.get("/sap/day").status, new.get("/sap/day").status), (200, 200));
});

on_both!(a_link_to_hear_tells_nothing_of_what_came_before, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    stall.pay(&site, db, 1, 123_000);
    db.clock.move_to(db.clock.now().plus_ms(60_000));
    let listener = Phone::of(&site, &stall.link(&site, "listener", false));
    stall.pay(&site, db, 2, 45_000);
    let mut stream = Stream::open(&site, &listener.cookies, "?after=0");
    assert_eq!(stream.next_of("money").data["amount"], "45.000 đ");
});
