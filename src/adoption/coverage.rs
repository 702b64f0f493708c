//! Set V: where the absence of receipts means something. Silence proves nothing; a day is good for
//! an account only if the same feed reported something of the same bank that cannot have been the
//! stall's own money.

use std::collections::HashMap;

use super::days::{DaySet, Span};
use super::store::sources::{BankDayRow, FeedAccountRow};
use crate::feeds::{FeedKind, Provider, connector};
use crate::primitives::Day;

/// Good days needed, of a thousand market days.
const NEEDED_PER_MILLE: i64 = 900;

/// What the feeds of a board saw, ready to be asked account by account.
#[derive(Debug)]
pub struct Sources<'a> {
    by_account: HashMap<i64, Vec<&'a FeedAccountRow>>,
    bins: HashMap<i64, &'a str>,
    heard: HashMap<(i64, &'a str), Vec<&'a BankDayRow>>,
    history: Span,
    window: Span,
}

impl<'a> Sources<'a> {
    /// `accounts` are (account, bin). An order feed sees only its own orders, never what is paid
    /// to a printed code, so it covers nothing here.
    pub fn new(
        feeds: &'a [FeedAccountRow],
        accounts: &'a [(i64, String)],
        bank_days: &'a [BankDayRow],
        (history, window): (Span, Span),
    ) -> Self {
        let mut by_account: HashMap<i64, Vec<&FeedAccountRow>> = HashMap::new();
        for row in feeds.iter().filter(|row| sees_static_codes(&row.provider)) {
            by_account.entry(row.account_id).or_default().push(row);
        }
        let mut heard: HashMap<(i64, &str), Vec<&BankDayRow>> = HashMap::new();
        for row in bank_days {
            heard.entry((row.feed_id, row.bin.as_str())).or_default().push(row);
        }
        let bins = accounts.iter().map(|(id, bin)| (*id, bin.as_str())).collect();
        Self { by_account, bins, heard, history, window }
    }

    pub fn of_account(&self, account_id: i64) -> impl Iterator<Item = &'a FeedAccountRow> {
        self.by_account.get(&account_id).into_iter().flatten().copied()
    }

    /// Good days of each account behind an occupancy's live codes. `own` are all of them: what
    /// arrived on another account of the same stall is the stall's own receipt too.
    pub fn coverage(&self, own: &[i64]) -> FeedCoverage {
        FeedCoverage {
            lacks_feed: own.iter().any(|account| !self.has_feed(*account)),
            good: own.iter().map(|account| self.good_days(*account, own)).collect(),
        }
    }

    /// Whether a feed reported the account on some day of the window.
    fn has_feed(&self, account_id: i64) -> bool {
        self.of_account(account_id).any(|feed| !self.window.both(feed.span()).is_empty())
    }

    fn good_days(&self, account_id: i64, own: &[i64]) -> DaySet {
        let mut good = DaySet::within(self.history);
        let Some(bin) = self.bins.get(&account_id) else { return good };
        for feed in self.of_account(account_id) {
            for row in self.heard.get(&(feed.feed_id, *bin)).into_iter().flatten() {
                let others =
                    !own.contains(&row.least_account_id) || !own.contains(&row.greatest_account_id);
                if others && feed.span().contains(Day(row.day)) {
                    good.insert(Day(row.day));
                }
            }
        }
        good
    }
}

fn sees_static_codes(provider: &str) -> bool {
    Provider::parse(provider).is_some_and(|known| connector(known).kind() == FeedKind::Account)
}

/// How well the feeds behind an occupancy's codes are proven.
#[derive(Clone, Debug, Default)]
pub struct FeedCoverage {
    pub lacks_feed: bool,
    /// One set an account; none without a live code.
    good: Vec<DaySet>,
}

impl FeedCoverage {
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
