//! The code that a vendor already has, registered in one call from what a photo told; and codes of
//! which nobody can read whom they pay.

use cho40::access::{Act, Permission};
use cho40::adoption::Reason::{NoFeed, NotVerified};
use cho40::db::{DbConnection, Outcome};
use cho40::primitives::ids::OccupancyId;
use cho40::registry::accounts::{self, AccountKind, Relation, UseKind};
use cho40::registry::code_checks::{CheckResult, NewCodeCheck};
use cho40::registry::code_readings::{self, RegisterAs};
use cho40::registry::code_verdicts::Remark;
use cho40::registry::codes::{self, Code, NewCode, Revocation};
use cho40::registry::existing_codes::{self, ExistingCode};
use cho40::registry::links::{self, AccountLinkFilter};
use cho40::registry::other_codes::{self, NewOtherCode, OtherCode, OtherCodeFilter};
use cho40::registry::verifications::{self, Method, VerificationFilter};
use cho40::registry::{PageRequest, code_checks, occupancies};
use cho40::vietqr::{Builder, Merchant, Payee, crc16};

use crate::adoption_support::{Market, Stall, of, one};
use crate::code_checks::vnpay;
use crate::registry_support::{Stand, TODAY, missing, new_account, refusal, refused};
use crate::support::on_both;

fn sticker(bin: &str, number: &str) -> String {
    Builder::new(bin, Payee::Account(number.into())).build().unwrap().payload
}

fn shown(occupancy_id: OccupancyId, payload: &str, holder_name: &str) -> ExistingCode {
    ExistingCode {
        occupancy_id,
        payload: payload.into(),
        holder_name: Some(holder_name.into()),
        holder_name_confirmed: true,
        confirmed_by: Some("Tổ 1".into()),
        kind: None,
        use_kind: None,
        relation: None,
        shared: false,
    }
}

fn momo(occupancy_id: OccupancyId, payload: &str) -> NewOtherCode {
    NewOtherCode {
        occupancy_id,
        payload: payload.into(),
        scheme: None,
        holder_name: "SAP BE".into(),
        holder_name_confirmed: true,
        confirmed_by: "Tổ 1".into(),
    }
}

fn register(connection: &mut DbConnection, act: &Act, existing: ExistingCode) -> Outcome<Code> {
    existing_codes::register(connection, act, existing)
}

fn because(reason: &str) -> Revocation {
    Revocation { because: reason.into() }
}

on_both!(one_call_registers_account_link_name_and_code, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let payload = sticker("970422", "0909123456");
    let found =
        code_readings::of_texts(db.connection(), &act, std::slice::from_ref(&payload)).unwrap();
    assert_eq!(found[0].register_as, Some(RegisterAs::ExistingCode));
    let code = register(db.connection(), &act, shown(stand.occupancy, &payload, "NGUYEN THI BE"));
    let code = code.unwrap();
    assert_eq!((code.bin.as_str(), code.number.as_str()), ("970422", "0909123456"));
    let account = accounts::get(db.connection(), &act, code.account_id).unwrap();
    assert_eq!((account.kind, account.use_kind), (AccountKind::Personal, UseKind::Mixed));
    assert_eq!((account.relation, account.keeps_outgoing), (Relation::Own, false));
    assert_eq!(account.holder_name, "NGUYEN THI BE");
    let filter = AccountLinkFilter { account_id: Some(account.id), ..AccountLinkFilter::default() };
    let linked = links::list(db.connection(), &act, &filter, PageRequest::default()).unwrap().items;
    assert_eq!((linked.len(), linked[0].occupancy_id), (1, stand.occupancy));
    assert_eq!(linked[0].from_day, TODAY, "what came before is not decided anew");
    let filter = VerificationFilter { account_id: Some(account.id), ..Default::default() };
    let seen = verifications::list(db.connection(), &act, &filter, PageRequest::default());
    let seen = seen.unwrap().items;
    assert_eq!((seen[0].method, seen[0].passed), (Method::NameShown, true));
    assert_eq!((seen[0].verified_by.as_str(), seen.len()), ("Tổ 1", 1));
    let found =
        code_readings::of_texts(db.connection(), &act, std::slice::from_ref(&payload)).unwrap();
    assert_eq!((found[0].register_as, found[0].code_id), (None, Some(code.id)));
    let again = register(db.connection(), &act, shown(stand.occupancy, &payload, "NGUYEN THI BE"));
    refused(again, "payload", "code-exists");
});

