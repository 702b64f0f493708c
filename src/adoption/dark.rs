//! Feeds that were proven alive once, and are not any more.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::coverage::Heard;
use super::days::Span;
use super::facts::Occupancy;
use crate::feeds::Provider;
use crate::primitives::Day;
use crate::primitives::ids::FeedId;

/// Days at the end of which a feed that nothing proves is broken.
const UNPROVEN_DAYS: usize = 3;
/// How far the days are counted back.
const LIFE_DAYS: i32 = 90;

/// A stall's trading days at the end of which nothing proves its feed, neither others' money nor its
/// own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unproven {
    pub days: i64,
    /// The first of them.
    pub since: Day,
    /// The feed is a phone at the market: it can be mended there.
    pub is_phone: bool,
}

/// An aggregator's feed that is proven for none of its stalls: one thing to mend, and not at a stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DarkFeed {
    pub feed_id: FeedId,
    pub provider: Provider,
    pub since: Day,
    pub stalls: i64,
}

/// What is dark in a market.
#[derive(Debug, Default)]
pub struct Dark {
    /// What has to be mended at the stall: its phone, or what links this account alone.
    pub by_occupancy: HashMap<i64, Unproven>,
    pub feeds: Vec<DarkFeed>,
}

impl Dark {
    pub fn of<'a>(trading: impl Iterator<Item = &'a Occupancy>, as_of: Day) -> Self {
        let (mut alive, mut unproven) = (HashSet::new(), Vec::new());
        for occupancy in trading {
            for heard in &occupancy.coverage.heard {
                if is_alive(occupancy, heard, as_of) {
                    alive.extend(heard.feeds.iter().map(|(id, _)| *id));
                }
                let dark = since(occupancy, heard, as_of);
                unproven.extend(dark.map(|dark| (occupancy.id, heard, dark)));
            }
        }
        let mut dark = Self::default();
        let mut feeds: BTreeMap<i64, (Provider, Day, BTreeSet<i64>)> = BTreeMap::new();
        for (id, heard, found) in unproven {
            if found.is_phone || heard.feeds.iter().any(|(feed, _)| alive.contains(feed)) {
                let worst = dark.by_occupancy.entry(id).or_insert(found);
                if worst.days < found.days {
                    *worst = found;
                }
                continue;
            }
            for (feed, provider) in &heard.feeds {
                let (_, since, stalls) =
                    feeds.entry(*feed).or_insert((*provider, found.since, BTreeSet::new()));
                *since = found.since.min(*since);
                stalls.insert(id);
            }
        }
        let feed = |(id, (provider, since, stalls)): (i64, (Provider, Day, BTreeSet<i64>))| {
            let stalls = stalls.len() as i64;
            DarkFeed { feed_id: FeedId(id), provider, since, stalls }
        };
        dark.feeds = feeds.into_iter().map(feed).collect();
        dark
    }
}

/// On one of the last market days the feed is proven for this stall.
fn is_alive(occupancy: &Occupancy, heard: &Heard, as_of: Day) -> bool {
    let open: Vec<Day> = occupancy.open.days(Span::ending(as_of, LIFE_DAYS)).collect();
    open.iter().rev().take(UNPROVEN_DAYS).any(|day| is_proven(occupancy, heard, *day))
}

fn since(occupancy: &Occupancy, heard: &Heard, as_of: Day) -> Option<Unproven> {
    let traded: Vec<Day> = occupancy.trading.days(Span::ending(as_of, LIFE_DAYS)).collect();
    let dark = traded.iter().rev().take_while(|day| !is_proven(occupancy, heard, **day));
    let dark: Vec<Day> = dark.copied().collect();
    let is_phone = heard.feeds.iter().any(|(_, provider)| *provider == Provider::Phone);
    let since = dark.last().filter(|_| dark.len() >= UNPROVEN_DAYS)?;
    Some(Unproven { days: dark.len() as i64, since: *since, is_phone })
}

/// Whatever came to the stall came through its feed.
fn is_proven(occupancy: &Occupancy, heard: &Heard, day: Day) -> bool {
    heard.days.contains(day) || occupancy.activity.possible.contains(day)
}
