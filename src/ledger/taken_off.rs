//! What money given back lessens: a part of the money in that it was of.

use super::class::Class;
use super::refunds::RefundRow;
use crate::primitives::{UnixMs, Vnd};

/// What is lessened, first to last, where no part is just as large.
const ORDER: [Class; 9] = [
    Class::Sale,
    Class::Unclassified,
    Class::DebtRepayment,
    Class::Deposit,
    Class::Personal,
    Class::CashOut,
    Class::Fee,
    Class::Supplier,
    Class::Test,
];

/// Money that went back of one transfer, or was said to.
#[derive(Clone, Copy, Debug)]
pub struct Back {
    pub amount: Vnd,
    pub linked_at: UnixMs,
    pub undone_at: Option<UnixMs>,
}

impl Back {
    /// Whether it held at an instant.
    #[must_use]
    pub fn holds(&self, at: UnixMs) -> bool {
        self.linked_at <= at && self.undone_at.is_none_or(|undone| undone > at)
    }
}

impl From<&RefundRow> for Back {
    fn from(row: &RefundRow) -> Self {
        Self { amount: row.amount, linked_at: row.linked_at, undone_at: row.undone_at }
    }
}

/// What each of several refunds of one transfer with these parts takes off them, in đồng by class; in the order
/// in which they were linked, those that were undone too. Each takes what the ones before it left that held
/// when it was linked: the part that is as large, else sales first. What goes beyond the parts is off sales.
#[must_use]
pub fn taken_off(all: &[Back], parts: &[(Class, Vnd)]) -> Vec<Vec<(Class, i64)>> {
    in_turn(all, |one, before: Vec<&Vec<(Class, i64)>>| {
        let before = before.into_iter().flatten();
        let before = before.map(|(class, amount)| (*class, Vnd::new(-amount)));
        off(one.amount.get(), &parts.iter().copied().chain(before).collect::<Vec<_>>())
    })
}

/// What refunds of one transfer take, one after the other, where each is told what those before it took that held
/// when it was linked.
pub(super) fn in_turn<T>(all: &[Back], take: impl Fn(&Back, Vec<&T>) -> T) -> Vec<T> {
    let mut taken: Vec<T> = Vec::new();
    for one in all {
        let before = all.iter().zip(&taken).filter(|(before, _)| before.holds(one.linked_at));
        let now = take(one, before.map(|(_, taken)| taken).collect());
        taken.push(now);
    }
    taken
}

fn off(amount_vnd: i64, parts: &[(Class, Vnd)]) -> Vec<(Class, i64)> {
    let whole = |class: Class| {
        let of_class = parts.iter().filter(|(of, _)| *of == class);
        of_class.map(|(_, amount)| amount.get()).fold(0_i64, i64::saturating_add)
    };
    let alike = ORDER.into_iter().find(|class| amount_vnd != 0 && whole(*class) == amount_vnd);
    let mut left = amount_vnd;
    let mut taken = Vec::new();
    for class in alike.into_iter().chain(ORDER) {
        let part = left.min(whole(class));
        if part > 0 {
            left -= part;
            taken.push((class, part));
        }
    }
    if left != 0 {
        taken.push((Class::Sale, left));
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(parts: &[(Class, i64)]) -> Vec<(Class, Vnd)> {
        parts.iter().map(|(class, vnd)| (*class, Vnd::new(*vnd))).collect()
    }

    fn off(amount_vnd: i64, of: &[(Class, i64)]) -> Vec<(Class, i64)> {
        super::off(amount_vnd, &parts(of))
    }

    #[test]
    fn the_part_that_is_as_large_goes_first_and_then_sales() {
        let parts = [(Class::Sale, 50), (Class::CashOut, 31), (Class::Refund, 19)];
        assert_eq!(off(31, &parts), [(Class::CashOut, 31)]);
        assert_eq!(off(50, &parts), [(Class::Sale, 50)]);
        assert_eq!(off(30, &parts), [(Class::Sale, 30)]);
        assert_eq!(off(60, &parts), [(Class::Sale, 50), (Class::CashOut, 10)]);
        let parts = [(Class::DebtRepayment, 20), (Class::Sale, 20), (Class::Sale, 10)];
        assert_eq!(off(20, &parts), [(Class::DebtRepayment, 20)]);
        assert_eq!(off(30, &parts), [(Class::Sale, 30)]);
    }

    #[test]
    fn all_that_is_given_back_is_off_something() {
        assert_eq!(off(0, &[(Class::Sale, 50)]), []);
        assert_eq!(off(70, &[]), [(Class::Sale, 70)]);
        let parts = [(Class::Unclassified, 26), (Class::Refund, 9)];
        assert_eq!(off(30, &parts), [(Class::Unclassified, 26), (Class::Sale, 4)]);
    }

    #[test]
    fn a_refund_takes_what_the_ones_before_it_left() {
        let back = |amount, linked_at, undone_at: Option<i64>| Back {
            amount: Vnd::new(amount),
            linked_at: UnixMs(linked_at),
            undone_at: undone_at.map(UnixMs),
        };
        let of = parts(&[(Class::Sale, 46), (Class::DebtRepayment, 25)]);
        let all = [back(45, 1, Some(3)), back(21, 2, None), back(46, 3, None), back(4, 4, None)];
        let due: [&[(Class, i64)]; 4] = [
            &[(Class::Sale, 45)],
            &[(Class::Sale, 1), (Class::DebtRepayment, 20)],
            // The first one was undone by then.
            &[(Class::Sale, 45), (Class::DebtRepayment, 1)],
            &[(Class::DebtRepayment, 4)],
        ];
        assert_eq!(taken_off(&all, &of), due);
    }
}
