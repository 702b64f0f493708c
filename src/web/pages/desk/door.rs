//! What stands before every page of the desk: only our own pages may POST, only who is signed in
//! comes to the pages behind, and what cannot be done is shown as a page.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::SET_COOKIE;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use std::future::{Ready, ready};

use super::super::{cookie, limit, origin, words};
use super::shell::{self, Shell};
use super::{Words, on_to};
use crate::access::audit::{self, Did, How};
use crate::access::users::sessions::{self, Present};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::web::problem::Problem;
use crate::web::state::AppState;
use crate::web::trail::{self, Told};

/// Where one comes without being signed in.
const OPEN: [&str; 5] = ["/ql/vao", "/ql/ma", "/ql/ra", "/ql/moi/", "/ql/tieng/"];

/// The middleware of the desk.
pub(super) async fn pass<B: MessageBody>(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    match admit(&state, &request).await {
        Ok(Some(elsewhere)) => Ok(request.into_response(elsewhere).map_into_right_body()),
        Ok(None) => {
            // The request is not to be held here meanwhile: routing writes into it.
            let mut answer = next.call(request).await?;
            if let Some(problem) = problem_in(answer.response()) {
                let shown = shell::problem(answer.request(), &problem)?;
                return Ok(answer.into_response(shown).map_into_right_body());
            }
            note_look(&state, &answer);
            if cookie::flash(answer.request().headers()).is_some() {
                forget_flash(answer.response_mut());
            }
            Ok(answer.map_into_left_body())
        }
        Err(problem) => {
            let shown = shell::problem(request.request(), &problem)?;
            Ok(request.into_response(shown).map_into_right_body())
        }
    }
}

/// A page that somebody who is signed in was shown, but for one's own and the first one, which show
/// nobody else; and what was done without the desk's transaction.
fn note_look<B>(state: &AppState, answer: &ServiceResponse<B>) {
    let request = answer.request();
    let pattern = request.match_pattern().unwrap_or_default();
    let did = trail::did(request.method());
    let is_own = pattern == "/ql" || pattern == "/ql/toi" || pattern.starts_with("/ql/toi/");
    let is_done =
        answer.status().is_success() || did == Did::Changed && answer.status().is_redirection();
    if !is_done || is_own && did == Did::Looked {
        return;
    }
    let extensions = request.extensions();
    let present = extensions.get::<Present>().filter(|present| present.session.is_proved);
    let Some(scope) = present.map(|present| present.scope.clone()) else { return };
    if extensions.contains::<Told>() {
        return;
    }
    drop(extensions);
    let look = trail::doing(request, scope.actor, How::Desk, did);
    state.looks.note(scope.board_id, look);
}

fn problem_in<B>(response: &HttpResponse<B>) -> Option<Problem> {
    let error = response.error()?;
    let problem = error.as_error::<Problem>()?;
    // What fails is the log's business too: the envelope writes it there.
    problem.is_refusal().then(|| problem.clone())
}

/// A flash is said once: where a page was shown, not where one is led on.
fn forget_flash<B>(response: &mut HttpResponse<B>) {
    if response.status().is_success()
        && let Ok(value) = cookie::set_flash("").parse()
    {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Lets a request on; an answer where it is led elsewhere.
async fn admit(
    state: &web::Data<AppState>,
    request: &ServiceRequest,
) -> Result<Option<HttpResponse>, Problem> {
    limit(state, request.request())?;
    let headers = request.headers();
    if request.method() != Method::GET && !origin::is_own(headers) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "page-elsewhere"));
    }
    let token = cookie::desk(headers);
    let now = state.clock.now();
    let present = match token.clone() {
        Some(token) => {
            let look =
                move |connection: &mut DbConnection| sessions::present(connection, &token, now);
            state.db.read(look).await?
        }
        None => None,
    };
    let is_open = OPEN.iter().any(|open| request.path().starts_with(open));
    let Some(present) = present else {
        return Ok((!is_open).then(|| on_to("/ql/vao", "")));
    };
    if !present.session.is_proved && !is_open {
        return Ok(Some(on_to("/ql/ma", "")));
    }
    if present.session.is_proved && present.session.is_due(now) {
        let (board_id, id) = (present.scope.board_id, present.session.id);
        let see = move |connection: &mut DbConnection| sessions::see(connection, board_id, id, now);
        state.db.write(board_id.0, see).await?;
    }
    request.extensions_mut().insert(present);
    Ok(None)
}

/// Somebody who is signed in, with what is needed to answer.
pub(super) struct Desk {
    pub state: web::Data<AppState>,
    pub present: Present,
    pub words: Words,
    request: HttpRequest,
}

impl Desk {
    /// What the user does, now.
    pub(super) fn act(&self) -> Act {
        let (scope, now) = (self.present.scope.clone(), self.state.clock.now());
        Act::new(scope, now, self.state.ids.clone())
    }

    pub(super) fn may(&self, permission: Permission) -> bool {
        self.present.scope.permissions.contains(permission)
    }

    /// What stands around a page of this title (`page-desk-…`).
    pub(super) fn shell(&self, title: &str) -> Shell {
        Shell::of(&self.request, title)
    }

    /// Runs a reading use case.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let act = self.act();
        Ok(self.state.db.read(move |connection| work(connection, &act)).await?)
    }

    /// Runs a writing use case in a transaction of its own.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let act = self.act();
        let board_id = act.board_id();
        let told = trail::doing(&self.request, act.scope.actor, How::Desk, Did::Changed);
        let work = move |connection: &mut DbConnection| {
            let done = work(connection, &act)?;
            audit::tell(connection, board_id, act.at, told)?;
            Ok(done)
        };
        let done = self.state.db.write(board_id.0, work).await?;
        self.request.extensions_mut().insert(Told);
        Ok(done)
    }
}

impl FromRequest for Desk {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let desk = || {
            let state = request.app_data::<web::Data<AppState>>();
            let state = state.ok_or_else(|| Problem::internal("the state is missing"))?.clone();
            let present = request.extensions().get::<Present>().cloned();
            let present = present.filter(|present| present.session.is_proved);
            let present = present.ok_or_else(|| Problem::internal("a page outside the door"))?;
            Ok(Self { state, present, words: words(request), request: request.clone() })
        };
        ready(desk())
    }
}
