//! Erasing a vendor or a holder. Amounts stay as they were counted, so that the market's totals and
//! the ledger hold, but nothing tells any more whose they were: names, phones, numbers, codes and
//! books are written over, and the stall that the vendor held is another one, of no name, in the same
//! section and of the same goods.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, require_erasure, store};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::retention;
use crate::primitives::ids::AccountId;
use crate::primitives::{Refusal, UnixMs, fold};
use crate::registry::boards;
use crate::registry::store::touch;

/// A shorter word would be found in other people's words.
const NEEDLE_CHARS: usize = 6;

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erased {
    pub person: Person,
    #[schema(value_type = String, format = DateTime)]
    pub at: UnixMs,
    /// Rows that were written over or removed.
    pub row_count: i64,
    /// Accounts that serve other vendors too, and are left: erase their holders by themselves.
    pub kept_accounts: Vec<AccountId>,
}

/// Erases for good; doing it again finds nothing more to do.
///
/// # Errors
/// `forbidden`, `outside-sections`, `not-found`; `person-still-trades`, `account-still-serves`,
/// `account-still-heard`, `person-request-open`, `person-money-waits`, `person-statement-waits`:
/// what has to be ended or settled first, because afterwards nobody could.
pub fn erase(connection: &mut DbConnection, act: &Act, person: Person) -> Outcome<Erased> {
    require_erasure(act)?;
    let board_id = act.board_id();
    // From here on nobody else changes the register or decides by what is erased.
    touch(connection, board_id)?;
    person.require(connection, act)?;
    let today = boards::today(connection, act)?;
    for (code, count) in store::hindrances(connection, board_id, person, today, act.at)? {
        if count > 0 {
            return Err(Refusal::conflict(code).with("count", count).into());
        }
    }
    let kept_accounts = store::shared_accounts(connection, board_id, person)?;
    store::secure(connection)?;
    let needles = needles(&store::words(connection, board_id, person)?);
    let needed: BTreeSet<i64> = retention::needed(connection, board_id)?.into_iter().collect();
    let bodies = store::bodies_of(connection, board_id, person)?;
    let mut row_count = store::erase_bodies(connection, board_id, bodies, &needles, &needed)?;
    if let Person::Vendor(vendor) = person {
        store::move_to_nameless_stalls(connection, board_id, vendor, || act.new_id(), act.at)?;
    }
    row_count += store::rename(connection, board_id, person)?;
    row_count += store::erase_rows(connection, board_id, person, act.at)?;
    for needle in &needles {
        row_count += store::erase_word(connection, board_id, needle)?;
    }
    Ok(Erased { person, at: act.at, row_count, kept_accounts })
}

/// The words by which the person is found in free texts and bodies, as people and as banks write them.
pub(super) fn needles(words: &[String]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for word in words.iter().filter(|word| *word != super::ERASED) {
        all.insert(word.clone());
        if word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+') {
            // A phone as it is dialled at home.
            all.extend(word.strip_prefix("+84").map(|rest| format!("0{rest}")));
            all.extend(word.strip_prefix("+84").map(|rest| format!("84{rest}")));
        } else {
            all.insert(fold::without_diacritics(word));
            all.insert(fold::name(word));
            all.insert(word.to_uppercase());
        }
    }
    all.retain(|word| word.chars().count() >= NEEDLE_CHARS);
    all
}
