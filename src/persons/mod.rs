//! One person's data: a copy of it, and erasing it. What it is, and what stays, stands in
//! docs/PRIVACY.md.
//!
//! A person is a vendor with what is only theirs, the holder of an account, or somebody who paid.

mod copy;
mod erase;
mod payers;
mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, VendorId};
use crate::registry::store::{accounts, vendors};

pub use copy::{PersonCopy, copy, copy_whole};
pub use erase::{Erased, erase};
pub use payers::{ErasedPayer, Payer, PayerCopy, copy_payer, erase_payer};

/// What stands where a name stood.
pub const ERASED: &str = "(đã xóa)";

/// Whose data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Person {
    /// With the stalls that they held, and the accounts that served no other vendor's.
    Vendor(VendorId),
    /// Of one account.
    Holder(AccountId),
}

impl Person {
    /// Reads `vnd_…` and `acc_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let vendor = VendorId::parse(text).map(Self::Vendor);
        vendor.or_else(|| AccountId::parse(text).map(Self::Holder))
    }

    const fn id(self) -> i64 {
        match self {
            Self::Vendor(id) => id.0,
            Self::Holder(id) => id.0,
        }
    }

    /// # Errors
    /// `not-found`.
    fn require(self, connection: &mut DbConnection, act: &Act) -> Outcome<()> {
        let (board_id, what) = (act.board_id(), self.what());
        let is_there = match self {
            Self::Vendor(id) => vendors::find(connection, board_id, id)?.is_some(),
            Self::Holder(id) => accounts::find(connection, board_id, id)?.is_some(),
        };
        if is_there { Ok(()) } else { Err(Refusal::not_found(what).into()) }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Vendor(_) => "vendor",
            Self::Holder(_) => "account",
        }
    }
}

/// Whoever copies sees amounts and names of the whole board.
fn require_sight(act: &Act) -> Outcome<()> {
    act.require(Permission::AmountsRead)?;
    act.require(Permission::RegistryRead)
}

/// Whoever erases could read it all before, and may change the register.
fn require_erasure(act: &Act) -> Outcome<()> {
    act.require(Permission::AmountsRead)?;
    act.require(Permission::RegistryWrite)
}
