//! Six digits before a vendor's page. The first phone that opens the link chooses them; each other
//! one enters them once, and then every three months. Without them nothing of the stall's money is
//! seen.
//!
//! Wrong tries lock. A phone that knew the digits is locked by its own tries alone, so whoever got
//! hold of the link can keep no vendor out; phones that never knew them are locked one by one and
//! all together, or twenty phones would have twenty times as many tries.

use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use crate::access::pins::Pin;
use crate::access::{SecretKey, tokens};
use crate::db::{Db, DbConnection, Fault, Outcome};
use crate::live::Hearer;
use crate::live::store::owner as rows;
use crate::primitives::ids::{BoardId, ListenerId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use crate::primitives::{Refusal, UnixMs};

const TOKEN_BYTES: usize = 24;
/// Digits that are hashed at a time, of all links.
static HASHING: Semaphore = Semaphore::const_new(2);
const SESSION_MS: i64 = 90 * MS_PER_DAY;
/// Wrong tries in a row that lock nothing yet.
const FREE_TRIES: i64 = 4;
const FIRST_LOCK_MS: i64 = 15 * MS_PER_MINUTE;
const LONGEST_LOCK_MS: i64 = MS_PER_DAY;
/// Wrong tries a day of all phones of a link that never knew the digits: a million take a lifetime.
const STRANGERS_TRIES: i64 = 20;

/// A link's digits as they are kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub hash: String,
    pub wrong_count: i64,
    pub wrong_since: UnixMs,
}

/// What a phone has proved.
#[derive(Clone, Debug, Default)]
pub struct Phone {
    pub wrong_count: i64,
    pub wrong_at: UnixMs,
    pub proved_at: Option<UnixMs>,
    /// The hash of its cookie, and how long it holds.
    pub session: Option<(String, UnixMs)>,
}

/// What a vendor's phone must do before its page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Open,
    /// Nobody has chosen the digits yet.
    Choose,
    Enter,
    /// Too many tries were wrong.
    Locked(UnixMs),
}

impl Phone {
    fn locked_until(&self) -> Option<UnixMs> {
        let doublings = self.wrong_count.checked_sub(FREE_TRIES + 1).filter(|more| *more >= 0)?;
        let doublings = u32::try_from(doublings.min(10)).unwrap_or(10);
        let lock_ms = FIRST_LOCK_MS.saturating_mul(1 << doublings).min(LONGEST_LOCK_MS);
        Some(self.wrong_at.plus_ms(lock_ms))
    }

    fn is_open(&self, session: &str, now: UnixMs) -> bool {
        self.session.as_ref().is_some_and(|(hash, until)| {
            let is_same: bool = tokens::hash(session).as_bytes().ct_eq(hash.as_bytes()).into();
            is_same && now < *until
        })
    }
}

impl Kept {
    /// Until when no phone may try that never knew the digits.
    fn strangers_locked_until(&self) -> Option<UnixMs> {
        (self.wrong_count >= STRANGERS_TRIES).then(|| self.wrong_since.plus_ms(MS_PER_DAY))
    }
}

fn locked_until(phone: &Phone, kept: &Kept, now: UnixMs) -> Option<UnixMs> {
    let strangers = kept.strangers_locked_until().filter(|_| phone.proved_at.is_none());
    phone.locked_until().max(strangers).filter(|until| now < *until)
}

/// What a phone that must wait is told. The time is read in minutes, and must be over then.
#[must_use]
pub fn locked(until: UnixMs) -> Refusal {
    Refusal::conflict("pin-locked").with("until_at", until.up_to_minute())
}

/// How a phone with this session's cookie stands before its page.
pub fn door(
    connection: &mut DbConnection,
    hearer: &Hearer,
    session: Option<&str>,
    now: UnixMs,
) -> Outcome<Door> {
    let phone = rows::phone(connection, hearer.board_id, hearer.listener_id)?.unwrap_or_default();
    if session.is_some_and(|session| phone.is_open(session, now)) {
        return Ok(Door::Open);
    }
    let Some(kept) = rows::pin(connection, hearer.board_id, hearer.link_id)? else {
        return Ok(Door::Choose);
    };
    Ok(locked_until(&phone, &kept, now).map_or(Door::Enter, Door::Locked))
}

