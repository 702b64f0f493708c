//! A new feed, for who may write feeds: first how its provider connects, then whose it is and what it sees.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::value::RawValue;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::shell::Shell;
use super::feed::{self, Said};
use super::feed_ways::{self as ways, Comes, Way};
use super::waits::Which;
use super::{Tab, tabs};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedKind, Provider, connector};
use crate::intake::facts::NewFeedFacts;
use crate::intake::feeds::{self, Feed, NewFeed};
use crate::intake::reported::{self, FeedAccountChange};
use crate::primitives::ids::AccountId;
use crate::primitives::{Refusal, typed};
use crate::registry::Patch;
use crate::registry::accounts::Account;
use crate::registry::roll::{self, Roll, plain};
use crate::web::problem::Problem;

pub(super) const PATH: &str = "/ql/nguon/moi";
/// Accounts that can be chosen at once; as many can be attached in one go.
const MOST_ACCOUNTS: usize = 200;

/// A way to choose: address, name, and what it is for.
struct Choice {
    href: String,
    name: String,
    lead: String,
}

#[derive(Template)]
#[template(path = "html/desk/ways.html")]
struct WaysPage {
    shell: Shell,
    tabs: Vec<Tab>,
    ways: Vec<Choice>,
}

/// `GET /ql/nguon/moi`.
pub(super) async fn choose(desk: Desk) -> Result<HttpResponse, Problem> {
    desk.read(|_, act| act.require(Permission::FeedsWrite)).await?;
    let words = desk.words;
    let choice = |way: &Way| Choice {
        href: format!("{PATH}/{}", way.key),
        name: way.name(words),
        lead: way.lead(words),
    };
    let shown = WaysPage {
        shell: desk.shell("desk-feed-new"),
        tabs: tabs(words, "/ql/nguon"),
        ways: ways::all().map(choice).collect(),
    };
    answer(StatusCode::OK, words, &shown)
}

/// `GET /ql/nguon/moi/{way}`.
pub(super) async fn page(
    desk: Desk,
    request: HttpRequest,
    way: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let way = ways::of(&way).ok_or_else(Problem::no_such_route)?;
    form(&desk, &request, way, None).await?.show(None)
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    way: &Way,
    sent: Option<&Sent>,
) -> Result<FormPage, Problem> {
    let read = desk.read(|connection, act| {
        act.require(Permission::FeedsWrite)?;
        roll::load(connection, act)
    });
    let (roll, words) = (read.await?, desk.words);
    let mut form = FormPage::new(request, "desk-feed-new", format!("{PATH}/{}", way.key));
    form.back = Some((PATH.into(), words.say("desk-back")));
    form.lead = vec![way.name(words), way.lead(words)];
    let now = |name: &str, before: &str| sent.map_or(before.to_owned(), |sent| sent.get(name));
    let hint = |end: &str| words.say(&format!("desk-feed-{end}-hint"));
    let text = |name: &'static str, label: &str| Field::new(words, name, Kind::Text, label);
    form.fields = vec![
        text("name", "feed-name").value(now("name", &way.name(words))).hint(hint("name")),
        text(SUBSCRIBER, "subscriber")
            .value(now(SUBSCRIBER, ""))
            .hint(hint("subscriber"))
            .optional(),
        text(COST, "cost").value(now(COST, "")).hint(hint("cost")).optional(),
    ];
    if way.has_user {
        let user = text(USERNAME, "username").value(now(USERNAME, "cho40"));
        form.fields.push(user.hint(hint("username")));
    }
    let secret = match way.secret {
        Comes::FromUs => Some("secret-ours"),
        Comes::FromThem => Some("secret-theirs"),
        Comes::ByPairing => None,
    };
    let secret = secret.map(|end| text("secret", "secret").optional().hint(hint(end)));
    form.fields.extend(secret);
    let chosen = sent.map(|sent| sent.all(ACCOUNTS)).unwrap_or_default();
    form.fields.push(accounts(words, &roll, way.provider, &chosen));
    if way.secret != Comes::ByPairing {
        let word = text("memo_word", "memo-word").value(now("memo_word", ""));
        form.fields.push(word.hint(hint("memo-word")).optional());
    }
    let merchant = text(MERCHANT, "merchant").value(now(MERCHANT, ""));
    form.fields.push(merchant.hint(hint("merchant")).optional());
    Ok(form)
}

// Named as the fields that refusals name.
pub(super) const SUBSCRIBER: &str = "facts.subscriber";
pub(super) const COST: &str = "facts.monthly_cost_vnd";
pub(super) const ACCOUNTS: &str = "account_ids";
const USERNAME: &str = "config.username";
const MERCHANT: &str = "config.merchant";

