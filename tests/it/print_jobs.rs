//! Print orders that are made in the background.

use std::cell::RefCell;
use std::time::Duration;

use cho40::primitives::time::MS_PER_MINUTE;
use cho40::print::{Layout, Press, Style};
use serde_json::{Value, json};

use crate::print_support::{PRESS, market, said};
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

#[test]
fn in_parts_the_same_file_is_made() {
    for (cards, steps) in [(121, &[120, 121][..]), (3, &[3])] {
        let sheet = market(cards, Layout::StickerOnA4, Style::Mono);
        let told = RefCell::new(Vec::new());
        let parts = PRESS.set_in_parts(&sheet, |done| told.borrow_mut().push(done)).unwrap();
        assert_eq!(*told.borrow(), steps);
        let whole = PRESS.set(&sheet).unwrap();
        assert_eq!(parts.pages().len(), whole.pages().len());
        for (part, whole) in parts.pages().iter().zip(whole.pages()) {
            assert_eq!(said(&part.frame), said(&whole.frame));
        }
        assert!(parts.pdf().unwrap() == whole.pdf().unwrap(), "{cards} cards");
    }
}

/// The program's templates would take minutes without optimisation; what is looked at here is that
/// no card is lost and that the way is told.
#[test]
fn two_thousand_stalls_are_told_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let template = "#let data = json(\"data.json\")\n#set document(title: data.title)\n\
        #for card in data.cards { page(width: 30mm, height: 20mm, margin: 1mm, card.stall) }";
    std::fs::write(folder.path().join("main.typ"), template).unwrap();
    let press = Press::new(Some(folder.path())).unwrap();
    let sheet = market(2_000, Layout::A6, Style::Mono);
    let told = RefCell::new(Vec::new());
    let printed = press.set_in_parts(&sheet, |done| told.borrow_mut().push(done)).unwrap();
    let steps: Vec<usize> = (1..=16).map(|part| part * 120).chain([2_000]).collect();
    assert_eq!(*told.borrow(), steps);
    let stalls: Vec<_> = printed.pages().iter().map(|page| said(&page.frame)).collect();
    let dense = |text: &String| text.split_whitespace().collect::<String>();
    let expected: Vec<_> = sheet.cards.iter().map(|card| dense(&card.stall)).collect();
    assert_eq!(stalls, expected);
}

/// Looks at a job until its file is made.
fn until_made(site: &Site, path: &str) -> Value {
    for _ in 0..600 {
        let shown = site.get(path);
        assert_eq!(shown.status, 200, "{}", shown.text());
        if shown.json["state"] != "working" {
            return shown.json;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the job is not made within half a minute");
}

on_both!(a_market_is_ordered_watched_and_fetched, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let jobs = world.path("/api/v1/markets/{market_id}/print-jobs");
    let order = json!({ "layout": "sticker", "style": "mono" });
    let ordered = site.post(&jobs, &order);
    assert_eq!(ordered.status, 202, "{}", ordered.text());
    let path = ordered.header("location").to_owned();
    assert_eq!(path, format!("/api/v1/print-jobs/{}", ordered.json["id"].as_str().unwrap()));
    assert_eq!(ordered.json["total"], 1);
    let early = site.get(&format!("{path}/file.pdf"));
    assert!(early.status == 200 || early.problem(409) == "print-job-working");
    let made = until_made(&site, &path);
    assert_eq!((&made["state"], &made["done"]), (&json!("ready"), &json!(1)));
    let file = site.get(&format!("{path}/file.pdf"));
    assert_eq!((file.status, file.header("content-type")), (200, "application/pdf"));
    assert!(file.header("content-disposition").contains("cho-thoi-binh-sticker.pdf"));
    let sheet = world.path("/api/v1/markets/{market_id}/sheet.pdf");
    let at_once = site.get(&format!("{sheet}?layout=sticker&style=mono"));
    assert!(file.bytes == at_once.bytes, "the same file as at once");
    assert_eq!(site.post(&jobs, &order).json["id"], ordered.json["id"], "the same order");
    let other = json!({ "layout": "sticker", "style": "contrast" });
    assert_ne!(site.post(&jobs, &other).json["id"], ordered.json["id"]);
    // Another board's key, and another process of the same installation.
    let theirs = site.ask("GET", &path).key(&site.other_key).send();
    assert_eq!(theirs.problem(404), "not-found");
    let again = Site::of(db);
    assert_eq!(again.get(&path).problem(404), "not-found");
    db.clock.move_to(db.clock.now().plus_ms(30 * MS_PER_MINUTE));
    assert_eq!(site.get(&path).problem(404), "not-found");
    assert_eq!(site.get(&format!("{path}/file.pdf")).problem(404), "not-found");
});

on_both!(what_cannot_be_printed_makes_no_job, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let jobs = world.path("/api/v1/markets/{market_id}/print-jobs");
    let strange = json!({ "section_id": "sec_0000000000001" });
    assert_eq!(site.post(&jobs, &strange).problem(404), "not-found");
    assert_eq!(site.post(&jobs, &json!({ "layout": "a3" })).status, 422);
    let market = json!({ "name": "Chợ Mới", "commune": "Xã Mới", "province": "Cà Mau" });
    let empty = format!("/api/v1/markets/{}/print-jobs", site.create("/api/v1/markets", &market));
    assert_eq!(site.post(&empty, &json!({})).problem(409), "market-without-codes");
});
