//! How the made-up market is paid: habits turned into a day's timetable, with everything that goes
//! wrong at real ones. Pure: the same seed and day give the same timetable.

use super::accounts::AccountPlan;
use super::banks::FeedName;
use super::day::{Ask, Asking, Delivery, Saying, Timetable};
use super::dice::Dice;
use super::plan::{Group, Habit, Plan, Tenant};
use super::words::Words;
use crate::feeds::Direction;
use crate::primitives::time::{MS_PER_MINUTE, MS_PER_SECOND};
use crate::primitives::{Day, UnixMs, Vnd, lunar};
use crate::registry::accounts::UseKind;

/// Regular customers of a stall; the others come once.
const REGULARS: i64 = 45;
/// Ids of one day; the provider's ids are the day's number and a counter.
const IDS_A_DAY: u64 = 1_000_000;
const SATURDAY: u8 = 6;
/// Lunar days on which people go to market for the altar: also on a Sunday.
pub const LUNAR_MARKET_DAYS: [u8; 2] = [1, 15];
/// The market's monthly fee for a stall.
const FEE: Vnd = Vnd::new(300_000);
/// Of every thirty days.
const FEE_DAY: u32 = 4;
/// Of every five days.
const ORDER_DAY: u32 = 1;
const MIN_DAYS_FOR_OUTAGE: u32 = 20;

/// Makes timetables.
pub struct Traffic<'p> {
    pub seed: u64,
    pub plan: &'p Plan,
    pub words: &'p Words,
    pub first_day: Day,
}

struct Today<'t> {
    traffic: &'t Traffic<'t>,
    number: u32,
    is_holy: bool,
    is_open: bool,
    table: Timetable,
    dice: Dice,
    next_id: u64,
}

/// Whether the market is held: all weekdays and Saturdays, and the 1st and 15th lunar days.
pub fn is_market_day(day: Day) -> bool {
    day.iso_weekday() <= SATURDAY || is_holy(day)
}

fn is_holy(day: Day) -> bool {
    lunar::day_of_month(day).is_some_and(|day| LUNAR_MARKET_DAYS.contains(&day))
}

impl Traffic<'_> {
    /// The timetable of a day of the run, counted from 0.
    pub fn day(&self, number: u32) -> Timetable {
        let day = self.first_day.plus(number as i32);
        let mut dice = Dice::new(self.seed, "day", u64::from(number));
        let mut today = Today {
            traffic: self,
            number,
            is_holy: is_holy(day),
            is_open: is_market_day(day),
            table: Timetable::of(day, &mut dice),
            dice,
            next_id: (u64::from(number) + 1) * IDS_A_DAY,
        };
        for (place, tenant) in self.plan.tenants.iter().enumerate() {
            let account = tenant.account.and_then(|account| self.plan.accounts.get(account));
            if let Some((account, feed)) = account.and_then(|plan| Some((plan, plan.feed?))) {
                today.stall(place, tenant, account, feed);
            }
        }
        today.fees();
        today.strangers();
        today.table
    }

    /// A feed's silence: the broken one three days of seven, each other once in a long run.
    fn is_down(&self, feed: FeedName, number: u32) -> bool {
        let days = self.plan.days;
        let once = |after: u32| days >= MIN_DAYS_FOR_OUTAGE && number == days / 2 + after;
        match feed {
            FeedName::SepayBroken => matches!(number % 7, 2..=4),
            FeedName::SepayHmac => once(0),
            FeedName::SepayApiKey => once(3),
            FeedName::StandardWebhooks => once(5),
            FeedName::Payos => false,
        }
    }
}

