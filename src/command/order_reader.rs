//! Reading orders. Every way the atoms can be read as orders is tried; only a message with exactly one meaning is an
//! order. That is what keeps `S10 0812 345 67 1234` from buying for the wrong number.

use super::atom::Atom;
use super::dest::{Destination, DestinationFault};
use super::order::{BadOrder, MAX_NTH, MAX_ORDERS_PER_MESSAGE, OrderLine, OrderRequest, What};
use super::order_parts::{Target, nth, targets, what};
use super::pin::{NEW_PIN_DIGITS, is_pin};
use super::problem::{Part, Problem};
use super::typed::Typed;
use crate::phone::Phone;

/// More atoms than the longest order message needs.
const MAX_ATOMS: usize = 120;
/// How many steps the search for a second meaning may take; a message that needs more is too tangled to be bought.
const MAX_STEPS: u32 = 5_000;

/// What the atoms are, taken as orders.
pub(super) enum Found {
    Order(OrderRequest),
    Bad(BadOrder),
    Nothing,
}

/// What stood before the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Plain,
    /// `#2.`: the repeat number before everything.
    Nth(u8),
    /// `I2.`: the same, but it could itself be a code in front of a repeat number, so a code must follow.
    NthOfCode(u8),
    /// `Ulang.`: once more; a number behind it counts the repetitions, so 1 means the second order.
    Again,
    /// `PLN.<meter>.<nominal>.<pin>`: number first, nominal, with a PIN.
    Pln,
    /// `M.`: no short customer numbers, because elsewhere it sets a markup (`M.S10.100000.1234`).
    Multi,
}

impl Opening {
    const fn nth(self) -> Option<u8> {
        match self {
            Self::Nth(n) | Self::NthOfCode(n) => Some(n),
            Self::Plain | Self::Again | Self::Pln | Self::Multi => None,
        }
    }

    /// Whether it says something of a single order.
    const fn needs_single(self) -> bool {
        match self {
            Self::Nth(_) | Self::NthOfCode(_) | Self::Again | Self::Pln => true,
            Self::Plain | Self::Multi => false,
        }
    }

    /// Whether a product code, or else a nominal, may follow.
    const fn allows(self, code: bool) -> bool {
        match self {
            Self::NthOfCode(_) => code,
            Self::Pln => !code,
            Self::Plain | Self::Nth(_) | Self::Again | Self::Multi => true,
        }
    }
}

