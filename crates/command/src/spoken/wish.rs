//! What somebody asks for in everyday words: `isi pulsa 10rb ke 0812…`, `token 20 …`, `three 5`.

use std::num::NonZeroU32;

use super::words::{self, Sort};
use crate::order::request::BadOrder;
use crate::read::{Atom, Cursor, Gap, NamedAs, Problem, Target, Typed, amount, destination, is_pin, nominal};
use konter_core::catalog::DestKind;
use konter_core::destination::{Destination, DestinationFault};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::order::request::What;

/// What is wanted, as far as it was said. It is shown with its price, and a PIN asked for: by itself it buys nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Of a product that is known.
    pub code: Option<ProductCode>,
    pub sort: Option<Sort>,
    /// An operator by the catalog's name, or what stands in the names of a service's products.
    pub brand: Option<String>,
    pub nominal: Option<Rupiah>,
    /// Megabytes of data.
    pub size: Option<NonZeroU32>,
    pub dest: Option<Destination>,
    /// Something stood in it that may be the PIN. It is not tried.
    pub held_pin: bool,
    /// How many are wanted, where it says so.
    pub times: u8,
}

impl Wish {
    /// The size as the names of products have it: `1GB`.
    #[must_use]
    pub fn size_named(&self) -> Option<String> {
        let size = self.size?.get();
        Some(if size.is_multiple_of(1_000) { format!("{}GB", size / 1_000) } else { format!("{size}MB") })
    }

    /// What a code that nobody sells may stand for: `TSEL10`.
    #[must_use]
    pub fn of_code(code: &ProductCode) -> Option<Self> {
        let (brand, sort, nominal) = glued(code.as_str())?;
        Some(Self { brand: brand.map(str::to_owned), sort, nominal: Some(nominal), ..Self::default() })
    }
}

/// What a message is, taken as a wish.
pub(super) enum Read {
    Wish(Wish),
    /// Its number cannot be used.
    Bad(BadOrder),
}

/// Words nobody knows beside a wish that is otherwise complete.
const MOST_STRANGERS: usize = 4;
/// Largest sum that is a face value.
pub(super) const HIGHEST: i64 = 10_000_000;
/// Smallest.
const LOWEST: i64 = 1_000;

pub(super) fn read(args: Cursor<'_>) -> Option<Read> {
    read_with(args, MOST_STRANGERS)
}

/// Where no word stands beside it that nobody knows.
pub(super) fn read_without_strangers(args: Cursor<'_>) -> Option<Read> {
    read_with(args, 0)
}

fn read_with(args: Cursor<'_>, most_strangers: usize) -> Option<Read> {
    let mut reader =
        Reader { args, at: 0, wish: Wish::default(), acts: false, strangers: 0, short: None, names_pin: false };
    while reader.at < args.atoms.len() {
        reader.step()?;
    }
    if reader.strangers > most_strangers { None } else { reader.finish() }
}

