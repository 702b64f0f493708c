//! Dynamic payment requests: one amount, one expiry, one symbol.

use actix_web::{HttpRequest, HttpResponse, get, post};

use crate::access::{Act, Permission};
use crate::db::DbConnection;
use crate::intake::pulse::{self, SightedRequest};
use crate::primitives::ids::RequestId;
use crate::registry::Page;
use crate::requests::{self, NewRequest, Request, RequestFilter};
use crate::vietqr::{Format, Level};
use crate::web::api::v1::NoFields;
use crate::web::caller::Caller;
use crate::web::file::Binary;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::next_step;
use crate::web::path::Id;
use crate::web::pictures::{self, DrawPng, DrawSvg, KnownTags};
use crate::web::problem::Problem;
use crate::web::query::Query;
use crate::web::warned::{Teller, WarnedRequest};

// The pictures first: `{id}` would match their names too.
resource!(png, svg, create, list, show, cancel);

type Answer = Result<HttpResponse, Problem>;

/// Asks for an amount. Send an `Idempotency-Key`: a phone that lost the answer gets the same code.
/// `warnings` say what the account's feed will not see.
#[utoipa::path(tag = "requests", request_body = NewRequest,
    security(("key" = ["requests.write"])), responses((status = 201, body = WarnedRequest)))]
#[post("/requests")]
async fn create(caller: Caller, new: Json<NewRequest>, request: HttpRequest) -> Answer {
    let location = |warned: &WarnedRequest| format!("/api/v1/requests/{}", warned.request.id);
    let teller = Teller::of(&request);
    caller
        .create(new, location, move |connection, act, new| {
            let request = requests::create(connection, act, new)?;
            teller.request(connection, act, request)
        })
        .await
}

/// Amounts of sales are shown to keys with `amounts.read`, to the key that asked, and where the
/// vendor shares them.
#[utoipa::path(tag = "requests", params(RequestFilter, PageParams),
    security(("key" = ["requests.read"])), responses((status = 200, body = Page<Request>)))]
#[get("/requests")]
async fn list(caller: Caller, listing: Listing<RequestFilter>, request: HttpRequest) -> Answer {
    let Listing { filter, page } = listing;
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let Page { items, next_cursor } = requests::list(connection, act, &filter, page)?;
            let items = items.into_iter().map(|one| next_step::told(one, language)).collect();
            Ok(Page { items, next_cursor })
        })
        .await
}

/// A request as it stands now, and whether its money was seen: `sight.label` is what may be shown to
/// a customer who says that it was sent.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path)),
    security(("key" = ["requests.read"])), responses((status = 200, body = SightedRequest)))]
#[get("/requests/{id}")]
async fn show(caller: Caller, id: Id<RequestId>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let mut seen = pulse::request(connection, act, id.0)?;
            let key = format!("sight-{}", seen.sight.state.as_str().replace('_', "-"));
            seen.sight.label = language.text(&key, &[]).unwrap_or_default();
            seen.request = next_step::told(seen.request, language);
            Ok(seen)
        })
        .await
}

/// Takes a request back that nothing was paid to.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path)), request_body = NoFields,
    security(("key" = ["requests.write"])), responses((status = 200, body = Request)))]
#[post("/requests/{id}/cancel")]
async fn cancel(
    caller: Caller,
    id: Id<RequestId>,
    body: Json<NoFields>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    caller
        .perform(body, move |connection, act, NoFields {}| {
            let cancelled = requests::cancel(connection, act, id.0)?;
            Ok(next_step::told(cancelled, language))
        })
        .await
}

/// The symbol as a 1-bit PNG, with an entity tag. It holds the amount: only for those who see it.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path), DrawPng),
    security(("key" = ["requests.read"])),
    responses((status = 200, content_type = "image/png", body = Binary), (status = 304)))]
#[get("/requests/{id}.png")]
async fn png(caller: Caller, id: Id<RequestId>, how: Query<DrawPng>, known: KnownTags) -> Answer {
    picture(&caller, id.0, how.0.how()?, &known).await
}

/// The symbol as an SVG of one path, with an entity tag. It holds the amount: only for those who see it.
#[utoipa::path(tag = "requests", params(("id" = RequestId, Path), DrawSvg),
    security(("key" = ["requests.read"])),
    responses((status = 200, content_type = "image/svg+xml", body = String), (status = 304)))]
#[get("/requests/{id}.svg")]
async fn svg(caller: Caller, id: Id<RequestId>, how: Query<DrawSvg>, known: KnownTags) -> Answer {
    picture(&caller, id.0, how.0.how()?, &known).await
}

async fn picture(
    caller: &Caller,
    id: RequestId,
    how: (Level, Format),
    known: &KnownTags,
) -> Answer {
    // Others may see the amount too, but that is asked each time.
    let permissions = [Permission::RequestsRead, Permission::AmountsRead];
    let find = move |connection: &mut DbConnection, act: &Act| {
        requests::payload(connection, act, id)
    };
    let payload = pictures::remembered(caller, &permissions, id.0, find).await?;
    pictures::answer(caller, &payload, how, known)
}
