//! The register from a spreadsheet: each row's verdict, all or nothing, again is harmless.

use cho40::access::{Act, Role, Scope, SectionLimit};
use cho40::db::{DbConnection, Fault};
use cho40::feeds::statements::{PlainCell, PlainRow, plain};
use cho40::primitives::ids::MarketId;
use cho40::registry::import::{self, Field, Imported, RowVerdict, Written};
use cho40::registry::{markets, roll};

use crate::support::{TestDb, on_both};
use crate::web_support::Site;

const HEAD: &str = "SĐT,Tiểu thương,so sap,Khu,Mặt hàng,Khóm,Ngân hàng,STK,Chủ TK,Ghi chú";

fn market(db: &mut TestDb) -> MarketId {
    let act = db.act();
    let new = serde_json::json!({ "name": "Chợ", "commune": "Xã", "province": "Cà Mau" });
    let new = serde_json::from_value(new).unwrap();
    markets::create(db.connection(), &act, new).unwrap().id
}

fn csv(rows: &[&str]) -> Vec<PlainRow> {
    plain(format!("{HEAD}\n{}\n", rows.join("\n")).as_bytes()).unwrap()
}

/// As the lane does it: in a transaction.
fn run(db: &mut TestDb, act: &Act, id: MarketId, rows: &[PlainRow], is_trial: bool) -> Imported {
    let work = |c: &mut DbConnection| import::run(c, act, id, rows, is_trial);
    db.connection().in_transaction(work).unwrap()
}

fn verdicts(imported: &Imported) -> Vec<RowVerdict> {
    imported.rows.iter().map(|row| row.verdict).collect()
}

fn stalls(db: &mut TestDb) -> usize {
    let act = db.act();
    roll::load(db.connection(), &act).unwrap().stalls.len()
}

const TWO: [&str; 2] = [
    "0912 345 678,Nguyễn Thị Lụa,A-01,Khu cá,Cá đồng,5,Vietcombank,0011001100,NGUYEN THI LUA,",
    ",Trần Văn Út,A-02,khu CA,Tôm,Khóm 5,,,,mới dọn tới",
];

on_both!(a_file_is_tried_imported_and_imported_again, |db| {
    let (id, act) = (market(db), db.act());
    let rows = csv(&TWO);
    let tried = run(db, &act, id, &rows, true);
    assert_eq!((verdicts(&tried), tried.is_done), (vec![RowVerdict::New; 2], false));
    assert_eq!(tried.ignored, ["Ghi chú"]);
    assert_eq!(stalls(db), 0, "a trial writes nothing");
    let done = run(db, &act, id, &rows, false);
    assert_eq!((verdicts(&done), done.is_done), (vec![RowVerdict::New; 2], true));
    let again = run(db, &act, id, &rows, false);
    assert_eq!((verdicts(&again), again.is_done), (vec![RowVerdict::Same; 2], true));
    let roll = roll::load(db.connection(), &act).unwrap();
    assert_eq!((roll.stalls.len(), roll.sections.len(), roll.neighbourhoods.len()), (2, 1, 1));
    assert_eq!((roll.vendors.len(), roll.accounts.len(), roll.links.len()), (2, 1, 1));
    let phones: Vec<_> = roll.vendors.values().filter_map(|one| one.phone.clone()).collect();
    assert_eq!(phones, ["+84912345678"]);
    assert_eq!(roll.accounts.values().next().unwrap().number, "0011001100");
});

on_both!(what_differs_is_changed_and_what_is_empty_stays, |db| {
    let (id, act) = (market(db), db.act());
    run(db, &act, id, &csv(&TWO), false);
    let other = [
        ",Nguyen Thi Lua,a - 01,,Cá biển,,,,,",
        "0987654321,Trần Văn Út,A-02,,,,970422,0022002200,TRAN VAN UT,",
    ];
    let done = run(db, &act, id, &csv(&other), false);
    assert_eq!(verdicts(&done), [RowVerdict::Changed; 2], "{done:?}");
    let roll = roll::load(db.connection(), &act).unwrap();
    let goods = |code: &str| roll.stalls.iter().find(|one| one.code == code).unwrap().goods.clone();
    assert_eq!((goods("A-01"), goods("A-02")), ("Cá biển".to_owned(), "Tôm".to_owned()));
    let lua = roll.vendors.values().find(|one| one.name == "Nguyễn Thị Lụa").unwrap();
    assert_eq!(lua.phone.as_deref(), Some("+84912345678"), "an empty cell takes nothing away");
    assert_eq!((roll.vendors.len(), roll.accounts.len(), roll.links.len()), (2, 2, 2));
});

