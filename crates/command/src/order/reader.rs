//! Reading orders. Every way the atoms can be read as orders is tried; only a message with exactly one meaning is an
//! order. That is what keeps `S10 0812 345 67 1234` from buying for the wrong number.

use super::parts::{Opening, what};
use super::request::{BadOrder, MAX_ORDERS_PER_MESSAGE, OrderRequest};
use crate::read::{Atom, Cursor, Gap, NamedAs, Part, Problem, Target, Typed, destination, is_pin, shape};
use konter_core::catalog::DestKind;
use konter_core::destination::{Destination, DestinationFault, Zoned};
use konter_core::order::request::{MAX_NTH, OrderLine, What};
use konter_core::phone::Phone;

/// How many steps the search for a second meaning may take; a message that needs more is too tangled to be bought.
const MAX_STEPS: u32 = 5_000;

/// What the search found.
pub(super) struct Search {
    /// The meanings of the message, at most two: with a second one it is over.
    pub requests: Vec<OrderRequest>,
    /// The first thing that is wrong with a reading.
    pub fault: Option<BadOrder>,
    /// Two repeat numbers disagreed somewhere: what is wrong, if nothing else is found.
    pub disagreed: bool,
    /// The search was given up.
    pub tangled: bool,
}

/// Every meaning of the atoms as orders; `starts` are the atoms they may begin at, each with what stood before. With
/// `lenient`, numbers that cannot be used are read too, to say what is wrong with them.
pub(super) fn search(args: Cursor<'_>, starts: &[(usize, Opening)], lenient: bool) -> Search {
    let mut reader = Reader { args, lenient, steps: 0, requests: Vec::new(), fault: None, disagreed: false };
    reader.read(starts);
    let tangled = reader.steps > MAX_STEPS;
    Search { requests: reader.requests, fault: reader.fault, disagreed: reader.disagreed, tangled }
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
    args: Cursor<'a>,
    lenient: bool,
    requests: Vec<OrderRequest>,
    fault: Option<BadOrder>,
    disagreed: bool,
    steps: u32,
}

