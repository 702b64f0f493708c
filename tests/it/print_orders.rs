//! What is ordered: which code a stall's card shows, and the order in which a market is printed.

use cho40::access::Act;
use cho40::db::{DbConnection, Outcome};
use cho40::primitives::Day;
use cho40::primitives::ids::{OccupancyId, StallId};
use cho40::print::look::{self, LookChange};
use cho40::print::order::{self, CardOrder, SheetOrder};
use cho40::print::sheet::Missing;
use cho40::print::{Layout, Sheet, Style};
use cho40::registry::accounts::{self, AccountChange};
use cho40::registry::codes::{self, Code, CodeFilter, NewCode, Revocation};
use cho40::registry::existing_codes::{self, ExistingCode};
use cho40::registry::links::{self, AccountLinkChange, AccountLinkFilter, NewAccountLink};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::registry::other_codes::{self, NewOtherCode};
use cho40::registry::sections::{self, NewSection};
use cho40::registry::stalls::{self, StallChange};
use cho40::registry::verifications::{self, Method, NewVerification};
use cho40::registry::{Patch, markets};
use unicode_normalization::UnicodeNormalization as _;

use crate::print_support::logo;
use crate::registry_support::{Stand, TODAY, new_account, new_stall, new_vendor, occupy, refusal};
use crate::support::on_both;

const CARD: CardOrder = CardOrder { layout: Layout::A6, style: Style::Colour, code_id: None };
const SHEET: SheetOrder =
    SheetOrder { layout: Layout::A6, style: Style::Colour, section_id: None, with_cover: true };

fn issue(connection: &mut DbConnection, act: &Act, occupancy_id: OccupancyId) -> Code {
    let new = NewCode { occupancy_id, account_id: None, number_id: None, with_reference: true };
    codes::issue(connection, act, new).unwrap()
}

/// Another vendor at a stall from a day on, paid to the first one's account.
fn vendor_from(
    connection: &mut DbConnection,
    act: &Act,
    (stall, name): (StallId, &str),
    from_day: Day,
    stand: &Stand,
) -> OccupancyId {
    let vendor = new_vendor(connection, act, name);
    let occupancy_id = occupy(connection, act, stall, vendor, from_day).id;
    let link = NewAccountLink { occupancy_id, account_id: stand.account, from_day, to_day: None };
    links::create(connection, act, link).unwrap();
    occupancy_id
}

/// A stall with a vendor and a code.
fn equipped(connection: &mut DbConnection, act: &Act, stand: &Stand, code: &str) -> StallId {
    let stall = new_stall(connection, act, stand.section, code);
    let name = format!("Trần Văn {code}");
    let from_day = TODAY.plus(-10);
    let occupancy = vendor_from(connection, act, (stall, &name), from_day, stand);
    issue(connection, act, occupancy);
    stall
}

fn stalls_of(sheet: &Sheet) -> Vec<&str> {
    sheet.cards.iter().map(|card| card.stall.as_str()).collect()
}

