//! Users of the board and the invitations that wait, for owners.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::{Words, page};
use super::door::Desk;
use super::form::{Field, FormPage, Kind, Sent};
use super::shell::{Shell, role};
use super::{both, get_only, on_to, post_only};
use crate::access::users::invitations::{self, NewInvitation};
use crate::access::users::{self, User, UserChange};
use crate::access::{Act, Role};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{InvitationId, SectionId, UserId};
use crate::registry::PageRequest;
use crate::registry::sections::{self, SectionFilter};
use crate::web::path::Id;
use crate::web::problem::Problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/nguoi").route(web::get().to(people)))
        .service(both("/nguoi/moi", web::get().to(invite_page), web::post().to(invite)))
        .service(post_only("/nguoi/moi/{id}/huy").route(web::post().to(revoke)))
        .service(post_only("/nguoi/{id}/khoa").route(web::post().to(disable)))
        .service(post_only("/nguoi/{id}/mo").route(web::post().to(enable)))
        .service(post_only("/nguoi/{id}/bo-ma").route(web::post().to(reset)))
        .service(both("/nguoi/{id}", web::get().to(change_page), web::post().to(change)));
}

/// A user or an invitation as a line of a list.
struct Line {
    id: String,
    name: String,
    detail: String,
    role: String,
    sections: String,
    has_totp: bool,
    is_off: bool,
}

#[derive(Template)]
#[template(path = "html/desk/people.html")]
struct People {
    shell: Shell,
    users: Vec<Line>,
    invitations: Vec<Line>,
}

#[derive(Template)]
#[template(path = "html/desk/invitation.html")]
struct InvitationPage {
    shell: Shell,
    name: String,
    link: String,
}

type Sections = Vec<(SectionId, String)>;

/// All sections of the board, by name.
fn all_sections(connection: &mut DbConnection, act: &Act) -> Outcome<Sections> {
    let (mut found, mut page) = (Vec::new(), PageRequest::parse(None, Some(200))?);
    loop {
        let list = sections::list(connection, act, &SectionFilter::default(), page)?;
        found.extend(list.items.into_iter().map(|section| (section.id, section.name)));
        match list.next_cursor {
            Some(cursor) => page = PageRequest::parse(Some(&cursor), Some(200))?,
            None => return Ok(found),
        }
    }
}

fn named(words: Words, all: &Sections, ids: &[SectionId]) -> String {
    let names: Vec<_> =
        all.iter().filter(|(id, _)| ids.contains(id)).map(|(_, name)| name.as_str()).collect();
    if ids.is_empty() { words.say("desk-whole-board") } else { names.join(", ") }
}

/// `GET /ql/nguoi`.
async fn people(desk: Desk) -> Result<HttpResponse, Problem> {
    let (users, invitations, sections) = desk
        .read(|connection, act| {
            Ok((
                users::list(connection, act)?,
                invitations::list(connection, act)?,
                all_sections(connection, act)?,
            ))
        })
        .await?;
    let (words, now) = (desk.words, desk.state.clock.now());
    let user = |user: User| Line {
        id: user.id.to_string(),
        sections: named(words, &sections, &user.sections),
        role: role(words, user.role),
        name: user.name,
        detail: user.login,
        has_totp: user.has_totp,
        is_off: user.disabled_at.is_some(),
    };
    let open = invitations.into_iter().filter(|invitation| invitation.is_open(now));
    let invitation = |invitation: invitations::Invitation| Line {
        id: invitation.id.to_string(),
        sections: named(words, &sections, &invitation.sections),
        role: role(words, invitation.role),
        name: invitation.name,
        detail: invitation.expires_at.in_words(&words.say("desk-on")),
        has_totp: false,
        is_off: false,
    };
    let shown = People {
        shell: desk.shell("desk-people"),
        users: users.into_iter().map(user).collect(),
        invitations: open.map(invitation).collect(),
    };
    page(StatusCode::OK, words, &shown)
}

fn role_fields(words: Words, all: &Sections, now: &str, chosen: &[String]) -> [Field; 2] {
    let roles = Role::ALL.map(|one| (one.as_str().to_owned(), role(words, one)));
    let sections = all.iter().map(|(id, name)| (id.to_string(), name.clone()));
    [
        Field::new(words, "role", Kind::Select, "role")
            .choices(roles, &[now.to_owned()])
            .hint(words.say("desk-role-hint")),
        Field::new(words, "sections", Kind::Several, "sections")
            .choices(sections, chosen)
            .optional()
            .hint(words.say("desk-sections-hint")),
    ]
}

/// `GET /ql/nguoi/moi`.
async fn invite_page(desk: Desk, request: HttpRequest) -> Result<HttpResponse, Problem> {
    invite_form(&desk, &request, &Sent::read(b"")).await?.show(None)
}

