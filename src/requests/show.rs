//! Looking at requests.

use serde::Deserialize;
use utoipa::IntoParams;

use super::state::RequestState;
use super::store;
use super::types::{Request, RequestKind};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, OccupancyId, RequestId};
use crate::registry::check::found;
use crate::registry::{Page, PageRequest};

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
    Ok(Request::shown(row, to, act.at))
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &RequestFilter,
    page: PageRequest,
) -> Outcome<Page<Request>> {
    act.require(Permission::RequestsRead)?;
    let rows = store::page(connection, act.board_id(), filter, page, act.at)?;
    let shown = rows.into_iter().map(|(row, to)| Request::shown(row, to, act.at)).collect();
    Ok(page.page(shown, |request: &Request| request.id.0))
}
