//! Orders by buttons: a number was sent alone, its products are offered, one is chosen, the PIN is tapped. What is
//! under way lives in memory; after a restart the number is simply sent again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use konter_command::{OrderRequest, Wish};
use konter_core::deposit::PROOF_TAKEN_FOR;
use konter_core::ids::{AgentId, BroadcastId, ChatId, InquiryId, OrderId, ProductCode, TicketId};
use konter_core::money::Rupiah;
use konter_core::phone::Phone;

/// Nobody looks for a product that long.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(10);
/// The pictures of an album come within seconds of each other.
const ALBUM_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// One offer a chat: another number takes its place.
#[derive(Default)]
pub(super) struct Guides {
    offers: Mutex<HashMap<ChatId, Guide>>,
    /// The list of products that each chat looked at last.
    lists: Mutex<HashMap<ChatId, Listed>>,
    /// The order that was refused last, by its product and its number.
    refused: Mutex<HashMap<ChatId, Refusal>>,
    /// What chats were asked for.
    asked: Mutex<HashMap<ChatId, Awaited>>,
    /// Several orders of one message that wait for their PIN.
    several: Mutex<HashMap<ChatId, Several>>,
    /// Commands that wait for their PIN.
    lines: Mutex<HashMap<ChatId, HeldLine>>,
    /// The ticket whose proof was passed on last.
    proofs: Mutex<HashMap<ChatId, (TicketId, DateTime<Utc>)>>,
    /// Pictures of one album that were taken together.
    albums: Mutex<HashMap<ChatId, Album>>,
    /// The bills that were looked up, the last one behind.
    bills: Mutex<HashMap<ChatId, Bills>>,
    /// The announcement that was shown last: only few people make any.
    announcements: Mutex<HashMap<ChatId, BroadcastId>>,
}

/// What was refused, to which number, and when.
type Refusal = (ProductCode, String, DateTime<Utc>);

/// Each with when it was looked up.
type Bills = Vec<(InquiryId, DateTime<Utc>)>;

/// What the next message may complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Awaits {
    /// A bill of this kind: whose?
    Bill(ProductCode),
    /// To which number?
    Wish(Wish),
    /// What was offered for this number: what of it?
    Product(String),
    /// Somebody registers: what is the shop called?
    ShopName,
    /// The same: with which PIN?
    ShopPin(String),
    /// How much is paid in.
    Deposit,
    /// The zone of this user of a game.
    Zone { product: ProductCode, user: String },
    /// Several below are called as somebody was named: which one? With each one's command, but for its PIN.
    Which(Vec<(AgentId, String)>),
}

struct Awaited {
    what: Awaits,
    /// The message that came next, whatever it was: only that one can be the answer.
    by: Option<String>,
    at: DateTime<Utc>,
}

/// A list of products: what a sum alone is of.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// The service it was asked for by, which may be one that nobody sells here.
    pub of: Wish,
    pub products: Vec<ProductCode>,
    pub at: DateTime<Utc>,
}

/// Orders that were shown together.
#[derive(Clone)]
pub(super) struct Several {
    /// What their PIN is typed for.
    pub id: u64,
    pub request: OrderRequest,
    pub total: Rupiah,
    pub at: DateTime<Utc>,
}

/// A command that was shown and lacks nothing but its PIN.
#[derive(Clone, Debug)]
pub(super) struct HeldLine {
    /// What its keypad is about.
    pub id: u64,
    /// As it is typed, without the PIN.
    pub line: String,
    /// Whom it is about, where that is one below.
    pub about: Option<(AgentId, String)>,
    /// What it sends.
    pub amount: Option<Rupiah>,
    pub at: DateTime<Utc>,
}

struct Album {
    /// `None` where what stood under its first picture did not say.
    id: Option<String>,
    /// Whether it was passed on.
    passed_on: bool,
    at: DateTime<Utc>,
}

