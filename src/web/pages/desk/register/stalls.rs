//! The table of stalls.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, Kind};
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use super::{Tab, bulk, neighbourhoods, phone, sections, select, tabs, with_none};
use crate::access::Permission;
use crate::primitives::ids::{NeighbourhoodId, SectionId, StallId};
use crate::registry::roll::{Roll, RollFilter, RollLine, RollOrder, RollState};
use crate::web::problem::Problem;

const ROWS: usize = 100;

/// A page that is a table with what it is filtered by.
#[derive(Template)]
#[template(path = "html/desk/list.html")]
pub(super) struct List {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub action: &'static str,
    pub filters: Vec<Field>,
    /// What can be made new: addresses and texts.
    pub makes: Vec<(String, String)>,
    pub table: Table,
    /// What is done to the chosen rows.
    pub bulk: Vec<Field>,
}

/// What the address asks for; an unknown word asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    section: String,
    #[serde(default)]
    khom: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    feed: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    fn filter(&self) -> RollFilter {
        let yes = |word: &str| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        RollFilter {
            text: self.q.chars().take(80).collect(),
            market_id: None,
            section_id: SectionId::parse(&self.section),
            neighbourhood_id: NeighbourhoodId::parse(&self.khom),
            state: match self.state.as_str() {
                "held" => Some(RollState::Held),
                "empty" => Some(RollState::Empty),
                "closed" => Some(RollState::Closed),
                _ => None,
            },
            has_code: yes(&self.code),
            has_feed: yes(&self.feed),
            order: match self.sort.as_str() {
                "code" => RollOrder::Code,
                "vendor" => RollOrder::Vendor,
                "goods" => RollOrder::Goods,
                _ => RollOrder::Place,
            },
        }
    }

    /// The address of the same stalls in another order, or of those that follow.
    fn address(&self, sort: &str, after: &str) -> String {
        let pairs = [
            ("q", self.q.as_str()),
            ("section", &self.section),
            ("khom", &self.khom),
            ("state", &self.state),
            ("code", &self.code),
            ("feed", &self.feed),
            ("sort", sort),
            ("after", after),
        ];
        let said = pairs.iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
        format!("/ql/so?{query}")
    }
}

/// `GET /ql/so`.
pub(super) async fn page(
    desk: Desk,
    asked: Result<web::Query<Asked>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let asked = asked.map(web::Query::into_inner).unwrap_or_default();
    let roll = super::roll(&desk).await?;
    let may_write = desk.may(Permission::RegistryWrite);
    let words = desk.words;
    let mut table = table(words, &roll, &asked);
    table.is_chosen_from = may_write;
    let is_whole = !desk.present.scope.sections.is_limited();
    let makes = [
        ("/ql/so/sap/moi", "desk-stall-new", may_write && !roll.sections.is_empty()),
        ("/ql/so/khu/moi", "desk-section-new", may_write && is_whole),
        ("/ql/so/cho/moi", "desk-market-new", may_write && is_whole),
    ];
    let makes = makes.into_iter().filter(|(.., may)| *may);
    let makes = makes.map(|(href, text, _)| (href.to_owned(), words.say(text)));
    let shown = List {
        shell: desk.shell("desk-register"),
        tabs: tabs(&desk, "/ql/so"),
        action: "/ql/so",
        filters: filters(words, &roll, &asked),
        makes: makes.collect(),
        table,
        bulk: bulk::fields(words, &roll),
    };
    answer(StatusCode::OK, words, &shown)
}

fn filters(words: Words, roll: &Roll, asked: &Asked) -> Vec<Field> {
    let all = || words.say("desk-all");
    let yes_no = || {
        let both = [("yes", "desk-yes"), ("no", "desk-no")];
        with_none(all(), both.map(|(value, text)| (value.to_owned(), words.say(text))).into())
    };
    let states = [
        ("held", "desk-state-held"),
        ("empty", "desk-state-empty"),
        ("closed", "desk-state-closed"),
    ];
    let states = states.map(|(value, text)| (value.to_owned(), words.say(text)));
    vec![
        Field::new(words, "q", Kind::Text, "search").value(&asked.q).optional(),
        select(words, "section", "section", with_none(all(), sections(roll)), &asked.section)
            .optional(),
        select(words, "khom", "khom", with_none(all(), neighbourhoods(roll)), &asked.khom)
            .optional(),
        select(
            words,
            "state",
            "state",
            with_none(words.say("desk-state-open"), states.into()),
            &asked.state,
        )
        .optional(),
        select(words, "code", "has-code", yes_no(), &asked.code).optional(),
        select(words, "feed", "has-feed", yes_no(), &asked.feed).optional(),
        Field::new(words, "sort", Kind::Hidden, "search").value(&asked.sort),
    ]
}

fn table(words: Words, roll: &Roll, asked: &Asked) -> Table {
    let filter = asked.filter();
    let chosen = roll.choose(&filter, StallId::parse(&asked.after), ROWS);
    let sorted = |text: &str, word: &str, order: RollOrder| {
        Column::sorting(words.say(text), asked.address(word, ""), filter.order == order)
    };
    let columns = vec![
        sorted("desk-stall", "code", RollOrder::Code),
        sorted("desk-section", "", RollOrder::Place),
        sorted("desk-vendor", "vendor", RollOrder::Vendor),
        sorted("desk-goods", "goods", RollOrder::Goods),
        Column::new(words.say("desk-field-phone")),
        Column::new(words.say("desk-field-khom")),
        Column::new(words.say("desk-field-state")),
    ];
    let rows = chosen.lines.iter().map(|line| row(words, roll, line)).collect();
    let next = chosen.next.map(|id| asked.address(&asked.sort, &id.to_string()));
    let caption = format!("{} {}", chosen.total, words.say("desk-stalls-found"));
    Table { caption, columns, rows, is_chosen_from: false, next }.labelled()
}

/// What stands in the last column: how the stall stands, and what it has.
pub(super) fn tags(words: Words, roll: &Roll, line: &RollLine<'_>) -> Vec<String> {
    let state = match line.state(roll.today) {
        RollState::Held => None,
        RollState::Empty => Some("desk-state-empty"),
        RollState::Closed => Some("desk-state-closed"),
    };
    let is_bare = line.accounts == 0 && line.occupancy.is_some();
    // Without an account it can only be another scheme's, of which nothing is ever seen.
    let accounts = (is_bare && !line.has_code).then_some("desk-no-account");
    let code = if is_bare { "desk-has-other-code" } else { "desk-has-code" };
    let code = line.has_code.then_some(code);
    let feed = line.has_feed.then_some("desk-has-feed");
    [state, accounts, code, feed].into_iter().flatten().map(|text| words.say(text)).collect()
}

fn row(words: Words, roll: &Roll, line: &RollLine<'_>) -> Row {
    let vendor = line.vendor.map(|vendor| vendor.name.clone()).unwrap_or_default();
    let home = line.neighbourhood.map(|home| home.name.clone()).unwrap_or_default();
    Row {
        id: line.stall.id.to_string(),
        name: line.stall.code.clone(),
        cells: vec![
            Cell::to(&line.stall.code, format!("/ql/so/sap/{}", line.stall.id)),
            Cell::new(&line.section.name),
            Cell::new(vendor),
            Cell::new(&line.stall.goods),
            Cell::new(phone(line.vendor.and_then(|vendor| vendor.phone.as_deref()))),
            Cell::new(home),
            Cell::default().tagged(tags(words, roll, line)),
        ],
    }
}
