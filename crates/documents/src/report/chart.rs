//! Sales and margin along time as a picture: two rows of bars over the same hours or days, each on a scale of its own,
//! because a margin is a few hundredths of its sales.

use super::canvas::{Align, Canvas, Colour, Letters, Weight};
use super::labels::Labels;
use crate::receipt::picture::PictureError;
use konter_core::report::ShopCard;
use konter_core::report::Slots;
use konter_core::report::Tally;

/// Pixels, as all sizes here: as wide as chats show a photo.
const WIDTH: usize = 1_080;
const HEIGHT: usize = 960;
/// Where the bars begin and end; amounts stand to the left.
const LEFT: usize = 150;
const RIGHT: usize = WIDTH - 40;
const TITLE: usize = 48;
const SUBTITLE: usize = 96;
const SALES: Panel = Panel { top: 190, bottom: 540 };
const MARGIN: Panel = Panel { top: 640, bottom: 880 };
/// Middle of the hours or days below.
const FOOT: usize = 918;

const INK: Colour = [33, 37, 41];
const PALE: Colour = [108, 117, 125];
const GRID: Colour = [222, 226, 230];
const AXIS: Colour = [134, 142, 150];
const BLUE: Colour = [28, 126, 214];
const GREEN: Colour = [47, 158, 68];
const RED: Colour = [224, 49, 49];

/// Lines across a panel, at most.
const MOST_LINES: i64 = 5;
/// Words below, at most: more would touch.
const MOST_WORDS: usize = 16;

#[derive(Clone, Copy)]
struct Panel {
    top: usize,
    bottom: usize,
}

/// Draws it.
pub fn chart(card: &ShopCard, labels: &Labels) -> Result<Vec<u8>, PictureError> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT)?;
    head(&mut canvas, card, labels);
    let tallies = card.slots.tallies();
    let sales: Vec<i64> = tallies.iter().map(|tally| tally.sales.get()).collect();
    let margins: Vec<i64> = tallies.iter().map(|tally| tally.margin().get()).collect();
    bars(&mut canvas, SALES, (&labels.sales, &sales), BLUE, labels);
    bars(&mut canvas, MARGIN, (&labels.margin, &margins), GREEN, labels);
    foot(&mut canvas, &card.slots);
    canvas.to_png()
}

const fn letters(size: f32, align: Align, colour: Colour) -> Letters {
    Letters { size, weight: Weight::Normal, align, colour }
}

const fn bold(size: f32, align: Align) -> Letters {
    Letters { size, weight: Weight::Bold, align, colour: INK }
}

fn head(canvas: &mut Canvas, card: &ShopCard, labels: &Labels) {
    let day = |day: chrono::NaiveDate| day.format("%d/%m/%Y").to_string();
    let (from, to) = (day(card.span.from()), day(card.span.to()));
    let days = if card.span.is_one_day() { from } else { format!("{from} - {to}") };
    canvas.write(40, TITLE, &format!("{} {days}", labels.title), bold(42.0, Align::Left));
    let Tally { delivered, sales, .. } = card.total;
    let margin = card.total.margin();
    let figures = format!("{delivered} trx   {} {sales}   {} {margin}", labels.sales, labels.margin);
    canvas.write(40, SUBTITLE, &figures, letters(30.0, Align::Left, PALE));
}

/// A panel of bars with its name above and its scale to the left.
fn bars(canvas: &mut Canvas, panel: Panel, (name, values): (&str, &[i64]), colour: Colour, labels: &Labels) {
    canvas.write(40, panel.top - 44, &capital(name), bold(30.0, Align::Left));
    let scale = Scale::over(values);
    for line in scale.lines() {
        let y = scale.place(line, panel);
        let (colour, thick) = if line == 0 { (AXIS, 2) } else { (GRID, 2) };
        canvas.fill((LEFT, y), (RIGHT, y + thick), colour);
        canvas.write(LEFT - 14, y, &short(line, labels), letters(24.0, Align::Right, PALE));
    }
    let zero = scale.place(0, panel);
    for (nth, &value) in values.iter().enumerate() {
        let (left, right) = column(nth, values.len());
        let top = scale.place(value, panel);
        if value > 0 {
            canvas.fill((left, top.min(zero.saturating_sub(2))), (right, zero), colour);
        } else if value < 0 {
            canvas.fill((left, zero), (right, top.max(zero + 2)), RED);
        }
    }
}

/// A column's name as a heading.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Left and right edge of a bar.
fn column(nth: usize, of: usize) -> (usize, usize) {
    let edge = |nth: usize| LEFT + (RIGHT - LEFT) * nth / of.max(1);
    let (left, right) = (edge(nth), edge(nth + 1));
    let gap = (right - left) / 6;
    (left + gap, right.saturating_sub(gap).max(left + gap + 1))
}