/// What was offered for a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guide {
    /// What its buttons are about.
    pub id: u64,
    pub dest: String,
    pub products: Vec<ProductCode>,
    /// What they cost the reseller when they were shown: so much is paid, or the new price is shown first. `None` where
    /// one has no price.
    pub prices: Vec<Option<Rupiah>>,
    /// Which of them was chosen.
    pub chosen: Option<usize>,
    /// 1 for the first order of it today.
    pub nth: u8,
    pub buyer_phone: Option<Phone>,
    /// What it has become.
    pub placed: Option<OrderId>,
    /// Whose meter it is.
    pub owner: MeterOwner,
    pub at: DateTime<Utc>,
}

/// Whose meter an offer is for: a token for the wrong one does not come back, so its name is shown first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum MeterOwner {
    #[default]
    NotAsked,
    /// The offer is shown when this is answered.
    Asked(InquiryId),
    Known(String),
    /// No supplier could say.
    Unknown,
}

impl Guides {
    pub fn offer(&self, chat: &ChatId, guide: Guide) {
        let mut guides = self.offers.lock();
        guides.retain(|_, known| guide.at - known.at < FORGOTTEN_AFTER);
        guides.insert(chat.clone(), guide);
    }

    /// The same, unless the chat has been offered something after that moment; whether it was.
    pub fn offer_unless_newer(&self, chat: &ChatId, guide: Guide, since: DateTime<Utc>) -> bool {
        let has_newer = self.offers.lock().get(chat).is_some_and(|known| known.at >= since);
        if !has_newer {
            self.offer(chat, guide);
        }
        !has_newer
    }

    /// The offer of this number, if it is still the chat's.
    pub fn get(&self, chat: &ChatId, id: u64, now: DateTime<Utc>) -> Option<Guide> {
        let guides = self.offers.lock();
        guides.get(chat).filter(|guide| guide.id == id && now - guide.at < FORGOTTEN_AFTER).cloned()
    }

    /// Notes the choice; `None` when there is no such offer or no such product in it.
    pub fn choose(&self, chat: &ChatId, id: u64, index: usize, now: DateTime<Utc>) -> Option<Guide> {
        let mut guides = self.offers.lock();
        let guide = guides.get_mut(chat).filter(|guide| guide.id == id && now - guide.at < FORGOTTEN_AFTER)?;
        guide.products.get(index)?;
        guide.chosen = Some(index);
        Some(guide.clone())
    }

    pub fn note_refused(&self, chat: &ChatId, product: ProductCode, dest: String, now: DateTime<Utc>) {
        let mut refused = self.refused.lock();
        refused.retain(|_, (.., at)| now - *at < FORGOTTEN_AFTER);
        refused.insert(chat.clone(), (product, dest, now));
    }

    /// The order that was refused last, and when.
    pub fn refused(&self, chat: &ChatId, now: DateTime<Utc>) -> Option<Refusal> {
        self.refused.lock().get(chat).filter(|(.., at)| now - *at < FORGOTTEN_AFTER).cloned()
    }

    /// A list was looked at; `None`: one of everything.
    pub fn look_at(&self, chat: &ChatId, listed: Option<Listed>) {
        let mut lists = self.lists.lock();
        match listed {
            Some(listed) => {
                lists.retain(|_, known| listed.at - known.at < FORGOTTEN_AFTER);
                lists.insert(chat.clone(), listed);
            }
            None => drop(lists.remove(chat)),
        }
    }

    /// The list that was looked at last.
    pub fn listed(&self, chat: &ChatId, now: DateTime<Utc>) -> Option<Listed> {
        self.lists.lock().get(chat).filter(|listed| now - listed.at < FORGOTTEN_AFTER).cloned()
    }

    /// The offer has become an order.
    pub fn place(&self, chat: &ChatId, id: u64, order: OrderId) {
        if let Some(guide) = self.offers.lock().get_mut(chat).filter(|guide| guide.id == id) {
            guide.placed = Some(order);
            // Its number is used up: the next product is for another customer.
            self.asked.lock().remove(chat);
        }
    }

