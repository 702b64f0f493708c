//! Slips with a stall's two links, and blank forms.

use std::path::Path;
use std::process::{Command, Output};

use cho40::live::links::{self, IssuedLink, LinkKind, NewStallLink};
use cho40::primitives::ids::OccupancyId;
use cho40::print::forms::{self, Form};
use cho40::print::slip::{self, Slip, SlipOrder};
use cho40::print::{Kind, Paper as _};
use cho40::registry::accounts::UseKind;
use cho40::registry::consents::Purpose;
use cho40::registry::vendors::{self, VendorChange, VendorFilter};
use cho40::registry::{PageRequest, markets};
use serde_json::{Value, json};
use typst::layout::Abs;

use crate::cli::text_of;
use crate::phone_stall::{Stall, press};
use crate::print_support::{PRESS, read_all, said, set, spots};
use crate::print_text::copied;
use crate::registry_support::refusal;
use crate::stage::Stage;
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

const URL: &str = "https://cho.example";

/// A vendor's link, and a market in print.
pub fn make(world: &mut World, site: &Site, listener: String) {
    let owner = world.body("POST /api/v1/stall-links");
    let owner = world.post(site, "/api/v1/stall-links", &owner).json;
    world.paths = [listener, owner["path"].as_str().unwrap().to_owned()];
    let jobs = world.path("/api/v1/markets/{market_id}/print-jobs");
    let job = world.post(site, &jobs, &json!({ "layout": "sticker", "cover": false })).json;
    world.ids.insert("print-jobs", job["id"].as_str().unwrap().to_owned());
}

/// A good body for an operation, each of its fields in it.
pub fn body(world: &World, operation: &str) -> Option<Value> {
    Some(match operation {
        "POST /api/v1/markets/{market_id}/print-jobs" => json!({
            "layout": "sticker", "style": "mono", "section_id": world.id("sections"),
            "cover": false }),
        "POST /api/v1/occupancies/{id}/slip.pdf" => json!({
            "url": "https://cho.example", "listener_path": world.paths[0],
            "owner_path": world.paths[1] }),
        "POST /api/v1/vendors/{id}/erase" | "POST /api/v1/accounts/{id}/erase" => json!({}),
        "POST /api/v1/payers/copy" | "POST /api/v1/payers/erase" => json!({
            "account": "9990009990", "bin": "970436", "name": "Trần Văn Khách" }),
        _ => return None,
    })
}

fn link(stage: &Stage, occupancy_id: OccupancyId, kind: LinkKind) -> IssuedLink {
    let new =
        NewStallLink {
            occupancy_id, kind, name: "Giấy".into(), shows_payer: false, address: None
        };
    stage.write(move |connection, act| links::create(connection, act, new))
}

fn order(listener: &IssuedLink, owner: &IssuedLink) -> SlipOrder {
    SlipOrder {
        url: URL.into(),
        listener_path: listener.path.clone(),
        owner_path: owner.path.clone(),
    }
}

fn slip(stage: &Stage, id: OccupancyId, order: &SlipOrder) -> cho40::db::Outcome<Slip> {
    let order = order.clone();
    stage.try_write(move |connection, act| slip::of_occupancy(connection, act, id, &order))
}