on_both!(a_card_shows_the_stalls_newest_code, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    let wanting = order::card(connection, &act, stand.stall, &CARD);
    assert_eq!(refusal(wanting).code, "stall-without-code");
    let first = issue(connection, &act, stand.occupancy);
    let sheet = order::card(connection, &act, stand.stall, &CARD).unwrap();
    let [card] = sheet.cards.as_slice() else { panic!("one card") };
    assert_eq!((card.stall.as_str(), card.section.as_str()), ("A-01", "Trái cây"));
    assert_eq!((card.vendor.as_str(), card.holder.as_str()), ("Nguyễn Thị Bé", "NGUYEN THI BE"));
    assert_eq!((card.bank.as_str(), card.account.as_str()), ("Vietcombank", "0011001"));
    assert_eq!((card.payload.as_str(), card.issued.as_str()), (&*first.payload, "24/11/2026"));
    assert_eq!(card.check_code, first.check_code);
    assert_eq!(sheet.place.market, "Chợ Thới Bình");
    assert_eq!(sheet.place.place, "Thới Bình, Cà Mau");
    assert!(sheet.cover.is_empty() && sheet.fill);
    let second = issue(connection, &act, stand.occupancy);
    let shown = |connection: &mut DbConnection, order: &CardOrder| -> Outcome<String> {
        let sheet = order::card(connection, &act, stand.stall, order)?;
        Ok(sheet.cards[0].payload.clone())
    };
    assert_eq!(shown(connection, &CARD).unwrap(), second.payload);
    let named = CardOrder { code_id: Some(first.id), ..CARD };
    assert_eq!(shown(connection, &named).unwrap(), first.payload);
    let gone = Revocation { because: "mất".into() };
    codes::revoke(connection, &act, first.id, gone).unwrap();
    let told = refusal(shown(connection, &named));
    assert_eq!((told.code, told.field.as_deref()), ("code-revoked", Some("code_id")));
    // A neighbour's, one that there is not, and a stall without anybody.
    let neighbour = equipped(connection, &act, &stand, "A-02");
    let theirs = order::card(connection, &act, neighbour, &CARD).unwrap().cards.remove(0).payload;
    let filter = CodeFilter::default();
    let page = cho40::registry::PageRequest::default();
    let all = codes::list(connection, &act, &filter, page).unwrap().items;
    let theirs = all.iter().find(|code| code.payload == theirs).unwrap().id;
    let none = cho40::primitives::ids::CodeId(1);
    for (id, code) in [(theirs, "card-of-other-stall"), (none, "not-found")] {
        let named = CardOrder { code_id: Some(id), ..CARD };
        let told = refusal(shown(connection, &named));
        assert_eq!((told.code, told.field.as_deref()), (code, Some("code_id")));
    }
    let empty = new_stall(connection, &act, stand.section, "A-03");
    assert_eq!(refusal(order::card(connection, &act, empty, &CARD)).code, "stall-empty");
});

on_both!(a_bank_s_own_sticker_is_printed_where_there_is_nothing_else, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    let payee = cho40::vietqr::Payee::Account("0011001".into());
    let payload = cho40::vietqr::Builder::new("970436", payee).build().unwrap().payload;
    let existing = ExistingCode {
        occupancy_id: stand.occupancy,
        payload: payload.clone(),
        holder_name: None,
        holder_name_confirmed: false,
        confirmed_by: None,
        kind: None,
        use_kind: None,
        relation: None,
        shared: false,
    };
    existing_codes::register(connection, &act, existing).unwrap();
    let shown = order::card(connection, &act, stand.stall, &CARD).unwrap();
    assert_eq!(shown.cards[0].payload, payload);
    let ours = issue(connection, &act, stand.occupancy);
    let shown = order::card(connection, &act, stand.stall, &CARD).unwrap();
    assert_eq!(shown.cards[0].payload, ours.payload);
});

on_both!(the_next_vendor_s_card_can_be_printed_before, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    let now = issue(connection, &act, stand.occupancy);
    let leaves = EndOccupancy { to_day: TODAY.plus(3) };
    occupancies::end(connection, &act, stand.occupancy, leaves).unwrap();
    let at = (stand.stall, "Trần Văn Út");
    let next = vendor_from(connection, &act, at, TODAY.plus(4), &stand);
    let next = issue(connection, &act, next);
    let shown = order::card(connection, &act, stand.stall, &CARD).unwrap();
    assert_eq!(shown.cards[0].payload, now.payload, "who is there comes first");
    let named = CardOrder { code_id: Some(next.id), ..CARD };
    let shown = order::card(connection, &act, stand.stall, &named).unwrap();
    assert_eq!(shown.cards[0].vendor, "Trần Văn Út");
});

