//! From a recipe's text to a [`Recipe`]: the schema, then every part, then what no recipe may leave out.

use chrono::TimeDelta;

use super::call::Call;
use super::fault::{Fault, Source};
use super::inquiry::Inquiry;
use super::prices::Prices;
use super::report::Report;
use super::schema::{self, File, Verdict};
use super::sign::Sign;
use super::template::{Names, Template};
use super::text::{TextReader, regex};
use super::tree::{Pointer, TreeReader};
use super::{Balance, Recipe, Setting, Status};
use konter_core::outcome::FailureKind;

/// The recipe, and its file for whoever runs its recorded replies.
pub(super) fn read(file: &str, text: &str) -> Result<(Recipe, File), Fault> {
    let source = Source { file, text };
    let written: File = toml::from_str(text).map_err(|error| source.unreadable(&error))?;
    let recipe = compile(&source, &written)?;
    Ok((recipe, written))
}

fn compile(source: &Source<'_>, written: &File) -> Result<Recipe, Fault> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if let Some(wrong) = written.settings.keys().find(|name| !is_name(name)) {
        return Err(source.of(wrong, "settings", format!("`{wrong}` must be lower-case letters, digits and `_`")));
    }
    let settings = written.settings.iter().map(|(name, setting)| {
        let setting =
            Setting { secret: setting.secret, default: setting.default.clone(), one_of: setting.one_of.clone() };
        (name.clone(), setting)
    });
    let mut names = Names { settings: written.settings.keys().cloned().collect(), ..Names::default() };
    let signs = written
        .sign
        .iter()
        .map(|(name, sign)| Ok((name.clone(), Sign::compile(source, name, sign, &names)?)))
        .collect::<Result<_, Fault>>()?;
    names.signs = written.sign.keys().cloned().collect();
    let call = |field: &str, call: &schema::Call| Call::compile(source, field, call, &names);
    let order = call("order", &written.order)?;
    let payment = written.payment.as_ref().map(|payment| call("payment", payment)).transpose()?;
    if !order.names_reference() {
        let why = "does not send {ref}: what becomes of an order could never be told from another's";
        return Err(source.of("[order]", "order", why));
    }
    let status = match &written.status {
        Some(status) => Some(compile_status(source, status, &order, payment.as_ref(), &names)?),
        None => None,
    };
    let (text, reasons) = words(source, written)?;
    let recipe = Recipe {
        name: written.name.clone(),
        settings: settings.collect(),
        signs,
        serial: written.serial,
        inquiry: match &written.inquiry {
            Some(inquiry) => Some(Inquiry::compile(source, "inquiry", inquiry, &names)?),
            None => None,
        },
        lookup: match &written.lookup {
            Some(lookup) => Some(Inquiry::compile(source, "lookup", lookup, &names)?),
            None => None,
        },
        balance: match &written.balance {
            Some(balance) => Some(Balance {
                call: call("balance", &balance.call)?,
                pointer: balance.pointer.as_ref().map(|text| Pointer::parse(source, text, "balance")).transpose()?,
            }),
            None => None,
        },
        prices: written.prices.as_ref().map(|prices| Prices::compile(source, prices, &names)).transpose()?,
        report: written.report.as_ref().map(|report| Report::compile(source, report, &names)).transpose()?,
        taken: written.taken.as_ref().map(|taken| whole(source, taken)).transpose()?,
        borrows_words: written.words_of.is_some(),
        text,
        json: written.json.as_ref().map(|json| TreeReader::compile(source, json)).transpose()?,
        reasons,
        order,
        token: written.token.as_ref().map(|token| call("token", token)).transpose()?,
        payment,
        status,
    };
    must_be_readable(source, &recipe)?;
    Ok(recipe)
}

/// An expression that must match all of an answer.
fn whole(source: &Source<'_>, taken: &toml::Spanned<String>) -> Result<regex::Regex, Fault> {
    regex(source, taken, "taken")?;
    let anchored = format!(r"^\s*(?:{})\s*$", taken.as_ref());
    regex(source, &toml::Spanned::new(taken.span(), anchored), "taken")
}

/// How texts are read, and what the reasons in them come to.
type Words = (Option<TextReader>, Vec<(regex::Regex, FailureKind)>);

