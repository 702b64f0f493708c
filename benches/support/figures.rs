//! Figures without floats: whole numbers, and thousandths where a ratio is shown.

/// The median; of an even number the mean of the middle two, 0 of nothing.
pub fn median(mut samples: Vec<u64>) -> u64 {
    samples.sort_unstable();
    let half = samples.len() / 2;
    let upper = samples.get(half).copied().unwrap_or_default();
    if samples.len() % 2 == 1 {
        return upper;
    }
    let lower = half.checked_sub(1).and_then(|at| samples.get(at)).copied().unwrap_or_default();
    lower.midpoint(upper)
}

/// Thousandths as text: 354 is `0.354`.
pub fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}
