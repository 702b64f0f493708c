//! The load generator: keep-alive HTTP/1.1 connections on one thread, each sending its next request
//! when it has its answer. Requests are made beforehand and answers looked at just enough to know
//! success, because the generator shares its two cores with the server that it measures.

use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room for an answer's head and body.
const ANSWER_BYTES: usize = 4_096;
const SUCCESS: &[u8] = br#""success":true"#;

/// Requests without their request line, end to end.
#[derive(Default)]
pub struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Requests {
    pub fn push(&mut self, head: &str, body: &[u8]) {
        self.bytes.extend_from_slice(b"Host: 127.0.0.1\r\nContent-Type: application/json\r\n");
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        self.bytes.extend_from_slice(body);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> u64 {
        self.ends.len() as u64
    }

    pub fn get(&self, number: usize) -> Option<&[u8]> {
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        self.bytes.get(start.unwrap_or_default()..end)
    }
}

/// What a run gave.
pub struct Load {
    /// Answered with success.
    pub succeeded: u64,
    pub errors: u64,
    pub first_error: Option<String>,
    pub elapsed: Duration,
    latencies_us: Vec<u32>,
}

impl Load {
    pub fn per_second(&self) -> u64 {
        let micros = self.elapsed.as_micros().max(1) as u64;
        self.succeeded.saturating_mul(1_000_000) / micros
    }

    /// Of the answers' times, in microseconds; 500 is the median.
    pub fn percentile_us(&self, per_mille: usize) -> u32 {
        let last = self.latencies_us.len().saturating_sub(1);
        self.latencies_us.get(last * per_mille / 1_000).copied().unwrap_or_default()
    }
}

/// What the connections of a run share.
struct Run<'r> {
    line: String,
    requests: &'r Requests,
    total: u64,
    next: Cell<u64>,
    succeeded: Cell<u64>,
    errors: Cell<u64>,
    first_error: RefCell<Option<String>>,
    latencies_us: RefCell<Vec<u32>>,
}

/// Sends `total` POST requests over so many connections, beginning again where the requests end.
pub fn run(
    address: SocketAddr,
    path: &str,
    requests: &Requests,
    total: u64,
    connections: usize,
) -> Result<Load> {
    let run = Run {
        line: format!("POST {path} HTTP/1.1\r\n"),
        requests,
        total,
        next: Cell::new(0),
        succeeded: Cell::new(0),
        errors: Cell::new(0),
        first_error: RefCell::new(None),
        latencies_us: RefCell::new(Vec::with_capacity(total as usize)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let elapsed = runtime.block_on(async {
        let mut streams = Vec::with_capacity(connections);
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        let began = Instant::now();
        join_all(streams.into_iter().map(|stream| run.connection(stream))).await;
        Ok::<_, Error>(began.elapsed())
    })?;
    let mut latencies_us = run.latencies_us.into_inner();
    latencies_us.sort_unstable();
    Ok(Load {
        succeeded: run.succeeded.get(),
        errors: run.errors.get(),
        first_error: run.first_error.into_inner(),
        elapsed,
        latencies_us,
    })
}

impl Run<'_> {
    /// One connection until the requests end, or until it breaks.
    async fn connection(&self, mut stream: TcpStream) {
        let mut request = Vec::with_capacity(ANSWER_BYTES);
        let mut answer = [0_u8; ANSWER_BYTES];
        while self.next.get() < self.total {
            let number = self.next.get();
            self.next.set(number + 1);
            let at = (number % self.requests.len().max(1)) as usize;
            request.clear();
            request.extend_from_slice(self.line.as_bytes());
            request.extend_from_slice(self.requests.get(at).unwrap_or_default());
            let began = Instant::now();
            match exchange(&mut stream, &request, &mut answer).await {
                Ok(answer) if is_success(answer) => {
                    self.succeeded.set(self.succeeded.get() + 1);
                    let micros = began.elapsed().as_micros();
                    let micros = u32::try_from(micros).unwrap_or(u32::MAX);
                    self.latencies_us.borrow_mut().push(micros);
                }
                Ok(answer) => self.fail(&String::from_utf8_lossy(answer)),
                Err(error) => {
                    self.fail(&error.to_string());
                    return;
                }
            }
        }
    }

    fn fail(&self, what: &str) {
        self.errors.set(self.errors.get() + 1);
        self.first_error.borrow_mut().get_or_insert_with(|| what.to_owned());
    }
}

/// Sends a request and waits for its answer, which must have a length.
pub async fn exchange<'a>(
    stream: &mut TcpStream,
    request: &[u8],
    answer: &'a mut [u8],
) -> Result<&'a [u8]> {
    stream.write_all(request).await?;
    let mut filled = 0;
    loop {
        let room = answer.get_mut(filled..).unwrap_or_default();
        match stream.read(room).await? {
            0 => return Err(Error::new(ErrorKind::UnexpectedEof, "the answer ended early")),
            read => filled += read,
        }
        let so_far = answer.get(..filled).unwrap_or_default();
        if length(so_far).is_some_and(|length| filled >= length) {
            return Ok(answer.get(..filled).unwrap_or_default());
        }
    }
}

/// The length of the whole answer, once its head is there.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let lines = answer.get(..head)?.split(|byte| *byte == b'\n');
    for line in lines {
        let Some((name, value)) = line.split_at_checked(15) else { continue };
        if name.eq_ignore_ascii_case(b"content-length:") {
            return Some(head + std::str::from_utf8(value).ok()?.trim().parse::<usize>().ok()?);
        }
    }
    None
}

pub fn is_success(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 200 ")
        && answer.windows(SUCCESS.len()).any(|window| window == SUCCESS)
}
