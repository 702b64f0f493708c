//! `cho40 init`: a database, a board and its first key, printed once.

use super::{Settings, say};
use crate::access::keys;
use crate::app::App;
use crate::db::{DatabaseUrl, DbConnection, Outcome, migrate};
use crate::primitives::Clock;
use crate::registry::boards;

#[derive(Debug, clap::Args)]
pub struct InitArgs {
    #[command(flatten)]
    settings: Settings,
    /// Name of the board / Tên ban quản lý chợ
    #[arg(long, default_value = "Ban quản lý chợ")]
    board: String,
}

/// Creates a missing SQLite file (PostgreSQL databases must exist), migrates, and adds a board.
/// Run again, it adds another board; boards share nothing.
pub fn run(args: &InitArgs) -> Outcome<()> {
    let mut resolved = args.settings.resolve()?;
    resolved.database_url.create_if_missing()?;
    let mut connection = DbConnection::open(&resolved.database_url)?;
    migrate::run(&mut connection)?;
    drop(connection);
    resolved.app.may_create_key = true;
    let app = App::build(resolved.app, Clock::system())?;
    let (at, ids, name) = (app.clock.now(), app.ids.clone(), args.board.clone());
    let (board, key) = app.db.write_here(0, move |connection| {
        let board = boards::create(connection, &name, at, &ids)?;
        let key = keys::create_owner(connection, board.id, &ids, at)?;
        Ok((board, key))
    })?;
    say(&format!("board {}", board.id))?;
    say(&format!("key   {}", key.token))?;
    let where_key = match (&app.config.key_hex, &resolved.database_url) {
        (Some(_), _) => "CHO40_SECRET_KEY".to_owned(),
        (None, DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_)) => {
            app.config.key_file.display().to_string()
        }
    };
    eprintln!("Khóa API chỉ hiện một lần, hãy cất giữ. / The API key is shown only once: keep it.");
    eprintln!(
        "Khóa bí mật: {where_key} – hãy sao lưu riêng với cơ sở dữ liệu. / \
         Secret key: {where_key} – back it up apart from the database."
    );
    Ok(())
}
