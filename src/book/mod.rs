//! The revenue book of a household business, form S1a-HKD, for one stall and month: what it took,
//! by day, as its vendor alone may see it; and for a year, by month.
//!
//! Money that feeds tell of and cash that the vendor tells of stand on lines of their own. What is
//! not known to be turnover stands apart, and in no sum: receipts that nobody has classed, debts
//! that customers paid, deposits, days of which no cash was told. A vendor locks a month when it is
//! over; its lines stay from then on, and what is decided later of its money is a line of the month
//! in which it is decided. So the books of all months together always are what the ledger says now.
//!
//! Nothing here asks whose stall it is: the caller has seen to it that the six digits were entered.

mod assemble;
pub(crate) mod forms;
mod laid;
mod lock;
mod month;
mod store;
pub mod words;
mod worth;
mod xlsx;
mod year;

pub use forms::{Form, take as take_forms};
pub use laid::{Apart, Entry, Laid, Row, When};
pub use lock::lock;
pub use month::{ApartKind, Book, DaySum, Later, Line, LineKind, View, Waiting, book, view};
pub use xlsx::xlsx;
pub use year::{Year, year};
