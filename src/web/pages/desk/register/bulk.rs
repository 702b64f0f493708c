//! Changes to many stalls at once, all or none of them.

use actix_web::{HttpResponse, web};

use super::super::super::Words;
use super::super::door::Desk;
use super::super::form::{Field, Kind, Sent};
use super::super::on_to;
use super::{neighbourhoods, sections, select, typed_neighbourhood, with_none};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{NeighbourhoodId, SectionId, StallId, VendorId};
use crate::registry::Patch;
use crate::registry::roll::{self, Roll};
use crate::registry::stalls::{self, StallChange};
use crate::registry::vendors::{self, VendorChange};
use crate::web::problem::Problem;

/// What is done to the chosen stalls; what is left empty stays as it is.
pub(super) fn fields(words: Words, roll: &Roll) -> Vec<Field> {
    let keep = || words.say("desk-keep");
    vec![
        select(words, "section_id", "section", with_none(keep(), sections(roll)), "").optional(),
        select(words, "neighbourhood_id", "khom", with_none(keep(), neighbourhoods(roll)), "")
            .optional(),
        Field::new(words, "goods", Kind::Text, "goods").optional(),
    ]
}

/// What is to become of each.
#[derive(Clone)]
struct Change {
    section_id: Option<SectionId>,
    neighbourhood_id: Option<NeighbourhoodId>,
    goods: Option<String>,
}

/// `POST /ql/so/doi` with the form fields `id`, `section_id`, `neighbourhood_id` and `goods`.
pub(super) async fn change(desk: Desk, body: web::Bytes) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let ids: Option<Vec<StallId>> = sent.all("id").iter().map(|id| StallId::parse(id)).collect();
    let ids = ids.ok_or_else(|| Problem::from(Refusal::not_found("stall")))?;
    let section_id = sent.filled("section_id").map(|id| {
        SectionId::parse(&id).ok_or_else(|| Problem::invalid("section_id", "choice-missing"))
    });
    let change = Change {
        section_id: section_id.transpose()?,
        neighbourhood_id: typed_neighbourhood(&sent)?,
        goods: sent.filled("goods"),
    };
    let is_empty =
        change.section_id.is_none() && change.neighbourhood_id.is_none() && change.goods.is_none();
    if ids.is_empty() || is_empty {
        return Ok(on_to("/ql/so", "nothing-chosen"));
    }
    desk.write(move |connection, act| change_all(connection, act, &ids, &change)).await?;
    Ok(on_to("/ql/so", "stalls-changed"))
}

fn change_all(
    connection: &mut DbConnection,
    act: &Act,
    ids: &[StallId],
    change: &Change,
) -> Outcome<()> {
    // Who holds them today; a vendor of two chosen stalls is changed once.
    let roll = roll::load(connection, act)?;
    let mut homes: Vec<VendorId> = Vec::new();
    for id in ids {
        let section_id = change.section_id;
        let change =
            StallChange { section_id, goods: change.goods.clone(), ..StallChange::default() };
        stalls::change(connection, act, *id, change)?;
        let line = roll.stall(*id).and_then(|stall| roll.line(stall));
        homes.extend(line.and_then(|line| line.vendor).map(|vendor| vendor.id));
    }
    homes.sort_unstable();
    homes.dedup();
    if let Some(home) = change.neighbourhood_id {
        for id in homes {
            let change =
                VendorChange { neighbourhood_id: Patch::Set(home), ..VendorChange::default() };
            vendors::change(connection, act, id, change)?;
        }
    }
    Ok(())
}
