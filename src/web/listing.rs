//! Lists: one page at a time, filtered.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::problem::Problem;
use super::query;
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

impl<F: DeserializeOwned + IntoParams> FromRequest for Listing<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let said = |name: &str| request.match_info().get(name).is_some();
        ready(Self::parse(request.query_string(), said))
    }
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