impl Today<'_> {
    fn stall(&mut self, place: usize, tenant: &Tenant, account: &AccountPlan, feed: FeedName) {
        if self.is_open && tenant.is_paid_on(self.number) {
            for _ in 0..self.payments(tenant) {
                self.sale(place, tenant, account, feed);
            }
            if matches!(tenant.habit, Habit::Steady(_)) && self.dice.chance(180) {
                self.request(place, tenant, account, feed);
            }
            if account.takes_orders && self.number % 5 == ORDER_DAY {
                let (asking, amount) = (Asking::Order, self.receipt(tenant));
                let feed = FeedName::Payos;
                self.ask_and_pay(place, asking, amount, account, feed, (amount, 2));
            }
            if self.dice.chance(350) {
                let amount = self.thousands(150, 4_000);
                self.transfer(account, feed, Direction::Out, amount, Saying::Outgoing, "");
            }
        }
        // A card that was revoked still hangs in somebody's kitchen.
        if tenant.to.is_some_and(|to| (to + 1..to + 9).contains(&self.number)) && self.is_open {
            let amount = self.receipt(tenant);
            self.transfer(account, feed, Direction::In, amount, Saying::Code(place), "Lê Văn Tám");
        }
        if account.use_kind == UseKind::Mixed && self.dice.chance(250) {
            let (amount, payer) = (self.thousands(50, 3_000), self.stranger());
            self.transfer(account, feed, Direction::In, amount, Saying::Personal, &payer);
        }
    }

    /// Transfers to an account that a SePay company reports and nobody registered.
    fn strangers(&mut self) {
        let fed = |plan: &&AccountPlan| plan.feed == Some(FeedName::SepayHmac);
        if let Some(account) = self.traffic.plan.accounts.iter().find(fed)
            && self.dice.chance(150)
        {
            let unknown = AccountPlan {
                number: "9990001112223".to_owned(),
                virtual_number: None,
                holder: "KHONG RO".to_owned(),
                ..account.clone()
            };
            let (amount, payer) = (self.thousands(50, 900), self.stranger());
            let reported_by = FeedName::SepayHmac;
            self.transfer(&unknown, reported_by, Direction::In, amount, Saying::Nothing, &payer);
        }
    }

    fn payments(&mut self, tenant: &Tenant) -> u32 {
        let rate = match tenant.habit {
            Habit::Steady(rate) => rate * 1_000,
            Habit::Paused { rate, from } if self.number < from => rate * 1_000,
            Habit::Light => 220,
            // The first try, on the day on which the card was hung up.
            Habit::Dormant if self.number == tenant.equipped => 1_000,
            Habit::Paused { .. } | Habit::Dormant => 0,
        };
        let rate = if self.is_holy { rate * 3 / 2 } else { rate };
        let swing = self.dice.between(70, 130) as u32;
        self.dice.about(rate / 100 * swing)
    }

    fn sale(&mut self, place: usize, tenant: &Tenant, account: &AccountPlan, feed: FeedName) {
        let mut amount = self.receipt(tenant);
        let saying = match self.dice.between(1, 1_000) {
            1..=45 => Saying::Nothing,
            46..=55 => Saying::Mistyped(place),
            // 45 đ for 45.000 đ: three zeros forgotten.
            56..=58 => {
                amount = Vnd::new(amount.get() / 1_000);
                Saying::Code(place)
            }
            _ => Saying::Code(place),
        };
        let payer = self.customer(place);
        self.transfer(account, feed, Direction::In, amount, saying, &payer);
    }

    /// A dynamic code: mostly paid as asked; short by three zeros, too little, too much, too late
    /// or never in the other cases.
    fn request(&mut self, place: usize, tenant: &Tenant, account: &AccountPlan, feed: FeedName) {
        let amount = self.receipt(tenant);
        let asked = amount.get();
        let (paid, after_minutes) = match self.dice.between(1, 100) {
            1..=76 => (asked, 3),
            77..=81 => (asked / 1_000, 3),
            82..=86 => (asked - 1_000, 3),
            87..=90 => (asked + 5_000, 3),
            91..=95 => (asked, 43),
            _ => (0, 0),
        };
        let paid = Vnd::new(paid);
        self.ask_and_pay(place, Asking::Sale, amount, account, feed, (paid, after_minutes));
    }

    /// Asks now; a payment of zero never comes.
    fn ask_and_pay(
        &mut self,
        place: usize,
        asking: Asking,
        amount: Vnd,
        account: &AccountPlan,
        feed: FeedName,
        (paid, after_minutes): (Vnd, i64),
    ) {
        let at = self.table.some_time(&mut self.dice);
        let number = self.id();
        self.table.ask(at, Ask { number, tenant: place, amount, asking });
        let payer = self.customer(place);
        if paid.is_positive() {
            let saying = Saying::Request(number);
            let mut delivery = self.delivery(account, feed, Direction::In, paid, saying, &payer);
            let paid_at = at.plus_ms(after_minutes * MS_PER_MINUTE);
            delivery.occurred_at = paid_at.plus_ms(-2 * MS_PER_SECOND);
            self.deliver(paid_at, delivery);
        }
    }

    /// Once a month the market asks for its fee by a code; six of ten pay by it.
    fn fees(&mut self) {
        let plan = self.traffic.plan;
        let Some(account) = plan.accounts.get(plan.fee_account) else { return };
        let Some(feed) = account.feed else { return };
        if self.number % 30 != FEE_DAY {
            return;
        }
        for (place, tenant) in plan.tenants.iter().enumerate() {
            if tenant.group != Group::NoCode && tenant.trades_on(self.number) {
                let paid = if self.dice.chance(600) { FEE } else { Vnd::ZERO };
                let minutes = self.dice.between(10, 90);
                self.ask_and_pay(place, Asking::Fee, FEE, account, feed, (paid, minutes));
            }
        }
    }

    fn transfer(
        &mut self,
        account: &AccountPlan,
        feed: FeedName,
        direction: Direction,
        amount: Vnd,
        saying: Saying,
        payer: &str,
    ) {
        let at = self.table.some_time(&mut self.dice);
        let mut delivery = self.delivery(account, feed, direction, amount, saying, payer);
        let delay_s = match self.dice.between(1, 100) {
            1..=72 => self.dice.between(1, 4),
            73..=94 => self.dice.between(5, 25),
            95..=98 => self.dice.between(26, 58),
            // Second attempts of the provider.
            _ => self.dice.between(70, 1_080),
        };
        delivery.occurred_at = at.plus_ms(-delay_s * MS_PER_SECOND);
        self.deliver(at, delivery);
    }

    fn delivery(
        &mut self,
        account: &AccountPlan,
        feed: FeedName,
        direction: Direction,
        amount: Vnd,
        saying: Saying,
        payer: &str,
    ) -> Delivery {
        Delivery {
            feed,
            id: self.id(),
            bank: account.bank,
            after_sevqr: account.after_sevqr(),
            number: account.number.clone(),
            virtual_number: account.virtual_number.clone(),
            holder: account.holder.clone(),
            direction,
            amount,
            occurred_at: UnixMs(0),
            saying,
            payer: payer.to_owned(),
            memo_seed: self.dice.seed(),
        }
    }

    /// Puts a report into the timetable, now and then twice, unless its feed is down.
    fn deliver(&mut self, at: UnixMs, delivery: Delivery) {
        let (again, differently) = (self.dice.chance(30), self.dice.chance(1));
        if self.traffic.is_down(delivery.feed, self.number) {
            return;
        }
        if again {
            self.table.deliver(at, delivery.clone());
        }
        if differently {
            let amount = Vnd::new(delivery.amount.get() + 1_000);
            self.table.deliver(at, delivery.clone());
            self.table.deliver(at, Delivery { amount, ..delivery });
        } else {
            self.table.deliver(at, delivery);
        }
    }

    fn receipt(&mut self, tenant: &Tenant) -> Vnd {
        let stall = self.traffic.plan.stalls.get(tenant.stall);
        let (least, most) = stall.map_or((10, 100), |stall| stall.goods.receipt);
        let amount = self.thousands(least, most);
        if self.dice.chance(80) { Vnd::new(amount.get() + 500) } else { amount }
    }

    /// Small amounts are more frequent than large ones.
    fn thousands(&mut self, least: i64, most: i64) -> Vnd {
        let one = self.dice.between(least, most);
        Vnd::new(one.min(self.dice.between(least, most)) * 1_000)
    }

    fn customer(&mut self, place: usize) -> String {
        if self.dice.chance(300) {
            return self.stranger();
        }
        let regular = self.dice.between(0, REGULARS - 1) as u64;
        let number = place as u64 * REGULARS as u64 + regular;
        let mut dice = Dice::new(self.traffic.seed, "customer", number);
        self.traffic.words.people.name(&mut dice)
    }

    fn stranger(&mut self) -> String {
        self.traffic.words.people.name(&mut self.dice)
    }

    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_same_again_and_nothing_is_reported_before_it_happened() {
        let words = Words::load().unwrap();
        let plan = Plan::make(7, 30, 20, &words);
        let traffic = Traffic { seed: 7, plan: &plan, words: &words, first_day: Day(20_000) };
        for number in 0..20 {
            let (one, again) = (traffic.day(number), traffic.day(number));
            assert_eq!(one.moments.len(), again.moments.len());
            for ((at, moment), (at_again, moment_again)) in one.moments.iter().zip(&again.moments) {
                assert_eq!(at, at_again);
                assert_eq!(moment.asks, moment_again.asks);
                assert_eq!(moment.deliveries, moment_again.deliveries);
                for delivery in &moment.deliveries {
                    assert!(delivery.occurred_at < *at && delivery.amount.is_positive());
                    assert!(delivery.occurred_at >= traffic.first_day.start(0));
                }
            }
        }
    }
}
