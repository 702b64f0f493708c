//! Somebody who paid, known by the keyed hash of their account or name: who asks says which, and only
//! the server can make the hash of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::erase::needles;
use super::{require_erasure, require_sight, store};
use crate::access::{Act, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::intake::{payer, retention};
use crate::ledger::lock_board;
use crate::primitives::ids::TransferId;
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::check;

/// Longest that banks tell.
const ACCOUNT_CHARS: usize = 40;
const BIN_CHARS: usize = 6;
const NAME_CHARS: usize = 140;

/// Whom to look for: an account, or a name where the bank tells no account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payer {
    /// The number that they pay from.
    pub account: Option<String>,
    /// Its bank, six digits, where the bank that reports tells it.
    pub bin: Option<String>,
    /// As the bank writes it, in any case and with or without diacritics.
    pub name: Option<String>,
}

/// What is kept of a payer.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayerCopy {
    #[schema(value_type = String, format = DateTime)]
    pub at: UnixMs,
    pub transfers: Vec<PayerTransfer>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PayerTransfer {
    pub transfer_id: TransferId,
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    #[schema(value_type = i64)]
    pub amount_vnd: Vnd,
    /// As the bank told it, while it is kept.
    pub body: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasedPayer {
    #[schema(value_type = String, format = DateTime)]
    pub at: UnixMs,
    /// Transfers that nobody can tell to be this payer's any more.
    pub transfer_count: i64,
    /// Bodies that were erased.
    pub body_count: i64,
    /// Transfers that somebody still has to decide by their memo and payer: erase again when they are
    /// settled.
    pub waiting_count: i64,
}

fn marks(key: &SecretKey, of: &Payer) -> Result<Vec<i64>, Refusal> {
    let fields = [
        ("account", &of.account, ACCOUNT_CHARS),
        ("bin", &of.bin, BIN_CHARS),
        ("name", &of.name, NAME_CHARS),
    ];
    for (field, said, most) in fields {
        said.as_ref().map(|said| check::text(field, said, most)).transpose()?;
    }
    let marks = payer::marks(key, of.bin.as_deref(), of.account.as_deref(), of.name.as_deref());
    if marks.is_empty() { Err(Refusal::invalid("account", "payer-not-named")) } else { Ok(marks) }
}

/// # Errors
/// `forbidden`, `outside-sections`, `payer-not-named` (account), `text-length`, `text-control-character`.
pub fn copy_payer(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    of: &Payer,
) -> Outcome<PayerCopy> {
    require_sight(act)?;
    let marks = marks(key, of)?;
    let paid = store::paid(connection, act.board_id(), &marks)?;
    let transfer = |one: store::PaidTransfer| PayerTransfer {
        transfer_id: TransferId(one.id),
        day: Day(one.day),
        amount_vnd: Vnd::new(one.amount_vnd),
        body: one.body.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    };
    Ok(PayerCopy { at: act.at, transfers: paid.into_iter().map(transfer).collect() })
}

/// Erases what names the payer and cuts the hash: the transfers stay one payer's, of whom nobody can
/// say any more who it is, so that counts of payers stay as they are.
///
/// # Errors
/// As [`copy_payer`].
pub fn erase_payer(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    of: &Payer,
) -> Outcome<ErasedPayer> {
    require_erasure(act)?;
    let (board_id, marks) = (act.board_id(), marks(key, of)?);
    lock_board(connection, board_id)?;
    store::secure(connection)?;
    let needed: BTreeSet<i64> = retention::needed(connection, board_id)?.into_iter().collect();
    let paid = store::paid(connection, board_id, &marks)?;
    let bodies: BTreeSet<i64> = paid.iter().map(|one| one.delivery_id).collect();
    let waiting_count = bodies.intersection(&needed).count() as i64;
    let words: Vec<String> = of.account.iter().chain(&of.name).cloned().collect();
    let words = needles(&words);
    let body_count = store::erase_bodies(connection, board_id, bodies, &words, &needed)?;
    for word in &words {
        store::erase_word(connection, board_id, word)?;
    }
    let ids: Vec<i64> = paid.iter().map(|one| one.id).collect();
    store::forget_payer(connection, board_id, &ids)?;
    for mark in marks {
        store::anonymise(connection, board_id, mark, payer::nobody()?)?;
    }
    let transfer_count = paid.len() as i64;
    Ok(ErasedPayer { at: act.at, transfer_count, body_count, waiting_count })
}
