//! Where settings are looked up: remembers what was asked for, so that variables nobody reads can be told, and
//! collects mistakes.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use konter_suppliers::SettingError;

/// Variables that begin so are konter's: one that nothing reads is most likely misspelt.
const OURS: [&str; 2] = ["KONTER_", "SUPPLIER_"];
/// Slips of the finger that still make a name the likely meaning of another.
const SLIPS: usize = 3;

pub(super) struct Source<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    asked: RefCell<BTreeSet<String>>,
    /// Prefixes whose variables are not judged, because what would read them is not known.
    unjudged: RefCell<Vec<String>>,
    errors: RefCell<Vec<SettingError>>,
}

impl<'a> Source<'a> {
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, asked: RefCell::default(), unjudged: RefCell::default(), errors: RefCell::default() }
    }

    /// The variable exactly as it stands.
    pub fn raw(&self, name: &str) -> Option<String> {
        self.asked.borrow_mut().insert(name.to_owned());
        (self.lookup)(name)
    }

    /// The variable without surrounding space; `None` when that leaves nothing.
    fn text(&self, name: &str) -> Option<String> {
        self.asked.borrow_mut().insert(name.to_owned());
        self.lookup_text(name)
    }

    fn lookup_text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// A value that may be absent. `parse` tells what is wrong in words that follow the variable's name.
    pub fn value<T>(&self, name: &str, example: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(&self.text(name)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.report(name, &problem, example);
                None
            }
        }
    }

    /// A value that must be there.
    pub fn required<T>(&self, name: &str, example: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if !self.has(name) {
            self.report(name, "is missing", example);
            return None;
        }
        self.value(name, example, parse)
    }

    /// A comma list, each element once; empty elements are passed over.
    pub fn list<T: PartialEq>(&self, name: &str, example: &str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let text = self.text(name).unwrap_or_default();
        let mut values = Vec::new();
        for element in text.split(',').map(str::trim).filter(|element| !element.is_empty()) {
            match parse(element) {
                Ok(value) if values.contains(&value) => {
                    self.report(name, &format!("names `{}` twice", shorten(element)), example);
                }
                Ok(value) => values.push(value),
                Err(problem) => self.report(name, &problem, example),
            }
        }
        values
    }

    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    pub fn report(&self, name: &str, problem: &str, example: &str) {
        self.note(SettingError { name: name.to_owned(), problem: format!("{problem}; for example {name}={example}") });
    }

    /// Says only this of each variable whose value `is_wrong`, whatever else is wrong with it.
    pub fn overrule(&self, is_wrong: impl Fn(&str) -> bool, problem: &str) {
        let asked = self.asked.borrow();
        let wrong = asked.iter().filter(|name| self.lookup_text(name).is_some_and(|value| is_wrong(&value)));
        let mut errors = self.errors.borrow_mut();
        for name in wrong {
            errors.retain(|error| error.name != *name);
            errors.push(SettingError { name: name.clone(), problem: problem.to_owned() });
        }
    }

    pub fn note(&self, error: SettingError) {
        self.errors.borrow_mut().push(error);
    }

    /// Leaves variables with this prefix out of [`Source::unread`].
    pub fn do_not_judge(&self, prefix: &str) {
        self.unjudged.borrow_mut().push(prefix.to_owned());
    }

    /// Those of `names` that look like konter's but were never asked for, each once, with what may have been meant.
    pub fn unread(&self, names: impl IntoIterator<Item = String>) -> Vec<SettingError> {
        let (asked, unjudged) = (self.asked.borrow(), self.unjudged.borrow());
        let names: BTreeSet<String> = names.into_iter().collect();
        names
            .into_iter()
            .filter(|name| {
                let upper = name.to_ascii_uppercase();
                let is_ours = OURS.iter().any(|prefix| upper.starts_with(prefix)) || asked.contains(&upper);
                is_ours && !asked.contains(name)
            })
            .filter(|name| !unjudged.iter().any(|prefix| name.starts_with(prefix)))
            .map(|name| SettingError { problem: why_unread(&name, &asked), name })
            .collect()
    }

    pub fn into_errors(self) -> Vec<SettingError> {
        self.errors.into_inner()
    }
}

fn why_unread(name: &str, asked: &BTreeSet<String>) -> String {
    let upper = name.to_ascii_uppercase();
    if upper != name {
        return format!("nothing reads this: names are written in capitals, {upper}");
    }
    let supplier = name.strip_prefix("SUPPLIER_").and_then(|rest| rest.split_once('_')).map(|(id, _)| id);
    if let Some(id) = supplier.filter(|id| !asked.contains(&format!("SUPPLIER_{id}_PROTOCOL"))) {
        return format!("nothing reads this: KONTER_SUPPLIERS does not name `{}`", id.to_lowercase());
    }
    // Only what follows the common prefix is compared, and short words need to be closer: PIN is not URL.
    let nearest = asked
        .iter()
        .filter_map(|known| {
            let (word, other) = own_parts(name, known)?;
            let slips = strsim::damerau_levenshtein(word, other);
            (slips <= SLIPS.min(word.len() / 3)).then_some((slips, known))
        })
        .min();
    match nearest {
        Some((_, known)) => format!("nothing reads this; did you mean {known}?"),
        None => "nothing reads this".to_owned(),
    }
}

/// What follows the part that two variables of one family share: `KONTER_`, or `SUPPLIER_` and the id.
fn own_parts<'n>(name: &'n str, known: &'n str) -> Option<(&'n str, &'n str)> {
    let prefix = match name.strip_prefix("SUPPLIER_").and_then(|rest| rest.find('_')) {
        Some(id) => name.get(..="SUPPLIER_".len() + id)?,
        None => OURS.into_iter().find(|prefix| name.starts_with(prefix))?,
    };
    Some((name.strip_prefix(prefix)?, known.strip_prefix(prefix)?))
}

/// A whole number within limits.
pub(super) fn number(least: u16, most: u16) -> impl Fn(&str) -> Result<u16, String> {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
    }
}

/// One of these words, in any letter case.
pub(super) fn one_of<T: Copy, const N: usize>(known: [(&str, T); N]) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        let found = known.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| format!("must be one of: {}", known.map(|(word, _)| word).join(", ")))
    }
}

/// A value quoted in an error stays readable, whatever was pasted there.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 40;
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_small_letters_is_told_as_one_that_nothing_reads() {
        let source = Source::new(&|_| None);
        source.has("TELOXIDE_TOKEN");
        source.has("KONTER_LISTEN");
        let told = |name: &str| source.unread([name.to_owned()]).first().map(ToString::to_string).unwrap_or_default();
        for (name, meant) in [
            ("teloxide_token", "TELOXIDE_TOKEN"),
            ("konter_listen", "KONTER_LISTEN"),
            ("Supplier_kios_pin", "SUPPLIER_KIOS_PIN"),
        ] {
            assert!(told(name).contains("capitals") && told(name).contains(meant), "{}", told(name));
        }
        for name in ["http_proxy", "Path", "TELOXIDE_TOKEN"] {
            assert_eq!(told(name), "", "{name}");
        }
    }
}
