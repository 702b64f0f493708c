//! `cho40 backup` and `cho40 restore`: the whole database as one file, also while it is served.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::{Settings, doctor, say};
use crate::access::passphrase::{MAGIC, OpeningReader, Passphrase, SealingWriter};
use crate::db::backup::{self, Counted};
use crate::db::{DbConnection, Fault, Outcome, migrate};
use crate::primitives::{Clock, Refusal};

/// Where the passphrase may stand instead of in a file.
const PASSPHRASE_VARIABLE: &str = "CHO40_BACKUP_PASSPHRASE";

#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    #[command(flatten)]
    settings: Settings,
    /// The file to make; one that is there is not written over / Tệp sao lưu mới
    file: PathBuf,
    /// A file with a passphrase of at least 12 characters, to seal the backup; or the variable
    /// CHO40_BACKUP_PASSPHRASE / Tệp chứa mật khẩu để niêm phong bản sao lưu
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    settings: Settings,
    /// The backup / Tệp sao lưu
    file: PathBuf,
    /// A file with the passphrase of a sealed backup, or the variable CHO40_BACKUP_PASSPHRASE /
    /// Tệp chứa mật khẩu của bản sao lưu đã niêm phong
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

/// Writes a backup beside its final name and renames it when it is whole and on disk.
///
/// # Errors
/// `backup-exists` and `file-not-writable` with `path`, and those of passphrase and database.
pub fn back_up(args: &BackupArgs) -> Outcome<()> {
    let mut connection = DbConnection::open_first(&args.settings.resolve()?.database_url)?;
    migrate::require_current(&mut connection)?;
    let passphrase = passphrase(args.passphrase_file.as_deref())?;
    if args.file.exists() {
        let refusal = Refusal::conflict("backup-exists");
        return Err(refusal.with("path", args.file.display()).into());
    }
    let mut part = args.file.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = write_part(&mut connection, &part, passphrase.as_ref()).and_then(|counted| {
        std::fs::rename(&part, &args.file).map_err(|error| not_writable(&args.file, &error))?;
        Ok(counted)
    });
    if written.is_err() {
        // The first error is the one that matters.
        let _ = std::fs::remove_file(&part);
    }
    let Counted { tables, rows } = written?;
    let path = args.file.display();
    say(&format!("Đã sao lưu {rows} dòng của {tables} bảng vào {path}."))?;
    say(&format!("{rows} rows of {tables} tables are in {path}."))?;
    eprintln!(
        "Khóa bí mật (cho40.key) không nằm trong đó, xin cất riêng. / \
         The secret key (cho40.key) is not in it: keep it apart."
    );
    Ok(())
}

fn write_part(
    connection: &mut DbConnection,
    part: &Path,
    passphrase: Option<&Passphrase>,
) -> Outcome<Counted> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Payers and memos lie in it.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(part).map_err(|error| not_writable(part, &error))?;
    let at = Clock::system().now();
    let named = |fault| match fault {
        Fault::Broken(error) => match error.downcast::<io::Error>() {
            Ok(error) => not_writable(part, &error),
            Err(error) => Fault::Broken(error),
        },
        other => other,
    };
    let ended = |error: io::Error| not_writable(part, &error);
    let (counted, file) = if let Some(passphrase) = passphrase {
        let sealing = SealingWriter::begin(BufWriter::new(file), passphrase).map_err(named)?;
        let mut packed = GzEncoder::new(sealing, Compression::fast());
        let counted = backup::write(connection, at, &mut packed).map_err(named)?;
        (counted, packed.finish().and_then(SealingWriter::finish).map_err(ended)?)
    } else {
        let mut packed = GzEncoder::new(BufWriter::new(file), Compression::fast());
        let counted = backup::write(connection, at, &mut packed).map_err(named)?;
        (counted, packed.finish().map_err(ended)?)
    };
    let file = file.into_inner().map_err(|error| ended(error.into_error()))?;
    file.sync_all().map_err(ended)?;
    Ok(counted)
}

/// Takes a backup back into an empty database (a SQLite file is made), brings its schema up to
/// date, and examines it. Exit code 1: the doctor found differences, each printed on a line.
///
/// # Errors
/// `database-not-empty`, `backup-missing`, `backup-needs-passphrase`, those of the backup, the
/// passphrase and the database.
pub fn restore(args: &RestoreArgs) -> Outcome<ExitCode> {
    let url = args.settings.resolve()?.database_url;
    let file = File::open(&args.file).map_err(|error| {
        let refusal = Refusal::conflict("backup-missing").with("path", args.file.display());
        Fault::from(refusal.with("error", error))
    })?;
    let mut file = BufReader::new(file);
    let passphrase = passphrase(args.passphrase_file.as_deref())?;
    let is_sealed = file.fill_buf().map_err(Fault::broken)?.starts_with(MAGIC);
    let opened: Box<dyn Read> = match (is_sealed, passphrase) {
        (false, _) => Box::new(file),
        (true, None) => return Err(Refusal::conflict("backup-needs-passphrase").into()),
        (true, Some(passphrase)) => {
            file.consume(MAGIC.len());
            let damaged = |_| Refusal::conflict("backup-damaged").with("line", 0);
            Box::new(OpeningReader::begin(file, &passphrase).map_err(damaged)?)
        }
    };
    url.create_if_missing()?;
    let mut connection = DbConnection::open_empty(&url)?;
    let mut lines = BufReader::new(GzDecoder::new(opened));
    let Counted { tables, rows } = backup::restore(&mut connection, &mut lines)?;
    for name in migrate::run(&mut connection)? {
        say(&format!("migrated {name}"))?;
    }
    say(&format!("Đã phục hồi {rows} dòng của {tables} bảng. / {rows} rows of {tables} tables."))?;
    doctor::report(&mut connection, false)
}

fn passphrase(file: Option<&Path>) -> Outcome<Option<Passphrase>> {
    let text = match file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            let refusal = Refusal::invalid("passphrase", "passphrase-unreadable");
            refusal.with("path", path.display()).with("error", error)
        })?),
        None => std::env::var(PASSPHRASE_VARIABLE).ok(),
    };
    Ok(text.map(|text| Passphrase::new(&text)).transpose()?)
}

fn not_writable(path: &Path, error: &io::Error) -> Fault {
    let refusal = Refusal::conflict("file-not-writable").with("path", path.display());
    refusal.with("error", error).into()
}
