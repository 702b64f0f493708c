//! A market of 1,000 stalls made through the use cases: occupancies, accounts at four banks, issued
//! codes with references, and one SePay feed that reports all accounts.

use std::sync::Arc;

use cho40::access::{Act, Permissions, Scope, SecretKey};
use cho40::db::{DbConnection, Fault, Outcome};
use cho40::feeds::{Provider, Secret};
use cho40::intake::feeds::{self, NewFeed};
use cho40::primitives::id::{INSTANCES, IdGenerator};
use cho40::primitives::ids::{AccountId, BoardId, FeedId, KeyId, MarketId, OccupancyId, SectionId};
use cho40::primitives::{Clock, UnixMs};
use cho40::registry::accounts::{self, AccountKind, NewAccount, Relation, UseKind};
use cho40::registry::boards;
use cho40::registry::codes::{self, NewCode};
use cho40::registry::links::{self, NewAccountLink};
use cho40::registry::markets::{self, NewMarket};
use cho40::registry::occupancies::{self, NewOccupancy};
use cho40::registry::sections::{self, NewSection};
use cho40::registry::stalls::{self, NewStall, SizeClass};
use cho40::registry::vendors::{self, NewVendor};
use serde_json::value::RawValue;

use super::database::Database;

pub const STALLS: usize = 1_000;
/// Balances are dropped before storage on accounts of persons: the usual account of a stall.
const CONFIG: &str = r#"{"authentication":"hmac"}"#;
const SECRET: &str = "the secret of this benchmark";
/// SePay's name of the bank, and its BIN.
const BANKS: [(&str, &str); 4] =
    [("MBBank", "970422"), ("Vietcombank", "970436"), ("ACB", "970416"), ("BIDV", "970418")];

pub struct Market {
    pub board_id: BoardId,
    pub id: MarketId,
    pub feed_id: FeedId,
    pub secret: Secret,
    pub stalls: Vec<Stall>,
    pub ids: Arc<IdGenerator>,
}

pub struct Stall {
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    pub gateway: &'static str,
    pub bin: &'static str,
    pub number: String,
    /// What its printed code puts into the memo.
    pub reference: String,
}

impl Market {
    /// Registers everything as if it were done at `at`. The secret key goes into `cho40.key` in the
    /// database's folder.
    pub fn create(database: &Database, at: UnixMs) -> Outcome<Self> {
        let key = SecretKey::load(&database.folder().join("cho40.key"), true)?;
        let mut connection = database.connect()?;
        key.check(&mut connection)?;
        // The server takes the lowest free instance: their ids cannot meet.
        let clock = Clock::standing_at(at);
        let ids = Arc::new(IdGenerator::new(clock, INSTANCES - 1, UnixMs(0)));
        connection.in_transaction(|connection| register(connection, &key, at, &ids))
    }

    /// Somebody with every permission.
    pub fn act(&self, at: UnixMs) -> Act {
        act_on(self.board_id, at, &self.ids)
    }
}

fn act_on(board_id: BoardId, at: UnixMs, ids: &Arc<IdGenerator>) -> Act {
    let permissions = Permissions::all();
    Act::new(Scope { board_id, key_id: KeyId(1), permissions }, at, Arc::clone(ids))
}

fn register(
    connection: &mut DbConnection,
    key: &SecretKey,
    at: UnixMs,
    ids: &Arc<IdGenerator>,
) -> Outcome<Market> {
    let board = boards::create(connection, "Ban quản lý chợ Thới Bình", at, ids)?;
    let act = act_on(board.id, at, ids);
    let market = NewMarket {
        name: "Chợ Thới Bình".to_owned(),
        commune: "Xã Thới Bình".to_owned(),
        province: "Cà Mau".to_owned(),
    };
    let market_id = markets::create(connection, &act, market)?.id;
    let mut section_ids = Vec::new();
    for (position, name) in (0..).zip(["Rau củ", "Cá tươi", "Vải", "Ăn uống"]) {
        let section = NewSection { market_id, name: name.to_owned(), position };
        section_ids.push(sections::create(connection, &act, section)?.id);
    }
    let mut stalls = Vec::with_capacity(STALLS);
    for (number, section_id) in (0..STALLS).zip(section_ids.iter().cycle()) {
        stalls.push(stall(connection, &act, *section_id, number)?);
    }
    let feed = NewFeed {
        provider: Provider::Sepay.as_str().to_owned(),
        name: "SePay".to_owned(),
        config: RawValue::from_string(CONFIG.to_owned()).map_err(Fault::broken)?,
        secret: Some(SECRET.to_owned()),
        account_ids: stalls.iter().map(|stall| stall.account_id).collect(),
    };
    Ok(Market {
        board_id: board.id,
        id: market_id,
        feed_id: feeds::create(connection, &act, key, feed)?.id,
        secret: Secret::new(SECRET, SECRET.len())?,
        stalls,
        ids: Arc::clone(ids),
    })
}

fn stall(
    connection: &mut DbConnection,
    act: &Act,
    section_id: SectionId,
    number: usize,
) -> Outcome<Stall> {
    let from_day = act.at.day(0);
    let stall = NewStall {
        section_id,
        code: format!("A-{number:04}"),
        goods: "hàng hóa".to_owned(),
        wholesale: false,
        size_class: SizeClass::Small,
        position: number as i32,
    };
    let stall_id = stalls::create(connection, act, stall)?.id;
    let name = format!("Tiểu thương {number}");
    let vendor = NewVendor { name: name.clone(), phone: None, neighbourhood_id: None };
    let vendor_id = vendors::create(connection, act, vendor)?.id;
    let occupancy = NewOccupancy { stall_id, vendor_id, from_day, to_day: None };
    let occupancy_id = occupancies::create(connection, act, occupancy)?.id;
    let (gateway, bin) = BANKS.iter().cycle().nth(number).copied().unwrap_or_default();
    let account = NewAccount {
        bin: bin.to_owned(),
        number: format!("0367{number:08}"),
        kind: AccountKind::Personal,
        use_kind: UseKind::Mixed,
        holder_name: name,
        relation: Relation::Own,
        keeps_outgoing: false,
    };
    let account = accounts::create(connection, act, account)?;
    let (account_id, to_day) = (account.id, None);
    let link = NewAccountLink { occupancy_id, account_id, from_day, to_day };
    links::create(connection, act, link)?;
    let code = NewCode { occupancy_id, account_id: None, number_id: None, with_reference: true };
    let code = codes::issue(connection, act, code)?;
    let reference = code.reference.map(|reference| reference.to_string()).unwrap_or_default();
    Ok(Stall { occupancy_id, account_id, gateway, bin, number: account.number, reference })
}
