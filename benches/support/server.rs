//! The server as a child process, with its memory watched from outside.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::database::Database;

const WATCH: Duration = Duration::from_millis(50);
/// After this long a started server has built its pools and answers.
const SETTLE: Duration = Duration::from_millis(500);

pub struct Server {
    process: Child,
    pub address: SocketAddr,
    most_kb: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
    watch: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts `cho40 serve` on a free port, with `/noop` and so many deliveries a transaction.
    pub fn start(database: &Database, batch_limit: usize) -> Result<Self, Box<dyn Error>> {
        let settings = database.folder().join("config.toml");
        let key_file = database.folder().join("cho40.key");
        fs::write(
            &settings,
            format!(
                "database_url = {:?}\nlisten = \"127.0.0.1:0\"\nkey_file = {:?}\n\
                 batch_limit = {batch_limit}\nnoop_route = true\n",
                database.url,
                key_file.display().to_string()
            ),
        )?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CHO40_")) {
            command.env_remove(name);
        }
        command
            .env("CHO40_LOG", "warn,actix_http::h1=off")
            .arg("serve")
            .arg("--config")
            .arg(&settings);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut greeting = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut greeting)?;
        }
        let address = greeting.trim().rsplit("//").next().unwrap_or_default().parse();
        let (most_kb, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let mut server = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            watch: Some(watch(process.id(), &most_kb, &ended)),
            most_kb,
            ended,
            process,
        };
        server.address = address.map_err(|_| format!("the server says {greeting:?}"))?;
        thread::sleep(SETTLE);
        Ok(server)
    }

    /// Resident memory now.
    pub fn memory_kb(&self) -> u64 {
        memory_kb(self.process.id()).unwrap_or_default()
    }

    /// Kills it without a warning: what it has acknowledged must be on disk all the same. Returns
    /// the most memory that it was seen to hold.
    pub fn kill(mut self) -> u64 {
        self.end();
        self.most_kb.load(Ordering::Relaxed)
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.ended.store(true, Ordering::Relaxed);
        if let Some(watch) = self.watch.take() {
            let _ = watch.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn watch(process: u32, most_kb: &Arc<AtomicU64>, ended: &Arc<AtomicBool>) -> JoinHandle<()> {
    let (most_kb, ended) = (Arc::clone(most_kb), Arc::clone(ended));
    thread::spawn(move || {
        while !ended.load(Ordering::Relaxed) {
            most_kb.fetch_max(memory_kb(process).unwrap_or_default(), Ordering::Relaxed);
            thread::sleep(WATCH);
        }
    })
}

/// Resident memory as Linux tells it.
fn memory_kb(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
