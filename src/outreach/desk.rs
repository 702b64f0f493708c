//! What a team cannot mend at a stall: the desk has to.

use serde::Serialize;
use utoipa::ToSchema;

use super::candidates::{Candidate, Rest};
use super::known::Known;
use super::sentences;
use crate::adoption::{DarkFeed, Sentence};
use crate::primitives::Day;
use crate::primitives::ids::{FeedId, OccupancyId};

/// What the desk has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeskMatter {
    /// A team found the stall closed or with another vendor: end the occupancy, or close the stall.
    RegisterOutdated,
    /// An aggregator's feed is proven alive for none of its stalls.
    FeedDark,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeskTask {
    pub matter: DeskMatter,
    /// Of an outdated register.
    pub occupancy_id: Option<OccupancyId>,
    pub stall_code: Option<String>,
    /// Of a dark feed.
    pub feed_id: Option<FeedId>,
    #[schema(value_type = String, format = Date)]
    pub since: Day,
    pub why: Sentence,
}

pub fn tasks(all: &[Candidate], known: &Known, dark_feeds: &[DarkFeed]) -> Vec<DeskTask> {
    let gone = all.iter().filter(|one| one.rests == Some(Rest::Gone)).filter_map(|one| {
        let since = known.visited(one.occupancy_id).gone_since?;
        Some(DeskTask {
            matter: DeskMatter::RegisterOutdated,
            occupancy_id: Some(one.occupancy_id),
            stall_code: Some(one.stall_code.clone()),
            feed_id: None,
            since,
            why: sentences::register_outdated(&one.stall_code, since),
        })
    });
    let dark = dark_feeds.iter().map(|feed| DeskTask {
        matter: DeskMatter::FeedDark,
        occupancy_id: None,
        stall_code: None,
        feed_id: Some(feed.feed_id),
        since: feed.since,
        why: sentences::feed_dark(feed),
    });
    dark.chain(gone).collect()
}
