//! Registering by talk: the name, then the PIN. What is under way lives in memory; after a restart one begins again.

use super::super::guide::Awaits;
use super::super::sources::Waits;
use super::chats::code_in;
use super::register::LONGEST_NAME;
use super::talk::talk;
use super::{Answer, Request, can_forget, forget};
use konter_command::{
    Command, Pin, PreferenceCommand, Talk, Topic, asked_by_newcomer, name_corrected, name_to_register, pin_said,
    sounds_like_a_shop,
};
use konter_reply::{DroppedWhat, RegisterProblem, Reply, TalkReply};
use konter_store::StoreError;

/// How a registration that was begun is called.
const FORMAT: &str = "DAFTAR";

impl Request<'_> {
    fn is_newcomer(&self) -> bool {
        self.agent.is_none() && self.role().is_none() && self.message.private && self.message.tapped.is_none()
    }

    /// Whether a name or a PIN has been asked for.
    pub(super) fn is_registering(&self) -> bool {
        let asked = self.shop.dialogs.guides.asked_for(&self.message.chat, self.at);
        self.is_newcomer() && matches!(asked, Some(Awaits::ShopName | Awaits::ShopPin(_)))
    }

    /// What answers the question for a name or for a PIN. `false` where neither was asked for, or something else is said.
    pub(super) async fn answers_registration(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        if !self.is_newcomer() {
            return Ok(false);
        }
        let (chat, guides, text) = (&self.message.chat, &self.shop.dialogs.guides, &self.message.text);
        let asked =
            guides.asked_for(chat, self.at).filter(|asked| matches!(asked, Awaits::ShopName | Awaits::ShopPin(_)));
        let Some(asked) = asked.filter(|_| self.may_mean(Waits::Answer)) else { return Ok(false) };
        let command = konter_command::parse(text);
        // `Batal Cell` is a name.
        let names_a_shop = matches!(asked, Awaits::ShopName) && sounds_like_a_shop(text);
        if matches!(command, Command::Talk(Talk::No | Talk::Undo { .. })) && !names_a_shop {
            guides.forget_awaited(chat);
            answer.reply(talk(TalkReply::Dropped {
                what: vec![DroppedWhat::Line { line: FORMAT.to_owned() }],
                kept: Vec::new(),
            }));
            return Ok(true);
        }
        match asked {
            Awaits::ShopPin(name) => match (pin_said(text, true), name_corrected(text)) {
                (Some(pin), _) => self.register_by_talk(&name, &pin, answer).await?,
                (None, Some(other)) => self.ask_shop_pin(&other, answer),
                // Whatever is asked meanwhile: a PIN alone can be for nothing else.
                (None, None) => return Ok(self.asks_registration_again(&command, answer)),
            },
            // Something may be asked before the name is said.
            Awaits::ShopName => {
                let (name, pin) = name_and_pin(text);
                let is_a_shops = sounds_like_a_shop(name);
                let is_free = is_a_shops
                    || matches!(command, Command::Unknown { .. } | Command::Talk(Talk::WantsToJoin))
                    || matches!(command, Command::Incomplete { topic: Topic::Register, .. })
                    || matches!(command, Command::Preference(PreferenceCommand::Rename { .. }))
                    || pin.is_some();
                let name = name_to_register(name, true).filter(|name| is_free && !name.is_empty());
                let name = name.filter(|_| is_a_shops || asked_by_newcomer(text).is_none());
                match (name, pin) {
                    (Some(name), Some(pin)) => self.register_by_talk(&name, &pin, answer).await?,
                    (Some(name), None) => self.ask_shop_pin(&name, answer),
                    (None, _) => return Ok(self.asks_registration_again(&command, answer)),
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `daftar`, `mau daftar Warung Rudi`: what is missing is asked for. `false` where something else is said.
    pub(super) fn begins_to_register(&self, command: &Command, answer: &mut Answer) -> bool {
        let begins = matches!(
            command,
            Command::Talk(Talk::WantsToJoin)
                | Command::Incomplete { topic: Topic::Register, .. }
                | Command::Preference(PreferenceCommand::Rename { .. })
                | Command::Unknown { .. }
        );
        if !self.is_newcomer() || !begins {
            return false;
        }
        // `rudi cell 8264`: a name and a PIN can be for nothing else, and are asked about.
        let (before, pin) = name_and_pin(&self.message.text);
        let named = pin.and_then(|_| name_to_register(before, true)).filter(|name| !name.is_empty());
        let Some(name) = named.or_else(|| name_to_register(&self.message.text, false)) else { return false };
        if name.is_empty() {
            self.await_next(Awaits::ShopName);
            answer.reply(talk(TalkReply::ShopName));
        } else {
            self.ask_shop_pin(&name, answer);
        }
        true
    }

    /// `ok`, `ya`: what was asked for is asked once more.
    fn asks_registration_again(&self, command: &Command, answer: &mut Answer) -> bool {
        let asked = self.shop.dialogs.guides.asked_for(&self.message.chat, self.at);
        let says_nothing = matches!(command, Command::Talk(Talk::Chatter | Talk::Yes | Talk::Wait | Talk::Thanks));
        match asked.filter(|_| says_nothing) {
            Some(Awaits::ShopPin(name)) => self.ask_shop_pin(&name, answer),
            Some(Awaits::ShopName) => {
                self.await_next(Awaits::ShopName);
                answer.reply(talk(TalkReply::ShopName));
            }
            _ => return false,
        }
        true
    }

    fn ask_shop_pin(&self, name: &str, answer: &mut Answer) {
        let problem = match code_in(name) {
            Some(code) => Some(RegisterProblem::NameIsACode { code }),
            None if name.chars().count() > LONGEST_NAME => Some(RegisterProblem::NameTooLong),
            None => None,
        };
        if let Some(problem) = problem {
            answer.reply(Reply::RegisterRefused { problem });
            return;
        }
        self.await_next(Awaits::ShopPin(name.to_owned()));
        answer.reply(talk(TalkReply::ShopPin { name: name.to_owned() }));
    }

    /// The PIN that was asked for. One that may not be a PIN is asked for anew.
    async fn register_by_talk(&self, name: &str, pin: &Pin, answer: &mut Answer) -> Result<(), StoreError> {
        if can_forget(self.message.chat.channel) {
            forget(answer, self.message);
        }
        self.shop.dialogs.guides.forget_awaited(&self.message.chat);
        self.register(name, pin, answer).await?;
        if pin.fit_as_new().is_err() {
            self.await_next(Awaits::ShopPin(name.to_owned()));
        }
        Ok(())
    }
}

/// `Warung Rudi 8264`
fn name_and_pin(text: &str) -> (&str, Option<Pin>) {
    let split = text.trim().rsplit_once(char::is_whitespace);
    match split.and_then(|(name, pin)| Some((name, pin.parse::<Pin>().ok().filter(|pin| pin.fit_as_new().is_ok())?))) {
        Some((name, pin)) => (name, Some(pin)),
        None => (text, None),
    }
}
