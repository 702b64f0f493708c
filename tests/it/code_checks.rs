//! Checks of what hangs on stalls: each code that may be seen there, several at once, and what a
//! check says of registered codes.

use cho40::access::{Act, Permission};
use cho40::db::DbConnection;
use cho40::db::schema::code_scans as s;
use cho40::events::{self, Event};
use cho40::outreach::checks;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{BoardId, CodeId, RequestId, StallId};
use cho40::registry::accounts::{self, NewAccount};
use cho40::registry::code_checks::{
    self, CheckResult, CheckWay, CodeCheck, CodeCheckFilter, NewCodeCheck, PhotoCheck,
};
use cho40::registry::code_verdicts::{CodeVerdict, Remark};
use cho40::registry::codes::{self, Code, NewCode, Revocation};
use cho40::registry::links::{self, AccountLinkChange, AccountLinkFilter};
use cho40::registry::numbers::{self, NewReceivingNumber, NumberKind};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::registry::references::{Claimant, claim};
use cho40::registry::{PageRequest, Patch};
use cho40::vietqr::{Builder, Payee, Photo, Reference, crc16};
use cho40::web::checked::told;
use cho40::web::texts::Language;
use diesel::prelude::*;

use CheckResult::{NotReadable, OtherCode, Revoked, Right, Unknown, WrongAccount};
use Remark::{
    AmountSet, ChecksumWrong, CopiedReference, Malformed, OtherAccount, OtherBank, OtherScheme,
    RequestCode,
};

use crate::registry_support::{Stand, TODAY, missing, new_account, new_vendor, occupy, refused};
use crate::support::on_both;

/// A merchant's code of VNPAY, made up.
pub fn vnpay() -> String {
    sealed("00020101021126280010A0000007750110012345678953037045802VN5908SAP BE 1")
}

fn sealed(body: &str) -> String {
    let body = format!("{body}6304");
    format!("{body}{:04X}", crc16(body.as_bytes()))
}

pub fn sticker(bin: &str, number: &str) -> String {
    Builder::new(bin, Payee::Account(number.into())).build().unwrap().payload
}

pub fn issue(connection: &mut DbConnection, act: &Act, stand: &Stand) -> Code {
    let new = NewCode {
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: None,
        with_reference: true,
    };
    codes::issue(connection, act, new).unwrap()
}

pub fn scan(stall_id: StallId, texts: &[&str]) -> NewCodeCheck {
    NewCodeCheck {
        stall_id: Some(stall_id),
        scanned_payloads: Some(texts.iter().map(|text| (*text).to_owned()).collect()),
        checked_by: "Lê Văn Ba".into(),
        ..NewCodeCheck::default()
    }
}

pub fn check(connection: &mut DbConnection, act: &Act, new: NewCodeCheck) -> CodeCheck {
    checks::create(connection, act, new).unwrap()
}

fn remarks(check: &CodeCheck) -> Vec<Remark> {
    check.codes[0].remarks.iter().map(|remark| remark.code).collect()
}

/// (code, whether it hangs there), as a check said it.
pub fn says(connection: &mut DbConnection, check: &CodeCheck) -> Vec<(CodeId, bool)> {
    let of = s::table.filter(s::check_id.eq(check.id)).order(s::code_id);
    of.select((s::code_id, s::is_right)).load(connection).unwrap()
}

fn results(connection: &mut DbConnection, board_id: BoardId) -> Vec<String> {
    let told = events::after(connection, board_id, 0, 100).unwrap();
    let result = |one: events::Numbered| match one.event {
        Event::CodeChecked { result, .. } => Some(result.into_owned()),
        _ => None,
    };
    told.into_iter().filter_map(result).collect()
}

