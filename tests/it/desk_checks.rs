//! Codes checked at the desk, and at the first visit.

use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_print::uncoded;
use crate::desk_support::Visitor;
use crate::desk_visit::{sticker, take};
use crate::phone_browser::Browser;
use crate::support::on_both;
use crate::web_code_readings::{blank, photo};
use crate::web_support::{Answer, Site};
use crate::web_world::World;

/// Sends a picture as a page's form does.
fn upload(visitor: &Visitor<'_>, path: &str, picture: &[u8]) -> Answer {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                Content-Type: image/png\r\n\r\n";
    let body = [head.as_bytes(), picture, b"\r\n--b--\r\n"].concat();
    let ask = visitor.site.ask("POST", path).header("cookie", &visitor.jar());
    ask.header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=b")
        .raw(&body)
        .send()
}

/// The text of the stall's registered code.
fn card_of(site: &Site) -> String {
    let codes = site.get("/api/v1/codes?live=true").json["items"].clone();
    codes[0]["payload"].as_str().unwrap().to_owned()
}

fn open_checks(site: &Site, stall: &str) -> Vec<Value> {
    let path = format!("/api/v1/code-checks?needs_visit=true&stall_id={stall}");
    site.get(&path).json["items"].as_array().unwrap().clone()
}

on_both!(a_photo_is_judged_in_plain_words_and_recorded, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let stall = world.id("stalls").to_owned();
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let (path, card) = (format!("/ql/in/kiem-tra/{stall}"), card_of(&site));
    assert!(member.get("/ql/in/kiem-tra").text().contains(&path));
    assert!(member.get(&format!("/ql/so/sap/{stall}")).text().contains(&path));
    let stranger = sticker("5550005550");
    let mut check = |picture: &[u8]| {
        let sent = upload(&member, &format!("{path}/anh"), picture);
        assert_eq!(sent.status, 303, "{}", sent.text());
        member.get(sent.header("location")).text()
    };
    let right = check(&photo(&[&card]));
    assert!(right.contains("Đúng mã đã đăng ký") && right.contains("Người mới"), "{right}");
    let wrong = check(&photo(&[&card, &stranger]));
    assert!(wrong.contains("SAI TÀI KHOẢN") && wrong.contains("Gỡ xuống ngay"), "{wrong}");
    assert!(wrong.contains("5550005550") && wrong.contains("đúng mã"), "{wrong}");
    let unread = check(&blank());
    assert!(unread.contains("Không đọc được mã thanh toán nào"), "{unread}");
    let listed = site.get(&format!("/api/v1/code-checks?stall_id={stall}")).json["items"].clone();
    let last = listed.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["way"], &last["checked_by"]), (&json!("photo"), &json!("Người mới")));
    let page = member.get("/ql/in/kiem-tra").text();
    assert!(page.contains("Cần ghé lại") && page.contains("SAI TÀI KHOẢN"), "{page}");
    // No picture is no check.
    let none = upload(&member, &format!("{path}/anh"), b"khong phai hinh");
    assert!(none.status >= 400 && none.text().contains("role=\"alert\""), "{}", none.text());
    // The characters under the code name the card, and settle nothing.
    let codes = site.get("/api/v1/codes?live=true").json["items"].clone();
    let check_code = codes[0]["check_code"].as_str().unwrap();
    let typed = member.post(&format!("{path}/go"), &[("check_code", check_code)]);
    let shown = member.get(typed.header("location")).text();
    assert!(shown.contains("chưa kiểm tra mã QR") && !shown.contains("Đúng mã"), "{shown}");
    assert_eq!(open_checks(&site, &stall).len(), 1, "typing settles nothing");
    assert_eq!(member.post(&format!("{path}/go"), &[("check_code", "")]).status, 422);
    let mut limited = Visitor::with_role(&site, "team_member", &[world.id("sections")]);
    for path in ["/ql/in/kiem-tra", &path, typed.header("location")] {
        assert_eq!(limited.get(path).status, 403, "{path}");
    }
});

