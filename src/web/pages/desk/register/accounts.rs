//! The table of accounts with the stalls that are paid to them, changes to one, and links.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::super::table::{Cell, Column, Row, Table};
use super::stalls::List;
use super::{needed_day, select, tabs, with_none};
use crate::access::{Act, Permission};
use crate::db::DbConnection;
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, LinkId, OccupancyId, StallId};
use crate::registry::Patch;
use crate::registry::accounts::{
    self, Account, AccountChange, AccountKind, NewAccount, Relation, UseKind,
};
use crate::registry::links::{self, AccountLinkChange, NewAccountLink};
use crate::registry::roll::{Roll, plain};
use crate::vietqr::banks;
use crate::web::path::Id;
use crate::web::problem::Problem;

const ROWS: usize = 100;
const KINDS: [AccountKind; 5] = [
    AccountKind::Personal,
    AccountKind::HouseholdBusiness,
    AccountKind::Organisation,
    AccountKind::Wallet,
    AccountKind::Merchant,
];
const USES: [UseKind; 2] = [UseKind::Mixed, UseKind::BusinessOnly];
const RELATIONS: [Relation; 5] =
    [Relation::Own, Relation::Family, Relation::Employer, Relation::Market, Relation::Other];

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    shared: String,
    #[serde(default)]
    after: String,
}

/// `GET /ql/so/tk`.
pub(super) async fn page(
    desk: Desk,
    asked: Result<web::Query<Asked>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let asked = asked.map(web::Query::into_inner).unwrap_or_default();
    let (roll, words) = (super::roll(&desk).await?, desk.words);
    let may_write = desk.may(Permission::RegistryWrite);
    let wanted = plain(&asked.q);
    let passes = |account: &&Account| {
        let all = plain(&format!("{} {} {}", account.holder_name, account.number, account.bank));
        let served = roll.served(account.id).len();
        let is_asked = match asked.shared.as_str() {
            "shared" => served > 1,
            "borrowed" => account.relation != Relation::Own,
            "unused" => served == 0,
            _ => true,
        };
        is_asked && wanted.split_whitespace().all(|word| all.contains(word))
    };
    let mut found: Vec<_> = roll.accounts.values().filter(passes).collect();
    found.sort_by_cached_key(|one| (plain(&one.holder_name), one.id));
    let total = found.len();
    let after = AccountId::parse(&asked.after);
    let from = found.iter().position(|one| Some(one.id) == after).map_or(0, |at| at + 1);
    let shown: Vec<_> = found.iter().skip(from).take(ROWS).collect();
    let last = shown.last().filter(|_| from + ROWS < total);
    let next = last.map(|account| {
        let id = account.id.to_string();
        let pairs = [("q", asked.q.as_str()), ("shared", &asked.shared), ("after", &id)];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/ql/so/tk?{query}")
    });
    let columns = [
        "desk-field-holder",
        "desk-field-bank",
        "desk-field-number",
        "desk-stalls",
        "desk-field-state",
    ];
    let table = Table {
        caption: format!("{total} {}", words.say("desk-accounts-found")),
        columns: columns.into_iter().map(|text| Column::new(words.say(text))).collect(),
        rows: shown.into_iter().map(|account| row(words, &roll, account, may_write)).collect(),
        is_chosen_from: false,
        next,
    };
    let page = List {
        shell: desk.shell("desk-register"),
        tabs: tabs(&desk, "/ql/so/tk"),
        action: "/ql/so/tk",
        filters: filters(words, &asked),
        makes: Vec::new(),
        table: table.labelled(),
        bulk: Vec::new(),
    };
    answer(StatusCode::OK, words, &page)
}

fn filters(words: Words, asked: &Asked) -> Vec<Field> {
    let kinds = [
        ("shared", "desk-only-shared"),
        ("borrowed", "desk-only-borrowed"),
        ("unused", "desk-only-unused"),
    ];
    let kinds = kinds.map(|(value, text)| (value.to_owned(), words.say(text)));
    let kinds = with_none(words.say("desk-all"), kinds.into());
    vec![
        Field::new(words, "q", Kind::Text, "search").value(&asked.q).optional(),
        select(words, "shared", "state", kinds, &asked.shared).optional(),
    ]
}

