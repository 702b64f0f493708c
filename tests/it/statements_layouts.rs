#![cfg(test)]
//! How the usual banks and wallets lay their statements out, with data that is made up: the
//! headings and formats are theirs, nobody's account is in them.

use cho40::feeds::Direction;

use crate::statements_support::{Cell, Table, row, serial_day, t};

pub const ACCOUNT: &str = "0123456789";

/// A transfer that every layout tells.
pub struct Told {
    pub direction: Direction,
    pub amount: i64,
    /// `2026-11-02`.
    pub day: &'static str,
    /// Seconds since midnight.
    pub time: i64,
    pub memo: &'static str,
    pub reference: &'static str,
    pub payer: &'static str,
    pub balance: i64,
}

pub const TOLD: [Told; 4] = [
    Told {
        direction: Direction::In,
        amount: 45_000,
        day: "2026-11-02",
        time: 8 * 3_600 + 15 * 60 + 30,
        memo: "tra tien ca, hai ky",
        reference: "FT26306000001",
        payer: "TRAN VAN UT",
        balance: 1_545_000,
    },
    Told {
        direction: Direction::Out,
        amount: 1_200_000,
        day: "2026-11-02",
        time: 9 * 3_600 + 60 + 5,
        memo: "chuyen tien hang",
        reference: "FT26306000002",
        payer: "VUA RAU DA LAT",
        balance: 345_000,
    },
    Told {
        direction: Direction::In,
        amount: 1_234_567,
        day: "2026-11-15",
        time: 17 * 3_600 + 45 * 60,
        memo: "MBVCB.123.thanh toan don rau",
        reference: "FT26319000003",
        payer: "LE THI BE",
        balance: 1_579_567,
    },
    Told {
        direction: Direction::In,
        amount: 50_000,
        day: "2026-11-30",
        time: 23 * 3_600 + 59 * 60 + 59,
        memo: "Tong Thi Cong chuyen tien",
        reference: "FT26334000004",
        payer: "TONG THI CONG",
        balance: 1_629_567,
    },
];

/// One bank's way, and what of a transfer it tells.
pub struct Layout {
    pub name: &'static str,
    pub table: Table,
    pub has_time: bool,
    pub has_reference: bool,
    pub has_balance: bool,
    pub has_payer: bool,
    pub says_account: bool,
    pub period: bool,
}

impl Told {
    fn is_in(&self) -> bool {
        self.direction == Direction::In
    }

    fn slashes(&self) -> String {
        let part = |from: usize, to: usize| &self.day[from..to];
        format!("{}/{}/{}", part(8, 10), part(5, 7), part(0, 4))
    }

    fn clock(&self) -> String {
        let (hour, minute) = (self.time / 3_600, self.time / 60 % 60);
        format!("{hour:02}:{minute:02}:{:02}", self.time % 60)
    }
}

/// `1,234,567` with some other point.
fn grouped(amount: i64, point: &str) -> String {
    cho40::primitives::money::thousands(amount).replace('.', point)
}

/// Only where the money moved that way.
fn only(told: &Told, direction: Direction, shown: impl Fn(i64) -> String) -> String {
    if told.direction == direction { shown(told.amount) } else { String::new() }
}

fn rows(of: impl Fn(usize, &Told) -> Vec<String>) -> Table {
    let row = |(place, told): (usize, &Told)| of(place, told).iter().map(|text| t(text)).collect();
    TOLD.iter().enumerate().map(row).collect()
}

fn whole(parts: Vec<Table>) -> Table {
    parts.into_iter().flatten().collect()
}

pub fn all() -> Vec<Layout> {
    vec![
        vietcombank(),
        vietinbank(),
        bidv(),
        agribank(),
        mb(),
        techcombank(),
        acb(),
        sacombank(),
        momo(),
        viettel_money(),
    ]
}

const FULL: Layout = Layout {
    name: "",
    table: Vec::new(),
    has_time: true,
    has_reference: true,
    has_balance: true,
    has_payer: false,
    says_account: true,
    period: true,
};

