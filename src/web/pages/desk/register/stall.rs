//! A stall's page: what it is, and everybody who held it with the accounts they were paid to.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use super::stalls::tags;
use super::{Tab, days, phone, tabs};
use crate::access::Permission;
use crate::primitives::Refusal;
use crate::primitives::ids::StallId;
use crate::registry::accounts::Relation;
use crate::registry::links::AccountLink;
use crate::registry::occupancies::Occupancy;
use crate::registry::roll::Roll;
use crate::registry::stalls::Stall;
use crate::web::path::Id;
use crate::web::problem::Problem;

/// Who visits a stall for the first time needs these.
const VISITS: [Permission; 2] = [Permission::VisitsWrite, Permission::CodesWrite];

/// Who makes rules of a stall's money.
const RULES: [Permission; 2] = [Permission::AmountsRead, Permission::TransfersAssign];

/// Address and text of what can be done.
type Make = (String, String);

/// An account that somebody was paid to at the stall.
struct Paid {
    name: String,
    holder: String,
    days: String,
    tags: Vec<String>,
    href: Option<String>,
    /// Where the link is ended.
    end: Option<String>,
}

/// Somebody who held the stall.
struct Held {
    vendor: String,
    vendor_href: Option<String>,
    phone: String,
    days: String,
    is_now: bool,
    accounts: Vec<Paid>,
    makes: Vec<Make>,
}

#[derive(Template)]
#[template(path = "html/desk/stall.html")]
struct StallPage {
    shell: Shell,
    tabs: Vec<Tab>,
    code: String,
    facts: Vec<(String, String)>,
    makes: Vec<Make>,
    history: Vec<Held>,
}

/// `GET /ql/so/sap/{id}`.
pub(super) async fn page(desk: Desk, id: Id<StallId>) -> Result<HttpResponse, Problem> {
    let roll = super::roll(&desk).await?;
    let stall = roll.stall(id.0).ok_or_else(|| Problem::from(Refusal::not_found("stall")))?;
    let (words, may_write) = (desk.words, desk.may(Permission::RegistryWrite));
    let may_rule = RULES.iter().all(|permission| desk.may(*permission));
    let of_holder = |one| held(words, &roll, one, (may_write, may_rule));
    let mut history: Vec<_> = roll.held(stall.id).map(of_holder).collect();
    history.reverse();
    let make =
        |path: &str, text: &str| (format!("/ql/so/sap/{}/{path}", stall.id), words.say(text));
    let mut makes = Vec::new();
    if may_write {
        makes = vec![make("sua", "desk-stall-change"), make("nguoi", "desk-holder-new")];
    }
    makes.push((format!("/ql/in/sap/{}", stall.id), words.say("desk-print-stall")));
    let is_held = roll.held(stall.id).any(|one| one.period().contains(roll.today));
    let is_whole = !desk.present.scope.sections.is_limited();
    if is_whole && desk.may(Permission::CodesWrite) {
        makes.push((format!("/ql/in/ma/{}", stall.id), words.say("desk-codes")));
        makes.push((format!("/ql/in/kiem-tra/{}", stall.id), words.say("desk-check")));
    }
    if is_held && is_whole && VISITS.iter().all(|permission| desk.may(*permission)) {
        makes.push((format!("/ql/ghe/{}", stall.id), words.say("desk-first-visit")));
    }
    let shown = StallPage {
        shell: desk.shell("desk-register"),
        tabs: tabs(&desk, ""),
        code: format!("{} {}", words.say("desk-stall"), stall.code),
        facts: facts(words, &roll, stall),
        makes,
        history,
    };
    answer(StatusCode::OK, words, &shown)
}

fn facts(words: Words, roll: &Roll, stall: &Stall) -> Vec<(String, String)> {
    let section = roll.sections.get(&stall.section_id).map(|section| section.name.clone());
    let size = words.say(&format!("desk-size-{}", stall.size_class.as_str()));
    let mut facts = vec![
        (words.say("desk-section"), section.unwrap_or_default()),
        (words.say("desk-goods"), stall.goods.clone()),
        (words.say("desk-field-size"), size),
    ];
    if stall.wholesale {
        facts.push((words.say("desk-field-wholesale"), words.say("desk-yes")));
    }
    if let Some(day) = stall.closed_day {
        facts.push((words.say("desk-field-closed-day"), day.on_paper()));
    }
    if let Some(line) = roll.line(stall) {
        let all = tags(words, roll, &line).join(", ");
        if !all.is_empty() {
            facts.push((words.say("desk-field-state"), all));
        }
    }
    facts
}

fn held(words: Words, roll: &Roll, one: &Occupancy, (may_write, may_rule): (bool, bool)) -> Held {
    let vendor = roll.vendors.get(&one.vendor_id);
    let make = |path: &str, text: &str| (format!("/ql/so/o/{}/{path}", one.id), words.say(text));
    let mut makes = if may_write && one.to_day.is_none_or(|to| to >= roll.today) {
        vec![make("tk", "desk-link-new"), make("het", "desk-holder-end")]
    } else {
        Vec::new()
    };
    if may_rule {
        makes.push(make("quy-tac", "desk-rules"));
    }
    Held {
        vendor: vendor.map(|vendor| vendor.name.clone()).unwrap_or_default(),
        vendor_href: may_write.then(|| format!("/ql/so/nguoi/{}", one.vendor_id)),
        phone: phone(vendor.and_then(|vendor| vendor.phone.as_deref())),
        days: days(words, one.from_day, one.to_day),
        is_now: one.period().contains(roll.today),
        accounts: roll.linked(one.id).map(|link| paid(words, roll, link, may_write)).collect(),
        makes,
    }
}

fn paid(words: Words, roll: &Roll, link: &AccountLink, may_write: bool) -> Paid {
    let account = roll.accounts.get(&link.account_id);
    let is_live = link.to_day.is_none_or(|to| to >= roll.today);
    let mut tags = Vec::new();
    if let Some(account) = account {
        if account.relation != Relation::Own {
            let text = format!("desk-relation-{}", account.relation.as_str());
            tags.push(format!("{} {}", words.say("desk-borrowed"), words.say(&text)));
        }
        let served = roll.served(account.id);
        let others: Vec<_> = served.iter().map(|stall| stall.code.as_str()).collect();
        if others.len() > 1 {
            tags.push(format!("{} {}", words.say("desk-shared"), others.join(", ")));
        }
        if roll.is_fed(account.id) {
            tags.push(words.say("desk-has-feed"));
        }
        if account.closed_at.is_some() {
            tags.push(words.say("desk-account-closed"));
        }
    }
    Paid {
        name: account.map(|one| format!("{} {}", one.bank, one.number)).unwrap_or_default(),
        holder: account.map(|one| one.holder_name.clone()).unwrap_or_default(),
        days: days(words, link.from_day, link.to_day),
        tags,
        href: account.filter(|_| may_write).map(|one| format!("/ql/so/tk/{}", one.id)),
        end: (may_write && is_live).then(|| format!("/ql/so/lk/{}/het", link.id)),
    }
}
