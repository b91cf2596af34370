//! What a waiting reply is, so that nobody's money waits behind a stranger's chatter: who goes first among chats
//! ([`Class`]), and what goes first within one (its lane).

use serde::{Deserialize, Serialize};

use super::{MessageKey, Payload, Say};
use konter_core::ids::ChatId;
use konter_reply::{BookingReply, KeepingReply, NetworkReply, Reply, ReportForm, RoutingReply, TicketSays};

/// How soon a reply goes when the channel cannot take all at once; the first goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The end of an order, and the deletion of a message that held a PIN.
    Final,
    /// What a reseller or one of the staff asked for, and what concerns a reseller's money.
    #[default]
    Answer,
    /// What the staff hears unasked.
    Alert,
    Announcement,
    /// To a chat that is nobody's, or a group.
    Stranger,
}

impl Class {
    /// Of something about to be said. `answers` is the message that the commit answers, `stranger` its chat when that is
    /// nobody's.
    pub(super) fn of(say: &Say, answers: Option<&MessageKey>, stranger: Option<&ChatId>) -> Self {
        if stranger == Some(&say.chat) {
            return Self::Stranger;
        }
        let is_answer = matches!(answers, Some(MessageKey::Chat { chat, .. }) if *chat == say.chat);
        match &say.payload {
            Payload::Forget { .. } => Self::Final,
            Payload::Copy { .. } => Self::Alert,
            Payload::Reply(reply) | Payload::Edit { reply, .. } => of_reply(reply, is_answer),
        }
    }
}

fn of_reply(reply: &Reply, is_answer: bool) -> Class {
    match reply {
        Reply::OrderSuccess(_) | Reply::OrderFailed(_) | Reply::OrderReversed(_) | Reply::OrderDeliveredLate(_) => {
            Class::Final
        }
        Reply::Announcement { .. } => Class::Announcement,
        // By itself, before all that is older.
        Reply::Keeping(KeepingReply::Restored { .. }) => Class::Answer,
        _ if is_answer => Class::Answer,
        Reply::AlertNewAgent(_)
        | Reply::AlertOverdue(_)
        | Reply::AlertContradiction { .. }
        | Reply::AlertUnclearReport(_)
        | Reply::AlertDoubleDelivery(_)
        | Reply::AlertDearer { .. }
        | Reply::AlertComplaint(_)
        | Reply::AlertSetAside { .. }
        | Reply::ShopReport { form: ReportForm::Summary, .. }
        | Reply::Keeping(_) => Class::Alert,
        Reply::Network(reply) if matches!(**reply, NetworkReply::AlertUplineOverdrawn { .. }) => Class::Alert,
        Reply::Routing(reply)
            if matches!(
                **reply,
                RoutingReply::AlertLowBalance { .. }
                    | RoutingReply::AlertManyOverdue { .. }
                    | RoutingReply::AlertLosses { .. }
                    | RoutingReply::AlertCostRose { .. }
                    | RoutingReply::PriceList(_)
                    | RoutingReply::PriceListFault { .. }
            ) =>
        {
            Class::Alert
        }
        Reply::Booking(reply)
            if matches!(
                **reply,
                BookingReply::Booked { .. } | BookingReply::Corrected { .. } | BookingReply::TookBack(_)
            ) =>
        {
            Class::Alert
        }
        Reply::Ticket(says) if matches!(**says, TicketSays::Card { .. }) => Class::Alert,
        _ => Class::Answer,
    }
}

/// A chat's lanes: what waits in a later one lets the earlier ones pass. Within one the order is that of the commits. First go
/// deletions, and that the shop came out of a backup: whatever waited in it may be out of date.
const FIRST: u64 = 0;
const CONVERSATION: u64 = 1;
const ALERTS: u64 = 2;
const FIGURES: u64 = 3;
const ANNOUNCEMENTS: u64 = 4;
/// Bits of an outbox row's number below its lane: more rows than a shop ever says.
const LANE_SHIFT: u32 = 56;

fn is_of_figures(reply: &Reply) -> bool {
    match reply {
        Reply::AlertDearer { .. } => true,
        Reply::Routing(reply) => matches!(**reply, RoutingReply::AlertLosses { .. }),
        _ => false,
    }
}

/// The number of a row in its chat's line: the lane, then the row's own number.
pub(super) fn place(class: Class, payload: &Payload, number: u64) -> u64 {
    let lane = match (payload, class) {
        (Payload::Forget { .. }, _) => FIRST,
        (Payload::Reply(reply), _) if matches!(**reply, Reply::Keeping(KeepingReply::Restored { .. })) => FIRST,
        (_, Class::Final | Class::Answer | Class::Stranger) => CONVERSATION,
        // Figures. A ticket or a complaint that comes after them is somebody who waits.
        (Payload::Reply(reply), Class::Alert) if is_of_figures(reply) => FIGURES,
        (_, Class::Alert) => ALERTS,
        (_, Class::Announcement) => ANNOUNCEMENTS,
    };
    (lane << LANE_SHIFT) | number
}

/// A row's own number, which grows with every row of the store.
pub(super) const fn number_of(place: u64) -> u64 {
    place & ((1 << LANE_SHIFT) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_core::money::Rupiah;

    #[test]
    fn figures_let_those_who_wait_pass() {
        let place = |reply: RoutingReply, number| {
            let reply = Reply::Routing(Box::new(reply));
            place(of_reply(&reply, false), &Payload::Reply(Box::new(reply)), number)
        };
        let losses = || RoutingReply::AlertLosses { count: 1, lost: Rupiah::ZERO, lines: Vec::new(), more: 0 };
        let waits = || RoutingReply::AlertManyOverdue { count: 1 };
        assert!(place(waits(), 9) < place(losses(), 1) && place(waits(), 1) < place(waits(), 2));
        assert_eq!(number_of(place(losses(), 7)), 7);
    }
}