/// How texts are read, and what reasons in them come to: the recipe's own, or a shipped one's.
fn words(source: &Source<'_>, written: &File) -> Result<Words, Fault> {
    let own = read_words(source, written)?;
    let Some(name) = &written.words_of else { return Ok(own) };
    if written.text.is_some() {
        return Err(source.of(name, "words_of", "there is a [text] as well; which of the two counts?"));
    }
    let text = super::shipped::text(name)
        .ok_or_else(|| source.of(name, "words_of", format!("`{name}` is no shipped recipe")))?;
    let shipped = Source { file: name, text };
    let file: File = toml::from_str(text).map_err(|error| shipped.unreadable(&error))?;
    let (reader, mut reasons) = read_words(&shipped, &file)?;
    let (_, mut all) = own;
    all.append(&mut reasons);
    Ok((reader, all))
}

fn read_words(source: &Source<'_>, written: &File) -> Result<Words, Fault> {
    let text = written.text.as_ref().map(|text| TextReader::compile(source, text)).transpose()?;
    let reason = |reason: &schema::Reason| Ok((regex(source, &reason.pattern, "reason")?, reason.kind));
    Ok((text, written.reasons.iter().map(reason).collect::<Result<_, Fault>>()?))
}

/// Replies that can never be told to be ours, or never be a success, are a mistake in the file.
fn must_be_readable(source: &Source<'_>, recipe: &Recipe) -> Result<(), Fault> {
    if recipe.text.is_none() && recipe.json.is_none() {
        return Err(source.of("", "text", "needs [text] or [json]: nothing says how replies are read"));
    }
    let in_text = recipe.text.iter().flat_map(|text| text.rules.iter().map(|rule| rule.verdict));
    let in_json = recipe.json.iter().flat_map(|json| json.rules.iter().map(|rule| rule.verdict));
    if !in_text.chain(in_json).any(|verdict| verdict == Verdict::Success) {
        return Err(source.of("", "text.rule", "no rule says what a success is"));
    }
    if let Some(inquiry) = &recipe.inquiry
        && inquiry.is_quoted()
        && recipe.payment.is_none()
    {
        return Err(source.of("[inquiry]", "inquiry", "needs [payment]: what was looked up must be paid by its quote"));
    }
    Ok(())
}

fn compile_status(
    source: &Source<'_>,
    written: &schema::Status,
    order: &Call,
    payment: Option<&Call>,
    names: &Names,
) -> Result<Status, Fault> {
    let wrong = |why: &str| Err(source.of("[status]", "status", why));
    let call = |field: &str, call: &schema::Call| Call::compile(source, field, call, names);
    let (order, own_payment) = match (&written.call, written.repeat) {
        (Some(_), true) => return wrong("has both `call` and `repeat`"),
        (None, false) => return wrong("needs either `call`, or `repeat = true`"),
        (Some(own), false) => {
            let payment = written.payment.as_ref().map(|own| call("status.payment", own)).transpose()?;
            (Some(call("status.call", own)?), payment)
        }
        (None, true) => {
            let add = written.add.iter().map(|(name, text)| {
                let template = Template::parse(text, names).map_err(|why| source.of(text, "status.add", why))?;
                Ok((name.clone(), template))
            });
            let add: Vec<_> = add.collect::<Result<_, Fault>>()?;
            // A bill's payment once more pays again, unless something in it says that it only asks.
            let own = written.payment.as_ref().map(|own| call("status.payment", own)).transpose()?;
            let repeated = payment.filter(|_| !add.is_empty()).map(|payment| payment.with_query(add.clone()));
            (Some(order.with_query(add)), own.or(repeated))
        }
    };
    if written.repeat && (written.not_before_secs.is_none() || written.within_hours.is_none()) {
        return wrong(
            "an order sent again needs `not_before_secs` and `within_hours`: sooner it may overtake the first, later it may buy",
        );
    }
    if written.within_hours == Some(0) {
        return wrong("`within_hours` must be at least 1");
    }
    Ok(Status {
        order,
        payment: own_payment,
        repeats: written.repeat,
        is_marked: !written.add.is_empty(),
        not_before: TimeDelta::seconds(written.not_before_secs.unwrap_or(0).into()),
        within: written.within_hours.map(|hours| TimeDelta::hours(hours.into())),
        outlives_day: written.outlives_day,
    })
}