on_both!(a_slip_shows_both_links_and_who_gets_which, |db| {
    let stage = Stage::new(db);
    let id = stage.stand("A-01", "0123", UseKind::Mixed).occupancy_id;
    let of = |kind| link(&stage, id, kind);
    let (listener, owner) = (of(LinkKind::Listener), of(LinkKind::Owner));
    let made = slip(&stage, id, &order(&listener, &owner)).unwrap();
    let printed = set("slip", &made);
    let [page] = printed.pages() else { panic!("one page") };
    assert_eq!((page.frame.size().x, page.frame.size().y), (Abs::mm(148.0), Abs::mm(210.0)));
    let expected = [format!("{URL}{}", listener.path), format!("{URL}{}", owner.path)];
    assert_eq!(made.links(), &expected);
    for dpi in [300, 150] {
        let mut found = read_all(&printed.write(Kind::Png, dpi).unwrap());
        found.sort();
        assert_eq!(found, expected, "at {dpi} dpi");
    }
    let words = said(&page.frame);
    for text in [
        "Nguyễn Thị A-01",
        "Chợ Thới Bình",
        "Sạp A-01",
        "NGHE TIỀN VỀ",
        "CHỦ SẠP",
        "Đừng cho ai mượn",
        "24/11/2026",
    ] {
        let dense: String = text.split_whitespace().collect();
        assert!(words.contains(&dense), "no {text}: {words}");
    }
    let [text] = &copied(printed.pdf().unwrap())[..] else { panic!("one page") };
    // Whoever cannot scan can copy.
    assert!(text.contains(&expected[1]), "{text}");
    assert_eq!(made.file_name(Kind::Pdf), "a-01-hai-ma.pdf");
});

on_both!(a_slip_of_long_names_stays_on_its_paper, |db| {
    let stage = Stage::new(db);
    let id = stage.stand("NHÀ LỒNG KHU B-1234A", "0123", UseKind::Mixed).occupancy_id;
    let name = "Nguyễn Phước Thiên Phượng Quỳnh Như (Bảy Nghĩa), vợ ông Trương Đỗ Khắc Thịnh Ấu";
    stage.write(move |connection, act| {
        let all = vendors::list(connection, act, &VendorFilter::default(), PageRequest::default())?;
        let change = VendorChange { name: Some(name.into()), ..VendorChange::default() };
        vendors::change(connection, act, all.items[0].id, change)
    });
    let of = |kind| link(&stage, id, kind);
    let url = format!("https://{}.example", "w".repeat(84));
    let order = SlipOrder { url, ..order(&of(LinkKind::Listener), &of(LinkKind::Owner)) };
    let made = slip(&stage, id, &order).unwrap();
    let printed = set("slip-longest", &made);
    let [page] = printed.pages() else { panic!("one page") };
    let (edge, size) = (Abs::mm(2.0), page.frame.size());
    let all = spots(&page.frame, 0.8, 0.1);
    for (number, spot) in all.iter().enumerate() {
        let is_inside = spot.left >= edge
            && spot.top >= edge
            && spot.right <= size.x - edge
            && spot.bottom <= size.y - edge;
        assert!(is_inside, "{spot:?} leaves {size:?}");
        let under = all[number + 1..].iter().find(|other| spot.meets(other));
        assert!(under.is_none(), "{spot:?} on {under:?}");
    }
    let mut found = read_all(&printed.write(Kind::Png, 150).unwrap());
    found.sort();
    assert_eq!(found, made.links());
});

on_both!(a_market_of_a_long_name_does_not_run_into_the_slips_title, |db| {
    let stage = Stage::new(db);
    let id = stage.stand("A-01", "0123", UseKind::Mixed).occupancy_id;
    let (listener, owner) =
        (link(&stage, id, LinkKind::Listener), link(&stage, id, LinkKind::Owner));
    for name in [
        "Chợ nông sản thực phẩm Thới Bình",
        "Chợ trung tâm thị trấn Sông Đốc và vùng phụ cận",
        "Chợ đầu mối nông sản, thủy sản và thực phẩm tươi sống liên xã Vĩnh Hưng – Ngã Bảy",
    ] {
        stage.write(move |connection, act| {
            let all = markets::list(connection, act, PageRequest::default())?;
            let change = markets::MarketChange { name: Some(name.into()), ..Default::default() };
            markets::change(connection, act, all.items[0].id, change)
        });
        let printed = set("slip-market", &slip(&stage, id, &order(&listener, &owner)).unwrap());
        assert_eq!(printed.small(), None, "{name}");
        // Marks of capitals rise above them by half their height.
        let all = spots(&printed.pages()[0].frame, 1.06, 0.1);
        for (number, spot) in all.iter().enumerate() {
            let under = all[number + 1..].iter().find(|other| spot.meets(other));
            assert!(under.is_none(), "{name}: {spot:?} on {under:?}");
        }
    }
});

