//! Rows of `user_invitations` and of what leads to them.

use diesel::prelude::*;

use crate::access::users::invitations::Invitation;
use crate::access::{Role, SectionLimit};
use crate::db::schema::user_invitation_routes as routes;
use crate::db::schema::user_invitations::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{ActorId, BoardId, InvitationId, UserId};

/// A whole row, in the order of its columns.
type Row = (
    BoardId,
    InvitationId,
    String,
    Role,
    String,
    ActorId,
    i64,
    i64,
    Option<UserId>,
    Option<i64>,
    Option<i64>,
);

fn invitation(row: Row) -> (BoardId, Invitation) {
    let (board_id, id, name, role, sections, created_by, created, expires, used_by, used, revoked) =
        row;
    let invitation = Invitation {
        id,
        name,
        role,
        sections: SectionLimit::from_stored(&sections).as_slice().to_vec(),
        created_by,
        created_at: UnixMs(created),
        expires_at: UnixMs(expires),
        used_by,
        used_at: used.map(UnixMs),
        revoked_at: revoked.map(UnixMs),
    };
    (board_id, invitation)
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    invitation: &Invitation,
    token_hash: &str,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(invitation.id),
            table::name.eq(&invitation.name),
            table::role.eq(invitation.role),
            table::sections.eq(SectionLimit::to(invitation.sections.clone()).to_string()),
            table::created_by.eq(invitation.created_by),
            table::created_at_ms.eq(invitation.created_at.0),
            table::expires_at_ms.eq(invitation.expires_at.0),
        ))
        .execute(connection)?;
    diesel::insert_into(routes::table)
        .values((
            routes::token_hash.eq(token_hash),
            routes::board_id.eq(board_id),
            routes::invitation_id.eq(invitation.id),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: InvitationId,
) -> Outcome<Option<Invitation>> {
    let row: Option<Row> = rows.find((board_id, id)).first(connection).optional()?;
    Ok(row.map(|row| invitation(row).1))
}

/// Newest first; at most 500.
pub fn all(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Invitation>> {
    let query = rows.filter(table::board_id.eq(board_id)).order(table::id.desc()).limit(500);
    let found: Vec<Row> = query.load(connection)?;
    Ok(found.into_iter().map(|row| invitation(row).1).collect())
}

/// The invitation that a token opens, on whichever board.
pub fn by_token(
    connection: &mut DbConnection,
    token_hash: &str,
) -> Outcome<Option<(BoardId, Invitation)>> {
    let route = routes::table.find(token_hash).select((routes::board_id, routes::invitation_id));
    let Some((board_id, id)) = route.first::<(BoardId, InvitationId)>(connection).optional()?
    else {
        return Ok(None);
    };
    Ok(find(connection, board_id, id)?.map(|invitation| (board_id, invitation)))
}

/// Marks it as used; false where it was used or revoked meanwhile.
pub fn take(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: InvitationId,
    by: UserId,
    at: UnixMs,
) -> Outcome<bool> {
    let open = rows
        .find((board_id, id))
        .filter(table::used_at_ms.is_null())
        .filter(table::revoked_at_ms.is_null());
    let taken = diesel::update(open)
        .set((table::used_by.eq(by), table::used_at_ms.eq(at.0)))
        .execute(connection)?;
    Ok(taken == 1)
}

pub fn revoke(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: InvitationId,
    at: UnixMs,
) -> Outcome<()> {
    let open = rows.find((board_id, id)).filter(table::revoked_at_ms.is_null());
    diesel::update(open).set(table::revoked_at_ms.eq(at.0)).execute(connection)?;
    Ok(())
}
