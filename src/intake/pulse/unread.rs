//! Feeds of which something was believed that counts for nothing, or may count wrongly, until
//! somebody looks: what could not be read, and what contradicts an earlier report.

use std::collections::BTreeMap;

use super::{Alarm, AlarmCode, Pulse, PulseState};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::store::{conflicts, deliveries};
use crate::primitives::UnixMs;
use crate::primitives::ids::FeedId;
use crate::primitives::time::MS_PER_DAY;

/// A mistaken test at a provider does not alarm for ever.
const ALARMS_MS: i64 = 7 * MS_PER_DAY;

/// One for each such feed and reason: since the oldest of what was not read in the last days, and
/// since the oldest contradiction that nobody has judged.
pub(super) fn feeds(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: Option<FeedId>,
) -> Outcome<Vec<Pulse>> {
    let since = act.at.plus_ms(-ALARMS_MS);
    let unread = deliveries::undecodable_since(connection, act.board_id(), since)?;
    let mut oldest = BTreeMap::new();
    for (of_feed, at) in unread {
        if feed_id.is_none_or(|asked| asked == of_feed) {
            oldest.entry(of_feed.0).or_insert(at);
        }
    }
    let unread = oldest.into_iter().map(|(id, at)| whole(FeedId(id), AlarmCode::Undecodable, at));
    let waiting = conflicts::waiting(connection, act.board_id(), feed_id)?;
    let contradicting = waiting.into_iter().map(|(id, at)| whole(id, AlarmCode::Contradicting, at));
    Ok(unread.chain(contradicting).collect())
}

/// Of a feed as a whole.
fn whole(feed_id: FeedId, code: AlarmCode, since: UnixMs) -> Pulse {
    Pulse {
        state: PulseState::Unproven,
        feed_id: Some(feed_id),
        bin: None,
        account_ids: Vec::new(),
        proof: None,
        proven_at: None,
        last_delivery_at: None,
        alarm: Some(Alarm { code, since: Some(since), detail: String::new() }),
    }
}
