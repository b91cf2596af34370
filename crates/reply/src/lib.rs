//! What the shop says, as data; and the one place that turns it into text. Nothing here decides anything, and nothing
//! here reads files or a clock: the shell hands over an operator's own wording and the shop's time zone.
//!
//! A reply is defined once: its variant holds the values and names the text (`strum`), the text stands in `locales/`, and
//! a line of `samples.jsonl` shows it as it is stored. `reader` reads the values off the variant and makes every string
//! safe to show; `shown` and `told` know where what is shown differs from what is stored; `buttons` stand below it.
#![forbid(unsafe_code)]

mod account;
mod admin;
mod api;
mod bill;
mod booking;
mod buttons;
mod contract;
mod deposit;
mod desk;
mod fields;
mod filters;
mod guide;
mod keeping;
mod keyboard;
mod labels;
mod load;
mod misread;
mod model;
mod network;
mod notices;
mod pad;
mod preference;
mod price_list;
mod reader;
mod receipt;
mod receipts;
mod rendered;
mod report;
mod reports;
mod routing;
mod samples;
mod shown;
mod staff;
mod stored;
mod talk;
mod texts;
mod told;
mod words;

pub use account::{PriceLine, PriceTab, RegisterProblem};
pub use admin::{AdminProblem, AgentCard, DecidedOrder, SupplierCard};
pub use api::{ApiCard, ApiProblem, ApiState};
pub use bill::{BillCard, BillStage, CustomerCard, ShownBecause};
pub use booking::{
    AskCard, AskStage, AskWhat, BankStatement, BookedBefore, BookedHow, BookingReply, Doubts, MutationLine,
    MutationWhy, TookBack,
};
pub use deposit::{TicketCard, TicketProblem, TicketRefusal, TicketSays, TicketStage, TicketWhy};
pub use desk::{
    ActLine, BelowCost, CatalogMistake, ComplaintCard, ImportCard, ImportStage, OddPrice, PriceChange, ProductChanges,
};
pub use filters::operator_name;
pub use guide::{ChooseCard, ChooseStage};
pub use keeping::{BackupFile, DayList, KeepingReply};
pub use load::TextError;
pub use misread::Misread;
pub use model::Reply;
pub use network::{
    DownlineLine, DownlineMarkup, DownlineProblem, GroupCard, GroupProblem, InviteLink, MarkupProblem, MoveProblem,
    NetworkReply, NewDownline, ProductMarkup, TakeBackCard, TakeBackProblem, TakeBackStage, ToldOnce, TransferCard,
    TransferLine, TransferProblem, TransferStage,
};
pub use pad::{
    is_pad, newcomer_of_pad, orders_of_pad, pad_of_announcement, pad_of_bill, pad_of_line, pad_of_offer,
    pad_of_question, ticket_of_pad,
};
pub use preference::{
    AskFor, ChatLine, ChatProblem, Earned, FavouriteLine, PreferenceReply, SellingCard, SellingLine, SellingProblem,
};
pub use price_list::{MarginLine, PriceListCard, PriceListChange, PriceListLine, PriceListStage};
pub use receipt::{ReceiptForm, ReceiptProblem};
pub use receipts::{ReplyFile, ReplyFileKind};
pub use rendered::{Button, Rendered};
pub use report::{ProductSales, ReportForm, ReportProblem, SalesCard, StatementCard, StatementLine, TransferWhom};
pub use routing::{
    CancelProblem, LossLine, OverdueCard, OverdueStage, RouteLine, RoutingReply, SteerProblem, SupplierState,
    SupplierTraffic, UnreadReport, UnreadWhy,
};
pub use samples::{Sample, samples};
pub use staff::{
    AgentDecided, BroadcastCard, BroadcastStage, CategoryCard, Daily, DeskReply, FirstSteps, OrderTo, RoleProblem,
    StaffLine, SupplierStep,
};
pub use talk::{AskedLine, DroppedWhat, LineStage, OfDownline, TalkReply};
pub use texts::Texts;
pub use words::FEATURES;

#[cfg(test)]
mod file_tests;