struct Reader<'a> {
    args: Cursor<'a>,
    at: usize,
    wish: Wish,
    /// A word such as `isi` or `beli`.
    acts: bool,
    strangers: usize,
    /// A number that cannot be used.
    short: Option<Problem>,
    /// The word for a PIN stands before what comes next.
    names_pin: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &[Atom<'_>] {
        self.args.atoms.get(self.at..).unwrap_or_default()
    }

    /// Reads what stands next; `None` where nothing is to be offered.
    fn step(&mut self) -> Option<()> {
        let atom = *self.args.atoms.get(self.at)?;
        if atom.text.contains('?') {
            return None;
        }
        if !atom.text.chars().any(char::is_alphanumeric) {
            self.at += 1;
            return Some(());
        }
        if self.leading_pin(&atom) || self.named_pin(&atom) || self.dictated() {
            return Some(());
        }
        if self.code(&atom)?
            || self.code_in_pieces(&atom)?
            || self.size(&atom)
            || self.sum(&atom)
            || self.number(&atom)?
            || self.pin(&atom)
        {
            return Some(());
        }
        if atom.is_digits() {
            return None;
        }
        self.word(&atom)
    }

    fn code(&mut self, atom: &Atom<'_>) -> Option<bool> {
        let Ok(code) = atom.text.parse::<ProductCode>() else { return Some(false) };
        let known = !atom.is_digits() && !(self.args.context.is_word)(atom.text);
        if !known || (self.args.context.kinds)(&code, NamedAs::Code).is_none() {
            return Some(false);
        }
        if self.wish.code.replace(code).is_some() {
            return None;
        }
        self.at += 1;
        Some(true)
    }

    /// `ff 70`, `free fire 70`, `mobile legends 86`: the code of a game's product, as it is spoken.
    fn code_in_pieces(&mut self, atom: &Atom<'_>) -> Option<bool> {
        const MOST_DIGITS: usize = 3;
        let name = words::plain(atom.text);
        let both = self.rest().get(1).and_then(|next| words::game(&format!("{name}{}", words::plain(next.text))));
        let (letters, count) = match both {
            Some(code) => (code, 2),
            None => (words::game(&name).unwrap_or(&name), 1),
        };
        let is_before_a_number = self.rest().get(count + 1).is_some_and(|next| next.text.starts_with("08"));
        let said = words::brand(&name).is_some()
            || words::sort(&name).is_some()
            || (is_short_for_more(&name) && !is_before_a_number);
        let digits = self.rest().get(count).filter(|next| next.is_digits() && next.text.len() <= MOST_DIGITS);
        let code = digits.and_then(|digits| format!("{letters}{}", digits.text).parse::<ProductCode>().ok());
        let is_sold = |code: &ProductCode| (self.args.context.kinds)(code, NamedAs::Code).is_some();
        let Some(code) = code.filter(|code| !said && letters.chars().all(char::is_alphabetic) && is_sold(code)) else {
            return Some(false);
        };
        if self.wish.code.replace(code).is_some() {
            return None;
        }
        self.at += count + 1;
        Some(true)
    }

    /// `nol delapan satu …`: a phone number that was dictated. Where another number word follows its end is in doubt.
    fn dictated(&mut self) -> bool {
        let digits: String = self.rest().iter().map_while(|atom| words::digit(&words::plain(atom.text))).collect();
        let next = self.rest().get(digits.len()).map(|next| words::plain(next.text)).unwrap_or_default();
        let goes_on = words::is_in("belas puluh ratus ribu rebu rb juta jt", &next);
        let dest = destination::destination_alone(&digits).filter(|dest| matches!(dest, Destination::Phone(_)));
        match dest {
            Some(dest) if !goes_on && self.wish.dest.is_none() => {
                self.wish.dest = Some(dest);
                self.at += digits.len();
                true
            }
            _ => false,
        }
    }

    /// `1 giga`, `3gb`; `30 hari` changes nothing.
    fn size(&mut self, atom: &Atom<'_>) -> bool {
        const MOST_DIGITS: usize = 3;
        let next = self.rest().get(1).filter(|_| atom.is_digits() && atom.text.len() <= MOST_DIGITS);
        let (size, count) = match next {
            Some(unit) => (format!("{}{}", atom.text, unit.text), 2),
            None => (atom.text.to_owned(), 1),
        };
        // `20 g`: one letter apart may be anything.
        if !words::is_size(&size) || next.is_some_and(|unit| unit.text.len() < 2) {
            return false;
        }
        if let Some(size) = words::data_size(&size) {
            self.wish.size = Some(size);
            self.wish.sort.get_or_insert(Sort::Data);
        }
        self.at += count;
        true
    }

    fn sum(&mut self, atom: &Atom<'_>) -> bool {
        let said: Vec<&str> = self.rest().iter().map(|atom| atom.text).collect();
        let found = words::spoken_sum(&said).or_else(|| {
            // `im3` is an operator's, and no sum.
            let (brand, sort, nominal) =
                glued(atom.text).or_else(|| glued_words(atom.text)).filter(|_| words::brand(atom.text).is_none())?;
            self.wish.sort = sort.or(self.wish.sort);
            self.wish.brand = brand.map(str::to_owned).or(self.wish.brand.take());
            Some((nominal, 1))
        });
        let typed = || typed_sum(self.args.over(self.rest())).or_else(|| self.round_sum(atom));
        let Some((sum, count)) = found.or_else(typed) else { return false };
        // A second one is the PIN, or not to be told from one.
        if self.wish.nominal.is_some() || (self.wish.code.is_some() && count == 1) {
            return false;
        }
        self.wish.nominal = Some(sum);
        self.at += count;
        true
    }

    /// `recharge 0812… 5000`: so round a number, where something is to be bought and nothing says for how much, is the sum.
    fn round_sum(&self, atom: &Atom<'_>) -> Option<(Rupiah, usize)> {
        const ROUND: i64 = 5_000;
        let wants = self.acts && self.wish.dest.is_some() && self.wish.code.is_none() && self.wish.nominal.is_none();
        let sum: i64 = atom.text.parse().ok().filter(|_| wants && atom.is_digits() && !atom.text.starts_with('0'))?;
        ((ROUND..=HIGHEST).contains(&sum) && sum % ROUND == 0).then_some((Rupiah::new(sum), 1))
    }

    fn number(&mut self, atom: &Atom<'_>) -> Option<bool> {
        const FEWEST: usize = 5; // fewer may be a PIN
        const SHORTEST: usize = 10; // digits of a phone number in pieces
        // A customer's number may have fewer digits than others, but not so few as a PIN.
        const FEWEST_OF_A_CUSTOMER: usize = 7;
        let begins = atom.text.starts_with(['0', '+', '(']) || atom.text.starts_with("62");
        let digits = atom.text.bytes().filter(u8::is_ascii_digit).count();
        let named = self.wish.code.is_some();
        let is_long = digits > crate::read::MAX_PIN_DIGITS || (named && digits >= FEWEST_OF_A_CUSTOMER);
        if !(is_long || begins) || atom.text.bytes().any(|b| b.is_ascii_alphabetic()) {
            return Some(false);
        }
        let kind = match &self.wish.code {
            Some(code) => (self.args.context.kinds)(code, NamedAs::Code),
            None => match (self.wish.sort, &self.wish.brand) {
                (Some(Sort::Token), _) => Some(DestKind::Meter),
                // `gopay 20 ke 8123…`: of a phone number a 0 may be missing.
                (Some(Sort::Credit | Sort::Data), _) | (None, Some(_)) => Some(DestKind::Phone),
                (None, None) => None,
            },
        };
        let found = destination::targets(kind, self.rest(), false);
        let mut good = found.into_iter().filter_map(|(target, count)| match target {
            Target::Good(dest) | Target::Apart { dest, spaced: true, .. } => Some((dest, count)),
            Target::Short(_) | Target::Apart { .. } | Target::Bad(..) => None,
        });
        match (good.next(), good.next()) {
            // `s10 08123 1234`: a number that is too short, and the PIN.
            (Some((dest, count)), None) if count > 1 && dest.as_str().len() < SHORTEST && self.ends_in_a_pin(count) => {
                self.wish.held_pin = true;
                self.short.get_or_insert(Problem::Destination(DestinationFault::TooShort, Typed::new(atom.text)));
                self.at += count;
                return Some(true);
            }
            (Some((dest, count)), None) if self.wish.dest.is_none() => {
                self.wish.dest = Some(dest);
                self.at += count;
                return Some(true);
            }
            // Two numbers, or one whose end is in doubt.
            (Some(_), _) => return None,
            (None, _) => {}
        }
        if kind == Some(DestKind::Digits)
            && digits >= FEWEST_OF_A_CUSTOMER
            && atom.is_digits()
            && self.wish.dest.is_none()
        {
            self.wish.dest = Some(Destination::Customer(atom.text.to_owned()));
            self.at += 1;
            return Some(true);
        }
        let lenient = destination::targets(kind, self.rest(), true);
        if let Some((Target::Bad(fault, typed), _)) = lenient.into_iter().next().filter(|_| digits >= FEWEST) {
            self.short.get_or_insert(Problem::Destination(fault, typed));
            self.at += 1;
            return Some(true);
        }
        Some(false)
    }

    fn ends_in_a_pin(&self, count: usize) -> bool {
        self.rest().get(count - 1).is_some_and(|last| is_pin(last.text)) && self.rest().get(count).is_none()
    }

    /// `1234 s10 0812…`: the PIN in front of a code.
    fn leading_pin(&mut self, atom: &Atom<'_>) -> bool {
        let is_code = |next: &Atom<'_>| {
            let code = next.text.parse::<ProductCode>().ok().filter(|_| !next.is_digits());
            code.is_some_and(|code| (self.args.context.kinds)(&code, NamedAs::Code).is_some())
        };
        let fits = self.at == 0 && is_pin(atom.text) && self.rest().get(1).is_some_and(is_code);
        if fits {
            self.wish.held_pin = true;
            self.at += 1;
        }
        fits
    }

    /// `pin saya 1234, isi …`; `s10 1234 0812…`: it is no sum, and stands where nothing else does.
    fn named_pin(&mut self, atom: &Atom<'_>) -> bool {
        let before_a_number = self.wish.code.is_some()
            && self.wish.dest.is_none()
            && nominal(atom).is_none()
            && self.rest().get(1).is_some_and(|next| next.text.starts_with("08") || next.text.starts_with("62"));
        let fits = is_pin(atom.text) && !self.wish.held_pin && (self.names_pin || before_a_number);
        if fits {
            (self.wish.held_pin, self.names_pin) = (true, false);
            self.at += 1;
        }
        fits
    }

    /// What may be the PIN: it stands behind everything else.
    fn pin(&mut self, atom: &Atom<'_>) -> bool {
        let rest = self.rest();
        let ends = rest.iter().skip(1).all(|atom| !atom.text.bytes().any(|b| b.is_ascii_digit()));
        let said = self.wish.dest.is_some() || self.wish.nominal.is_some() || self.wish.code.is_some();
        let fits = is_pin(atom.text) && ends && (said || self.short.is_some());
        if fits {
            self.wish.held_pin = true;
            self.at += 1;
        }
        fits
    }

    fn word(&mut self, atom: &Atom<'_>) -> Option<()> {
        self.names_pin &= words::is_courtesy(atom.text);
        let next = self.rest().get(1).map(|next| next.text);
        if words::is_pin_word(atom.text) {
            self.names_pin = true;
            self.at += 1;
            return Some(());
        }
        if let Some(both) = next.and_then(|next| words::brand(&format!("{}{next}", words::plain(atom.text)))) {
            self.at += 2;
            return self.brand(both);
        }
        self.at += 1;
        if let Some(brand) = words::brand(atom.text) {
            return self.brand(brand);
        }
        if let Some(sort) = words::sort(atom.text) {
            // `pulsa listrik` is electricity, `paket data` one thing.
            self.wish.sort = match (self.wish.sort, sort) {
                (Some(Sort::Token), _) | (_, Sort::Token) => Some(Sort::Token),
                (Some(Sort::Data), _) | (_, Sort::Data) => Some(Sort::Data),
                _ => Some(Sort::Credit),
            };
            return Some(());
        }
        self.acts |= words::is_action(atom.text);
        if words::names_a_meter(atom.text) {
            self.wish.sort.get_or_insert(Sort::Token);
        }
        if words::puts_off(atom.text) {
            return None;
        }
        let known = words::is_courtesy(atom.text)
            || words::is_ordering(atom.text)
            || words::is_to(atom.text)
            || words::points(atom.text)
            || words::names_a_meter(atom.text)
            || words::is_size(atom.text)
            || (words::is_balance(atom.text) && self.is_wallet_named());
        self.strangers += usize::from(!known);
        Some(())
    }

    fn brand(&mut self, brand: &str) -> Option<()> {
        match &self.wish.brand {
            Some(known) if known != brand => None,
            _ => {
                self.wish.brand = Some(brand.to_owned());
                Some(())
            }
        }
    }

    /// `isi saldo dana 50`: the word is not about the reseller's own balance.
    fn is_wallet_named(&self) -> bool {
        self.args.atoms.iter().any(|atom| words::is_wallet(atom.text.trim_end_matches(|c: char| c.is_ascii_digit())))
    }

    fn finish(mut self) -> Option<Read> {
        if self.wish.code.is_some() {
            // It says all.
            self.wish = Wish { sort: None, brand: None, ..self.wish };
        }
        let Wish { code, sort, brand, nominal, dest, .. } = &self.wish;
        let named = code.is_some() || sort.is_some() || brand.is_some() || self.acts;
        if let Some(problem) = self.short.filter(|_| dest.is_none() && self.strangers == 0) {
            return Some(Read::Bad(BadOrder::new(code.clone().map(What::Code), problem)));
        }
        let is_one = if self.strangers == 0 {
            dest.is_some() || named || nominal.is_some()
        } else {
            // `dana 0812… punya siapa`
            let of_a_wallet = brand.as_deref().is_some_and(words::is_wallet);
            let complete = code.is_some()
                || of_a_wallet
                || (nominal.is_some() && (sort.is_some() || brand.is_some() || self.acts));
            // `isi pulsa anak saya 10rb`
            let asks_whom = self.acts && self.strangers <= 2 && sort.is_some() && nominal.is_some();
            complete && (dest.is_some() || asks_whom)
        };
        is_one.then_some(Read::Wish(self.wish))
    }
}

