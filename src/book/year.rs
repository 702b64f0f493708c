//! The books of a year's months, one after the other.

use super::assemble;
use super::month::{self, Book};
use super::store as rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::OccupancyId;
use crate::primitives::{Month, Refusal};
use crate::registry::{boards, occupancies};

const MONTHS: i32 = 12;

/// A year of a stall: what was locked as it was locked, the other months as they are now. What was
/// decided of a locked month later stands in the month in which it was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    pub year: i32,
    /// The months before the last one, in their order.
    pub before: Vec<Book>,
    pub last: Book,
}

/// The months of a year that have a book, up to this one.
///
/// # Errors
/// `book-year-out-of-range` (year).
pub fn year(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    year: i32,
) -> Outcome<Year> {
    act.require(Permission::AmountsRead)?;
    let board_id = act.board_id();
    let occupancy = occupancies::require(connection, act, occupancy_id, "occupancy_id")?;
    let today = boards::today(connection, act)?;
    let first = month::first_month(&occupancy);
    let months = first.get()..=today.month().get();
    let of_year = year.saturating_mul(MONTHS)..year.saturating_mul(MONTHS).saturating_add(MONTHS);
    let mut books = connection.in_snapshot(|connection| {
        let locked = rows::locked(connection, board_id, occupancy_id)?.months;
        let mut books: Vec<Book> = Vec::new();
        for which in of_year {
            let which = Month(which);
            if locked.contains(&which) {
                let text = rows::content(connection, board_id, occupancy_id, which)?;
                books.extend(text.map(|text| month::read(&text)).transpose()?);
            } else if months.contains(&which.get()) {
                books.push(assemble::draw(connection, act, &occupancy, which, today)?.book);
            }
        }
        Ok(books)
    })?;
    let Some(last) = books.pop() else {
        let refusal = Refusal::invalid("year", "book-year-out-of-range");
        let year = |month: Month| month.get().div_euclid(MONTHS);
        return Err(refusal.with("first", year(first)).with("last", year(today.month())).into());
    };
    Ok(Year { year, before: books, last })
}
