//! Several below are called as somebody was named: which one is meant is asked, and the next message may say so.

use super::super::guide::Awaits;
use super::talk::talk;
use super::{Answer, Request};
use konter_core::agent::Agent;
use konter_core::ids::AgentId;
use konter_reply::TalkReply;
use konter_store::StoreError;

impl Request<'_> {
    /// `line`: the command that was meant for one of them.
    pub(super) fn ask_which(&self, several: &[Agent], line: impl Fn(AgentId) -> String, answer: &mut Answer) {
        self.await_next(Awaits::Which(several.iter().map(|one| (one.id, line(one.id))).collect()));
        let named = several.iter().map(|one| (one.id, one.name.clone())).collect();
        answer.reply(talk(TalkReply::WhichDownline { named }));
    }

    /// `KR0003`, `yang kedua`, `ani berkah`: shown with its keypad. `false` where something else is said.
    pub(super) async fn chose_one(
        &self,
        lines: Vec<(AgentId, String)>,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(agent) = &self.agent else { return Ok(false) };
        let words = || self.message.text.split_whitespace();
        let others: Vec<&str> = words().filter(|word| word.parse::<AgentId>().is_err()).collect();
        let code = words().find_map(|word| word.parse().ok()).filter(|_| {
            // `blokir KR0003` says more.
            konter_command::names_said(&others.join(" ")).is_empty() && others.iter().all(|word| !has_digit(word))
        });
        let chosen = match (code, konter_command::ordinal_said(&self.message.text)) {
            (Some(code), _) => Some(code),
            (None, Some(ordinal)) => ordinal.checked_sub(1).and_then(|at| lines.get(at)).map(|(id, _)| *id),
            (None, None) if words().count() <= konter_command::names_said(&self.message.text).len() + 1 => {
                self.below_by_name(agent, &self.message.text).await?.map(|one| one.id)
            }
            (None, None) => None,
        };
        let Some((id, line)) = lines.into_iter().find(|(id, _)| Some(*id) == chosen) else { return Ok(false) };
        self.shop.dialogs.sources.answers(&self.message.chat, &self.message.message);
        let downline = self.shop.store.agent(id).await?;
        self.ask_pin_for_line(line, downline.as_ref(), answer);
        Ok(true)
    }
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
}