/// The accounts that a feed of the provider may report: open ones that no other does, by holder. An
/// order feed reports its orders beside whoever reports the account.
pub(super) fn accounts(words: Words, roll: &Roll, provider: Provider, chosen: &[String]) -> Field {
    let is_of_orders = connector(provider).kind() == FeedKind::Order;
    let is_free =
        |one: &&Account| one.closed_at.is_none() && (is_of_orders || !roll.is_fed(one.id));
    let mut all: Vec<_> = roll.accounts.values().filter(is_free).collect();
    all.sort_by_cached_key(|one| (plain(&one.holder_name), one.id));
    let mut hint = words.say("desk-feed-accounts-hint");
    if all.len() > MOST_ACCOUNTS {
        hint = format!("{hint} {}", words.say("desk-feed-accounts-more"));
    }
    let shown = all.into_iter().take(MOST_ACCOUNTS);
    let choices = shown.map(|one| (one.id.to_string(), called(one)));
    let field = Field::new(words, ACCOUNTS, Kind::Several, "accounts");
    field.choices(choices, chosen).optional().hint(hint)
}

/// Holder, bank and number.
pub(super) fn called(account: &Account) -> String {
    format!("{}, {} {}", account.holder_name, account.bank, account.number)
}

/// An id that cannot be read names an account that is not there.
pub(super) fn chosen(sent: &Sent) -> Vec<AccountId> {
    let all = sent.all(ACCOUNTS);
    all.iter().map(|id| AccountId::parse(id).unwrap_or(AccountId(0))).collect()
}

/// # Errors
/// `amount-not-readable`.
pub(super) fn facts(sent: &Sent) -> Result<NewFeedFacts, Problem> {
    let cost = sent.filled(COST).map(|text| typed::amount(COST, &text)).transpose()?;
    Ok(NewFeedFacts {
        subscriber: sent.filled(SUBSCRIBER),
        monthly_cost_vnd: cost,
        sees: Vec::new(),
    })
}

fn new_feed(way: &Way, sent: &Sent, secret: Option<String>) -> Result<NewFeed, Problem> {
    let config = way.config(sent.get(USERNAME), sent.get(MERCHANT));
    Ok(NewFeed {
        provider: way.provider.as_str().to_owned(),
        name: sent.get("name"),
        config: RawValue::from_string(config).map_err(Problem::internal)?,
        secret,
        account_ids: chosen(sent),
        facts: Some(facts(sent)?),
    })
}

/// `POST /ql/nguon/moi/{way}`: makes the feed, and shows it with its secret this once.
pub(super) async fn make(
    desk: Desk,
    request: HttpRequest,
    way: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let way = ways::of(&way).ok_or_else(Problem::no_such_route)?;
    let sent = Sent::read(&body);
    let typed = sent.filled("secret");
    let made = match (way.secret, &typed) {
        (Comes::ByPairing, _) => None,
        (_, Some(typed)) => Some(typed.clone()),
        // Until the provider's own is entered, nobody knows this one.
        (_, None) => Some(feeds::made_secret(way.provider)?),
    };
    let is_ours = way.secret == Comes::FromUs && typed.is_none();
    let feed = match new_feed(way, &sent, made.clone()) {
        Ok(new) => {
            let (key, word) = (desk.state.secret_key.clone(), sent.filled("memo_word"));
            let work = move |connection: &mut DbConnection, act: &Act| {
                let fresh =
                    |connection: &mut DbConnection| feeds::create(connection, act, &key, new);
                with_word(connection, act, word.as_deref(), fresh)
            };
            desk.write(work).await
        }
        Err(problem) => Err(problem),
    };
    match feed {
        Ok(feed) => {
            let said = Said { secret: made.filter(|_| is_ours), is_new: true, refused: None };
            feed::show(&desk, &request, feed.id, Which::default(), said).await
        }
        Err(problem) => form(&desk, &request, way, Some(&sent)).await?.again(problem),
    }
}

/// A feed by a name of its own, whose accounts have all the same word: sent again, it is refused.
fn with_word(
    connection: &mut DbConnection,
    act: &Act,
    word: Option<&str>,
    make: impl FnOnce(&mut DbConnection) -> Outcome<Feed>,
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    let before = feeds::list(connection, act)?;
    let feed = make(connection)?;
    let is_same = |one: &Feed| {
        one.disabled_at.is_none() && one.provider == feed.provider && one.name == feed.name
    };
    if before.iter().any(is_same) {
        return Err(Refusal::conflict("feed-name-taken").on("name").into());
    }
    for account_id in word.into_iter().flat_map(|_| &feed.account_ids) {
        let memo_word = word.map_or(Patch::Keep, |word| Patch::Set(word.to_owned()));
        let change = FeedAccountChange { memo_word };
        reported::change(connection, act, feed.id, *account_id, change)?;
    }
    Ok(feed)
}