fn vietcombank() -> Layout {
    let head = vec![
        row(&["NGÂN HÀNG TMCP NGOẠI THƯƠNG VIỆT NAM"]),
        row(&["198 Trần Quang Khải, Hà Nội, Việt Nam"]),
        row(&["SAO KÊ TÀI KHOẢN / STATEMENT OF ACCOUNT"]),
        row(&["Từ ngày / From: 01/11/2026", "", "Đến ngày / To: 30/11/2026"]),
        row(&["Số tài khoản / Account number:", "", ACCOUNT]),
        row(&["Tên tài khoản / Account name:", "", "BE THI MAU"]),
        row(&["Loại tiền / Currency:", "", "VND"]),
        vec![Cell::Empty],
        row(&[
            "STT",
            "Ngày giao dịch",
            "Số tham chiếu",
            "Số tiền ghi nợ",
            "Số tiền ghi có",
            "Số dư",
            "Mô tả",
        ]),
        row(&[
            "No.",
            "Transaction date",
            "Reference number",
            "Debit",
            "Credit",
            "Balance",
            "Description",
        ]),
    ];
    let body = rows(|place, told| {
        let commas = |amount| grouped(amount, ",");
        vec![
            (place + 1).to_string(),
            told.slashes(),
            told.reference.into(),
            only(told, Direction::Out, commas),
            only(told, Direction::In, commas),
            commas(told.balance),
            told.memo.into(),
        ]
    });
    let foot = vec![
        row(&["", "Tổng số", "", "1,200,000", "1,329,567", "", ""]),
        row(&["Xin cảm ơn quý khách đã sử dụng dịch vụ."]),
    ];
    Layout { name: "vietcombank", table: whole(vec![head, body, foot]), has_time: false, ..FULL }
}

fn vietinbank() -> Layout {
    let head = vec![
        row(&["VietinBank", "", "LỊCH SỬ GIAO DỊCH"]),
        row(&["Số TK: 0123 456 789", "", "Ngày in: 01/12/2026 09:00:00"]),
        row(&["Từ ngày 01/11/2026 đến ngày 30/11/2026"]),
        row(&[
            "STT",
            "Ngày giao dịch",
            "Mô tả giao dịch",
            "Nợ/Debit",
            "Có/Credit",
            "Số dư/Balance",
            "Số tài khoản đối ứng",
            "Tên tài khoản đối ứng",
        ]),
    ];
    let body = rows(|place, told| {
        let dots = |amount| grouped(amount, ".");
        vec![
            (place + 1).to_string(),
            format!("{} {}", told.slashes().replace('/', "-"), told.clock()),
            told.memo.into(),
            only(told, Direction::Out, dots),
            only(told, Direction::In, dots),
            dots(told.balance),
            "9876543210".into(),
            told.payer.into(),
        ]
    });
    let table = whole(vec![head, body]);
    Layout { name: "vietinbank", table, has_reference: false, has_payer: true, ..FULL }
}

fn bidv() -> Layout {
    let head = vec![
        row(&["BIDV"]),
        row(&["Tài khoản: 012xxxx789"]),
        row(&["Kỳ sao kê: 01/11/2026 - 30/11/2026"]),
        row(&[
            "STT",
            "Ngày hiệu lực",
            "Ngày giao dịch",
            "Số tiền ghi nợ",
            "Số tiền ghi có",
            "Số dư",
            "Mã giao dịch",
            "Nội dung giao dịch",
        ]),
    ];
    let body = rows(|place, told| {
        let decimals = |amount| format!("{}.00", grouped(amount, ","));
        let zero = |text: String| if text.is_empty() { "0.00".into() } else { text };
        vec![
            (place + 1).to_string(),
            told.slashes(),
            format!("{} {}", told.slashes(), told.clock()),
            zero(only(told, Direction::Out, decimals)),
            zero(only(told, Direction::In, decimals)),
            decimals(told.balance),
            told.reference.into(),
            told.memo.into(),
        ]
    });
    let foot = vec![row(&["Tổng cộng:", "", "", "1,200,000.00", "1,329,567.00"])];
    Layout { name: "bidv", table: whole(vec![head, body, foot]), ..FULL }
}

