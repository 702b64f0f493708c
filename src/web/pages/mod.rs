//! The pages of a stall's phone, and of the desk (`desk/`). They load nothing from elsewhere, run no code that stands in them,
//! and say nothing before a cookie has shown who asks: a link's preview, by whichever program,
//! shows a button.

mod assets;
mod cookie;
mod desk;
mod listen;
mod live;
mod open;
mod origin;
mod owner;
mod payer;
mod summary;
mod voice;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, VARY,
};
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use askama::Template;

use super::envelope::RequestContext;
use super::problem::Problem;
use super::read_only;
use super::state::AppState;
use super::texts::Language;
use crate::db::DbConnection;
use crate::live::{Presented, opening};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      media-src 'self'; connect-src 'self'; manifest-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-src 'self'; \
                      frame-ancestors 'self'";
/// A page of ours is no window of another's, and asks the browser for none of these.
const OPENER: (&str, &str) = ("cross-origin-opener-policy", "same-origin");
const FEATURES: (&str, &str) =
    ("permissions-policy", "camera=(), display-capture=(), microphone=(), payment=(), usb=()");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// Routes the pages.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(
            read_only("/assets/{file}")
                .wrap(Compress::default())
                .route(web::get().to(assets::asset)),
        )
        .service(read_only("/manifest.webmanifest").route(web::get().to(assets::manifest)))
        .service(
            read_only("/voice/{region:north|south}.json")
                .wrap(Compress::default())
                .route(web::get().to(voice::voice)),
        )
        .service(read_only("/nghe/live").route(web::get().to(live::live)))
        .service(posted("/nghe/open").route(web::post().to(open::exchange)))
        .configure(owner::configure)
        .service(desk::service())
        .configure(payer::configure)
        .configure(summary::configure)
        .service(read_only("/nghe").wrap(Compress::default()).route(web::get().to(listen::page)))
        .service(
            read_only("/{kind:nghe|sap}/{token}")
                .wrap(Compress::default())
                .route(web::get().to(open::page)),
        );
}

/// The texts and addresses of a page.
#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    /// The text `page-…` of `locales/`.
    fn say(self, key: &str) -> String {
        self.0.text(&format!("page-{key}"), &[]).unwrap_or_default()
    }

    fn lang(self) -> &'static str {
        self.0.tag()
    }

    /// The language that it is not in.
    fn other(self) -> &'static str {
        match self.0 {
            Language::Vietnamese => Language::English.tag(),
            Language::English => Language::Vietnamese.tag(),
        }
    }

    /// What a class of money is called.
    fn class(self, class: &str) -> String {
        self.say(&format!("class-{}", class.replace('_', "-")))
    }

    #[expect(clippy::unused_self, reason = "a template calls its fields' methods")]
    fn asset(self, name: &str) -> &'static str {
        assets::path(name)
    }
}

/// What is shown instead of a page that cannot be.
#[derive(Template)]
#[template(path = "html/closed.html")]
struct Closed {
    words: Words,
    /// The text that says why.
    why: &'static str,
}

impl Closed {
    fn answer(
        words: Words,
        status: StatusCode,
        why: &'static str,
    ) -> Result<HttpResponse, Problem> {
        page(status, words, &Self { words, why })
    }
}

/// An address that leads nowhere: a page for whoever typed it on a phone, a problem for programs.
///
/// # Errors
/// `route-unknown` for who does not ask for a page.
pub(super) async fn nothing(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    if !accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        return Err(Problem::no_such_route());
    }
    Closed::answer(words(&request), StatusCode::NOT_FOUND, "closed-nothing")
}

fn page(
    status: StatusCode,
    words: Words,
    template: &impl Template,
) -> Result<HttpResponse, Problem> {
    let html = template.render().map_err(Problem::internal)?;
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header(OPENER)
        .insert_header(FEATURES)
        .insert_header((CONTENT_LANGUAGE, words.lang()))
        .insert_header((VARY, "Accept-Language, Cookie"))
        .insert_header((ROBOTS, "noindex"))
        .body(html))
}

/// The language that a person has chosen, else the browser's.
fn words(request: &HttpRequest) -> Words {
    let chosen = cookie::language(request.headers());
    let context = request.extensions().get::<RequestContext>().map(|context| context.language);
    Words(chosen.or(context).unwrap_or_default())
}

/// Who comes with the request's cookies.
async fn presented(state: &AppState, request: &HttpRequest) -> Result<Presented, Problem> {
    limit(state, request)?;
    let headers = request.headers();
    let Some(device) = cookie::device(headers) else { return Ok(Presented::Unknown) };
    let (session, now) = (cookie::session(headers), state.clock.now());
    let present = move |connection: &mut DbConnection| {
        opening::present(connection, &device, session.as_deref(), now)
    };
    Ok(state.db.read(present).await?)
}

/// Holds the address to its rate, because anybody may guess.
fn limit(state: &AppState, request: &HttpRequest) -> Result<(), Problem> {
    let address = state.client(request.peer_addr(), request.headers());
    address.map_or(Ok(()), |address| state.limiters.check_address(address))
}

/// An address that answers POST and refuses the rest.
fn posted(path: &str) -> actix_web::Resource {
    web::resource(path)
        .default_service(web::to(async || Err::<&str, _>(Problem::wrong_method("POST"))))
}
