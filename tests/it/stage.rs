//! A small market with a running intake: what tests of the hook and the ledger play on.

use std::sync::Arc;

use cho40::access::{Act, SecretKey};
use cho40::adoption;
use cho40::app::{App, Config};
use cho40::db::{DbConnection, Outcome};
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, FeedConfig, Headers, Provider, Secret};
use cho40::intake::feeds::{self as feed_admin, NewFeed};
use cho40::intake::hook::{Answered, Arrived};
use cho40::intake::poll::AllowedHosts;
use cho40::primitives::ids::{AccountId, FeedId, MarketId, OccupancyId};
use cho40::primitives::{Day, Vnd};
use cho40::registry::accounts::{AccountKind, NewAccount, Relation, UseKind};
use cho40::registry::codes::{Code, NewCode};
use cho40::registry::{accounts, codes, links, markets, occupancies, sections, stalls, vendors};
use cho40::web::limiter::Limits;
use cho40::web::state::Front;

use crate::support::TestDb;

pub const SEPAY_SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";
pub const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const PAYOS_SECRET: &str = "1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675";

/// An app on a test's database, its clock standing at the test's instant.
pub struct Stage {
    pub app: App,
    pub act: Act,
    runtime: tokio::runtime::Runtime,
    section: cho40::registry::sections::Section,
}

/// A stall with its account and code.
pub struct Stand {
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    pub code: Code,
}

impl Stage {
    pub fn new(db: &mut TestDb) -> Self {
        let act = db.act();
        let section = market(db.connection(), &act);
        let config = Config {
            database_url: db.url().clone(),
            key_file: "unused".into(),
            key_hex: Some("40".repeat(32)),
            may_create_key: false,
            workers: 1,
            postgres_lanes: 2,
            batch_limit: 256,
            noop_route: false,
            polls: false,
            poll_hosts: AllowedHosts::default(),
            print_templates: None,
            law_tables: None,
            keep_bodies_days: 90,
            limits: Limits::default(),
            front: Front::default(),
        };
        let app = App::build(config, db.clock.clone()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { app, act, runtime, section }
    }

    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
    ) -> T {
        self.try_write(work).unwrap()
    }

    pub fn try_write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let act = self.now();
        self.app.db.write_here(act.board_id().0, move |connection| work(connection, &act))
    }

    pub fn read<T>(&self, work: impl Fn(&mut DbConnection, &Act) -> Outcome<T>) -> T {
        let act = self.now();
        self.app.db.read_here(|connection| work(connection, &act)).unwrap()
    }

    /// The test's caller at the clock's present instant.
    pub fn now(&self) -> Act {
        Act::new(self.act.scope.clone(), self.app.clock.now(), Arc::clone(&self.app.ids))
    }

    /// A stall of its own vendor, with an account at MB and a printed code.
    pub fn stand(&self, code: &str, number: &str, use_kind: UseKind) -> Stand {
        let account = self.account(number, AccountKind::Personal, use_kind);
        self.stand_on(code, account)
    }

    pub fn account(&self, number: &str, kind: AccountKind, use_kind: UseKind) -> AccountId {
        let new = NewAccount {
            bin: "970422".into(),
            number: number.into(),
            kind,
            use_kind,
            holder_name: "NGUYEN THI MAU".into(),
            relation: Relation::Own,
            keeps_outgoing: false,
        };
        self.write(move |connection, act| accounts::create(connection, act, new)).id
    }

    /// A stall whose money goes to a given account.
    pub fn stand_on(&self, code: &str, account_id: AccountId) -> Stand {
        let (section_id, code) = (self.section.id, code.to_owned());
        let from_day = Day::parse("2026-01-01").unwrap();
        let (occupancy_id, code) = self.write(move |connection, act| {
            let stall = stalls::NewStall {
                section_id,
                code: code.clone(),
                goods: "rau củ".into(),
                wholesale: false,
                size_class: stalls::SizeClass::Small,
                position: 0,
            };
            let stall = stalls::create(connection, act, stall)?;
            let vendor = vendors::NewVendor {
                name: format!("Nguyễn Thị {code}"),
                phone: None,
                neighbourhood_id: None,
            };
            let vendor = vendors::create(connection, act, vendor)?;
            let occupancy = occupancies::NewOccupancy {
                stall_id: stall.id,
                vendor_id: vendor.id,
                from_day,
                to_day: None,
            };
            let occupancy = occupancies::create(connection, act, occupancy)?;
            let link = links::NewAccountLink {
                occupancy_id: occupancy.id,
                account_id,
                from_day,
                to_day: None,
            };
            links::create(connection, act, link)?;
            let new = NewCode {
                occupancy_id: occupancy.id,
                account_id: Some(account_id),
                number_id: None,
                with_reference: true,
            };
            Ok((occupancy.id, codes::issue(connection, act, new)?))
        });
        Stand { occupancy_id, account_id, code }
    }

    /// A feed of a provider with the stage's secret for it.
    pub fn feed(&self, provider: Provider) -> Feed<'_> {
        let (config, secret) = match provider {
            Provider::Sepay => (r#"{"authentication":"hmac"}"#, SEPAY_SECRET),
            Provider::StandardWebhooks => ("{}", STANDARD_SECRET),
            Provider::Payos => ("{}", PAYOS_SECRET),
            Provider::Casso => (r#"{"version":"v2"}"#, SEPAY_SECRET),
            Provider::VietqrVn | Provider::Mbbank => {
                (r#"{"authentication":"token","username":"cho"}"#, SEPAY_SECRET)
            }
            Provider::SepayBankHub => (r#"{"authentication":"secret_key"}"#, SEPAY_SECRET),
            Provider::Phone => panic!("a phone is paired, see phone_support"),
            Provider::Statement => unreachable!("imports make their feeds"),
        };
        self.feed_of(provider, config, secret)
    }

    /// A feed of a provider with a configuration of one's own.
    pub fn feed_of(&self, provider: Provider, config: &str, secret: &str) -> Feed<'_> {
        let key: SecretKey = self.app.secret_key.clone();
        let new = NewFeed {
            provider: provider.as_str().into(),
            name: "thử".into(),
            config: serde_json::value::RawValue::from_string(config.into()).unwrap(),
            secret: Some(secret.into()),
            account_ids: Vec::new(),
            facts: None,
        };
        let id =
            self.write(move |connection, act| feed_admin::create(connection, act, &key, new)).id;
        Feed {
            stage: self,
            id,
            config: FeedConfig::parse(provider, config).unwrap(),
            secret: Secret::new(secret, 12).unwrap(),
        }
    }

    pub const fn market_id(&self) -> MarketId {
        self.section.market_id
    }

    /// The adoption report of the stage's market with every stall, as JSON.
    pub fn report(&self) -> serde_json::Value {
        let (market_id, query) = (
            self.section.market_id,
            adoption::Query { include_occupancies: true, ..adoption::Query::default() },
        );
        let report =
            self.read(|connection, act| adoption::report(connection, act, market_id, &query));
        serde_json::to_value(report).unwrap()
    }

    /// Waits for what the intake does.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub fn roll_up(&self) {
        self.runtime.block_on(self.app.roll_up()).unwrap();
    }

    pub fn index_transfers(&self) {
        self.runtime.block_on(self.app.index_transfers()).unwrap();
    }

    pub fn differences(&self) -> Vec<String> {
        self.read(|connection, act| {
            // A server that runs may fold the tail between two reads.
            let found = connection.in_snapshot(|connection| {
                cho40::ledger::doctor::examine(connection, act.board_id())
            })?;
            Ok(found.iter().map(ToString::to_string).collect())
        })
    }
}

