//! For those who run the server: is it alive, is it ready, what has it done.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};

use super::problem::Problem;
use super::state::AppState;
use crate::db::migrate;
use crate::intake::polling;

/// The process answers.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// The database answers and has this binary's schema.
pub async fn ready(state: web::Data<AppState>) -> Result<HttpResponse, Problem> {
    match state.db.read(migrate::is_current).await {
        Ok(true) => Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready" }))),
        Ok(false) => Err(Problem::unready("schema-not-current")),
        Err(fault) => {
            tracing::warn!(%fault, "not ready");
            Err(Problem::unready("database-unreachable"))
        }
    }
}

/// Prometheus' text format.
pub async fn metrics(state: web::Data<AppState>) -> Result<HttpResponse, Problem> {
    // Without the database the rest is worth telling all the same.
    if let Ok(feeds) = state.db.read(polling::metered).await {
        state.metrics.show_polls(&state.intake.polls, &feeds);
    }
    let text = state.metrics.text()?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(text))
}
