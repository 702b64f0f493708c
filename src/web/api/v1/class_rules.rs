//! Rules for classes, and what they propose: the vendor's side, never an organiser's.

use actix_web::{HttpRequest, HttpResponse, get, post};

use crate::ledger::class_rules::{self, ClassRule, ClassRuleFilter, NewClassRule};
use crate::ledger::class_suggestions::{self, ClassSuggestion, SuggestionFilter};
use crate::primitives::ids::ClassRuleId;
use crate::registry::Page;
use crate::web::api::v1::NoFields;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, end, suggestions);

type Answer = Result<HttpResponse, Problem>;

/// Makes a rule; it proposes, and decides nothing. Needs `amounts.read` too.
#[utoipa::path(tag = "transfers", request_body = NewClassRule,
    security(("key" = ["transfers.assign"])), responses((status = 201, body = ClassRule)))]
#[post("/class-rules")]
async fn create(caller: Caller, new: Json<NewClassRule>) -> Answer {
    let location = |rule: &ClassRule| format!("/api/v1/class-rules/{}", rule.id);
    caller.create(new, location, class_rules::create).await
}

#[utoipa::path(tag = "transfers", params(ClassRuleFilter, PageParams),
    security(("key" = ["amounts.read"])), responses((status = 200, body = Page<ClassRule>)))]
#[get("/class-rules")]
async fn list(caller: Caller, listing: Listing<ClassRuleFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| class_rules::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "transfers", params(("id" = ClassRuleId, Path)),
    security(("key" = ["amounts.read"])), responses((status = 200, body = ClassRule)))]
#[get("/class-rules/{id}")]
async fn show(caller: Caller, id: Id<ClassRuleId>) -> Answer {
    caller.show(move |connection, act| class_rules::get(connection, act, id.0)).await
}

/// The rule proposes nothing any more; what was decided stays. Needs `amounts.read` too.
#[utoipa::path(tag = "transfers", params(("id" = ClassRuleId, Path)), request_body = NoFields,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = ClassRule)))]
#[post("/class-rules/{id}/end")]
async fn end(caller: Caller, id: Id<ClassRuleId>, body: Json<NoFields>) -> Answer {
    caller
        .perform(body, move |connection, act, NoFields {}| class_rules::end(connection, act, id.0))
        .await
}

/// What a stall's rules propose of its money, newest first. Whoever decides it sends `lines` to
/// `POST /transfers/{id}/attributions`.
#[utoipa::path(tag = "transfers", params(SuggestionFilter, PageParams),
    security(("key" = ["amounts.read"])), responses((status = 200, body = Page<ClassSuggestion>)))]
#[get("/class-suggestions")]
async fn suggestions(
    caller: Caller,
    listing: Listing<SuggestionFilter>,
    request: HttpRequest,
) -> Answer {
    let Listing { filter, page } = listing;
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let mut page = class_suggestions::list(connection, act, &filter, page)?;
            for one in &mut page.items {
                let key = format!("suggestion-{}", one.kind.as_str().replace('_', "-"));
                one.why = language.text(&key, &[]).unwrap_or_default();
            }
            Ok(page)
        })
        .await
}
