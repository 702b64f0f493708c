//! Codes for all stalls of a market that have none, in one step: first what will happen, then doing it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::page as answer;
use super::super::door::Desk;
use super::super::form::{Field, Sent};
use super::super::on_to;
use super::super::register::select;
use super::super::shell::Shell;
use super::market::Which;
use super::{Tab, tabs};
use crate::primitives::Refusal;
use crate::primitives::ids::{MarketId, OccupancyId};
use crate::registry::codeless::{self, Codeless};
use crate::web::problem::Problem;

pub(super) const PATH: &str = "/ql/in/phat";

/// A stall that gets a code.
struct Ready {
    occupancy_id: String,
    stall: String,
    detail: String,
    /// Account and holder, as the card will say them.
    payee: String,
}

/// One where somebody must do something first.
struct Unready {
    stall: String,
    detail: String,
    why: String,
    href: String,
}

#[derive(Template)]
#[template(path = "html/desk/issue.html")]
struct IssuePage {
    shell: Shell,
    tabs: Vec<Tab>,
    filters: Vec<Field>,
    market_id: MarketId,
    ready: Vec<Ready>,
    unready: Vec<Unready>,
    /// More than are shown.
    is_cut: bool,
    refused: Option<String>,
}

/// `GET /ql/in/phat?cho=mkt_…`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    show(&desk, which.market(), None).await
}

async fn show(
    desk: &Desk,
    named: &str,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let (words, all) = (desk.words, super::markets(desk).await?);
    let market = super::market(&all, named);
    let id = market.ok_or_else(|| Problem::from(Refusal::not_found("market")))?.id;
    let (found, total) =
        desk.read(move |connection, act| codeless::list(connection, act, id)).await?;
    let named = all.iter().map(|one| (one.id.to_string(), one.name.clone())).collect();
    let is_cut = total > found.len();
    let (mut ready, mut unready) = (Vec::new(), Vec::new());
    for one in found {
        let Codeless { stall_id, stall, section, vendor, occupancy_id, payee } = one;
        let detail = format!("{vendor} ({section})");
        match payee {
            Ok(account) => ready.push(Ready {
                occupancy_id: occupancy_id.to_string(),
                stall,
                detail,
                payee: format!("{} {}, {}", account.bank, account.number, account.holder_name),
            }),
            Err(refusal) => unready.push(Unready {
                stall,
                detail,
                why: why(desk, refusal),
                href: format!("/ql/in/ma/{stall_id}"),
            }),
        }
    }
    let shown = IssuePage {
        shell: desk.shell("desk-print"),
        tabs: tabs(desk, PATH),
        filters: if all.len() > 1 {
            vec![select(words, "cho", "market", named, &id.to_string())]
        } else {
            Vec::new()
        },
        market_id: id,
        ready,
        unready,
        is_cut,
        refused: refused.map(|problem| problem.on_page(words.0)),
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

/// What has to be done first; what the desk has no words for is said as the API says it.
fn why(desk: &Desk, refusal: Refusal) -> String {
    match refusal.code {
        "no-linked-account" => desk.words.say("desk-issue-no-account"),
        "several-linked-accounts" => desk.words.say("desk-issue-several"),
        _ => Problem::from(refusal).on_page(desk.words.0),
    }
}

/// `POST /ql/in/phat?cho=mkt_…` with the form field `id`, several times: all of them get a code, or none.
pub(super) async fn issue(
    desk: Desk,
    which: web::Query<Which>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let ids: Vec<_> = sent.all("id").iter().filter_map(|id| OccupancyId::parse(id)).collect();
    let work = move |connection: &mut _, act: &_| {
        let issued = codeless::issue(connection, act, &ids)?;
        if issued.is_empty() {
            return Err(Refusal::invalid("id", "choice-missing").into());
        }
        Ok(issued)
    };
    match desk.write(work).await {
        Ok(_) => Ok(on_to("/ql/in", "codes-issued")),
        Err(problem) if problem.status() == StatusCode::FORBIDDEN || !problem.is_refusal() => {
            Err(problem)
        }
        Err(problem) => show(&desk, which.market(), Some(&problem)).await,
    }
}
