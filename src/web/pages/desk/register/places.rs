//! A new market, and a new section: what a register begins with.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::select;
use crate::access::Permission;
use crate::primitives::ids::MarketId;
use crate::registry::PageRequest;
use crate::registry::markets::{self, NewMarket};
use crate::registry::sections::{self, NewSection};
use crate::web::problem::Problem;

/// `GET /ql/so/cho/moi`.
pub(super) async fn market_page(desk: Desk, request: HttpRequest) -> Result<HttpResponse, Problem> {
    desk.read(|_, act| act.require(Permission::RegistryWrite)).await?;
    market_form(&desk, &request, &Sent::read(b"")).show(None)
}

fn market_form(desk: &Desk, request: &HttpRequest, sent: &Sent) -> FormPage {
    let words = desk.words;
    let mut form = FormPage::new(request, "desk-market-new", "/ql/so/cho/moi");
    form.back = Some(("/ql/so".into(), words.say("desk-back")));
    let field = |name, label| Field::new(words, name, Kind::Text, label).value(sent.get(name));
    form.fields = vec![
        field("name", "market-name"),
        field("commune", "commune"),
        field("province", "province"),
    ];
    form
}

/// `POST /ql/so/cho/moi` with the form fields `name`, `commune` and `province`.
pub(super) async fn make_market(
    desk: Desk,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let new = NewMarket {
        name: sent.get("name"),
        commune: sent.get("commune"),
        province: sent.get("province"),
    };
    match desk.write(move |connection, act| markets::create(connection, act, new)).await {
        Ok(_) => Ok(on_to("/ql/so/khu/moi", "saved")),
        Err(problem) => market_form(&desk, &request, &sent).again(problem),
    }
}

/// `GET /ql/so/khu/moi`.
pub(super) async fn section_page(
    desk: Desk,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    section_form(&desk, &request, &Sent::read(b"")).await?.show(None)
}

async fn section_form(
    desk: &Desk,
    request: &HttpRequest,
    sent: &Sent,
) -> Result<FormPage, Problem> {
    let listed = desk.read(|connection, act| {
        act.require(Permission::RegistryWrite)?;
        markets::list(connection, act, PageRequest::default())
    });
    let markets = listed.await?.items.into_iter().map(|one| (one.id.to_string(), one.name));
    let words = desk.words;
    let mut form = FormPage::new(request, "desk-section-new", "/ql/so/khu/moi");
    form.back = Some(("/ql/so".into(), words.say("desk-back")));
    form.fields = vec![
        select(words, "market_id", "market", markets.collect(), &sent.get("market_id")),
        Field::new(words, "name", Kind::Text, "section-name").value(sent.get("name")),
        Field::new(words, "position", Kind::Text, "section-position")
            .value(sent.get("position"))
            .hint(words.say("desk-position-hint"))
            .optional(),
    ];
    Ok(form)
}

/// `POST /ql/so/khu/moi` with the form fields `market_id`, `name` and `position`.
pub(super) async fn make_section(
    desk: Desk,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let new = || {
        let market_id = MarketId::parse(&sent.get("market_id"));
        let position = sent.filled("position").map(|text| {
            text.parse().map_err(|_| Problem::invalid("position", "number-unreadable"))
        });
        Ok(NewSection {
            market_id: market_id.ok_or_else(|| Problem::invalid("market_id", "choice-missing"))?,
            name: sent.get("name"),
            position: position.transpose()?.unwrap_or_default(),
        })
    };
    let made = match new() {
        Ok(new) => desk.write(move |connection, act| sections::create(connection, act, new)).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(on_to("/ql/so", "saved")),
        Err(problem) => section_form(&desk, &request, &sent).await?.again(problem),
    }
}
