//! What resellers type about their own preferences: other chats, favourites, repeating an order, selling prices, their
//! shop's name, their own program, and what came in from downlines.

pub mod api;
mod chats;
pub mod command;
mod favourites;
mod selling;

use super::deposit;
use super::elsewhere::Feature;
use super::format::Format;
use super::meaning::Command;
use super::read::{AgentRef, Atom, Cursor, Part, Problem, has_phone, is_pin};
use super::topic::Topic;
use command::PreferenceCommand;
use konter_core::ids::AgentId;

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Chats,
        &[
            "PAR",
            "PARALEL",
            "HP",
            "THP",
            "TNT",
            "TNO",
            "TN",
            "TAMBAH",
            "TAMBAHHP",
            "TAMBAHGT",
            "TAMBAHNOMOR",
            "TAMBAHCHAT",
            "YM",
            "TYM",
            "TGT",
            "P",
        ],
        "another chat for the same account, by number or name",
        "TAMBAH.081234567890.1234",
        add_chat,
    ),
    Format::when(Topic::Chats, &["A"], "another chat for the same account", "A.081234567890.1234", |args| {
        has_phone(args.atoms).then(|| add_chat(args))
    }),
    Format::always(Topic::Chats, REMOVE, "a chat less", "HAPUS.2.1234", chats::remove),
    Format::always(Topic::Chats, LIST, "the chats of the account", "LIST", chats::list),
    Format::always(
        Topic::Chats,
        &["GANTI", "UBAH"],
        "another number in the place of one",
        "GANTI.081234567890.081298765432.1234",
        |mut args| match args.take_if(|atom| atom.is("NAMA")) {
            Some(_) => rename(args),
            None => chats::replace(args),
        },
    )
    .hinting(None),
    Format::always(
        Topic::Favourites,
        &["SIMPAN"],
        "keep an order by a name; the favourites when nothing follows",
        "SIMPAN.IBU.S10.081234567890",
        favourites::save,
    ),
    Format::always(
        Topic::Favourites,
        &["FAV", "FAVORIT", "FAVORITE"],
        "order a favourite; the favourites when nothing follows",
        "FAV.IBU.1234",
        favourites::favourite,
    ),
    Format::when(Topic::Favourites, REMOVE, "forget a favourite", "HAPUS.FAV.IBU", |args| {
        // What is wrong with it is told as of the chats, which the word is about.
        favourites::forget(args)
            .map(|read| Ok(read.unwrap_or_else(|problem| Command::incomplete(Topic::Chats, problem))))
    }),
    Format::always(
        Topic::Selling,
        &["JUAL", "HARGAJUAL"],
        "what one's own customers pay: for all, for a product, rounded",
        "JUAL.S10.12000",
        selling::selling,
    ),
    Format::always(
        Topic::SellingList,
        &["DAFTARHARGA", "LISTHARGA", "PRICELIST"],
        "the price list for customers",
        "DAFTARHARGA.TELKOMSEL",
        selling::list,
    ),
    Format::when(Topic::SellingList, LIST, "the price list for customers", "LIST.TELKOMSEL", |args| {
        // As above.
        let named = args.atoms.iter().any(|atom| !is_pin(atom.text));
        let read = |args| selling::list(args).unwrap_or_else(|problem| Command::incomplete(Topic::Chats, problem));
        named.then(|| Ok(read(args)))
    }),
    // Everyday words come too near to `LAGI` and `NAMA` to be guessed: pagi, lama.
    Format::always(Topic::Order, &["ULANG", "LAGI"], "the last order once more", "ULANG", |args| {
        let alone = args.atoms.iter().all(|atom| is_pin(atom.text));
        let repeat = alone.then_some(Command::Preference(PreferenceCommand::Repeat));
        repeat.ok_or(Problem::Missing(Part::Destination))
    })
    .hinting(None),
    Format::always(Topic::Rename, &["NAMA"], "another name for the shop", "NAMA.Berkah Cell.1234", name).hinting(None),
    Format::always(
        Topic::Rename,
        &["GN", "GNAMA", "GANTINAMA", "UN"],
        "another name for the shop",
        "GN.Berkah Cell.1234",
        rename,
    )
    .hinting(None),
    Format::always(
        Topic::Balance,
        &["CRBT", "CR", "CB", "KOMISI", "BONUS", "BAGIKOMISI", "TUKAR"],
        "what came in from downlines",
        "KOMISI",
        |args| Ok(earnings(args)),
    )
    .hinting(None),
    // `APA` is an everyday word, and `API` one letter away.
    Format::always(
        Topic::Api,
        &[API_WORDS[0]],
        "let one's own program order: its password, MATI to switch it off; nothing shows what is set",
        "API.kata-sandi.1234",
        api::access,
    )
    .hinting(None),
    Format::always(
        Topic::ApiAddress,
        &[API_WORDS[1]],
        "where one's own program may call from: an address, a range, `*`, or HAPUS",
        "APIIP.203.0.113.7.1234",
        api::addresses,
    )
    .hinting(None),
    Format::always(
        Topic::ApiReport,
        &[API_WORDS[2]],
        "where one's own program is told how orders end: an address of the web, or HAPUS",
        "APIREPORT.https://toko.example/lapor.1234",
        api::report,
    )
    .hinting(None),
];

