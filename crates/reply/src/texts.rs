//! Every text of the shop, in every language, ready to be told.

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use minijinja::Environment;

use super::describe::describe;
use super::describe_bill::buttons;
use super::fields::Fields;
use super::load::{self, Sources, TextError};
use super::promise;
use super::receipts::{self, ReplyFile, ReplyFileKind};
use super::rendered::Rendered;
use super::reports;
use super::says::{ReceiptForm, Reply};
use super::words::Say;
use konter_core::agent::Locale;
use konter_core::money::Rupiah;
use konter_documents::receipt::ReceiptCard;

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
}

impl Language {
    fn builtin(locale: Locale, tz: Tz) -> Self {
        let mut builtin = load::environment(tz);
        // A test proves that these have no mistake; a text that had one would be told by its plain line.
        load::compile(&mut builtin, &builtin_sources(locale));
        Self { own: None, builtin }
    }

    fn tell(&self, key: &str, fields: &Fields) -> Option<String> {
        [self.own.as_ref(), Some(&self.builtin)].into_iter().flatten().find_map(|env| {
            env.get_template(key).ok()?.render(fields.clone()).ok().filter(|text| !text.trim().is_empty())
        })
    }
}

fn builtin_sources(locale: Locale) -> Sources {
    load::parse(load::builtin_source(locale)).unwrap_or_default()
}

impl Texts {
    /// The texts that come with konter; times are shown in `shop_tz`.
    #[must_use]
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
        self.language_mut(locale).own = Some(env);
        Ok(())
    }

    /// The reply as text. `balance` is the reseller's, where the caller has it. Never fails.
    #[must_use]
    pub fn render(&self, locale: Locale, reply: &Reply, balance: Option<Rupiah>) -> Rendered {
        let language = self.language(locale);
        let say = |key: &'static str, fields: Fields| language.tell(key, &fields).unwrap_or_default();
        if let Reply::Receipt { form: ReceiptForm::Text, card } = reply {
            return receipts::block(card, &receipts::labels(&say), self.delivered(card));
        }
        let (key, fields) = describe(reply, balance, &say);
        let text = language.tell(key, &fields).unwrap_or_else(|| promise::plain(reply, balance, key));
        Rendered { buttons: buttons(reply, &say), ..Rendered::from_marked(&text) }
    }

    /// The file this reply is, where it is one: its text is then the words under it. Drawing takes milliseconds.
    #[must_use]
    pub fn file(&self, locale: Locale, reply: &Reply) -> Option<ReplyFile> {
        if let Reply::AdminCatalog { csv, .. } = reply {
            let (name, bytes) = ("catalog.csv".to_owned(), csv.clone().into_bytes());
            return Some(ReplyFile { name, kind: ReplyFileKind::Document, bytes });
        }
        let language = self.language(locale);
        let say: &Say<'_> = &|key, fields| language.tell(key, &fields).unwrap_or_default();
        match reply {
            Reply::Receipt { form, card } => receipts::file(*form, card, &receipts::labels(say), self.delivered(card)),
            Reply::ShopReport { form, card } => reports::file(*form, card, &reports::labels(say)),
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
mod tests;
