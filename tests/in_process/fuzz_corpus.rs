//! The inputs that fuzzing found interesting, and those it began with, played as plain tests: what must hold for any
//! bytes from outside holds for these. `docs/fuzzing.md` says how more are found.
//!
//! `KONTER_WRITE_SEEDS=1 cargo test --test in_process fuzz_corpus` writes what fuzzing begins with into `fuzz/corpus`.

#[path = "../../fuzz/backups.rs"]
mod backups;
#[path = "../../fuzz/books.rs"]
mod books;
#[path = "../../fuzz/programs.rs"]
mod programs;
#[path = "../../fuzz/properties.rs"]
mod properties;
#[path = "../../fuzz/sets.rs"]
mod sets;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use backups::{BEGINS, PASSPHRASE, UNPACKED};
use chrono::DateTime;
use flate2::bufread::GzDecoder;
use konter::backup;
use konter_command::Command;
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId, InquiryId, OrderId};
use konter_core::ledger::Posting;
use konter_core::money::Rupiah;
use konter_reply::Reply;
use konter_store::memory::MemoryStore;
use konter_store::{Commit, Payload, Say, Store};
use konter_suppliers::ProtocolKind;
use konter_suppliers::recipe::shipped;
use properties::{ORDERS, READERS};

type Input = Vec<u8>;

const TAPS: [&str; 16] = [
    "!pay 7",
    "!cancel 7",
    "!pin 7 4",
    "!pin 7 *",
    "!pin 7 back",
    "!pin 7 ok",
    "!opin 3 9",
    "!choose 3 1",
    "!nochoice 3",
    "!receipt 12",
    "!import 5",
    "!noimport 5",
    "!acc 9",
    "!tolak 9",
    "!yes 2",
    "!no 2",
];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Plays what a target begins with, and every input that was kept for it.
fn play(target: &str, seeds: &[Input], property: fn(&[u8])) {
    assert!(!seeds.is_empty());
    let folder = root("fuzz/corpus").join(target);
    if std::env::var_os("KONTER_WRITE_SEEDS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed).unwrap();
        }
    }
    let kept = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut kept: Vec<PathBuf> = kept.collect();
    kept.sort();
    assert!(!kept.is_empty(), "nothing is kept in {}", folder.display());
    for seed in seeds {
        property(seed);
    }
    for path in kept {
        // A failure names its input by the last line before it.
        println!("{}", path.display());
        let kept = fs::read(path).unwrap();
        if !seeds.contains(&kept) {
            property(&kept);
        }
    }
}

fn files(folder: &str) -> Vec<String> {
    let folder = root("tests/fixtures").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Every reply in the fixtures of a protocol.
fn replies(kind: ProtocolKind) -> Vec<String> {
    if kind == ProtocolKind::Recipe {
        return of_otomax();
    }
    let files = files(kind.name());
    match kind {
        ProtocolKind::Kiosampm => files.iter().flat_map(|file| file.lines()).map(str::to_owned).collect(),
        ProtocolKind::Ppob => {
            files.iter().flat_map(|file| file.lines()).map(str::to_owned).chain(files.clone()).collect()
        }
        ProtocolKind::Xgateway | ProtocolKind::BillerJson | ProtocolKind::Teleanjar | ProtocolKind::Recipe => files,
    }
}

/// What servers of the `OtomaX` family send, in front of it the reference of an order that is asked about.
fn of_otomax() -> Vec<String> {
    let lines = files("otomax").concat();
    let reply = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["reply"].as_str().unwrap().to_owned()
    };
    let ours = "R#1700000000001 S10.081234567890 SUKSES. SN/Ref: 0041002345678901. Saldo 1.000".to_owned();
    lines.lines().map(reply).step_by(5).chain([ours]).collect()
}

/// A callback's query, a line end and its body, as each protocol is reported to.
fn callbacks(kind: ProtocolKind) -> Vec<String> {
    let encoded = |text: &str| {
        let mut url = reqwest::Url::parse("http://callback/").unwrap();
        url.query_pairs_mut().append_pair("message", text);
        url.query().unwrap().to_owned()
    };
    let replies = replies(kind);
    match kind {
        ProtocolKind::Kiosampm | ProtocolKind::Recipe => {
            replies.iter().flat_map(|text| [encoded(text), format!("\n{text}")]).collect()
        }
        ProtocolKind::Xgateway | ProtocolKind::Teleanjar => replies.iter().map(|text| format!("\n{text}")).collect(),
        ProtocolKind::BillerJson | ProtocolKind::Ppob => {
            replies.iter().map(|text| text.trim()).flat_map(|text| [text.to_owned(), format!("\n{text}")]).collect()
        }
    }
}

