//! The replies recorded in a recipe, run against its rules. A rule that no reply uses has never been tried; two that take
//! one reply for different things depend on which stands first; neither is let through.

use std::collections::BTreeSet;
use std::fmt::Display;

use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Detail, FailureKind, InquiryReading};
use konter_core::price_list::Listed;

use super::Recipe;
use super::fault::{Fault, Source};
use super::inquiry::Inquiry;
use super::said::Said;
use super::schema::{Expected, File, On, Recorded, Verdict};
use crate::json;
use crate::protocol::{Buy, Callback};

/// Where rules stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Text(usize),
    Json(usize),
    Inquiry(usize),
    Lookup(usize),
}

pub(super) fn check(recipe: &Recipe, written: &File, source: &Source<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for reply in &written.replies {
        let line = reply.body.as_ref().or(reply.query.as_ref()).map(|text| source.line(text.span().start));
        let Some(line) = line else {
            faults.push(source.of("[[reply]]", "reply", "a recorded reply needs `body` or `query`"));
            continue;
        };
        let tried = Tried { recipe, reply, line };
        let rules = tried.rules();
        if let Some((first, others)) = rules.split_first() {
            used.insert(*first);
            let (verdict, at) = recipe.rule(*first);
            for other in others {
                let (theirs, their_line) = recipe.rule(*other);
                // Members and text that deny each other are a doubt, whichever stands first.
                let is_alike = std::mem::discriminant(first) == std::mem::discriminant(other);
                if is_alike && theirs != verdict {
                    let why = format!(
                        "two rules take the reply in line {line} for something else: line {at} for {}, line {their_line} for {}",
                        verdict.name(),
                        theirs.name()
                    );
                    faults.push(source.fault(Some(their_line), "rule", why));
                }
            }
        }
        faults.extend(tried.differences().into_iter().map(|why| source.fault(Some(line), "reply", why)));
    }
    let unused = recipe.places().into_iter().filter(|place| !used.contains(place));
    faults.extend(unused.map(|place| {
        let (verdict, line) = recipe.rule(place);
        source.fault(Some(line), "rule", format!("no recorded reply is taken for {} by this rule", verdict.name()))
    }));
    faults
}

impl Recipe {
    fn places(&self) -> Vec<Place> {
        let own_text = self.text.as_ref().filter(|_| !self.borrows_words);
        let count = |rules: usize, place: fn(usize) -> Place| (0..rules).map(place);
        count(own_text.map_or(0, |reader| reader.rules.len()), Place::Text)
            .chain(count(self.json.as_ref().map_or(0, |reader| reader.rules.len()), Place::Json))
            .chain(count(self.inquiry.as_ref().map_or(0, |inquiry| inquiry.rules.len()), Place::Inquiry))
            .chain(count(self.lookup.as_ref().map_or(0, |lookup| lookup.rules.len()), Place::Lookup))
            .collect()
    }

    /// What a rule takes a reply for, and its line.
    fn rule(&self, place: Place) -> (Verdict, usize) {
        let of_tree = |rules: Option<&Vec<super::tree::Rule>>, at: usize| {
            rules.and_then(|rules| rules.get(at)).map(|rule| (rule.verdict, rule.line))
        };
        let found = match place {
            Place::Text(at) => {
                self.text.as_ref().and_then(|text| text.rules.get(at)).map(|rule| (rule.verdict, rule.line))
            }
            Place::Json(at) => of_tree(self.json.as_ref().map(|reader| &reader.rules), at),
            Place::Inquiry(at) => of_tree(self.inquiry.as_ref().map(|inquiry| &inquiry.rules), at),
            Place::Lookup(at) => of_tree(self.lookup.as_ref().map(|lookup| &lookup.rules), at),
        };
        found.unwrap_or_default()
    }
}

/// One recorded reply.
struct Tried<'a> {
    recipe: &'a Recipe,
    reply: &'a Recorded,
    line: usize,
}

