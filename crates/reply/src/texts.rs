//! Every text of the shop, in every language, ready to be told.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use minijinja::Environment;
use parking_lot::Mutex;

use super::buttons::buttons;
use super::contract;
use super::fields::Fields;
use super::fields::Say;
use super::keyboard;
use super::labels::labels;
use super::load::{self, Sources, TextError};
use super::model::Reply;
use super::receipt::ReceiptForm;
use super::receipts::{self, ReplyFile, ReplyFileKind};
use super::rendered::Rendered;
use super::reports;
use super::told::told;
use konter_core::agent::Locale;
use konter_core::catalog::Table;
use konter_core::money::Rupiah;
use konter_documents::receipt::ReceiptCard;
use konter_documents::workbook;

/// Turns replies into text. Rendering is total: an operator's own text that fails gives way to the built-in one, and
/// that to a plain line with the words a reply must have.
#[derive(Debug)]
pub struct Texts {
    shop_tz: Tz,
    id: Language,
    en: Language,
}

#[derive(Debug)]
struct Language {
    /// The operator's own texts over the built-in ones; `None` when there are none.
    own: Option<Environment<'static>>,
    builtin: Environment<'static>,
    /// Own texts that gave way to the built-in ones since the start.
    failed: Mutex<BTreeSet<String>>,
}

impl Language {
    fn builtin(locale: Locale, tz: Tz) -> Self {
        let mut builtin = load::environment(tz);
        // A test proves that these have no mistake; a text that had one would be told by its plain line.
        load::compile_when_told(&mut builtin, builtin_sources(locale));
        Self { own: None, builtin, failed: Mutex::default() }
    }

    /// A text inside a reply.
    fn say(&self, key: &str, fields: &Fields) -> String {
        let own = self.own.as_ref().and_then(|own| tell(own, key, fields));
        own.or_else(|| tell(&self.builtin, key, fields)).unwrap_or_default()
    }

    /// The operator's own wording, if it says what this reply must say.
    fn own(&self, key: &str, fields: &Fields, reply: &Reply, balance: Option<Rupiah>) -> Option<Rendered> {
        let own = self.own.as_ref()?;
        let told = tell(own, key, fields).map(|text| Rendered::from_marked(&text));
        let told = told.filter(|told| contract::broken(reply, balance, &told.body).is_empty());
        if told.is_none() && self.failed.lock().insert(key.to_owned()) {
            tracing::warn!(key, "this own text cannot be told as it must be; the built-in one is told instead");
        }
        told
    }
}

fn tell(env: &Environment<'_>, key: &str, fields: &Fields) -> Option<String> {
    env.get_template(key).ok()?.render(fields.clone()).ok().filter(|text| !text.trim().is_empty())
}

fn builtin_sources(locale: Locale) -> Sources {
    load::parse(load::builtin_source(locale)).unwrap_or_default()
}

impl Texts {
    /// The texts that come with konter; times are shown in `shop_tz`.
    pub fn builtin(shop_tz: Tz) -> Self {
        Self { shop_tz, id: Language::builtin(Locale::Id, shop_tz), en: Language::builtin(Locale::En, shop_tz) }
    }

    /// The same with an operator's own wording. `files` are (file name, contents): `id.toml` and `en.toml`, each with
    /// only the texts it changes.
    ///
    /// Every text is rendered with every kind of reply first; all mistakes are reported at once.
    pub fn with_overrides<N: AsRef<str>, C: AsRef<str>>(shop_tz: Tz, files: &[(N, C)]) -> Result<Self, Vec<TextError>> {
        let mut texts = Self::builtin(shop_tz);
        let mut errors = Vec::new();
        for (file, contents) in files {
            let file = file.as_ref();
            match texts.load_own(file, contents.as_ref(), shop_tz) {
                Ok(()) => {}
                Err(problems) => errors.extend(problems.into_iter().map(|(key, problem)| TextError {
                    file: file.to_owned(),
                    key,
                    problem,
                })),
            }
        }
        if errors.is_empty() { Ok(texts) } else { Err(errors) }
    }