fn row(words: Words, roll: &Roll, account: &Account, may_write: bool) -> Row {
    let served = roll.served(account.id);
    let codes: Vec<_> = served.iter().map(|stall| stall.code.as_str()).collect();
    let borrowed = (account.relation != Relation::Own)
        .then(|| words.say(&format!("desk-relation-{}", account.relation.as_str())));
    let shared = (served.len() > 1).then(|| words.say("desk-is-shared"));
    let fed = roll.is_fed(account.id).then(|| words.say("desk-has-feed"));
    let closed = account.closed_at.map(|_| words.say("desk-account-closed"));
    Row {
        id: account.id.to_string(),
        name: account.holder_name.clone(),
        cells: vec![
            Cell::new(&account.holder_name)
                .leading(may_write, || format!("/ql/so/tk/{}", account.id)),
            Cell::new(&account.bank),
            Cell::new(&account.number),
            Cell::new(codes.join(", ")),
            Cell::default().tagged([borrowed, shared, fed, closed].into_iter().flatten().collect()),
        ],
    }
}

fn named<const N: usize>(words: Words, of: &str, all: [&'static str; N]) -> Vec<(String, String)> {
    let label = |word: &str| words.say(&format!("desk-{of}-{}", word.replace('_', "-")));
    all.map(|word| (word.to_owned(), label(word))).into()
}

/// Kind, use, holder and relation, which both forms have.
fn account_fields(words: Words, now: impl Fn(&str) -> String) -> Vec<Field> {
    vec![
        Field::new(words, "holder_name", Kind::Text, "holder").value(now("holder_name")),
        select(
            words,
            "kind",
            "account-kind",
            named(words, "kind", KINDS.map(AccountKind::as_str)),
            &now("kind"),
        ),
        select(
            words,
            "use_kind",
            "use",
            named(words, "use", USES.map(UseKind::as_str)),
            &now("use_kind"),
        ),
        select(
            words,
            "relation",
            "relation",
            named(words, "relation", RELATIONS.map(Relation::as_str)),
            &now("relation"),
        ),
    ]
}

fn typed<T: Copy>(
    sent: &Sent,
    field: &'static str,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<T, Problem> {
    let told = sent.get(field);
    let found = all.iter().copied().find(|one| word(*one) == told);
    found.ok_or_else(|| Problem::invalid(field, "choice-missing"))
}

/// `GET /ql/so/tk/{id}`.
pub(super) async fn change_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<AccountId>,
) -> Result<HttpResponse, Problem> {
    form(&desk, &request, id.0, None).await?.show(None)
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    id: AccountId,
    sent: Option<&Sent>,
) -> Result<FormPage, Problem> {
    let (roll, words) = (super::roll_to_write(desk).await?, desk.words);
    let account = roll.accounts.get(&id);
    let account = account.ok_or_else(|| Problem::from(Refusal::not_found("account")))?;
    let kept = |name: &str| match name {
        "holder_name" => account.holder_name.clone(),
        "kind" => account.kind.as_str().to_owned(),
        "use_kind" => account.use_kind.as_str().to_owned(),
        _ => account.relation.as_str().to_owned(),
    };
    let served = roll.served(id);
    let codes: Vec<_> = served.iter().map(|stall| stall.code.as_str()).collect();
    let mut form = FormPage::new(request, "desk-account-change", format!("/ql/so/tk/{id}"));
    form.lead = vec![
        format!("{} {}", account.bank, account.number),
        format!("{}: {}", words.say("desk-stalls"), codes.join(", ")),
    ];
    form.back = Some(("/ql/so/tk".into(), words.say("desk-back")));
    form.fields =
        account_fields(words, |name| sent.map_or_else(|| kept(name), |sent| sent.get(name)));
    if account.closed_at.is_none() {
        form.other = Some((format!("/ql/so/tk/{id}/dong"), words.say("desk-account-close")));
    }
    Ok(form)
}

