//! The feeds that report an account, and what they would not see: a code that its feed cannot see
//! works for the payer, and its stall cannot be measured.

use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::Account;
use super::check::referred;
use super::numbers::{NumberKind, ReceivingNumber};
use super::store::accounts::bank_name;
use super::store::numbers as number_store;
use super::store::reporters::{self as rows, ReporterRow};
use super::{accounts, boards};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Blind, FeedKind, MoneyOut, Provider, Reach, SeenNumbers, connector};
use crate::primitives::ids::{AccountId, CodeId, FeedId, NumberId};
use crate::text_enum;
use crate::vietqr;

text_enum!(
    /// What is not seen of a code or a request that is given out all the same.
    WarningCode {
        /// Nothing reports the account: its stall is equipped, and not measurable.
        NoFeed = "no-feed",
        /// Only orders at a provider are reported, never what is paid to a printed code.
        OrdersOnly = "orders-only",
        BankNotServed = "bank-not-served",
        /// The feed sees virtual numbers only, and this is the main one.
        VirtualNumberNeeded = "virtual-number-needed",
        /// The feed sees only transfers whose memo bears a word, and this code does not bring it.
        MemoWordMissing = "memo-word-missing",
        /// Refunds and other money out of an account that may be kept will not be told.
        MoneyOutUnseen = "money-out-unseen",
        /// The holder has not agreed that this feed tells the account's money.
        HolderConsentMissing = "holder-consent-missing",
    }
);

/// What a feed does not see, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    pub code: WarningCode,
    /// Absent: there is none.
    pub feed_id: Option<FeedId>,
    /// The live code that is not seen, where an account has several.
    pub code_id: Option<CodeId>,
    /// The bank's short name.
    pub bank: String,
    /// The missing word; `TKP…` where only its beginning is known.
    pub memo_word: Option<String>,
    /// What it means and what to do, in the caller's language.
    pub detail: String,
}

/// A feed that reports an account, and what it sees of it.
#[derive(Clone, Debug)]
pub struct Reporter {
    pub feed_id: FeedId,
    pub provider: Provider,
    pub reach: Reach,
    /// The account's own.
    pub memo_word: Option<String>,
}

/// The feeds that report an account now, oldest first.
pub fn of_account(
    connection: &mut DbConnection,
    act: &Act,
    account: &Account,
) -> Outcome<Vec<Reporter>> {
    let rows = rows::of_account(connection, act.board_id(), account.id)?;
    Ok(rows.into_iter().map(|row| Reporter::of(row, account)).collect())
}

/// Whether a transfer to the account can have been told: a feed sees it now, or a feed or statement
/// has told of it before.
pub(super) fn may_have_told(
    connection: &mut DbConnection,
    act: &Act,
    account: &Account,
) -> Outcome<bool> {
    let is_seen = of_account(connection, act, account)?.iter().any(|reporter| {
        reporter.kind() == FeedKind::Account && reporter.reach.numbers != SeenNumbers::None
    });
    Ok(is_seen || rows::is_told(connection, act.board_id(), account.id)?)
}

/// What would not be seen of money that comes to a number by a code.
///
/// # Errors
/// `not-found` (account_id, number_id).
pub fn warnings(
    connection: &mut DbConnection,
    act: &Act,
    (account_id, number_id): (AccountId, NumberId),
    payload: &str,
) -> Outcome<Vec<Warning>> {
    let account = accounts::require(connection, act, account_id, "account_id")?;
    let number = number_store::find(connection, act.board_id(), number_id)?;
    let number = referred(number, "number", "number_id")?;
    let reporters = of_account(connection, act, &account)?;
    Ok(judge(&reporters, &account, &number, payload))
}

/// Whether a feed sees money that comes to a number by a code.
pub fn sees(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    of: (AccountId, NumberId),
    payload: &str,
) -> Outcome<bool> {
    let warnings = warnings(connection, act, of, payload)?;
    Ok(!warnings.iter().any(|one| one.feed_id == Some(feed_id) && one.code.is_blinding()))
}

