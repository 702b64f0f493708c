//! Feeds of which something was believed and could not be read: nothing is lost, and nothing of it
//! counts until somebody looks.

use std::collections::BTreeMap;

use super::{Alarm, AlarmCode, Pulse, PulseState};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::store::deliveries;
use crate::primitives::ids::FeedId;
use crate::primitives::time::MS_PER_DAY;

/// A mistaken test at a provider does not alarm for ever.
const ALARMS_MS: i64 = 7 * MS_PER_DAY;

/// One for each such feed, since the oldest of what was not read in the last days.
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
    let pulse = |(id, since)| Pulse {
        state: PulseState::Unproven,
        feed_id: Some(FeedId(id)),
        bin: None,
        account_ids: Vec::new(),
        proof: None,
        proven_at: None,
        last_delivery_at: None,
        alarm: Some(Alarm {
            code: AlarmCode::Undecodable,
            since: Some(since),
            detail: String::new(),
        }),
    };
    Ok(oldest.into_iter().map(pulse).collect())
}
