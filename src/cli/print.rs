//! `cho40 print`: cards and sheets into files, without the server.

use std::path::{Path, PathBuf};

use super::key::choose;
use super::{Settings, say};
use crate::access::{Act, Permissions, Scope};
use crate::app::App;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{CodeId, KeyId, MarketId, SectionId, StallId};
use crate::primitives::{Clock, Refusal};
use crate::print::forms::{self, Form};
use crate::print::order::{self, CardOrder, SheetOrder};
use crate::print::{Kind, Layout, Paper, Press, Sheet, Style, slip};
use crate::registry::markets::{self, Market};
use crate::registry::sections::{self, SectionFilter};
use crate::registry::stalls::{self, StallFilter};
use crate::registry::{Page, PageRequest, boards};

/// Print cards, stickers and whole markets / In thẻ, tem và cả chợ
#[derive(Debug, clap::Subcommand)]
pub enum PrintCommand {
    /// The card of one stall / Thẻ của một sạp
    Card(CardArgs),
    /// The cards of a market or section, in one PDF / Thẻ của cả chợ hoặc một khu, trong một PDF
    Sheet(SheetArgs),
    /// New links of a stall on a slip, as codes / Giấy hai mã của một sạp, mã mới
    Slip(SlipArgs),
    /// A blank consent form / Phiếu đồng ý, để trống
    ConsentForm(FormArgs),
    /// A blank form for the first visit / Phiếu ghé sạp lần đầu, để trống
    VisitForm(FormArgs),
    /// A made-up card, to look at templates / Thẻ mẫu, để xem thử mẫu in
    Sample(SampleArgs),
}

