//! API keys: random tokens, kept only as hashes, each of one board with named permissions.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Act, Permission, Permissions, Scope, tokens};
use crate::db::schema::{api_key_routes, api_keys};
use crate::db::{DbConnection, Outcome, columns};
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{ActorId, BoardId, KeyId};
use crate::primitives::visible::{is_hidden, is_visible};
use crate::primitives::{Refusal, UnixMs};

const TOKEN_BYTES: usize = 24;
const NAME_CHARS: usize = 80;
/// What is shown of a token: `cho40_` and six digits, 24 of its 192 bits.
const PREFIX_CHARS: usize = 12;

/// A key as it is shown: never its token.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    pub id: KeyId,
    pub name: String,
    /// How its token begins, by which a leaked one is recognised; absent for keys of before.
    pub prefix: Option<String>,
    pub permissions: Vec<Permission>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
    /// From then on it opens nothing; absent: it does not end by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<UnixMs>,
    /// To the minute; absent: never, or before this was kept.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<UnixMs>,
}

/// What a token is worth.
#[derive(Debug)]
pub enum Presented {
    Known(Scope),
    /// Its time is over.
    Expired,
    /// Unknown, or revoked.
    Unknown,
}

impl Presented {
    #[must_use]
    pub fn scope(self) -> Option<Scope> {
        match self {
            Self::Known(scope) => Some(scope),
            Self::Expired | Self::Unknown => None,
        }
    }
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
    /// When it ends by itself; absent: it does not. A key that ends makes none that outlives it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<UnixMs>,
}

/// Makes a key on the caller's board; nobody can give more than they have, nor for longer.
///
/// # Errors
/// `forbidden`, `text-length`, `text-hidden-character` (name), `empty-list` (permissions),
/// `key-expiry-past`, `key-outlives-its-maker` (expires_at).
pub fn create(connection: &mut DbConnection, act: &Act, new: NewKey) -> Outcome<IssuedKey> {
    act.require(Permission::KeysWrite)?;
    for permission in &new.permissions {
        act.require(*permission)?;
    }
    let maker = api_keys::table.find((act.board_id().0, act.scope.actor.0));
    let maker: Option<Option<i64>> =
        maker.select(api_keys::expires_at_ms).first(connection).optional()?;
    if let Some(end) = maker.flatten()
        && new.expires_at.is_none_or(|expires_at| expires_at.0 > end)
    {
        let refusal = Refusal::invalid("expires_at", "key-outlives-its-maker");
        return Err(refusal.with("expires_at", UnixMs(end)).into());
    }
    let id = KeyId(act.new_id());
    insert(connection, act.board_id(), id, act.at, new)
}

/// Makes a key with every permission: the first of a board, or one for whoever lost theirs.
pub fn create_owner(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &IdGenerator,
    at: UnixMs,
    expires_at: Option<UnixMs>,
) -> Outcome<IssuedKey> {
    let new = NewKey { name: "owner".into(), permissions: Permission::ALL.to_vec(), expires_at };
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
    if new.expires_at.is_some_and(|expires_at| expires_at <= at) {
        return Err(Refusal::invalid("expires_at", "key-expiry-past").into());
    }
    let permissions = Permissions::of(new.permissions);
    let token = tokens::random("cho40_", TOKEN_BYTES)?;
    let prefix = token.get(..PREFIX_CHARS).map(str::to_owned);
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::board_id.eq(board_id.0),
            api_keys::id.eq(id.0),
            api_keys::name.eq(&name),
            api_keys::permissions.eq(permissions.to_string()),
            api_keys::created_at_ms.eq(at.0),
            api_keys::prefix.eq(&prefix),
            api_keys::expires_at_ms.eq(new.expires_at.map(UnixMs::get)),
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
    let key = Key {
        id,
        name,
        prefix,
        permissions,
        created_at: at,
        revoked_at: None,
        expires_at: new.expires_at,
        last_used_at: None,
    };
    Ok(IssuedKey { key, token })
}

type Row = (i64, String, Option<String>, String, i64, Option<i64>, Option<i64>, Option<i64>);

columns! {
    const COLUMNS = api_keys {
        id, name, prefix, permissions, created_at_ms, revoked_at_ms, expires_at_ms,
        last_used_at_ms,
    };
}

fn key(row: Row) -> Key {
    let (id, name, prefix, permissions, created_at_ms, revoked_at_ms, expires, last_used) = row;
    Key {
        id: KeyId(id),
        name,
        prefix,
        permissions: Permissions::from_stored(&permissions).as_slice().to_vec(),
        created_at: UnixMs(created_at_ms),
        revoked_at: revoked_at_ms.map(UnixMs),
        expires_at: expires.map(UnixMs),
        last_used_at: last_used.map(UnixMs),
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

/// Keeps when a key was last used.
pub fn used(
    connection: &mut DbConnection,
    board_id: BoardId,
    key: ActorId,
    at: UnixMs,
) -> Outcome<()> {
    let last_used = api_keys::last_used_at_ms;
    let key = api_keys::table.find((board_id.0, key.0));
    diesel::update(key.filter(last_used.is_null().or(last_used.lt(at.0))))
        .set(last_used.eq(at.0))
        .execute(connection)?;
    Ok(())
}

/// What a token is worth at an instant. Tokens have 192 random bits, so
/// looking up their hash tells nothing by its time.
pub fn authenticate(connection: &mut DbConnection, token: &str, at: UnixMs) -> Outcome<Presented> {
    let found: Option<(i64, i64, String, Option<i64>)> = api_key_routes::table
        .inner_join(
            api_keys::table.on(api_keys::board_id
                .eq(api_key_routes::board_id)
                .and(api_keys::id.eq(api_key_routes::key_id))),
        )
        .filter(api_key_routes::key_hash.eq(tokens::hash(token)))
        .filter(api_keys::revoked_at_ms.is_null())
        .select((api_keys::board_id, api_keys::id, api_keys::permissions, api_keys::expires_at_ms))
        .first(connection)
        .optional()?;
    let Some((board_id, key_id, permissions, expires_at)) = found else {
        return Ok(Presented::Unknown);
    };
    if expires_at.is_some_and(|end| end <= at.0) {
        return Ok(Presented::Expired);
    }
    let permissions = Permissions::from_stored(&permissions);
    Ok(Presented::Known(Scope::whole(BoardId(board_id), KeyId(key_id).into(), permissions)))
}
