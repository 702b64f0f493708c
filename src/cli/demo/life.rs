//! Living through the days: the clock is driven from instant to instant, codes are made, and the
//! feeds report over real HTTP. Between two instants everything is acknowledged, so the same seed
//! gives the same data.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arrivals::Morning;
use super::banks::FeedName;
use super::day::{Ask, Asking, Delivery, Moment, Saying};
use super::dice::Dice;
use super::feeds::{self, Feed};
use super::fleet::{Fleet, Parcel};
use super::memos::{self, Envelope, Says};
use super::plan::Plan;
use super::settle::Settled;
use super::traffic::Traffic;
use super::words::Words;
use crate::app::App;
use crate::db::{Fault, Outcome};
use crate::feeds::sample::SampleTransfer;
use crate::primitives::time::MS_PER_HOUR;
use crate::primitives::{Day, UnixMs};
use crate::requests::{self, NewRequest, Order, RequestKind};

/// Vendors set their stalls up at four.
const MORNING_MS: i64 = 4 * MS_PER_HOUR;
/// Fees may be paid for a month.
const FEE_EXPIRY_S: i64 = 30 * 86_400;

/// The run.
pub struct Life {
    pub app: App,
    pub plan: Arc<Plan>,
    pub words: Arc<Words>,
    pub seed: u64,
    pub first_day: Day,
    pub fleet: Fleet,
    pub settled: Settled,
    /// References of requests, by the ask's number.
    pub references: HashMap<u64, String>,
    /// Set when nobody waits for the end any more.
    pub stopped: Arc<AtomicBool>,
}

impl Life {
    /// Lives through all days, telling of each that is over. Ends early when stopped.
    pub fn live(mut self, day_is_over: impl Fn()) -> Outcome<Settled> {
        for number in 0..self.plan.days {
            self.morning(number)?;
            let timetable = {
                let (plan, words, first_day) = (&self.plan, &self.words, self.first_day);
                Traffic { seed: self.seed, plan, words, first_day }.day(number)
            };
            for (at, moment) in timetable.moments {
                if self.stopped.load(Ordering::Relaxed) {
                    return Ok(self.settled);
                }
                self.app.clock.move_to(at);
                self.moment(at, moment)?;
            }
            self.references.clear();
            day_is_over();
        }
        Ok(self.settled)
    }

    /// The eve has done the first morning's work.
    fn morning(&mut self, number: u32) -> Outcome<()> {
        let day = self.first_day.plus(number as i32);
        self.app.clock.move_to(day.start(0).plus_ms(MORNING_MS));
        if number == 0 || Morning::is_quiet(&self.plan, number) {
            return Ok(());
        }
        let (act, plan) = (self.settled.act(&self.app), Arc::clone(&self.plan));
        let mut settled = self.settled.clone();
        self.settled = self.app.db.write_here(act.board_id().0, move |connection| {
            let morning = Morning { act: &act, plan: &plan, number, day };
            morning.write(connection, &mut settled.register)?;
            let (register, feeds) = (&settled.register, &mut settled.feeds);
            feeds::attach_new(connection, &act, &plan, register, feeds)?;
            Ok(settled)
        })?;
        Ok(())
    }

    fn moment(&mut self, at: UnixMs, moment: Moment) -> Outcome<()> {
        if !moment.asks.is_empty() {
            self.ask(&moment.asks)?;
        }
        let parcels = moment.deliveries.iter().map(|delivery| self.parcel(at, delivery));
        let parcels = parcels.collect::<Outcome<Vec<_>>>()?;
        self.fleet.send(parcels)
    }

    fn ask(&mut self, asks: &[Ask]) -> Outcome<()> {
        let act = self.settled.act(&self.app);
        let new: Vec<(u64, NewRequest)> =
            asks.iter().filter_map(|ask| Some((ask.number, self.new_request(ask)?))).collect();
        let made = self.app.db.write_here(act.board_id().0, move |connection| {
            let make = |(number, new)| {
                let request = requests::create(connection, &act, new)?;
                Ok((number, request.reference.to_string()))
            };
            new.into_iter().map(make).collect::<Outcome<Vec<_>>>()
        })?;
        self.references.extend(made);
        Ok(())
    }