on_both!(each_code_is_told_by_where_its_money_goes, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let code = issue(db.connection(), &act, &stand);
    let virtual_number = NewReceivingNumber {
        account_id: stand.account,
        bin: None,
        kind: NumberKind::Virtual,
        number: "VA9".into(),
    };
    numbers::create(db.connection(), &act, virtual_number).unwrap();
    new_account(db.connection(), &act, "666");
    let with_amount = Builder::new("970436", Payee::Account("0011001".into()));
    let with_amount = with_amount.amount(Vnd::new(50_000)).build().unwrap().payload;
    let copied = Builder::new("970436", Payee::Account("888".into()));
    let copied = copied.reference(code.reference.unwrap()).build().unwrap().payload;
    let altered = sticker("970436", "0011001").replace("5802VN", "5802XX");
    let claimant = Claimant::Request(RequestId(7));
    let dynamic = claim(db.connection(), act.board_id(), claimant, act.at).unwrap();
    let request = Builder::new("970436", Payee::Account("0011001".into()));
    let request = request.reference(dynamic).amount(Vnd::new(9_000)).build().unwrap().payload;
    for (text, result, remarked) in [
        (code.payload.as_str(), Right, &[][..]),
        (&format!("{}\n", code.payload), Right, &[]),
        (&sticker("970436", "0011001"), OtherCode, &[]),
        (&sticker("970436", "va9"), OtherCode, &[]),
        (&with_amount, OtherCode, &[AmountSet]),
        (&request, OtherCode, &[RequestCode, AmountSet]),
        (&sticker("970436", "666"), WrongAccount, &[OtherAccount]),
        (&sticker("970436", "777"), WrongAccount, &[]),
        (&sticker("970415", "0011001"), WrongAccount, &[OtherBank]),
        (&copied, WrongAccount, &[CopiedReference]),
        (&altered, Unknown, &[ChecksumWrong]),
        (&altered.replace("0011001", "0011002"), WrongAccount, &[ChecksumWrong]),
        (&vnpay(), Unknown, &[OtherScheme]),
        ("000201010211", Unknown, &[Malformed]),
        ("https://pay.example/be", Unknown, &[]),
        ("\0", Unknown, &[]),
        ("WIFI:S:cho;P:1;;", NotReadable, &[]),
        ("", NotReadable, &[]),
    ] {
        let found = check(db.connection(), &act, scan(stand.stall, &[text]));
        assert_eq!(found.result, result, "{text:?}");
        assert_eq!((found.way, found.alarm), (CheckWay::Scanned, result == WrongAccount));
        assert_eq!(found.needs_visit, ![Right, NotReadable].contains(&result), "{text:?}");
        if !found.codes.is_empty() {
            assert_eq!(remarks(&found), remarked, "{text:?}");
        }
        let shown = code_checks::get(db.connection(), &act, found.id).unwrap();
        assert_eq!(shown, found, "{text:?}");
        missing(code_checks::get(db.connection(), &other, found.id), "", "code_check");
        let said = match result {
            Right => vec![(code.id, true)],
            NotReadable => vec![],
            _ => vec![(code.id, false)],
        };
        assert_eq!(says(db.connection(), &found), said, "{text:?}");
    }
    assert_eq!(results(db.connection(), act.board_id()).len(), 18, "each is told");
});

// Where the money goes comes before what is registered.
on_both!(a_card_of_an_account_that_was_taken_back_is_wrong, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let code = issue(db.connection(), &act, &stand);
    let right = check(db.connection(), &act, scan(stand.stall, &[&code.payload]));
    assert_eq!(right.result, Right);
    let page = PageRequest::default();
    let linked = links::list(db.connection(), &act, &AccountLinkFilter::default(), page).unwrap();
    let link_id = linked.items[0].id;
    let change = AccountLinkChange { from_day: None, to_day: Patch::Set(TODAY.plus(-1)) };
    links::change(db.connection(), &act, link_id, change).unwrap();
    let found = check(db.connection(), &act, scan(stand.stall, &[&code.payload]));
    assert_eq!((found.result, found.alarm), (WrongAccount, true));
    assert_eq!(remarks(&found), [Remark::AccountLeft, Remark::RevokedCard]);
    // Of a vendor without an account, nobody knows whose another code is.
    let other = sticker("970418", "96247001");
    let asked = check(db.connection(), &act, scan(stand.stall, &[&other]));
    assert_eq!((asked.result, asked.alarm), (Unknown, false));
    // So it is where the account serves the stall again only from tomorrow on.
    let later = AccountLinkChange { from_day: Some(TODAY.plus(1)), to_day: Patch::Clear };
    links::change(db.connection(), &act, link_id, later).unwrap();
    let found = check(db.connection(), &act, scan(stand.stall, &[&code.payload]));
    assert_eq!((found.result, remarks(&found)), (WrongAccount, vec![Remark::AccountLeft]));
    let again = AccountLinkChange { from_day: Some(TODAY), to_day: Patch::Keep };
    links::change(db.connection(), &act, link_id, again).unwrap();
    assert_eq!(check(db.connection(), &act, scan(stand.stall, &[&code.payload])).result, Right);
});

