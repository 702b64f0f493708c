//! Who of the candidates comes on a round's list: what is pressing, then a fifth by lot, the rest in the
//! order of urgency.

use sha2::{Digest as _, Sha256};

use super::candidates::{Candidate, urgency};
use crate::primitives::ids::{OccupancyId, RoundId};

/// One of so many is drawn by lot.
const LOT: usize = 5;

/// A candidate on the list.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub candidate: Candidate,
    /// By lot, out of all who could be visited and are not pressing: on these alone it is measured what
    /// visits achieve.
    pub is_drawn: bool,
}

/// A list, and what it takes to draw it again.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub chosen: Vec<Chosen>,
    /// Those that the lot fell on, by number.
    pub from: Vec<OccupancyId>,
    /// What the lot is owed after it, in fifths of a visit.
    pub carry: usize,
}

/// At most `capacity` of the candidates that do not rest, in the order of urgency. What is pressing is
/// on it anyway. Then the lot falls, on all others alike, so that it says nothing of a stall that it
/// was drawn; `carry` is what earlier rounds owe it.
pub fn choose(candidates: Vec<Candidate>, capacity: usize, round: RoundId, carry: usize) -> Drawn {
    let open = candidates.into_iter().filter(|candidate| candidate.rests.is_none());
    let (mut pressing, mut others): (Vec<_>, Vec<_>) = open.partition(Candidate::is_pressing);
    pressing.sort_by_key(urgency);
    pressing.truncate(capacity);
    let room = capacity.saturating_sub(pressing.len());
    others.sort_by_key(|candidate| candidate.occupancy_id);
    let from = others.iter().map(|candidate| candidate.occupancy_id).collect();
    others.sort_by_cached_key(|candidate| ticket(round, candidate.occupancy_id));
    let by_lot = lots(&others, pressing.len(), room, carry);
    let mut rest = others.split_off(by_lot);
    rest.retain(|candidate| !candidate.reasons.is_empty());
    rest.sort_by_key(urgency);
    rest.truncate(room.saturating_sub(by_lot));
    let listed = pressing.len() + by_lot + rest.len();
    let by_need = pressing.into_iter().chain(rest);
    let mut chosen: Vec<Chosen> =
        by_need.map(|candidate| Chosen { candidate, is_drawn: false }).collect();
    chosen.extend(others.into_iter().map(|candidate| Chosen { candidate, is_drawn: true }));
    chosen.sort_by_key(|one| urgency(&one.candidate));
    // What pressing visits took from the lot is made up for by one round, not by months of lots.
    let carry = (listed + carry).saturating_sub(LOT * by_lot).min(capacity.max(LOT));
    Drawn { chosen, from, carry }
}

/// How many are drawn, of those in the order of their tickets: a fifth of the list that comes of it,
/// with what is owed. Whoever has no reason comes on it by lot alone.
fn lots(others: &[Candidate], pressing: usize, room: usize, carry: usize) -> usize {
    let most = room.min(others.len());
    let mut wanting = others.iter().filter(|candidate| !candidate.reasons.is_empty()).count();
    let (mut drawn, mut rest) = (0, others.iter());
    while drawn < most {
        wanting -= usize::from(rest.next().is_some_and(|next| !next.reasons.is_empty()));
        let more = drawn + 1;
        let listed = pressing + more + wanting.min(room - more);
        if LOT * more > listed + carry {
            break;
        }
        drawn = more;
    }
    drawn
}

