//! What is said of those below a reseller, and of balance that goes to them or should come back.

use super::question::{self, Heard};
use super::signals::{ALREADY, DO_NOT, IF, LATER, MISTAKEN, NO, NOT_YET, YESTERDAY};
use super::small::Talk;
use super::words;
use crate::deposit::{MIN_TICKET, is_bank};
use crate::meaning::Command;
use crate::network::command::{MarkupChange, MarkupRequest, MarkupWhom, NetworkCommand, Transfer as Sent, TransferRef};
use crate::network::{markup, transfer};
use crate::preference::command::PreferenceCommand;
use crate::read::{AgentRef, Atom, NamedAs, Part, Problem, amount, is_pin};
use crate::topic::Topic;
use konter_core::ids::AgentId;
use konter_core::money::Rupiah;
use konter_core::phone::Phone;

const SENT: &str = "transfer tf trf tranfer transferan transferannya saldo saldonya";
const BELOW: &str = "downline downlineku downlinenya donline dl bawahan bawahanku";
pub(super) const BLOCK: &str = "blokir blokirnya blok block nonaktifkan nonaktif kunci matiin matikan bekukan tutupin";

/// Beside these nothing is sent.
const DOUBT: &[&str] =
    &[NO, DO_NOT, NOT_YET, ALREADY, LATER, IF, YESTERDAY, "tadi td bisa bs kok lagi masih msh apa berapa brp kira not"];

