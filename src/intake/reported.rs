//! The accounts that a feed reports, one by one: what it sees of each, the word that memos need,
//! and what the holder agreed to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts;
use super::store::accounts as rows;
use super::store::feeds as feed_rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Reach;
use crate::primitives::ids::{AccountId, ConsentId, FeedId};
use crate::primitives::{Day, Refusal, UnixMs};
use crate::registry::accounts::{self, Account};
use crate::registry::reporters::{self, Warning, WarningCode};
use crate::registry::store::consents;
use crate::registry::{self, Page, PageRequest, Patch};

/// An account that a feed reports now.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedAccount {
    pub account_id: AccountId,
    /// Six digits.
    pub bin: String,
    /// The bank's short name.
    pub bank: String,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    /// What it sees of the account.
    pub sees: Reach,
    /// The account's own word, which the codes that are issued from now on bring.
    pub memo_word: Option<String>,
    /// The holder's consent that holds for this feed.
    pub consent: Option<NoticeConsent>,
    /// What it does not see, and what is not agreed.
    pub warnings: Vec<Warning>,
}

/// That the holder lets the account's notices reach us by the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeConsent {
    pub id: ConsentId,
    #[schema(value_type = String, format = DateTime)]
    pub given_at: UnixMs,
    /// The words that were agreed to.
    pub wording: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedAccountChange {
    /// 1–14 letters and digits, such as `TKP` and what the provider gave the account.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub memo_word: Patch<String>,
}

/// In the order of the accounts.
///
/// # Errors
/// `not-found`.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    page: PageRequest,
) -> Outcome<Page<FeedAccount>> {
    act.require(Permission::FeedsRead)?;
    feed_rows::find(connection, act.board_id(), id)?;
    let live = rows::page(connection, act.board_id(), id, page)?;
    let shown =
        live.into_iter().map(|(account_id, from)| show(connection, act, id, account_id, from));
    let shown = shown.collect::<Outcome<Vec<_>>>()?;
    Ok(page.page(shown, |account| account.account_id.0))
}

/// Says the word that memos to the account must bear. Codes that hang already do not bring it: they
/// are named among the warnings, and replaced one by one.
///
/// # Errors
/// `not-found`, `memo-word-malformed` (memo_word).
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    account_id: AccountId,
    change: FeedAccountChange,
) -> Outcome<FeedAccount> {
    act.require(Permission::FeedsWrite)?;
    let board_id = act.board_id();
    feed_rows::find(connection, board_id, id)?;
    registry::store::touch(connection, board_id)?;
    let (from, word) = rows::find(connection, board_id, id, account_id)?
        .ok_or_else(|| Refusal::not_found("account"))?;
    let word = change.memo_word.try_map(|word| facts::memo_word("memo_word", &word))?.over(word);
    rows::set_memo_word(connection, board_id, id, account_id, word.as_deref())?;
    show(connection, act, id, account_id, from)
}

fn show(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    account_id: AccountId,
    from_day: Day,
) -> Outcome<FeedAccount> {
    let account = accounts::require(connection, act, account_id, "account_id")?;
    let (reporter, mut warnings) = reporters::of_feed(connection, act, id, &account)?;
    let reporter = reporter.ok_or_else(|| Refusal::not_found("account"))?;
    let consent = consents::for_feed(connection, act.board_id(), account_id, id)?;
    if consent.is_none() && needs_consent(&account) {
        warnings.push(Warning::of(WarningCode::HolderConsentMissing, Some(id), &account));
    }
    Ok(FeedAccount {
        account_id,
        bin: account.bin,
        bank: account.bank,
        from_day,
        sees: reporter.reach,
        memo_word: reporter.memo_word,
        consent: consent.map(|consent| NoticeConsent {
            id: consent.id,
            given_at: consent.given_at,
            wording: consent.wording,
        }),
        warnings,
    })
}

/// What comes to a person's account is that person's (Law 91/2025).
const fn needs_consent(account: &Account) -> bool {
    account.kind.is_private()
}
