//! What is answered to a message: one file per subject. An answer is a commit in the making; nothing here sends.

mod account;
mod admin;
mod api;
mod at_work;
mod bill;
mod booking;
mod broadcast;
mod category;
mod change;
mod chats;
mod complaint;
mod context;
mod curb;
mod daily;
mod deposit;
mod desk;
mod downline;
mod draft;
mod first_steps;
mod groups;
mod guide;
mod invite;
mod joining;
mod line_pin;
mod listed;
mod lone_pin;
mod meant;
mod misread;
mod mutation;
mod newcomer;
mod newcomer_asks;
mod of_downline;
mod order;
mod overdue;
mod people;
mod pin;
mod pin_shown;
mod preference;
mod price_list;
mod price_tab;
pub(super) mod program;
mod question;
mod receipt;
mod register;
mod report;
mod reprice;
mod routing;
mod selling;
mod shared;
mod skipped_count;
mod staff;
mod sum_asked;
mod take_back;
mod talk;
mod tap;
mod toast;
mod transfer;
mod which_one;
mod wish;
mod wordless;
mod zone;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::keypad::PadId;
use super::rate_limit::AdminMessage;
use crate::attachment::{Attachment, Marked, edited_message};
use konter_command::{
    self, AdminCommand, AgentRef, Command, Feature, Key, Language, NamedAs, NetworkCommand, Pin, PriceFilter,
    ReportKind, Tap, Topic,
};
use konter_core::agent::{Agent, AgentStatus, Locale};

pub(super) use account::price_line;
use bill::Wanted;
pub(super) use context::{Context, Tracking, Trade};
pub(super) use desk::Import;
pub(super) use draft::Answer;
use draft::NOTED;
use konter_core::catalog::{Catalog, DestKind, Product};
use konter_core::ids::{AgentId, Channel, OrderId, ProductCode};
use konter_core::inquiry::BillWord;
use konter_reply::{Reply, TalkReply};
use konter_store::{InboxMessage, Payload, Say, StoreError};
use pin_shown::{has_number, holds_pin, shows_digits_of_a_pin};
pub(super) use price_list::card as price_list_card;
pub(super) use receipt::receipt_card;

/// The longest message looked at, in bytes. Ten orders with everything spelled out stay far below.
const LONGEST_MESSAGE: usize = 2_000;
/// Of those who work here, who announce and paste whole pages: as much as one message of the chat service holds.
const LONGEST_OF_STAFF: usize = 4 * 4_096;

/// Who is speaking, and everything an answer may need.
struct Request<'a> {
    shop: &'a Context,
    message: &'a InboxMessage,
    agent: Option<Agent>,
    /// The order that is shown by the message this one answers.
    about: Option<OrderId>,
    at: DateTime<Utc>,
}

impl Request<'_> {
    /// The reseller who may do business; otherwise the answer says why not.
    fn active_agent(&self, answer: &mut Answer) -> Option<Agent> {
        let reply = match &self.agent {
            None if self.role().is_some() => Reply::NotAReseller,
            None => Reply::NotRegistered,
            Some(agent) => match agent.status {
                AgentStatus::Active => return Some(agent.clone()),
                AgentStatus::Waiting => Reply::AgentWaiting { code: agent.id, order: self.is_order() },
                AgentStatus::Blocked if agent.turned_away => {
                    Reply::TurnedAway { code: agent.id, order: self.is_order() }
                }
                AgentStatus::Blocked => Reply::AgentBlocked { code: agent.id, order: self.is_order() },
            },
        };
        answer.reply(reply);
        None
    }

    /// Remembers which topic a reseller writes in, where it is answered at all.
    fn note_topic(&self, answer: &mut Answer) {
        let Some(agent) = &self.agent else { return };
        let chat = &self.message.chat;
        let after = agent.identities.clone().writing_in(chat, self.message.topic);
        if after != agent.identities && answer.commit.outgoing.iter().any(|say| say.chat == *chat) {
            answer.alter_agent(agent, |row| {
                // It may just have left.
                if row.chats.contains(chat) {
                    row.identities = std::mem::take(&mut row.identities).writing_in(chat, self.message.topic);
                }
            });
        }
    }

    /// Whether what was written is an order, or was meant as one.
    fn is_order(&self) -> bool {
        is_order(self.message)
    }
}

