//! Proof that an account is the one it is said to be: the holder's name as the bank app shows it,
//! and a 1,000 đ test seen by the feed or confirmed in the holder's app.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::accounts::{self, AccountKind};
use super::check::{found, text};
use super::store::verifications as store;
use super::{Page, PageRequest, reporters};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, VerificationId};
use crate::primitives::{Refusal, UnixMs, fold};
use crate::text_enum;

const NAME_CHARS: usize = 120;
/// What banks write before the name of a household business; the holder's contract may not.
const HOUSEHOLD_PREFIXES: [&str; 2] = ["HKD ", "HO KINH DOANH "];

text_enum!(Method {
    /// A member read the holder's name in a bank app.
    NameShown = "name_shown",
    /// A feed, or a statement, told the test: only of an account that a feed sees, or was told of.
    TestSeen = "test_seen",
    /// The holder saw the test in their own app.
    TestConfirmed = "test_confirmed",
});

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verification {
    pub id: VerificationId,
    pub account_id: AccountId,
    pub method: Method,
    /// What the bank app showed.
    pub shown_name: Option<String>,
    pub passed: bool,
    pub verified_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub verified_at: UnixMs,
}

/// `name_shown` needs `shown_name`, and is judged here; tests need `passed`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVerification {
    pub account_id: AccountId,
    pub method: Method,
    /// 1–120 characters.
    pub shown_name: Option<String>,
    pub passed: Option<bool>,
    /// Who did it: 1–120 characters.
    pub verified_by: String,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerificationFilter {
    pub account_id: Option<AccountId>,
    pub method: Option<Method>,
    pub passed: Option<bool>,
}

/// # Errors
/// `not-found` (account_id), `account-closed`, `field-required` (shown_name, passed),
/// `field-not-allowed` (shown_name, passed); `no-feed-sees-account` (method): `test_seen` passed, of an
/// account that no feed sees and of which nothing was ever told.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    new: NewVerification,
) -> Outcome<Verification> {
    act.require(Permission::RegistryWrite)?;
    let account = accounts::require(connection, act, new.account_id, "account_id")?;
    accounts::refuse_closed(&account)?;
    let shown_name =
        new.shown_name.map(|name| text("shown_name", &name, NAME_CHARS)).transpose()?;
    let passed = match (new.method, &shown_name, new.passed) {
        (Method::NameShown, Some(shown), None) => {
            is_same_holder(account.kind, &account.holder_name, shown)
        }
        (Method::TestSeen | Method::TestConfirmed, None, Some(passed)) => passed,
        (Method::NameShown, None, _) => return required("shown_name", new.method),
        (Method::NameShown, Some(_), Some(_)) => return not_allowed("passed", new.method),
        (_, Some(_), _) => return not_allowed("shown_name", new.method),
        (_, None, None) => return required("passed", new.method),
    };
    // What no source tells, none has seen: such a test is the holder's word, `test_confirmed`.
    let needs_source = new.method == Method::TestSeen && passed;
    if needs_source && !reporters::may_have_told(connection, act, &account)? {
        return Err(Refusal::conflict("no-feed-sees-account").on("method").into());
    }
    let verification = Verification {
        id: VerificationId(act.new_id()),
        account_id: account.id,
        method: new.method,
        shown_name,
        passed,
        verified_by: text("verified_by", &new.verified_by, NAME_CHARS)?,
        verified_at: act.at,
    };
    store::insert(connection, act.board_id(), &verification)?;
    Ok(verification)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: VerificationId) -> Outcome<Verification> {
    act.require(Permission::RegistryRead)?;
    Ok(found(store::find(connection, act.board_id(), id)?, "verification")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &VerificationFilter,
    page: PageRequest,
) -> Outcome<Page<Verification>> {
    act.require(Permission::RegistryRead)?;
    let verifications = store::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(verifications, |verification| verification.id.0))
}

/// Whether two names are one holder: without diacritics, case and punctuation; for a household
/// business also without the bank's words for it.
#[must_use]
pub fn is_same_holder(kind: AccountKind, registered: &str, shown: &str) -> bool {
    let bare = |name: &str| {
        let folded = fold::name(name);
        let is_household = kind == AccountKind::HouseholdBusiness;
        let prefix = HOUSEHOLD_PREFIXES.iter().find(|prefix| folded.starts_with(**prefix));
        match prefix.filter(|_| is_household) {
            Some(prefix) => folded.replacen(prefix, "", 1),
            None => folded,
        }
    };
    bare(registered) == bare(shown)
}

fn required<T>(field: &'static str, method: Method) -> Outcome<T> {
    Err(Refusal::invalid(field, "field-required").with("because", method.as_str()).into())
}

fn not_allowed<T>(field: &'static str, method: Method) -> Outcome<T> {
    Err(Refusal::invalid(field, "field-not-allowed").with("because", method.as_str()).into())
}
