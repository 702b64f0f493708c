//! Checks of the codes that hang on stalls.

use actix_web::{HttpResponse, get, post};

use crate::primitives::ids::CheckId;
use crate::registry::Page;
use crate::registry::code_checks::{self, CodeCheck, CodeCheckFilter, NewCodeCheck};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show);

type Answer = Result<HttpResponse, Problem>;

/// Compares what was scanned on the stall with the code that should hang there.
#[utoipa::path(tag = "codes", request_body = NewCodeCheck, security(("key" = ["codes.write"])),
    responses((status = 201, body = CodeCheck)))]
#[post("/code-checks")]
async fn create(caller: Caller, new: Json<NewCodeCheck>) -> Answer {
    let location = |check: &CodeCheck| format!("/api/v1/code-checks/{}", check.id);
    caller.create(new, location, code_checks::create).await
}

#[utoipa::path(tag = "codes", params(CodeCheckFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<CodeCheck>)))]
#[get("/code-checks")]
async fn list(caller: Caller, listing: Listing<CodeCheckFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| code_checks::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "codes", params(("id" = CheckId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = CodeCheck)))]
#[get("/code-checks/{id}")]
async fn show(caller: Caller, id: Id<CheckId>) -> Answer {
    caller.show(move |connection, act| code_checks::get(connection, act, id.0)).await
}
