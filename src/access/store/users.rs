//! Rows of `users` and of what leads to them.

use diesel::prelude::*;

use crate::access::users::{Kept, User};
use crate::access::{Role, SectionLimit};
use crate::db::schema::users::{self as table, table as rows};
use crate::db::schema::{sections, user_login_routes as routes, user_recovery_codes as recovery};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, SectionId, UserId};

/// A whole row, in the order of its columns.
type Row = (
    BoardId,
    UserId,
    String,
    String,
    Role,
    String,
    String,
    Option<Vec<u8>>,
    Option<i64>,
    i64,
    i64,
    Option<i64>,
);

fn kept(row: Row) -> Kept {
    let (board_id, id, login, name, role, sections, hash, sealed, since, step, created, disabled) =
        row;
    let sections = SectionLimit::from_stored(&sections).as_slice().to_vec();
    let user = User {
        id,
        login,
        name,
        role,
        sections,
        has_totp: since.is_some(),
        created_at: UnixMs(created),
        disabled_at: disabled.map(UnixMs),
    };
    Kept { board_id, user, password_hash: hash, totp_sealed: sealed, totp_step: step }
}

pub fn find(connection: &mut DbConnection, board_id: BoardId, id: UserId) -> Outcome<Option<Kept>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(kept))
}

/// Newest first; at most 500.
pub fn all(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<User>> {
    let query = rows.filter(table::board_id.eq(board_id)).order(table::id.desc()).limit(500);
    let found: Vec<Row> = query.load(connection)?;
    Ok(found.into_iter().map(|row| kept(row).user).collect())
}

/// Whose login it is, on whichever board.
pub fn by_login(connection: &mut DbConnection, login_key: &str) -> Outcome<Option<Kept>> {
    let route = routes::table.find(login_key).select((routes::board_id, routes::user_id));
    match route.first::<(BoardId, UserId)>(connection).optional()? {
        Some((board_id, id)) => find(connection, board_id, id),
        None => Ok(None),
    }
}

/// A login that somebody has already breaks the routes' key.
pub fn insert(connection: &mut DbConnection, kept: &Kept, login_key: &str) -> Outcome<()> {
    let user = &kept.user;
    diesel::insert_into(routes::table)
        .values((
            routes::login_key.eq(login_key),
            routes::board_id.eq(kept.board_id),
            routes::user_id.eq(user.id),
        ))
        .execute(connection)?;
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(kept.board_id),
            table::id.eq(user.id),
            table::login.eq(&user.login),
            table::name.eq(&user.name),
            table::role.eq(user.role),
            table::sections.eq(SectionLimit::to(user.sections.clone()).to_string()),
            table::password_hash.eq(&kept.password_hash),
            table::totp_step.eq(0),
            table::created_at_ms.eq(user.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Name, role, sections and whether the user is disabled.
pub fn update(connection: &mut DbConnection, board_id: BoardId, user: &User) -> Outcome<()> {
    diesel::update(rows.find((board_id, user.id)))
        .set((
            table::name.eq(&user.name),
            table::role.eq(user.role),
            table::sections.eq(SectionLimit::to(user.sections.clone()).to_string()),
            table::disabled_at_ms.eq(user.disabled_at.map(UnixMs::get)),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn set_password(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: UserId,
    hash: &str,
) -> Outcome<()> {
    let user = rows.find((board_id, id));
    diesel::update(user).set(table::password_hash.eq(hash)).execute(connection)?;
    Ok(())
}

/// The app's secret; its codes are asked for from `since` on. Without a secret, never.
pub fn set_totp(
    connection: &mut DbConnection,
    (board_id, id): (BoardId, UserId),
    sealed: Option<&[u8]>,
    since: Option<UnixMs>,
    step: i64,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, id)))
        .set((
            table::totp_sealed.eq(sealed),
            table::totp_since_ms.eq(since.map(UnixMs::get)),
            table::totp_step.eq(step),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes the step of a code; false where one as new has been used meanwhile.
pub fn use_step(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: UserId,
    step: i64,
) -> Outcome<bool> {
    let unused = rows.find((board_id, id)).filter(table::totp_step.lt(step));
    Ok(diesel::update(unused).set(table::totp_step.eq(step)).execute(connection)? == 1)
}

/// Puts these in place of all recovery codes.
pub fn set_recovery(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: UserId,
    hashes: &[String],
) -> Outcome<()> {
    let own = recovery::table.filter(recovery::board_id.eq(board_id));
    diesel::delete(own.filter(recovery::user_id.eq(id))).execute(connection)?;
    for hash in hashes {
        diesel::insert_into(recovery::table)
            .values((
                recovery::board_id.eq(board_id),
                recovery::user_id.eq(id),
                recovery::code_hash.eq(hash),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Takes a recovery code away; false where there is none such.
pub fn use_recovery(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: UserId,
    hash: &str,
) -> Outcome<bool> {
    let code = recovery::table.find((board_id, id, hash));
    Ok(diesel::delete(code).execute(connection)? == 1)
}

pub fn recovery_left(connection: &mut DbConnection, board_id: BoardId, id: UserId) -> Outcome<i64> {
    let own = recovery::table.filter(recovery::board_id.eq(board_id));
    Ok(own.filter(recovery::user_id.eq(id)).count().get_result(connection)?)
}

/// Ends the second step of everybody on a board: what the secret key sealed is lost.
pub fn forget_totp(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    diesel::update(rows.filter(table::board_id.eq(board_id)))
        .set((table::totp_sealed.eq(None::<Vec<u8>>), table::totp_since_ms.eq(None::<i64>)))
        .execute(connection)?;
    let codes = recovery::table.filter(recovery::board_id.eq(board_id));
    diesel::delete(codes).execute(connection)?;
    Ok(())
}

/// Owners who can sign in, but for one.
pub fn other_owners(connection: &mut DbConnection, board_id: BoardId, but: UserId) -> Outcome<i64> {
    let owners = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::role.eq(Role::Owner))
        .filter(table::disabled_at_ms.is_null())
        .filter(table::id.ne(but));
    Ok(owners.count().get_result(connection)?)
}

/// How many of these sections the board has.
pub fn sections_known(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[SectionId],
) -> Outcome<i64> {
    let own = sections::table.filter(sections::board_id.eq(board_id));
    Ok(own.filter(sections::id.eq_any(ids)).count().get_result(connection)?)
}
