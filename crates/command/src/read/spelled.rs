//! Numbers in words: `seratus lima puluh ribu`.

use konter_core::money::Rupiah;

/// A sum at the beginning that names its thousands or millions, and of how many words; the words in lower case.
pub fn sum(words: &[String]) -> Option<(Rupiah, usize)> {
    let mut said = SaidNumber::default();
    let count = words.iter().take_while(|word| said.hears(word)).count();
    let sum = said.has_unit.then(|| said.sum())??;
    Some((Rupiah::new(sum), count))
}

/// A number in words, as far as it was heard.
#[derive(Clone, Default)]
pub struct SaidNumber {
    /// Rupiah that are complete: so many thousands, so many millions.
    total: i64,
    /// Below a thousand.
    group: i64,
    digit: Option<i64>,
    /// Thousands or millions were said.
    has_unit: bool,
    /// Digits are dictated, one by one.
    dictated: bool,
    is_over: bool,
}

impl SaidNumber {
    /// One that goes on: `puluh` belongs to it.
    pub fn begun() -> Self {
        Self { group: 1, ..Self::default() }
    }

    /// Whether thousands or millions were said.
    pub const fn has_unit(&self) -> bool {
        self.has_unit
    }

    /// Whether tens or hundreds were said.
    pub const fn is_grouped(&self) -> bool {
        self.group > 0
    }

    /// Whether the word belongs to the number.
    pub fn hears(&mut self, word: &str) -> bool {
        const DIGITS: [&str; 9] = ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];
        if self.is_over {
            return false;
        }
        if let Some(at) = DIGITS.iter().position(|digit| *digit == word) {
            self.dictated |= self.digit.is_some();
            self.digit = i64::try_from(at).ok().map(|at| at + 1);
            return true;
        }
        match word {
            "sepuluh" | "sapuluh" => self.group += 10,
            "seket" => self.group += 50,
            "selawe" => self.group += 25,
            "sebelas" => self.group += 11,
            "seratus" | "saratus" | "satus" => self.group += 100,
            "belas" => self.group += 10 + self.take(),
            "puluh" => self.group += 10 * self.take(),
            "ratus" => self.group += 100 * self.take(),
            "seribu" | "sewu" => self.total += 1_000,
            "sejuta" => self.total += 1_000_000,
            "ribu" | "rebu" | "ewu" | "rb" | "ribuan" if self.group + self.digit.unwrap_or(0) > 0 => self.unit(1_000),
            "juta" | "jt" if self.group + self.digit.unwrap_or(0) > 0 => self.unit(1_000_000),
            _ => return self.hears_glued(word),
        }
        self.has_unit |= matches!(word, "seribu" | "sewu" | "sejuta");
        true
    }

    /// `limapuluh`, `sepuluhribu`: several words of a number, written as one.
    fn hears_glued(&mut self, word: &str) -> bool {
        const FIRST: &str =
            "sepuluh sebelas seratus satu dua tiga empat lima enam tujuh delapan sembilan belas puluh ratus";
        let Some((first, rest)) = FIRST.split(' ').find_map(|first| Some((first, word.strip_prefix(first)?))) else {
            return false;
        };
        let mut heard = self.clone();
        if rest.is_empty() || !heard.hears(first) || !heard.hears(rest) || heard.dictated {
            return false;
        }
        *self = heard;
        true
    }

    fn take(&mut self) -> i64 {
        self.digit.take().unwrap_or(0)
    }

    fn unit(&mut self, unit: i64) {
        let count = self.group + self.take();
        self.total += count * unit;
        self.group = 0;
        self.has_unit = true;
        self.is_over = unit == 1_000;
    }

    /// What was said, in thousands where nothing else was.
    pub fn sum(mut self) -> Option<i64> {
        let rest = self.group + self.take();
        let sum = if self.has_unit { self.total } else { rest * 1_000 };
        (!self.dictated && sum > 0).then_some(sum)
    }
}