on_both!(the_code_suggests_what_the_account_is, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let merchant = Merchant {
        id: "MID0042".into(),
        category: "5411".into(),
        name: "Sạp Bé".into(),
        city: "Cà Mau".into(),
    };
    let merchant = Builder::new("970436", Payee::Merchant(merchant)).build().unwrap().payload;
    for (payload, kind, wallet) in [
        (sticker("971005", "0981234567"), AccountKind::Wallet, None),
        (sticker("971025", "PSP0123456"), AccountKind::Wallet, Some("MoMo")),
        (sticker("970454", "99MM24011M00000017"), AccountKind::Wallet, Some("MoMo")),
        (sticker("970454", "99ZP24011M00000017"), AccountKind::Wallet, Some("ZaloPay")),
        (merchant, AccountKind::Merchant, None),
        (sticker("970405", "1900"), AccountKind::Personal, None),
    ] {
        // Before it is registered, whoever photographs it is told.
        let texts = std::slice::from_ref(&payload);
        let found = code_readings::of_texts(db.connection(), &act, texts).unwrap();
        assert_eq!((found[0].scheme, found[0].wallet), (Some("VietQR"), wallet), "{payload}");
        let code =
            register(db.connection(), &act, shown(stand.occupancy, &payload, "TRAN VAN MAU"));
        let account_id = code.unwrap().account_id;
        assert_eq!(accounts::get(db.connection(), &act, account_id).unwrap().kind, kind);
    }
    let mut said = shown(stand.occupancy, &sticker("970405", "1901"), "HKD TRAN VAN MAU");
    said.kind = Some(AccountKind::HouseholdBusiness);
    (said.use_kind, said.relation) = (Some(UseKind::BusinessOnly), Some(Relation::Family));
    let code = register(db.connection(), &act, said).unwrap();
    let account = accounts::get(db.connection(), &act, code.account_id).unwrap();
    assert_eq!(
        (account.kind, account.relation),
        (AccountKind::HouseholdBusiness, Relation::Family)
    );
});

on_both!(what_is_in_the_way_is_said, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let neighbour = stand.neighbour(db.connection(), &act);
    let payload = sticker("970422", "0909123456");
    let good = || shown(stand.occupancy, &payload, "NGUYEN THI BE");
    let mut unconfirmed = good();
    unconfirmed.holder_name_confirmed = false;
    let outcome = register(db.connection(), &act, unconfirmed);
    refused(outcome, "holder_name_confirmed", "holder-name-unconfirmed");
    let mut nobody = good();
    nobody.confirmed_by = None;
    refused(register(db.connection(), &act, nobody), "confirmed_by", "confirmer-missing");
    let mut silent = good();
    silent.holder_name = None;
    refused(register(db.connection(), &act, silent), "payload", "code-account-unknown");
    missing(register(db.connection(), &other, good()), "occupancy_id", "occupancy");
    let checker = db.act_with(&[Permission::CodesWrite]);
    refused(register(db.connection(), &checker, good()), "", "forbidden");

    let mine = sticker("970436", "0011001");
    let differs = register(db.connection(), &act, shown(stand.occupancy, &mine, "TRAN VAN MAU"));
    let differs = refusal(differs);
    assert_eq!((differs.code, &*differs.args[0].1), ("holder-name-differs", "Nguyễn Thị Bé"));
    // A family's account: the other stall's name is told, and sharing it is said.
    let theirs = shown(neighbour, &mine, "NGUYEN THI BE");
    let taken = refusal(register(db.connection(), &act, theirs));
    assert_eq!(
        (taken.code, taken.field.as_deref()),
        ("code-account-of-other-stall", Some("shared"))
    );
    assert_eq!(taken.args[0], ("stalls", "A-01".to_owned()));
    let mut shared = shown(neighbour, &mine, "NGUYEN THI BE");
    shared.shared = true;
    let code = register(db.connection(), &act, shared).unwrap();
    assert_eq!((code.occupancy_id, code.account_id), (neighbour, stand.account));
    let twice =
        refusal(register(db.connection(), &act, shown(stand.occupancy, &mine, "Nguyen Thi Be")));
    assert_eq!(
        (twice.code, &twice.args[1]),
        ("code-of-other-stall", &("stall", "A-02".to_owned()))
    );

    let closed = new_account(db.connection(), &act, "777").id;
    accounts::close(db.connection(), &act, closed).unwrap();
    let dead = shown(stand.occupancy, &sticker("970436", "777"), "NGUYEN THI BE");
    refused(register(db.connection(), &act, dead), "payload", "account-closed");
    let card = NewCode {
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: None,
        with_reference: true,
    };
    let card = codes::issue(db.connection(), &act, card).unwrap();
    codes::revoke(db.connection(), &act, card.id, because("in lại")).unwrap();
    let retired = shown(stand.occupancy, &card.payload, "NGUYEN THI BE");
    refused(register(db.connection(), &act, retired), "payload", "code-retired");
});

