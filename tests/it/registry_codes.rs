//! Static codes: issuing, replacing, revoking, vendors' own stickers, checks, references.

use cho40::access::Act;
use cho40::db::DbConnection;
use cho40::primitives::ids::{CodeId, OccupancyId, RequestId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::primitives::{UnixMs, Vnd};
use cho40::registry::accounts::{self, AccountKind, NewAccount};
use cho40::registry::codes::{
    self, Code, CodeFilter, CodeSource, NewCode, Replacement, Revocation,
};
use cho40::registry::existing_codes::{self, ExistingCode};
use cho40::registry::numbers::{self, NewReceivingNumber, NumberKind};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::registry::references::{Claimant, claim, claim_drawn};
use cho40::registry::{PageRequest, Patch};
use cho40::vietqr::{Builder, Merchant, Mode, Payee, Reference, check_code, crc16, read};

use crate::registry_support::{
    Stand, TODAY, link, missing, new_account, occupy, personal, refusal, refused,
};
use crate::support::on_both;

fn for_stall(occupancy_id: OccupancyId) -> NewCode {
    NewCode { occupancy_id, account_id: None, number_id: None, with_reference: true }
}

fn because(reason: &str) -> Revocation {
    Revocation { because: reason.into() }
}

/// A sticker as a bank prints it.
fn sticker(bin: &str, number: &str) -> String {
    Builder::new(bin, Payee::Account(number.into())).build().unwrap().payload
}

fn register(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    payload: &str,
) -> cho40::db::Outcome<Code> {
    existing_codes::register(
        connection,
        act,
        ExistingCode {
            occupancy_id,
            payload: payload.into(),
            holder_name: None,
            holder_name_confirmed: false,
            confirmed_by: None,
            kind: None,
            use_kind: None,
            relation: None,
            shared: false,
        },
    )
}

on_both!(an_issued_code_pays_the_stall_with_its_reference_first, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let code = codes::issue(db.connection(), &act, for_stall(stand.occupancy)).unwrap();
    let reference = code.reference.unwrap();
    assert!(reference.is_static());
    let payload = read(&code.payload).into_transfer(Mode::Strict).unwrap();
    assert_eq!((payload.bin, payload.account), (Some("970436"), Some("0011001")));
    assert_eq!(payload.purpose, Some(reference.to_string().as_str()));
    assert_eq!((payload.initiation, payload.amount), (Some("11"), None));
    assert_eq!(code.check_code, check_code(&code.payload));
    assert_eq!((code.bank.as_str(), code.holder_name.as_str()), ("Vietcombank", "Nguyễn Thị Bé"));
    assert_eq!(codes::get(db.connection(), &act, code.id).unwrap(), code);

    missing(codes::get(db.connection(), &other, code.id), "", "code");
    let foreign = codes::issue(db.connection(), &other, for_stall(stand.occupancy));
    missing(foreign, "occupancy_id", "occupancy");
    let filter =
        CodeFilter { check_code: Some(code.check_code.to_lowercase()), ..CodeFilter::default() };
    let page = codes::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
    assert_eq!(page.items, [code]);
});

on_both!(the_account_of_a_code_must_be_clear, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let neighbour = stand.neighbour(db.connection(), &act);
    let none = codes::issue(db.connection(), &act, for_stall(neighbour));
    refused(none, "occupancy_id", "no-linked-account");
    let named = |account_id| NewCode { account_id: Some(account_id), ..for_stall(neighbour) };
    let unlinked = codes::issue(db.connection(), &act, named(stand.account));
    refused(unlinked, "account_id", "account-not-linked");
    let foreign = new_account(db.connection(), &other, "5").id;
    missing(codes::issue(db.connection(), &act, named(foreign)), "account_id", "account");

    link(db.connection(), &act, neighbour, stand.account).unwrap();
    let second = new_account(db.connection(), &act, "6");
    link(db.connection(), &act, neighbour, second.id).unwrap();
    let several = codes::issue(db.connection(), &act, for_stall(neighbour));
    refused(several, "account_id", "several-linked-accounts");
    let code = codes::issue(db.connection(), &act, named(second.id)).unwrap();
    assert_eq!((code.account_id, code.number.as_str()), (second.id, "6"));
    let main = code.number_id;
    let other_number = NewCode { number_id: Some(main), ..named(stand.account) };
    missing(codes::issue(db.connection(), &act, other_number), "number_id", "number");
});

