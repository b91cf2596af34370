//! `TIKET`, `BUKTI`, and what admins do with tickets and balances.

pub mod ticket_ref;

use super::admin::command::AdminCommand;
use super::format::Format;
use super::meaning::Command;
use super::read::{
    AgentRef, Atom, Context, Cursor, Part, Problem, SaidNumber, Typed, Words, amount, atoms, redact, starts_a_phone,
    without_force, words_for_admins,
};
use super::said::Said;
use super::topic::Topic;
use konter_core::money::Rupiah;
use konter_core::phone::{Phone, clean};
use konter_core::staff::Role::{Operator, Owner};
use ticket_ref::TicketRef;

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Deposit,
        &["TIKET", "DEPOSIT", "DEP", "DEPO", "TOPUP", "ISI"],
        "a deposit ticket, also for one bank; how to deposit without an amount",
        "TIKET.100000",
        ticket,
    ),
    Format::always(Topic::Deposit, &["BANK", "REKENING", "NOREK"], "how to deposit", "REKENING", |_| {
        Ok(Command::Deposit { amount: None, bank: None, pin: None })
    }),
    Format::always(
        Topic::Deposit,
        &["BUKTI", "KONFIRMASI", "KONFIRM", "BUKTITRANSFER", "BUKTITF"],
        "tell the admins that the transfer is made",
        "BUKTI.sudah transfer",
        proof,
    ),
    Format::when(
        Topic::AdminDeposit,
        &["/deposit", "/depo", "/dep", "/topup"],
        "add to a reseller's balance",
        "/deposit KR0001 100000",
        |args| names_an_agent(args).then(|| booked(args)),
    )
    .least(Operator)
    // Corrections are the owner's: money goes out, or somebody ends below zero.
    .also(&[("/deposit KR0001 -5000", Owner), ("/deposit KR0001 5000 --paksa", Owner)])
    .said(BOOKED),
    Format::always(Topic::AdminAccept, &["/acc"], "accept a deposit ticket", "/acc 12", accept)
        .least(Operator)
        .said(TICKETS),
    Format::always(Topic::AdminRefuse, &["/tolak"], "refuse a deposit ticket", "/tolak 12", refuse).least(Operator),
];

const ADDS: &str =
    "isi isiin isikan tambah tambahin tambahkan topup deposit depo dep kirim transfer tf trf add setor nyetor setoran";
const TAKES: &str = "balikin kembalikan kembaliin tarik tarikin kurangi kurangin potong salah";
const OF_BALANCE: &str = "saldo saldonya balance deposit depo";

const BOOKED: &[Said] = &[
    Said::as_line("/deposit {agent} -{sum}", &[TAKES]).beside("saldo saldonya deposit isi salah"),
    Said::as_line("/deposit {agent} {sum}", &[ADDS]).beside("saldo saldonya deposit ke"),
    Said::as_line("/deposit {agent} {sum}", &[OF_BALANCE]).beside("ke"),
    Said::as_line("/deposit {agent} JUMLAH", &[ADDS]).beside("saldo saldonya deposit ke"),
    Said::as_line("/deposit {name} {sum}", &[ADDS, OF_BALANCE]).beside("ke buat untuk akun agen"),
    Said::as_line("/deposit {name} JUMLAH", &[ADDS, "saldo saldonya"]).beside("ke buat untuk akun agen"),
];

const TICKETS: &[Said] = &[
    Said::as_line("/tiket", &["tiket ticket tiketnya tikets"])
        .beside("ada masuk baru menunggu deposit terbuka siapa yang belum diterima dicek pending antri"),
    Said::as_line("/tiket", &["acc terima setujui tolak", "semua smua"]).beside("tiket deposit"),
    Said::as_line("/tiket", &["acc terima tolak"]).beside("tiket deposit").unless("kasih ksh kasi"),
    Said::as_line("/tiket", &["sudah sdh udah udh", "masuk diterima ditransfer"])
        .beside("transfer tf uang uangnya deposit tiket semua"),
    Said::as_line(
        "/tiket",
        &["deposit depositan deposito topup transfer tf", "ada siapa masuk menunggu baru minta antri"],
    )
    .beside("masuk baru belum yang agen menunggu minta tiket")
    .unless("supplier di sudah udah"),
];

