//! The cash side at the desk: a plan is drawn and counted, and payments are tallied on a phone without a
//! network.

use cho40::primitives::time::MS_PER_DAY;
use serde_json::{Value, json};

use crate::adoption_support::Market;
use crate::cash_plans::stalls;
use crate::desk_pages::{enter, press, says, send};
use crate::desk_support::{PASSWORD, Visitor};
use crate::phone_browser::Browser;
use crate::support::{NOW, on_both};
use crate::web_bodies::tally;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

on_both!(a_plan_is_drawn_and_counted_at_the_desk, |db| {
    let mut market = Market::new(db);
    stalls(&mut market, 14, 0);
    let site = Site::of(market.db);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "organiser", &[]);
    press(&mut browser, "a[href=\"/ql/tien-mat\"]");
    says(&mut browser, "Chưa có đợt đếm nào");
    press(&mut browser, "a[href=\"/ql/tien-mat/moi\"]");
    browser.desk_pictures("plan-new");
    send(&mut browser, &[("stalls", "9")]);
    says(&mut browser, "từ 10 đến 300");
    send(&mut browser, &[("stalls", "12")]);
    says(&mut browser, "Đã rút thăm.");
    says(&mut browser, "không còn sạp nào cần ghi");
    let plan = browser.value("location.pathname").as_str().unwrap().to_owned();
    // What is to come is not written down.
    assert_eq!(browser.value("document.querySelectorAll('tbody a').length"), 0);
    market.db.clock.move_to(NOW.plus_ms(30 * MS_PER_DAY));
    browser.open(&format!("{}/ql", site.url));
    send(&mut browser, &[("login", "organiser"), ("password", PASSWORD)]);
    browser.open(&format!("{}{plan}", site.url));
    browser.desk_pictures("plan");
    assert_eq!(browser.value("document.querySelectorAll('.lines > li').length"), 24);
    press(&mut browser, ".lines a");
    send(&mut browser, &[("outcome", "counted")]);
    says(&mut browser, "Xin gõ số tiền mặt");
    browser.desk_pictures("count");
    send(&mut browser, &[("cash", "350k"), ("counted_by", "Tổ khóm 1")]);
    says(&mut browser, "Đã lưu");
    says(&mut browser, "Tổ khóm 1");
    let shown = browser.value("document.body.innerText").as_str().unwrap().to_owned();
    assert!(!shown.contains("350.000"), "a stall's amount: {shown}");
    assert_eq!(browser.value("document.querySelectorAll('.lines > li').length"), 23);
    refuse_some(&site, &plan, 8);
    browser.open(&format!("{}{plan}", site.url));
    says(&mut browser, "sẽ không có khoảng tin cậy");
    press(&mut browser, "a[href=\"/ql/tien-mat\"]");
    says(&mut browser, "Đợt đếm");
    browser.desk_pictures("cash");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

/// So many of the days that are to be written down are refused.
fn refuse_some(site: &Site, plan: &str, days: usize) {
    let mut member = Visitor::with_role(site, "team_member", &[]);
    for _ in 0..days {
        let page = member.get(plan).text();
        let due = page.split("<ul class=\"lines\">").nth(1).unwrap();
        let href = due.split(&format!("href=\"{plan}/ghi")).nth(1).unwrap();
        let query = href.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let path = format!("{plan}/ghi{query}");
        let fields = [("outcome", "refused"), ("cash", ""), ("counted_by", "Tổ khóm 1")];
        let told = member.post(&path, &fields);
        assert_eq!(told.header("location"), plan, "{path}: {}", told.text());
    }
}

/// A phone's clock that goes with the server's, and a line that once loses an answer.
const PHONE: &str = "(function () {
  var now = Date.now, ahead = SERVER - now(), ask = window.fetch;
  Date.now = function () { return now() + ahead; };
  window.fetch = function (path, how) {
    return ask(path, how).then(function (answer) {
      if (how && how.method === 'POST' && window.losesAnswer) { window.losesAnswer = false; throw new Error('lost'); }
      return answer;
    });
  };
})();";

fn shows(browser: &mut Browser, id: &str, text: &str) {
    browser.until(&format!("document.getElementById('{id}').innerText.indexOf('{text}') >= 0"));
}

