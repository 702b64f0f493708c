//! Backups: what comes back is what was there, on either database, or nothing at all.

use std::io::{BufRead, Read, Write};
use std::path::Path;
use std::process::Command;

use cho40::access::passphrase::{MAGIC, OpeningReader, Passphrase, SealingWriter};
use cho40::db::backup::{self, Counted};
use cho40::db::{DatabaseUrl, DbConnection, Fault, migrate};
use cho40::primitives::UnixMs;
use serde_json::Value;

use crate::cli::{cho40, said, tells};
use crate::ledger_doctor::fill;
use crate::stage::Stage;
use crate::support::{empty_databases, on_both};

fn backup_of(url: &DatabaseUrl) -> (Vec<u8>, Counted) {
    let mut lines = Vec::new();
    let mut connection = DbConnection::open(url).unwrap();
    let counted = backup::write(&mut connection, UnixMs(7), &mut lines).unwrap();
    (lines, counted)
}

/// The lines as JSON, those of a table in one order: databases differ in spaces and in order.
fn content(lines: &[u8]) -> Vec<(Value, Vec<String>)> {
    let mut tables: Vec<(Value, Vec<String>)> = Vec::new();
    for line in lines.lines() {
        let mut line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if let Some(end) = line.get_mut("end") {
            let sha256 = end.as_object_mut().unwrap().remove("sha256").unwrap();
            assert_eq!(sha256.as_str().unwrap().len(), 64);
        }
        match (&line, tables.last_mut()) {
            (Value::Array(_), Some((_, rows))) => rows.push(line.to_string().to_lowercase()),
            _ => tables.push((line, Vec::new())),
        }
    }
    for (_, rows) in &mut tables {
        rows.sort_unstable();
    }
    tables
}

fn code(fault: &Fault) -> &'static str {
    let Fault::Refused(refusal) = fault else { panic!("{fault:?}") };
    refusal.code
}

on_both!(a_backup_comes_back_whole_on_both, |db| {
    let stage = Stage::new(db);
    fill(&stage);
    let (lines, counted) = backup_of(db.url());
    assert!(counted.tables > 40 && counted.rows > 60, "{counted:?}");
    for target in empty_databases() {
        let mut connection = DbConnection::open_empty(&target.url).unwrap();
        assert_eq!(backup::restore(&mut connection, &mut lines.as_slice()).unwrap(), counted);
        assert!(migrate::is_current(&mut connection).unwrap());
        assert_eq!(content(&backup_of(&target.url).0), content(&lines), "{:?}", target.url);
        let refused = DbConnection::open_empty(&target.url).err().unwrap();
        assert_eq!(code(&refused), "database-not-empty");
    }
});

on_both!(a_cut_or_altered_backup_writes_nothing, |db| {
    let stage = Stage::new(db);
    fill(&stage);
    let (lines, _) = backup_of(db.url());
    let text = String::from_utf8(lines.clone()).unwrap();
    let last = text.trim_end().rfind('\n').unwrap();
    let two_rows = text.find("\n[").unwrap();
    let cases = [
        ("backup-damaged", text[..last].to_owned()),
        ("backup-damaged", text[..=last].to_owned()),
        ("backup-damaged", text[..text.len() - 1].to_owned()),
        ("backup-damaged", text[..text.len() / 2].to_owned()),
        ("backup-damaged", format!("{text}\n")),
        ("backup-damaged", text.replacen("\n[", "\n[7,", 1)),
        ("backup-damaged", text.replacen("\n[", "\n[[", 1)),
        ("backup-damaged", text.replacen("\"board_id\"", "\"board_id\\\"\"", 1)),
        ("backup-damaged", format!("{}\n[1]{}", &text[..two_rows], &text[two_rows..])),
        ("backup-not-recognised", text[two_rows..].to_owned()),
        ("backup-not-recognised", String::new()),
        ("backup-not-recognised", text.replacen("cho40-backup", "other", 1)),
        ("backup-of-newer-version", text.replacen("\"version\":1", "\"version\":2", 1)),
        ("backup-of-newer-version", text.replacen("\"migrations\":[", "\"migrations\":[\"3\",", 1)),
    ];
    for target in empty_databases() {
        for (at, (expected, lines)) in cases.iter().enumerate() {
            let mut connection = DbConnection::open_empty(&target.url).unwrap();
            match backup::restore(&mut connection, &mut lines.as_bytes()) {
                Err(fault) => assert_eq!(code(&fault), *expected, "{at} {fault}"),
                Ok(_) => panic!("{at} was taken"),
            }
            // Still empty, so that the next one is refused for its own reason.
            DbConnection::open_empty(&target.url).unwrap();
        }
    }
});

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    let mut writer = SealingWriter::begin(Vec::new(), &passphrase("mùa cá linh 1978")).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn opened(sealed: &[u8], text: &str) -> std::io::Result<Vec<u8>> {
    let sealed = sealed.strip_prefix(MAGIC).unwrap();
    let mut plain = Vec::new();
    OpeningReader::begin(sealed, &passphrase(text)).unwrap().read_to_end(&mut plain)?;
    Ok(plain)
}