fn orders_of(kind: ProtocolKind) -> impl Iterator<Item = u8> {
    (0..).zip(ORDERS).filter(move |(_, (of, _))| *of == kind).map(|(number, _)| number)
}

fn messages() -> Vec<Input> {
    let texts = include_str!("../data/corpus.jsonl").lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["text"].as_str().unwrap().as_bytes().to_vec()
    });
    let examples =
        ["/start abc", "/deposit KR0001 100000 tunai", "/hargajual S10 10500", "#2.S10.081234567890.1234 R#a1"];
    texts.chain(examples.iter().map(|text| text.as_bytes().to_vec())).collect()
}

#[test]
fn any_text_is_a_command_and_an_order_reads_back() {
    play("command", &messages(), properties::command);
    assert!(matches!(konter_command::parse("S10.081234567890.1234"), Command::Order(_)));
}

#[test]
fn any_button_data_is_a_tap_or_none() {
    let written = [
        konter_command::Tap::Pay(InquiryId(u64::MAX)).to_string(),
        konter_command::Tap::Receipt(OrderId(0)).to_string(),
        "!statement 1 2".to_owned(),
        "!report csv 2026-11-01 2026-11-21".to_owned(),
    ];
    let seeds: Vec<Input> = TAPS.iter().map(|tap| (*tap).to_owned()).chain(written).map(String::into_bytes).collect();
    play("tap", &seeds, properties::tap);
}

#[test]
fn any_catalog_reads_back_or_has_mistakes() {
    let sample = konter_core::catalog::SAMPLE;
    let head = sample.lines().next().unwrap();
    let rows: Vec<&str> = sample.lines().skip(1).collect();
    let mut seeds: Vec<Input> = rows.iter().step_by(7).map(|row| format!("{head}\n{row}\n").into_bytes()).collect();
    seeds.push(format!("{head}\n{}\n", rows[..5].join("\n")).into_bytes());
    seeds.push(format!("\u{feff}{head}\r\n\"{}\"\r\n", rows[0]).into_bytes());
    seeds.push(format!("{head}\n=1+1,\"a\"\"b\",,,topup,1,2,kios,x,,1,1,yes\n").into_bytes());
    play("catalog", &seeds, properties::catalog);
}

#[test]
fn any_reply_is_read_and_a_success_names_our_order() {
    let seeds = ProtocolKind::ALL.into_iter().flat_map(|kind| {
        let replies = replies(kind);
        orders_of(kind).flat_map(move |order| {
            let of_order = replies
                .clone()
                .into_iter()
                .flat_map(move |reply| (0..READERS).map(move |reader| [&[order, reader], reply.as_bytes()].concat()));
            of_order.collect::<Vec<_>>()
        })
    });
    play("reply", &seeds.collect::<Vec<_>>(), properties::reply);
}

#[test]
fn any_recipe_is_sound_or_says_where_it_is_not_and_decides_only_our_order() {
    let of_recipes: Vec<&str> = shipped::names().filter_map(shipped::text).collect();
    let whole = of_recipes.iter().map(|text| [&[u8::MAX][..], text.as_bytes()].concat());
    let bodies = |text: &str| -> Vec<String> {
        let rows =
            text.lines().filter_map(|line| line.strip_prefix("body = ").or_else(|| line.strip_prefix("query = ")));
        rows.map(|row| row.trim_matches(['\'', '"']).to_owned()).collect()
    };
    let recorded = (0..).zip(&of_recipes).flat_map(|(chosen, text)| {
        bodies(text).into_iter().map(move |body| [&[chosen][..], body.as_bytes()].concat()).collect::<Vec<_>>()
    });
    let words = replies(ProtocolKind::Recipe).into_iter().map(|reply| [&[0][..], reply.as_bytes()].concat());
    play("recipe", &recorded.chain(words).chain(whole).collect::<Vec<_>>(), properties::recipe);
}

#[test]
fn any_callback_decides_only_the_order_it_names() {
    let seeds = ProtocolKind::ALL.into_iter().flat_map(|kind| {
        let said = callbacks(kind);
        orders_of(kind)
            .flat_map(move |order| said.clone().into_iter().map(move |said| [&[order], said.as_bytes()].concat()))
    });
    play("callback", &seeds.collect::<Vec<_>>(), properties::callback);
}

#[test]
fn the_door_answers_whatever_knocks() {
    let seeds = ProtocolKind::ALL.into_iter().flat_map(|kind| {
        let id = kind.name().replace('-', "");
        callbacks(kind).into_iter().map(move |said| format!("{id}\n{said}").into_bytes())
    });
    play("entrance", &seeds.collect::<Vec<_>>(), properties::entrance);
}

