//! `cho40 vietqr check`: a photo of what hangs on a stall, against what is registered for it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::place::{Where, stall};
use super::statement::tell;
use crate::access::{Act, audit};
use crate::db::{DbConnection, Outcome};
use crate::outreach::checks;
use crate::primitives::Refusal;
use crate::primitives::ids::StallId;
use crate::registry::PageRequest;
use crate::registry::code_checks::{CheckResult, PhotoCheck};
use crate::registry::stalls::{self, StallFilter};
use crate::vietqr::scan_picture;
use crate::web::checked::told;
use crate::web::texts::Language;

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    #[command(flatten)]
    place: Where,
    /// A JPEG or PNG picture of at most 12 megapixels / Ảnh JPEG hoặc PNG, tối đa 12 megapixel
    picture: PathBuf,
    /// What is painted on the stall, or its id / Số sạp hoặc mã sạp
    #[arg(long)]
    stall: String,
    /// Who took the photo / Người kiểm tra
    #[arg(long)]
    by: String,
}

/// Prints the check, as the API answers it. Exit code 1: something else than the right code.
///
/// # Errors
/// Refusals of the picture and the arguments; a database that fails.
pub fn run(args: &CheckArgs, output: &mut impl Write) -> Outcome<ExitCode> {
    let picture = std::fs::read(&args.picture).map_err(|error| {
        let refusal = Refusal::invalid("picture", "file-not-readable");
        refusal.with("path", args.picture.display()).with("error", error)
    })?;
    let photo = scan_picture(&picture)?;
    let opened = args.place.open()?;
    let stall_id =
        opened.read(|connection, act| find_stall(connection, act, &args.place, &args.stall))?;
    let act = opened.act;
    let new = PhotoCheck {
        stall_id,
        checked_by: args.by.clone(),
        place_note: None,
        latitude_mdeg: None,
        longitude_mdeg: None,
    };
    let made = opened.app.db.write_here(act.board_id().0, move |connection| {
        let made = checks::create_from_photo(connection, &act, new, photo)?;
        let whom = vec![made.id.to_string(), stall_id.to_string()];
        audit::command(connection, act.board_id(), act.at, "cho40 vietqr check", whom)?;
        Ok(made)
    })?;
    let check = told(made, Language::Vietnamese);
    tell(output, &check)?;
    let is_right = check.result == CheckResult::Right;
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The stall of an id, or of what is painted on it: in the market that is named, else in any.
fn find_stall(
    connection: &mut DbConnection,
    act: &Act,
    place: &Where,
    wanted: &str,
) -> Outcome<StallId> {
    if let Some(id) = StallId::parse(wanted) {
        return Ok(id);
    }
    if place.market.is_some() {
        let market = place.market(connection, act)?;
        return stall(connection, act, market.id, wanted);
    }
    let filter = StallFilter { code: Some(wanted.to_owned()), ..StallFilter::default() };
    let found = stalls::list(connection, act, &filter, PageRequest::default())?;
    match found.items.as_slice() {
        [stall] => Ok(stall.id),
        // Of several markets one has to be named, before it is said what is near.
        [] => {
            let market = place.market(connection, act)?;
            stall(connection, act, market.id, wanted)
        }
        _ => Err(Refusal::invalid("stall", "stall-code-in-several-markets").into()),
    }
}