    /// The offer that waits for this inquiry, with what is known now of the meter's owner. `None` when the chat has gone on
    /// to something else.
    pub fn answered(&self, chat: &ChatId, inquiry: InquiryId, owner: MeterOwner) -> Option<Guide> {
        let mut guides = self.offers.lock();
        let waits = |guide: &&mut Guide| guide.owner == MeterOwner::Asked(inquiry) && guide.placed.is_none();
        let guide = guides.get_mut(chat).filter(waits)?;
        guide.owner = owner;
        Some(guide.clone())
    }

    /// Something else is shown with a keypad: what still waits for a meter's name is not offered any more.
    pub fn drop_unshown(&self, chat: &ChatId) {
        let mut guides = self.offers.lock();
        if guides.get(chat).is_some_and(|guide| matches!(guide.owner, MeterOwner::Asked(_)) && guide.placed.is_none()) {
            guides.remove(chat);
        }
    }

    pub fn forget(&self, chat: &ChatId, id: u64) {
        let mut guides = self.offers.lock();
        if guides.get(chat).is_some_and(|guide| guide.id == id) {
            guides.remove(chat);
            self.asked.lock().remove(chat);
        }
    }

    /// What the chat was offered last, if nothing has become of it yet.
    pub fn latest(&self, chat: &ChatId, now: DateTime<Utc>) -> Option<Guide> {
        let guides = self.offers.lock();
        guides.get(chat).filter(|guide| guide.placed.is_none() && now - guide.at < FORGOTTEN_AFTER).cloned()
    }

    pub fn hold(&self, chat: &ChatId, several: Several) {
        let mut all = self.several.lock();
        all.retain(|_, known| several.at - known.at < FORGOTTEN_AFTER);
        all.insert(chat.clone(), several);
    }

    /// Orders that were shown together and wait for their PIN.
    pub fn held(&self, chat: &ChatId, id: u64, now: DateTime<Utc>) -> Option<Several> {
        let all = self.several.lock();
        all.get(chat).filter(|several| several.id == id && now - several.at < FORGOTTEN_AFTER).cloned()
    }

    /// Those that were shown last.
    pub fn latest_held(&self, chat: &ChatId, now: DateTime<Utc>) -> Option<Several> {
        self.several.lock().get(chat).filter(|several| now - several.at < FORGOTTEN_AFTER).cloned()
    }

    pub fn forget_several(&self, chat: &ChatId, id: u64) {
        let mut all = self.several.lock();
        if all.get(chat).is_some_and(|several| several.id == id) {
            all.remove(chat);
        }
    }

    pub fn hold_line(&self, chat: &ChatId, line: HeldLine) {
        let mut lines = self.lines.lock();
        lines.retain(|_, known| line.at - known.at < FORGOTTEN_AFTER);
        lines.insert(chat.clone(), line);
    }

    /// A command that waits for its PIN.
    pub fn held_line(&self, chat: &ChatId, id: u64, now: DateTime<Utc>) -> Option<HeldLine> {
        self.latest_line(chat, now).filter(|line| line.id == id)
    }

    /// The one that was shown last.
    pub fn latest_line(&self, chat: &ChatId, now: DateTime<Utc>) -> Option<HeldLine> {
        self.lines.lock().get(chat).filter(|line| now - line.at < FORGOTTEN_AFTER).cloned()
    }

    pub fn forget_line(&self, chat: &ChatId, id: u64) {
        let mut lines = self.lines.lock();
        if lines.get(chat).is_some_and(|line| line.id == id) {
            lines.remove(chat);
        }
    }

    /// The next message of the chat may complete this.
    pub fn await_next(&self, chat: &ChatId, what: Awaits, now: DateTime<Utc>) {
        let mut asked = self.asked.lock();
        asked.retain(|_, awaited| now - awaited.at < FORGOTTEN_AFTER);
        asked.insert(chat.clone(), Awaited { what, by: None, at: now });
    }