on_both!(one_refused_row_takes_all_back_and_says_why, |db| {
    let (id, act) = (market(db), db.act());
    run(db, &act, id, &csv(&TWO), false);
    let rows = [
        "0911111111,Lê Thị Ba,B-01,Khu rau,Rau,2,,,,",
        "0911111112,Người Khác,A-01,,,,,,,",
        "091,Lê Văn Tư,B-02,Khu rau,Rau,,,,,",
        ",Lê Văn Năm,B-03,Khu rau,Rau,,Ngân hàng lạ,123,LE VAN NAM,",
        ",Lê Văn Sáu,B-04,,Rau,,,,,",
        ",Lê Thị Bảy,B-05,Khu rau,Rau,2,,,,",
    ];
    for is_trial in [true, false] {
        let done = run(db, &act, id, &csv(&rows), is_trial);
        assert!(!done.is_done);
        let told: Vec<_> = done
            .rows
            .iter()
            .map(|row| row.refusal.as_ref().map(|(refusal, field)| (refusal.code, field.unwrap())))
            .collect();
        assert_eq!(
            told,
            [
                None,
                Some(("import-other-holder", Field::Vendor)),
                Some(("phone-malformed", Field::Phone)),
                Some(("import-bank-unknown", Field::Bank)),
                Some(("import-no-section", Field::Section)),
                None,
            ]
        );
        assert_eq!(done.rows[1].number, 3, "as a spreadsheet shows it");
        assert_eq!(stalls(db), 2);
    }
});

on_both!(an_export_is_imported_without_a_change, |db| {
    let (id, act) = (market(db), db.act());
    let risky = ",\"=1+1, 'Út'\",A-03,Khu cá,@hàng,,,,,";
    run(db, &act, id, &csv(&[TWO[0], TWO[1], risky]), false);
    let roll = roll::load(db.connection(), &act).unwrap();
    let written = Written::of(&roll, id);
    let text = import::csv(&written);
    assert!(text.contains("\"'=1+1, 'Út'\"") && text.contains("'@hàng"), "{text}");
    for file in [text.into_bytes(), import::xlsx(&written).unwrap()] {
        let rows = plain(&file).unwrap();
        let again = run(db, &act, id, &rows, false);
        assert_eq!(verdicts(&again), [RowVerdict::Same; 3], "{again:?}");
        assert!(again.ignored.is_empty());
    }
});

on_both!(numbers_that_a_spreadsheet_rounded_are_refused, |db| {
    let (id, act) = (market(db), db.act());
    let mut rows = csv(&[TWO[0]]);
    let number = |row: &mut PlainRow, text: &str| {
        let cell: &mut PlainCell = row.cells.iter_mut().find(|cell| cell.column == 7).unwrap();
        *cell = PlainCell { column: 7, text: text.into(), is_number: true };
    };
    number(&mut rows[1], "~1234567890123456800");
    let refused = run(db, &act, id, &rows, true);
    assert_eq!(refused.rows[0].refusal.as_ref().unwrap().0.code, "import-number-rounded");
    number(&mut rows[1], "11001100");
    assert_eq!(verdicts(&run(db, &act, id, &rows, true)), [RowVerdict::New]);
});