/// Sealed as EMVCo wants it.
fn sealed(body: &str) -> String {
    format!("{body}6304{:04X}", crc16(format!("{body}6304").as_bytes()))
}

/// With 10,000 đ in it.
fn vnpay_once() -> String {
    sealed("00020101021226280010A0000007750110012345678953037045405100005802VN5908SAP BE 1")
}

on_both!(codes_of_other_schemes_are_known_from_then_on, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let neighbour = stand.neighbour(db.connection(), &act);
    let next_door = occupancies::get(db.connection(), &act, neighbour).unwrap().stall_id;
    let link = "https://cho.example.vn/tra/12";
    for (new, field, code) in [
        (momo(stand.occupancy, &sticker("970436", "5")), "payload", "code-is-vietqr"),
        (momo(stand.occupancy, "WIFI:S:cho;;"), "payload", "code-not-payment"),
        (
            momo(stand.occupancy, &vnpay().replace("SAP BE 1", "SAP BE 2")),
            "payload",
            "code-checksum-wrong",
        ),
        (momo(stand.occupancy, "000201010211"), "payload", "code-unreadable"),
        (momo(stand.occupancy, &vnpay_once()), "payload", "code-has-amount"),
        (momo(stand.occupancy, link), "scheme", "scheme-unknown"),
        (
            momo(stand.occupancy, &sealed("00020153037045802VN5902BE6002CM")),
            "scheme",
            "scheme-unknown",
        ),
        (
            NewOtherCode { holder_name_confirmed: false, ..momo(stand.occupancy, &vnpay()) },
            "holder_name_confirmed",
            "holder-name-unconfirmed",
        ),
    ] {
        refused(other_codes::register(db.connection(), &act, new), field, code);
    }
    let theirs = other_codes::register(db.connection(), &other, momo(stand.occupancy, &vnpay()));
    missing(theirs, "occupancy_id", "occupancy");
    let found =
        code_readings::of_texts(db.connection(), &act, &[vnpay(), "MECARD:N:x".into()]).unwrap();
    assert_eq!(
        found.iter().map(|one| one.register_as).collect::<Vec<_>>(),
        [Some(RegisterAs::OtherCode), None]
    );

    let code =
        other_codes::register(db.connection(), &act, momo(stand.occupancy, &vnpay())).unwrap();
    assert_eq!((code.scheme.as_str(), code.holder_name.as_str()), ("VNPAY-QR", "SAP BE"));
    assert_eq!(other_codes::get(db.connection(), &act, code.id).unwrap(), code);
    missing(other_codes::get(db.connection(), &other, code.id), "", "other_code");
    let named = NewOtherCode { scheme: Some("MoMo".into()), ..momo(stand.occupancy, link) };
    let named = other_codes::register(db.connection(), &act, named).unwrap();
    let listed = |connection: &mut DbConnection, live| -> Vec<OtherCode> {
        let filter = OtherCodeFilter { occupancy_id: Some(stand.occupancy), live };
        other_codes::list(connection, &act, &filter, PageRequest::default()).unwrap().items
    };
    assert_eq!(listed(db.connection(), Some(true)), [code.clone(), named]);

    let check = |connection: &mut DbConnection, stall_id| {
        let new = NewCodeCheck {
            stall_id: Some(stall_id),
            scanned_payload: Some(vnpay()),
            checked_by: "Tổ 1".into(),
            ..NewCodeCheck::default()
        };
        let check = code_checks::record(connection, &act, new).unwrap();
        assert_eq!(check.codes[0].code.other_code_id, Some(code.id));
        assert_eq!(code_checks::get(connection, &act, check.id).unwrap(), check);
        check.result
    };
    assert_eq!(check(db.connection(), stand.stall), CheckResult::Right);
    assert_eq!(check(db.connection(), next_door), CheckResult::WrongAccount);
    other_codes::revoke(db.connection(), &act, code.id, because("gỡ rồi")).unwrap();
    assert_eq!(check(db.connection(), stand.stall), CheckResult::Revoked);
    refused(other_codes::revoke(db.connection(), &act, code.id, because("x")), "", "code-revoked");
    assert_eq!(listed(db.connection(), Some(false)).len(), 1);
    other_codes::register(db.connection(), &act, momo(neighbour, &vnpay())).unwrap();
});

