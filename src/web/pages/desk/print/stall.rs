//! One stall's card: what is printed, how it looks, as which file.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::super::page as answer;
use super::super::door::Desk;
use super::super::form::Field;
use super::super::register::select;
use super::super::shell::Shell;
use super::{chosen, layout_field, style_field};
use crate::access::Permission;
use crate::primitives::ids::{CodeId, StallId};
use crate::print::order::{self, CardOrder};
use crate::print::{Kind, Layout, Style};
use crate::registry::stalls;
use crate::web::path::Id;
use crate::web::pictures::KnownTags;
use crate::web::printing;
use crate::web::problem::Problem;

const LAYOUTS: [Layout; 6] =
    [Layout::A6, Layout::A5, Layout::Sticker, Layout::A6OnA4, Layout::A5OnA4, Layout::StickerOnA4];

#[derive(Template)]
#[template(path = "html/desk/print_stall.html")]
struct StallPage {
    shell: Shell,
    stall_id: StallId,
    code: String,
    /// What the card says, to be compared before paper is used.
    facts: Vec<(String, String)>,
    /// Why there is no card.
    refused: Option<String>,
    fields: Vec<Field>,
    may_slip: bool,
    may_issue: bool,
}

/// `GET /ql/in/sap/{id}`.
pub(super) async fn page(desk: Desk, id: Id<StallId>) -> Result<HttpResponse, Problem> {
    let (id, words) = (id.0, desk.words);
    let stall = desk.read(move |connection, act| stalls::get(connection, act, id)).await?;
    let order = CardOrder { layout: Layout::A6, style: Style::Colour, code_id: None };
    let read = move |connection: &mut _, act: &_| order::card(connection, act, id, &order);
    let (facts, refused) = match desk.read(read).await {
        Ok(sheet) => {
            let facts = sheet.cards.into_iter().flat_map(|card| {
                [
                    ("desk-vendor", card.vendor),
                    ("desk-field-holder", card.holder),
                    ("desk-field-bank", card.bank),
                    ("desk-field-number", card.account),
                    ("desk-check-code", card.check_code),
                ]
            });
            (facts.map(|(key, text)| (words.say(key), text)).collect(), None)
        }
        Err(problem) if problem.is_refusal() => (Vec::new(), Some(problem.on_page(words.0))),
        Err(problem) => return Err(problem),
    };
    let kinds = Kind::ALL
        .iter()
        .map(|kind| (kind.as_str().to_owned(), words.say(&format!("desk-kind-{}", kind.as_str()))));
    let is_whole = !desk.present.scope.sections.is_limited();
    let shown = StallPage {
        shell: desk.shell("desk-print-stall"),
        stall_id: id,
        code: stall.code,
        facts,
        refused,
        fields: vec![
            layout_field(words, &LAYOUTS, Layout::A6),
            style_field(words, Style::Colour),
            select(words, "tap", "file-kind", kinds.collect(), Kind::Pdf.as_str()),
        ],
        may_issue: is_whole && desk.may(Permission::CodesWrite),
        may_slip: is_whole && desk.may(Permission::StallLinksWrite),
    };
    answer(StatusCode::OK, words, &shown)
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    mau: String,
    #[serde(default)]
    kieu: String,
    #[serde(default)]
    tap: String,
    /// One of the stall's live codes; the newest, if absent.
    #[serde(default)]
    ma: String,
}

/// `GET /ql/in/sap/{id}/the?mau=a6&kieu=mono&tap=pdf&ma=cod_…`.
pub(super) async fn card(
    desk: Desk,
    id: Id<StallId>,
    asked: web::Query<Asked>,
    known: KnownTags,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let layout = chosen(&asked.mau, "mau", Layout::A6)?;
    let code_id = match asked.ma.as_str() {
        "" => None,
        text => Some(CodeId::parse(text).ok_or_else(|| Problem::invalid("ma", "choice-missing"))?),
    };
    let style = chosen(&asked.kieu, "kieu", Style::Colour)?;
    let kind = chosen(&asked.tap, "tap", Kind::Pdf)?;
    let order = CardOrder { layout, style, code_id };
    let read = move |connection: &mut _, act: &_| order::card(connection, act, id, &order);
    let format = (kind, layout.dpi());
    printing::file(&desk.state, desk.read(read).await?, format, &known, "inline").await
}
