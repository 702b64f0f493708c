//! Handing out reference codes. A static code holds its reference for good, a request for 400
//! days: then nobody pays it any more, and a new request may take it.

use super::store::references as store;
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, CodeId, RequestId};
use crate::primitives::time::MS_PER_DAY;
use crate::vietqr::Reference;

/// How long a request keeps its reference.
pub const REUSE_AFTER_MS: i64 = 400 * MS_PER_DAY;
/// There are 16.8 million references of each kind: a board with a million of them in use draws
/// again once in 17 times, and sixteen times in a row never.
const MAX_DRAWS: usize = 16;

/// What a reference is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimant {
    Code(CodeId),
    Request(RequestId),
}

impl Claimant {
    /// `target_kind` and `target_id`.
    pub(super) const fn target(self) -> (&'static str, i64) {
        match self {
            Self::Code(id) => ("code", id.0),
            Self::Request(id) => ("request", id.0),
        }
    }

    const fn draw(self, random: u32) -> Reference {
        match self {
            Self::Code(_) => Reference::random_static(random),
            Self::Request(_) => Reference::random_dynamic(random),
        }
    }
}

/// Claims a random reference that nobody holds.
pub fn claim(
    connection: &mut DbConnection,
    board_id: BoardId,
    claimant: Claimant,
    at: UnixMs,
) -> Outcome<Reference> {
    claim_drawn(connection, board_id, claimant, at, || getrandom::u32().map_err(Fault::broken))
}

/// [`claim`] with the given source of random bits.
pub fn claim_drawn(
    connection: &mut DbConnection,
    board_id: BoardId,
    claimant: Claimant,
    at: UnixMs,
    mut random: impl FnMut() -> Outcome<u32>,
) -> Outcome<Reference> {
    for _ in 0..MAX_DRAWS {
        let reference = claimant.draw(random()?);
        if store::claim(connection, board_id, claimant, reference, at)? {
            return Ok(reference);
        }
    }
    Err(Fault::broken("no free reference was drawn"))
}
