//! Where a user is signed in. A session is a random token in a cookie, kept as its hash; it ends by
//! itself when nobody used it for twelve hours, and after fourteen days in any case.

use super::{Kept, User, rows as user_rows};
use crate::access::audit::{self, Did, Doing, How};
use crate::access::store::sessions as rows;
use crate::access::{Act, Scope, tokens};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, UserId, UserSessionId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE};
use crate::primitives::{Refusal, UnixMs};

const TOKEN_BYTES: usize = 24;
const IDLE_MS: i64 = 12 * MS_PER_HOUR;
const LONGEST_MS: i64 = 14 * MS_PER_DAY;
/// Between password and code.
const HALFWAY_MS: i64 = 5 * MS_PER_MINUTE;
/// That a session is used is written down so often.
const SEEN_EVERY_MS: i64 = 5 * MS_PER_MINUTE;
/// Sessions of a user; the oldest goes for a new one.
const AT_MOST: usize = 20;

/// A place where a user is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: UserSessionId,
    pub user_id: UserId,
    /// What a person recognises it by, e.g. `Android, Chrome`.
    pub name: String,
    /// Whether the second step was taken, where there is one.
    pub is_proved: bool,
    /// Codes that were tried.
    pub wrong_count: i32,
    pub began_at: UnixMs,
    pub last_seen_at: UnixMs,
}

impl Session {
    fn is_over(&self, at: UnixMs) -> bool {
        let idle = if self.is_proved { IDLE_MS } else { HALFWAY_MS };
        let longest = if self.is_proved { LONGEST_MS } else { HALFWAY_MS };
        at >= self.last_seen_at.plus_ms(idle) || at >= self.began_at.plus_ms(longest)
    }

    /// Whether it is time to write down that it is used.
    #[must_use]
    pub fn is_due(&self, at: UnixMs) -> bool {
        at >= self.last_seen_at.plus_ms(SEEN_EVERY_MS)
    }
}

/// Who comes with a cookie.
#[derive(Clone, Debug)]
pub struct Present {
    pub session: Session,
    pub user: User,
    pub scope: Scope,
}

/// The user of a cookie: none where the session is over or the user disabled. One that
/// [`Session::is_proved`] does not hold for has only given the password.
pub fn present(connection: &mut DbConnection, token: &str, at: UnixMs) -> Outcome<Option<Present>> {
    let found = rows::by_token(connection, &tokens::hash(token))?;
    let live =
        found.filter(|(session, kept)| !session.is_over(at) && kept.user.disabled_at.is_none());
    Ok(live.map(|(session, kept)| Present { session, scope: kept.scope(), user: kept.user }))
}

/// Begins a session; its token.
pub(super) fn begin(
    connection: &mut DbConnection,
    kept: &Kept,
    (id, name): (UserSessionId, &str),
    is_proved: bool,
    at: UnixMs,
) -> Outcome<String> {
    let (board_id, user_id) = (kept.board_id, kept.user.id);
    let before = rows::of_user(connection, board_id, user_id)?;
    let live = before.iter().filter(|session| !session.is_over(at)).take(AT_MOST - 1);
    let live: Vec<_> = live.map(|session| session.id).collect();
    let over: Vec<_> =
        before.iter().map(|session| session.id).filter(|id| !live.contains(id)).collect();
    rows::end(connection, board_id, &over)?;
    let token = tokens::random("", TOKEN_BYTES)?;
    let session = Session {
        id,
        user_id,
        name: name.to_owned(),
        is_proved,
        wrong_count: 0,
        began_at: at,
        last_seen_at: at,
    };
    rows::insert(connection, board_id, &session, &tokens::hash(&token))?;
    if is_proved {
        audit::tell(connection, board_id, at, own_doing(user_id, "sign-in"))?;
    }
    Ok(token)
}

/// What a user does who is not signed in yet.
pub(super) fn own_doing(user_id: UserId, what: &str) -> Doing {
    let (who, what) = (user_id.to_string(), what.to_owned());
    let (how, did) = (How::Desk, Did::Changed);
    Doing { who, how, did, what, whom: Vec::new(), fields: Vec::new() }
}

/// Writes down that a session is used.
pub fn see(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: UserSessionId,
    at: UnixMs,
) -> Outcome<()> {
    rows::see(connection, board_id, id, at)
}

/// The caller's own sessions that hold, newest first.
pub fn own(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<Session>> {
    let mut all = rows::of_user(connection, act.board_id(), own_id(act)?)?;
    all.retain(|session| session.is_proved && !session.is_over(act.at));
    Ok(all)
}

/// Signs one of the caller's own places out.
pub fn end(connection: &mut DbConnection, act: &Act, id: UserSessionId) -> Outcome<()> {
    let all = rows::of_user(connection, act.board_id(), own_id(act)?)?;
    if !all.iter().any(|session| session.id == id) {
        return Err(Refusal::not_found("user_session").into());
    }
    rows::end(connection, act.board_id(), &[id])
}

/// Signs the caller out everywhere but in one place.
pub fn end_others(connection: &mut DbConnection, act: &Act, but: UserSessionId) -> Outcome<()> {
    let all = rows::of_user(connection, act.board_id(), own_id(act)?)?;
    let others: Vec<_> = all.iter().map(|session| session.id).filter(|id| *id != but).collect();
    rows::end(connection, act.board_id(), &others)
}

/// The user who acts.
///
/// # Errors
/// `not-found` where it is no user.
pub(super) fn own_id(act: &Act) -> Result<UserId, Refusal> {
    act.scope.actor.user().ok_or_else(|| Refusal::not_found("user"))
}

/// The user who acts, as kept.
pub(super) fn own_row(connection: &mut DbConnection, act: &Act) -> Outcome<Kept> {
    let found = user_rows::find(connection, act.board_id(), own_id(act)?)?;
    Ok(found.ok_or_else(|| Refusal::not_found("user"))?)
}
