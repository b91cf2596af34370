//! Suppliers described by a file. A recipe says how to order, ask and look up, how replies are read, and which reports are
//! believed; `docs/recipes.md` is the guide. Whatever a file says: nothing is a success or a failure that does not name
//! our reference, what no rule knows is `Unknown`, and no text of a supplier reaches a reseller but the serial number and
//! the customer's name.

mod call;
mod compile;
mod fault;
mod inquiry;
mod judge;
mod prices;
mod proofs;
mod report;
mod said;
mod schema;
pub mod shipped;
mod sign;
mod supplier;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::collections::BTreeMap;
use std::path::Path;

use konter_core::outcome::FailureKind;

use self::call::Call;
use self::said::Said;
use self::schema::{Kind, On, SerialRule};
use self::sign::Sign;
use self::text::TextReader;
use self::tree::TreeReader;
use super::json;
use super::taken::Taken;
pub use fault::Fault;
pub use schema::Verdict;
pub use supplier::Supplier;

/// Bytes. The longest of ours has a tenth.
const LARGEST_FILE: u64 = 256 * 1024;

/// A recipe, read and found sound.
#[derive(Debug)]
pub struct Recipe {
    pub name: String,
    settings: BTreeMap<String, Setting>,
    signs: BTreeMap<String, Sign>,
    serial: SerialRule,
    order: Call,
    token: Option<Call>,
    payment: Option<Call>,
    inquiry: Option<inquiry::Inquiry>,
    lookup: Option<inquiry::Inquiry>,
    status: Option<Status>,
    balance: Option<Balance>,
    prices: Option<prices::Prices>,
    report: Option<report::Report>,
    /// The whole answer to an order that is taken, where it names nothing.
    taken: Option<regex::Regex>,
    text: Option<TextReader>,
    /// Another recipe's rules for texts, which that one's replies prove.
    borrows_words: bool,
    json: Option<TreeReader>,
    reasons: Vec<(regex::Regex, FailureKind)>,
}

#[derive(Debug)]
struct Setting {
    secret: bool,
    default: Option<String>,
    one_of: Vec<String>,
}

/// How to ask what became of an order.
#[derive(Debug)]
struct Status {
    order: Option<Call>,
    payment: Option<Call>,
    /// The question is the order once more.
    repeats: bool,
    /// Something in it says that it only asks.
    is_marked: bool,
    not_before: chrono::TimeDelta,
    within: Option<chrono::TimeDelta>,
    outlives_day: bool,
}

#[derive(Debug)]
struct Balance {
    call: Call,
    pointer: Option<tree::Pointer>,
}

impl Recipe {
    /// Reads a recipe's text. `file` is what errors call it.
    ///
    /// # Errors
    /// With the line and the field of the first mistake.
    pub fn parse(file: &str, text: &str) -> Result<Self, Fault> {
        let (recipe, _) = compile::read(file, text)?;
        Ok(recipe)
    }

    /// A shipped recipe by its name, or an operator's own by its path.
    ///
    /// # Errors
    /// When there is none, or it has a mistake.
    pub fn load(name: &str) -> Result<Self, Fault> {
        Self::parse(name, &text_of(name)?)
    }

    /// Takes a reply for what it is without an order to hold it against; a report's query string too.
    #[must_use]
    pub fn taken(&self, reply: &str) -> Taken {
        let mut said = self.said(reply, None);
        self.judge_alone(&mut said);
        Taken {
            outcome: said.verdict,
            reference: said.reference,
            product: said.product,
            destination: said.destination,
            serial: said.serial,
            price: said.price,
            balance: said.balance,
            reason: said.reason.filter(|_| said.verdict != Verdict::Success),
        }
    }

    /// What a reply says, in whatever form it comes.
    fn said(&self, reply: &str, on: Option<On>) -> Said {
        let trimmed = reply.trim_start();
        if trimmed.starts_with(['{', '['])
            && let (Some(reader), Ok(tree)) = (&self.json, json::read(trimmed))
        {
            return reader.read(&tree, on, self.text.as_ref());
        }
        if on.is_none()
            && let Some(report) = &self.report
            && let Some(said) = report.taken(self, trimmed)
        {
            return said;
        }
        self.text.as_ref().map(|reader| reader.read(reply, on)).unwrap_or_default()
    }

    fn begins_with_inquiry(&self, kind: konter_core::catalog::ProductKind) -> bool {
        self.inquiry.as_ref().is_some_and(|inquiry| inquiry.kinds.iter().any(|known| known.is(kind)))
    }
}

impl Kind {
    const fn is(self, kind: konter_core::catalog::ProductKind) -> bool {
        use konter_core::catalog::ProductKind;
        matches!(
            (self, kind),
            (Self::Topup, ProductKind::Topup) | (Self::Token, ProductKind::Token) | (Self::Bill, ProductKind::Bill)
        )
    }
}

/// Runs the replies recorded in a recipe.
///
/// # Errors
/// With every reply that is read otherwise than it says, every rule that none uses, and every two rules that both take the
/// same reply for something else.
pub fn check(name: &str) -> Result<(), Vec<Fault>> {
    let text = text_of(name).map_err(|fault| vec![fault])?;
    check_text(name, &text)
}

/// The same of a text.
///
/// # Errors
/// See [`check`].
pub fn check_text(file: &str, text: &str) -> Result<(), Vec<Fault>> {
    let (recipe, written) = compile::read(file, text).map_err(|fault| vec![fault])?;
    let faults = proofs::check(&recipe, &written, &fault::Source { file, text });
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The text of a recipe, shipped or in a file.
fn text_of(name: &str) -> Result<String, Fault> {
    if let Some(text) = shipped::text(name) {
        return Ok(text.to_owned());
    }
    let wrong = |problem: String| Fault { file: name.to_owned(), line: None, field: String::new(), problem };
    let is_path = name.contains(['/', '\\', '.']);
    if !is_path {
        let names: Vec<&str> = shipped::names().collect();
        return Err(wrong(format!("there is no such recipe; there are {}, or a path to a file", names.join(", "))));
    }
    let path = Path::new(name);
    let size = std::fs::metadata(path).map_err(|error| wrong(format!("cannot be read: {error}")))?.len();
    if size > LARGEST_FILE {
        return Err(wrong("is longer than 256 KiB: that is no recipe".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
