//! What money given back lessens: a part of the money in that it was of.

use super::class::Class;
use crate::primitives::Vnd;

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

/// An amount given back of money in with these parts, in đồng by class: off the part that is as large, else
/// off sales first. What goes beyond the parts is off sales; so is all of it, where no part is known.
#[must_use]
pub fn taken_off(amount_vnd: i64, parts: &[(Class, Vnd)]) -> Vec<(Class, i64)> {
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

    fn off(amount_vnd: i64, parts: &[(Class, i64)]) -> Vec<(Class, i64)> {
        let parts: Vec<_> = parts.iter().map(|(class, vnd)| (*class, Vnd::new(*vnd))).collect();
        taken_off(amount_vnd, &parts)
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
}
