//! `cho40 print`: samples without a database, cards and sheets out of one.

use std::path::Path;
use std::process::{Command, Output};

use cho40::registry::accounts::UseKind;

use crate::cli::text_of;
use crate::print_support::read_all;
use crate::stage::Stage;
use crate::support::on_both;

fn print(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
    command.current_dir(home).env_remove("CHO40_DATABASE_URL");
    command.env("CHO40_SECRET_KEY", "40".repeat(32)).arg("print").args(args).output().unwrap()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_sample_is_printed_without_a_database() {
    let home = tempfile::tempdir().unwrap();
    for (layout, file) in [("a5", "a.pdf"), ("picture", "b.PNG"), ("sticker_on_a4", "c.svg")] {
        let done = print(home.path(), &["sample", "--layout", layout, "--out", file]);
        assert!(done.status.success(), "{done:?}");
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(said.starts_with("A-12: NGUYEN THI MAU – Vietcombank – 1012345678  ["), "{said}");
    }
    let of = |file: &str| std::fs::read(home.path().join(file)).unwrap();
    assert!(of("a.pdf").starts_with(b"%PDF-") && of("c.svg").starts_with(b"<svg"));
    assert_eq!(read_all(&of("b.PNG")).len(), 1);
    for (out, words) in [("a.jpg", "pdf, png, svg"), ("none/a.pdf", "none/a.pdf")] {
        let refused = print(home.path(), &["sample", "--out", out]);
        assert!(complaint(&refused).contains(words), "{refused:?}");
    }
    std::fs::write(home.path().join("main.typ"), "#nobody").unwrap();
    let wrong = print(home.path(), &["sample", "--templates", ".", "--out", "a.pdf"]);
    assert!(complaint(&wrong).contains("main.typ:1: unknown variable: nobody"), "{wrong:?}");
}

on_both!(a_market_is_printed_from_the_command_line, |db| {
    let url = text_of(db.url());
    let stage = Stage::new(db);
    let first = stage.stand("A-01", "0123456789", UseKind::BusinessOnly).code;
    stage.stand("A-02", "9876543210", UseKind::BusinessOnly);
    let home = tempfile::tempdir().unwrap();
    let from = ["--database-url", &url, "--board", "Ban quản lý chợ Thới Bình"];
    let run = |args: &[&str]| print(home.path(), &[args, &from].concat());
    let card = run(&["card", "--stall", " a-01", "--layout", "sticker", "--out", "a.png"]);
    assert!(card.status.success(), "{card:?}");
    let read = std::fs::read(home.path().join("a.png")).unwrap();
    assert_eq!(read_all(&read), [first.payload]);
    for args in [
        &["sheet", "--out", "m.pdf"][..],
        &["sheet", "--market", "chợ thới bình", "--section", "Rau củ", "--out", "m.pdf"],
    ] {
        let sheet = run(args);
        let said = String::from_utf8_lossy(&sheet.stdout);
        assert!(said.contains("m.pdf: 2 thẻ / cards") && said.contains("A-02: "), "{sheet:?}");
    }
    for (args, words) in [
        (&["card", "--stall", "Z-9", "--out", "a.pdf"][..], "stall: "),
        (&["sheet", "--market", "Chợ khác", "--out", "a.pdf"], "market: "),
        (&["sheet", "--section", "Khu khác", "--out", "a.pdf"], "section: "),
        (&["sheet", "--out", "a.png"], "out: "),
    ] {
        let refused = run(args);
        assert!(complaint(&refused).starts_with(words), "{refused:?}");
    }
});
