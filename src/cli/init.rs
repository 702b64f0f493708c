//! `cho40 init`: a database, a board, its first key and the invitation of its
//! first owner, printed once.

use super::user::tell_invitation;
use super::{Settings, say};
use crate::access::audit;
use crate::access::users::invitations;
use crate::access::{Act, Role, keys};
use crate::app::App;
use crate::db::{DbConnection, Outcome, migrate};
use crate::primitives::{Clock, Refusal};
use crate::registry::boards;

#[derive(Debug, clap::Args)]
pub struct InitArgs {
    #[command(flatten)]
    settings: Settings,
    /// Name of the board / Tên ban quản lý chợ
    #[arg(long, default_value = "Ban quản lý chợ")]
    board: String,
    /// Add a board to those that are there; boards share nothing / Thêm một ban quản lý nữa
    #[arg(long)]
    another_board: bool,
}

/// Creates a missing SQLite file (PostgreSQL databases must exist), migrates, and adds a board.
/// What cannot be done is refused before anything is made.
///
/// # Errors
/// `board-exists`, and those of the name, the settings and the database.
pub fn run(args: &InitArgs) -> Outcome<()> {
    let mut resolved = args.settings.resolve()?;
    let name = boards::check_name(&args.board)?;
    resolved.database_url.create_if_missing()?;
    let mut connection = DbConnection::open_new(&resolved.database_url)?;
    migrate::run(&mut connection)?;
    // Held until the board is there: two that start together must not both find none.
    migrate::keep_alone(&mut connection)?;
    let known = boards::all_names(&mut connection)?;
    if let (Some((_, name)), false) = (known.first(), args.another_board) {
        return Err(Refusal::conflict("board-exists").with("board", name).into());
    }
    resolved.app.may_create_key = true;
    let app = App::build(resolved.app, Clock::system())?;
    let (at, ids) = (app.clock.now(), app.ids.clone());
    let (board, key, invitation) = app.db.write_here(0, move |connection| {
        let board = boards::create(connection, &name, at, &ids)?;
        let key = keys::create_owner(connection, board.id, &ids, at, None)?;
        audit::command(connection, board.id, at, "cho40 init", vec![key.key.id.to_string()])?;
        let act = |scope| Act::new(scope, at, ids.clone());
        let owner = ("Người quản trị", Role::Owner);
        let invitation = invitations::for_operator(connection, board.id, act, owner)?;
        Ok((board, key, invitation))
    })?;
    drop(connection);
    say(&format!("board {}", board.id))?;
    tell_key(&key)?;
    tell_invitation(&invitation)?;
    let where_key = if app.config.key_hex.is_some() {
        "CHO40_SECRET_KEY".to_owned()
    } else {
        app.config.key_file.display().to_string()
    };
    eprintln!(
        "Khóa bí mật: {where_key} – xin sao lưu riêng, không để chung với cơ sở dữ liệu. / \
         Secret key: {where_key} – back it up apart from the database."
    );
    Ok(())
}

/// An owner's key on stdout, and on stderr that it will not be shown again.
pub(super) fn tell_key(key: &keys::IssuedKey) -> Outcome<()> {
    say(&format!("key   {}", key.token))?;
    eprintln!("Khóa API chỉ hiện một lần, xin cất kỹ. / The API key is shown only once: keep it.");
    Ok(())
}
