//! Whether what somebody asks for lies within the sections that their work is limited to. What does
//! not is not found: its id says nothing.
//!
//! A vendor or an account belongs to every section where it is used, and to all while it is used
//! nowhere, since it is written down before its first stall. To see it one section is enough; to
//! change it one must reach all, because the change is everybody's.

use super::store::reach as rows;
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, SectionId, StallId, VendorId};
use crate::primitives::refusal::RefusalKind;

/// Whether the caller reaches the stall.
pub fn stall(connection: &mut DbConnection, act: &Act, id: StallId) -> Outcome<bool> {
    if !act.scope.sections.is_limited() {
        return Ok(true);
    }
    let sections = rows::of_stall(connection, act.board_id(), id)?;
    Ok(sections.iter().any(|section| act.reaches(*section)))
}

/// Whether the caller sees the vendor.
pub fn vendor(connection: &mut DbConnection, act: &Act, id: VendorId) -> Outcome<bool> {
    sees(act, || rows::of_vendor(connection, act.board_id(), id))
}

/// Whether the caller sees the account.
pub fn account(connection: &mut DbConnection, act: &Act, id: AccountId) -> Outcome<bool> {
    sees(act, || rows::of_account(connection, act.board_id(), id))
}

/// # Errors
/// `outside-sections` where the vendor trades in other sections too.
pub fn vendor_whole(connection: &mut DbConnection, act: &Act, id: VendorId) -> Outcome<()> {
    reaches_all(act, || rows::of_vendor(connection, act.board_id(), id))
}

/// # Errors
/// `outside-sections` where stalls of other sections are paid to the account too.
pub fn account_whole(connection: &mut DbConnection, act: &Act, id: AccountId) -> Outcome<()> {
    reaches_all(act, || rows::of_account(connection, act.board_id(), id))
}

fn sees(act: &Act, sections: impl FnOnce() -> Outcome<Vec<SectionId>>) -> Outcome<bool> {
    if !act.scope.sections.is_limited() {
        return Ok(true);
    }
    let sections = sections()?;
    Ok(sections.is_empty() || sections.iter().any(|section| act.reaches(*section)))
}

fn reaches_all(act: &Act, sections: impl FnOnce() -> Outcome<Vec<SectionId>>) -> Outcome<()> {
    if !act.scope.sections.is_limited() || sections()?.iter().all(|one| act.reaches(*one)) {
        return Ok(());
    }
    Err(Refusal::new(RefusalKind::Forbidden, "outside-sections").into())
}