on_both!(somebody_limited_to_sections_imports_into_them_alone, |db| {
    let (id, act) = (market(db), db.act());
    run(db, &act, id, &csv(&[TWO[0], ",Lê Thị Ba,B-01,Khu rau,Rau,2,,,,"]), false);
    let roll = roll::load(db.connection(), &act).unwrap();
    let fish = roll.sections.values().find(|one| one.name == "Khu cá").unwrap().id;
    let scope = Scope {
        permissions: Role::Organiser.permissions(),
        sections: SectionLimit::to(vec![fish]),
        ..act.scope.clone()
    };
    let limited = Act::new(scope, act.at, db.ids.clone());
    let own = run(db, &limited, id, &csv(&[",Ba Mới,A-09,Khu cá,Cá,5,,,,"]), false);
    assert_eq!(verdicts(&own), [RowVerdict::New], "{own:?}");
    let theirs = run(db, &limited, id, &csv(&[",Ba Mới,B-09,Khu rau,Rau,,,,,"]), false);
    assert_eq!(verdicts(&theirs), [RowVerdict::Refused]);
    let known = run(db, &limited, id, &csv(&[",Lê Thị Ba,B-01,,Cá,,,,,"]), false);
    assert_eq!(verdicts(&known), [RowVerdict::Refused], "another section's stall is not there");
    let none = db.act_with(&[cho40::access::Permission::RegistryRead]);
    let rows = csv(&TWO);
    let refused = import::run(db.connection(), &none, id, &rows, true);
    assert!(matches!(refused, Err(Fault::Refused(refusal)) if refusal.code == "forbidden"));
});

on_both!(two_thousand_rows_are_soon_in_the_register, |db| {
    let (id, act) = (market(db), db.act());
    let rows: Vec<String> = (0..2_000)
        .map(|n| {
            format!(
                "09{n:08},Người bán {n},S-{n},Khu {},Rau,{},Vietcombank,77{n:08},NGUOI BAN {n},",
                n % 9,
                n % 8 + 1
            )
        })
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let rows = csv(&rows);
    let began = std::time::Instant::now();
    let done = run(db, &act, id, &rows, false);
    let took = began.elapsed();
    assert_eq!((done.count(RowVerdict::New), done.is_done), (2_000, true));
    eprintln!("2,000 rows in {took:?}");
    let began = std::time::Instant::now();
    assert_eq!(run(db, &act, id, &rows, false).count(RowVerdict::Same), 2_000);
    eprintln!("again in {:?}", began.elapsed());
});

on_both!(machines_import_and_export_too, |db| {
    let site = Site::of(db);
    let id = market(db);
    let path = format!("/api/v1/markets/{id}/register-imports");
    let file = format!("{HEAD}\n{}\n", TWO.join("\n"));
    let send = |query: &str, body: &str| {
        let ask = site.ask("POST", &format!("{path}{query}")).key(&site.key);
        ask.header("content-type", "text/csv").raw(body.as_bytes()).send()
    };
    let tried = send("", &file);
    assert_eq!(tried.status, 200, "{}", tried.text());
    assert_eq!((&tried.json["is_done"], &tried.json["new"]), (&false.into(), &2.into()));
    let refused = send("?dry_run=false", &file.replace("Vietcombank", "Ngân hàng lạ"));
    let row = &refused.json["rows"][0];
    assert_eq!((&refused.json["is_done"], &row["row"]), (&false.into(), &2.into()));
    assert_eq!(row["code"], "import-bank-unknown");
    assert_eq!(row["column"], "Ngân hàng");
    assert!(row["detail"].as_str().unwrap().contains("Không biết ngân hàng"), "{row}");
    assert_eq!(stalls(db), 0);
    assert_eq!(send("?dry_run=false", &file).json["is_done"], true);
    assert_eq!(send("?dry_run=false", &file).json["same"], 2);
    assert_eq!(send("", "a,b\n1,2\n").problem(422), "import-no-headings");
    let export = format!("/api/v1/markets/{id}/register-export");
    let csv = site.get(&format!("{export}?format=csv"));
    assert!(csv.text().contains("A-01") && csv.text().contains("0011001100"), "{}", csv.text());
    let xlsx = site.get(&export);
    assert_eq!(plain(&xlsx.bytes).unwrap().len(), 3);
    let template = site.get(&format!("{export}?template=true"));
    assert_eq!(plain(&template.bytes).unwrap().len(), 1);
});
