//! Reports by recipe: where the reply is in them, and what proves who sent them.

use subtle::ConstantTimeEq as _;

use super::Recipe;
use super::fault::{Fault, Source};
use super::said::Said;
use super::schema::{self, Hash, On, ReportForm, Verdict};
use super::sign::keyed;
use super::template::{Names, Template, Values};
use super::tree::{Pointer, Tree, text_of};
use crate::json::{self, Json, Object};
use crate::protocol::{Callback, Proof, hex, percent_decoded};
use konter_core::outcome::Doubt;

/// `[report]`, compiled.
#[derive(Debug)]
pub(super) struct Report {
    reference: Vec<String>,
    text: Vec<String>,
    form: ReportForm,
    proof: Option<Check>,
    ping: Option<Pointer>,
}

#[derive(Debug)]
struct Check {
    given: Given,
    prefix: String,
    must_be: MustBe,
    /// Only where this setting is set.
    when: Option<String>,
}

#[derive(Debug)]
enum Given {
    /// In lower case.
    Header(String),
    Member(Pointer),
}

#[derive(Debug)]
enum MustBe {
    /// A hash of the whole body: it covers what is said.
    Keyed { hash: Hash, key: Template },
    /// A constant or a hash of the reference: any word can be put behind it.
    Equal(Template),
}

impl Report {
    pub fn compile(source: &Source<'_>, written: &schema::Report, names: &Names) -> Result<Self, Fault> {
        let ping = written.ping.as_ref().map(|text| Pointer::parse(source, text, "report.ping")).transpose()?;
        Ok(Self {
            reference: written.reference.clone(),
            text: written.text.clone(),
            form: written.form,
            proof: written.proof.as_ref().map(|proof| Check::compile(source, proof, names)).transpose()?,
            ping,
        })
    }

    /// What a report says.
    pub fn said(&self, recipe: &Recipe, callback: &Callback) -> Said {
        let body = callback.text();
        let said = match self.form {
            ReportForm::Params => self.in_params(recipe, callback),
            ReportForm::Json => json::read(&body).ok().and_then(|tree| {
                let reader = recipe.json.as_ref()?;
                Some(reader.read(&tree, Some(On::Report), recipe.text.as_ref()))
            }),
            ReportForm::Text => {
                let text =
                    if body.trim().is_empty() { percent_decoded(&callback.raw_query, b' ') } else { body.into_owned() };
                Some(recipe.said(&text, Some(On::Report)))
            }
        };
        said.unwrap_or_default()
    }

    fn in_params(&self, recipe: &Recipe, callback: &Callback) -> Option<Said> {
        let text = self.text_of(callback);
        let pairs = callback.query.iter().chain(&callback.form).map(|(name, value)| (name.as_str(), value.as_str()));
        let mut said = match (Object::of_pairs(pairs), &recipe.json) {
            (Err(doubt), _) => Said { doubt: Some(doubt), ..Said::default() },
            (Ok(object), Some(reader)) => {
                let mut said = reader.read(&Json::Object(object), Some(On::Report), recipe.text.as_ref());
                // A text that says how its order ended has been read with the rest.
                let text = text.unwrap_or_default();
                match recipe.text.as_ref().map(|reader| reader.read(&text, Some(On::Report)).verdict) {
                    Some(Verdict::Failed | Verdict::Success) => {}
                    Some(Verdict::Pending) if said.verdict == Verdict::Success => {
                        (said.verdict, said.doubt) = (Verdict::Unknown, Some(Doubt::Contradictory));
                    }
                    _ => said.hold_against(&text),
                }
                said
            }
            (Ok(_), None) => recipe.text.as_ref()?.read(&text?, Some(On::Report)),
        };
        self.name(callback, &mut said);
        Some(said)
    }

    /// The reply in a report's parameters.
    pub fn text_of(&self, callback: &Callback) -> Option<String> {
        self.text.iter().find_map(|name| json::free_text(callback, name, &self.known(), &["saldo", "sn"]))
    }

    /// The reference is the parameter's. A text that names another one is in doubt: which of the two is meant?
    fn name(&self, callback: &Callback, said: &mut Said) {
        let given = self
            .reference
            .iter()
            .find_map(|name| callback.param(name))
            .map(str::trim)
            .filter(|given| !given.is_empty());
        let Some(given) = given else { return };
        if said.reference.as_deref().is_some_and(|other| other != given) {
            said.verdict = Verdict::Unknown;
            said.doubt = Some(Doubt::Contradictory);
        }
        said.reference = Some(given.to_owned());
    }