/// Whether what was written is an order, or was meant as one.
pub(super) fn is_order(message: &InboxMessage) -> bool {
    let read = || konter_command::parse(&message.text);
    message.tapped.is_none() && matches!(read(), Command::Order(_) | Command::BadOrder(_))
}

/// Reads a message and decides what is answered.
pub(super) async fn answer(shop: &Context, message: &InboxMessage) -> Result<Answer, StoreError> {
    let agent = shop.store.agent_of_chat(&message.chat).await?;
    let chosen = || shop.dialogs.languages.of(&message.chat).or(message.speaks).unwrap_or(shop.policy.locale);
    let locale = agent.as_ref().map_or_else(chosen, |agent| agent.locale);
    let (plain, about) = match Marked::from_text(&message.text) {
        Some(Marked::About { order, words }) => {
            (Some(InboxMessage { text: words.to_owned(), ..message.clone() }), Some(OrderId(order)))
        }
        _ => (None, None),
    };
    let message = plain.as_ref().unwrap_or(message);
    let request = Request { shop, message, agent, about, at: shop.clock.utc() };
    if message.private {
        shop.staff.saw(&message.chat, &message.sender);
        shop.dialogs.serials.heard(&message.chat, &message.message);
    }
    let mut answer = decide(&request, locale).await?;
    request.forget_secrets_of_other_pins(&mut answer).await?;
    request.curb(&mut answer).await?;
    request.withhold_invitations(&mut answer);
    request.note_topic(&mut answer);
    Ok(answer)
}