#[test]
fn a_sealed_file_opens_whole_or_not_at_all() {
    const PIECE: usize = 64 * 1024;
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5] {
        let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let file = sealed(&plain);
        assert!(length < 99 || !file.windows(32).any(|part| part == &plain[9..41]));
        assert_eq!(opened(&file, "mùa cá linh 1978\n").unwrap(), plain, "{length}");
        assert!(opened(&file, "mùa cá linh 1979").is_err());
    }
    let file = sealed(&vec![7; 2 * PIECE + 5]);
    let body = MAGIC.len() + 16 + 19;
    let piece = PIECE + 16;
    for at in [MAGIC.len(), body - 1, body, body + piece, file.len() - 1] {
        let mut altered = file.clone();
        altered[at] ^= 1;
        assert!(opened(&altered, "mùa cá linh 1978").is_err(), "{at}");
    }
    // A piece left out, two exchanged, the end cut off between two pieces.
    let (one, two) = (&file[body..body + piece], &file[body + piece..body + 2 * piece]);
    let (head, last) = (&file[..body], &file[body + 2 * piece..]);
    for parts in
        [vec![head, one, last], vec![head, two, one, last], vec![head, one, two], vec![head]]
    {
        assert!(opened(&parts.concat(), "mùa cá linh 1978").is_err());
    }
    assert_eq!(Passphrase::new("short").err().unwrap().code, "passphrase-too-short");
}

#[test]
fn the_commands_back_up_and_restore() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    said(home, &["init", "--board", "Ban quản lý chợ Thới Bình"]);
    std::fs::write(home.join("pass"), "mùa cá linh 1978\n").unwrap();
    let sealing = ["--passphrase-file", "pass"];
    said(home, &["backup", "plain.cho40"]);
    said(home, &[&["backup", "sealed.cho40"], sealing.as_slice()].concat());
    let read = |name: &str| std::fs::read(home.join(name)).unwrap();
    assert!(
        read("sealed.cho40").starts_with(MAGIC) && read("plain.cho40").starts_with(&[0x1f, 0x8b])
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = home.join("plain.cho40").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    tells(home, &["backup", "plain.cho40"], "không ghi đè", "not written over");
    tells(home, &["backup", "no/such.cho40"], "no/such.cho40.part", "no/such.cho40.part");
    tells(home, &["restore", "plain.cho40"], "đã có dữ liệu", "holds data");
    tells(home, &restore_to(&["sealed.cho40"]), "niêm phong", "sealed");
    tells(home, &restore_to(&["nothing.cho40"]), "nothing.cho40", "nothing.cho40");
    tells(home, &restore_to(&["pass"]), "không phải bản sao lưu", "no backup of cho40");
    std::fs::write(home.join("wrong"), "mùa cá linh 1979").unwrap();
    let wrong = ["sealed.cho40", "--passphrase-file", "wrong"];
    tells(home, &restore_to(&wrong), "mật khẩu sai", "passphrase is wrong");
    let cut = read("plain.cho40");
    std::fs::write(home.join("cut.cho40"), &cut[..cut.len() - 9]).unwrap();
    tells(home, &restore_to(&["cut.cho40"]), "bị cắt", "cut off");
    let output = said(home, &restore_to(&[&["sealed.cho40"], sealing.as_slice()].concat()));
    assert!(output.contains("Đã phục hồi") && output.contains("Everything agrees"), "{output}");
    said(home, &["doctor", "--database-url", "sqlite:new.db"]);
    assert!(!leftovers(home), "a part is left");
    let again = cho40(home, &restore_to(&["plain.cho40"]));
    assert!(!again.status.success());
}

#[test]
fn what_was_wrong_before_the_backup_is_named_when_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    said(home, &["init", "--board", "Ban quản lý chợ Thới Bình"]);
    let falsified = "DROP TRIGGER audit_entries_never_change;
        UPDATE audit_entries SET entry = replace(entry, 'cho40 init', 'cho40 user')";
    let sqlite = Command::new("sqlite3").args(["cho40.db", falsified]).current_dir(home).output();
    assert!(sqlite.as_ref().unwrap().status.success(), "{sqlite:?}");
    said(home, &["backup", "false.cho40"]);
    let output = cho40(home, &restore_to(&["false.cho40"]));
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text.contains("audit") && !text.contains("Everything agrees"), "{text}");
}

/// The command that restores into another file.
fn restore_to<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["restore"], args, &["--database-url", "sqlite:new.db"]].concat()
}

fn leftovers(home: &Path) -> bool {
    let mut entries = std::fs::read_dir(home).unwrap();
    entries.any(|entry| entry.unwrap().file_name().to_string_lossy().ends_with(".part"))
}
