//! `cho40 vietqr`: issuing and reading codes without a server. Payloads and JSON go to stdout,
//! remarks for people to stderr.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use serde::Serialize;

use crate::primitives::{Refusal, Vnd};
use crate::vietqr::{
    Builder, Format, Level, Mode, Payee, Reading, Scheme, Service, Verdict, WalletLink, draw, read,
    scan_picture,
};

/// Told of a picture whose symbols were not all looked at.
const CROWDED: &str = "Ảnh có nhiều mã quá, hoặc có cái giống mã mà không đọc được: xin coi tận mắt rồi chụp từng mã. / \
                       The picture shows too many codes, or something like a code that cannot be read: look \
                       with your own eyes, and photograph each alone.";

/// A longer line is refused, not held in memory; a QR symbol holds less than 3 KiB.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// Issue and read VietQR codes / Tạo và đọc mã VietQR
#[derive(Debug, clap::Subcommand)]
pub enum VietQrCommand {
    /// Print the payload of a code and draw its symbol / In nội dung mã và vẽ mã
    Encode(EncodeArgs),
    /// Read payloads, one per line of stdin, into JSON lines / Đọc mã từ stdin, mỗi dòng một mã
    Decode(DecodeArgs),
    /// Read the codes in a picture into JSON lines / Đọc mã trong ảnh chụp
    Scan(ScanArgs),
}

#[derive(Debug, clap::Args)]
pub struct EncodeArgs {
    /// BIN of the bank, six digits / Mã BIN ngân hàng, 6 chữ số
    #[arg(long)]
    bin: String,
    /// Account or card number / Số tài khoản hoặc số thẻ
    #[arg(long)]
    account: String,
    /// Amount in whole đồng, 45000 or 45.000 / Số tiền, ghi 45000 hoặc 45.000
    #[arg(long, allow_negative_numbers = true, value_parser = dong)]
    amount: Option<i64>,
    /// Transfer memo, at most 25 characters after folding / Nội dung chuyển khoản, tối đa 25 ký tự
    #[arg(long)]
    purpose: Option<String>,
    /// account or card; also QRIBFTTA, QRIBFTTC / tài khoản (account) hay thẻ (card)
    #[arg(long, default_value = "account", value_parser = transfer_service)]
    service: Service<'static>,
    /// Error correction: L, M, Q or H / Mức sửa lỗi
    #[arg(long, default_value = "M")]
    level: Level,
    /// Pixels per module of the PNG, 1 to 32 / Số điểm ảnh mỗi ô của PNG
    #[arg(long, default_value_t = 8)]
    module_px: u8,
    /// Write the symbol as PNG / Ghi mã ra tệp PNG
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Write the symbol as SVG / Ghi mã ra tệp SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct DecodeArgs {
    /// Refuse what is only accepted with a warning / Từ chối cả mã chỉ bị cảnh báo
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, clap::Args)]
pub struct ScanArgs {
    /// A JPEG or PNG picture of at most 12 megapixels / Ảnh JPEG hoặc PNG, tối đa 12 megapixel
    picture: PathBuf,
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// To be shown in Vietnamese, then in English.
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("{path}: {error}")]
    File { path: String, error: io::Error },
    #[error("{0}")]
    Stream(#[from] io::Error),
}

