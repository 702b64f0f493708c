//! The print shop: cards, stickers and sheets of them, drawn by typst from the templates of
//! `templates/print`, which can be edited without Rust.
//!
//! [`order`] turns what is asked for into a [`Sheet`], all that the paper will say; the [`Press`]
//! sets it, as any other [`Paper`], by the templates; [`Printed`] writes it as PDF, PNG or SVG. The
//! same sheet gives the same bytes: nothing looks at a clock, the date of a file is the day on which its codes were issued.

pub mod adoption_report;
pub mod charts;
pub mod forms;
pub mod jobs;
pub mod layout;
pub mod letters;
pub mod look;
pub mod order;
mod paper;
pub mod press;
mod printed;
pub mod revenue_book;
pub mod samples;
pub mod sheet;
pub mod slip;
mod store;
pub mod visit_list;

pub use layout::{Layout, Style};
pub use look::{Logo, Look};
pub use paper::Paper;
pub use press::Press;
pub use printed::{Kind, Printed};
pub use revenue_book::RevenueBook;
pub use sheet::{Card, Sheet};
