//! A stall's codes: which hang there, a new one, and the end of one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::super::register::{select, with_none};
use super::super::shell::Shell;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, CodeId, OccupancyId, StallId};
use crate::registry::accounts::Account;
use crate::registry::codes::{
    self, Code, CodeFilter, CodeSource, NewCode, Replacement, Revocation,
};
use crate::registry::other_codes::{self, OtherCodeFilter};
use crate::registry::roll::{self, Roll};
use crate::registry::{PageRequest, stalls};
use crate::web::path::Id;
use crate::web::problem::Problem;

/// Codes that ended and are shown, the last ones.
const ENDED: usize = 10;

/// A code that hangs there.
struct Hanging {
    what: String,
    holder: String,
    detail: String,
    /// Where its card is printed, and where it is ended; not for another scheme's.
    links: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "html/desk/codes.html")]
struct CodesPage {
    shell: Shell,
    stall_id: StallId,
    stall: String,
    vendor: String,
    live: Vec<Hanging>,
    ended: Vec<Hanging>,
    /// The accounts that a new one may pay; none where nobody trades.
    accounts: Vec<(String, String)>,
    is_held: bool,
    refused: Option<String>,
    may_link: Option<String>,
    may_visit: bool,
}

/// Who is at a stall today or comes next, and the open accounts that they are paid on then.
struct Seller<'r> {
    occupancy_id: OccupancyId,
    vendor: String,
    accounts: Vec<&'r Account>,
}

fn seller(roll: &Roll, id: StallId) -> Option<Seller<'_>> {
    let one = roll.held(id).find(|one| one.to_day.is_none_or(|to| to >= roll.today))?;
    let day = roll.today.max(one.from_day);
    let is_then = |from, to: Option<_>| from <= day && to.is_none_or(|to| to >= day);
    let links = roll.linked(one.id).filter(|link| is_then(link.from_day, link.to_day));
    let accounts = links.filter_map(|link| roll.accounts.get(&link.account_id));
    Some(Seller {
        occupancy_id: one.id,
        vendor: roll.vendors.get(&one.vendor_id).map(|one| one.name.clone()).unwrap_or_default(),
        accounts: accounts.filter(|account| account.closed_at.is_none()).collect(),
    })
}

fn choices(accounts: &[&Account]) -> Vec<(String, String)> {
    let label = |one: &&Account| {
        (one.id.to_string(), format!("{} {}, {}", one.bank, one.number, one.holder_name))
    };
    accounts.iter().map(label).collect()
}

/// The register, for who may issue codes.
fn load(connection: &mut DbConnection, act: &Act, id: StallId) -> Outcome<Roll> {
    act.require(Permission::CodesWrite)?;
    stalls::get(connection, act, id)?;
    roll::load(connection, act)
}

/// `GET /ql/in/ma/{id}`, of a stall.
pub(super) async fn page(desk: Desk, id: Id<StallId>) -> Result<HttpResponse, Problem> {
    show(&desk, id.0, None).await
}

