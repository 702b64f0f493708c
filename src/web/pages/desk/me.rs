//! One's own account: where one is signed in, password, second step.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::page;
use super::door::Desk;
use super::form::{Field, FormPage, Kind, Sent};
use super::shell::Shell;
use super::{both, get_only, on_to, post_only};
use crate::access::totp::TotpSecret;
use crate::access::users::{User, password, second_step, sessions};
use crate::primitives::ids::UserSessionId;
use crate::vietqr::{self, Format, Level};
use crate::web::path::Id;
use crate::web::problem::Problem;

const SECOND: &str = "/ql/toi/ma";

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/toi").route(web::get().to(me)))
        .service(post_only("/toi/may/{id}/ra").route(web::post().to(end)))
        .service(both("/toi/mat-khau", web::get().to(password_page), web::post().to(set_password)))
        .service(post_only("/toi/ma/bat-dau").route(web::post().to(begin)))
        .service(both("/toi/ma", web::get().to(totp_page), web::post().to(confirm)))
        .service(both("/toi/ma/bo", web::get().to(remove_page), web::post().to(remove)));
}

/// A place where the user is signed in.
struct Signed {
    id: String,
    name: String,
    seen: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "html/desk/me.html")]
struct Me {
    shell: Shell,
    user: User,
    role: String,
    sessions: Vec<Signed>,
    recovery_left: i64,
}

/// `GET /ql/toi`.
async fn me(desk: Desk) -> Result<HttpResponse, Problem> {
    let (all, recovery_left) = desk
        .read(|connection, act| {
            Ok((sessions::own(connection, act)?, second_step::recovery_left(connection, act)?))
        })
        .await?;
    let (here, words) = (desk.present.session.id, desk.words);
    let signed = all.into_iter().map(|session| Signed {
        id: session.id.to_string(),
        name: session.name,
        seen: session.last_seen_at.in_words(&words.say("desk-on")),
        is_here: session.id == here,
    });
    let shown = Me {
        shell: desk.shell("desk-me"),
        role: super::shell::role(words, desk.present.user.role),
        user: desk.present.user,
        sessions: signed.collect(),
        recovery_left,
    };
    page(StatusCode::OK, words, &shown)
}

/// `POST /ql/toi/may/{id}/ra`: signs one of the user's places out.
async fn end(desk: Desk, id: Id<UserSessionId>) -> Result<HttpResponse, Problem> {
    desk.write(move |connection, act| sessions::end(connection, act, id.0)).await?;
    Ok(on_to("/ql/toi", "session-closed"))
}

async fn password_page(desk: Desk, request: HttpRequest) -> Result<HttpResponse, Problem> {
    password_form(&desk, &request).show(None)
}

fn password_form(desk: &Desk, request: &HttpRequest) -> FormPage {
    let words = desk.words;
    let mut form = FormPage::new(request, "desk-password", "/ql/toi/mat-khau");
    form.back = Some(("/ql/toi".into(), words.say("desk-back")));
    form.fields = vec![
        Field::new(words, "old", Kind::Password, "password-old").autocomplete("current-password"),
        Field::new(words, "password", Kind::Password, "password-new")
            .hint(words.say("desk-password-hint"))
            .autocomplete("new-password"),
        Field::new(words, "again", Kind::Password, "password-again").autocomplete("new-password"),
    ];
    form
}

/// `POST /ql/toi/mat-khau` with the form fields `old`, `password` and `again`.
async fn set_password(
    desk: Desk,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let (old, new) = (sent.raw("old"), sent.raw("password"));
    let (db, here) = (&desk.state.db, desk.present.session.id);
    let done = if sent.raw("again") == new {
        // Whoever sits at somebody else's page guesses at the old one.
        let user = desk.present.user.id.to_string();
        desk.state.limiters.check_sign_in(None, &user, Some(user.clone()))?;
        password::change(db, desk.act(), here, (&old, &new)).await.map_err(Problem::from)
    } else {
        Err(Problem::invalid("again", "passwords-differ"))
    };
    match done {
        Ok(()) => Ok(on_to("/ql/toi", "password-changed")),
        Err(problem) => password_form(&desk, &request).again(problem),
    }
}