on_both!(a_slip_takes_only_the_stalls_own_live_links, |db| {
    let stage = Stage::new(db);
    let id = stage.stand("A-01", "0123", UseKind::Mixed).occupancy_id;
    let other = stage.stand("A-02", "0456", UseKind::Mixed).occupancy_id;
    let (listener, owner) =
        (link(&stage, id, LinkKind::Listener), link(&stage, id, LinkKind::Owner));
    let theirs = link(&stage, other, LinkKind::Owner);
    let field = |order: &SlipOrder| {
        let refused = refusal(slip(&stage, id, order));
        (refused.code, refused.field.unwrap().into_owned())
    };
    let unknown = |field: &str| ("slip-link-unknown", field.to_owned());
    assert_eq!(field(&order(&owner, &owner)), unknown("listener_path"));
    assert_eq!(field(&order(&listener, &listener)), unknown("owner_path"));
    assert_eq!(field(&order(&listener, &theirs)), unknown("owner_path"));
    let good = order(&listener, &owner);
    // The right token on the wrong page would open nothing.
    let wrong = SlipOrder { owner_path: owner.path.replace("/sap/", "/nghe/"), ..good.clone() };
    assert_eq!(field(&wrong), unknown("owner_path"));
    let elsewhere = SlipOrder { url: "cho.example/".into(), ..good.clone() };
    assert_eq!(field(&elsewhere), ("slip-url-malformed", "url".to_owned()));
    assert!(slip(&stage, id, &good).is_ok());
    let gone = owner.link.id;
    stage.write(move |connection, act| links::revoke(connection, act, gone));
    assert_eq!(field(&good), unknown("owner_path"));
});

on_both!(a_new_slip_ends_the_one_before_whatever_its_links_are_called, |db| {
    let stage = Stage::new(db);
    let id = stage.stand("A-01", "0123", UseKind::Mixed).occupancy_id;
    let of = |kind| link(&stage, id, kind);
    let by_zalo = of(LinkKind::Listener);
    let (listener, owner) = (of(LinkKind::Listener), of(LinkKind::Owner));
    let first = order(&listener, &owner);
    let is_live = |link: &IssuedLink| {
        let id = link.link.id;
        stage.read(move |connection, act| links::get(connection, act, id)).revoked_at.is_none()
    };
    // The same paper again, of links that are still good.
    for _ in 0..2 {
        slip(&stage, id, &first).unwrap();
        assert!(is_live(&listener) && is_live(&owner) && is_live(&by_zalo));
    }
    let second = order(&of(LinkKind::Listener), &of(LinkKind::Owner));
    assert!(is_live(&listener), "a link alone is no paper");
    slip(&stage, id, &second).unwrap();
    assert!(!is_live(&listener) && !is_live(&owner), "the lost paper opens nothing");
    assert!(is_live(&by_zalo));
    let stall_id = stage.read(|connection, act| {
        cho40::registry::occupancies::get(connection, act, id).map(|found| found.stall_id)
    });
    let third = stage
        .write(move |connection, act| slip::of_new_links(connection, act, stall_id, URL.into()));
    assert_eq!(third.ended.len(), 2);
    assert_eq!(refusal(slip(&stage, id, &second)).code, "slip-link-unknown");
    assert!(is_live(&by_zalo));
});

on_both!(a_slip_comes_by_the_api_and_its_codes_open_the_pages, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let [listener, owner] = ["listener", "owner"].map(|kind| stall.link(&site, kind, false));
    let path = stall.world.path("/api/v1/occupancies/{id}/slip.pdf");
    let body = json!({ "url": site.url, "listener_path": listener.path, "owner_path": owner.path });
    let made = site.post(&path, &body);
    assert_eq!((made.status, made.header("content-type")), (200, "application/pdf"));
    assert_eq!(made.header("cache-control"), "private, no-store");
    assert!(made.bytes.starts_with(b"%PDF-"));
    // Printing makes nothing and uses nothing up.
    assert_eq!(site.post(&path, &body).bytes, made.bytes);
    assert_eq!(press(&site, owner.token(), None).status, 303);
    let key = site.key_with(&[cho40::access::Permission::RegistryRead]);
    let lacking = site.ask("POST", &path).key(&key).json(&body).send();
    assert_eq!(lacking.problem(403), "forbidden");
});