/// A stall's place in the lot: whoever doubts it can hash the two ids again.
fn ticket(round: RoundId, occupancy_id: OccupancyId) -> [u8; 32] {
    Sha256::digest(format!("{round} {occupancy_id}")).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Candidate, LOT, choose};
    use crate::adoption::{AdoptionClass, say};
    use crate::outreach::reasons::{Grounds, VisitReason};
    use crate::primitives::Day;
    use crate::primitives::ids::{OccupancyId, RoundId, SectionId, StallId, VendorId};
    use crate::registry::stalls::SizeClass;

    fn candidate(id: i64, reason: Option<VisitReason>) -> Candidate {
        let grounds = |reason| Grounds::new(reason, Day(0), say("", ""));
        Candidate {
            occupancy_id: OccupancyId(id),
            stall_id: StallId(id),
            stall_code: String::new(),
            goods: String::new(),
            section_id: SectionId(1),
            section: String::new(),
            vendor_id: VendorId(id),
            vendor: String::new(),
            neighbourhood_id: None,
            neighbourhood: None,
            size_class: SizeClass::Small,
            class: AdoptionClass::NotEquipped,
            class_vi: "",
            reasons: reason.map(grounds).into_iter().collect(),
            score: id,
            last_visit: None,
            rests: None,
        }
    }

    /// So many that are pressing, that have a reason, that have none.
    fn market(pressing: i64, wanting: i64, calm: i64) -> Vec<Candidate> {
        let reason = |id| match id {
            id if id < pressing => Some(VisitReason::CodeWrong),
            id if id < pressing + wanting => Some(VisitReason::NoCode),
            _ => None,
        };
        (0..pressing + wanting + calm).map(|id| candidate(id, reason(id))).collect()
    }

    #[test]
    fn the_lot_falls_on_all_alike() {
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        for round in 0..2_000 {
            let drawn = choose(market(2, 20, 20), 22, RoundId(round), 0);
            let by_lot = drawn.chosen.iter().filter(|one| one.is_drawn);
            let ids: Vec<_> = by_lot.map(|one| one.candidate.occupancy_id.0).collect();
            assert_eq!(ids.len(), 4);
            for id in ids {
                *counts.entry(id).or_default() += 1;
            }
        }
        // 200 each on the average, give or take 13: nobody is five times that away.
        assert_eq!(counts.keys().copied().collect::<Vec<_>>(), (2..42).collect::<Vec<_>>());
        assert!(counts.values().all(|count| (135..=265).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_fifth_of_the_list_is_drawn_whatever_its_length() {
        for ((pressing, wanting, calm), capacity, carry, (listed, by_lot, left)) in [
            ((0, 40, 0), 20, 0, (20, 4, 0)),
            ((0, 40, 0), 4, 0, (4, 0, 4)),
            ((0, 40, 0), 4, 4, (4, 1, 3)),
            ((0, 40, 0), 9, 0, (9, 1, 4)),
            ((0, 40, 0), 1, 4, (1, 1, 0)),
            // A large capacity does not fill up with lots.
            ((0, 42, 78), 300, 0, (51, 10, 1)),
            ((0, 0, 20), 20, 0, (0, 0, 0)),
            ((0, 0, 20), 20, 4, (1, 1, 0)),
            ((0, 3, 0), 20, 4, (3, 1, 2)),
            // What is pressing comes first; the lot gets the rest, and one round makes up for it.
            ((5, 40, 0), 5, 0, (5, 0, 5)),
            ((5, 40, 0), 5, 5, (5, 0, 5)),
            ((8, 40, 0), 10, 0, (10, 2, 0)),
            ((9, 40, 0), 10, 0, (10, 1, 5)),
            ((12, 40, 0), 10, 0, (10, 0, 10)),
            ((0, 40, 0), 10, 10, (10, 4, 0)),
        ] {
            let drawn = choose(market(pressing, wanting, calm), capacity, RoundId(7), carry);
            let lots = drawn.chosen.iter().filter(|one| one.is_drawn).count();
            let case = format!("{pressing} {wanting} {calm}, {capacity} places, {carry} owed");
            // Where some have no reason, it hangs on the tickets how many of them are drawn.
            let is_mixed = wanting > 0 && calm > 0;
            if is_mixed {
                let (all, fifth) = (drawn.chosen.len(), lots * LOT);
                assert!(fifth <= all && all < fifth + LOT, "{case}: {lots} of {all}");
            } else {
                assert_eq!(
                    (drawn.chosen.len(), lots, drawn.carry),
                    (listed, by_lot, left),
                    "{case}"
                );
            }
        }
    }

    #[test]
    fn what_is_pressing_is_on_the_list_and_in_no_lot() {
        let drawn = choose(market(3, 30, 0), 10, RoundId(1), 0);
        let ids: Vec<_> = drawn.chosen.iter().map(|one| one.candidate.occupancy_id.0).collect();
        // The highest score first.
        assert_eq!(ids[..3], [2, 1, 0]);
        assert!(drawn.chosen[..3].iter().all(|one| !one.is_drawn));
        assert_eq!(drawn.from, (3..33).map(OccupancyId).collect::<Vec<_>>());
    }
}
