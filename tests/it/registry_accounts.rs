//! Accounts, receiving numbers, links, verifications.

use cho40::primitives::ids::AccountId;
use cho40::registry::accounts::{self, AccountChange, AccountFilter, AccountKind, NewAccount};
use cho40::registry::codes::{self, NewCode, Revocation};
use cho40::registry::links::{self, AccountLinkChange, AccountLinkFilter, NewAccountLink};
use cho40::registry::numbers::{
    self, NewReceivingNumber, NumberKind, ReceivingNumberChange, ReceivingNumberFilter,
};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::registry::verifications::{
    self, Method, NewVerification, VerificationFilter, is_same_holder,
};
use cho40::registry::{PageRequest, Patch};

use crate::registry_support::{
    Stand, TODAY, link, missing, new_account, personal, refusal, refused,
};
use crate::support::on_both;

on_both!(an_account_comes_with_its_main_number, |db| {
    let (act, other) = (db.act(), db.other_act());
    let account = new_account(db.connection(), &act, "0011001");
    assert_eq!((account.bank.as_str(), account.number.as_str()), ("Vietcombank", "0011001"));
    assert_eq!(accounts::get(db.connection(), &act, account.id).unwrap(), account);
    let page = PageRequest::default();
    let filter = ReceivingNumberFilter { number: Some("0011001".into()), account_id: None };
    let numbers = numbers::list(db.connection(), &act, &filter, page).unwrap().items;
    assert_eq!(numbers.len(), 1);
    assert_eq!((numbers[0].kind, numbers[0].account_id), (NumberKind::Main, account.id));
    let filter = AccountFilter { kind: Some(AccountKind::Wallet), bin: None };
    assert!(accounts::list(db.connection(), &act, &filter, page).unwrap().items.is_empty());
    let filter = AccountFilter { bin: Some("970436".into()), kind: None };
    assert_eq!(
        accounts::list(db.connection(), &act, &filter, page).unwrap().items,
        std::slice::from_ref(&account)
    );
    missing(accounts::get(db.connection(), &other, account.id), "", "account");
    // Boards share nothing: the same account may be registered on another one.
    new_account(db.connection(), &other, "0011001");
});

on_both!(accounts_are_judged, |db| {
    let act = db.act();
    for (new, field, code) in [
        (NewAccount { bin: "999999".into(), ..personal("1") }, "bin", "unknown-bin"),
        (NewAccount { bin: "VCB".into(), ..personal("1") }, "bin", "unknown-bin"),
        (personal("12 34"), "number", "account-malformed"),
        (NewAccount { holder_name: " ".into(), ..personal("1") }, "holder_name", "text-length"),
        (
            NewAccount { holder_name: "阮氏".into(), ..personal("1") },
            "holder_name",
            "holder-name-unreadable",
        ),
        (NewAccount { keeps_outgoing: true, ..personal("1") }, "keeps_outgoing", "consent-missing"),
    ] {
        refused(accounts::create(db.connection(), &act, new), field, code);
    }
    let kind = AccountKind::Organisation;
    let market = NewAccount { keeps_outgoing: true, kind, ..personal("1") };
    assert!(accounts::create(db.connection(), &act, market).unwrap().keeps_outgoing);
});

on_both!(a_number_leads_to_one_account, |db| {
    let act = db.act();
    let first = new_account(db.connection(), &act, "0011001");
    let taken = refusal(accounts::create(db.connection(), &act, personal("0011001")));
    assert_eq!((taken.code, taken.field.as_deref()), ("number-taken", Some("number")));
    assert_eq!(
        taken.args,
        [("account", first.id.to_string()), ("holder", "Nguyễn Thị Bé".to_owned())]
    );
    // The same digits at another bank are another number.
    let second = NewAccount { bin: "970415".into(), ..personal("0011001") };
    let second = accounts::create(db.connection(), &act, second).unwrap();
    let new = |number: &str| NewReceivingNumber {
        account_id: second.id,
        bin: None,
        kind: NumberKind::Virtual,
        number: number.into(),
    };
    refused(numbers::create(db.connection(), &act, new("0011001")), "number", "number-taken");
    let made = numbers::create(db.connection(), &act, new("VA001")).unwrap();
    let change = ReceivingNumberChange { number: "0011001".into() };
    let outcome = numbers::change(db.connection(), &act, made.id, change);
    refused(outcome, "number", "number-taken");
});

