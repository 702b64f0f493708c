//! The command line.

mod audit;
pub mod backup;
mod check;
mod config;
pub mod demo;
mod doctor;
pub mod feed;
mod init;
mod key;
mod link;
pub mod memo;
mod person;
mod place;
mod poll;
pub mod print;
mod print_samples;
mod register;
mod report;
pub mod say;
mod secret_key;
mod serve;
pub mod statement;
mod user;
pub mod vietqr;
mod voice;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::db::{DbConnection, Fault, Outcome, migrate};
use crate::primitives::Refusal;
use crate::web::texts::Language;

pub use config::Settings;

/// VietQR codes, bank feeds and honest adoption figures for a cashless market /
/// Mã VietQR, nguồn báo tiền về và số liệu trung thực cho chợ không tiền mặt
#[derive(Debug, Parser)]
#[command(name = "cho40", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything with a made-up market / Xem thử với một chợ giả lập
    Demo(demo::DemoArgs),
    /// Serve the API and the hooks / Chạy máy chủ
    Serve(Settings),
    /// Create the database, a board and its owner key / Tạo cơ sở dữ liệu, ban quản lý và khóa quản trị
    Init(init::InitArgs),
    /// Print a new owner's key, or make a new secret key, if it was lost / Cấp lại khóa quản trị hoặc khóa bí mật đã mất
    Key(key::KeyArgs),
    /// Users of the desk: invite, list, disable / Người dùng của bàn làm việc
    #[command(subcommand)]
    User(user::UserCommand),
    /// The register from a spreadsheet, and as one / Nhập và xuất sổ chợ
    #[command(subcommand)]
    Register(register::RegisterCommand),
    /// Bring the schema up to date / Cập nhật cấu trúc cơ sở dữ liệu
    Migrate(Settings),
    /// Recompute totals and invariants, print each difference / Đối chiếu số liệu
    Doctor(doctor::DoctorArgs),
    /// Back up the whole database into one file, also while it is served / Sao lưu dữ liệu
    Backup(backup::BackupArgs),
    /// Take a backup back into an empty database / Phục hồi dữ liệu từ bản sao lưu
    Restore(backup::RestoreArgs),
    /// Who saw or changed what about whom / Sổ truy vết: ai xem, ai sửa
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// One person's data: a copy, and erasing it / Dữ liệu của một người: sao chép, xóa
    #[command(subcommand)]
    Person(person::PersonCommand),
    /// Issue and read VietQR codes / Tạo và đọc mã VietQR
    #[command(name = "vietqr", subcommand)]
    VietQr(VietQr),
    /// Look into transfer memos / Xem nội dung chuyển khoản
    #[command(subcommand)]
    Memo(memo::MemoCommand),
    /// An amount in words, as the vendor's phone speaks it / Đọc số tiền thành chữ
    Say(say::SayArgs),
    /// Try a feed: sample requests, sending, checking / Thử nguồn báo tiền
    #[command(subcommand)]
    Feed(feed::FeedCommand),
    /// Ask a feed's provider for what it knows / Hỏi nhà cung cấp danh sách giao dịch
    #[command(subcommand)]
    Poll(poll::PollCommand),
    /// Print cards, stickers and whole markets / In thẻ, tem và cả chợ
    #[command(subcommand)]
    Print(print::PrintCommand),
    /// Links that open stalls' pages on phones / Liên kết mở trang của sạp
    #[command(subcommand)]
    Link(link::LinkCommand),
    /// Read and import bank statements / Đọc và nhập sao kê ngân hàng
    #[command(subcommand)]
    Statement(statement::StatementCommand),
    /// The adoption report as text or a file, and publishing it / Báo cáo mức dùng
    #[command(subcommand)]
    Report(report::Report),
    /// Recorded words for phones without a Vietnamese voice / Giọng đọc cho máy không có tiếng Việt
    #[command(subcommand)]
    Voice(voice::VoiceCommand),
}

#[derive(Debug, Subcommand)]
enum VietQr {
    #[command(flatten)]
    Codes(vietqr::VietQrCommand),
    /// Compare a photo of a stall's code with what is registered / Kiểm tra mã đang treo ở sạp
    Check(check::CheckArgs),
}