on_both!(cards_are_printed_before_the_vendor_comes_and_not_after, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let end = EndOccupancy { to_day: TODAY.plus(-1) };
    occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    let ended = codes::issue(db.connection(), &act, for_stall(stand.occupancy));
    refused(ended, "occupancy_id", "occupancy-ended");
    let from_day = TODAY.plus(10);
    let next = occupy(db.connection(), &act, stand.stall, stand.vendor, from_day).id;
    let new_link = cho40::registry::links::NewAccountLink {
        occupancy_id: next,
        account_id: stand.account,
        from_day,
        to_day: None,
    };
    cho40::registry::links::create(db.connection(), &act, new_link).unwrap();
    codes::issue(db.connection(), &act, for_stall(next)).unwrap();
});

on_both!(without_a_reference_only_where_the_account_serves_one_stall, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let bare = |occupancy_id| NewCode { with_reference: false, ..for_stall(occupancy_id) };
    let code = codes::issue(db.connection(), &act, bare(stand.occupancy)).unwrap();
    assert_eq!(code.reference, None);
    assert_eq!(code.payload, sticker("970436", "0011001"));
    let neighbour = stand.neighbour(db.connection(), &act);
    link(db.connection(), &act, neighbour, stand.account).unwrap();
    let shared = codes::issue(db.connection(), &act, bare(stand.occupancy));
    refused(shared, "with_reference", "reference-needed");
    let end = EndOccupancy { to_day: TODAY.plus(-1) };
    occupancies::end(db.connection(), &act, neighbour, end).unwrap();
    codes::issue(db.connection(), &act, bare(stand.occupancy)).unwrap();
});

on_both!(vietinbank_personal_accounts_need_sevqr, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    for (kind, number, starts) in [
        (AccountKind::Personal, "101", "SEVQR CJW"),
        (AccountKind::HouseholdBusiness, "102", "CJW"),
    ] {
        let account = NewAccount { bin: "970415".into(), kind, ..personal(number) };
        let account_id = accounts::create(db.connection(), &act, account).unwrap().id;
        link(db.connection(), &act, stand.occupancy, account_id).unwrap();
        let new = NewCode { account_id: Some(account_id), ..for_stall(stand.occupancy) };
        let code = codes::issue(db.connection(), &act, new).unwrap();
        let purpose = read(&code.payload).payload.purpose.unwrap();
        assert!(purpose.starts_with(starts), "{purpose}");
    }
});

on_both!(only_what_takes_transfers_gets_a_transfer_code, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let terminal = NewReceivingNumber {
        account_id: stand.account,
        bin: None,
        kind: NumberKind::Terminal,
        number: "TERM1".into(),
    };
    let number_id = Some(numbers::create(db.connection(), &act, terminal).unwrap().id);
    let new = NewCode { number_id, ..for_stall(stand.occupancy) };
    let outcome = codes::issue(db.connection(), &act, new);
    refused(outcome, "number_id", "number-not-transferable");
    // CIMB's old BIN is known, but VietQR does not reach it.
    let unreachable = NewAccount { bin: "970459".into(), ..personal("7") };
    let account_id = accounts::create(db.connection(), &act, unreachable).unwrap().id;
    link(db.connection(), &act, stand.occupancy, account_id).unwrap();
    let new = NewCode { account_id: Some(account_id), ..for_stall(stand.occupancy) };
    refused(codes::issue(db.connection(), &act, new), "account_id", "bank-not-receiving");
});

