//! A small market to test on, and short ways to say what is expected of an outcome.

use cho40::access::Act;
use cho40::db::{DbConnection, Fault, Outcome};
use cho40::primitives::ids::{AccountId, MarketId, OccupancyId, SectionId, StallId, VendorId};
use cho40::primitives::{Day, Refusal};
use cho40::registry::accounts::{self, Account, AccountKind, NewAccount, Relation, UseKind};
use cho40::registry::links::{self, AccountLink, NewAccountLink};
use cho40::registry::markets::{self, NewMarket};
use cho40::registry::occupancies::{self, NewOccupancy, Occupancy};
use cho40::registry::sections::{self, NewSection};
use cho40::registry::stalls::{self, NewStall, SizeClass};
use cho40::registry::vendors::{self, NewVendor};

/// The day of [`crate::support::NOW`].
pub const TODAY: Day = Day(20_781);

/// One stall with its vendor, paid to one account.
pub struct Stand {
    pub market: MarketId,
    pub section: SectionId,
    pub stall: StallId,
    pub vendor: VendorId,
    pub occupancy: OccupancyId,
    pub account: AccountId,
}

impl Stand {
    /// From 100 days ago; the account is `NGUYEN THI BE`'s at Vietcombank, number 0011001.
    pub fn new(connection: &mut DbConnection, act: &Act) -> Self {
        let market = NewMarket {
            name: "Chợ Thới Bình".into(),
            commune: "Thới Bình".into(),
            province: "Cà Mau".into(),
        };
        let market_id = markets::create(connection, act, market).unwrap().id;
        let section = NewSection { market_id, name: "Trái cây".into(), position: 1 };
        let section_id = sections::create(connection, act, section).unwrap().id;
        let stall_id = new_stall(connection, act, section_id, "A-01");
        let vendor_id = new_vendor(connection, act, "Nguyễn Thị Bé");
        let occupancy_id = occupy(connection, act, stall_id, vendor_id, TODAY.plus(-100)).id;
        let account_id = new_account(connection, act, "0011001").id;
        link(connection, act, occupancy_id, account_id).unwrap();
        Self {
            market: market_id,
            section: section_id,
            stall: stall_id,
            vendor: vendor_id,
            occupancy: occupancy_id,
            account: account_id,
        }
    }

    /// Another stall of the same section, its vendor there from 100 days ago.
    pub fn neighbour(&self, connection: &mut DbConnection, act: &Act) -> OccupancyId {
        let stall_id = new_stall(connection, act, self.section, "A-02");
        let vendor_id = new_vendor(connection, act, "Trần Văn Út");
        occupy(connection, act, stall_id, vendor_id, TODAY.plus(-100)).id
    }
}

pub fn new_stall(
    connection: &mut DbConnection,
    act: &Act,
    section_id: SectionId,
    code: &str,
) -> StallId {
    let stall = NewStall {
        section_id,
        code: code.into(),
        goods: "xoài, nhãn".into(),
        wholesale: false,
        size_class: SizeClass::Small,
        position: 1,
    };
    stalls::create(connection, act, stall).unwrap().id
}

pub fn new_vendor(connection: &mut DbConnection, act: &Act, name: &str) -> VendorId {
    let vendor = NewVendor { name: name.into(), phone: None, neighbourhood_id: None };
    vendors::create(connection, act, vendor).unwrap().id
}

pub fn occupy(
    connection: &mut DbConnection,
    act: &Act,
    stall_id: StallId,
    vendor_id: VendorId,
    from_day: Day,
) -> Occupancy {
    let occupancy = NewOccupancy { stall_id, vendor_id, from_day, to_day: None };
    occupancies::create(connection, act, occupancy).unwrap()
}

/// A personal account of Nguyễn Thị Bé at Vietcombank.
pub fn personal(number: &str) -> NewAccount {
    NewAccount {
        bin: "970436".into(),
        number: number.into(),
        kind: AccountKind::Personal,
        use_kind: UseKind::Mixed,
        holder_name: "Nguyễn Thị Bé".into(),
        relation: Relation::Own,
        keeps_outgoing: false,
    }
}

pub fn new_account(connection: &mut DbConnection, act: &Act, number: &str) -> Account {
    accounts::create(connection, act, personal(number)).unwrap()
}

/// From 100 days ago.
pub fn link(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    account_id: AccountId,
) -> Outcome<AccountLink> {
    let from_day = TODAY.plus(-100);
    let link = NewAccountLink { occupancy_id, account_id, from_day, to_day: None };
    links::create(connection, act, link)
}

/// The refusal of an outcome.
#[track_caller]
pub fn refusal<T>(outcome: Outcome<T>) -> Refusal {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal,
        Err(fault) => panic!("a fault instead of a refusal: {fault}"),
        Ok(_) => panic!("not refused"),
    }
}

/// Expects a refusal on a field; an empty field means none.
#[track_caller]
pub fn refused<T>(outcome: Outcome<T>, field: &str, code: &str) {
    let refusal = refusal(outcome);
    assert_eq!((refusal.field.as_deref().unwrap_or(""), refusal.code), (field, code));
}

/// Expects that nothing of the kind is there.
#[track_caller]
pub fn missing<T>(outcome: Outcome<T>, field: &str, what: &str) {
    let refusal = refusal(outcome);
    assert_eq!((refusal.field.as_deref().unwrap_or(""), refusal.code), (field, "not-found"));
    assert_eq!(refusal.args, [("what", what.to_owned())]);
}
