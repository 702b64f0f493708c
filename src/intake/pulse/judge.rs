//! What the signs of a feed say together.

use super::signs;
use super::{Alarm, AlarmCode, Group, Proof, Pulse, PulseState};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::heard;
use crate::primitives::ids::AccountId;
use crate::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use crate::primitives::{Day, Hours, UnixMs};

/// A report proves its feed alive for so long.
const DELIVERY_MS: i64 = 15 * MS_PER_MINUTE;
/// What is usual is seen in so many days.
const USUAL_DAYS: i32 = 28;
/// Farther back only where it was not heard lately.
const LOOKS_BACK_MS: [i64; 3] = [DELIVERY_MS, MS_PER_DAY, USUAL_DAYS as i64 * MS_PER_DAY];
/// Silence is an alarm where so many reports are usual in as much trading time: were they
/// independent, one silence in a thousand would be chance; customers come in bursts.
const EXPECTED: i64 = 7;

pub(super) fn judge(
    connection: &mut DbConnection,
    act: &Act,
    hours: Hours,
    group: &Group,
    asked: &[i64],
) -> Outcome<Pulse> {
    let signs = signs::read(connection, act, hours, group, asked)?;
    let since = LOOKS_BACK_MS.map(|ms| act.at.plus_ms(-ms));
    let (board_id, feed_id) = (act.board_id(), group.feed_id);
    let heard_at = heard::last_heard(connection, board_id, feed_id, &group.accounts, &since)?;
    // What the list told, by its last full reading, says no more than the reading itself.
    let is_told_since = |at| signs.read_at.is_none_or(|read_at| at > read_at);
    let is_fresh = |at| at >= act.at.plus_ms(-DELIVERY_MS);
    let is_heard = heard_at.is_some_and(|at| is_fresh(at) && is_told_since(at));
    let proofs = [
        heard_at.filter(|_| is_heard).map(|at| (at, Proof::Delivery)),
        signs.ping_at.map(|at| (at, Proof::Ping)),
        signs.poll_at.map(|at| (at, Proof::Poll)),
    ];
    let proof = proofs.into_iter().flatten().max_by_key(|(at, _)| *at);
    // What failed is to be mended, also while reports come by another way.
    let failed = signs.broken.and_then(|(since, code)| Some((code?, since)));
    let is_deaf = matches!(failed, Some((AlarmCode::NoSecret, _)));
    let (state, alarm) = if is_heard && !is_deaf {
        (PulseState::Alive, failed)
    } else if signs.broken.is_some() {
        (PulseState::Down, failed)
    } else if let Some(since) = silent_since(connection, act, hours, group, heard_at)? {
        (PulseState::Silent, Some((AlarmCode::FeedSilent, Some(since))))
    } else if proof.is_some() {
        (PulseState::Alive, None)
    } else {
        (PulseState::Unproven, None)
    };
    let proof = proof.filter(|_| state == PulseState::Alive);
    let alarm = alarm.map(|(code, since)| Alarm { code, since, detail: String::new() });
    Ok(Pulse {
        state,
        feed_id: Some(group.feed_id),
        bin: Some(group.bin.clone()),
        account_ids: group.accounts.iter().copied().map(AccountId).collect(),
        proof: proof.map(|(_, proof)| proof),
        proven_at: proof.map(|(at, _)| at),
        read_from: signs.read_from,
        last_delivery_at: heard_at,
        alarm,
    })
}

/// Since when nothing came although something should have.
fn silent_since(
    connection: &mut DbConnection,
    act: &Act,
    hours: Hours,
    group: &Group,
    heard_at: Option<UnixMs>,
) -> Outcome<Option<UnixMs>> {
    let today = hours.day(act.at);
    let attached = hours.on(group.from.max(today.plus(-USUAL_DAYS))).0.max(group.made_at);
    let since = heard_at.unwrap_or(attached);
    let span = (today.plus(-USUAL_DAYS), today.plus(-1));
    let usual = heard::usual_days(connection, act.board_id(), &group.accounts, span)?;
    Ok(is_alarming(&usual, since, act.at, hours).then_some(since))
}

/// Whether a silence is too long to be chance: more than enough is usual in as much trading time,
/// and it is longer, in whole days, than any that came before. So neither a quiet account nor a
/// market that is open three days a month raises an alarm.
fn is_alarming(usual: &[(Day, i64)], since: UnixMs, now: UnixMs, hours: Hours) -> bool {
    let total: i64 = usual.iter().map(|(_, count)| count).sum();
    let usual_ms = i64::from(USUAL_DAYS) * hours.ms_a_day();
    let is_expected = i128::from(total) * i128::from(hours.between(since, now))
        >= i128::from(EXPECTED) * i128::from(usual_ms);
    let before = usual.iter().map(|(day, _)| day.0).filter(|day| *day <= hours.day(since).0);
    let before: Vec<i32> = before.collect();
    let gaps = before.iter().zip(before.iter().skip(1)).map(|(day, next)| next - day - 1);
    let silent_days = hours.day(now).0 - hours.day(since).0 - 1;
    is_expected && silent_days.max(0) >= gaps.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixMs {
        UnixMs::from_rfc3339(text).unwrap()
    }

    fn days(all: impl IntoIterator<Item = i32>, count: i64) -> Vec<(Day, i64)> {
        let last = hours().day(at("2026-11-23T12:00:00+07:00"));
        all.into_iter().map(|back| (last.plus(-back), count)).collect()
    }

    const fn hours() -> Hours {
        Hours::of(0)
    }

    #[test]
    fn a_busy_bank_alarms_within_the_hour_and_a_quiet_one_never_so_soon() {
        let (since, now) = (at("2026-11-24T08:00:00+07:00"), at("2026-11-24T09:00:00+07:00"));
        assert!(is_alarming(&days((0..28).rev(), 98), since, now, hours()));
        assert!(!is_alarming(&days((0..28).rev(), 97), since, now, hours()));
        assert!(!is_alarming(&days((0..28).rev(), 2), since, now, hours()));
        assert!(!is_alarming(&[], since, now, hours()));
    }

    #[test]
    fn the_night_is_no_silence() {
        let (since, now) = (at("2026-11-23T18:50:00+07:00"), at("2026-11-24T05:10:00+07:00"));
        assert!(!is_alarming(&days((0..28).rev(), 200), since, now, hours()));
    }

    #[test]
    fn a_market_of_a_few_days_is_silent_between_them() {
        let open = days([20, 10, 0], 100);
        let since = at("2026-11-23T11:00:00+07:00");
        assert!(!is_alarming(&open, since, at("2026-12-01T11:00:00+07:00"), hours()));
        assert!(is_alarming(&open, since, at("2026-12-03T11:00:00+07:00"), hours()));
    }
}
