//! Which stalls of the register somebody wants to see, and in which order.

use super::{Roll, RollLine};
use crate::primitives::fold;
use crate::primitives::ids::{MarketId, NeighbourhoodId, SectionId, StallId};

/// How a stall stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollState {
    Held,
    Empty,
    Closed,
}

/// By what stalls are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RollOrder {
    /// Section by section, as one walks.
    #[default]
    Place,
    Code,
    Vendor,
    Goods,
}

/// What somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct RollFilter {
    /// Words of the stall's code, goods, vendor's name or phone, without regard to diacritics.
    pub text: String,
    pub market_id: Option<MarketId>,
    pub section_id: Option<SectionId>,
    pub neighbourhood_id: Option<NeighbourhoodId>,
    /// Closed ones are left out unless asked for.
    pub state: Option<RollState>,
    pub has_code: Option<bool>,
    pub has_feed: Option<bool>,
    pub order: RollOrder,
}

/// A page of what was found.
#[derive(Debug)]
pub struct Chosen<'r> {
    pub lines: Vec<RollLine<'r>>,
    /// How many were found on all pages.
    pub total: usize,
    /// The last stall of the page, where another page follows.
    pub next: Option<StallId>,
}

impl RollLine<'_> {
    /// How it stands on the register's day.
    #[must_use]
    pub fn state(&self, today: crate::primitives::Day) -> RollState {
        if self.stall.closed_day.is_some_and(|closed| closed <= today) {
            RollState::Closed
        } else if self.occupancy.is_some() {
            RollState::Held
        } else {
            RollState::Empty
        }
    }

    fn has(&self, words: &[String]) -> bool {
        let vendor = self.vendor.map(|vendor| {
            let phone = vendor.phone.as_deref().unwrap_or_default();
            // As it is kept, and as people write it.
            format!("{} {phone} {}", vendor.name, phone.replacen("+84", "0", 1))
        });
        let all =
            format!("{} {} {}", self.stall.code, self.stall.goods, vendor.unwrap_or_default());
        let all = plain(&all);
        words.iter().all(|word| all.contains(word.as_str()))
    }
}

/// Without diacritics and case.
pub fn plain(text: &str) -> String {
    fold::without_diacritics(text).to_lowercase()
}

impl Roll {
    /// What passes the filter, after a stall.
    #[must_use]
    pub fn choose(&self, filter: &RollFilter, after: Option<StallId>, limit: usize) -> Chosen<'_> {
        let words: Vec<String> =
            plain(&filter.text).split_whitespace().map(str::to_owned).collect();
        let passes = |line: &RollLine<'_>| {
            let state = line.state(self.today);
            let home = line.vendor.and_then(|vendor| vendor.neighbourhood_id);
            filter.market_id.is_none_or(|id| line.stall.market_id == id)
                && filter.section_id.is_none_or(|id| line.section.id == id)
                && filter.neighbourhood_id.is_none_or(|id| home == Some(id))
                && filter.state.map_or(state != RollState::Closed, |wanted| state == wanted)
                && filter.has_code.is_none_or(|wanted| line.has_code == wanted)
                && filter.has_feed.is_none_or(|wanted| line.has_feed == wanted)
                && line.has(&words)
        };
        let lines = self.stalls.iter().filter_map(|stall| self.line(stall));
        let mut lines: Vec<_> = lines.filter(passes).collect();
        lines.sort_by_cached_key(|line| Self::key(line, filter.order));
        let total = lines.len();
        let from = after.and_then(|id| lines.iter().position(|line| line.stall.id == id));
        let mut lines = lines.split_off(from.map_or(0, |from| from + 1));
        let has_more = lines.len() > limit;
        lines.truncate(limit);
        let next = lines.last().filter(|_| has_more).map(|line| line.stall.id);
        Chosen { lines, total, next }
    }

    fn key(line: &RollLine<'_>, order: RollOrder) -> impl Ord + use<> {
        let first = match order {
            RollOrder::Place | RollOrder::Code => String::new(),
            // Who is nobody comes last.
            RollOrder::Vendor => {
                line.vendor.map_or("\u{10ffff}".to_owned(), |vendor| plain(&vendor.name))
            }
            RollOrder::Goods => plain(&line.stall.goods),
        };
        let place = match order {
            RollOrder::Place => {
                (line.section.position, fold::natural(&line.section.name), line.stall.position)
            }
            _ => (0, Vec::new(), 0),
        };
        (first, place, fold::natural(&line.stall.code), line.stall.id)
    }
}
