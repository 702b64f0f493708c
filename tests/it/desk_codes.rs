//! Codes issued, replaced and revoked at the desk.

use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_print::{held, uncoded};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

/// Who is at a stall.
fn occupancy_of(site: &Site, stall: &str) -> String {
    let held = site.get(&format!("/api/v1/occupancies?stall_id={stall}")).json;
    held["items"][0]["id"].as_str().unwrap().to_owned()
}

/// Links a new account to whoever is at a stall; the occupancy.
fn pay(site: &Site, stall: &str, number: &str) -> String {
    let occupancy = occupancy_of(site, stall);
    let account = json!({ "bin": "970422", "number": number, "kind": "personal",
        "use_kind": "mixed", "holder_name": "TRAN THI BE", "relation": "self" });
    let account = site.create("/api/v1/accounts", &account);
    let link =
        json!({ "occupancy_id": occupancy, "account_id": account, "from_day": "2026-11-01" });
    site.create("/api/v1/account-links", &link);
    occupancy
}

/// The stall's codes, the oldest first.
fn codes(site: &Site, occupancy: &str) -> Vec<Value> {
    let listed = site.get(&format!("/api/v1/codes?occupancy_id={occupancy}")).json;
    listed["items"].as_array().unwrap().clone()
}

on_both!(stalls_without_a_code_get_one_in_one_step, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (stall, section) = uncoded(&site, &world);
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let start = member.get("/ql").text();
    assert!(start.contains("href=\"/ql/in/phat\""), "{start}");
    let page = member.get("/ql/in/phat").text();
    assert!(page.contains("Chưa có tài khoản nhận tiền") && page.contains("V-01"), "{page}");
    assert!(!page.contains("name=\"id\""), "{page}");
    let occupancy = pay(&site, &stall, "0909123456");
    let page = member.get("/ql/in/phat").text();
    assert!(page.contains("0909123456, TRAN THI BE") && page.contains(&occupancy), "{page}");
    assert_eq!(member.post("/ql/in/phat", &[]).status, 422, "nothing is chosen");
    // One that cannot be issued keeps the others from it.
    let bare_stall = &held(&site, &world, &section, "V-02");
    let bare = occupancy_of(&site, bare_stall);
    let both = [("id", occupancy.as_str()), ("id", bare.as_str())];
    let refused = member.post("/ql/in/phat", &both);
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert_eq!(codes(&site, &occupancy).len(), 0);
    let issued = member.post("/ql/in/phat", &[("id", &occupancy)]);
    assert_eq!((issued.status, issued.header("location")), (303, "/ql/in"));
    assert!(member.get("/ql/in").text().contains("Đã phát mã"));
    let made = codes(&site, &occupancy);
    assert_eq!((made.len(), &made[0]["number"]), (1, &json!("0909123456")));
    // Sent twice, it is done once.
    assert_eq!(member.post("/ql/in/phat", &[("id", &occupancy)]).status, 422);
    assert_eq!(codes(&site, &occupancy).len(), 1);
    pay(&site, bare_stall, "0909123458");
    assert_eq!(member.post("/ql/in/phat", &[("id", &bare)]).status, 303);
    let page = member.get("/ql/in/phat").text();
    assert!(page.contains("Sạp nào đang bán cũng có mã rồi"), "{page}");
});

on_both!(a_code_is_issued_replaced_and_revoked_with_a_reason, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (stall, _) = uncoded(&site, &world);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let path = format!("/ql/in/ma/{stall}");
    assert!(organiser.get(&format!("/ql/so/sap/{stall}")).text().contains(&path));
    let page = organiser.get(&path).text();
    assert!(page.contains("Chưa có tài khoản nhận tiền"), "{page}");
    assert_eq!(organiser.post(&path, &[]).status, 409);
    let occupancy = pay(&site, &stall, "0909123456");
    let second = pay(&site, &stall, "0909123457");
    assert_eq!(occupancy, second);
    assert_eq!(organiser.post(&path, &[]).status, 422, "which of two accounts");
    let page = organiser.get(&path).text();
    let account = page.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap();
    let account = account.to_owned();
    assert_eq!(organiser.post(&path, &[("account_id", &account)]).status, 303);
    let code = codes(&site, &occupancy)[0].clone();
    assert_eq!(code["account_id"], account);
    let end = format!("/ql/in/the/{}", code["id"].as_str().unwrap());
    let page = organiser.get(&path).text();
    assert!(page.contains(&end) && page.contains(code["check_code"].as_str().unwrap()), "{page}");
    let unsaid = organiser.post(&end, &[("because", " ")]);
    assert_eq!(unsaid.status, 422, "{}", unsaid.text());
    assert!(codes(&site, &occupancy)[0]["revoked_at"].is_null());
    let replaced = organiser.post(&end, &[("because", "thẻ mờ"), ("account_id", &account)]);
    assert_eq!((replaced.status, replaced.header("location")), (303, path.as_str()));
    let all = codes(&site, &occupancy);
    assert_eq!((all.len(), &all[0]["revoked_because"]), (2, &json!("thẻ mờ")));
    assert_eq!(all[1]["replaces_code_id"], code["id"]);
    assert_eq!(organiser.post(&end, &[("because", "lần nữa")]).status, 409);
    let end = format!("/ql/in/the/{}", all[1]["id"].as_str().unwrap());
    assert_eq!(organiser.post(&end, &[("because", "nghỉ bán")]).status, 303);
    let page = organiser.get(&path).text();
    assert!(page.contains("không có mã") || page.contains("chưa có mã nào"), "{page}");
    assert!(page.contains("thẻ mờ") && page.contains("nghỉ bán"), "{page}");
    // A section's organiser has no codes' lists.
    let mut limited = Visitor::with_role(&site, "organiser", &[world.id("sections")]);
    for path in ["/ql/in/phat", &path, &end] {
        assert_eq!(limited.get(path).status, 403, "{path}");
    }
    let shown = limited.get("/ql").text();
    assert!(!shown.contains("/ql/in/phat"), "{shown}");
});

on_both!(codes_are_seen_on_a_phone, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (stall, _) = uncoded(&site, &world);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "organiser", &[]);
    press(&mut browser, "a[href=\"/ql/in/phat\"]");
    browser.desk_pictures("issue-unready");
    pay(&site, &stall, "0909123456");
    browser.open(&format!("{}/ql/in/phat", site.url));
    browser.desk_pictures("issue");
    press(&mut browser, "form[action^=\"/ql/in/phat\"] button");
    says(&mut browser, "Đã phát mã");
    browser.open(&format!("{}/ql/in/ma/{stall}", site.url));
    browser.desk_pictures("codes");
    press(&mut browser, "a[href^=\"/ql/in/the/\"]");
    browser.desk_pictures("code-end");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
