//! Reads language files and finds every mistake in them before a reseller meets one.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};

use super::buttons::buttons;
use super::contract;
use super::fields::Fields;
use super::filters;
use super::keyboard;
use super::labels::labels;
use super::model::Reply;
use super::rendered::Rendered;
use super::samples::{Sample, samples};
use super::told::told;
use konter_command::Key;
use konter_core::agent::Locale;
use konter_core::clean::{NAME, clean};
use konter_documents::{receipt, report};

/// A mistake in a language file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}: {}{problem}", .key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
pub struct TextError {
    pub file: String,
    /// The text it is about, such as `order.success`; `None` when it is about the whole file.
    pub key: Option<String>,
    pub problem: String,
}

/// Texts by key, not yet compiled.
pub(super) type Sources = BTreeMap<String, String>;

/// A mistake, and the key it is about.
type Problem = (Option<String>, String);

/// The texts that come with konter.
pub(super) const fn builtin_source(locale: Locale) -> &'static str {
    match locale {
        Locale::Id => include_str!("../../../locales/id.toml"),
        Locale::En => include_str!("../../../locales/en.toml"),
    }
}

/// Texts that other texts include, and what stands ready for them there.
const PARTS: [(&str, &[&str]); 13] = [
    ("part.details", &["details", "sn"]),
    ("part.balance", &["balance"]),
    ("part.days", &["days", "more"]),
    ("part.order_tail", &["order", "price", "client_reference", "balance"]),
    ("part.late", &["minutes"]),
    ("part.near", &["near"]),
    ("part.order_card", &["card"]),
    ("part.agent_card", &["card"]),
    ("part.banks", &["banks"]),
    ("part.doubts", &["booked", "above", "below", "waited", "odd_note", "phone", "open_ticket"]),
    ("part.ask", &["number", "until", "stage"]),
    ("part.waits", &["what"]),
    ("part.mutation", &["accepted", "unclear", "others", "left_out", "cut"]),
];

/// Reads `[section]` / `key = "text"`; the key of a text is `section.key`.
pub(super) fn parse(contents: &str) -> Result<Sources, Vec<Problem>> {
    let contents = contents.strip_prefix('\u{feff}').unwrap_or(contents);
    let table: toml::Table = contents.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| contents.get(..span.start).unwrap_or_default().lines().count().max(1));
        let place = line.map(|line| format!("near line {line}: ")).unwrap_or_default();
        vec![(None, format!("{place}{}", error.message()))]
    })?;
    let mut sources = Sources::new();
    let mut problems = Vec::new();
    for (section, texts) in table {
        let toml::Value::Table(texts) = texts else {
            problems.push((
                Some(section),
                "stands outside a section; texts look like `[order]` and `success = '''…'''`".to_owned(),
            ));
            continue;
        };
        for (name, text) in texts {
            let key = format!("{section}.{name}");
            match text {
                toml::Value::String(text) => drop(sources.insert(key, text)),
                _ => problems.push((Some(key), "must be a text in quotes".to_owned())),
            }
        }
    }
    if problems.is_empty() { Ok(sources) } else { Err(problems) }
}

/// An empty environment with the shop's filters and strict rules: what is not there is a mistake, never an empty place.
/// Every text is given `contact`, which may be missing.
pub(super) fn environment(tz: Tz) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_debug(false);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_formatter(|out, state, value| {
        if value.is_none() {
            let problem = "a value can be missing here: test it with `if` first";
            return Err(Error::new(ErrorKind::InvalidOperation, problem));
        }
        escape_formatter(out, state, value)
    });
    filters::register(&mut env, tz);
    give_contact(&mut env, None);
    env
}

/// Whom people can ask, in every text.
pub(super) fn give_contact(env: &mut Environment<'static>, contact: Option<&str>) {
    env.add_global("contact", contact.map(|contact| clean(contact, NAME)));
}

/// Compiles each text when it is told first: of the hundreds most shops tell few, and each takes 11 kB once it is compiled.
/// Only for sources that are known to compile.
pub(super) fn compile_when_told(env: &mut Environment<'static>, sources: Sources) {
    env.set_loader(move |key| Ok(sources.get(key).cloned()));
}

/// Compiles all texts; those that do not compile are left out and reported.
pub(super) fn compile(env: &mut Environment<'static>, sources: &Sources) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (key, text) in sources {
        if let Err(error) = env.add_template_owned(key.clone(), text.clone()) {
            problems.push((Some(key.clone()), in_words(&error)));
        }
    }
    problems
}

/// One mistake in words: what, and on which line of the text.
fn in_words(error: &Error) -> String {
    let what = error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    match error.line() {
        Some(line) => format!("{what} (line {line} of the text)"),
        None => what,
    }
}

