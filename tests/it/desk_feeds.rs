//! Feeds made and looked after at the desk, in a real browser: the provider's own requests decide whether
//! what was shown there was right.

use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, FeedConfig, Provider, Secret};
use cho40::primitives::{UnixMs, Vnd};
use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::support::on_both;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

fn owner(site: &Site, path: &str) -> Browser {
    let mut browser = Browser::start();
    enter(&mut browser, site, "owner", &[]);
    browser.open(&format!("{}{path}", site.url));
    browser
}

/// What a field that is to be copied holds, by its label.
fn copied(browser: &mut Browser, label: &str) -> String {
    let found = browser.value(&format!(
        "Array.from(document.querySelectorAll('label')).find(l => l.innerText === '{label}').control.value"
    ));
    found.as_str().unwrap().to_owned()
}

fn fill(browser: &mut Browser, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        browser.value(&format!(
            "document.querySelector('main [name=\"{name}\"]').value = '{value}'; 0"
        ));
    }
}

fn report(site: &Site, path: &str, key: &str, id: u64) -> Answer {
    let told = json!({
        "id": id, "gateway": "MBBank", "transactionDate": "2026-11-24 11:59:00",
        "accountNumber": "0000000000", "code": null, "content": "thu noi may", "transferType": "in",
        "transferAmount": 1_000, "referenceCode": format!("FT{id}"), "accumulated": 0,
        "subAccount": null, "description": "" });
    site.ask("POST", path).header("authorization", &format!("Apikey {key}")).json(&told).send()
}

