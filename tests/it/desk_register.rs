//! The register at the desk, in a real browser and by its forms.

use std::time::Instant;

use cho40::feeds::statements::plain;
use cho40::registry::import;
use cho40::registry::{markets, roll};
use serde_json::{Value, json};

use crate::desk_pages::{enter, press, says, send};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::support::{TestDb, on_both};
use crate::web_support::Site;

const HEAD: &str = "Khu,Số sạp,Hàng bán,Tiểu thương,Điện thoại,Khóm,Ngân hàng,Số tài khoản,Chủ tài khoản,Chủ tài khoản là";

/// A market of stalls in two sections; one account serves two of them.
pub fn market(db: &mut TestDb, stalls: usize) {
    let act = db.act();
    let new = json!({ "name": "Chợ Thới Bình", "commune": "Xã Thới Bình", "province": "Cà Mau" });
    let id =
        markets::create(db.connection(), &act, serde_json::from_value(new).unwrap()).unwrap().id;
    let row = |n: usize| {
        let (section, letter) =
            if n.is_multiple_of(3) { ("Khu cá", 'A') } else { ("Khu rau", 'B') };
        let account = match n % 4 {
            0 => format!("Vietcombank,77{n:08},NGUOI BAN {n},chính tiểu thương"),
            1 => "MB,0099887766,LE THI CHUNG,người nhà".to_owned(),
            _ => ",,,".to_owned(),
        };
        format!("{section},{letter}-{n:02},Hàng {n},Người Bán {n},09{n:08},{},{account}", n % 8 + 1)
    };
    let rows: Vec<String> = (1..=stalls).map(row).collect();
    let rows =
        plain(format!("{HEAD}\n{}\nKhu cá,A-99,Cá,,,,,,,\n", rows.join("\n")).as_bytes()).unwrap();
    let done = db.connection().in_transaction(|c| import::run(c, &act, id, &rows, false)).unwrap();
    assert!(done.is_done, "{done:?}");
}

