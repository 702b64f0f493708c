//! Version 1: one file a resource. A file's `resource!` lists its handlers once, for the router and
//! for the OpenAPI document alike; method, path and permission stand above each handler.

use actix_web::web::ServiceConfig;
use serde::Deserialize;
use utoipa::{OpenApi as _, ToSchema};

/// Declares the handlers of a resource: `configure` routes them, `Document` describes them. Behind
/// a `;` stand the types that only their query strings have, which utoipa does not find by itself.
macro_rules! resource {
    ($($handler:ident),+ $(,)? $(; $($schema:ident),+)?) => {
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($handler),+) $(, components(schemas($($schema),+)))?)]
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
            $(document.merge(named(stringify!($file), $file::Document::openapi()));)+
            document
        }
    };
}

resources! {
    keys,
    users,
    invitations,
    boards,
    markets,
    looks,
    calendar,
    sections,
    neighbourhoods,
    stalls,
    register_files,
    prints,
    papers,
    print_jobs,
    vendors,
    occupancies,
    absences,
    banks,
    accounts,
    numbers,
    links,
    verifications,
    codes,
    code_checks,
    code_readings,
    other_codes,
    consents,
    requests,
    feeds,
    polling,
    pulse,
    deliveries,
    suspected_pairs,
    sighting_conflicts,
    phones,
    stall_links,
    phone_templates,
    phone_texts,
    statements,
    statement_layouts,
    transfers,
    marked_transfers,
    assignment_proposals,
    class_rules,
    refunds,
    reports,
    teams,
    visit_rounds,
    visits,
    cash_plans,
    tallies,
    adoption_targets,
    published_reports,
    audit_entries,
    persons,
}

/// Names operations after their file too, `stalls_create`: a generated client has all of them in
/// one place.
fn named(file: &str, mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for item in document.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let handler = operation.operation_id.take().unwrap_or_default();
            operation.operation_id = Some(format!("{file}_{handler}"));
        }
    }
    document
}

/// The body of what needs no input: `{}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoFields {}