fn market(connection: &mut DbConnection, act: &Act) -> cho40::registry::sections::Section {
    let new = markets::NewMarket {
        name: "Chợ Thới Bình".into(),
        commune: "Thới Bình".into(),
        province: "Cà Mau".into(),
    };
    let market_id = markets::create(connection, act, new).unwrap().id;
    let new = sections::NewSection { market_id, name: "Rau củ".into(), position: 1 };
    sections::create(connection, act, new).unwrap()
}

/// A feed to send through.
pub struct Feed<'s> {
    pub stage: &'s Stage,
    pub id: FeedId,
    pub config: FeedConfig,
    pub secret: Secret,
}

impl Feed<'_> {
    /// Sends a properly signed report and returns the outcome's name.
    pub fn send(&self, transfer: &SampleTransfer<'_>) -> &'static str {
        self.deliver(self.signed(transfer)).outcome
    }

    pub fn signed(&self, transfer: &SampleTransfer<'_>) -> Arrived {
        let now = self.stage.app.clock.now();
        let signed = transfer.signed_request(&self.config, &self.secret, now).unwrap();
        let headers: Headers =
            signed.headers.iter().map(|(name, value)| (name, value.as_bytes())).collect();
        Arrived { path_tail: signed.path_tail.into(), ..arrived(headers, signed.body) }
    }

    pub fn deliver(&self, arrived: Arrived) -> Answered {
        let receive = self.stage.app.intake.receive(self.id, arrived);
        self.stage.runtime.block_on(receive).unwrap().unwrap()
    }

    /// Lets the work off the hot path come to its end.
    pub fn settle(&self) {
        self.stage.runtime.block_on(self.stage.app.keep_refused());
    }

    /// Sends many at once, so that they meet in batches.
    pub fn send_together(&self, transfers: &[SampleTransfer<'_>]) -> Vec<&'static str> {
        let arrived: Vec<_> = transfers.iter().map(|transfer| self.signed(transfer)).collect();
        let intake = &self.stage.app.intake;
        let all = arrived.into_iter().map(|arrived| intake.receive(self.id, arrived));
        let answers = self.stage.runtime.block_on(futures_util::future::join_all(all));
        answers.into_iter().map(|answer| answer.unwrap().unwrap().outcome).collect()
    }
}

pub fn arrived(headers: Headers, body: Vec<u8>) -> Arrived {
    Arrived {
        method: "POST".into(),
        path_tail: String::new(),
        query: String::new(),
        headers,
        body,
        is_too_large: false,
        request_id: String::new(),
    }
}

/// 45.000 đ into an account at MB, a minute ago.
pub fn transfer<'a>(stage: &Stage, id: u64, account: &'a str, memo: &'a str) -> SampleTransfer<'a> {
    SampleTransfer {
        id,
        gateway: "MBBank",
        bin: "970422",
        account,
        virtual_account: None,
        direction: Direction::In,
        amount: Vnd::new(45_000),
        occurred_at: stage.app.clock.now().plus_ms(-60_000),
        memo,
        reference: "FT26253000000001",
        payer_name: None,
        order_code: 0,
    }
}
