//! Replies in words. Fields are found wherever they stand; what became of the order is told by lists of words, looked
//! for outside of the serial number and of passages that mean nothing, and first in the part before the balance, where
//! no advertisement can follow.

use std::ops::Range;

use regex::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use toml::Spanned;

use konter_core::outcome::{Doubt, FailureKind};

use super::fault::{Fault, Source};
use super::said::{self, FIELD_NAMES, Field, Said};
use super::schema::{self, On, Verdict};
use crate::denial::wavers;

/// Bytes. A reply has some hundred; a bill of many months stays far below this.
const LONGEST: usize = 16 * 1024;
/// Bytes that one compiled expression may take: far more than any of a few lines needs.
const LARGEST_REGEX: usize = 1 << 20;
const LARGEST_SET: usize = 1 << 22;

/// `[text]`, compiled.
#[derive(Debug)]
pub(super) struct TextReader {
    earlier: Option<Regex>,
    tail: Option<Regex>,
    ignore: Option<Regex>,
    words: RegexSet,
    finds: Vec<Find>,
    pub rules: Vec<Rule>,
}

#[derive(Debug)]
enum Find {
    Groups { regex: Regex, fields: Vec<(usize, Field)>, last: bool },
    Between { field: Field, after: Regex, until: Option<Regex> },
}

#[derive(Debug)]
pub(super) struct Rule {
    pub verdict: Verdict,
    pattern: Option<(Regex, Vec<(usize, Field)>)>,
    has: Vec<usize>,
    not: Vec<usize>,
    needs: Vec<Field>,
    on: Vec<On>,
    kind: Option<FailureKind>,
    pub line: usize,
}

/// Expressions ignore letter case, and `.` crosses lines.
pub(super) fn regex(source: &Source<'_>, written: &Spanned<String>, field: &str) -> Result<Regex, Fault> {
    RegexBuilder::new(written.as_ref())
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .size_limit(LARGEST_REGEX)
        .build()
        .map_err(|error| source.at(&written.span(), field, said_of(&error)))
}

fn said_of(error: &regex::Error) -> String {
    // Its own form draws a picture over several lines; the last one is the sentence.
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    format!("is no regular expression: {}", last.strip_prefix("error: ").unwrap_or(last))
}

impl TextReader {
    pub fn compile(source: &Source<'_>, written: &schema::Text) -> Result<Self, Fault> {
        let optional = |text: &Option<Spanned<String>>, field: &str| {
            text.as_ref().map(|text| regex(source, text, field)).transpose()
        };
        let names: Vec<&String> = written.words.keys().collect();
        for (name, list) in &written.words {
            regex(source, list, &format!("text.words.{name}"))?;
        }
        let words = RegexSetBuilder::new(written.words.values().map(AsRef::as_ref))
            .case_insensitive(true)
            .dot_matches_new_line(true)
            .size_limit(LARGEST_SET)
            .build()
            .map_err(|error| source.of("[text.words]", "text.words", said_of(&error)))?;
        for passage in &written.ignore {
            regex(source, passage, "text.ignore")?;
        }
        let ignore = (!written.ignore.is_empty()).then(|| {
            let all: Vec<String> = written.ignore.iter().map(|passage| format!("(?:{})", passage.as_ref())).collect();
            let span = written.ignore.first().map(Spanned::span).unwrap_or_default();
            regex(source, &Spanned::new(span, all.join("|")), "text.ignore")
        });
        Ok(Self {
            earlier: optional(&written.earlier, "text.earlier")?,
            tail: optional(&written.tail, "text.tail")?,
            ignore: ignore.transpose()?,
            words,
            finds: written.finds.iter().map(|find| Find::compile(source, find)).collect::<Result<_, _>>()?,
            rules: written.rules.iter().map(|rule| Rule::compile(source, rule, &names)).collect::<Result<_, _>>()?,
        })
    }

    /// What a text says. `on` is `None` where the occasion is not known: then every rule counts.
    pub fn read(&self, text: &str, on: Option<On>) -> Said {
        let view = View::of(self, text);
        let mut said = view.said.clone();
        if text.len() > LONGEST {
            said.doubt = Some(Doubt::TooLarge);
            return said;
        }
        if let Some(rule) = view.matching(self, on).first().and_then(|place| self.rules.get(*place)) {
            rule.apply(&view, &mut said);
            let is_denied = said.verdict == Verdict::Failed && wavers(&view.counts);
            if rule.is_of_words() && (is_denied || self.says_otherwise_later(&view, &said, on)) {
                said.verdict = Verdict::Unknown;
                said.doubt = Some(Doubt::Contradictory);
            }
        }
        said.check_money();
        said
    }

