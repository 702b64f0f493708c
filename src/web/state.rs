//! What handlers share.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::HeaderMap;

use super::client::TrustedProxies;
use super::limiter::{Limiters, Limits};
use super::metrics::Metrics;
use super::payloads::Payloads;
use super::tls::CertificateFiles;
use crate::access::SecretKey;
use crate::access::looks::Looks;
use crate::access::used::KeysUsed;
use crate::db::{Db, Fault, Outcome};
use crate::intake::Intake;
use crate::intake::poll::AllowedHosts;
use crate::live::Hub;
use crate::primitives::Clock;
use crate::primitives::id::IdGenerator;
use crate::print::Press;
use crate::print::jobs::Jobs;
use crate::vietqr::ImageCache;

/// Pictures kept drawn: a market's cards in two sizes, or about 10 MB.
const IMAGES: usize = 2_000;
const IMAGE_BYTES: usize = 10 << 20;

/// What stands between the callers and this server.
#[derive(Clone, Debug, Default)]
pub struct Front {
    pub proxies: TrustedProxies,
    /// Whether people reach the server by https.
    pub is_tls: bool,
    /// With which the server speaks TLS itself.
    pub certificate: Option<CertificateFiles>,
}

/// One for the process, shared by its workers.
pub struct AppState {
    pub db: Db,
    pub clock: Clock,
    pub ids: Arc<IdGenerator>,
    pub secret_key: SecretKey,
    pub intake: Intake,
    /// Whoever listens to their stall.
    pub hub: Arc<Hub>,
    /// Where feeds may be polled besides the outside.
    pub poll_hosts: AllowedHosts,
    /// Whether `/noop` is served.
    pub noop_route: bool,
    pub images: ImageCache,
    pub payloads: Payloads,
    /// Fonts and templates of printed pages.
    pub press: Arc<Press>,
    /// Large print orders of this process.
    pub jobs: Jobs,
    pub metrics: Metrics,
    pub limiters: Limiters,
    pub front: Front,
    pub keys_used: KeysUsed,
    pub looks: Looks,
    pub request_ids: RequestIds,
}

impl AppState {
    /// `intake` brings database, clock, ids and key along.
    pub fn new(
        intake: Intake,
        hub: Arc<Hub>,
        limits: Limits,
        noop_route: bool,
        poll_hosts: AllowedHosts,
        press: Press,
        front: Front,
    ) -> Outcome<Self> {
        Ok(Self {
            db: intake.db.clone(),
            clock: intake.clock.clone(),
            ids: intake.ids.clone(),
            secret_key: intake.secret_key.clone(),
            intake,
            hub,
            poll_hosts,
            noop_route,
            images: ImageCache::new(IMAGES, IMAGE_BYTES),
            payloads: Payloads::default(),
            press: Arc::new(press),
            jobs: Jobs::default(),
            metrics: Metrics::new()?,
            limiters: Limiters::new(limits),
            front,
            keys_used: KeysUsed::default(),
            looks: Looks::default(),
            request_ids: RequestIds::new()?,
        })
    }

    /// Whom a request is from, as rates go by it.
    #[must_use]
    pub fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        self.front.proxies.client(peer, headers)
    }
}

/// Numbers the requests of this process, so that an answer can be found in the log.
#[derive(Debug)]
pub struct RequestIds {
    process: u32,
    last: AtomicU64,
}

impl RequestIds {
    fn new() -> Outcome<Self> {
        let process = getrandom::u32().map_err(Fault::broken)?;
        Ok(Self { process, last: AtomicU64::new(0) })
    }

    #[must_use]
    pub fn next(&self) -> String {
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-{number:06x}", self.process)
    }
}
