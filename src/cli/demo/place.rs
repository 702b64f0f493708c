//! Where the demo's database lies: a fresh temporary folder, or an empty database that was named.

use std::path::PathBuf;

use crate::cli::config;
use crate::db::{DatabaseUrl, DbConnection, Fault, Outcome, migrate};
use crate::primitives::Refusal;
use crate::registry::boards;

/// A migrated database without boards. A temporary one is removed when this is dropped.
pub struct Place {
    pub url: DatabaseUrl,
    pub key_file: PathBuf,
    folder: Option<PathBuf>,
}

impl Place {
    /// # Errors
    /// `demo-database-not-empty` on `database_url`, and those of the URL.
    pub fn prepare(named: Option<&str>) -> Outcome<Self> {
        let place = match named {
            Some(text) => {
                let url = DatabaseUrl::parse(text)?;
                Self { key_file: config::beside(&url), url, folder: None }
            }
            None => Self::temporary()?,
        };
        place.url.create_if_missing()?;
        let mut connection = DbConnection::open_new(&place.url)?;
        migrate::run(&mut connection)?;
        if !boards::all_ids(&mut connection)?.is_empty() {
            let refusal = Refusal::invalid("database_url", "demo-database-not-empty");
            return Err(refusal.with("database", format!("{:?}", place.url)).into());
        }
        Ok(place)
    }

    fn temporary() -> Outcome<Self> {
        let random = getrandom::u64().map_err(Fault::broken)?;
        let folder = std::env::temp_dir().join(format!("cho40-demo-{random:016x}"));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(Fault::broken)?;
        let url = DatabaseUrl::Sqlite(folder.join("cho40.db"));
        Ok(Self { key_file: config::beside(&url), url, folder: Some(folder) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder
            && let Err(error) = std::fs::remove_dir_all(folder)
        {
            tracing::warn!(%error, folder = %folder.display(), "the demo's folder stays behind");
        }
    }
}
