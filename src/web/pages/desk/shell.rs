//! What every page of the desk has around it: its title, where else one can go, who is signed in,
//! and what the page before has to say.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::{Words, cookie, words};
use super::page;
use crate::access::users::sessions::Present;
use crate::access::{Permission, Role};
use crate::web::problem::Problem;

/// Address, text and permission of where one can go.
const PLACES: [(&str, &str, Option<Permission>); 9] = [
    ("/ql", "desk-start", None),
    ("/ql/so", "desk-register", Some(Permission::RegistryRead)),
    ("/ql/in", "desk-print", Some(Permission::RegistryRead)),
    ("/ql/hang", "desk-queue", Some(Permission::TransfersPropose)),
    ("/ql/nguon", "desk-feeds", Some(Permission::FeedsRead)),
    ("/ql/tien-mat", "desk-cash", Some(Permission::VisitsRead)),
    ("/ql/bao-cao", "desk-reports", Some(Permission::ReportsRead)),
    ("/ql/nguoi", "desk-people", Some(Permission::UsersWrite)),
    ("/ql/toi", "desk-me", None),
];

/// A place that one can go to.
pub(super) struct Place {
    pub href: &'static str,
    pub label: String,
    pub is_here: bool,
}

/// The frame of a page; `layout.html` shows it.
pub(super) struct Shell {
    pub words: Words,
    pub title: String,
    /// Empty where nobody is signed in.
    pub places: Vec<Place>,
    /// Name and role.
    pub who: Option<(String, String)>,
    /// What the page before has to say.
    pub flash: Option<String>,
    /// The page's own address.
    pub path: String,
}

impl Shell {
    /// The frame for whoever asks; `title` is the end of a text's key.
    pub(super) fn of(request: &HttpRequest, title: &str) -> Self {
        let words = words(request);
        let present = request.extensions().get::<Present>().cloned();
        let present = present.filter(|present| present.session.is_proved);
        let path = request.path().to_owned();
        let is_here = |href: &str| match href {
            "/ql" => path == href,
            _ => path.starts_with(href),
        };
        // What is of the whole board is closed to whoever is limited to sections.
        let is_whole = |one| !matches!(one, Permission::RegistryRead);
        let may = |permission: Option<Permission>| {
            let scope = present.as_ref().map(|present| &present.scope);
            scope.is_some_and(|scope| {
                permission.is_none_or(|one| {
                    scope.permissions.contains(one)
                        && !(is_whole(one) && scope.sections.is_limited())
                })
            })
        };
        let places = PLACES.iter().filter(|(_, _, permission)| may(*permission));
        let places = places.map(|(href, text, _)| Place {
            href,
            label: words.say(text),
            is_here: is_here(href),
        });
        let flash = cookie::flash(request.headers());
        Self {
            words,
            title: words.say(title),
            places: places.collect(),
            who: present.map(|present| (present.user.name, role(words, present.user.role))),
            flash: flash.map(|key| words.say(&format!("desk-flash-{key}"))),
            path,
        }
    }
}

/// What a role is called.
pub(super) fn role(words: Words, role: Role) -> String {
    words.say(&format!("desk-role-{}", role.as_str().replace('_', "-")))
}

#[derive(Template)]
#[template(path = "html/desk/problem.html")]
struct ProblemPage {
    shell: Shell,
    detail: String,
}

/// What cannot be done, as a page.
pub(super) fn problem(request: &HttpRequest, problem: &Problem) -> Result<HttpResponse, Problem> {
    let title = match problem.status() {
        StatusCode::NOT_FOUND => "desk-not-found",
        StatusCode::FORBIDDEN => "desk-forbidden",
        _ => "desk-refused",
    };
    let shell = Shell::of(request, title);
    let (words, detail) = (shell.words, problem.on_page(shell.words.0));
    page(problem.status(), words, &ProblemPage { shell, detail })
}

#[derive(Deserialize)]
pub(super) struct Back {
    back: Option<String>,
}

/// `GET /ql/tieng/{vi|en}?back=/ql/…`: chooses a language and goes back.
pub(super) async fn language(
    tag: web::Path<String>,
    back: web::Query<Back>,
) -> Result<HttpResponse, Problem> {
    let language = cookie::named(&tag).ok_or_else(Problem::no_such_route)?;
    // Only to pages of ours: a path of the desk, of letters that no browser reads as another host.
    let is_ours = |path: &String| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_".contains(&b);
        path.starts_with("/ql") && path.bytes().all(is_plain)
    };
    let back = back.into_inner().back.filter(is_ours).unwrap_or_else(|| "/ql".to_owned());
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, back))
        .insert_header((SET_COOKIE, cookie::set_language(language)))
        .finish())
}
