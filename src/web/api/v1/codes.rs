//! Static codes of stalls, and their pictures.

use actix_web::{HttpRequest, HttpResponse, get, post};

use crate::access::{Act, Permission};
use crate::db::DbConnection;
use crate::primitives::ids::CodeId;
use crate::registry::Page;
use crate::registry::codes::{self, Code, CodeFilter, NewCode, Replacement, Revocation};
use crate::registry::existing_codes::{self, ExistingCode};
use crate::vietqr::{Format, Level};
use crate::web::caller::Caller;
use crate::web::file::Binary;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::pictures::{self, DrawPng, DrawSvg, KnownTags};
use crate::web::problem::Problem;
use crate::web::query::Query;
use crate::web::warned::{Teller, WarnedCode};

// The pictures first: `{id}` would match their names too.
resource!(png, svg, issue, register_existing, list, show, replace, revoke);

type Answer = Result<HttpResponse, Problem>;

fn location(warned: &WarnedCode) -> String {
    format!("/api/v1/codes/{}", warned.code.id)
}

/// Issues a code to be printed. `warnings` say what its feed will not see.
#[utoipa::path(tag = "codes", request_body = NewCode, security(("key" = ["codes.write"])),
    responses((status = 201, body = WarnedCode)))]
#[post("/codes")]
async fn issue(caller: Caller, new: Json<NewCode>, request: HttpRequest) -> Answer {
    let teller = Teller::of(&request);
    caller
        .create(new, location, move |connection, act, new| {
            let code = codes::issue(connection, act, new)?;
            teller.code(connection, act, code)
        })
        .await
}

/// Registers the sticker that a vendor already has.
#[utoipa::path(tag = "codes", request_body = ExistingCode, security(("key" = ["codes.write"])),
    responses((status = 201, body = WarnedCode)))]
#[post("/existing-codes")]
async fn register_existing(
    caller: Caller,
    existing: Json<ExistingCode>,
    request: HttpRequest,
) -> Answer {
    let teller = Teller::of(&request);
    caller
        .create(existing, location, move |connection, act, existing| {
            let code = existing_codes::register(connection, act, existing)?;
            teller.code(connection, act, code)
        })
        .await
}

#[utoipa::path(tag = "codes", params(CodeFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Code>)))]
#[get("/codes")]
async fn list(caller: Caller, listing: Listing<CodeFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| codes::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "codes", params(("id" = CodeId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = WarnedCode)))]
#[get("/codes/{id}")]
async fn show(caller: Caller, id: Id<CodeId>, request: HttpRequest) -> Answer {
    let teller = Teller::of(&request);
    caller
        .show(move |connection, act| {
            let code = codes::get(connection, act, id.0)?;
            teller.code(connection, act, code)
        })
        .await
}

/// Revokes a code and issues another for the same occupancy.
#[utoipa::path(tag = "codes", params(("id" = CodeId, Path)), request_body = Replacement,
    security(("key" = ["codes.write"])), responses((status = 201, body = WarnedCode)))]
#[post("/codes/{id}/replace")]
async fn replace(
    caller: Caller,
    id: Id<CodeId>,
    by: Json<Replacement>,
    request: HttpRequest,
) -> Answer {
    let teller = Teller::of(&request);
    caller
        .create(by, location, move |connection, act, by| {
            let code = codes::replace(connection, act, id.0, by)?;
            teller.code(connection, act, code)
        })
        .await
}

/// Ends a code. Money to it still attributes, flagged.
#[utoipa::path(tag = "codes", params(("id" = CodeId, Path)), request_body = Revocation,
    security(("key" = ["codes.write"])), responses((status = 200, body = Code)))]
#[post("/codes/{id}/revoke")]
async fn revoke(caller: Caller, id: Id<CodeId>, because: Json<Revocation>) -> Answer {
    caller
        .perform(because, move |connection, act, because| {
            codes::revoke(connection, act, id.0, because)
        })
        .await
}

/// The symbol as a 1-bit PNG, with an entity tag.
#[utoipa::path(tag = "codes", params(("id" = CodeId, Path), DrawPng),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "image/png", body = Binary), (status = 304)))]
#[get("/codes/{id}.png")]
async fn png(caller: Caller, id: Id<CodeId>, how: Query<DrawPng>, known: KnownTags) -> Answer {
    picture(&caller, id.0, how.0.how()?, &known).await
}

/// The symbol as an SVG of one path, with an entity tag.
#[utoipa::path(tag = "codes", params(("id" = CodeId, Path), DrawSvg),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "image/svg+xml", body = String), (status = 304)))]
#[get("/codes/{id}.svg")]
async fn svg(caller: Caller, id: Id<CodeId>, how: Query<DrawSvg>, known: KnownTags) -> Answer {
    picture(&caller, id.0, how.0.how()?, &known).await
}

async fn picture(caller: &Caller, id: CodeId, how: (Level, Format), known: &KnownTags) -> Answer {
    let find = move |connection: &mut DbConnection, act: &Act| {
        Ok(codes::get(connection, act, id)?.payload)
    };
    let permissions = [Permission::RegistryRead];
    let payload = pictures::remembered(caller, &permissions, id.0, find).await?;
    pictures::answer(caller, &payload, how, known)
}