/// Smallest deposit ticket, in rupiah: less is a slip (`DEPOSIT.17`), or meant in thousands, which is not guessed.
pub const MIN_TICKET: i64 = 1_000;

/// Where deposits come from.
const BANKS: &[&str] = &[
    "BCA",
    "BRI",
    "BNI",
    "MANDIRI",
    "BSI",
    "BTN",
    "CIMB",
    "PERMATA",
    "DANAMON",
    "MUAMALAT",
    "SEABANK",
    "JAGO",
    "DANA",
    "OVO",
    "GOPAY",
    "SHOPEEPAY",
    "LINKAJA",
    "QRIS",
];

/// Whether the word names a bank or a wallet.
pub(super) fn is_bank(word: &str) -> bool {
    BANKS.iter().any(|bank| word.eq_ignore_ascii_case(bank))
}

/// What a ticket adds to, as people call it: `isi saldo 100000`.
fn is_balance(atom: &Atom<'_>) -> bool {
    ["TIKET", "DEPOSIT", "DEPO", "SALDO"].into_iter().any(|word| atom.is(word))
}

/// `TAMBAH SALDO 100000`: to the balance, not to the chats.
pub(super) fn added(args: Cursor<'_>) -> Option<Command> {
    let read = |args| ticket(args).unwrap_or_else(|problem| Command::incomplete(Topic::Deposit, problem));
    args.peek().is_some_and(is_balance).then(|| read(args))
}

fn ticket(mut args: Cursor<'_>) -> Result<Command, Problem> {
    args.take_if(is_balance);
    let bank = args.take_if(|atom| is_bank(atom.text)).map(|atom| atom.text.to_uppercase());
    if args.is_empty() {
        return Ok(Command::Deposit { amount: None, bank, pin: None });
    }
    // `isi 0812…` is no sum, whoever wants what there.
    if let Some(number) = args.peek().filter(|atom| atom.text.parse::<Phone>().is_ok()) {
        return Err(Problem::unfit(Part::Amount, number.text));
    }
    let amount = amount::take(&mut args)?;
    if amount < Rupiah::new(MIN_TICKET) {
        return Err(Problem::Unfit(Part::Amount, Typed::new(&amount.to_string())));
    }
    Ok(Command::Deposit { amount: Some(amount), bank, pin: args.last_pin()? })
}

fn proof(args: Cursor<'_>) -> Result<Command, Problem> {
    if args.is_empty() {
        return Ok(Command::Proof { text: Typed::whole(""), pin: None });
    }
    words_for_admins(args).map(|(text, pin)| Command::Proof { text, pin })
}

/// Whether a message that is no command tells of a transfer that was made: `sudah tf bos`, `bukti transfer`.
#[must_use]
pub fn sounds_like_proof(text: &str) -> bool {
    /// The beginning tells, and a pasted novel must not cost time.
    const LOOKED_AT: usize = 400;
    const SHORT: usize = 5; // words
    const DONE: &str = "sudah sdh udah udh dah uda udeh ude tos atos sampun mpun telah bukti berhasil barusan \
        selesai beres sukses done already have wis uwis";
    const MADE: &str = "transfer tranfer trf tf ditransfer ditf transferan transferred setor disetor nyetor";
    const PAID: &str = "bayar dibayar mbayar paid";
    const SENT: &str = "sent kirim dikirim ngirim kirimkan";
    const MONEY: &str = "uang uangnya duit duitnya money";
    let start: String = text.chars().take(LOOKED_AT).collect::<String>().to_lowercase();
    let words: Vec<&str> = start.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |list: &str| words.iter().any(|word| list.split(' ').any(|known| known == *word));
    // A bill is paid too; who only speaks of paying, or shows a proof, says nothing else.
    let is_short = words.iter().filter(|word| word.chars().all(char::is_alphabetic)).count() <= SHORT;
    (has(DONE) && (has(MADE) || (has(SENT) && has(MONEY))))
        || (is_short && ((has(DONE) && has(PAID)) || has("buktinya")))
}