on_both!(payments_are_tallied_without_a_network_and_sent_once, |db| {
    let site = Site::of(db);
    crate::desk_register::market(db, 12);
    let mut browser = Browser::start();
    browser.before_each_page(&PHONE.replace("SERVER", &NOW.0.to_string()));
    enter(&mut browser, &site, "team_member", &[]);
    let page = format!("{}/ql/dem", site.url);
    browser.open(&page);
    shows(&mut browser, "net", "Dùng được khi mất mạng");
    browser.desk_pictures("tally-begin");
    browser.offline(true);
    browser.open(&page);
    let line =
        "fetch('/healthz').then(function () { return 'on'; }, function () { return 'off'; })";
    assert_eq!(browser.value(line), "off");
    browser.value("document.getElementById('stall').value = 'z9'");
    browser.touch("#begin button");
    shows(&mut browser, "failed", "Không có sạp này");
    browser.value("document.getElementById('stall').value = 'b 01'");
    browser.touch("#begin button");
    shows(&mut browser, "where", "B-01, đang đếm từ 12:00");
    for button in ["#cash", "#transfer", "#cash", "#transfer", "#cash"] {
        browser.touch(button);
    }
    shows(&mut browser, "n-cash", "3");
    // Closed by mistake, and opened again, still without a network.
    browser.open(&page);
    shows(&mut browser, "where", "B-01");
    shows(&mut browser, "n-transfer", "2");
    browser.touch("#undo");
    shows(&mut browser, "last", "Đã bỏ: Tiền mặt");
    browser.desk_pictures("tally");
    browser.touch("#end");
    assert_eq!(browser.value("document.getElementById('figures').hidden"), true);
    browser.touch("#end");
    shows(&mut browser, "sent", "Chưa gửi được");
    let kept = site.get("/api/v1/tallies").json;
    assert_eq!(kept["items"], json!([]));
    // The server has it, and the phone does not know.
    browser.value("window.losesAnswer = true");
    browser.offline(false);
    browser.until("window.losesAnswer === false");
    let kept = site.get("/api/v1/tallies").json["items"].clone();
    let counts = |kept: &Value| (kept[0]["cash"].clone(), kept[0]["transfer"].clone());
    assert_eq!(counts(&kept), (json!(2), json!(2)), "{kept}");
    browser.value("window.dispatchEvent(new Event('online')); 0");
    shows(&mut browser, "sent", "Đã gửi");
    shows(&mut browser, "said", "Từ 30 lượt");
    browser.desk_pictures("tally-figures");
    let again = site.get("/api/v1/tallies").json["items"].clone();
    assert_eq!((again.as_array().unwrap().len(), counts(&again)), (1, counts(&kept)));
    assert!(again[0]["ended_at"].is_string(), "{again}");
    browser.touch("#next");
    shows(&mut browser, "kept", "B-01");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

fn send_tally(visitor: &Visitor<'_>, body: &[u8]) -> Answer {
    let site = visitor.site;
    let ask = site.ask("POST", "/ql/dem").header("cookie", &visitor.jar());
    let ask = ask.header("origin", &site.url).header("content-type", "application/json");
    ask.raw(body).send()
}

on_both!(the_tally_page_is_told_why_in_words_that_a_script_reads, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let whole = tally(world.id("occupancies"), "may-9").to_string();
    let official = Visitor::with_role(&site, "official", &[]);
    assert_eq!(send_tally(&official, whole.as_bytes()).status, 403);
    let member = Visitor::with_role(&site, "team_member", &[]);
    let broken = send_tally(&member, b"{");
    assert_eq!((broken.status, broken.json["code"].as_str()), (400, Some("body-not-json")));
    let mut late: Value = serde_json::from_str(&whole).unwrap();
    late["started_at"] = json!("2026-01-01T08:00:00+07:00");
    let late = send_tally(&member, late.to_string().as_bytes());
    assert_eq!(late.json["code"], "tally-time");
    assert!(late.json["detail"].as_str().unwrap().contains("60 ngày"), "{}", late.text());
    let mut many: Value = serde_json::from_str(&whole).unwrap();
    let press = |n: usize| {
        let kind = if n < 11 { "transfer" } else { "cash" };
        json!({ "client_id": n.to_string(), "kind": kind,
                "pressed_at": "2026-11-24T08:01:00+07:00" })
    };
    many["presses"] = (0..30).map(press).collect();
    for _ in 0..2 {
        let told = send_tally(&member, many.to_string().as_bytes()).json;
        assert_eq!((&told["cash"], &told["transfer"]), (&json!(19), &json!(11)), "{told}");
        assert!(told["said"].as_str().unwrap().contains("36,7 %"), "{told}");
        assert!(told["said"].as_str().unwrap().contains("21,8 %–54,5 %"), "{told}");
    }
});
