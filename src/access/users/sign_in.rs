//! Signing in with login and password. An unknown login, a disabled user and a wrong password get
//! the same answer after the same time. How often one may try is the callers' business
//! (`web/limiter.rs`): per login, but apart for browsers that signed in before, so that whoever
//! tries a login cannot keep its user out.

use super::{Kept, login_key, rows, sessions};
use crate::access::passwords::Password;
use crate::access::{SecretKey, tokens};
use crate::db::{Db, DbConnection, Outcome};
use crate::primitives::ids::{UserId, UserSessionId};
use crate::primitives::{Refusal, UnixMs};

const PURPOSE: &str = "known browser";
const NONCE_BYTES: usize = 8;

/// What was typed, and where.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub login: String,
    pub password: String,
    /// What a person recognises the browser by.
    pub browser: String,
    pub session_id: UserSessionId,
    pub at: UnixMs,
}

/// Signed in, perhaps halfway.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session's token.
    pub token: String,
    pub user_id: UserId,
    /// Whether a code of the app is asked for now.
    pub needs_code: bool,
}

/// What tries are counted by: two ways of writing a login are one.
#[must_use]
pub fn attempts_key(login: &str) -> String {
    tokens::hash(&login_key(login))
}

/// # Errors
/// `login-wrong`.
pub async fn sign_in(db: &Db, attempt: Attempt) -> Outcome<SignedIn> {
    let Attempt { login, password, browser, session_id, at } = attempt;
    let key = login_key(&login);
    let find = move |connection: &mut DbConnection| rows::by_login(connection, &key);
    let kept = db.read(find).await?.filter(|kept| kept.user.disabled_at.is_none());
    let hash = kept.as_ref().map(|kept| kept.password_hash.clone());
    let is_right = Password::typed(&password).is(hash).await?;
    let Some(kept) = kept.filter(|_| is_right) else {
        return Err(Refusal::conflict("login-wrong").into());
    };
    let board_id = kept.board_id.0;
    let write = move |connection: &mut DbConnection| {
        // Between reading and now somebody may have changed or disabled the user.
        let now = rows::find(connection, kept.board_id, kept.user.id)?;
        let same =
            |now: &Kept| now.password_hash == kept.password_hash && now.user.disabled_at.is_none();
        let kept = now.filter(same).ok_or_else(|| Refusal::conflict("login-wrong"))?;
        let needs_code = kept.user.has_totp;
        let place = (session_id, browser.as_str());
        let token = sessions::begin(connection, &kept, place, !needs_code, at)?;
        Ok(SignedIn { token, user_id: kept.user.id, needs_code })
    };
    db.write(board_id, write).await
}

/// What a browser keeps after a sign-in, so that it is known again: the user, a number of its own,
/// and the proof that both are from here.
pub fn known_browser(key: &SecretKey, user_id: UserId) -> Outcome<String> {
    let nonce = tokens::random("", NONCE_BYTES)?;
    let proof = proof(key, user_id, &nonce)?;
    Ok(format!("{user_id}.{nonce}.{proof}"))
}

/// What tries of a known browser are counted by; none where it is not known, or of another login.
pub fn known_by(
    key: &SecretKey,
    browser: &str,
    user_id: Option<UserId>,
) -> Outcome<Option<String>> {
    let mut parts = browser.split('.');
    let (Some(user), Some(nonce), Some(told), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(None);
    };
    let Some(user) = UserId::parse(user).filter(|user| Some(*user) == user_id) else {
        return Ok(None);
    };
    let expected = proof(key, user, nonce)?;
    let is_ours: bool = subtle::ConstantTimeEq::ct_eq(expected.as_bytes(), told.as_bytes()).into();
    Ok(is_ours.then(|| format!("{user}.{nonce}")))
}

fn proof(key: &SecretKey, user_id: UserId, nonce: &str) -> Outcome<String> {
    Ok(hex::encode(key.mac(PURPOSE, format!("{user_id}.{nonce}").as_bytes())?))
}

/// The user of a login, for [`known_by`].
pub fn user_of(connection: &mut DbConnection, login: &str) -> Outcome<Option<UserId>> {
    Ok(rows::by_login(connection, &login_key(login))?.map(|kept| kept.user.id))
}