/// The HTTP library calls whatever is no request an error, so that strangers would fill the log.
const NO_STRANGERS: &str = "actix_http::h1=off";

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| {
        if error.use_stderr() {
            eprintln!("Lệnh chưa đúng; xin xem `cho40 --help`. Chi tiết bằng tiếng Anh:");
        }
        error.exit()
    });
    let log = match cli.command {
        Command::Serve(_) => "info",
        _ => "warn",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("CHO40_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(format!("{log},{NO_STRANGERS}")));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // Colours are for eyes, not for files.
        .with_ansi(io::stderr().is_terminal())
        .init();
    match run(cli.command) {
        Ok(code) => code,
        Err(fault) => {
            complain(&fault);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Outcome<ExitCode> {
    match command {
        Command::Demo(args) => demo::run(args)?,
        Command::Serve(settings) => serve::run(&settings)?,
        Command::Init(args) => init::run(&args)?,
        Command::Key(args) => key::run(&args)?,
        Command::User(command) => user::run(&command)?,
        Command::Register(command) => return register::run(&command),
        Command::Migrate(settings) => {
            let mut connection = DbConnection::open_new(&settings.resolve()?.database_url)?;
            let ran = migrate::run(&mut connection)?;
            for name in &ran {
                say(&format!("migrated {name}"))?;
            }
            say(if ran.is_empty() {
                "Cơ sở dữ liệu đã ở phiên bản mới nhất. / The schema was up to date already."
            } else {
                "Đã lên phiên bản mới nhất. / The schema is up to date."
            })?;
        }
        Command::Backup(args) => backup::back_up(&args)?,
        Command::Restore(args) => return backup::restore(&args),
        Command::Doctor(args) => return doctor::run(&args),
        Command::Audit(command) => return audit::run(&command),
        Command::Person(command) => person::run(&command)?,
        Command::VietQr(VietQr::Check(args)) => {
            return check::run(&args, &mut BufWriter::new(io::stdout().lock()));
        }
        Command::VietQr(VietQr::Codes(command)) => {
            let output = BufWriter::new(io::stdout().lock());
            match vietqr::run(&command, io::stdin().lock(), output, io::stderr()) {
                Ok(()) => {}
                Err(vietqr::Failure::Refused(refusal)) => return Err(refusal.into()),
                Err(vietqr::Failure::File { path, error }) => {
                    let refusal = Refusal::conflict("file-not-writable");
                    return Err(refusal.with("path", path).with("error", error).into());
                }
                Err(failure) => return Err(Fault::broken(failure)),
            }
        }
        Command::Memo(command) => {
            let output = BufWriter::new(io::stdout().lock());
            memo::run(&command, io::stdin().lock(), output).map_err(Fault::broken)?;
        }
        Command::Say(args) => match say::run(&args, &mut io::stdout().lock()) {
            Ok(()) => {}
            Err(say::Failure::Refused(refusal)) => return Err(refusal.into()),
            Err(say::Failure::Stream(error)) => return Err(Fault::broken(error)),
        },
        Command::Poll(command) => return poll::run(&command),
        Command::Print(command) => print::run(&command)?,
        Command::Report(command) => report::run(&command)?,
        Command::Link(command) => link::run(&command)?,
        Command::Voice(command) => voice::run(&command)?,
        Command::Feed(command) => {
            let output = BufWriter::new(io::stdout().lock());
            return feed::run(&command, io::stdin().lock(), output, io::stderr());
        }
        Command::Statement(command) => {
            return statement::run(command, &mut BufWriter::new(io::stdout().lock()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A line on stdout; whoever reads may have gone away.
fn say(line: &str) -> Outcome<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Fault::broken(error)),
        _ => Ok(()),
    }
}

/// What a person should know although the work is done, on stderr.
fn warn(refusal: &Refusal) {
    for line in sentences(refusal) {
        eprintln!("{line}");
    }
}

/// The reason on stderr, Vietnamese first.
fn complain(fault: &Fault) {
    match fault {
        Fault::Refused(refusal) => warn(refusal),
        other => eprintln!("Lỗi / Error: {other}"),
    }
}

fn sentences(refusal: &Refusal) -> [String; 2] {
    let field = refusal.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
    let key = format!("problem-{}", refusal.code);
    [Language::Vietnamese, Language::English].map(|language| {
        let text = language.text(&key, &refusal.args);
        format!("{field}{}", text.unwrap_or_else(|| refusal.to_string()))
    })
}
