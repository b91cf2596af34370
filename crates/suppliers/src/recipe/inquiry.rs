//! Looking up a customer or a bill by recipe. No money moves.

use konter_core::catalog::ProductKind;
use konter_core::clean::{self, clean};
use konter_core::money::Rupiah;
use konter_core::outcome::{self, Bill, Detail, Details, Doubt, InquiryReading};

use super::Recipe;
use super::call::Call;
use super::fault::{Fault, Source};
use super::said::Said;
use super::schema::{self, Kind, On, Verdict};
use super::template::Names;
use super::tree::{self, Pointer, Rule, Tree, amount_of, text_of};
use crate::json::{self, Json};
use crate::protocol::Buy;

/// A look-up, compiled.
#[derive(Debug)]
pub(super) struct Inquiry {
    pub call: Call,
    pub kinds: Vec<Kind>,
    quote: Option<Pointer>,
    reference: Vec<Pointer>,
    details: Vec<(Detail, Vec<Pointer>)>,
    total: Vec<Pointer>,
    periods: Option<Pointer>,
    period: Vec<Pointer>,
    amount: Vec<Pointer>,
    admin: Vec<Pointer>,
    unwrap: Vec<Pointer>,
    pub rules: Vec<Rule>,
}

impl Inquiry {
    pub fn compile(source: &Source<'_>, field: &str, written: &schema::Inquiry, names: &Names) -> Result<Self, Fault> {
        let all = |texts: &[String]| Pointer::all(source, texts, field);
        let one = |text: &Option<String>| text.as_ref().map(|text| Pointer::parse(source, text, field)).transpose();
        let details = [
            (Detail::CustomerName, &written.name),
            (Detail::Tariff, &written.tariff),
            (Detail::Power, &written.power),
            (Detail::Meter, &written.meter),
        ];
        if written.rules.iter().all(|rule| *rule.outcome.as_ref() != Verdict::Success) {
            return Err(source.of(&format!("[{field}]"), field, "no rule says when something was found"));
        }
        Ok(Self {
            call: Call::compile(source, &format!("{field}.call"), &written.call, names)?,
            kinds: written.kinds.clone(),
            quote: one(&written.quote)?,
            reference: all(written.reference.as_deref().unwrap_or_default())?,
            details: details.into_iter().map(|(of, texts)| Ok((of, all(texts)?))).collect::<Result<_, Fault>>()?,
            total: all(&written.total)?,
            periods: one(&written.periods)?,
            period: all(&written.period)?,
            amount: all(&written.amount)?,
            admin: all(&written.admin)?,
            unwrap: all(&written.unwrap)?,
            rules: tree::rules(source, &written.rules, &format!("{field}.rule"))?,
        })
    }

    /// Whether the payment must send something that only this gives.
    pub const fn is_quoted(&self) -> bool {
        self.quote.is_some()
    }

    pub fn read(&self, recipe: &Recipe, buy: &Buy<'_>, text: &str) -> InquiryReading {
        let root = match json::read(text) {
            Ok(root) => root,
            Err(doubt) => return InquiryReading::Unknown(doubt),
        };
        let tree = Tree::unwrap(&root, &self.unwrap);
        let rule = tree::matching(&self.rules, &tree, Some(On::Inquiry)).next();
        match rule.map_or(Verdict::Unknown, |rule| rule.verdict) {
            Verdict::Pending => InquiryReading::Pending,
            Verdict::Unknown => InquiryReading::Unknown(Doubt::NotUnderstood),
            Verdict::Failed => {
                let said = Said { kind: rule.and_then(Rule::kind), ..Said::default() };
                InquiryReading::Failed(recipe.kind_of(&said))
            }
            Verdict::Success => self.found(buy, &tree).map_or_else(InquiryReading::Unknown, InquiryReading::Found),
        }
    }

    pub fn matching(&self, text: &str) -> Vec<usize> {
        let Ok(root) = json::read(text) else { return Vec::new() };
        tree::places(&self.rules, &Tree::unwrap(&root, &self.unwrap), Some(On::Inquiry))
    }

    fn found(&self, buy: &Buy<'_>, tree: &Tree<'_>) -> Result<outcome::Inquiry, Doubt> {
        let ours = buy.reference.to_string();
        if !self.reference.is_empty() && tree.text(&self.reference).as_deref() != Some(ours.as_str()) {
            return Err(Doubt::OtherReference);
        }
        let details: Details = self
            .details
            .iter()
            .filter_map(|(detail, pointers)| Some((*detail, clean(&tree.text(pointers)?, clean::NAME))))
            .collect();
        let total = tree.amount(&self.total).filter(|total| total.is_positive());
        match (buy.kind, total) {
            (ProductKind::Bill, None) => return Err(Doubt::NotUnderstood),
            (ProductKind::Topup | ProductKind::Token, _) if details.is_empty() => return Err(Doubt::NotUnderstood),
            _ => {}
        }
        let quote = match &self.quote {
            Some(pointer) => pointer.find(tree).and_then(text_of).ok_or(Doubt::NotUnderstood)?,
            None => ours,
        };
        let bills = self.bills(tree).filter(|bills| sum(bills) == total).unwrap_or_default();
        Ok(outcome::Inquiry { quote, details, bills, total, ..outcome::Inquiry::default() })
    }

    /// One bill a month, where they can all be read.
    fn bills(&self, tree: &Tree<'_>) -> Option<Vec<Bill>> {
        let rows = match self.periods.as_ref()?.find(tree)? {
            Json::List(rows) => rows.as_slice(),
            _ => return None,
        };
        rows.iter().map(|row| self.bill(row)).collect()
    }

    fn bill(&self, row: &Json) -> Option<Bill> {
        let tree = Tree { root: row, inner: row };
        let amounts = |pointers: &[Pointer]| {
            let mut amounts = pointers.iter().filter_map(|pointer| amount_of(pointer.find(&tree)?));
            amounts.try_fold(Rupiah::ZERO, Rupiah::checked_add)
        };
        let (amount, admin) = (amounts(&self.amount)?, amounts(&self.admin)?);
        let period = clean(&tree.text(&self.period)?, clean::NAME);
        Some(Bill { period, amount, admin, total: amount.checked_add(admin)? })
    }
}

fn sum(bills: &[Bill]) -> Option<Rupiah> {
    bills.iter().try_fold(Rupiah::ZERO, |sum, bill| sum.checked_add(bill.total))
}
