//! The report as a table for spreadsheets: UTF-8 with a byte order mark. It opens with what could
//! not be measured; then the head, and one row a market, section and occupancy. A cell can never be
//! run as a formula.

use super::amounts::Amounts;
use super::intensity::Intensity;
use super::interval::Ends;
use super::laid;
use super::metrics::{Metrics, Windowed};
use super::quality::Quality;
use super::ratio::{Range, Ratio};
use super::report::AdoptionReport;
use super::words::{counting, hundredths, month, tenths};
use crate::ledger::latency::Delay;
use crate::primitives::{Day, Vnd};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// What stands between two cells, and with it the form of decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// `;` and `66,7`: what Excel expects under Vietnamese settings.
    #[default]
    Semicolon,
    /// `,` and `66.7`: RFC 4180, for programs.
    Comma,
}

impl Separator {
    const fn between_cells(self) -> char {
        match self {
            Self::Semicolon => ';',
            Self::Comma => ',',
        }
    }

    const fn decimal(self) -> char {
        match self {
            Self::Semicolon => ',',
            Self::Comma => '.',
        }
    }
}

/// A cell before it is written.
enum Cell {
    Empty,
    Text(String),
    Whole(i64),
    /// A share as per cent with one decimal.
    PerMille(i32),
    /// A number with two decimals.
    Hundredths(i64),
}

/// Writes the whole report; rows end with CR LF.
#[must_use]
pub fn csv(report: &AdoptionReport, separator: Separator) -> String {
    let mut table = Table { separator, text: String::from(BYTE_ORDER_MARK) };
    opening(&mut table, report);
    table.row(head(&report.whole_market));
    let span = [report.window.from, report.window.to];
    let last = report.last_whole_month.as_ref();
    let mut add = |level: &str, who: [String; 6], metrics: &Metrics, amounts: Option<&Amounts>| {
        let mut row = vec![Cell::Text(level.to_owned()), Cell::Text(report.market.name.clone())];
        row.extend(span.map(|day| Cell::Text(day.to_string())));
        row.extend(who.map(Cell::Text));
        row.extend(cells(metrics));
        row.extend(of_month(last.map(|last| last.window.to), amounts));
        row.extend(shares(metrics));
        table.row(row);
    };
    let of_market = last.map(|last| &last.whole_market);
    add("chợ", Default::default(), &report.whole_market, of_market);
    if let Some(wholesale) = &report.wholesale {
        let amounts = last.and_then(|last| last.wholesale.as_ref());
        add("bán sỉ", Default::default(), wholesale, amounts);
    }
    for section in &report.sections {
        let mut who = <[String; 6]>::default();
        if let Some(first) = who.first_mut() {
            first.clone_from(&section.section);
        }
        let mut sections = last.iter().flat_map(|last| &last.sections);
        let amounts = sections.find(|one| one.section_id == section.section_id);
        add("khu", who, &section.metrics, amounts.map(|one| &one.amounts));
    }
    for one in &report.occupancies {
        let who = [
            one.section.clone(),
            one.stall_code.clone(),
            one.occupancy_id.to_string(),
            one.class_vi.to_owned(),
            one.possible_class_vi.to_owned(),
            one.reasons_vi.join("; "),
        ];
        add(if one.wholesale { "sạp bán sỉ" } else { "sạp" }, who, &one.metrics, None);
    }
    table.text
}

/// What could not be measured, before any figure; an empty row ends it.
fn opening(table: &mut Table, report: &AdoptionReport) {
    let text = |text: &str| Cell::Text(text.to_owned());
    let days = format!("từ {} đến {}", report.window.from.on_paper(), report.window.to.on_paper());
    table.row(vec![text(&report.market.name), Cell::Text(days)]);
    for sentence in &report.coverage.sentences {
        table.row(vec![text(&sentence.vi)]);
    }
    for reason in &report.coverage.because {
        let told = Cell::Text(format!("Số sạp {}", reason.reason.told().vi));
        table.row(vec![told, Cell::Whole(reason.count)]);
    }
    for note in &report.notes {
        table.row(vec![Cell::Text(format!("Ghi chú: {}", note.vi))]);
    }
    table.row(Vec::new());
}

