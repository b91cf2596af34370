//! Every reply in every language, in one file per language: what a reviewer reads to see what the shop says.
//! `«…»` stands around what can be copied with one tap.

use konter_core::agent::Locale;
use konter_core::money::Rupiah;
use konter_reply::{Rendered, Reply, Texts, samples};

/// The body with its copyable parts marked.
fn shown(rendered: &Rendered) -> String {
    let mut shown = rendered.body.clone();
    for range in rendered.copy.iter().rev() {
        shown.insert(range.end, '»');
        shown.insert(range.start, '«');
    }
    shown
}

/// The variant's name, from its serialised form.
fn kind(reply: &Reply) -> String {
    let value = serde_json::to_value(reply).expect("replies serialise");
    value["reply"].as_str().unwrap_or_default().to_owned()
}

fn everything_said_in(locale: Locale) -> String {
    let texts = Texts::builtin(chrono_tz::Asia::Jakarta);
    let with_balance = samples().expect("samples are well-formed").into_iter();
    let with_balance = with_balance.filter(|sample| sample.balance == Some(Rupiah::new(89_500)));
    let told = with_balance.map(|sample| {
        let text = shown(&texts.render(locale, &sample.reply, sample.balance));
        format!("==== {}\n{text}\n", kind(&sample.reply))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn replies_in_indonesian() {
    insta::assert_snapshot!("id", everything_said_in(Locale::Id));
}

#[test]
fn replies_in_english() {
    insta::assert_snapshot!("en", everything_said_in(Locale::En));
}
