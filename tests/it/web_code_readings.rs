//! Codes in photos over HTTP.

#![cfg(test)]

use std::io::Cursor;

use cho40::access::Permission;
use cho40::vietqr::{Format, Level, draw};
use image::{GrayImage, ImageFormat, Luma};
use serde_json::{Value, json};

use crate::support::on_both;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

/// Sheets side by side, as a PNG.
pub fn photo(payloads: &[&str]) -> Vec<u8> {
    let mut table = GrayImage::from_pixel(600 * payloads.len() as u32, 600, Luma([210]));
    for (place, payload) in (0..).zip(payloads) {
        let drawn = draw(payload, Level::M, Format::Png { module_px: 6 }).unwrap();
        let card = image::load_from_memory(&drawn.bytes).unwrap().into_luma8();
        image::imageops::replace(&mut table, &card, 600 * place + 80, 80);
    }
    let mut bytes = Cursor::new(Vec::new());
    table.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A photo of nothing.
pub fn blank() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    GrayImage::new(300, 200).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn send(site: &Site, key: &str, body: &[u8]) -> Answer {
    let ask = site.ask("POST", "/api/v1/code-readings").key(key).raw(body);
    ask.header("content-type", "image/jpeg").send()
}

on_both!(a_photo_tells_the_account_and_whose_code_it_is, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let code = site.get(&format!("/api/v1/codes/{}", world.id("codes"))).json;
    let ours = code["payload"].as_str().unwrap();
    // Made up; no bank of the directory is asked.
    let stranger = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA\
                    53037045802VN63049E6F";
    let answer = send(&site, &site.key, &photo(&[ours, stranger, "https://example.org/menu"]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json["items"].as_array().unwrap();
    let of = |payload: &str| items.iter().find(|item| item["payload"] == payload).unwrap();
    assert_eq!(items.len(), 3);
    let found = of(ours);
    assert_eq!(found["code_id"], code["id"]);
    assert_eq!(found["account_id"], code["account_id"]);
    assert_eq!((&found["bin"], &found["number"]), (&code["bin"], &code["number"]));
    assert_eq!(found["verdict"], "accept");
    let found = of(stranger);
    assert_eq!((&found["scheme"], &found["bank"]), (&json!("VietQR"), &json!("Sacombank")));
    assert_eq!((&found["code_id"], &found["account_id"]), (&Value::Null, &Value::Null));
    let menu = of("https://example.org/menu");
    assert_eq!((&menu["scheme"], &menu["verdict"]), (&Value::Null, &json!("reject")));
});

on_both!(what_cannot_be_read_is_said, |db| {
    let site = Site::of(db);
    let nothing = send(&site, &site.key, &blank());
    assert_eq!((nothing.status, &nothing.json["items"]), (200, &json!([])));
    assert_eq!(send(&site, &site.key, b"%PDF-1.7").problem(422), "picture-format");
    let cut = photo(&["x"]);
    assert_eq!(send(&site, &site.key, &cut[..cut.len() / 2]).problem(422), "picture-broken");
    let reader = site.key_with(&[Permission::RegistryRead]);
    assert_eq!(send(&site, &reader, b"x").problem(403), "forbidden");
});
