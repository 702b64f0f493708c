//! The page that an invitation opens. Looking at it does nothing: whichever program makes a link's
//! preview uses nothing up.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::words;
use super::form::{Field, FormPage, Kind, Sent};
use super::{on_to, shell};
use crate::access::users::invitations::{self, Acceptance, Invitation};
use crate::db::DbConnection;
use crate::primitives::ids::UserId;
use crate::web::problem::Problem;
use crate::web::state::AppState;

const MAX_TOKEN: usize = 64;

/// `GET /ql/moi/{token}`.
pub(super) async fn page(
    state: web::Data<AppState>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let invitation = look(&state, &token).await?;
    form(&request, &token, &invitation, &Sent::read(b"")).show(None)
}

async fn look(state: &AppState, token: &str) -> Result<Invitation, Problem> {
    let is_token = token.len() <= MAX_TOKEN && token.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_token {
        return Err(Problem::no_such_route());
    }
    let (token, now) = (token.to_owned(), state.clock.now());
    let look = move |connection: &mut DbConnection| invitations::look(connection, &token, now);
    Ok(state.db.read(look).await?)
}

fn form(request: &HttpRequest, token: &str, invitation: &Invitation, sent: &Sent) -> FormPage {
    let words = words(request);
    let mut form = FormPage::new(request, "desk-invited", format!("/ql/moi/{token}"));
    let name = sent.filled("name").unwrap_or_else(|| invitation.name.clone());
    form.lead = vec![
        format!("{} {}", words.say("desk-invited-as"), shell::role(words, invitation.role)),
        words.say("desk-invited-lead"),
    ];
    form.fields = vec![
        Field::new(words, "name", Kind::Text, "name").value(name).autocomplete("name"),
        Field::new(words, "login", Kind::Text, "login")
            .value(sent.get("login"))
            .hint(words.say("desk-login-hint"))
            .autocomplete("username"),
        Field::new(words, "password", Kind::Password, "password-new")
            .hint(words.say("desk-password-hint"))
            .autocomplete("new-password"),
        Field::new(words, "again", Kind::Password, "password-again").autocomplete("new-password"),
    ];
    form
}

/// `POST /ql/moi/{token}` with the form fields `name`, `login`, `password` and `again`: 303 to where
/// one signs in.
pub(super) async fn accept(
    state: web::Data<AppState>,
    request: HttpRequest,
    token: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, invitation) = (Sent::read(&body), look(&state, &token).await?);
    let acceptance = Acceptance {
        token: token.clone(),
        name: sent.get("name"),
        login: sent.get("login"),
        password: sent.raw("password"),
    };
    let made = if sent.raw("again") == acceptance.password {
        let (id, now) = (UserId(state.ids.next()), state.clock.now());
        invitations::accept(&state.db, acceptance, id, now).await.map_err(Problem::from)
    } else {
        Err(Problem::invalid("again", "passwords-differ"))
    };
    match made {
        Ok(_) => Ok(on_to("/ql/vao", "welcome")),
        Err(problem) => form(&request, &token, &invitation, &sent).again(problem),
    }
}
