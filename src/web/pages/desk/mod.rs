//! The desk, under `/ql`: pages for those who run the market, who sign in. [`door`] stands before
//! all of them and shows problems as pages; [`shell`] is what every page has around it; [`form`]
//! reads and shows forms.

mod board;
mod cash;
mod door;
mod form;
mod invited;
mod me;
mod people;
mod print;
mod register;
mod report;
mod second;
mod shell;
mod sign_in;
mod start;
mod table;
mod visit;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpResponse, Resource, web};

use super::{Words, cookie, page};
use crate::web::problem::Problem;

/// Routes the desk.
pub(super) fn service() -> impl HttpServiceFactory {
    web::scope("/ql")
        .wrap(from_fn(door::pass))
        .wrap(Compress::default())
        .service(both("/vao", web::get().to(sign_in::page), web::post().to(sign_in::enter)))
        .service(both("/ma", web::get().to(second::page), web::post().to(second::enter)))
        .service(post_only("/ra").route(web::post().to(sign_in::leave)))
        .service(both(
            "/moi/{token}",
            web::get().to(invited::page),
            web::post().to(invited::accept),
        ))
        .service(both("/tieng/{tag}", web::get().to(shell::language), web::post().to(nothing)))
        .configure(me::configure)
        .configure(people::configure)
        .configure(register::configure)
        .configure(board::configure)
        .configure(print::configure)
        .configure(cash::configure)
        .configure(report::configure)
        .configure(visit::configure)
        .service(both("", web::get().to(start::start), web::post().to(nothing)))
        .default_service(web::to(nothing))
}

/// An address that answers GET and POST, and refuses the rest.
fn both(path: &str, get: actix_web::Route, post: actix_web::Route) -> Resource {
    web::resource(path)
        .route(get)
        .route(post)
        .default_service(web::to(async || Err::<&str, _>(Problem::wrong_method("GET, POST"))))
}

fn get_only(path: &str) -> Resource {
    web::resource(path)
        .default_service(web::to(async || Err::<&str, _>(Problem::wrong_method("GET"))))
}

fn post_only(path: &str) -> Resource {
    super::posted(path)
}

async fn nothing() -> Result<HttpResponse, Problem> {
    Err(Problem::no_such_route())
}

/// Leads on to another page of the desk, where `flash` is said: the end of a text's key, or nothing.
fn on_to(path: &str, flash: &str) -> HttpResponse {
    let mut answer = HttpResponse::build(StatusCode::SEE_OTHER);
    answer.insert_header((LOCATION, path));
    if !flash.is_empty() {
        answer.append_header((SET_COOKIE, cookie::set_flash(flash)));
    }
    answer.finish()
}
