//! What the steps of a first visit write down.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::page::{self, OBSTACLES};
use crate::access::Act;
use crate::db::{DbConnection, Fault, Outcome};
use crate::outreach::first_visit::{self, Agreed};
use crate::outreach::visits::{self, NewVisit, VisitOutcome, VisitReport};
use crate::primitives::Refusal;
use crate::primitives::ids::StallId;
use crate::print::forms;
use crate::registry::accounts::Relation;
use crate::registry::existing_codes::ExistingCode;
use crate::registry::other_codes::{self, NewOtherCode};
use crate::registry::verifications::Method;
use crate::registry::{boards, code_readings};
use crate::vietqr;
use crate::web::file;
use crate::web::path::Id;
use crate::web::problem::Problem;

/// On to the page again, or the page with what is wrong.
async fn done<T>(
    desk: &Desk,
    id: StallId,
    outcome: Result<T, Problem>,
) -> Result<HttpResponse, Problem> {
    match outcome {
        Ok(_) => Ok(on_to(&format!("/ql/ghe/{id}"), "saved")),
        Err(problem) => page::again(desk, id, problem).await,
    }
}

/// `POST /ql/ghe/{id}/anh`, a form with a photo: what its codes are. Nothing is kept of it.
pub(super) async fn photo(
    desk: Desk,
    id: Id<StallId>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    desk.read(move |connection, act| first_visit::look(connection, act, id)).await?;
    match read(&desk, &request, payload).await {
        Ok(found) => page::show(&desk, id, Some(found), None).await,
        Err(problem) => page::again(&desk, id, problem).await,
    }
}

async fn read(
    desk: &Desk,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Vec<code_readings::FoundCode>, Problem> {
    let _turn = file::turn().await?;
    let picture = file::read(request.headers(), payload).await?;
    let scan = move || vietqr::scan_picture(&picture);
    let photo = web::block(scan).await.map_err(|error| Problem::from(Fault::broken(error)))?;
    let texts = photo.map_err(Fault::from)?.texts;
    desk.read(move |connection, act| code_readings::of_texts(connection, act, &texts)).await
}

/// `POST /ql/ghe/{id}/ma` with the form fields `payload`, `as`, `holder_name`, `confirmed`, `relation`,
/// `shared` and `by`: registers it.
pub(super) async fn code(
    desk: Desk,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<()> {
        let occupancy_id = first_visit::look(connection, act, id)?.occupancy_id;
        let told = sent.get("relation");
        let relations = [Relation::Family, Relation::Employer, Relation::Market, Relation::Other];
        let relation = relations.into_iter().find(|one| one.as_str() == told);
        let is_confirmed = sent.get("confirmed") == "yes";
        if sent.get("as") == "other_code" {
            let new = NewOtherCode {
                occupancy_id,
                payload: sent.get("payload"),
                scheme: None,
                holder_name: sent.get("holder_name"),
                holder_name_confirmed: is_confirmed,
                confirmed_by: sent.get("by"),
            };
            return other_codes::register(connection, act, new).map(drop);
        }
        let found = ExistingCode {
            occupancy_id,
            payload: sent.get("payload"),
            holder_name: Some(sent.get("holder_name")),
            holder_name_confirmed: is_confirmed,
            confirmed_by: Some(sent.get("by")),
            kind: None,
            use_kind: None,
            relation,
            shared: sent.get("shared") == "yes",
        };
        first_visit::take_code(connection, act, found).map(drop)
    };
    let outcome = desk.write(work).await;
    done(&desk, id, outcome).await
}

/// `POST /ql/ghe/{id}/dong-y` with the form field `purpose`, several times, and `by-<purpose>` for each.
pub(super) async fn agree(
    desk: Desk,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let chosen = sent.all("purpose");
    let mut agreed = Vec::new();
    for one in forms::wordings()? {
        if chosen.iter().any(|word| word == one.purpose.as_str()) {
            agreed.push(Agreed {
                purpose: one.purpose,
                wording: one.wording.clone(),
                given_by: sent.get(&format!("by-{}", one.purpose.as_str())),
            });
        }
    }
    let work = move |connection: &mut DbConnection, act: &Act| {
        if agreed.is_empty() {
            first_visit::look(connection, act, id)?;
            return Err(Refusal::invalid("purpose", "choice-missing").into());
        }
        first_visit::agree(connection, act, id, agreed)
    };
    let outcome = desk.write(work).await;
    done(&desk, id, outcome).await
}

/// `POST /ql/ghe/{id}/thu` with the form fields `seen` (`test_seen`, `test_confirmed` or `none`) and `by`.
pub(super) async fn test(
    desk: Desk,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let told = match sent.get("seen").as_str() {
        "test_seen" => Some((Method::TestSeen, true)),
        "test_confirmed" => Some((Method::TestConfirmed, true)),
        "none" => Some((Method::TestConfirmed, false)),
        _ => None,
    };
    let work = move |connection: &mut DbConnection, act: &Act| {
        first_visit::look(connection, act, id)?;
        let told = told.ok_or_else(|| Refusal::invalid("seen", "choice-missing"))?;
        first_visit::tell_test(connection, act, id, told, sent.get("by"))
    };
    let outcome = desk.write(work).await;
    done(&desk, id, outcome).await
}

/// `POST /ql/ghe/{id}/xong` with the form fields `outcome`, `obstacle`, `practised`, `slip` and `by`: a
/// visit that no round had asked for.
pub(super) async fn end(
    desk: Desk,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id, words) = (Sent::read(&body), id.0, desk.words);
    let did = ["practised", "slip"].into_iter().filter(|name| sent.get(name) == "yes");
    let note = did.map(|name| words.say(&format!("desk-visit-{name}"))).collect::<Vec<_>>();
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<()> {
        let visit = first_visit::look(connection, act, id)?;
        let (outcome, told) = (sent.get("outcome"), sent.get("obstacle"));
        let outcomes = [VisitOutcome::Helped, VisitOutcome::Begun, VisitOutcome::Refused];
        let outcome = outcomes.into_iter().find(|one| one.as_str() == outcome);
        let report = VisitReport {
            outcome: outcome.ok_or_else(|| Refusal::invalid("outcome", "choice-missing"))?,
            obstacle: OBSTACLES.into_iter().find(|one| one.as_str() == told),
            taught: Vec::new(),
            note: (!note.is_empty()).then(|| note.join("; ")),
            visited_by: sent.get("by"),
            visited_on: boards::today(connection, act)?,
            lifts_refusal: false,
            recorded_on_phone_at: None,
        };
        let new = NewVisit { occupancy_id: visit.occupancy_id, client_id: None, report };
        visits::create(connection, act, new).map(drop)
    };
    match desk.write(work).await {
        Ok(()) => Ok(on_to(&format!("/ql/so/sap/{id}"), "visited")),
        Err(problem) if problem.status() == StatusCode::FORBIDDEN => Err(problem),
        Err(problem) => page::again(&desk, id, problem).await,
    }
}
