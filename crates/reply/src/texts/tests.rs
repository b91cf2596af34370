//! Rendering never fails, never lets invisible characters through, and never tells a reseller what is not theirs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::samples::{Sample, samples};
use konter_core::agent::Locale;
use konter_core::clean::clean;
use konter_core::order::FailureReason;
use konter_core::order::card::OrderLine;
use konter_core::outcome::FailureKind;

const TZ: Tz = chrono_tz::Asia::Jakarta;

fn all() -> Vec<Sample> {
    samples().expect("samples are well-formed")
}

fn own(file: &str, contents: &str) -> Result<Texts, Vec<String>> {
    Texts::with_overrides(TZ, &[(file, contents)]).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

#[test]
fn built_in_texts_have_no_mistakes() {
    for locale in Locale::ALL {
        let sources = load::parse(load::builtin_source(locale)).unwrap();
        let mut env = load::environment(TZ);
        assert_eq!(load::compile(&mut env, &sources), [], "{locale:?}");
        assert_eq!(load::rehearse(&env, &sources), [], "{locale:?}");
    }
}

/// All of them, compiled, take 15 MiB.
#[test]
fn texts_are_compiled_when_they_are_told() {
    let own = own("id.toml", "[talk]\ntry_again = 'GAGAL, coba lagi'").unwrap();
    let compiled =
        || [own.id.own.as_ref().unwrap(), &own.id.builtin, &own.en.builtin].map(|env| env.templates().count());
    assert_eq!(compiled(), [0, 0, 0]);
    drop(own.render(Locale::Id, &Reply::NotAdmin, None));
    assert!(matches!(compiled(), [1..5, 0, 0]), "{:?}", compiled());
}

#[test]
fn both_languages_have_the_same_texts() {
    let keys = |locale| builtin_sources(locale).into_keys().collect::<BTreeSet<_>>();
    assert_eq!(keys(Locale::Id), keys(Locale::En));
}

/// A text no sample reaches would never be checked in an operator's own wording.
#[test]
fn samples_reach_every_text() {
    let (parts, others): (Vec<_>, Vec<_>) =
        builtin_sources(Locale::Id).into_keys().partition(|key| key.starts_with("part."));
    // A broken text hides the parts it includes, so each part is broken alone.
    for broken in parts.into_iter().map(|part| vec![part]).chain([others]) {
        let fail = |key: &String| (key.clone(), "{{ 1 / 0 }}".to_owned());
        let sources: Sources = broken.iter().map(fail).collect();
        let mut env = load::environment(TZ);
        load::compile(&mut env, &builtin_sources(Locale::Id));
        load::compile(&mut env, &sources);
        let found: BTreeSet<_> = load::rehearse(&env, &sources).into_iter().filter_map(|(key, _)| key).collect();
        assert_eq!(found, broken.into_iter().collect());
    }
}

#[test]
fn every_admin_reply_has_a_text_of_its_own() {
    let texts = Texts::builtin(TZ);
    let refusal = texts.render(Locale::Id, &Reply::NotAdmin, None);
    for Sample { reply, .. } in all() {
        assert_eq!(texts.render(Locale::Id, &reply, None) == refusal, reply == Reply::NotAdmin, "{reply:?}");
    }
}

#[test]
fn an_own_text_replaces_the_built_in_one_and_no_other() {
    let texts = own(
        "id.toml",
        "[order]\nsuccess = '''SUKSES bos! {{ product }} {{ dest }} SN: {{ sn }}{% include \"part.balance\" %}'''",
    )
    .unwrap();
    let success = all().into_iter().find(|s| matches!(s.reply, Reply::OrderSuccess(_))).unwrap();
    let told = |locale| texts.render(locale, &success.reply, success.balance).body;
    assert_eq!(told(Locale::Id), "SUKSES bos! S10 081234567890 SN: 0412345678901234\nSaldo 89.500");
    assert!(told(Locale::En).starts_with("SUKSES (success)"));
}

#[test]
fn every_mistake_names_file_text_and_what_is_wrong() {
    for (file, contents, errors) in [
        ("jv.toml", "", vec!["jv.toml: no language has this name; the files are `id.toml` and `en.toml`"]),
        ("id.toml", "[order\n", vec!["id.toml: near line 1: "]),
        ("id.toml", "welcome = 'hai'", vec!["id.toml: welcome: stands outside a section"]),
        ("id.toml", "[talk]\nwelcome = 5", vec!["id.toml: talk.welcome: must be a text in quotes"]),
        (
            "id.toml",
            "[order]\nsucces = 'x'",
            vec!["id.toml: order.succes: there is no such text; did you mean `order.success`?"],
        ),
        ("en.toml", "[talk]\nwelcome = '{% if %}'", vec!["en.toml: talk.welcome: syntax error: "]),
        (
            "id.toml",
            "[talk]\nwelcome = '{{ nama }}'",
            vec![
                "id.toml: talk.welcome: undefined value",
                "id.toml: talk.welcome: unknown name `nama`; this text is given: balance, name, registered",
            ],
        ),
        (
            "id.toml",
            "[talk]\nwelcome = '{{ name }}'",
            vec!["id.toml: talk.welcome: invalid operation: a value can be missing"],
        ),
        (
            "id.toml",
            "[talk]\nwelcome = 'x{% if registered == 5 %}{{ oops }}{% endif %}'",
            vec!["id.toml: talk.welcome: unknown name `oops`"],
        ),
        ("id.toml", "[talk]\nwelcome = ' '", vec!["id.toml: talk.welcome: is empty"]),
        (
            "id.toml",
            "[part]\nbalance = '{% if balance is not none %}{{ balans }}{% endif %}'",
            vec!["id.toml: part.balance: undefined value", "id.toml: part.balance: unknown name `balans`"],
        ),
        ("id.toml", "[talk]\ntry_again = 'Rusak'", vec!["id.toml: talk.try_again: must say `GAGAL`"]),
        ("id.toml", "[talk]\ntry_again = 'GAGAL bukan SUKSES'", vec!["id.toml: talk.try_again: must not say `SUKSES`"]),
        (
            "id.toml",
            "[order]\npending = '{{ product }} {{ dest }} diproses'",
            vec!["id.toml: order.pending: must say `Saldo -1.500`", "id.toml: order.pending: must say `Saldo 89.500`"],
        ),
    ] {
        let found = own(file, contents).expect_err(contents);
        assert_eq!(found.len(), errors.len(), "{contents}: {found:?}");
        for (found, expected) in found.iter().zip(&errors) {
            assert!(found.starts_with(expected), "{contents}: {found}");
        }
    }
}

/// Shops fail in ways no check foresees; a reseller still gets an answer its program can read.
#[test]
fn a_text_that_fails_later_gives_way() {
    let mut texts = Texts::builtin(TZ);
    let success = all().into_iter().find(|s| matches!(s.reply, Reply::OrderSuccess(_))).unwrap();
    let built_in = texts.render(Locale::Id, &success.reply, success.balance);
    let mut failing = load::environment(TZ);
    failing.add_template("order.success", "{{ 1 / 0 }}").unwrap();
    texts.id.own = Some(failing);
    assert_eq!(texts.render(Locale::Id, &success.reply, success.balance), built_in);

    texts.id.builtin = load::environment(TZ);
    assert_eq!(
        texts.render(Locale::Id, &success.reply, success.balance).body,
        "SUKSES S10 081234567890 SN: 0412345678901234 Saldo 89.500"
    );
    for Sample { reply, balance } in all() {
        assert!(!texts.render(Locale::Id, &reply, balance).body.is_empty(), "{reply:?}");
    }
}

#[test]
fn a_reseller_never_learns_what_lies_between_shop_and_supplier() {
    let texts = Texts::builtin(TZ);
    for Sample { reply, balance } in all() {
        let Reply::OrderFailed(line) = &reply else { continue };
        let Some(FailureReason::Supplier(kind)) = line.reason else { continue };
        let internal = matches!(
            kind,
            FailureKind::SupplierFunds
                | FailureKind::SupplierLimit
                | FailureKind::SupplierDisturbed
                | FailureKind::AccountRefused
                | FailureKind::ProductUnknown
                | FailureKind::ProductDisturbed
        );
        let body = texts.render(Locale::Id, &reply, balance).body;
        assert_eq!(body.contains("produk sedang gangguan"), internal, "{body}");
        assert!(!body.contains("deposit") && !body.contains("supplier"), "{body}");
    }
}

#[test]
fn serials_tokens_and_texts_to_send_again_can_be_copied() {
    let texts = Texts::builtin(TZ);
    let copied: BTreeSet<String> = all()
        .iter()
        .flat_map(|s| texts.render(Locale::Id, &s.reply, s.balance).copyable().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    for part in
        ["0412345678901234", "1234-5678-9012-3456-7890", "S10.2.081234567890.PIN", "S10.081234567890.PIN", "KR0007"]
    {
        assert!(copied.contains(part), "{part} is not in {copied:?}");
    }
}

/// What an override says at the start is not all it may say later.
#[test]
fn an_own_text_that_breaks_its_promise_later_gives_way() {
    let texts = own(
        "id.toml",
        "[order]\nsuccess = '{% if product_name == \"Baru\" %}SUKSES{% else %}SUKSES {{ product }} {{ dest }} SN: {{ sn }}\
         {% include \"part.balance\" %}{% endif %}'",
    )
    .unwrap();
    let success = all().into_iter().find(|s| matches!(s.reply, Reply::OrderSuccess(_))).unwrap();
    let Reply::OrderSuccess(line) = success.reply else { unreachable!() };
    let told = |product_name: &str| {
        let line = OrderLine { product_name: product_name.to_owned(), ..line.clone() };
        texts.render(Locale::Id, &Reply::OrderSuccess(line), success.balance).body
    };
    assert_eq!(told("Lama"), "SUKSES S10 081234567890 SN: 0412345678901234\nSaldo 89.500");
    assert!(texts.id.failed.lock().is_empty());
    assert!(told("Baru").contains("SN: 0412345678901234"));
    assert_eq!(texts.id.failed.lock().iter().collect::<Vec<_>>(), ["order.success"]);
}

/// Every sample, and where a string in it may be any other: all but codes, times and names of variants.
static OPEN: LazyLock<Vec<(serde_json::Value, Vec<String>)>> = LazyLock::new(|| {
    let replies = all().into_iter().filter(|sample| sample.balance.is_none());
    let replies = replies.map(|sample| serde_json::to_value(sample.reply).unwrap());
    replies
        .map(|reply| {
            let mut places = Vec::new();
            strings(&reply, String::new(), &mut places);
            places.retain(|place| told_with(&reply, std::slice::from_ref(place), "?").is_some());
            (reply, places)
        })
        .collect()
});

fn strings(value: &serde_json::Value, place: String, places: &mut Vec<String>) {
    match value {
        serde_json::Value::String(_) => places.push(place),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| strings(item, format!("{place}/{at}"), places));
        }
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| strings(field, format!("{place}/{name}"), places));
        }
        _ => {}
    }
}

