//! One day of the market as a timetable: who asks for what, and what the feeds will report when.
//! Pure; references of requests are filled in when it is lived through.

use std::collections::BTreeMap;

use super::banks::{Bank, FeedName};
use super::dice::Dice;
use crate::feeds::Direction;
use crate::primitives::time::{MS_PER_MINUTE, MS_PER_SECOND};
use crate::primitives::{Day, UnixMs, Vnd};

/// The market stirs before five; the last transfers come home with the vendors.
const OPENS_MINUTE: i64 = 4 * 60 + 40;
const SLOT_MINUTES: i64 = 20;
/// How many payments a slot draws, hour by hour from [`OPENS_MINUTE`] on.
const BUSY: [usize; 15] = [3, 8, 9, 8, 6, 5, 3, 2, 1, 1, 3, 4, 3, 1, 1];
const SLOTS_AN_HOUR: i64 = 60 / SLOT_MINUTES;

/// What a dynamic code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    Sale,
    /// A sale that was ordered at payOS: reported by its order, not by the account.
    Order,
    /// The market asks for its fee.
    Fee,
}

/// A dynamic code that somebody makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Its number in the whole run.
    pub number: u64,
    pub tenant: usize,
    pub amount: Vnd,
    pub asking: Asking,
}

/// What the payer's transfer will say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saying {
    /// The reference of this tenant's printed code.
    Code(usize),
    Mistyped(usize),
    /// The reference of an [`Ask`].
    Request(u64),
    Nothing,
    Personal,
    Outgoing,
}

/// One report of one transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub feed: FeedName,
    /// The provider's id.
    pub id: u64,
    pub bank: &'static Bank,
    pub after_sevqr: bool,
    pub number: String,
    pub virtual_number: Option<String>,
    pub holder: String,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub saying: Saying,
    pub payer: String,
    /// Makes the wrapper of the memo, the same in a repetition.
    pub memo_seed: u64,
}

/// What happens at one instant: first the codes are made, then the reports come in.
#[derive(Debug, Default)]
pub struct Moment {
    pub asks: Vec<Ask>,
    pub deliveries: Vec<Delivery>,
}

/// A day's timetable.
pub struct Timetable {
    pub moments: BTreeMap<UnixMs, Moment>,
    slots: Vec<UnixMs>,
    /// Places in `slots`, the busy ones more often.
    draws: Vec<usize>,
}

impl Timetable {
    pub fn of(day: Day, dice: &mut Dice) -> Self {
        let count = i64::try_from(BUSY.len()).unwrap_or_default() * SLOTS_AN_HOUR;
        let slots = (0..count)
            .map(|slot| {
                let minute = OPENS_MINUTE + slot * SLOT_MINUTES + dice.between(0, 9);
                let second = dice.between(0, 59);
                day.start(0).plus_ms(minute * MS_PER_MINUTE + second * MS_PER_SECOND)
            })
            .collect();
        let draws = BUSY
            .iter()
            .enumerate()
            .flat_map(|(hour, busy)| {
                let first = hour * SLOTS_AN_HOUR as usize;
                (first..first + SLOTS_AN_HOUR as usize)
                    .flat_map(move |slot| std::iter::repeat_n(slot, *busy))
            })
            .collect();
        Self { moments: BTreeMap::new(), slots, draws }
    }

    /// An instant of the day, more likely in busy hours.
    pub fn some_time(&self, dice: &mut Dice) -> UnixMs {
        let slot = dice.pick(&self.draws).copied().unwrap_or_default();
        self.slots.get(slot).copied().unwrap_or_default()
    }

    pub fn ask(&mut self, at: UnixMs, ask: Ask) {
        self.moments.entry(at).or_default().asks.push(ask);
    }

    pub fn deliver(&mut self, at: UnixMs, delivery: Delivery) {
        self.moments.entry(at).or_default().deliveries.push(delivery);
    }
}
