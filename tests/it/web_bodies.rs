#![cfg(test)]
//! Bodies of the world's requests that need little of it.

use cho40::db::DbConnection;
use cho40::db::schema::{cash_draws, cash_plans};
use cho40::primitives::Day;
use cho40::primitives::ids::{BoardId, CashPlanId, MarketId, OccupancyId};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::web_support::Site;
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
        "POST /api/v1/phone-texts/{id}/dismiss"
        | "POST /api/v1/feeds/{id}/lost-phone-texts/dismiss" => json!({ "why": "quảng cáo" }),
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

/// An hour beside a stall.
pub fn tally(occupancy: &str, name: &str) -> Value {
    json!({ "client_id": name, "occupancy_id": occupancy, "counted_by": "Tổ 1",
            "started_at": "2026-11-24T08:00:00+07:00", "ended_at": "2026-11-24T09:00:00+07:00",
            "presses": [{ "client_id": "p1", "kind": "cash",
                          "pressed_at": "2026-11-24T08:01:00+07:00", "is_void": false }] })
}

/// A plan of one stall, whose period is over: a draw needs ten stalls that can be measured.
pub fn drawn_plan(site: &Site, board: &str, market: &str, occupancy: &str) -> String {
    let id = CashPlanId(BoardId::parse(board).unwrap().0 + 1);
    let day = Day::parse("2026-11-20").unwrap();
    let mut connection = DbConnection::open(&site.database_url).unwrap();
    let (board, stall) = (BoardId::parse(board).unwrap(), OccupancyId::parse(occupancy).unwrap());
    diesel::insert_into(cash_plans::table)
        .values((
            cash_plans::board_id.eq(board),
            cash_plans::id.eq(id),
            cash_plans::market_id.eq(MarketId::parse(market).unwrap()),
            cash_plans::from_day.eq(day.plus(-10).0),
            cash_plans::to_day.eq(day.plus(1).0),
            cash_plans::stalls.eq(20),
            cash_plans::days_each.eq(2),
            cash_plans::as_of.eq(day.plus(-11).0),
            cash_plans::frame.eq("[]"),
            cash_plans::open_days.eq("[]"),
            cash_plans::created_by.eq(0_i64),
            cash_plans::created_at_ms.eq(day.plus(-11).start(0).0),
        ))
        .execute(&mut connection)
        .unwrap();
    diesel::insert_into(cash_draws::table)
        .values((
            cash_draws::board_id.eq(board),
            cash_draws::plan_id.eq(id),
            cash_draws::occupancy_id.eq(stall),
            cash_draws::day.eq(day.0),
        ))
        .execute(&mut connection)
        .unwrap();
    id.to_string()
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
