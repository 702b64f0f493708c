//! Bad samples: every rule must find them, and must leave good ones alone.

use std::collections::BTreeSet;

use super::migrations::{databases_agree, keys_begin_with_the_board};
use super::rules::*;
use super::source::Source;

/// How many findings a rule has in a text at a path.
fn count(rule: fn(&Source) -> Vec<String>, path: &str, text: &str) -> usize {
    rule(&Source::new(path, text)).len()
}

fn finds(rule: fn(&Source) -> Vec<String>, path: &str, text: &str) {
    assert_eq!(count(rule, path, text), 1, "{path}: {text}");
}

fn accepts(rule: fn(&Source) -> Vec<String>, path: &str, text: &str) {
    assert_eq!(count(rule, path, text), 0, "{path}: {text}");
}

#[test]
fn findings_name_their_line() {
    let source = Source::new("src/ledger/a.rs", "//! A\n\nuse crate::web::state;\n");
    assert_eq!(imports_go_down(&source), ["src/ledger/a.rs:3: ledger imports web"]);
}

#[test]
fn upward_imports_are_found() {
    finds(imports_go_down, "src/db/a.rs", "use crate::ledger::X;");
    finds(imports_go_down, "src/db/a.rs", "use crate::{primitives::Vnd, access::Act};");
    finds(imports_go_down, "src/db/a.rs", "use crate::{\n    primitives,\n    web::{a, b},\n};");
    finds(imports_go_down, "src/db/a.rs", "fn f() -> crate::cli::Args {}");
    finds(imports_go_down, "src/ledger/store/a.rs", "use super::super::super::web::state;");
    finds(imports_go_down, "src/ledger/mod.rs", "use super::web::state;");
    finds(imports_go_down, "src/live/a.rs", "use crate::outbox::X;");
    finds(imports_go_down, "src/feeds/a.rs", "use crate::vietqr::X;");
    finds(imports_go_down, "src/attic/a.rs", "");
    accepts(imports_go_down, "src/feeds/a.rs", "use crate::primitives::Vnd; use crate::feeds::X;");
    accepts(imports_go_down, "src/web/a.rs", "use crate::{db, ledger::{Row, web}, on_db};");
    accepts(imports_go_down, "src/web/a.rs", "use super::requests::X; use super::super::db::Db;");
    accepts(
        imports_go_down,
        "src/db/a.rs",
        "/// As in crate::web.\nconst A: &str = \"crate::web\";",
    );
    accepts(imports_go_down, "src/lib.rs", "pub use crate::web::X;");
}

#[test]
fn placeholders_out_of_order_are_found() {
    let rule = placeholders_come_in_order;
    finds(rule, "src/ledger/store/a.rs", "const A: &str = \"a = $2 AND b = $1\";");
    finds(rule, "src/ledger/store/a.rs", "const A: &str = \"a = $1\n AND b = $3\";");
    accepts(rule, "src/ledger/store/a.rs", "f(\"a = $1 AND b = $2 AND c = $1\", \"d = $1\")");
    accepts(rule, "src/ledger/store/a.rs", "f(\"AND c = $4 OR c = $5\") // $7 $1");
    accepts(rule, "tests/it/a.rs", "f(\"$2 $1\")");
}

#[test]
fn sql_and_http_in_other_rooms_are_found() {
    finds(sql_stands_in_stores, "src/ledger/totals.rs", "diesel::sql_query(\"SELECT 1\")");
    finds(sql_stands_in_stores, "src/web/page.rs", "use diesel::prelude::*;");
    accepts(sql_stands_in_stores, "src/ledger/store.rs", "use diesel::prelude::*;");
    accepts(sql_stands_in_stores, "src/ledger/store/a.rs", "use diesel::prelude::*;");
    accepts(sql_stands_in_stores, "src/ledger/a.rs", "// diesel\nconst A: &str = \"diesel\";");
    finds(http_stands_in_web, "src/ledger/a.rs", "use actix_web::web;");
    accepts(http_stands_in_web, "src/web/a.rs", "use actix_web::web;");
}

