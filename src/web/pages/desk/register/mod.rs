//! The register: tables of stalls, vendors and accounts, a map of each section, a stall's history,
//! and the forms that change them. No amount is shown here.

mod accounts;
mod bulk;
mod grid;
mod holders;
mod import;
mod places;
mod rules;
mod stall;
mod stall_forms;
mod stalls;
mod vendors;

use actix_web::web::{self, ServiceConfig};

use super::super::Words;
use super::door::Desk;
use super::form::{Field, Kind, Sent};
use super::{both, get_only, post_only};
use crate::access::Permission;
use crate::primitives::Day;
use crate::primitives::ids::{NeighbourhoodId, SectionId};
use crate::registry::roll::{self, Roll};
use crate::web::problem::Problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/so").route(web::get().to(stalls::page)))
        .service(both(
            "/so/cho/moi",
            web::get().to(places::market_page),
            web::post().to(places::make_market),
        ))
        .service(both(
            "/so/khu/moi",
            web::get().to(places::section_page),
            web::post().to(places::make_section),
        ))
        .service(get_only("/so/luoi").route(web::get().to(grid::page)))
        .service(both("/so/doi", web::get().to(super::nothing), web::post().to(bulk::change)))
        .service(both(
            "/so/sap/moi",
            web::get().to(stall_forms::new_page),
            web::post().to(stall_forms::create),
        ))
        .service(get_only("/so/sap/{id}").route(web::get().to(stall::page)))
        .service(both(
            "/so/sap/{id}/sua",
            web::get().to(stall_forms::change_page),
            web::post().to(stall_forms::change),
        ))
        .service(both(
            "/so/sap/{id}/nguoi",
            web::get().to(holders::new_page),
            web::post().to(holders::create),
        ))
        .service(both(
            "/so/o/{id}/het",
            web::get().to(holders::end_page),
            web::post().to(holders::end),
        ))
        .service(both(
            "/so/o/{id}/tk",
            web::get().to(accounts::link_page),
            web::post().to(accounts::link),
        ))
        .service(both(
            "/so/o/{id}/quy-tac",
            web::get().to(rules::page),
            web::post().to(rules::create),
        ))
        .service(post_only("/so/quy-tac/{id}/het").route(web::post().to(rules::end)))
        .service(both(
            "/so/lk/{id}/het",
            web::get().to(accounts::unlink_page),
            web::post().to(accounts::unlink),
        ))
        .service(get_only("/so/nguoi").route(web::get().to(vendors::page)))
        .service(both(
            "/so/nguoi/{id}",
            web::get().to(vendors::change_page),
            web::post().to(vendors::change),
        ))
        .service(get_only("/so/tk").route(web::get().to(accounts::page)))
        .service(both(
            "/so/tk/{id}",
            web::get().to(accounts::change_page),
            web::post().to(accounts::change),
        ))
        .service(both("/so/nhap", web::get().to(import::page), web::post().to(import::trial)))
        .service(post_only("/so/nhap/that").route(web::post().to(import::run)))
        .service(get_only("/so/tap/{file}").route(web::get().to(import::download)))
        .service(post_only("/so/tk/{id}/dong").route(web::post().to(accounts::close)));
}

/// Address, text, and whether it is shown now.
pub(super) type Tab = (&'static str, String, bool);

fn tabs(desk: &Desk, here: &str) -> Vec<Tab> {
    let all = [
        ("/ql/so", "desk-stalls"),
        ("/ql/so/luoi", "desk-grid"),
        ("/ql/so/nguoi", "desk-vendors"),
        ("/ql/so/tk", "desk-accounts"),
        ("/ql/so/nhap", "desk-import"),
    ];
    let may_write = desk.may(Permission::RegistryWrite);
    let all = all.into_iter().filter(|(href, _)| may_write || *href != "/ql/so/nhap");
    all.map(|(href, text)| (href, desk.words.say(text), href == here)).collect()
}

async fn roll(desk: &Desk) -> Result<Roll, Problem> {
    desk.read(roll::load).await
}

/// The register for a form: only for who may send it.
async fn roll_to_write(desk: &Desk) -> Result<Roll, Problem> {
    desk.read(|connection, act| {
        act.require_within(Permission::RegistryWrite)?;
        roll::load(connection, act)
    })
    .await
}

/// Sections by their place, as choices.
fn sections(roll: &Roll) -> Vec<(String, String)> {
    let mut all: Vec<_> = roll.sections.values().collect();
    all.sort_by(|one, other| (one.position, &one.name).cmp(&(other.position, &other.name)));
    all.into_iter().map(|section| (section.id.to_string(), section.name.clone())).collect()
}

/// Khóm and the like, as choices.
fn neighbourhoods(roll: &Roll) -> Vec<(String, String)> {
    let mut all: Vec<_> = roll.neighbourhoods.values().collect();
    all.sort_by(|one, other| (&one.kind, &one.name).cmp(&(&other.kind, &other.name)));
    all.into_iter().map(|one| (one.id.to_string(), one.name.clone())).collect()
}

/// A choice before the others, which chooses nothing.
pub(super) fn with_none(label: String, others: Vec<(String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), label)).chain(others).collect()
}

/// A field where one of these may be chosen.
pub(super) fn select(
    words: Words,
    name: &'static str,
    label: &str,
    all: Vec<(String, String)>,
    now: &str,
) -> Field {
    Field::new(words, name, Kind::Select, label).choices(all, &[now.to_owned()])
}

fn typed_section(sent: &Sent) -> Result<SectionId, Problem> {
    SectionId::parse(&sent.get("section_id"))
        .ok_or_else(|| Problem::invalid("section_id", "choice-missing"))
}

fn typed_neighbourhood(sent: &Sent) -> Result<Option<NeighbourhoodId>, Problem> {
    let Some(text) = sent.filled("neighbourhood_id") else { return Ok(None) };
    let id = NeighbourhoodId::parse(&text);
    Ok(Some(id.ok_or_else(|| Problem::invalid("neighbourhood_id", "choice-missing"))?))
}

/// `2026-11-24`, as browsers send it, or `24/11/2026`, as people type it.
pub(super) fn typed_day(sent: &Sent, field: &'static str) -> Result<Option<Day>, Problem> {
    sent.day(field)
}

pub(super) fn needed_day(sent: &Sent, field: &'static str) -> Result<Day, Problem> {
    typed_day(sent, field)?.ok_or_else(|| Problem::invalid(field, "day-unreadable"))
}

/// `từ 01/02/2026 đến 31/05/2026`.
fn days(words: Words, from: Day, to: Option<Day>) -> String {
    let from = format!("{} {}", words.say("desk-from"), from.on_paper());
    match to {
        Some(to) => format!("{from} {} {}", words.say("desk-to"), to.on_paper()),
        None => from,
    }
}

/// A phone number as people write it.
fn phone(kept: Option<&str>) -> String {
    kept.map(|phone| phone.replacen("+84", "0", 1)).unwrap_or_default()
}
