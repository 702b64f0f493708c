#![cfg(test)]
//! Bodies of the world's requests that need little of it.

use serde_json::{Value, json};

use crate::web_world::World;

pub fn phone_body(world: &World, operation: &str) -> Option<Value> {
    Some(match operation {
        "POST /api/v1/feeds/{id}/pairing-codes" => json!({ "device_name": "Máy cô Út" }),
        "POST /api/v1/phone-templates" => {
            let mut template = template("Tien vao vi cua ban");
            template["replaces"] = json!(world.id("phone-templates"));
            template
        }
        "POST /api/v1/phone-templates/from-example" => json!({
                "example": "momo-app", "app": "MoMo",
                "text": "Bạn vừa nhận được 50.000đ từ NGUYEN VAN MAU. Lời nhắn: tra tien" }),
        "POST /api/v1/phone-texts/{id}/mark" => json!({
                "bin": "970436", "direction": "in", "marks": [
                    { "field": "account", "value": "0099", "occurrence": 1 },
                    { "field": "amount", "value": "50,000" },
                    { "field": "time", "value": "24/11/26 11:59" },
                    { "field": "balance", "value": "#,###" },
                    { "field": "memo", "value": "tra tien ca" }] }),
        "POST /api/v1/phone-texts/{id}/confirm-example" => json!({ "example": "mb-sms" }),
        _ => return None,
    })
}

/// What an operator knows of a feed.
pub fn facts() -> Value {
    json!({ "subscriber": "Nguyễn Thị Lụa", "monthly_cost_vnd": 99_000, "sees": [
        { "bin": "970436", "numbers": "all", "money_out": "unseen", "memo_word": "SEVQR",
          "source": "thử ngày 20/11" }] })
}

/// The tests' servers do not poll.
pub fn polling() -> Value {
    json!({ "api": "sepay_v1", "key": "khoa-api-cua-sepay", "base_url": "https://my.sepay.vn",
            "accounts": ["0011001100"], "interval_s": 60, "from_day": "2026-11-01" })
}

/// A template without a sign.
pub fn template(words: &str) -> Value {
    json!({ "app": "MoMo", "bin": "971025", "direction": "in",
            "text": format!("{words}: 50.000d. ND: tra tien"), "marks": [
                { "field": "amount", "value": "50.000", "occurrence": 1 },
                { "field": "memo", "value": "tra tien" }] })
}

pub fn account(number: &str) -> Value {
    json!({ "bin": "970436", "number": number, "kind": "personal", "use_kind": "mixed",
            "holder_name": "Nguyễn Thị Lụa", "relation": "self", "keeps_outgoing": false })
}

/// What came of a visit.
pub fn report() -> Value {
    json!({ "outcome": "begun", "obstacle": "weak_phone", "taught": ["electricity"],
            "note": "hẹn thứ hai", "visited_by": "Tổ khóm 1", "visited_on": "2026-11-24" })
}