/// `x 5`, `s 10`: one letter alone may be a slip, or anything.
fn is_short_for_more(name: &str) -> bool {
    name.len() < 2
}

/// `10rb`, `10.000`, `10 ribu`, `10`.
fn typed_sum(mut args: Cursor<'_>) -> Option<(Rupiah, usize)> {
    let before = args.atoms.len();
    let first = args.peek()?;
    if first.text.starts_with(['0', '+', '-']) {
        return None;
    }
    let (sum, atom) = (amount::take(&mut args).ok()?, first);
    let count = before - args.atoms.len();
    if count == 1 && atom.is_digits() {
        // More digits may be a PIN that stands alone.
        const MOST_ALONE: usize = 2;
        let is_round = atom.text.len() == MOST_ALONE + 1 && atom.text.ends_with("00");
        let fits = before > 1 || atom.text.len() <= MOST_ALONE || is_round;
        return nominal(atom).filter(|_| fits).map(|sum| (sum, 1));
    }
    // `S10.081 …`: what looks like the groups of a sum may begin a number.
    let goes_on = first.is_digits() && args.peek().is_some_and(|next| next.gap == Gap::Dot && next.is_digits());
    ((LOWEST..=HIGHEST).contains(&sum.get()) && !goes_on).then_some((sum, count))
}