on_both!(a_market_is_printed_in_the_order_in_which_it_is_walked, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    let nothing = order::sheets(connection, &act, stand.market, &SHEET);
    assert_eq!(refusal(nothing).code, "market-without-codes");
    for code in ["A-10", "A-9", "B-1"] {
        equipped(connection, &act, &stand, code);
    }
    let closed = equipped(connection, &act, &stand, "A-0");
    let first = equipped(connection, &act, &stand, "Z-1");
    let before = StallChange { position: Some(0), ..StallChange::default() };
    stalls::change(connection, &act, first, before).unwrap();
    // Another section, nearer to the entrance.
    let entrance = NewSection { market_id: stand.market, name: "Cổng".into(), position: 0 };
    let entrance = sections::create(connection, &act, entrance).unwrap().id;
    let near = Stand { section: entrance, ..stand };
    equipped(connection, &act, &near, "C-5");
    let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
    assert_eq!(stalls_of(&sheet), ["C-5", "Z-1", "A-0", "A-9", "A-10", "B-1"]);
    // A-01 has no code: it is on the list alone.
    let listed: Vec<_> = sheet.cover.iter().map(|stop| stop.stall.as_str()).collect();
    assert_eq!(listed, ["C-5", "Z-1", "A-0", "A-01", "A-9", "A-10", "B-1"]);
    assert_eq!(sheet.cover[3].vendor.as_deref(), Some("Nguyễn Thị Bé"));
    assert_eq!((sheet.cover[3].missing, sheet.cover[4].missing), (Some(Missing::Code), None));
    assert_eq!(sheet.cover[4].check_code.as_ref(), Some(&sheet.cards[3].check_code));
    assert!(!sheet.fill);
    let one = SheetOrder { section_id: Some(entrance), with_cover: false, ..SHEET };
    let sheet = order::sheets(connection, &act, stand.market, &one).unwrap();
    assert_eq!((stalls_of(&sheet), sheet.cover.len()), (vec!["C-5"], 0));
    // The vendor leaves, the stall is closed.
    let filter = occupancies::OccupancyFilter { stall_id: Some(closed), ..Default::default() };
    let page = cho40::registry::PageRequest::default();
    let last = occupancies::list(connection, &act, &filter, page).unwrap().items[0].id;
    let leaves = EndOccupancy { to_day: TODAY.plus(-1) };
    occupancies::end(connection, &act, last, leaves).unwrap();
    let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
    assert!(!stalls_of(&sheet).contains(&"A-0"));
    let gone = sheet.cover.iter().find(|stop| stop.stall == "A-0").unwrap();
    assert_eq!((&gone.vendor, gone.missing), (&None, Some(Missing::Vendor)));
    let change = StallChange { closed_day: Patch::Set(TODAY), ..StallChange::default() };
    stalls::change(connection, &act, closed, change).unwrap();
    let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
    assert!(sheet.cover.iter().all(|stop| stop.stall != "A-0"));
});

on_both!(a_stall_with_another_schemes_code_is_not_said_to_have_none, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    equipped(connection, &act, &stand, "A-02");
    let new = NewOtherCode {
        occupancy_id: stand.occupancy,
        payload: "https://me.momo.vn/sapbe".into(),
        scheme: None,
        holder_name: "NGUYEN THI BE".into(),
        holder_name_confirmed: true,
        confirmed_by: "Tổ 1".into(),
    };
    let other = other_codes::register(connection, &act, new).unwrap();
    let why = |connection: &mut DbConnection| {
        let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
        (sheet.cover[0].missing, refusal(order::card(connection, &act, stand.stall, &CARD)).code)
    };
    assert_eq!(why(connection), (Some(Missing::OtherScheme), "stall-other-scheme"));
    let gone = Revocation { because: "gỡ".into() };
    other_codes::revoke(connection, &act, other.id, gone).unwrap();
    assert_eq!(why(connection), (Some(Missing::Code), "stall-without-code"));
});

// A relative takes the lent account back: its card pays a stranger from then on.
on_both!(an_account_that_no_longer_serves_the_stall_is_not_printed, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    let code = issue(connection, &act, stand.occupancy);
    let page = cho40::registry::PageRequest::default();
    let linked = links::list(connection, &act, &AccountLinkFilter::default(), page).unwrap();
    let last_day = |connection: &mut DbConnection, day: Day| {
        let change = AccountLinkChange { from_day: None, to_day: Patch::Set(day) };
        links::change(connection, &act, linked.items[0].id, change).unwrap();
    };
    last_day(connection, TODAY);
    assert_eq!(order::card(connection, &act, stand.stall, &CARD).unwrap().cards.len(), 1);
    last_day(connection, TODAY.plus(-1));
    let told = refusal(order::card(connection, &act, stand.stall, &CARD));
    assert_eq!(told.code, "stall-account-left");
    let named = CardOrder { code_id: Some(code.id), ..CARD };
    let told = refusal(order::card(connection, &act, stand.stall, &named));
    assert_eq!((told.code, told.field.as_deref()), ("code-revoked", Some("code_id")));
    equipped(connection, &act, &stand, "A-02");
    let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
    assert_eq!(stalls_of(&sheet), ["A-02"]);
    assert_eq!(sheet.cover[0].missing, Some(Missing::Account));
    // The register says so too.
    let shown = codes::get(connection, &act, code.id).unwrap();
    assert!(shown.revoked_because.unwrap().starts_with("Tài khoản đã thôi nhận tiền"));
    let live = |connection: &mut DbConnection, live: bool| {
        let filter = CodeFilter {
            occupancy_id: Some(stand.occupancy),
            live: Some(live),
            ..CodeFilter::default()
        };
        codes::list(connection, &act, &filter, page).unwrap().items.len()
    };
    assert_eq!((live(connection, true), live(connection, false)), (0, 1));
});

