//! Documents, held against the code: what they name is there, what they show to type is understood, what they say the
//! demo answers it does answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::files::{root, sources};
use crate::support::program::Settings;

use clap::{CommandFactory as _, Parser as _};
use konter::cli::Cli;
use konter_command::{Command, Named, NamedAs, Topic};
use konter_core::catalog::{COLUMNS, Catalog, Product, SAMPLE, parse_catalog};
use konter_core::ids::ProductCode;
use konter_core::staff::Role;
use konter_simulator::TABLE;
use regex::Regex;

fn document(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every document that people read.
fn documents() -> Vec<String> {
    let docs = fs::read_dir(root("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let docs = docs
        .filter_map(|name| name.into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "md"));
    let top = ["README.md", "SECURITY.md", "ARCHITECTURE.md"].map(str::to_owned);
    docs.map(|name| format!("docs/{name}")).chain(top).collect()
}

/// A document without its blocks of code, and what the blocks hold.
fn prose_and_blocks(text: &str) -> (String, Vec<String>) {
    let (mut prose, mut blocks, mut open) = (String::new(), Vec::new(), None);
    for line in text.lines() {
        match (&mut open, line.trim_start().starts_with("```")) {
            (None, true) => open = Some(String::new()),
            (Some(_), true) => blocks.extend(open.take()),
            (None, false) => prose.extend([line, "\n"]),
            (Some(block), false) => block.extend([line, "\n"]),
        }
    }
    assert!(open.is_none(), "a block of code is not closed");
    (prose, blocks)
}

/// What stands between code marks.
fn marks(text: &str) -> Vec<String> {
    let mark = Regex::new("`([^`\n]+)`").unwrap();
    mark.captures_iter(text).map(|found| found[1].replace("\\|", "|")).collect()
}

/// The section below a heading, up to the next one of its rank.
#[track_caller]
fn section<'t>(text: &'t str, heading: &str) -> &'t str {
    let begins = text.find(&format!("{heading}\n")).unwrap_or_else(|| panic!("{heading} is no heading"));
    let rest = &text[begins + heading.len()..];
    let rank = heading.split(' ').next().unwrap();
    rest.find(&format!("\n{rank} ")).map_or(rest, |end| &rest[..end])
}

/// The cells of every table below a heading, without the tables' heads.
fn rows(section: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut is_body = false;
    for line in section.lines() {
        let is_row = line.starts_with('|');
        if is_row && is_body {
            let line = line.replace("\\|", "\u{1}");
            let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().replace('\u{1}', "|"));
            rows.push(cells.collect());
        }
        is_body = is_row && (is_body || line.starts_with("|--"));
    }
    rows
}

/// Reads what somebody types, with the sample's products.
fn read(text: &str) -> Command {
    let catalog = Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap());
    konter_command::parse_with(text, &|code, _| catalog.get(code).map(Product::dest_kind))
}

/// Whether it is done as typed. A number alone opens an order by buttons, and a desk's command without its slash is done or shown.
fn is_understood(text: &str) -> bool {
    let catalog = Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap());
    let kinds = |code: &ProductCode, _: NamedAs| catalog.get(code).map(Product::dest_kind);
    let named = Named { kinds: &kinds, is_supplier: &|name| ["kios", "xgate"].contains(&name) };
    !matches!(
        read(text),
        Command::Unknown { .. } | Command::Incomplete { .. } | Command::BadOrder(_) | Command::Known(_)
    ) || konter_command::destination_alone(text).is_some()
        || konter_command::sounds_like_proof(text)
        || konter_command::at_the_desk(text, &named).is_some()
}

