//! Charts of the adoption report as SVG, drawn on the server. Their text is text: the reader's own fonts
//! show it, so that no font of the server is needed and a screen reader can read it.

use plotters::backend::SVGBackend;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::adoption::laid::{Point, Step};
use crate::db::{Fault, Outcome};

const FONT: &str = "Be Vietnam Pro, sans-serif";
const INK: RGBColor = RGBColor(0x1c, 0x1c, 0x1c);
const SOFT: RGBColor = RGBColor(0x5f, 0x63, 0x68);
const BAR: RGBColor = RGBColor(0x0b, 0x6e, 0x4f);
const PALE: RGBColor = RGBColor(0xb7, 0xd8, 0xcc);
const LINE: RGBColor = RGBColor(0xc9, 0xcd, 0xd1);

fn text(size: i32, colour: RGBColor, at: HPos) -> TextStyle<'static> {
    let style = TextStyle::from((FONT, size).into_font());
    let pos = Pos::new(at, VPos::Center);
    TextStyle { color: colour.to_backend_color(), pos, ..style }
}

/// 667 of 1000 on a line of so many pixels.
fn along(per_mille: i32, width: i32) -> i32 {
    per_mille.clamp(0, 1_000) * width / 1_000
}

fn drawn(
    (width, height): (i32, i32),
    name: &str,
    draw: impl FnOnce(&Area<'_>) -> Drawing,
) -> Outcome<String> {
    let mut svg = String::new();
    let size = (width.unsigned_abs(), height.unsigned_abs());
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area).and_then(|()| area.present()).map_err(Fault::broken)?;
    }
    Ok(named(&svg, name))
}

type Drawing = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// With a name for those who do not see it.
fn named(svg: &str, name: &str) -> String {
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let Some((head, rest)) = svg.split_once('>') else { return svg.to_owned() };
    format!("{head} role=\"img\">\n<title>{name}</title>{rest}")
}

/// How wide a chart is drawn: its letters keep their size, so that a phone shows them large enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A4, and a desk's screen.
    Wide,
    /// A phone of 360 pixels.
    Narrow,
}

impl Width {
    const fn pixels(self) -> i32 {
        match self {
            Self::Wide => 680,
            Self::Narrow => 328,
        }
    }
}

