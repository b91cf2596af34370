//! Who works at the shop and in which role. The owners of the settings always are owners; the others are rows that owners
//! write by chat. Pure: what a role may do stands with the commands (`command`).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{BadName, ChatId};
use crate::money::Rupiah;

/// Each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks.
    Viewer,
    /// The everyday work.
    Operator,
    /// Everything.
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Owner];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Role {
    type Err = BadName;

    /// In any letter case; also in Indonesian.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_lowercase().as_str() {
            "owner" | "pemilik" => Ok(Self::Owner),
            "operator" => Ok(Self::Operator),
            "viewer" | "pemantau" => Ok(Self::Viewer),
            _ => Err(BadName::new("a role (owner, operator, viewer)", text)),
        }
    }
}

/// One chat's role. The row stays when the role is taken away, so that its versions go on counting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    pub chat: ChatId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// `None`: none any more.
    pub role: Option<Role>,
    /// Who gave it, or took it away.
    pub by: ChatId,
    pub at: DateTime<Utc>,
}

/// What one chat that works here may add to resellers' accounts in a day, and has added. A row of its own, which no change of
/// role or name touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    pub chat: ChatId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// Its own limit; `None`: that of the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Rupiah>,
    /// The shop's latest day on which it added something.
    pub day: NaiveDate,
    /// All it added on that day.
    pub booked: Rupiah,
}

impl Allowance {
    pub const fn new(chat: ChatId, day: NaiveDate) -> Self {
        Self { chat, version: 0, limit: None, day, booked: Rupiah::ZERO }
    }

    /// What it has added on a day. A clock that was put back gives no day a second time.
    #[must_use]
    pub fn booked_on(&self, day: NaiveDate) -> Rupiah {
        if day <= self.day { self.booked } else { Rupiah::ZERO }
    }

    /// With so much more added. What is added to no end counts as all there is.
    #[must_use]
    pub fn with(&self, more: Rupiah, day: NaiveDate) -> Self {
        let booked = self.booked_on(day).checked_add(more).unwrap_or(Rupiah::new(i64::MAX));
        Self { booked, day: day.max(self.day), version: self.version.saturating_add(1), ..self.clone() }
    }

    #[must_use]
    pub fn limited(&self, limit: Option<Rupiah>) -> Self {
        Self { limit, version: self.version.saturating_add(1), ..self.clone() }
    }
}

/// Everybody who works at the shop, for looking up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Of the settings, in their order.
    configured: Vec<ChatId>,
    kept: BTreeMap<ChatId, Staff>,
}

impl Roster {
    pub const fn new(configured: Vec<ChatId>) -> Self {
        Self { configured, kept: BTreeMap::new() }
    }

    /// Takes over a row, unless it knows a newer one.
    pub fn learn(&mut self, row: Staff) {
        match self.kept.get(&row.chat) {
            Some(known) if known.version >= row.version => {}
            _ => drop(self.kept.insert(row.chat.clone(), row)),
        }
    }

    /// Whether a chat is an owner by the settings, which chats cannot change.
    pub fn is_configured(&self, chat: &ChatId) -> bool {
        self.configured.contains(chat)
    }

    #[must_use]
    pub fn role(&self, chat: &ChatId) -> Option<Role> {
        if self.is_configured(chat) { Some(Role::Owner) } else { self.kept.get(chat).and_then(|staff| staff.role) }
    }

    /// The row there is about a chat, also one that gives no role any more.
    pub fn row(&self, chat: &ChatId) -> Option<&Staff> {
        self.kept.get(chat)
    }

    /// Everybody with a role: those of the settings first.
    pub fn all(&self) -> impl Iterator<Item = (&ChatId, Role)> {
        let kept = self.kept.values().filter(|staff| !self.is_configured(&staff.chat));
        let configured = self.configured.iter().map(|chat| (chat, Role::Owner));
        configured.chain(kept.filter_map(|staff| staff.role.map(|role| (&staff.chat, role))))
    }

    /// Everybody who may do what `least` may.
    pub fn at_least(&self, least: Role) -> impl Iterator<Item = &ChatId> {
        self.all().filter(move |(_, role)| *role >= least).map(|(chat, _)| chat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(chat: i64, version: u32, role: Option<Role>) -> Staff {
        Staff { chat: ChatId::telegram(chat), version, role, by: ChatId::telegram(1), at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn the_settings_owners_stay_whatever_the_rows_say() {
        let mut roster = Roster::new(vec![ChatId::telegram(1)]);
        roster.learn(row(1, 1, Some(Role::Viewer)));
        roster.learn(row(2, 1, Some(Role::Operator)));
        roster.learn(row(3, 1, Some(Role::Viewer)));
        let role = |n| roster.role(&ChatId::telegram(n));
        assert_eq!(
            [role(1), role(2), role(3), role(4)],
            [Some(Role::Owner), Some(Role::Operator), Some(Role::Viewer), None]
        );
        let chats: Vec<_> = roster.at_least(Role::Operator).cloned().collect();
        assert_eq!(chats, [ChatId::telegram(1), ChatId::telegram(2)]);
    }

    #[test]
    fn a_row_that_comes_late_does_not_undo_a_newer_one() {
        let mut roster = Roster::default();
        roster.learn(row(2, 2, None));
        roster.learn(row(2, 1, Some(Role::Owner)));
        assert_eq!(roster.role(&ChatId::telegram(2)), None);
        assert_eq!(roster.all().count(), 0);
    }

    #[test]
    fn what_was_added_counts_for_its_day_and_for_no_other() {
        let day = |n| NaiveDate::from_ymd_opt(2026, 11, n).unwrap();
        let booked = |allowance: &Allowance, n| allowance.booked_on(day(n)).get();
        let allowance = Allowance::new(ChatId::telegram(1), day(20)).with(Rupiah::new(5_000), day(21));
        assert_eq!([booked(&allowance, 20), booked(&allowance, 21), booked(&allowance, 22)], [5_000, 5_000, 0]);
        let more = allowance.with(Rupiah::new(1_000), day(20)).limited(Some(Rupiah::ZERO));
        assert_eq!((booked(&more, 21), more.version), (6_000, 3), "a clock put back begins no day anew");
        assert_eq!(booked(&more.with(Rupiah::new(7), day(22)), 22), 7);
    }

    #[test]
    fn roles_read_and_print() {
        for role in Role::ALL {
            assert_eq!(role.name().to_uppercase().parse(), Ok(role));
        }
        assert_eq!("pemilik".parse(), Ok(Role::Owner));
        assert!("boss".parse::<Role>().is_err());
    }
}