on_both!(a_code_is_revoked_once_and_replaced, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let old = codes::issue(db.connection(), &act, for_stall(stand.occupancy)).unwrap();
    missing(codes::revoke(db.connection(), &other, old.id, because("x")), "", "code");
    refused(codes::revoke(db.connection(), &act, old.id, because(" ")), "because", "text-length");
    let replacement = || Replacement {
        because: "mất thẻ".into(),
        account_id: None,
        number_id: None,
        with_reference: true,
    };
    let new = codes::replace(db.connection(), &act, old.id, replacement()).unwrap();
    assert_eq!((new.replaces_code_id, new.occupancy_id), (Some(old.id), old.occupancy_id));
    assert_ne!(new.reference, old.reference);
    let old = codes::get(db.connection(), &act, old.id).unwrap();
    assert_eq!((old.revoked_at, old.revoked_because.as_deref()), (Some(act.at), Some("mất thẻ")));
    refused(codes::revoke(db.connection(), &act, old.id, because("x")), "", "code-revoked");
    refused(codes::replace(db.connection(), &act, old.id, replacement()), "", "code-revoked");
    for (live, expected) in [(Some(true), new.id), (Some(false), old.id)] {
        let filter = CodeFilter { live, ..CodeFilter::default() };
        let page = codes::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
        assert_eq!(page.items.iter().map(|code| code.id).collect::<Vec<_>>(), [expected]);
    }
});

on_both!(a_vendors_last_day_revokes_the_codes, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let new = NewCode {
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: None,
        with_reference: true,
    };
    let code = codes::issue(db.connection(), &act, new).unwrap();
    let lists = |connection: &mut DbConnection, act: &Act, live| {
        let filter = CodeFilter { live: Some(live), ..CodeFilter::default() };
        let page = codes::list(connection, act, &filter, PageRequest::default()).unwrap();
        page.items.into_iter().map(|code| code.id).collect::<Vec<_>>()
    };
    let end = occupancies::EndOccupancy { to_day: TODAY };
    occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    assert_eq!(codes::get(db.connection(), &act, code.id).unwrap(), code, "the last day is a day");
    assert_eq!(lists(db.connection(), &act, true), [code.id]);
    refused(accounts::close(db.connection(), &act, stand.account), "", "account-has-live-codes");

    db.clock.move_to(TODAY.plus(1).start(0));
    let act = db.act();
    let now = codes::get(db.connection(), &act, code.id).unwrap();
    assert_eq!(now.revoked_at, Some(act.at));
    let because = now.revoked_because.unwrap();
    assert_eq!(because, "Người bán đã thôi bán, ngày cuối là 2026-11-24");
    assert!(lists(db.connection(), &act, true).is_empty());
    assert_eq!(lists(db.connection(), &act, false), [code.id]);
    let again = Revocation { because: "mất thẻ".into() };
    refused(codes::revoke(db.connection(), &act, code.id, again), "", "code-revoked");
    accounts::close(db.connection(), &act, stand.account).unwrap();
    let wrong = occupancies::OccupancyChange { from_day: None, to_day: Patch::Clear };
    occupancies::change(db.connection(), &act, stand.occupancy, wrong).unwrap();
    assert_eq!(lists(db.connection(), &act, true), [code.id]);
});

on_both!(a_vendors_sticker_is_registered_as_it_is, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    // MB and MoMo print the checksum in lower case.
    let mut payload = sticker("970436", "0011001");
    let crc = payload.split_off(payload.len() - 4);
    payload.push_str(&crc.to_lowercase());
    let code = register(db.connection(), &act, stand.occupancy, &format!(" {payload}\n"));
    let code = code.unwrap();
    assert_eq!((code.source, code.reference), (CodeSource::Existing, None));
    assert_eq!(code.payload, payload);
    assert_eq!(code.check_code, check_code(&payload));
    let again = refusal(register(db.connection(), &act, stand.occupancy, &payload));
    assert_eq!(again.code, "code-exists");
    assert_eq!(again.args, [("code", code.id.to_string())]);
    codes::revoke(db.connection(), &act, code.id, because("dán đè")).unwrap();
    register(db.connection(), &act, stand.occupancy, &payload).unwrap();
});

