//! `cho40 feed verify`: a captured request through the feed's own checks.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::{FeedArgs, captured, remark};
use crate::db::{Fault, Outcome};
use crate::feeds::{
    Believed, Decoded, FeedConfig, Incoming, MAX_BODY_BYTES, RefusedBecause, Reported, Secret,
    Undecodable, connector,
};
use crate::primitives::{Clock, Refusal, UnixMs, Vnd};
use crate::vietqr::{Reference, scan};
use crate::web::texts::Language;

#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    feed: FeedArgs,
    /// The feed's secret; may be given again during a rotation / Khóa bí mật của nguồn
    #[arg(long, env = "CHO40_FEED_SECRET", hide_env_values = true)]
    secret: Vec<String>,
    /// File with the headers, "Name: value" a line / Tập tin chứa các header
    #[arg(long, value_name = "FILE")]
    headers: PathBuf,
    /// When it arrived, RFC 3339; default now / Lúc tin đến
    #[arg(long, value_parser = instant)]
    at: Option<UnixMs>,
}

/// What became of it, as one line of JSON.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
enum Shown {
    Refused { because: &'static str },
    Question { status: u16, reply: String },
    Undecodable { field: String, because: &'static str },
    Test { kind: &'static str },
    NotATransfer { because: &'static str },
    Transfers { transfers: Vec<Transfer> },
}

#[derive(Serialize)]
struct Transfer {
    namespace: String,
    provider_id: String,
    direction: &'static str,
    amount_vnd: Vnd,
    occurred_at: UnixMs,
    occurred_precision: &'static str,
    bin: Option<String>,
    account: Option<String>,
    virtual_account: Option<String>,
    memo: String,
    /// Those of the memo, or of the provider's own hint.
    references: Vec<Reference>,
    bank_reference: Option<String>,
    balance_vnd: Option<Vnd>,
    payer_name: Option<String>,
    payer_bin: Option<String>,
    payer_account: Option<String>,
    order_code: Option<String>,
}

/// Exit code 0 if the request is believed and can be read, else 1.
pub fn run(
    args: &VerifyArgs,
    clock: &Clock,
    input: impl Read,
    output: &mut impl Write,
    remarks: &mut impl Write,
) -> Outcome<ExitCode> {
    let config = args.feed.config(remarks)?;
    let secrets: Vec<Secret> =
        args.secret.iter().map(|text| args.feed.secret(text)).collect::<Result<_, _>>()?;
    let unreadable = |error| {
        let refusal = Refusal::invalid("headers", "file-not-readable");
        refusal.with("path", args.headers.display()).with("error", error)
    };
    let text = fs::read(&args.headers).map_err(unreadable)?;
    let captured = captured::read(&String::from_utf8_lossy(&text))?;
    let mut body = Vec::new();
    input.take(MAX_BODY_BYTES as u64 + 1).read_to_end(&mut body).map_err(Fault::broken)?;
    let incoming = Incoming {
        method: &captured.method,
        path_tail: &captured.path_tail,
        query: "",
        headers: &captured.headers,
        body: &body,
    };
    let at = args.at.unwrap_or_else(|| clock.now());
    let shown = check(&config, &secrets, &incoming, at);
    explain(remarks, &shown, args.at.is_some())?;
    let line = serde_json::to_string(&shown).map_err(Fault::broken)?;
    writeln!(output, "{line}").map_err(Fault::broken)?;
    let is_good = !matches!(shown, Shown::Refused { .. } | Shown::Undecodable { .. });
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(config: &FeedConfig, secrets: &[Secret], incoming: &Incoming<'_>, at: UnixMs) -> Shown {
    let connector = connector(config.provider());
    let believed = if incoming.body.len() > MAX_BODY_BYTES {
        Err(RefusedBecause::TooLarge)
    } else {
        connector.verify(config, secrets, incoming, at)
    };
    match believed {
        Err(because) => return Shown::Refused { because: because.code() },
        Ok(Believed::Question(reply)) => {
            return Shown::Question { status: reply.status, reply: reply.body.into_owned() };
        }
        Ok(Believed::Report) => {}
    }
    match connector.decode(config, incoming.body, at) {
        Err(Undecodable { field, because }) => {
            Shown::Undecodable { field: field.into_owned(), because: because.code() }
        }
        Ok(Decoded::Test(kind)) => Shown::Test { kind },
        Ok(Decoded::NotATransfer(because)) => Shown::NotATransfer { because },
        Ok(Decoded::Transfers(all)) => {
            Shown::Transfers { transfers: all.into_iter().map(Transfer::from).collect() }
        }
    }
}

/// Says in both languages what is wrong.
fn explain(remarks: &mut impl Write, shown: &Shown, at_is_given: bool) -> Outcome<()> {
    let (key, field) = match shown {
        Shown::Refused { because } => (format!("refused-{because}"), String::new()),
        Shown::Undecodable { field, because } => {
            (format!("unreadable-{because}"), format!("{field}: "))
        }
        _ => return Ok(()),
    };
    for language in [Language::Vietnamese, Language::English] {
        let text = language.text(&key, &[]).unwrap_or_else(|| key.clone());
        remark(remarks, &format!("{field}{text}"))?;
    }
    let is_about_time =
        ["refused-stale-timestamp", "refused-future-timestamp", "refused-expired-token"];
    if is_about_time.contains(&key.as_str()) && !at_is_given {
        remark(
            remarks,
            "Nếu tin bắt được từ trước, xin cho biết lúc tin đến bằng --at. / \
             If it was captured earlier, say with --at when it arrived.",
        )?;
    }
    Ok(())
}

fn instant(text: &str) -> Result<UnixMs, String> {
    UnixMs::from_rfc3339(text)
        .ok_or_else(|| "expected a time such as 2026-11-24T08:15:00+07:00".to_owned())
}

impl From<Reported> for Transfer {
    fn from(one: Reported) -> Self {
        let mut references = scan(&one.memo);
        if references.is_empty() {
            references = one.code_hint.as_deref().map(scan).unwrap_or_default();
        }
        let payer = one.payer.clone().unwrap_or_default();
        Self {
            namespace: one.namespace(),
            provider_id: one.provider_id,
            direction: one.direction.as_str(),
            amount_vnd: one.amount,
            occurred_at: one.occurred_at,
            occurred_precision: one.precision.as_str(),
            bin: one.bin,
            account: one.account_number,
            virtual_account: one.virtual_account,
            memo: one.memo,
            references,
            bank_reference: one.bank_reference,
            balance_vnd: one.balance,
            payer_name: payer.name,
            payer_bin: payer.bin,
            payer_account: payer.account,
            order_code: one.order.map(|order| order.order_code),
        }
    }
}
