//! `cho40 feed send`: signs as the provider would, sends, and shows the reply.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use super::sample::address;
use super::{FeedArgs, TransferArgs, remark};
use crate::db::{Fault, Outcome};
use crate::feeds::sample::{SignedRequest, token_request};
use crate::feeds::sign;
use crate::primitives::{Clock, Refusal};

/// SePay waits as long for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_REPLY_BYTES: u64 = 64 * 1_024;

#[derive(Debug, clap::Args)]
pub struct SendArgs {
    #[command(flatten)]
    feed: FeedArgs,
    /// The feed's secret / Khóa bí mật của nguồn
    #[arg(long, env = "CHO40_FEED_SECRET", hide_env_values = true)]
    secret: String,
    /// The feed's address, http or https / Địa chỉ nhận tin
    #[arg(long)]
    url: String,
    #[command(flatten)]
    transfer: TransferArgs,
}

struct Answer {
    status: u16,
    body: String,
}

/// Exit code 0 for a 2xx, which ends a provider's attempts; 1 for anything else.
pub fn run(
    args: &SendArgs,
    clock: &Clock,
    output: &mut impl Write,
    remarks: &mut impl Write,
) -> Outcome<ExitCode> {
    let config = args.feed.config(remarks)?;
    let secret = args.feed.secret(&args.secret)?;
    let agent = agent();
    let mut token = None;
    if let Some(question) = token_request(&config, &secret) {
        let answer = post(&agent, &args.url, &question, remarks)?;
        token = answer.token();
        if token.is_none() {
            return show(output, &answer, false);
        }
        remark(remarks, &format!("HTTP {}", answer.status))?;
    }
    let now = clock.now();
    let mut request = args
        .transfer
        .with(&config, now, |transfer| transfer.signed_request(&config, &secret, now))?;
    if let Some(token) = token {
        request.headers.retain(|(name, _)| *name != "authorization");
        request.headers.push(sign::bearer(&token));
    }
    let answer = post(&agent, &args.url, &request, remarks)?;
    let is_taken = (200..300).contains(&answer.status);
    show(output, &answer, is_taken)
}

impl Answer {
    /// The token of a question that was answered.
    fn token(&self) -> Option<String> {
        let body: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        let token = body.get("access_token")?.as_str()?;
        // What came from outside goes into a header.
        let is_plain = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
        (self.status == 200 && is_plain).then(|| token.to_owned())
    }
}

fn show(output: &mut impl Write, answer: &Answer, is_taken: bool) -> Outcome<ExitCode> {
    writeln!(output, "HTTP {}\n{}", answer.status, answer.body).map_err(Fault::broken)?;
    Ok(if is_taken { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(TIMEOUT))
        // No provider follows one: shown as it comes.
        .max_redirects(0)
        .build()
        .into()
}

fn post(
    agent: &ureq::Agent,
    url: &str,
    request: &SignedRequest,
    remarks: &mut impl Write,
) -> Outcome<Answer> {
    let url = address(url, request);
    remark(remarks, &format!("POST {url}"))?;
    let refused = |error: ureq::Error| {
        let code = match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => "feed-url-malformed",
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "feed-url-not-trusted",
            _ => "feed-url-unreachable",
        };
        Fault::from(Refusal::invalid("url", code).with("url", &url).with("error", error))
    };
    let mut post = agent.post(&url);
    for (name, value) in &request.headers {
        post = post.header(*name, value);
    }
    let mut response = post.send(request.body.as_slice()).map_err(refused)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(MAX_REPLY_BYTES).read_to_vec();
    let body = String::from_utf8_lossy(&body.map_err(refused)?).into_owned();
    Ok(Answer { status, body })
}