#[derive(Debug, clap::Args)]
struct How {
    /// a5, a6, sticker, picture, a5_on_a4, a6_on_a4, sticker_on_a4 / Khổ in
    #[arg(long, default_value = "a6")]
    layout: Layout,
    /// colour, mono or contrast / Màu, đen trắng, hoặc chữ lớn
    #[arg(long, default_value = "colour")]
    style: Style,
    /// The file to write: .pdf, .png or .svg / Tệp ghi ra
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Dots an inch of a PNG, 72 to 600; 300 if absent / Độ mịn của PNG
    #[arg(long, value_parser = clap::value_parser!(u16).range(72..=600))]
    dpi: Option<u16>,
    /// A folder with templates of one's own / Thư mục mẫu in của mình
    #[arg(long, value_name = "FOLDER")]
    templates: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Where {
    #[command(flatten)]
    settings: Settings,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
    /// Name or id of the market; not needed where there is one only / Tên hoặc mã chợ
    #[arg(long)]
    market: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct CardArgs {
    #[command(flatten)]
    place: Where,
    /// Number or id of the stall / Số hoặc mã sạp
    #[arg(long)]
    stall: String,
    /// Id of one of its codes; the newest, if absent / Mã của một thẻ
    #[arg(long, value_parser = code_id)]
    code: Option<CodeId>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
pub struct SheetArgs {
    #[command(flatten)]
    place: Where,
    /// Name or id of a section; the whole market, if absent / Tên hoặc mã khu
    #[arg(long)]
    section: Option<String>,
    /// Without the list to tick off / Không in danh sách phát thẻ
    #[arg(long)]
    no_cover: bool,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct Out {
    /// The file to write: .pdf / Tệp ghi ra
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A folder with templates of one's own / Thư mục mẫu in của mình
    #[arg(long, value_name = "FOLDER")]
    templates: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct SlipArgs {
    #[command(flatten)]
    place: Where,
    /// Number or id of the stall / Số hoặc mã sạp
    #[arg(long)]
    stall: String,
    /// The server's address as phones reach it / Địa chỉ máy chủ mà điện thoại mở được
    #[arg(long)]
    url: String,
    #[command(flatten)]
    out: Out,
}

#[derive(Debug, clap::Args)]
pub struct FormArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    out: Out,
}

#[derive(Debug, clap::Args)]
pub struct SampleArgs {
    #[command(flatten)]
    how: How,
}

/// Runs one command.
///
/// # Errors
/// Refusals of the arguments, of [`order`] and of templates; a file that cannot be written.
pub fn run(command: &PrintCommand) -> Outcome<()> {
    match command {
        PrintCommand::Card(args) => {
            let sheet = args.place.read(|connection, act| {
                let market = args.place.market(connection, act)?;
                let stall_id = stall(connection, act, market.id, &args.stall)?;
                let (layout, style) = (args.how.layout, args.how.style);
                let order = CardOrder { layout, style, code_id: args.code };
                order::card(connection, act, stall_id, &order)
            })?;
            write(&sheet, &args.how)
        }
        PrintCommand::Sheet(args) => {
            let sheet = args.place.read(|connection, act| {
                let market = args.place.market(connection, act)?;
                let named = args.section.as_ref();
                let section_id =
                    named.map(|name| section(connection, act, market.id, name)).transpose()?;
                let (layout, style) = (args.how.layout, args.how.style);
                let order = SheetOrder { layout, style, section_id, with_cover: !args.no_cover };
                order::sheets(connection, act, market.id, &order)
            })?;
            write(&sheet, &args.how)
        }
        PrintCommand::Slip(args) => new_slip(args),
        PrintCommand::ConsentForm(args) => blank(args, Form::Consent),
        PrintCommand::VisitForm(args) => blank(args, Form::FirstVisit),
        PrintCommand::Sample(args) => {
            write(&Sheet::sample(args.how.layout, args.how.style)?, &args.how)
        }
    }
}

/// Makes two links and their slip, all or nothing; then the file.
fn new_slip(args: &SlipArgs) -> Outcome<()> {
    let (app, act) = args.place.open()?;
    let stall_id = app.db.read_here(|connection| {
        let market = args.place.market(connection, &act)?;
        stall(connection, &act, market.id, &args.stall)
    })?;
    // What cannot be written must not cost links.
    args.out.pdf()?;
    let url = args.url.clone();
    let made = app.db.write_here(act.board_id().0, move |connection| {
        slip::of_new_links(connection, &act, stall_id, url)
    })?;
    args.out.save(&made)?;
    say(&format!("{}: sạp / stall {}", args.out.out.display(), args.stall))
}

fn blank(args: &FormArgs, form: Form) -> Outcome<()> {
    let blank = args.place.read(|connection, act| {
        let market = args.place.market(connection, act)?;
        forms::of_market(connection, act, market.id, form)
    })?;
    args.out.save(&blank)?;
    say(&args.out.out.display().to_string())
}

impl Out {
    /// # Errors
    /// `print-file-kind` (out).
    fn pdf(&self) -> Outcome<()> {
        let extension = self.out.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("pdf")) {
            return Ok(());
        }
        let refusal = Refusal::invalid("out", "print-file-kind").with("path", self.out.display());
        Err(refusal.with("kinds", "pdf").into())
    }

    fn save(&self, paper: &(impl Paper + Sync)) -> Outcome<()> {
        self.pdf()?;
        save(&self.out, &Press::new(self.templates.as_deref())?.set(paper)?.pdf()?)
    }
}

fn write(sheet: &Sheet, how: &How) -> Outcome<()> {
    let extension = how.out.extension().and_then(|extension| extension.to_str());
    let kind: Kind =
        extension.unwrap_or_default().to_ascii_lowercase().parse().map_err(|kinds| {
            Refusal::invalid("out", "print-file-kind")
                .with("path", how.out.display())
                .with("kinds", kinds)
        })?;
    if kind != Kind::Pdf && !sheet.has_one_page() {
        return Err(Refusal::invalid("out", "print-pages").into());
    }
    let printed = Press::new(how.templates.as_deref())?.set(sheet)?;
    let bytes = printed.write(kind, how.dpi.unwrap_or(how.layout.dpi()))?;
    save(&how.out, &bytes)?;
    // What is on the cards is looked at before they are printed.
    for card in &sheet.cards {
        let payee = format!("{} – {} – {}", card.holder, card.bank, card.account);
        say(&format!("{}: {payee}  [{}]", card.stall, card.check_code))?;
    }
    say(&format!("{}: {} thẻ / cards", how.out.display(), sheet.cards.len()))
}

fn save(path: &Path, bytes: &[u8]) -> Outcome<()> {
    std::fs::write(path, bytes).map_err(|error| {
        let refusal = Refusal::conflict("file-not-writable");
        refusal.with("path", path.display()).with("error", error).into()
    })
}

impl Where {
    fn read<T>(&self, work: impl Fn(&mut DbConnection, &Act) -> Outcome<T>) -> Outcome<T> {
        let (app, act) = self.open()?;
        app.db.read_here(|connection| work(connection, &act))
    }

    fn open(&self) -> Outcome<(App, Act)> {
        let app = App::build(self.settings.resolve()?.app, Clock::system())?;
        let known = app.db.read_here(boards::all_names)?;
        let board_id = choose(&known, self.board.as_deref())?;
        // The operator's own hand: no key acts.
        let scope = Scope { board_id, key_id: KeyId(0), permissions: Permissions::all() };
        let act = Act::new(scope, app.clock.now(), app.ids.clone());
        Ok((app, act))
    }

    /// # Errors
    /// `not-found` (market).
    fn market(&self, connection: &mut DbConnection, act: &Act) -> Outcome<Market> {
        let all = whole(|page| markets::list(connection, act, page))?;
        let mut named = all.into_iter().filter(|market| match self.market.as_deref() {
            Some(wanted) => is_named(wanted, &market.name, &market.id.to_string()),
            None => true,
        });
        match (named.next(), named.next()) {
            (Some(market), None) => Ok(market),
            _ => Err(Refusal::not_found("market").on("market").into()),
        }
    }
}

fn section(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    wanted: &str,
) -> Outcome<SectionId> {
    let filter = SectionFilter { market_id: Some(market_id) };
    let all = whole(|page| sections::list(connection, act, &filter, page))?;
    let mut all = all.into_iter();
    let found = all.find(|section| is_named(wanted, &section.name, &section.id.to_string()));
    Ok(found.ok_or_else(|| Refusal::not_found("section").on("section"))?.id)
}

fn stall(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    wanted: &str,
) -> Outcome<StallId> {
    if let Some(id) = StallId::parse(wanted) {
        return Ok(id);
    }
    let filter =
        StallFilter { market_id: Some(market_id), code: Some(wanted.to_owned()), section_id: None };
    let found = stalls::list(connection, act, &filter, PageRequest::default())?;
    let found = found.items.first().map(|stall| stall.id);
    Ok(found.ok_or_else(|| Refusal::not_found("stall").on("stall"))?)
}

fn is_named(wanted: &str, name: &str, id: &str) -> bool {
    let wanted = wanted.trim();
    wanted == id || wanted.to_lowercase() == name.to_lowercase()
}

/// All pages of a list.
fn whole<T>(mut list: impl FnMut(PageRequest) -> Outcome<Page<T>>) -> Outcome<Vec<T>> {
    let mut page = PageRequest::parse(None, Some(200))?;
    let mut all = Vec::new();
    loop {
        let some = list(page)?;
        all.extend(some.items);
        match some.next_cursor {
            Some(cursor) => page = PageRequest::parse(Some(&cursor), Some(200))?,
            None => return Ok(all),
        }
    }
}

fn code_id(text: &str) -> Result<CodeId, String> {
    CodeId::parse(text).ok_or_else(|| "an id as cod_…".to_owned())
}
