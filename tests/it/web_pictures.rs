//! Pictures of codes: what they show, and how they are kept.

use serde_json::json;

use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

on_both!(a_code_is_drawn_and_kept, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let code = format!("/api/v1/codes/{}", world.id("codes"));
    let payload = site.get(&code).json["payload"].as_str().unwrap().to_owned();
    let png = site.get(&format!("{code}.png?module_px=4&level=Q"));
    assert_eq!((png.status, png.header("content-type")), (200, "image/png"));
    assert_eq!(png.header("cache-control"), "private, no-cache");
    assert_eq!(read(&png.bytes), payload);
    let tag = png.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let path = format!("{code}.png?module_px=4&level=Q");
        let same = site.ask("GET", &path).key(&site.key).header("if-none-match", &known).send();
        assert_eq!((same.status, same.bytes.len()), (304, 0), "{known}");
        assert_eq!(same.header("etag"), tag);
    }
    let other =
        site.ask("GET", &format!("{code}.png")).key(&site.key).header("if-none-match", &tag);
    let other = other.send();
    assert_eq!(other.status, 200, "another size is another picture");
    assert_eq!(read(&other.bytes), payload);
    let svg = site.get(&format!("{code}.svg"));
    assert_eq!((svg.status, svg.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(svg.text().matches("<path").count(), 1);
    assert_ne!(svg.header("etag"), other.header("etag"));
});

on_both!(a_picture_needs_the_board_and_the_permission_each_time, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let png = format!("/api/v1/codes/{}.png", world.id("codes"));
    assert_eq!(site.get(&png).status, 200);
    site.ask("GET", &png).key(&site.other_key).send().problem(404);
    let bare = site.key_with(&[cho40::access::Permission::ReportsRead]);
    site.ask("GET", &png).key(&bare).send().problem(403);
    site.ask("GET", &png).send().problem(401);
});

on_both!(the_picture_of_a_request_is_for_those_who_see_its_amount, |db| {
    use cho40::access::Permission::{AmountsRead, RequestsRead};
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let request = format!("/api/v1/requests/{}", world.id("requests"));
    let sees = |key: &str| {
        let ask = |path: &str| site.ask("GET", path).key(key).send();
        let (json, pictures) = (ask(&request), ["png", "svg"]);
        let amount = &json.json["amount_vnd"];
        assert_eq!(json.json["payload"].is_null(), amount.is_null());
        for kind in pictures {
            let picture = ask(&format!("{request}.{kind}"));
            if amount.is_null() {
                assert_eq!(picture.problem(403), "amounts-not-shared");
            } else {
                assert_eq!(picture.status, 200);
            }
        }
        amount.as_i64()
    };
    let (amounts, states) =
        (site.key_with(&[RequestsRead, AmountsRead]), site.key_with(&[RequestsRead]));
    assert_eq!(sees(&states), None);
    assert_eq!(sees(&amounts), Some(45_000));
    assert_eq!(sees(&site.key), Some(45_000));
    assert_eq!(sees(&states), None, "what is remembered is not for everybody");
    let consent = json!({ "vendor_id": world.id("vendors"), "purpose": "share_amounts",
        "given_by": "Nguyễn Thị Lụa" });
    assert_eq!(site.post("/api/v1/consents", &consent).status, 201);
    assert_eq!(sees(&states), Some(45_000));
});

on_both!(bad_drawings_are_refused, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let code = format!("/api/v1/codes/{}", world.id("codes"));
    for (query, field, problem) in [
        ("png?module_px=0", "module_px", "module-px-out-of-range"),
        ("png?module_px=33", "module_px", "module-px-out-of-range"),
        ("png?module_px=256", "module_px", "value-of-wrong-type"),
        ("png?module_px=-1", "module_px", "value-of-wrong-type"),
        ("png?level=X", "level", "value-not-listed"),
        ("svg?module_px=4", "module_px", "field-unknown"),
        ("svg?width=4", "width", "field-unknown"),
    ] {
        let refused = site.get(&format!("{code}.{query}"));
        assert_eq!(refused.problem(422), problem, "{query}");
        assert_eq!(refused.json["field"], field, "{query}");
    }
    site.get("/api/v1/codes/cod_0000000000000.png").problem(404);
    site.get("/api/v1/codes/x.svg").problem(404);
});

on_both!(a_replaced_code_keeps_its_picture, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let code = format!("/api/v1/codes/{}", world.id("codes"));
    let before = site.get(&format!("{code}.png")).bytes;
    let replaced = site.post(&format!("{code}/replace"), &json!({ "because": "Thẻ ướt" }));
    assert_eq!(replaced.status, 201, "{}", replaced.text());
    assert_eq!(site.get(&format!("{code}.png")).bytes, before);
    assert_ne!(site.get(&format!("{}.png", replaced.header("location"))).bytes, before);
});

/// What an independent reader sees.
pub fn read(png: &[u8]) -> String {
    let picture = image::load_from_memory(png).unwrap().into_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        picture.get_pixel(x as u32, y as u32).0[0]
    });
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}