on_both!(a_crowded_photo_is_never_right, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let ours = issue(db.connection(), &act, &stand).payload;
    let foreign = sticker("970418", "55");
    for (texts, result) in [
        (vec![], NotReadable),
        (vec![ours.clone()], NotReadable),
        (vec![ours.clone(), foreign], WrongAccount),
    ] {
        let new = PhotoCheck {
            stall_id: stand.stall,
            checked_by: "Tổ 1".into(),
            place_note: None,
            latitude_mdeg: None,
            longitude_mdeg: None,
        };
        let photo = Photo { texts, is_crowded: true };
        let made = checks::create_from_photo(db.connection(), &act, new, photo).unwrap();
        assert_eq!((made.result, made.crowded), (result, true));
        assert!(says(db.connection(), &made).iter().all(|(_, is_right)| !is_right));
        let shown = code_checks::get(db.connection(), &act, made.id).unwrap();
        assert_eq!(shown, made);
        let finding = told(shown, Language::Vietnamese).finding;
        assert_eq!(finding.contains("nhiều mã quá"), result == NotReadable, "{finding}");
    }
});

on_both!(the_worst_of_several_codes_decides, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let ours = issue(db.connection(), &act, &stand);
    let old = issue(db.connection(), &act, &stand);
    let because = Revocation { because: "in lại".into() };
    codes::revoke(db.connection(), &act, old.id, because).unwrap();
    let (plain, foreign) = (sticker("970436", "0011001"), sticker("970418", "55"));
    let (wifi, momo) = ("WIFI:S:cho;;", "https://me.momo.vn/be");
    for (texts, result, first) in [
        (vec![ours.payload.as_str(), wifi], Right, CodeVerdict::Right),
        (vec![wifi, &ours.payload, &ours.payload], Right, CodeVerdict::Right),
        (vec![wifi], NotReadable, CodeVerdict::NotPayment),
        (vec![&ours.payload, &plain], OtherCode, CodeVerdict::OtherCode),
        (vec![&plain, &old.payload, &ours.payload], Revoked, CodeVerdict::Revoked),
        (vec![&old.payload, momo], Unknown, CodeVerdict::Unknown),
        (vec![&ours.payload, momo, &foreign], WrongAccount, CodeVerdict::WrongAccount),
    ] {
        let found = check(db.connection(), &act, scan(stand.stall, &texts));
        assert_eq!((found.result, found.codes[0].result), (result, first), "{texts:?}");
        let is_right = says(db.connection(), &found).iter().any(|(_, is_right)| *is_right);
        assert_eq!(is_right, result == Right, "a right code beside a wrong one proves nothing");
        let beside = told(found.clone(), Language::Vietnamese).finding.contains("Bên cạnh mã đúng");
        let has_right = found.codes.iter().any(|seen| seen.result == CodeVerdict::Right);
        assert_eq!(beside, has_right && [Unknown, WrongAccount].contains(&result), "{texts:?}");
    }
    let twenty_one = ["1"; 21];
    let many = checks::create(db.connection(), &act, scan(stand.stall, &twenty_one));
    refused(many, "scanned_payloads", "list-too-long");
});