#[derive(Template)]
#[template(path = "html/desk/totp.html")]
struct TotpPage {
    shell: Shell,
    /// The symbol for the app's camera, as SVG of our own making.
    symbol: String,
    /// For whoever types it, in groups of four.
    secret: String,
    field: Field,
}

#[derive(Template)]
#[template(path = "html/desk/recovery.html")]
struct Recovery {
    shell: Shell,
    codes: Vec<String>,
}

/// `POST /ql/toi/ma/bat-dau`: makes a secret for the app.
async fn begin(desk: Desk) -> Result<HttpResponse, Problem> {
    let key = desk.state.secret_key.clone();
    desk.write(move |connection, act| second_step::begin(connection, act, &key)).await?;
    Ok(on_to(SECOND, ""))
}

/// `GET /ql/toi/ma`: the symbol, and where the first code is entered.
async fn totp_page(desk: Desk) -> Result<HttpResponse, Problem> {
    show_totp(&desk, None).await
}

async fn show_totp(desk: &Desk, problem: Option<&Problem>) -> Result<HttpResponse, Problem> {
    let key = desk.state.secret_key.clone();
    let waiting = desk.read(move |connection, act| second_step::waiting(connection, act, &key));
    let Some(secret) = waiting.await? else { return Ok(on_to("/ql/toi", "")) };
    let words = desk.words;
    let mut field = Field::new(words, "code", Kind::Text, "code").autocomplete("one-time-code");
    field.error = problem.map(|problem| problem.on_page(words.0));
    let shown = TotpPage {
        shell: desk.shell("desk-totp"),
        symbol: symbol(&secret, &desk.present.user.login)?,
        secret: grouped(&secret.to_base32()),
        field,
    };
    page(problem.map_or(StatusCode::OK, Problem::status), words, &shown)
}

fn symbol(secret: &TotpSecret, login: &str) -> Result<String, Problem> {
    let drawn = vietqr::draw(&secret.to_uri(login), Level::M, Format::Svg)?;
    String::from_utf8(drawn.bytes).map_err(Problem::internal)
}

fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// `POST /ql/toi/ma` with the form field `code`: turns the second step on, and shows the recovery
/// codes this once.
async fn confirm(desk: Desk, body: web::Bytes) -> Result<HttpResponse, Problem> {
    let (key, code) = (desk.state.secret_key.clone(), Sent::read(&body).get("code"));
    let confirm = move |connection: &mut crate::db::DbConnection, act: &crate::access::Act| {
        second_step::confirm(connection, act, &key, &code)
    };
    match desk.write(confirm).await {
        Ok(codes) => {
            let shown = Recovery { shell: desk.shell("desk-recovery"), codes };
            page(StatusCode::OK, desk.words, &shown)
        }
        Err(problem) if problem.field().is_some() => show_totp(&desk, Some(&problem)).await,
        Err(problem) => Err(problem),
    }
}

async fn remove_page(desk: Desk, request: HttpRequest) -> Result<HttpResponse, Problem> {
    remove_form(&desk, &request).show(None)
}

fn remove_form(desk: &Desk, request: &HttpRequest) -> FormPage {
    let words = desk.words;
    let mut form = FormPage::new(request, "desk-totp-off", "/ql/toi/ma/bo");
    form.back = Some(("/ql/toi".into(), words.say("desk-back")));
    form.fields = vec![Field::new(words, "code", Kind::Text, "code").autocomplete("one-time-code")];
    form
}

/// `POST /ql/toi/ma/bo` with the form field `code`.
async fn remove(
    desk: Desk,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (key, code) = (desk.state.secret_key.clone(), Sent::read(&body).get("code"));
    let user = desk.present.user.id.to_string();
    desk.state.limiters.check_sign_in(None, &user, Some(user.clone()))?;
    let done =
        desk.write(move |connection, act| second_step::remove(connection, act, &key, &code)).await;
    match done {
        Ok(()) => Ok(on_to("/ql/toi", "totp-off")),
        Err(problem) => remove_form(&desk, &request).again(problem),
    }
}
