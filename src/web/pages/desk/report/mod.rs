//! The adoption report: of the market, of a group, of a stall; its files; published ones. What may not be
//! told is left out by the room `adoption`, as for the API.

mod about;
mod files;
mod groups;
mod published;
mod stalls;
mod told;
mod whole;

use actix_web::web::{self, ServiceConfig};
use serde::Deserialize;

use super::door::Desk;
use super::{both, get_only};
use crate::access::Permission;
use crate::adoption::{self, AdoptionReport, MarketName, Query};
use crate::primitives::ids::MarketId;
use crate::primitives::{Day, Refusal};
use crate::web::problem::Problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/bao-cao").route(web::get().to(whole::page)))
        .service(get_only("/bao-cao/nhom").route(web::get().to(groups::page)))
        .service(get_only("/bao-cao/sap").route(web::get().to(stalls::page)))
        .service(get_only("/bao-cao/tap/{file}").route(web::get().to(files::now)))
        .service(both(
            "/bao-cao/cong-bo",
            web::get().to(published::page),
            web::post().to(published::publish),
        ))
        .service(get_only("/bao-cao/cong-bo/{id}").route(web::get().to(published::show)))
        .service(get_only("/bao-cao/cong-bo/{id}/{file}").route(web::get().to(files::kept)));
}

/// What is asked for, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    /// The market; the first one if absent.
    #[serde(default)]
    cho: String,
    /// First and last day; the last thirty full days if absent.
    #[serde(default)]
    tu: String,
    #[serde(default)]
    den: String,
    /// About whom: `khu:sec_…`, `khom:nbh_…`, `hang:rau`, `to:team_…`, `si:`, `sap:occ_…`; the market
    /// if absent.
    #[serde(default)]
    ai: String,
    /// Of the list of stalls: section, class, words, and the stall after which it goes on.
    #[serde(default)]
    khu: String,
    #[serde(default)]
    muc: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    sau: String,
}

impl Asked {
    /// The same market and days at another address, with something besides.
    fn href(&self, path: &str, besides: &[(&str, &str)]) -> String {
        let own = [("cho", self.cho.as_str()), ("tu", &self.tu), ("den", &self.den)];
        let pairs = own.iter().chain(besides).filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn day(text: &str, field: &'static str) -> Result<Option<Day>, Problem> {
        let sent = super::form::Sent::of(vec![(field.to_owned(), text.to_owned())]);
        super::register::typed_day(&sent, field)
    }

    fn query(&self, include_occupancies: bool) -> Result<Query, Problem> {
        let (from, to) = (Self::day(&self.tu, "tu")?, Self::day(&self.den, "den")?);
        Ok(Query { from, to, include_occupancies })
    }
}

/// The market that is asked for, and all of them.
async fn markets(desk: &Desk, asked: &Asked) -> Result<(MarketId, Vec<MarketName>), Problem> {
    let all = desk.read(adoption::markets).await?;
    let wanted = MarketId::parse(&asked.cho);
    let is_wanted = |one: &&MarketName| asked.cho.is_empty() || wanted == Some(one.id);
    let found = all.iter().find(is_wanted).map(|one| one.id);
    Ok((found.ok_or_else(|| Problem::from(Refusal::not_found("market")))?, all))
}

async fn read(desk: &Desk, market_id: MarketId, query: Query) -> Result<AdoptionReport, Problem> {
    desk.read(move |connection, act| adoption::report(connection, act, market_id, &query)).await
}

/// Address, text, and whether it is shown now.
type Tab = (String, String, bool);

fn tabs(desk: &Desk, asked: &Asked, here: &str) -> Vec<Tab> {
    let all = [
        ("/ql/bao-cao", "desk-report-market"),
        ("/ql/bao-cao/nhom", "desk-report-groups"),
        ("/ql/bao-cao/sap", "desk-report-stalls"),
        ("/ql/bao-cao/cong-bo", "desk-published"),
    ];
    all.map(|(path, text)| (asked.href(path, &[]), desk.words.say(text), path == here)).into()
}

fn may_publish(desk: &Desk) -> bool {
    desk.may(Permission::ReportsPublish)
}