/// Chooses the digits of a link that has none; the session of the phone that did.
///
/// # Errors
/// `pin-not-six-digits`, `pin-too-simple` (pin), `pin-chosen-already`.
pub async fn choose(
    db: &Db,
    key: &SecretKey,
    hearer: Hearer,
    digits: &str,
    now: UnixMs,
) -> Outcome<String> {
    let pin = Pin::chosen(digits)?;
    let Hearer { board_id, listener_id, link_id, .. } = hearer;
    let check = move |connection: &mut DbConnection| match rows::pin(connection, board_id, link_id)?
    {
        Some(_) => Err(Refusal::conflict("pin-chosen-already").into()),
        None => Ok(()),
    };
    // Hashing is dear: whoever comes too late does not cause it.
    db.read(check).await?;
    let hash = hashed(pin, key).await?;
    let board = board_id.0;
    let write = move |connection: &mut DbConnection| {
        rows::hold_link(connection, board_id, link_id)?;
        check(connection)?;
        rows::insert_pin(connection, board_id, link_id, &hash, listener_id, now)?;
        begin_session(connection, &hearer, now)
    };
    db.write(board, write).await
}

/// Enters the digits; the phone's new session.
///
/// # Errors
/// `pin-not-six-digits` (pin), `pin-wrong` (pin; with `left`, the tries until it locks),
/// `pin-locked` (with `until_at`; also the wrong try that locks it), `pin-not-chosen`.
pub async fn enter(
    db: &Db,
    key: &SecretKey,
    hearer: Hearer,
    digits: &str,
    now: UnixMs,
) -> Outcome<String> {
    prove(db, key, &hearer, digits, now).await?;
    let board = hearer.board_id.0;
    let write = move |connection: &mut DbConnection| {
        take_try_back(connection, &hearer)?;
        begin_session(connection, &hearer, now)
    };
    db.write(board, write).await
}

/// Changes the digits, by whoever knows those that held up to now; the phone's new session. Every
/// other phone of the link must enter the new ones.
///
/// # Errors
/// Those of [`enter`] for the old digits; `pin-not-six-digits`, `pin-too-simple` (new_pin).
pub async fn change(
    db: &Db,
    key: &SecretKey,
    hearer: Hearer,
    (old, new): (&str, &str),
    now: UnixMs,
) -> Outcome<String> {
    let new = Pin::chosen(new).map_err(|refusal| refusal.on("new_pin"))?;
    prove(db, key, &hearer, old, now).await?;
    let hash = hashed(new, key).await?;
    let board = hearer.board_id.0;
    let write = move |connection: &mut DbConnection| {
        let Hearer { board_id, listener_id, link_id, .. } = hearer;
        take_try_back(connection, &hearer)?;
        rows::change_pin(connection, board_id, link_id, &hash, listener_id, now)?;
        rows::close_all(connection, board_id, link_id)?;
        begin_session(connection, &hearer, now)
    };
    db.write(board, write).await
}

/// That a phone knows the digits. The try counts until it is taken back.
async fn prove(
    db: &Db,
    key: &SecretKey,
    hearer: &Hearer,
    digits: &str,
    now: UnixMs,
) -> Outcome<()> {
    let (pin, key, trying) = (Pin::new(digits)?, key.clone(), hearer.clone());
    // A try counts before it is looked at, or many at once would count as one.
    let begin = move |connection: &mut DbConnection| begin_try(connection, &trying, now);
    let Try { hash, left, locks_until } = db.write(hearer.board_id.0, begin).await?;
    let is_right = apart(move || pin.is(&hash, &key)).await?;
    if is_right {
        return Ok(());
    }
    Err(match locks_until {
        Some(until) => locked(until),
        None => Refusal::invalid("pin", "pin-wrong").with("left", left),
    }
    .into())
}

async fn hashed(pin: Pin, key: &SecretKey) -> Outcome<String> {
    let key = key.clone();
    apart(move || pin.hash(&key)).await
}

/// Off the lane: money does not wait for it. Few at a time: each takes 19 MiB.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let _place = HASHING.acquire().await.map_err(Fault::broken)?;
    tokio::task::spawn_blocking(work).await.map_err(Fault::broken)?
}

/// A try that was counted.
struct Try {
    /// To compare with.
    hash: String,
    /// The tries that are left after this one.
    left: i64,
    /// Until when the phone waits if it was wrong.
    locks_until: Option<UnixMs>,
}

