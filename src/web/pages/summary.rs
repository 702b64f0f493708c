//! `/cho/{market}`: what a market's board has published, for anybody, as a page and as JSON that another
//! program may show. It is the last published report, never a new one, and names no stall.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{Closed, Words, limit, words};
use crate::adoption::published::{self, OpenSummary};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::MarketId;
use crate::print::charts::{self, Width};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::read_only;
use crate::web::state::AppState;

/// Seconds that a copy may be shown: what is published does not change, only the last one.
const FRESH: &str = "public, max-age=300";

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(
            read_only("/cho/{market_id}.json").wrap(Compress::default()).route(web::get().to(data)),
        )
        .service(
            read_only("/cho/{market_id}").wrap(Compress::default()).route(web::get().to(page)),
        );
}

/// A chart and what it is of, both of our own making.
struct Chart {
    heading: String,
    svg: String,
}

#[derive(Template)]
#[template(path = "html/summary.html")]
struct SummaryPage {
    words: Words,
    found: OpenSummary,
    published: String,
    json: String,
    charts: Vec<Chart>,
}

async fn look(
    state: &AppState,
    request: &HttpRequest,
    market_id: MarketId,
) -> Result<Option<OpenSummary>, Problem> {
    limit(state, request)?;
    let look = move |connection: &mut DbConnection| published::open_summary(connection, market_id);
    Ok(state.db.read(look).await?)
}

/// `GET /cho/{market_id}.json`.
async fn data(
    state: web::Data<AppState>,
    request: HttpRequest,
    id: Id<MarketId>,
) -> Result<HttpResponse, Problem> {
    let found = look(&state, &request, id.0).await?;
    let found = found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "summary-none"))?;
    // It is for anybody, so a page of another site may show it.
    Ok(HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, FRESH))
        .json(found))
}

/// `GET /cho/{market_id}`.
async fn page(
    state: web::Data<AppState>,
    request: HttpRequest,
    id: Id<MarketId>,
) -> Result<HttpResponse, Problem> {
    let words = words(&request);
    let Some(found) = look(&state, &request, id.0).await? else {
        return Closed::answer(words, StatusCode::NOT_FOUND, "summary-none");
    };
    let shown = SummaryPage {
        words,
        published: found.published_at.day(0).on_paper(),
        json: format!("/cho/{}.json", id.0),
        charts: drawn(words, &found)?,
        found,
    };
    super::page(StatusCode::OK, words, &shown)
}

fn drawn(words: Words, found: &OpenSummary) -> Outcome<Vec<Chart>> {
    let chart = |key: &str, svg| Chart { heading: words.say(key), svg };
    let narrow = Width::Narrow;
    let mut all = vec![chart("summary-funnel", charts::funnel(&found.funnel, narrow)?)];
    if let Some(share) = found.share {
        let name = found.cash.first().cloned().unwrap_or_default();
        all.push(chart("summary-cash", charts::interval(share, &name, narrow)?));
    }
    for (key, points) in [("summary-weeks", &found.weeks), ("summary-months", &found.months)] {
        if !points.is_empty() {
            all.push(chart(key, charts::trend(points, &words.say(key), narrow)?));
        }
    }
    Ok(all)
}