/// Runs one command. `remarks` is stderr: what a person should see that is no result.
///
/// # Errors
/// A refusal, a file that cannot be written, or a broken stream. A reader that has gone away (broken
/// pipe) is no error.
pub fn run(
    command: &VietQrCommand,
    input: impl BufRead,
    mut output: impl Write,
    remarks: impl Write,
) -> Result<(), Failure> {
    let done = match command {
        VietQrCommand::Encode(args) => encode(args, &mut output, remarks),
        VietQrCommand::Decode(args) => decode(args, input, &mut output).map_err(Failure::Stream),
        VietQrCommand::Scan(args) => scan(args, &mut output, remarks),
    };
    match done.and_then(|()| output.flush().map_err(Failure::Stream)) {
        Err(Failure::Stream(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn transfer_service(text: &str) -> Result<Service<'static>, String> {
    match text {
        "account" | "QRIBFTTA" => Ok(Service::Account),
        "card" | "QRIBFTTC" => Ok(Service::Card),
        _ => Err("expected account, card, QRIBFTTA or QRIBFTTC".to_owned()),
    }
}

/// Whole đồng, with or without dots (or commas) between thousands. There is no smaller unit, so
/// `45.000` can mean nothing else.
pub(super) fn dong(text: &str) -> Result<i64, String> {
    let mut groups = text.split(['.', ',']);
    let is_one_mark = !(text.contains('.') && text.contains(','));
    let first = groups.next().unwrap_or_default();
    let rest: Vec<_> = groups.collect();
    let is_group = |group: &&str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    let begins = rest.is_empty() || (1..=3).contains(&first.trim_start_matches('-').len());
    let whole = if is_one_mark && begins && rest.iter().all(is_group) {
        format!("{first}{}", rest.concat()).parse().ok()
    } else {
        None
    };
    whole.ok_or_else(|| {
        "Số tiền phải là số đồng nguyên, ví dụ 45000 hoặc 45.000. / \
         The amount must be whole đồng, e.g. 45000 or 45.000."
            .to_owned()
    })
}

fn encode(args: &EncodeArgs, mut out: impl Write, mut remarks: impl Write) -> Result<(), Failure> {
    let payee = match args.service {
        Service::Card => Payee::Card(args.account.clone()),
        _ => Payee::Account(args.account.clone()),
    };
    let mut builder = Builder::new(&args.bin, payee);
    if let Some(amount) = args.amount {
        builder = builder.amount(Vnd::new(amount));
    }
    let issued = builder.note(args.purpose.as_deref().unwrap_or_default()).build()?;

    // The bank is shown before anything is printed: a wrong BIN pays a stranger.
    writeln!(remarks, "{} – {} ({})", args.bin, issued.bank.short_name, issued.bank.name)?;
    let png = Format::Png { module_px: args.module_px };
    for (file, format) in [(&args.png, png), (&args.svg, Format::Svg)] {
        let Some(path) = file else { continue };
        let image = draw(&issued.payload, args.level, format)?;
        fs::write(path, &image.bytes)
            .map_err(|error| Failure::File { path: path.display().to_string(), error })?;
    }
    writeln!(out, "{}", issued.payload)?;
    Ok(())
}

/// One decoded line.
#[derive(Serialize)]
struct Decoded<'a> {
    verdict: &'static str,
    payable_vietqr: bool,
    scheme: Option<&'static str>,
    bin: Option<&'a str>,
    account: Option<&'a str>,
    service: Option<&'a str>,
    poi: Option<&'a str>,
    amount: Option<&'a str>,
    purpose: Option<&'a str>,
    bill: Option<&'a str>,
    name: Option<&'a str>,
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl<'a> Decoded<'a> {
    fn new(text: &str, reading: &Reading<'a>, mode: Mode) -> Self {
        let payload = &reading.payload;
        Self {
            verdict: reading.verdict(mode).label(),
            payable_vietqr: reading.is_payable_vietqr(mode),
            scheme: payload
                .scheme_of(text)
                .or_else(|| WalletLink::of(text).map(|link| link.scheme))
                .map(Scheme::label),
            bin: payload.bin,
            account: payload.account,
            service: payload.service.map(Service::code),
            poi: payload.initiation,
            amount: payload.amount,
            purpose: payload.purpose,
            bill: payload.bill,
            name: payload.name,
            errors: reading.faults.iter().map(ToString::to_string).collect(),
            warnings: reading.warnings.iter().map(ToString::to_string).collect(),
        }
    }

    /// A line that is no text at all.
    fn unreadable(error: &str) -> Self {
        Self {
            verdict: Verdict::Reject.label(),
            payable_vietqr: false,
            scheme: None,
            bin: None,
            account: None,
            service: None,
            poi: None,
            amount: None,
            purpose: None,
            bill: None,
            name: None,
            errors: vec![error.to_owned()],
            warnings: Vec::new(),
        }
    }
}

fn decode(args: &DecodeArgs, input: impl BufRead, output: impl Write) -> io::Result<()> {
    let mode = if args.strict { Mode::Strict } else { Mode::Lenient };
    answer_lines(input, output, |line, answer| {
        let text = match line {
            Line::Whole(bytes) => {
                std::str::from_utf8(bytes).map_err(|_| "encoding: the line is not UTF-8")
            }
            Line::TooLong => Err("line-too-long: the line has more than 65536 bytes"),
        };
        let decoded = match text {
            Ok(text) => Decoded::new(text, &read(text), mode),
            Err(error) => Decoded::unreadable(error),
        };
        serde_json::to_writer(answer, &decoded)
    })
}

/// One symbol of a picture.
#[derive(Serialize)]
struct Scanned<'a> {
    payload: &'a str,
    #[serde(flatten)]
    decoded: Decoded<'a>,
}

fn scan(args: &ScanArgs, mut output: impl Write, mut remarks: impl Write) -> Result<(), Failure> {
    let picture = fs::read(&args.picture).map_err(|error| {
        let refusal = Refusal::invalid("picture", "file-not-readable");
        refusal.with("path", args.picture.display()).with("error", error)
    })?;
    let photo = scan_picture(&picture)?;
    if photo.is_crowded {
        writeln!(remarks, "{CROWDED}")?;
    }
    if photo.texts.is_empty() {
        return Err(Refusal::invalid("picture", "picture-without-code").into());
    }
    for payload in &photo.texts {
        let decoded = Decoded::new(payload, &read(payload), Mode::Lenient);
        let line = serde_json::to_string(&Scanned { payload, decoded });
        writeln!(output, "{}", line.map_err(io::Error::other)?)?;
    }
    Ok(())
}

/// One line of input without its line ending.
#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// More than [`MAX_LINE_BYTES`].
    TooLong,
}

/// Writes one line of output for each line of input. Answers are flushed when the input has nothing
/// more at hand, so that a partner at the other end of a pipe is never kept waiting.
pub(super) fn answer_lines(
    mut input: impl BufRead,
    mut output: impl Write,
    answer: impl Fn(Line<'_>, &mut Vec<u8>) -> serde_json::Result<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    let mut answered = Vec::new();
    let mut too_long = false;
    loop {
        let available = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        let is_end = available.is_empty();
        let newline = available.iter().position(|byte| *byte == b'\n');
        let taken = available.get(..newline.unwrap_or(available.len())).unwrap_or_default();
        // A carriage return of the line ending may come beside the longest line.
        too_long |= line.len() + taken.len() > MAX_LINE_BYTES + 1;
        if too_long {
            line.clear();
        } else {
            line.extend_from_slice(taken);
        }
        let is_started = too_long || !line.is_empty();
        let used = newline.map_or(available.len(), |place| place + 1);
        let drained = used == available.len();
        input.consume(used);

        if newline.is_some() || (is_end && is_started) {
            let text = if newline.is_some() { line.strip_suffix(b"\r") } else { None };
            let text = text.unwrap_or(&line);
            let whole = if too_long || text.len() > MAX_LINE_BYTES {
                Line::TooLong
            } else {
                Line::Whole(text)
            };
            answered.clear();
            answer(whole, &mut answered)?;
            answered.push(b'\n');
            output.write_all(&answered)?;
            line.clear();
            too_long = false;
        }
        if is_end {
            return output.flush();
        }
        if drained {
            output.flush()?;
        }
    }
}
