//! What a request is called in the audit, and whether it is told there.

use actix_web::http::Method;
use actix_web::{HttpMessage as _, HttpRequest};

use crate::access::audit::{self, Did, Doing, How, MOST_NAMED};
use crate::primitives::ids::ActorId;

/// What shows nobody, below `/api/v1`: places, banks, figures of feeds, how files are read.
const NOBODY: [&str; 8] = [
    "/api/v1/banks",
    "/api/v1/boards",
    "/api/v1/markets",
    "/api/v1/sections",
    "/api/v1/neighbourhoods",
    "/api/v1/adoption-targets",
    "/api/v1/pulse",
    "/api/v1/statement-layouts",
];
/// What below those shows somebody all the same.
const SOMEBODY: [&str; 4] = ["/register", "/prints", "/stalls", "/report"];

/// What a body says: left by whoever reads it, as names and ids alone.
#[derive(Clone, Debug, Default)]
pub struct Said {
    fields: Vec<String>,
    ids: Vec<String>,
}

/// That the request's change was told in its transaction: it is no look.
pub struct Told;

impl Said {
    /// Of a body that fitted its type: its names are those of the type.
    pub fn in_body(text: &str) -> Self {
        let read = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
        let mut said = Self::default();
        for (name, value) in read.unwrap_or_default() {
            let several = value.as_array().map(Vec::as_slice);
            for one in several.unwrap_or(std::slice::from_ref(&value)) {
                said.ids.extend(one.as_str().filter(|text| audit::is_id(text)).map(str::to_owned));
            }
            said.fields.push(name);
        }
        said
    }
}

/// What a request does, by whom; ids from its address, its filters and its body.
pub fn doing(request: &HttpRequest, actor: ActorId, how: How, did: Did) -> Doing {
    let said = request.extensions().get::<Said>().cloned().unwrap_or_default();
    let mut whom: Vec<String> = Vec::new();
    let mut fields = said.fields;
    let in_path = request.match_info().iter().map(|(_, text)| text.to_owned());
    whom.extend(in_path.filter(|text| audit::is_id(text)));
    for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
        if audit::is_id(&value) {
            whom.push(value.into_owned());
        }
        // Cursors and sizes tell nothing of whom.
        if name != "cursor" && name != "limit" && name.len() <= 40 {
            fields.push(name.into_owned());
        }
    }
    whom.extend(said.ids);
    tidy(&mut whom);
    tidy(&mut fields);
    let pattern = request.match_pattern().unwrap_or_default();
    let what = format!("{} {pattern}", request.method());
    Doing { who: audit::name_of(actor), how, did, what, whom, fields }
}

/// What a method does.
pub fn did(method: &Method) -> Did {
    if method == Method::GET || method == Method::HEAD { Did::Looked } else { Did::Changed }
}

/// Once each, in their first order, and not too many.
pub fn tidy(names: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.truncate(MOST_NAMED);
}

/// Whether a look at this address is told: not what shows nobody.
pub fn is_told(pattern: &str) -> bool {
    let is_of = |root: &&str| {
        pattern.strip_prefix(*root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !NOBODY.iter().any(is_of) || SOMEBODY.iter().any(|word| pattern.contains(word))
}