on_both!(a_name_that_the_bank_does_not_show_is_not_printed, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    issue(connection, &act, stand.occupancy);
    let other = new_account(connection, &act, "0022002").id;
    let neighbour = new_stall(connection, &act, stand.section, "A-02");
    let at = (neighbour, "Trần Thị Hai");
    let Stand { market, section, stall, vendor, occupancy, .. } = stand;
    let on_other = Stand { market, section, stall, vendor, occupancy, account: other };
    let theirs = vendor_from(connection, &act, at, TODAY.plus(-10), &on_other);
    issue(connection, &act, theirs);
    let looked = |connection: &mut DbConnection, account_id, shown: &str| {
        let new = NewVerification {
            account_id,
            method: Method::NameShown,
            shown_name: Some(shown.into()),
            passed: None,
            verified_by: "Tổ 1".into(),
        };
        verifications::create(connection, &act, new).unwrap().passed
    };
    assert!(order::card(connection, &act, stand.stall, &CARD).is_ok(), "nobody has looked yet");
    assert!(!looked(connection, stand.account, "LE VAN LA"));
    let told = refusal(order::card(connection, &act, stand.stall, &CARD));
    assert_eq!(told.code, "card-name-differs");
    assert!(told.to_string().contains("LE VAN LA"), "{told}");
    let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
    assert_eq!((stalls_of(&sheet), sheet.left_out.len()), (vec!["A-02"], 1));
    assert_eq!(sheet.left_out[0].code, "card-name-differs");
    assert_eq!(sheet.cover[0].missing, Some(Missing::Name));
    // The register says what the bank says, or somebody looks again.
    let renamed = AccountChange { holder_name: Some("Lê Văn Lá".into()), ..Default::default() };
    accounts::change(connection, &act, stand.account, renamed).unwrap();
    let card = order::card(connection, &act, stand.stall, &CARD).unwrap();
    assert_eq!(card.cards[0].holder, "LE VAN LA");
    assert!(!looked(connection, stand.account, "NGUYEN THI BE"));
    assert!(order::card(connection, &act, stand.stall, &CARD).is_err());
    assert!(looked(connection, stand.account, "LE VAN LA"));
    assert!(order::card(connection, &act, stand.stall, &CARD).is_ok());
});

on_both!(names_that_the_font_lacks_are_told_and_left_out, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    equipped(connection, &act, &stand, "A-02");
    let strange = new_stall(connection, &act, stand.section, "Z😀");
    let at = (strange, "陳大文 ថាច់");
    let occupancy = vendor_from(connection, &act, at, TODAY.plus(-10), &stand);
    issue(connection, &act, occupancy);
    let told = refusal(order::card(connection, &act, strange, &CARD));
    assert_eq!((told.code, told.field.as_deref()), ("print-letters", Some("stall")));
    assert!(told.to_string().contains("letters=😀"), "{told}");
    let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
    assert_eq!(stalls_of(&sheet), ["A-02"]);
    let listed = sheet.cover.iter().find(|stop| stop.stall == "Z?").unwrap();
    assert_eq!(listed.missing, Some(Missing::Letters));
    assert!(listed.vendor.as_ref().unwrap().starts_with("??? "), "{listed:?}");
    assert_eq!(sheet.left_out.len(), 1);
    // A name that the list alone has is told, too.
    let other = new_stall(connection, &act, stand.section, "Z-9");
    vendor_from(connection, &act, (other, "ថាច់ Sô"), TODAY.plus(-10), &stand);
    let sheet = order::sheets(connection, &act, stand.market, &SHEET).unwrap();
    let told: Vec<_> = sheet.left_out.iter().map(|refusal| refusal.field.clone()).collect();
    assert_eq!(told, [Some("stall".into()), Some("vendor".into())]);
    let without = SheetOrder { with_cover: false, ..SHEET };
    let sheet = order::sheets(connection, &act, stand.market, &without).unwrap();
    assert_eq!(sheet.left_out.len(), 1);
    let change = markets::MarketChange { name: Some("市場".into()), ..Default::default() };
    markets::change(connection, &act, stand.market, change).unwrap();
    let told = refusal(order::sheets(connection, &act, stand.market, &SHEET));
    assert_eq!((told.code, told.field.as_deref()), ("print-letters", Some("market")));
});

