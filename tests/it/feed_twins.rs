//! Feeds whose ids cannot be told apart: said where one is made, and an alarm until it is settled.

use serde_json::{Value, json};

use crate::support::on_both;
use crate::web_support::Site;

fn made(site: &Site, provider: &str, config: &Value) -> Value {
    let secret = (provider != "phone").then_some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let new = json!({ "provider": provider, "name": "thử", "config": config, "secret": secret });
    let answer = site.post("/api/v1/feeds", &new);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json
}

/// The feeds that are alarmed about.
fn alarmed(site: &Site) -> Vec<Value> {
    let all = site.get("/api/v1/alarms").json["items"].clone();
    let all = all.as_array().unwrap().iter();
    let of = all.filter(|one| one["alarm"]["code"] == "shared-ids").inspect(|one| {
        assert!(one["alarm"]["detail"].as_str().unwrap().contains("merchant"), "{one}");
    });
    of.map(|one| one["feed_id"].clone()).collect()
}

on_both!(a_second_feed_of_the_same_ids_is_told_so_until_it_is_settled, |db| {
    let site = Site::of(db);
    let key = json!({ "authentication": "api_key" });
    let first = made(&site, "sepay", &key);
    assert_eq!((&first["shares_ids_with"], &first["warning"]), (&json!([]), &Value::Null));
    for (provider, config) in [
        ("sepay", json!({ "authentication": "api_key", "merchant": "khac" })),
        ("standard_webhooks", json!({})),
        ("phone", json!({})),
        ("phone", json!({})),
    ] {
        let other = made(&site, provider, &config);
        assert_eq!(other["shares_ids_with"], json!([]), "{other}");
    }
    assert_eq!(alarmed(&site), [] as [Value; 0]);
    let second = made(&site, "sepay", &key);
    assert_eq!(second["shares_ids_with"], json!([first["id"]]));
    assert!(second["warning"]["vi"].as_str().unwrap().contains("merchant"));
    assert_eq!(alarmed(&site), [second["id"].clone()]);
    let change = |feed: &Value, to: &Value| {
        let path = format!("/api/v1/feeds/{}", feed["id"].as_str().unwrap());
        let answer = site.ask("PATCH", &path).key(&site.key).json(to).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json["shares_ids_with"].clone()
    };
    // One contract, if both say so.
    let lua = json!({ "facts": { "subscriber": "Chị Lụa" } });
    assert_eq!(change(&second, &lua), json!([first["id"]]));
    change(&first, &lua);
    assert_eq!(change(&second, &json!({ "name": "SePay 2" })), json!([]));
    assert_eq!(alarmed(&site), [] as [Value; 0]);
    change(&second, &json!({ "facts": { "subscriber": "Anh Út" } }));
    assert_eq!(alarmed(&site), [second["id"].clone()]);
    change(&second, &json!({ "disabled": true }));
    assert_eq!(alarmed(&site), [] as [Value; 0]);
});
