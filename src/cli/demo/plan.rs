//! The made-up market: who trades where, with which account, seen by which feed, and how much.
//! Pure: the same seed and number of stalls give the same plan.

use std::collections::HashMap;

use super::accounts::{AccountPlan, Accounts};
use super::banks::FeedName;
use super::dice::Dice;
use super::words::{Goods, Words};
use crate::registry::stalls::SizeClass;

/// Of 120 stalls: working feed, code without a feed, no code; the rest have feeds with gaps.
const OF_120: [(Group, usize); 4] =
    [(Group::Fed, 50), (Group::Unfed, 35), (Group::NoCode, 20), (Group::Gaps, 15)];
/// Khóm of Thới Bình town.
pub const NEIGHBOURHOODS: [u8; 7] = [1, 2, 3, 4, 5, 7, 8];
/// Smaller markets and shorter runs have no room for people who come and go.
const MIN_STALLS_FOR_CHANGE: usize = 10;
const MIN_DAYS_FOR_SUCCESSOR: u32 = 20;

/// How a stall can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Fed,
    Unfed,
    NoCode,
    Gaps,
}

/// How often a stall is paid by transfer; the numbers count from the first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Payments a market day.
    Steady(u32),
    /// A payment every few days.
    Light,
    /// Steady until this day, then nothing.
    Paused { rate: u32, from: u32 },
    /// Has a code, and nobody pays by it but for the first test.
    Dormant,
}

pub struct StallPlan {
    pub code: String,
    pub section: usize,
    pub goods: Goods,
    pub size: SizeClass,
    pub position: i32,
}

/// A vendor at a stall.
pub struct Tenant {
    pub stall: usize,
    pub vendor: String,
    pub phone: Option<String>,
    /// Place in [`NEIGHBOURHOODS`].
    pub neighbourhood: usize,
    pub group: Group,
    pub habit: Habit,
    /// Place in [`Plan::accounts`].
    pub account: Option<usize>,
    pub from: u32,
    /// The last day.
    pub to: Option<u32>,
    /// The day on which the code is issued, printed and checked.
    pub equipped: u32,
    pub suspended_from: Option<u32>,
    /// Days off, first and last.
    pub off: Option<(u32, u32)>,
    pub shares_amounts: bool,
}

pub struct Plan {
    pub days: u32,
    pub stalls: Vec<StallPlan>,
    pub tenants: Vec<Tenant>,
    pub accounts: Vec<AccountPlan>,
    /// The market's own.
    pub fee_account: usize,
}

impl Tenant {
    /// Whether the vendor stands at the stall on a market day.
    pub fn trades_on(&self, day: u32) -> bool {
        self.from <= day
            && self.to.is_none_or(|to| day <= to)
            && self.suspended_from.is_none_or(|from| day < from)
            && self.off.is_none_or(|(from, to)| !(from..=to).contains(&day))
    }

    fn stays_from_the_start(&self) -> bool {
        self.from == 0 && self.to.is_none() && self.suspended_from.is_none()
    }

    /// Whether customers find a code there.
    pub fn is_paid_on(&self, day: u32) -> bool {
        self.trades_on(day) && day >= self.equipped
    }
}

impl Plan {
    pub fn make(seed: u64, stalls: usize, days: u32, words: &Words) -> Self {
        let mut dice = Dice::new(seed, "plan", 0);
        let groups = groups(stalls, &mut dice);
        let mut plan = Self {
            days,
            stalls: Vec::new(),
            tenants: Vec::new(),
            accounts: Vec::new(),
            fee_account: 0,
        };
        for (number, group) in groups.into_iter().enumerate() {
            plan.add_stall(number, stalls, words, &mut dice);
            plan.add_tenant(number, group, words, &mut dice);
        }
        if stalls >= MIN_STALLS_FOR_CHANGE {
            plan.suspend_one();
            plan.let_one_go(words, &mut dice);
        }
        let mut accounts = Accounts::new(&plan.tenants);
        for tenant in &mut plan.tenants {
            tenant.account = accounts.give(tenant, &words.people, &mut dice);
        }
        (plan.accounts, plan.fee_account) = accounts.all(&mut dice);
        plan.keep_cells_alive();
        plan
    }

    /// Two busy accounts for each feed and bank: only they prove that the silence of a third one
    /// is silence.
    fn keep_cells_alive(&mut self) {
        let mut proving: HashMap<(FeedName, &str), Vec<usize>> = HashMap::new();
        let staying = self.tenants.iter_mut().filter(|tenant| tenant.stays_from_the_start());
        for tenant in staying {
            let Some(place) = tenant.account else { continue };
            let account = self.accounts.get(place);
            let Some((account, feed)) = account.and_then(|plan| Some((plan, plan.feed?))) else {
                continue;
            };
            let busy = proving.entry((feed, account.bank.bin)).or_default();
            if busy.len() < 2 && !busy.contains(&place) {
                busy.push(place);
                tenant.habit = Habit::Steady(13);
                tenant.equipped = 0;
                tenant.off = None;
            }
        }
    }

    fn add_stall(&mut self, number: usize, of: usize, words: &Words, dice: &mut Dice) {
        let sections = words.trade.sections.len().max(1);
        let section = number * sections / of.max(1);
        let position = self.stalls.iter().filter(|stall| stall.section == section).count() + 1;
        let goods = words.trade.goods_of(section, dice);
        let size = match dice.between(0, 9) {
            _ if goods.wholesale => SizeClass::Large,
            0..=4 => SizeClass::Small,
            5..=7 => SizeClass::Medium,
            _ => SizeClass::Large,
        };
        let letter = ["A", "B", "C"].get(section).copied().unwrap_or("D");
        let code = format!("{letter}-{position:02}");
        let position = i32::try_from(position).unwrap_or(i32::MAX);
        self.stalls.push(StallPlan { code, section, goods, size, position });
    }