/// From a code to regular use: a bar a step, as long as its share of those whom it asks.
pub fn funnel(steps: &[Step], wide: Width) -> Outcome<String> {
    let width = wide.pixels();
    let is_wide = wide == Width::Wide;
    // On a phone the words stand above their bars.
    let (left, right, row) = if is_wide { (190, 130, 40) } else { (2, 2, 58) };
    let room = width - left - right;
    let height = row * steps.len() as i32 + 8;
    let name = steps.iter().map(|step| format!("{} {} trên {}", step.label, step.count, step.of));
    let name = name.collect::<Vec<_>>().join("; ");
    drawn((width, height), &name, |area| {
        for (number, step) in (0_i32..).zip(steps) {
            let base = row * number + 4;
            let middle = if is_wide { base + row / 2 } else { base + 12 };
            let top = if is_wide { middle - 12 } else { base + 26 };
            for (pixels, colour) in [(room, LINE), (along_bar(step, step.high, room), PALE)] {
                bar(area, (left, top), pixels, colour)?;
            }
            bar(area, (left, top), along_bar(step, step.count, room), BAR)?;
            let label =
                if is_wide { (left - 10, middle, HPos::Right) } else { (left, middle, HPos::Left) };
            let count = if is_wide {
                (left + room + 10, middle, HPos::Left)
            } else {
                (left + room, middle, HPos::Right)
            };
            for (words, (x, y, at)) in [(step.label.clone(), label), (counted(step), count)] {
                area.draw(&Text::new(words, (x, y), text(16, INK, at)))?;
            }
        }
        Ok(())
    })
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn bar(area: &Area<'_>, (left, top): (i32, i32), pixels: i32, colour: RGBColor) -> Drawing {
    area.draw(&Rectangle::new([(left, top), (left + pixels, top + 24)], colour.filled()))
}

fn along_bar(step: &Step, count: i64, room: i32) -> i32 {
    if step.of > 0 { (count * i64::from(room) / step.of) as i32 } else { 0 }
}

fn counted(step: &Step) -> String {
    if step.of <= 0 {
        return "chưa đủ dữ liệu".to_owned();
    }
    if step.count == step.high {
        format!("{} / {}", step.count, step.of)
    } else {
        format!("{}–{} / {}", step.count, step.high, step.of)
    }
}

/// Shares of weeks or months: a band where money is unclassified, and how many could be measured at all.
pub fn trend(points: &[Point], what: &str, wide: Width) -> Outcome<String> {
    let (width, height) = (wide.pixels(), 260);
    let (left, right, top, bottom) = (52, 12, 16, 56);
    let (room, tall) = (width - left - right, height - top - bottom);
    let step = room / (points.len().max(1) as i32);
    let y = |per_mille: i32| top + tall - along(per_mille, tall);
    let said = points
        .iter()
        .filter_map(|one| one.low.map(|low| format!("{}: {},{} %", one.label, low / 10, low % 10)));
    let name = format!("{what}. {}", said.collect::<Vec<_>>().join("; "));
    drawn((width, height), &name, |area| {
        for tick in [0, 250, 500, 750, 1_000] {
            area.draw(&PathElement::new([(left, y(tick)), (left + room, y(tick))], LINE))?;
            let label = format!("{} %", tick / 10);
            area.draw(&Text::new(label, (left - 6, y(tick)), text(13, SOFT, HPos::Right)))?;
        }
        for (number, one) in (0_i32..).zip(points) {
            let middle = left + step * number + step / 2;
            column(area, one, (middle, step), (top, tall))?;
            // On a phone there is room for every second week's day alone.
            if wide == Width::Wide || number % 2 == 0 {
                let words = [(14, 12, one.label.clone()), (30, 11, format!("{} sạp", one.stalls))];
                for (below, size, words) in words {
                    let place = (middle, top + tall + below);
                    area.draw(&Text::new(words, place, text(size, INK, HPos::Center)))?;
                }
            }
        }
        Ok(())
    })
}

/// One week or month.
fn column(
    area: &Area<'_>,
    one: &Point,
    (middle, step): (i32, i32),
    (top, tall): (i32, i32),
) -> Drawing {
    let y = |per_mille: i32| top + tall - along(per_mille, tall);
    let half = (step / 3).clamp(2, 18);
    if one.tet {
        let season = [(middle - step / 2, top), (middle + step / 2, top + tall)];
        area.draw(&Rectangle::new(season, RGBColor(0xf6, 0xe3, 0xc5).filled()))?;
        let place = (middle, top + tall + 45);
        area.draw(&Text::new("Tết", place, text(11, INK, HPos::Center)))?;
    }
    if let (Some(low), Some(high)) = (one.low, one.high) {
        for (from, to, colour) in [(low, high, PALE), (0, low, BAR)] {
            let corners = [(middle - half, y(to)), (middle + half, y(from))];
            area.draw(&Rectangle::new(corners, colour.filled()))?;
        }
    }
    if let Some(measurable) = one.measurable {
        let at = y(measurable);
        let mark = [(middle - half - 3, at), (middle + half + 3, at)];
        area.draw(&PathElement::new(mark, INK.stroke_width(2)))?;
    }
    Ok(())
}

/// A share with its interval, on a line from none to all.
pub fn interval((low, high, value): (i32, i32, i32), name: &str, wide: Width) -> Outcome<String> {
    let (width, height) = (wide.pixels(), 74);
    let (left, right, middle) = (16, 16, 26);
    let room = width - left - right;
    let x = |per_mille: i32| left + along(per_mille, room);
    drawn((width, height), name, |area| {
        area.draw(&PathElement::new(
            [(left, middle), (left + room, middle)],
            LINE.stroke_width(3),
        ))?;
        for tick in [0, 250, 500, 750, 1_000] {
            let at = if tick == 0 {
                HPos::Left
            } else if tick == 1_000 {
                HPos::Right
            } else {
                HPos::Center
            };
            let mark = [(x(tick), middle - 5), (x(tick), middle + 5)];
            area.draw(&PathElement::new(mark, LINE))?;
            let label = format!("{} %", tick / 10);
            area.draw(&Text::new(label, (x(tick), middle + 34), text(13, SOFT, at)))?;
        }
        let band = [(x(low), middle - 9), (x(high), middle + 9)];
        area.draw(&Rectangle::new(band, PALE.filled()))?;
        area.draw(&Circle::new((x(value), middle), 7, BAR.filled()))?;
        let percent = |one: i32| format!("{},{} %", one / 10, one % 10);
        let words = format!("{} ({}–{})", percent(value), percent(low), percent(high));
        let at = x(value).clamp(left + 90, left + room - 90);
        area.draw(&Text::new(words, (at, middle - 17), text(14, INK, HPos::Center)))?;
        Ok(())
    })
}

/// Weeks of a stall, a bar each: as high as the days with a receipt, at most seven. Nothing stands where
/// nothing is known, which is not a week without a receipt.
pub fn sparkline(days: &[Option<i64>], name: &str) -> Outcome<String> {
    let (step, height) = (6, 20);
    let width = step * days.len().max(1) as i32;
    drawn((width, height), name, |area| {
        for (number, count) in (0_i32..).zip(days) {
            let Some(count) = *count else { continue };
            let left = number * step;
            let high = count.clamp(0, 7) as i32 * (height - 2) / 7;
            let colour = if count == 0 { LINE } else { BAR };
            let bar = [(left, height - high.max(1)), (left + step - 2, height)];
            area.draw(&Rectangle::new(bar, colour.filled()))?;
        }
        Ok(())
    })
}
