//! Signs of life that do not hang on anybody's sales: phones' pings and readings of lists; and what
//! is known to be broken.

use super::{AlarmCode, Group};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedConfig, ListApi, Provider};
use crate::intake::store::phone::devices::{self, DeviceRow, SILENCE_MS};
use crate::intake::store::phone::templates;
use crate::intake::store::polls::{self, PollRow};
use crate::intake::store::{pulse as rows, secrets};
use crate::primitives::time::{MS_PER_MINUTE, MS_PER_SECOND};
use crate::primitives::{Hours, UnixMs};

/// A ping comes every fifteen minutes, and may be somewhat late.
const PING_MS: i64 = 20 * MS_PER_MINUTE;
/// A reading proves its feed for three intervals, within these.
const POLL_MS: (i64, i64) = (2 * MS_PER_MINUTE, 15 * MS_PER_MINUTE);
/// One failure is chance.
const FAILURES: i32 = 3;

#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Of the phone that was silent longest.
    pub ping_at: Option<UnixMs>,
    pub poll_at: Option<UnixMs>,
    /// When the list was last read to its end, however long ago.
    pub read_at: Option<UnixMs>,
    /// When that reading began.
    pub read_from: Option<UnixMs>,
    /// Since when it is known to be broken, and the alarm if it is one.
    pub broken: Option<(Option<UnixMs>, Option<AlarmCode>)>,
}

pub(super) fn read(
    connection: &mut DbConnection,
    act: &Act,
    hours: Hours,
    group: &Group,
    asked: &[i64],
) -> Outcome<Signs> {
    let (board_id, feed_id) = (act.board_id(), group.feed_id);
    if group.provider == Provider::Phone {
        let devices = devices::of_feed(connection, board_id, feed_id)?;
        let signs = of_phones(&devices, act.at, hours);
        // A phone that lives and of which nothing could be read proves nothing.
        let is_read = templates::is_any_of_bank(connection, board_id, &group.bin)?;
        return Ok(Signs { ping_at: signs.ping_at.filter(|_| is_read), ..signs });
    }
    let mut signs = Signs::default();
    if let Some(poll) = polls::find(connection, board_id, feed_id)? {
        let window_ms =
            (3 * i64::from(poll.interval_s) * MS_PER_SECOND).clamp(POLL_MS.0, POLL_MS.1);
        let last = poll.state.last_success_at;
        signs.read_at = last;
        signs.read_from = poll.state.last_read_from;
        let is_told = covers(connection, act, &poll, asked)?;
        signs.poll_at = last.filter(|at| is_told && *at >= act.at.plus_ms(-window_ms));
        if poll.state.failure_count >= FAILURES {
            signs.broken = Some((last, Some(AlarmCode::PollFailing)));
        }
    } else {
        let config = FeedConfig::parse(group.provider, &group.config)?;
        let active = secrets::active(connection, board_id, feed_id, act.at)?;
        if active.is_empty() && !config.is_unauthenticated() {
            signs.broken = Some((None, Some(AlarmCode::NoSecret)));
        }
    }
    Ok(signs)
}

/// Whose account a phone tells is not known, so all of them must live.
fn of_phones(devices: &[DeviceRow], now: UnixMs, hours: Hours) -> Signs {
    let live = devices
        .iter()
        .filter(|device| !device.is_forgotten && device.ends_at.is_none_or(|at| at > now));
    let heard = live.map(|device| device.last_seen_at.unwrap_or(device.paired_at));
    let Some(seen_at) = heard.min() else {
        return Signs { broken: Some((None, Some(AlarmCode::NoSecret))), ..Signs::default() };
    };
    let is_silent = now.0 - seen_at.0 > SILENCE_MS;
    // A phone may sleep at night.
    let is_alarming = hours.between(seen_at, now) > SILENCE_MS;
    let alarm = is_alarming.then_some(AlarmCode::PhoneSilent);
    Signs {
        ping_at: Some(seen_at).filter(|at| *at >= now.plus_ms(-PING_MS)),
        broken: is_silent.then_some((Some(seen_at), alarm)),
        ..Signs::default()
    }
}

/// Whether a list is asked for all of the accounts. `SePay`'s second list is asked by ids of its own.
fn covers(
    connection: &mut DbConnection,
    act: &Act,
    poll: &PollRow,
    asked: &[i64],
) -> Outcome<bool> {
    if poll.accounts.is_empty() {
        return Ok(true);
    }
    if poll.api == ListApi::SepayV2 {
        return Ok(false);
    }
    let numbers = rows::numbers(connection, act.board_id(), asked)?;
    Ok(asked.iter().all(|id| {
        numbers
            .iter()
            .any(|(account_id, number)| account_id == id && poll.accounts.contains(number))
    }))
}
