//! What the shop says, as data; and the one place that turns it into text. Nothing here decides anything, and nothing
//! here reads files or a clock: the shell hands over an operator's own wording and the shop's time zone.
#![forbid(unsafe_code)]

mod describe;
mod describe_admin;
mod describe_bill;
mod describe_booking;
mod describe_deposit;
mod describe_desk;
mod describe_guide;
mod describe_habit;
mod describe_keeping;
mod describe_network;
mod describe_report;
mod describe_routing;
mod describe_staff;
mod fields;
mod filters;
mod load;
mod notices;
mod promise;
mod receipts;
mod rendered;
mod reports;
mod samples;
mod samples_alerts;
mod samples_bill;
mod samples_booking;
mod samples_deposit;
mod samples_desk;
mod samples_habit;
mod samples_keeping;
mod samples_misread;
mod samples_network;
mod samples_receipt;
mod samples_report;
mod samples_routing;
mod samples_staff;
mod says;
mod says_admin;
mod says_bill;
mod says_booking;
mod says_deposit;
mod says_desk;
mod says_guide;
mod says_habit;
mod says_keeping;
mod says_misread;
mod says_network;
mod says_receipt;
mod says_register;
mod says_report;
mod says_routing;
mod says_staff;
mod split;
mod texts;
mod words;

pub use filters::operator_name;
pub use load::TextError;
pub use receipts::{ReplyFile, ReplyFileKind};
pub use rendered::{Button, Rendered};
pub use samples::{Sample, samples};
pub use says::{
    ActLine, AdminProblem, AgentCard, BelowCost, BillCard, BillStage, ChooseCard, ChooseStage, ComplaintCard,
    CustomerCard, ImportCard, ImportStage, Misread, PartName, PriceChange, PriceLine, ReceiptForm, ReceiptProblem,
    RegisterProblem, Reply, ShownBecause, SupplierCard, TicketCard, TicketProblem, TicketRefusal, TicketSays,
    TicketStage, TicketWhy,
};
pub use says_booking::{AskCard, AskStage, AskWhat, BookedBefore, BookedHow, BookingReply, Doubts};
pub use says_habit::{
    AskFor, ChatLine, ChatProblem, FavouriteLine, HabitReply, SellingCard, SellingLine, SellingProblem,
};
pub use says_keeping::{BackupFile, KeepingReply};
pub use says_network::{
    DownlineLine, DownlineMarkup, DownlineProblem, GroupCard, GroupProblem, InviteLink, MarkupProblem, MoveProblem,
    NetworkReply, NewDownline, ProductMarkup, ToldOnce, TransferCard, TransferProblem, TransferStage,
};
pub use says_report::{ProductSales, ReportForm, ReportProblem, SalesCard, StatementCard, StatementLine};
pub use says_routing::{
    CancelProblem, OverdueCard, OverdueStage, RouteLine, RoutingReply, SteerProblem, SupplierState, SupplierTraffic,
    UnreadReport, UnreadWhy,
};
pub use says_staff::{BroadcastCard, BroadcastStage, CategoryCard, DeskReply, RoleProblem, StaffLine};
pub use split::{TELEGRAM_LIMIT, split_for_telegram};
pub use texts::Texts;
pub use words::FEATURES;

#[cfg(test)]
mod file_tests;