fn agribank() -> Layout {
    let head = vec![
        row(&["AGRIBANK CN THỚI BÌNH", "", "SỔ PHỤ TÀI KHOẢN"]),
        row(&["Số tài khoản", "", "0123456789"]),
        row(&["Từ ngày", "", "01/11/2026"]),
        row(&["Đến ngày", "", "30/11/2026"]),
        row(&["Ngày GD", "Diễn giải", "Phát sinh", "", "Số dư"]),
        row(&["", "", "Nợ", "Có", ""]),
        row(&["", "Số dư đầu kỳ", "", "", "1.500.000"]),
    ];
    let body = rows(|_, told| {
        let dots = |amount| grouped(amount, ".");
        vec![
            told.slashes(),
            told.memo.into(),
            only(told, Direction::Out, dots),
            only(told, Direction::In, dots),
            dots(told.balance),
        ]
    });
    let foot = vec![
        row(&["", "Cộng phát sinh", "1.200.000", "1.329.567", ""]),
        row(&["", "Số dư cuối kỳ", "", "", "1.629.567"]),
    ];
    let table = whole(vec![head, body, foot]);
    Layout { name: "agribank", table, has_time: false, has_reference: false, ..FULL }
}

fn mb() -> Layout {
    let head = vec![
        row(&["MB BANK"]),
        row(&["Tài khoản/Account No: 0123456789"]),
        row(&["Ngày in/Print date: 01/12/2026"]),
        row(&[
            "STT",
            "Ngày giao dịch",
            "Ngày hạch toán",
            "Số bút toán",
            "Phát sinh nợ",
            "Phát sinh có",
            "Số dư",
            "Nội dung",
            "Đơn vị thụ hưởng/Đơn vị chuyển",
            "Tài khoản đối ứng",
        ]),
        row(&[
            "No",
            "Transaction date",
            "Posting date",
            "Transaction No",
            "Debit",
            "Credit",
            "Balance",
            "Details",
            "Beneficiary/Remitter",
            "Offset account",
        ]),
    ];
    let body = rows(|place, told| {
        let commas = |amount| grouped(amount, ",");
        let zero = |text: String| if text.is_empty() { "0".into() } else { text };
        vec![
            (place + 1).to_string(),
            format!("{} {}", told.slashes(), told.clock()),
            told.slashes(),
            format!("{}\\BNK", told.reference),
            zero(only(told, Direction::Out, commas)),
            zero(only(told, Direction::In, commas)),
            commas(told.balance),
            told.memo.into(),
            told.payer.into(),
            "19001234567890".into(),
        ]
    });
    let table = whole(vec![head, body]);
    Layout { name: "mb", table, has_payer: true, period: false, ..FULL }
}

fn techcombank() -> Layout {
    let head = vec![
        row(&["Techcombank", "", "Sao kê tài khoản"]),
        row(&["Số tài khoản/Account no.: 0123456789"]),
        row(&["Từ ngày/From 01/11/2026 Đến ngày/To 30/11/2026"]),
        row(&[
            "Ngày giao dịch/ Transaction Date",
            "Đối tác/ Remitter",
            "NH Đối tác/ Remitter Bank",
            "Diễn giải/ Details",
            "Số bút toán/ Transaction No",
            "Nợ TKTT/ Debit",
            "Có TKTT/ Credit",
            "Số dư/ Balance",
        ]),
    ];
    let body = rows(|_, told| {
        let commas = |amount| grouped(amount, ",");
        vec![
            format!("{} {}", told.slashes(), told.clock()),
            told.payer.into(),
            "Ngân hàng nào đó".into(),
            told.memo.into(),
            told.reference.into(),
            only(told, Direction::Out, |amount| format!("-{}", commas(amount))),
            only(told, Direction::In, commas),
            commas(told.balance),
        ]
    });
    Layout { name: "techcombank", table: whole(vec![head, body]), has_payer: true, ..FULL }
}

