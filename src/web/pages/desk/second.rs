//! The code of the app, after the password.

use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use super::super::{cookie, origin, words};
use super::form::{Field, FormPage, Kind, Sent};
use super::on_to;
use crate::access::users::second_step;
use crate::access::users::sessions::Present;
use crate::primitives::ids::UserSessionId;
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// Who has given the password and not yet the code.
fn halfway(request: &HttpRequest) -> Option<Present> {
    let present = request.extensions().get::<Present>().cloned();
    present.filter(|present| !present.session.is_proved)
}

/// `GET /ql/ma`.
pub(super) async fn page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    match halfway(&request) {
        Some(_) => form(&request).show(None),
        None => Ok(on_to("/ql/vao", "")),
    }
}

fn form(request: &HttpRequest) -> FormPage {
    let words = words(request);
    let mut form = FormPage::new(request, "desk-second", "/ql/ma");
    form.lead = vec![words.say("desk-second-lead")];
    form.fields = vec![
        Field::new(words, "code", Kind::Text, "code")
            .hint(words.say("desk-second-hint"))
            .autocomplete("one-time-code"),
    ];
    form
}

/// `POST /ql/ma` with the form field `code`: 303 to the start page.
pub(super) async fn enter(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let (Some(halfway), Some(token)) = (halfway(&request), cookie::desk(headers)) else {
        return Ok(on_to("/ql/vao", ""));
    };
    let code = Sent::read(&body).get("code");
    let place = (UserSessionId(state.ids.next()), state.clock.now());
    let entered =
        second_step::enter(&state.db, &state.secret_key, &halfway, (&token, &code), place).await;
    match entered.map_err(Problem::from) {
        Ok(token) => {
            let mut answer = on_to("/ql", "");
            let cookie = cookie::set_desk(&token, origin::is_secure(headers));
            answer.headers_mut().append(SET_COOKIE, cookie.parse().map_err(Problem::internal)?);
            Ok(answer)
        }
        Err(problem) if problem.code() == "session-ended" => Ok(on_to("/ql/vao", "session-ended")),
        Err(problem) => form(&request).again(problem),
    }
}