on_both!(a_feed_is_made_at_the_desk_and_its_provider_is_believed, |db| {
    let site = Site::of(db);
    World::on(&site, &site.key, "0011001100");
    let account = json!({ "bin": "970415", "number": "0033003300", "kind": "personal",
        "use_kind": "mixed", "holder_name": "TRAN THI BUOI", "relation": "self" });
    let account = site.post("/api/v1/accounts", &account).json["id"].as_str().unwrap().to_owned();
    let mut browser = owner(&site, "/ql/nguon");
    press(&mut browser, "a[href=\"/ql/nguon/moi\"]");
    browser.desk_pictures("feed-ways");
    press(&mut browser, "a[href$=\"/sepay-key\"]");
    let name = [("name", "SePay tổ 3")];
    fill(&mut browser, &[("facts.monthly_cost_vnd", "nhiều"), ("facts.subscriber", "Bà Bưởi")]);
    fill(&mut browser, &name);
    press(&mut browser, "main form button[type=submit]");
    assert_eq!(browser.value("document.querySelectorAll('.error').length"), 1);
    browser.desk_pictures("feed-new");
    fill(
        &mut browser,
        &[("facts.monthly_cost_vnd", "120k"), ("memo_word", "TKPABC"), ("config.merchant", "to-3")],
    );
    browser.touch(&format!("input[value=\"{account}\"]"));
    press(&mut browser, "main form button[type=submit]");
    says(&mut browser, "Chỉ hiện một lần");
    says(&mut browser, "120.000");
    browser.desk_pictures("feed-made");
    let url = copied(&mut browser, "URL (địa chỉ nhận tin)");
    let secret = copied(&mut browser, "Khóa bí mật");
    let path = url.strip_prefix(&site.url).unwrap();
    assert_eq!(report(&site, path, &secret, 1).status, 200);
    assert_eq!(report(&site, path, "khoa-khac-hoan-toan", 2).status, 401);
    let id = path.strip_prefix("/hooks/").unwrap();
    let made = site.get(&format!("/api/v1/feeds/{id}")).json;
    assert_eq!(made["facts"]["subscriber"], "Bà Bưởi");
    assert_eq!(made["facts"]["monthly_cost_vnd"], 120_000);
    assert_eq!(made["config"]["authentication"], "api_key");
    assert_eq!(made["config"]["merchant"], "to-3");
    assert_eq!(made["account_ids"], json!([account]));
    let listed = site.get(&format!("/api/v1/feeds/{id}/accounts")).json;
    assert_eq!(listed["items"][0]["memo_word"], "TKPABC");
    // Sent again, as by a reload, there is no second one.
    let mut visitor = Visitor::with_role(&site, "owner", &[]);
    let again = visitor.post("/ql/nguon/moi/sepay-key", &name);
    assert_eq!(again.status, 409, "{}", again.text());
    assert!(again.text().contains("Đã có nguồn tên này"), "{}", again.text());

    browser.open(&format!("{}/ql/nguon/xem/{id}", site.url));
    assert!(!shown(&mut browser).contains(&secret), "a secret is shown once");
    press(&mut browser, "form[action$=khoa] button");
    says(&mut browser, "Chỉ hiện một lần");
    browser.desk_pictures("feed-rotated");
    let second = copied(&mut browser, "Khóa bí mật");
    for key in [&secret, &second] {
        assert_eq!(report(&site, path, key, 1).status, 200, "both are good meanwhile");
    }
    press(&mut browser, "form[action$=\"/bo\"] button");
    says(&mut browser, "Đã bỏ khóa");
    assert_eq!(report(&site, path, &secret, 1).status, 401);
    assert_eq!(report(&site, path, &second, 1).status, 200);
    let twice = visitor.post(&format!("/ql/nguon/xem/{id}/khoa"), &[("secret", &second)]);
    assert_eq!(twice.status, 409);
    assert!(twice.text().contains("đúng khóa đó"), "{}", twice.text());
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

fn shown(browser: &mut Browser) -> String {
    browser.value("document.body.innerHTML").as_str().unwrap().to_owned()
}

on_both!(a_feed_is_changed_at_the_desk, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (id, account) = (world.id("feeds"), world.id("accounts"));
    let path = world.path("/api/v1/feeds/{id}");
    let sees = json!({ "facts": { "sees": [
        { "bin": "970422", "numbers": "all", "memo_word": "SEVQR", "source": "hợp đồng" }] } });
    assert_eq!(site.ask("PATCH", &path).key(&site.key).json(&sees).send().status, 200);
    let mut browser = owner(&site, &format!("/ql/nguon/xem/{id}"));
    says(&mut browser, "Báo từ ngày");
    browser.desk_pictures("feed");
    fill(&mut browser, &[("name", "SePay cũ"), ("facts.subscriber", "Ban quản lý chợ")]);
    press(&mut browser, &format!("form[action=\"/ql/nguon/xem/{id}\"] button"));
    says(&mut browser, "Đã lưu.");
    let now = site.get(&path).json;
    assert_eq!(
        (&now["name"], &now["facts"]["subscriber"]),
        (&json!("SePay cũ"), &json!("Ban quản lý chợ"))
    );
    assert_eq!(now["facts"]["sees"][0]["memo_word"], "SEVQR", "what it sees stays: {now}");
    let form = format!("form[action$=\"tk/{account}\"]");
    fill(&mut browser, &[("memo_word", "TKP 12")]);
    press(&mut browser, &format!("{form} button[value=word]"));
    let word = || site.get(&format!("{path}/accounts")).json["items"][0]["memo_word"].clone();
    assert_eq!(word(), json!(null));
    fill(&mut browser, &[("memo_word", "TKP12")]);
    press(&mut browser, &format!("{form} button[value=word]"));
    assert_eq!(word(), "TKP12");
    press(&mut browser, &format!("{form} button[value=detach]"));
    says(&mut browser, "Chưa chọn tài khoản nào");
    assert_eq!(site.get(&path).json["account_ids"], json!([]));
    browser.touch(&format!("input[value=\"{account}\"]"));
    press(&mut browser, "form[action$=tk] button");
    assert_eq!(site.get(&path).json["account_ids"], json!([account]));
    press(&mut browser, "form[action$=tat] button");
    says(&mut browser, "Đã tắt nguồn");
    browser.desk_pictures("feed-off");
    let hook = format!("/hooks/{id}");
    assert_eq!(report(&site, &hook, crate::web_world::FEED_SECRET, 9).status, 404);
    press(&mut browser, "form[action$=bat] button");
    says(&mut browser, "Đã mở lại nguồn");
    assert_eq!(report(&site, &hook, crate::web_world::FEED_SECRET, 9).status, 200);
    assert_eq!(browser.complaints(), Vec::<Value>::new());
    // Who only looks has no form, and is refused what a form would do.
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let page = organiser.get(&format!("/ql/nguon/xem/{id}"));
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("action=\"/ql/nguon"), "{}", page.text());
    for end in ["", "/khoa", "/tk", "/tat", "/bat"] {
        let answer = organiser.post(&format!("/ql/nguon/xem/{id}{end}"), &[("name", "x")]);
        assert_eq!(answer.status, 403, "{end}");
    }
});

