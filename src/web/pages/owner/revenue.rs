//! `/sap/book`: the revenue book of a month, without a script: plain forms and links, which a
//! browser inside another app opens too.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Vendor, check_origin, elsewhere};
use crate::book::{self, ApartKind, DaySum, Laid, Line, View};
use crate::db::{DbConnection, Outcome};
use crate::feeds::phone::form_field;
use crate::ledger::Class;
use crate::ledger::class_suggestions::{self, Proposed};
use crate::live::links::LinkKind;
use crate::live::owner;
use crate::live::owner::book::Shown;
use crate::live::owner::split::{self, CLASSES, NewPart, NewSplit};
use crate::live::{Hearer, Presented};
use crate::primitives::ids::TransferId;
use crate::primitives::{Month, Refusal, Vnd};
use crate::print::{Kind, RevenueBook};
use crate::web::pages::{Words, presented, words};
use crate::web::pictures::KnownTags;
use crate::web::printing;
use crate::web::problem::Problem;
use crate::web::query::Query;
use crate::web::state::AppState;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Receipts to be classed that a page shows; the next ones follow when these are done.
const SHOWN: usize = 30;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichMonth {
    month: Option<String>,
}

#[derive(Template)]
#[template(path = "html/book.html")]
struct BookPage {
    words: Words,
    hearer: Hearer,
    view: View,
    /// What rules propose of receipts that wait.
    proposed: HashMap<TransferId, Proposed>,
    /// These receipts as they are now.
    shown: HashMap<TransferId, Shown>,
    /// What was asked for and is not done.
    refused: Option<String>,
}

impl BookPage {
    fn line(&self, line: &Line) -> String {
        let said = self.words.say(&format!("book-line-{}", line.kind.as_str().replace('_', "-")));
        match line.of_day {
            Some(day) => format!("{said} {}", day.on_paper()),
            None if line.count > 1 => format!("{said} ×{}", line.count),
            None => said,
        }
    }

    /// Headings of what stands apart, with their days.
    fn apart(&self) -> Vec<(String, Vnd, Vec<DaySum>)> {
        let book = &self.view.book;
        let taken_off = book.taken_off().map(|later| DaySum {
            day: later.day,
            count: -later.count,
            amount_vnd: Vnd::new(-later.amount_vnd.get()),
        });
        let all = [
            ("book-unclassified", book.apart(ApartKind::Unclassified)),
            ("book-debts", book.apart(ApartKind::Debts)),
            ("book-deposits", book.apart(ApartKind::Deposits)),
            ("book-said-apart", book.said_apart.clone()),
            ("book-taken-off", taken_off.collect()),
        ];
        let sum = |days: &[DaySum]| Vnd::new(days.iter().map(|day| day.amount_vnd.get()).sum());
        let all = all.into_iter().filter(|(_, days)| !days.is_empty());
        all.map(|(key, days)| (self.words.say(key), sum(&days), days)).collect()
    }

    /// What nobody has classed, and what is counted and may have to be given back: heading and receipts,
    /// the first of them.
    fn waiting(&self) -> Vec<(String, usize, &[book::Waiting])> {
        let all = [("book-waiting", &self.view.waiting), ("book-beyond", &self.view.beyond)];
        let all = all.into_iter().filter(|(_, all)| !all.is_empty());
        all.map(|(key, all)| (self.words.say(key), all.len(), all.get(..SHOWN).unwrap_or(all)))
            .collect()
    }

    /// The class that a rule proposes of a receipt of which nobody has said anything, and how it is said.
    fn proposed(&self, receipt: &book::Waiting) -> Option<(&'static str, String)> {
        let found = self.proposed.get(&receipt.id).filter(|one| CLASSES.contains(&one.class))?;
        Some((found.class.as_str(), super::book::proposed(self.words, found)))
    }

    fn is_proposed(&self, receipt: &book::Waiting, class: &str) -> bool {
        self.proposed(receipt).is_some_and(|(found, _)| found == class)
    }

    /// What is given back by a touch on that class, where it is not all that is shown.
    fn going_back(&self, receipt: &book::Waiting, class: &str) -> Option<Vnd> {
        let more = self.shown.get(&receipt.id).and_then(|one| one.surplus);
        more.filter(|_| !receipt.is_part && class == Class::Refund.as_str())
    }

