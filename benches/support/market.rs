//! A market of 1,000 stalls made through the use cases: occupancies, accounts at four banks, issued
//! codes with references, and one SePay feed that reports all accounts.

use std::sync::Arc;

use cho40::access::{Act, Permissions, Scope, SecretKey};
use cho40::db::{DbConnection, Fault, Outcome};
use cho40::feeds::{Provider, Secret};
use cho40::intake::feeds::{self, NewFeed};
use cho40::primitives::id::{INSTANCES, IdGenerator};
use cho40::primitives::ids::{ActorId, BoardId, FeedId, MarketId, SectionId};
use cho40::primitives::{Clock, UnixMs};
use cho40::registry::accounts::{self, Account, AccountKind, NewAccount, Relation, UseKind};
use cho40::registry::boards;
use cho40::registry::code_checks::{self, NewCodeCheck};
use cho40::registry::codes::{self, Code, NewCode};
use cho40::registry::links::{self, NewAccountLink};
use cho40::registry::markets::{self, NewMarket};
use cho40::registry::occupancies::{self, NewOccupancy};
use cho40::registry::sections::{self, NewSection};
use cho40::registry::stalls::{self, NewStall, SizeClass};
use cho40::registry::vendors::{self, NewVendor};
use cho40::registry::verifications::{self, Method, NewVerification};
use serde_json::value::RawValue;

use super::database::Database;

pub const STALLS: usize = 1_000;
/// Balances are dropped before storage on accounts of persons: the usual account of a stall.
const CONFIG: &str = r#"{"authentication":"hmac"}"#;
/// Who visits the stalls.
const MEMBER: &str = "Tổ công nghệ số cộng đồng";
const SECRET: &str = "secret-of-this-benchmark";
/// SePay's name of the bank, and its BIN.
const BANKS: [(&str, &str); 4] =
    [("MBBank", "970422"), ("Vietcombank", "970436"), ("ACB", "970416"), ("VPBank", "970432")];

pub struct Market {
    pub board_id: BoardId,
    pub id: MarketId,
    pub feed_id: FeedId,
    pub secret: Secret,
    pub stalls: Vec<Stall>,
    pub ids: Arc<IdGenerator>,
}

pub struct Stall {
    /// SePay's name of its bank.
    pub gateway: &'static str,
    /// With occupancy, account and number.
    pub code: Code,
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

    /// Every card is scanned on its stall and found right.
    pub fn scan_all(&self, connection: &mut DbConnection, at: UnixMs) -> Outcome<()> {
        let act = self.act(at);
        connection.in_transaction(|connection| {
            for stall in &self.stalls {
                let check = NewCodeCheck {
                    code_id: Some(stall.code.id),
                    scanned_payload: Some(stall.code.payload.clone()),
                    checked_by: MEMBER.to_owned(),
                    ..NewCodeCheck::default()
                };
                code_checks::record(connection, &act, check)?;
            }
            Ok(())
        })
    }

    /// Somebody with every permission.
    pub fn act(&self, at: UnixMs) -> Act {
        act_on(self.board_id, at, &self.ids)
    }
}

fn act_on(board_id: BoardId, at: UnixMs, ids: &Arc<IdGenerator>) -> Act {
    let permissions = Permissions::all();
    Act::new(Scope::whole(board_id, ActorId(1), permissions), at, Arc::clone(ids))
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
        account_ids: stalls.iter().map(|stall| stall.code.account_id).collect(),
        facts: None,
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
    verify(connection, act, &account)?;
    let (account_id, to_day) = (account.id, None);
    let link = NewAccountLink { occupancy_id, account_id, from_day, to_day };
    links::create(connection, act, link)?;
    let code = NewCode { occupancy_id, account_id: None, number_id: None, with_reference: true };
    let code = codes::issue(connection, act, code)?;
    Ok(Stall { gateway, code })
}

/// The name was read in a bank app, and the holder saw the test transfer.
fn verify(connection: &mut DbConnection, act: &Act, account: &Account) -> Outcome<()> {
    let verification = |method, shown_name, passed| NewVerification {
        account_id: account.id,
        method,
        shown_name,
        passed,
        verified_by: MEMBER.to_owned(),
    };
    let shown = Some(account.holder_name.clone());
    for new in [
        verification(Method::NameShown, shown, None),
        verification(Method::TestConfirmed, None, Some(true)),
    ] {
        verifications::create(connection, act, new)?;
    }
    Ok(())
}
