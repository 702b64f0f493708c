//! Statements of banks: upload (a dry run), look, commit.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use crate::db::Fault;
use crate::intake::statements::{
    self, Commit, Statement, StatementFilter, StatementLine, UnreadableLine,
};
use crate::primitives::ids::{AccountId, StatementId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::file::{self, Binary};
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams, Unfiltered};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::query::Query;
use crate::web::reasons::page_told;

resource!(upload, list, show, rows, unreadable, commit, discard);

type Answer = Result<HttpResponse, Problem>;

/// Whose statement it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Whose {
    account_id: AccountId,
}

/// Looks at a statement file, CSV, XLSX or XLS of at most 20 MiB, as the body or as the file of a
/// form (`multipart/form-data`): what it holds and what would become of it. Nothing is taken in before it is committed. Where its layout must be
/// mapped first, `state` is `needs_mapping`: map it, and upload the file again.
#[utoipa::path(tag = "statements", params(Whose),
    request_body(content = Binary, content_type = "application/octet-stream"),
    security(("key" = ["feeds.write"])), responses((status = 201, body = Statement)))]
#[post("/statements")]
async fn upload(
    caller: Caller,
    whose: Query<Whose>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let account_id = whose.0.account_id;
    let account = caller.read(move |connection, act| statements::account(connection, act, account_id));
    let account = account.await?;
    let _turn = file::turn().await?;
    let bytes = file::read(request.headers(), payload).await?;
    let digest = Sha256::new().chain_update(account_id.0.to_be_bytes()).chain_update(&bytes);
    let digest: [u8; 32] = digest.finalize().into();
    let (db, key, act) = (caller.state.db.clone(), caller.state.secret_key.clone(), caller.act());
    let prepare = move || statements::prepare(&db, &act, &key, account, bytes);
    let value = web::block(prepare).await.map_err(|error| Problem::from(Fault::broken(error)))??;
    let location = |made: &Statement| format!("/api/v1/statements/{}", made.id);
    caller.create(Json { value, digest }, location, statements::insert).await
}

/// Statements that were looked at or taken in, newest first.
#[utoipa::path(tag = "statements", params(StatementFilter, PageParams),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Page<Statement>)))]
#[get("/statements")]
async fn list(caller: Caller, listing: Listing<StatementFilter>) -> Answer {
    caller
        .show(move |connection, act| {
            statements::list(connection, act, &listing.filter, listing.page)
        })
        .await
}

/// A statement, and how far its commit has come.
#[utoipa::path(tag = "statements", params(("id" = StatementId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Statement)))]
#[get("/statements/{id}")]
async fn show(caller: Caller, id: Id<StatementId>) -> Answer {
    caller.show(move |connection, act| statements::get(connection, act, id.0)).await
}

/// Its rows that are not taken in yet, by their times. Amounts and memos are shown to keys with
/// `amounts.read` only.
#[utoipa::path(tag = "statements", params(("id" = StatementId, Path), PageParams),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Page<StatementLine>)))]
#[get("/statements/{id}/rows")]
async fn rows(caller: Caller, id: Id<StatementId>, listing: Listing<Unfiltered>) -> Answer {
    caller
        .show(move |connection, act| statements::lines(connection, act, id.0, listing.page))
        .await
}

/// Its rows that cannot be read, with the reason; of very many the first thousand.
#[utoipa::path(tag = "statements", params(("id" = StatementId, Path), PageParams),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Page<UnreadableLine>)))]
#[get("/statements/{id}/unreadable")]
async fn unreadable(
    caller: Caller,
    id: Id<StatementId>,
    listing: Listing<Unfiltered>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let page = statements::unreadable(connection, act, id.0, listing.page)?;
            Ok(page_told(page, language))
        })
        .await
}

/// Takes the statement in, in the background; ask again how far it has come. One that was
/// interrupted goes on by itself within two minutes; of several of one account one goes after the
/// other; one that is done stays as it is.
#[utoipa::path(tag = "statements", params(("id" = StatementId, Path)), request_body = Commit,
    security(("key" = ["feeds.write"])), responses((status = 200, body = Statement)))]
#[post("/statements/{id}/commit")]
async fn commit(caller: Caller, id: Id<StatementId>, how: Json<Commit>) -> Answer {
    let (intake, board_id, id) = (caller.state.intake.clone(), caller.scope().board_id, id.0);
    let answer = caller.perform(how, move |connection, act, how| {
        statements::commit(connection, act, id, how)
    });
    let answer = answer.await?;
    // Nobody waits for it: what it does not come to is gone on with by the upkeep.
    actix_web::rt::task::spawn_blocking(move || {
        if let Err(fault) = statements::run(&intake, board_id, id) {
            tracing::error!(%fault, statement = %id, "a statement was not taken in to its end");
        }
    });
    Ok(answer)
}

/// Throws a statement away that was not committed, with its rows.
#[utoipa::path(tag = "statements", params(("id" = StatementId, Path)),
    security(("key" = ["feeds.write"])), responses((status = 204)))]
#[delete("/statements/{id}")]
async fn discard(caller: Caller, id: Id<StatementId>) -> Answer {
    caller.end(move |connection, act| statements::discard(connection, act, id.0)).await
}
