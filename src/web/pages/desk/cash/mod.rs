//! The cash side: sampling plans with their one-day counts, and the tally page, which works without a
//! network once it was opened.

mod count;
mod plan;
mod plans;
mod tally;

use actix_web::web::{self, ServiceConfig};

use super::super::Words;
use super::{both, get_only};
use crate::adoption::counting::CountOutcome;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/tien-mat").route(web::get().to(plans::page)))
        .service(both(
            "/tien-mat/moi",
            web::get().to(plans::new_page),
            web::post().to(plans::create),
        ))
        .service(get_only("/tien-mat/{id}").route(web::get().to(plan::page)))
        .service(both(
            "/tien-mat/{id}/ghi",
            web::get().to(count::page),
            web::post().to(count::record),
        ))
        .service(both("/dem", web::get().to(tally::page), web::post().to(tally::record)))
        .service(get_only("/dem/sw.js").route(web::get().to(tally::worker)));
}

/// What came of a drawn day.
fn outcome(words: Words, outcome: CountOutcome) -> String {
    words.say(&format!("desk-outcome-{}", outcome.as_str()))
}