/// Requests of a reseller's program: right, wrong, torn, and of a stranger.
fn requests() -> Vec<Input> {
    let mut seeds = Vec::new();
    let products = ["S10", "s5", "10", "XX", "PLN20", ""];
    let numbers = ["081234567800", "6281234567801", "0812-3456-7802", "14027480301", "08", "a b", ""];
    for (at, (product, number)) in products.iter().flat_map(|p| numbers.map(|n| (*p, n))).enumerate() {
        let more = ["", "&check=1", "&counter=2", "&qty=3", "&dest=0", "&refID=b"][at % 6];
        let fields = format!("product={product}&dest={number}&refID=r{}{more}", at % 17);
        seeds.push(format!("!{fields}"));
        seeds.push(format!("!check=1\n{fields}"));
        seeds.push(format!("memberID=KR0001&pin=4821&password=rahasia&{fields}"));
        seeds.push(format!("memberID=KR0001&sign=Cp9NLVuKWBt5Sey_uMlYsvnKvJI&{fields}"));
        seeds.push(format!("memberID=KR{at}&{fields}"));
        seeds.push(format!("MEMBERID=kr1&PIN=4821&PASSWORD=rahasia%2dtoko&{fields}"));
    }
    seeds.extend(
        ["", "!", "&&&=&", "!refID=%00", "!refID=a&dest=%ff%fe&product=S10", "!\n{\"product\":\"S10\"}"]
            .map(str::to_owned),
    );
    seeds.into_iter().map(String::into_bytes).collect()
}

#[test]
fn the_programs_door_buys_once_and_only_for_who_may() {
    play("program", &requests(), programs::program);
}

/// A small shop's backup.
async fn small_backup() -> Input {
    let store = Store::new(MemoryStore::new());
    let mut commit = Commit::new(DateTime::UNIX_EPOCH);
    commit.products = konter_core::catalog::parse_catalog(konter_core::catalog::SAMPLE, None, &|_| false).unwrap();
    commit.products.truncate(2);
    for (note, rupiah) in [(None, 100_000), (Some("tunai".to_owned()), 2_500)] {
        commit.postings.push(Posting::paid_in(AgentId(1), Rupiah::new(rupiah), note));
    }
    let payload = Payload::Reply(Box::new(Reply::NotRegistered));
    commit.outgoing.push(Say::new(ChatId::telegram(2), Locale::Id, payload));
    store.commit(commit).await.unwrap();
    backup::hand_out(store.snapshot().await.unwrap(), DateTime::UNIX_EPOCH, Vec::new()).unwrap()
}

/// What a backup's first rows say of their lengths, turned into what they cannot be.
fn lies(inner: &[u8]) -> Vec<Input> {
    let head = 4 + u32::from_be_bytes(inner[..4].try_into().unwrap()) as usize;
    let row = |place: usize| {
        let number = |at: usize| u32::from_be_bytes(inner[at..at + 4].try_into().unwrap()) as usize;
        (place, place + 8 + number(place) + number(place + 4))
    };
    let (first, second) = row(head);
    let end = inner.len() - 12;
    let mut made: Vec<Input> = Vec::new();
    for at in [0, first, first + 4, second, second + 4, end, end + 8] {
        for lie in [0_u32, 1, 1 << 10, 1 << 20, (1 << 20) + 1, u32::MAX] {
            let mut lying = inner.to_vec();
            lying[at..at + 4].copy_from_slice(&lie.to_be_bytes());
            made.push(lying);
        }
    }
    // The same row twice, rows in another order, the end in the middle, something behind the end.
    made.push([&inner[..second], &inner[first..]].concat());
    made.push([&inner[..first], &inner[second..end], &inner[first..second], &inner[end..]].concat());
    made.push([&inner[..second], &inner[end..]].concat());
    made.push([inner, b"more"].concat());
    // Its rows are no row of any shop.
    let row = |key: &[u8], row: &[u8]| {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [&length(key)[..], &length(row), key, row].concat()
    };
    for strange in
        [row(b"w1", b"{}"), row(b"~", b"{}"), row(b"\0", b""), row(b"j00000000", b"[]"), row(b"mschema", b"9")]
    {
        let rows = [&strange[..], &0_u32.to_be_bytes(), &1_u64.to_be_bytes()].concat();
        made.push([&inner[..first], &rows].concat());
        let more = u64::from_be_bytes(inner[end + 4..].try_into().unwrap()) + 1;
        made.push([&inner[..first], &strange, &inner[first..end + 4], &more.to_be_bytes()].concat());
    }
    made
}