/// `POST /ql/so/tk/{id}`.
pub(super) async fn change(
    desk: Desk,
    request: HttpRequest,
    id: Id<AccountId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let change = || {
        Ok(AccountChange {
            holder_name: Some(sent.get("holder_name")),
            kind: Some(typed(&sent, "kind", &KINDS, AccountKind::as_str)?),
            use_kind: Some(typed(&sent, "use_kind", &USES, UseKind::as_str)?),
            relation: Some(typed(&sent, "relation", &RELATIONS, Relation::as_str)?),
            keeps_outgoing: None,
        })
    };
    let done = match change() {
        Ok(change) => {
            desk.write(move |connection, act| accounts::change(connection, act, id, change)).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(on_to("/ql/so/tk", "saved")),
        Err(problem) => form(&desk, &request, id, Some(&sent)).await?.again(problem),
    }
}

/// `POST /ql/so/tk/{id}/dong`: no new code leads to the account.
pub(super) async fn close(
    desk: Desk,
    request: HttpRequest,
    id: Id<AccountId>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    match desk.write(move |connection, act| accounts::close(connection, act, id)).await {
        Ok(_) => Ok(on_to("/ql/so/tk", "saved")),
        Err(problem) => form(&desk, &request, id, None).await?.again(problem),
    }
}

/// `GET /ql/so/o/{id}/tk`.
pub(super) async fn link_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<OccupancyId>,
) -> Result<HttpResponse, Problem> {
    link_form(&desk, &request, id.0, &Sent::read(b"")).await?.0.show(None)
}

async fn link_form(
    desk: &Desk,
    request: &HttpRequest,
    id: OccupancyId,
    sent: &Sent,
) -> Result<(FormPage, StallId), Problem> {
    let (roll, words) = (super::roll_to_write(desk).await?, desk.words);
    let held = roll.occupancies.get(&id);
    let held = held.ok_or_else(|| Problem::from(Refusal::not_found("occupancy")))?;
    let vendor = roll.vendors.get(&held.vendor_id).map(|vendor| vendor.name.clone());
    let mut known: Vec<_> = roll.accounts.values().filter(|one| one.closed_at.is_none()).collect();
    known.sort_by(|one, other| one.holder_name.cmp(&other.holder_name));
    let known = known.into_iter().map(|one| {
        (one.id.to_string(), format!("{}, {} {}", one.holder_name, one.bank, one.number))
    });
    let banks = banks::all().iter().map(|bank| (bank.bin.clone(), bank.short_name.clone()));
    let default = |name: &str| {
        let default = match name {
            "kind" => "personal",
            "use_kind" => "mixed",
            "relation" => "self",
            _ => "",
        };
        sent.filled(name).unwrap_or_else(|| default.to_owned())
    };
    let day = sent.filled("from_day").unwrap_or_else(|| roll.today.max(held.from_day).to_string());
    let known = with_none(words.say("desk-new-account"), known.collect());
    let banks = with_none(words.say("desk-choose"), banks.collect());
    let mut form = FormPage::new(request, "desk-link-new", format!("/ql/so/o/{id}/tk"));
    form.lead = vec![vendor.unwrap_or_default()];
    form.back = Some((format!("/ql/so/sap/{}", held.stall_id), words.say("desk-back")));
    form.fields = vec![
        Field::new(words, "from_day", Kind::Date, "from-day").value(day),
        select(words, "account_id", "known-account", known, &sent.get("account_id")).optional(),
        select(words, "bin", "bank", banks, &sent.get("bin"))
            .hint(words.say("desk-new-account-hint"))
            .optional(),
        Field::new(words, "number", Kind::Text, "number").value(sent.get("number")).optional(),
    ];
    form.fields.extend(account_fields(words, default).into_iter().map(Field::optional));
    Ok((form, held.stall_id))
}