    fn new_request(&self, ask: &Ask) -> Option<NewRequest> {
        let register = &self.settled.register;
        let fee_account = register.accounts.get(&self.plan.fee_account).copied();
        let order_feed = self.feed(FeedName::Payos).ok()?.id;
        Some(NewRequest {
            kind: match ask.asking {
                Asking::Fee => RequestKind::Fee,
                Asking::Sale | Asking::Order => RequestKind::Sale,
            },
            occupancy_id: *register.occupancies.get(&ask.tenant)?,
            account_id: fee_account.filter(|_| ask.asking == Asking::Fee),
            number_id: None,
            amount_vnd: ask.amount,
            purpose: Some(if ask.asking == Asking::Fee { "Tien sap" } else { "Mua hang" }.into()),
            expires_in_s: (ask.asking == Asking::Fee).then_some(FEE_EXPIRY_S),
            order: (ask.asking == Asking::Order)
                .then(|| Order { feed_id: order_feed, order_code: ask.number.to_string() }),
        })
    }

    /// Signs a report as its provider would at this instant.
    fn parcel(&self, at: UnixMs, delivery: &Delivery) -> Outcome<Parcel> {
        let feed = self.feed(delivery.feed)?;
        let memo = self.memo(delivery);
        let is_named = !delivery.payer.is_empty();
        let order_code = match delivery.saying {
            Saying::Request(number) => number,
            _ => 0,
        };
        let sample = SampleTransfer {
            id: delivery.id,
            gateway: delivery.bank.gateway,
            bin: delivery.bank.bin,
            account: &delivery.number,
            virtual_account: delivery.virtual_number.as_deref(),
            direction: delivery.direction,
            amount: delivery.amount,
            occurred_at: delivery.occurred_at,
            memo: &memo,
            reference: &format!("FT{}", delivery.id),
            payer_name: Some(delivery.payer.as_str()).filter(|_| is_named),
            order_code,
        };
        let request = sample.signed_request(&feed.config, &feed.secret, at);
        let request = request.ok_or_else(|| Fault::broken("a sample could not be signed"))?;
        let account = delivery
            .number
            .bytes()
            .fold(0, |sum: u64, digit| sum.wrapping_mul(31).wrapping_add(u64::from(digit)));
        Ok(Parcel { account, path: format!("/hooks/{}", feed.id), request })
    }

    fn memo(&self, delivery: &Delivery) -> String {
        let card = |tenant| {
            let card = self.settled.register.cards.get(&tenant)?;
            card.reference.map(|reference| reference.to_string())
        };
        let (reference, is_mistyped) = match delivery.saying {
            Saying::Code(tenant) => (card(tenant), false),
            Saying::Mistyped(tenant) => (card(tenant), true),
            Saying::Request(number) => (self.references.get(&number).cloned(), false),
            Saying::Nothing | Saying::Personal | Saying::Outgoing => (None, false),
        };
        let says = match (&reference, delivery.saying) {
            (Some(reference), _) if is_mistyped => Says::Mistyped(reference),
            (Some(reference), _) => Says::Reference(reference),
            (None, Saying::Personal) => Says::Personal,
            (None, Saying::Outgoing) => Says::Outgoing,
            (None, _) => Says::Nothing,
        };
        let envelope = Envelope {
            says,
            bin: delivery.bank.bin,
            after_sevqr: delivery.after_sevqr,
            account: &delivery.number,
            holder: &delivery.holder,
            payer: &delivery.payer,
            occurred_at: delivery.occurred_at,
        };
        let mut dice = Dice::new(delivery.memo_seed, "memo", delivery.id);
        memos::wrapped(&self.words.memos, &envelope, &mut dice)
    }

    fn feed(&self, name: FeedName) -> Outcome<&Feed> {
        let found = self.settled.feeds.iter().find(|feed| feed.name == name);
        found.ok_or_else(|| Fault::broken("the demo has no such feed"))
    }
}
