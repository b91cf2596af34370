//! The table of commands against itself, and against what is read.

use std::collections::BTreeMap;

use super::*;
use konter_core::staff::Role::{self, Operator, Owner, Viewer};

#[test]
fn every_example_is_understood_as_what_it_shows() {
    for topic in Topic::ALL {
        let command = parse(topic.example());
        let fits = match topic {
            Topic::Order => matches!(command, Command::Order(_)),
            Topic::Balance => matches!(command, Command::Balance { .. }),
            Topic::Prices => matches!(command, Command::Prices { .. }),
            Topic::Orders => matches!(command, Command::Orders(_)),
            Topic::Deposit => matches!(command, Command::Deposit { .. }),
            Topic::ChangePin => matches!(command, Command::ChangePin { .. }),
            Topic::Register => matches!(command, Command::Register { .. }),
            Topic::Meter => matches!(command, Command::Meter { .. }),
            Topic::BillInquiry => matches!(command, Command::BillInquiry { .. }),
            Topic::BillPayment => matches!(command, Command::BillPayment { .. }),
            Topic::Transfer => matches!(command, Command::Transfer(_)),
            Topic::Sales => matches!(command, Command::Report { kind: ReportKind::Sales, .. }),
            Topic::Statement => matches!(command, Command::Report { kind: ReportKind::Statement, .. }),
            Topic::Complaint => matches!(command, Command::Complaint { .. }),
            Topic::Receipt => matches!(command, Command::Receipt { .. }),
            Topic::Help => matches!(command, Command::Help { .. }),
            Topic::Language => matches!(command, Command::Language { .. }),
            Topic::DownlineRegistration => {
                matches!(command, Command::Network(NetworkCommand::RegisterDownline(_)))
            }
            Topic::Downlines => matches!(command, Command::Network(NetworkCommand::Downlines { .. })),
            Topic::DownlineBlock => matches!(command, Command::Network(NetworkCommand::Block { .. })),
            Topic::TakeBack => matches!(command, Command::Network(NetworkCommand::TakeBack { .. })),
            Topic::Markup => matches!(command, Command::Network(NetworkCommand::Markup(_))),
            Topic::Invite => matches!(command, Command::Network(NetworkCommand::Invite { .. })),
            Topic::Confirm => matches!(command, Command::Network(NetworkCommand::Confirm { .. })),
            Topic::Chats => matches!(command, Command::Preference(PreferenceCommand::AddChat { .. })),
            Topic::Favourites => matches!(command, Command::Preference(PreferenceCommand::SaveFavourite { .. })),
            Topic::Selling => matches!(command, Command::Preference(PreferenceCommand::Selling(_))),
            Topic::SellingList => matches!(command, Command::Preference(PreferenceCommand::SellingList { .. })),
            Topic::Rename => matches!(command, Command::Preference(PreferenceCommand::Rename { .. })),
            Topic::Api | Topic::ApiAddress | Topic::ApiReport => {
                matches!(command, Command::Preference(PreferenceCommand::Api(_)))
            }
            Topic::CancelOrder => matches!(command, Command::Routing(RoutingCommand::Cancel { .. })),
            Topic::Queue => matches!(command, Command::Routing(RoutingCommand::Queue { on: Some(true) })),
            _ => matches!(command, Command::Admin(_)),
        };
        assert!(fits, "{topic:?}: {command:?}");
    }
}

#[test]
fn words_and_repeats_cannot_be_product_codes() {
    let orderable = |code: &str| is_orderable(&code.parse().unwrap());
    for code in ["S10", "I2", "MLCEK5", "DANA", "T10", "1S"] {
        assert!(orderable(code), "{code}");
    }
    for code in ["S", "PLN", "cek", "LAST5", "2S10", "0X1", "RO"] {
        assert!(!orderable(code), "{code}");
    }
}

/// The word a line opens with.
fn opening(line: &str) -> &str {
    line.split(['.', ' ']).next().unwrap_or_default()
}

#[test]
fn every_topic_has_a_format_and_every_format_an_example() {
    for topic in Topic::ALL {
        assert!(formats().any(|format| format.topic == topic), "{topic:?}");
    }
    for format in formats() {
        let opens = opening(format.example);
        // Orders need no word, and a repeat number's stands behind them.
        assert!(format.has(opens.trim_start_matches('/')) || format.has(opens) || opens == "S10", "{}", format.example);
        assert!(!format.meaning.is_empty() && !format.meaning.ends_with('.'), "{}", format.example);
    }
}

