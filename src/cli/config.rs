//! Settings from the command line, the environment (`CHO40_…`) and `config.toml`, in this order.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::app::Config;
use crate::db::{DatabaseUrl, Fault, Outcome};
use crate::primitives::Refusal;
use crate::web::limiter::{Limits, Rate};

const DATABASE_URL: &str = "sqlite:cho40.db";
const LISTEN: &str = "127.0.0.1:8040";
/// The environment variable with the secret key itself, for machines without a writable disk.
const KEY_VARIABLE: &str = "CHO40_SECRET_KEY";

/// Where the data is and where to listen.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Settings {
    /// sqlite:PATH or postgres://…; default sqlite:cho40.db
    #[arg(long, env = "CHO40_DATABASE_URL")]
    pub database_url: Option<String>,
    /// Address and port; default 127.0.0.1:8040, port 0 takes a free one
    #[arg(long, env = "CHO40_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// The secret key's file; default beside the SQLite file, else cho40.key
    #[arg(long, env = "CHO40_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// Settings file; default config.toml, if it is there
    #[arg(long, env = "CHO40_CONFIG")]
    pub config: Option<PathBuf>,
}

/// `config.toml`; see `config.default.toml` for what each setting means.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SettingsFile {
    database_url: Option<String>,
    listen: Option<SocketAddr>,
    key_file: Option<PathBuf>,
    workers: Option<usize>,
    postgres_lanes: Option<usize>,
    batch_limit: Option<usize>,
    noop_route: bool,
    requests_per_second: Option<u32>,
    requests_at_once: Option<u32>,
}

/// Settings with every default filled in.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub database_url: DatabaseUrl,
    pub listen: SocketAddr,
    pub app: Config,
}

impl Settings {
    /// Reads the settings file and fills in the defaults.
    pub fn resolve(&self) -> Outcome<Resolved> {
        let file = self.file()?;
        let database_url = self.database_url.as_deref().or(file.database_url.as_deref());
        let database_url = DatabaseUrl::parse(database_url.unwrap_or(DATABASE_URL))?;
        let listen = match self.listen.or(file.listen) {
            Some(listen) => listen,
            None => LISTEN.parse().map_err(Fault::broken)?,
        };
        let key_file = self.key_file.clone().or(file.key_file);
        let per_second = file.requests_per_second.unwrap_or(50);
        let at_once = file.requests_at_once.unwrap_or(200);
        let app = Config {
            key_file: key_file.unwrap_or_else(|| beside(&database_url)),
            key_hex: std::env::var(KEY_VARIABLE).ok(),
            may_create_key: false,
            workers: file.workers.unwrap_or_else(cores),
            postgres_lanes: file.postgres_lanes.unwrap_or(4),
            batch_limit: file.batch_limit.unwrap_or(crate::db::lane::BATCH),
            noop_route: file.noop_route,
            limits: Limits {
                per_key: Rate::new(per_second, at_once),
                per_address: Rate::new(per_second.saturating_mul(4), at_once.saturating_mul(4)),
            },
            database_url: database_url.clone(),
        };
        Ok(Resolved { database_url, listen, app })
    }

    fn file(&self) -> Outcome<SettingsFile> {
        let path = self.config.as_deref().unwrap_or(Path::new("config.toml"));
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                let refusal = Refusal::invalid("config", "settings-file-wrong");
                refusal.with("path", path.display()).with("error", error).into()
            }),
            Err(_) if self.config.is_none() => Ok(SettingsFile::default()),
            Err(error) => {
                let refusal = Refusal::invalid("config", "settings-file-wrong");
                Err(refusal.with("path", path.display()).with("error", error).into())
            }
        }
    }
}

/// `cho40.key` beside `cho40.db`.
#[must_use]
pub fn beside(database_url: &DatabaseUrl) -> PathBuf {
    match database_url {
        DatabaseUrl::Sqlite(path) => path.with_extension("key"),
        DatabaseUrl::Postgres(_) => PathBuf::from("cho40.key"),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
