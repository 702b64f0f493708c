//! Lists: one page at a time, filtered.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::problem::Problem;
use super::query;
use super::state::AppState;
use crate::access::Scope;
use crate::db::present;
use crate::primitives::Refusal;
use crate::registry::{Page, PageRequest};

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// 1–200 items; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// For lists that are not filtered.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct Unfiltered {}

/// A list that is short enough for one page, in the shape of all lists.
#[must_use]
pub const fn whole<T>(items: Vec<T>) -> Page<T> {
    Page { items, next_cursor: None }
}

/// A page of what passes the filter.
pub struct Listing<F> {
    pub filter: F,
    pub page: PageRequest,
}

impl<F: DeserializeOwned + IntoParams + 'static> FromRequest for Listing<F> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let said = |name: &str| request.match_info().get(name).is_some();
        let listing = Self::parse(request.query_string(), said);
        let ids = named(request.query_string());
        let scope = request.extensions().get::<Scope>().cloned();
        let state = request.app_data::<web::Data<AppState>>().cloned();
        Box::pin(async move {
            let listing = listing?;
            if let (false, Some(scope), Some(state)) = (ids.is_empty(), scope, state) {
                require(&state, scope, ids).await?;
            }
            Ok(listing)
        })
    }
}

/// The ids that a filter names, each with its parameter.
fn named(text: &str) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(text.as_bytes()).into_owned();
    pairs.filter(|(name, _)| name.ends_with("_id")).collect()
}

/// Refuses an id that the board does not have: a mistyped one must not look like a list of nothing.
async fn require(
    state: &AppState,
    scope: Scope,
    ids: Vec<(String, String)>,
) -> Result<(), Problem> {
    let find = move |connection: &mut _| {
        for (name, id) in &ids {
            if let Some(what) = present::absent(connection, scope.board_id, id)? {
                return Err(Refusal::not_found(what).on(name.clone()).into());
            }
        }
        Ok(())
    };
    Ok(state.db.read(find).await?)
}

impl<F: DeserializeOwned + IntoParams> Listing<F> {
    /// What the path has `said` is no filter any more.
    fn parse(text: &str, said: impl Fn(&str) -> bool) -> Result<Self, Problem> {
        let known = F::into_params(|| None).into_iter().chain(PageParams::into_params(|| None));
        let known = known.map(|parameter| parameter.name).filter(|name| !said(name));
        let known: Vec<_> = known.collect();
        query::only_known(text, &known)?;
        let page: PageParams = query::parse(text)?;
        let page = PageRequest::parse(page.cursor.as_deref(), page.limit)?;
        Ok(Self { filter: query::parse(text)?, page })
    }
}