on_both!(a_stall_with_two_cards_is_right_by_either, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let (one, two) = (issue(db.connection(), &act, &stand), issue(db.connection(), &act, &stand));
    let first = check(db.connection(), &act, scan(stand.stall, &[&one.payload]));
    assert_eq!(says(db.connection(), &first), [(one.id, true)], "nothing of the other");
    let both = check(db.connection(), &act, scan(stand.stall, &[&two.payload, &one.payload]));
    assert_eq!(says(db.connection(), &both), [(one.id, true), (two.id, true)]);
    let foreign = check(db.connection(), &act, scan(stand.stall, &[&sticker("970436", "5")]));
    assert_eq!(says(db.connection(), &foreign), [(one.id, false), (two.id, false)]);
});

on_both!(what_is_for_one_payment_is_to_be_taken_down, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let ours = issue(db.connection(), &act, &stand);
    let of = |amount: Option<i64>, reference: Option<Reference>| {
        let builder = Builder::new("970436", Payee::Account("0011001".into()));
        let builder = amount.into_iter().fold(builder, |b, amount| b.amount(Vnd::new(amount)));
        let builder = reference.into_iter().fold(builder, Builder::reference);
        builder.build().unwrap().payload
    };
    let broken = format!("{}0000", &ours.payload[..ours.payload.len() - 4]);
    for (text, word) in [
        (of(Some(45_000), None), "Xin gỡ xuống"),
        (of(None, Some(Reference::random_dynamic(7))), "Xin gỡ xuống"),
        (of(None, None), "Xin đăng ký mã này"),
        (broken, "Mã bị sửa"),
    ] {
        let found = check(db.connection(), &act, scan(stand.stall, &[&text]));
        for language in [Language::Vietnamese, Language::English] {
            assert!(told(found.clone(), language).finding.len() > 40);
        }
        let finding = told(found, Language::Vietnamese).finding;
        assert!(finding.contains(word), "{text}: {finding}");
        assert_eq!(finding.contains("đăng ký mã này"), word.contains("đăng ký"), "{finding}");
    }
});

on_both!(cards_of_those_who_left_and_of_neighbours, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let card = issue(db.connection(), &act, &stand);
    let neighbour = stand.neighbour(db.connection(), &act);
    let stall_of_neighbour = occupancies::get(db.connection(), &act, neighbour).unwrap().stall_id;
    let found = check(db.connection(), &act, scan(stall_of_neighbour, &[&card.payload]));
    assert_eq!(found.result, CheckResult::WrongAccount);
    assert_eq!(remarks(&found), [Remark::OtherAccount, Remark::OtherStall]);
    // One family, two stalls: the money is theirs, the reference is the other stall's.
    crate::registry_support::link(db.connection(), &act, neighbour, stand.account).unwrap();
    let found = check(db.connection(), &act, scan(stall_of_neighbour, &[&card.payload]));
    assert_eq!((found.result, remarks(&found)), (CheckResult::OtherCode, vec![Remark::OtherStall]));
    assert_eq!(found.codes[0].code.code_id, Some(card.id));

    let end = EndOccupancy { to_day: TODAY.plus(-1) };
    occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    let left = check(db.connection(), &act, scan(stand.stall, &[&card.payload]));
    assert_eq!((left.result, left.occupancy_id), (CheckResult::Revoked, None));
    // The next vendor's customers would pay the one who left.
    let vendor = new_vendor(db.connection(), &act, "Trần Thị Mới");
    let next = occupy(db.connection(), &act, stand.stall, vendor, TODAY).id;
    let left = check(db.connection(), &act, scan(stand.stall, &[&card.payload]));
    assert_eq!((left.result, left.occupancy_id), (CheckResult::WrongAccount, Some(next)));
    assert!(remarks(&left).contains(&Remark::RevokedCard));
});

