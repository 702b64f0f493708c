//! The first page after signing in: what needs doing today, in counts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::page;
use super::board;
use super::door::Desk;
use super::shell::Shell;
use crate::access::users::invitations;
use crate::access::{Act, Permission, Role};
use crate::db::{DbConnection, Outcome};
use crate::intake::pulse;
use crate::ledger::unassigned;
use crate::outreach::checks;
use crate::registry::roll::{self, RollFilter, RollState};
use crate::web::problem::Problem;

/// Something to do: how many there are, what they are, and where it is done.
struct Task {
    count: String,
    label: String,
    href: &'static str,
}

#[derive(Template)]
#[template(path = "html/desk/start.html")]
struct Start {
    shell: Shell,
    tasks: Vec<Task>,
    /// Told to owners without a second step.
    advises_totp: bool,
}

/// The end of a text's key, where it is done, and how many there are.
type Found = (&'static str, &'static str, usize);

/// `GET /ql`.
pub(super) async fn start(desk: Desk) -> Result<HttpResponse, Problem> {
    let user = &desk.present.user;
    let advises_totp = user.role == Role::Owner && !user.has_totp;
    let is_whole = !desk.present.scope.sections.is_limited();
    let may = |permission| desk.may(permission);
    let (registry, users) = (may(Permission::RegistryRead), may(Permission::UsersWrite));
    let queue = is_whole && may(Permission::TransfersPropose);
    let feeds = is_whole && may(Permission::FeedsRead);
    let issues = is_whole && may(Permission::CodesWrite);
    let sees_refused = may(Permission::FeedsWrite);
    let found = desk
        .read(move |connection, act| {
            let mut found = Vec::new();
            if registry {
                found.extend(of_register(connection, act, issues)?);
            }
            if queue {
                found.push(of_queue(connection, act)?);
            }
            if feeds {
                found.push(of_feeds(connection, act)?);
                found.extend(board::waiting(connection, act, sees_refused)?);
            }
            if users {
                found.push(of_invitations(connection, act)?);
            }
            Ok(found)
        })
        .await?;
    let words = desk.words;
    let tasks = found.into_iter().filter(|(_, _, count)| *count > 0);
    let tasks = tasks.map(|(text, href, count)| Task {
        // Of what is listed by pages, more than a page is not counted.
        count: board::counted(href, count),
        label: words.say(text),
        href,
    });
    let shown = Start { shell: desk.shell("desk-start"), tasks: tasks.collect(), advises_totp };
    page(StatusCode::OK, words, &shown)
}

/// `issues`: whether they may issue codes, and so are led to where that is done.
fn of_register(connection: &mut DbConnection, act: &Act, issues: bool) -> Outcome<[Found; 3]> {
    let roll = roll::load(connection, act)?;
    let held = RollFilter { state: Some(RollState::Held), ..RollFilter::default() };
    let count = |filter: RollFilter| roll.choose(&filter, None, 0).total;
    let without_code = count(RollFilter { has_code: Some(false), ..held.clone() });
    let without_feed = count(RollFilter { has_feed: Some(false), ..held });
    let empty = count(RollFilter { state: Some(RollState::Empty), ..RollFilter::default() });
    let to_codes = if issues { "/ql/in/phat" } else { "/ql/so?state=held&code=no" };
    Ok([
        ("desk-task-no-code", to_codes, without_code),
        ("desk-task-no-feed", "/ql/so?state=held&feed=no", without_feed),
        ("desk-task-empty", "/ql/so?state=empty", empty),
    ])
}

fn of_queue(connection: &mut DbConnection, act: &Act) -> Outcome<Found> {
    Ok(("desk-task-queue", "/ql/hang", unassigned::count(connection, act)?))
}

fn of_feeds(connection: &mut DbConnection, act: &Act) -> Outcome<Found> {
    let feeds = pulse::alarms(connection, act)?.len();
    let stalls = checks::alarms(connection, act)?.len();
    Ok(("desk-task-alarms", "/ql/nguon", feeds + stalls))
}

fn of_invitations(connection: &mut DbConnection, act: &Act) -> Outcome<Found> {
    let all = invitations::list(connection, act)?;
    let open = all.iter().filter(|invitation| invitation.is_open(act.at)).count();
    Ok(("desk-task-invitations", "/ql/nguoi", open))
}