#[test]
fn long_files_and_functions_are_found() {
    finds(file_is_short, "src/db/a.rs", &"\n".repeat(501));
    accepts(file_is_short, "src/db/a.rs", &"\n".repeat(500));
    accepts(file_is_short, "docs/a.md", &"\n".repeat(501));
    let function = |head: &str, lines: usize, indent: &str| {
        format!(
            "{indent}{head} {{\n{}{indent}}}\n",
            format!("{indent}    a();\n").repeat(lines - 2)
        )
    };
    for (head, indent) in [
        ("fn f()", ""),
        ("pub(crate) async fn f(a: &[u8; 3]) -> u8", "    "),
        ("pub const unsafe fn f<T>(\n    a: T,\n)", ""),
    ] {
        let head_lines = head.lines().count() - 1;
        finds(functions_are_short, "src/db/a.rs", &function(head, 71 - head_lines, indent));
        accepts(functions_are_short, "src/db/a.rs", &function(head, 70 - head_lines, indent));
    }
    let declared = format!("fn f();\n{}}}\n", "\n".repeat(80));
    accepts(functions_are_short, "src/db/a.rs", &declared);
    let two = function("fn f()", 40, "") + &function("fn g()", 40, "");
    accepts(functions_are_short, "src/db/a.rs", &two);
    assert_eq!(median_is_short(&[1, 151, 900]).len(), 1);
    assert_eq!(median_is_short(&[1, 150, 900]).len(), 0);
}

#[test]
fn clocks_and_floats_are_found() {
    finds(only_the_clock_knows_the_time, "src/ledger/a.rs", "let t = std::time::Instant::now();");
    finds(only_the_clock_knows_the_time, "src/ledger/a.rs", "jiff::Timestamp::now()");
    accepts(
        only_the_clock_knows_the_time,
        "src/ledger/a.rs",
        "act.at; clock.now(); // Instant::now",
    );
    finds(no_float_near_money, "src/ledger/a.rs", "let share = 0.5_f64; let a: f64;");
    finds(no_float_near_money, "src/primitives/a.rs", "amount as f32");
    accepts(no_float_near_money, "src/web/metrics.rs", "took: f64");
    accepts(no_float_near_money, "src/ledger/a.rs", "let f64x = 1; // f64");
}

#[test]
fn unfinished_work_is_found() {
    let later = concat!("// TO", "DO: later");
    finds(nothing_is_unfinished, "src/db/a.rs", later);
    finds(nothing_is_unfinished, "scripts/test", &later.replace("//", "#"));
    finds(nothing_is_unfinished, "migrations/a.sql", concat!("-- FIX", "ME"));
    finds(nothing_is_unfinished, "src/db/a.rs", "dbg!(a)");
    finds(nothing_is_unfinished, "src/db/a.rs", "fn f() { todo!() }");
    finds(nothing_is_unfinished, "src/db/a.rs", "#[allow(dead_code)]");
    finds(nothing_is_unfinished, "src/lib.rs", "#![allow(dead_code)]");
    accepts(nothing_is_unfinished, "src/db/a.rs", "#[expect(lint, reason = \"why\")] // todo!");
    accepts(nothing_is_unfinished, "docs/a.md", later);
}

#[test]
fn machine_paths_are_found() {
    for path in
        [concat!("/wo", "rk/a"), concat!("\"/ho", "me/an/a\""), concat!("(/ro", "ot/.cargo)")]
    {
        finds(no_machine_is_named, "README.md", path);
    }
    for path in ["https://example.com/home/", "/var/lib/cho40/", "../work/a", "$HOME/.cargo"] {
        accepts(no_machine_is_named, "README.md", path);
    }
}

#[test]
fn tests_of_one_database_are_found() {
    finds(database_tests_run_on_both, "tests/it/a.rs", "let db = TestDb::sqlite();");
    finds(database_tests_run_on_both, "tests/it/a.rs", "TestDb::postgres()");
    accepts(database_tests_run_on_both, "tests/it/a.rs", "on_both!(a, |db| {});");
}

fn codes(text: &str) -> Vec<String> {
    let source = Source::new("src/db/a.rs", text);
    refusal_codes(&source).into_iter().map(|(_, code)| code.to_owned()).collect()
}

