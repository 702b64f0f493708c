//! Secrecy of amounts: no cell under five stalls or in which one has over 70 % of the value, and
//! none from which such a cell could be subtracted.

use super::amounts::Hidden;

const LEAST_STALLS: usize = 5;
const LARGEST_PER_MILLE: i128 = 700;

/// One occupancy's value in a cell, in đồng: without and with what is unclassified.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub low: i64,
    pub high: i64,
    /// Its own amounts are shown to others, so it can be subtracted from the cell.
    pub published: bool,
}

/// Why each section's amounts stay hidden; `None`: they may be shown. Together the sections are
/// the market, whose own cell is shown if [`alone`] allows it.
pub fn of_sections(sections: &[Vec<Part>]) -> Vec<Option<Hidden>> {
    let mut hidden: Vec<_> = sections.iter().map(|parts| alone(parts)).collect();
    let market: Vec<_> = sections.iter().flatten().copied().collect();
    if alone(&market).is_some() {
        return hidden;
    }
    loop {
        // The market less all shown sections is what the hidden ones have together.
        let together: Vec<_> = sections
            .iter()
            .zip(&hidden)
            .filter(|(_, hidden)| hidden.is_some())
            .flat_map(|(parts, _)| parts)
            .copied()
            .collect();
        if !together.iter().any(has_value) || alone(&together).is_none() {
            return hidden;
        }
        let value = |parts: &[Part]| parts.iter().map(|part| i128::from(part.high)).sum::<i128>();
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
    let secret: Vec<_> = parts.iter().filter(|part| !part.published).copied().collect();
    rule(parts).or_else(|| if secret.iter().any(has_value) { rule(&secret) } else { None })
}

fn rule(parts: &[Part]) -> Option<Hidden> {
    if parts.iter().filter(|part| part.low > 0).count() < LEAST_STALLS {
        Some(Hidden::FewStalls)
    } else if dominated(parts.iter().map(|part| part.low))
        || dominated(parts.iter().map(|part| part.high))
    {
        Some(Hidden::OneDominates)
    } else {
        None
    }
}

fn dominated(values: impl Iterator<Item = i64>) -> bool {
    let (total, largest) = values
        .map(i128::from)
        .fold((0, 0), |(total, largest), value| (total + value, value.max(largest)));
    largest * 1_000 > total * LARGEST_PER_MILLE
}

const fn has_value(part: &Part) -> bool {
    part.high > 0
}
