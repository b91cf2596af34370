//! The table of commands against what tells people of it: `docs/commands.md` and the help texts.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use konter_command::{FAMILIES, Topic, formats, is_reserved, least_role};
use konter_core::staff::Role;
use regex::Regex;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
/// What stands between these two lines of the document is written here.
const BEGIN: &str = "<!-- from the table of commands: KONTER_WRITE_DOCS=1 cargo test --test in_process commands -->\n";
const END: &str = "<!-- end of the table of commands -->\n";

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

/// The table as the document shows it.
fn shown() -> String {
    let mut text = String::new();
    for family in &FAMILIES {
        let _ = write!(
            text,
            "\n### {}\n\n| words | least role | for example | meaning |\n|---|---|---|---|\n",
            family.name
        );
        for format in family.formats {
            let words: Vec<String> = format.words.iter().map(|word| code(word)).collect();
            let also = format.also.iter().map(|(line, least)| match format.least {
                Some(usual) if usual != *least => format!("{} ({least})", code(line)),
                _ => code(line),
            });
            let lines: Vec<String> = std::iter::once(code(format.example)).chain(also).collect();
            let least = format.least.map_or("–", Role::name);
            let _ = writeln!(text, "| {} | {least} | {} | {} |", words.join(" "), lines.join(", "), format.meaning);
        }
    }
    text.push('\n');
    text
}

#[test]
fn the_document_shows_the_table() {
    let document = fs::read_to_string(DOCUMENT).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("the table's first line");
    let (table, after) = rest.split_once(END).expect("the table's last line");
    if table == shown() {
        return;
    }
    if std::env::var_os("KONTER_WRITE_DOCS").is_some() {
        fs::write(DOCUMENT, format!("{before}{BEGIN}{}{END}{after}", shown())).unwrap();
        return;
    }
    let wrong = table.lines().zip(shown().lines()).find(|(is, should)| is != should).map(|(is, _)| is.to_owned());
    panic!(
        "docs/commands.md is not of today, from {wrong:?} on: KONTER_WRITE_DOCS=1 cargo test --test in_process commands"
    );
}

/// That table is written by hand.
#[test]
fn what_servers_disagree_about_is_a_word_here_or_an_order() {
    let document = fs::read_to_string(DOCUMENT).unwrap();
    let (_, table) = document.split_once("### Where servers disagree").expect("the table");
    let typed = Regex::new(r"(?m)^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$").unwrap();
    let typed: Vec<&str> = typed.captures_iter(table).map(|row| row.get(1).unwrap().as_str()).collect();
    assert_eq!(typed.len(), table.lines().filter(|line| line.starts_with("| `")).count());
    assert!(typed.len() > 20, "{typed:?}");
    for word in typed.iter().flat_map(|typed| typed.split([',', '/'])) {
        let word = word.trim().split(['.', ' ']).next().unwrap_or_default();
        assert!(is_reserved(word) || ["…", "I2", "2S10"].contains(&word), "{word}");
    }
}

/// The help texts of a language, without what the templates add.
fn help(language: &str) -> String {
    let path = format!("{}/locales/{language}.toml", env!("CARGO_MANIFEST_DIR"));
    let texts: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let pages = texts["help"].as_table().unwrap().values();
    let more = texts.values().filter_map(|section| section.get("help"));
    let short = ["help_reseller", "help_staff"].into_iter().filter_map(|part| texts["part"].get(part));
    let text: Vec<&str> = pages.chain(more).chain(short).filter_map(toml::Value::as_str).collect();
    assert!(text.len() > 15, "{language}: {} pages", text.len());
    let copied = Regex::new(r#"\{\{\s*"([^"]*)"\|salin\s*\}\}"#).unwrap();
    let logic = Regex::new(r"\{%.*?%\}").unwrap();
    logic.replace_all(&copied.replace_all(&text.join("\n"), "$1"), "").into_owned()
}

#[test]
fn the_help_names_every_command() {
    // What they leave out is told where it is needed.
    const UNSAID: [Topic; 3] = [Topic::Language, Topic::CancelOrder, Topic::Queue];
    // The buttons below the question say the same.
    const BUTTONS: [&str; 2] = ["/kirimsiaran", "/batalsiaran"];
    let word = Regex::new(r"/?[A-Za-z][A-Za-z0-9]*").unwrap();
    for language in ["id", "en"] {
        let text = help(language);
        let named: BTreeSet<&str> = word.find_iter(&text).map(|found| found.as_str()).collect();
        let is_named = |words: &[&str]| words.iter().any(|word| named.contains(word));
        for topic in Topic::ALL {
            // Orders open with a product.
            let told = topic == Topic::Order
                || formats().filter(|format| format.topic == topic).any(|format| is_named(format.words));
            assert_eq!(told, !UNSAID.contains(&topic), "{language}: {topic:?}");
        }
        for format in formats().filter(|format| format.least.is_some()) {
            let told = is_named(format.words) || BUTTONS.contains(&format.words[0]);
            assert!(told, "{language}: {:?}", format.words);
        }
    }
}

#[test]
fn the_help_names_no_command_that_does_not_exist() {
    // `TR.KR0002.…`, and what is copied by a tap.
    let dotted = Regex::new(r"(?:^|[^\w.])([A-Z]+)\.[A-Za-z0-9+-]").unwrap();
    let slashed = Regex::new(r"(?:^|[^\w/])(/[a-z]+)").unwrap();
    for language in ["id", "en"] {
        let text = help(language);
        let words: BTreeSet<&str> = dotted.captures_iter(&text).map(|found| found.get(1).unwrap().as_str()).collect();
        assert!(words.len() > 20, "{language}: {words:?}");
        for word in words {
            assert!(is_reserved(word), "{language}: {word} is no command");
        }
        let staff: BTreeSet<&str> = slashed.captures_iter(&text).map(|found| found.get(1).unwrap().as_str()).collect();
        assert!(staff.len() > 20, "{language}: {staff:?}");
        for word in staff {
            let known = least_role(word).is_some() || is_reserved(word.trim_start_matches('/'));
            assert!(known, "{language}: {word} is no command");
        }
    }
}