on_both!(numbers_are_corrected_until_they_are_printed, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let new = |kind| NewReceivingNumber {
        account_id: stand.account,
        bin: Some("970418".into()),
        kind,
        number: "96247VA1".into(),
    };
    let main = numbers::create(db.connection(), &act, new(NumberKind::Main));
    refused(main, "kind", "main-number-exists");
    let outcome = numbers::create(db.connection(), &other, new(NumberKind::Virtual));
    missing(outcome, "account_id", "account");
    let number = numbers::create(db.connection(), &act, new(NumberKind::Virtual)).unwrap();
    assert_eq!(number.bin, "970418");
    let to = |number: &str| ReceivingNumberChange { number: number.into() };
    missing(numbers::change(db.connection(), &other, number.id, to("1")), "", "number");
    let number = numbers::change(db.connection(), &act, number.id, to("96247VA2")).unwrap();
    assert_eq!(numbers::get(db.connection(), &act, number.id).unwrap().number, "96247VA2");
    let code = NewCode {
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: Some(number.id),
        with_reference: true,
    };
    codes::issue(db.connection(), &act, code).unwrap();
    let outcome = numbers::change(db.connection(), &act, number.id, to("96247VA3"));
    refused(outcome, "number", "number-in-use");
    numbers::change(db.connection(), &act, number.id, to("96247VA2")).unwrap();
});

on_both!(an_account_is_closed_after_its_codes, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let code = NewCode {
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: None,
        with_reference: true,
    };
    let code = codes::issue(db.connection(), &act, code).unwrap();
    let outcome = accounts::close(db.connection(), &act, stand.account);
    refused(outcome, "", "account-has-live-codes");
    let because = Revocation { because: "đổi ngân hàng".into() };
    codes::revoke(db.connection(), &act, code.id, because).unwrap();
    missing(accounts::close(db.connection(), &other, stand.account), "", "account");
    let closed = accounts::close(db.connection(), &act, stand.account).unwrap();
    assert_eq!(closed.closed_at, Some(act.at));
    refused(accounts::close(db.connection(), &act, closed.id), "", "account-closed");
    let change = AccountChange::default();
    refused(accounts::change(db.connection(), &act, closed.id, change), "", "account-closed");
    let neighbour = stand.neighbour(db.connection(), &act);
    refused(link(db.connection(), &act, neighbour, closed.id), "", "account-closed");
    let number = NewReceivingNumber {
        account_id: closed.id,
        bin: None,
        kind: NumberKind::Virtual,
        number: "V1".into(),
    };
    refused(numbers::create(db.connection(), &act, number), "", "account-closed");
});

on_both!(links_are_dated_and_do_not_repeat, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let (occupancy_id, account_id) = (stand.occupancy, stand.account);
    let again = link(db.connection(), &act, occupancy_id, account_id);
    refused(again, "from_day", "link-overlaps");
    let account = new_account(db.connection(), &act, "2");
    let new = |account_id, from: i32, to: Option<i32>| NewAccountLink {
        occupancy_id,
        account_id,
        from_day: TODAY.plus(from),
        to_day: to.map(|to| TODAY.plus(to)),
    };
    let early = links::create(db.connection(), &act, new(account.id, -101, None));
    refused(early, "from_day", "outside-occupancy");
    let reversed = links::create(db.connection(), &act, new(account.id, 0, Some(-1)));
    refused(reversed, "to_day", "period-reversed");
    let unknown = links::create(db.connection(), &act, new(AccountId(1), 0, None));
    missing(unknown, "account_id", "account");
    let foreign = new_account(db.connection(), &other, "3");
    let foreign = links::create(db.connection(), &other, new(foreign.id, 0, None));
    missing(foreign, "occupancy_id", "occupancy");
    let second = links::create(db.connection(), &act, new(account.id, -10, Some(-5))).unwrap();
    let third = links::create(db.connection(), &act, new(account.id, -4, None)).unwrap();
    let longer = AccountLinkChange { from_day: None, to_day: Patch::Clear };
    let outcome = links::change(db.connection(), &act, second.id, longer);
    refused(outcome, "from_day", "link-overlaps");
    let shorter = AccountLinkChange { from_day: None, to_day: Patch::Set(TODAY.plus(-6)) };
    links::change(db.connection(), &act, second.id, shorter).unwrap();
    missing(links::get(db.connection(), &other, second.id), "", "link");
    for (day, count) in [(-10, 2), (-5, 1), (0, 2)] {
        let on = Some(TODAY.plus(day));
        let filter = AccountLinkFilter { on, ..AccountLinkFilter::default() };
        let page = links::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
        assert_eq!(page.items.len(), count, "{day}");
    }
    let end = EndOccupancy { to_day: TODAY };
    occupancies::end(db.connection(), &act, occupancy_id, end).unwrap();
    let beyond = AccountLinkChange { from_day: None, to_day: Patch::Set(TODAY.plus(1)) };
    let outcome = links::change(db.connection(), &act, third.id, beyond);
    refused(outcome, "from_day", "outside-occupancy");
});

