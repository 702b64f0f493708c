//! Slips with a stall's two links, and blank forms.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::{own_address, unkept};
use crate::access::Act;
use crate::access::Permission;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::StallId;
use crate::print::Kind as FileKind;
use crate::print::forms::{self, Form};
use crate::print::slip;
use crate::registry::stalls;
use crate::web::path::Id;
use crate::web::pictures::KnownTags;
use crate::web::printing;
use crate::web::problem::Problem;

use super::market::Which;

const PDF: (FileKind, u16) = (FileKind::Pdf, printing::DPI);

/// `GET /ql/in/phieu/{file}?cho=mkt_…`: `dong-y.pdf` and `ghe-lan-dau.pdf`.
pub(super) async fn blank(
    desk: Desk,
    file: web::Path<String>,
    which: web::Query<Which>,
    known: KnownTags,
) -> Result<HttpResponse, Problem> {
    let form = match file.as_str() {
        "dong-y.pdf" => Form::Consent,
        "ghe-lan-dau.pdf" => Form::FirstVisit,
        _ => return Err(Problem::no_such_route()),
    };
    let all = super::markets(&desk).await?;
    let market = super::market(&all, which.market());
    let id = market.ok_or_else(|| Problem::from(Refusal::not_found("market")))?.id;
    let read = move |connection: &mut _, act: &_| forms::of_market(connection, act, id, form);
    printing::file(&desk.state, desk.read(read).await?, PDF, &known, "inline").await
}

/// The stall, for who may make links alone.
fn stall(connection: &mut DbConnection, act: &Act, id: StallId) -> Outcome<String> {
    act.require(Permission::StallLinksWrite)?;
    Ok(stalls::get(connection, act, id)?.code)
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    id: StallId,
    url: String,
) -> Result<FormPage, Problem> {
    let code = desk.read(move |connection, act| stall(connection, act, id)).await?;
    let words = desk.words;
    let mut form = FormPage::new(request, "desk-slip", format!("/ql/in/sap/{id}/giay"));
    form.lead = vec![
        format!("{} {code}", words.say("desk-stall")),
        words.say("desk-slip-lead"),
        words.say("desk-slip-ends"),
    ];
    let sure = [("yes".to_owned(), words.say("desk-slip-sure"))];
    form.fields = vec![
        Field::new(words, "url", Kind::Text, "url")
            .value(url)
            .hint(words.say("desk-slip-url-hint")),
        Field::new(words, "sure", Kind::Several, "sure").choices(sure, &[]),
    ];
    form.back = Some((format!("/ql/in/sap/{id}"), words.say("desk-back")));
    Ok(form)
}

/// `GET /ql/in/sap/{id}/giay`: says what ends before a new slip is made.
pub(super) async fn slip_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<StallId>,
) -> Result<HttpResponse, Problem> {
    form(&desk, &request, id.0, own_address(&request)).await?.show(None)
}

/// `POST /ql/in/sap/{id}/giay` with the form fields `url` and `sure`: two new links and their slip, as a
/// file. Those of the slips before end.
pub(super) async fn slip(
    desk: Desk,
    request: HttpRequest,
    id: Id<StallId>,
    body: web::Bytes,
    known: KnownTags,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let url = sent.get("url");
    let asked = url.clone();
    let is_sure = sent.get("sure") == "yes";
    let work = move |connection: &mut DbConnection, act: &Act| {
        stall(connection, act, id)?;
        if !is_sure {
            return Err(Refusal::invalid("sure", "choice-missing").into());
        }
        Ok(slip::of_new_links(connection, act, id, url)?.slip)
    };
    match desk.write(work).await {
        // An attachment: the page stays, and loading it again makes no other slip.
        Ok(made) => Ok(unkept(printing::file(&desk.state, made, PDF, &known, "attachment").await?)),
        Err(problem) => form(&desk, &request, id, asked).await?.again(problem),
    }
}
