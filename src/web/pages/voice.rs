//! `/voice/{region}.json`: recorded words for a browser without a Vietnamese voice; the operator's,
//! or else the program's.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};

use super::limit;
use crate::live::voices;
use crate::primitives::spoken::Region;
use crate::web::problem::Problem;
use crate::web::state::AppState;

const SOUTH: &str = include_str!("../../../assets/voice/south.json");
const NORTH: &str = include_str!("../../../assets/voice/north.json");
/// Another voice is heard after so long at the latest.
const FOR_A_WEEK: &str = "public, max-age=604800";

pub(super) async fn voice(
    state: web::Data<AppState>,
    request: HttpRequest,
    region: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    limit(&state, &request)?;
    let (region, own) =
        if *region == "north" { (Region::North, NORTH) } else { (Region::South, SOUTH) };
    let imported = state.db.read(move |connection| voices::imported(connection, region)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, FOR_A_WEEK))
        .body(imported.unwrap_or_else(|| own.to_owned())))
}
