//! The first visit to a stall, ten minutes: the vendor's own code with its account, the holder's name as
//! the bank's app shows it, what vendor and holder agree to, a test of 1.000 đ. Whoever may visit and
//! check codes writes down just this, although the register is otherwise closed to them: the vendor
//! stands beside them, and every row says who wrote it.

use super::checks;
use crate::access::{Act, Permission, Permissions};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, OccupancyId, StallId, VendorId};
use crate::registry::PageRequest;
use crate::registry::accounts::{Account, Relation};
use crate::registry::code_checks::{self, CodeCheck, NewCodeCheck, PhotoCheck};
use crate::registry::code_verdicts::CodeVerdict;
use crate::registry::codes::{self, Code, CodeFilter};
use crate::registry::consents::{self, ConsentFilter, NewConsent, Purpose};
use crate::registry::existing_codes::{self, ExistingCode};
use crate::registry::other_codes::{self, OtherCode, OtherCodeFilter};
use crate::registry::roll::{self, Roll};
use crate::registry::verifications::{
    self, Method, NewVerification, Verification, VerificationFilter,
};
use crate::vietqr::Photo;

/// A stall as the first visit finds it, and how far it has come.
#[derive(Clone, Debug)]
pub struct FirstVisit {
    pub stall_id: StallId,
    pub stall_code: String,
    pub section: String,
    pub occupancy_id: OccupancyId,
    pub vendor_id: VendorId,
    pub vendor: String,
    /// The account that the stall is paid on; the newest, where there are several.
    pub account: Option<PaidAccount>,
    /// Codes of other schemes that hang there: what is paid to them is never seen.
    pub others: Vec<OtherScheme>,
    /// The vendor agreed to be in the register.
    pub is_agreed: bool,
}

/// A wallet's or gateway's code of the stall.
#[derive(Clone, Debug)]
pub struct OtherScheme {
    pub scheme: String,
    pub holder_name: String,
}

/// An account of the stall.
#[derive(Clone, Debug)]
pub struct PaidAccount {
    pub id: AccountId,
    pub bank: String,
    pub number: String,
    pub holder_name: String,
    pub relation: Relation,
    /// A live code leads to it.
    pub has_code: bool,
    /// A feed reports it today.
    pub is_fed: bool,
    /// The last look at the holder's name, and the last test, passed.
    pub is_name_shown: bool,
    pub is_tested: bool,
    /// The holder agreed that notices may come, and to the use of the account where it is another's.
    pub is_agreed: bool,
}

/// What a member may do here: enough for these steps, for nothing else.
fn member(act: &Act) -> Outcome<Act> {
    act.require(Permission::VisitsWrite)?;
    act.require(Permission::CodesWrite)?;
    let mut inner = act.clone();
    let needed = vec![Permission::CodesWrite, Permission::RegistryRead, Permission::RegistryWrite];
    inner.scope.permissions = Permissions::of(needed);
    Ok(inner)
}

/// How far the visit has come.
///
/// # Errors
/// `forbidden`, `outside-sections`, `not-found` (stall), `stall-of-nobody` where nobody holds it today.
pub fn look(connection: &mut DbConnection, act: &Act, id: StallId) -> Outcome<FirstVisit> {
    let inner = member(act)?;
    let roll = roll::load(connection, &inner)?;
    let stall = roll.stall(id).ok_or_else(|| Refusal::not_found("stall"))?;
    let line = roll.line(stall).ok_or_else(|| Refusal::not_found("stall"))?;
    let (Some(occupancy), Some(vendor)) = (line.occupancy, line.vendor) else {
        return Err(Refusal::conflict("stall-of-nobody").on("stall").into());
    };
    let account = match newest(&roll, occupancy.id) {
        Some(account) => Some(paid(connection, &inner, &roll, (account, occupancy.id))?),
        None => None,
    };
    let others = other_schemes(connection, &inner, occupancy.id)?;
    let filter = ConsentFilter { vendor_id: Some(vendor.id), ..agreed_to(Purpose::Register) };
    Ok(FirstVisit {
        stall_id: id,
        stall_code: stall.code.clone(),
        section: line.section.name.clone(),
        occupancy_id: occupancy.id,
        vendor_id: vendor.id,
        vendor: vendor.name.clone(),
        account,
        others,
        is_agreed: is_given(connection, &inner, &filter)?,
    })
}

