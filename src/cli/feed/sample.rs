//! `cho40 feed sample`: a signed request as a curl command.

use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

use super::{FeedArgs, TransferArgs, made_up_secret, remark};
use crate::db::{Fault, Outcome};
use crate::feeds::sample::{SignedRequest, token_request};
use crate::primitives::Clock;

#[derive(Debug, clap::Args)]
pub struct SampleArgs {
    #[command(flatten)]
    feed: FeedArgs,
    /// The feed's secret; without it one is made up and told / Khóa bí mật của nguồn
    #[arg(long, env = "CHO40_FEED_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// The feed's address / Địa chỉ nhận tin
    #[arg(long, default_value = "http://127.0.0.1:8040/hooks/FEED")]
    url: String,
    #[command(flatten)]
    transfer: TransferArgs,
}

pub fn run(
    args: &SampleArgs,
    clock: &Clock,
    output: &mut impl Write,
    remarks: &mut impl Write,
) -> Outcome<ExitCode> {
    let config = args.feed.config(remarks)?;
    let secret = match &args.secret {
        Some(text) => text.clone(),
        None => make_up(args, remarks)?,
    };
    let secret = args.feed.secret(&secret)?;
    let now = clock.now();
    let mut commands = String::new();
    let mut has_token = false;
    if let Some(question) = token_request(&config, &secret) {
        has_token = true;
        let _ = writeln!(commands, "TOKEN=$({} | jq -r .access_token)", curl(&args.url, &question));
    }
    let mut request = args
        .transfer
        .with(&config, now, |transfer| transfer.signed_request(&config, &secret, now))?;
    if has_token {
        request.headers.retain(|(name, _)| *name != "authorization");
    }
    let mut report = curl(&args.url, &request);
    if has_token {
        // In double quotes: the shell fills the token in.
        report.push_str(" \\\n  -H \"authorization: Bearer $TOKEN\"");
    }
    let _ = writeln!(commands, "{report}");
    output.write_all(commands.as_bytes()).map_err(Fault::broken)?;
    Ok(ExitCode::SUCCESS)
}

/// A secret for a sample without one, and what to do with it.
fn make_up(args: &SampleArgs, remarks: &mut impl Write) -> Outcome<String> {
    let secret = made_up_secret(args.feed.provider)?;
    remark(remarks, &format!("secret  {secret}"))?;
    remark(
        remarks,
        "Khóa này vừa đặt ra: hãy đặt cho nguồn, hoặc đưa khóa của nguồn bằng --secret. / \
         This secret was made up: give it to the feed, or the feed's own with --secret.",
    )?;
    Ok(secret)
}

/// A request for a shell, ready to be continued.
fn curl(url: &str, request: &SignedRequest) -> String {
    let mut command = format!("curl -sS {}", quoted(&address(url, request)));
    for (name, value) in &request.headers {
        let _ = write!(command, " \\\n  -H {}", quoted(&format!("{name}: {value}")));
    }
    let body = String::from_utf8_lossy(&request.body);
    let _ = write!(command, " \\\n  --data-binary {}", quoted(&body));
    command
}

/// The feed's address and what stands below it.
pub(super) fn address(url: &str, request: &SignedRequest) -> String {
    let url = url.trim_end_matches('/');
    if request.path_tail.is_empty() {
        url.to_owned()
    } else {
        format!("{url}/{}", request.path_tail)
    }
}

/// In single quotes for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
