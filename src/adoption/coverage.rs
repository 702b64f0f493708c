//! Set V: where the absence of receipts means something. Silence proves nothing; a day is good for
//! an account only if the same feed reported something of the same bank that cannot have been the
//! stall's own money; or if a statement of the bank told that day completely; or if the feed itself
//! lived through it, by its phones' signs of life or by readings of its provider's list. A feed
//! that does not see what is paid to one of the stall's codes proves nothing for its account.

use std::collections::HashMap;

use super::days::{DaySet, Span};
use super::equipped::{Equipment, Printed};
use super::signs::Signs;
use super::store::register::{AccountRow, LinkRow};
use super::store::sources::{BankDayRow, FeedAccountRow, StatementDaysRow};
use crate::feeds::{BankReach, Blind, FeedKind, Provider, Reach, connector};
use crate::primitives::Day;
use crate::registry::accounts::AccountKind;
use crate::vietqr;

/// Good days needed, of a thousand market days.
const NEEDED_PER_MILLE: i64 = 900;

/// What the feeds of a board saw, ready to be asked account by account.
#[derive(Debug)]
pub struct Sources<'a> {
    by_account: HashMap<i64, Vec<&'a FeedAccountRow>>,
    /// By occupancy.
    links: HashMap<i64, Vec<&'a LinkRow>>,
    accounts: HashMap<i64, &'a AccountRow>,
    /// By feed and bank.
    heard: HashMap<(i64, &'a str), BankDays<'a>>,
    /// By account.
    told: HashMap<i64, Vec<Span>>,
    signs: &'a Signs,
    history: Span,
    window: Span,
}

impl<'a> Sources<'a> {
    /// An order feed sees only its own orders, never what is paid to a printed code, so it covers
    /// nothing here.
    pub fn new(
        feeds: &'a [FeedAccountRow],
        links: &'a [LinkRow],
        accounts: &'a [AccountRow],
        (bank_days, statement_days): (&'a [BankDayRow], &[StatementDaysRow]),
        signs: &'a Signs,
        (history, window): (Span, Span),
    ) -> Self {
        let mut by_account: HashMap<i64, Vec<&FeedAccountRow>> = HashMap::new();
        for row in feeds.iter().filter(|row| sees_static_codes(&row.provider)) {
            by_account.entry(row.account_id).or_default().push(row);
        }
        let mut linked: HashMap<i64, Vec<&LinkRow>> = HashMap::new();
        for link in links {
            linked.entry(link.occupancy_id).or_default().push(link);
        }
        let mut heard: HashMap<(i64, &str), BankDays<'_>> = HashMap::new();
        for row in bank_days {
            let days = heard.entry((row.feed_id, row.bin.as_str()));
            days.or_insert_with(|| BankDays::within(history)).add(row);
        }
        let mut told: HashMap<i64, Vec<Span>> = HashMap::new();
        for row in statement_days {
            told.entry(row.account_id).or_default().push(row.span());
        }
        let accounts = accounts.iter().map(|account| (account.id, account)).collect();
        Self { by_account, links: linked, accounts, heard, told, signs, history, window }
    }

    pub fn of_account(&self, account_id: i64) -> impl Iterator<Item = &'a FeedAccountRow> {
        self.by_account.get(&account_id).into_iter().flatten().copied()
    }

