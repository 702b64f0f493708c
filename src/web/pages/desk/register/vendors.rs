//! The table of vendors, and changes to one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::super::super::page as answer;
use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::super::table::{Cell, Column, Row, Table};
use super::stalls::List;
use super::{neighbourhoods, phone, select, tabs, typed_neighbourhood, with_none};
use crate::access::Permission;
use crate::primitives::Refusal;
use crate::primitives::ids::{NeighbourhoodId, VendorId};
use crate::registry::Patch;
use crate::registry::roll::{Roll, plain};
use crate::registry::vendors::{self, Vendor, VendorChange};
use crate::web::path::Id;
use crate::web::problem::Problem;

const ROWS: usize = 100;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    khom: String,
    #[serde(default)]
    after: String,
}

/// `GET /ql/so/nguoi`.
pub(super) async fn page(
    desk: Desk,
    asked: Result<web::Query<Asked>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let asked = asked.map(web::Query::into_inner).unwrap_or_default();
    let (roll, words) = (super::roll(&desk).await?, desk.words);
    let may_write = desk.may(Permission::RegistryWrite);
    let wanted = plain(&asked.q);
    let home = NeighbourhoodId::parse(&asked.khom);
    let passes = |vendor: &&Vendor| {
        let all = plain(&format!("{} {}", vendor.name, phone(vendor.phone.as_deref())));
        wanted.split_whitespace().all(|word| all.contains(word))
            && home.is_none_or(|home| vendor.neighbourhood_id == Some(home))
    };
    let mut found: Vec<_> = roll.vendors.values().filter(passes).collect();
    found.sort_by_cached_key(|vendor| (plain(&vendor.name), vendor.id));
    let total = found.len();
    let after = VendorId::parse(&asked.after);
    let from = found.iter().position(|vendor| Some(vendor.id) == after).map_or(0, |at| at + 1);
    let shown: Vec<_> = found.iter().skip(from).take(ROWS).collect();
    let last = shown.last().filter(|_| from + ROWS < total);
    let next = last.map(|vendor| {
        let id = vendor.id.to_string();
        let pairs = [("q", asked.q.as_str()), ("khom", &asked.khom), ("after", &id)];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/ql/so/nguoi?{query}")
    });
    let columns = ["desk-vendor", "desk-field-phone", "desk-field-khom", "desk-stalls"]
        .map(|text| words.say(text));
    let table = Table {
        caption: format!("{total} {}", words.say("desk-vendors-found")),
        columns: columns.into_iter().map(Column::new).collect(),
        rows: shown.into_iter().map(|vendor| row(&roll, vendor, may_write)).collect(),
        is_chosen_from: false,
        next,
    };
    let homes = with_none(words.say("desk-all"), neighbourhoods(&roll));
    let page = List {
        shell: desk.shell("desk-register"),
        tabs: tabs(&desk, "/ql/so/nguoi"),
        action: "/ql/so/nguoi",
        filters: vec![
            Field::new(words, "q", Kind::Text, "search").value(&asked.q).optional(),
            select(words, "khom", "khom", homes, &asked.khom).optional(),
        ],
        makes: Vec::new(),
        table: table.labelled(),
        bulk: Vec::new(),
    };
    answer(StatusCode::OK, words, &page)
}

fn row(roll: &Roll, vendor: &Vendor, may_write: bool) -> Row {
    let home = vendor.neighbourhood_id.and_then(|id| roll.neighbourhoods.get(&id));
    let holds = roll
        .occupancies
        .values()
        .filter(|one| one.vendor_id == vendor.id && one.period().contains(roll.today));
    let stalls: Vec<_> =
        holds.filter_map(|one| roll.stall(one.stall_id)).map(|stall| stall.code.as_str()).collect();
    Row {
        id: vendor.id.to_string(),
        name: vendor.name.clone(),
        cells: vec![
            Cell::new(&vendor.name).leading(may_write, || format!("/ql/so/nguoi/{}", vendor.id)),
            Cell::new(phone(vendor.phone.as_deref())),
            Cell::new(home.map(|home| home.name.clone()).unwrap_or_default()),
            Cell::new(stalls.join(", ")),
        ],
    }
}

/// `GET /ql/so/nguoi/{id}`.
pub(super) async fn change_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<VendorId>,
) -> Result<HttpResponse, Problem> {
    form(&desk, &request, id.0, None).await?.show(None)
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    id: VendorId,
    sent: Option<&Sent>,
) -> Result<FormPage, Problem> {
    let (roll, words) = (super::roll_to_write(desk).await?, desk.words);
    let vendor = roll.vendors.get(&id);
    let vendor = vendor.ok_or_else(|| Problem::from(Refusal::not_found("vendor")))?;
    let home = vendor.neighbourhood_id.map(|id| id.to_string()).unwrap_or_default();
    let now = |name: &str, kept: String| sent.map_or(kept, |sent| sent.get(name));
    let homes = with_none(words.say("desk-unknown"), neighbourhoods(&roll));
    let mut form = FormPage::new(request, "desk-vendor-change", format!("/ql/so/nguoi/{id}"));
    form.back = Some(("/ql/so/nguoi".into(), words.say("desk-back")));
    form.fields = vec![
        Field::new(words, "name", Kind::Text, "name").value(now("name", vendor.name.clone())),
        Field::new(words, "phone", Kind::Text, "phone")
            .value(now("phone", phone(vendor.phone.as_deref())))
            .optional(),
        select(words, "neighbourhood_id", "khom", homes, &now("neighbourhood_id", home)).optional(),
    ];
    Ok(form)
}

/// `POST /ql/so/nguoi/{id}` with the form fields `name`, `phone` and `neighbourhood_id`.
pub(super) async fn change(
    desk: Desk,
    request: HttpRequest,
    id: Id<VendorId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let done = match typed_neighbourhood(&sent) {
        Ok(home) => {
            let change = VendorChange {
                name: Some(sent.get("name")),
                phone: sent.filled("phone").map_or(Patch::Clear, Patch::Set),
                neighbourhood_id: home.map_or(Patch::Clear, Patch::Set),
            };
            desk.write(move |connection, act| vendors::change(connection, act, id, change)).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(on_to("/ql/so/nguoi", "saved")),
        Err(problem) => form(&desk, &request, id, Some(&sent)).await?.again(problem),
    }
}
