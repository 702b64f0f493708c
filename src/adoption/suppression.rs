//! Secrecy of amounts: no cell under five stalls or in which one has over 70 % of the value, and
//! none from which such a cell could be subtracted.

use super::amounts::Hidden;

pub(super) const LEAST_STALLS: usize = 5;
const LARGEST_PER_MILLE: i128 = 700;

/// One occupancy's value in a cell.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// In đồng, or receipts; never below zero.
    pub value: i64,
    /// Its own amounts are shown to others, so it can be subtracted from the cell.
    pub published: bool,
}

/// Hides further sections until those that are hidden may be known together: the market less the
/// sections that are shown. `hidden` is what each section's own rule says; the market is shown.
pub fn complement(sections: &[Vec<Part>], mut hidden: Vec<Option<Hidden>>) -> Vec<Option<Hidden>> {
    loop {
        let together: Vec<_> = sections
            .iter()
            .zip(&hidden)
            .filter(|(_, hidden)| hidden.is_some())
            .flat_map(|(parts, _)| parts)
            .copied()
            .collect();
        if of_secret(&together).is_none() {
            return hidden;
        }
        let value = |parts: &[Part]| parts.iter().map(|part| i128::from(part.value)).sum::<i128>();
        let smallest = sections
            .iter()
            .zip(&mut hidden)
            .filter(|(_, hidden)| hidden.is_none())
            .min_by_key(|(parts, _)| value(parts));
        let Some((_, hidden_because)) = smallest else { return hidden };
        *hidden_because = Some(Hidden::Derivable);
    }
}

/// Whether a cell may be shown on its own, also after subtracting what is shown of its stalls.
pub fn alone(parts: &[Part]) -> Option<Hidden> {
    rule(parts).or_else(|| of_secret(parts))
}

/// The same of what nobody has agreed to show; nothing of it is no secret.
pub fn of_secret(parts: &[Part]) -> Option<Hidden> {
    let secret: Vec<_> = parts.iter().filter(|part| !part.published).copied().collect();
    if secret.iter().any(|part| part.value > 0) { rule(&secret) } else { None }
}

fn rule(parts: &[Part]) -> Option<Hidden> {
    let values = || parts.iter().map(|part| i128::from(part.value));
    let largest = values().max().unwrap_or_default();
    if values().filter(|value| *value > 0).count() < LEAST_STALLS {
        Some(Hidden::FewStalls)
    } else if largest * 1_000 > values().sum::<i128>() * LARGEST_PER_MILLE {
        Some(Hidden::OneDominates)
    } else {
        None
    }
}