on_both!(an_organiser_reads_and_changes_the_register, |db| {
    let site = Site::of(db);
    market(db, 12);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "organiser", &[]);
    says(&mut browser, "sạp đang bán chưa có mã");
    browser.desk_pictures("start-organiser");
    browser.open(&format!("{}/ql/so", site.url));
    says(&mut browser, "13 sạp");
    browser.desk_pictures("register");
    // Typed without accents; the script asks for the rows alone.
    browser.value(
        "var q = document.querySelector('[name=q]'); q.value = 'nguoi ban 7'; \
        q.dispatchEvent(new Event('input', { bubbles: true })); 0",
    );
    browser.until("document.querySelector('caption').innerText.indexOf('1 ') === 0");
    assert_eq!(browser.value("location.search.indexOf('q=nguoi') > 0"), true);
    browser.open(&format!("{}/ql/so/luoi", site.url));
    browser.desk_pictures("grid");
    browser.open(&format!("{}/ql/so?q=B-01", site.url));
    press(&mut browser, "tbody a");
    says(&mut browser, "Người Bán 1");
    says(&mut browser, "tài khoản của người nhà");
    says(&mut browser, "dùng chung: A-09, B-01, B-05");
    browser.desk_pictures("stall");
    press(&mut browser, "a[href$=\"/sua\"]");
    browser.desk_pictures("stall-change");
    send(&mut browser, &[("code", "A-03")]);
    says(&mut browser, "đã có");
    browser.desk_pictures("stall-refused");
    send(&mut browser, &[("code", "B-01A"), ("goods", "Rau sạch")]);
    says(&mut browser, "Đã lưu");
    says(&mut browser, "Rau sạch");
    press(&mut browser, "a[href*=\"/so/o/\"][href$=\"/het\"]");
    browser.desk_pictures("holder-end");
    send(&mut browser, &[]);
    says(&mut browser, "Đã lưu");
    press(&mut browser, "a[href*=\"/so/sap/\"][href$=\"/nguoi\"]");
    browser.desk_pictures("holder-new");
    send(&mut browser, &[("from_day", "2026-11-25"), ("name", "Cô Mới"), ("phone", "0911222333")]);
    says(&mut browser, "Cô Mới");
    press(&mut browser, "a[href*=\"/so/o/\"][href$=\"/tk\"]");
    browser.desk_pictures("link-new");
    let account = [("bin", "970436"), ("number", "5550001"), ("holder_name", "CO MOI")];
    send(&mut browser, &account);
    says(&mut browser, "5550001");
    for (path, name) in [("nguoi", "vendors"), ("tk", "accounts"), ("nhap", "import")] {
        browser.open(&format!("{}/ql/so/{path}", site.url));
        browser.desk_pictures(name);
    }
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(chosen_stalls_are_changed_together_or_not_at_all, |db| {
    let site = Site::of(db);
    market(db, 6);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let act = db.act();
    let before = roll::load(db.connection(), &act).unwrap();
    let id =
        |code: &str| before.stalls.iter().find(|stall| stall.code == code).unwrap().id.to_string();
    let fish = before.sections.values().find(|one| one.name == "Khu cá").unwrap().id.to_string();
    let home =
        before.neighbourhoods.values().find(|one| one.name == "Khóm 7").unwrap().id.to_string();
    let (one, two) = (id("B-01"), id("B-02"));
    let lost = cho40::primitives::ids::StallId(7).to_string();
    let fields = [("id", one.as_str()), ("id", &lost), ("section_id", &fish), ("goods", "Khô")];
    assert_eq!(organiser.post("/ql/so/doi", &fields).status, 404);
    let goods = |db: &mut TestDb| {
        let roll = roll::load(db.connection(), &act).unwrap();
        let of = |id: &str| {
            let stall = roll.stalls.iter().find(|stall| stall.id.to_string() == id).unwrap();
            let line = roll.line(stall).unwrap();
            (
                stall.goods.clone(),
                line.section.name.clone(),
                line.neighbourhood.unwrap().name.clone(),
            )
        };
        [of(&one), of(&two)]
    };
    assert_eq!(goods(db)[0].0, "Hàng 1", "nothing of it is done");
    let fields = [
        ("id", one.as_str()),
        ("id", &two),
        ("section_id", &fish),
        ("neighbourhood_id", &home),
        ("goods", "Khô"),
    ];
    assert_eq!(organiser.post("/ql/so/doi", &fields).header("location"), "/ql/so");
    let changed = ("Khô".to_owned(), "Khu cá".to_owned(), "Khóm 7".to_owned());
    assert_eq!(goods(db), [changed.clone(), changed]);
});

on_both!(who_may_not_write_is_shown_no_forms_and_may_send_none, |db| {
    let site = Site::of(db);
    market(db, 6);
    let act = db.act();
    let roll = roll::load(db.connection(), &act).unwrap();
    let stall = format!("/ql/so/sap/{}", roll.stalls[0].id);
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    for page in ["/ql/so", "/ql/so/luoi", &stall, "/ql/so/nguoi", "/ql/so/tk"] {
        let shown = member.get(page);
        assert_eq!(shown.status, 200, "{page}");
        for form in ["/ql/so/doi", "/sua", "/het", "/ql/so/nhap", "/ql/so/sap/moi"] {
            assert!(!shown.text().contains(form), "{page} leads to {form}");
        }
    }
    let changed = [("code", "X"), ("section_id", "x"), ("goods", "x"), ("size_class", "small")];
    let section = roll.stalls[0].section_id.to_string();
    let changed =
        changed.map(|(name, value)| (name, if name == "section_id" { &section } else { value }));
    assert_eq!(member.post(&format!("{stall}/sua"), &changed).status, 403);
    assert_eq!(member.post("/ql/so/sap/moi", &changed).status, 403);
    assert_eq!(member.get(&format!("{stall}/sua")).status, 403);
    assert_eq!(member.get("/ql/so/nhap").status, 403);
    assert_eq!(member.get("/ql/so/tap/so-cho.csv").status, 403);
    let mut official = Visitor::with_role(&site, "official", &[]);
    for page in ["/ql/so", "/ql/so/luoi", &stall, "/ql/so/nguoi", "/ql/so/tk"] {
        assert_eq!(official.get(page).status, 403, "{page}");
    }
});

on_both!(somebody_limited_to_a_section_sees_its_register_alone, |db| {
    let site = Site::of(db);
    market(db, 12);
    let act = db.act();
    let roll = roll::load(db.connection(), &act).unwrap();
    let fish = roll.sections.values().find(|one| one.name == "Khu cá").unwrap().id;
    let mut organiser = Visitor::with_role(&site, "organiser", &[&fish.to_string()]);
    for page in ["/ql", "/ql/so", "/ql/so/luoi", "/ql/so/nguoi", "/ql/so/tap/so-cho.csv"] {
        let shown = organiser.get(page);
        assert_eq!(shown.status, 200, "{page}: {}", shown.text());
        assert!(!shown.text().contains("B-01") && !shown.text().contains("Khu rau"), "{page}");
        assert!(!shown.text().contains("Người Bán 1<"), "{page}");
    }
    let theirs = roll.stalls.iter().find(|stall| stall.code == "B-01").unwrap();
    let held = roll.held(theirs.id).next().unwrap();
    let link = roll.linked(held.id).next().unwrap();
    for path in [
        format!("/ql/so/sap/{}", theirs.id),
        format!("/ql/so/sap/{}/sua", theirs.id),
        format!("/ql/so/sap/{}/nguoi", theirs.id),
        format!("/ql/so/o/{}/het", held.id),
        format!("/ql/so/o/{}/tk", held.id),
        format!("/ql/so/lk/{}/het", link.id),
        format!("/ql/so/nguoi/{}", held.vendor_id),
    ] {
        assert_eq!(organiser.get(&path).status, 404, "{path}");
        let sent = organiser.post(&path, &[("to_day", "2026-12-01"), ("from_day", "2026-12-01")]);
        assert!([404, 405].contains(&sent.status), "{path}: {}", sent.status);
    }
});

on_both!(pages_of_a_thousand_stalls_are_quick_and_small, |db| {
    let site = Site::of(db);
    market(db, 1_000);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    for page in
        ["/ql", "/ql/so", "/ql/so?sort=vendor&q=nguoi", "/ql/so/luoi", "/ql/so/nguoi", "/ql/so/tk"]
    {
        organiser.get(page);
        let began = Instant::now();
        let shown = organiser.get(page);
        let took = began.elapsed();
        assert_eq!(shown.status, 200);
        eprintln!("{page}: {took:?}, {} bytes", shown.bytes.len());
        assert!(shown.bytes.len() < 250_000, "{page}: {}", shown.bytes.len());
    }
});

on_both!(a_register_is_begun_from_nothing, |db| {
    let site = Site::of(db);
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    assert_eq!(owner.get("/ql/so/nhap").header("location"), "/ql/so/cho/moi");
    assert!(owner.get("/ql/so/cho/moi").text().contains("Chưa có chợ nào"));
    let place = [("name", "Chợ Mới"), ("commune", "Xã Thới Bình"), ("province", "Cà Mau")];
    assert_eq!(owner.post("/ql/so/cho/moi", &place).header("location"), "/ql/so/khu/moi");
    let market = owner.get("/ql/so/khu/moi").text();
    let market =
        market.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let section = [("market_id", market.as_str()), ("name", "Khu cá")];
    assert_eq!(owner.post("/ql/so/khu/moi", &section).header("location"), "/ql/so");
    let taken = owner.post("/ql/so/khu/moi", &section);
    assert_eq!(taken.status, 409, "{}", taken.text());
    let page = owner.get("/ql/so/sap/moi").text();
    let id = page.split("value=\"sec_").nth(1).unwrap().split('"').next().unwrap();
    let id = format!("sec_{id}");
    let stall =
        [("section_id", id.as_str()), ("code", "A-01"), ("goods", "Cá"), ("size_class", "small")];
    let made = owner.post("/ql/so/sap/moi", &stall);
    assert!(made.header("location").starts_with("/ql/so/sap/stl_"), "{}", made.text());
    assert!(owner.get("/ql/so").text().contains("A-01"));
    let mut member = Visitor::with_role(&site, "team_member", &[]);
    for page in ["/ql/so/cho/moi", "/ql/so/khu/moi"] {
        assert_eq!(member.get(page).status, 403, "{page}");
    }
});
