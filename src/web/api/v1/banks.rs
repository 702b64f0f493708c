//! The bank directory.

use actix_web::{HttpResponse, get};

use crate::registry::Page;
use crate::registry::banks::{self, ListedBank};
use crate::web::caller::Caller;
use crate::web::listing;
use crate::web::problem::Problem;

resource!(list);

/// The banks by rising BIN, on one page.
#[utoipa::path(tag = "banks", security(("key" = ["registry.read"])),
    responses((status = 200, body = Page<ListedBank>)))]
#[get("/banks")]
async fn list(caller: Caller) -> Result<HttpResponse, Problem> {
    caller.show(|connection, act| banks::list(connection, act).map(listing::whole)).await
}
