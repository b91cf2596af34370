//! What those who work here ask for in everyday words: the line that does it, found in the rows that stand beside the
//! commands (`said`). What only looks is done where the words are plain; all else is shown, never done.

use super::question::{self, Heard};
use super::signals::{ALREADY, DO_NOT, IF, NO, NOT_YET};
use super::{before_courtesies, below, tidy, words};
use crate::admin::command::{AdminCommand, AdminDesk};
use crate::deposit::MIN_TICKET;
use crate::meaning::Command;
use crate::network::command::AdminNetwork;
use crate::read::{AgentRef, Atom, Context, Cursor, Kinds, NamedAs, atoms};
use crate::said::{ADVICE, Advice, DOWN, Means, Said, UP};
use crate::table::{formats, is_reserved, least_role};
use konter_core::ids::{AgentId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::phone::clean;
use konter_core::staff::Role;

/// What the shop has that may be named.
pub struct Named<'a> {
    pub kinds: &'a Kinds<'a>,
    pub is_supplier: &'a dyn Fn(&str) -> bool,
}

/// What somebody who works here wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A command as it is typed. `plain`: nothing else stands beside it.
    Line { line: String, plain: bool },
    /// The same for somebody who is only named: whose code it is has to be found.
    OfName { line: String, name: String },
    /// One line for each product that is named.
    Each(Vec<String>),
    /// No command does it.
    Advice(Advice),
}

impl Wanted {
    /// The command that only looks, where it is plainly meant.
    #[must_use]
    pub fn looks(&self) -> Option<Command> {
        let Self::Line { line, plain: true } = self else { return None };
        let command = crate::parse_formats(line);
        let looks = match &command {
            Command::Admin(command) => command.needs() == Role::Viewer,
            // The tickets that wait.
            Command::Deposit { amount: None, .. } => true,
            _ => false,
        };
        looks.then_some(command)
    }

    /// The least role that may.
    #[must_use]
    pub fn needs(&self) -> Option<Role> {
        let line = match self {
            Self::Line { line, .. } | Self::OfName { line, .. } => line,
            Self::Each(lines) => lines.first()?,
            Self::Advice(_) => return None,
        };
        match crate::parse_formats(line) {
            Command::Admin(command) => Some(command.needs()),
            _ => least_role(line.split(' ').next().unwrap_or_default()),
        }
    }
}

/// What is wanted, as far as it is plain. A slash before a word that is no command changes nothing: `/tambah saldo …`.
#[must_use]
pub fn at_the_desk(text: &str, named: &Named<'_>) -> Option<Wanted> {
    if text.len() > super::LONGEST {
        return None;
    }
    let cleaned = clean(text);
    let bare = cleaned.trim().trim_start_matches('/');
    let own = by_its_own_name(addressed(bare), named);
    if let Some(line) = own.or_else(|| by_its_own_name(&apart(bare)?, named)) {
        return Some(Wanted::Line { line, plain: true });
    }
    let text = tidy::tidy(bare);
    let pieces = atoms(&text, false);
    if pieces.len() > super::MOST_ATOMS {
        return None;
    }
    if let Some(lines) = for_each_product(&pieces, named) {
        return Some(Wanted::Each(lines));
    }
    let context = Context { kinds: named.kinds, knows_products: true, is_word: is_reserved, reference: None };
    let heard = Heard::of(Cursor::new(&text, &pieces, context));
    let speaks = Speaks::of(&heard, bare, named);
    let rows = ADVICE.iter().chain(formats().flat_map(|format| format.said));
    // Of several the one that takes up most of what is said.
    let best = rows
        .filter_map(|said| speaks.fits(said))
        .reduce(|best, next| if next.rank > best.rank { next } else { best })?;
    let (_, _, _, std::cmp::Reverse(strangers)) = best.rank;
    // What is denied, excepted or only supposed is nothing to be sent; nor is a price that drops what else was said.
    best.wanted.filter(|wanted| match wanted {
        Wanted::Advice(_) | Wanted::Each(_) => true,
        Wanted::Line { .. } | Wanted::OfName { .. } if looks_only(wanted) => true,
        Wanted::Line { line, .. } | Wanted::OfName { line, .. } => {
            let is_said = line.contains("PESAN") || line.starts_with("/siaran") || line.starts_with("/balas");
            let drops = line.starts_with("/hargajual") && strangers > 0;
            is_said || !(speaks.is_not_meant() || drops)
        }
    })
}

