//! A new stall, and changes to one.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::super::Words;
use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::{sections, select, typed_day, typed_section, with_none};
use crate::primitives::Refusal;
use crate::primitives::ids::StallId;
use crate::registry::Patch;
use crate::registry::roll::Roll;
use crate::registry::stalls::{self, NewStall, SizeClass, Stall, StallChange};
use crate::web::path::Id;
use crate::web::problem::Problem;

const SIZES: [SizeClass; 3] = [SizeClass::Small, SizeClass::Medium, SizeClass::Large];

/// What the fields say before anybody typed.
fn values(stall: Option<&Stall>) -> Vec<(String, String)> {
    let Some(stall) = stall else { return vec![("size_class".into(), "small".into())] };
    let wholesale = if stall.wholesale { "yes" } else { "" };
    [
        ("code", stall.code.clone()),
        ("section_id", stall.section_id.to_string()),
        ("goods", stall.goods.clone()),
        ("size_class", stall.size_class.as_str().to_owned()),
        ("wholesale", wholesale.to_owned()),
        ("position", stall.position.to_string()),
        ("closed_day", stall.closed_day.map(|day| day.to_string()).unwrap_or_default()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn fields(words: Words, roll: &Roll, now: &Sent, is_new: bool) -> Vec<Field> {
    let sizes = SIZES
        .map(|size| (size.as_str().to_owned(), words.say(&format!("desk-size-{}", size.as_str()))));
    let choose = with_none(words.say("desk-choose"), sections(roll));
    let mut fields = vec![
        Field::new(words, "code", Kind::Text, "stall-code").value(now.get("code")),
        select(words, "section_id", "section", choose, &now.get("section_id")),
        Field::new(words, "goods", Kind::Text, "goods").value(now.get("goods")),
        select(words, "size_class", "size", sizes.into(), &now.get("size_class")),
        Field::new(words, "wholesale", Kind::Several, "kind")
            .choices(
                [("yes".to_owned(), words.say("desk-field-wholesale"))],
                &[now.get("wholesale")],
            )
            .optional(),
        Field::new(words, "position", Kind::Text, "position")
            .value(now.get("position"))
            .hint(words.say("desk-position-hint"))
            .optional(),
    ];
    if !is_new {
        fields.push(
            Field::new(words, "closed_day", Kind::Date, "closed-day")
                .value(now.get("closed_day"))
                .hint(words.say("desk-closed-day-hint"))
                .optional(),
        );
    }
    fields
}

fn size(sent: &Sent) -> Result<SizeClass, Problem> {
    let word = sent.get("size_class");
    let found = SIZES.into_iter().find(|size| size.as_str() == word);
    found.ok_or_else(|| Problem::invalid("size_class", "choice-missing"))
}

fn position(sent: &Sent) -> Result<i32, Problem> {
    let Some(text) = sent.filled("position") else { return Ok(0) };
    text.parse().map_err(|_| Problem::invalid("position", "number-unreadable"))
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    id: Option<StallId>,
    sent: Option<Sent>,
) -> Result<FormPage, Problem> {
    let roll = super::roll_to_write(desk).await?;
    let words = desk.words;
    let stall =
        id.map(|id| roll.stall(id).ok_or_else(|| Problem::from(Refusal::not_found("stall"))));
    let stall = stall.transpose()?;
    let now = sent.unwrap_or_else(|| Sent::of(values(stall)));
    let (title, action, back) = match id {
        Some(id) => {
            let page = format!("/ql/so/sap/{id}");
            ("desk-stall-change", format!("{page}/sua"), page)
        }
        None => ("desk-stall-new", "/ql/so/sap/moi".to_owned(), "/ql/so".to_owned()),
    };
    let mut form = FormPage::new(request, title, action);
    form.fields = fields(words, &roll, &now, id.is_none());
    form.back = Some((back, words.say("desk-back")));
    Ok(form)
}

/// `GET /ql/so/sap/moi`.
pub(super) async fn new_page(desk: Desk, request: HttpRequest) -> Result<HttpResponse, Problem> {
    form(&desk, &request, None, None).await?.show(None)
}

/// `POST /ql/so/sap/moi`: 303 to the new stall.
pub(super) async fn create(
    desk: Desk,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let new = || {
        Ok(NewStall {
            section_id: typed_section(&sent)?,
            code: sent.get("code"),
            goods: sent.get("goods"),
            wholesale: sent.filled("wholesale").is_some(),
            size_class: size(&sent)?,
            position: position(&sent)?,
        })
    };
    let made = match new() {
        Ok(new) => desk.write(move |connection, act| stalls::create(connection, act, new)).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(stall) => Ok(on_to(&format!("/ql/so/sap/{}", stall.id), "saved")),
        Err(problem) => form(&desk, &request, None, Some(sent)).await?.again(problem),
    }
}

/// `GET /ql/so/sap/{id}/sua`.
pub(super) async fn change_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<StallId>,
) -> Result<HttpResponse, Problem> {
    form(&desk, &request, Some(id.0), None).await?.show(None)
}

/// `POST /ql/so/sap/{id}/sua`: 303 to the stall.
pub(super) async fn change(
    desk: Desk,
    request: HttpRequest,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let change = || {
        Ok(StallChange {
            section_id: Some(typed_section(&sent)?),
            code: Some(sent.get("code")),
            goods: Some(sent.get("goods")),
            wholesale: Some(sent.filled("wholesale").is_some()),
            size_class: Some(size(&sent)?),
            position: Some(position(&sent)?),
            closed_day: typed_day(&sent, "closed_day")?.map_or(Patch::Clear, Patch::Set),
        })
    };
    let done = match change() {
        Ok(change) => {
            desk.write(move |connection, act| stalls::change(connection, act, id, change)).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(on_to(&format!("/ql/so/sap/{id}"), "saved")),
        Err(problem) => form(&desk, &request, Some(id), Some(sent)).await?.again(problem),
    }
}