    /// What was asked for, whoever may answer it.
    pub fn asked_for(&self, chat: &ChatId, now: DateTime<Utc>) -> Option<Awaits> {
        self.asked
            .lock()
            .get(chat)
            .filter(|awaited| now - awaited.at < FORGOTTEN_AFTER)
            .map(|awaited| awaited.what.clone())
    }

    /// What this message may complete. The same message again has the same answer, the next one none.
    pub fn awaited(&self, chat: &ChatId, message: &str, now: DateTime<Utc>) -> Option<Awaits> {
        let mut asked = self.asked.lock();
        let awaited = asked.get_mut(chat).filter(|awaited| now - awaited.at < FORGOTTEN_AFTER)?;
        let by = awaited.by.get_or_insert_with(|| message.to_owned());
        (by.as_str() == message).then(|| awaited.what.clone())
    }

    /// What was asked for is not wanted any more.
    pub fn forget_awaited(&self, chat: &ChatId) {
        self.asked.lock().remove(chat);
    }

    /// A bill is looked up: `bayar aja` means this one.
    pub fn note_bill(&self, chat: &ChatId, bill: InquiryId, now: DateTime<Utc>) {
        let mut chats = self.bills.lock();
        chats.retain(|_, bills| {
            bills.retain(|(_, at)| now - *at < FORGOTTEN_AFTER);
            !bills.is_empty()
        });
        chats.entry(chat.clone()).or_default().push((bill, now));
    }

    /// The bills that were looked up lately, the latest first.
    pub fn bills(&self, chat: &ChatId, now: DateTime<Utc>) -> Vec<InquiryId> {
        let chats = self.bills.lock();
        let bills = chats.get(chat).into_iter().flatten().rev();
        bills.filter(|(_, at)| now - *at < FORGOTTEN_AFTER).map(|(bill, _)| *bill).collect()
    }

    /// An announcement is shown: `batal` means this one.
    pub fn note_announcement(&self, chat: &ChatId, id: BroadcastId) {
        self.announcements.lock().insert(chat.clone(), id);
    }

    pub fn latest_announcement(&self, chat: &ChatId) -> Option<BroadcastId> {
        self.announcements.lock().get(chat).copied()
    }

    /// A proof of this ticket was passed on.
    pub fn note_proof(&self, chat: &ChatId, ticket: TicketId, now: DateTime<Utc>) {
        let mut proofs = self.proofs.lock();
        proofs.retain(|_, (_, at)| now - *at < PROOF_TAKEN_FOR);
        proofs.insert(chat.clone(), (ticket, now));
    }

    /// When a proof of this ticket was passed on.
    pub fn proven_at(&self, chat: &ChatId, ticket: TicketId) -> Option<DateTime<Utc>> {
        self.proofs.lock().get(chat).filter(|(proven, _)| *proven == ticket).map(|(_, at)| *at)
    }

    /// Notes a picture that came with what stood under it, or by itself, and whether it was passed on.
    pub fn note_picture(&self, chat: &ChatId, album: Option<&str>, passed_on: bool, now: DateTime<Utc>) {
        let mut albums = self.albums.lock();
        albums.retain(|_, album| now - album.at < ALBUM_WITHIN);
        albums.insert(chat.clone(), Album { id: album.map(str::to_owned), passed_on, at: now });
    }

    /// Whether an album of which a picture has come just now was passed on; `None` where none has.
    pub fn passed_on(&self, chat: &ChatId, album: &str, now: DateTime<Utc>) -> Option<bool> {
        let mut albums = self.albums.lock();
        let known = albums.get_mut(chat).filter(|known| now - known.at < ALBUM_WITHIN)?;
        let is_same = known.id.get_or_insert_with(|| album.to_owned()).as_str() == album;
        is_same.then_some(known.passed_on)
    }
}