on_both!(blank_forms_have_one_page_and_all_they_ask, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    for (file, texts) in [
        (
            "consent-form",
            &["Phiếu đồng ý", "Cho sạp dùng tài khoản của tôi", "Rút lại lúc nào cũng được"][..],
        ),
        ("first-visit-form", &["Phiếu ghé sạp lần đầu", "Thử 1.000 đ", "Không hỏi số căn cước"]),
    ] {
        let path = stall.world.path(&format!("/api/v1/markets/{{market_id}}/{file}.pdf"));
        let form = site.get(&path);
        assert_eq!((form.status, form.header("content-type")), (200, "application/pdf"));
        let [text] = &copied(form.bytes)[..] else { panic!("{file} has one page") };
        for words in texts {
            let dense: String = words.split_whitespace().collect();
            assert!(text.contains(&dense), "{file}: no {words} in {text}");
        }
    }
});

on_both!(the_consent_form_asks_for_every_purpose_in_black_and_white, |db| {
    let stage = Stage::new(db);
    let market = stage.read(|connection, act| {
        let all = cho40::registry::markets::list(connection, act, PageRequest::default())?;
        Ok(all.items[0].id)
    });
    for form in Form::ALL {
        let blank = stage.read(|connection, act| forms::of_market(connection, act, market, *form));
        let printed = set(form.as_str(), &blank);
        assert_eq!(printed.pages().len(), 1);
        let png = image::load_from_memory(&printed.write(Kind::Png, 72).unwrap()).unwrap();
        assert_eq!(png.color(), image::ColorType::L8, "{form:?} has colours");
        let same = PRESS.set(&blank).unwrap();
        assert_eq!(same.pdf().unwrap(), printed.pdf().unwrap());
        if *form == Form::Consent {
            let words = said(&printed.pages()[0].frame);
            assert_eq!(words.matches("Ngườiđồngý:").count(), Purpose::ALL.len());
            assert!(words.contains("Sốtàikhoản") && words.contains("tựxóasau90ngày"));
        }
    }
});

on_both!(blank_forms_of_a_market_with_a_long_name_have_one_page, |db| {
    let stage = Stage::new(db);
    let long = "Chợ trung tâm thương mại và dịch vụ nông thủy sản tổng hợp xã Thới Bình – \
                Biển Bạch Đông, khu bến tàu cũ và bến xe";
    for name in ["Chợ trung tâm thương mại huyện Thới Bình", long] {
        let market = stage.write(move |connection, act| {
            let all = markets::list(connection, act, PageRequest::default())?;
            let change = markets::MarketChange {
                name: Some(name.into()),
                province: Some("Thành phố Hồ Chí Minh".into()),
                ..Default::default()
            };
            markets::change(connection, act, all.items[0].id, change)
        });
        for form in Form::ALL {
            let read =
                |connection: &mut _, act: &_| forms::of_market(connection, act, market.id, *form);
            let printed = set(&format!("{}-{}", form.as_str(), name.len()), &stage.read(read));
            assert_eq!(printed.pages().len(), 1, "{form:?} {name}");
        }
    }
});

fn print(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
    command.current_dir(home).env_remove("CHO40_DATABASE_URL");
    command.env("CHO40_SECRET_KEY", "40".repeat(32)).arg("print").args(args).output().unwrap()
}

