//! The pulse of feeds: whether money that comes to an account now would be known here. Silence
//! proves nothing (facts/adoption.md), so a feed lives only by a sign of its own; and a feed that
//! looks healthy while what usually comes does not is an alarm, never a quiet day.

mod doubt;
mod judge;
mod sight;
mod signs;
mod unread;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::store::feeds as feed_rows;
use super::store::pulse::{self as rows, ReportedRow};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedKind, Provider, connector};
use crate::primitives::ids::{AccountId, BoardId, FeedId, OccupancyId};
use crate::primitives::{Day, Hours, UnixMs};
use crate::registry::store::links;
use crate::registry::{boards, occupancies};
use crate::text_enum;
pub use sight::{Sight, SightState, SightedRequest, Source, of_stall, request};

text_enum!(
    /// Whether money that comes now would be known.
    PulseState {
        /// Proven alive by `proof` at `proven_at`.
        Alive = "alive",
        /// It looks healthy, and what usually comes does not: alarm.
        Silent = "silent",
        /// It is known to be broken: alarm.
        Down = "down",
        /// Nothing proves that it lives, and nothing says that it does not.
        Unproven = "unproven",
        /// No feed reports the account.
        Absent = "none",
    }
);

text_enum!(Proof {
    /// A report of the same bank, accepted in time.
    Delivery = "delivery",
    /// Every phone of the feed was heard.
    Ping = "ping",
    /// The provider's list was read to its end.
    Poll = "poll",
});

text_enum!(AlarmCode {
    /// It looks healthy, but nothing arrives.
    FeedSilent = "feed-silent",
    PhoneSilent = "phone-silent",
    PollFailing = "poll-failing",
    /// There is no key or phone whose report would be believed: nothing else proves it alive then.
    NoSecret = "no-secret",
    /// Something was believed and could not be read: it may be money. Of the feed as a whole.
    Undecodable = "undecodable",
    /// Money was refused, and nobody has settled it; or something else was, and nothing has been accepted
    /// since: a secret may be wrong. Of the feed as a whole.
    Refused = "refused",
    /// A phone told what no template reads: it may be money. Of the feed as a whole.
    UnknownText = "unknown-text",
    /// What phones told went unread, for there was too much of it or it waited too long. Of the feed as
    /// a whole.
    TextsLost = "texts-lost",
    /// It told one id twice with different fields, and nobody has said which report is right. Of the
    /// feed as a whole.
    Contradicting = "contradicting",
    /// What it told is kept beyond its time, because nobody has decided what it is. Of the feed as a whole.
    KeptTooLong = "kept-too-long",
    /// Another feed's ids are taken for its own, and nothing says that both are of one contract. Of the
    /// feed as a whole.
    SharedIds = "shared-ids",
    /// Of a stall: what was last seen there pays somebody else.
    WrongAccount = "wrong-account",
});

/// What is wrong, since when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Alarm {
    pub code: AlarmCode,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<UnixMs>,
    /// What it means and what to do, in the caller's language.
    pub detail: String,
}

/// The pulse of a feed at one bank; of phones, of one account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pulse {
    pub state: PulseState,
    /// Absent: no feed reports the account.
    pub feed_id: Option<FeedId>,
    /// Six digits.
    pub bin: Option<String>,
    /// For which it is told.
    pub account_ids: Vec<AccountId>,
    /// The newest sign of life that still counts.
    pub proof: Option<Proof>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub proven_at: Option<UnixMs>,
    /// When the list's last full reading began: what was paid later is not in it.
    #[serde(skip)]
    pub read_from: Option<UnixMs>,
    /// When the feed last reported money of this bank in time, within 28 days.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_delivery_at: Option<UnixMs>,
    /// May stand beside a state that is proven otherwise: a list that cannot be read, where webhooks
    /// come.
    pub alarm: Option<Alarm>,
}

/// Accounts whose reports come by one way, so that a report of one speaks for all.
struct Group {
    feed_id: FeedId,
    provider: Provider,
    config: String,
    bin: String,
    accounts: Vec<i64>,
    /// The first day on which it reported any of them.
    from: Day,
    /// The feed.
    made_at: UnixMs,
}

