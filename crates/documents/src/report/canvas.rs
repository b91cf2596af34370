//! A picture in the making: rectangles and letters on white, then a PNG.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, InvalidFont, PxScale, ScaleFont, point};

use crate::receipt::picture::{BOLD, NORMAL, PictureError};

pub(super) type Colour = [u8; 3];

const WHITE: u8 = u8::MAX;

struct Fonts {
    normal: FontRef<'static>,
    bold: FontRef<'static>,
}

static FONTS: LazyLock<Result<Fonts, InvalidFont>> =
    LazyLock::new(|| Ok(Fonts { normal: FontRef::try_from_slice(NORMAL)?, bold: FontRef::try_from_slice(BOLD)? }));

#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

#[derive(Clone, Copy)]
pub(super) enum Weight {
    Normal,
    Bold,
}

/// How letters look.
#[derive(Clone, Copy)]
pub(super) struct Letters {
    /// Pixels from the top of the highest letter to the bottom of the lowest.
    pub size: f32,
    pub weight: Weight,
    pub align: Align,
    pub colour: Colour,
}

pub(super) struct Canvas {
    width: usize,
    height: usize,
    /// Red, green and blue of each dot.
    dots: Vec<u8>,
    fonts: &'static Fonts,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Result<Self, PictureError> {
        let fonts = FONTS.as_ref().map_err(|_| PictureError::Font)?;
        Ok(Self { width, height, dots: vec![WHITE; width * height * 3], fonts })
    }

    /// A dot takes on so much of a colour, from 0 to 1.
    fn tint(&mut self, x: usize, y: usize, colour: Colour, much: f32) {
        if x >= self.width {
            return;
        }
        let at = (y * self.width + x) * 3;
        for (dot, colour) in self.dots.iter_mut().skip(at).take(3).zip(colour) {
            let mixed = f32::from(*dot) + (f32::from(colour) - f32::from(*dot)) * much.clamp(0.0, 1.0);
            *dot = shade(mixed);
        }
    }

    /// Fills from one corner up to, not including, the other.
    pub(super) fn fill(&mut self, (left, top): (usize, usize), (right, bottom): (usize, usize), colour: Colour) {
        for y in top..bottom.min(self.height) {
            for x in left..right.min(self.width) {
                self.tint(x, y, colour, 1.0);
            }
        }
    }

    /// Writes beside, or around, `x`; `middle` is the height of the letters' middle.
    pub(super) fn write(&mut self, x: usize, middle: usize, text: &str, letters: Letters) {
        let font = match letters.weight {
            Weight::Normal => &self.fonts.normal,
            Weight::Bold => &self.fonts.bold,
        };
        let scale = PxScale::from(letters.size);
        let scaled = font.as_scaled(scale);
        let width: f32 = text.chars().map(|letter| scaled.h_advance(font.glyph_id(letter))).sum();
        let mut left = match letters.align {
            Align::Left => float(x),
            Align::Centre => float(x) - width / 2.0,
            Align::Right => float(x) - width,
        };
        let baseline = float(middle) + f32::midpoint(scaled.ascent(), scaled.descent());
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            let place = point(left, baseline);
            left += scaled.h_advance(id);
            if let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, place)) {
                let corner = outline.px_bounds().min;
                outline.draw(|x, y, coverage| {
                    if let (Some(x), Some(y)) = (dot(corner.x, x), dot(corner.y, y)) {
                        self.tint(x, y, letters.colour, coverage);
                    }
                });
            }
        }
    }

    pub(super) fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let failed = |error: png::EncodingError| PictureError::Png(error.to_string());
        let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, size(self.width), size(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&self.dots).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(file)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a thousand pixels")]
const fn float(pixels: usize) -> f32 {
    pixels as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
fn shade(mixed: f32) -> u8 {
    mixed.round().clamp(0.0, 255.0) as u8
}

/// The place of a letter's dot; `None` when it lies outside.
#[expect(clippy::cast_possible_truncation, reason = "a thousand pixels")]
fn dot(corner: f32, offset: u32) -> Option<usize> {
    usize::try_from(i64::from(corner.floor() as i32) + i64::from(offset)).ok()
}