on_both!(another_market_s_section_is_none_of_this_one, |db| {
    let (act, other_act) = (db.act(), db.other_act());
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    let other = Stand::new(connection, &other_act);
    for section in [other.section, cho40::primitives::ids::SectionId(1)] {
        let order = SheetOrder { section_id: Some(section), ..SHEET };
        let told = refusal(order::sheets(connection, &act, stand.market, &order));
        assert_eq!((told.code, told.field.as_deref()), ("not-found", Some("section_id")));
    }
    assert_eq!(refusal(order::sheets(connection, &act, other.market, &SHEET)).code, "not-found");
    assert_eq!(refusal(order::card(connection, &act, other.stall, &CARD)).code, "not-found");
});

on_both!(names_are_the_same_in_either_form_of_unicode, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    issue(connection, &act, stand.occupancy);
    let before = order::card(connection, &act, stand.stall, &CARD).unwrap();
    let apart: String = "Chợ Thới Bình".nfd().collect();
    assert_ne!(apart, "Chợ Thới Bình");
    let change = markets::MarketChange { name: Some(apart), ..Default::default() };
    markets::change(connection, &act, stand.market, change).unwrap();
    assert_eq!(order::card(connection, &act, stand.stall, &CARD).unwrap(), before);
});

on_both!(a_market_has_its_colour_and_logo, |db| {
    let act = db.act();
    let connection = db.connection();
    let stand = Stand::new(connection, &act);
    assert_eq!(look::get(connection, &act, stand.market).unwrap(), look::Look::default());
    let colour = |connection: &mut DbConnection, text: &str| {
        let change = LookChange { accent_colour: Some(text.into()) };
        look::change(connection, &act, stand.market, change)
    };
    for (text, code) in [
        ("red", "colour-malformed"),
        ("#12345", "colour-malformed"),
        ("#1234567", "colour-malformed"),
        ("#12345g", "colour-malformed"),
        ("123456", "colour-malformed"),
        ("#ffcc00", "colour-too-light"),
        ("#777777", "colour-too-light"),
    ] {
        assert_eq!(refusal(colour(connection, text)).code, code, "{text}");
    }
    colour(connection, " #A01030 ").unwrap();
    look::set_logo(connection, &act, stand.market, Some(logo(64, 40))).unwrap();
    let found = look::get(connection, &act, stand.market).unwrap();
    assert_eq!((found.accent_colour.as_str(), found.logo), ("#a01030", Some(logo(64, 40))));
    look::set_logo(connection, &act, stand.market, None).unwrap();
    let found = look::get(connection, &act, stand.market).unwrap();
    assert_eq!((found.accent_colour.as_str(), &found.logo), ("#a01030", &None));
    issue(connection, &act, stand.occupancy);
    let sheet = order::card(connection, &act, stand.stall, &CARD).unwrap();
    assert_eq!(sheet.look, found);
    // Where there is no colour, the logo has none either.
    look::set_logo(connection, &act, stand.market, Some(logo(64, 40))).unwrap();
    let mono = CardOrder { style: Style::Mono, ..CARD };
    let sheet = order::card(connection, &act, stand.stall, &mono).unwrap();
    let printed = sheet.look.logo.unwrap();
    assert_eq!((printed.width_px, printed.height_px), (64, 40));
    let picture = image::load_from_memory(&printed.bytes).unwrap().into_rgba8();
    let of = |pixel: &image::Rgba<u8>| pixel.0 == [0, 0, 0, 255] || pixel.0[3] == 0;
    assert!(picture.pixels().all(of) && picture.get_pixel(32, 20).0[3] == 255);
});
