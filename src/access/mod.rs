//! Who may do what: scopes and permissions, API keys, secrets at rest.
//!
//! Every use case above takes an [`Act`] and asks its scope first; there is no other way to data.

pub mod keys;
pub mod passphrase;
pub mod permission;
pub mod pins;
pub mod sealing;
pub mod tokens;

use std::sync::Arc;

use crate::db::Outcome;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{BoardId, KeyId};
use crate::primitives::{Refusal, UnixMs};

pub use permission::{Permission, Permissions};
pub use sealing::SecretKey;

/// The reach of a caller: one board, and what it may do there.
#[derive(Clone, Debug)]
pub struct Scope {
    pub board_id: BoardId,
    /// The API key that acts.
    pub key_id: KeyId,
    pub permissions: Permissions,
}

impl Scope {
    pub fn require(&self, permission: Permission) -> Result<(), Refusal> {
        if self.permissions.contains(permission) {
            return Ok(());
        }
        let refusal = Refusal::forbidden().with("permission", permission.as_str());
        // A text cannot be chosen by a word with a dot.
        Err(refusal.with("means", permission.as_str().replace('.', "-")))
    }
}

/// Something done by somebody at an instant; what a use case needs besides its input.
#[derive(Clone, Debug)]
pub struct Act {
    pub scope: Scope,
    pub at: UnixMs,
    ids: Arc<IdGenerator>,
}

impl Act {
    #[must_use]
    pub const fn new(scope: Scope, at: UnixMs, ids: Arc<IdGenerator>) -> Self {
        Self { scope, at, ids }
    }

    #[must_use]
    pub fn board_id(&self) -> BoardId {
        self.scope.board_id
    }

    #[must_use]
    pub fn new_id(&self) -> i64 {
        self.ids.next()
    }

    pub fn require(&self, permission: Permission) -> Outcome<()> {
        Ok(self.scope.require(permission)?)
    }
}
