//! Feeds of which something was heard that counts for nothing, or may count wrongly, until somebody
//! looks: what could not be read or was refused, what no template reads, and what contradicts an
//! earlier report.

use std::collections::BTreeMap;

use super::{Alarm, AlarmCode, Pulse, PulseState};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::phone::{lost, texts};
use crate::intake::shared;
use crate::intake::store::{conflicts, deliveries, pulse as rows, refused, retention};
use crate::primitives::UnixMs;
use crate::primitives::ids::FeedId;

/// One for each such feed and reason, since the oldest that nobody has settled.
pub(super) fn feeds(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: Option<FeedId>,
) -> Outcome<Vec<Pulse>> {
    let board_id = act.board_id();
    let found = [
        (AlarmCode::Undecodable, deliveries::oldest_unread(connection, board_id)?),
        (AlarmCode::Refused, refused(connection, act)?),
        (AlarmCode::UnknownText, texts::oldest_waiting(connection, board_id, act.at)?),
        (AlarmCode::TextsLost, lost::since(connection, board_id)?),
        (AlarmCode::Contradicting, conflicts::waiting(connection, board_id, feed_id)?),
        (AlarmCode::KeptTooLong, retention::oldest_kept(connection, board_id)?),
        (AlarmCode::SharedIds, shared::all(connection, board_id)?),
    ];
    let each = found.into_iter().flat_map(|(code, feeds)| {
        feeds.into_iter().map(move |(of_feed, since)| (of_feed, code, since))
    });
    let asked = each.filter(|(of_feed, ..)| feed_id.is_none_or(|asked| asked == *of_feed));
    Ok(asked.map(|(of_feed, code, since)| whole(of_feed, code, since)).collect())
}

/// Feeds that refused money which nobody has settled; or something else, and have accepted nothing since.
fn refused(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<(FeedId, UnixMs)>> {
    let board_id = act.board_id();
    let mut found: BTreeMap<i64, UnixMs> = BTreeMap::new();
    for one in refused::unsettled(connection, board_id)? {
        let mut since = Some(one.oldest);
        if !one.is_money {
            let accepted = rows::last_accepted(connection, board_id, one.feed_id)?;
            let accepted = accepted.unwrap_or(UnixMs(0));
            since = if one.newest > accepted {
                refused::oldest_after(connection, board_id, one.feed_id, accepted)?
            } else {
                None
            };
        }
        if let Some(since) = since {
            let oldest = found.entry(one.feed_id.0).or_insert(since);
            *oldest = since.min(*oldest);
        }
    }
    Ok(found.into_iter().map(|(id, since)| (FeedId(id), since)).collect())
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
        read_from: None,
        last_delivery_at: None,
        alarm: Some(Alarm { code, since: Some(since), detail: String::new() }),
    }
}