    fn add_tenant(&mut self, stall: usize, group: Group, words: &Words, dice: &mut Dice) {
        let last = self.days.saturating_sub(1);
        // A third of the cards was there on the first day, the others came over some weeks.
        let wave = i64::from(dice.chance(660)) * i64::from(last.min(40) / 2);
        let equipped = dice.between(0, wave) as u32;
        let off = (self.days >= 6 && dice.chance(150)).then(|| {
            let from = dice.between(1, i64::from(last) - 3) as u32;
            (from, from + dice.between(0, 3) as u32)
        });
        self.tenants.push(Tenant {
            stall,
            vendor: words.people.name(dice),
            phone: dice.chance(850).then(|| made_up_phone(dice)),
            neighbourhood: dice.between(0, NEIGHBOURHOODS.len() as i64 - 1) as usize,
            group,
            habit: habit(self.days, dice),
            account: None,
            from: 0,
            to: None,
            equipped,
            suspended_from: None,
            off,
            shares_amounts: dice.chance(400),
        });
    }

    /// The board suspends a stall that no feed sees, a week and a half before the end.
    fn suspend_one(&mut self) {
        let from = self.days.saturating_sub(11).max(1);
        let unseen = self.tenants.iter_mut().find(|tenant| tenant.group == Group::Unfed);
        if let Some(tenant) = unseen {
            tenant.suspended_from = Some(from);
            tenant.off = None;
        }
    }

    /// A vendor leaves in the middle; in a longer run somebody else takes the stall over.
    fn let_one_go(&mut self, words: &Words, dice: &mut Dice) {
        let last = self.days / 2;
        let with_successor = self.days >= MIN_DAYS_FOR_SUCCESSOR;
        let group = if with_successor { Group::Fed } else { Group::NoCode };
        let leaving = self.tenants.iter_mut().find(|tenant| tenant.group == group);
        let Some(leaving) = leaving else { return };
        leaving.to = Some(last);
        leaving.equipped = 0;
        leaving.off = None;
        leaving.habit = Habit::Steady(8);
        let stall = leaving.stall;
        if with_successor {
            self.add_tenant(stall, group, words, dice);
            if let Some(successor) = self.tenants.last_mut() {
                (successor.from, successor.equipped) = (last + 2, last + 2);
                successor.off = None;
                successor.habit = Habit::Steady(9);
            }
        }
    }
}

/// The groups in proportion, by largest remainder, in a random order; the first is never empty.
fn groups(stalls: usize, dice: &mut Dice) -> Vec<Group> {
    let mut counts = OF_120.map(|(group, of_120)| {
        let count = stalls * of_120 / 120;
        (group, count, stalls * of_120 % 120)
    });
    let missing = stalls - counts.iter().map(|(_, count, _)| count).sum::<usize>();
    counts.sort_by_key(|(_, _, remainder)| std::cmp::Reverse(*remainder));
    counts.iter_mut().take(missing).for_each(|(_, count, _)| *count += 1);
    let mut groups: Vec<Group> =
        counts.iter().flat_map(|(group, count, _)| std::iter::repeat_n(*group, *count)).collect();
    dice.shuffle(&mut groups);
    groups
}

fn habit(days: u32, dice: &mut Dice) -> Habit {
    let rate = dice.between(9, 16) as u32;
    match dice.between(1, 100) {
        1..=46 => Habit::Steady(rate),
        // Long enough ago to be called a pause, and not so long that it was never a habit.
        67..=82 if days >= 60 => Habit::Paused { rate, from: days - dice.between(31, 34) as u32 },
        47..=82 => Habit::Light,
        _ => Habit::Dormant,
    }
}

/// 0900 000 xxx: nobody's numbers, as far as one can tell.
fn made_up_phone(dice: &mut Dice) -> String {
    format!("0900000{}", dice.digits(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_their_proportion_and_the_first_is_never_empty() {
        let count = |stalls, group| {
            let groups = groups(stalls, &mut Dice::new(1, "groups", 0));
            assert_eq!(groups.len(), stalls);
            groups.into_iter().filter(|one| *one == group).count()
        };
        for (group, expected) in OF_120 {
            assert_eq!(count(120, group), expected);
            assert_eq!(count(12, group), [5, 4, 2, 1][group as usize]);
        }
        assert!((1..60).all(|stalls| count(stalls, Group::Fed) > 0));
    }

    #[test]
    fn every_feed_and_bank_has_two_busy_accounts_to_prove_the_others() {
        let words = Words::load().unwrap();
        for (seed, stalls) in [(1, 120), (2, 60), (3, 24), (4, 12)] {
            let plan = Plan::make(seed, stalls, 100, &words);
            let mut busy: HashMap<(FeedName, &str), Vec<usize>> = HashMap::new();
            for tenant in plan.tenants.iter().filter(|tenant| tenant.group == Group::Fed) {
                let place = tenant.account.unwrap();
                let account = &plan.accounts[place];
                let known = busy.entry((account.feed.unwrap(), account.bank.bin)).or_default();
                if matches!(tenant.habit, Habit::Steady(_)) && !known.contains(&place) {
                    known.push(place);
                }
            }
            assert!(busy.values().all(|busy| busy.len() >= 2), "{stalls} stalls: {busy:?}");
        }
    }
}
