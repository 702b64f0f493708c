//! `cho40 key`: a new owner's key for a board whose own was lost, the list of keys, or a new secret
//! key.

use super::init::tell_key;
use super::{Settings, say, secret_key};
use crate::access::audit;
use crate::access::keys::{self, Key};
use crate::access::{Act, Permissions, Scope};
use crate::app::App;
use crate::db::Outcome;
use crate::primitives::ids::{ActorId, BoardId};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{Clock, Refusal};
use crate::registry::boards;

#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    #[command(flatten)]
    settings: Settings,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
    /// Days after which the new key ends by itself, 1 to 3650; without it it does not / Số ngày có hạn
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    days: Option<i64>,
    /// Instead list the board's keys, newest first: how each begins, its name, when it was made, last
    /// used, when it ends or was revoked / Danh sách khóa
    #[arg(long, conflicts_with_all = ["days", "new_secret_key"])]
    list: bool,
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
    if args.list {
        let scope = Scope::whole(board_id, ActorId::OPERATOR, Permissions::all());
        let act = Act::new(scope, at, ids);
        let all = app.db.read_here(|connection| keys::list(connection, &act))?;
        return all.iter().try_for_each(|key| say(&told(key)));
    }
    let expires_at = args.days.map(|days| at.plus_ms(days.saturating_mul(MS_PER_DAY)));
    let key = app.db.write_here(board_id.0, move |connection| {
        let key = keys::create_owner(connection, board_id, &ids, at, expires_at)?;
        audit::command(connection, board_id, at, "cho40 key", vec![key.key.id.to_string()])?;
        Ok(key)
    })?;
    tell_key(&key)
}

/// `cho40_1a2b3c…  key_…  owner  made 2026-11-24T…  used …  ends …  revoked …`.
fn told(key: &Key) -> String {
    let prefix = key.prefix.as_deref().unwrap_or("cho40_");
    let mut line = format!("{prefix}…  {}  {}  made {}", key.id, key.name, key.created_at);
    for (word, at) in
        [("used", key.last_used_at), ("ends", key.expires_at), ("revoked", key.revoked_at)]
    {
        if let Some(at) = at {
            line = format!("{line}  {word} {at}");
        }
    }
    line
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