on_both!(what_is_found_is_listed_until_somebody_looks_again, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let code = issue(db.connection(), &act, &stand);
    let neighbour = stand.neighbour(db.connection(), &act);
    let next_door = occupancies::get(db.connection(), &act, neighbour).unwrap().stall_id;
    let foreign = sticker("970436", "5");
    let first = check(db.connection(), &act, scan(stand.stall, &[&foreign]));
    let second = check(db.connection(), &act, scan(stand.stall, &[&foreign]));
    let beyond = check(db.connection(), &act, scan(next_door, &["https://x.example"]));
    let right = check(db.connection(), &act, scan(stand.stall, &[&code.payload]));
    let ids = |connection: &mut DbConnection, act: &Act, filter: CodeCheckFilter| {
        let page = code_checks::list(connection, act, &filter, PageRequest::default()).unwrap();
        page.items.into_iter().map(|check| check.id).collect::<Vec<_>>()
    };
    let all = CodeCheckFilter::default;
    let open = CodeCheckFilter { needs_visit: Some(true), ..all() };
    assert_eq!(ids(db.connection(), &act, open), [beyond.id]);
    let of_stall = CodeCheckFilter { stall_id: Some(stand.stall), ..all() };
    assert_eq!(ids(db.connection(), &act, of_stall), [first.id, second.id, right.id]);
    let of_market = CodeCheckFilter { market_id: Some(stand.market), ..all() };
    assert_eq!(ids(db.connection(), &act, of_market).len(), 4);
    let of_code = CodeCheckFilter { code_id: Some(code.id), ..all() };
    assert_eq!(ids(db.connection(), &act, of_code), [first.id, second.id, right.id]);
    let wrong = CodeCheckFilter { result: Some(CheckResult::WrongAccount), ..all() };
    assert_eq!(ids(db.connection(), &act, wrong), [first.id, second.id]);
    let by_photo = CodeCheckFilter { way: Some(CheckWay::Photo), ..all() };
    assert!(ids(db.connection(), &act, by_photo).is_empty());
    for (from, to, count) in [(0, 0, 4), (1, 1, 0), (-1, -1, 0)] {
        let days =
            CodeCheckFilter { from: Some(TODAY.plus(from)), to: Some(TODAY.plus(to)), ..all() };
        assert_eq!(ids(db.connection(), &act, days).len(), count, "{from} {to}");
    }
    assert!(ids(db.connection(), &other, all()).is_empty());
    let page = PageRequest::parse(None, Some(3)).unwrap();
    let page = code_checks::list(db.connection(), &act, &all(), page).unwrap();
    let rest = PageRequest::parse(page.next_cursor.as_deref(), Some(3)).unwrap();
    assert_eq!(code_checks::list(db.connection(), &act, &all(), rest).unwrap().items, [right]);
    let told = results(db.connection(), act.board_id());
    assert_eq!(told, ["wrong_account", "wrong_account", "unknown", "right"]);
    assert!(results(db.connection(), other.board_id()).is_empty());
});

on_both!(where_somebody_stood_is_kept_only_if_said_and_erased, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let new = |note: Option<&str>, latitude_mdeg, longitude_mdeg| PhotoCheck {
        stall_id: stand.stall,
        checked_by: "Tổ 1".into(),
        place_note: note.map(str::to_owned),
        latitude_mdeg,
        longitude_mdeg,
    };
    for (latitude, longitude, field) in [
        (Some(1), None, "longitude_mdeg"),
        (None, Some(1), "latitude_mdeg"),
        (Some(90_001), Some(1), "latitude_mdeg"),
        (Some(1), Some(-180_001), "longitude_mdeg"),
    ] {
        let new = new(None, latitude, longitude);
        let outcome = checks::create_from_photo(db.connection(), &act, new, Photo::default());
        refused(outcome, field, "coordinates-out-of-range");
    }
    let new = new(Some("cổng chợ"), Some(9_352), Some(105_099));
    let photo = Photo { texts: vec!["x".into()], is_crowded: false };
    let made = checks::create_from_photo(db.connection(), &act, new, photo).unwrap();
    assert_eq!((made.way, made.result), (CheckWay::Photo, CheckResult::Unknown));
    let shown = code_checks::get(db.connection(), &act, made.id).unwrap();
    assert_eq!(shown.place.place_note.as_deref(), Some("cổng chợ"));
    assert_eq!(
        (shown.place.latitude_mdeg, shown.place.longitude_mdeg),
        (Some(9_352), Some(105_099))
    );
    let other = db.other_act();
    missing(code_checks::forget_place(db.connection(), &other, made.id), "", "code_check");
    code_checks::forget_place(db.connection(), &act, made.id).unwrap();
    let shown = code_checks::get(db.connection(), &act, made.id).unwrap();
    assert_eq!((shown.place, shown.result), (code_checks::CheckPlace::default(), made.result));
});

