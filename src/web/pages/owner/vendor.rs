//! Who stands behind the six digits, known before anything that was sent is read.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{check_origin, closed};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::live::links::LinkKind;
use crate::live::{Hearer, Presented, owner};
use crate::web::pages::presented;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// Names the link of the page that asks.
const LISTENER: &str = "cho40-listener";

type Later<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

/// A vendor's phone on which the digits were entered.
pub(super) struct Vendor {
    pub(super) state: web::Data<AppState>,
    pub(super) hearer: Hearer,
}

impl Vendor {
    async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let state = request.app_data::<web::Data<AppState>>();
        let state = state.ok_or_else(|| Problem::internal("the state is missing"))?.clone();
        check_origin(request.method(), request.headers())?;
        match presented(&state, request).await? {
            // The browser has opened another stall's link since the page that asks: nothing of that one is
            // shown or written under this one's name.
            Presented::Hears(hearer) | Presented::Locked(hearer, _)
                if is_of_another(request, &hearer) =>
            {
                Err(Problem::new(StatusCode::FORBIDDEN, "page-of-other-link"))
            }
            Presented::Hears(hearer) if hearer.kind == LinkKind::Owner => {
                Ok(Self { state, hearer })
            }
            Presented::Locked(..) => Err(Problem::new(StatusCode::FORBIDDEN, "pin-needed")),
            _ => Err(closed()),
        }
    }

    pub(super) fn act(&self) -> Act {
        owner::act(&self.hearer, self.state.clock.now(), self.state.ids.clone())
    }

    pub(super) async fn show<T: Serialize + Send + 'static>(
        self,
        work: impl Fn(&mut DbConnection, &Act, &Hearer) -> Outcome<T> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let (act, Self { state, hearer }) = (self.act(), self);
        let found = state.db.read(move |connection| work(connection, &act, &hearer)).await?;
        Ok(HttpResponse::Ok().json(found))
    }

    pub(super) async fn change<T: Serialize + Send + 'static>(
        self,
        work: impl FnOnce(&mut DbConnection, &Act, &Hearer) -> Outcome<T> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let (act, Self { state, hearer }) = (self.act(), self);
        let board = hearer.board_id.0;
        let write = move |connection: &mut DbConnection| work(connection, &act, &hearer);
        Ok(HttpResponse::Ok().json(state.db.write(board, write).await?))
    }
}

/// Whether the page that asks is of another link than the browser's cookie.
fn is_of_another(request: &HttpRequest, hearer: &Hearer) -> bool {
    let asking = request.headers().get(LISTENER);
    asking.is_some_and(|asking| asking.as_bytes() != hearer.listener_id.to_string().as_bytes())
}

impl FromRequest for Vendor {
    type Error = Problem;
    type Future = Later<Self, Problem>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// What a vendor's phone sends. Whoever has not entered the digits is told that and nothing of what
/// was wrong with it.
pub(super) struct Behind<T>(pub(super) Vendor, pub(super) T);

impl<T: FromRequest + 'static> FromRequest for Behind<T> {
    type Error = actix_web::Error;
    type Future = Later<Self, actix_web::Error>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let vendor = Vendor::of(&request).await?;
            let sent = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(vendor, sent))
        })
    }
}
