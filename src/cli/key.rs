//! `cho40 key`: a new owner's key for a board whose own was lost, or a new secret key.

use super::init::tell_key;
use super::{Settings, secret_key};
use crate::access::keys;
use crate::app::App;
use crate::db::Outcome;
use crate::primitives::ids::BoardId;
use crate::primitives::{Clock, Refusal};
use crate::registry::boards;

#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    #[command(flatten)]
    settings: Settings,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
    /// Instead make a new secret key, where the old one is lost for good: says what goes with it,
    /// and does it with --yes / Tạo khóa bí mật mới khi đã mất hẳn khóa cũ
    #[arg(long, conflicts_with = "board")]
    new_secret_key: bool,
    /// Do it / Làm thật
    #[arg(long, requires = "new_secret_key")]
    yes: bool,
}

/// Prints a new key with every permission. The keys that are there stay.
///
/// # Errors
/// `no-board`, `board-unknown` naming those that are there; those of [`secret_key::renew`].
pub fn run(args: &KeyArgs) -> Outcome<()> {
    if args.new_secret_key {
        return secret_key::renew(args.settings.resolve()?, args.yes);
    }
    let app = App::build(args.settings.resolve()?.app, Clock::system())?;
    let known = app.db.read_here(boards::all_names)?;
    let board_id = choose(&known, args.board.as_deref())?;
    let (at, ids) = (app.clock.now(), app.ids.clone());
    let key = app.db.write_here(board_id.0, move |connection| {
        keys::create_owner(connection, board_id, &ids, at)
    })?;
    tell_key(&key)
}

pub(super) fn choose(
    known: &[(BoardId, String)],
    wanted: Option<&str>,
) -> Result<BoardId, Refusal> {
    if known.is_empty() {
        return Err(Refusal::conflict("no-board"));
    }
    let is_wanted = |(id, name): &&(BoardId, String)| match wanted.map(str::trim) {
        Some(wanted) => id.to_string() == wanted || name == wanted,
        None => true,
    };
    let found: Vec<_> = known.iter().filter(is_wanted).collect();
    if let [(id, _)] = found.as_slice() {
        return Ok(*id);
    }
    let boards: Vec<_> = known.iter().map(|(id, name)| format!("{name} ({id})")).collect();
    Err(Refusal::invalid("board", "board-unknown").with("boards", boards.join(", ")))
}
