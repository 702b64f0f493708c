//! Asking for money.

use serde::Deserialize;
use utoipa::ToSchema;

use super::store;
use super::types::{Order, PaidTo, Request, RequestKind, RequestRow};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedKind, connector};
use crate::primitives::ids::{AccountId, NumberId, OccupancyId, RequestId};
use crate::primitives::time::MS_PER_SECOND;
use crate::primitives::{Refusal, Vnd, input};
use crate::registry::payee::Payee;
use crate::registry::references::{self, Claimant};
use crate::registry::store::reporters;
use crate::registry::{boards, check, occupancies};
use crate::vietqr;

const DEFAULT_EXPIRY_S: i64 = 900;
const MIN_EXPIRY_S: i64 = 60;
const DAY_S: i64 = 86_400;
const MAX_SALE_EXPIRY_S: i64 = DAY_S;
/// Fees are asked for weeks ahead.
const MAX_FEE_EXPIRY_S: i64 = 100 * DAY_S;
const ORDER_CODE_CHARS: usize = 64;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    pub kind: RequestKind,
    /// Who sells, or who owes the fee.
    pub occupancy_id: OccupancyId,
    /// For a sale the occupancy's only linked account, if absent; a fee must name the market's.
    pub account_id: Option<AccountId>,
    /// The account's main number, if absent.
    pub number_id: Option<NumberId>,
    /// 1 to 499,999,999 đ.
    #[schema(value_type = i64, minimum = 1, maximum = 499_999_999)]
    pub amount_vnd: Vnd,
    /// Follows the reference in the memo: letters and digits, folded to ASCII. With the reference
    /// at most 25 characters.
    pub purpose: Option<String>,
    /// 900 if absent; 60–86,400 for a sale, up to 8,640,000 (100 days) for a fee.
    pub expires_in_s: Option<i64>,
    /// Where an order at a provider was made for it.
    #[serde(default, deserialize_with = "input::optional_object")]
    pub order: Option<Order>,
}

/// # Errors
/// `amount-not-positive`, `amount-too-large` (amount_vnd); `expiry-out-of-range` (expires_in_s);
/// `text-character`, `text-too-long` (purpose); `not-found` (occupancy_id, account_id, number_id,
/// order.feed_id); `occupancy-not-trading`; `fee-account-required` (account_id); `order-exists`;
/// those of [`Payee::of_occupancy`].
pub fn create(connection: &mut DbConnection, act: &Act, new: NewRequest) -> Outcome<Request> {
    act.require(Permission::RequestsWrite)?;
    let board_id = act.board_id();
    vietqr::check_amount(new.amount_vnd).map_err(|refusal| refusal.on("amount_vnd"))?;
    let expires_in_s = check_expiry(new.kind, new.expires_in_s)?;
    let purpose = vietqr::fold_text("purpose", new.purpose.as_deref().unwrap_or_default())?;
    let payee = payee(connection, act, &new)?;
    let order = new.order.map(|order| check_order(connection, act, &order)).transpose()?;
    let id = RequestId(act.new_id());
    let reference = references::claim(connection, board_id, Claimant::Request(id), act.at)?;
    let issued = payee.code(Some(new.amount_vnd), Some(reference), &purpose)?;
    let row = RequestRow {
        id,
        occupancy_id: new.occupancy_id,
        account_id: payee.account.id,
        number_id: payee.number.id,
        kind: new.kind,
        amount: new.amount_vnd,
        purpose,
        reference,
        payload: issued.payload,
        order,
        created_by: act.scope.actor,
        created_at: act.at,
        expires_at: act.at.plus_ms(expires_in_s.saturating_mul(MS_PER_SECOND)),
        cancelled_at: None,
        received: Vnd::ZERO,
        given_back: Vnd::ZERO,
        last_paid_at: None,
        received_late: Vnd::ZERO,
        thousandfold_count: 0,
        payment_count: 0,
        whole_count: 0,
        was_paid: false,
    };
    // The order is the only other unique key.
    let order_exists = || Refusal::conflict("order-exists").on("order.order_code");
    store::insert(connection, board_id, &row).map_err(|fault| fault.on_duplicate(order_exists))?;
    let to = PaidTo {
        bin: payee.number.bin,
        number: payee.number.number,
        holder_name: payee.account.holder_name,
    };
    Ok(Request::shown(row, to, act.at, true))
}

fn payee(connection: &mut DbConnection, act: &Act, new: &NewRequest) -> Outcome<Payee> {
    let occupancy = occupancies::require(connection, act, new.occupancy_id, "occupancy_id")?;
    if new.kind == RequestKind::Fee {
        // A vendor may owe a fee after leaving, and it is never paid to the vendor's own account
        // by default.
        let required = || Refusal::invalid("account_id", "fee-account-required");
        let account_id = new.account_id.ok_or_else(required)?;
        return Payee::of_account(connection, act, account_id, new.number_id);
    }
    let today = boards::today(connection, act)?;
    if !occupancy.period().contains(today) {
        let refusal = Refusal::conflict("occupancy-not-trading").on("occupancy_id");
        return Err(refusal.with("day", today).into());
    }
    Payee::of_occupancy(connection, act, &occupancy, today, new.account_id, new.number_id)
}

fn check_expiry(kind: RequestKind, expires_in_s: Option<i64>) -> Result<i64, Refusal> {
    let max = match kind {
        RequestKind::Sale => MAX_SALE_EXPIRY_S,
        RequestKind::Fee => MAX_FEE_EXPIRY_S,
    };
    let seconds = expires_in_s.unwrap_or(DEFAULT_EXPIRY_S);
    if (MIN_EXPIRY_S..=max).contains(&seconds) {
        return Ok(seconds);
    }
    let refusal = Refusal::invalid("expires_in_s", "expiry-out-of-range");
    Err(refusal.with("min", MIN_EXPIRY_S).with("max", max))
}

fn check_order(connection: &mut DbConnection, act: &Act, order: &Order) -> Outcome<Order> {
    let provider = reporters::provider_of(connection, act.board_id(), order.feed_id)?;
    let provider = provider.ok_or_else(|| Refusal::not_found("feed").on("order.feed_id"))?;
    if connector(provider).kind() != FeedKind::Order {
        let refusal = Refusal::invalid("order.feed_id", "order-feed-required");
        return Err(refusal.with("provider", provider.as_str()).into());
    }
    let order_code = check::text("order.order_code", &order.order_code, ORDER_CODE_CHARS)?;
    Ok(Order { feed_id: order.feed_id, order_code })
}
