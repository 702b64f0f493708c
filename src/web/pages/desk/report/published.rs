//! Reports as they were published, and the publishing of one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::super::super::page as answer;
use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::super::shell::Shell;
use super::told::Told;
use super::{Asked, Tab, may_publish};
use crate::access::Permission;
use crate::adoption::published::{self, NewPublished, PublishedFilter, PublishedHead};
use crate::primitives::ids::PublishedId;
use crate::registry::PageRequest;
use crate::web::path::Id;
use crate::web::problem::Problem;

struct Line {
    href: String,
    days: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "html/desk/published.html")]
struct PublishedPage {
    shell: Shell,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    /// What anybody may see of the market.
    open: Option<String>,
    form: Option<PublishForm>,
}

/// Where a new one is made.
struct PublishForm {
    action: String,
    fields: Vec<Field>,
}

/// `GET /ql/bao-cao/cong-bo`.
pub(super) async fn page(desk: Desk, asked: web::Query<Asked>) -> Result<HttpResponse, Problem> {
    let (asked, words) = (asked.into_inner(), desk.words);
    let (market_id, _) = super::markets(&desk, &asked).await?;
    let filter = PublishedFilter { market_id: Some(market_id) };
    let listed = desk.read(move |connection, act| {
        published::list(connection, act, &filter, PageRequest::whole())
    });
    let heads = listed.await?.items;
    let line = |head: &PublishedHead| Line {
        href: format!("/ql/bao-cao/cong-bo/{}", head.id),
        days: days(head),
        by: head.published_by.clone(),
        at: head.published_at.in_words(&words.say("desk-on")),
    };
    let form = may_publish(&desk).then(|| PublishForm {
        action: asked.href("/ql/bao-cao/cong-bo", &[]),
        fields: fields(&desk, &asked, None),
    });
    let shown = PublishedPage {
        shell: desk.shell("desk-reports"),
        tabs: super::tabs(&desk, &asked, "/ql/bao-cao/cong-bo"),
        lines: heads.iter().rev().map(line).collect(),
        open: (!heads.is_empty()).then(|| format!("/cho/{market_id}")),
        form,
    };
    answer(StatusCode::OK, words, &shown)
}

fn days(head: &PublishedHead) -> String {
    format!("{}–{}", head.window.from.on_paper(), head.window.to.on_paper())
}

fn fields(desk: &Desk, asked: &Asked, sent: Option<&Sent>) -> Vec<Field> {
    let words = desk.words;
    let now = |name: &str, kept: &str| sent.map_or_else(|| kept.to_owned(), |sent| sent.get(name));
    let name = desk.present.user.name.as_str();
    vec![
        Field::new(words, "from", Kind::Date, "report-from")
            .value(now("from", &asked.tu))
            .hint(words.say("desk-publish-days"))
            .optional(),
        Field::new(words, "to", Kind::Date, "report-to").value(now("to", &asked.den)).optional(),
        Field::new(words, "published_by", Kind::Text, "published-by")
            .value(now("published_by", name)),
    ]
}

/// `POST /ql/bao-cao/cong-bo?cho=…` with the form fields `from`, `to` and `published_by`.
pub(super) async fn publish(
    desk: Desk,
    request: HttpRequest,
    asked: web::Query<Asked>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    desk.act().require(Permission::ReportsPublish)?;
    let (sent, asked) = (Sent::read(&body), asked.into_inner());
    let (market_id, _) = super::markets(&desk, &asked).await?;
    let new = || {
        Ok(NewPublished {
            from: Asked::day(&sent.get("from"), "from")?,
            to: Asked::day(&sent.get("to"), "to")?,
            published_by: sent.get("published_by"),
        })
    };
    let made = match new() {
        Ok(new) => {
            desk.write(move |connection, act| published::publish(connection, act, market_id, &new))
                .await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(made) => Ok(on_to(&format!("/ql/bao-cao/cong-bo/{}", made.head.id), "published")),
        Err(problem) => {
            let action = asked.href("/ql/bao-cao/cong-bo", &[]);
            let mut form = FormPage::new(&request, "desk-publish", action.clone());
            form.back = Some((action, desk.words.say("desk-back")));
            form.fields = fields(&desk, &asked, Some(&sent));
            form.again(problem)
        }
    }
}

#[derive(Template)]
#[template(path = "html/desk/published_one.html")]
struct OnePage {
    shell: Shell,
    tabs: Vec<Tab>,
    name: String,
    days: String,
    by: String,
    told: Told,
    /// It names no single stall.
    weeks: Option<String>,
    files: Vec<(String, &'static str)>,
    zalo: String,
    digest: String,
}

/// `GET /ql/bao-cao/cong-bo/{id}`: as it was.
pub(super) async fn show(desk: Desk, id: Id<PublishedId>) -> Result<HttpResponse, Problem> {
    let read = desk.read(move |connection, act| published::laid(connection, act, id.0));
    let ((head, laid), words) = (read.await?, desk.words);
    let at = head.published_at.in_words(&words.say("desk-on"));
    let files = [("bao-cao.xlsx", "XLSX"), ("bao-cao.csv", "CSV"), ("bao-cao.pdf", "PDF")];
    let asked = Asked { cho: head.market_id.to_string(), ..Asked::default() };
    let shown = OnePage {
        shell: desk.shell("desk-reports"),
        tabs: super::tabs(&desk, &asked, ""),
        name: laid.market.clone(),
        days: days(&head),
        by: format!("{}, {at}", head.published_by),
        files: files
            .map(|(file, label)| (format!("/ql/bao-cao/cong-bo/{}/{file}", head.id), label))
            .into(),
        zalo: laid.zalo.clone(),
        told: Told::of(words, laid)?,
        weeks: None,
        digest: head.digest,
    };
    answer(StatusCode::OK, words, &shown)
}
