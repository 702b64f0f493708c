//! The print shop at the desk: a stall's card, a section's, the market's, slips and blank forms.

use std::time::Duration;

use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::print_support::read_all;
use crate::support::on_both;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

/// A stall in a section of its own, with a vendor and no code; the stall, the section.
pub fn uncoded(site: &Site, world: &World) -> (String, String) {
    let sections = format!("/api/v1/markets/{}/sections", world.id("markets"));
    let section = site.create(&sections, &json!({ "name": "Khu vải" }));
    (held(site, world, &section, "V-01"), section)
}

/// A stall with a vendor and nothing else.
pub fn held(site: &Site, world: &World, section: &str, code: &str) -> String {
    let stall = json!({ "section_id": section, "code": code, "goods": "Vải",
                        "wholesale": false, "size_class": "small", "position": 1 });
    let stalls = format!("/api/v1/markets/{}/stalls", world.id("markets"));
    let stall = site.create(&stalls, &stall);
    let vendor = site.create("/api/v1/vendors", &json!({ "name": "Trần Thị Bé" }));
    let held = json!({ "stall_id": stall, "vendor_id": vendor, "from_day": "2026-11-01" });
    site.create("/api/v1/occupancies", &held);
    stall
}

/// Looks at a job as a browser without scripts does, until its file is made.
fn until_made(visitor: &mut Visitor<'_>, path: &str) -> Answer {
    for _ in 0..600 {
        let shown = visitor.get(path);
        assert_eq!(shown.status, 200, "{}", shown.text());
        if shown.headers.get("refresh").is_none() {
            return shown;
        }
        assert_eq!(shown.header("refresh"), "2");
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the job is not made within half a minute");
}

on_both!(a_market_is_printed_from_the_desk, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (stall, _) = uncoded(&site, &world);
    let market = world.id("markets").to_owned();
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let page = member.get("/ql/in").text();
    assert!(page.contains("Số thẻ in được: 1"), "{page}");
    assert!(page.contains("V-01") && page.contains("chưa có mã"), "{page}");
    assert!(page.contains(&format!("/ql/so/sap/{stall}")), "{page}");
    // The list is ticked at first; a look at what will be printed does not tick it again.
    let ticked = |page: &str| {
        let after = page.split("name=\"bia\"").nth(1).unwrap();
        after.split('>').next().unwrap().contains("checked")
    };
    assert!(ticked(&page));
    let mut look = |query: &str| member.get(&format!("/ql/in?cho={market}&mau=a5{query}")).text();
    let (with, without) = (look("&bia=yes"), look(""));
    assert!(ticked(&with) && !ticked(&without), "{without}");
    let order = [("cho", &*market), ("mau", "sticker"), ("kieu", "mono"), ("bia", "yes")];
    let ordered = member.post("/ql/in", &order);
    assert_eq!(ordered.status, 303, "{}", ordered.text());
    let job = ordered.header("location").to_owned();
    let made = until_made(&mut member, &job).text();
    assert!(made.contains("In xong: 1/1"), "{made}");
    let file = member.get(&format!("{job}/the.pdf"));
    assert_eq!((file.status, file.header("content-type")), (200, "application/pdf"));
    let query = "layout=sticker&style=mono";
    let same = site.get(&format!("/api/v1/markets/{market}/sheet.pdf?{query}"));
    assert!(file.bytes == same.bytes, "the desk's file is the API's");
    // What is no choice is refused, and a section without cards says why.
    let odd = [("cho", &*market), ("mau", "a3")];
    assert_eq!(member.post("/ql/in", &odd).status, 422);
    assert_eq!(member.get("/ql/in?cho=mkt_0").status, 404);
    let mut official = Visitor::with_role(&site, "official", &[]);
    for path in ["/ql/in", &job, &format!("{job}/the.pdf")] {
        assert_eq!(official.get(path).status, 403, "{path}");
    }
});

on_both!(a_stalls_card_comes_in_every_form, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let stall = world.id("stalls").to_owned();
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    let page = member.get(&format!("/ql/so/sap/{stall}")).text();
    assert!(page.contains(&format!("/ql/in/sap/{stall}")), "{page}");
    let page = member.get(&format!("/ql/in/sap/{stall}"));
    assert_eq!(page.status, 200, "{}", page.text());
    let codes = site.get("/api/v1/codes?live=true").json["items"].clone();
    let payload = |code: &Value| code["payload"].as_str().unwrap().to_owned();
    let payloads: Vec<_> = codes.as_array().unwrap().iter().map(payload).collect();
    for layout in ["a5", "a6", "sticker", "picture"] {
        for style in ["colour", "mono", "contrast"] {
            let path = format!("/ql/in/sap/{stall}/the?mau={layout}&kieu={style}&tap=png");
            let card = member.get(&path);
            assert_eq!((card.status, card.header("content-type")), (200, "image/png"), "{path}");
            let read = read_all(&card.bytes);
            assert!(read.len() == 1 && payloads.contains(&read[0]), "{path}: {read:?}");
        }
    }
    let own = member.get(&format!("/ql/in/sap/{stall}/the?mau=a6_on_a4&tap=pdf"));
    let same = site.get(&format!("/api/v1/stalls/{stall}/card.pdf?layout=a6_on_a4"));
    assert!(own.bytes == same.bytes && own.status == 200);
    let tag = own.header("etag").to_owned();
    assert_eq!(tag, same.header("etag"));
    let drawn = member.get(&format!("/ql/in/sap/{stall}/the?tap=svg"));
    assert_eq!(drawn.header("content-type"), "image/svg+xml");
    assert_eq!(member.get(&format!("/ql/in/sap/{stall}/the?tap=gif")).status, 422);
    // A stall without a code says so.
    let (bare, _) = uncoded(&site, &world);
    let page = member.get(&format!("/ql/in/sap/{bare}")).text();
    assert!(page.contains("chưa có mã còn hiệu lực"), "{page}");
    assert_eq!(member.get(&format!("/ql/in/sap/{bare}/the")).status, 409);
    for (file, form) in [("dong-y", "consent-form"), ("ghe-lan-dau", "first-visit-form")] {
        let own = member.get(&format!("/ql/in/phieu/{file}.pdf"));
        let same = site.get(&format!("/api/v1/markets/{}/{form}.pdf", world.id("markets")));
        assert!(own.status == 200 && own.bytes == same.bytes, "{file}");
    }
    assert_eq!(member.get("/ql/in/phieu/khac.pdf").status, 404);
});