/// Reads orders; `starts` are the atoms they may begin at, each with what stood before.
pub(super) fn read(atoms: &[Atom<'_>], starts: &[(usize, Opening)], reference: Option<&str>) -> Found {
    if atoms.len() > MAX_ATOMS {
        let fault = BadOrder { what: None, problem: Problem::TooManyOrders };
        return if opens_like_an_order(atoms) { Found::Bad(fault) } else { Found::Nothing };
    }
    let mut strict = Reader::new(atoms, false, reference);
    strict.read(starts);
    if strict.steps > MAX_STEPS || strict.requests.len() > 1 {
        return Found::Bad(BadOrder { what: None, problem: Problem::Ambiguous });
    }
    if let Some(request) = strict.requests.pop() {
        return short_number(atoms, &request).map_or(Found::Order(request), Found::Bad);
    }
    if let Some(fault) = strict.fault {
        return Found::Bad(fault);
    }
    if strict.disagreed {
        return Found::Bad(BadOrder { what: None, problem: Problem::RepeatsDisagree });
    }
    let mut lenient = Reader::new(atoms, true, reference);
    lenient.read(starts);
    if let Some(fault) = lenient.fault {
        return Found::Bad(fault);
    }
    begun(atoms, starts, reference).map_or(Found::Nothing, Found::Bad)
}

/// `S10.0812345.1234`: taken as one number in two pieces it would be an order without a PIN. It is a number that is too
/// short and a PIN, which must not be shown back as part of a number.
fn short_number(atoms: &[Atom<'_>], request: &OrderRequest) -> Option<BadOrder> {
    let ([line], None, [.., number, pin]) = (request.lines.as_slice(), &request.pin, atoms) else { return None };
    let pin_like = NEW_PIN_DIGITS.contains(&pin.text.len()) && pin.text.bytes().all(|b| b.is_ascii_digit());
    let in_two_pieces = pin_like && line.dest.as_str().ends_with(pin.text) && number.text.starts_with(['0', '+', '6']);
    in_two_pieces.then(|| BadOrder {
        what: Some(line.what.clone()),
        problem: Problem::Destination(DestinationFault::TooShort, Typed::new(number.text)),
    })
}

fn opens_like_an_order(atoms: &[Atom<'_>]) -> bool {
    let number = |at: usize| atoms.get(at..).is_some_and(|rest| !targets(rest, false).is_empty());
    let product = atoms.first().is_some_and(|first| what(first).is_some());
    (product && number(1)) || number(0)
}

/// An order with something after it, or one that lacks its destination.
fn begun(atoms: &[Atom<'_>], starts: &[(usize, Opening)], reference: Option<&str>) -> Option<BadOrder> {
    const FEWEST: usize = 2; // product and number
    const LOOK_BACK: usize = 10; // a longer text behind an order is a talk, not a slip
    for end in (FEWEST..atoms.len()).rev().take(LOOK_BACK) {
        let mut reader = Reader::new(atoms.get(..end)?, false, reference);
        reader.read(starts);
        if let Some(request) = reader.requests.pop() {
            let rest = atoms.get(end..)?.iter().map(|atom| atom.text).collect::<Vec<_>>().join(" ");
            let what = request.lines.into_iter().next().map(|line| line.what);
            return Some(BadOrder { what, problem: Problem::leftover(&rest) });
        }
    }
    match atoms {
        [product, pin] if is_pin(pin.text) => match what(product) {
            Some((What::Code(code), _)) if code.as_str().bytes().any(|b| b.is_ascii_digit()) => {
                Some(BadOrder { what: Some(What::Code(code)), problem: Problem::Missing(Part::Destination) })
            }
            _ => None,
        },
        _ => None,
    }
}

#[derive(Clone, PartialEq)]
enum PinWord<'a> {
    Digits(&'a str),
    /// The word `PIN`, copied from an example.
    Placeholder,
}

#[derive(Clone)]
struct Item<'a> {
    what: What,
    target: Target,
    nth: Option<u8>,
    pin: Option<PinWord<'a>>,
    buyer: Option<Phone>,
}

#[derive(Clone)]
struct Draft<'a> {
    items: Vec<Item<'a>>,
    number_first: bool,
    opening: Opening,
}

struct Reader<'a> {
    atoms: &'a [Atom<'a>],
    lenient: bool,
    reference: Option<&'a str>,
    requests: Vec<OrderRequest>,
    fault: Option<BadOrder>,
    /// Two repeat numbers disagreed somewhere: what is wrong, if nothing else is found.
    disagreed: bool,
    steps: u32,
}

