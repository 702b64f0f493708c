//! API keys: random tokens, kept only as hashes, each of one board with named permissions.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Act, Permission, Permissions, Scope, tokens};
use crate::db::schema::{api_key_routes, api_keys};
use crate::db::{DbConnection, Outcome, columns};
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{BoardId, KeyId};
use crate::primitives::visible::{is_hidden, is_visible};
use crate::primitives::{Refusal, UnixMs};

const TOKEN_BYTES: usize = 24;
const NAME_CHARS: usize = 80;

/// A key as it is shown: never its token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    pub id: KeyId,
    pub name: String,
    pub permissions: Vec<Permission>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
}

/// A new key with its token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedKey {
    #[serde(flatten)]
    pub key: Key,
    /// `cho40_` and 48 hexadecimal digits.
    pub token: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// 1–80 characters.
    pub name: String,
    pub permissions: Vec<Permission>,
}

/// Makes a key on the caller's board; nobody can give more than they have.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewKey) -> Outcome<IssuedKey> {
    act.require(Permission::KeysWrite)?;
    for permission in &new.permissions {
        act.require(*permission)?;
    }
    let id = KeyId(act.new_id());
    insert(connection, act.board_id(), id, act.at, new)
}

/// Makes the first key of a board, with every permission.
pub fn create_owner(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &IdGenerator,
    at: UnixMs,
) -> Outcome<IssuedKey> {
    let new = NewKey { name: "owner".into(), permissions: Permission::ALL.to_vec() };
    insert(connection, board_id, KeyId(ids.next()), at, new)
}

fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: KeyId,
    at: UnixMs,
    new: NewKey,
) -> Outcome<IssuedKey> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.contains('\0') {
        return Err(Refusal::invalid("name", "text-length").with("max", NAME_CHARS).into());
    }
    if name.chars().any(|c| c.is_control() || is_hidden(c)) || !is_visible(&name) {
        return Err(Refusal::invalid("name", "text-hidden-character").into());
    }
    if new.permissions.is_empty() {
        return Err(Refusal::invalid("permissions", "empty-list").into());
    }
    let permissions = Permissions::of(new.permissions);
    let token = tokens::random("cho40_", TOKEN_BYTES)?;
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::board_id.eq(board_id.0),
            api_keys::id.eq(id.0),
            api_keys::name.eq(&name),
            api_keys::permissions.eq(permissions.to_string()),
            api_keys::created_at_ms.eq(at.0),
        ))
        .execute(connection)?;
    diesel::insert_into(api_key_routes::table)
        .values((
            api_key_routes::key_hash.eq(tokens::hash(&token)),
            api_key_routes::board_id.eq(board_id.0),
            api_key_routes::key_id.eq(id.0),
        ))
        .execute(connection)?;
    let permissions = permissions.as_slice().to_vec();
    Ok(IssuedKey { key: Key { id, name, permissions, created_at: at, revoked_at: None }, token })
}

type Row = (i64, String, String, i64, Option<i64>);

columns! {
    const COLUMNS = api_keys { id, name, permissions, created_at_ms, revoked_at_ms };
}

fn key((id, name, permissions, created_at_ms, revoked_at_ms): Row) -> Key {
    Key {
        id: KeyId(id),
        name,
        permissions: Permissions::from_stored(&permissions).as_slice().to_vec(),
        created_at: UnixMs(created_at_ms),
        revoked_at: revoked_at_ms.map(UnixMs),
    }
}

/// All keys of the board, newest first; at most 500 are kept apart by nothing but their number.
pub fn list(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<Key>> {
    act.require(Permission::KeysWrite)?;
    let rows: Vec<Row> = api_keys::table
        .filter(api_keys::board_id.eq(act.board_id().0))
        .select(COLUMNS)
        .order(api_keys::id.desc())
        .limit(500)
        .load(connection)?;
    Ok(rows.into_iter().map(key).collect())
}

/// # Errors
/// `not-found`.
pub fn get(connection: &mut DbConnection, act: &Act, id: KeyId) -> Outcome<Key> {
    act.require(Permission::KeysWrite)?;
    let row = api_keys::table.find((act.board_id().0, id.0)).select(COLUMNS);
    let row: Option<Row> = row.first(connection).optional()?;
    Ok(row.map(key).ok_or_else(|| Refusal::not_found("key"))?)
}

/// Ends a key at once; ending it again changes nothing. The key that asks cannot end itself, so
/// that a board is never locked out.
pub fn revoke(connection: &mut DbConnection, act: &Act, id: KeyId) -> Outcome<()> {
    act.require(Permission::KeysWrite)?;
    if act.scope.actor == id.into() {
        return Err(Refusal::conflict("key-cannot-revoke-itself").into());
    }
    let key = api_keys::table.find((act.board_id().0, id.0));
    let revoked_at_ms: Option<i64> = key
        .select(api_keys::revoked_at_ms)
        .first(connection)
        .optional()?
        .ok_or_else(|| Refusal::not_found("key"))?;
    if revoked_at_ms.is_some() {
        return Ok(());
    }
    diesel::update(key).set(api_keys::revoked_at_ms.eq(act.at.0)).execute(connection)?;
    diesel::delete(api_key_routes::table.filter(api_key_routes::key_id.eq(id.0)))
        .execute(connection)?;
    Ok(())
}

/// The scope of a token, `None` for an unknown or revoked one. Tokens have 192 random bits, so
/// looking up their hash tells nothing by its time.
pub fn authenticate(connection: &mut DbConnection, token: &str) -> Outcome<Option<Scope>> {
    let found: Option<(i64, i64, String)> = api_key_routes::table
        .inner_join(
            api_keys::table.on(api_keys::board_id
                .eq(api_key_routes::board_id)
                .and(api_keys::id.eq(api_key_routes::key_id))),
        )
        .filter(api_key_routes::key_hash.eq(tokens::hash(token)))
        .filter(api_keys::revoked_at_ms.is_null())
        .select((api_keys::board_id, api_keys::id, api_keys::permissions))
        .first(connection)
        .optional()?;
    Ok(found.map(|(board_id, key_id, permissions)| {
        let permissions = Permissions::from_stored(&permissions);
        Scope::whole(BoardId(board_id), KeyId(key_id).into(), permissions)
    }))
}
