//! The register from a spreadsheet: each row's verdict, all or nothing, again is harmless.

use cho40::access::{Act, Role, Scope, SectionLimit};
use cho40::db::{DbConnection, Fault};
use cho40::feeds::statements::{PlainCell, PlainRow, plain};
use cho40::primitives::ids::MarketId;
use cho40::registry::import::{self, Field, Imported, Verdict, Written};
use cho40::registry::{markets, roll};

use crate::support::{TestDb, on_both};

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

fn verdicts(imported: &Imported) -> Vec<Verdict> {
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
    assert_eq!((verdicts(&tried), tried.is_done), (vec![Verdict::New; 2], false));
    assert_eq!(tried.ignored, ["Ghi chú"]);
    assert_eq!(stalls(db), 0, "a trial writes nothing");
    let done = run(db, &act, id, &rows, false);
    assert_eq!((verdicts(&done), done.is_done), (vec![Verdict::New; 2], true));
    let again = run(db, &act, id, &rows, false);
    assert_eq!((verdicts(&again), again.is_done), (vec![Verdict::Same; 2], true));
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
        ",Nguyen Thi Lua,a 01,,Cá biển,,,,,",
        "0987654321,Trần Văn Út,A-02,,,,970422,0022002200,TRAN VAN UT,",
    ];
    let done = run(db, &act, id, &csv(&other), false);
    assert_eq!(verdicts(&done), [Verdict::Changed; 2], "{done:?}");
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
        assert_eq!(verdicts(&again), [Verdict::Same; 3], "{again:?}");
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
    assert_eq!(verdicts(&run(db, &act, id, &rows, true)), [Verdict::New]);
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
    assert_eq!(verdicts(&own), [Verdict::New], "{own:?}");
    let theirs = run(db, &limited, id, &csv(&[",Ba Mới,B-09,Khu rau,Rau,,,,,"]), false);
    assert_eq!(verdicts(&theirs), [Verdict::Refused]);
    let known = run(db, &limited, id, &csv(&[",Lê Thị Ba,B-01,,Cá,,,,,"]), false);
    assert_eq!(verdicts(&known), [Verdict::Refused], "another section's stall is not there");
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
    assert_eq!((done.count(Verdict::New), done.is_done), (2_000, true));
    eprintln!("2,000 rows in {took:?}");
    let began = std::time::Instant::now();
    assert_eq!(run(db, &act, id, &rows, false).count(Verdict::Same), 2_000);
    eprintln!("again in {:?}", began.elapsed());
});