/// The pulse of a feed, bank by bank; and of the whole, where it could not be read.
///
/// # Errors
/// `not-found`.
pub fn of_feed(connection: &mut DbConnection, act: &Act, id: FeedId) -> Outcome<Vec<Pulse>> {
    act.require(Permission::FeedsRead)?;
    feed_rows::find(connection, act.board_id(), id)?;
    all(connection, act, Some(id))
}

/// Every feed and bank where something is wrong.
pub fn alarms(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<Pulse>> {
    act.require(Permission::FeedsRead)?;
    let all = all(connection, act, None)?;
    Ok(all.into_iter().filter(|pulse| pulse.alarm.is_some()).collect())
}

/// The pulse of each account that an occupancy is paid on today.
///
/// # Errors
/// `not-found`.
pub fn of_occupancy(
    connection: &mut DbConnection,
    act: &Act,
    id: OccupancyId,
) -> Outcome<Vec<Pulse>> {
    act.require(Permission::FeedsRead)?;
    let occupancy = occupancies::require(connection, act, id, "id")?;
    let today = boards::today(connection, act)?;
    let accounts = links::accounts_of(connection, act.board_id(), occupancy.id, today)?;
    accounts.into_iter().map(|account_id| of_account(connection, act, account_id)).collect()
}

/// The pulse of the feed that answers for an account.
fn of_account(connection: &mut DbConnection, act: &Act, account_id: AccountId) -> Outcome<Pulse> {
    let hours = hours(connection, act.board_id())?;
    for feed_id in rows::reporters(connection, act.board_id(), account_id)? {
        for group in groups(connection, act.board_id(), Some(feed_id))? {
            if group.accounts.contains(&account_id.0) {
                let mut pulse = judge::judge(connection, act, hours, &group, &[account_id.0])?;
                pulse.account_ids = vec![account_id];
                return Ok(pulse);
            }
        }
    }
    Ok(Pulse {
        state: PulseState::Absent,
        feed_id: None,
        bin: None,
        account_ids: vec![account_id],
        proof: None,
        proven_at: None,
        read_from: None,
        last_delivery_at: None,
        alarm: None,
    })
}

fn all(connection: &mut DbConnection, act: &Act, feed_id: Option<FeedId>) -> Outcome<Vec<Pulse>> {
    let hours = hours(connection, act.board_id())?;
    let groups = groups(connection, act.board_id(), feed_id)?;
    let of_banks: Outcome<Vec<Pulse>> = groups
        .iter()
        .map(|group| judge::judge(connection, act, hours, group, &group.accounts))
        .collect();
    let mut all = of_banks?;
    all.extend(unread::feeds(connection, act, feed_id)?);
    Ok(all)
}

fn hours(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Hours> {
    boards::day_start_minute(connection, board_id).map(Hours::of)
}

/// Order feeds see what was ordered there, never what is paid to a code: they prove nothing here.
fn groups(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: Option<FeedId>,
) -> Outcome<Vec<Group>> {
    let mut groups: BTreeMap<(i64, String, i64), Group> = BTreeMap::new();
    for row in rows::reported(connection, board_id, feed_id)? {
        let Some(provider) = Provider::parse(&row.provider) else { continue };
        if connector(provider).kind() != FeedKind::Account {
            continue;
        }
        // A feed may have several phones, and one says nothing of another's account.
        let alone = if provider == Provider::Phone { row.account_id } else { 0 };
        let key = (row.feed_id, row.bin.clone(), alone);
        let group = groups.entry(key).or_insert_with(|| Group::of(provider, &row));
        group.accounts.push(row.account_id);
        group.from = group.from.min(row.first_day());
    }
    Ok(groups.into_values().collect())
}

impl Group {
    fn of(provider: Provider, row: &ReportedRow) -> Self {
        Self {
            feed_id: FeedId(row.feed_id),
            provider,
            config: row.config.clone(),
            bin: row.bin.clone(),
            accounts: Vec::new(),
            from: row.first_day(),
            made_at: UnixMs(row.feed_made_at_ms),
        }
    }
}
