//! Those below a reseller: registering them, markups, lists, transfers and asking for one back, invitations. And, by admins, price groups and who
//! is below whom.

pub mod command;
pub mod markup;
mod registration;
mod staff;
mod take_back;
pub mod transfer;

use super::format::Format;
use super::meaning::Command;
use super::read::{AgentRef, Cursor, Part, Problem, amount, has_phone, is_pin};
use super::said::Said;
use super::topic::Topic;
use command::NetworkCommand;
use konter_core::ids::AgentId;
use konter_core::staff::Role::{Owner, Viewer};

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Transfer,
        &["TR", "TRF", "TRANSFER", "TRANS", "TD", "TS", "T", "KIRIM", "ADD"],
        "send balance to a downline",
        "TR.KR0002.50000.1234",
        transfer::transfer,
    ),
    Format::always(
        Topic::TakeBack,
        &["TARIK", "BATALTR", "BATALTRANSFER", "TRFBLK"],
        "ask for a transfer back within 15 minutes: the one just sent, by its number, or by receiver and amount",
        "TARIK.12",
        take_back::take_back,
    ),
    Format::always(
        Topic::TakeBack,
        &["AS"],
        "the same, as elsewhere: amount, receiver, PIN",
        "AS.50000.KR0002.1234",
        take_back::in_full,
    ),
    Format::when(
        Topic::DownlineRegistration,
        &["REG", "DAFTAR", "DAFTARKAN", "DAFTARIN", "REGISTER", "REGISTRASI", "JOIN", "R"],
        "register a downline: name, phone, markup, PIN",
        "REG.Berkah Cell.081234567890.100.1234",
        downline_with_a_phone,
    ),
    Format::when(
        Topic::DownlineRegistration,
        &["D", "AUTOREG"],
        "register a downline",
        "D.Berkah Cell.081234567890.100.1234",
        downline_with_a_phone,
    )
    .hinting(Some(Topic::DownlineRegistration)),
    Format::always(
        Topic::Downlines,
        &["LDL", "DONLINE", "DOWNLINE", "LIHAT"],
        "the downlines with balance and markup, by pages; or one of them",
        "DOWNLINE",
        downlines,
    ),
    Format::always(Topic::Downlines, &["SD", "CSDL"], "one downline", "SD.KR0002", downline),
    Format::always(
        Topic::DownlineBlock,
        &["BLOKIR", "BLOK", "NONAKTIF"],
        "keep a downline from ordering",
        "BLOKIR.KR0002.1234",
        |args| block(args, true),
    ),
    Format::always(
        Topic::DownlineBlock,
        &["UNBLOK", "BUKABLOKIR", "AKTIF"],
        "let a downline in again",
        "UNBLOK.KR0002.1234",
        |args| block(args, false),
    ),
    Format::always(
        Topic::Markup,
        &["MP", "MP2", "MS", "MARKUP", "SET", "SELISIH", "GS", "GHALL", "HU", "UL", "SM"],
        "what is added for all, for a product, a downline, or both",
        "MARKUP.KR0002.100.1234",
        markup::markup,
    ),
    Format::always(
        Topic::Markup,
        &["M", "MULTI"],
        "what is added for all or for a product, where it is no order",
        "M.S10.150.1234",
        markup::own_markup,
    )
    .hinting(None),
    Format::always(Topic::Markup, &["CM", "CHRG"], "what is added for a downline", "CM.KR0002", markup::show_markup),
    Format::always(
        Topic::Invite,
        &["UNDANG", "UNDANGAN", "INVITE"],
        "a link that registers downlines",
        "UNDANG",
        invite,
    ),
    Format::always(Topic::Confirm, &["YA"], "yes to a question, by its number", "YA.1", confirm).hinting(None),
    Format::always(Topic::AdminGroups, &["/grup"], "price groups", "/grup agent -100", staff::groups)
        .least(Owner)
        .also(&[
            ("/grup", Viewer),
            ("/grup agent", Viewer),
            ("/grup agent S10 10300", Owner),
            ("/grup KR0001 agent", Owner),
            ("/grup KR0001 -", Owner),
        ])
        .said(&[
            Said::as_line("/grup", &["grup group grupnya kelompok golongan"]).beside("harga agen apa agent"),
            Said::as_line(
                "/grup {agent} -",
                &["keluarkan keluarin hapus cabut lepas copot", "grup group grupnya kelompok"],
            )
            .beside("dari agen"),
            Said::as_line(
                "/grup {agent} NAMAGRUP",
                &["masukkan masukin masuk pindahkan pindahin", "grup group kelompok"],
            )
            .beside("ke agen jadi agent"),
            Said::as_line("/grup {name} NAMAGRUP", &["masukkan masukin pindahkan pindahin", "grup group kelompok"])
                .beside("ke agen jadi agent"),
            Said::as_line("/grup NAMA {product} {price}", &["khusus spesial grup group"])
                .beside("harga buat untuk ke agen jadi"),
        ]),
    Format::always(
        Topic::AdminMove,
        &["/pindah"],
        "move a reseller below another one, or below the shop",
        "/pindah KR0003 KR0002",
        staff::moves,
    )
    .least(Owner),
];

