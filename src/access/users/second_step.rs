//! The second step: codes of an authenticator app, and recovery codes for whoever lost it.

use super::{Kept, rows, sessions};
use crate::access::store::sessions as session_rows;
use crate::access::totp::TotpSecret;
use crate::access::{Act, SecretKey, tokens};
use crate::db::{Db, DbConnection, Fault, Outcome};
use crate::primitives::ids::{BoardId, UserId, UserSessionId};
use crate::primitives::{Refusal, UnixMs};

const RECOVERY_CODES: usize = 10;
const RECOVERY_BYTES: usize = 8;
/// Codes that may be tried after one password.
const TRIES: i32 = 5;

fn context(board_id: BoardId, id: UserId) -> String {
    format!("totp {board_id} {id}")
}

fn secret(key: &SecretKey, kept: &Kept) -> Outcome<Option<TotpSecret>> {
    let Some(sealed) = &kept.totp_sealed else { return Ok(None) };
    let opened = key.open(&context(kept.board_id, kept.user.id), sealed);
    let opened = opened.ok_or_else(|| Fault::broken("a second step's secret cannot be opened"))?;
    Ok(Some(TotpSecret::from_bytes(opened)))
}

/// Makes a secret for the caller's app and keeps it until [`confirm`]; one that was made and not
/// confirmed is replaced.
///
/// # Errors
/// `totp-on-already`.
pub fn begin(connection: &mut DbConnection, act: &Act, key: &SecretKey) -> Outcome<TotpSecret> {
    let kept = sessions::own_row(connection, act)?;
    if kept.user.has_totp {
        return Err(Refusal::conflict("totp-on-already").into());
    }
    let secret = TotpSecret::generate()?;
    let whose = (kept.board_id, kept.user.id);
    let sealed = key.seal(&context(whose.0, whose.1), secret.as_bytes())?;
    rows::set_totp(connection, whose, Some(&sealed), None, 0)?;
    Ok(secret)
}

/// The secret that waits for the first code.
pub fn waiting(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
) -> Outcome<Option<TotpSecret>> {
    let kept = sessions::own_row(connection, act)?;
    if kept.user.has_totp { Ok(None) } else { secret(key, &kept) }
}

/// Turns the second step on, with the first code that the app shows; the recovery codes, shown this
/// once.
///
/// # Errors
/// `totp-code-wrong` (code), `totp-not-begun`.
pub fn confirm(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    code: &str,
) -> Outcome<Vec<String>> {
    let kept = sessions::own_row(connection, act)?;
    let secret = secret(key, &kept)?.filter(|_| !kept.user.has_totp);
    let secret = secret.ok_or_else(|| Refusal::conflict("totp-not-begun"))?;
    let step = secret.step_of(code.trim(), act.at, 0)?;
    let step = step.ok_or_else(|| Refusal::invalid("code", "totp-code-wrong"))?;
    let whose = (kept.board_id, kept.user.id);
    rows::set_totp(connection, whose, kept.totp_sealed.as_deref(), Some(act.at), step)?;
    let codes: Vec<String> =
        (0..RECOVERY_CODES).map(|_| tokens::random("", RECOVERY_BYTES)).collect::<Outcome<_>>()?;
    let hashes: Vec<_> = codes.iter().map(|code| tokens::hash(code)).collect();
    rows::set_recovery(connection, whose.0, whose.1, &hashes)?;
    Ok(codes.iter().map(|code| grouped(code)).collect())
}

/// Turns the caller's own second step off again, with a code.
///
/// # Errors
/// `totp-code-wrong` (code).
pub fn remove(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    code: &str,
) -> Outcome<()> {
    let kept = sessions::own_row(connection, act)?;
    if !is_good(connection, key, &kept, code, act.at)? {
        return Err(Refusal::invalid("code", "totp-code-wrong").into());
    }
    forget(connection, kept.board_id, kept.user.id)
}

/// How many recovery codes the caller has left.
pub fn recovery_left(connection: &mut DbConnection, act: &Act) -> Outcome<i64> {
    rows::recovery_left(connection, act.board_id(), sessions::own_id(act)?)
}

pub(super) fn forget(connection: &mut DbConnection, board_id: BoardId, id: UserId) -> Outcome<()> {
    rows::set_totp(connection, (board_id, id), None, None, 0)?;
    rows::set_recovery(connection, board_id, id, &[])
}

/// The code after the password; the token of the whole session, in place of the halfway one.
///
/// # Errors
/// `totp-code-wrong` (code), `session-ended`: five wrong codes, or five minutes.
pub async fn enter(
    db: &Db,
    key: &SecretKey,
    halfway: &sessions::Present,
    (token, code): (&str, &str),
    (id, at): (UserSessionId, UnixMs),
) -> Outcome<String> {
    let board_id = halfway.scope.board_id;
    let session_id = halfway.session.id;
    // A try counts before it is looked at, and stays where the look is refused.
    let count = move |connection: &mut DbConnection| {
        session_rows::count_try(connection, board_id, session_id)
    };
    let tries = db.write(board_id.0, count).await?;
    let (key, token, code) = (key.clone(), tokens::hash(token), code.to_owned());
    let look = move |connection: &mut DbConnection| {
        let found = session_rows::by_token(connection, &token)?;
        let Some((session, kept)) = found.filter(|_| tries <= TRIES) else {
            session_rows::end(connection, board_id, &[session_id])?;
            return Ok(Err(Refusal::conflict("session-ended")));
        };
        if !is_good(connection, &key, &kept, &code, at)? {
            return Ok(Err(Refusal::invalid("code", "totp-code-wrong")));
        }
        session_rows::end(connection, board_id, &[session_id])?;
        Ok(Ok(sessions::begin(connection, &kept, (id, &session.name), true, at)?))
    };
    Ok(db.write(board_id.0, look).await??)
}

/// A code of the app that was not used yet, or a recovery code, which is used up by it.
fn is_good(
    connection: &mut DbConnection,
    key: &SecretKey,
    kept: &Kept,
    code: &str,
    at: UnixMs,
) -> Outcome<bool> {
    let dense: String =
        code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase();
    let (board_id, id) = (kept.board_id, kept.user.id);
    let Some(secret) = secret(key, kept)?.filter(|_| kept.user.has_totp) else {
        return Ok(false);
    };
    match secret.step_of(&dense, at, kept.totp_step)? {
        Some(step) => rows::use_step(connection, board_id, id, step),
        None => rows::use_recovery(connection, board_id, id, &tokens::hash(&dense)),
    }
}

/// `0123-4567-89ab-cdef`.
fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}