fn typed_account(sent: &Sent) -> Result<(Option<AccountId>, Option<NewAccount>), Problem> {
    if let Some(id) = sent.filled("account_id") {
        let id = AccountId::parse(&id);
        return Ok((
            Some(id.ok_or_else(|| Problem::invalid("account_id", "choice-missing"))?),
            None,
        ));
    }
    let new = NewAccount {
        bin: sent.get("bin"),
        number: sent.get("number"),
        kind: typed(sent, "kind", &KINDS, AccountKind::as_str)?,
        use_kind: typed(sent, "use_kind", &USES, UseKind::as_str)?,
        holder_name: sent.get("holder_name"),
        relation: typed(sent, "relation", &RELATIONS, Relation::as_str)?,
        keeps_outgoing: false,
    };
    Ok((None, Some(new)))
}

/// `POST /ql/so/o/{id}/tk`: a known account, or a new one.
pub(super) async fn link(
    desk: Desk,
    request: HttpRequest,
    id: Id<OccupancyId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, occupancy_id) = (Sent::read(&body), id.0);
    let work = || Ok::<_, Problem>((needed_day(&sent, "from_day")?, typed_account(&sent)?));
    let done = match work() {
        Ok((from_day, (known, new))) => {
            let work = move |connection: &mut DbConnection, act: &Act| {
                let account_id = match (known, new) {
                    (Some(id), _) => id,
                    (None, Some(new)) => accounts::create(connection, act, new)?.id,
                    (None, None) => return Err(Refusal::not_found("account").into()),
                };
                let new = NewAccountLink { occupancy_id, account_id, from_day, to_day: None };
                links::create(connection, act, new)
            };
            desk.write(work).await
        }
        Err(problem) => Err(problem),
    };
    let (form, stall_id) = link_form(&desk, &request, occupancy_id, &sent).await?;
    match done {
        Ok(_) => Ok(on_to(&format!("/ql/so/sap/{stall_id}"), "saved")),
        Err(problem) => form.again(problem),
    }
}

/// `GET /ql/so/lk/{id}/het`.
pub(super) async fn unlink_page(
    desk: Desk,
    request: HttpRequest,
    id: Id<LinkId>,
) -> Result<HttpResponse, Problem> {
    unlink_form(&desk, &request, id.0, &Sent::read(b"")).await?.0.show(None)
}

async fn unlink_form(
    desk: &Desk,
    request: &HttpRequest,
    id: LinkId,
    sent: &Sent,
) -> Result<(FormPage, StallId), Problem> {
    let (roll, words) = (super::roll_to_write(desk).await?, desk.words);
    let not_found = || Problem::from(Refusal::not_found("link"));
    let link = roll.links.get(&id).ok_or_else(not_found)?;
    let held = roll.occupancies.get(&link.occupancy_id).ok_or_else(not_found)?;
    let account = roll.accounts.get(&link.account_id).ok_or_else(not_found)?;
    let day = sent.filled("to_day").unwrap_or_else(|| roll.today.to_string());
    let mut form = FormPage::new(request, "desk-link-end", format!("/ql/so/lk/{id}/het"));
    form.lead = vec![format!("{} {}, {}", account.bank, account.number, account.holder_name)];
    form.back = Some((format!("/ql/so/sap/{}", held.stall_id), words.say("desk-back")));
    form.fields = vec![Field::new(words, "to_day", Kind::Date, "to-day").value(day)];
    Ok((form, held.stall_id))
}

/// `POST /ql/so/lk/{id}/het` with the form field `to_day`.
pub(super) async fn unlink(
    desk: Desk,
    request: HttpRequest,
    id: Id<LinkId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let (form, stall_id) = unlink_form(&desk, &request, id, &sent).await?;
    let done = match needed_day(&sent, "to_day") {
        Ok(to_day) => {
            let change = AccountLinkChange { from_day: None, to_day: Patch::Set(to_day) };
            desk.write(move |connection, act| links::change(connection, act, id, change)).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(on_to(&format!("/ql/so/sap/{stall_id}"), "saved")),
        Err(problem) => form.again(problem),
    }
}
