//! The operator's tables of the law, in the place of those of the program.

use std::path::Path;

use crate::db::Outcome;
use crate::primitives::Refusal;

/// A reader of a table's text.
type Take = fn(&str) -> Result<(), String>;
/// Tables of the law, by the name of their file.
const LAW_TABLES: [(&str, Take); 3] = [
    ("forms.json", crate::book::take_forms),
    ("turnover.json", crate::live::owner::year::take_turnovers),
    ("consents.json", crate::print::forms::take),
];

/// Reads the operator's tables of the law: any of the three, by their names.
///
/// # Errors
/// `law-tables-missing` (no such folder, or none of them in it), `law-table-wrong`.
pub(super) fn take(folder: &Path) -> Outcome<()> {
    let mut is_there = false;
    for (name, take) in LAW_TABLES {
        let path = folder.join(name);
        let wrong = |error: String| {
            Refusal::conflict("law-table-wrong").with("path", path.display()).with("error", error)
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => take(&text).map_err(wrong)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(wrong(error.to_string()).into()),
        }
        is_there = true;
    }
    if is_there {
        return Ok(());
    }
    let names = LAW_TABLES.map(|(name, _)| name).join(", ");
    let refusal = Refusal::conflict("law-tables-missing").with("path", folder.display());
    Err(refusal.with("names", names).into())
}
