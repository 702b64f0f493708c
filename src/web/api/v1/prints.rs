//! Cards and sheets, to be printed or sent.

use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::primitives::ids::{CodeId, MarketId, RoundId, SectionId, StallId};
use crate::print::order::{self, CardOrder, SheetOrder};
use crate::print::{Kind, Layout, Style, visit_list};
use crate::web::caller::Caller;
use crate::web::file::Binary;
use crate::web::path::Id;
use crate::web::pictures::KnownTags;
use crate::web::printing;
use crate::web::problem::Problem;
use crate::web::query::Query;

resource!(card_pdf, card_png, card_svg, sheet_pdf, visits_pdf; Layout, Style);

type Answer = Result<HttpResponse, Problem>;

/// Dots an inch that a PNG may have.
const DPI: std::ops::RangeInclusive<u16> = 72..=300;

/// What is printed of a stall.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CardParams {
    /// A card of A6 if absent.
    layout: Option<Layout>,
    /// In colour if absent.
    style: Option<Style>,
    /// One of the stall's live codes. If absent: of the vendor who is there, the newest that was
    /// issued.
    code_id: Option<CodeId>,
}

/// What is drawn of a stall.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PictureParams {
    /// A card of A6 if absent. `picture` is made for phones, always 1080 × 1350 px.
    layout: Option<Layout>,
    /// In colour if absent.
    style: Option<Style>,
    /// One of the stall's live codes. If absent: of the vendor who is there, the newest that was
    /// issued.
    code_id: Option<CodeId>,
    /// Dots an inch, 72–300; 300 if absent.
    #[param(value_type = Option<i32>, minimum = 72, maximum = 300)]
    dpi: Option<u16>,
}

/// What is printed of a market.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SheetParams {
    /// Cards of A6, one a page, if absent.
    layout: Option<Layout>,
    /// In colour if absent.
    style: Option<Style>,
    /// Only the stalls of this section.
    section_id: Option<SectionId>,
    /// Whether the list to tick off comes first; it does if absent.
    cover: Option<bool>,
}

/// How a list is printed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Black and white if absent.
    style: Option<Style>,
}

impl From<CardParams> for CardOrder {
    fn from(params: CardParams) -> Self {
        Self {
            layout: params.layout.unwrap_or(Layout::A6),
            style: params.style.unwrap_or(Style::Colour),
            code_id: params.code_id,
        }
    }
}

/// The card of a stall as PDF: A5, A6, sticker, or a page of A4 full of one of them. The same card
/// gives the same bytes.
#[utoipa::path(tag = "print", params(("id" = StallId, Path), CardParams),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "application/pdf", body = Binary), (status = 304)))]
#[get("/stalls/{id}/card.pdf")]
async fn card_pdf(
    caller: Caller,
    id: Id<StallId>,
    what: Query<CardParams>,
    known: KnownTags,
) -> Answer {
    card(&caller, id.0, what.0.into(), (Kind::Pdf, None), &known).await
}

/// The card of a stall as PNG, for a printer's shop or to be sent by phone.
#[utoipa::path(tag = "print", params(("id" = StallId, Path), PictureParams),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "image/png", body = Binary), (status = 304)))]
#[get("/stalls/{id}/card.png")]
async fn card_png(
    caller: Caller,
    id: Id<StallId>,
    what: Query<PictureParams>,
    known: KnownTags,
) -> Answer {
    let PictureParams { layout, style, code_id, dpi } = what.0;
    if dpi.is_some_and(|dpi| !DPI.contains(&dpi)) {
        let problem = Problem::invalid("dpi", "number-out-of-range");
        return Err(problem.with("min", DPI.start()).with("max", DPI.end()));
    }
    let order = CardParams { layout, style, code_id }.into();
    card(&caller, id.0, order, (Kind::Png, dpi), &known).await
}

/// The card of a stall as SVG; its letters are paths, its symbol is one path.
#[utoipa::path(tag = "print", params(("id" = StallId, Path), CardParams),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "image/svg+xml", body = String), (status = 304)))]
#[get("/stalls/{id}/card.svg")]
async fn card_svg(
    caller: Caller,
    id: Id<StallId>,
    what: Query<CardParams>,
    known: KnownTags,
) -> Answer {
    card(&caller, id.0, what.0.into(), (Kind::Svg, None), &known).await
}

/// The cards of a market, or of one of its sections, in one PDF in the order in which it is walked,
/// after a list of all stalls to be ticked off. A stall without a code is on the list alone.
#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path), SheetParams),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "application/pdf", body = Binary), (status = 304),
        (status = 409, description = "No stall has a code, or there are too many.")))]
#[get("/markets/{market_id}/sheet.pdf")]
async fn sheet_pdf(
    caller: Caller,
    id: Id<MarketId>,
    what: Query<SheetParams>,
    known: KnownTags,
) -> Answer {
    let SheetParams { layout, style, section_id, cover } = what.0;
    let order = SheetOrder {
        layout: layout.unwrap_or(Layout::A6),
        style: style.unwrap_or(Style::Colour),
        section_id,
        with_cover: cover.unwrap_or(true),
    };
    let market_id = id.0;
    let sheet =
        caller.read(move |connection, act| order::sheets(connection, act, market_id, &order));
    printing::answer(&caller, sheet.await?, (Kind::Pdf, order.layout.dpi()), &known).await
}

/// A round's list for the team: why each stall is visited, what to bring, and boxes for what came of
/// it. It shows no amounts.
#[utoipa::path(tag = "visits", params(("id" = RoundId, Path), ListParams),
    security(("key" = ["visits.read"])),
    responses((status = 200, content_type = "application/pdf", body = Binary), (status = 304)))]
#[get("/visit-rounds/{id}/list.pdf")]
async fn visits_pdf(
    caller: Caller,
    id: Id<RoundId>,
    what: Query<ListParams>,
    known: KnownTags,
) -> Answer {
    let style = what.0.style.unwrap_or(Style::Mono);
    let list =
        caller.read(move |connection, act| visit_list::of_round(connection, act, id.0, style));
    printing::answer(&caller, list.await?, (Kind::Pdf, Layout::A6.dpi()), &known).await
}

async fn card(
    caller: &Caller,
    id: StallId,
    order: CardOrder,
    (kind, dpi): (Kind, Option<u16>),
    known: &KnownTags,
) -> Answer {
    let sheet = caller.read(move |connection, act| order::card(connection, act, id, &order));
    // A picture for phones has its size in pixels.
    let dpi = dpi.filter(|_| order.layout != Layout::Picture).unwrap_or(order.layout.dpi());
    printing::answer(caller, sheet.await?, (kind, dpi), known).await
}
