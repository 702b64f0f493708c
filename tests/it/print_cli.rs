//! `cho40 print`: samples without a database, cards and sheets out of one.

use std::path::Path;
use std::process::{Command, Output};

use cho40::registry::accounts::UseKind;
use cho40::vietqr::{Mode, Verdict};

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
        assert!(said.starts_with("A-12: NGUYEN THI MAU – Ngân hàng Mẫu – 1012345678  ["), "{said}");
    }
    let of = |file: &str| std::fs::read(home.path().join(file)).unwrap();
    assert!(of("a.pdf").starts_with(b"%PDF-") && of("c.svg").starts_with(b"<svg"));
    let [code] = &read_all(&of("b.PNG"))[..] else { panic!("one symbol") };
    // A test sheet that is forgotten on a counter takes nobody's money.
    let reading = cho40::vietqr::read(code);
    assert_eq!(reading.verdict(Mode::Lenient), Verdict::Reject, "{code}");
    assert_eq!((reading.payload.bin, reading.payload.bank()), (Some("999999"), None));
    for (out, words) in [("a.jpg", "pdf, png, svg"), ("none/a.pdf", "none/a.pdf")] {
        let refused = print(home.path(), &["sample", "--out", out]);
        assert!(complaint(&refused).contains(words), "{refused:?}");
    }
    std::fs::write(home.path().join("main.typ"), "#nobody").unwrap();
    let wrong = print(home.path(), &["sample", "--templates", ".", "--out", "a.pdf"]);
    assert!(complaint(&wrong).contains("main.typ:1: unknown variable: nobody"), "{wrong:?}");
}

#[test]
fn whoever_edits_templates_is_told_what_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("mine");
    let sample = |out: &str| print(home.path(), &["sample", "--templates", "mine", "--out", out]);
    let refused = sample("a.pdf");
    assert!(complaint(&refused).contains("cho40 print templates --out mine"), "{refused:?}");
    let exported = print(home.path(), &["templates", "--out", "mine"]);
    assert!(exported.status.success(), "{exported:?}");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let of_source = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/print");
    for name in &names {
        let of = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert!(of(&folder) == of(&of_source), "{name}");
    }
    assert_eq!(names.len(), std::fs::read_dir(of_source).unwrap().count());
    let again = print(home.path(), &["templates", "--out", "mine"]);
    assert!(complaint(&again).contains("không ghi đè"), "{again:?}");
    assert!(sample("a.pdf").status.success());
    for (name, text, words) in [
        ("Cover.typ", "x", "Cover.typ"),
        ("main.typ", "", "giấy trắng"),
        ("main.typ", "#set text(font: \"Arial\")\nSạp", "main.typ:1: unknown font family: arial"),
        ("main.typ", "#set text(font: \"Be Vietnam Pro\")\nXin quét 扫码", "扫 码"),
    ] {
        for name in &names {
            std::fs::remove_file(folder.join(name)).ok();
        }
        std::fs::write(folder.join(name), text).unwrap();
        let refused = sample("b.pdf");
        assert!(complaint(&refused).contains(words), "{refused:?}");
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    assert!(complaint(&sample("b.pdf")).contains("không có mẫu in nào"));
    assert!(!home.path().join("b.pdf").exists());
    // A symbol that is too small is told, and the file is there.
    let small = "#set page(width: 90mm, height: 90mm)\n#image(\"codes/0.svg\", width: 6mm)";
    std::fs::write(folder.join("main.typ"), small).unwrap();
    let warned = sample("c.pdf");
    let told = String::from_utf8_lossy(&warned.stderr).into_owned();
    assert!(warned.status.success() && told.contains("150 dpi"), "{warned:?}");
    std::fs::write(folder.join("main.typ"), small.replace("6mm", "40mm")).unwrap();
    let fine = sample("c.pdf");
    assert!(fine.status.success() && fine.stderr.is_empty(), "{fine:?}");
    // What does not fit on the first page, and what is too small to be read.
    let tall = small.replace("6mm", "40mm").replace("\n#image", "\n#v(60mm)\n#image");
    for (text, words) in
        [(tall, "2 trang"), (small.replace("6mm)", "40mm)#text(size: 4pt)[Xin chào]"), "Xin chào")]
    {
        let text = text.replace("#text", "#set text(font: \"Be Vietnam Pro\")\n#text");
        std::fs::write(folder.join("main.typ"), text).unwrap();
        let warned = sample("c.pdf");
        let told = String::from_utf8_lossy(&warned.stderr).into_owned();
        assert!(warned.status.success() && told.contains(words), "{warned:?}");
        assert!(!told.contains("150 dpi"), "{told}");
    }
}

/// The template of docs/PRINTING.md makes one label, without a complaint.
#[test]
fn the_documents_template_is_one_page() {
    let home = tempfile::tempdir().unwrap();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PRINTING.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let lines = docs.lines().skip_while(|line| *line != "mkdir -p print").take(2);
    let script = lines.collect::<Vec<_>>().join("\n");
    let made = Command::new("sh").arg("-c").arg(script).current_dir(home.path()).status().unwrap();
    assert!(made.success());
    let done = print(home.path(), &["sample", "--templates", "print", "--out", "mine.pdf"]);
    assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
}

#[test]
fn every_paper_has_a_sample() {
    let home = tempfile::tempdir().unwrap();
    for paper in ["card", "list", "visits", "book", "slip", "consent", "first_visit"] {
        let file = format!("{paper}.pdf");
        let done = print(home.path(), &["sample", "--paper", paper, "--out", &file]);
        assert!(done.status.success() && done.stderr.is_empty(), "{paper}: {done:?}");
        assert!(std::fs::read(home.path().join(file)).unwrap().starts_with(b"%PDF-"));
    }
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
        &["sheet", "--market", "cho thoi binh", "--section", "rau cu", "--out", "m.pdf"],
    ] {
        let sheet = run(args);
        let said = String::from_utf8_lossy(&sheet.stdout);
        assert!(said.contains("m.pdf: 2 thẻ / cards") && said.contains("A-02: "), "{sheet:?}");
    }
    for (args, words) in [
        (
            &["card", "--stall", "Z-9", "--out", "a.pdf"][..],
            "stall: Chợ không có sạp số này. Chợ có 2 sạp, ví dụ: A-01, A-02.",
        ),
        (
            &["card", "--stall", "a1", "--out", "a.pdf"],
            "stall: Chợ không có sạp số này. Gần giống: A-01.",
        ),
        (&["visit-list", "--out", "a.pdf"], "round: Chợ Chợ Thới Bình chưa có đợt ghé sạp nào."),
        (
            &["sheet", "--market", "Chợ khác", "--out", "a.pdf"],
            "market: Không có chợ tên này. Các chợ đang có: Chợ Thới Bình (mkt_",
        ),
        (
            &["sheet", "--section", "Khu khác", "--out", "a.pdf"],
            "section: Chợ không có khu tên này. Các khu đang có: Rau củ (",
        ),
        (&["sheet", "--out", "a.png"], "out: "),
    ] {
        let refused = run(args);
        assert!(complaint(&refused).starts_with(words), "{refused:?}");
    }
});
