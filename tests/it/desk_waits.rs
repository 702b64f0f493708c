//! What waits for a person about feeds, settled at the desk: contradictions, suspected pairs, what was not
//! taken in, phones, statements. Each page on a small phone and on a desk's screen.

use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::{FEED_SECRET, World};

/// An owner's browser on a page of the desk.
fn owner(site: &Site, path: &str) -> Browser {
    let mut browser = Browser::start();
    enter(&mut browser, site, "owner", &[]);
    browser.open(&format!("{}{path}", site.url));
    browser
}

fn shown(browser: &mut Browser) -> String {
    browser.value("document.body.innerText").as_str().unwrap().to_owned()
}

fn transfers(site: &Site) -> usize {
    site.get("/api/v1/transfers?limit=200").json["items"].as_array().unwrap().len()
}

fn to_hook(site: &Site, world: &World, secret: &str, told: &Value) -> u16 {
    let hook = format!("/hooks/{}", world.id("feeds"));
    let ask = site.ask("POST", &hook).header("authorization", &format!("Apikey {secret}"));
    ask.json(told).send().status
}

on_both!(a_contradiction_is_settled_on_its_page, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = transfers(&site);
    let mut browser = owner(&site, "/ql/nguon");
    says(&mut browser, "mã giao dịch được báo hai lần khác nhau");
    browser.desk_pictures("feeds-waiting");
    press(&mut browser, "a[href=\"/ql/nguon/trai-nhau\"]");
    says(&mut browser, "Khác nhau: nội dung");
    let text = shown(&mut browser);
    assert!(text.contains("tra tien ca") && text.contains("tra tien tom"), "{text}");
    browser.desk_pictures("conflicts");
    press(&mut browser, "button[value=both]");
    says(&mut browser, "Đã ghi lại");
    says(&mut browser, "Không có gì đang chờ");
    assert_eq!(transfers(&site), before + 1);
    let path = format!("/api/v1/sighting-conflicts/{}", world.id("sighting-conflicts"));
    assert_eq!(site.get(&path).json["verdict"]["right"], "both");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(who_sees_no_amounts_sees_none_on_the_pages_that_settle, |db| {
    let site = Site::of(db);
    World::on(&site, &site.key, "0011001100");
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    for path in ["trai-nhau", "nghi-trung", "chua-nhan", "dien-thoai", "sao-ke"] {
        let page = organiser.get(&format!("/ql/nguon/{path}"));
        assert_eq!(page.status, 200, "{path}");
        let text = page.text();
        for secret in ["50.000", "50,000", "tra tien", "0099"] {
            assert!(!text.contains(secret), "{path} tells {secret}: {text}");
        }
    }
    let text = organiser.get("/ql/nguon/trai-nhau").text();
    assert!(text.contains("value=\"both\"") && text.contains("SePay"), "{text}");
    let text = organiser.get("/ql/nguon/dien-thoai").text();
    assert!(!text.contains("value=\"revoke\"") && !text.contains("ghep"), "{text}");
});

on_both!(a_suspected_pair_is_settled_on_its_page, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = transfers(&site);
    let mut browser = owner(&site, "/ql/nguon/nghi-trung");
    says(&mut browser, "SePay, công ty khác");
    browser.desk_pictures("pairs");
    press(&mut browser, "button[value=different]");
    says(&mut browser, "Đã ghi lại");
    says(&mut browser, "Không có gì đang chờ");
    assert_eq!(transfers(&site), before + 1);
    let path = format!("/api/v1/suspected-pairs/{}", world.id("suspected-pairs"));
    assert_eq!(site.get(&path).json["verdict"], "different");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(what_was_not_taken_in_is_verified_and_read_again_on_its_page, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let mut told = world.told();
    for (id, secret) in [(5_001, "khoa-moi-cua-sepay"), (5_002, "khoa-la")] {
        (told["id"], told["referenceCode"]) = (json!(id), json!(format!("FT{id}")));
        assert_eq!(to_hook(&site, &world, secret, &told), 401);
    }
    told["transferAmount"] = json!("x");
    assert_eq!(to_hook(&site, &world, FEED_SECRET, &told), 200);
    let refused = world.path("/api/v1/feeds/{id}/refused");
    while site.get(&refused).json["items"].as_array().unwrap().len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let before = transfers(&site);
    let mut browser = owner(&site, "/ql/nguon/chua-nhan");
    says(&mut browser, "2 tin bị từ chối");
    says(&mut browser, "Tin không đọc được");
    browser.desk_pictures("untaken");
    press(&mut browser, "button[value=verify]");
    says(&mut browser, "Vẫn bị từ chối:");
    let secrets = world.path("/api/v1/feeds/{id}/secrets");
    assert_eq!(site.post(&secrets, &json!({ "secret": "khoa-moi-cua-sepay" })).status, 201);
    press(&mut browser, &format!("form[action$=\"{}\"] button", world.id("feeds")));
    says(&mut browser, "Số tin vừa nhận: 1. Số tin còn bị từ chối: 1.");
    assert_eq!(transfers(&site), before + 1);
    // The reason is asked for; with it the rest is settled.
    for (form, left) in
        [(format!("{}/", world.id("feeds")), "Tin không đọc được"), ("tin/".into(), "Không có gì")]
    {
        let form = format!("form[action*=\"chua-nhan/{form}\"]");
        browser
            .value(&format!("document.querySelector('{form} [name=why]').value = 'thử khóa'; 0"));
        press(&mut browser, &format!("{form} button[value=dismiss]"));
        says(&mut browser, "Đã ghi lại");
        says(&mut browser, left);
    }
    let unread = site.get("/api/v1/deliveries?outcome=dismissed").json;
    assert_eq!(unread["items"][0]["dismissed"]["why"], "thử khóa");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(a_phone_is_paired_read_and_revoked_on_its_page, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let mut browser = owner(&site, "/ql/nguon/dien-thoai");
    says(&mut browser, "Nghe máy lần cuối lúc");
    browser.desk_pictures("phones");
    press(&mut browser, "a[href*=\"/tin/\"]");
    browser.desk_pictures("marking");
    let fields = [
        ("bin", "970436"),
        ("direction", "in"),
        ("account", "0099"),
        ("amount", "50,000"),
        ("time", "24/11/26 11:59"),
        ("balance", "#,###"),
    ];
    for (name, value) in fields {
        browser
            .value(&format!("document.querySelector('main [name={name}]').value = '{value}'; 0"));
    }
    // A part that does not stand there is told.
    browser.value("document.querySelector('main [name=memo]').value = 'tra tien tom'; 0");
    press(&mut browser, "main form button[type=submit]");
    let path = browser.value("location.pathname");
    assert!(path.as_str().unwrap().contains("/tin/"), "{path} {}", shown(&mut browser));
    browser.value("document.querySelector('main [name=memo]').value = 'tra tien ca'; 0");
    press(&mut browser, "main form button[type=submit]");
    says(&mut browser, "Đã làm mẫu. Số tin vừa nhận: 1.");
    browser.value("document.querySelector('[name=device_name]').value = 'Máy anh Út'; 0");
    press(&mut browser, "form[action$=ghep] button");
    says(&mut browser, "Máy anh Út");
    browser.desk_pictures("pairing");
    let link = browser.value("document.querySelector('#link').value");
    let feed = world.id("phone-feeds");
    assert_eq!(link, format!("{}/hooks/{feed}/pair", site.url));
    browser.value("document.querySelector('.symbol').scrollIntoView(); 0");
    assert_eq!(browser.codes(), [link.as_str().unwrap()]);
    let code = browser.value("document.querySelector('.code').innerText");
    let pair = site.ask("POST", &format!("/hooks/{feed}/pair")).json(&json!({ "code": code }));
    let paired = pair.send();
    assert_eq!(paired.status, 201, "{}", paired.text());
    press(&mut browser, "a[href=\"/ql/nguon/dien-thoai\"].button");
    says(&mut browser, "Chưa nghe máy lần nào");
    let device = paired.json["device_id"].as_str().unwrap();
    press(&mut browser, &format!("form[action*=\"{device}\"] button"));
    says(&mut browser, "Đã thu hồi");
    let ping = site.ask("POST", &format!("/hooks/{feed}/ping"));
    let secret = format!("Bearer {}", paired.json["secret"].as_str().unwrap());
    assert_eq!(ping.header("authorization", &secret).json(&json!({})).send().status, 401);
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

/// Puts a file into the form, as a person who chooses it.
fn choose_file(browser: &mut Browser, text: &str) {
    browser.value(&format!(
        "{{ const all = new DataTransfer(); all.items.add(new File([{}], 'sao-ke.csv'));
           document.querySelector('[name=file]').files = all.files; 0 }}",
        json!(text)
    ));
}

on_both!(a_statement_is_looked_at_and_imported_on_its_page, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = transfers(&site);
    let mut browser = owner(&site, "/ql/nguon/sao-ke");
    says(&mut browser, "Phải khai cột trước");
    let account = world.id("accounts");
    browser.value(&format!("document.querySelector('[name=account_id]').value = '{account}'; 0"));
    press(&mut browser, "form[method=get] button");
    browser.desk_pictures("statements");
    choose_file(
        &mut browser,
        "Ngày,Ghi có,Nội dung\n20/11/2026,31000,tien rau\n21/11/2026,32000,tien ca\n22/11/2026,x,tien tom\n",
    );
    press(&mut browser, "form[enctype] button");
    says(&mut browser, "Đã xem trước, chưa nhập gì");
    says(&mut browser, "tien rau");
    says(&mut browser, "Dòng không đọc được");
    browser.desk_pictures("statement");
    assert_eq!(transfers(&site), before, "nothing is taken in yet");
    press(&mut browser, "button[value=commit]");
    assert_eq!(browser.value("!!document.querySelector('[role=alert]')"), true, "asked for more");
    browser.value(
        "document.querySelectorAll('main [type=checkbox]').forEach(one => one.checked = true); 0",
    );
    press(&mut browser, "button[value=commit]");
    says(&mut browser, "Đang nhập sao kê");
    let id = browser.value("location.pathname.split('/').pop()").as_str().unwrap().to_owned();
    let state = || site.get(&format!("/api/v1/statements/{id}")).json["state"].clone();
    while state() != "done" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(transfers(&site), before + 2);
    browser.open(&format!("{}/ql/nguon/sao-ke/{id}", site.url));
    says(&mut browser, "Khoản mới đã tính");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(columns_are_named_once_and_a_statement_is_thrown_away, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let layout = world.id("statement-layouts");
    let mut browser = owner(&site, &format!("/ql/nguon/sao-ke/mau/{layout}"));
    browser.desk_pictures("mapping");
    for (name, value) in
        [("date", "0"), ("credit", "1"), ("memo", "2"), ("date_order", "day_month_year")]
    {
        browser
            .value(&format!("document.querySelector('main [name={name}]').value = '{value}'; 0"));
    }
    press(&mut browser, "main form button[type=submit]");
    says(&mut browser, "Đã lưu cách đọc");
    let mapped = site.get(&format!("/api/v1/statement-layouts/{layout}")).json["mapping"].clone();
    assert_eq!((&mapped["credit"], &mapped["date_order"]), (&json!(1), &json!("day_month_year")));
    let statement = world.id("statements");
    browser.open(&format!("{}/ql/nguon/sao-ke/{statement}", site.url));
    press(&mut browser, "button[value=discard]");
    says(&mut browser, "Đã bỏ tập tin");
    assert_eq!(site.get(&format!("/api/v1/statements/{statement}")).status, 404);
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
