//! A recipe with the settings of one supplier: a protocol like any other.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::Recipe;
use super::call::Call;
use super::inquiry::Inquiry;
use super::prices;
use super::schema::{On, Verdict};
use super::template::Values;
use crate::json;
use crate::protocol::{Buy, Callback, LARGEST_LIST, Named, Now, Options, Proof, Protocol, Request, Response, gist_of};
use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Doubt, FirstSending, InquiryReading, Outcome, Reading};
use konter_core::price_list::Listed;

/// A supplier that a recipe describes.
#[derive(Debug)]
pub struct Supplier {
    recipe: Arc<Recipe>,
    settings: BTreeMap<String, SecretString>,
}

impl Supplier {
    /// Reads `RECIPE`, and a `SET_…` for each of its settings.
    pub fn configure(options: &Options<'_>) -> Option<Self> {
        let name = options.secret("RECIPE")?;
        match Recipe::load(name.expose_secret()) {
            Ok(recipe) => Self::with(recipe, options),
            Err(fault) => {
                options.report("RECIPE", &fault.to_string());
                None
            }
        }
    }

    /// The same of a recipe that is read already.
    pub fn with(recipe: impl Into<Arc<Recipe>>, options: &Options<'_>) -> Option<Self> {
        let recipe = recipe.into();
        let mut settings = BTreeMap::new();
        let mut is_whole = true;
        for (name, setting) in &recipe.settings {
            let variable = format!("SET_{}", name.to_uppercase());
            let value = options.optional(&variable).or_else(|| setting.default.clone());
            let Some(value) = value else {
                options.report(&variable, &format!("is missing; the recipe {} needs it", recipe.name));
                is_whole = false;
                continue;
            };
            if !setting.one_of.is_empty() && !setting.one_of.contains(&value) {
                options.report(&variable, &format!("must be one of: {}", setting.one_of.join(", ")));
                is_whole = false;
            }
            settings.insert(name.clone(), SecretString::from(value));
        }
        is_whole.then_some(Self { recipe, settings })
    }

    fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(ExposeSecret::expose_secret)
    }

    /// Runs `f` with the values that templates are filled with.
    fn with_values<T>(
        &self,
        buy: Option<&Buy<'_>>,
        reference: Option<&str>,
        now: NaiveDateTime,
        f: impl FnOnce(&Values<'_>) -> T,
    ) -> T {
        let settings = |name: &str| self.setting(name);
        let bare = Values { buy, reference, now, settings: &settings, signs: &|_| None };
        let signs = |name: &str| self.recipe.signs.get(name).map(|sign| sign.of(&bare));
        f(&Values { buy, reference, now, settings: &settings, signs: &signs })
    }

    fn request(&self, call: &Call, buy: Option<&Buy<'_>>, now: NaiveDateTime) -> Request {
        self.with_values(buy, None, now, |values| call.request(values))
    }

    /// What buys: a payment where a bill was looked up, or where there is one for bills.
    fn buys(&self, kind: ProductKind) -> (&Call, On) {
        let payment = self.recipe.payment.as_ref();
        let pays = kind == ProductKind::Bill || self.recipe.begins_with_inquiry(kind);
        let token = self.recipe.token.as_ref().filter(|_| kind == ProductKind::Token);
        let order = token.unwrap_or(&self.recipe.order);
        payment.filter(|_| pays).map_or((order, On::Order), |payment| (payment, On::Payment))
    }

    fn looks_up(&self, kind: ProductKind) -> Option<&Inquiry> {
        let recipe = &self.recipe;
        if recipe.begins_with_inquiry(kind) { recipe.inquiry.as_ref() } else { recipe.lookup.as_ref() }
    }

    fn read(&self, buy: &Buy<'_>, response: &Response, on: On) -> Reading {
        let text = response.text();
        let said = self.recipe.said(&text, Some(on));
        if on == On::Order && self.recipe.is_taken(&said, &text) {
            return Reading::new(Outcome::Pending);
        }
        self.recipe.judge(buy, said, on)
    }
}

impl Protocol for Supplier {
    fn inquiry_first(&self, kind: ProductKind) -> bool {
        self.recipe.begins_with_inquiry(kind)
    }

