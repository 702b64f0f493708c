//! Statements of banks: a file is looked at first, what is new, known and unreadable in it, and then taken
//! in or thrown away.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Choice, Sent};
use super::super::on_to;
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use super::statement::show as show_one;
use super::waits::{at, settled};
use super::{Tab, tabs};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::intake::statements::{self, Commit, Statement, StatementFilter, StatementState};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, StatementId};
use crate::registry::PageRequest;
use crate::registry::accounts::Account;
use crate::registry::roll::{self, Roll};
use crate::web::file;
use crate::web::path::Id;
use crate::web::problem::Problem;

pub(super) const PATH: &str = "/ql/nguon/sao-ke";

/// Of which account; a page further on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "html/desk/statements.html")]
struct Statements {
    shell: Shell,
    tabs: Vec<Tab>,
    refused: Option<String>,
    accounts: Vec<Choice>,
    /// Whose file may be uploaded: where to, and what it is called.
    upload: Option<(String, String)>,
    table: Table,
}

/// `GET /ql/nguon/sao-ke`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    show(&desk, which.into_inner(), None).await
}

async fn show(
    desk: &Desk,
    which: Which,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest::parse(which.cursor.as_deref(), None)?;
    let account_id = AccountId::parse(&which.account_id);
    let read = desk.read(move |connection, act| {
        let found = statements::list(connection, act, &StatementFilter { account_id }, page)?;
        Ok((found, roll::load(connection, act)?))
    });
    let ((found, roll), words) = (read.await?, desk.words);
    let chosen = account_id.and_then(|id| roll.accounts.get(&id));
    let may = desk.may(Permission::FeedsWrite);
    let of = |id: AccountId| format!("{PATH}?account_id={id}");
    let next = found
        .next_cursor
        .map(|cursor| format!("{PATH}?account_id={}&cursor={cursor}", which.account_id));
    let columns =
        ["desk-account", "desk-field-state", "desk-uploaded", "desk-days", "desk-statement-counts"];
    let table = Table {
        caption: words.say("desk-statements"),
        columns: columns.map(|text| Column::new(words.say(text))).into(),
        rows: found.items.iter().map(|one| row(words, &roll, one)).collect(),
        is_chosen_from: false,
        next,
    };
    let shown = Statements {
        shell: desk.shell("desk-statements"),
        tabs: tabs(words, PATH),
        refused: refused.map(|problem| problem.on_page(words.0)),
        accounts: choices(&roll, account_id),
        upload: chosen.filter(|_| may).map(|account| (of(account.id), named(account))),
        table: table.labelled(),
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

fn choices(roll: &Roll, chosen: Option<AccountId>) -> Vec<Choice> {
    let mut all: Vec<_> = roll.accounts.values().collect();
    all.sort_by(|one, other| one.holder_name.cmp(&other.holder_name));
    let choice = |account: &Account| Choice {
        value: account.id.to_string(),
        label: named(account),
        is_chosen: chosen == Some(account.id),
    };
    all.into_iter().map(choice).collect()
}

pub(super) fn named(account: &Account) -> String {
    format!("{}, {} {}", account.holder_name, account.bank, account.number)
}

pub(super) fn account_of(roll: &Roll, one: &Statement) -> String {
    roll.accounts.get(&one.account_id).map(named).unwrap_or_default()
}

pub(super) fn days(days: Option<statements::Days>) -> String {
    let on_paper = |days: statements::Days| {
        format!("{} – {}", days.from_day.on_paper(), days.to_day.on_paper())
    };
    days.map(on_paper).unwrap_or_default()
}

pub(super) fn state(words: Words, state: StatementState) -> String {
    words.say(&format!("desk-statement-{}", state.as_str().replace('_', "-")))
}

fn row(words: Words, roll: &Roll, one: &Statement) -> Row {
    let counts = one.counts;
    let counts = format!(
        "{} {}, {} {}, {} {}",
        counts.new,
        words.say("desk-count-new"),
        counts.known + counts.reported,
        words.say("desk-count-known"),
        counts.unreadable,
        words.say("desk-count-unreadable"),
    );
    Row {
        id: String::new(),
        name: String::new(),
        cells: vec![
            Cell::to(account_of(roll, one), format!("{PATH}/{}", one.id)),
            Cell::new(state(words, one.state)),
            Cell::new(at(words, one.uploaded_at)),
            Cell::new(days(one.stated.or(one.rows))),
            Cell::new(counts),
        ],
    }
}

/// `POST /ql/nguon/sao-ke?account_id=…`, a form with a file: looks at it, and leads to what was found.
pub(super) async fn upload(
    desk: Desk,
    which: web::Query<Which>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    match settled(looked_at(&desk, &which, &request, payload).await)? {
        Ok(made) => Ok(on_to(&format!("{PATH}/{}", made.id), "")),
        Err(problem) => show(&desk, which.into_inner(), Some(&problem)).await,
    }
}

async fn looked_at(
    desk: &Desk,
    which: &Which,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Statement, Problem> {
    let id = AccountId::parse(&which.account_id);
    let account = desk.read(move |connection, act| {
        act.require(Permission::FeedsWrite)?;
        let id = id.ok_or_else(|| Refusal::invalid("account_id", "choice-missing"))?;
        statements::account(connection, act, id)
    });
    let account = account.await?;
    let _turn = file::turn().await?;
    let bytes = file::read(request.headers(), payload).await?;
    let (db, key, act) = (desk.state.db.clone(), desk.state.secret_key.clone(), desk.act());
    let prepare = move || statements::prepare(&db, &act, &key, account, bytes);
    let prepared =
        web::block(prepare).await.map_err(|error| Problem::from(Fault::broken(error)))??;
    desk.write(move |connection, act| statements::insert(connection, act, prepared)).await
}

/// `POST /ql/nguon/sao-ke/{id}` with the form field `do`: `commit` with `from_day`, `to_day`, `no_days` and
/// `account_confirmed`, or `discard`.
pub(super) async fn settle(
    desk: Desk,
    id: Id<StatementId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let discards = sent.get("do") == "discard";
    let commits = sent.get("do") == "commit";
    let named = sent.day("from_day").and_then(|from| Ok((from, sent.day("to_day")?)));
    let (no_days, account_confirmed) =
        (sent.filled("no_days").is_some(), sent.filled("account_confirmed").is_some());
    let (from_day, to_day) = match named {
        Ok(days) => days,
        Err(problem) => return show_one(&desk, id, None, Some(&problem)).await,
    };
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<()> {
        act.require(Permission::FeedsWrite)?;
        if discards {
            return statements::discard(connection, act, id);
        }
        if !commits {
            return Err(Refusal::invalid("do", "choice-missing").into());
        }
        let how = Commit { from_day, to_day, no_days, account_confirmed };
        statements::commit(connection, act, id, how).map(drop)
    };
    match settled(desk.write(work).await)? {
        Err(problem) => show_one(&desk, id, None, Some(&problem)).await,
        Ok(()) if discards => Ok(on_to(PATH, "statement-discarded")),
        Ok(()) => {
            take_in(&desk, id);
            Ok(on_to(&format!("{PATH}/{id}"), "statement-committed"))
        }
    }
}

/// Nobody waits for it: what it does not come to is gone on with by the upkeep.
fn take_in(desk: &Desk, id: StatementId) {
    let (intake, board_id) = (desk.state.intake.clone(), desk.present.scope.board_id);
    actix_web::rt::task::spawn_blocking(move || {
        if let Err(fault) = statements::run(&intake, board_id, id) {
            tracing::error!(%fault, statement = %id, "a statement was not taken in to its end");
        }
    });
}
