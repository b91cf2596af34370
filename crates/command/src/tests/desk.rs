//! What those who work here type without a slash: `tests/data/desk.jsonl`, each line with its meaning.

use crate::spoken::{Named, Wanted, at_the_desk};
use konter_core::catalog::{Catalog, SAMPLE, parse_catalog};

/// `do`: only looks, and is done; `show`: shown as the line that does it; `name`: somebody is named; `advice`; `none`.
#[derive(serde::Deserialize)]
struct Row {
    text: String,
    means: String,
}

fn rows() -> Vec<Row> {
    include_str!("../../../../tests/data/desk.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn meaning(catalog: &Catalog, text: &str) -> String {
    let named = Named {
        kinds: &|code, _| catalog.get(code).map(konter_core::catalog::Product::dest_kind),
        is_supplier: &|name| matches!(name, "kios" | "xgate" | "biller"),
    };
    let Some(wanted) = at_the_desk(text, &named) else { return "none".to_owned() };
    let looks = wanted.looks().is_some();
    match wanted {
        Wanted::Line { line, .. } if looks => format!("do {line}"),
        Wanted::Line { line, .. } => format!("show {line}"),
        Wanted::OfName { line, name } => format!("name {name} {line}"),
        Wanted::Each(lines) => format!("each {}", lines.join(", ")),
        Wanted::Advice(advice) => format!("advice {advice:?}"),
    }
}

#[test]
fn the_desk_is_asked_without_a_slash() {
    let catalog = Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap());
    let rows = rows();
    let read = rows.iter().map(|row| (row, meaning(&catalog, &row.text)));
    let wrong: Vec<String> = read
        .filter(|(row, means)| *means != row.means)
        .map(|(row, means)| format!("{:?}: {means}, not {}", row.text, row.means))
        .collect();
    assert!(wrong.is_empty(), "{} of {} lines:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// Nothing that changes anything is done for words, however they are written.
#[test]
fn only_what_looks_is_done() {
    let catalog = Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap());
    for row in rows().iter().filter(|row| !row.means.starts_with("do ")) {
        for text in [row.text.to_uppercase(), format!("min {} ya", row.text), format!("/{}", row.text)] {
            let means = meaning(&catalog, &text);
            let looks = [
                "/agen",
                "/cari",
                "/katalog",
                "/tiket",
                "/pending",
                "/supplier",
                "/order",
                "/log",
                "/batas",
                "/peran",
                "/rekap",
                "/grup",
            ];
            let looks_only = looks.iter().any(|line| means.starts_with(&format!("do {line}")));
            assert!(!means.starts_with("do ") || looks_only, "{text}: {means}");
        }
    }
}