    fn version(&self, receipt: &book::Waiting) -> &str {
        self.shown.get(&receipt.id).map_or("", |one| &one.version)
    }

    fn classes() -> [&'static str; CLASSES.len()] {
        CLASSES.map(Class::as_str)
    }
}

/// `GET /sap/book?month=2026-10`.
pub(super) async fn page(
    state: web::Data<AppState>,
    request: HttpRequest,
    which: Result<Query<WhichMonth>, Problem>,
) -> Result<HttpResponse, Problem> {
    let Some(vendor) = known(&state, &request).await? else { return Ok(elsewhere("/sap")) };
    let words = words(&request);
    let missing = || Problem::invalid("month", "book-month-missing");
    let read = |text: String| Month::parse(&text).ok_or_else(missing);
    match which.map_err(|_| missing()).and_then(|which| which.0.month.map(read).transpose()) {
        Ok(month) => show(&vendor, words, month, None).await,
        Err(problem) => show(&vendor, words, None, Some(&problem)).await,
    }
}

/// `POST /sap/book/lock` with the form fields `listener`, `month` and `sure`: 303 to the book.
pub(super) async fn lock(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let is_sure = form_field(&body, "sure").is_some_and(|sure| sure == "yes");
    decide(&state, &request, &body, move |connection, act, hearer, month| {
        if !is_sure {
            return Err(Refusal::invalid("sure", "book-not-confirmed").into());
        }
        book::lock(connection, act, hearer.occupancy_id, month).map(|_| ())
    })
    .await
}

/// `POST /sap/book/class` with the form fields `listener`, `month`, `receipt`, `version` and `class`, and `part` where only so
/// much of it was that: 303 to the book.
pub(super) async fn class(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let field = |name| form_field(&body, name).unwrap_or_default();
    let receipt = TransferId::parse(&field("receipt"));
    let class = Class::parse(&field("class"));
    let (part, version) = (field("part"), field("version"));
    decide(&state, &request, &body, move |connection, act, hearer, _| {
        let id = receipt.ok_or_else(|| Refusal::not_found("transfer"))?;
        let class = class.filter(|class| CLASSES.contains(class));
        let class = class.ok_or_else(|| Refusal::invalid("class", "class-not-vendors"))?;
        // Said twice, a part would be given back twice.
        split::is_as_shown(connection, act, hearer, id, &version)?;
        if !part.is_empty() {
            let part = NewPart { class, amount: part };
            return split::split_off(connection, act, hearer, id, part).map(|_| ());
        }
        // Of what is more than was asked, the rest was for the request.
        let shown = owner::book::shown(connection, hearer, &[id])?;
        let surplus = shown.get(&id).and_then(|one| one.surplus);
        let new = match surplus.filter(|_| class == Class::Refund) {
            Some(more) => {
                let amount = more.get().to_string();
                NewSplit { class: None, part: Some(NewPart { class, amount }) }
            }
            None => NewSplit { class: Some(class), part: None },
        };
        split::split(connection, act, hearer, id, &new).map(|_| ())
    })
    .await
}

/// `GET /sap/book/2026-10.pdf`, or `.xlsx`; of a year `GET /sap/book/2026.pdf`.
pub(super) async fn file(
    vendor: Vendor,
    file: web::Path<String>,
    request: HttpRequest,
    known: KnownTags,
) -> Result<HttpResponse, Problem> {
    let (period, extension) = file.split_once('.').unwrap_or((file.as_str(), ""));
    let laid = match (extension, Month::parse(period), year(period)) {
        ("pdf" | "xlsx", Some(month), _) => vendor.book(month).await?,
        ("pdf" | "xlsx", None, Some(year)) => vendor.year(year).await?,
        _ => return super::super::nothing(request).await,
    };
    if extension == "pdf" {
        let (format, state) = ((Kind::Pdf, printing::DPI), &vendor.state);
        return printing::file(state, RevenueBook(laid), format, &known, "attachment").await;
    }
    let name = RevenueBook(laid.clone()).stem();
    let bytes = web::block(move || book::xlsx(&laid)).await;
    let bytes = bytes.map_err(Problem::internal)??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")))
        .body(bytes))
}