    fn inquiry(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Option<Request> {
        let inquiry = self.looks_up(buy.kind)?;
        Some(self.request(&inquiry.call, Some(buy), now))
    }

    fn read_inquiry(&self, buy: &Buy<'_>, response: &Response) -> InquiryReading {
        let unknown = InquiryReading::Unknown(Doubt::NotUnderstood);
        self.looks_up(buy.kind).map_or(unknown, |inquiry| inquiry.read(&self.recipe, buy, &response.text()))
    }

    fn purchase(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Request {
        self.request(self.buys(buy.kind).0, Some(buy), now)
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        self.read(buy, response, self.buys(buy.kind).1)
    }

    fn can_check(&self) -> bool {
        self.recipe.status.is_some()
    }

    fn check_every(&self) -> TimeDelta {
        self.recipe.status.as_ref().map_or_else(TimeDelta::zero, |status| status.not_before)
    }

    fn repeat_outlives_day(&self) -> bool {
        self.recipe.status.as_ref().is_some_and(|status| status.outlives_day)
    }

    fn reports(&self) -> bool {
        self.recipe.report.is_some()
    }

    fn status(&self, buy: &Buy<'_>, first_sent: DateTime<Utc>, now: &Now) -> Option<Request> {
        let status = self.recipe.status.as_ref()?;
        let age = now.utc.signed_duration_since(first_sent);
        let in_time =
            age >= status.not_before && age >= TimeDelta::zero() && status.within.is_none_or(|within| age < within);
        // Turned away for some other order's sake, this one was never taken: the same again would buy.
        let was_taken = !status.repeats || buy.sent.first != FirstSending::AnotherOrders;
        let (_, on) = self.buys(buy.kind);
        let call = match on {
            On::Payment if status.repeats => status.payment.as_ref(),
            On::Payment => status.payment.as_ref().or(status.order.as_ref()),
            _ => status.order.as_ref(),
        };
        call.filter(|_| in_time && was_taken).map(|call| self.request(call, Some(buy), now.local))
    }

    fn read_status(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        self.read(buy, response, On::Status)
    }

    fn balance(&self, now: NaiveDateTime) -> Option<Request> {
        Some(self.request(&self.recipe.balance.as_ref()?.call, None, now))
    }

    fn read_balance(&self, response: &Response) -> Option<Rupiah> {
        self.recipe.balance_in(&response.text())
    }

    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        let written = self.recipe.report.as_ref()?.said(&self.recipe, callback).reference?;
        let reference: Reference = written.parse().ok()?;
        // `+7` and `007` parse, but we never wrote them.
        (reference.to_string() == written).then_some(reference)
    }

    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        let said = self.recipe.report.as_ref().map(|report| report.said(&self.recipe, callback)).unwrap_or_default();
        self.recipe.judge(buy, said, On::Report)
    }

    fn proof(&self, callback: &Callback) -> Proof {
        let Some(report) = &self.recipe.report else { return Proof::None };
        let reference = report.said(&self.recipe, callback).reference;
        let now = DateTime::UNIX_EPOCH.naive_utc();
        self.with_values(None, reference.as_deref(), now, |values| report.prove(callback, values))
    }

    fn is_ping(&self, callback: &Callback) -> bool {
        self.recipe.report.as_ref().is_some_and(|report| report.is_ping(callback))
    }

    fn named(&self, reply: &str) -> Named {
        let taken = self.recipe.taken(reply);
        Named { reference: taken.reference, product: taken.product, dest: taken.destination, reason: taken.reason }
    }

    fn prices(&self, now: NaiveDateTime) -> Option<Request> {
        let prices = self.recipe.prices.as_ref()?;
        let is_set = |name: &String| self.setting(name).is_some_and(|value| !value.is_empty());
        let call = Some(&prices.call).filter(|_| prices.when.as_ref().is_none_or(is_set))?;
        Some(Request { largest: LARGEST_LIST, ..self.request(call, None, now) })
    }

    fn prices_every(&self) -> TimeDelta {
        self.recipe.prices.as_ref().map_or(prices::USUALLY_EVERY, |prices| prices.every)
    }

    fn read_prices(&self, response: &Response) -> Option<Vec<Listed>> {
        self.recipe.prices.as_ref()?.read(&response.text())
    }

    fn gist(&self, reply: &str) -> Option<String> {
        let said = self.recipe.said(reply, None);
        let word = (said.verdict != Verdict::Unknown).then(|| said.verdict.name().to_owned());
        let parts = [word, said.serial, said.reason].map(Option::unwrap_or_default);
        gist_of(&parts.each_ref().map(String::as_str))
    }

    fn secrets(&self) -> Vec<&SecretString> {
        let is_secret = |name: &str| self.recipe.settings.get(name).is_none_or(|setting| setting.secret);
        self.settings.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value).collect()
    }
}

impl Recipe {
    /// Our deposit in the answer to the question for it.
    pub(super) fn balance_in(&self, text: &str) -> Option<Rupiah> {
        if let Some(pointer) = &self.balance.as_ref()?.pointer {
            let root = json::read(text).ok()?;
            let tree = super::tree::Tree { root: &root, inner: &root };
            pointer.find(&tree).and_then(super::tree::amount_of)
        } else {
            let said = self.text.as_ref()?.read(text, Some(On::Balance));
            said.balance.or_else(|| super::said::figure(text))
        }
    }
}