/// The innermost error: a mistake in an included text is that text's.
fn innermost(error: &Error) -> &Error {
    let mut found = error;
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        if let Some(inner) = source.downcast_ref::<Error>() {
            found = inner;
        }
        next = source.source();
    }
    found
}

/// Names of this operator's keys that konter does not know, each with the nearest it does.
pub(super) fn unknown_keys(own: &Sources, builtin: &Sources) -> Vec<Problem> {
    const ALIKE: f64 = 0.8;
    let unknown = own.keys().filter(|key| !builtin.contains_key(*key));
    unknown
        .map(|key| {
            let alike = |known: &&String| strsim::jaro_winkler(known, key);
            let nearest =
                builtin.keys().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|known| alike(known) > ALIKE);
            let hint = nearest.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
            (Some(key.clone()), format!("there is no such text{hint}"))
        })
        .collect()
}

/// Tells every sample reply with these texts, and reports what goes wrong.
pub(super) fn rehearse(env: &Environment<'_>, sources: &Sources) -> Vec<Problem> {
    let all = match samples() {
        Ok(all) => all,
        Err(error) => return vec![(None, format!("konter's own samples are broken: {error}"))],
    };
    let mut rehearsal = Rehearsal { env, problems: BTreeSet::new(), given: PARTS.map(given).into() };
    for sample in &all {
        rehearsal.tell(sample);
    }
    rehearsal.look_for_unknown_names(sources);
    rehearsal.problems.into_iter().collect()
}

fn given((part, names): (&str, &[&'static str])) -> (String, BTreeSet<&'static str>) {
    (part.to_owned(), names.iter().copied().collect())
}

struct Rehearsal<'a> {
    env: &'a Environment<'a>,
    problems: BTreeSet<Problem>,
    /// The names each text was given.
    given: BTreeMap<String, BTreeSet<&'static str>>,
}

impl Rehearsal<'_> {
    fn tell(&mut self, Sample { reply, balance }: &Sample) {
        let words = RefCell::new(Vec::new());
        let say = |key: &str, fields: Fields| {
            let text = self.env.get_template(key).and_then(|template| template.render(fields.clone()));
            words.borrow_mut().push((key.to_owned(), fields, text.as_ref().err().map(|error| problem_of(key, error))));
            text.unwrap_or_default()
        };
        let (key, fields) = told(reply, *balance, &say);
        if matches!(reply, Reply::Receipt { .. }) {
            labels::<receipt::Labels>("receipt", &say);
        }
        if matches!(reply, Reply::ShopReport { .. }) {
            labels::<report::Labels>("sheet", &say);
        }
        buttons(reply, &say);
        for key in keyboard::keys(reply).into_iter().flatten() {
            let label = say(keyboard::text(key), Fields::new());
            if Key::read(&label) != Some(key) {
                let problem = format!("konter does not read `{label}` as this key; the built-in label always works");
                self.problems.insert((Some(keyboard::text(key).to_owned()), problem));
            }
        }
        for (key, fields, problem) in words.into_inner() {
            self.note(&key, &fields, problem);
        }
        match self.env.get_template(&key).and_then(|template| template.render(fields.clone())) {
            Ok(marked) => {
                self.note(&key, &fields, None);
                let body = Rendered::from_marked(&marked).body;
                let broken = contract::broken(reply, *balance, &body);
                self.problems.extend(broken.into_iter().map(|problem| (Some(key.clone().into_owned()), problem)));
            }
            Err(error) => self.note(&key, &fields, Some(problem_of(&key, &error))),
        }
    }

    fn note(&mut self, key: &str, fields: &Fields, problem: Option<Problem>) {
        self.given.entry(key.to_owned()).or_default().extend(fields.names());
        self.problems.extend(problem);
    }

    /// Samples cannot take every branch of every text; the names in all of them can still be compared.
    fn look_for_unknown_names(&mut self, sources: &Sources) {
        let globals: BTreeSet<&str> = self.env.globals().map(|(name, _)| name).collect();
        for key in sources.keys() {
            let Ok(template) = self.env.get_template(key) else { continue };
            let nothing = BTreeSet::new();
            let given = self.given.get(key.as_str()).unwrap_or(&nothing);
            let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
            unknown.retain(|name| !given.contains(name.as_str()) && !globals.contains(name.as_str()));
            for name in unknown {
                let there = given.iter().copied().collect::<Vec<_>>().join(", ");
                self.problems
                    .insert((Some(key.clone()), format!("unknown name `{name}`; this text is given: {there}")));
            }
        }
    }
}

fn problem_of(key: &str, error: &Error) -> Problem {
    let inner = innermost(error);
    (Some(inner.name().unwrap_or(key).to_owned()), in_words(inner))
}