fn sample<'a>(now: UnixMs) -> SampleTransfer<'a> {
    SampleTransfer {
        id: 77,
        gateway: "MBBank",
        bin: "970422",
        account: "0000000000",
        virtual_account: None,
        direction: Direction::In,
        amount: Vnd::new(1_000),
        occurred_at: now.plus_ms(-60_000),
        memo: "thu noi may",
        reference: "FT26253000000077",
        payer_name: None,
        order_code: 77,
    }
}

// Each way that is offered, as its provider would use what is shown.
on_both!(every_way_makes_a_feed_that_believes_its_provider, |db| {
    let site = Site::of(db);
    World::on(&site, &site.key, "0011001100");
    let mut visitor = Visitor::with_role(&site, "owner", &[]);
    let ways = visitor.get("/ql/nguon/moi").text();
    let keys: Vec<&str> = ways
        .split("href=\"/ql/nguon/moi/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(keys.len(), 14, "{keys:?}");
    for key in keys {
        let path = format!("/ql/nguon/moi/{key}");
        let form = visitor.get(&path);
        assert!(form.status == 200 && !form.text().contains("page-desk"), "{key}");
        let typed = "khoa-cua-nha-cung-cap";
        let typed = if form.text().contains("Khóa do nhà cung cấp đưa") { typed } else { "" };
        let fields = [
            ("name", key),
            ("config.username", "cho"),
            ("secret", typed),
            ("config.merchant", key),
        ];
        let made = visitor.post(&path, &fields);
        let text = made.text();
        assert!(made.status == 200 && !text.contains("page-desk"), "{key}: {text}");
        let of_name = |feeds: &Value| {
            let all = feeds["items"].as_array().unwrap();
            all.iter().find(|feed| feed["name"] == key).unwrap().clone()
        };
        let feed = of_name(&site.get("/api/v1/feeds").json);
        let id = feed["id"].as_str().unwrap();
        if key == "phone" {
            assert!(text.contains("/ql/nguon/dien-thoai") && feed["secrets"] == json!([]));
            continue;
        }
        assert!(text.contains(&format!("hooks/{id}")), "{key}");
        let secret = match text.split("id=\"made\"").nth(1) {
            Some(rest) => rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap(),
            None => typed,
        };
        let provider = Provider::parse(feed["provider"].as_str().unwrap()).unwrap();
        let config = FeedConfig::parse(provider, &feed["config"].to_string()).unwrap();
        let secret = Secret::new(secret, 12).unwrap();
        let now = db.clock.now();
        let signed = sample(now).signed_request(&config, &secret, now).unwrap();
        let path = format!("/hooks/{id}/{}", signed.path_tail);
        let mut ask = site.ask("POST", path.trim_end_matches('/'));
        for (name, value) in &signed.headers {
            ask = ask.header(name, value);
        }
        let answer = ask.raw(&signed.body).send();
        assert_eq!(answer.status, 200, "{key}: {}", answer.text());
    }
});
