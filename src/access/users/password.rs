//! Changing one's own password.

use super::{rows, sessions};
use crate::access::Act;
use crate::access::passwords::Password;
use crate::db::{Db, DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::UserSessionId;

/// Every other place where the caller is signed in is signed out.
///
/// # Errors
/// `password-wrong` (old); those of [`Password::chosen`] (password).
pub async fn change(
    db: &Db,
    act: Act,
    here: UserSessionId,
    (old, new): (&str, &str),
) -> Outcome<()> {
    let looked = act.clone();
    let kept = db.read(move |connection| sessions::own_row(connection, &looked)).await?;
    if !Password::typed(old).is(Some(kept.password_hash)).await? {
        return Err(Refusal::invalid("old", "password-wrong").into());
    }
    let hash = Password::chosen(new, &kept.user.login)?.hash().await?;
    let board_id = act.board_id();
    let write = move |connection: &mut DbConnection| {
        rows::set_password(connection, board_id, sessions::own_id(&act)?, &hash)?;
        sessions::end_others(connection, &act, here)
    };
    db.write(board_id.0, write).await
}