/// The hours or days below the lower panel.
fn foot(canvas: &mut Canvas, slots: &Slots) {
    let words: Vec<String> = match slots {
        Slots::Hours(hours) => (0..hours.len()).map(|hour| format!("{hour:02}")).collect(),
        Slots::Days(days) => days.iter().map(|(day, _)| day.format("%d/%m").to_string()).collect(),
    };
    // `21/11` takes the room of two hours.
    let most = if matches!(slots, Slots::Hours(_)) { MOST_WORDS } else { MOST_WORDS / 2 };
    let step = words.len().div_ceil(most).max(1);
    for (nth, word) in words.iter().enumerate().step_by(step) {
        let (left, right) = column(nth, words.len());
        canvas.write(usize::midpoint(left, right), FOOT, word, letters(24.0, Align::Centre, PALE));
    }
}

/// From the lowest to the highest line, a round amount apart; zero is always one of them.
struct Scale {
    low: i64,
    high: i64,
    step: i64,
}

impl Scale {
    fn over(values: &[i64]) -> Self {
        let highest = values.iter().copied().max().unwrap_or_default().max(0);
        let lowest = values.iter().copied().min().unwrap_or_default().min(0);
        let step = round_step(highest.saturating_sub(lowest) / MOST_LINES);
        let up = |amount: i64| amount.checked_add(step - 1).unwrap_or(amount) / step;
        let (low, high) = (up(lowest.saturating_neg()).saturating_neg(), up(highest));
        // An empty day still has a line to stand on, and one above it.
        let high = if high == low { low + 1 } else { high };
        Self { low: low.saturating_mul(step), high: high.saturating_mul(step), step }
    }

    fn lines(&self) -> impl Iterator<Item = i64> + use<> {
        let (low, high, step) = (self.low, self.high, self.step);
        std::iter::successors(Some(low), move |line| line.checked_add(step)).take_while(move |line| *line <= high)
    }

    /// How far down an amount stands.
    fn place(&self, amount: i64, panel: Panel) -> usize {
        let part = |amount: i64| i128::from(amount) - i128::from(self.low);
        let height = i128::try_from(panel.bottom - panel.top).unwrap_or_default();
        let up = part(amount) * height / part(self.high).max(1);
        usize::try_from(up).map_or(panel.bottom, |up| panel.bottom.saturating_sub(up))
    }
}

/// 1, 2 or 5 with zeros behind it: the first that is not below.
fn round_step(least: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for step in [1, 2, 5] {
            match power.checked_mul(step) {
                Some(step) if step >= least => return step,
                Some(_) => {}
                None => return least.max(1),
            }
        }
        power = power.saturating_mul(10);
    }
}

/// `1,5 jt` for 1,500,000.
fn short(amount: i64, labels: &Labels) -> String {
    let size = amount.unsigned_abs();
    let (unit, word) = match size {
        0..1_000 => return amount.to_string(),
        1_000..1_000_000 => (1_000, &labels.thousand),
        1_000_000..1_000_000_000 => (1_000_000, &labels.million),
        _ => (1_000_000_000, &labels.billion),
    };
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, tenth) = (size / unit, size % unit * 10 / unit);
    if tenth == 0 { format!("{sign}{whole} {word}") } else { format!("{sign}{whole},{tenth} {word}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_hold_every_value_and_zero() {
        for values in [
            &[][..],
            &[0, 0],
            &[1],
            &[10_500, 21_000, 0],
            &[123_456_789],
            &[-500, 3_000],
            &[-2_500],
            &[i64::MAX, 0],
            &[i64::MIN + 1, i64::MAX],
        ] {
            let scale = Scale::over(values);
            let lines: Vec<i64> = scale.lines().collect();
            assert!((2..=10).contains(&lines.len()), "{values:?}: {lines:?}");
            assert!(lines.contains(&0), "{values:?}: {lines:?}");
            if values.iter().all(|value| value.abs() < i64::MAX / 4) {
                let (low, high) = (lines[0], lines[lines.len() - 1]);
                assert!(values.iter().all(|value| (low..=high).contains(value)), "{values:?}: {lines:?}");
            }
        }
        let lines: Vec<i64> = Scale::over(&[31_500]).lines().collect();
        assert_eq!(lines, [0, 10_000, 20_000, 30_000, 40_000]);
    }

    #[test]
    fn amounts_are_written_short() {
        let labels = Labels {
            thousand: "rb".to_owned(),
            million: "jt".to_owned(),
            billion: "M".to_owned(),
            ..Labels::default()
        };
        for (amount, written) in [
            (0, "0"),
            (500, "500"),
            (-2_500, "-2,5 rb"),
            (20_000, "20 rb"),
            (1_500_000, "1,5 jt"),
            (3_000_000_000, "3 M"),
        ] {
            assert_eq!(short(amount, &labels), written);
        }
    }
}