#[test]
fn holders_are_compared_without_diacritics_and_by_kind() {
    use AccountKind::{HouseholdBusiness, Personal};
    for (kind, registered, shown, same) in [
        (Personal, "Nguyễn Thị Bé", "NGUYEN THI BE", true),
        (Personal, "Đặng Văn Út", "DANG  VAN UT", true),
        (Personal, "Nguyễn Thị Bé", "NGUYEN THI BA", false),
        (HouseholdBusiness, "Nguyễn Thị Bé", "HKD NGUYEN THI BE", true),
        (HouseholdBusiness, "Hộ kinh doanh Nguyễn Thị Bé", "HKD NGUYEN THI BE", true),
        (Personal, "Nguyễn Thị Bé", "HKD NGUYEN THI BE", false),
    ] {
        assert_eq!(is_same_holder(kind, registered, shown), same, "{registered} / {shown}");
    }
}

on_both!(a_shown_name_is_judged_and_then_holds, |db| {
    let (act, other) = (db.act(), db.other_act());
    let account_id = new_account(db.connection(), &act, "1").id;
    let shown = |name: &str| NewVerification {
        account_id,
        method: Method::NameShown,
        shown_name: Some(name.into()),
        passed: None,
        verified_by: "Tổ công nghệ số khóm 7".into(),
    };
    let wrong = verifications::create(db.connection(), &act, shown("TRAN VAN UT")).unwrap();
    assert!(!wrong.passed);
    let rename =
        |name: &str| AccountChange { holder_name: Some(name.into()), ..AccountChange::default() };
    accounts::change(db.connection(), &act, account_id, rename("Nguyễn Thị Bé Ba")).unwrap();
    let right = verifications::create(db.connection(), &act, shown("NGUYEN THI BE BA")).unwrap();
    assert!(right.passed);
    let outcome = accounts::change(db.connection(), &act, account_id, rename("Trần Văn Út"));
    refused(outcome, "holder_name", "holder-name-verified");
    accounts::change(db.connection(), &act, account_id, rename("NGUYỄN THỊ BÉ BA")).unwrap();

    missing(verifications::create(db.connection(), &other, shown("X")), "account_id", "account");
    missing(verifications::get(db.connection(), &other, right.id), "", "verification");
    let filter = VerificationFilter { passed: Some(true), ..VerificationFilter::default() };
    let page = verifications::list(db.connection(), &act, &filter, PageRequest::default());
    assert_eq!(page.unwrap().items, [right]);
});

on_both!(each_verification_says_what_it_saw, |db| {
    let act = db.act();
    let account_id = new_account(db.connection(), &act, "1").id;
    let new = |method, shown_name: Option<&str>, passed| NewVerification {
        account_id,
        method,
        shown_name: shown_name.map(str::to_owned),
        passed,
        verified_by: "Lê Văn Ba".into(),
    };
    for (new, field, code) in [
        (new(Method::NameShown, None, None), "shown_name", "field-required"),
        (new(Method::NameShown, Some("A"), Some(true)), "passed", "field-not-allowed"),
        (new(Method::TestSeen, None, None), "passed", "field-required"),
        (new(Method::TestConfirmed, Some("A"), Some(true)), "shown_name", "field-not-allowed"),
    ] {
        refused(verifications::create(db.connection(), &act, new), field, code);
    }
    let seen = || new(Method::TestSeen, None, Some(true));
    refused(verifications::create(db.connection(), &act, seen()), "method", "no-feed-sees-account");
    let confirmed = new(Method::TestConfirmed, None, Some(true));
    assert!(verifications::create(db.connection(), &act, confirmed).unwrap().passed);
    let failed = new(Method::TestSeen, None, Some(false));
    assert!(!verifications::create(db.connection(), &act, failed).unwrap().passed);
});