/// Four digits.
fn year(text: &str) -> Option<i32> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then(|| text.parse().ok())?
}

type Seen = (View, HashMap<TransferId, Proposed>, HashMap<TransferId, Shown>);

impl Vendor {
    /// The book; what rules propose of the receipts that are shown to be classed, and how each is now.
    async fn view(&self, month: Option<Month>) -> Result<Seen, Problem> {
        let (act, hearer) = (self.act(), self.hearer.clone());
        let id = hearer.occupancy_id;
        let read = move |connection: &mut DbConnection| {
            let view = book::view(connection, &act, id, month)?;
            let mut shown: Vec<_> = view.waiting.iter().take(SHOWN).map(|one| one.id).collect();
            let proposed = class_suggestions::of_these(connection, act.board_id(), id, &shown)?;
            shown.extend(view.beyond.iter().take(SHOWN).map(|one| one.id));
            let shown = owner::book::shown(connection, &hearer, &shown)?;
            Ok((view, proposed, shown))
        };
        Ok(self.state.db.read(read).await?)
    }

    async fn book(&self, month: Month) -> Result<Laid, Problem> {
        let (act, id) = (self.act(), self.hearer.occupancy_id);
        let read = move |connection: &mut DbConnection| book::book(connection, &act, id, month);
        Ok(Laid::from(&self.state.db.read(read).await?))
    }

    async fn year(&self, year: i32) -> Result<Laid, Problem> {
        let (act, id) = (self.act(), self.hearer.occupancy_id);
        let read = move |connection: &mut DbConnection| book::year(connection, &act, id, year);
        Ok(Laid::from(&self.state.db.read(read).await?))
    }
}

/// The vendor whose phone asks; none before the six digits.
async fn known(
    state: &web::Data<AppState>,
    request: &HttpRequest,
) -> Result<Option<Vendor>, Problem> {
    check_origin(request.method(), request.headers())?;
    Ok(match presented(state, request).await? {
        Presented::Hears(hearer) if hearer.kind == LinkKind::Owner => {
            Some(Vendor { state: state.clone(), hearer })
        }
        _ => None,
    })
}

/// Does something about the book, and shows it again.
async fn decide(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    body: &[u8],
    work: impl FnOnce(&mut DbConnection, &crate::access::Act, &Hearer, Month) -> Outcome<()>
    + Send
    + 'static,
) -> Result<HttpResponse, Problem> {
    let Some(vendor) = known(state, request).await? else { return Ok(elsewhere("/sap")) };
    // The page may be of the stall whose link was open before.
    let asking = form_field(body, "listener").unwrap_or_default();
    if asking != vendor.hearer.listener_id.to_string() {
        let moved = Problem::new(StatusCode::CONFLICT, "page-of-other-link");
        return show(&vendor, words(request), None, Some(&moved)).await;
    }
    let month = form_field(body, "month").and_then(|text| Month::parse(&text));
    let Some(month) = month else {
        let missing = Problem::invalid("month", "book-month-missing");
        return show(&vendor, words(request), None, Some(&missing)).await;
    };
    let (act, hearer) = (vendor.act(), vendor.hearer.clone());
    let write = move |connection: &mut DbConnection| work(connection, &act, &hearer, month);
    match state.db.write(vendor.hearer.board_id.0, write).await.map_err(Problem::from) {
        Ok(()) => {
            let to = format!("/sap/book?month={month}");
            Ok(HttpResponse::SeeOther().insert_header((LOCATION, to)).finish())
        }
        Err(problem) if problem.is_refusal() => {
            show(&vendor, words(request), Some(month), Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn show(
    vendor: &Vendor,
    words: Words,
    month: Option<Month>,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let (mut view, mut other) = (vendor.view(month).await, None);
    if let Err(problem) = &view
        && problem.field() == Some("month")
    {
        // Of a month that no book has, the running one stands there, and why.
        (other, view) = (view.err(), vendor.view(None).await);
    }
    let ((view, proposed, shown), refused) = (view?, refused.or(other.as_ref()));
    let status = refused.map_or(StatusCode::OK, Problem::status);
    let refused = refused.map(|problem| problem.detail(words.0));
    let hearer = vendor.hearer.clone();
    let page = BookPage { words, hearer, view, proposed, shown, refused };
    super::super::page(status, words, &page)
}
