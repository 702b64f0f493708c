//! Whether money that comes now would be known: feeds, stalls, and what is wrong.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::pulse::{self, Alarm, Pulse};
use crate::outreach::checks::{self, StallAlarm};
use crate::primitives::ids::{FeedId, OccupancyId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::listing;
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::texts::Language;

resource!(of_feed, of_occupancy, alarms);

type Answer = Result<HttpResponse, Problem>;

/// The pulse of a feed, bank by bank; of phones, account by account.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<Pulse>)))]
#[get("/feeds/{id}/pulse")]
async fn of_feed(caller: Caller, id: Id<FeedId>, request: HttpRequest) -> Answer {
    show(caller, &request, move |connection, act| pulse::of_feed(connection, act, id.0)).await
}

/// The pulse of each account that a stall is paid on today.
#[utoipa::path(tag = "occupancies", params(("id" = OccupancyId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Page<Pulse>)))]
#[get("/occupancies/{id}/pulse")]
async fn of_occupancy(caller: Caller, id: Id<OccupancyId>, request: HttpRequest) -> Answer {
    show(caller, &request, move |connection, act| pulse::of_occupancy(connection, act, id.0)).await
}

/// Something that is wrong.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Wrong {
    /// With a feed or bank.
    Feed(Pulse),
    /// At a stall.
    Stall(StallAlarm),
}

/// Every feed and bank where something is wrong: it looks healthy but nothing arrives, phones are
/// silent, polling fails, nobody could be believed, something was refused or could not be read, or
/// reports contradict each other. And, for keys that have `registry.read` too, every stall where the
/// last check found a code that pays somebody else (`wrong-account`).
#[utoipa::path(tag = "feeds", security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<Wrong>)))]
#[get("/alarms")]
async fn alarms(caller: Caller, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let feeds = pulse::alarms(connection, act)?.into_iter();
            let mut all: Vec<Wrong> = feeds.map(|one| Wrong::Feed(told(one, language))).collect();
            for mut one in checks::alarms(connection, act)? {
                say(&mut one.alarm, Some(&one.stall), language);
                all.push(Wrong::Stall(one));
            }
            Ok(listing::whole(all))
        })
        .await
}

async fn show(
    caller: Caller,
    request: &HttpRequest,
    find: impl Fn(&mut DbConnection, &Act) -> Outcome<Vec<Pulse>> + Send + 'static,
) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let all = find(connection, act)?.into_iter().map(|pulse| told(pulse, language));
            Ok(listing::whole(all.collect()))
        })
        .await
}

/// Its alarm in the caller's language.
fn told(mut pulse: Pulse, language: Language) -> Pulse {
    if let Some(alarm) = &mut pulse.alarm {
        say(alarm, None, language);
    }
    pulse
}

fn say(alarm: &mut Alarm, stall: Option<&str>, language: Language) {
    let since = alarm.since.map(|at| ("since_at", at.to_string()));
    let args: Vec<_> = since.into_iter().chain(stall.map(|s| ("stall", s.to_owned()))).collect();
    let text = language.text(&format!("alarm-{}", alarm.code.as_str()), &args);
    alarm.detail = text.unwrap_or_default();
}
