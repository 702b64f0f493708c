//! Those who hold connections and send little: idle ones, half-open ones that stop in the middle of
//! a head, slow ones with a byte of their body now and then, some that send bodies at the limit or headers
//! without end as fast as they can, and forgers, whose signatures are wrong. Whoever is cut off comes again.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// Files that server and generator need beside the crowd's connections, each of them.
const OTHER_FILES: u64 = 1_000;
const LIMIT_SENDERS: usize = 4;
const HEADER_SENDERS: usize = 4;
const FORGERS: usize = 40;
/// Of each forger: 120,000 a minute of all, where each is answered in time.
const FORGED_EACH: Duration = Duration::from_millis(20);
/// A slow sender's next byte.
const SLOW: Duration = Duration::from_secs(2);
/// Between two connections, so that all are not made in one instant.
const APART: Duration = Duration::from_micros(300);
/// A connection that is not made by then was refused.
const TO_CONNECT: Duration = Duration::from_secs(10);

/// So many connections of all kinds at work, until this is ended.
pub struct Crowd {
    open: Arc<AtomicU64>,
    cut: Arc<AtomicU64>,
    at_limit: Arc<AtomicU64>,
    forged: Arc<AtomicU64>,
    headers_cut: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What a member does.
#[derive(Clone, Copy)]
enum Kind {
    Idle,
    HalfOpen,
    Slow,
    AtLimit,
    Headers,
    Forger,
}

#[derive(Clone)]
struct Shared {
    address: SocketAddr,
    path: String,
    body_bytes: usize,
    forgery: Arc<[u8]>,
    open: Arc<AtomicU64>,
    cut: Arc<AtomicU64>,
    at_limit: Arc<AtomicU64>,
    forged: Arc<AtomicU64>,
    headers_cut: Arc<AtomicU64>,
}

/// How many connections may be held beside everything else, at most `wanted`: the limit on open
/// files is raised as far as it may be, for this process and those that it starts.
pub fn possible(wanted: usize) -> usize {
    let limit = |hard: bool| -> Option<u64> {
        let text = std::fs::read_to_string("/proc/self/limits").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
        line.split_whitespace().nth(usize::from(hard))?.parse().ok()
    };
    if let Some(hard) = limit(true) {
        let pid = std::process::id().to_string();
        // Without the program the present limit holds.
        let _ =
            Command::new("prlimit").args(["--pid", &pid, &format!("--nofile={hard}:")]).status();
    }
    let files = limit(false).unwrap_or(1_024).saturating_sub(OTHER_FILES);
    usize::try_from(files).unwrap_or(wanted).min(wanted)
}

impl Crowd {
    /// Gathers it on a thread of its own; bodies at the limit have so many bytes, and `forgery` is a whole
    /// request with a wrong signature.
    pub fn gather(
        address: SocketAddr,
        path: &str,
        size: usize,
        body_bytes: usize,
        forgery: &[u8],
    ) -> Self {
        let shared = Shared {
            address,
            path: path.to_owned(),
            body_bytes,
            forgery: forgery.into(),
            open: Arc::default(),
            cut: Arc::default(),
            at_limit: Arc::default(),
            forged: Arc::default(),
            headers_cut: Arc::default(),
        };
        let stop = Arc::new(AtomicBool::new(false));
        let (all, ended) = (shared.clone(), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                for number in 0..size {
                    let kind = match number % 3 {
                        _ if number < LIMIT_SENDERS => Kind::AtLimit,
                        _ if number < LIMIT_SENDERS + HEADER_SENDERS => Kind::Headers,
                        _ if number < LIMIT_SENDERS + HEADER_SENDERS + FORGERS => Kind::Forger,
                        0 => Kind::Idle,
                        1 => Kind::HalfOpen,
                        _ => Kind::Slow,
                    };
                    drop(tokio::spawn(member(all.clone(), kind)));
                    sleep(APART).await;
                }
                while !ended.load(Ordering::Relaxed) {
                    sleep(SLOW / 20).await;
                }
            });
        });
        let Shared { open, cut, at_limit, forged, headers_cut, .. } = shared;
        Self { open, cut, at_limit, forged, headers_cut, stop, thread: Some(thread) }
    }

    /// Connections held now.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// How often the server ended one.
    pub fn cut(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }

    /// Bodies at the limit that were answered.
    pub fn at_limit(&self) -> u64 {
        self.at_limit.load(Ordering::Relaxed)
    }

    /// How often the server ended one that sent headers without end.
    pub fn headers_cut(&self) -> u64 {
        self.headers_cut.load(Ordering::Relaxed)
    }

    /// Wrong signatures that were answered.
    pub fn forged(&self) -> u64 {
        self.forged.load(Ordering::Relaxed)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn member(all: Shared, kind: Kind) {
    loop {
        let connect = timeout(TO_CONNECT, TcpStream::connect(all.address)).await;
        let Ok(Ok(mut stream)) = connect else {
            sleep(SLOW).await;
            continue;
        };
        all.open.fetch_add(1, Ordering::Relaxed);
        // However it ends, it begins again.
        let _ = match kind {
            Kind::Idle => until_cut(&mut stream).await,
            Kind::HalfOpen => half_open(&all, &mut stream).await,
            Kind::Slow => slow(&all, &mut stream).await,
            Kind::AtLimit => at_limit(&all, &mut stream).await,
            Kind::Headers => headers(&all, &mut stream).await,
            Kind::Forger => forger(&all, &mut stream).await,
        };
        if matches!(kind, Kind::Headers) {
            all.headers_cut.fetch_add(1, Ordering::Relaxed);
        }
        all.open.fetch_sub(1, Ordering::Relaxed);
        all.cut.fetch_add(1, Ordering::Relaxed);
    }
}

type Result = std::io::Result<()>;

async fn until_cut(stream: &mut TcpStream) -> Result {
    let mut answer = [0_u8; 1_024];
    while stream.read(&mut answer).await? > 0 {}
    Ok(())
}

async fn half_open(all: &Shared, stream: &mut TcpStream) -> Result {
    stream.write_all(format!("POST {} HTTP/1.1\r\nHost: ch", all.path).as_bytes()).await?;
    until_cut(stream).await
}

fn head(all: &Shared, bytes: usize) -> String {
    format!("POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {bytes}\r\n\r\n", all.path)
}

async fn slow(all: &Shared, stream: &mut TcpStream) -> Result {
    stream.write_all(head(all, 512).as_bytes()).await?;
    let mut answer = [0_u8; 1_024];
    loop {
        stream.write_all(b"{").await?;
        if let Ok(read) = timeout(SLOW, stream.read(&mut answer)).await
            && read? == 0
        {
            return Ok(());
        }
    }
}

/// Without a signature: each is read to its end and refused.
async fn at_limit(all: &Shared, stream: &mut TcpStream) -> Result {
    let body = vec![b'x'; all.body_bytes];
    let mut answer = [0_u8; 4_096];
    loop {
        stream.write_all(head(all, body.len()).as_bytes()).await?;
        stream.write_all(&body).await?;
        if stream.read(&mut answer).await? == 0 {
            return Ok(());
        }
        all.at_limit.fetch_add(1, Ordering::Relaxed);
    }
}

async fn headers(all: &Shared, stream: &mut TcpStream) -> Result {
    stream.write_all(format!("POST {} HTTP/1.1\r\n", all.path).as_bytes()).await?;
    let mut number = 0_u64;
    loop {
        stream.write_all(format!("X-{number}: {number:080}\r\n").as_bytes()).await?;
        number += 1;
    }
}

async fn forger(all: &Shared, stream: &mut TcpStream) -> Result {
    let mut ticks = tokio::time::interval(FORGED_EACH);
    let mut answer = [0_u8; 4_096];
    loop {
        ticks.tick().await;
        stream.write_all(&all.forgery).await?;
        if stream.read(&mut answer).await? == 0 {
            return Ok(());
        }
        all.forged.fetch_add(1, Ordering::Relaxed);
    }
}