fn other_schemes(
    connection: &mut DbConnection,
    inner: &Act,
    id: OccupancyId,
) -> Outcome<Vec<OtherScheme>> {
    let filter = OtherCodeFilter { occupancy_id: Some(id), live: Some(true) };
    let all = other_codes::list(connection, inner, &filter, PageRequest::whole())?.items;
    let told = |code: OtherCode| OtherScheme { scheme: code.scheme, holder_name: code.holder_name };
    Ok(all.into_iter().map(told).collect())
}

/// What hangs at the stall, by a photo: recorded as a check, for a stranger's sticker is found here first.
///
/// # Errors
/// `forbidden`, `outside-sections`, those of [`look`] and [`checks::create_from_photo`].
pub fn check_photo(
    connection: &mut DbConnection,
    act: &Act,
    id: StallId,
    (photo, checked_by): (Photo, String),
) -> Outcome<CodeCheck> {
    let inner = member(act)?;
    look(connection, act, id)?;
    let new = PhotoCheck {
        stall_id: id,
        checked_by,
        place_note: None,
        latitude_mdeg: None,
        longitude_mdeg: None,
    };
    checks::create_from_photo(connection, &inner, new, photo)
}

/// The codes of the same photo once more, after one of them was registered: it is no stranger's any more.
///
/// # Errors
/// `forbidden`, `outside-sections`, those of [`checks::create`].
pub fn check_again(
    connection: &mut DbConnection,
    act: &Act,
    id: StallId,
    (texts, checked_by): (Vec<String>, String),
) -> Outcome<CodeCheck> {
    let inner = member(act)?;
    let new = NewCodeCheck {
        stall_id: Some(id),
        scanned_payloads: Some(texts),
        checked_by,
        ..NewCodeCheck::default()
    };
    checks::create(connection, &inner, new)
}

/// Of those that the stall is paid on today.
fn newest(roll: &Roll, id: OccupancyId) -> Option<&Account> {
    let is_now = |from, to: Option<_>| from <= roll.today && to.is_none_or(|to| to >= roll.today);
    let links = roll.linked(id).filter(|link| is_now(link.from_day, link.to_day));
    let accounts = links.filter_map(|link| roll.accounts.get(&link.account_id));
    accounts.filter(|account| account.closed_at.is_none()).last()
}

fn paid(
    connection: &mut DbConnection,
    inner: &Act,
    roll: &Roll,
    (account, occupancy_id): (&Account, OccupancyId),
) -> Outcome<PaidAccount> {
    let id = account.id;
    let wanted = CodeFilter {
        occupancy_id: Some(occupancy_id),
        account_id: Some(id),
        live: Some(true),
        ..CodeFilter::default()
    };
    let codes = codes::list(connection, inner, &wanted, PageRequest::default())?.items;
    let of_account = VerificationFilter { account_id: Some(id), ..VerificationFilter::default() };
    let all = verifications::list(connection, inner, &of_account, PageRequest::whole())?.items;
    let passed = |is: &dyn Fn(&Verification) -> bool| {
        all.iter().rev().find(|one| is(one)).is_some_and(|one| one.passed)
    };
    let mut needed = vec![Purpose::ReceiveNotices];
    if account.relation != Relation::Own {
        needed.push(Purpose::UseOfAccount);
    }
    let mut is_agreed = true;
    for purpose in needed {
        let filter = ConsentFilter { account_id: Some(id), ..agreed_to(purpose) };
        is_agreed &= is_given(connection, inner, &filter)?;
    }
    Ok(PaidAccount {
        id,
        bank: account.bank.clone(),
        number: account.number.clone(),
        holder_name: account.holder_name.clone(),
        relation: account.relation,
        has_code: !codes.is_empty(),
        is_fed: roll.is_fed(id),
        is_name_shown: passed(&|one| one.method == Method::NameShown),
        is_tested: passed(&|one| one.method != Method::NameShown),
        is_agreed,
    })
}

