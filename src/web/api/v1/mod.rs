//! Version 1: one file a resource. A file's `resource!` lists its handlers once, for the router and
//! for the OpenAPI document alike; method, path and permission stand above each handler.

use actix_web::web::ServiceConfig;
use serde::Deserialize;
use utoipa::{OpenApi as _, ToSchema};

/// Declares the handlers of a resource: `configure` routes them, `Document` describes them.
macro_rules! resource {
    ($($handler:ident),+ $(,)?) => {
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($handler),+))]
        pub(super) struct Document;

        pub(super) fn configure(config: &mut actix_web::web::ServiceConfig) {
            config$(.service($handler))+;
        }
    };
}

/// Declares the files of resources.
macro_rules! resources {
    ($($file:ident),+ $(,)?) => {
        $(mod $file;)+

        /// Routes every resource.
        pub fn configure(config: &mut ServiceConfig) {
            config$(.configure($file::configure))+;
        }

        /// Describes every resource, with paths below `/api/v1`.
        #[must_use]
        pub fn document() -> utoipa::openapi::OpenApi {
            let mut document = utoipa::openapi::OpenApi::default();
            $(document.merge($file::Document::openapi());)+
            document
        }
    };
}

resources! {
    keys,
    boards,
    markets,
    calendar,
    sections,
    neighbourhoods,
    stalls,
    vendors,
    occupancies,
    absences,
    accounts,
    numbers,
    links,
    verifications,
    codes,
    code_checks,
    consents,
}

/// The body of what needs no input: `{}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoFields {}
