//! HTTP, and nothing but HTTP: what arrives is made into a use case's input, what a use case
//! answers is made into a response.
//!
//! [`envelope`] stands around everything: request id, problems, headers, metrics. [`gate`] stands
//! before the API: key, rate, permission. `api/v1/` has one file a resource, whose handlers stay
//! small because [`caller::Caller`] reads, changes and creates for them. `/hooks` is `hooks.rs`.

pub mod api;
mod caller;
pub mod checked;
pub mod client;
mod docs;
mod envelope;
mod file;
mod form;
mod gate;
mod health;
mod hooks;
mod idempotency;
mod json;
pub mod limiter;
mod listing;
mod metrics;
mod misfit;
mod next_step;
pub mod openapi;
mod pages;
mod pairing;
mod path;
mod payloads;
mod pictures;
mod printing;
mod problem;
mod query;
mod reasons;
mod report_files;
pub mod state;
mod store;
pub mod texts;
pub mod tls;
mod trail;
mod warned;

use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};

pub use idempotency::forget_answers;
pub use limiter::{Limits, Rate};
pub use metrics::Metrics;
pub use problem::Problem;
pub use state::AppState;

/// Lays out everything that is served; called once in each worker.
pub fn configure(state: web::Data<AppState>) -> impl Fn(&mut ServiceConfig) + Clone {
    let description = web::Data::new(docs::Description::default());
    let page = web::Data::new(docs::page_settings());
    move |config| {
        config
            .app_data(state.clone())
            .app_data(description.clone())
            .app_data(page.clone())
            .service(everything(state.noop_route));
    }
}

fn everything(noop_route: bool) -> impl actix_web::dev::HttpServiceFactory {
    web::scope("")
        .wrap(from_fn(envelope::wrap))
        .service(read_only("/healthz").route(web::get().to(health::alive)))
        .service(read_only("/readyz").route(web::get().to(health::ready)))
        .service(read_only("/metrics").route(web::get().to(health::metrics)))
        .service(read_only("/openapi.json").route(web::get().to(docs::document)))
        .service(
            read_only("/docs/{file:.*}").wrap(Compress::default()).route(web::get().to(docs::page)),
        )
        .service(web::redirect("/docs", "/docs/"))
        // Who opens the bare address is a person: to the desk.
        .service(web::redirect("/", "/ql"))
        .configure(|config| hooks::configure(config, noop_route))
        .configure(pages::configure)
        .service(
            web::scope("/api/v1")
                .wrap(Compress::default())
                .wrap(from_fn(gate::pass))
                .configure(api::v1::configure),
        )
        .default_service(web::to(pages::nothing))
}

/// An address that answers GET (and HEAD, which [`envelope`] makes a GET) and refuses the rest.
fn read_only(path: &str) -> actix_web::Resource {
    web::resource(path)
        .default_service(web::to(async || Err::<&str, _>(Problem::wrong_method("GET, HEAD"))))
}
