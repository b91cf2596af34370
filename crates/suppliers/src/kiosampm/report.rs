//! Where the text of a report stands in a request to our address. The document ("IP Report") says that it comes, not
//! how: so as any one query parameter's value, as the whole query, or as the body, plain or as a form.

use std::borrow::Cow;

use super::super::protocol::{Callback, percent_decoded};
use super::reply;
use konter_core::ids::Reference;

/// Names under which engines of this family send our reference beside the text.
const REFERENCE_NAMES: [&str; 4] = ["refid", "reffid", "ref_id", "idtrx"];

/// Whether a parameter beside the text gives another reference than ours.
pub(super) fn names_another(callback: &Callback, ours: Reference) -> bool {
    let is_reference = |name: &str| REFERENCE_NAMES.iter().any(|known| name.trim().eq_ignore_ascii_case(known));
    let differs = |value: &str| !value.trim().is_empty() && value.trim() != ours.to_string();
    // A report's text under such a name speaks for itself.
    let is_text = |value: &str| value.contains(['#', '%']);
    let is_another = |name: &str, value: &str| is_reference(name) && !is_text(value) && differs(value);
    let body = callback.text();
    let form = if reply::is_one(&body) { "" } else { &*body };
    callback.query.iter().any(|(name, value)| is_another(name, value))
        || form.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| is_another(name, value))
}

/// The one reply text of a callback; `None` when it holds none, or several that differ.
pub(super) fn text(callback: &Callback) -> Option<Cow<'_, str>> {
    let body = callback.text();
    let mut found: Vec<Cow<'_, str>> =
        callback.query.iter().map(|(_, value)| Cow::Borrowed(value.as_str())).filter(|t| reply::is_one(t)).collect();
    if found.is_empty() {
        // A value with a bare `&` or `=`, or no name at all: the pairs are then not what was meant.
        found.extend(between_hashes(&callback.raw_query).map(Cow::Owned));
    }
    if reply::is_one(&body) {
        found.push(body);
    } else if !body.trim_start().starts_with('<') {
        found.extend(between_hashes(&body).map(Cow::Owned));
    }
    let first = found.first()?.trim().to_owned();
    found.iter().all(|text| text.trim() == first).then_some(Cow::Owned(first))
}

/// The decoded text from the first percent-encoded `#` to the last, when it is a reply's.
fn between_hashes(encoded: &str) -> Option<String> {
    const HASH: &str = "%23";
    if encoded.len() > reply::LONGEST * HASH.len() {
        return None;
    }
    let (from, to) = (encoded.find(HASH)?, encoded.rfind(HASH)? + HASH.len());
    // Who writes `%20` for a space means `+` by `+`.
    let plus = if encoded.contains("%20") { b'+' } else { b' ' };
    let text = percent_decoded(encoded.get(from..to)?, plus);
    reply::is_one(&text).then_some(text)
}
