//! A command that was typed without its PIN: it is shown with whom and what it is about, and the PIN alone runs it.

use super::super::guide::HeldLine;
use super::super::keypad::{PadId, Shown};
use super::super::sources::Waits;
use super::preference::fingerprint_of;
use super::talk::talk;
use super::{Answer, Request};
use konter_command::{AgentRef, Command, MarkupRequest, MarkupWhom, NetworkCommand, PadTap, Pin, PreferenceCommand};
use konter_core::agent::Agent;
use konter_core::money::Rupiah;
use konter_reply::{DroppedWhat, LineStage, Reply, TalkReply};
use konter_store::{Payload, StoreError};

/// What stands in a line for its PIN.
const PIN: &str = ".PIN";

impl Request<'_> {
    /// Shows a line that is complete but for its PIN, with a keypad. One that has a gap besides is only shown as a format.
    /// `about`: the one below whom it is about.
    pub(super) fn ask_pin_for_line(&self, example: String, about: Option<&Agent>, answer: &mut Answer) {
        let line = example.strip_suffix(PIN).filter(|line| read(line, "0000").is_some());
        // A question wants to know how, and is no command.
        if self.message.text.contains('?') {
            answer.reply(Reply::Help { topic: None, role: self.role() });
            return;
        }
        let (Some(line), true) = (line, self.message.private && self.agent.is_some()) else {
            answer.reply(Reply::PinMissing { example });
            return;
        };
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let held = HeldLine {
            id: fingerprint_of(&self.message.message),
            amount: match read(line, "0000") {
                Some(Command::Transfer(transfer)) => Some(transfer.amount),
                _ => None,
            },
            line: line.to_owned(),
            about: about.map(|agent| (agent.id, agent.name.clone())),
            at: self.at,
        };
        dialogs.guides.drop_unshown(chat);
        let shown = dialogs.keypads.open(chat, PadId::Line(held.id), None, self.at);
        self.leads_to(Waits::Line(held.id));
        answer.reply(card(&held, shown, LineStage::Pin));
        dialogs.guides.hold_line(chat, held);
    }

    pub(super) fn held_line_told(&self, id: u64) -> Option<DroppedWhat> {
        let held = self.shop.dialogs.guides.held_line(&self.message.chat, id, self.at)?;
        Some(match (held.amount, held.about) {
            (Some(amount), Some((to, _))) => DroppedWhat::Transfer { to, amount },
            _ => DroppedWhat::Line { line: held.line },
        })
    }

    /// It is not wanted any more.
    pub(super) fn drop_line(&self, under: Option<&str>, id: u64, answer: &mut Answer) {
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        dialogs.keypads.close(chat, PadId::Line(id));
        match dialogs.guides.held_line(chat, id, self.at) {
            Some(held) => self.show_in_place(under, card(&held, Shown::default(), LineStage::Cancelled), answer),
            None if under.is_some() => self.stale(answer),
            None => {}
        }
        dialogs.guides.forget_line(chat, id);
    }

    pub(super) async fn tapped_line_key(&self, id: u64, on: PadTap, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let Some(held) = self.shop.dialogs.guides.held_line(&self.message.chat, id, self.at) else {
            self.stale(answer);
            return Ok(());
        };
        let under = self.message.tapped.as_deref();
        let restage =
            |shown, answer: &mut Answer| self.show_in_place(under, card(&held, shown, LineStage::Pin), answer);
        match self.tapped_pad(&agent, PadId::Line(id), on, restage, answer) {
            Some(pin) => self.run_line(&held, under, &pin, answer).await,
            None => Ok(()),
        }
    }

    /// A PIN typed while its keypad is open.
    pub(super) async fn typed_line_pin(
        &self,
        id: u64,
        under: Option<&str>,
        pin: &Pin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(held) = self.shop.dialogs.guides.held_line(&self.message.chat, id, self.at) else {
            answer.reply(Reply::ButtonTooOld);
            return Ok(());
        };
        self.run_line(&held, under, pin, answer).await
    }

    /// As if it had been typed with the PIN: the same checks, the same answers.
    async fn run_line(
        &self,
        held: &HeldLine,
        under: Option<&str>,
        pin: &Pin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        match read(&held.line, pin.expose()) {
            Some(Command::Transfer(transfer)) => self.transfer(transfer, answer).await?,
            Some(Command::Network(command)) => self.network(command, answer).await?,
            Some(Command::Preference(command)) => self.preference(command, answer).await?,
            _ => answer.reply(Reply::ButtonTooOld),
        }
        let chat = &self.message.chat;
        let says = |is: fn(&Reply) -> bool| {
            answer.commit.outgoing.iter().any(|say| matches!(&say.payload, Payload::Reply(reply) if is(reply)))
        };
        let is_locked = says(|reply| matches!(reply, Reply::PinLocked { .. } | Reply::PinReset { .. }));
        if says(|reply| matches!(reply, Reply::PinWrong { .. } | Reply::PinOtherLength)) {
            self.shop.dialogs.keypads.open_anew(chat, PadId::Line(held.id), under, self.at);
            if under.is_some() {
                self.show_in_place(under, card(held, Shown::default(), LineStage::Pin), answer);
            }
            return Ok(());
        }
        self.shop.dialogs.guides.forget_line(chat, held.id);
        let stage = if is_locked { LineStage::Cancelled } else { LineStage::Done };
        self.show_in_place(under, card(held, Shown::default(), stage), answer);
        Ok(())
    }
}

fn card(held: &HeldLine, shown: Shown, stage: LineStage) -> Reply {
    let (to, name) = held.about.clone().unzip();
    let (id, line, amount) = (held.id, held.line.clone(), held.amount);
    talk(TalkReply::PinFor { id, line, to, name, amount, digits: shown.digits, taps: shown.taps, stage })
}

/// What a line is with a PIN behind it; `None` where that is none of what needs one.
fn read(line: &str, pin: &str) -> Option<Command> {
    let command = konter_command::parse(&format!("{line}.{pin}"));
    let is_complete = match &command {
        Command::Transfer(transfer) => transfer.pin.is_some() && !matches!(transfer.agent, AgentRef::Other(_)),
        Command::Network(
            NetworkCommand::Block { pin, agent: AgentRef::Code(_) | AgentRef::Phone(_), .. }
            | NetworkCommand::Markup(MarkupRequest {
                pin,
                whom: MarkupWhom::All | MarkupWhom::Product(_) | MarkupWhom::Agent(_) | MarkupWhom::Both(..),
                ..
            }),
        )
        | Command::Preference(
            PreferenceCommand::AddChat { pin, .. }
            | PreferenceCommand::RemoveChat { pin, .. }
            | PreferenceCommand::Rename { pin, .. },
        ) => pin.is_some(),
        Command::Network(NetworkCommand::RegisterDownline(request)) => request.pin.is_some(),
        _ => false,
    };
    is_complete.then_some(command)
}

/// A sum behind a reseller's code, as a line has it.
pub(super) fn transfer_line(to: impl std::fmt::Display, amount: Rupiah) -> String {
    format!("TR.{to}.{}{PIN}", amount.get())
}
