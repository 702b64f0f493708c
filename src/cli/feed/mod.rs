//! `cho40 feed`: the provider's side of a feed, for whoever connects one. A sample request to
//! paste, a signed one sent, and a captured one checked. Without a database; results go to stdout,
//! remarks for people to stderr.

mod captured;
mod sample;
mod send;
mod verify;

use std::io::{Read, Write};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::db::{Fault, Outcome};
use crate::feeds::sample::SampleTransfer;
use crate::feeds::{
    Direction, FeedConfig, FeedKind, MbbankAuthentication, Provider, Secret, connector,
};
use crate::primitives::{Clock, Refusal, UnixMs, Vnd};
use crate::vietqr::banks;

const SECRET_BYTES: usize = 32;

/// Try a feed: sample requests, sending, checking / Thử nguồn báo tiền: mẫu, gửi, kiểm
#[derive(Debug, clap::Subcommand)]
pub enum FeedCommand {
    /// Print a signed request as a curl command / In yêu cầu mẫu đã ký để dán vào terminal
    Sample(sample::SampleArgs),
    /// Sign a request as the provider would, send it, show the reply / Ký, gửi và xem trả lời
    Send(send::SendArgs),
    /// Check a captured request, its body on stdin / Kiểm một yêu cầu đã bắt được, nội dung từ stdin
    Verify(verify::VerifyArgs),
}

/// Which provider, and how the feed is set up.
#[derive(Debug, clap::Args)]
struct FeedArgs {
    /// sepay, standard_webhooks, payos, casso, vietqr_vn, sepay_bank_hub, mbbank, phone / Nhà cung cấp
    #[arg(long, value_parser = provider)]
    provider: Provider,
    /// The feed's configuration as JSON, see docs/feeds/ / Cấu hình của nguồn
    #[arg(long)]
    config: Option<String>,
}

/// What the sample transfer says.
#[derive(Debug, clap::Args)]
struct TransferArgs {
    /// Account of the transfer; the default is nobody's / Số tài khoản nhận
    #[arg(long, default_value = "0000000000")]
    account: String,
    /// BIN of its bank / Mã BIN ngân hàng
    #[arg(long, default_value = "970422")]
    bin: String,
    /// Virtual account, or a shop's terminal / Tài khoản ảo hoặc mã quầy
    #[arg(long)]
    virtual_account: Option<String>,
    /// Whole đồng / Số tiền
    #[arg(long, default_value = "1000", value_parser = super::vietqr::dong)]
    amount: i64,
    /// Transfer memo / Nội dung chuyển khoản
    #[arg(long, default_value = "thu noi may")]
    memo: String,
    /// Money out instead of in / Tiền ra
    #[arg(long)]
    out: bool,
    /// The provider's number of the transfer, digits alone; the same one again is a repetition /
    /// Mã giao dịch, chỉ gồm chữ số
    #[arg(long, value_parser = number)]
    id: Option<u64>,
    /// The bank's reference; VietQR.vn, payOS and MB put the number behind it / Mã tham chiếu
    #[arg(long, default_value = "FT")]
    reference: String,
    /// Order number, for order feeds / Mã đơn hàng
    #[arg(long, default_value_t = 1)]
    order_code: u64,
}

/// Runs one command. `remarks` is stderr.
///
/// # Errors
/// Refusals of the arguments; a file, server or stream that fails.
pub fn run(
    command: &FeedCommand,
    input: impl Read,
    mut output: impl Write,
    mut remarks: impl Write,
) -> Outcome<ExitCode> {
    let clock = Clock::system();
    let done = match command {
        FeedCommand::Sample(args) => sample::run(args, &clock, &mut output, &mut remarks),
        FeedCommand::Send(args) => send::run(args, &clock, &mut output, &mut remarks),
        FeedCommand::Verify(args) => verify::run(args, &clock, input, &mut output, &mut remarks),
    };
    match done.and_then(|code| output.flush().map(|()| code).map_err(Fault::broken)) {
        // Whoever reads may have gone away.
        Err(Fault::Broken(error)) if is_broken_pipe(error.as_ref()) => Ok(ExitCode::SUCCESS),
        done => done,
    }
}