/// What is answered, whoever asks and however often.
async fn decide(request: &Request<'_>, locale: Locale) -> Result<Answer, StoreError> {
    let (shop, message) = (request.shop, request.message);
    let mut answer = Answer::new(message, locale, request.at);
    match Marked::from_text(&message.text) {
        Some(Marked::Edited { words }) => {
            request.edited(words, &mut answer).await?;
            return Ok(answer);
        }
        Some(Marked::Anonymous { words }) => {
            if words.starts_with('/')
                && concerns_us(&konter_command::parse(words), words, shop.chats.bot_name().as_deref())
            {
                answer.reply(talk::talk(TalkReply::Anonymous));
            }
            return Ok(answer);
        }
        Some(Marked::About { .. }) | None => {}
    }
    if let Some(attachment) = Attachment::from_text(&message.text) {
        shop.dialogs.keypads.interrupt(&message.chat, &message.message);
        if let Some(file) = attachment.file.as_ref().filter(|file| request.role().is_some() && file.is_table()) {
            request.took_table(file, &mut answer).await?;
        } else if request.forwarded_mutation(&attachment, &mut answer).await? {
            // A bank's message, passed on by somebody who works here.
        } else if message.private && !request.attached_proof(&attachment, &mut answer).await? {
            request.wordless(&attachment, &mut answer).await?;
        }
        return Ok(answer);
    }
    let longest = if request.role().is_some() { LONGEST_OF_STAFF } else { LONGEST_MESSAGE };
    if message.text.len() > longest {
        if message.private {
            if can_forget(message.chat.channel) {
                forget(&mut answer, message);
            }
            answer.reply(Reply::TooLong { limit: longest });
        }
        return Ok(answer);
    }
    if message.private
        && let Some(tap) = message.tapped.as_ref().and_then(|_| Tap::read(&message.text))
    {
        // A PIN typed after a tap elsewhere may be meant for what was tapped.
        shop.dialogs.keypads.interrupt_others(&message.chat, &message.message, tap::pad(&tap));
        request.tapped(tap, &mut answer).await?;
        return Ok(answer);
    }
    if request.answered_card(&mut answer).await? {
        return Ok(answer);
    }
    if message.tapped.is_none() && request.took_mutation(&message.text, &mut answer).await? {
        return Ok(answer);
    }
    // While a keypad is open for a bill, a PIN may be typed as well.
    if message.private
        && request.at - message.sent_at <= shop.policy.stale_after
        && let Some(pin) =
            konter_command::pin_said(&message.text, shop.dialogs.keypads.waiting(&message.chat, request.at).is_some())
        && request.took_pin(&pin, &mut answer).await?
    {
        return Ok(answer);
    }
    if message.private && message.tapped.is_none() {
        shop.dialogs.keypads.interrupt(&message.chat, &message.message);
    }
    if message.private && message.tapped.is_some() && Tap::looks_like_one(&message.text) {
        // A button of an older version, or one that was made up.
        request.stale(&mut answer);
        return Ok(answer);
    }
    if request.answers_registration(&mut answer).await? {
        return Ok(answer);
    }
    let key = Key::read(&message.text).filter(|_| message.private);
    if message.private && key.is_none() && request.typed_serial(&mut answer).await? {
        return Ok(answer);
    }
    if message.private && key.is_none() && message.tapped.is_none() && request.changed(&mut answer).await? {
        return Ok(answer);
    }
    if message.private && (request.asked_customer(&mut answer).await? || request.offer_for_number(&mut answer).await?) {
        return Ok(answer);
    }
    let catalog = shop.catalog();
    let pressed = key.and_then(|key| key.command(request.role().is_some(), request.agent.is_some()));
    let read = || konter_command::parse_with(&message.text, &|code, named| kind_of(&catalog, code, named));
    let command = pressed.unwrap_or_else(read);
    if message.private {
        if request.shows_pin(&command) && can_forget(message.chat.channel) {
            forget(&mut answer, message);
        }
        if !request.about_an_order(&command, &mut answer).await? {
            request.dispatch(command, &mut answer).await?;
        }
    } else if concerns_us(&command, &message.text, shop.chats.bot_name().as_deref()) {
        answer.reply(Reply::GroupPointer { bot: shop.chats.bot_name() });
    }
    Ok(answer)
}

/// Whether what is written in a group is for this shop: a command that names no other bot, or something with a PIN, which
/// should not stand there. All else is people talking to each other.
fn concerns_us(command: &Command, text: &str, bot: Option<&str>) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let named = word.split_once('@').map(|(_, name)| name);
    if !word.starts_with('/') {
        return !matches!(command, Command::Unknown { .. }) && holds_pin(command, text);
    }
    let is_ours = |name: &str| bot.is_none_or(|bot| bot.eq_ignore_ascii_case(name));
    !matches!(command, Command::Unknown { .. }) && named.is_none_or(is_ours)
}