    /// The same, with whom people can ask: `@shop`, or a phone number.
    #[must_use]
    pub fn with_contact(mut self, contact: Option<&str>) -> Self {
        for language in [&mut self.id, &mut self.en] {
            load::give_contact(&mut language.builtin, contact);
            if let Some(own) = &mut language.own {
                load::give_contact(own, contact);
            }
        }
        self
    }

    fn load_own(&mut self, file: &str, contents: &str, tz: Tz) -> Result<(), Vec<(Option<String>, String)>> {
        let Some(locale) = file.strip_suffix(".toml").and_then(Locale::from_name) else {
            return Err(vec![(None, "no language has this name; the files are `id.toml` and `en.toml`".to_owned())]);
        };
        let own = load::parse(contents)?;
        let builtin = builtin_sources(locale);
        let mut problems = load::unknown_keys(&own, &builtin);
        let mut env = load::environment(tz);
        load::compile(&mut env, &builtin);
        problems.extend(load::compile(&mut env, &own));
        if problems.is_empty() {
            problems = load::rehearse(&env, &own);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut lasting = load::environment(tz);
        load::compile_when_told(&mut lasting, builtin.into_iter().chain(own).collect());
        self.language_mut(locale).own = Some(lasting);
        Ok(())
    }

    /// The reply as text. `balance` is the reseller's, where the caller has it. Never fails.
    #[must_use]
    pub fn render(&self, locale: Locale, reply: &Reply, balance: Option<Rupiah>) -> Rendered {
        let language = self.language(locale);
        let say: &Say<'_> = &|key, fields| language.say(key, &fields);
        if let Reply::Receipt { form: ReceiptForm::Text, card } = reply {
            return receipts::block(card, &labels("receipt", say), self.delivered(card));
        }
        let (key, fields) = told(reply, balance, say);
        let rendered = language.own(&key, &fields, reply, balance).unwrap_or_else(|| {
            let text = tell(&language.builtin, &key, &fields);
            Rendered::from_marked(&text.unwrap_or_else(|| contract::plain(reply, balance, &key)))
        });
        Rendered { buttons: buttons(reply, say), keyboard: keyboard::labels(reply, say), ..rendered }
    }

    /// The file this reply is, where it is one: its text is then the words under it. Drawing takes milliseconds.
    #[must_use]
    pub fn file(&self, locale: Locale, reply: &Reply) -> Option<ReplyFile> {
        if let Reply::AdminCatalog { csv, workbook, .. } = reply {
            let book = if *workbook { workbook::write(&Table::of_text(csv)).ok() } else { None };
            let name = if book.is_some() { "catalog.xlsx" } else { "catalog.csv" };
            let bytes = book.unwrap_or_else(|| csv.clone().into_bytes());
            return Some(ReplyFile { name: name.to_owned(), kind: ReplyFileKind::Document, bytes });
        }
        let language = self.language(locale);
        let say: &Say<'_> = &|key, fields| language.say(key, &fields);
        match reply {
            Reply::Receipt { form, card } => receipts::file(*form, card, &labels("receipt", say), self.delivered(card)),
            Reply::ShopReport { form, card } => reports::file(*form, card, &labels("sheet", say)),
            _ => None,
        }
    }

    fn delivered(&self, card: &ReceiptCard) -> NaiveDateTime {
        card.at.with_timezone(&self.shop_tz).naive_local()
    }

    const fn language(&self, locale: Locale) -> &Language {
        match locale {
            Locale::Id => &self.id,
            Locale::En => &self.en,
        }
    }

    const fn language_mut(&mut self, locale: Locale) -> &mut Language {
        match locale {
            Locale::Id => &mut self.id,
            Locale::En => &mut self.en,
        }
    }
}

#[cfg(test)]
mod counter_tests;
#[cfg(test)]
mod tests;
