//! What stands after the `?`, refused with the parameter at fault.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::misfit::Misfit;
use super::problem::Problem;

/// Parameters that fit `T`; each may stand once.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(text.as_bytes());
    let has_nul =
        |(name, value): &(Cow<'_, str>, Cow<'_, str>)| name.contains('\0') || value.contains('\0');
    if let Some((name, _)) = pairs.clone().find(has_nul) {
        let name: String = name.chars().filter(|c| *c != '\0').take(80).collect();
        return Err(Problem::invalid(name, "text-has-nul"));
    }
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
        .map_err(|error| Misfit::read(&error.inner().to_string(), &error.path().to_string()).into())
}

/// Refuses parameters other than these: a misspelt filter must not show everything.
pub(super) fn only_known(text: &str, known: &[String]) -> Result<(), Problem> {
    for (name, _) in form_urlencoded::parse(text.as_bytes()) {
        if !known.iter().any(|known| *known == name) {
            return Err(Misfit::Unknown { field: name.chars().take(80).collect() }.into());
        }
    }
    Ok(())
}
