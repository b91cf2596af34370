//! A receipt as a picture of 58 mm paper: a PNG of sixteen shades, small enough for a slow phone.

use std::collections::HashMap;
use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, InvalidFont, PxScale, ScaleFont, point};

use super::{Align, COLUMNS, Letters, Receipt, Row, Size, Style, Underline, Weight};

/// A finished picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub png: Vec<u8>,
    /// Pixels.
    pub height: u32,
}

/// Why there is no picture. Neither can happen with the fonts that come with konter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("the font cannot be read")]
    Font,
    #[error("the picture cannot be written: {0}")]
    Png(String),
}

/// Pixels, as all sizes here.
pub const WIDTH: usize = 600;
const COLUMN: usize = 17;
const MARGIN: usize = (WIDTH - COLUMNS * COLUMN) / 2;
const TOP: usize = 36;
const BOTTOM: usize = 44;
/// Height of a row of ordinary letters.
const ROW: usize = 35;
/// Empty lines are lower than others, as on a printer with narrow feed.
const GAP: usize = 20;
/// Of a dashed rule and of a line under text.
const STROKE: usize = 2;
const DASH: usize = 8;

/// Shades: 0 is paper, the last one ink. Four bits each.
const SHADES: u8 = 16;
const INK: u8 = SHADES - 1;
const PAPER_COLOUR: [u8; 3] = [253, 252, 248];
const INK_COLOUR: [u8; 3] = [22, 22, 24];

pub(crate) static NORMAL: &[u8] = include_bytes!("../../../../assets/fonts/JetBrainsMono-Medium.ttf");
pub(crate) static BOLD: &[u8] = include_bytes!("../../../../assets/fonts/JetBrainsMono-ExtraBold.ttf");

struct Fonts {
    normal: FontRef<'static>,
    bold: FontRef<'static>,
}

static FONTS: LazyLock<Result<Fonts, InvalidFont>> =
    LazyLock::new(|| Ok(Fonts { normal: FontRef::try_from_slice(NORMAL)?, bold: FontRef::try_from_slice(BOLD)? }));

/// Draws it.
pub fn picture(receipt: &Receipt) -> Result<Picture, PictureError> {
    let fonts = FONTS.as_ref().map_err(|_| PictureError::Font)?;
    let rows = receipt.rows(Letters::Sized);
    let height = TOP + rows.iter().map(height).sum::<usize>() + BOTTOM;
    let mut sheet = Sheet::new(height);
    let mut pen = Pen { fonts, shapes: HashMap::new() };
    let mut top = TOP;
    for row in &rows {
        match row {
            Row::Gap => {}
            Row::Rule => sheet.dashes(top + (height_of_rule() - STROKE) / 2),
            Row::Text { text, align, style } => {
                let text: String = text.chars().filter(|letter| has(&fonts.normal, *letter)).collect();
                pen.write(&mut sheet, top, text.trim_end(), *align, *style);
            }
        }
        top += self::height(row);
    }
    let png = sheet.to_png().map_err(|error| PictureError::Png(error.to_string()))?;
    Ok(Picture { png, height: u32::try_from(height).unwrap_or(u32::MAX) })
}

/// Whether all of a text is drawn: of an emoji nothing is, for the fonts have none.
pub fn is_drawn(text: &str) -> bool {
    FONTS.as_ref().is_ok_and(|fonts| text.chars().all(|letter| has(&fonts.normal, letter)))
}

/// What a font lacks it draws as an empty box.
fn has(font: &FontRef<'_>, letter: char) -> bool {
    letter.is_whitespace() || font.glyph_id(letter) != GlyphId(0)
}

fn height(row: &Row) -> usize {
    match row {
        Row::Gap => GAP,
        Row::Rule => height_of_rule(),
        Row::Text { .. } => ROW * row.height(),
    }
}

const fn height_of_rule() -> usize {
    GAP + 6
}

/// Writes letters, each shape drawn once.
struct Pen<'f> {
    fonts: &'f Fonts,
    shapes: HashMap<(char, Style), Shape>,
}

impl Pen<'_> {
    fn write(&mut self, sheet: &mut Sheet, top: usize, text: &str, align: Align, style: Style) {
        let column = COLUMN * usize::from(style.size.columns());
        let width = column * text.chars().count();
        let left = match align {
            Align::Left => MARGIN,
            Align::Centre => MARGIN + (COLUMNS * COLUMN).saturating_sub(width) / 2,
        };
        for (nth, letter) in text.chars().enumerate().filter(|(_, letter)| !letter.is_whitespace()) {
            // Letters that are stretched only upwards have thin strokes.
            let font = match (style.weight, style.size) {
                (Weight::Normal, Size::Normal | Size::Wide | Size::Large) => &self.fonts.normal,
                (Weight::Bold, _) | (_, Size::Tall) => &self.fonts.bold,
            };
            let shape = self.shapes.entry((letter, style)).or_insert_with(|| Shape::draw(font, letter, style));
            sheet.stamp(shape, left + nth * column, top);
        }
        if style.underline == Underline::Single {
            sheet.bar(left, top + ROW * usize::from(style.size.rows()) - 2 * STROKE, width);
        }
    }
}