    /// Good days of each account behind an occupancy's live codes.
    pub fn coverage(&self, occupancy_id: i64, equipment: &Equipment) -> FeedCoverage {
        let coded = equipment.accounts.as_slice();
        let links = self.links.get(&occupancy_id).map(Vec::as_slice).unwrap_or_default();
        let own = Own { coded, links };
        let mut coverage = FeedCoverage::default();
        for account_id in coded.iter().copied() {
            let seeing: Vec<_> = self
                .of_account(account_id)
                .filter(|feed| self.sees_all(feed, &equipment.codes))
                .collect();
            if !self.has_feed(account_id, self.of_account(account_id)) {
                coverage.lacks_feed = true;
            } else if !self.has_feed(account_id, seeing.iter().copied()) {
                coverage.is_blind = true;
            }
            let mut good = self.heard_days(account_id, &seeing, &own);
            coverage.heard.extend(self.live(account_id, &seeing, &good, &own));
            for told in self.told_of(account_id) {
                self.history.both(told).days().for_each(|day| good.insert(day));
            }
            coverage.good.push(good);
        }
        if equipment.has_other_scheme {
            coverage.lacks_feed = true;
            coverage.good.push(DaySet::within(self.history));
        }
        coverage
    }

    /// Whether a feed sees what is paid to each of the codes that lead to its account.
    fn sees_all(&self, feed: &FeedAccountRow, codes: &[Printed]) -> bool {
        let account = self.accounts.get(&feed.account_id);
        let (Some(account), Some(provider)) = (account, known(feed)) else {
            return false;
        };
        let said = BankReach::parse(&feed.sees);
        let is_personal = account.kind == AccountKind::Personal;
        let reach = Reach::of(provider, &said, &account.bin, is_personal);
        codes.iter().filter(|code| code.account_id == feed.account_id).all(|code| {
            let blind = |memo: &str| reach.blind(feed.memo_word.as_deref(), code.is_virtual, memo);
            // Few feeds want a word, and only then the code need be read.
            match blind("") {
                Some(Blind::MemoWord) => {
                    let memo = vietqr::read(&code.payload).payload.purpose.unwrap_or_default();
                    blind(memo).is_none()
                }
                other => other.is_none(),
            }
        })
    }

    /// Whether a feed or a statement reported the account on some day of the window.
    fn has_feed<'f>(
        &self,
        account_id: i64,
        mut feeds: impl Iterator<Item = &'f FeedAccountRow>,
    ) -> bool {
        self.told_of(account_id).any(|told| !self.window.both(told).is_empty())
            || feeds.any(|feed| !self.window.both(feed.span()).is_empty())
    }

    fn told_of(&self, account_id: i64) -> impl Iterator<Item = Span> {
        self.told.get(&account_id).into_iter().flatten().copied()
    }

    /// The feeds that report an account at the window's end, if they were ever proven alive for it: one
    /// that never was, as a webhook that is alone with its bank, cannot be told from a broken one.
    fn live(
        &self,
        account_id: i64,
        seeing: &[&FeedAccountRow],
        heard: &DaySet,
        own: &Own<'_>,
    ) -> Option<Heard> {
        let is_live = |feed: &&FeedAccountRow| {
            feed.span().contains(self.window.to) && feed.provider != Provider::Statement.as_str()
        };
        let live: Vec<_> = seeing.iter().copied().filter(is_live).collect();
        let days = if live.len() == seeing.len() {
            heard.clone()
        } else {
            self.heard_days(account_id, &live, own)
        };
        let feeds = live.iter().filter_map(|feed| Some((feed.feed_id, known(feed)?))).collect();
        days.last().map(|_| Heard { feeds, days })
    }

    /// Days that an account's feeds proved themselves, without statements.
    fn heard_days(&self, account_id: i64, feeds: &[&FeedAccountRow], own: &Own<'_>) -> DaySet {
        let mut good = DaySet::within(self.history);
        for feed in feeds {
            let reported = self.history.both(feed.span());
            for proven in self.signs.of(feed.feed_id, account_id) {
                good.insert_all(proven, reported);
            }
        }
        let Some(account) = self.accounts.get(&account_id) else { return good };
        let bin = account.bin.as_str();
        for feed in feeds {
            if let Some(days) = self.heard.get(&(feed.feed_id, bin)) {
                days.insert_proven(&mut good, feed.span(), own);
            }
        }
        good
    }
}