    /// Whether behind the balance the same order is named again, with another end.
    fn says_otherwise_later(&self, view: &View<'_>, said: &Said, on: Option<On>) -> bool {
        let names_it = |rest: &&str| said.reference.as_deref().is_some_and(|reference| rest.contains(reference));
        let Some(rest) = view.text.get(view.tail..).filter(names_it) else { return false };
        let later = View::of(self, rest).matching(self, on);
        let later = later.first().and_then(|place| self.rules.get(*place)).map(|rule| rule.verdict);
        matches!(
            (said.verdict, later),
            (Verdict::Failed, Some(Verdict::Success | Verdict::Pending)) | (Verdict::Success, Some(Verdict::Failed))
        )
    }

    /// Places of the rules that match, in their order.
    pub fn matching(&self, text: &str, on: Option<On>) -> Vec<usize> {
        View::of(self, text).matching(self, on)
    }
}

/// A text with its fields, and the parts of it that count for its outcome.
struct View<'t> {
    text: &'t str,
    said: Said,
    /// What counts of it: no serial number, nothing that means nothing, and no tail where the order is named before that.
    counts: String,
    /// Where the balance and what follows it begin.
    tail: usize,
    /// The words before the tail, and in all of it: where the order is named only after the balance.
    head: Vec<usize>,
    whole: Vec<usize>,
}

impl<'t> View<'t> {
    fn of(reader: &TextReader, text: &'t str) -> Self {
        let text = text.trim();
        let mut said = Said::default();
        if text.len() > LONGEST {
            return Self { text, said, counts: String::new(), tail: 0, head: Vec::new(), whole: Vec::new() };
        }
        let mut serial = 0..0;
        for find in &reader.finds {
            find.run(text, &mut said, &mut serial);
        }
        // Where a serial is announced and none follows, that says more than not speaking of one.
        if said.serial.is_none() && serial.end > 0 {
            said.serial = Some(said::NO_SERIAL.to_owned());
        }
        said.earlier = reader.earlier.as_ref().is_some_and(|earlier| earlier.is_match(text));
        let masked = masked(text, &serial, reader.ignore.as_ref());
        let tail = reader.tail.as_ref().and_then(|tail| tail.find(&masked)).map_or(masked.len(), |found| found.start());
        let of = |part: &str| -> Vec<usize> { reader.words.matches(part).iter().collect() };
        let before = masked.get(..tail).unwrap_or_default();
        let head = of(before);
        let names: Vec<&String> = [&said.reference, &said.product, &said.destination].into_iter().flatten().collect();
        // What an order is not named in is about something else: an advertisement, another order, advice.
        let only_after =
            tail < masked.len() && !names.is_empty() && !names.iter().any(|name| before.contains(name.as_str()));
        let whole = if only_after { of(&masked) } else { Vec::new() };
        let counts = if only_after { masked } else { before.to_owned() };
        Self { text, said, counts, tail, head, whole }
    }

    /// Places of the rules that match the head; where none does, of those that match the whole, if that counts.
    fn matching(&self, reader: &TextReader, on: Option<On>) -> Vec<usize> {
        let of = |words: &[usize]| -> Vec<usize> {
            let matching = reader.rules.iter().enumerate().filter(|(_, rule)| rule.matches(self, words, on));
            matching.map(|(place, _)| place).collect()
        };
        let places = of(&self.head);
        if places.is_empty() { of(&self.whole) } else { places }
    }
}

/// The text with the serial number and the passages that mean nothing blanked out.
fn masked(text: &str, serial: &Range<usize>, ignore: Option<&Regex>) -> String {
    let mut masked = String::with_capacity(text.len());
    let blank = |into: &mut String, part: &str| into.extend(std::iter::repeat_n(' ', part.len()));
    masked.push_str(text.get(..serial.start).unwrap_or_default());
    blank(&mut masked, text.get(serial.clone()).unwrap_or_default());
    masked.push_str(text.get(serial.end..).unwrap_or_default());
    let Some(ignore) = ignore.filter(|ignore| ignore.is_match(&masked)) else { return masked };
    let mut kept = String::with_capacity(masked.len());
    let mut from = 0;
    for found in ignore.find_iter(&masked) {
        kept.push_str(masked.get(from..found.start()).unwrap_or_default());
        blank(&mut kept, found.as_str());
        from = found.end();
    }
    kept.push_str(masked.get(from..).unwrap_or_default());
    kept
}

fn fields_of(
    source: &Source<'_>,
    regex: &Regex,
    span: &Range<usize>,
    path: &str,
) -> Result<Vec<(usize, Field)>, Fault> {
    let groups = regex.capture_names().enumerate().filter_map(|(place, name)| Some((place, name?)));
    groups
        .map(|(place, name)| match Field::named(name) {
            Some(field) => Ok((place, field)),
            None => Err(source.at(span, path, format!("the group `{name}` is no field; there are {FIELD_NAMES}"))),
        })
        .collect()
}

/// Takes the fields over; where the serial is among them, its place.
fn take(captures: &Captures<'_>, fields: &[(usize, Field)], said: &mut Said, serial: &mut Range<usize>) {
    for (place, field) in fields {
        if let Some(found) = captures.get(*place) {
            if *field == Field::Serial && said.serial.is_none() {
                *serial = found.range();
            }
            said.set(*field, found.as_str());
        }
    }
}