async fn invite_form(desk: &Desk, request: &HttpRequest, sent: &Sent) -> Result<FormPage, Problem> {
    let sections = desk
        .read(|connection, act| {
            users::list(connection, act)?;
            all_sections(connection, act)
        })
        .await?;
    let words = desk.words;
    let mut form = FormPage::new(request, "desk-invite", "/ql/nguoi/moi");
    form.back = Some(("/ql/nguoi".into(), words.say("desk-back")));
    form.lead = vec![words.say("desk-invite-lead")];
    let now = sent.filled("role").unwrap_or_else(|| Role::Organiser.as_str().to_owned());
    form.fields = vec![
        Field::new(words, "name", Kind::Text, "name")
            .value(sent.get("name"))
            .hint(words.say("desk-invite-name-hint")),
    ];
    form.fields.extend(role_fields(words, &sections, &now, &sent.all("sections")));
    Ok(form)
}

fn typed_role(sent: &Sent) -> Result<Role, Problem> {
    Role::parse(&sent.get("role")).ok_or_else(|| Problem::invalid("role", "role-unknown"))
}

/// An id that cannot be read names a section that is not there.
fn typed_sections(sent: &Sent) -> Vec<SectionId> {
    let all = sent.all("sections");
    all.iter().map(|id| SectionId::parse(id).unwrap_or(SectionId(0))).collect()
}

/// `POST /ql/nguoi/moi` with the form fields `name`, `role` and `sections`: shows the link this once.
async fn invite(
    desk: Desk,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let made = match typed_role(&sent) {
        Ok(role) => {
            let name = sent.get("name");
            let new = NewInvitation { name, role, sections: typed_sections(&sent) };
            desk.write(move |connection, act| invitations::create(connection, act, new)).await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(issued) => {
            let connection = request.connection_info();
            let link = format!("{}://{}{}", connection.scheme(), connection.host(), issued.path);
            let name = issued.invitation.name;
            let shown = InvitationPage { shell: desk.shell("desk-invitation"), name, link };
            page(StatusCode::OK, desk.words, &shown)
        }
        Err(problem) => invite_form(&desk, &request, &sent).await?.again(problem),
    }
}

/// `POST /ql/nguoi/moi/{id}/huy`.
async fn revoke(desk: Desk, id: Id<InvitationId>) -> Result<HttpResponse, Problem> {
    desk.write(move |connection, act| invitations::revoke(connection, act, id.0)).await?;
    Ok(on_to("/ql/nguoi", "invitation-revoked"))
}

/// `POST /ql/nguoi/{id}/khoa`.
async fn disable(desk: Desk, id: Id<UserId>) -> Result<HttpResponse, Problem> {
    desk.write(move |connection, act| users::disable(connection, act, id.0)).await?;
    Ok(on_to("/ql/nguoi", "user-disabled"))
}

/// `POST /ql/nguoi/{id}/mo`.
async fn enable(desk: Desk, id: Id<UserId>) -> Result<HttpResponse, Problem> {
    desk.write(move |connection, act| users::enable(connection, act, id.0)).await?;
    Ok(on_to("/ql/nguoi", "user-enabled"))
}

/// `POST /ql/nguoi/{id}/bo-ma`: ends the second step of a user who lost the app.
async fn reset(desk: Desk, id: Id<UserId>) -> Result<HttpResponse, Problem> {
    desk.write(move |connection, act| users::reset_totp(connection, act, id.0)).await?;
    Ok(on_to("/ql/nguoi", "totp-off"))
}

/// `GET /ql/nguoi/{id}`.
async fn change_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<UserId>,
) -> Result<HttpResponse, Problem> {
    change_form(&desk, &request, id.0, None).await?.show(None)
}

async fn change_form(
    desk: &Desk,
    request: &HttpRequest,
    id: UserId,
    sent: Option<&Sent>,
) -> Result<FormPage, Problem> {
    let (user, sections) = desk
        .read(move |connection, act| {
            Ok((users::get(connection, act, id)?, all_sections(connection, act)?))
        })
        .await?;
    let words = desk.words;
    let mut form = FormPage::new(request, "desk-user", format!("/ql/nguoi/{id}"));
    form.back = Some(("/ql/nguoi".into(), words.say("desk-back")));
    form.lead = vec![user.login.clone()];
    let (name, role, chosen) = if let Some(sent) = sent {
        (sent.get("name"), sent.get("role"), sent.all("sections"))
    } else {
        let chosen = user.sections.iter().map(ToString::to_string).collect();
        (user.name, user.role.as_str().to_owned(), chosen)
    };
    form.fields = vec![Field::new(words, "name", Kind::Text, "name").value(name)];
    form.fields.extend(role_fields(words, &sections, &role, &chosen));
    Ok(form)
}

/// `POST /ql/nguoi/{id}` with the form fields `name`, `role` and `sections`.
async fn change(
    desk: Desk,
    request: HttpRequest,
    id: Id<UserId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let done = match typed_role(&sent) {
        Ok(role) => {
            let change = UserChange {
                name: Some(sent.get("name")),
                role: Some(role),
                sections: Some(typed_sections(&sent)),
            };
            desk.write(move |connection, act| users::change(connection, act, id, change)).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(on_to("/ql/nguoi", "user-changed")),
        Err(problem) => change_form(&desk, &request, id, Some(&sent)).await?.again(problem),
    }
}