    fn known(&self) -> Vec<&str> {
        const USUAL: [&str; 8] = ["refid", "status", "price", "t", "trxid", "kode", "tujuan", "sign"];
        self.reference.iter().map(String::as_str).chain(USUAL).collect()
    }

    /// A report's query string that was handed over as a text.
    pub fn taken(&self, recipe: &Recipe, text: &str) -> Option<Said> {
        if self.form != ReportForm::Params {
            return None;
        }
        let query = text
            .split_once('?')
            .filter(|(path, _)| !path.contains(char::is_whitespace))
            .map_or(text, |(_, query)| query);
        let (first, _) = query.split_once('=')?;
        let is_name = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let names_ours = |name: &String| {
            let lower = query.to_ascii_lowercase();
            lower.starts_with(&format!("{}=", name.to_ascii_lowercase()))
                || lower.contains(&format!("&{}=", name.to_ascii_lowercase()))
        };
        if !is_name || !query.contains('&') || !self.text.iter().any(names_ours) {
            return None;
        }
        let mut callback = Callback::read(query.to_owned(), b"");
        // Who pasted it decoded means every `+` by it.
        if query.contains(' ') {
            let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            callback.query = pairs.map(|(name, value)| (name.to_owned(), percent_decoded(value, b'+'))).collect();
            callback.raw_query = query.replace('+', "%2B");
        }
        self.in_params(recipe, &callback)
    }

    pub fn is_ping(&self, callback: &Callback) -> bool {
        let Some(ping) = &self.ping else { return false };
        json::read(&callback.text()).is_ok_and(|root| ping.find(&Tree { root: &root, inner: &root }).is_some())
    }

    /// What a report proves. `reference` is the one it names.
    pub fn prove(&self, callback: &Callback, values: &Values<'_>) -> Proof {
        let Some(check) = &self.proof else { return Proof::None };
        let is_asked_for = |setting: &String| (values.settings)(setting).is_some_and(|value| !value.is_empty());
        if !check.when.as_ref().is_none_or(is_asked_for) {
            return Proof::None;
        }
        check.prove(callback, values).unwrap_or(Proof::Wrong)
    }
}

impl Check {
    fn compile(source: &Source<'_>, written: &schema::ProofRule, names: &Names) -> Result<Self, Fault> {
        const PATH: &str = "report.proof";
        let wrong = |why: &str| source.of("[report.proof]", PATH, why);
        let template = |text: &String| Template::parse(text, names).map_err(|why| source.of(text, PATH, why));
        let given = match (&written.header, &written.pointer) {
            (Some(header), None) => Given::Header(header.to_ascii_lowercase()),
            (None, Some(pointer)) => Given::Member(Pointer::parse(source, pointer, PATH)?),
            _ => return Err(wrong("needs either `header` or `pointer`")),
        };
        let must_be = match (written.hmac, &written.key, &written.equals) {
            (Some(hash), Some(key), None) => MustBe::Keyed { hash, key: template(key)? },
            (None, None, Some(equals)) => MustBe::Equal(template(equals)?),
            _ => return Err(wrong("needs either `hmac` with `key`, or `equals`")),
        };
        if let Some(setting) = written.when.as_ref().filter(|setting| !names.settings.contains(*setting)) {
            return Err(source.of(setting, PATH, format!("`{setting}` is not described in [settings]")));
        }
        Ok(Self { given, prefix: written.prefix.clone(), must_be, when: written.when.clone() })
    }

    fn prove(&self, callback: &Callback, values: &Values<'_>) -> Option<Proof> {
        let given = match &self.given {
            Given::Header(name) => callback.header(name)?.to_owned(),
            Given::Member(pointer) => {
                let root = json::read(&callback.text()).ok()?;
                pointer.find(&Tree { root: &root, inner: &root }).and_then(text_of)?
            }
        };
        let given = given.trim().strip_prefix(&self.prefix)?.to_owned();
        let (wanted, proof, given) = match &self.must_be {
            MustBe::Keyed { hash, key } => {
                let key = key.text(values).filter(|key| !key.is_empty())?;
                (hex(&keyed(*hash, key.as_bytes(), &callback.body)), Proof::Content, given.to_ascii_lowercase())
            }
            MustBe::Equal(equals) => (equals.text(values).filter(|wanted| !wanted.is_empty())?, Proof::Sender, given),
        };
        bool::from(wanted.as_bytes().ct_eq(given.as_bytes())).then_some(proof)
    }
}
