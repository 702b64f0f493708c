//! The register of a board: markets and their calendar, sections, khóm, stalls, vendors, who
//! trades where, accounts with their receiving numbers, printed codes and their checks, consents.
//! Everything that can change hands is dated, so that yesterday's money keeps yesterday's owner.
//!
//! One file an aggregate with its types and use cases; its SQL stands in `store/` under the same
//! name. [`directory::Directory`] is the register as the ledger's writer lane keeps it in memory.

pub mod absences;
pub mod accounts;
pub mod banks;
pub mod boards;
pub mod calendar;
pub mod check;
pub mod code_checks;
pub mod code_readings;
pub mod code_verdicts;
pub mod codeless;
pub mod codes;
pub mod consents;
pub mod directory;
pub mod existing_codes;
pub mod import;
pub mod links;
pub mod markets;
pub mod neighbourhoods;
pub mod numbers;
pub mod occupancies;
pub mod other_codes;
pub mod page;
pub mod patch;
pub mod payee;
pub mod period;
pub mod reach;
pub mod references;
mod relinked;
pub mod reporters;
pub mod roll;
pub mod sections;
pub mod stalls;
pub mod store;
pub mod text_enum;
pub mod vendors;
pub mod verifications;
mod withdrawn;

pub use directory::Directory;
pub use page::{Page, PageRequest};
pub use patch::Patch;
pub use period::Period;
