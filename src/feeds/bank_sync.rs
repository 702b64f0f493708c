//! The protocol that VietQR.vn speaks to its merchants and MB to its partners (VietQR.vn's server is
//! one of them): the sender asks for a token with name and password, then posts each transfer
//! with it. Facts: api.vietqr.vn and VietQR.vn's public server (D)(O).
//!
//! - We host `api/token_generate` and `bank/api/transaction-sync` below the hook; both are also
//!   taken without what stands before their last part, and a report also on the hook itself.
//! - Field names occur in camelCase and in lower case (O).
//! - `transactiontime` is in milliseconds or seconds, as number or text, and may lie 7 hours ahead,
//!   see [`times::epoch`]; its documents call it optional (D): without it the day of the arrival
//!   must do.

use std::borrow::Cow;

use super::fields::{MAX_ID_CHARS, MAX_REFERENCE_CHARS, Object};
use super::{
    Believed, Direction, Incoming, Outcome, Precision, Provider, RefusedBecause, Reply, Reported,
    Secret, TokenConfig, Undecodable, UndecodableBecause, keys, reply, times, tokens,
};
use crate::primitives::UnixMs;

/// Where VietQR.vn's documents put the two, below the address that it is given.
pub(super) const TOKEN_PATH: &str = "api/token_generate";
pub(super) const SYNC_PATH: &str = "bank/api/transaction-sync";

/// What a path below the hook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    Token,
    Sync,
}

/// # Errors
/// `unknown-path`, `method-not-allowed`.
pub(super) fn called(incoming: &Incoming<'_>) -> Result<Called, RefusedBecause> {
    let called = match incoming.path_tail.trim_matches('/') {
        TOKEN_PATH | "token_generate" => Called::Token,
        "" | SYNC_PATH | "transaction-sync" => Called::Sync,
        _ => return Err(RefusedBecause::UnknownPath),
    };
    if incoming.method != "POST" {
        return Err(RefusedBecause::MethodNotAllowed);
    }
    Ok(called)
}

/// Gives out a token, or checks the one that comes with a report.
pub(super) fn verify_by_token(
    config: &TokenConfig,
    secrets: &[Secret],
    incoming: &Incoming<'_>,
    now: UnixMs,
) -> Result<Believed, RefusedBecause> {
    let called = called(incoming)?;
    keys::expect_secrets(secrets)?;
    match called {
        Called::Token => {
            tokens::answer(config, secrets, incoming.headers, now).map(Believed::Question)
        }
        Called::Sync => {
            tokens::expect(config, secrets, incoming.headers, now)?;
            Ok(Believed::Report)
        }
    }
}

/// What a body says, whoever sends it; its sender decides about identity and account.
pub(super) struct Synced<'a> {
    /// Under lower-case names.
    pub(super) body: Object<'a>,
    pub(super) transaction_id: Option<String>,
    pub(super) reference: Option<String>,
    /// `C` or `D`; `None` if it is not said.
    pub(super) direction: Option<Direction>,
    pub(super) account: Option<String>,
}

impl<'a> Synced<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Undecodable> {
        let body = Object::from_body(body)?.ignoring_case()?;
        let direction = match body.text("transtype", MAX_ID_CHARS)?.as_deref() {
            None => None,
            Some("C" | "c") => Some(Direction::In),
            Some("D" | "d") => Some(Direction::Out),
            Some(_) => return Err(body.error("transtype", UndecodableBecause::UnknownDirection)),
        };
        Ok(Self {
            transaction_id: body.text_or_digits("transactionid", MAX_REFERENCE_CHARS)?,
            reference: body.text_or_digits("referencenumber", MAX_REFERENCE_CHARS)?,
            account: body.account("bankaccount")?,
            direction,
            body,
        })
    }

    /// The transfer without its identity.
    pub(super) fn reported(
        self,
        provider: Provider,
        merchant: &str,
        direction: Direction,
        received_at: UnixMs,
    ) -> Result<Reported, Undecodable> {
        let (occurred_at, precision) = self.occurred_at(received_at)?;
        let body = &self.body;
        Ok(Reported {
            provider,
            merchant: merchant.to_owned(),
            id_family: String::new(),
            provider_id: String::new(),
            direction,
            amount: body.amount("amount")?,
            occurred_at,
            precision,
            bin: None,
            virtual_account: None,
            memo: body.memo("content")?.unwrap_or_default(),
            code_hint: body.text_or_digits("orderid", MAX_REFERENCE_CHARS)?,
            balance: None,
            payer: None,
            order: None,
            account_number: self.account,
            bank_reference: self.reference,
        })
    }

    fn occurred_at(&self, received_at: UnixMs) -> Result<(UnixMs, Precision), Undecodable> {
        let Some(time) = self.body.text_or_digits("transactiontime", MAX_ID_CHARS)? else {
            return Ok((received_at.day(0).start(0), Precision::Day));
        };
        let read = if time.bytes().all(|b| b.is_ascii_digit()) {
            times::epoch(&time, received_at)
        } else {
            times::wall_clock_run_together(&time)
        };
        read.map_err(|because| self.body.error("transactiontime", because))
    }
}

/// `errorReason` 000 for everything that needs no further attempt, else 005. VietQR.vn takes a 2xx
/// that it cannot read for a success (O), so nothing else is answered with one.
pub(super) fn reply(outcome: &Outcome, delivery: &str, done: &str) -> Reply {
    let failed = |code: &str| {
        Cow::Owned(format!(
            r#"{{"error":true,"errorReason":"005","toastMessage":"{code}","object":null}}"#
        ))
    };
    match outcome {
        Outcome::Refused(because) => reply::refused(*because, failed(because.code())),
        Outcome::Busy => reply::busy(failed("busy")),
        _ => reply::ok(Cow::Owned(format!(
            r#"{{"error":false,"errorReason":"000","toastMessage":"{done}","object":{{"reftransactionid":"{delivery}"}}}}"#
        ))),
    }
}