impl Tried<'_> {
    fn body(&self) -> &str {
        self.reply.body.as_ref().map_or("", |body| body.as_ref())
    }

    fn callback(&self) -> Callback {
        let query = self.reply.query.as_ref().map_or("", |query| query.as_ref());
        Callback::read(query.to_owned(), self.body().as_bytes())
    }

    fn said(&self) -> Said {
        let on = self.reply.on;
        match (on, &self.recipe.report) {
            (On::Report, Some(report)) => report.said(self.recipe, &self.callback()),
            _ => self.recipe.said(self.body(), Some(on)),
        }
    }

    /// The rules that match, the one that decides first.
    fn rules(&self) -> Vec<Place> {
        let on = self.reply.on;
        let inquiry = |inquiry: Option<&Inquiry>, place: fn(usize) -> Place| -> Vec<Place> {
            inquiry.map(|inquiry| inquiry.matching(self.body()).into_iter().map(place).collect()).unwrap_or_default()
        };
        match on {
            On::Balance | On::Prices => Vec::new(),
            On::Inquiry => {
                let found = inquiry(self.recipe.inquiry.as_ref(), Place::Inquiry);
                if found.is_empty() { inquiry(self.recipe.lookup.as_ref(), Place::Lookup) } else { found }
            }
            On::Order | On::Payment | On::Status | On::Report => self.order_rules(),
        }
    }

    fn order_rules(&self) -> Vec<Place> {
        let on = Some(self.reply.on);
        let in_text = |text: &str| -> Vec<Place> {
            self.recipe
                .text
                .as_ref()
                .map(|reader| reader.matching(text, on).into_iter().map(Place::Text).collect())
                .unwrap_or_default()
        };
        let callback = self.callback();
        let tree = if self.reply.query.is_some() {
            let pairs =
                callback.query.iter().chain(&callback.form).map(|(name, value)| (name.as_str(), value.as_str()));
            json::Object::of_pairs(pairs).ok().map(json::Json::Object)
        } else {
            json::read(self.body()).ok()
        };
        match (&self.recipe.json, tree) {
            (Some(reader), Some(tree)) => {
                let mut places: Vec<Place> = reader.matching(&tree, on).into_iter().map(Place::Json).collect();
                if let Some(text) = reader.text(&tree) {
                    places.extend(in_text(&text));
                }
                places
            }
            _ if self.reply.query.is_some() => {
                let report = self.recipe.report.as_ref();
                report.and_then(|report| report.text_of(&callback)).map(|text| in_text(&text)).unwrap_or_default()
            }
            _ => in_text(self.body()),
        }
    }

    /// In what it is read otherwise than it says.
    fn differences(&self) -> Vec<String> {
        let expect = &self.reply.expect;
        match self.reply.on {
            On::Balance => differ("balance", expect.balance, self.recipe.balance_in(self.body()).map(Rupiah::get)),
            On::Prices => {
                let rows = self.recipe.prices.as_ref().and_then(|prices| prices.read(self.body()));
                list_differences(expect, rows.as_deref())
            }
            On::Inquiry => self.inquiry_differences(expect),
            On::Order | On::Payment | On::Status | On::Report => {
                let mut said = self.said();
                let kind = (said.verdict == Verdict::Failed).then(|| self.recipe.kind_of(&said));
                self.recipe.judge_alone(&mut said);
                order_differences(expect, &said, kind)
            }
        }
    }

    fn inquiry_differences(&self, expect: &Expected) -> Vec<String> {
        let reference = expect.reference.as_deref().and_then(|text| text.parse().ok()).unwrap_or(Reference(0));
        let buy = |kind| Buy::first(reference, "", "", kind);
        let of_inquiry = self.recipe.inquiry.as_ref().filter(|inquiry| !inquiry.matching(self.body()).is_empty());
        let (inquiry, kind) = match (of_inquiry, &self.recipe.lookup) {
            (Some(inquiry), _) => (inquiry, ProductKind::Bill),
            (None, Some(lookup)) => (lookup, ProductKind::Token),
            (None, None) => return vec![format!("line {}: there is no [inquiry]", self.line)],
        };
        match inquiry.read(self.recipe, &buy(kind), self.body()) {
            InquiryReading::Found(found) => {
                let name = found.details.get(&Detail::CustomerName).cloned();
                let mut differences = differ("outcome", Some("success"), Some(expect.outcome.name()));
                differences.extend(
                    expect
                        .name
                        .clone()
                        .map(|name| ("name", name))
                        .into_iter()
                        .flat_map(|(field, wanted)| differ(field, Some(wanted), name.clone())),
                );
                differences.extend(
                    expect
                        .total
                        .into_iter()
                        .flat_map(|wanted| differ("total", Some(wanted), found.total.map(Rupiah::get))),
                );
                differences
            }
            InquiryReading::Failed(kind) => {
                let mut differences = differ("outcome", Some(expect.outcome.name()), Some("failed"));
                differences.extend(
                    expect
                        .kind
                        .into_iter()
                        .flat_map(|wanted| differ("kind", Some(written(wanted)), Some(written(kind)))),
                );
                differences
            }
            InquiryReading::Pending => differ("outcome", Some(expect.outcome.name()), Some("pending")),
            InquiryReading::Unknown(_) => differ("outcome", Some(expect.outcome.name()), Some("unknown")),
        }
    }
}

fn order_differences(expect: &Expected, said: &Said, kind: Option<konter_core::outcome::FailureKind>) -> Vec<String> {
    let mut differences = differ("outcome", Some(expect.outcome.name()), Some(said.verdict.name()));
    let texts = [
        ("reference", &expect.reference, &said.reference),
        ("product", &expect.product, &said.product),
        ("destination", &expect.destination, &said.destination),
        ("serial", &expect.serial, &said.serial),
        ("reason", &expect.reason, &said.reason),
        ("name", &expect.name, &said.name),
    ];
    for (field, wanted, found) in texts {
        if wanted.is_some() {
            differences.extend(differ(field, wanted.as_ref(), found.as_ref()));
        }
    }
    for (field, wanted, found) in [("price", expect.price, said.price), ("balance", expect.balance, said.balance)] {
        if wanted.is_some() {
            differences.extend(differ(field, wanted, found.map(Rupiah::get)));
        }
    }
    if let Some(wanted) = expect.kind {
        differences.extend(differ("kind", Some(written(wanted)), kind.map(written)));
    }
    differences
}

/// A list that none is expected of has neither rows nor products.
fn list_differences(expect: &Expected, rows: Option<&[Listed]>) -> Vec<String> {
    let priced = |rows: &[Listed]| rows.iter().filter(|row| row.cost.is_some()).count();
    let mut differences = differ("rows", expect.rows, rows.map(priced));
    for (sku, wanted) in &expect.list {
        let found = rows.unwrap_or_default().iter().find(|row| row.sku == *sku).map(ToString::to_string);
        differences.extend(differ(sku, Some(wanted), found.as_ref()));
    }
    differences
}

fn differ<T: Display + PartialEq>(field: &str, wanted: Option<T>, found: Option<T>) -> Vec<String> {
    if wanted == found {
        return Vec::new();
    }
    let shown = |value: Option<T>| value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
    vec![format!("{field} is read as {}, expected is {}", shown(found), shown(wanted))]
}

/// As a recipe writes it.
fn written(kind: FailureKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
