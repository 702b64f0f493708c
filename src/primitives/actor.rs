//! Who did something, as it is kept beside what was done: an API key, a user of the desk, or a
//! vendor's phone.

use std::fmt;

use serde::{Serialize, Serializer};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

use super::ids::{KeyId, UserId};

/// A key's number as it is, a user's as a negative one: ids are never negative, and so a row says
/// by itself which of the two acted. A vendor's phone stands with its own id in a key's place; 0 is
/// the operator at the command line.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
pub struct ActorId(pub i64);

impl ActorId {
    /// Whoever holds the server.
    pub const OPERATOR: Self = Self(0);

    /// The user, if it is one.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        if self.0 < 0 { Some(UserId(self.0.saturating_neg())) } else { None }
    }
}

impl From<KeyId> for ActorId {
    fn from(key: KeyId) -> Self {
        Self(key.0)
    }
}

impl From<UserId> for ActorId {
    fn from(user: UserId) -> Self {
        Self(user.0.saturating_neg())
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.user() {
            Some(user) => user.fmt(f),
            None => KeyId(self.0).fmt(f),
        }
    }
}

impl Serialize for ActorId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<DB> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for ActorId
where
    DB: diesel::backend::Backend,
    i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

impl<DB> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for ActorId
where
    DB: diesel::backend::Backend,
    i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
{
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, DB>,
    ) -> diesel::serialize::Result {
        self.0.to_sql(out)
    }
}

impl utoipa::PartialSchema for ActorId {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(key|usr)_[0-9a-hjkmnp-tv-z]{13}$"))
            .into()
    }
}

impl utoipa::ToSchema for ActorId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_says_whether_it_is_a_key_or_a_user() {
        let (key, user) = (ActorId::from(KeyId(7)), ActorId::from(UserId(7)));
        assert_ne!(key, user);
        assert_eq!((key.user(), user.user()), (None, Some(UserId(7))));
        assert_eq!(
            (key.to_string(), user.to_string()),
            (KeyId(7).to_string(), UserId(7).to_string())
        );
    }
}
