//! The directory in the ledger's memory.

use cho40::access::Act;
use cho40::db::DbConnection;
use cho40::primitives::ids::{AccountId, BoardId, OccupancyId};
use cho40::registry::accounts::{self, AccountChange, AccountKind, NewAccount, UseKind};
use cho40::registry::codes::{self, NewCode, Revocation};
use cho40::registry::links::{self, AccountLinkChange, AccountLinkFilter};
use cho40::registry::numbers::{self, NewReceivingNumber, NumberKind};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::registry::{Directory, PageRequest, Patch};
use cho40::vietqr::Reference;

use crate::registry_support::{Stand, TODAY, link, missing, new_account, personal};
use crate::support::on_both;

fn load(connection: &mut DbConnection, act: &Act) -> Directory {
    Directory::load(connection, act.board_id()).unwrap()
}

fn on(directory: &Directory, account_id: AccountId, day: i32) -> Vec<OccupancyId> {
    directory.occupancies_of(account_id, TODAY.plus(day)).collect()
}

on_both!(a_number_resolves_by_its_bank_or_alone, |db| {
    let (act, other) = (db.act(), db.other_act());
    let vietcombank = new_account(db.connection(), &act, "555");
    let vietinbank = NewAccount { bin: "970415".into(), ..personal("555") };
    let vietinbank = accounts::create(db.connection(), &act, vietinbank).unwrap();
    let sole = new_account(db.connection(), &act, "777");
    let virtual_number = NewReceivingNumber {
        account_id: sole.id,
        bin: None,
        kind: NumberKind::Virtual,
        number: "VA777".into(),
    };
    let virtual_number = numbers::create(db.connection(), &act, virtual_number).unwrap();
    new_account(db.connection(), &other, "888");
    let directory = load(db.connection(), &act);
    let resolve = |bin, number, virtual_number| {
        directory.resolve_account(bin, number, virtual_number).map(|found| found.account_id)
    };
    assert_eq!(resolve(Some("970436"), Some("555"), None), Some(vietcombank.id));
    assert_eq!(resolve(Some("970415"), Some("555"), None), Some(vietinbank.id));
    assert_eq!(resolve(Some("970418"), Some("555"), None), None, "no account at that bank");
    assert_eq!(resolve(None, Some("555"), None), None, "two banks");
    assert_eq!(resolve(None, Some("777"), None), Some(sole.id));
    assert_eq!(resolve(None, Some("888"), None), None, "another board's");
    assert_eq!(resolve(None, None, None), None);
    assert_eq!(resolve(Some("970436"), Some("555"), Some("VA777")), Some(sole.id));
    assert_eq!(resolve(Some("970436"), Some("555"), Some("VA000")), Some(vietcombank.id));
    assert_eq!(resolve(None, None, Some("va777")), Some(sole.id), "in whatever case");
    let found = directory.resolve_account(None, None, Some("VA777")).unwrap();
    assert_eq!(found.number_id, virtual_number.id);
});

on_both!(accounts_are_known_by_what_matching_asks, |db| {
    let act = db.act();
    let new = NewAccount {
        use_kind: UseKind::BusinessOnly,
        kind: AccountKind::HouseholdBusiness,
        keeps_outgoing: true,
        ..personal("1")
    };
    let account = accounts::create(db.connection(), &act, new).unwrap();
    let directory = load(db.connection(), &act);
    let known = directory.account(account.id).unwrap();
    assert_eq!((known.bin.as_str(), known.kind), ("970436", AccountKind::HouseholdBusiness));
    assert!(known.business_only && known.keeps_outgoing);
    assert_eq!(directory.account(AccountId(1)), None);
    missing(Directory::load(db.connection(), BoardId(1)), "", "board");
});

on_both!(an_account_serves_within_link_and_occupancy, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let neighbour = stand.neighbour(db.connection(), &act);
    let shared = link(db.connection(), &act, neighbour, stand.account).unwrap();
    let days =
        AccountLinkChange { from_day: Some(TODAY.plus(-10)), to_day: Patch::Set(TODAY.plus(10)) };
    links::change(db.connection(), &act, shared.id, days).unwrap();
    let end = EndOccupancy { to_day: TODAY.plus(5) };
    occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    let directory = load(db.connection(), &act);
    let (first, second) = (stand.occupancy, neighbour);
    for (day, expected) in [
        (-101, &[][..]),
        (-100, &[first][..]),
        (-10, &[first, second][..]),
        (5, &[first, second][..]),
        (6, &[second][..]),
        (11, &[][..]),
    ] {
        assert_eq!(on(&directory, stand.account, day), expected, "{day}");
    }
    assert!(on(&directory, AccountId(1), 0).is_empty());
});

on_both!(references_lead_to_codes_also_revoked_ones, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let new = |with_reference| NewCode {
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: None,
        with_reference,
    };
    codes::issue(db.connection(), &act, new(false)).unwrap();
    let code = codes::issue(db.connection(), &act, new(true)).unwrap();
    let reference = code.reference.unwrap();
    let found = *load(db.connection(), &act).code(reference).unwrap();
    assert_eq!((found.code_id, found.occupancy_id), (code.id, stand.occupancy));
    assert_eq!((found.account_id, found.revoked_at), (stand.account, None));
    let because = Revocation { because: "thay thẻ".into() };
    codes::revoke(db.connection(), &act, code.id, because).unwrap();
    let directory = load(db.connection(), &act);
    assert_eq!(directory.code(reference).unwrap().revoked_at, Some(act.at));
    let unknown = Reference::from_data(reference.data() ^ 1).unwrap();
    assert_eq!(directory.code(unknown), None);
});

on_both!(every_write_that_matters_moves_the_version, |db| {
    let act = db.act();
    let mut last = load(db.connection(), &act).version;
    let stand = Stand::new(db.connection(), &act);
    let mut moved = |connection: &mut DbConnection, what: &str| {
        let version = load(connection, &act).version;
        assert!(version > last, "{what}");
        last = version;
    };
    moved(db.connection(), "occupancies, accounts, links");
    let change =
        AccountChange { use_kind: Some(UseKind::BusinessOnly), ..AccountChange::default() };
    accounts::change(db.connection(), &act, stand.account, change).unwrap();
    moved(db.connection(), "accounts");
    let number = NewReceivingNumber {
        account_id: stand.account,
        bin: None,
        kind: NumberKind::Virtual,
        number: "V".into(),
    };
    numbers::create(db.connection(), &act, number).unwrap();
    moved(db.connection(), "numbers");
    let new = NewCode {
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: None,
        with_reference: true,
    };
    let code = codes::issue(db.connection(), &act, new).unwrap();
    moved(db.connection(), "codes");
    let because = Revocation { because: "x".into() };
    codes::revoke(db.connection(), &act, code.id, because).unwrap();
    moved(db.connection(), "revoked codes");
    let page = PageRequest::default();
    let all = AccountLinkFilter::default();
    let link = links::list(db.connection(), &act, &all, page).unwrap().items[0].id;
    let ended = AccountLinkChange { from_day: None, to_day: Patch::Set(TODAY) };
    links::change(db.connection(), &act, link, ended).unwrap();
    moved(db.connection(), "ended links");
});
