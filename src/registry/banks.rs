//! The banks by their BIN, for who fills in an account.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::vietqr::banks;

/// A bank or wallet of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListedBank {
    /// Six digits.
    pub bin: &'static str,
    pub short_name: &'static str,
    /// The full Vietnamese name.
    pub name: &'static str,
    /// Whether codes can be issued to its accounts.
    pub receives: bool,
}

/// All of them, by rising BIN.
pub fn list(_: &mut DbConnection, act: &Act) -> Outcome<Vec<ListedBank>> {
    act.require(Permission::RegistryRead)?;
    let listed = |bank: &'static banks::Bank| ListedBank {
        bin: &bank.bin,
        short_name: &bank.short_name,
        name: &bank.name,
        receives: bank.receives(),
    };
    Ok(banks::all().iter().map(listed).collect())
}
