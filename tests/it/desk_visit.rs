//! The first visit to a stall on a member's phone, from the photo to the end.

use cho40::primitives::time::MS_PER_DAY;
use cho40::vietqr::{Builder, Payee};
use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::support::{NOW, on_both};
use crate::web_code_readings::photo;
use crate::web_support::Site;
use crate::web_world::World;

pub fn sticker(number: &str) -> String {
    Builder::new("970422", Payee::Account(number.into())).build().unwrap().payload
}

/// Somebody new at a stall of the market: nothing but a name.
fn bare_stall(site: &Site, world: &World) -> (String, String) {
    let stall = json!({ "section_id": world.id("sections"), "code": "A-07", "goods": "Rau",
                        "wholesale": false, "size_class": "small", "position": 7 });
    let stalls = format!("/api/v1/markets/{}/stalls", world.id("markets"));
    let stall = site.create(&stalls, &stall);
    let vendor = site.create("/api/v1/vendors", &json!({ "name": "Trần Thị Bé" }));
    let held = json!({ "stall_id": stall, "vendor_id": vendor, "from_day": "2026-11-01" });
    (stall, site.create("/api/v1/occupancies", &held))
}

/// Puts a picture into the page's field, as the camera does.
pub fn take(browser: &mut Browser, picture: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("anh.png");
    std::fs::write(&file, picture).unwrap();
    let root = browser.ask("DOM.getDocument", json!({}))["root"]["nodeId"].clone();
    let asked = json!({ "nodeId": root, "selector": "#f-photo" });
    let field = browser.ask("DOM.querySelector", asked)["nodeId"].clone();
    browser.ask("DOM.setFileInputFiles", json!({ "files": [file], "nodeId": field }));
    press(browser, "form[action$=\"/anh\"] button");
}

on_both!(a_member_makes_a_first_visit_on_one_page, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (stall, occupancy) = bare_stall(&site, &world);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "team_member", &[]);
    browser.open(&format!("{}/ql/so/sap/{stall}", site.url));
    press(&mut browser, "a[href^=\"/ql/ghe/\"]");
    says(&mut browser, "Cần có tài khoản ở mục 1 trước");
    browser.desk_pictures("visit-begin");
    take(&mut browser, &photo(&[&sticker("0909123456")]));
    says(&mut browser, "MBBank, 0909123456");
    browser.desk_pictures("visit-photo");
    browser.value("document.querySelector('[name=holder_name]').value = 'TRAN THI BE'");
    browser.touch("[name=confirmed]");
    press(&mut browser, "form[action$=\"/ma\"] button");
    says(&mut browser, "0909123456, TRAN THI BE: có mã; đã xem tên");
    browser.touch("[value=register]");
    browser.touch("[value=receive_notices]");
    press(&mut browser, "form[action$=\"/dong-y\"] button");
    says(&mut browser, "Đã đồng ý các điều cần hỏi");
    browser.touch("[value=test_confirmed]");
    press(&mut browser, "form[action$=\"/thu\"] button");
    says(&mut browser, "Đã thử, tiền tới");
    browser.desk_pictures("visit-done");
    browser.touch("[name=practised]");
    browser.touch("[name=slip]");
    press(&mut browser, "form[action$=\"/xong\"] button");
    says(&mut browser, "Đã ghi chuyến ghé");
    let code = site.get(&format!("/api/v1/codes?occupancy_id={occupancy}")).json;
    assert_eq!(code["items"][0]["number"], "0909123456", "{code}");
    let consents = site.get("/api/v1/consents?live=true").json["items"].clone();
    let words = |one: &Value| one["wording"].as_str().is_some_and(|text| text.contains("đồng ý"));
    let by_user = consents
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| words(one))
        .all(|one| one["recorded_by"].as_str().unwrap().starts_with("usr_"));
    assert!(by_user, "{consents}");
    let visits = site.get(&format!("/api/v1/visits?occupancy_id={occupancy}")).json;
    let report = visits["items"][0]["report"].clone();
    assert_eq!(report["outcome"], "helped", "{visits}");
    assert_eq!(report["note"], "đã tập nghe; đã giao giấy hai mã");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(a_second_sticker_is_an_alarm_that_says_what_to_do_if_it_is_their_own, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let mut browser = Browser::start();
    enter(&mut browser, &site, "team_member", &[]);
    browser.open(&format!("{}/ql/ghe/{}", site.url, world.id("stalls")));
    take(&mut browser, &photo(&[&sticker("0909123456")]));
    says(&mut browser, "SAI TÀI KHOẢN");
    says(&mut browser, "Xin người giữ sổ bấm Thêm tài khoản ở trang sạp");
    assert_eq!(browser.value("!document.querySelector('form[action$=\"/ma\"]')"), true);
});

on_both!(what_a_first_visit_may_write_down_is_no_more_than_its_steps, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (stall, _) = bare_stall(&site, &world);
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let path = format!("/ql/ghe/{stall}");
    // The register stays closed to them.
    assert_eq!(member.get("/ql/so/cho/moi").status, 403);
    let amounts = [("purpose", "share_amounts"), ("by-share_amounts", "Trần Thị Bé")];
    assert_eq!(member.post(&format!("{path}/dong-y"), &amounts).status, 422);
    // Of an account that the stall does not have.
    let notices = [("purpose", "receive_notices"), ("by-receive_notices", "Trần Thị Bé")];
    assert_eq!(member.post(&format!("{path}/dong-y"), &notices).status, 422);
    let seen = [("seen", "test_confirmed"), ("by", "Tổ 1")];
    assert_eq!(member.post(&format!("{path}/thu"), &seen).status, 404);
    // The vendor has not said that it is they.
    let payload = sticker("0909123457");
    let unsaid = [("payload", payload.as_str()), ("holder_name", "AI DO"), ("by", "Tổ 1")];
    assert_eq!(member.post(&format!("{path}/ma"), &unsaid).status, 422);
    let listed = site.get("/api/v1/consents?live=true&purpose=share_amounts").json;
    assert_eq!(listed["items"], json!([]));
    let mut official = Visitor::with_role(&site, "official", &[]);
    assert_eq!(official.get(&path).status, 403);
    // Nobody holds it any more.
    let own = site.get(&format!("/api/v1/occupancies?stall_id={stall}")).json;
    let held = own["items"][0]["id"].as_str().unwrap().to_owned();
    let ended =
        site.post(&format!("/api/v1/occupancies/{held}/end"), &json!({ "to_day": "2026-11-24" }));
    assert_eq!(ended.status, 200, "{}", ended.text());
    db.clock.move_to(NOW.plus_ms(MS_PER_DAY / 2 + MS_PER_DAY / 8));
    let mut later = Visitor::new(&site);
    assert_eq!(later.sign_in("team_member0", crate::desk_support::PASSWORD).status, 303);
    assert_eq!(later.get(&path).status, 409);
});
