//! The operations board: whether feeds live, what is wrong, and money that waits for a person.

mod feeds;
mod queue;

use actix_web::web::{self, ServiceConfig};

use super::{both, get_only, post_only};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/nguon").route(web::get().to(feeds::page)))
        .service(get_only("/hang").route(web::get().to(queue::page)))
        .service(post_only("/hang/de-nghi/{id}").route(web::post().to(queue::decide)))
        .service(both("/hang/{id}", web::get().to(super::nothing), web::post().to(queue::place)));
}
