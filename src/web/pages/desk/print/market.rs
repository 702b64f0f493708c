//! What is printed of a market or of one of its sections, and which stalls are left out.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, Kind, Sent};
use super::super::on_to;
use super::super::register::{select, with_none};
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use super::{Tab, layout_field, style_field, tabs};
use crate::access::Permission;
use crate::primitives::Refusal;
use crate::primitives::ids::{MarketId, StallId};
use crate::print::order;
use crate::print::sheet::{Missing, Stop};
use crate::print::{Layout, Style};
use crate::registry::PageRequest;
use crate::registry::sections::{self, Section, SectionFilter};
use crate::web::problem::Problem;

/// A picture is for a phone.
const ON_PAPER: [Layout; 6] =
    [Layout::A6OnA4, Layout::A6, Layout::A5OnA4, Layout::A5, Layout::StickerOnA4, Layout::Sticker];
/// Stalls without a card that are listed; the list on paper has all.
const LISTED: usize = 300;

/// Of which market and section; of the first market as a whole, where none is named. How it is to
/// look comes along, so that a look at another section does not lose it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    cho: String,
    #[serde(default)]
    khu: String,
    #[serde(default)]
    mau: String,
    #[serde(default)]
    kieu: String,
    /// The cover list, where it is ticked.
    bia: Option<String>,
}

impl Which {
    /// As a form names them.
    pub(super) fn of(sent: &Sent) -> Self {
        let get = |name| sent.get(name);
        let (mau, kieu, bia) = (get("mau"), get("kieu"), sent.filled("bia"));
        Self { cho: get("cho"), khu: get("khu"), mau, kieu, bia }
    }

    /// Ticked at first; then as the form, which always names a layout, has it.
    fn has_cover(&self) -> bool {
        self.mau.is_empty() || self.bia.is_some()
    }

    pub(super) fn market(&self) -> &str {
        &self.cho
    }
}

#[derive(Template)]
#[template(path = "html/desk/print.html")]
struct PrintPage {
    shell: Shell,
    tabs: Vec<Tab>,
    fields: Vec<Field>,
    market_id: MarketId,
    /// What is counted and listed below the form.
    shown: String,
    cards: usize,
    /// Stalls without a card, and why.
    table: Table,
    refused: Option<String>,
}

/// `GET /ql/in?cho=mkt_…&khu=sec_…`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    show(&desk, &which, None).await
}

pub(super) async fn show(
    desk: &Desk,
    which: &Which,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let words = desk.words;
    let all = super::markets(desk).await?;
    let Some(market) = super::market(&all, &which.cho) else {
        if all.is_empty() && desk.may(Permission::RegistryWrite) {
            return Ok(on_to("/ql/so/cho/moi", "market-first"));
        }
        return Err(Refusal::not_found("market").into());
    };
    let id = market.id;
    let filter = SectionFilter { market_id: Some(id) };
    let listed = desk.read(move |connection, act| {
        sections::list(connection, act, &filter, PageRequest::whole())
    });
    let mut sections = listed.await?.items;
    sections.sort_by(|one, other| (one.position, &one.name).cmp(&(other.position, &other.name)));
    let chosen = section(desk, &sections, &which.khu)?;
    let name = chosen.map_or_else(|| words.say("desk-print-whole"), |one| one.name.clone());
    let chosen = chosen.map(|one| one.id);
    let is_limited = desk.present.scope.sections.is_limited();
    let stops = if is_limited && chosen.is_none() {
        Vec::new()
    } else {
        let read = move |connection: &mut _, act: &_| order::stops(connection, act, id, chosen);
        desk.read(read).await?
    };
    let cards = stops.iter().filter(|(_, stop)| stop.missing.is_none()).count();
    let named = all.iter().map(|one| (one.id.to_string(), one.name.clone())).collect();
    let mut choices = sections.iter().map(|one| (one.id.to_string(), one.name.clone())).collect();
    if !is_limited {
        choices = with_none(words.say("desk-print-whole"), choices);
    }
    let khu = chosen.map(|id| id.to_string()).unwrap_or_default();
    let cover = [("yes".to_owned(), words.say("desk-print-cover"))];
    let ticked = which.has_cover().then(|| "yes".to_owned());
    let shown = PrintPage {
        shell: desk.shell("desk-print"),
        tabs: tabs(desk, "/ql/in"),
        fields: vec![
            select(words, "cho", "market", named, &id.to_string()),
            select(words, "khu", "section", choices, &khu).optional(),
            layout_field(words, &ON_PAPER, which.mau.parse().unwrap_or(Layout::A6OnA4)),
            style_field(words, which.kieu.parse().unwrap_or(Style::Colour)),
            Field::new(words, "bia", Kind::Several, "cover").choices(cover, ticked.as_slice()),
        ],
        market_id: id,
        shown: format!("{}: {name}", market.name),
        cards,
        table: left_out(words, &stops),
        refused: refused.map(|problem| problem.on_page(words.0)),
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

/// The section that is named; the whole market, where it is another market's, as after another
/// choice of the market. Who is limited to sections looks at one at a time.
fn section<'s>(
    desk: &Desk,
    within: &'s [Section],
    named: &str,
) -> Result<Option<&'s Section>, Problem> {
    let found = within.iter().find(|one| one.id.to_string() == named);
    if found.is_some() || !desk.present.scope.sections.is_limited() {
        return Ok(found);
    }
    if named.is_empty() {
        return Ok(within.first());
    }
    Err(Refusal::not_found("section").into())
}

fn left_out(words: Words, stops: &[(StallId, Stop)]) -> Table {
    let row = |(id, stop): &(StallId, Stop)| {
        let missing = stop.missing?;
        let cells = vec![
            Cell::to(&stop.stall, format!("/ql/so/sap/{id}")).tagged(vec![stop.section.clone()]),
            Cell::new(stop.vendor.clone().unwrap_or_default()),
            Cell::new(why(words, missing)),
        ];
        Some(Row { id: String::new(), name: stop.stall.clone(), cells })
    };
    let columns = ["desk-stall", "desk-vendor", "desk-import-why"];
    let rows: Vec<Row> = stops.iter().filter_map(row).take(LISTED).collect();
    let table = Table {
        caption: words.say("desk-print-left-out"),
        columns: columns.map(|key| Column::new(words.say(key))).into(),
        rows,
        is_chosen_from: false,
        next: None,
    };
    table.labelled()
}

fn why(words: Words, missing: Missing) -> String {
    words.say(&format!("desk-missing-{}", missing.as_str().replace('_', "-")))
}