/// `tutup s5, s10`: what would be said of each product alone, where that changes something.
fn for_each_product(pieces: &[Atom<'_>], named: &Named<'_>) -> Option<Vec<String>> {
    const AND: &str = "dan sama dgn dengan and serta";
    let is_sold = |atom: &&Atom<'_>| atom.text.parse().is_ok_and(|code| (named.kinds)(&code, NamedAs::Code).is_some());
    let codes: Vec<&Atom<'_>> = pieces.iter().filter(is_sold).collect();
    if codes.len() < 2 {
        return None;
    }
    let others = |atom: &&Atom<'_>| !is_sold(atom) && !words::is_in(AND, &words::plain(atom.text));
    let line = |code: &&Atom<'_>| {
        let kept = pieces.iter().filter(|atom| others(atom) || atom.start == code.start);
        let said: Vec<&str> = kept.map(|atom| atom.text).collect();
        let wanted = at_the_desk(&said.join(" "), named)?;
        match wanted {
            Wanted::Line { line, plain: true } if line.starts_with("/tutup ") || line.starts_with("/buka ") => {
                Some(line)
            }
            _ => None,
        }
    };
    codes.iter().map(line).collect()
}

fn looks_only(wanted: &Wanted) -> bool {
    wanted.looks().is_some() || wanted.needs() == Some(Role::Viewer)
}

/// `agen`, `cari ani`, `tutup s10`: a command without its slash, where all it names is there.
fn by_its_own_name(text: &str, named: &Named<'_>) -> Option<String> {
    let is_there = |agent: &AgentRef| !matches!(agent, AgentRef::Other(_));
    let is_sold = |code: &ProductCode| (named.kinds)(code, NamedAs::Code).is_some();
    let line = |text: &str| format!("/{text}");
    let read = |text: &str| match crate::parse_formats(&line(text)) {
        Command::Admin(command) => Some(command),
        _ => None,
    };
    let command = read(text)?;
    let is_certain = match command.named() {
        AdminCommand::Agents { agent } => agent.as_ref().is_none_or(is_there),
        AdminCommand::Deposit { agent, .. }
        | AdminCommand::Approve { agent }
        | AdminCommand::Block { agent }
        | AdminCommand::Unblock { agent }
        | AdminCommand::ResetPin { agent }
        | AdminCommand::Answer { agent, .. } => is_there(agent),
        AdminCommand::SellPrice { product, .. }
        | AdminCommand::CloseProduct { product }
        | AdminCommand::OpenProduct { product } => is_sold(product),
        AdminCommand::Desk(AdminDesk::SetRole { who, .. } | AdminDesk::SetLimit { who, .. }) => is_there(who),
        AdminCommand::Routing(command) => {
            command.named().is_none_or(|supplier| (named.is_supplier)(supplier))
                && command.product().is_none_or(is_sold)
        }
        // Which groups there are is not known here.
        AdminCommand::Network(AdminNetwork::Group { .. }) => false,
        _ => true,
    };
    let asked = text.trim_end_matches(['?', ' ']);
    // What only looks is not looked for with its courtesies.
    let looks = command.needs() == Role::Viewer;
    let kept = if looks { before_courtesies(asked) } else { text };
    is_certain.then(|| line(if read(kept).is_some() { kept } else { text }))
}

/// Behind the words of address in front: `min agen`.
fn addressed(mut text: &str) -> &str {
    while let Some((word, rest)) = text.split_once(char::is_whitespace)
        && words::is_courtesy(word.trim_matches(|c: char| !c.is_alphanumeric()))
    {
        text = rest.trim_start();
    }
    text
}

/// `order2`, `deposit.KR0001.50000`: a command's word that has grown together with what stands behind it.
fn apart(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let (word, rest) = text.split_at_checked(end)?;
    least_role(&format!("/{word}"))?;
    let is_dotted = rest.starts_with('.') && !rest.contains(char::is_whitespace);
    let rest = if is_dotted { rest.replace('.', " ") } else { rest.to_owned() };
    (is_dotted || rest.starts_with(|c: char| c.is_ascii_digit())).then(|| format!("{word} {}", rest.trim()))
}

