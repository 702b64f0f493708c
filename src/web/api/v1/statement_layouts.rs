//! Layouts of statement files: what their columns are.

use actix_web::{HttpResponse, get, put};

use crate::feeds::statements::Mapping;
use crate::intake::statements::layouts::{self, Layout};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing;
use crate::web::path::{Id, LayoutName};
use crate::web::problem::Problem;

resource!(list, show, map);

type Answer = Result<HttpResponse, Problem>;

/// The layouts that were met, on one page.
#[utoipa::path(tag = "statements", security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<Layout>)))]
#[get("/statement-layouts")]
async fn list(caller: Caller) -> Answer {
    caller.show(|connection, act| layouts::list(connection, act).map(listing::whole)).await
}

#[utoipa::path(tag = "statements", params(("layout" = String, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Layout)))]
#[get("/statement-layouts/{layout}")]
async fn show(caller: Caller, name: Id<LayoutName>) -> Answer {
    caller.show(move |connection, act| layouts::get(connection, act, &name.0.0)).await
}

/// Says how to read a layout: which column holds what, counted from 0, and how dates and amounts
/// are written. Files uploaded from now on are read so.
#[utoipa::path(tag = "statements", params(("layout" = String, Path)), request_body = Mapping,
    security(("key" = ["feeds.write"])), responses((status = 200, body = Layout)))]
#[put("/statement-layouts/{layout}")]
async fn map(caller: Caller, name: Id<LayoutName>, to: Json<Mapping>) -> Answer {
    caller
        .change(move |connection, act| layouts::map(connection, act, &name.0.0, &to.value))
        .await
}
