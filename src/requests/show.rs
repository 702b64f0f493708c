//! Looking at requests.

use serde::Deserialize;
use utoipa::IntoParams;

use super::state::RequestState;
use super::store;
use super::types::{PaidTo, Request, RequestKind, RequestRow};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, OccupancyId, RequestId};
use crate::primitives::refusal::RefusalKind;
use crate::registry::check::found;
use crate::registry::{Page, PageRequest, consents};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestFilter {
    pub occupancy_id: Option<OccupancyId>,
    pub account_id: Option<AccountId>,
    pub kind: Option<RequestKind>,
    /// The state now.
    pub state: Option<RequestState>,
}

pub fn get(connection: &mut DbConnection, act: &Act, id: RequestId) -> Outcome<Request> {
    act.require(Permission::RequestsRead)?;
    let (row, to) = found(store::find(connection, act.board_id(), id)?, "request")?;
    show_one(connection, act, row, to)
}

/// The text of the symbol, for its picture.
///
/// # Errors
/// `amounts-not-shared` where the amount that stands in it is not the caller's to see.
pub fn payload(connection: &mut DbConnection, act: &Act, id: RequestId) -> Outcome<String> {
    let hidden = || Refusal::new(RefusalKind::Forbidden, "amounts-not-shared").into();
    get(connection, act, id)?.payload.ok_or_else(hidden)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &RequestFilter,
    page: PageRequest,
) -> Outcome<Page<Request>> {
    act.require(Permission::RequestsRead)?;
    let rows = store::page(connection, act.board_id(), filter, page, act.at)?;
    let shown = show(connection, act, rows)?;
    Ok(page.page(shown, |request| request.id.0))
}

pub(super) fn show_one(
    connection: &mut DbConnection,
    act: &Act,
    row: RequestRow,
    to: PaidTo,
) -> Outcome<Request> {
    Ok(found(show(connection, act, vec![(row, to)])?.pop(), "request")?)
}

/// Requests with the amounts that the caller may see: whoever asked for an amount knows it, a fee
/// is the market's own, and a vendor may share.
fn show(
    connection: &mut DbConnection,
    act: &Act,
    rows: Vec<(RequestRow, PaidTo)>,
) -> Outcome<Vec<Request>> {
    let sees_all = act.scope.permissions.contains(Permission::AmountsRead);
    let sees = |row: &RequestRow| {
        sees_all || row.kind == RequestKind::Fee || row.created_by == act.scope.actor
    };
    let others: Vec<_> =
        rows.iter().filter(|(row, _)| !sees(row)).map(|(row, _)| row.occupancy_id).collect();
    let sharing = consents::sharing_amounts(connection, act, &others)?;
    let shown = |(row, to): (RequestRow, PaidTo)| {
        let with_amounts = sees(&row) || sharing.contains(&row.occupancy_id);
        Request::shown(row, to, act.at, with_amounts)
    };
    Ok(rows.into_iter().map(shown).collect())
}