const API_WORDS: [&str; 3] = ["API", "APIIP", "APIREPORT"];
const REMOVE: &[&str] = &["HAPUS", "HAPUSHP", "HAPUSGT", "HAPUSNOMOR", "HAPUSCHAT", "DELHP", "DELYM", "HNO"];
const LIST: &[&str] = &["LIST", "LISTHP", "DAFTARNOMOR"];

fn add_chat(args: Cursor<'_>) -> Result<Command, Problem> {
    deposit::added(args).map_or_else(|| chats::add(args), Ok)
}

/// `NAMA.<new name>.<pin>`. With spaces it may be somebody telling theirs (`nama saya sri 12345`): the digits are no PIN
/// then, and no part of the name, because they might be one.
fn name(args: Cursor<'_>) -> Result<Command, Problem> {
    match rename(args)? {
        Command::Preference(PreferenceCommand::Rename { of, name, pin: Some(_) }) if chats::is_spoken(args) => {
            Ok(Command::Preference(PreferenceCommand::Rename { of, name, pin: None }))
        }
        command => Ok(command),
    }
}

/// `<new name>.<pin>`.
fn rename(args: Cursor<'_>) -> Result<Command, Problem> {
    let (words, pin) = match args.atoms {
        [words @ .., last] if !words.is_empty() && is_pin(last.text) => (words, last.text.parse().ok()),
        words => (words, None),
    };
    let (of, words) = whose(args, words);
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Err(Problem::Missing(Part::Name));
    };
    let name = args.text.get(first.start..last.end()).unwrap_or_default();
    // `Nama: Tini, HP: 0812…, Nominal: 20.000`
    if !name.chars().any(char::is_alphabetic) || has_phone(words) {
        return Err(Problem::unfit(Part::Name, name));
    }
    Ok(Command::Preference(PreferenceCommand::Rename { of, name: name.to_owned(), pin }))
}

/// Whose name it is, and the new one: `KR0002.Budi`, `kr0002 jadi Budi`, `toko saya jadi Budi`. What stands before `jadi` and
/// is not the sender's own is somebody else's.
fn whose<'a>(args: Cursor<'_>, words: &'a [Atom<'a>]) -> (Option<AgentRef>, &'a [Atom<'a>]) {
    const BECOMES: [&str; 4] = ["JADI", "MENJADI", "JD", "DENGAN"];
    const OWN: [&str; 20] = [
        "SAYA", "SY", "AKU", "KU", "TOKO", "TOKOKU", "KONTER", "KONTERKU", "USAHA", "AKUN", "AKUNKU", "AGEN", "NAMA",
        "GANTI", "UBAH", "MAU", "MINTA", "TOLONG", "SENDIRI", "INI",
    ];
    let becomes = words.iter().position(|word| BECOMES.iter().any(|becomes| word.is(becomes)));
    if let Some((before, name)) = becomes.filter(|_| chats::is_spoken(args)).and_then(|at| words.split_at_checked(at))
        && let [_, name @ ..] = name
        && !name.is_empty()
    {
        let mut others = before.iter().filter(|word| !OWN.iter().any(|own| word.is(own)));
        return (others.next().and_then(|other| AgentRef::read(other.text)), name);
    }
    match words {
        [first, name @ ..] if !name.is_empty() && first.text.parse::<AgentId>().is_ok() => {
            (AgentRef::read(first.text), name)
        }
        _ => (None, words),
    }
}

/// `[<pin>]`: one's own. Of somebody else nothing is told.
fn earnings(args: Cursor<'_>) -> Command {
    let mut own = args;
    match own.last_pin() {
        Ok(pin) => Command::Preference(PreferenceCommand::Earnings { pin }),
        Err(_) => Command::Known(Feature::Commission),
    }
}