fn head(metrics: &Metrics) -> Vec<Cell> {
    let mut head: Vec<String> = [
        "Cấp",
        "Chợ",
        "Từ ngày",
        "Đến ngày",
        "Khu",
        "Sạp",
        "Mã người bán tại sạp",
        "Mức dùng",
        "Mức dùng nếu tính khoản chưa phân loại",
        "Lý do chưa đo được",
    ]
    .map(str::to_owned)
    .to_vec();
    for ratio in metrics.ratios() {
        head.extend(ratio_head(&ratio));
    }
    let others = [
        "M8 Mức độ dùng – có số liệu %",
        "M8 số sạp có số liệu",
        "M8 số ngày bán",
        "M8 số lượt nhận, thấp nhất",
        "M8 số lượt nhận, cao nhất",
        "M8 lượt nhận mỗi ngày bán, thấp nhất",
        "M8 lượt nhận mỗi ngày bán, cao nhất",
        "M8 ngày bán có tiền về, thấp nhất %",
        "M8 ngày bán có tiền về, cao nhất %",
        "M8 số người chuyển",
        "M8 tiền nhận, thấp nhất (đồng)",
        "M8 tiền nhận, cao nhất (đồng)",
        "M8 khoản nhận ở giữa (một nửa số khoản từ mức này trở xuống, đồng)",
        "M8 vì sao ẩn tiền",
        "M12 Chất lượng tin báo – có số liệu %",
        "M12 nửa số tin đến trong (giây)",
        "M12 95 % số tin đến trong (giây)",
        "M12 máy tự nhận ra sạp %",
        "M12 chưa rõ của sạp nào quá 24 giờ %",
        "M12 số tiền không khớp yêu cầu %",
        "Tháng trọn gần nhất",
        "Tháng đó – tiền nhận, thấp nhất (đồng)",
        "Tháng đó – tiền nhận, cao nhất (đồng)",
        "Tháng đó – khoản nhận ở giữa (một nửa số khoản từ mức này trở xuống, đồng)",
        "Tháng đó – vì sao ẩn tiền",
    ];
    head.extend(others.map(str::to_owned));
    head.extend(SHARES.map(str::to_owned));
    head.into_iter().map(Cell::Text).collect()
}

fn ratio_head(ratio: &Windowed) -> Vec<String> {
    let name = format!("{} {}", ratio.key, ratio.label_vi);
    let mut parts: Vec<String> =
        ["số sạp đạt", "trên tổng số sạp", "tỷ lệ %", "thấp nhất %", "cao nhất %"]
            .map(str::to_owned)
            .to_vec();
    if let Some((_, base)) = ratio.over_all {
        let counting = counting(base, None);
        parts.push("có số liệu %".to_owned());
        parts.extend(["thấp nhất %", "cao nhất %"].map(|end| format!("{counting}, {end}")));
    }
    parts.into_iter().map(|part| format!("{name} – {part}")).collect()
}

fn cells(metrics: &Metrics) -> Vec<Cell> {
    let mut cells = Vec::new();
    for ratio in metrics.ratios() {
        let value = ratio.value;
        cells.extend([Cell::Whole(value.numerator), Cell::Whole(value.denominator)]);
        cells.extend([value.per_mille, value.low_per_mille, value.high_per_mille].map(share));
        if let (Some(measurable), Some((bounds, _))) = (ratio.measurable, ratio.over_all) {
            let parts = [measurable.per_mille, bounds.low_per_mille, bounds.high_per_mille];
            cells.extend(parts.map(share));
        }
    }
    cells.push(share(metrics.m8.measurable.per_mille));
    cells.extend(intensity(metrics.m8.value));
    cells.push(share(metrics.m12.measurable.per_mille));
    cells.extend(quality(&metrics.m12.value));
    cells
}

fn intensity(value: Option<Intensity>) -> Vec<Cell> {
    let whole =
        |pick: fn(Intensity) -> Option<i64>| value.and_then(pick).map_or(Cell::Empty, Cell::Whole);
    let per_day = |pick: fn(Range) -> i64| {
        let per_100 = value.and_then(|one| one.receipts_per_100_days).map(pick);
        per_100.map_or(Cell::Empty, Cell::Hundredths)
    };
    let days = value.map(|one| one.active_days);
    let mut cells = vec![
        whole(|one| Some(one.occupancies)),
        whole(|one| Some(one.trading_days)),
        whole(|one| Some(one.receipts.low)),
        whole(|one| Some(one.receipts.high)),
        per_day(|range| range.low),
        per_day(|range| range.high),
        share(days.and_then(|days| days.low_per_mille)),
        share(days.and_then(|days| days.high_per_mille)),
        whole(|one| one.payers.map(|payers| payers.count)),
    ];
    cells.extend(amounts(value.map(|one| one.amounts).as_ref()));
    cells
}

/// Amounts over several stalls in the last whole month; nothing in a single stall's row.
fn of_month(last_day: Option<Day>, told: Option<&Amounts>) -> Vec<Cell> {
    let month = last_day.filter(|_| told.is_some()).map(month);
    let mut cells = vec![month.map_or(Cell::Empty, Cell::Text)];
    cells.extend(amounts(told));
    cells
}

