//! `cho40 statement`: a file is told about without a database, and imported into one.

#![cfg(test)]

use std::path::Path;
use std::process::{Command, Output};

use cho40::db::DatabaseUrl;
use cho40::registry::accounts::UseKind;
use serde_json::{Value, json};

use crate::pairs_support::{agrees, kept};
use crate::stage::Stage;
use crate::statements_import::{ACCOUNT, file};
use crate::support::on_both;

fn cho40(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
    command.current_dir(home).env_remove("CHO40_DATABASE_URL").args(args).output().unwrap()
}

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

const LINES: [&[&str]; 2] = [
    &["02/11/2026", "FT1", "", "45,000", "1,045,000", "tra tien ca"],
    &["03/11/2026", "FT2", "200,000", "", "845,000", "chuyen tien hang"],
];

#[test]
fn a_file_is_told_about() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.csv"), file(&LINES)).unwrap();
    let clear = cho40(home.path(), &["statement", "check", "a.csv"]);
    assert!(clear.status.success());
    let shown = said(&clear);
    assert_eq!(
        (&shown["rows"], &shown["money_in"], &shown["asks"]),
        (&json!(2), &json!(1), &json!([]))
    );
    assert_eq!(shown["period"], json!(["2026-11-01", "2026-11-23"]));
    assert_eq!(shown["accounts"], json!([ACCOUNT]));
    std::fs::write(home.path().join("b.csv"), "A,B,C\n20/11/2026,45.000,x\n").unwrap();
    let asked = cho40(home.path(), &["statement", "check", "b.csv"]);
    assert_eq!((asked.status.code(), &said(&asked)["asks"]), (Some(1), &json!(["columns"])));
    let mapping = r#"{"date":0,"credit":1,"memo":2,"date_order":"day_month_year"}"#;
    let mapped = cho40(home.path(), &["statement", "check", "b.csv", "--mapping", mapping]);
    assert_eq!((mapped.status.code(), &said(&mapped)["money_in"]), (Some(0), &json!(1)));
    for (args, word) in [
        (["statement", "check", "c.csv", "--mapping", "{}"], "c.csv"),
        (["statement", "check", "a.csv", "--mapping", "[]"], "mapping"),
    ] {
        let refused = cho40(home.path(), &args);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(word), "{refused:?}");
    }
}

on_both!(a_file_is_imported_on_the_server, |db| {
    let url = match db.url() {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.clone(),
    };
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.csv"), file(&LINES)).unwrap();
    let import = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
        command.current_dir(home.path()).env("CHO40_SECRET_KEY", "40".repeat(32));
        command.args([
            "statement",
            "import",
            "a.csv",
            "--database-url",
            &url,
            "--account",
            ACCOUNT,
        ]);
        command.args(["--board", "Ban quản lý chợ Thới Bình"]).args(more).output().unwrap()
    };
    let tried = import(&["--dry-run"]);
    assert_eq!(said(&tried)["counts"]["new"], 1, "{tried:?}");
    assert!(kept(&stage).is_empty());
    for known in [0, 1] {
        let done = said(&import(&[]));
        assert_eq!((&done["state"], &done["counts"]["known"]), (&json!("done"), &json!(known)));
    }
    assert_eq!(kept(&stage).len(), 1);
    agrees(&stage);
});