/// A row that fits, and how much of what is said it takes up.
struct Fit {
    /// Plain, by a name, or with strangers; what is named in it; lists of words; fewer strangers.
    rank: (u8, usize, usize, std::cmp::Reverse<usize>),
    wanted: Option<Wanted>,
}

/// What is said and named.
struct Speaks<'a> {
    heard: &'a Heard<'a>,
    /// As typed.
    text: &'a str,
    agent: Option<String>,
    product: Option<ProductCode>,
    supplier: Option<String>,
    category: Option<String>,
    number: Option<String>,
    sums: Vec<Rupiah>,
    /// A step with its sign, as it was typed: `+100`, `-2%`.
    signed: Option<&'a str>,
    /// A share in hundredths, in place of a sum.
    percent: bool,
}

/// Nothing is sold for less: a smaller sum is what a price changes by.
const LOWEST_PRICE: i64 = 5_000;
const UNITS: &str = "perak rupiah rp rb ribu rebu ribuan jt juta k persen";

impl<'a> Speaks<'a> {
    fn of(heard: &'a Heard<'a>, text: &'a str, named: &Named<'_>) -> Self {
        let atoms = heard.said.atoms;
        let sold = |atom: &Atom<'_>| {
            atom.text.parse::<ProductCode>().ok().filter(|code| (named.kinds)(code, NamedAs::Code).is_some())
        };
        let supplies = |atom: &Atom<'_>| (named.is_supplier)(&atom.text.to_lowercase());
        let agent = match heard.named_agent() {
            Some(AgentRef::Phone(phone)) => Some(phone.to_string()),
            Some(_) => heard.only_agent().map(|agent| agent.to_string()),
            None => None,
        };
        let number = if agent.is_none() { heard.dest() } else { None };
        let others: Vec<Atom<'_>> = atoms
            .iter()
            .filter(|atom| !below::names_somebody(atom) && sold(atom).is_none() && !supplies(atom))
            .filter(|atom| number.as_ref().is_none_or(|_| atom.text.len() < number_digits()))
            .map(|atom| Atom { text: atom.text.trim_end_matches('%'), ..*atom })
            .collect();
        Self {
            agent,
            product: only(atoms.iter().filter_map(sold)),
            supplier: only(atoms.iter().filter(|atom| supplies(atom)).map(|atom| atom.text.to_lowercase())),
            category: only(heard.words.iter().filter_map(|word| words::brand(word))).map(capitalised),
            number,
            sums: words::sums(heard.said.over(&others)).into_iter().map(|sum| in_rupiah(sum, heard, &others)).collect(),
            percent: text.contains('%') || heard.has("persen"),
            signed: only(
                text.split_whitespace()
                    .filter(|word| crate::admin::desk::step(word).is_ok_and(|_| word.starts_with(['+', '-']))),
            ),
            heard,
            text,
        }
    }

    /// Whether it denies, excepts, supposes or asks what would be.
    fn is_not_meant(&self) -> bool {
        const OTHERWISE: &str = "kecuali selain berapa brp gimana gmn bagaimana kenapa knp";
        [DO_NOT, IF, OTHERWISE].iter().any(|list| self.heard.has(list))
    }

    /// What stands in a row's place, and the words that say it.
    fn filled(&self, place: &str) -> Option<String> {
        match place {
            "agent" => self.agent.clone(),
            "product" => self.product.as_ref().map(ToString::to_string),
            "supplier" => self.supplier.clone(),
            "category" => self.category.clone(),
            "number" => self.number.clone(),
            "sum" => {
                let sum = self.sums.iter().find(|sum| sum.get() >= MIN_TICKET).filter(|_| !self.percent)?;
                Some(sum.get().to_string())
            }
            "price" => {
                let [price] = self.sums.as_slice() else { return None };
                (!self.percent && self.signed.is_none() && price.get() > 0).then(|| price.get().to_string())
            }
            "signed" => self.signed.map(str::to_owned),
            "step" => {
                let [step] = self.sums.as_slice() else { return None };
                let is_step = step.get() < LOWEST_PRICE
                    && self.signed.is_none()
                    && !self.heard.has("jadi jadiin jadikan menjadi ke");
                is_step.then(|| format!("{}{}", step.get(), if self.percent { "%" } else { "" }))
            }
            "rest" => Some(self.rest()).filter(|rest| !rest.is_empty()),
            _ => None,
        }
    }

    /// Behind the first word, as it was typed.
    fn rest(&self) -> String {
        let (_, rest) = self.text.split_once(char::is_whitespace).unwrap_or_default();
        rest.trim_start_matches([':', ' ']).to_owned()
    }

    fn fits(&self, said: &Said) -> Option<Fit> {
        let heard = self.heard;
        if !said.words.iter().all(|list| heard.has(list)) || heard.has(said.unless) {
            return None;
        }
        let line = match said.means {
            Means::Line(line) => line,
            Means::Advice(_) => "",
        };
        let has = |place: &str| line.contains(&format!("{{{place}}}"));
        let takes_sums = ["sum", "price", "step", "signed"].into_iter().any(has);
        let named = [
            ("agent", self.agent.is_some()),
            ("product", self.product.is_some()),
            ("supplier", self.supplier.is_some()),
            ("number", self.number.is_some()),
        ];
        let is_left = |&(place, is_named): &(&str, bool)| is_named && !has(place);
        // `xl ditutup di kios`: what is said of a category is not said of a whole supplier.
        let acts = [" jeda", " lanjut", " prioritas"].iter().any(|verb| line.contains(verb));
        if acts && self.category.is_some() && !has("category") {
            return None;
        }
        if !said.of_anything
            && !has("rest")
            && (named.iter().any(is_left) || (!takes_sums && (!self.sums.is_empty() || self.signed.is_some())))
        {
            return None;
        }
        let strangers =
            if has("rest") { Vec::new() } else { self.strangers(said, has("category") || said.of_anything) };
        let name = if has("name") { Some(name_of(&strangers)?) } else { None };
        let unknown = if name.is_some() { 0 } else { strangers.len() };
        let (mut filled, mut count) = (line.to_owned(), usize::from(name.is_some()));
        // By a name nobody is certain, and a row without a word of its own takes what no other does.
        let plain = match (unknown, &name) {
            (0, None) if !said.words.is_empty() => 2,
            (0, Some(_)) => 1,
            _ => 0,
        };
        for place in ["agent", "product", "supplier", "category", "number", "sum", "price", "step", "signed", "rest"] {
            if has(place) {
                filled = filled.replace(&format!("{{{place}}}"), &self.filled(place)?);
                count += 1;
            }
        }
        let wanted = match (said.means, name) {
            (Means::Advice(advice), _) => (unknown == 0).then_some(Wanted::Advice(advice))?,
            (Means::Line(_), Some(name)) if filled.starts_with("/cari ") => {
                Wanted::Line { line: filled.replace("{name}", &name), plain: true }
            }
            (Means::Line(_), Some(name)) => Wanted::OfName { line: filled, name },
            (Means::Line(_), None) => Wanted::Line { line: filled.trim_end().to_owned(), plain: unknown == 0 },
        };
        Some(Fit { rank: (plain, count, said.words.len(), std::cmp::Reverse(unknown)), wanted: Some(wanted) })
    }

    /// Words that say nothing of what is meant.
    fn strangers(&self, said: &Said, takes_category: bool) -> Vec<String> {
        let is_code = |word: &str, code: &Option<ProductCode>| {
            code.as_ref().is_some_and(|code| word.eq_ignore_ascii_case(code.as_str()))
        };
        let is_known = |word: &&String| {
            said.words.iter().any(|list| words::is_in(list, word) || words::is_drawn_out(list, word))
                || words::is_in(said.beside, word)
                || question::is_filler(word)
                || word.parse::<AgentId>().is_ok()
                || is_code(word, &self.product)
                || self.supplier.as_ref() == Some(*word)
                || (takes_category && words::brand(word).is_some())
                || words::is_in(UNITS, word)
                || words::is_number(word)
                || word.starts_with(|c: char| c.is_ascii_digit())
        };
        self.heard.words.iter().filter(|word| !is_known(word)).cloned().collect()
    }
}