/// A command without what was typed: the words before its values.
fn kind(command: &Command) -> String {
    let shown = format!("{command:?}");
    let end = shown.find(" {").unwrap_or(shown.len());
    shown[..end].to_owned()
}

#[test]
fn every_spelling_of_a_format_means_what_its_example_means() {
    for format in formats() {
        let meant = parse(format.example);
        let misread = matches!(
            meant,
            Command::Incomplete { .. } | Command::Unknown { .. } | Command::BadOrder(_) | Command::Known(_)
        );
        assert!(!misread, "{}: {meant:?}", format.example);
        let Some(rest) =
            format.example.strip_prefix(opening(format.example)).filter(|_| opening(format.example) != "S10")
        else {
            continue;
        };
        let slash = if format.example.starts_with('/') && !format.words[0].starts_with('/') { "/" } else { "" };
        for word in format.words {
            for text in [format!("{slash}{word}{rest}"), format!("{slash}{}{rest}", word.to_lowercase())] {
                assert_eq!(kind(&parse(&text)), kind(&meant), "{text}: {:?}", parse(&text));
            }
        }
    }
}

#[test]
fn every_word_is_owned_once() {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    let owned = formats().filter(|format| format.owns_its_words()).flat_map(|format| format.words.iter().copied());
    for word in owned.chain(elsewhere::words()) {
        *owners.entry(word).or_default() += 1;
    }
    assert!(owners.values().all(|count| *count == 1), "a word has two meanings: {owners:?}");
    for word in formats().flat_map(|format| format.words.iter().copied()) {
        let plain = word.trim_start_matches('/').to_uppercase();
        assert!(owners.contains_key(word) || owners.contains_key(plain.as_str()), "{word} means nothing by itself");
        let cased = if word.starts_with('/') { word.to_lowercase() } else { word.to_uppercase() };
        assert_eq!(word, cased);
    }
}

fn needs(text: &str) -> Role {
    match parse(text) {
        Command::Admin(command) => command.needs(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn looking_working_and_deciding_are_told_apart() {
    let looks = "/agen, /agen KR0001, /cari budi, /pending, /order 12, /supplier, /katalog, /log, /log KR0001, \
        /rekap, /peran, /batas, /grup, /grup agent";
    let works = "/deposit KR0001 100000, /acc 12, /tolak 12, /setujui KR0001, /blokir KR0001, /buka KR0001, \
        /resetpin KR0001, /tutup S10, /buka S10, /tutup kategori Data, /buka *DATA, /cekulang 12, /sukses 12 SN, \
        /gagal 12 salah, /tariktransfer 12 salah kirim, /balas KR0001 halo, /nama KR0001 Berkah";
    let decides = "/deposit KR0001 -5000, /deposit KR0001 5000 --paksa, /hargajual S10 10500, /siaran halo, \
        /kirimsiaran 3, /batalsiaran 3, /peran KR0001 operator, /peran telegram:7 hapus, /batas KR0001 500000, /batas KR0001 -, /grup agent -100, \
        /grup agent S10 10300, /grup KR0001 agent, /pindah KR0003 KR0002";
    for (least, texts) in [(Viewer, looks), (Operator, works), (Owner, decides)] {
        for text in texts.split(", ") {
            assert_eq!(needs(text), least, "{text}");
        }
    }
}

#[test]
fn every_line_of_the_table_needs_the_role_beside_it() {
    for format in formats() {
        let staff = format.words[0].starts_with('/');
        assert_eq!(format.least.is_some(), staff, "{}", format.example);
        let lines = format.also.iter().copied().chain(format.least.map(|least| (format.example, least)));
        for (line, least) in lines {
            assert_eq!(needs(line), least, "{line}");
            assert!(format.has(opening(line)), "{line}");
        }
    }
}

/// What is offered as the nearest format can also be done.
#[test]
fn every_topic_needs_what_its_example_needs() {
    for topic in Topic::ALL {
        let example = match parse(topic.example()) {
            Command::Admin(command) => Some(command.needs()),
            _ => None,
        };
        assert_eq!(topic.needs(), example, "{topic:?}");
    }
}