#[test]
fn refusal_codes_are_read() {
    assert_eq!(codes(r#"Refusal::invalid("name", "text-length").with("max", 3)"#), ["text-length"]);
    assert_eq!(codes("Refusal::invalid(\n    format!(\"a({b}, c\"),\n    \"x-y\",\n)"), ["x-y"]);
    assert_eq!(codes(r#"crate::primitives::Refusal::conflict("a-b")"#), ["a-b"]);
    assert_eq!(codes(r#"Refusal::new(RefusalKind::Invalid, "c")"#), ["c"]);
    assert_eq!(codes(r#"Self::new(RefusalKind::Forbidden, "forbidden")"#), ["forbidden"]);
    assert_eq!(codes(r#"Refusal::invalid(f, if a { "b" } else { "c" })"#), ["b", "c"]);
    assert_eq!(codes(r#"// Refusal::conflict("a")"#), [""; 0]);
    assert_eq!(codes("Refusal::conflict(code)"), [""; 0]);
    finds(codes_are_kebab_case, "src/db/a.rs", r#"Refusal::conflict("Not_Kebab")"#);
    accepts(codes_are_kebab_case, "src/db/a.rs", r#"Refusal::conflict("not-2-kebab")"#);
}

fn keys(text: &str) -> BTreeSet<String> {
    fluent_keys(&Source::new("locales/vi/a.ftl", text))
}

#[test]
fn missing_texts_are_found() {
    let vi = keys(
        "# a = b\nproblem-a = Sai { $max }\n    .hint = x\nproblem-b =\n    c = d\n-chợ = x\n",
    );
    assert_eq!(vi, keys("problem-a = x\nproblem-b = y"));
    let en = keys("problem-a = Wrong\nproblem-c = Other");
    let findings = ["problem-b is only in vi", "problem-c is only in en"];
    assert_eq!(languages_agree(&vi, &en), findings);
    let source = Source::new("src/db/a.rs", r#"Refusal::conflict("a"); Refusal::conflict("d")"#);
    assert_eq!(refusals_have_texts(&source, &vi), ["src/db/a.rs:1: no text problem-d"]);
}

#[test]
fn migrations_that_differ_are_found() {
    let sql = |text: &str| Source::new("migrations/a/up.sql", text);
    let one =
        "CREATE TABLE a (\n    id BIGINT, -- why, and (how\n    b TEXT CHECK (b IN ('x', 'y')),\n
               PRIMARY KEY (id)\n) WITHOUT ROWID;";
    let same = one.replace(" WITHOUT ROWID", "").replace("TEXT", "BYTEA");
    assert_eq!(databases_agree(&sql(one), &sql(&same)), [""; 0]);
    for other in [
        one.replace("TABLE a", "TABLE b"),
        one.replace(" b TEXT", " c TEXT"),
        one.replace("id BIGINT,", "id BIGINT, more INTEGER,"),
        one.replace("    b TEXT CHECK (b IN ('x', 'y')),\n", ""),
        format!("{one}\nALTER TABLE a ADD COLUMN c TEXT;"),
        String::new(),
    ] {
        assert_eq!(databases_agree(&sql(one), &sql(&other)).len(), 1, "{other}");
    }
}

#[test]
fn keys_without_the_board_are_found() {
    let rule = keys_begin_with_the_board;
    for text in [
        "CREATE TABLE a (id BIGINT, PRIMARY KEY (id));",
        "CREATE TABLE a (id BIGINT);",
        "CREATE TABLE a (board_id BIGINT, b TEXT, PRIMARY KEY (board_id, b), UNIQUE (b));",
        "CREATE TABLE a (board_id BIGINT, PRIMARY KEY (board_id),\n  FOREIGN KEY (b) REFERENCES b (b));",
        "CREATE UNIQUE INDEX a_by_b ON a (b, board_id);",
    ] {
        finds(rule, "migrations/postgres/a/up.sql", text);
    }
    for text in [
        "CREATE TABLE a (board_id BIGINT NOT NULL PRIMARY KEY REFERENCES boards (board_id));",
        "CREATE TABLE a (board_id BIGINT, b TEXT, PRIMARY KEY (board_id, b), UNIQUE (board_id, b));",
        "CREATE TABLE feed_routes (feed_id BIGINT NOT NULL PRIMARY KEY);",
        "CREATE INDEX a_by_b ON a (b); CREATE UNIQUE INDEX a_by_c ON a (board_id, c);",
    ] {
        accepts(rule, "migrations/postgres/a/up.sql", text);
    }
}

#[test]
fn strings_and_comments_are_told_apart() {
    let text = "let a = \"// \\\" no\"; // 'yes\nlet b = r#\"\"f64\"\"#; let c = '\"'; let d: &'a str; /* \
                f64\n */ let e = b'\\''; let bor = br\"f64\"; let f = 'đ';";
    let source = Source::new("src/db/a.rs", text);
    assert!(!source.bare.contains("f64") && !source.code.contains("yes"));
    assert!(source.code.contains("// \\\" no") && source.bare.contains("&'a str"));
    assert_eq!(source.bare.matches("let").count(), 7);
    for masked in [&source.code, &source.bare] {
        assert_eq!((masked.len(), masked.lines().count()), (text.len(), 3));
    }
}
