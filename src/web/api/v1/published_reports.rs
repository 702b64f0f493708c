//! Reports as they were published.

use actix_web::{HttpResponse, get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::adoption::published::{
    self, NewPublished, Published, PublishedFilter, PublishedHead,
};
use crate::primitives::ids::{MarketId, PublishedId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::pictures::KnownTags;
use crate::web::problem::Problem;
use crate::web::query::Query;
use crate::web::report_files::{self, FileFormat, Separator};

resource!(publish, list, show, file; FileFormat);

type Answer = Result<HttpResponse, Problem>;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    format: FileFormat,
    /// Of the CSV; `semicolon` if absent.
    #[serde(default)]
    separator: Separator,
}

/// Makes a report and keeps it as it is: it is shown again, never computed anew, whatever is known later.
/// It is made as for somebody who sees no amounts of stalls, and names no single stall.
#[utoipa::path(tag = "reports", params(("market_id" = MarketId, Path)), request_body = NewPublished,
    security(("key" = ["reports.publish"])), responses((status = 201, body = Published)))]
#[post("/markets/{market_id}/published-reports")]
async fn publish(caller: Caller, id: Id<MarketId>, new: Json<NewPublished>) -> Answer {
    let location = |made: &Published| format!("/api/v1/published-reports/{}", made.head.id);
    let publish = move |connection: &mut _, act: &_, new: NewPublished| {
        published::publish(connection, act, id.0, &new)
    };
    caller.create(new, location, publish).await
}

#[utoipa::path(tag = "reports", params(PublishedFilter, PageParams),
    security(("key" = ["reports.read"])), responses((status = 200, body = Page<PublishedHead>)))]
#[get("/published-reports")]
async fn list(caller: Caller, listing: Listing<PublishedFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| published::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "reports", params(("id" = PublishedId, Path)),
    security(("key" = ["reports.read"])), responses((status = 200, body = Published)))]
#[get("/published-reports/{id}")]
async fn show(caller: Caller, id: Id<PublishedId>) -> Answer {
    caller.show(move |connection, act| published::get(connection, act, id.0)).await
}

/// A published report as a file.
#[utoipa::path(tag = "reports", params(("id" = PublishedId, Path), Wanted),
    security(("key" = ["reports.read"])), responses((status = 200, content(
        (Vec<u8> = "application/pdf"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"), (String = "text/plain")))))]
#[get("/published-reports/{id}/file")]
async fn file(
    caller: Caller,
    id: Id<PublishedId>,
    wanted: Query<Wanted>,
    known: KnownTags,
) -> Answer {
    let Wanted { format, separator } = wanted.0;
    let (_, laid) =
        caller.read(move |connection, act| published::laid(connection, act, id.0)).await?;
    report_files::answer(&caller.state, laid, format, separator, &known).await
}