fn told_with(reply: &serde_json::Value, places: &[String], text: &str) -> Option<Reply> {
    let mut reply = reply.clone();
    places.iter().filter_map(|place| reply.pointer_mut(place).map(|string| *string = text.into())).for_each(drop);
    serde_json::from_value(reply).ok()
}

fn assert_clean(shown: &str) {
    for line in shown.lines() {
        assert_eq!(clean(line, line.len()), line.trim(), "in {shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn whatever_people_and_suppliers_write_every_answer_is_clean_and_its_ranges_fit(
        text in "(?s).{0,80}|\\PC{0,50}|(?s).{0,3000}", balance: Option<i64>,
    ) {
        static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::builtin(TZ));
        // What cannot be seen, what turns the reading direction, and what marks a copyable part.
        let text = format!("zq{text}\u{202e}\u{200b}\u{7}\u{e000}\n\u{e001}");
        let mut reached = 0;
        for (reply, places) in OPEN.iter() {
            let reply = told_with(reply, places, &text).expect("each place takes any string");
            for locale in Locale::ALL {
                let told = TEXTS.render(locale, &reply, balance.map(Rupiah::new));
                assert_clean(&told.body);
                told.buttons.iter().flatten().for_each(|button| assert_clean(&button.label));
                prop_assert_eq!(told.copyable().count(), told.copy.len());
                reached += usize::from(told.body.contains("zq"));
            }
        }
        prop_assert!(reached > 200, "{reached} answers show what was written");
    }
}