impl Request<'_> {
    /// A PIN, typed for what waits for one. `false` where nothing does, or something else came between.
    async fn took_pin(&self, pin: &Pin, answer: &mut Answer) -> Result<bool, StoreError> {
        let (message, keypads) = (self.message, &self.shop.dialogs.keypads);
        if message.replies_to.is_some() {
            match (self.keypad_meant().await?, keypads.waiting(&message.chat, self.at)) {
                (Some(meant), Some(waiting)) if meant == waiting => keypads.mean(&message.chat, meant),
                (Some(meant), _) => keypads.open_anew(&message.chat, meant, None, self.at),
                (None, Some(_)) => {
                    if can_forget(message.chat.channel) {
                        forget(answer, message);
                    }
                    self.answered_else(answer).await?;
                    return Ok(true);
                }
                (None, None) => {}
            }
        }
        if self.is_another_sum(pin, answer).await? {
            return Ok(true);
        }
        let Some((pad, under)) = keypads.typed(&message.chat, &message.message, self.at) else { return Ok(false) };
        if can_forget(message.chat.channel) {
            forget(answer, message);
        }
        match pad {
            PadId::Bill(bill) => self.typed_pin(bill, under, pin, answer).await?,
            PadId::Order(id) => self.typed_order_pin(id, under.as_deref(), pin, answer).await?,
            PadId::Several(id) => self.typed_pin_for_several(id, pin, answer).await?,
            PadId::Line(id) => self.typed_line_pin(id, under.as_deref(), pin, answer).await?,
        }
        Ok(true)
    }

    /// Whether a PIN stands in the message: where one was asked for, also in a sentence that is not understood.
    fn shows_pin(&self, command: &Command) -> bool {
        let text = &self.message.text;
        // Who has no account has no PIN, and what those who work here type names sums, tickets and orders.
        let is_desks = matches!(
            command,
            Command::Unknown { .. } | Command::Incomplete { .. } | Command::Admin(_) | Command::Deposit { .. }
        );
        if is_desks && self.agent.is_none() && self.role().is_some() {
            return false;
        }
        let was_asked = || self.shop.dialogs.keypads.waiting(&self.message.chat, self.at).is_some();
        let may_be_answer = || matches!(command, Command::Unknown { .. } | Command::Talk(_)) && was_asked();
        // What a reseller, or whoever wants to be one, means by digits that nobody can read is most likely a PIN.
        let is_unread = matches!(command, Command::Unknown { .. }) && self.role().is_none();
        // Beside a number, also where whoever writes works here: their sums stand in commands.
        let own = self.agent.as_ref().filter(|_| self.role().is_none() || has_number(text));
        holds_pin(command, text)
            || ((is_unread || may_be_answer()) && konter_command::may_hold_pin(text))
            || own.is_some_and(|agent| shows_digits_of_a_pin(command, text, agent.pin.digits))
    }

    async fn dispatch(&self, command: Command, answer: &mut Answer) -> Result<(), StoreError> {
        if self.newcomer_asks(&command, answer)
            || self.begins_to_register(&command, answer)
            || self.worded_proof(&command, answer).await?
            || self.meant_at_the_desk(&command, answer).await?
            || self.pays_what_was_shown(&command, answer).await?
        {
            return Ok(());
        }
        let changes_pin = match &command {
            Command::Incomplete { topic, .. } => *topic == Topic::ChangePin,
            Command::Help { topic: Some(topic) } => topic == "PIN",
            _ => false,
        };
        if let Some(reset) = self.pin_was_reset().filter(|_| changes_pin) {
            answer.reply(reset);
            return Ok(());
        }
        match command {
            Command::Order(request) => self.order(request, answer).await?,
            Command::BadOrder(bad) => {
                if !self.bad_lines(answer) {
                    self.bad_order(&bad, answer);
                }
            }
            // Whoever only works here asks for what lies at the suppliers.
            Command::Balance { .. } if self.agent.is_none() && self.role().is_some() => {
                if self.may(AdminCommand::Suppliers.needs(), answer) {
                    self.suppliers(answer).await?;
                }
            }
            Command::Balance { pin } => self.balance(pin.as_ref(), answer).await?,
            Command::Prices { filters } => match named_by_code(&filters) {
                // `cek KR0002`
                Some(agent) if self.agent.is_some() => {
                    self.network(NetworkCommand::Downline { agent: AgentRef::Code(agent), pin: None }, answer).await?;
                }
                _ => self.prices(&filters, answer).await?,
            },
            Command::Orders(query) => self.orders(&query, answer).await?,
            Command::ChangePin { a, b } => self.change_pin(&a, &b, answer).await,
            Command::Register { name, pin, .. } => self.register(&name, &pin, answer).await?,
            Command::Start { payload } => self.start(payload.as_deref(), answer).await?,
            // What agents type is of no use to whoever is none yet.
            Command::Help { .. } if self.agent.is_none() && self.role().is_none() => {
                self.welcome(answer).await?;
            }
            // Nor is it to whoever still waits to become one.
            Command::Help { .. } if self.role().is_none() && self.active_agent(answer).is_none() => {}
            Command::Help { topic } => answer.reply(Reply::Help { topic, role: self.role() }),
            Command::Language { to } => self.language(to, answer),
            // A reseller's `/rekap` is the reseller's own.
            Command::Admin(AdminCommand::Recap { date }) if self.role().is_none() => {
                self.report(ReportKind::Sales, date, None, answer).await?;
            }
            Command::Admin(command) => self.admin(command, answer).await?,
            Command::Deposit { amount, bank, pin } => {
                self.ticket(amount, bank.as_deref(), pin.as_ref(), answer).await?;
            }
            Command::Proof { text, .. } => self.proof(text.as_str(), answer).await?,
            Command::Meter { customer, pin, reference } => {
                let wanted = Wanted { product: None, customer, reference };
                self.look_up(wanted, false, pin.as_ref(), answer).await?;
            }
            Command::BillInquiry { product, customer, amount, pin, reference } => {
                let wanted = Wanted { product: Some(product), customer, reference };
                self.look_up(wanted, amount.is_some(), pin.as_ref(), answer).await?;
            }
            Command::BillPayment { product, customer, pin, reference } => {
                let wanted = Wanted { product: Some(product), customer, reference };
                self.pay_bill(wanted, pin.as_ref(), answer).await?;
            }
            Command::Receipt { of, price } => self.receipt(&of, price, answer).await?,
            Command::ReceiptLine(line) => self.receipt_line(&line, answer),
            Command::Transfer(transfer) => self.transfer(transfer, answer).await?,
            Command::Network(command) => self.network(command, answer).await?,
            Command::Preference(command) => self.preference(command, answer).await?,
            Command::Routing(command) => self.routing(command, answer).await?,
            Command::Report { kind, date, pin } => self.report(kind, date, pin.as_ref(), answer).await?,
            Command::Complaint { text, .. } => self.complain(&text, answer).await?,
            Command::Known(feature) => not_offered(answer, feature_key(feature)),
            // Nothing of what is typed here is known to whoever is no agent yet.
            Command::Incomplete { topic, .. }
                if self.agent.is_none() && self.role().is_none() && topic != Topic::Register =>
            {
                self.welcome(answer).await?;
            }
            Command::Incomplete { topic: Topic::Transfer, problem }
                if self.transfer_lacks(&problem, answer).await? => {}
            Command::Incomplete { topic, problem } => {
                // A ticket is a reseller's, and so is a transfer.
                let is_at_work = self.agent.is_none() && self.role().is_some();
                let topic = match topic {
                    Topic::Deposit | Topic::Transfer if is_at_work => Topic::AdminDeposit,
                    topic => topic,
                };
                let nearest = self.example(topic);
                self.not_understood(topic, Some(&problem), nearest, answer);
            }
            Command::Wish(wish) => self.wish(wish, answer).await?,
            Command::Talk(said) => self.talk(said, answer).await?,
            Command::Unknown { nearest } => self.meant_nothing(nearest, answer).await?,
        }
        Ok(())
    }

    /// Somebody changed what was sent. It is not read, and what waits because of it is not done; a PIN in it is taken out of
    /// the chat.
    async fn edited(&self, words: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(original) = edited_message(&self.message.message) else { return Ok(()) };
        let before = InboxMessage { message: original.clone(), ..self.message.clone() };
        let answered = self.shop.store.answered(&before.key()).await?;
        let reads_the_same = answered.is_some_and(|answered| answered.fingerprint == fingerprint(words));
        let is_whole = !konter_command::redact(words).contains(konter_command::MASK);
        if reads_the_same && is_whole {
            // Something else about it has changed, such as its preview.
            return Ok(());
        }
        let what = self.withdraw_what_came_of(&before.message, answer).await?;
        // A sum that may be a PIN is part of no fingerprint: with nothing waiting, it is most likely the same.
        if reads_the_same && what.is_empty() {
            return Ok(());
        }
        if holds_pin(&konter_command::parse(words), words) && can_forget(self.message.chat.channel) {
            let payload = Payload::Forget { message: original };
            let (chat, locale) = (self.message.chat.clone(), answer.locale);
            answer.commit.outgoing.push(Say::new(chat, locale, payload));
        }
        // A PIN typed next may be meant for what was edited.
        self.shop.dialogs.keypads.interrupt(&self.message.chat, &self.message.message);
        answer.reply(talk::talk(TalkReply::Edited { what }));
        Ok(())
    }

    /// Whether a reseller may once more have something shown to the admins; it is told when not.
    pub(super) fn may_message_admins(&self, agent: &Agent, what: AdminMessage, answer: &mut Answer) -> bool {
        let allowed = self.shop.rate_limits.allow_admin_message(agent.id, what, self.at);
        if let Err(wait) = allowed {
            answer.reply(Reply::TooOften { minutes: wait.num_minutes().max(0) + 1 });
        }
        allowed.is_ok()
    }

    /// Changes the language of a reseller's replies; without one named, the choice is shown.
    fn language(&self, to: Option<Language>, answer: &mut Answer) {
        let Some(to) = to else {
            answer.reply(talk::talk(TalkReply::WhichLanguage));
            return;
        };
        let locale = match to {
            Language::English => Locale::En,
            Language::Indonesian => Locale::Id,
        };
        let Some(agent) = &self.agent else {
            // Whoever is no agent yet reads about becoming one in this language.
            answer.locale = locale;
            self.shop.dialogs.languages.choose(&self.message.chat, locale, self.at);
            answer.reply(Reply::LanguageSet);
            if self.role().is_none() {
                answer.reply(Reply::NotRegistered);
            }
            return;
        };
        if locale != agent.locale {
            answer.write_agent(agent, Agent { locale, ..agent.clone() });
        }
        answer.locale = locale;
        answer.reply(Reply::LanguageSet);
    }
}

