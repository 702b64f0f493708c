//! What the server's commands change is told in the board's chain, each by its name.

use std::process::Command;

use crate::cli::{cho40, said};

#[test]
fn each_command_that_changes_a_board_is_an_entry() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let made =
        ["demo", "--database-url", "sqlite:cho40.db", "--stalls", "6", "--days", "4", "--once"];
    said(home, &made);
    let ask = |query: &str| {
        let output = Command::new("sqlite3").args(["cho40.db", query]).current_dir(home).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let stall = ask("SELECT code FROM stalls ORDER BY id LIMIT 1");
    let account = ask("SELECT number FROM receiving_numbers ORDER BY account_id LIMIT 1");
    said(home, &["print", "card", "--stall", &stall, "--layout", "a6", "--out", "card.png"]);
    let csv = "Ngày giao dịch,Số tham chiếu,Ghi nợ,Ghi có,Nội dung\n\
               20/11/2026 08:00:00,FT00000001,0,\"50,000\",tien rau\n";
    std::fs::write(home.join("s.csv"), csv).unwrap();
    ask("UPDATE day_totals SET sale_vnd = sale_vnd + 1000");
    let slip = ["--url", "http://127.0.0.1:8040", "--out", "slip.pdf"];
    for command in [
        [&["print", "slip", "--stall", &stall], &slip[..]].concat(),
        vec!["vietqr", "check", "card.png", "--stall", &stall, "--by", "Tổ 1"],
        vec![
            "statement",
            "import",
            "s.csv",
            "--account",
            &account,
            "--account-confirmed",
            "--no-days",
        ],
        vec!["doctor", "--repair"],
    ] {
        let chain = || said(home, &["audit", "export"]);
        let what = format!("cho40 {} {}", command[0], command[1]);
        let count = |chain: &str| chain.matches(&format!("{what}\\\"")).count();
        let before = count(&chain());
        let output = cho40(home, &command);
        assert!(output.status.success(), "{what}: {output:?}");
        assert_eq!(count(&chain()), before + 1, "{what}: {}", chain());
    }
    // A board that is in order is left alone, and nothing is told of it.
    let before = said(home, &["audit", "export"]);
    said(home, &["doctor", "--repair"]);
    assert_eq!(said(home, &["audit", "export"]), before);
    std::fs::remove_file(home.join("cho40.key")).unwrap();
    said(home, &["key", "--new-secret-key", "--yes"]);
    assert!(said(home, &["audit", "export"]).contains("cho40 key --new-secret-key"));
    said(home, &["doctor"]);
}