on_both!(slips_and_forms_come_from_the_command_line, |db| {
    let url = text_of(db.url());
    let stage = Stage::new(db);
    let id = stage.stand("A-01", "0123456789", UseKind::BusinessOnly).occupancy_id;
    let home = tempfile::tempdir().unwrap();
    let from = ["--database-url", &url, "--board", "Ban quản lý chợ Thới Bình"];
    let run = |args: &[&str]| print(home.path(), &[args, &from].concat());
    for args in [&["consent-form", "--out", "a.pdf"][..], &["visit-form", "--out", "b.PDF"]] {
        assert!(run(args).status.success(), "{args:?}");
    }
    let count = |stage: &Stage| {
        let filter = links::StallLinkFilter { occupancy_id: Some(id) };
        let page = PageRequest::default();
        stage.read(|connection, act| links::list(connection, act, &filter, page)).items.len()
    };
    for args in [
        ["--stall", "A-01", "--url", URL, "--out", "slip.png"],
        ["--stall", "A-01", "--url", "cho.example", "--out", "slip.pdf"],
        ["--stall", "Z-9", "--url", URL, "--out", "slip.pdf"],
        ["--stall", "A-01", "--url", URL, "--out", "nowhere/slip.pdf"],
    ] {
        let refused = run(&[&["slip"][..], &args].concat());
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    }
    assert_eq!(count(&stage), 0, "what is refused makes no links");
    let done = run(&["slip", "--stall", "a-01", "--url", URL, "--out", "slip.pdf"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(count(&stage), 2);
    let pdf = std::fs::read(home.path().join("slip.pdf")).unwrap();
    let text = copied(pdf).concat();
    let token = |page: &str| text.split(page).nth(1).unwrap()[..32].to_owned();
    let token = token(&format!("{URL}/sap/"));
    let act = stage.now();
    let found =
        stage.read(|connection, _| links::at_path(connection, &act, &format!("/sap/{token}")));
    assert!(found.is_some_and(|link| link.occupancy_id == id && link.kind == LinkKind::Owner));
    // A new slip ends the one before; another link lives on, is told, and can be ended here.
    let other = link(&stage, id, LinkKind::Listener).link.id;
    let live = |stage: &Stage| {
        let filter = links::StallLinkFilter { occupancy_id: Some(id) };
        let page = PageRequest::default();
        let all = stage.read(|connection, act| links::list(connection, act, &filter, page)).items;
        let live = all.into_iter().filter(|link| link.revoked_at.is_none());
        live.map(|link| (link.id, link.name)).collect::<Vec<_>>()
    };
    let before: Vec<_> = live(&stage).into_iter().map(|(id, _)| id).collect();
    // What cannot be written ends nothing either.
    let lost = run(&["slip", "--stall", "A-01", "--url", URL, "--out", "nowhere/slip.pdf"]);
    assert_eq!((lost.status.code(), live(&stage).len()), (Some(1), 3), "{lost:?}");
    let again = run(&["slip", "--stall", "A-01", "--url", URL, "--out", "again.pdf"]);
    let told = String::from_utf8_lossy(&again.stdout).into_owned();
    let now = live(&stage);
    let names: Vec<_> = now.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["Giấy", "Giấy: nghe", "Giấy: chủ sạp"], "{told}");
    for ended in before.iter().filter(|id| **id != other) {
        assert!(!now.iter().any(|(id, _)| id == ended), "{told}");
        let said = told.lines().find(|said| said.starts_with(&ended.to_string())).unwrap();
        assert!(said.contains("hết hiệu lực"), "{said}");
    }
    let said = told.lines().find(|said| said.starts_with(&other.to_string())).unwrap();
    assert!(said.contains("vẫn còn dùng được"), "{said}");
    let cho40 = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
        command.current_dir(home.path()).env_remove("CHO40_DATABASE_URL");
        command.env("CHO40_SECRET_KEY", "40".repeat(32)).args(args).args(from).output().unwrap()
    };
    let listed = cho40(&["link", "list", "--stall", "a-01"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert_eq!(listed.lines().count(), 4, "{listed}");
    assert!(listed.starts_with(&other.to_string()) && listed.contains("chủ sạp / owner"));
    assert!(cho40(&["link", "revoke", &other.to_string()]).status.success());
    assert_eq!(live(&stage).len(), 2);
});