on_both!(a_sticker_must_pay_the_stall, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let unlinked = new_account(db.connection(), &act, "777");
    let with_amount = Builder::new("970436", Payee::Account("0011001".into()))
        .amount(Vnd::new(5_000))
        .build()
        .unwrap();
    let issued = codes::issue(db.connection(), &act, for_stall(stand.occupancy)).unwrap();
    codes::revoke(db.connection(), &act, issued.id, because("in lại")).unwrap();
    let long = "0".repeat(513);
    for (payload, code) in [
        ("", "text-length"),
        (long.as_str(), "text-length"),
        ("xin chào", "code-unreadable"),
        (
            &sticker("970436", "0011001").replace("53037045802VN", "53037045802XX"),
            "code-checksum-wrong",
        ),
        (&sticker("970436", "888"), "code-account-unknown"),
        (&sticker("970415", "0011001"), "code-account-unknown"),
        (&sticker("970436", &unlinked.number), "code-account-not-linked"),
        (&with_amount.payload, "code-has-amount"),
        // Our own card, though revoked, is no vendor's sticker.
        (&issued.payload, "code-retired"),
    ] {
        let outcome = register(db.connection(), &act, stand.occupancy, payload);
        refused(outcome, "payload", code);
    }
    let unknown =
        refusal(register(db.connection(), &act, stand.occupancy, &sticker("970415", "0011001")));
    assert_eq!(unknown.args, [("bank", "VietinBank".to_owned()), ("number", "0011001".to_owned())]);
    let payload = sticker("970436", "0011001");
    let foreign = new_account(db.connection(), &other, "0011001");
    assert_ne!(foreign.id, stand.account);
    let outcome = register(db.connection(), &other, stand.occupancy, &payload);
    missing(outcome, "occupancy_id", "occupancy");
});

on_both!(an_acquirers_sticker_is_registered_by_its_merchant_id, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let merchant = NewReceivingNumber {
        account_id: stand.account,
        bin: None,
        kind: NumberKind::Merchant,
        number: "MID0042".into(),
    };
    let number_id = numbers::create(db.connection(), &act, merchant).unwrap().id;
    let merchant = Merchant {
        id: "MID0042".into(),
        category: "5411".into(),
        name: "Sạp Bé".into(),
        city: "Cà Mau".into(),
    };
    let payload = Builder::new("970436", Payee::Merchant(merchant)).build().unwrap().payload;
    let code = register(db.connection(), &act, stand.occupancy, &payload).unwrap();
    assert_eq!(code.number_id, number_id);
});

on_both!(a_reference_has_one_holder, |db| {
    let (act, other) = (db.act(), db.other_act());
    let (board_id, at) = (act.board_id(), act.at);
    let code = Claimant::Code(CodeId(1));
    let mut draws = [7, 7, 8].into_iter();
    let mut draw = || Ok(draws.next().unwrap());
    let first = claim_drawn(db.connection(), board_id, code, at, &mut draw).unwrap();
    let second = claim_drawn(db.connection(), board_id, code, at, &mut draw).unwrap();
    assert_eq!((first, second), (Reference::random_static(7), Reference::random_static(8)));
    claim_drawn(db.connection(), other.board_id(), code, at, || Ok(7)).unwrap();
    // However long ago: a printed card lives for years. And the drawing ends.
    let much_later = at.plus_ms(4_000 * MS_PER_DAY);
    assert!(claim_drawn(db.connection(), board_id, code, much_later, || Ok(7)).is_err());
    assert!(claim(db.connection(), board_id, code, at).unwrap().is_static());
});

on_both!(a_requests_reference_is_used_again_after_400_days, |db| {
    let act = db.act();
    let (board_id, at) = (act.board_id(), act.at);
    let claim_at = |connection: &mut DbConnection, id, at: UnixMs| {
        claim_drawn(connection, board_id, Claimant::Request(RequestId(id)), at, || Ok(7))
    };
    let reference = claim_at(db.connection(), 1, at).unwrap();
    assert!(!reference.is_static());
    assert!(claim_at(db.connection(), 2, at.plus_ms(400 * MS_PER_DAY)).is_err());
    assert_eq!(claim_at(db.connection(), 3, at.plus_ms(400 * MS_PER_DAY + 1)).unwrap(), reference);
    assert!(claim_at(db.connection(), 4, at.plus_ms(400 * MS_PER_DAY + 2)).is_err());
});

on_both!(a_sticker_with_control_characters_is_refused, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let plain = sticker("970436", "0011001");
    let body = format!("{}5903A\0B6304", plain.split_at(plain.len() - 8).0);
    let payload = format!("{body}{:04X}", crc16(body.as_bytes()));
    assert!(read(&payload).into_transfer(Mode::Lenient).is_ok(), "only the NUL is wrong");
    let outcome = register(db.connection(), &act, stand.occupancy, &payload);
    refused(outcome, "payload", "text-control-character");
});
