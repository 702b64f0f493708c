//! Who is paid by a code or a request: the account, and which of its numbers.

use super::accounts::{self, Account, AccountKind};
use super::check::referred;
use super::numbers::ReceivingNumber;
use super::occupancies::Occupancy;
use super::reporters::{self, Reporter};
use super::store::{links as link_store, numbers as number_store};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, NumberId};
use crate::primitives::{Day, Refusal, Vnd};
use crate::vietqr::{self, Builder, Issued, Reference, SEVQR};

/// VietinBank: reports personal accounts' transfers only with the word `SEVQR` in the memo. It
/// stands in every code, so that a feed that comes later sees the cards that hang already.
const VIETINBANK: &str = "970415";

/// An open account and a number of it that takes transfers.
#[derive(Debug)]
pub struct Payee {
    pub account: Account,
    pub number: ReceivingNumber,
    /// Without which its feeds would not see a transfer.
    memo_words: Vec<String>,
}

impl Payee {
    /// The account that an occupancy is paid to on a day: the only one, or that which is named.
    ///
    /// # Errors
    /// `account-not-linked`, `no-linked-account`, `several-linked-accounts` (account_id), and
    /// those of [`Payee::of_account`].
    pub fn of_occupancy(
        connection: &mut DbConnection,
        act: &Act,
        occupancy: &Occupancy,
        day: Day,
        named: Option<AccountId>,
        number_id: Option<NumberId>,
    ) -> Outcome<Self> {
        let linked = link_store::accounts_of(connection, act.board_id(), occupancy.id, day)?;
        let account_id = match (named, linked.as_slice()) {
            (Some(named), _) => {
                accounts::require(connection, act, named, "account_id")?;
                if !linked.contains(&named) {
                    let refusal = Refusal::conflict("account-not-linked").on("account_id");
                    return Err(refusal.with("occupancy", occupancy.id).with("day", day).into());
                }
                named
            }
            (None, [only]) => *only,
            (None, []) => {
                let refusal = Refusal::conflict("no-linked-account").on("occupancy_id");
                return Err(refusal.with("occupancy", occupancy.id).with("day", day).into());
            }
            (None, several) => {
                let refusal = Refusal::invalid("account_id", "several-linked-accounts");
                return Err(refusal.with("count", several.len()).into());
            }
        };
        Self::of_account(connection, act, account_id, number_id)
    }

    /// The named number of an account, or its main one.
    ///
    /// # Errors
    /// `not-found` (account_id, number_id), `account-closed`, `number-not-transferable`.
    pub fn of_account(
        connection: &mut DbConnection,
        act: &Act,
        account_id: AccountId,
        number_id: Option<NumberId>,
    ) -> Outcome<Self> {
        let account = accounts::require(connection, act, account_id, "account_id")?;
        accounts::refuse_closed(&account).map_err(|refusal| refusal.on("account_id"))?;
        let number = match number_id {
            Some(id) => number_store::find(connection, act.board_id(), id)?,
            None => number_store::main_of(connection, act.board_id(), account_id)?,
        };
        let number = number.filter(|number| number.account_id == account_id);
        let number = referred(number, "number", "number_id")?;
        if account.kind == AccountKind::Merchant || !number.kind.takes_transfers() {
            let refusal = Refusal::conflict("number-not-transferable").on("number_id");
            return Err(refusal.with("number", &number.number).into());
        }
        let reporters = reporters::of_account(connection, act, &account)?;
        let memo_words = reporters.iter().filter_map(Reporter::word).map(str::to_owned).collect();
        Ok(Self { account, number, memo_words })
    }

    /// The code that pays it. The reference stands first in the purpose, after `SEVQR` where the
    /// bank needs it; other words that a feed needs follow it, because they may stand anywhere and
    /// a memo is cut at its end.
    ///
    /// # Errors
    /// `bank-not-receiving` (account_id), `amount-not-positive`, `amount-too-large` (amount_vnd),
    /// `text-character`, `text-too-long` (purpose).
    pub fn code(
        &self,
        amount: Option<Vnd>,
        reference: Option<Reference>,
        purpose: &str,
    ) -> Result<Issued, Refusal> {
        let to = vietqr::Payee::Account(self.number.number.clone());
        let mut builder = Builder::new(&self.number.bin, to).note(purpose);
        if let Some(amount) = amount {
            builder = builder.amount(amount);
        }
        if let Some(reference) = reference {
            builder = builder.reference(reference);
        }
        let is_vietin = self.number.bin == VIETINBANK && self.account.kind == AccountKind::Personal;
        if is_vietin || self.memo_words.iter().any(|word| word == SEVQR) {
            builder = builder.after_sevqr();
        }
        for word in self.memo_words.iter().filter(|word| *word != SEVQR) {
            builder = builder.word(word);
        }
        builder.build().map_err(|refusal| {
            let field = match refusal.field.as_deref() {
                Some("amount") => "amount_vnd",
                Some("purpose") => "purpose",
                Some("account") => "number_id",
                _ => "account_id",
            };
            refusal.on(field)
        })
    }
}
