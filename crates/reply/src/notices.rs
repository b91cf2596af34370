//! What an order's step has to say, as a reply.

use super::model::Reply;
use super::network::NetworkReply;
use super::routing::{OverdueCard, RoutingReply};
use konter_core::order::{AdminNotice, ResellerNotice};

impl From<ResellerNotice> for Reply {
    fn from(notice: ResellerNotice) -> Self {
        match notice {
            ResellerNotice::Pending(line) => Self::OrderPending(line),
            ResellerNotice::Success(line) => Self::OrderSuccess(line),
            ResellerNotice::Failed(line) => Self::OrderFailed(line),
            ResellerNotice::Reversed(line) => Self::OrderReversed(line),
            ResellerNotice::DeliveredLate(line) => Self::OrderDeliveredLate(line),
            ResellerNotice::WithheldPaid { order, amount, left } => {
                Self::Network(Box::new(NetworkReply::WithheldPaid { order, amount, left }))
            }
        }
    }
}

impl From<AdminNotice> for Reply {
    fn from(notice: AdminNotice) -> Self {
        match notice {
            AdminNotice::Overdue(card) => Self::AlertOverdue(Box::new(OverdueCard::open(*card))),
            AdminNotice::Contradiction { card, said, effect, overdrawn } => {
                Self::AlertContradiction { card, said, effect, overdrawn }
            }
            AdminNotice::UnclearReport(card) => Self::AlertUnclearReport(card),
            AdminNotice::DoubleDelivery(card) => Self::AlertDoubleDelivery(card),
            AdminNotice::Dearer { card, expected, charged } => Self::AlertDearer { card, expected, charged },
            AdminNotice::CostRose { supplier, line, cost } => {
                Self::Routing(Box::new(RoutingReply::AlertCostRose { supplier, line: *line, cost }))
            }
        }
    }
}