#[test]
fn a_reseller_s_text_is_not_given_what_only_admins_may_know() {
    for Sample { reply, balance } in all() {
        if !matches!(reply, Reply::OrderFailed(_) | Reply::OrderReversed(_) | Reply::Orders { .. } | Reply::Sales(_)) {
            continue;
        }
        let (_, fields) = told(&reply, balance, &|key, _| format!("<{key}>"));
        let given = minijinja::value::Value::from(fields).to_string();
        for hidden in ["cause", "cost", "uplines", "margin", "supplier_funds"] {
            assert!(!given.contains(hidden), "{hidden} in {given}");
        }
    }
}

#[test]
fn texts_of_others_are_cut_to_what_their_place_takes() {
    let texts = Texts::builtin(TZ);
    for (field, longest) in [("/name", 60), ("/dest", 40), ("/sn", 500), ("/note", 300)] {
        let long = "w".repeat(5_000);
        let here = |places: &[String]| places.iter().any(|place| place == field);
        let replies = OPEN.iter().filter(|(_, places)| here(places));
        let replies = replies.filter_map(|(reply, _)| told_with(reply, &[field.to_owned()], &long));
        let shown = replies.map(|reply| texts.render(Locale::Id, &reply, None).body);
        let runs: Vec<usize> = shown.filter_map(|body| body.split(|c| c != 'w').map(str::len).max()).collect();
        assert_eq!(runs.iter().max(), Some(&longest), "{field}");
    }
}