/// The accounts whose money is, or may be, an occupancy's own: those behind its live codes, and
/// those that are linked to it on the day, with a code or without.
///
/// An account that several stalls share is each one's own. It is known only which accounts a feed
/// reported on a day, not for whom: what came may all have been this stall's, and a proof must not
/// hang on its sales. So such a stall may lose a good day that a neighbour's receipt would have
/// proven, and never gains one.
struct Own<'a> {
    coded: &'a [i64],
    links: &'a [&'a LinkRow],
}

impl Own<'_> {
    fn is_one_account(&self) -> bool {
        let linked = self.links.iter().map(|link| link.account_id);
        let mut accounts = self.coded.iter().copied().chain(linked);
        accounts.next().is_none_or(|first| accounts.all(|account| account == first))
    }

    fn has(&self, account_id: i64, day: Day) -> bool {
        self.coded.contains(&account_id)
            || self
                .links
                .iter()
                .any(|link| link.account_id == account_id && link.span().contains(day))
    }
}

/// Days on which a feed reported something of a bank.
#[derive(Debug)]
struct BankDays<'a> {
    rows: Vec<&'a BankDayRow>,
    /// Those with one account.
    of_one: Vec<&'a BankDayRow>,
    /// Days with several accounts: whoever has one of them, another one was heard of too.
    of_several: DaySet,
}

impl<'a> BankDays<'a> {
    fn within(history: Span) -> Self {
        Self { rows: Vec::new(), of_one: Vec::new(), of_several: DaySet::within(history) }
    }

    fn add(&mut self, row: &'a BankDayRow) {
        self.rows.push(row);
        if row.least_account_id == row.greatest_account_id {
            self.of_one.push(row);
        } else {
            self.of_several.insert(Day(row.day));
        }
    }

    /// Inserts the days of a span on which others' accounts were heard of.
    fn insert_proven(&self, good: &mut DaySet, span: Span, own: &Own<'_>) {
        let rows = if own.is_one_account() {
            good.insert_all(&self.of_several, span);
            &self.of_one
        } else {
            &self.rows
        };
        for row in rows {
            let day = Day(row.day);
            let others = [row.least_account_id, row.greatest_account_id]
                .into_iter()
                .any(|heard| !own.has(heard, day));
            if others && span.contains(day) {
                good.insert(day);
            }
        }
    }
}

fn known(feed: &FeedAccountRow) -> Option<Provider> {
    Provider::parse(&feed.provider)
}

fn sees_static_codes(provider: &str) -> bool {
    Provider::parse(provider).is_some_and(|known| connector(known).kind() == FeedKind::Account)
}

/// How well the feeds behind an occupancy's codes are proven.
#[derive(Clone, Debug, Default)]
pub struct FeedCoverage {
    pub lacks_feed: bool,
    /// A feed reports the account, and does not see what is paid to a code.
    pub is_blind: bool,
    /// One set an account; none without a live code.
    good: Vec<DaySet>,
    /// Of each account whose live feeds were ever proven alive for it.
    pub heard: Vec<Heard>,
}

/// The live feeds of one account.
#[derive(Clone, Debug)]
pub struct Heard {
    pub feeds: Vec<(i64, Provider)>,
    /// Days on which one of them was proven alive.
    pub days: DaySet,
}

impl FeedCoverage {
    /// Whether every account's feed is proven on a day.
    pub fn is_good(&self, day: Day) -> bool {
        !self.good.is_empty() && self.good.iter().all(|good| good.contains(day))
    }

    /// Every account has good days on 90 % of the days that `open` has in the span; days on which
    /// the market is shut cannot be good and do not count.
    pub fn holds(&self, open: &DaySet, span: Span) -> bool {
        let days = open.count(span);
        days > 0
            && !self.good.is_empty()
            && self
                .good
                .iter()
                .all(|good| open.count_both(good, span) * 1_000 >= days * NEEDED_PER_MILLE)
    }
}
