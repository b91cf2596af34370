//! Replies in JSON, and reports in parameters, which are read as an object of texts.

use konter_core::money::Rupiah;
use konter_core::outcome::FailureKind;

use super::fault::{Fault, Source};
use super::said::{Field, NO_SERIAL, Said, figure};
use super::schema::{self, On, Verdict};
use super::text::TextReader;
use crate::json::Json;

/// A JSON pointer, its names in lower case. One that begins with `//` starts at the outermost, whatever is unwrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    path: Vec<String>,
    from_root: bool,
}

impl Pointer {
    pub fn parse(source: &Source<'_>, text: &str, field: &str) -> Result<Self, Fault> {
        let (path, from_root) = text.strip_prefix("//").map_or((text, false), |path| (path, true));
        let path = path.strip_prefix('/').unwrap_or(path);
        if !text.starts_with('/') && !text.is_empty() {
            return Err(source.of(text, field, format!("`{text}` is no pointer: it begins with `/`")));
        }
        let step = |step: &str| step.replace("~1", "/").replace("~0", "~").to_ascii_lowercase();
        let path = if path.is_empty() { Vec::new() } else { path.split('/').map(step).collect() };
        Ok(Self { path, from_root })
    }

    pub fn all(source: &Source<'_>, texts: &[String], field: &str) -> Result<Vec<Self>, Fault> {
        texts.iter().map(|text| Self::parse(source, text, field)).collect()
    }

    pub fn find<'j>(&self, tree: &Tree<'j>) -> Option<&'j Json> {
        if self.from_root { tree.root } else { tree.inner }.at(&self.path)
    }
}

/// A reply with what it is wrapped in.
#[derive(Clone, Copy)]
pub(super) struct Tree<'j> {
    pub root: &'j Json,
    pub inner: &'j Json,
}

impl<'j> Tree<'j> {
    pub fn unwrap(root: &'j Json, unwrap: &[Pointer]) -> Self {
        let bare = Self { root, inner: root };
        let inner = unwrap.iter().find_map(|pointer| pointer.find(&bare)).unwrap_or(root);
        Self { root, inner: only(inner) }
    }

    pub fn text(&self, pointers: &[Pointer]) -> Option<String> {
        pointers.iter().find_map(|pointer| text_of(pointer.find(self)?))
    }

    pub fn amount(&self, pointers: &[Pointer]) -> Option<Rupiah> {
        pointers.iter().find_map(|pointer| amount_of(pointer.find(self)?))
    }
}

/// An object, or the only one in a list.
fn only(value: &Json) -> &Json {
    match value {
        Json::List(items) => match items.as_slice() {
            [one] => one,
            _ => value,
        },
        _ => value,
    }
}

pub(super) fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::Bool(truth) => Some(truth.to_string()),
        other => other.text(),
    }
}

pub(super) fn amount_of(value: &Json) -> Option<Rupiah> {
    match value {
        Json::Fraction(number) => format!("{:.0}", number.trunc()).parse().ok(),
        Json::Text(text) => figure(text),
        other => other.amount(),
    }
}

/// `[json]`, compiled.
#[derive(Debug)]
pub(super) struct TreeReader {
    pub unwrap: Vec<Pointer>,
    fields: Vec<(Field, Vec<Pointer>)>,
    pin: Vec<Pointer>,
    text: Vec<Pointer>,
    pub rules: Vec<Rule>,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub verdict: Verdict,
    when: Vec<(Pointer, Vec<String>)>,
    on: Vec<On>,
    kind: Option<FailureKind>,
    pub line: usize,
}

impl TreeReader {
    pub fn compile(source: &Source<'_>, written: &schema::Json) -> Result<Self, Fault> {
        let all = |texts: &[String]| Pointer::all(source, texts, "json");
        let fields = [
            (Field::Reference, &written.reference),
            (Field::Product, &written.product),
            (Field::Destination, &written.destination),
            (Field::Serial, &written.serial),
            (Field::Name, &written.name),
            (Field::Price, &written.price),
            (Field::Balance, &written.balance),
            (Field::Reason, &written.reason),
            (Field::Trx, &written.trx),
        ];
        Ok(Self {
            unwrap: all(&written.unwrap)?,
            fields: fields.into_iter().map(|(field, texts)| Ok((field, all(texts)?))).collect::<Result<_, Fault>>()?,
            pin: all(&written.pin)?,
            text: all(&written.text)?,
            rules: rules(source, &written.rules, "json.rule")?,
        })
    }

