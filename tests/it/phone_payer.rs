//! The payer's page: what a preview sees, what a payer sees, and for how long.

use cho40::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use serde_json::json;

use crate::phone_stall::{Phone, Stall};
use crate::support::on_both;
use crate::web_support::Site;

on_both!(a_payers_link_shows_nothing_to_previews_and_tells_the_payer_all, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), "270361");
    let asked = phone.post("/sap/requests", &json!({ "amount": "45k" })).json;
    let path = asked["path"].as_str().unwrap();
    let page = site.ask("GET", path).header("user-agent", "ZaloBot").send();
    assert_eq!(page.status, 200);
    for secret in ["45", "Lụa", "LUA", "A-01", "Sạp", "og:"] {
        assert!(!page.text().contains(secret), "{secret}: {}", page.text());
    }
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    // It cannot be told from a link that nobody made.
    let wrong = format!("{}A", &path[..path.len() - 1]);
    let wrong = if wrong == path { format!("{}B", &path[..path.len() - 1]) } else { wrong };
    assert_eq!(site.ask("GET", &wrong).send().text(), page.text());
    let unknown = site.ask("GET", &format!("{wrong}/now")).send();
    assert_eq!(unknown.problem(404), "payment-link-unknown");
    let look = || site.ask("GET", &format!("{path}/now")).send();
    let now = look().json;
    assert_eq!((&now["amount"], &now["face"]), (&json!("45.000 đ"), &json!("waiting")));
    assert_eq!(now["to"]["holder_name"], "Nguyễn Thị Lụa");
    let picture = || site.ask("GET", &format!("{path}/code.png")).send();
    assert_eq!(picture().header("content-type"), "image/png");
    assert_eq!(site.ask("GET", &format!("{wrong}/code.png")).send().status, 404);
    let memo = now["to"]["memo"].as_str().unwrap().to_owned();
    stall.report(&site, 1, 40_000, &memo, db.clock.now());
    let short = look().json;
    // What is lacking stands there large, and can be paid.
    assert_eq!((&short["face"], &short["amount"]), (&json!("underpaid"), &json!("5.000 đ")));
    assert_eq!((&short["asked"], &short["received"]), (&json!("45.000 đ"), &json!("40.000 đ")));
    assert_eq!(short["south"], "năm ngàn đồng");
    assert_eq!(short["to"]["memo"], memo.as_str());
    assert_eq!(picture().header("content-type"), "image/png");
    stall.report(&site, 2, 5_000, &memo, db.clock.now());
    let paid = look().json;
    assert_eq!((&paid["face"], &paid["to"]), (&json!("paid"), &json!(null)));
    assert_eq!(picture().problem(404), "payment-link-unknown");
    db.clock.move_to(db.clock.now().plus_ms(MS_PER_DAY + 16 * MS_PER_MINUTE));
    assert_eq!(look().problem(404), "payment-link-unknown");
});