const SHARES: [&str; 15] = [
    "M9 Tỷ lệ giá trị không tiền mặt, thấp nhất %",
    "M9 cao nhất %",
    "M9 khoảng tin cậy 95 %, đầu thấp %",
    "M9 khoảng tin cậy 95 %, đầu cao %",
    "M9 hạng và kết quả",
    "M9 sạp rút thăm",
    "M9 sạp đếm được",
    "M9 sạp từ chối",
    "M10 Tỷ lệ lượt trả không tiền mặt %",
    "M10 khoảng tin cậy 95 %, đầu thấp %",
    "M10 khoảng tin cậy 95 %, đầu cao %",
    "M10 hạng và kết quả",
    "M11 Phí chợ đóng không tiền mặt",
    "M13 Trả bạn hàng bằng chuyển khoản – số sạp",
    "M13 trên số sạp đồng ý ghi tiền ra",
];

/// The cash side; nothing where nothing was counted.
fn shares(metrics: &Metrics) -> Vec<Cell> {
    let low = |ends: Option<Ends>| share(ends.map(|ends| ends.low_per_mille));
    let high = |ends: Option<Ends>| share(ends.map(|ends| ends.high_per_mille));
    let whole = |count: Option<i64>| count.map_or(Cell::Empty, Cell::Whole);
    let text = |words: Option<String>| words.map_or(Cell::Empty, Cell::Text);
    let (m9, m10, m13) = (metrics.m9, metrics.m10, metrics.m13.value);
    let (value, interval) = (m9.and_then(|one| one.value), m9.and_then(|one| one.interval));
    let tallied = m10.and_then(|one| one.interval);
    vec![
        low(value),
        high(value),
        low(interval),
        high(interval),
        text(m9.map(|one| laid::cash_in_words(&one))),
        whole(m9.map(|one| one.drawn)),
        whole(m9.map(|one| one.counted)),
        whole(m9.map(|one| one.refused)),
        low(m10.and_then(|one| one.value)),
        low(tallied),
        high(tallied),
        text(m10.map(|one| laid::tallied_in_words(&one))),
        Cell::Text(metrics.m11.because_vi.to_owned()),
        Cell::Whole(m13.numerator),
        Cell::Whole(m13.denominator),
    ]
}

fn amounts(amounts: Option<&Amounts>) -> [Cell; 4] {
    let vnd = |pick: fn(&Amounts) -> Option<Vnd>| {
        amounts.and_then(pick).map_or(Cell::Empty, |amount| Cell::Whole(amount.get()))
    };
    let because = amounts.and_then(|amounts| amounts.hidden_because_vi);
    [
        vnd(|amounts| amounts.received_low_vnd),
        vnd(|amounts| amounts.received_high_vnd),
        vnd(|amounts| amounts.median_vnd),
        because.map_or(Cell::Empty, |because| Cell::Text(because.to_owned())),
    ]
}

fn quality(value: &Quality) -> Vec<Cell> {
    let mut cells: Vec<_> = [value.p50, value.p95].map(delay).into();
    let ratios = [value.matched, value.unassigned_over_24h, value.wrong_amount];
    cells.extend(ratios.map(|ratio: Option<Ratio>| share(ratio.and_then(|one| one.per_mille))));
    cells
}

fn share(per_mille: Option<i32>) -> Cell {
    per_mille.map_or(Cell::Empty, Cell::PerMille)
}

fn delay(delay: Option<Delay>) -> Cell {
    match delay {
        None => Cell::Empty,
        Some(Delay::AtMostMs(ms)) => Cell::Whole(ms / 1_000),
        Some(Delay::MoreThanMs(ms)) => Cell::Text(format!("hơn {}", ms / 1_000)),
    }
}

/// The text so far.
struct Table {
    separator: Separator,
    text: String,
}

impl Table {
    fn row(&mut self, cells: Vec<Cell>) {
        for (place, cell) in cells.into_iter().enumerate() {
            if place > 0 {
                self.text.push(self.separator.between_cells());
            }
            // Only numbers that were made here go without guard and quotes.
            let decimal = self.separator.decimal();
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => self.text.push_str(&escaped(&text)),
                Cell::Whole(number) => self.text.push_str(&number.to_string()),
                Cell::Hundredths(number) => self.text.push_str(&hundredths(number, decimal)),
                Cell::PerMille(share) => self.text.push_str(&tenths(i64::from(share), decimal)),
            }
        }
        self.text.push_str("\r\n");
    }
}

/// Spreadsheets run what begins with these; an apostrophe makes it text. A sheet that splits at
/// another separator than ours sees the beginning of a cell behind each of them.
fn escaped(cell: &str) -> String {
    let mut guarded = String::with_capacity(cell.len() + 2);
    let mut begins = true;
    for character in cell.chars() {
        if begins && matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            guarded.push('\'');
        }
        begins = matches!(character, ',' | ';' | '|' | '\t' | '\r' | '\n' | '"')
            || (begins && character.is_whitespace());
        guarded.push(character);
    }
    if guarded.contains([',', ';', '\t', '"', '\r', '\n']) {
        return format!("\"{}\"", guarded.replace('"', "\"\""));
    }
    guarded
}