impl<'a> Reader<'a> {
    fn new(atoms: &'a [Atom<'a>], lenient: bool, reference: Option<&'a str>) -> Self {
        Self { atoms, lenient, reference, requests: Vec::new(), fault: None, disagreed: false, steps: 0 }
    }

    fn read(&mut self, starts: &[(usize, Opening)]) {
        for &(at, opening) in starts {
            for number_first in [false, true] {
                if number_first || opening != Opening::Pln {
                    self.item(at, &Draft { items: Vec::new(), number_first, opening });
                }
            }
        }
    }

    /// Whether the search is over: two meanings, or too many steps.
    fn is_over(&mut self) -> bool {
        self.steps += 1;
        self.requests.len() > 1 || self.steps > MAX_STEPS
    }

    /// One more item, beginning at `at`.
    fn item(&mut self, at: usize, draft: &Draft<'a>) {
        if self.is_over() {
            return;
        }
        if draft.number_first { self.number_then_what(at, draft) } else { self.what_then_number(at, draft) }
    }

    fn what_at(&self, at: usize, draft: &Draft<'a>) -> Option<(What, Option<u8>)> {
        let (what, repeat) = what(self.atoms.get(at)?)?;
        let code = matches!(what, What::Code(_));
        let unlike = draft.items.first().is_some_and(|item| matches!(item.what, What::Code(_)) != code);
        if unlike || !draft.opening.allows(code) { None } else { Some((what, repeat)) }
    }

    fn targets_at(&self, at: usize) -> Vec<(Target, usize)> {
        let atoms = self.atoms.get(at..).unwrap_or_default();
        targets(atoms, self.lenient).into_iter().map(|(target, count)| (target, at + count)).collect()
    }

    /// The repeat number at `at`, or none: both are possible where there is one.
    fn repeats(&self, at: usize) -> Vec<(Option<u8>, usize)> {
        let mut found = vec![(None, at)];
        if let Some(n) = self.atoms.get(at).and_then(nth) {
            found.push((Some(n), at + 1));
        }
        found
    }

    fn what_then_number(&mut self, at: usize, draft: &Draft<'a>) {
        let Some((what, glued)) = self.what_at(at, draft) else { return };
        for (before, at) in self.repeats(at + 1) {
            for (target, at) in self.targets_at(at) {
                if let Some(nth) = self.merge(glued, before) {
                    let item = Item { what: what.clone(), target: target.clone(), nth, pin: None, buyer: None };
                    self.buyer_then_meter(at, draft, &item);
                    self.after_number(at, draft, &item);
                }
            }
        }
    }

    /// `PLN20.<buyer's phone>.<meter>.<pin>`.
    fn buyer_then_meter(&mut self, at: usize, draft: &Draft<'a>, item: &Item<'a>) {
        let Target::Good(Destination::Phone(buyer)) = &item.target else { return };
        if !buyer.is_mobile() || !draft.items.is_empty() || matches!(item.what, What::Nominal(_)) {
            return;
        }
        for (target, at) in self.targets_at(at) {
            if matches!(target, Target::Good(Destination::Customer(_))) {
                let item = Item { target, buyer: Some(buyer.clone()), ..item.clone() };
                self.after_number(at, draft, &item);
            }
        }
    }

    fn number_then_what(&mut self, at: usize, draft: &Draft<'a>) {
        for (target, at) in self.targets_at(at) {
            if let Some((what, glued)) = self.what_at(at, draft) {
                let item = Item { what, target, nth: glued, pin: None, buyer: None };
                self.after_number(at + 1, draft, &item);
            }
        }
    }

    fn after_number(&mut self, at: usize, draft: &Draft<'a>, item: &Item<'a>) {
        for (after, at) in self.repeats(at) {
            let Some(nth) = self.merge(item.nth, after) else { continue };
            let item = Item { nth, ..item.clone() };
            self.after_item(at, draft, &item);
            if let Some(pin) = self.pin_at(at) {
                self.after_item(at + 1, draft, &Item { pin: Some(pin), ..item });
            }
        }
    }

    fn pin_at(&self, at: usize) -> Option<PinWord<'a>> {
        let atom = self.atoms.get(at)?;
        if atom.is("PIN") {
            return Some(PinWord::Placeholder);
        }
        is_pin(atom.text).then_some(PinWord::Digits(atom.text))
    }

    /// The item is complete, its PIN included: the message ends here, or goes on.
    fn after_item(&mut self, at: usize, draft: &Draft<'a>, item: &Item<'a>) {
        if self.is_over() {
            return;
        }
        let mut next = draft.clone();
        next.items.push(item.clone());
        if at == self.atoms.len() {
            return self.finish(&next);
        }
        if draft.items.is_empty() {
            self.tail(at, draft, item);
        }
        self.item(at, &next);
    }

    /// What may follow the PIN of a single order, in any order: repeat number, `RO`, the buyer's phone.
    fn tail(&mut self, mut at: usize, draft: &Draft<'a>, item: &Item<'a>) {
        let mut item = item.clone();
        let (mut seen_nth, mut seen_buyer) = (false, item.buyer.is_some());
        while let Some(atom) = self.atoms.get(at) {
            let repeat = if atom.is("RO") { Some(2) } else { nth(atom).filter(|_| item.pin.is_some()) };
            if let Some(n) = repeat.filter(|_| !seen_nth) {
                let Some(nth) = self.merge(item.nth, Some(n)) else { return };
                item.nth = nth;
                seen_nth = true;
                at += 1;
                continue;
            }
            if seen_buyer || item.pin.is_none() || is_mobile(&item.target) {
                return;
            }
            match self.targets_at(at).as_slice() {
                [(Target::Good(Destination::Phone(phone)), next)] => {
                    item.buyer = Some(phone.clone());
                    at = *next;
                }
                [(Target::Bad(fault, text), _)] if self.lenient => {
                    self.fail(Some(item.what.clone()), Problem::Destination(*fault, text.clone()));
                    return;
                }
                _ => return,
            }
            seen_buyer = true;
        }
        let mut draft = draft.clone();
        draft.items.push(item);
        self.finish(&draft);
    }

    /// One repeat number out of two places; they must not disagree.
    #[expect(clippy::option_option, reason = "the outer one is about agreeing, the inner one about being there")]
    fn merge(&mut self, one: Option<u8>, two: Option<u8>) -> Option<Option<u8>> {
        match (one, two) {
            (Some(one), Some(two)) if one != two => {
                self.disagreed = true;
                None
            }
            (one, two) => Some(one.or(two)),
        }
    }

    fn fail(&mut self, what: Option<What>, problem: Problem) {
        if self.fault.is_none() {
            self.fault = Some(BadOrder { what, problem });
        }
    }

    fn finish(&mut self, draft: &Draft<'a>) {
        let Some(pin) = self.shared_pin(draft) else { return };
        let codeless = |item: &Item<'_>| match &item.what {
            What::Code(code) => !code.as_str().bytes().any(|b| b.is_ascii_digit()),
            What::Nominal(_) => false,
        };
        if pin.is_none() && (draft.opening == Opening::Pln || draft.items.iter().any(codeless)) {
            return; // `tolong 0812…` is a word and a number, not an order
        }
        let single = draft.items.len() == 1;
        let mut lines: Vec<OrderLine> = Vec::with_capacity(draft.items.len());
        for item in &draft.items {
            let dest = match &item.target {
                Target::Good(dest) => dest.clone(),
                Target::Short(digits) => {
                    let sure = single
                        && draft.opening != Opening::Multi
                        && !draft.number_first
                        && matches!(pin, Some(PinWord::Digits(_)));
                    if !sure || codeless(item) || matches!(item.what, What::Nominal(_)) {
                        return;
                    }
                    Destination::Customer(digits.clone())
                }
                Target::Bad(fault, text) => {
                    return self.fail(Some(item.what.clone()), Problem::Destination(*fault, text.clone()));
                }
            };
            let line = OrderLine {
                what: item.what.clone(),
                dest,
                nth: item.nth.unwrap_or(1),
                buyer_phone: item.buyer.clone(),
            };
            if lines.contains(&line) {
                return self.fail(Some(line.what), Problem::SameOrderTwice);
            }
            lines.push(line);
        }
        let opening = draft.opening;
        if opening.needs_single() && !single {
            return;
        }
        if lines.len() > MAX_ORDERS_PER_MESSAGE {
            return self.fail(None, Problem::TooManyOrders);
        }
        if self.reference.is_some() && !single {
            return self.fail(None, Problem::ReferenceForSeveral);
        }
        if let [line] = lines.as_mut_slice() {
            let typed = draft.items.first().and_then(|item| item.nth);
            let Some(nth) = self.merge(opening.nth(), typed) else {
                return;
            };
            line.nth = match (nth, opening == Opening::Again) {
                (None, false) => 1,
                (None, true) => 2,
                (Some(n), false) => n,
                (Some(MAX_NTH..), true) => return,
                (Some(n), true) => n + 1,
            };
        }
        let pin = match pin {
            Some(PinWord::Digits(digits)) => digits.parse().ok(),
            Some(PinWord::Placeholder) | None => None,
        };
        let request = OrderRequest { lines, pin, reference: self.reference.map(str::to_owned) };
        if !self.requests.contains(&request) {
            self.requests.push(request);
        }
    }

    /// The PIN of a message: at its end, or the same one after every item.
    #[expect(
        clippy::option_option,
        reason = "the outer one is about being well placed, the inner one about being there"
    )]
    fn shared_pin(&mut self, draft: &Draft<'a>) -> Option<Option<PinWord<'a>>> {
        let (last, earlier) = draft.items.split_last()?;
        if earlier.iter().all(|item| item.pin.is_none()) {
            return Some(last.pin.clone());
        }
        if earlier.iter().any(|item| item.pin.is_none()) || last.pin.is_none() {
            return None;
        }
        if earlier.iter().any(|item| item.pin != last.pin) {
            self.fail(None, Problem::DifferentPins);
            return None;
        }
        Some(last.pin.clone())
    }
}

fn is_mobile(target: &Target) -> bool {
    matches!(target, Target::Good(Destination::Phone(phone)) if phone.is_mobile())
}
