//! The OpenAPI document, made from the handlers, and what is true of every operation.

use actix_web::http::Method;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{Modify, OpenApi as _};

use super::api::v1;
use super::problem::ProblemBody;
use crate::access::Permission;
use crate::ledger::matching::Unassigned;
use crate::ledger::unassigned::WaitingOrder;

/// The name of the security scheme.
const SCHEME: &str = "key";
const DESCRIPTION: &str = "\
VietQR codes, bank feeds and adoption figures of a cashless market. A key belongs to one board and \
reaches nothing else. Amounts are whole đồng (`…_vnd`), instants are RFC 3339 with an offset \
(`…_at`), days are `YYYY-MM-DD` in Vietnam (`…_day`). Problems are RFC 9457, in Vietnamese unless \
`Accept-Language` prefers English; programs look at `code`.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "cho40", description = DESCRIPTION),
    components(schemas(ProblemBody, Unassigned, WaitingOrder))
)]
struct Document;

/// The whole document.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = Document::openapi().nest("/api/v1", v1::document());
    Everywhere.modify(&mut document);
    document
}

/// Every operation with its path pattern, method and needed permission; `None` where its security
/// does not name exactly one that exists.
#[must_use]
pub fn operations(document: &OpenApi) -> Vec<(String, Method, Option<Permission>)> {
    let paths = document.paths.paths.iter();
    paths
        .flat_map(|(path, item)| {
            methods(item).into_iter().filter_map(move |(method, operation)| {
                Some((path.clone(), method, permission_of(operation.as_ref()?)))
            })
        })
        .collect()
}

const fn methods(item: &PathItem) -> [(Method, &Option<Operation>); 5] {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PATCH, &item.patch),
        (Method::PUT, &item.put),
        (Method::DELETE, &item.delete),
    ]
}

fn permission_of(operation: &Operation) -> Option<Permission> {
    let [requirement] = operation.security.as_deref()? else { return None };
    // The requirement shows its content only when it is written.
    let written = serde_json::to_value(requirement).ok()?;
    let [name] = written.get(SCHEME)?.as_array()?.as_slice() else { return None };
    let name = name.as_str()?;
    Permission::ALL.iter().copied().find(|permission| permission.as_str() == name)
}

/// Is sent something and keeps nothing.
const READING: &str = "/api/v1/code-readings";
const CONFLICT: &str = "It contradicts what is recorded.";

/// Adds what is true of every operation, so that handlers need not repeat it.
struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, document: &mut OpenApi) {
        let mut http = Http::new(HttpAuthScheme::Bearer);
        http.bearer_format = Some("cho40_ and 48 hexadecimal digits".into());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(SCHEME, SecurityScheme::Http(http));
        for (path, item) in &mut document.paths.paths {
            if let Some(operation) = &mut item.delete {
                complete(path, operation);
                // What is in use is not ended.
                let responses = &mut operation.responses.responses;
                responses.entry("409".into()).or_insert_with(|| problem(CONFLICT));
            }
            for operation in [&mut item.get, &mut item.patch, &mut item.put].into_iter().flatten() {
                complete(path, operation);
            }
            if let Some(operation) = &mut item.post {
                complete(path, operation);
                if path == READING {
                    continue;
                }
                let parameters = operation.parameters.get_or_insert_default();
                parameters.push(RefOr::T(idempotency_key()));
            }
        }
    }
}

fn complete(path: &str, operation: &mut Operation) {
    if let Some(permission) = permission_of(operation) {
        let needs = format!("Needs `{}`.", permission.as_str());
        operation.description = Some(match operation.description.take() {
            Some(text) if !text.is_empty() => format!("{text}\n\n{needs}"),
            _ => needs,
        });
    }
    let changes = operation.request_body.is_some();
    let has_query = place_parameters(path, operation);
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            about(status).clone_into(&mut response.description);
        }
    }
    for (status, about, applies) in [
        ("400", "The body is not JSON or not UTF-8.", changes),
        ("401", "No key, or one that does not exist.", true),
        ("403", "The key lacks the permission.", true),
        ("404", "It does not exist on this board.", changes || names_something(operation)),
        ("409", CONFLICT, changes),
        ("413", "The body is larger than its limit: 64 KiB, of a file 20 MiB.", changes),
        ("415", "The body is not what is asked for, mostly `application/json`.", changes),
        ("422", "A field or parameter cannot be accepted.", changes || has_query),
        ("429", "Too many requests; see `Retry-After`.", true),
        ("503", "Busy; see `Retry-After`.", true),
    ] {
        if applies {
            operation.responses.responses.entry(status.into()).or_insert_with(|| problem(about));
        }
    }
}

/// What an answer means whose handler does not say more.
fn about(status: &str) -> &'static str {
    match status {
        "201" => "It was made; `Location` says where it is.",
        "204" => "It is gone.",
        "304" => "It is what the caller has already.",
        _ => "As asked.",
    }
}

/// Whether a parameter names something: the path's, or a filter's.
fn names_something(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|parameter| {
        matches!(parameter, RefOr::T(parameter)
            if parameter.required == Required::True || parameter.name.ends_with("_id"))
    })
}

/// Says where parameters stand: in the path if it names them, else in the query. A list's filter
/// that the path has said already is left out. Tells whether there are any in the query.
fn place_parameters(path: &str, operation: &mut Operation) -> bool {
    let mut has_query = false;
    let mut seen = Vec::new();
    let parameters = operation.parameters.get_or_insert_default();
    parameters.retain_mut(|parameter| {
        let RefOr::T(parameter) = parameter else { return true };
        if seen.contains(&parameter.name) {
            return false;
        }
        seen.push(parameter.name.clone());
        let in_path = path.contains(&format!("{{{}}}", parameter.name));
        has_query |= !in_path;
        parameter.parameter_in = if in_path { ParameterIn::Path } else { ParameterIn::Query };
        true
    });
    has_query
}

fn problem(about: &str) -> RefOr<utoipa::openapi::Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(about);
    RefOr::T(response.content("application/problem+json", content).build())
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(200))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A request that comes again under the same key within a day is not done again: it \
             gets the same answer, with `Idempotency-Replayed: true`.",
        ))
        .schema(Some(schema))
        .build()
}
