//! Who saw or changed what about whom.

use std::fmt::Write as _;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::audit::{self, Entry};
use crate::db::Fault;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::file::Binary;
use crate::web::listing::{Listing, PageParams};
use crate::web::problem::Problem;
use crate::web::query::Query;

resource!(list, give);

type Answer = Result<HttpResponse, Problem>;

/// Lines of one file.
const MOST: i64 = 10_000;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditFilter {
    /// An id, of whomever it is: entries that name it as who or as whom.
    about: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Part {
    /// Entries after this `seq`; from the first if absent.
    after: Option<i64>,
}

/// Entries, oldest first. Looks are told within a minute, changes at once.
#[utoipa::path(tag = "audit", params(AuditFilter, PageParams),
    security(("key" = ["audit.read"])), responses((status = 200, body = Page<Entry>)))]
#[get("/audit-entries")]
async fn list(caller: Caller, listing: Listing<AuditFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller
        .show(move |connection, act| {
            let about = filter.about.as_deref();
            let found = audit::list(connection, act, about, page.floor().max(0), page.rows())?;
            Ok(page.page(found, |entry| entry.seq))
        })
        .await
}

/// The same as NDJSON, an entry a line, at most 10,000; `cho40 audit verify` checks such a file, and
/// docs/operating.md says how to do it without cho40.
#[utoipa::path(tag = "audit", params(Part), security(("key" = ["audit.read"])),
    responses((status = 200, body = Binary, content_type = "application/x-ndjson")))]
#[get("/audit-entries/file")]
async fn give(caller: Caller, part: Query<Part>) -> Answer {
    let after = part.0.after.unwrap_or_default().max(0);
    let text = caller
        .read(move |connection, act| {
            let mut text = String::new();
            for entry in audit::list(connection, act, None, after, MOST)? {
                let line = serde_json::to_string(&entry).map_err(Fault::broken)?;
                writeln!(text, "{line}").map_err(Fault::broken)?;
            }
            Ok(text)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"cho40-audit.ndjson\""))
        .body(text))
}
