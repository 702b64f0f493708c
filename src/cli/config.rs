//! Settings from the command line, the environment (`CHO40_…`) and `config.toml`, in this order.

use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::app::Config;
use crate::db::lane::BATCH;
use crate::db::{DatabaseUrl, Outcome};
use crate::intake::poll::AllowedHosts;
use crate::primitives::Refusal;
use crate::web::client::{TrustedProxies, is_tls};
use crate::web::limiter::{Limits, Rate};
use crate::web::state::Front;
use crate::web::tls::CertificateFiles;

const DATABASE_URL: &str = "sqlite:cho40.db";
/// What the law calls short is for the board to say; suggestions look back as far.
pub const KEEP_BODIES_DAYS: i64 = 90;
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
    pub listen: Option<String>,
    /// The secret key's file; default beside the SQLite file, else cho40.key in the working
    /// directory. The variable CHO40_SECRET_KEY may hold the key itself instead (64 hexadecimal
    /// digits)
    #[arg(long, env = "CHO40_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// Reverse proxies whose word on the caller's address counts: addresses and networks such as
    /// 10.0.0.0/8, with commas between them; default none
    #[arg(long, env = "CHO40_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// The address under which browsers reach the server, e.g. https://cho.example.vn: with https
    /// they are told to come by TLS alone from then on
    #[arg(long, env = "CHO40_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// A certificate with those by which it was issued (PEM): the server speaks TLS by itself, without a
    /// proxy; default none
    #[arg(long, env = "CHO40_TLS_CERTIFICATE")]
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, env = "CHO40_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Settings file; default config.toml, if it is there
    #[arg(long, env = "CHO40_CONFIG")]
    pub config: Option<PathBuf>,
}

/// `config.toml`; see `config.default.toml` for what each setting means.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SettingsFile {
    database_url: Option<String>,
    listen: Option<String>,
    key_file: Option<PathBuf>,
    trusted_proxies: Vec<String>,
    proxy_header: Option<String>,
    public_url: Option<String>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    workers: Option<i64>,
    postgres_lanes: Option<i64>,
    batch_limit: Option<i64>,
    noop_route: bool,
    requests_per_second: Option<i64>,
    requests_at_once: Option<i64>,
    poll_feeds: Option<bool>,
    poll_allowed_hosts: Vec<String>,
    print_templates: Option<PathBuf>,
    law_tables: Option<PathBuf>,
    keep_bodies_days: Option<i64>,
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
        let listen = self.listen.as_deref().or(file.listen.as_deref());
        let listen = address(listen.unwrap_or(LISTEN))?;
        let key_file = self.key_file.clone().or(file.key_file);
        let per_second =
            within("requests_per_second", file.requests_per_second, 1_000_000)?.unwrap_or(50);
        let at_once = within("requests_at_once", file.requests_at_once, 1_000_000)?.unwrap_or(200);
        let proxies = self.trusted_proxies.as_ref().unwrap_or(&file.trusted_proxies);
        let proxies = TrustedProxies::parse(proxies, file.proxy_header.as_deref())?;
        let public_url = self.public_url.as_deref().or(file.public_url.as_deref());
        let certificate = self.tls_certificate.clone().or(file.tls_certificate);
        let certificate = CertificateFiles::of(certificate, self.tls_key.clone().or(file.tls_key))?;
        let is_tls = public_url.map_or(Ok(certificate.is_some()), is_tls)?;
        let batch_limit = within("batch_limit", file.batch_limit, BATCH as i64)?;
        let app = Config {
            key_file: key_file.unwrap_or_else(|| beside(&database_url)),
            key_hex: std::env::var(KEY_VARIABLE).ok(),
            may_create_key: false,
            workers: within("workers", file.workers, 256)?.unwrap_or_else(default_workers),
            postgres_lanes: within("postgres_lanes", file.postgres_lanes, 64)?.unwrap_or(4),
            batch_limit: batch_limit.unwrap_or(BATCH),
            noop_route: file.noop_route,
            polls: file.poll_feeds.unwrap_or(true),
            poll_hosts: allowed_hosts(file.poll_allowed_hosts)?,
            print_templates: file.print_templates,
            law_tables: file.law_tables,
            keep_bodies_days: within("keep_bodies_days", file.keep_bodies_days, 3_650)?
                .unwrap_or(KEEP_BODIES_DAYS),
            limits: Limits {
                per_key: Rate::new(per_second, at_once),
                per_address: Rate::new(per_second.saturating_mul(4), at_once.saturating_mul(4)),
            },
            front: Front { proxies, is_tls, certificate },
            database_url: database_url.clone(),
        };
        Ok(Resolved { database_url, listen, app })
    }

    fn file(&self) -> Outcome<SettingsFile> {
        let path = self.config.as_deref().unwrap_or(Path::new("config.toml"));
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                let start = error.span().map_or(0, |span| span.start);
                let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
                let refusal = Refusal::invalid("config", "settings-file-wrong");
                let refusal = refusal.with("path", format!("{}:{line}", path.display()));
                refusal.with("error", error.message()).into()
            }),
            Err(error) if error.kind() == ErrorKind::NotFound && self.config.is_none() => {
                Ok(SettingsFile::default())
            }
            Err(error) => {
                let refusal = Refusal::invalid("config", "settings-file-unreadable");
                Err(refusal.with("path", path.display()).with("error", error).into())
            }
        }
    }
}

/// An address to listen on: numbers, or a name of this machine such as `localhost:8040`, whose
/// IPv4 address is taken where it has one.
///
/// # Errors
/// `listen-malformed` on `listen`.
pub fn address(text: &str) -> Result<SocketAddr, Refusal> {
    let refused = || Refusal::invalid("listen", "listen-malformed").with("value", text);
    let found: Vec<_> = text.to_socket_addrs().map_err(|_| refused())?.collect();
    let ipv4 = found.iter().find(|address| address.is_ipv4());
    ipv4.or(found.first()).copied().ok_or_else(refused)
}

/// Each with its port: another one would name no address, and nobody would be told.
///
/// # Errors
/// `poll-hosts-malformed` on `poll_allowed_hosts`.
fn allowed_hosts(named: Vec<String>) -> Result<AllowedHosts, Refusal> {
    let is_address = |text: &&String| {
        let parts = text.rsplit_once(':');
        parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    match named.iter().find(|text| !is_address(text)) {
        Some(text) => {
            let refusal = Refusal::invalid("poll_allowed_hosts", "poll-hosts-malformed");
            Err(refusal.with("value", text))
        }
        None => Ok(AllowedHosts(named)),
    }
}

/// A number of the settings file from 1 to `max`.
///
/// # Errors
/// `number-out-of-range` on the setting.
fn within<T: TryFrom<i64>>(
    field: &'static str,
    value: Option<i64>,
    max: i64,
) -> Result<Option<T>, Refusal> {
    let refused = || Refusal::invalid(field, "number-out-of-range").with("min", 1).with("max", max);
    let Some(value) = value else { return Ok(None) };
    if !(1..=max).contains(&value) {
        return Err(refused());
    }
    T::try_from(value).map(Some).map_err(|_| refused())
}

/// `cho40.key` beside `cho40.db`.
#[must_use]
pub fn beside(database_url: &DatabaseUrl) -> PathBuf {
    match database_url {
        DatabaseUrl::Sqlite(path) => path.with_extension("key"),
        DatabaseUrl::Postgres(_) => PathBuf::from("cho40.key"),
    }
}

/// HTTP threads: the cores but one, which is the writer's. On two cores a second thread would only
/// take turns with the writer that it waits for.
pub fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}
