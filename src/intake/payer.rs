//! Who paid, as text, and as the keyed hash that stays of it.

use std::collections::BTreeSet;

use crate::access::SecretKey;
use crate::db::{Fault, Outcome};
use crate::feeds::Payer;
use crate::primitives::fold;

/// What a payer is known by: the account that they pay from, else their name.
pub(super) fn text(payer: &Payer) -> Option<String> {
    let of_account = |account: &String| by_account(payer.bin.as_deref(), account);
    let of_name = || payer.name.as_deref().map(fold::name);
    payer.account.as_ref().map(of_account).or_else(of_name)
}

fn by_account(bin: Option<&str>, account: &str) -> String {
    format!("{}:{account}", bin.unwrap_or_default())
}

/// Every hash that is kept of whom somebody names, under each key that is still there: of the account
/// with and without its bank, as feeds tell it, and of the name.
#[must_use]
pub fn marks(
    key: &SecretKey,
    bin: Option<&str>,
    account: Option<&str>,
    name: Option<&str>,
) -> Vec<i64> {
    let account = account.map(str::trim).filter(|account| !account.is_empty());
    let name = name.map(fold::name).filter(|name| !name.is_empty());
    let mut texts: BTreeSet<String> = name.into_iter().collect();
    if let Some(account) = account {
        texts.insert(by_account(None, account));
        texts.extend(bin.map(|bin| by_account(Some(bin.trim()), account)));
    }
    texts.iter().flat_map(|text| key.payer_marks(text)).collect()
}

/// A hash of nobody.
pub fn nobody() -> Outcome<i64> {
    let bytes = getrandom::u64().map_err(Fault::broken)?;
    Ok(i64::from_be_bytes(bytes.to_be_bytes()))
}
