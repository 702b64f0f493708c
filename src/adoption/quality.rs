//! M12: how well the notices work.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::days::Span;
use super::ratio::Ratio;
use super::store::sources::{self, FeedAccountRow, UnassignedRow};
use super::subject::Subject;
use crate::db::{DbConnection, Outcome};
use crate::ledger::latency::{self, Delay};
use crate::primitives::UnixMs;
use crate::primitives::ids::BoardId;
use crate::primitives::time::MS_PER_DAY;

/// Feeds are measured as wholes: what comes from them stands in the market's figures alone and
/// includes other markets that the same feed serves. The wrong-amount rate is each stall's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Quality {
    /// Bank time to recorded time.
    pub p50: Option<Delay>,
    pub p95: Option<Delay>,
    /// Assigned by a rule at once, of all that came in.
    pub matched: Option<Ratio>,
    /// Unassigned for more than 24 hours; the high bound counts what may still become so.
    pub unassigned_over_24h: Option<Ratio>,
    /// Receipts that met a request with another amount.
    pub wrong_amount: Option<Ratio>,
}

impl Quality {
    /// What stalls have of their own.
    pub fn of_stalls(group: &[&Subject<'_>]) -> Self {
        let (mut wrong, mut all) = (0, 0);
        for subject in group {
            let sums = &subject.occupancy.activity.sums;
            wrong += sums.wrong_amount;
            all += sums.receipts + sums.unclassified;
        }
        let wrong_amount = (all > 0).then(|| Ratio::exact(wrong, all));
        Self { wrong_amount, ..Self::default() }
    }

    /// The same, with the feeds that serve the market.
    #[must_use]
    pub fn of_market(self, feeds: &FeedQuality) -> Self {
        let exact = |count| (feeds.incoming > 0).then(|| Ratio::exact(count, feeds.incoming));
        let (late, may_be_late) = feeds.unassigned;
        Self {
            p50: latency::percentile(&feeds.delays, 500),
            p95: latency::percentile(&feeds.delays, 950),
            matched: exact(feeds.matched),
            unassigned_over_24h: (feeds.incoming > 0)
                .then(|| Ratio::between(late, may_be_late, feeds.incoming)),
            ..self
        }
    }
}

/// Sums over the feeds of a market.
#[derive(Clone, Debug, Default)]
pub struct FeedQuality {
    incoming: i64,
    matched: i64,
    delays: [i64; latency::BUCKETS],
    /// Unassigned for more than a day; these and the ones that still may be.
    unassigned: (i64, i64),
}

impl FeedQuality {
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        feeds: &[FeedAccountRow],
        window: Span,
        day_start_minute: i32,
        now: UnixMs,
    ) -> Outcome<Self> {
        let of_market: HashSet<i64> = feeds.iter().map(|feed| feed.feed_id).collect();
        let mut found = Self::default();
        for sums in sources::feed_sums(connection, board_id, window)? {
            if of_market.contains(&sums.feed_id) {
                found.incoming += sums.incoming;
                found.matched += sums.matched;
                for (total, count) in found.delays.iter_mut().zip(sums.delays.counts()) {
                    *total += count;
                }
            }
        }
        let (from, before) =
            (window.from.start(day_start_minute), window.to.plus(1).start(day_start_minute));
        for row in sources::unassigned_for_long(connection, board_id, from, before)? {
            if of_market.contains(&row.feed_id) {
                found.unassigned.0 += i64::from(waited(&row, now) > MS_PER_DAY);
                let waits = row.resolved_at_ms.is_none_or(|resolved| resolved > now.0);
                found.unassigned.1 += i64::from(waits || waited(&row, now) > MS_PER_DAY);
            }
        }
        Ok(found)
    }
}

/// ms until it was assigned, or until now.
fn waited(row: &UnassignedRow, now: UnixMs) -> i64 {
    row.resolved_at_ms.unwrap_or(now.0).min(now.0).saturating_sub(row.recorded_at_ms)
}