on_both!(a_check_names_its_stall, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let code = issue(db.connection(), &act, &stand);
    let mut by_code = scan(stand.stall, &[&code.payload]);
    (by_code.stall_id, by_code.code_id) = (None, Some(code.id));
    assert_eq!(check(db.connection(), &act, by_code).stall_id, stand.stall);
    let mut both = scan(stand.stall, &[]);
    both.code_id = Some(code.id);
    refused(checks::create(db.connection(), &act, both), "stall_id", "check-without-stall");
    let mut neither = scan(stand.stall, &[]);
    neither.stall_id = None;
    refused(checks::create(db.connection(), &act, neither), "stall_id", "check-without-stall");
    let foreign = checks::create(db.connection(), &other, scan(stand.stall, &[]));
    missing(foreign, "stall_id", "stall");
    let long = "0".repeat(513);
    let long = checks::create(db.connection(), &act, scan(stand.stall, &[&long]));
    refused(long, "scanned_payloads", "text-length");
    let reader = db.act_with(&[Permission::RegistryRead]);
    refused(checks::create(db.connection(), &reader, scan(stand.stall, &[])), "", "forbidden");
    // Another bank is another account, also of the same person.
    let elsewhere = NewAccount { bin: "970418".into(), ..crate::registry_support::personal("9") };
    accounts::create(db.connection(), &act, elsewhere).unwrap();
    let found = check(db.connection(), &act, scan(stand.stall, &[&sticker("970418", "9")]));
    assert_eq!(
        (found.result, remarks(&found)),
        (CheckResult::WrongAccount, vec![Remark::OtherAccount])
    );
});

/// Each result and remark that can be has its sentence in both languages.
#[test]
fn every_finding_has_a_sentence() {
    let file = include_str!("../../src/registry/code_verdicts.rs");
    let words = |text: &str, of: &str| -> Vec<String> {
        let body = text.split_once(of).unwrap().1.split_once("});").unwrap().0.to_owned();
        let named = body.lines().filter_map(|line| line.split_once(" = \""));
        named.map(|(_, word)| word.split('"').next().unwrap().to_owned()).collect()
    };
    let checks = include_str!("../../src/registry/code_checks.rs");
    let results = words(checks, "text_enum!(CheckResult {").into_iter();
    let keys: Vec<_> = results
        .map(|word| format!("check-{word}"))
        .chain(words(file, "text_enum!(Remark {").iter().map(|word| format!("remark-{word}")))
        .collect();
    assert_eq!(keys.len(), 18, "{keys:?}");
    let names = ["beside", "once", "broken", "card", "gone", "stall", "crowded"];
    for (language, word) in [Language::Vietnamese, Language::English]
        .into_iter()
        .flat_map(|language| ["yes", "no", "here", "elsewhere"].map(|word| (language, word)))
    {
        let args = names.map(|name| (name, word.to_owned()));
        for key in &keys {
            let text = language.text(key, &args).unwrap_or_else(|| panic!("{key}"));
            assert!(text.ends_with('.') && !text.contains('{'), "{key}: {text}");
        }
    }
}