    /// What a reply says, by its members and, where they do not say it, by the text in it.
    pub fn read(&self, root: &Json, on: Option<On>, words: Option<&TextReader>) -> Said {
        let tree = Tree::unwrap(root, &self.unwrap);
        let mut said = Said::default();
        for (field, pointers) in &self.fields {
            match field {
                Field::Price => said.price = tree.amount(pointers),
                Field::Balance => said.balance = tree.amount(pointers),
                _ => tree.text(pointers).iter().for_each(|text| said.set(*field, text)),
            }
        }
        if let Some(pin) = tree.text(&self.pin) {
            let serial = said.serial.take().filter(|serial| *serial != pin && serial != NO_SERIAL);
            said.serial = Some(serial.map_or_else(|| pin.clone(), |serial| format!("{serial} PIN {pin}")));
        }
        if let Some(rule) = matching(&self.rules, &tree, on).next() {
            said.verdict = rule.verdict;
            said.kind = rule.kind;
        }
        if let Some((words, text)) = words.zip(tree.text(&self.text)) {
            said = agreed(said, words.read(&text, on));
        }
        said.check_money();
        said
    }

    /// Places of the rules that match.
    pub fn matching(&self, root: &Json, on: Option<On>) -> Vec<usize> {
        places(&self.rules, &Tree::unwrap(root, &self.unwrap), on)
    }

    /// The text in a reply, for its own rules.
    pub fn text(&self, root: &Json) -> Option<String> {
        Tree::unwrap(root, &self.unwrap).text(&self.text)
    }
}

/// What members and text say together. They must not deny each other, nor name two references.
fn agreed(members: Said, text: Said) -> Said {
    let is_final = |verdict| matches!(verdict, Verdict::Success | Verdict::Failed);
    let deny = is_final(members.verdict) && is_final(text.verdict) && members.verdict != text.verdict;
    let other = |ours: &Option<String>, theirs: &Option<String>| matches!((ours, theirs), (Some(a), Some(b)) if a != b);
    let doubtful = deny || other(&members.reference, &text.reference);
    let verdict = if members.verdict == Verdict::Unknown { text.verdict } else { members.verdict };
    let mut said = text;
    let earlier = said.earlier;
    said.fill_under(Said { verdict, ..members });
    said.earlier = earlier;
    if doubtful {
        said.verdict = Verdict::Unknown;
        said.doubt = Some(konter_core::outcome::Doubt::Contradictory);
    }
    said
}

pub(super) fn rules(source: &Source<'_>, written: &[schema::JsonRule], field: &str) -> Result<Vec<Rule>, Fault> {
    let rule = |written: &schema::JsonRule| {
        let span = written.outcome.span();
        if written.when.is_empty() {
            return Err(source.at(&span, field, "`when` is empty: it would match everything"));
        }
        let when = written.when.iter().map(|(pointer, words)| {
            let words = words.iter().map(|word| word.trim().to_lowercase()).collect();
            Ok((Pointer::parse(source, pointer, field)?, words))
        });
        Ok(Rule {
            verdict: *written.outcome.as_ref(),
            when: when.collect::<Result<_, Fault>>()?,
            on: written.on.clone(),
            kind: written.kind,
            line: source.line(span.start),
        })
    };
    written.iter().map(rule).collect()
}

/// The first rule that matches decides.
pub(super) fn matching<'r>(rules: &'r [Rule], tree: &Tree<'_>, on: Option<On>) -> impl Iterator<Item = &'r Rule> {
    rules.iter().filter(move |rule| rule.matches(tree, on))
}

pub(super) fn places(rules: &[Rule], tree: &Tree<'_>, on: Option<On>) -> Vec<usize> {
    rules.iter().enumerate().filter(|(_, rule)| rule.matches(tree, on)).map(|(place, _)| place).collect()
}

impl Rule {
    fn matches(&self, tree: &Tree<'_>, on: Option<On>) -> bool {
        on.is_none_or(|on| self.on.is_empty() || self.on.contains(&on))
            && self.when.iter().all(|(pointer, words)| {
                let said = pointer.find(tree).and_then(text_of).map(|text| text.to_lowercase());
                said.is_some_and(|said| words.iter().any(|word| word == "*" || *word == said))
            })
    }

    pub const fn kind(&self) -> Option<FailureKind> {
        self.kind
    }
}