fn agreed_to(purpose: Purpose) -> ConsentFilter {
    ConsentFilter { purpose: Some(purpose), live: Some(true), ..ConsentFilter::default() }
}

fn is_given(connection: &mut DbConnection, inner: &Act, filter: &ConsentFilter) -> Outcome<bool> {
    Ok(!consents::list(connection, inner, filter, PageRequest::default())?.items.is_empty())
}

/// Whether a code may be the vendor's own: unregistered, or of the account that the stall is paid on. A
/// stranger's is no matter of a first visit, whatever was sent.
///
/// # Errors
/// `code-not-the-stalls` (payload), those of [`code_checks::judge`].
pub fn refuse_strangers(
    connection: &mut DbConnection,
    act: &Act,
    id: StallId,
    payload: &str,
) -> Outcome<()> {
    let found = code_checks::judge(connection, act, id, &[payload.to_owned()])?;
    let is_strange = |verdict| matches!(verdict, CodeVerdict::WrongAccount | CodeVerdict::Revoked);
    if found.iter().any(|one| is_strange(one.result)) {
        return Err(Refusal::conflict("code-not-the-stalls").on("payload").into());
    }
    Ok(())
}

/// Registers the code that hangs at the stall, with its account and the holder's name.
///
/// # Errors
/// `forbidden`, `outside-sections`, and those of [`existing_codes::register`].
pub fn take_code(connection: &mut DbConnection, act: &Act, found: ExistingCode) -> Outcome<Code> {
    let inner = member(act)?;
    existing_codes::register(connection, &inner, found)
}

/// What somebody agreed to, in the words that were read out.
#[derive(Clone, Debug)]
pub struct Agreed {
    pub purpose: Purpose,
    pub wording: String,
    pub given_by: String,
}

/// Writes down what vendor and holder agreed to; what they agreed to before stays as it was. Amounts and
/// outgoing money are not asked for here.
///
/// # Errors
/// `forbidden`, `outside-sections`, those of [`look`], `consent-subject` (purpose) for another purpose or
/// without an account.
pub fn agree(
    connection: &mut DbConnection,
    act: &Act,
    id: StallId,
    all: Vec<Agreed>,
) -> Outcome<FirstVisit> {
    let inner = member(act)?;
    let visit = look(connection, act, id)?;
    let account_id = visit.account.as_ref().map(|account| account.id);
    for agreed in all {
        let (vendor_id, account_id) = match (agreed.purpose, account_id) {
            (Purpose::Register, _) => (Some(visit.vendor_id), None),
            (Purpose::ReceiveNotices | Purpose::UseOfAccount, Some(id)) => (None, Some(id)),
            _ => return Err(Refusal::invalid("purpose", "choice-missing").into()),
        };
        let filter = ConsentFilter { vendor_id, account_id, ..agreed_to(agreed.purpose) };
        if is_given(connection, &inner, &filter)? {
            continue;
        }
        let new = NewConsent {
            vendor_id,
            account_id,
            purpose: agreed.purpose,
            given_by: agreed.given_by,
            feed_id: None,
            wording: Some(agreed.wording),
        };
        consents::give(connection, &inner, new)?;
    }
    look(connection, act, id)
}

/// Writes down what came of the test of 1.000 đ: seen by the feed, or by the holder in their own app.
///
/// # Errors
/// `forbidden`, `outside-sections`, those of [`look`], `not-found` (account) where the stall has none, and
/// those of [`verifications::create`].
pub fn tell_test(
    connection: &mut DbConnection,
    act: &Act,
    id: StallId,
    (method, passed): (Method, bool),
    verified_by: String,
) -> Outcome<FirstVisit> {
    let inner = member(act)?;
    let visit = look(connection, act, id)?;
    let account = visit.account.ok_or_else(|| Refusal::not_found("account"))?;
    let new = NewVerification {
        account_id: account.id,
        method,
        shown_name: None,
        passed: Some(passed),
        verified_by,
    };
    verifications::create(connection, &inner, new)?;
    look(connection, act, id)
}
