//! What a withdrawn consent ends, and who may write one down.

use cho40::access::Permission;
use cho40::ledger::doctor;
use serde_json::{Value, json};

use crate::support::on_both;
use crate::web_support::{Answer, Site};
use crate::web_world::{FEED_SECRET, World};

struct Board<'s> {
    site: &'s Site,
    world: World,
}

impl Board<'_> {
    fn consent(&self, whose: &str, of: &str, purpose: &str, feed: Option<&str>) -> String {
        let new = json!({ whose: self.world.id(of), "purpose": purpose, "feed_id": feed,
            "given_by": "Nguyễn Thị Lụa" });
        self.site.create("/api/v1/consents", &new)
    }

    fn withdraw(&self, consent: &str) -> Value {
        let path = format!("/api/v1/consents/{consent}/withdraw");
        let done = self.site.post(&path, &json!({}));
        assert_eq!(done.status, 200, "{}", done.text());
        done.json
    }

    /// SePay tells of 50.000 đ under this id.
    fn tell(&self, id: i64) -> Answer {
        let mut told = self.world.told();
        told["id"] = json!(id);
        told["referenceCode"] = json!(format!("FT{id}"));
        told["content"] = json!(format!("vien phi {id}"));
        let hook = format!("/hooks/{}", self.world.id("feeds"));
        let secret = format!("Apikey {FEED_SECRET}");
        let answer = self.site.ask("POST", &hook).header("authorization", &secret).json(&told);
        answer.send()
    }

    fn transfers(&self) -> usize {
        self.site.get("/api/v1/transfers").json["items"].as_array().unwrap().len()
    }

    /// What is kept of the newest delivery.
    fn newest_body(&self) -> Value {
        let all = self.site.get("/api/v1/deliveries").json;
        let id = all["items"][0]["id"].as_str().unwrap().to_owned();
        self.site.get(&format!("/api/v1/deliveries/{id}")).json["body"].clone()
    }
}

fn board(site: &Site) -> Board<'_> {
    Board { site, world: World::on(site, &site.key, "0011001100") }
}

on_both!(whoever_sees_no_amounts_shares_none, |db| {
    let site = Site::of(db);
    let board = board(&site);
    let writer = site.key_with(&[Permission::RegistryWrite, Permission::RegistryRead]);
    let new = json!({ "vendor_id": board.world.id("vendors"), "purpose": "share_amounts",
        "given_by": "Nguyễn Thị Lụa" });
    let refused = site.ask("POST", "/api/v1/consents").key(&writer).json(&new).send();
    assert_eq!(refused.problem(403), "forbidden");
    assert_eq!(refused.json["args"]["permission"], "amounts.read");
    let given = site.post("/api/v1/consents", &new);
    assert_eq!(given.status, 201, "{}", given.text());
    let by = given.json["recorded_by"].as_str().unwrap().to_owned();
    assert!(by.starts_with("key_") && given.json["withdrawn_by"].is_null(), "{by}");
    // To take amounts back needs no more than the register.
    let path = format!("/api/v1/consents/{}/withdraw", given.json["id"].as_str().unwrap());
    let ended = site.ask("POST", &path).key(&writer).json(&json!({})).send();
    assert_eq!(ended.status, 200, "{}", ended.text());
    let other = ended.json["withdrawn_by"].as_str().unwrap();
    assert!(other.starts_with("key_") && other != by && ended.json["recorded_by"] == *by);
});

on_both!(what_a_holder_withdrew_is_neither_counted_nor_kept, |db| {
    let site = Site::of(db);
    let board = board(&site);
    assert_eq!(board.tell(1).status, 200);
    let before = board.transfers();
    let any = board.consent("account_id", "accounts", "receive_notices", None);
    assert_eq!(board.tell(2).status, 200);
    assert_eq!(board.transfers(), before + 1);
    board.withdraw(&any);
    for id in [3, 3, 4] {
        assert_eq!(board.tell(id).status, 200, "the provider is not to send it again");
        assert_eq!(board.newest_body(), Value::Null);
    }
    assert_eq!(board.transfers(), before + 1);
    let queue = site.get("/api/v1/unassigned").text();
    assert!(!queue.contains("vien phi 3") && !queue.contains("vien phi 4"), "{queue}");
    // Agreed to anew, for this feed alone.
    let one =
        board.consent("account_id", "accounts", "receive_notices", Some(board.world.id("feeds")));
    board.tell(5);
    assert_eq!(board.transfers(), before + 2);
    assert!(board.newest_body().to_string().contains("vien phi 5"));
    board.withdraw(&one);
    board.tell(6);
    assert_eq!(board.transfers(), before + 2);
    let board_id = db.act().board_id();
    let doubt = doctor::examine(db.connection(), board_id).unwrap();
    assert!(doubt.is_empty(), "{doubt:?}");
});

on_both!(one_feeds_withdrawn_consent_silences_no_other, |db| {
    let site = Site::of(db);
    let board = board(&site);
    let other = board.world.id("order-feeds").to_owned();
    let consent = board.consent("account_id", "accounts", "receive_notices", Some(&other));
    board.withdraw(&consent);
    let before = board.transfers();
    board.tell(1);
    assert_eq!(board.transfers(), before + 1);
    let register = board.consent("account_id", "accounts", "register", None);
    board.withdraw(&register);
    board.tell(2);
    assert_eq!(board.transfers(), before + 1, "who is not in the register is not told of");
});

on_both!(an_account_that_is_taken_back_serves_no_stall_from_tomorrow_on, |db| {
    let site = Site::of(db);
    let board = board(&site);
    let account = board.world.id("accounts").to_owned();
    let today = db.clock.now().day(0);
    let later = json!({ "occupancy_id": board.world.id("occupancies"), "account_id": account,
        "from_day": today.plus(40), "to_day": today.plus(50) });
    let link = format!("/api/v1/account-links/{}", board.world.id("account-links"));
    let open_until = |day: i32| {
        let change = json!({ "to_day": today.plus(day) });
        site.ask("PATCH", &link).key(&site.key).json(&change).send().status
    };
    assert_eq!(open_until(30), 200);
    let later = format!("/api/v1/account-links/{}", site.create("/api/v1/account-links", &later));
    let consent = board.consent("account_id", "accounts", "use_of_account", None);
    board.withdraw(&consent);
    assert_eq!(site.get(&link).json["to_day"], json!(today));
    site.get(&later).problem(404);
    db.clock.move_to(today.plus(1).start(0));
    let code = json!({ "occupancy_id": board.world.id("occupancies"), "account_id": account });
    assert!(site.post("/api/v1/codes", &code).status >= 400, "no card names it any more");
});

on_both!(a_vendor_who_leaves_the_register_leaves_the_stall, |db| {
    let site = Site::of(db);
    let board = board(&site);
    let vendor = format!("/api/v1/vendors/{}", board.world.id("vendors"));
    let phone = json!({ "phone": "0912345678" });
    assert_eq!(site.ask("PATCH", &vendor).key(&site.key).json(&phone).send().status, 200);
    board.withdraw(board.world.id("consents"));
    let today = db.clock.now().day(0);
    let stall = site.get(&format!("/api/v1/occupancies/{}", board.world.id("occupancies")));
    assert_eq!(stall.json["to_day"], json!(today));
    let shown = site.get(&vendor).json;
    assert!(shown["phone"].is_null() && shown["neighbourhood_id"].is_null(), "{shown}");
});