/// `KR0002 10000`: a reseller and a sum, and no word for what is done. No product is called so; the sum is shown as a transfer,
/// and nothing but its PIN sends it. `args`: what stands behind the code.
pub(super) fn code_first(named: AgentId, args: Cursor<'_>) -> Option<Command> {
    let has_letters = args
        .atoms
        .iter()
        .any(|atom| atom.text.chars().any(char::is_alphabetic) && amount::read(atom.text, false).is_err());
    if args.is_empty() || has_letters {
        return None;
    }
    let mut rest = args;
    let amount = amount::take(&mut rest).ok().filter(|_| rest.last_pin().is_ok());
    let sent = |amount| Command::Transfer(command::Transfer { agent: AgentRef::Code(named), amount, pin: None });
    Some(amount.map_or_else(|| Command::incomplete(Topic::Transfer, Problem::Ambiguous), sent))
}

/// Digits of a list's page.
const PAGE_DIGITS: usize = 2;

fn downline_with_a_phone(args: Cursor<'_>) -> Option<Result<Command, Problem>> {
    (has_phone(args.atoms) && !args.is_no_name()).then(|| registration::registration(args))
}

/// The list, or one of them.
fn downlines(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let is_one = args.peek().is_some_and(|first| !is_pin(first.text) && first.text.len() > PAGE_DIGITS);
    if is_one {
        return downline(args);
    }
    let page = args.take_if(|atom| atom.is_digits() && atom.text.len() <= PAGE_DIGITS);
    let page = page.and_then(|atom| atom.text.parse().ok()).unwrap_or(1).max(1);
    Ok(Command::Network(NetworkCommand::Downlines { page, pin: args.last_pin()? }))
}

/// `<agent>[.<pin>]`.
fn downline(args: Cursor<'_>) -> Result<Command, Problem> {
    if args.is_empty() {
        return downlines(args);
    }
    let (agent, pin) = AgentRef::with_pin(args)?;
    Ok(Command::Network(NetworkCommand::Downline { agent, pin }))
}

/// `<agent>.<pin>`.
fn block(args: Cursor<'_>, block: bool) -> Result<Command, Problem> {
    let (agent, pin) = AgentRef::with_pin(args)?;
    Ok(Command::Network(NetworkCommand::Block { agent, block, pin }))
}

/// `UNDANG`, and `UNDANG.BARU` for another one.
fn invite(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let renew = args.take_if(|atom| atom.is("BARU") || atom.is("NEW")).is_some();
    args.finish()?;
    Ok(Command::Network(NetworkCommand::Invite { renew }))
}

/// `YA.<number>`.
fn confirm(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let atom = args.need(Part::Number)?;
    let number = atom.text.trim_start_matches('#').parse().map_err(|_| Problem::unfit(Part::Number, atom.text))?;
    args.finish()?;
    Ok(Command::Network(NetworkCommand::Confirm { number }))
}
