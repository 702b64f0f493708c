//! Consents, per person and purpose (Law 91/2025): who gave it, when, and when it was withdrawn.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred, text};
use super::store::{self, consents as rows};
use super::store::{reporters as reporter_store, vendors as vendor_store};
use super::{Page, PageRequest, accounts, withdrawn};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, ActorId, ConsentId, FeedId, OccupancyId, VendorId};
use crate::primitives::{Refusal, UnixMs};
use crate::text_enum;

const NAME_CHARS: usize = 120;
pub const WORDING_CHARS: usize = 1_000;

text_enum!(Purpose {
    /// To be in the register at all: vendor or holder.
    Register = "register",
    /// The holder lets the account's notices reach us.
    ReceiveNotices = "receive_notices",
    /// The vendor lets the board see amounts.
    ShareAmounts = "share_amounts",
    /// The holder lends the account to a vendor's stall.
    UseOfAccount = "use_of_account",
    /// The holder lets outgoing transfers and balances be kept.
    KeepOutgoing = "keep_outgoing",
});

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consent {
    pub id: ConsentId,
    pub vendor_id: Option<VendorId>,
    /// Given by the account's holder.
    pub account_id: Option<AccountId>,
    pub purpose: Purpose,
    pub given_by: String,
    /// The one feed that it is for; absent: whichever.
    pub feed_id: Option<FeedId>,
    /// The words that were agreed to.
    pub wording: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub given_at: UnixMs,
    /// The key or user that wrote it down; absent for those of before.
    pub recorded_by: Option<ActorId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub withdrawn_at: Option<UnixMs>,
    pub withdrawn_by: Option<ActorId>,
}

/// Names a vendor, or an account for its holder; never both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    pub vendor_id: Option<VendorId>,
    pub account_id: Option<AccountId>,
    pub purpose: Purpose,
    /// 1–120 characters.
    pub given_by: String,
    /// With `receive_notices`, the one feed that it is for.
    pub feed_id: Option<FeedId>,
    /// The words that were read out or signed, 1–1,000 characters.
    pub wording: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConsentFilter {
    pub vendor_id: Option<VendorId>,
    pub account_id: Option<AccountId>,
    pub purpose: Option<Purpose>,
    /// Only those that hold, or only withdrawn ones.
    pub live: Option<bool>,
}

/// That amounts are shared is written down only by who sees them anyway: whoever does not would open
/// them to itself.
///
/// # Errors
/// `forbidden`; `consent-subject` when not exactly one of vendor and account is named, or the wrong one for the
/// purpose; `consent-feed` for a feed with another purpose; `not-found` (vendor_id, account_id,
/// feed_id); `consent-exists`.
pub fn give(connection: &mut DbConnection, act: &Act, new: NewConsent) -> Outcome<Consent> {
    act.require(Permission::RegistryWrite)?;
    if new.purpose == Purpose::ShareAmounts {
        act.require(Permission::AmountsRead)?;
    }
    let board_id = act.board_id();
    store::touch(connection, board_id)?;
    check_feed(connection, act, &new)?;
    let held = match (new.vendor_id, new.account_id) {
        (Some(id), None) if new.purpose.is_vendors() => {
            referred(vendor_store::find(connection, board_id, id)?, "vendor", "vendor_id")?;
            rows::of_vendor(connection, board_id, id, new.purpose)?
        }
        (None, Some(id)) if new.purpose.is_holders() => {
            accounts::require(connection, act, id, "account_id")?;
            rows::of_account(connection, board_id, id, new.purpose, new.feed_id)?
        }
        _ => {
            let field = if new.purpose.is_vendors() { "vendor_id" } else { "account_id" };
            let refusal = Refusal::invalid(field, "consent-subject");
            let whose = match (new.purpose.is_vendors(), new.purpose.is_holders()) {
                (true, false) => "vendor",
                (false, true) => "holder",
                _ => "either",
            };
            let refusal = refusal.with("purpose", new.purpose.as_str());
            return Err(refusal.with("whose", whose).into());
        }
    };
    if let Some(held) = held {
        return Err(Refusal::conflict("consent-exists").with("consent", held).into());
    }
    let consent = Consent {
        id: ConsentId(act.new_id()),
        vendor_id: new.vendor_id,
        account_id: new.account_id,
        purpose: new.purpose,
        given_by: text("given_by", &new.given_by, NAME_CHARS)?,
        feed_id: new.feed_id,
        wording: new.wording.map(|words| text("wording", &words, WORDING_CHARS)).transpose()?,
        given_at: act.at,
        recorded_by: Some(act.scope.actor),
        withdrawn_at: None,
        withdrawn_by: None,
    };
    rows::insert(connection, board_id, &consent)?;
    Ok(consent)
}

fn check_feed(connection: &mut DbConnection, act: &Act, new: &NewConsent) -> Outcome<()> {
    let Some(feed_id) = new.feed_id else { return Ok(()) };
    if new.purpose != Purpose::ReceiveNotices {
        let refusal = Refusal::invalid("feed_id", "consent-feed");
        return Err(refusal.with("purpose", Purpose::ReceiveNotices.as_str()).into());
    }
    let feed = reporter_store::is_feed(connection, act.board_id(), feed_id)?.then_some(());
    Ok(referred(feed, "feed", "feed_id")?)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: ConsentId) -> Outcome<Consent> {
    act.require(Permission::RegistryRead)?;
    Ok(found(rows::find(connection, act.board_id(), id)?, "consent")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &ConsentFilter,
    page: PageRequest,
) -> Outcome<Page<Consent>> {
    act.require(Permission::RegistryRead)?;
    let consents = rows::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(consents, |consent| consent.id.0))
}

/// Those of the occupancies whose vendors share their amounts now.
pub fn sharing_amounts(
    connection: &mut DbConnection,
    act: &Act,
    of: &[OccupancyId],
) -> Outcome<HashSet<OccupancyId>> {
    if of.is_empty() {
        return Ok(HashSet::new());
    }
    let sharing = rows::sharing_amounts(connection, act.board_id(), of, act.at)?;
    Ok(sharing.into_iter().collect())
}

/// Ends a consent, and with it what leans on it ([`super::withdrawn`]).
///
/// # Errors
/// `consent-withdrawn` when it already is.
pub fn withdraw(connection: &mut DbConnection, act: &Act, id: ConsentId) -> Outcome<Consent> {
    act.require(Permission::RegistryWrite)?;
    let board_id = act.board_id();
    store::touch(connection, board_id)?;
    let mut consent = found(rows::find(connection, board_id, id)?, "consent")?;
    if let Some(withdrawn_at) = consent.withdrawn_at {
        let refusal = Refusal::conflict("consent-withdrawn");
        return Err(refusal.with("withdrawn_at", withdrawn_at).into());
    }
    consent.withdrawn_at = Some(act.at);
    consent.withdrawn_by = Some(act.scope.actor);
    rows::update_withdrawal(connection, board_id, &consent)?;
    withdrawn::follow(connection, act, &consent)?;
    Ok(consent)
}

impl Purpose {
    pub const ALL: [Self; 5] = [
        Self::Register,
        Self::ReceiveNotices,
        Self::ShareAmounts,
        Self::UseOfAccount,
        Self::KeepOutgoing,
    ];

    /// Amounts of a stall are the vendor's, so the vendor shares them.
    #[must_use]
    pub const fn is_vendors(self) -> bool {
        matches!(self, Self::Register | Self::ShareAmounts)
    }

    #[must_use]
    pub const fn is_holders(self) -> bool {
        !matches!(self, Self::ShareAmounts)
    }
}
