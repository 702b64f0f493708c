//! Writing down what came of a drawn day: counted, refused, or nobody sold.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::super::register::select;
use crate::access::Permission;
use crate::adoption::counting::CountOutcome;
use crate::adoption::counting::counts::{self, NewCount};
use crate::adoption::counting::plans::{self, DrawnDay};
use crate::primitives::ids::{CashPlanId, OccupancyId};
use crate::primitives::{Day, Refusal};
use crate::web::path::Id;
use crate::web::problem::Problem;

const OUTCOMES: [CountOutcome; 3] =
    [CountOutcome::Counted, CountOutcome::Refused, CountOutcome::Closed];

/// Which drawn day.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    sap: String,
    #[serde(default)]
    ngay: String,
}

impl Which {
    fn read(&self) -> Option<(OccupancyId, Day)> {
        OccupancyId::parse(&self.sap).zip(Day::parse(&self.ngay))
    }
}

/// `GET /ql/tien-mat/{id}/ghi?sap=occ_…&ngay=2026-11-24`.
pub(super) async fn page(
    desk: Desk,
    request: HttpRequest,
    id: Id<CashPlanId>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    form(&desk, &request, id.0, &which, None).await?.show(None)
}

/// The day, only for who may write it down.
async fn drawn(desk: &Desk, id: CashPlanId, which: &Which) -> Result<DrawnDay, Problem> {
    let wanted = which.read();
    let read = desk.read(move |connection, act| {
        act.require(Permission::VisitsWrite)?;
        plans::get(connection, act, id)
    });
    let is_wanted = |one: &DrawnDay| Some((one.occupancy_id, one.day)) == wanted;
    let found = read.await?.days.into_iter().find(is_wanted);
    Ok(found.ok_or_else(|| Refusal::not_found("stall"))?)
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    id: CashPlanId,
    which: &Which,
    sent: Option<&Sent>,
) -> Result<FormPage, Problem> {
    let (one, words) = (drawn(desk, id, which).await?, desk.words);
    let action = format!("/ql/tien-mat/{id}/ghi?sap={}&ngay={}", one.occupancy_id, one.day);
    let now = |name: &str, kept: String| sent.map_or(kept, |sent| sent.get(name));
    let kept = one.outcome.unwrap_or(CountOutcome::Counted).as_str().to_owned();
    let outcomes = OUTCOMES.map(|one| (one.as_str().to_owned(), super::outcome(words, one)));
    let by = one.counted_by.clone().unwrap_or_else(|| desk.present.user.name.clone());
    let mut form = FormPage::new(request, "desk-count", action);
    form.lead = vec![
        format!("{} {} ({})", words.say("desk-stall"), one.stall_code, one.section),
        format!("{}, {}", one.vendor, one.day.on_paper()),
        words.say("desk-count-lead"),
    ];
    form.back = Some((format!("/ql/tien-mat/{id}"), words.say("desk-back")));
    form.fields = vec![
        select(words, "outcome", "outcome", outcomes.into(), &now("outcome", kept)),
        Field::new(words, "cash", Kind::Text, "cash")
            .hint(words.say("desk-count-cash-hint"))
            .value(now("cash", one.cash_vnd.map(|cash| cash.to_string()).unwrap_or_default()))
            .optional(),
        Field::new(words, "counted_by", Kind::Text, "counted-by").value(now("counted_by", by)),
    ];
    Ok(form)
}

/// `POST /ql/tien-mat/{id}/ghi?sap=…&ngay=…` with the form fields `outcome`, `cash` and `counted_by`.
pub(super) async fn record(
    desk: Desk,
    request: HttpRequest,
    id: Id<CashPlanId>,
    which: web::Query<Which>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let one = drawn(&desk, id, &which).await?;
    let told = sent.get("outcome");
    let outcome = OUTCOMES.into_iter().find(|outcome| outcome.as_str() == told);
    let done = match outcome.ok_or_else(|| Problem::invalid("outcome", "choice-missing")) {
        Ok(outcome) => {
            let new = NewCount {
                occupancy_id: one.occupancy_id,
                day: one.day,
                outcome,
                cash: sent.filled("cash"),
                counted_by: sent.get("counted_by"),
            };
            desk.write(move |connection, act| counts::record(connection, act, id, new)).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(on_to(&format!("/ql/tien-mat/{id}"), "saved")),
        Err(problem) => form(&desk, &request, id, &which, Some(&sent)).await?.again(problem),
    }
}
