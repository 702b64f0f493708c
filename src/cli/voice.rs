//! `cho40 voice import`: people's own recordings for phones without a Vietnamese voice.

use std::path::PathBuf;

use super::{Settings, say};
use crate::db::{DbConnection, Outcome, migrate};
use crate::live::voices;
use crate::primitives::spoken::Region;
use crate::primitives::{Clock, Refusal};

/// Recorded words for phones without a Vietnamese voice / Giọng đọc cho máy không có tiếng Việt
#[derive(Debug, clap::Subcommand)]
pub enum VoiceCommand {
    /// Take in south.json and north.json of a folder, as scripts/voice makes them / Nhập giọng đọc
    Import(ImportArgs),
}

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The folder / Thư mục
    folder: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

/// Takes in what is there, all or nothing.
///
/// # Errors
/// `voice-none` (folder), those of [`voices::import`].
pub fn run(command: &VoiceCommand) -> Outcome<()> {
    let VoiceCommand::Import(args) = command;
    let mut found = Vec::new();
    for region in [Region::South, Region::North] {
        let path = args.folder.join(format!("{}.json", voices::name(region)));
        match std::fs::read_to_string(&path) {
            Ok(content) => found.push((region, content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let refusal = Refusal::conflict("voice-malformed").with("error", error);
                return Err(refusal.with("region", voices::name(region)).into());
            }
        }
    }
    if found.is_empty() {
        let refusal = Refusal::invalid("folder", "voice-none");
        return Err(refusal.with("path", args.folder.display()).into());
    }
    let config = args.settings.resolve()?.app;
    let mut connection = DbConnection::open_first(&config.database_url)?;
    migrate::require_current(&mut connection)?;
    let now = Clock::system().now();
    connection.in_transaction(|connection| {
        found
            .iter()
            .try_for_each(|(region, content)| voices::import(connection, *region, content, now))
    })?;
    for (region, _) in &found {
        say(&format!("Đã nhập giọng đọc / imported: {}", voices::name(*region)))?;
    }
    Ok(())
}