on_both!(a_code_of_another_scheme_hangs_at_one_stall, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let neighbour = stand.neighbour(db.connection(), &act);
    other_codes::register(db.connection(), &act, momo(stand.occupancy, &vnpay())).unwrap();
    for (occupancy, code) in
        [(stand.occupancy, "other-code-exists"), (neighbour, "code-of-other-stall")]
    {
        let again =
            refusal(other_codes::register(db.connection(), &act, momo(occupancy, &vnpay())));
        assert_eq!((again.code, &again.args[1]), (code, &("stall", "A-01".to_owned())));
    }
});

on_both!(a_wallet_s_own_link_names_its_wallet, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    for (payload, scheme, once) in [
        ("https://me.momo.vn/sapbe", "MoMo", false),
        ("2|99|0900000000|CO BE||0|0|0||transfer_myqr", "MoMo", false),
        ("2|99|0900000000|CO BE||0|0|45000||transfer_myqr", "MoMo", true),
        ("https://nhantien.momo.vn/0900000000/50000", "MoMo", true),
        ("https://qr.zalopay.vn/a1b2", "ZaloPay", false),
    ] {
        let texts = [payload.to_owned()];
        let found = code_readings::of_texts(db.connection(), &act, &texts).unwrap();
        assert_eq!(found[0].scheme, Some(scheme), "{payload}");
        assert_eq!(found[0].register_as, (!once).then_some(RegisterAs::OtherCode), "{payload}");
        let new = || NewCodeCheck {
            stall_id: Some(stand.stall),
            scanned_payload: Some(payload.to_owned()),
            checked_by: "Tổ 1".into(),
            ..NewCodeCheck::default()
        };
        let unknown = code_checks::record(db.connection(), &act, new()).unwrap();
        assert_eq!(unknown.result, CheckResult::Unknown, "{payload}");
        assert_eq!(unknown.codes[0].code.scheme, Some(scheme), "{payload}");
        let says_amount = unknown.codes[0].remarks.iter().any(|one| one.code == Remark::AmountSet);
        assert_eq!(says_amount, once, "{payload}");
        let made = other_codes::register(db.connection(), &act, momo(stand.occupancy, payload));
        if once {
            refused(made, "payload", "code-has-amount");
        } else {
            assert_eq!(made.unwrap().scheme, scheme, "{payload}");
            let right = code_checks::record(db.connection(), &act, new()).unwrap();
            assert_eq!(right.result, CheckResult::Right, "{payload}");
        }
    }
});

on_both!(a_stall_with_a_code_of_another_scheme_is_never_measurable, |db| {
    let mut market = Market::new(db);
    let both = market.fed(1, 11, 100);
    let alone = market.bare_stall(2, 11);
    market.alive(40, 0);
    assert_eq!(of(market.report().whole_market.m2.value), (1, 1));
    for (id, stall, at) in [(1, both, 20), (2, alone, 20)] {
        market.execute(&format!(
            "INSERT INTO other_codes (board_id, id, occupancy_id, scheme, payload, holder_name, \
             confirmed_by, registered_at_ms) SELECT board_id, {id}, {}, 'MoMo', 'x', 'BE', 'To', {} \
             FROM feeds",
            stall.0,
            crate::adoption_support::ago(at).start(0).0
        ));
    }
    let report = market.report();
    assert_eq!(of(report.whole_market.m1.value), (1, 2), "its own card still counts for M1");
    assert_eq!(of(report.whole_market.m2.value), (0, 1));
    assert_eq!(one(&report, both).reasons, [NoFeed]);
    assert_eq!(one(&report, Stall(alone.0)).reasons, [NotVerified, NoFeed]);
    market.execute("UPDATE other_codes SET revoked_at_ms = registered_at_ms");
    assert_eq!(of(market.report().whole_market.m2.value), (1, 1));
});
