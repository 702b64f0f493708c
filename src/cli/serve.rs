//! `cho40 serve`.

use super::doctor::require_boards;
use super::{Settings, say};
use crate::app::App;
use crate::db::{DbConnection, Fault, Outcome, migrate};
use crate::primitives::Clock;

/// Serves until SIGINT or SIGTERM.
pub fn run(settings: &Settings) -> Outcome<()> {
    let resolved = settings.resolve()?;
    // Before the key file is asked for, which a board's `init` makes.
    let mut connection = DbConnection::open_first(&resolved.database_url)?;
    migrate::require_current(&mut connection)?;
    require_boards(&mut connection)?;
    drop(connection);
    actix_web::rt::System::new().block_on(async {
        let scheme = if resolved.app.front.certificate.is_some() { "https" } else { "http" };
        let app = App::build(resolved.app, Clock::system())?;
        let running = app.serve(resolved.listen)?;
        say(&format!("cho40 {scheme}://{}", running.address()))?;
        until_told_to_stop().await?;
        running.stop().await
    })
}

/// Waits for SIGINT or SIGTERM.
pub(super) async fn until_told_to_stop() -> Outcome<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(Fault::broken)?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Fault::broken),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(Fault::broken)
}