on_both!(a_first_visit_warns_of_a_strangers_code, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (bare, _) = uncoded(&site, &world);
    let member = Visitor::with_role(&site, "team_member", &[]);
    let card = card_of(&site);
    // Another stall's card.
    let shown = upload(&member, &format!("/ql/ghe/{bare}/anh"), &photo(&[&card])).text();
    assert!(shown.contains("SAI TÀI KHOẢN") && shown.contains("Thẻ phát cho sạp khác"), "{shown}");
    assert!(!shown.contains("name=\"holder_name\""), "{shown}");
    assert_eq!(open_checks(&site, &bare)[0]["result"], "wrong_account");
    // A stranger's at a stall that has an account.
    let coded = world.id("stalls").to_owned();
    let stranger = sticker("5550005550");
    let shown = upload(&member, &format!("/ql/ghe/{coded}/anh"), &photo(&[&stranger])).text();
    assert!(shown.contains("SAI TÀI KHOẢN") && shown.contains("Gỡ xuống ngay"), "{shown}");
    assert!(!shown.contains("name=\"holder_name\""), "{shown}");
    // One with an amount says why.
    let payee = cho40::vietqr::Payee::Account("0909123456".into());
    let amount = cho40::vietqr::Builder::new("970422", payee);
    let amount = amount.amount(cho40::primitives::Vnd::new(50_000)).build().unwrap().payload;
    let shown = upload(&member, &format!("/ql/ghe/{bare}/anh"), &photo(&[&amount])).text();
    assert!(shown.contains("Mã có sẵn số tiền không làm mã của sạp được"), "{shown}");
    assert!(!shown.contains("name=\"holder_name\""), "{shown}");
});

on_both!(a_first_visit_settles_what_was_found_before, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (bare, _) = uncoded(&site, &world);
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let own = sticker("0909123456");
    let path = format!("/ql/ghe/{bare}");
    let shown = upload(&member, &format!("{path}/anh"), &photo(&[&own])).text();
    assert!(shown.contains("name=\"holder_name\"") && shown.contains("name=\"seen\""), "{shown}");
    assert_eq!(open_checks(&site, &bare)[0]["result"], "unknown");
    let mut fields =
        vec![("payload", own.as_str()), ("as", "existing_code"), ("seen", own.as_str())];
    fields.extend([("holder_name", "TRAN THI BE"), ("by", "Tổ 1")]);
    // Refused, it shows the same code again.
    let refused = member.post(&format!("{path}/ma"), &fields);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("name=\"holder_name\""), "{}", refused.text());
    assert_eq!(open_checks(&site, &bare).len(), 1);
    fields.push(("confirmed", "yes"));
    let done = member.post(&format!("{path}/ma"), &fields);
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(open_checks(&site, &bare), Vec::<Value>::new(), "it is no stranger's any more");
    let listed = site.get(&format!("/api/v1/code-checks?stall_id={bare}")).json["items"].clone();
    assert_eq!(listed.as_array().unwrap().last().unwrap()["result"], "right");
});

on_both!(a_wallets_code_is_a_done_step, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (bare, _) = uncoded(&site, &world);
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let path = format!("/ql/ghe/{bare}");
    let strange = "https://vi.example.vn/tran-thi-be";
    let shown = upload(&member, &format!("{path}/anh"), &photo(&[strange])).text();
    assert!(shown.contains("name=\"scheme\"") && !shown.contains("name=\"relation\""), "{shown}");
    let momo = "https://me.momo.vn/tranthibe";
    let shown = upload(&member, &format!("{path}/anh"), &photo(&[momo])).text();
    assert!(
        !shown.contains("name=\"scheme\"") && shown.contains("name=\"holder_name\""),
        "{shown}"
    );
    let mut fields = vec![("payload", strange), ("as", "other_code"), ("seen", strange)];
    fields.extend([("holder_name", "TRAN THI BE"), ("confirmed", "yes"), ("by", "Tổ 1")]);
    let refused = member.post(&format!("{path}/ma"), &fields);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("name=\"scheme\""), "{}", refused.text());
    fields.push(("scheme", "Ví Làng"));
    assert_eq!(member.post(&format!("{path}/ma"), &fields).status, 303);
    let page = member.get(&path).text();
    assert!(page.contains("Ví Làng, TRAN THI BE: đã ghi mã này"), "{page}");
    assert!(page.contains("nhờ tiểu thương coi trong ví"), "{page}");
    assert_eq!(open_checks(&site, &bare), Vec::<Value>::new());
    let page = member.get(&format!("/ql/so/sap/{bare}")).text();
    assert!(page.contains("có mã của ví khác, chưa có tài khoản"), "{page}");
    let codes = member.get(&format!("/ql/in/ma/{bare}")).text();
    assert!(codes.contains("Ví Làng"), "{codes}");
});

on_both!(checks_are_seen_on_a_phone, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let mut browser = Browser::start();
    enter(&mut browser, &site, "team_member", &[]);
    browser.open(&format!("{}/ql/in/kiem-tra", site.url));
    browser.desk_pictures("checks");
    press(&mut browser, &format!("a[href$=\"/{}\"]", world.id("stalls")));
    browser.desk_pictures("check");
    take(&mut browser, &photo(&[&card_of(&site), &sticker("5550005550")]));
    says(&mut browser, "SAI TÀI KHOẢN");
    browser.desk_pictures("check-wrong");
    browser.open(&format!("{}/ql/ghe/{}", site.url, world.id("stalls")));
    take(&mut browser, &photo(&[&sticker("5550005550")]));
    says(&mut browser, "Gỡ xuống ngay");
    browser.desk_pictures("visit-stranger");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