#[test]
fn every_test_and_file_the_threat_model_names_exists() {
    let text = document("SECURITY.md");
    let files: Vec<PathBuf> = ["src", "crates", "tests"].iter().flat_map(|folder| sources(&root(folder))).collect();
    let code: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    // A test's name is a sentence: three words or more.
    let sentence = Regex::new(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`").unwrap();
    let mut named = 0;
    for name in sentence.captures_iter(&text).map(|capture| capture[1].to_owned()) {
        named += 1;
        assert!(code.contains(&format!("fn {name}(")), "SECURITY.md names {name}, which is no test");
    }
    assert!(named > 20, "the threat model names its tests");
    let file = Regex::new(r"`((?:src|crates|tests|docs|contrib)/[A-Za-z0-9_./-]+)`").unwrap();
    for path in file.captures_iter(&text).map(|capture| capture[1].to_owned()) {
        assert!(root(&path).exists(), "SECURITY.md names {path}, which is not there");
    }
}

/// As the code host makes an anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r#"(?:\]\(|src=")([^)"\s]+)"#).unwrap();
    let mut followed = 0;
    for from in documents() {
        let (prose, _) = prose_and_blocks(&document(&from));
        for target in link.captures_iter(&prose).map(|found| found[1].to_owned()) {
            if target.contains("://") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((&target, ""));
            let folder = root(&from);
            let path = if path.is_empty() { folder } else { folder.parent().unwrap().join(path) };
            assert!(path.exists(), "{from} links to {target}, which is not there");
            if !heading.is_empty() {
                let (prose, _) = prose_and_blocks(&fs::read_to_string(&path).unwrap());
                let mut headings = prose.lines().filter(|line| line.starts_with('#')).map(anchor);
                assert!(headings.any(|known| known == heading), "{from} links to {target}, where no such heading is");
            }
            followed += 1;
        }
    }
    assert!(followed > 40, "{followed}");
}

#[test]
fn the_readme_is_short_and_says_what_is_needed() {
    let text = document("README.md");
    assert!(text.len() < 8_000, "{} bytes: long tables belong into docs/", text.len());
    assert!(text.contains("\n```sh\ncargo test\n```\n"), "the command that runs the tests");
    let manifest = document("Cargo.toml");
    let rust = Regex::new(r#"rust-version = "([0-9.]+)""#).unwrap().captures(&manifest).unwrap()[1].to_owned();
    assert!(text.contains(&format!("Rust {rust} or newer")), "needs Rust {rust}");
    for document in documents().iter().filter(|path| *path != "README.md") {
        assert!(text.contains(&format!("({document})")), "the README does not lead to {document}");
    }
}

/// The least settings: what is not the reader's own is right as it stands.
#[test]
fn the_readme_s_settings_lack_nothing_but_the_readers_own() {
    let (_, blocks) = prose_and_blocks(&document("README.md"));
    let block = blocks.into_iter().find(|block| block.contains("TELOXIDE_TOKEN=")).unwrap();
    let entries = dotenvy::from_read_iter(block.as_bytes()).map(Result::unwrap);
    let variables: std::collections::BTreeMap<String, String> = entries.collect();
    let names = variables.keys().cloned();
    let checked = konter::config::Settings::check(&|name| variables.get(name).cloned(), names);
    assert!(checked.warnings.is_empty(), "{:?}", checked.warnings);
    let told: BTreeSet<String> = checked.settings.unwrap_err().into_iter().map(|error| error.to_string()).collect();
    let own =
        ["TELOXIDE_TOKEN", "KONTER_ADMINS", "SUPPLIER_KIOS_MEMBER_ID", "SUPPLIER_KIOS_PIN", "SUPPLIER_KIOS_PASSWORD"];
    assert_eq!(told, own.map(|name| format!("{name}: is still the example's: put your own here")).into());
}

#[test]
fn every_format_in_the_resellers_table_is_understood() {
    let text = document("docs/commands.md");
    let table = rows(section(&text, "## Resellers"));
    assert!(table.len() > 30, "{}", table.len());
    for format in table.iter().flat_map(|row| marks(&row[0])) {
        // Abridged: what stands for itself is the word it opens with.
        if let Some((word, _)) = format.split_once('…') {
            let is_word =
                word.is_empty() || konter_command::is_reserved(word.trim_end_matches(['.', ' '])) || word.contains('.');
            assert!(is_word, "{format} opens with no word");
        } else {
            assert!(is_understood(&format), "{format}: {:?}", read(&format));
        }
    }
}

#[test]
fn every_format_in_the_admins_table_is_understood_and_needs_the_role_beside_it() {
    let text = document("docs/commands.md");
    let table = rows(section(&text, "## Those who work at the shop"));
    assert!(table.len() > 20, "{}", table.len());
    for row in table {
        let least: Vec<&str> = row[1].split(", ").collect();
        for format in marks(&row[0]) {
            assert!(is_understood(&format), "{format}: {:?}", read(&format));
            let Command::Admin(command) = read(&format) else { continue };
            let needs = match command.needs() {
                Role::Viewer => "viewer",
                Role::Operator => "operator",
                Role::Owner => "owner",
            };
            assert!(least.contains(&needs), "{format} needs {needs}, not {least:?}");
        }
    }
}

#[test]
fn every_format_the_shop_suggests_is_in_a_table() {
    let text = document("docs/commands.md");
    let shown = marks(&text);
    for topic in Topic::ALL {
        let word = topic.example().split(['.', ' ']).next().unwrap();
        let is_shown = |format: &String| format.split(['.', ' ']).next() == Some(word);
        assert!(shown.iter().any(is_shown), "{word} ({topic:?}) is in no table");
    }
}

#[test]
fn every_command_of_the_program_is_in_its_table_and_no_other() {
    let text = document("docs/commands.md");
    let word = |row: &Vec<String>| marks(&row[0]).first()?.split(' ').nth(1).map(str::to_owned);
    let shown: BTreeSet<String> = rows(section(&text, "## The program")).iter().filter_map(word).collect();
    let known: BTreeSet<String> = Cli::command().get_subcommands().map(|known| known.get_name().to_owned()).collect();
    assert_eq!(shown, known);
}

/// The variables that `.env.example` shows.
fn variables() -> BTreeSet<String> {
    let variable = Regex::new(r"(?m)^#?([A-Z][A-Z0-9_]+)=").unwrap();
    variable.captures_iter(&document(".env.example")).map(|found| found[1].to_owned()).collect()
}

#[test]
fn the_settings_tables_have_every_setting_and_no_other() {
    let text = document("docs/settings.md");
    let names = |heading: &str, cell: usize| -> BTreeSet<String> {
        let name = Regex::new("^[A-Z][A-Z0-9_]+$").unwrap();
        let cells = rows(section(&text, heading)).into_iter().filter_map(move |row| row.get(cell).cloned());
        cells.flat_map(|cell| marks(&cell)).filter(|mark| name.is_match(mark)).collect()
    };
    let (suppliers, shop): (BTreeSet<_>, BTreeSet<_>) =
        variables().into_iter().partition(|name| name.starts_with("SUPPLIER_"));
    assert_eq!(names("## The shop", 0), shop);
    let suffixes: BTreeSet<String> =
        suppliers.iter().map(|name| name.splitn(3, '_').nth(2).unwrap().to_owned()).collect();
    let shown: BTreeSet<String> = names("## Suppliers", 0).union(&names("## Suppliers", 1)).cloned().collect();
    assert_eq!(shown, suffixes);
    let columns: BTreeSet<String> =
        rows(section(&text, "## The catalog")).iter().flat_map(|row| marks(&row[0])).collect();
    assert_eq!(columns, COLUMNS.iter().map(|column| (*column).to_owned()).collect());
}

#[test]
fn the_demo_s_table_has_every_ending() {
    let text = document("docs/demo.md");
    let table = rows(section(&text, "## Choose what the suppliers do"));
    let number = Regex::new(r"\b\d{2}\b").unwrap();
    let shown: BTreeSet<String> = table
        .iter()
        .flat_map(|row| number.find_iter(&row[0]).map(|found| found.as_str().to_owned()).collect::<Vec<_>>())
        .collect();
    let known: BTreeSet<String> =
        TABLE.iter().map(|row| row.ending.to_owned()).filter(|ending| !ending.is_empty()).collect();
    assert_eq!(shown, known);
}

/// What a mark in the guide is, if it is nothing to type in a chat.
fn is_no_chat_command(mark: &str, variables: &BTreeSet<String>) -> bool {
    if let Some(arguments) = mark.strip_prefix("konter ") {
        return Cli::try_parse_from(std::iter::once("konter").chain(arguments.split(' '))).is_ok();
    }
    let is_setting = |name: &str| variables.contains(name);
    let is_file = ["catalog.csv", ".env.example"].contains(&mark) && root(mark).exists();
    let is_column = COLUMNS.contains(&mark);
    // BotFather's, and words that are explained as they are used.
    let is_other =
        ["/newbot", ".env", "chmod 600 .env", "viewer", "operator", "owner", "https://alamat-anda/callback/kios"];
    is_setting(mark) || mark == "SUPPLIER_KIOS_…" || is_file || is_column || is_other.contains(&mark)
}

#[test]
fn everything_the_guide_shows_to_type_is_understood() {
    let (prose, _) = prose_and_blocks(&document("docs/panduan.md"));
    let variables = variables();
    let typed: Vec<String> = marks(&prose).into_iter().filter(|mark| !is_no_chat_command(mark, &variables)).collect();
    assert!(typed.len() > 80, "{}", typed.len());
    for format in &typed {
        assert!(is_understood(format), "{format}: {:?}", read(format));
    }
    // What is for the shop stands in the shop's part, what is for resellers in theirs.
    let (shop, resellers) = prose.split_once("\n# Untuk agen\n").unwrap();
    assert!(shop.contains("\n# Untuk pemilik toko\n"));
    for format in marks(resellers) {
        assert!(!matches!(read(&format), Command::Admin(_)), "{format} is no reseller's");
    }
}

/// Without what differs from run to run: serial numbers, references, times and the folder of files.
fn without_chance(said: &str) -> String {
    let chance = [
        r"\b[0-9A-Fa-f]{14,}\b",
        r"\b\d{4}(?:-\d{4}){4}\b",
        r"\b[A-Z]{3}\d{13}\b",
        r"\b\d{2}/\d{2}/\d{4}\b",
        r"\b\d{4}-\d{2}-\d{2}\b",
        r"\b\d{2}:\d{2}(?::\d{2})?\b",
        r"\S*(/struk/)",
    ];
    chance.iter().fold(said.to_owned(), |said, part| Regex::new(part).unwrap().replace_all(&said, "…$1").into_owned())
}

/// The block that shows a session of the demo.
fn session(document: &str) -> String {
    let (_, blocks) = prose_and_blocks(document);
    blocks.into_iter().find(|block| block.starts_with("> ")).expect("a session is shown")
}

#[tokio::test]
async fn the_demo_says_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["README.md", "docs/demo.md"] {
        let shown = session(&document(path));
        let typed: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("> ")).collect();
        let ended = Settings::new().run_with(folder.path(), &["demo"], &typed.join("\n")).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(without_chance(&ended.out), without_chance(&shown), "{path}: the demo says\n{}", ended.out);
    }
}
