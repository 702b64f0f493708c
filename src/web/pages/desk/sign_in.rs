//! Signing in and out.

use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use super::super::{cookie, open, origin, words};
use super::form::{Field, FormPage, Kind, Sent};
use super::on_to;
use crate::access::users::sessions::{self, Present};
use crate::access::users::sign_in::{self, Attempt};
use crate::db::DbConnection;
use crate::primitives::ids::UserSessionId;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// `GET /ql/vao`.
pub(super) async fn page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let present = request.extensions().get::<Present>().cloned();
    if present.is_some_and(|present| present.session.is_proved) {
        return Ok(on_to("/ql", ""));
    }
    form(&request, "").show(None)
}

fn form(request: &HttpRequest, login: &str) -> FormPage {
    let words = words(request);
    let mut form = FormPage::new(request, "desk-sign-in", "/ql/vao");
    form.fields = vec![
        Field::new(words, "login", Kind::Text, "login").value(login).autocomplete("username"),
        Field::new(words, "password", Kind::Password, "password").autocomplete("current-password"),
    ];
    form.lead = vec![words.say("desk-sign-in-lead")];
    form
}

/// `POST /ql/vao` with the form fields `login` and `password`: 303 to the start page, or to where
/// the code of the app is asked for.
pub(super) async fn enter(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, headers) = (Sent::read(&body), request.headers());
    let (login, is_secure) = (sent.get("login"), origin::is_secure(headers));
    match try_password(&state, &request, &sent).await {
        Ok(signed) => {
            let next = if signed.needs_code { "/ql/ma" } else { "/ql" };
            let known = sign_in::known_browser(&state.secret_key, signed.user_id)?;
            let mut answer = on_to(next, "");
            for cookie in
                [cookie::set_desk(&signed.token, is_secure), cookie::set_known(&known, is_secure)]
            {
                let value = cookie.parse().map_err(Problem::internal)?;
                answer.headers_mut().append(SET_COOKIE, value);
            }
            Ok(answer)
        }
        Err(problem) => form(&request, &login).again(problem),
    }
}

async fn try_password(
    state: &AppState,
    request: &HttpRequest,
    sent: &Sent,
) -> Result<sign_in::SignedIn, Problem> {
    let login = sent.get("login");
    let browser = cookie::known(request.headers());
    let known_by = match browser {
        Some(browser) => {
            let asked = login.clone();
            let user_of = move |connection: &mut DbConnection| sign_in::user_of(connection, &asked);
            let user_id = state.db.read(user_of).await?;
            sign_in::known_by(&state.secret_key, &browser, user_id)?
        }
        None => None,
    };
    let address = state.client(request.peer_addr(), request.headers());
    state.limiters.check_sign_in(address, &sign_in::attempts_key(&login), known_by)?;
    let attempt = Attempt {
        login,
        password: sent.raw("password"),
        browser: open::browser(request.headers()),
        session_id: UserSessionId(state.ids.next()),
        at: state.clock.now(),
    };
    Ok(sign_in::sign_in(&state.db, attempt).await?)
}

/// `POST /ql/ra`.
pub(super) async fn leave(
    state: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let present = request.extensions().get::<Present>().cloned();
    if let Some(present) = present {
        let act = crate::access::Act::new(present.scope, state.clock.now(), state.ids.clone());
        let (id, board_id) = (present.session.id, act.board_id().0);
        let end = move |connection: &mut DbConnection| sessions::end(connection, &act, id);
        state.db.write(board_id, end).await?;
    }
    let mut answer = on_to("/ql/vao", "signed-out");
    let cookie = cookie::drop_desk(origin::is_secure(request.headers()));
    answer.headers_mut().append(SET_COOKIE, cookie.parse().map_err(Problem::internal)?);
    Ok(answer)
}
