//! `cho40 demo`: a made-up market that is lived through day by day. The clock is driven, the
//! payments are signed requests that arrive through the real HTTP hook, and the register is written
//! by the same use cases as the API's. The same seed and last day give the same data; references,
//! keys and secrets are random all the same.

mod accounts;
mod arrivals;
mod banks;
mod day;
mod dice;
mod feeds;
mod fleet;
mod life;
mod listening;
mod memos;
mod place;
mod plan;
mod ready;
mod register;
mod settle;
mod traffic;
mod words;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::serve::until_told_to_stop;
use super::{config, say};
use crate::access::Role;
use crate::access::users::invitations::{self, NewInvitation};
use crate::adoption;
use crate::app::{App, Config, Running, bind};
use crate::db::{DbConnection, Fault, Outcome, lane};
use crate::intake::poll::AllowedHosts;
use crate::primitives::time::MS_PER_HOUR;
use crate::primitives::{Clock, Day};
use crate::web::Limits;
use crate::web::state::Front;

use fleet::Fleet;
use life::Life;
use listening::listening;
use place::Place;
use plan::Plan;
use ready::Ready;
use settle::{Settled, settle};
use words::Words;

/// The board meets on the eve's afternoon.
const EVE_MS: i64 = 14 * MS_PER_HOUR;
/// Days that the report looks back on.
const WINDOW_DAYS: u32 = 30;

#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Stalls of the market / Số sạp
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=2_000))]
    stalls: u32,
    /// Days to live through, ending yesterday / Số ngày, tính đến hôm qua
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=400))]
    days: u32,
    /// The same seed gives the same data, but for ids and references of codes / Cùng số này cho cùng
    /// số liệu, trừ các mã tham chiếu
    #[arg(long, default_value_t = 40)]
    seed: u64,
    /// sqlite:PATH or postgres://…, empty; default a temporary file that is removed at the end
    #[arg(long)]
    database_url: Option<String>,
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8040")]
    listen: String,
    /// Exit after the report / Dừng sau khi in báo cáo
    #[arg(long)]
    once: bool,
    /// Print one line of JSON when ready, and nothing else / In một dòng JSON
    #[arg(long)]
    json: bool,
}

/// Runs the demo until SIGINT or SIGTERM, or until the report with `--once`.
pub fn run(args: DemoArgs) -> Outcome<()> {
    // A taken port must not leave a half-made database.
    let listener = bind(config::address(&args.listen)?)?;
    let place = Place::prepare(args.database_url.as_deref())?;
    let clock = Clock::system();
    let today = clock.now().day(0);
    let first_day = today.plus(-i32::try_from(args.days).unwrap_or(1));
    let clock = Clock::standing_at(first_day.plus(-1).start(0).plus_ms(EVE_MS));
    // Dropped before `place`: a database is closed before it is removed.
    let system = actix_web::rt::System::new();
    system.block_on(async {
        let app = App::build(settings(&place), clock)?;
        let running = app.serve_on(listener)?;
        let lived = live_and_tell(&args, &app, &running, first_day).await;
        let stopped = running.stop().await;
        lived.and(stopped)
    })
}

fn settings(place: &Place) -> Config {
    Config {
        database_url: place.url.clone(),
        key_file: place.key_file.clone(),
        key_hex: None,
        may_create_key: true,
        workers: config::default_workers(),
        postgres_lanes: 1,
        batch_limit: lane::BATCH,
        noop_route: false,
        polls: false,
        poll_hosts: AllowedHosts::default(),
        print_templates: None,
        law_tables: None,
        keep_bodies_days: config::KEEP_BODIES_DAYS,
        limits: Limits::default(),
        front: Front::default(),
    }
}

async fn live_and_tell(
    args: &DemoArgs,
    app: &App,
    running: &Running,
    first_day: Day,
) -> Outcome<()> {
    let words = Arc::new(Words::load()?);
    let stalls = usize::try_from(args.stalls).map_err(Fault::broken)?;
    let plan = Arc::new(Plan::make(args.seed, stalls, args.days, &words));
    let stopped = Arc::new(AtomicBool::new(false));
    let progress = progress(args);
    let life = {
        let (app, plan, stopped) = (app.clone(), Arc::clone(&plan), Arc::clone(&stopped));
        let (seed, server, progress) = (args.seed, running.address(), progress.clone());
        move || {
            let settled = settle(&app, &plan, &words, first_day)?;
            let fleet = Fleet::start(server)?;
            let references = HashMap::new();
            let life =
                Life { app, plan, words, seed, first_day, fleet, settled, references, stopped };
            life.live(|| progress.inc(1))
        }
    };
    let mut life = tokio::task::spawn_blocking(life);
    let settled = tokio::select! {
        lived = &mut life => lived.map_err(Fault::broken)??,
        told = until_told_to_stop() => {
            stopped.store(true, Ordering::Relaxed);
            life.await.map_err(Fault::broken)??;
            return told;
        }
    };
    progress.finish_and_clear();
    app.clock.release();
    app.roll_up().await?;
    tell(args, app, running, &plan, &settled).await?;
    if args.once { Ok(()) } else { until_told_to_stop().await }
}

async fn tell(
    args: &DemoArgs,
    app: &App,
    running: &Running,
    plan: &Plan,
    settled: &Settled,
) -> Outcome<()> {
    let url = format!("http://{}", running.address());
    let listening = listening(app, plan, settled, &url).await?;
    let act = settled.act(app);
    let invite = move |connection: &mut DbConnection| {
        let new = NewInvitation {
            name: "Người quản trị".into(),
            role: Role::Owner,
            sections: Vec::new(),
        };
        invitations::create(connection, &act, new)
    };
    let desk_path = app.db.write(settled.scope.board_id.0, invite).await?.path;
    let ready = Ready::new(url, plan, settled, listening, desk_path);
    if args.json {
        return say(&serde_json::to_string(&ready).map_err(Fault::broken)?);
    }
    let (act, market_id) = (settled.act(app), settled.register.market_id);
    let to = act.at.day(0).plus(-1);
    let days = i32::try_from(args.days.min(WINDOW_DAYS)).map_err(Fault::broken)?;
    let query = adoption::Query {
        from: Some(to.plus(1 - days)),
        to: Some(to),
        ..adoption::Query::default()
    };
    let report = app
        .db
        .read(move |connection| adoption::report(connection, &act, market_id, &query))
        .await?;
    say(&adoption::text(&report))?;
    say(&ready.to_text(!args.once))
}

/// None where nobody would see it.
fn progress(args: &DemoArgs) -> ProgressBar {
    let target =
        if args.json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(u64::from(args.days)), target);
    let style = ProgressStyle::with_template("Ngày {pos}/{len} {bar:40} còn {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
