//! Who may do what: scopes and permissions, API keys, users with their roles and sessions, secrets
//! at rest.
//!
//! Every use case above takes an [`Act`] and asks its scope first; there is no other way to data.

pub mod audit;
pub mod keys;
pub mod limit;
pub mod looks;
pub mod passphrase;
pub mod passwords;
pub mod payer_years;
pub mod permission;
pub mod pins;
pub mod roles;
pub mod sealing;
mod store;
pub mod tokens;
pub mod totp;
pub mod used;
pub mod users;

use std::sync::Arc;

use crate::db::Outcome;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{ActorId, BoardId, SectionId};
use crate::primitives::refusal::RefusalKind;
use crate::primitives::{Refusal, UnixMs};

pub use limit::SectionLimit;
pub use permission::{Permission, Permissions};
pub use roles::Role;
pub use sealing::SecretKey;

/// The reach of a caller: one board, perhaps some sections of its markets, and what it may do there.
#[derive(Clone, Debug)]
pub struct Scope {
    pub board_id: BoardId,
    /// Who acts, as it is kept beside what was done.
    pub actor: ActorId,
    pub permissions: Permissions,
    pub sections: SectionLimit,
}

impl Scope {
    /// The reach of somebody who is not limited to sections.
    #[must_use]
    pub const fn whole(board_id: BoardId, actor: ActorId, permissions: Permissions) -> Self {
        Self { board_id, actor, permissions, sections: SectionLimit::NONE }
    }

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

    /// For what concerns the whole board. Who is limited to sections may not, whatever the role: so
    /// a use case that does not look at sections is closed to them.
    ///
    /// # Errors
    /// `forbidden`, `outside-sections`.
    pub fn require(&self, permission: Permission) -> Outcome<()> {
        self.scope.require(permission)?;
        if self.scope.sections.is_limited() {
            return Err(Refusal::new(RefusalKind::Forbidden, "outside-sections").into());
        }
        Ok(())
    }

    /// For what is of sections: the use case itself leaves out, by [`Self::reaches`], what is of
    /// others.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn require_within(&self, permission: Permission) -> Outcome<()> {
        Ok(self.scope.require(permission)?)
    }

    /// Whether a section is within the caller's reach.
    #[must_use]
    pub fn reaches(&self, section_id: SectionId) -> bool {
        self.scope.sections.allows(section_id)
    }
}