/// The reseller that a price list is asked for, as no product is called so.
fn named_by_code(filters: &[PriceFilter]) -> Option<AgentId> {
    match filters {
        [PriceFilter::Word(word)] => word.parse().ok(),
        _ => None,
    }
}

/// How destinations of what somebody named are read.
fn kind_of(catalog: &Catalog, word: &ProductCode, named: NamedAs) -> Option<DestKind> {
    let product = match named {
        NamedAs::Code => catalog.get(word),
        NamedAs::Bill => BillWord(word).find(catalog).ok(),
    };
    product.map(Product::dest_kind)
}

fn not_offered(answer: &mut Answer, feature: &str) {
    answer.reply(Reply::NotOffered { feature: feature.to_owned() });
}

/// The texts' name of a feature that other servers have.
const fn feature_key(feature: Feature) -> &'static str {
    match feature {
        Feature::DownlineRegistration | Feature::DownlineStatus => "downline",
        Feature::Markup => "markup",
        Feature::SenderNumbers => "sender",
        Feature::Commission | Feature::Points => "points",
        Feature::CancelOrder => "cancel_order",
        Feature::CentreNumbers => "centre",
        Feature::ResetPin => "reset_pin",
        Feature::StaffUsers => "staff",
        Feature::FeeScheme => "fee_scheme",
    }
}

fn forget(answer: &mut Answer, message: &InboxMessage) {
    let payload = Payload::Forget { message: message.message.clone() };
    answer.commit.outgoing.push(Say::new(message.chat.clone(), answer.locale, payload));
}

/// What makes a message the same message, without the PIN it may hold: four digits behind a hash are no secret.
fn fingerprint(text: &str) -> u64 {
    let kept = Tap::read(text).map_or_else(|| konter_command::redact(text), |tap| tap.without_secret().0.to_string());
    digest(&kept)
}

/// A number for a text, another one for each.
fn digest(text: &str) -> u64 {
    Sha256::digest(text).iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
}

/// Whether the channel lets a bot delete what people wrote.
const fn can_forget(channel: Channel) -> bool {
    matches!(channel, Channel::Telegram)
}

#[cfg(test)]
mod tests;
