//! Who holds a stall from when on, and until when.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::{needed_day, neighbourhoods, select, typed_neighbourhood, with_none};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{OccupancyId, StallId, VendorId};
use crate::registry::occupancies::{self, EndOccupancy, NewOccupancy, Occupancy};
use crate::registry::vendors::{self, NewVendor};
use crate::web::path::Id;
use crate::web::problem::Problem;

/// `GET /ql/so/sap/{id}/nguoi`.
pub(super) async fn new_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<StallId>,
) -> Result<HttpResponse, Problem> {
    new_form(&desk, &request, id.0, &Sent::read(b"")).await?.show(None)
}

async fn new_form(
    desk: &Desk,
    request: &HttpRequest,
    id: StallId,
    sent: &Sent,
) -> Result<FormPage, Problem> {
    let (roll, words) = (super::roll_to_write(desk).await?, desk.words);
    let stall = roll.stall(id).ok_or_else(|| Problem::from(Refusal::not_found("stall")))?;
    let mut known: Vec<_> = roll.vendors.values().collect();
    known.sort_by(|one, other| one.name.cmp(&other.name));
    let known = known.into_iter().map(|vendor| {
        let phone = super::phone(vendor.phone.as_deref());
        (vendor.id.to_string(), format!("{} {phone}", vendor.name))
    });
    let known = with_none(words.say("desk-new-vendor"), known.collect());
    let homes = with_none(words.say("desk-unknown"), neighbourhoods(&roll));
    let day = sent.filled("from_day").unwrap_or_else(|| roll.today.to_string());
    let mut form = FormPage::new(request, "desk-holder-new", format!("/ql/so/sap/{id}/nguoi"));
    form.lead = vec![format!("{} {}", words.say("desk-stall"), stall.code)];
    form.back = Some((format!("/ql/so/sap/{id}"), words.say("desk-back")));
    form.fields = vec![
        Field::new(words, "from_day", Kind::Date, "from-day").value(day),
        select(words, "vendor_id", "known-vendor", known, &sent.get("vendor_id")).optional(),
        Field::new(words, "name", Kind::Text, "name")
            .value(sent.get("name"))
            .hint(words.say("desk-new-vendor-hint"))
            .optional(),
        Field::new(words, "phone", Kind::Text, "phone").value(sent.get("phone")).optional(),
        select(words, "neighbourhood_id", "khom", homes, &sent.get("neighbourhood_id")).optional(),
    ];
    Ok(form)
}

/// `POST /ql/so/sap/{id}/nguoi`: a known vendor, or a new one with the fields `name`, `phone` and
/// `neighbourhood_id`.
pub(super) async fn create(
    desk: Desk,
    request: HttpRequest,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, stall_id) = (Sent::read(&body), id.0);
    let work = || {
        let from_day = needed_day(&sent, "from_day")?;
        let known = sent.filled("vendor_id").map(|id| {
            VendorId::parse(&id).ok_or_else(|| Problem::invalid("vendor_id", "choice-missing"))
        });
        let new = NewVendor {
            name: sent.get("name"),
            phone: sent.filled("phone"),
            neighbourhood_id: typed_neighbourhood(&sent)?,
        };
        Ok((from_day, known.transpose()?, new))
    };
    let made = match work() {
        Ok((from_day, known, vendor)) => {
            let work = move |connection: &mut DbConnection, act: &Act| {
                let vendor_id = match known {
                    Some(id) => id,
                    None => vendors::create(connection, act, vendor)?.id,
                };
                let new = NewOccupancy { stall_id, vendor_id, from_day, to_day: None };
                occupancies::create(connection, act, new)
            };
            desk.write(work).await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(on_to(&format!("/ql/so/sap/{stall_id}"), "saved")),
        Err(problem) => new_form(&desk, &request, stall_id, &sent).await?.again(problem),
    }
}

/// `GET /ql/so/o/{id}/het`.
pub(super) async fn end_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<OccupancyId>,
) -> Result<HttpResponse, Problem> {
    end_form(&desk, &request, id.0, &Sent::read(b"")).await?.0.show(None)
}

async fn end_form(
    desk: &Desk,
    request: &HttpRequest,
    id: OccupancyId,
    sent: &Sent,
) -> Result<(FormPage, StallId), Problem> {
    let (roll, words) = (super::roll_to_write(desk).await?, desk.words);
    let held = roll.occupancies.get(&id);
    let held: &Occupancy = held.ok_or_else(|| Problem::from(Refusal::not_found("occupancy")))?;
    let vendor = roll.vendors.get(&held.vendor_id).map(|vendor| vendor.name.clone());
    let code = roll.stall(held.stall_id).map(|stall| stall.code.clone());
    let day = sent.filled("to_day").unwrap_or_else(|| roll.today.to_string());
    let mut form = FormPage::new(request, "desk-holder-end", format!("/ql/so/o/{id}/het"));
    let (vendor, code) = (vendor.unwrap_or_default(), code.unwrap_or_default());
    form.lead = vec![
        format!("{} {code}: {vendor}", words.say("desk-stall")),
        words.say("desk-holder-end-why"),
    ];
    form.back = Some((format!("/ql/so/sap/{}", held.stall_id), words.say("desk-back")));
    form.fields = vec![Field::new(words, "to_day", Kind::Date, "to-day").value(day)];
    Ok((form, held.stall_id))
}

/// `POST /ql/so/o/{id}/het` with the form field `to_day`.
pub(super) async fn end(
    desk: Desk,
    request: HttpRequest,
    id: Id<OccupancyId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let done: Result<Occupancy, Problem> = match needed_day(&sent, "to_day") {
        Ok(to_day) => {
            let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<Occupancy> {
                occupancies::end(connection, act, id, EndOccupancy { to_day })
            };
            desk.write(work).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(ended) => Ok(on_to(&format!("/ql/so/sap/{}", ended.stall_id), "saved")),
        Err(problem) => end_form(&desk, &request, id, &sent).await?.0.again(problem),
    }
}