/// `pulsasepuluhribu`
fn glued_words(text: &str) -> Option<(Option<&'static str>, Option<Sort>, Rupiah)> {
    text.char_indices().skip(1).find_map(|(at, _)| {
        let (name, number) = text.split_at_checked(at)?;
        let (brand, sort) = (words::brand(name), words::sort(name));
        let (sum, _) = words::spoken_sum(&[number]).filter(|_| brand.is_some() || sort.is_some())?;
        (LOWEST..=HIGHEST).contains(&sum.get()).then_some((brand, sort, sum))
    })
}

/// `tsel10`, `dana50k`, `token20`: what it is, and its face value.
fn glued(text: &str) -> Option<(Option<&'static str>, Option<Sort>, Rupiah)> {
    let (name, digits) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    let name = name.trim_end_matches('-');
    let (brand, sort) = (words::brand(name), words::sort(name));
    if name.is_empty() || (brand.is_none() && sort.is_none()) {
        return None;
    }
    let sum = match digits.parse::<i64>() {
        Ok(thousands @ 1..LOWEST) => thousands * 1_000,
        Ok(sum) => sum,
        Err(_) => amount::read(digits, false).ok()?.get(),
    };
    (LOWEST..=HIGHEST).contains(&sum).then_some((brand, sort, Rupiah::new(sum)))
}