impl<'a> Reader<'a> {
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
        let (what, repeat) = what(self.args.atoms.get(at)?, self.args.context.is_word)?;
        let code = matches!(what, What::Code(_));
        let unlike = draft.items.first().is_some_and(|item| matches!(item.what, What::Code(_)) != code);
        if unlike || !draft.opening.allows(code) { None } else { Some((what, repeat)) }
    }

    /// How the destination of what is ordered is read; `None` where only its shape tells.
    fn kind_of(&self, what: &What, draft: &Draft<'a>) -> Option<DestKind> {
        match what {
            What::Code(code) => (self.args.context.kinds)(code, NamedAs::Code),
            What::Nominal(_) => (draft.opening == Opening::Pln).then_some(DestKind::Meter),
        }
    }

    fn targets_at(&self, at: usize, kind: Option<DestKind>) -> Vec<(Target, usize)> {
        let atoms = self.args.atoms.get(at..).unwrap_or_default();
        let found = destination::targets(kind, atoms, self.lenient).into_iter();
        found.map(|(target, count)| (target, at + count)).collect()
    }

    /// The phone numbers that can stand here to be told the token.
    fn buyers_at(&self, at: usize) -> impl Iterator<Item = (Phone, usize)> {
        let atoms = self.args.atoms.get(at..).unwrap_or_default();
        shape::targets(atoms, false).into_iter().filter_map(move |(target, count)| match target {
            Target::Good(Destination::Phone(phone)) if phone.is_mobile() => Some((phone, at + count)),
            _ => None,
        })
    }

    /// The repeat number at `at`, or none: both are possible where there is one.
    fn repeats(&self, at: usize) -> Vec<(Option<u8>, usize)> {
        let mut found = vec![(None, at)];
        if let Some(n) = self.args.atoms.get(at).and_then(Atom::repeat) {
            found.push((Some(n), at + 1));
        }
        found
    }

    fn what_then_number(&mut self, at: usize, draft: &Draft<'a>) {
        let Some((what, glued)) = self.what_at(at, draft) else { return };
        let kind = self.kind_of(&what, draft);
        for (before, at) in self.repeats(at + 1) {
            let Some(nth) = self.merge(glued, before) else { continue };
            for (target, next) in self.targets_at(at, kind) {
                let item = Item { what: what.clone(), target, nth, pin: None, buyer: None };
                self.after_number(next, draft, &item);
                self.buyer_behind(next, draft, &item);
            }
            let code = matches!(what, What::Code(_));
            if code && draft.items.is_empty() && matches!(kind, None | Some(DestKind::Meter)) {
                for (buyer, at) in self.buyers_at(at).collect::<Vec<_>>() {
                    self.buyer_then_meter(at, draft, (&what, kind, nth), &buyer);
                }
            }
        }
    }

    /// `PLN20.<buyer's phone>.<meter>.<pin>`.
    fn buyer_then_meter(
        &mut self,
        at: usize,
        draft: &Draft<'a>,
        (what, kind, nth): (&What, Option<DestKind>, Option<u8>),
        buyer: &Phone,
    ) {
        for (target, at) in self.targets_at(at, kind) {
            if is_meter(&target) {
                let item = Item { what: what.clone(), target, nth, pin: None, buyer: Some(buyer.clone()) };
                self.after_number(at, draft, &item);
            }
        }
    }

    /// `PLN20.<meter>.<buyer's phone>.<pin>`.
    fn buyer_behind(&mut self, at: usize, draft: &Draft<'a>, item: &Item<'a>) {
        let takes_one = match &item.what {
            What::Code(_) => matches!(item.target, Target::Good(Destination::Meter(_))),
            What::Nominal(_) => is_meter(&item.target),
        };
        if !takes_one || !draft.items.is_empty() {
            return;
        }
        for (buyer, at) in self.buyers_at(at).collect::<Vec<_>>() {
            self.after_number(at, draft, &Item { buyer: Some(buyer), ..item.clone() });
        }
    }

    fn number_then_what(&mut self, at: usize, draft: &Draft<'a>) {
        /// Names and plates are read behind their product only.
        const KINDS: [Option<DestKind>; 5] =
            [None, Some(DestKind::Phone), Some(DestKind::Meter), Some(DestKind::Digits), Some(DestKind::IdZone)];
        for kind in KINDS {
            for (target, at) in self.targets_at(at, kind) {
                if let Some((what, glued)) = self.what_at(at, draft)
                    && self.kind_of(&what, draft) == kind
                {
                    let item = Item { what, target, nth: glued, pin: None, buyer: None };
                    self.after_number(at + 1, draft, &item);
                }
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
        let atom = self.args.atoms.get(at)?;
        if atom.is("PIN") {
            return Some(PinWord::Placeholder);
        }
        // `0812… 10.000`: the rest of a sum. Other groups of three may be a PIN behind a zone or a repeat.
        let before = at.checked_sub(1).and_then(|at| self.args.atoms.get(at));
        let is_group = matches!(atom.text, "000" | "500")
            && matches!(atom.gap, Gap::Dot | Gap::Comma)
            && before.is_some_and(|before| before.is_digits() && before.text.len() <= atom.text.len());
        (is_pin(atom.text) && !is_group).then_some(PinWord::Digits(atom.text))
    }

    /// The item is complete, its PIN included: the message ends here, or goes on.
    fn after_item(&mut self, at: usize, draft: &Draft<'a>, item: &Item<'a>) {
        if self.is_over() {
            return;
        }
        let mut next = draft.clone();
        next.items.push(item.clone());
        if at == self.args.atoms.len() {
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
        while let Some(atom) = self.args.atoms.get(at) {
            let repeat = if atom.is("RO") { Some(2) } else { atom.repeat().filter(|_| item.pin.is_some()) };
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
            match self.targets_at(at, None).as_slice() {
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
            self.fault = Some(BadOrder::new(what, problem));
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
                Target::Apart { dest, zone, spaced } => {
                    let is_zone = match pin {
                        Some(PinWord::Digits(digits)) => digits != zone,
                        Some(PinWord::Placeholder) | None => *spaced,
                    };
                    if !is_zone {
                        // Behind a dot the last may be the zone or the PIN: neither is shown, nor tried.
                        let id = Zoned::parts(dest.as_str()).map_or("", |(id, _)| id);
                        let fault = Problem::Destination(DestinationFault::NeedsZone, Typed::new(id));
                        return self.fail(Some(item.what.clone()), fault);
                    }
                    dest.clone()
                }
                Target::Short(dest) => {
                    let sure = single
                        && draft.opening != Opening::Multi
                        && !draft.number_first
                        && matches!(pin, Some(PinWord::Digits(_)));
                    if !sure || codeless(item) || matches!(item.what, What::Nominal(_)) {
                        return;
                    }
                    dest.clone()
                }
                Target::Bad(fault, text) => {
                    return self.fail(Some(item.what.clone()), Problem::Destination(*fault, text.clone()));
                }
            };
            if pin.is_none() && ends_like_a_pin(&dest) {
                return self.fail(Some(item.what.clone()), Problem::Missing(Part::Pin));
            }
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
        if self.args.context.reference.is_some() && !single {
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
        let request = OrderRequest { lines, pin, reference: self.args.context.reference() };
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

/// `Nama#1234` without a PIN: the tag may be the PIN of who parts everything by `#`, and is not shown back.
fn ends_like_a_pin(dest: &Destination) -> bool {
    match dest {
        Destination::Text(text) => text.rsplit_once('#').is_some_and(|(_, tag)| is_pin(tag)),
        _ => false,
    }
}

fn is_meter(target: &Target) -> bool {
    matches!(target, Target::Good(Destination::Meter(_) | Destination::Customer(_)))
}

fn is_mobile(target: &Target) -> bool {
    matches!(target, Target::Good(Destination::Phone(phone)) if phone.is_mobile())
}
