//! What the steps of a first visit write down.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::super::print::checks;
use super::page::{self, OBSTACLES, Photographed};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::outreach::first_visit::{self, Agreed};
use crate::outreach::visits::{self, NewVisit, VisitOutcome, VisitReport};
use crate::primitives::Refusal;
use crate::primitives::ids::StallId;
use crate::print::forms;
use crate::registry::accounts::Relation;
use crate::registry::boards;
use crate::registry::code_checks::CodeCheck;
use crate::registry::existing_codes::ExistingCode;
use crate::registry::other_codes::{self, NewOtherCode};
use crate::registry::verifications::Method;
use crate::web::checked::told;
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
        Err(problem) => page::again(desk, id, problem, Vec::new()).await,
    }
}

/// `POST /ql/ghe/{id}/anh`, a form with a photo: what its codes are. It is a check of the stall like any
/// other; the photo is read and not kept.
pub(super) async fn photo(
    desk: Desk,
    id: Id<StallId>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    desk.read(move |connection, act| first_visit::look(connection, act, id)).await?;
    let by = desk.present.user.name.clone();
    let done = match checks::read_photo(&request, payload).await {
        Ok(photo) => {
            let work = move |connection: &mut DbConnection, act: &Act| {
                first_visit::check_photo(connection, act, id, (photo, by))
            };
            desk.write(work).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(check) => {
            let CodeCheck { codes, finding, crowded, .. } = told(check, desk.words.0);
            let photo = Photographed { codes, finding, is_crowded: crowded };
            page::show(&desk, id, Some(photo), None).await
        }
        Err(problem) => page::again(&desk, id, problem, Vec::new()).await,
    }
}

/// `POST /ql/ghe/{id}/ma` with the form fields `payload`, `as`, `scheme`, `holder_name`, `confirmed`,
/// `relation`, `shared`, `by`, and `seen` for each code of the photo: registers it, and looks at the
/// photo's codes once more.
pub(super) async fn code(
    desk: Desk,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let texts = sent.all("seen");
    let seen = texts.clone();
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<()> {
        let by = sent.get("by");
        let occupancy_id = first_visit::look(connection, act, id)?.occupancy_id;
        first_visit::refuse_strangers(connection, act, id, &sent.get("payload"))?;
        let told = sent.get("relation");
        let relations = [Relation::Family, Relation::Employer, Relation::Market, Relation::Other];
        let relation = relations.into_iter().find(|one| one.as_str() == told);
        let is_confirmed = sent.get("confirmed") == "yes";
        if sent.get("as") == "other_code" {
            let new = NewOtherCode {
                occupancy_id,
                payload: sent.get("payload"),
                scheme: sent.filled("scheme"),
                holder_name: sent.get("holder_name"),
                holder_name_confirmed: is_confirmed,
                confirmed_by: sent.get("by"),
            };
            other_codes::register(connection, act, new)?;
            return look_again(connection, act, id, (seen, by));
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
        first_visit::take_code(connection, act, found)?;
        look_again(connection, act, id, (seen, by))
    };
    match desk.write(work).await {
        Ok(()) => Ok(on_to(&format!("/ql/ghe/{id}"), "saved")),
        Err(problem) => page::again(&desk, id, problem, texts).await,
    }
}

/// What was found before is no finding any more where the code was the vendor's own.
fn look_again(
    connection: &mut DbConnection,
    act: &Act,
    id: StallId,
    (seen, by): (Vec<String>, String),
) -> Outcome<()> {
    if seen.is_empty() {
        return Ok(());
    }
    first_visit::check_again(connection, act, id, (seen, by)).map(drop)
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
        Err(problem) => page::again(&desk, id, problem, Vec::new()).await,
    }
}