/// A name and what belongs to it.
fn name_of(strangers: &[String]) -> Option<String> {
    const LONGEST: usize = 3;
    const NOBODYS: &str =
        "minus saya aku gue toko bot konter server supplier admin harga pulsa produk transaksi trx semua orang pin";
    let is_name = |word: &String| {
        word.chars().all(char::is_alphabetic)
            && !words::is_in(NOBODYS, word)
            && !words::is_in(question::HOW, word)
            && words::brand(word).is_none()
            && words::sort(word).is_none()
            && !words::is_wallet(word)
    };
    let fits = (1..=LONGEST).contains(&strangers.len()) && strangers.iter().all(is_name);
    fits.then(|| strangers.join(" "))
}

/// `seratus perak`: in words a sum is in thousands, but where its unit says otherwise.
fn in_rupiah(sum: Rupiah, heard: &Heard<'_>, counted: &[Atom<'_>]) -> Rupiah {
    const THOUSAND: i64 = 1_000;
    let has_digit = |atom: &Atom<'_>| atom.text.bytes().any(|b| b.is_ascii_digit());
    // What a price changes by is small: `naikkan s10 seratus`.
    let changes = || heard.has(UP) || heard.has(DOWN);
    let is_small = (heard.has("perak rupiah") || changes())
        && !heard.has("ribu rb rebu seribu juta jt")
        && !counted.iter().any(has_digit);
    let units = sum.get() / THOUSAND;
    if is_small && units > 0 { Rupiah::new(units) } else { sum }
}