/// What a feed does not see of an account that it reports: each live code, then the account.
pub fn of_feed(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    account: &Account,
) -> Outcome<(Option<Reporter>, Vec<Warning>)> {
    let reporters = of_account(connection, act, account)?;
    let Some(reporter) = reporters.into_iter().find(|reporter| reporter.feed_id == feed_id) else {
        return Ok((None, Vec::new()));
    };
    let today = boards::today(connection, act)?;
    let codes = rows::live_codes(connection, act.board_id(), account.id, today)?;
    let mut warnings = Vec::new();
    if reporter.kind() == FeedKind::Account {
        for (code_id, kind, payload) in codes {
            let blind = reporter.blind(kind, &payload, account);
            warnings.extend(blind.map(|one| Warning { code_id: Some(code_id), ..one }));
        }
        warnings.extend(reporter.money_out(account));
    }
    Ok((Some(reporter), warnings))
}

/// A statement tells everything, though late: where it is all there is, nothing is missed.
fn judge(
    reporters: &[Reporter],
    account: &Account,
    number: &ReceivingNumber,
    payload: &str,
) -> Vec<Warning> {
    let of_accounts = reporters.iter().filter(|one| one.kind() == FeedKind::Account);
    let mut warnings: Vec<_> = of_accounts
        .clone()
        .flat_map(|one| {
            let blind = one.blind(number.kind, payload, account);
            blind.into_iter().chain(one.money_out(account))
        })
        .collect();
    if of_accounts.count() == 0 {
        let orders = reporters.first();
        let code = if orders.is_some() { WarningCode::OrdersOnly } else { WarningCode::NoFeed };
        warnings.push(Warning::of(code, orders.map(|one| one.feed_id), account));
    }
    warnings
}

impl Reporter {
    fn of(row: ReporterRow, account: &Account) -> Self {
        let is_personal = account.kind == accounts::AccountKind::Personal;
        let reach = Reach::of(row.provider, &row.sees, &account.bin, is_personal);
        let ReporterRow { feed_id, provider, memo_word, .. } = row;
        Self { feed_id, provider, reach, memo_word }
    }

    fn kind(&self) -> FeedKind {
        connector(self.provider).kind()
    }

    /// The word that memos must bear, as far as it is known.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        self.reach.word(self.memo_word.as_deref())
    }

    fn blind(&self, kind: NumberKind, payload: &str, account: &Account) -> Option<Warning> {
        let memo = vietqr::read(payload).payload.purpose.unwrap_or_default();
        let is_virtual = kind == NumberKind::Virtual;
        let blind = self.reach.blind(self.memo_word.as_deref(), is_virtual, memo)?;
        let code = match blind {
            Blind::Bank => WarningCode::BankNotServed,
            Blind::MainNumber => WarningCode::VirtualNumberNeeded,
            Blind::MemoWord => WarningCode::MemoWordMissing,
        };
        let mut warning = Warning::of(code, Some(self.feed_id), account);
        if code == WarningCode::MemoWordMissing {
            let begins = self.reach.memo_word.as_deref().map(|word| format!("{word}…"));
            warning.memo_word = self.word().map(str::to_owned).or(begins);
        }
        Some(warning)
    }

    /// Of accounts whose money out would be dropped anyway nothing is missed.
    fn money_out(&self, account: &Account) -> Option<Warning> {
        let is_kept = account.keeps_outgoing || !account.kind.is_private();
        let is_missed = is_kept && self.reach.money_out == MoneyOut::Unseen;
        is_missed.then(|| Warning::of(WarningCode::MoneyOutUnseen, Some(self.feed_id), account))
    }
}

impl Warning {
    #[must_use]
    pub fn of(code: WarningCode, feed_id: Option<FeedId>, account: &Account) -> Self {
        Self {
            code,
            feed_id,
            code_id: None,
            bank: bank_name(&account.bin),
            memo_word: None,
            detail: String::new(),
        }
    }
}

impl WarningCode {
    /// Whether the money that comes in would not be told.
    #[must_use]
    pub const fn is_blinding(self) -> bool {
        matches!(self, Self::BankNotServed | Self::VirtualNumberNeeded | Self::MemoWordMissing)
    }
}