on_both!(a_slip_is_made_once_it_is_known_what_ends, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let path = format!("/ql/in/sap/{}/giay", world.id("stalls"));
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    let page = owner.get(&path).text();
    assert!(page.contains("giấy cũ hết dùng") && page.contains(&site.url), "{page}");
    let live = || {
        let links = site.get("/api/v1/stall-links").json["items"].clone();
        let is_live = |link: &&Value| link["revoked_at"].is_null() && !link["printed_at"].is_null();
        let live = links.as_array().unwrap().iter().filter(is_live);
        live.map(|link| link["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let url = ("url", "https://cho.example");
    let unsure = owner.post(&path, &[url]);
    assert_eq!(unsure.status, 422, "{}", unsure.text());
    let before = live();
    let made = owner.post(&path, &[url, ("sure", "yes")]);
    assert_eq!((made.status, made.header("content-type")), (200, "application/pdf"));
    assert_eq!(made.header("cache-control"), "private, no-store");
    assert!(made.header("content-disposition").starts_with("attachment"));
    let first = live();
    assert_eq!(first.len(), 2, "{before:?} {first:?}");
    assert_eq!(owner.post(&path, &[url, ("sure", "yes")]).status, 200);
    let second = live();
    assert_eq!(second.len(), 2);
    assert!(first.iter().all(|id| !second.contains(id)), "the slip before opens nothing more");
    let odd = owner.post(&path, &[("url", "cho.example"), ("sure", "yes")]);
    assert_eq!(odd.status, 422, "{}", odd.text());
    assert_eq!(live(), second, "where it cannot be made, nothing ends");
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    assert_eq!(organiser.get(&path).status, 403);
    assert_eq!(organiser.post(&path, &[url, ("sure", "yes")]).status, 403);
});

on_both!(who_is_limited_to_a_section_prints_that_alone, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let (_, other) = uncoded(&site, &world);
    let (market, own) = (world.id("markets").to_owned(), world.id("sections").to_owned());
    let mut whole = Visitor::with_role(&site, "organiser", &[]);
    let all = whole.post("/ql/in", &[("cho", &market)]).header("location").to_owned();
    let mut limited = Visitor::with_role(&site, "organiser", &[&own]);
    let page = limited.get("/ql/in").text();
    assert!(page.contains("Số thẻ in được: 1") && !page.contains("Khu vải"), "{page}");
    assert!(!page.contains("Cả chợ"), "{page}");
    assert_eq!(limited.get(&format!("/ql/in?khu={other}")).status, 404);
    assert_eq!(limited.post("/ql/in", &[("cho", &market)]).status, 403);
    let of = |section: &str| [("cho", market.clone()), ("khu", section.to_owned())];
    let ask = |visitor: &mut Visitor<'_>, section: &str| {
        let of = of(section);
        visitor.post("/ql/in", &of.each_ref().map(|(name, text)| (*name, text.as_str())))
    };
    assert_eq!(ask(&mut limited, &other).status, 404);
    let ordered = ask(&mut limited, &own);
    assert_eq!(ordered.status, 303, "{}", ordered.text());
    let job = ordered.header("location").to_owned();
    until_made(&mut limited, &job);
    assert_eq!(limited.get(&format!("{job}/the.pdf")).status, 200);
    assert_ne!(all, job, "the market's job is another, although it has the same cards");
    assert_eq!(limited.get(&all).status, 404);
    assert_eq!(limited.get(&format!("{all}/the.pdf")).status, 404);
    let mut elsewhere = Visitor::with_role(&site, "team_member", &[&other]);
    assert_eq!(elsewhere.get(&job).status, 404);
    assert_eq!(elsewhere.get(&format!("/ql/in/sap/{}", world.id("stalls"))).status, 404);
    assert_eq!(elsewhere.get(&format!("/ql/in/sap/{}/the", world.id("stalls"))).status, 404);
});

on_both!(printing_is_seen_on_a_phone, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    uncoded(&site, &world);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "owner", &[]);
    press(&mut browser, "a[href=\"/ql/in\"]");
    says(&mut browser, "chưa có mã");
    browser.desk_pictures("print");
    browser.value("document.querySelector('[name=mau]').value = 'sticker'");
    press(&mut browser, "form[method=post][action=\"/ql/in\"] button");
    browser.until("document.body.innerText.includes('In xong')");
    browser.desk_pictures("print-job");
    browser.open(&format!("{}/ql/in/sap/{}", site.url, world.id("stalls")));
    browser.desk_pictures("print-stall");
    press(&mut browser, "a[href$=\"/giay\"]");
    browser.desk_pictures("slip");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
