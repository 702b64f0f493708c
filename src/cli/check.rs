//! `cho40 vietqr check`: a photo of what hangs on a stall, against what is registered for it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::Settings;
use super::key::choose;
use super::statement::tell;
use crate::access::{Act, Permissions, Scope};
use crate::app::App;
use crate::db::{Db, Outcome};
use crate::outreach::checks;
use crate::primitives::ids::{KeyId, StallId};
use crate::primitives::{Clock, Refusal};
use crate::registry::code_checks::{CheckResult, PhotoCheck};
use crate::registry::stalls::{self, StallFilter};
use crate::registry::{PageRequest, boards};
use crate::vietqr::scan_picture;
use crate::web::checked::told;
use crate::web::texts::Language;

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    #[command(flatten)]
    settings: Settings,
    /// A JPEG or PNG picture of at most 12 megapixels / Ảnh JPEG hoặc PNG, tối đa 12 megapixel
    picture: PathBuf,
    /// What is painted on the stall, or its id / Số sạp hoặc mã sạp
    #[arg(long)]
    stall: String,
    /// Who took the photo / Người kiểm tra
    #[arg(long)]
    by: String,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
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
    let texts = scan_picture(&picture)?;
    let app = App::build(args.settings.resolve()?.app, Clock::system())?;
    let known = app.db.read_here(boards::all_names)?;
    let board_id = choose(&known, args.board.as_deref())?;
    // The operator's own hand: no key acts.
    let scope = Scope { board_id, key_id: KeyId(0), permissions: Permissions::all() };
    let act = Act::new(scope, app.clock.now(), app.ids.clone());
    let new = PhotoCheck {
        stall_id: find_stall(&app.db, &act, &args.stall)?,
        checked_by: args.by.clone(),
        place_note: None,
        latitude_mdeg: None,
        longitude_mdeg: None,
    };
    let made = app.db.write_here(board_id.0, move |connection| {
        checks::create_from_photo(connection, &act, new, texts)
    })?;
    let check = told(made, Language::Vietnamese);
    tell(output, &check)?;
    let is_right = check.result == CheckResult::Right;
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The stall of an id, or of what is painted on it.
fn find_stall(db: &Db, act: &Act, wanted: &str) -> Outcome<StallId> {
    if let Some(id) = StallId::parse(wanted) {
        return Ok(id);
    }
    let filter = StallFilter { code: Some(wanted.to_owned()), ..StallFilter::default() };
    let page = PageRequest::default();
    let found = db.read_here(|connection| stalls::list(connection, act, &filter, page))?;
    match found.items.as_slice() {
        [stall] => Ok(stall.id),
        [] => Err(Refusal::not_found("stall").on("stall").into()),
        _ => Err(Refusal::invalid("stall", "stall-code-in-several-markets").into()),
    }
}
