//! How much whoever works here without being an owner may add to accounts in a day, where the owner has set that. What was
//! booked stands at the end of each act; above the limit an owner books, and is told how.

use super::shared::booking;
use super::{Answer, Request};
use konter_core::agent::Agent;
use konter_core::money::Rupiah;
use konter_core::staff::Role;
use konter_reply::{AdminProblem, BookingReply};
use konter_store::StoreError;

/// Acts looked through: more than one person does in a day.
const ACTS_SEARCHED: usize = 5_000;
/// What opens the sum at the end of an act. Only the last of them counts: a note may hold anything.
const OPENS: &str = " [+";
const CLOSES: &str = "]";

impl Request<'_> {
    /// What is left of the day's limit; `None` for an owner, and where there is none.
    pub(super) async fn daily_left(&self) -> Result<Option<Rupiah>, StoreError> {
        let Some(most) = self.daily_limit() else { return Ok(None) };
        let today = self.shop.clock.day_of(self.at);
        let acts = self.shop.store.acts(ACTS_SEARCHED).await?;
        let own = acts.iter().filter(|act| act.by == self.message.chat && self.shop.clock.day_of(act.at) == today);
        let used = own.filter_map(|act| booked(&act.what)).try_fold(Rupiah::ZERO, Rupiah::checked_add);
        let left = used.and_then(|used| most.checked_sub(used)).unwrap_or(Rupiah::ZERO);
        Ok(Some(left.max(Rupiah::ZERO)))
    }

    fn daily_limit(&self) -> Option<Rupiah> {
        self.shop.policy.deposits.operator_daily.filter(|_| self.role() < Some(Role::Owner))
    }

    /// Whether a sum is above what is left; then the answer says so, and the owners are told what to type.
    pub(super) async fn is_over_daily(
        &self,
        agent: &Agent,
        amount: Rupiah,
        command: String,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let (Some(most), Some(left)) = (self.daily_limit(), self.daily_left().await?) else { return Ok(false) };
        if amount <= left {
            return Ok(false);
        }
        Self::admin_refused(answer, AdminProblem::DailyLimit { most, left });
        let (id, name) = (agent.id, agent.name.clone());
        let told = BookingReply::OwnerNeeded { by: self.by(), agent: id, name, amount, command };
        answer.commit.outgoing.extend(self.shop.alerts.to_staff(Role::Owner, &booking(told)));
        Ok(true)
    }

    /// Puts what was booked at the end of the act that booked it.
    pub(super) fn count_daily(&self, amount: Rupiah, answer: &mut Answer) {
        if let (Some(_), Some(act)) = (self.daily_limit(), answer.commit.acts.last_mut()) {
            act.what = format!("{}{OPENS}{}{CLOSES}", act.what, amount.get());
        }
    }
}

fn booked(what: &str) -> Option<Rupiah> {
    let (_, sum) = what.strip_suffix(CLOSES)?.rsplit_once(OPENS)?;
    sum.parse().ok().filter(|sum: &Rupiah| sum.is_positive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_at_the_end_counts() {
        for (what, sum) in [
            ("/deposit KR0001 5000 ⇒ KR0001 Budi: 5.000 [+5000]", Some(5_000)),
            ("/deposit KR0001 5000 [+1] ⇒ KR0001 Budi: 5.000 [+5000]", Some(5_000)),
            ("/deposit KR0001 5000 ⇒ KR0001 Budi: 5.000", None),
            ("/balas KR0001 [+-5]", None),
        ] {
            assert_eq!(booked(what).map(Rupiah::get), sum, "{what}");
        }
    }
}
