//! The market as a map: each section's stalls in the order of walking.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::super::page as answer;
use super::super::door::Desk;
use super::super::shell::Shell;
use super::{Tab, tabs};
use crate::registry::roll::{RollFilter, RollState};
use crate::web::problem::Problem;

struct Square {
    href: String,
    code: String,
    vendor: String,
    class: &'static str,
}

struct SectionMap {
    name: String,
    stalls: Vec<Square>,
}

#[derive(Template)]
#[template(path = "html/desk/grid.html")]
struct Grid {
    shell: Shell,
    tabs: Vec<Tab>,
    sections: Vec<SectionMap>,
}

/// `GET /ql/so/luoi`.
pub(super) async fn page(desk: Desk) -> Result<HttpResponse, Problem> {
    let roll = super::roll(&desk).await?;
    let words = desk.words;
    let mut sections: Vec<SectionMap> = Vec::new();
    for line in roll.choose(&RollFilter::default(), None, usize::MAX).lines {
        let class = match line.state(roll.today) {
            RollState::Held if line.has_code => "has-code",
            RollState::Held => "",
            RollState::Empty | RollState::Closed => "no-vendor",
        };
        let square = Square {
            href: format!("/ql/so/sap/{}", line.stall.id),
            code: line.stall.code.clone(),
            vendor: line
                .vendor
                .map_or_else(|| words.say("desk-state-empty"), |vendor| vendor.name.clone()),
            class,
        };
        match sections.last_mut().filter(|section| section.name == line.section.name) {
            Some(section) => section.stalls.push(square),
            None => {
                sections.push(SectionMap { name: line.section.name.clone(), stalls: vec![square] });
            }
        }
    }
    let (shell, tabs) = (desk.shell("desk-register"), tabs(&desk, "/ql/so/luoi"));
    answer(StatusCode::OK, words, &Grid { shell, tabs, sections })
}
