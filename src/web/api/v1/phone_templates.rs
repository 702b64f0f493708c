//! How the notices of phones are read.

use actix_web::{HttpResponse, get, post};

use super::NoFields;
use crate::intake::phone::templates::{
    self, ConfirmedExample, MadeTemplate, NewTemplate, Template, TemplateExample,
};
use crate::primitives::ids::TemplateId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing;
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, list_examples, confirm_example, show, retire);

type Answer = Result<HttpResponse, Problem>;

/// Makes a template by marking the fields of a pasted notice. Waiting notices that it reads are
/// taken in.
#[utoipa::path(tag = "phones", request_body = NewTemplate,
    security(("key" = ["feeds.write"])), responses((status = 201, body = MadeTemplate)))]
#[post("/phone-templates")]
async fn create(caller: Caller, new: Json<NewTemplate>) -> Answer {
    let key = caller.state.secret_key.clone();
    let location = |made: &MadeTemplate| format!("/api/v1/phone-templates/{}", made.template.id);
    changing(caller)
        .create(new, location, move |connection, act, new| {
            templates::create(connection, act, &key, &new)
        })
        .await
}

/// The board's templates in use, on one page.
#[utoipa::path(tag = "phones", security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<Template>)))]
#[get("/phone-templates")]
async fn list(caller: Caller) -> Answer {
    caller.show(|connection, act| templates::list(connection, act).map(listing::whole)).await
}

/// Templates that come with the program, on one page. None was compared with a bank's own text:
/// one reads a board's notices only when a notice of the board has confirmed it.
#[utoipa::path(tag = "phones", security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<TemplateExample>)))]
#[get("/phone-template-examples")]
async fn list_examples(caller: Caller) -> Answer {
    caller
        .show(|connection, act| templates::list_examples(connection, act).map(listing::whole))
        .await
}

/// Takes an example over, confirmed by a pasted notice that it reads. Waiting notices that it reads
/// are taken in.
#[utoipa::path(tag = "phones", request_body = ConfirmedExample,
    security(("key" = ["feeds.write"])), responses((status = 201, body = MadeTemplate)))]
#[post("/phone-templates/from-example")]
async fn confirm_example(caller: Caller, new: Json<ConfirmedExample>) -> Answer {
    let key = caller.state.secret_key.clone();
    let location = |made: &MadeTemplate| format!("/api/v1/phone-templates/{}", made.template.id);
    changing(caller)
        .create(new, location, move |connection, act, new| {
            templates::confirm_example(connection, act, &key, &new)
        })
        .await
}

/// Also one that has ended.
#[utoipa::path(tag = "phones", params(("id" = TemplateId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Template)))]
#[get("/phone-templates/{id}")]
async fn show(caller: Caller, id: Id<TemplateId>) -> Answer {
    caller.show(move |connection, act| templates::get(connection, act, id.0)).await
}

/// Ends a template: notices like it wait for a person again.
#[utoipa::path(tag = "phones", params(("id" = TemplateId, Path)), request_body = NoFields,
    security(("key" = ["feeds.write"])), responses((status = 200, body = Template)))]
#[post("/phone-templates/{id}/retire")]
async fn retire(caller: Caller, id: Id<TemplateId>, nothing: Json<NoFields>) -> Answer {
    changing(caller)
        .perform(nothing, move |connection, act, NoFields {}| {
            templates::retire(connection, act, id.0)
        })
        .await
}

/// The hooks forget what they read with after each write, so that the change holds at once.
pub(super) fn changing(caller: Caller) -> Caller {
    let book = caller.state.intake.book.clone();
    let board_id = caller.scope().board_id;
    caller.then(move || book.forget_board(board_id))
}