fn begin_try(connection: &mut DbConnection, hearer: &Hearer, now: UnixMs) -> Outcome<Try> {
    let Hearer { board_id, listener_id, link_id, .. } = *hearer;
    rows::hold(connection, board_id, link_id)?;
    let Some(mut kept) = rows::pin(connection, board_id, link_id)? else {
        return Err(Refusal::conflict("pin-not-chosen").into());
    };
    let mut phone = rows::phone(connection, board_id, listener_id)?.unwrap_or_default();
    if let Some(until) = locked_until(&phone, &kept, now) {
        return Err(locked(until).into());
    }
    phone.wrong_count += 1;
    phone.wrong_at = now;
    rows::keep_phone(connection, board_id, listener_id, &phone)?;
    let mut left = (FREE_TRIES + 1 - phone.wrong_count).max(0);
    if phone.proved_at.is_none() {
        if now >= kept.wrong_since.plus_ms(MS_PER_DAY) {
            (kept.wrong_count, kept.wrong_since) = (0, now);
        }
        kept.wrong_count += 1;
        rows::count_tries(connection, board_id, link_id, &kept)?;
        left = left.min(STRANGERS_TRIES - kept.wrong_count);
    }
    let locks_until = locked_until(&phone, &kept, now);
    Ok(Try { hash: kept.hash, left, locks_until })
}

/// The try was right.
fn take_try_back(connection: &mut DbConnection, hearer: &Hearer) -> Outcome<()> {
    let Hearer { board_id, listener_id, link_id, .. } = *hearer;
    rows::hold(connection, board_id, link_id)?;
    let phone = rows::phone(connection, board_id, listener_id)?.unwrap_or_default();
    if phone.proved_at.is_none()
        && let Some(mut kept) = rows::pin(connection, board_id, link_id)?
    {
        kept.wrong_count = (kept.wrong_count - 1).max(0);
        rows::count_tries(connection, board_id, link_id, &kept)?;
    }
    Ok(())
}

fn begin_session(connection: &mut DbConnection, hearer: &Hearer, now: UnixMs) -> Outcome<String> {
    let Hearer { board_id, listener_id, .. } = *hearer;
    let before = rows::phone(connection, board_id, listener_id)?.unwrap_or_default();
    let session = tokens::random("", TOKEN_BYTES)?;
    let phone = Phone {
        wrong_count: 0,
        wrong_at: before.wrong_at,
        proved_at: before.proved_at.or(Some(now)),
        session: Some((tokens::hash(&session), now.plus_ms(SESSION_MS))),
    };
    rows::keep_phone(connection, board_id, listener_id, &phone)?;
    Ok(session)
}

/// Closes the page on a phone until the digits are entered again.
pub fn lock(
    connection: &mut DbConnection,
    board_id: BoardId,
    listener_id: ListenerId,
) -> Outcome<()> {
    if let Some(mut phone) = rows::phone(connection, board_id, listener_id)? {
        phone.session = None;
        rows::keep_phone(connection, board_id, listener_id, &phone)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(wrong_count: i64) -> Phone {
        Phone { wrong_count, wrong_at: UnixMs(0), ..Phone::default() }
    }

    #[test]
    fn locks_begin_with_the_fifth_wrong_try_and_double_to_a_day() {
        let minutes = |count| phone(count).locked_until().map(|until| until.0 / MS_PER_MINUTE);
        let locks: Vec<_> = [0, 4, 5, 6, 7, 11, 12, 400].map(minutes).into();
        let day = Some(24 * 60);
        assert_eq!(locks, [None, None, Some(15), Some(30), Some(60), Some(960), day, day]);
    }

    #[test]
    fn strangers_lock_strangers_and_nobody_who_knew() {
        let kept =
            Kept { hash: String::new(), wrong_count: STRANGERS_TRIES, wrong_since: UnixMs(0) };
        let known = Phone { proved_at: Some(UnixMs(0)), ..phone(0) };
        assert_eq!(locked_until(&phone(0), &kept, UnixMs(1)), Some(UnixMs(MS_PER_DAY)));
        assert_eq!(locked_until(&phone(0), &kept, UnixMs(MS_PER_DAY)), None);
        assert_eq!(locked_until(&known, &kept, UnixMs(1)), None);
    }
}
