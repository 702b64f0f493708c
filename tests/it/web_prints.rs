//! Cards and sheets by the API.

use serde_json::json;

use crate::print_support::{logo, read_all};
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

on_both!(a_card_is_printed_in_each_form, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let card = format!("/api/v1/stalls/{}/card", world.id("stalls"));
    let payload = site.get(&format!("/api/v1/codes/{}", world.id("codes"))).json["payload"].clone();
    let payload = payload.as_str().unwrap();
    let pdf = site.get(&format!("{card}.pdf"));
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
    assert_eq!(pdf.header("content-disposition"), "inline; filename=\"a-01-a6.pdf\"");
    assert_eq!(pdf.header("cache-control"), "private, no-cache");
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    let again = site.get(&format!("{card}.pdf?layout=a6&style=colour"));
    assert!(pdf.bytes == again.bytes && pdf.header("etag") == again.header("etag"));
    let sign = site.get(&format!("{card}.pdf?layout=a5&style=contrast"));
    assert_ne!(sign.header("etag"), pdf.header("etag"));
    let png = site.get(&format!("{card}.png?layout=sticker&dpi=150"));
    assert_eq!((png.status, png.header("content-type")), (200, "image/png"));
    assert_eq!(read_all(&png.bytes), [payload]);
    let picture = site.get(&format!("{card}.png?layout=picture&dpi=72"));
    let drawn = image::load_from_memory(&picture.bytes).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (1_080, 1_350));
    assert_eq!(read_all(&picture.bytes), [payload]);
    let svg = site.get(&format!("{card}.svg"));
    assert_eq!((svg.status, svg.header("content-type")), (200, "image/svg+xml"));
    assert!(svg.text().starts_with("<svg") && !svg.text().contains("<text"));
    let code = site.get(&format!("{card}.pdf?code_id={}", world.id("codes")));
    assert_eq!(code.bytes, pdf.bytes);
});

on_both!(who_has_the_file_does_not_load_it_again, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    for path in [
        format!("/api/v1/stalls/{}/card.pdf", world.id("stalls")),
        format!("/api/v1/markets/{}/sheet.pdf", world.id("markets")),
    ] {
        let first = site.get(&path);
        assert_eq!(first.status, 200, "{}", first.text());
        let tag = first.header("etag").to_owned();
        let known =
            |path: &str| site.ask("GET", path).key(&site.key).header("if-none-match", &tag).send();
        let same = known(&path);
        assert_eq!((same.status, same.bytes.len(), same.header("etag")), (304, 0, &*tag));
        assert_eq!(known(&format!("{path}?style=mono")).status, 200);
    }
    // What the card says has changed.
    let path = format!("/api/v1/stalls/{}/card.pdf", world.id("stalls"));
    let before = site.get(&path).header("etag").to_owned();
    let look = format!("/api/v1/markets/{}/look", world.id("markets"));
    let red = json!({ "accent_colour": "#a01030" });
    assert_eq!(site.ask("PATCH", &look).key(&site.key).json(&red).send().status, 200);
    assert_ne!(site.get(&path).header("etag"), before);
});

on_both!(a_market_s_sheet_is_a_list_and_its_cards, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let sheet = format!("/api/v1/markets/{}/sheet.pdf", world.id("markets"));
    let whole = site.get(&format!("{sheet}?layout=sticker_on_a4"));
    assert_eq!((whole.status, whole.header("content-type")), (200, "application/pdf"));
    let named = whole.header("content-disposition");
    assert_eq!(named, "inline; filename=\"cho-thoi-binh-sticker-on-a4.pdf\"");
    let section = format!("section_id={}", world.id("sections"));
    let cards = site.get(&format!("{sheet}?layout=sticker_on_a4&cover=false&{section}"));
    assert!(cards.bytes.len() < whole.bytes.len());
    let none = site.get(&format!("{sheet}?section_id=sec_0000000000001"));
    assert_eq!(none.problem(404), "not-found");
    assert_eq!(none.json["field"], "section_id");
    let empty = json!({ "name": "Chợ mới", "commune": "Thới Bình", "province": "Cà Mau" });
    let empty = site.create("/api/v1/markets", &empty);
    let nothing = site.get(&format!("/api/v1/markets/{empty}/sheet.pdf"));
    assert_eq!(nothing.problem(409), "market-without-codes");
});

on_both!(what_cannot_be_printed_is_refused, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let card = format!("/api/v1/stalls/{}/card", world.id("stalls"));
    for (query, field, problem) in [
        ("pdf?layout=a3", "layout", "value-not-listed"),
        ("pdf?style=blue", "style", "value-not-listed"),
        ("pdf?dpi=300", "dpi", "field-unknown"),
        ("png?dpi=71", "dpi", "number-out-of-range"),
        ("png?dpi=301", "dpi", "number-out-of-range"),
        ("png?dpi=x", "dpi", "value-of-wrong-type"),
        ("svg?code_id=1", "code_id", "value-of-wrong-type"),
    ] {
        let refused = site.get(&format!("{card}.{query}"));
        assert_eq!(refused.problem(422), problem, "{query}");
        assert_eq!(refused.json["field"], field, "{query}");
    }
    let other = site.get(&format!("{card}.pdf?code_id=cod_0000000000001"));
    assert_eq!(other.problem(404), "not-found");
    site.get("/api/v1/stalls/x/card.pdf").problem(404);
    let gone = format!("/api/v1/codes/{}/revoke", world.id("codes"));
    site.post(&gone, &json!({ "because": "thử" }));
    assert_eq!(site.get(&format!("{card}.pdf")).problem(409), "stall-other-scheme");
});

on_both!(a_logo_is_uploaded_and_taken_away, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let market = format!("/api/v1/markets/{}", world.id("markets"));
    let look = || site.get(&format!("{market}/look")).json;
    assert_eq!(look(), json!({ "accent_colour": "#0b6b4f", "logo": null }));
    let put =
        |bytes: &[u8]| site.ask("PUT", &format!("{market}/logo")).key(&site.key).raw(bytes).send();
    assert_eq!(put(b"GIF89a").problem(422), "logo-format");
    let answer = put(&logo(300, 100).bytes);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let known = json!({ "kind": "png", "width_px": 300, "height_px": 100 });
    assert_eq!((&answer.json["logo"], &look()["logo"]), (&known, &known));
    let card = format!("/api/v1/stalls/{}/card.pdf", world.id("stalls"));
    let with = site.get(&card).bytes;
    let gone = site.ask("DELETE", &format!("{market}/logo")).key(&site.key).send();
    assert_eq!((gone.status, &gone.json["logo"]), (200, &json!(null)));
    assert_ne!(site.get(&card).bytes, with);
});
