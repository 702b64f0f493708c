//! What a stall received is told to its vendor, and to whoever may see amounts: nobody else finds it on any page, in
//! any answer, file or print.

use std::io::{Cursor, Read};

use cho40::access::Permission;
use serde_json::json;

use crate::print_text::copied;
use crate::support::on_both;
use crate::web_access::{address, ask};
use crate::web_identities::Everybody;
use crate::web_operations::Operation;
use crate::web_support::{Answer, Site};
use crate::web_who::{WHO, an_asset, filled};
use crate::web_world::FEED_SECRET;

const AMOUNT_VND: i64 = 53_217;

/// The day of the world's transfers, as the vendor looks back at it; it is in the reports by then.
const DAY: &str = "/sap/day?day=2026-11-24";

/// The board's owner, who may see amounts, and the phones of the stall itself.
const MAY_SEE: &str = "WVH";

/// As it is written anywhere.
fn written(vnd: i64) -> Vec<String> {
    let (thousands, rest) = (vnd / 1_000, vnd % 1_000);
    let [dot, comma] = ['.', ','].map(|mark| format!("{thousands}{mark}{rest:03}"));
    vec![vnd.to_string(), dot, comma]
}

/// What can be read of an answer: its text, or the texts in its file.
fn texts(answer: &Answer) -> Vec<String> {
    if answer.bytes.starts_with(b"%PDF") {
        return copied(answer.bytes.clone());
    }
    if answer.bytes.starts_with(b"PK") {
        let mut file = zip::ZipArchive::new(Cursor::new(&answer.bytes)).unwrap();
        let part = |place: usize, file: &mut zip::ZipArchive<_>| {
            let mut text = Vec::new();
            file.by_index(place).unwrap().read_to_end(&mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        };
        return (0..file.len()).map(|place| part(place, &mut file)).collect();
    }
    vec![answer.text()]
}

fn tells(answer: &Answer, sums: &[String]) -> bool {
    texts(answer).iter().any(|text| sums.iter().any(|sum| text.contains(sum)))
}

fn pay(site: &Site, everybody: &Everybody) {
    let mut told = everybody.world.told();
    (told["id"], told["referenceCode"]) = (json!(531), json!("FT531"));
    told["transferAmount"] = json!(AMOUNT_VND);
    let hook = format!("/hooks/{}", everybody.world.id("feeds"));
    let ask = site.ask("POST", &hook).header("authorization", &format!("Apikey {FEED_SECRET}"));
    assert_eq!(ask.json(&told).send().status, 200);
}

/// The amount, and the sum of its day, as the vendor is told them.
fn of_vendor(site: &Site, everybody: &Everybody) -> Vec<String> {
    let vendor = everybody.all.iter().find(|one| one.letter == 'V').unwrap();
    let told = |path: &str| vendor.ask(site, "GET", path).send();
    assert!(tells(&told(DAY), &written(AMOUNT_VND)), "{}", told(DAY).text());
    let sum = told(DAY).json["received_vnd"].as_i64().unwrap();
    assert!(sum > AMOUNT_VND, "{sum}");
    let all = [AMOUNT_VND, sum];
    all.into_iter().flat_map(written).collect()
}

on_both!(what_a_stall_received_is_on_nobody_elses_page, |db| {
    let site = Site::of(db);
    let everybody = Everybody::on(&site, db);
    let asset = an_asset(&site, &everybody);
    pay(&site, &everybody);
    let sums = of_vendor(&site, &everybody);
    let (mut told, mut to_vendor) = (Vec::new(), 0);
    for (row, _) in WHO {
        let Some(pattern) = row.strip_prefix("GET ").filter(|path| *path != "/nghe/live") else {
            continue;
        };
        let path = filled(pattern, &everybody, &asset);
        for one in &everybody.all {
            let is_told = tells(&one.ask(&site, "GET", &path).send(), &sums);
            to_vendor += usize::from(one.letter == 'V' && is_told);
            if is_told && !MAY_SEE.contains(one.letter) {
                told.push(format!("{row}: {}", one.letter));
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
    assert!(to_vendor > 0, "she is not told either: nothing was looked for");
});

on_both!(no_key_without_amounts_is_told_what_a_stall_received, |db| {
    let site = Site::of(db);
    let everybody = Everybody::on(&site, db);
    pay(&site, &everybody);
    let sums = of_vendor(&site, &everybody);
    let all_but = |gone| Permission::ALL.iter().copied().filter(move |one| *one != gone);
    let without: Vec<_> = all_but(Permission::AmountsRead).collect();
    let (with, without) = (site.key_with(Permission::ALL), site.key_with(&without));
    let (mut told, mut known) = (Vec::new(), 0);
    for operation in Operation::all(&site).iter().filter(|one| one.method == "GET") {
        let world = &everybody.world;
        let is_told = |key: &str| {
            let answer = ask(&site, operation, world, &address(operation, world)).key(key).send();
            tells(&answer, &sums)
        };
        known += usize::from(is_told(&with));
        if is_told(&without) {
            told.push(operation.name());
        }
    }
    assert!(told.is_empty(), "{told:#?}");
    assert!(known > 0, "nobody is told: nothing was looked for");
});
