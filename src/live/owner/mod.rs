//! The vendor's own page: six digits before anything, then the stall's money of the day, what it
//! was, and codes for amounts. Everything here is for whoever has proved to be the vendor; an
//! organiser's key does not reach it.

pub mod asking;
pub mod book;
pub mod phones;
pub mod pin;
pub mod split;
pub mod year;

use std::sync::Arc;

use super::Hearer;
use crate::access::{Act, Permission, Permissions, Scope};
use crate::primitives::UnixMs;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::ActorId;

/// What a vendor's phone does: the caller has seen to it that the six digits were entered there.
/// What it decides is recorded with its own id in the key's place.
#[must_use]
pub fn act(hearer: &Hearer, at: UnixMs, ids: Arc<IdGenerator>) -> Act {
    let permissions = vec![
        Permission::RequestsRead,
        Permission::RequestsWrite,
        Permission::FeedsRead,
        Permission::TransfersRead,
        Permission::AmountsRead,
        Permission::TransfersAssign,
    ];
    let (actor, permissions) = (ActorId(hearer.listener_id.0), Permissions::of(permissions));
    let scope = Scope::whole(hearer.board_id, actor, permissions);
    Act::new(scope, at, ids)
}
