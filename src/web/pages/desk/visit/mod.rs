//! The first visit to a stall, as one page on a member's phone: each step is written down when it is
//! done, so a visit that is broken off goes on where it was.

mod page;
mod steps;

use actix_web::web::{self, ServiceConfig};

use super::{get_only, post_only};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/ghe/{id}").route(web::get().to(page::page)))
        .service(post_only("/ghe/{id}/anh").route(web::post().to(steps::photo)))
        .service(post_only("/ghe/{id}/ma").route(web::post().to(steps::code)))
        .service(post_only("/ghe/{id}/dong-y").route(web::post().to(steps::agree)))
        .service(post_only("/ghe/{id}/thu").route(web::post().to(steps::test)))
        .service(post_only("/ghe/{id}/xong").route(web::post().to(steps::end)));
}