/// Numbers and dates are cells of the spreadsheet's own kinds.
fn acb() -> Layout {
    let head = vec![
        row(&["NGÂN HÀNG Á CHÂU"]),
        row(&["Số tài khoản:", ACCOUNT]),
        row(&["Từ ngày: 01/11/2026 đến ngày: 30/11/2026"]),
        row(&[
            "Ngày hiệu lực",
            "Ngày giao dịch",
            "Số GD",
            "Nội dung giao dịch",
            "Rút ra",
            "Gửi vào",
            "Số dư",
        ]),
    ];
    let number = |amount: i64, shown: bool| if shown { Cell::Number(amount) } else { Cell::Empty };
    let body = TOLD
        .iter()
        .map(|told| {
            vec![
                Cell::Date(serial_day(told.day), 0),
                Cell::Date(serial_day(told.day), told.time),
                t(told.reference),
                t(told.memo),
                number(told.amount, !told.is_in()),
                number(told.amount, told.is_in()),
                Cell::Number(told.balance),
            ]
        })
        .collect();
    Layout { name: "acb", table: whole(vec![head, body]), ..FULL }
}

fn sacombank() -> Layout {
    let head =
        vec![row(&["Sao kê tài khoản thanh toán"]), row(&["Ngày", "Nội dung", "Số tiền", "Số dư"])];
    let body = rows(|_, told| {
        let sign = if told.is_in() { "+" } else { "-" };
        vec![
            format!("{}, {}", told.slashes(), &told.clock()[..5]),
            told.memo.into(),
            format!("{sign}{} VND", grouped(told.amount, ",")),
            format!("{} VND", grouped(told.balance, ",")),
        ]
    });
    Layout {
        name: "sacombank",
        table: whole(vec![head, body]),
        has_reference: false,
        says_account: false,
        period: false,
        ..FULL
    }
}

fn momo() -> Layout {
    let head = vec![
        row(&["LỊCH SỬ GIAO DỊCH VÍ"]),
        row(&["Số điện thoại: 0123456789"]),
        row(&[
            "Mã giao dịch",
            "Thời gian",
            "Loại giao dịch",
            "Số tiền (đ)",
            "Trạng thái",
            "Lời nhắn",
            "Người gửi",
        ]),
    ];
    let mut body = rows(|_, told| {
        vec![
            told.reference.into(),
            format!("{} - {}", told.clock(), told.slashes()),
            if told.is_in() { "Nhận tiền" } else { "Chuyển tiền" }.into(),
            grouped(told.amount, "."),
            "Thành công".into(),
            told.memo.into(),
            told.payer.into(),
        ]
    });
    body.push(row(&[
        "99",
        "10:00:00 - 16/11/2026",
        "Nhận tiền",
        "70.000",
        "Thất bại",
        "hong",
        "AI DO",
    ]));
    let table = whole(vec![head, body]);
    Layout { name: "momo", table, has_balance: false, has_payer: true, period: false, ..FULL }
}

fn viettel_money() -> Layout {
    let head = vec![
        row(&["Viettel Money", "", "Sao kê giao dịch"]),
        row(&["Số ví:", "0123456789", "", "Từ 2026-11-01 đến 2026-11-30"]),
        row(&[
            "STT",
            "Thời gian giao dịch",
            "Mã GD",
            "Loại giao dịch",
            "Số tiền",
            "Phí",
            "Nội dung",
            "Trạng thái",
        ]),
    ];
    let body = rows(|place, told| {
        vec![
            (place + 1).to_string(),
            format!("{} {}", told.day, told.clock()),
            told.reference.into(),
            if told.is_in() { "Tiền vào" } else { "Tiền ra" }.into(),
            format!("{}đ", grouped(told.amount, ".")),
            "0đ".into(),
            told.memo.into(),
            "Thành công".into(),
        ]
    });
    Layout { name: "viettel_money", table: whole(vec![head, body]), has_balance: false, ..FULL }
}