/// A letter's dots. Its place is counted from the upper left corner of the letter's own field of the row, and can lie
/// a little outside of it.
struct Shape {
    left: isize,
    top: isize,
    width: usize,
    shades: Vec<u8>,
}

impl Shape {
    fn draw(font: &FontRef<'_>, letter: char, style: Style) -> Self {
        let id = font.glyph_id(letter);
        if id == GlyphId::default() {
            return Self::unknown(style);
        }
        let (columns, rows) = (f32::from(style.size.columns()), f32::from(style.size.rows()));
        let advance = font.h_advance_unscaled(font.glyph_id('0')).max(1.0);
        let scale = float(COLUMN) / advance * font.height_unscaled();
        let scale = PxScale { x: scale * columns, y: scale * rows };
        let scaled = font.as_scaled(scale);
        let baseline = ((float(ROW) * rows - scaled.height()) / 2.0 + scaled.ascent()).round();
        let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, point(0.0, baseline))) else {
            return Self { left: 0, top: 0, width: 0, shades: Vec::new() };
        };
        let bounds = outline.px_bounds();
        let (width, height) = (whole(bounds.width()).unsigned_abs(), whole(bounds.height()).unsigned_abs());
        let mut shades = vec![0; width * height];
        outline.draw(|x, y, coverage| {
            let at = usize::try_from(y).ok().zip(usize::try_from(x).ok()).map(|(y, x)| y * width + x);
            if let Some(shade) = at.and_then(|at| shades.get_mut(at)) {
                *shade = shade_of(coverage);
            }
        });
        Self { left: whole(bounds.min.x), top: whole(bounds.min.y), width, shades }
    }

    /// An empty box for a letter the font does not have: it shows that something stands there.
    fn unknown(style: Style) -> Self {
        const SIDE: usize = 2;
        let width = (COLUMN - 2 * SIDE) * usize::from(style.size.columns());
        let height = (ROW - 14) * usize::from(style.size.rows());
        let shades = (0..width * height)
            .map(|at| {
                let (x, y) = (at % width, at / width);
                let edge = x < STROKE || y < STROKE || x + STROKE >= width || y + STROKE >= height;
                if edge { INK } else { 0 }
            })
            .collect();
        Self { left: SIDE.cast_signed(), top: 7 * isize::from(style.size.rows()), width, shades }
    }
}

/// The paper, one byte for each dot until it is written.
struct Sheet {
    shades: Vec<u8>,
    height: usize,
}

impl Sheet {
    fn new(height: usize) -> Self {
        Self { shades: vec![0; WIDTH * height], height }
    }

    fn ink(&mut self, x: usize, y: usize, shade: u8) {
        if x < WIDTH
            && let Some(dot) = self.shades.get_mut(y * WIDTH + x)
        {
            *dot = (*dot).max(shade);
        }
    }

    fn stamp(&mut self, shape: &Shape, left: usize, top: usize) {
        if shape.width == 0 {
            return;
        }
        for (y, row) in shape.shades.chunks_exact(shape.width).enumerate() {
            let Some(y) = (top + y).checked_add_signed(shape.top) else { continue };
            for (x, &shade) in row.iter().enumerate().filter(|(_, shade)| **shade > 0) {
                if let Some(x) = (left + x).checked_add_signed(shape.left) {
                    self.ink(x, y, shade);
                }
            }
        }
    }

    fn bar(&mut self, left: usize, top: usize, width: usize) {
        for y in top..top + STROKE {
            for x in left..left + width {
                self.ink(x, y, INK);
            }
        }
    }

    fn dashes(&mut self, top: usize) {
        for left in (MARGIN..WIDTH - MARGIN).step_by(DASH + DASH / 2) {
            self.bar(left, top, DASH.min(WIDTH - MARGIN - left));
        }
    }

    fn to_png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let packed: Vec<u8> =
            self.shades.chunks(2).map(|pair| pair.iter().fold(0, |byte, shade| byte << 4 | shade)).collect();
        let mut file = Vec::new();
        let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut file, size(WIDTH), size(self.height));
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Four);
        encoder.set_palette(palette());
        // Half the size would take four times as long, and Telegram packs photos anew anyway.
        encoder.set_compression(png::Compression::Fast);
        // Filters are made for shades in a row; most of this is the same paper.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&packed)?;
        writer.finish()?;
        Ok(file)
    }
}

/// From paper to ink, red, green and blue of each shade.
fn palette() -> Vec<u8> {
    let mix = |shade: u8, paper: u8, ink: u8| {
        let (shade, most) = (u16::from(shade), u16::from(INK));
        let mixed = (u16::from(paper) * (most - shade) + u16::from(ink) * shade) / most;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    let colour = |shade| PAPER_COLOUR.into_iter().zip(INK_COLOUR).map(move |(paper, ink)| mix(shade, paper, ink));
    (0..SHADES).flat_map(colour).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred pixels")]
const fn float(pixels: usize) -> f32 {
    pixels as f32
}

#[expect(clippy::cast_possible_truncation, reason = "a few hundred pixels")]
fn whole(pixels: f32) -> isize {
    pixels.round() as isize
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 15")]
fn shade_of(coverage: f32) -> u8 {
    (coverage.clamp(0.0, 1.0) * f32::from(INK)).round() as u8
}
