//! `cho40 poll once`: one run of a feed's polling, and what it brought.

use std::process::ExitCode;

use super::{Settings, say};
use crate::app::App;
use crate::db::Outcome;
use crate::intake::poll::{Polled, Poller};
use crate::intake::polling;
use crate::primitives::ids::FeedId;
use crate::primitives::{Clock, Refusal};
use crate::web::texts::Language;

/// Ask a feed's provider for what it knows / Hỏi nhà cung cấp danh sách giao dịch
#[derive(Debug, clap::Subcommand)]
pub enum PollCommand {
    /// Read one feed's lists to their end now, whether it is due or not / Hỏi một nguồn ngay bây giờ
    Once(OnceArgs),
}

#[derive(Debug, clap::Args)]
pub struct OnceArgs {
    #[command(flatten)]
    settings: Settings,
    /// The feed's id / Mã nguồn
    #[arg(long)]
    feed: String,
}

/// Exit code 0 where all was read, 1 where something failed, with the reason.
///
/// # Errors
/// `not-found`, `feed-disabled`, `poll-running`.
pub fn run(command: &PollCommand) -> Outcome<ExitCode> {
    let PollCommand::Once(args) = command;
    let feed = FeedId::parse(&args.feed).ok_or_else(|| Refusal::not_found("feed"))?;
    let config = args.settings.resolve()?.app;
    let hosts = config.poll_hosts.clone();
    let app = App::build(config, Clock::system())?;
    let board_id = app.db.read_here(|connection| polling::require(connection, feed))?;
    let poller = Poller::new(app.intake.clone(), hosts);
    let ran = poller.poll(board_id, feed, false)?;
    let ran = ran.ok_or_else(|| Refusal::conflict("poll-running"))?;
    let Polled { pages, rows, new_rows, unreadable_rows, failure, .. } = ran;
    say(&format!(
        "{pages} trang / pages, {rows} dòng / rows, {new_rows} mới / new, \
         {unreadable_rows} không đọc được / unreadable"
    ))?;
    let Some(failure) = failure else { return Ok(ExitCode::SUCCESS) };
    let status = failure.status().map(|status| format!(" (HTTP {status})")).unwrap_or_default();
    say(&format!("{}{status}", failure.code()))?;
    for language in [Language::Vietnamese, Language::English] {
        say(&language.text(&format!("poll-{}", failure.code()), &[]).unwrap_or_default())?;
    }
    Ok(ExitCode::FAILURE)
}