/// A secret of the form that the provider uses, made of random bytes.
pub fn made_up_secret(provider: Provider) -> Outcome<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(Fault::broken)?;
    Ok(match provider {
        Provider::StandardWebhooks => format!("whsec_{}", STANDARD.encode(bytes)),
        _ => hex::encode(bytes),
    })
}

impl FeedArgs {
    /// The configuration, or the usual one of the provider, which is then told.
    fn config(&self, remarks: &mut impl Write) -> Outcome<FeedConfig> {
        if let Some(json) = &self.config {
            return Ok(FeedConfig::parse(self.provider, json)?);
        }
        let config = FeedConfig::parse(self.provider, usual_config(self.provider))?;
        remark(remarks, &format!("config  {}", config.to_json()))?;
        Ok(config)
    }

    fn secret(&self, text: &str) -> Result<Secret, Refusal> {
        connector(self.provider).accept_secret(text)
    }
}

impl TransferArgs {
    /// Hands over the transfer as it stands at `now`.
    fn with<T>(
        &self,
        config: &FeedConfig,
        now: UnixMs,
        work: impl FnOnce(&SampleTransfer<'_>) -> Option<T>,
    ) -> Result<T, Refusal> {
        if self.out && !tells_direction(config) {
            return Err(Refusal::invalid("out", "feed-sample-no-direction"));
        }
        let unknown = || Refusal::invalid("bin", "unknown-bin").with("bin", &self.bin);
        let bank = banks::by_bin(&self.bin).ok_or_else(unknown)?;
        let id = self.id.unwrap_or_else(|| now.get().unsigned_abs());
        let transfer = SampleTransfer {
            id,
            gateway: &bank.short_name,
            bin: &self.bin,
            account: &self.account,
            virtual_account: self.virtual_account.as_deref(),
            direction: if self.out { Direction::Out } else { Direction::In },
            amount: Vnd::new(self.amount),
            occurred_at: now,
            memo: &self.memo,
            reference: &self.reference,
            payer_name: None,
            order_code: self.order_code,
        };
        work(&transfer).ok_or_else(|| Refusal::invalid("secret", "feed-sample-not-signed"))
    }
}

/// Orders that are paid, and MB's notices of payments to a shop, are money in alone.
fn tells_direction(config: &FeedConfig) -> bool {
    match config {
        FeedConfig::Mbbank(config) => config.authentication != MbbankAuthentication::Checksum,
        config => connector(config.provider()).kind() == FeedKind::Account,
    }
}

/// Providers number their transfers.
fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| {
        "mã giao dịch chỉ gồm chữ số, ví dụ 92704. / \
         the transfer's number has digits alone, e.g. 92704."
            .to_owned()
    })
}

fn provider(text: &str) -> Result<Provider, String> {
    Provider::with_hook(text).ok_or_else(|| {
        let names: Vec<_> = Provider::ALL.iter().map(|provider| provider.as_str()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// What most feeds of the provider are set to. Of this side only: a feed itself has no default.
const fn usual_config(provider: Provider) -> &'static str {
    match provider {
        Provider::Sepay => r#"{"authentication":"hmac"}"#,
        Provider::StandardWebhooks | Provider::Payos | Provider::Phone | Provider::Statement => {
            "{}"
        }
        Provider::Casso => r#"{"version":"v2"}"#,
        Provider::VietqrVn | Provider::Mbbank => r#"{"authentication":"token","username":"cho40"}"#,
        Provider::SepayBankHub => r#"{"authentication":"secret_key"}"#,
    }
}

fn remark(remarks: &mut impl Write, line: &str) -> Outcome<()> {
    writeln!(remarks, "{line}").map_err(Fault::broken)
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