/// Digits of a customer's number, at least.
const fn number_digits() -> usize {
    9
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    found.next().filter(|_| found.next().is_none())
}

fn capitalised(brand: &str) -> String {
    let mut letters = brand.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `gagal 13 nomor salah`, `acc 4`, `refund trx 13`: a decision on an order or a ticket, whose word stands in front of its
/// number. A slash before it changes nothing.
#[must_use]
pub fn decision_line(text: &str) -> Option<String> {
    const LONGEST: usize = 6; // digits: longer ones are sums and phone numbers
    const OF: &str = "trx transaksi order orderan pesanan tiket ticket deposit no nomor nomer yang ulang lagi";
    const FAILED: &str = "gagal gagalin gagalkan refund refundkan batalkan batalin kembalikan balikin";
    const DELIVERED: &str = "sukses sukseskan suksesin";
    const ACCEPTS: &str = "acc setujui terima setuju approve";
    const REFUSES: &str = "tolak tolakin reject";
    const CAME: &str = "masuk diterima";
    const TAKES: &str = "tarik tarikin tarikkan";
    const SENT: &str = "transfer tf trf transferan";
    if text.len() > super::LONGEST {
        return None;
    }
    let text = clean(text);
    let text = text.trim().trim_start_matches('/');
    let pieces = atoms(text, false);
    let at = pieces.iter().position(|atom| atom.text.bytes().any(|b| b.is_ascii_digit()))?;
    let (before, number) = (pieces.get(..at)?, pieces.get(at)?);
    let before: Vec<String> = before.iter().map(|atom| words::plain(atom.text)).collect();
    let has = |list: &str| before.iter().any(|word| words::is_in(list, word));
    let is_known = |word: &String| {
        words::is_courtesy(word)
            || words::is_in("cek tanya cekulang recheck", word)
            || [OF, FAILED, DELIVERED, ACCEPTS, REFUSES, TAKES, SENT].iter().any(|list| words::is_in(list, word))
    };
    if !number.is_digits()
        || number.text.len() > LONGEST
        || number.text.starts_with('0')
        || !before.iter().all(is_known)
    {
        return None;
    }
    let (start, end) = (number.start, number.end());
    let names = has(OF) || text.starts_with('#');
    let mut behind = text.get(number.end()..)?.trim_matches(|c: char| !c.is_alphanumeric() && c != ')');
    // `trx 3 sudah sukses sn 0041…`
    let is = |list: &str, word: &str| words::is_in(list, &words::plain(word));
    let mut said = behind;
    let mut verdict = None;
    while names && verdict.is_none() {
        let (word, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        verdict = [FAILED, DELIVERED, CAME].into_iter().find(|list| is(list, word));
        if verdict.is_none() && !is(ALREADY, word) {
            break;
        }
        said = rest.trim();
    }
    if verdict.is_some() {
        behind = said;
    }
    let number = number.text;
    // `acc 100.618`: an amount, as the ticket says it.
    let is_cut = text.get(end..).is_some_and(|rest| {
        rest.starts_with(['.', ',']) && rest.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    if is_cut {
        let amount = text.get(start..)?.split_whitespace().next()?.trim_end_matches(['.', ',']);
        return has(ACCEPTS).then(|| format!("/acc {amount}"));
    }
    let or = |instead: &'static str| if behind.is_empty() { instead } else { behind };
    Some(if has(TAKES) && has(SENT) {
        format!("/tariktransfer {number} {}", or("ALASAN"))
    } else if has(TAKES) || has(SENT) {
        return None;
    } else if has(FAILED) || verdict == Some(FAILED) {
        format!("/gagal {number} {}", or("ALASAN"))
    } else if has(DELIVERED) || verdict == Some(DELIVERED) {
        format!("/sukses {number} {}", or("SN"))
    } else if has(ACCEPTS) || (verdict == Some(CAME) && has("tiket ticket deposit")) {
        format!("/acc {number}")
    } else if has(REFUSES) {
        format!("/tolak {number} {behind}").trim_end().to_owned()
    } else if has("cekulang recheck") || (has("cek tanya") && has("ulang lagi")) {
        format!("/cekulang {number}")
    } else if behind.is_empty() && has("trx transaksi order orderan pesanan") {
        format!("/order {number}")
    } else {
        return None;
    })
}

/// `acc`, `tolak`, `sudah masuk`, `belum`: what somebody says to a card that is to be decided; `None` where it is neither.
#[must_use]
pub fn verdict_said(text: &str) -> Option<bool> {
    const YES: &str =
        "acc terima setuju setujui approve ok oke okay sip ya iya masuk diterima bener betul sudah sdh udah";
    const NO_WORDS: &str = "tolak tolakin reject blokir blok jangan batal batalkan";
    const BESIDE: &str = "aja deh saja yang yg tiket agen uang uangnya transfer tf dong lah";
    const MOST: usize = 6;
    let said: Vec<String> =
        text.split_whitespace().map(|word| words::plain(word.trim_matches(|c: char| !c.is_alphanumeric()))).collect();
    let has = |list: &str| said.iter().any(|word| words::is_in(list, word));
    let is_known = |word: &String| {
        [YES, NO_WORDS, BESIDE, NO, NOT_YET].iter().any(|list| words::is_in(list, word))
            || words::is_courtesy(word)
            || word.is_empty()
            || word.starts_with(|c: char| c.is_ascii_digit())
    };
    if said.len() > MOST || text.contains('?') || !said.iter().all(is_known) {
        return None;
    }
    if has(NO_WORDS) || has(NO) || has(NOT_YET) { Some(false) } else { has(YES).then_some(true) }
}

/// `/deposit 50000 kr0001`: the parts of a command in another order, where just one order of them is one.
#[must_use]
pub fn slash_line(text: &str) -> Option<String> {
    /// More words are a story.
    const MOST: usize = 12;
    let text = clean(text);
    let (word, rest) = text.trim().split_once(char::is_whitespace).filter(|(word, _)| word.starts_with('/'))?;
    let parts: Vec<&str> = rest.split_whitespace().collect();
    if parts.len() > MOST {
        return None;
    }
    let with_first = |at: usize| {
        let mut parts = parts.clone();
        let first = parts.remove(at);
        let has = |word: &str, is: fn(&u8) -> bool| word.bytes().any(|b| is(&b));
        // Of two numbers either may be the first.
        let is_other =
            has(first, u8::is_ascii_alphabetic) || !parts.first().is_some_and(|part| has(part, u8::is_ascii_digit));
        let is_named = has(first, u8::is_ascii_digit) && is_other;
        let line = format!("{word} {first} {}", parts.join(" "));
        (is_named && matches!(crate::parse_formats(&line), Command::Admin(_))).then_some(line)
    };
    let mut lines = (1..parts.len()).filter_map(with_first);
    lines.next().filter(|_| lines.next().is_none())
}
