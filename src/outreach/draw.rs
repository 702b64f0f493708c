//! Who of the candidates comes on a round's list: what is pressing, a fifth by lot, the rest by score.

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::candidates::{Candidate, urgency};

/// One of so many is drawn by lot.
const LOT: usize = 5;

/// A candidate on the list.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub candidate: Candidate,
    /// By lot, out of all who could be visited: on these alone it is measured what visits achieve.
    pub is_drawn: bool,
}

/// At most `capacity` of the candidates that do not rest. The lot falls first, on all of them alike,
/// so that it says nothing of a stall that it was drawn; the same seed draws the same. The list
/// begins with what cannot wait, then goes by score.
pub fn choose(candidates: Vec<Candidate>, capacity: usize, seed: u64) -> Vec<Chosen> {
    let mut open: Vec<Candidate> =
        candidates.into_iter().filter(|candidate| candidate.rests.is_none()).collect();
    let by_lot = if open.len() <= capacity { open.len().div_ceil(LOT) } else { capacity / LOT };
    open.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut rest = open.split_off(by_lot.min(open.len()));
    rest.retain(|candidate| !candidate.reasons.is_empty());
    rest.sort_by_key(urgency);
    rest.truncate(capacity.saturating_sub(open.len()));
    let drawn = open.into_iter().map(|candidate| Chosen { candidate, is_drawn: true });
    let chosen = rest.into_iter().map(|candidate| Chosen { candidate, is_drawn: false });
    let mut chosen: Vec<Chosen> = drawn.chain(chosen).collect();
    chosen.sort_by_key(|one| urgency(&one.candidate));
    chosen
}