impl Find {
    fn compile(source: &Source<'_>, written: &schema::Find) -> Result<Self, Fault> {
        const PATH: &str = "text.find";
        match (&written.pattern, &written.field, &written.after) {
            (Some(pattern), None, None) => {
                let regex = regex(source, pattern, PATH)?;
                let fields = fields_of(source, &regex, &pattern.span(), PATH)?;
                if fields.is_empty() {
                    return Err(source.at(&pattern.span(), PATH, "has no named group such as (?<sn>…)"));
                }
                Ok(Self::Groups { regex, fields, last: written.last })
            }
            (None, Some(name), Some(after)) => {
                let field = Field::named(name).ok_or_else(|| {
                    source.at(&after.span(), PATH, format!("`{name}` is no field; there are {FIELD_NAMES}"))
                })?;
                let until = written.until.as_ref().map(|until| regex(source, until, PATH)).transpose()?;
                Ok(Self::Between { field, after: regex(source, after, PATH)?, until })
            }
            _ => Err(source.of("[[text.find]]", PATH, "needs either `match`, or `field` with `after`")),
        }
    }

    fn run(&self, text: &str, said: &mut Said, serial: &mut Range<usize>) {
        match self {
            Self::Groups { regex, fields, last } => {
                if fields.iter().all(|(_, field)| said.has(*field)) {
                    return;
                }
                let captures = if *last { regex.captures_iter(text).last() } else { regex.captures(text) };
                if let Some(captures) = captures {
                    take(&captures, fields, said, serial);
                }
            }
            Self::Between { field, .. } if said.has(*field) => {}
            Self::Between { field, after, until } => {
                let Some(from) = after.find(text).map(|found| found.end()) else { return };
                let end =
                    until.as_ref().and_then(|until| until.find_at(text, from)).map_or(text.len(), |end| end.start());
                let value = text.get(from..end).unwrap_or_default();
                if *field == Field::Serial {
                    *serial = from..end.max(from);
                    // One that is only announced may still be found elsewhere.
                    if !value.contains(|c: char| c.is_alphanumeric() || c == '-') {
                        return;
                    }
                }
                said.set(*field, value);
            }
        }
    }
}

impl Rule {
    fn compile(source: &Source<'_>, written: &schema::TextRule, names: &[&String]) -> Result<Self, Fault> {
        const PATH: &str = "text.rule";
        let span = written.outcome.span();
        let place = |name: &String| {
            let unknown = || source.at(&span, PATH, format!("there is no list `{name}` in [text.words]"));
            names.iter().position(|known| *known == name).ok_or_else(unknown)
        };
        let field = |name: &String| {
            let unknown = || source.at(&span, PATH, format!("`{name}` is no field; there are {FIELD_NAMES}"));
            Field::named(name).ok_or_else(unknown)
        };
        if written.pattern.is_none() && written.has.is_empty() {
            return Err(source.at(&span, PATH, "needs `match` or `has`: it would match everything"));
        }
        let pattern = match &written.pattern {
            Some(pattern) => {
                let regex = regex(source, pattern, PATH)?;
                let fields = fields_of(source, &regex, &pattern.span(), PATH)?;
                Some((regex, fields))
            }
            None => None,
        };
        Ok(Self {
            verdict: *written.outcome.as_ref(),
            pattern,
            has: written.has.iter().map(place).collect::<Result<_, _>>()?,
            not: written.not.iter().map(place).collect::<Result<_, _>>()?,
            needs: written.needs.iter().map(field).collect::<Result<_, _>>()?,
            on: written.on.clone(),
            kind: written.kind,
            line: source.line(span.start),
        })
    }

    fn matches(&self, view: &View<'_>, words: &[usize], on: Option<On>) -> bool {
        on.is_none_or(|on| self.on.is_empty() || self.on.contains(&on))
            && self.has.iter().all(|word| words.contains(word))
            && !self.not.iter().any(|word| words.contains(word))
            && (self.needs.is_empty() || self.needs.iter().any(|field| view.said.has(*field)))
            && self.pattern.as_ref().is_none_or(|(regex, _)| regex.is_match(view.text))
    }

    /// Told by words that may stand anywhere. A pattern says for itself what it means; what was taken back did succeed first.
    fn is_of_words(&self) -> bool {
        self.pattern.is_none() && self.kind != Some(FailureKind::Reversed)
    }

    /// What a rule names itself counts more than what was found anywhere.
    fn apply(&self, view: &View<'_>, said: &mut Said) {
        said.verdict = self.verdict;
        said.kind = self.kind;
        let Some((regex, fields)) = &self.pattern else { return };
        let Some(captures) = regex.captures(view.text) else { return };
        let mut own = Said { verdict: self.verdict, kind: self.kind, earlier: said.earlier, ..Said::default() };
        take(&captures, fields, &mut own, &mut (0..0));
        said.fill_under(own);
    }
}