async fn show(
    desk: &Desk,
    id: StallId,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let words = desk.words;
    let read = desk.read(move |connection, act| {
        let roll = load(connection, act, id)?;
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for held in roll.held(id) {
            let filter = CodeFilter { occupancy_id: Some(held.id), ..CodeFilter::default() };
            own.extend(codes::list(connection, act, &filter, PageRequest::whole())?.items);
            let filter = OtherCodeFilter { occupancy_id: Some(held.id), ..Default::default() };
            others.extend(other_codes::list(connection, act, &filter, PageRequest::whole())?.items);
        }
        Ok((roll, own, others))
    });
    let (roll, own, others) = read.await?;
    let stall = roll.stall(id).ok_or_else(|| Problem::from(Refusal::not_found("stall")))?;
    let seller = seller(&roll, id);
    let (live, mut ended): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|code| code.revoked_at.is_none());
    ended.reverse();
    let mut live: Vec<_> = live.iter().map(|code| hanging(words, id, code)).collect();
    let others = others.into_iter().filter(|code| code.revoked_at.is_none());
    live.extend(others.map(|code| Hanging {
        what: code.scheme,
        holder: code.holder_name,
        detail: words.say("desk-code-other"),
        links: None,
    }));
    let accounts = seller.as_ref().map(|one| choices(&one.accounts)).unwrap_or_default();
    let link = seller.as_ref().filter(|_| desk.may(Permission::RegistryWrite));
    let shown = CodesPage {
        shell: desk.shell("desk-codes"),
        stall_id: id,
        stall: stall.code.clone(),
        may_link: link.map(|one| format!("/ql/so/o/{}/tk", one.occupancy_id)),
        is_held: seller.is_some(),
        vendor: seller.map(|one| one.vendor).unwrap_or_default(),
        live,
        ended: ended.iter().take(ENDED).map(|code| hanging(words, id, code)).collect(),
        accounts,
        refused: refused.map(|problem| problem.on_page(words.0)),
        may_visit: desk.may(Permission::VisitsWrite),
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

fn hanging(words: Words, stall_id: StallId, code: &Code) -> Hanging {
    let on = words.say("desk-on");
    let issued = code.issued_at.in_words(&on);
    let source = words.say(match code.source {
        CodeSource::Issued => "desk-code-issued",
        CodeSource::Existing => "desk-code-existing",
    });
    let mut detail =
        format!("{}: {}; {source} {issued}", words.say("desk-check-code"), code.check_code);
    if let Some(at) = code.revoked_at {
        let because = code.revoked_because.clone().unwrap_or_default();
        let ended = words.say("desk-code-ended");
        detail = format!("{detail}; {ended} {}: {because}", at.in_words(&on));
    }
    let (card, end) =
        (format!("/ql/in/sap/{stall_id}/the?ma={}", code.id), format!("/ql/in/the/{}", code.id));
    Hanging {
        what: format!("{} {}", code.bank, code.number),
        holder: code.holder_name.clone(),
        detail,
        links: code.revoked_at.is_none().then_some((card, end)),
    }
}

fn typed_account(sent: &Sent) -> Result<Option<AccountId>, Problem> {
    let Some(text) = sent.filled("account_id") else { return Ok(None) };
    let id = AccountId::parse(&text);
    Ok(Some(id.ok_or_else(|| Problem::invalid("account_id", "choice-missing"))?))
}

/// `POST /ql/in/ma/{id}`, of a stall, with the form field `account_id`: issues a code for whoever is there.
pub(super) async fn issue(
    desk: Desk,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let account = typed_account(&sent);
    let work = move |connection: &mut DbConnection, act: &Act| {
        let roll = load(connection, act, id)?;
        let seller = seller(&roll, id).ok_or_else(|| Refusal::conflict("stall-empty"))?;
        let account_id = account.map_err(|_| Refusal::invalid("account_id", "choice-missing"))?;
        let new = NewCode {
            occupancy_id: seller.occupancy_id,
            account_id,
            number_id: None,
            with_reference: true,
        };
        codes::issue(connection, act, new)
    };
    match desk.write(work).await {
        Ok(_) => Ok(on_to(&format!("/ql/in/ma/{id}"), "code-issued")),
        Err(problem) if is_shown(&problem) => show(&desk, id, Some(&problem)).await,
        Err(problem) => Err(problem),
    }
}

fn is_shown(problem: &Problem) -> bool {
    problem.is_refusal()
        && ![StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&problem.status())
}

/// A code with its stall, for who may end it.
async fn found(desk: &Desk, id: CodeId) -> Result<(Code, Roll, StallId), Problem> {
    let read = desk.read(move |connection, act| {
        act.require(Permission::CodesWrite)?;
        let code = codes::get(connection, act, id)?;
        let roll = roll::load(connection, act)?;
        let held = roll.occupancies.get(&code.occupancy_id);
        let stall_id = held.ok_or_else(|| Refusal::not_found("code"))?.stall_id;
        Ok((code, roll, stall_id))
    });
    read.await
}

async fn end_form(
    desk: &Desk,
    request: &HttpRequest,
    id: CodeId,
    sent: &Sent,
) -> Result<FormPage, Problem> {
    let ((code, roll, stall_id), words) = (found(desk, id).await?, desk.words);
    let stall = roll.stall(stall_id).map(|stall| stall.code.clone()).unwrap_or_default();
    let hung = hanging(words, stall_id, &code);
    let seller = seller(&roll, stall_id);
    let seller = seller.filter(|one| one.occupancy_id == code.occupancy_id);
    let accounts = seller.map(|one| choices(&one.accounts)).unwrap_or_default();
    let accounts = with_none(words.say("desk-code-no-new"), accounts);
    let now = sent.filled("account_id").unwrap_or_else(|| code.account_id.to_string());
    let mut form = FormPage::new(request, "desk-code-end", format!("/ql/in/the/{id}"));
    form.lead = vec![
        format!("{} {stall}: {}, {}", words.say("desk-stall"), hung.what, hung.holder),
        hung.detail,
        words.say("desk-code-end-lead"),
    ];
    form.fields = vec![
        Field::new(words, "because", Kind::Text, "because").value(sent.get("because")),
        select(words, "account_id", "new-code", accounts, &now)
            .hint(words.say("desk-code-new-hint"))
            .optional(),
    ];
    form.back = Some((format!("/ql/in/ma/{stall_id}"), words.say("desk-back")));
    Ok(form)
}

/// `GET /ql/in/the/{id}`, of a code.
pub(super) async fn end_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<CodeId>,
) -> Result<HttpResponse, Problem> {
    end_form(&desk, &request, id.0, &Sent::read(b"")).await?.show(None)
}

/// `POST /ql/in/the/{id}` with the form fields `because` and `account_id`: revokes the code, and issues
/// another one where an account is chosen.
pub(super) async fn end(
    desk: Desk,
    request: HttpRequest,
    id: Id<CodeId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let (_, _, stall_id) = found(&desk, id).await?;
    let because = sent.get("because");
    let (done, flash) = match typed_account(&sent) {
        Ok(None) => {
            let work = move |connection: &mut _, act: &_| {
                codes::revoke(connection, act, id, Revocation { because })
            };
            (desk.write(work).await, "code-revoked")
        }
        Ok(account_id) => {
            let by = Replacement { because, account_id, number_id: None, with_reference: true };
            let work = move |connection: &mut _, act: &_| codes::replace(connection, act, id, by);
            (desk.write(work).await, "code-replaced")
        }
        Err(problem) => (Err(problem), ""),
    };
    match done {
        Ok(_) => Ok(on_to(&format!("/ql/in/ma/{stall_id}"), flash)),
        Err(problem) => end_form(&desk, &request, id, &sent).await?.again(problem),
    }
}
