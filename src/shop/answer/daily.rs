//! How much whoever works here without being an owner may add to accounts in a day: what an owner has set for this chat, else
//! what the settings say. Above it nothing is asked but refused, and the owners are told what to type.
//!
//! What was added stands in a row of the chat's own (`Allowance`), written by each booking, whatever the role, so that neither
//! another role nor another name begins the day anew. Chats of one reseller are one person's: their bookings count together.

use super::shared::booking;
use super::staff::desk;
use super::{Answer, Request};
use crate::shop::outbox::say;
use konter_command::AgentRef;
use konter_core::agent::Agent;
use konter_core::ids::ChatId;
use konter_core::money::Rupiah;
use konter_core::staff::{Allowance, Role};
use konter_reply::{AdminProblem, BookingReply, Daily, DeskReply, RoleProblem};
use konter_store::{StoreError, Versioned};

impl Request<'_> {
    /// What is left of the day's limit; `None` for an owner, and where there is none.
    pub(super) async fn daily_left(&self) -> Result<Option<Rupiah>, StoreError> {
        Ok(self.own_daily().await?.map(left))
    }

    async fn own_daily(&self) -> Result<Option<Daily>, StoreError> {
        self.daily_of(&self.message.chat, self.agent.as_ref()).await
    }

    /// The limit of a chat that is this reseller's, if any, and what was added today.
    pub(super) async fn daily_of(&self, chat: &ChatId, agent: Option<&Agent>) -> Result<Option<Daily>, StoreError> {
        if self.shop.staff.role_of(chat) != Some(Role::Operator) {
            return Ok(None);
        }
        let allowances = self.allowances(chat, agent).await?;
        let own = allowances.first().and_then(|own| own.limit);
        let Some(limit) = own.or(self.shop.policy.deposits.operator_daily) else { return Ok(None) };
        let today = self.today();
        let booked = allowances.iter().map(|one| one.booked_on(today)).try_fold(Rupiah::ZERO, Rupiah::checked_add);
        Ok(Some(Daily { limit, booked: booked.unwrap_or(limit) }))
    }

    /// A chat's own row first, then those of its reseller's other chats that work here.
    async fn allowances(&self, chat: &ChatId, agent: Option<&Agent>) -> Result<Vec<Allowance>, StoreError> {
        let others = agent.into_iter().flat_map(|agent| &agent.chats);
        let others = others.filter(|other| *other != chat && self.shop.staff.role_of(other).is_some());
        let mut rows = Vec::new();
        for chat in [chat].into_iter().chain(others) {
            let stored = self.shop.store.allowance(chat).await?;
            rows.push(stored.unwrap_or_else(|| Allowance::new(chat.clone(), self.today())));
        }
        Ok(rows)
    }

    /// Whether a sum is above what is left; then the answer says so, and the owners are told what to type.
    pub(super) async fn is_over_daily(
        &self,
        agent: &Agent,
        amount: Rupiah,
        command: String,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(daily) = self.own_daily().await?.filter(|daily| amount > left(*daily)) else { return Ok(false) };
        Self::admin_refused(answer, AdminProblem::DailyLimit { most: daily.limit, left: left(daily) });
        let (id, name) = (agent.id, agent.name.clone());
        let told = BookingReply::OwnerNeeded { by: self.by(), agent: id, name, amount, command };
        answer.commit.outgoing.extend(self.shop.alerts.to_staff(Role::Owner, &booking(told)));
        Ok(true)
    }

    /// Counts what this very commit adds. The other chats' rows are written too: of two that book at the same moment, the
    /// second decides anew.
    pub(super) async fn count_daily(&self, amount: Rupiah, answer: &mut Answer) -> Result<(), StoreError> {
        let rows = self.allowances(&self.message.chat, self.agent.as_ref()).await?;
        // Looked at after the rows: what another chat booked since the limit was judged shows here, or is a conflict with them.
        let is_overtaken = self.own_daily().await?.is_some_and(|daily| amount > left(daily));
        let sums = [amount].into_iter().chain(std::iter::repeat(Rupiah::ZERO));
        for (row, sum) in rows.iter().zip(sums) {
            write(row, row.with(sum, self.today()), answer);
        }
        if let Some(last) = answer.commit.desk.allowances.last_mut().filter(|_| is_overtaken) {
            // No row has this version: all of it is decided anew.
            last.expected = Some(u32::MAX);
        }
        Ok(())
    }

    /// `/batas`.
    pub(super) async fn set_limit(
        &self,
        who: &AgentRef,
        limit: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(chats) = self.chats_named(who, answer).await? else { return Ok(()) };
        let roster = self.stored_roster().await?;
        let is_operator = |chat: &&ChatId| roster.role(chat) == Some(Role::Operator);
        let operators: Vec<&ChatId> = chats.iter().filter(is_operator).collect();
        if operators.is_empty() {
            if let Some(chat) = chats.first() {
                super::staff::refuse(RoleProblem::NotLimited { chat: chat.clone(), role: roster.role(chat) }, answer);
            }
            return Ok(());
        }
        let usual = self.shop.policy.deposits.operator_daily;
        let mut lines = Vec::new();
        for chat in operators {
            let stored = self.shop.store.allowance(chat).await?;
            let before = stored.unwrap_or_else(|| Allowance::new(chat.clone(), self.today()));
            write(&before, before.limited(limit), answer);
            let mut line = self.staff_line(&roster, chat).await?;
            if let (Some(daily), Some(limit)) = (&mut line.daily, limit.or(usual)) {
                daily.limit = limit;
            }
            let whose = line.agent.map(|agent| format!(" ({agent})")).unwrap_or_default();
            answer.note(format_args!("{chat}{whose} batas {} → {}", shown(before.limit), shown(limit)));
            let yours = desk(DeskReply::YourLimit { limit: limit.or(usual) });
            answer.commit.outgoing.push(say(chat, self.shop.policy.locale, yours));
            lines.push(line);
        }
        answer.reply(desk(DeskReply::LimitSet { lines, limit: limit.or(usual) }));
        Ok(())
    }
}

fn left(daily: Daily) -> Rupiah {
    daily.limit.checked_sub(daily.booked).unwrap_or(Rupiah::ZERO).max(Rupiah::ZERO)
}

fn write(before: &Allowance, row: Allowance, answer: &mut Answer) {
    let expected = Some(before.version).filter(|version| *version > 0);
    answer.commit.desk.allowances.push(Versioned { expected, row });
}

fn shown(limit: Option<Rupiah>) -> String {
    limit.map_or_else(|| "pengaturan".to_owned(), |limit| limit.to_string())
}