pub(super) fn read(heard: &Heard<'_>) -> Option<Command> {
    let order: [fn(&Heard<'_>) -> Option<Command>; 10] =
        [transfer_back, transfer_with_words, tell_all, blocks, charges, how_they_earn, one, invites, list, earnings];
    order.into_iter().find_map(|ask| ask(heard))
}

/// `salah transfer 20000 ke KR0002`, `balikin 20000 dari KR0002`.
fn transfer_back(heard: &Heard<'_>) -> Option<Command> {
    const BACK: &str =
        "narik menarik balik kembali dibalikin balikin balikkan balikan kembalikan kembaliin tarik tarikin balekno";
    const REST: &str = "kirim ngirim kekirim orang akun agen downline tujuan sebesar rp tolong ke to dari harusnya \
        seharusnya mestinya";
    let agent = match heard.agents().as_slice() {
        // `tarik balik saldo siti 20rb, salah kirim`: which one it was, the transfer itself tells.
        [] if heard.has(BACK)
            && heard.has(MISTAKEN)
            && heard.has(SENT)
            && heard.dest().is_none()
            && !heard.has(question::GOODS) =>
        {
            return Some(Command::Network(NetworkCommand::TakeBack { of: TransferRef::Latest, pin: None }));
        }
        [agent] => *agent,
        // The one that it should not have gone to is named first.
        [first, _] if heard.has("harusnya seharusnya mestinya") => *first,
        _ => return None,
    };
    let others: Vec<&Atom<'_>> = heard.counted().filter(|atom| atom.text.parse::<AgentId>().is_err()).collect();
    let amount = match others.as_slice() {
        [] => None,
        [sum] => Some(amount::read(sum.text, false).ok()?),
        _ => return None,
    };
    let went = heard.has(SENT) || (amount.is_some() && heard.has(BACK));
    let rest = |word: &String| {
        word.bytes().any(|b| b.is_ascii_digit())
            || question::is_filler(word)
            || [BACK, MISTAKEN, SENT, REST].iter().any(|list| words::is_in(list, word))
    };
    let of = TransferRef::To { agent: AgentRef::Code(agent), amount };
    (went && (heard.has(BACK) || heard.has(MISTAKEN)) && heard.words.iter().all(rest))
        .then_some(Command::Network(NetworkCommand::TakeBack { of, pin: None }))
}

/// `tf saldo kr0003 10000 1234`, `isi saldo 0812… 100rb`: a transfer with words between its parts. Without its PIN it is
/// only shown.
fn transfer_with_words(heard: &Heard<'_>) -> Option<Command> {
    const VERBS: &str = "diisi diisiin diisikan ditransfer kasih kasihin bagi bagiin oper operin tf trf transfer tr kirim kirimin kirimkan ngirim isi isiin isikan isikno tambah tambahin \
        tambahkan nambah topup top deposit depo dep setor send add give";
    const REST: &str = "saldo saldonya sal balance ke to up sebesar senilai pin rp rupiah";
    /// `isi saldo siti 0812… 100rb`: where nothing is sent at once, a name may stand beside.
    const MOST_STRANGERS: usize = 2;
    let agent = heard.named_agent()?;
    let is_sum = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || words::is_number(word)
            || words::is_in("rb ribu rebu ewu k jt juta", word)
    };
    let known = |word: &String| {
        word.parse::<AgentId>().is_ok()
            || is_sum(word)
            || question::is_filler(word)
            || [VERBS, REST].iter().any(|list| words::is_in(list, word))
    };
    let strangers = heard.words.iter().filter(|word| !known(word)).count();
    let other = heard.said.atoms.iter().any(|atom| atom.text.starts_with('-') && has_digit(atom))
        || heard.has(MISTAKEN)
        || heard.has_any(question::UNDO)
        || heard.words.iter().any(|word| words::is_wallet(word));
    if !heard.has(VERBS) || other || heard.has_any(DOUBT) || heard.said.text.contains('?') || strangers > MOST_STRANGERS
    {
        return None;
    }
    let says = |atom: &&Atom<'_>| has_digit(atom) || is_sum(&words::plain(atom.text));
    let kept: Vec<Atom<'_>> = heard.said.atoms.iter().filter(says).copied().collect();
    if let Ok(Command::Transfer(sent)) = transfer::transfer(heard.said.over(&kept)) {
        // `tf 0812… 25000`: without the word for balance it may be a customer's number, and nothing is sent.
        let by_number =
            matches!(sent.agent, AgentRef::Phone(_)) && !heard.words.iter().any(|word| words::is_balance(word));
        if by_number && (sent.pin.is_some() || sent.amount < Rupiah::new(MIN_TICKET)) {
            return None;
        }
        return (strangers == 0 || sent.pin.is_none()).then_some(Command::Transfer(sent));
    }
    let others: Vec<Atom<'_>> = kept.into_iter().filter(|atom| !names_somebody(atom)).collect();
    if others.is_empty() {
        return Some(Command::incomplete(Topic::Transfer, Problem::Missing(Part::Amount)));
    }
    let sums = words::sums(heard.said.over(&others));
    let [amount] = sums.as_slice() else { return None };
    Some(Command::Transfer(Sent { agent, amount: *amount, pin: None }))
}

/// `kirim saldo ke cici 25000`, `tf budi`: nobody is known by such a name, so the code or the number is asked for.
pub(super) fn transfer_to_a_name(heard: &Heard<'_>) -> Option<Command> {
    const SENDS: &str = "tf trf transfer kirim kirimin kirimkan ngirim kasih kasihin bagi oper operin";
    const NOBODY: &str = "saya sy aku ak gw gua akun rek rekening rekeningnya bank toko konter admin min mana siapa sini situ \
        downline bawahan agen orang nomor nomer no sudah ini itu dia semua rp rupiah sebesar senilai";
    const TO: &str = "ke buat untuk utk kpd kepada to";
    /// A name and its title.
    const LONGEST: usize = 2;
    let is_a_name = |word: &&String| {
        word.chars().all(char::is_alphabetic)
            && ![SENDS, NOBODY, TO].iter().any(|list| words::is_in(list, word))
            && !words::is_balance(word)
            && !words::is_number(word)
            && !words::is_in("rb ribu rebu ewu k jt juta", word)
            && !is_bank(word)
            && words::brand(word).is_none()
            && words::sort(word).is_none()
            && !question::is_filler(word)
    };
    // A title names somebody where it stands behind `ke`.
    let behind_to = heard.words.windows(2).find_map(|pair| match pair {
        [to, title] if words::is_in(TO, to) && words::is_address(title) && !words::is_in(NOBODY, title) => Some(title),
        _ => None,
    });
    let count = heard.words.iter().filter(is_a_name).count() + usize::from(behind_to.is_some());
    let sends = heard.words.iter().position(|word| words::is_in(SENDS, word))?;
    let opens = heard.words.iter().take(sends).all(|word| words::is_courtesy(word));
    let of_balance = heard.words.iter().any(|word| words::is_balance(word))
        || heard.has("tf trf transfer")
        || (heard.has(TO) && heard.sum().is_some());
    let is_ware = heard.words.iter().any(|word| words::sort(word).is_some() || words::brand(word).is_some());
    let doubts = heard.has(MISTAKEN) || heard.has_any(question::UNDO) || heard.has_any(DOUBT);
    let is_one =
        opens && of_balance && !is_ware && (1..=LONGEST).contains(&count) && !doubts && !heard.said.text.contains('?');
    let counts = heard.counted().count() <= 1 && heard.dest().is_none() && heard.agents().is_empty();
    (is_one && counts).then(|| Command::incomplete(Topic::Transfer, Problem::Missing(Part::Agent)))
}

/// `kasih tau semua downline besok libur`
fn tell_all(heard: &Heard<'_>) -> Option<Command> {
    const TELLS: &str = "umumkan umumin pengumuman siaran siarkan broadcast kabari kabarin kabarkan beritahu beritahukan \
        sampaikan infokan infoin sebarkan sebarin bilangin announce";
    let tells =
        heard.has(TELLS) || heard.phrase("kasih tau|kasih tahu|kasi tau|kasih kabar|kasih info|kirim pesan|chat semua");
    (tells && heard.has(BELOW)).then_some(Command::Talk(Talk::TellDownlines))
}

/// `buka blokir kr0002`, `hapus downline kr0002`
fn blocks(heard: &Heard<'_>) -> Option<Command> {
    /// Of a reason.
    const MOST_STRANGERS: usize = 2;
    const REMOVES: &str = "hapus hapusin keluarkan keluarin copot pecat buang remove delete";
    const OPEN: &str = "buka bukain aktifkan aktifin lepas unblok unblokir unblock";
    // A PIN may stand behind it, and is asked for again with the name.
    let others: Vec<&Atom<'_>> = heard.counted().filter(|atom| atom.text.parse::<AgentId>().is_err()).collect();
    let is_fit = others.len() <= 1 && others.iter().all(|atom| is_pin(atom.text));
    let agent = AgentRef::Code(heard.only_agent().filter(|_| is_fit)?);
    let opens = heard.has(OPEN);
    let known = &[BLOCK, REMOVES, OPEN, BELOW, "akun agen"];
    // Why, may stand beside it: nothing is done without the PIN.
    let strangers = heard.words.iter().filter(|word| {
        word.parse::<AgentId>().is_err()
            && !question::is_filler(word)
            && !known.iter().any(|list| words::is_in(list, word))
    });
    let doubts = heard.has_any(&[DO_NOT, ALREADY, LATER, IF, YESTERDAY, "kok apa kenapa kira bisa"]);
    ((heard.has(BLOCK) || heard.has(REMOVES) || opens)
        && !heard.has("markup markupnya selisih")
        && !doubts
        && strangers.count() <= MOST_STRANGERS)
        .then_some(Command::Network(NetworkCommand::Block { agent, block: !opens, pin: None }))
}

/// `naikin markup kr0002 jadi 200`
fn charges(heard: &Heard<'_>) -> Option<Command> {
    const MARKUP: &str = "markup markupnya selisih";
    const REST: &str =
        "naikin naikkan naik turunin turunkan turun ubah ganti set pasang jadi jadiin menjadi ke semua all";
    let mut sums = heard.counted().filter(|atom| atom.text.parse::<AgentId>().is_err());
    if heard.has(MARKUP) && heard.has("hapus hapusin hilangkan hilangin buang cabut remove delete") {
        let pins = sums.all(|atom| is_pin(atom.text));
        let whom = MarkupWhom::Agent(AgentRef::Code(heard.only_agent().filter(|_| pins)?));
        let removed = MarkupRequest { whom, change: MarkupChange::Remove, pin: None };
        return Some(Command::Network(NetworkCommand::Markup(removed)));
    }
    let (Some(sum), None) = (sums.next(), sums.next()) else { return None };
    let is_known = |word: &String| {
        question::is_filler(word)
            || word.parse::<AgentId>().is_ok()
            || [MARKUP, REST, BELOW].iter().any(|list| words::is_in(list, word))
    };
    let mut names = heard.words.iter().filter(|word| !is_known(word));
    // A name is shown with its code first.
    let whom = match (heard.only_agent(), names.next()) {
        (Some(agent), None) => MarkupWhom::Agent(AgentRef::Code(agent)),
        (None, None) => heard.has("semua all").then_some(MarkupWhom::All)?,
        (None, Some(name)) if names.next().is_none() => MarkupWhom::Agent(AgentRef::Other(name.clone())),
        _ => return None,
    };
    let change = MarkupChange::Set(markup::number(sum)?);
    heard.has(MARKUP).then_some(Command::Network(NetworkCommand::Markup(MarkupRequest { whom, change, pin: None })))
}

/// `naikin harga buat siti 100`, `ajak teman dapat apa`: how it is done.
fn how_they_earn(heard: &Heard<'_>) -> Option<Command> {
    let changes = heard.has("naikin naikkan turunin turunkan ubah ganti pasang")
        && heard.has("harga harganya markup selisih untung")
        && (heard.has("buat untuk utk") || heard.has(BELOW));
    let invites = heard.phrase("ajak teman|ngajak teman|ajak temen|ngajak temen|bawa teman");
    let is_of_a_product = || heard.words.iter().any(|word| words::brand(word).is_some() || words::sort(word).is_some());
    ((changes && !is_of_a_product() && heard.agents().is_empty()) || invites)
        .then(|| Command::Help { topic: Some("DOWNLINE".to_owned()) })
}

/// `saldo kr0002 brp`, `rekap kr0002`
fn one(heard: &Heard<'_>) -> Option<Command> {
    const ASKED: &str = "saldo saldonya sal cek lihat liat info data rekap laporan trx transaksi transaksinya omset \
        penjualan belanja balance check show";
    let agent = AgentRef::Code(heard.only_agent().filter(|_| heard.counted().count() == 1)?);
    // `kr0002 salah pin terus`
    if heard.speaks_of_pins() && heard.has("salah lupa lupaa reset resetin terkunci kekunci blokir ganti ubah") {
        return Some(Command::Talk(Talk::LostPin));
    }
    (heard.has(ASKED) && heard.only_of_agents(&[ASKED, BELOW, "of agen"]))
        .then_some(Command::Network(NetworkCommand::Downline { agent, pin: None }))
}

/// `link undangan dong`
fn invites(heard: &Heard<'_>) -> Option<Command> {
    let link = heard.has("link linknya tautan") && heard.has("undangan undang daftar downline ajak invite register");
    let asked = link || heard.phrase("minta undangan|invite link|kode undangan");
    (asked && !heard.counts).then_some(Command::Network(NetworkCommand::Invite { renew: false }))
}

/// `cek saldo downline`, `cara daftarkan downline`
fn list(heard: &Heard<'_>) -> Option<Command> {
    const LISTED: &str = "orang anak jumlah ada saldo transaksi trx rekap daftar list lihat cek siapa punya berapa aja";
    const ADDS: &str = "daftarkan daftarin mendaftarkan registrasi undang blokir transfer kirim isi register add \
        tambah \
        nambah tambahin baru";
    let of_those_below = heard.has(BELOW) || heard.phrase("anak buah|my downlines");
    let of_members = heard.has("anggota member agen reseller")
        && heard.has("tambah nambah tambahin rekrut")
        && !heard.has("saldo deposit markup harga");
    // `tambah downline Rina 0813…`
    if of_those_below
        && heard.has("tambah nambah tambahin daftarkan daftarin register")
        && heard.only_number().is_some()
    {
        return Some(Command::Help { topic: Some("DOWNLINE".to_owned()) });
    }
    if !(of_those_below || of_members)
        || heard.counts
        || heard.speaks_of_pins()
        || heard.words.iter().any(|word| question::is_price(word))
    {
        return None;
    }
    // `mau nambah agen baru dibawahku`
    if heard.has(question::HOW) || heard.has(ADDS) {
        return Some(Command::Help { topic: Some("DOWNLINE".to_owned()) });
    }
    // `downline saya ga bisa transaksi`: whether they are blocked, or have no balance left, the list tells.
    let is_stuck = heard.has(NO) && heard.has("bisa bs");
    (is_stuck || heard.only(&[BELOW, LISTED, "anak buah"]))
        .then_some(Command::Network(NetworkCommand::Downlines { page: 1, pin: None }))
}

/// `komisi saya berapa`, `untung saya dari downline`
fn earnings(heard: &Heard<'_>) -> Option<Command> {
    const EARNED: &str = "komisi komisiku komisinya bonus bonusku commission commissions";
    const REST: &str = "hari ini kemarin saya bulan minggu markup downline dari tukar cair cairkan dicairkan untung";
    /// `komisi dari wati`: whose orders they came from.
    const MOST_STRANGERS: usize = 2;
    let from_below = heard.has("untung untungku") && heard.has(BELOW);
    let counts = heard.counted().any(|atom| atom.text.parse::<AgentId>().is_err());
    let is_known = |word: &&String| {
        word.parse::<AgentId>().is_ok()
            || question::is_filler(word)
            || [EARNED, REST, ALREADY, NOT_YET].iter().any(|list| words::is_in(list, word))
    };
    let strangers = heard.words.iter().filter(|word| !is_known(word)).count();
    let most = if words::is_in(EARNED, heard.first()) { MOST_STRANGERS } else { 0 };
    ((heard.has(EARNED) || from_below) && !counts && strangers <= most)
        .then_some(Command::Preference(PreferenceCommand::Earnings { pin: None }))
}

/// `salah transfer`: balance that went to the wrong downline. A wrong number or code is an order's.
pub(super) fn wrong_transfer(heard: &Heard<'_>) -> Option<Command> {
    const WHOM: &str = "kirim ngirim kekirim orang akun agen downline tujuan";
    let asked = NetworkCommand::TakeBack { of: TransferRef::Latest, pin: None };
    let only = heard.only(&[&[MISTAKEN, SENT, WHOM], question::UNDO].concat());
    (heard.has(MISTAKEN) && heard.has(SENT) && only && !heard.counts).then_some(Command::Network(asked))
}

pub(super) fn names_somebody(atom: &Atom<'_>) -> bool {
    atom.text.parse::<AgentId>().is_ok() || atom.text.parse::<Phone>().is_ok()
}

fn has_digit(atom: &Atom<'_>) -> bool {
    atom.text.bytes().any(|b| b.is_ascii_digit())
}

impl Heard<'_> {
    fn agents(&self) -> Vec<AgentId> {
        self.said.atoms.iter().filter_map(|atom| atom.text.parse().ok()).collect()
    }

    /// The one reseller that is named by a code.
    pub(super) fn only_agent(&self) -> Option<AgentId> {
        match self.agents().as_slice() {
            [agent] => Some(*agent),
            _ => None,
        }
    }

    /// The one reseller that is named: by its code, or by its number where balance is spoken of.
    pub(super) fn named_agent(&self) -> Option<AgentRef> {
        if let [_, ..] = self.agents().as_slice() {
            return self.only_agent().map(AgentRef::Code);
        }
        let mut phones = self.said.atoms.iter().filter_map(|atom| atom.text.parse::<Phone>().ok());
        let is_ware = |word: &String| {
            words::sort(word).is_some()
                || words::brand(word).is_some()
                || word.parse().is_ok_and(|code| (self.said.context.kinds)(&code, NamedAs::Code).is_some())
        };
        let of_balance = self.words.iter().any(|word| words::is_balance(word))
            || (self.has("tf trf transfer") && !self.words.iter().any(is_ware));
        match (phones.next(), phones.next()) {
            (Some(phone), None) if of_balance && phone.is_mobile() => Some(AgentRef::Phone(phone)),
            _ => None,
        }
    }

    /// What has a digit.
    pub(super) fn counted(&self) -> impl Iterator<Item = &Atom<'_>> {
        self.said.atoms.iter().filter(|atom| has_digit(atom))
    }

    /// As [`Heard::only`], where a reseller's code may stand as well.
    fn only_of_agents(&self, lists: &[&str]) -> bool {
        self.words.iter().all(|word| {
            word.parse::<AgentId>().is_ok()
                || question::is_filler(word)
                || lists.iter().any(|list| words::is_in(list, word))
        })
    }
}