/// The words of a proof that is no command, as admins may see them: without a PIN at either end, and without any number
/// that may be one where a PIN is spoken of.
#[must_use]
pub fn proof_words(text: &str) -> String {
    let text = clean(text);
    let pieces = atoms(&text, false);
    let words =
        words_for_admins(Cursor::new(&text, &pieces, Context::NONE)).map(|(words, _)| words.as_str().to_owned());
    let words = words.unwrap_or_default();
    let speaks_of_pin = words.split(|c: char| !c.is_alphabetic()).any(|word| word.eq_ignore_ascii_case("pin"));
    if speaks_of_pin { redact(&words) } else { words }
}

/// Whether a deposit is meant for somebody: `/deposit 100000` and `/deposit BCA 100000` are a reseller's.
fn names_an_agent(args: Cursor<'_>) -> bool {
    let Some(first) = Words::of(args).next() else { return false };
    let amount = amount::read(first, true).is_ok() || Words::of(args).amount(true).is_ok();
    match AgentRef::read(first) {
        Some(AgentRef::Other(name)) => !amount && !is_bank(&name),
        Some(AgentRef::Code(_) | AgentRef::Chat(_) | AgentRef::Phone(_)) => true,
        None => starts_a_phone(first),
    }
}

/// `<agent> <amount> [<note>] [--paksa]`.
fn booked(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let agent = words.agent(|rest| Words(rest).amount(true).is_ok())?;
    let amount = words.amount(true)?;
    let (forced, note) = without_force(words.0);
    // `KR0001 57000 KR0002 58000`: whose the rest is, nobody reads out of a note.
    let mut another = Words(&note);
    if another.next().is_some_and(names_another) && another.amount(true).is_ok() {
        return Err(Problem::SeveralDeposits);
    }
    // `1 500 000`, `50 ribu lima ratus`: the rest of an amount, not a note.
    let mut behind = note.split_whitespace();
    let next = behind.next().unwrap_or_default();
    let is_counted = |word: &str| ["ratus", "puluh", "ribu", "juta", "belas"].iter().any(|end| word.ends_with(end));
    let goes_on = amount::unit(next).is_some()
        || is_counted(next)
        || behind.next().is_some_and(|word| is_counted(word) && SaidNumber::default().hears(next));
    if goes_on || (!next.is_empty() && next.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Problem::Unfit(Part::Amount, Typed::new(next)));
    }
    Ok(Command::Admin(AdminCommand::Deposit { agent, amount, note: some(note), forced }))
}

fn names_another(word: &str) -> bool {
    matches!(AgentRef::read(word), Some(AgentRef::Code(_) | AgentRef::Chat(_) | AgentRef::Phone(_)))
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn ticket_ref(words: &mut Words<'_>) -> Result<TicketRef, Problem> {
    let word = words.need(Part::Ticket)?;
    let number = word.trim_end_matches([',', ';', ':', '.']);
    TicketRef::read(number).ok_or_else(|| Problem::Unfit(Part::Ticket, Typed::new(word)))
}

/// `<ticket> [<amount>]`.
fn accept(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let ticket = ticket_ref(&mut words)?;
    let amount = if words.is_empty() { None } else { Some(words.amount(false)?) };
    words.finish().map(|()| Command::Admin(AdminCommand::AcceptTicket { ticket, amount }))
}

/// `<ticket> [<reason>]`.
fn refuse(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let ticket = ticket_ref(&mut words)?;
    Ok(Command::Admin(AdminCommand::RefuseTicket { ticket, reason: some(words.0.trim().to_owned()) }))
}