#[tokio::test]
async fn any_file_is_a_backup_or_says_what_is_wrong_with_it() {
    let whole = small_backup().await;
    let mut seeds =
        vec![whole.clone(), Input::new(), BEGINS.to_vec(), b"konter backup 2\n".to_vec(), b"PK\x03\x04".to_vec()];
    seeds.extend((1..8).map(|part| whole[..whole.len() * part / 8].to_vec()));
    seeds.push(whole[..whole.len() - 1].to_vec());
    for place in (3..whole.len()).step_by(whole.len() / 12).chain([whole.len() - 1]) {
        let mut flipped = whole.clone();
        flipped[place] ^= 1 << (place % 8);
        seeds.push(flipped);
    }
    let mut sealed = Vec::new();
    let (from, passphrase) = (whole.clone(), PASSPHRASE.into());
    backup::seal::seal(&mut sealed, &passphrase, |out| out.write_all(&from)).unwrap();
    // Each costs a passphrase's work whenever it is opened, so they are few.
    seeds.extend([sealed[..sealed.len() - 9].to_vec(), sealed[..60].to_vec(), sealed]);
    let mut inner = Vec::new();
    GzDecoder::new(&whole[BEGINS.len()..]).read_to_end(&mut inner).unwrap();
    assert_eq!(backups::packed(&inner)[..BEGINS.len()], whole[..BEGINS.len()]);
    seeds.extend([inner.clone()].into_iter().chain(lies(&inner)).map(|inner| [&[UNPACKED], &inner[..]].concat()));
    tokio::task::spawn_blocking(move || play("backup", &seeds, backups::backup)).await.unwrap();
}

/// Files of a small shop's books: records, and a base.
async fn small_books() -> Vec<Input> {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("shop.backup"), folder.path().join("data"));
    fs::write(&file, small_backup().await).unwrap();
    let put_back =
        move || backup::restore(&file, &data, false, None, DateTime::UNIX_EPOCH).map(|restoring| restoring.built_in());
    let built = tokio::task::spawn_blocking(put_back).await.unwrap().unwrap();
    let files = fs::read_dir(built.join("books")).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    // Of the zeros that a file ends in a few are enough.
    let short =
        |bytes: Input| bytes[..bytes.len().min(64 + bytes.iter().rposition(|&byte| byte != 0).unwrap_or(0))].to_vec();
    files.map(short).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_file_of_the_books_is_read_or_says_what_is_wrong_with_it() {
    let whole = small_books().await;
    assert_eq!(whole.len(), 2, "records and a base");
    let mut seeds = vec![Input::new()];
    for bytes in whole {
        seeds.extend([bytes.len() / 2, 40].map(|end| bytes[..end.min(bytes.len())].to_vec()));
        let mut lying = bytes.clone();
        lying[32..36].fill(0xFF);
        seeds.extend([lying, bytes]);
    }
    tokio::task::spawn_blocking(move || play("books", &seeds, books::books)).await.unwrap();
}

static SET: LazyLock<sets::Set> = LazyLock::new(sets::small_set);

#[tokio::test]
async fn any_list_or_part_of_a_backup_is_put_back_or_says_what_is_wrong_with_it() {
    let seeds = || {
        let mut seeds: Vec<Input> = vec![Input::new(), vec![0]];
        let list = sets::lines(&SET.list);
        let kinds = ["\"base\"", "\"book\"", "\"day\""];
        assert!(kinds.iter().all(|kind| list.contains(kind)), "one of each kind: {list}");
        let lying = [
            ("1970", "2970"),
            ("\"first\":", "\"first\":9"),
            ("\"record\":", "\"record\":9"),
            ("\"books\":\"", "\"books\":\"z"),
        ];
        let lists = lying.iter().map(|(what, lie)| list.replace(what, lie)).chain([list.clone()]);
        seeds.extend(lists.map(|list| [&[0], list.as_bytes()].concat()));
        for (place, part) in (1..).zip(&SET.parts) {
            let cuts = [part.len(), part.len() - 1, part.len() / 2, 24, 0];
            seeds.extend(cuts.map(|end| [&[place], &part[..end.min(part.len())]].concat()));
            for at in (0..part.len()).step_by(part.len() / 24 + 1) {
                let mut flipped = [&[place], &part[..]].concat();
                flipped[at + 1] ^= 1 << (at % 8);
                seeds.push(flipped);
            }
        }
        seeds
    };
    tokio::task::spawn_blocking(move || play("set", &seeds(), |input| sets::set(&SET, input))).await.unwrap();
}
