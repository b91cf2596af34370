//! What replies about a reseller's own arrangements hold: chats, favourites, selling prices, guided orders.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::account::PriceLine;
use super::api::{ApiCard, ApiProblem};
use super::network::InviteLink;
use konter_core::ids::{AgentId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::order::refusal::Near;
use konter_core::preferences::FavouriteName;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "preference", rename_all = "snake_case")]
#[strum(const_into_str)]
pub enum PreferenceReply {
    // Chats.
    /// What the other chat sends to join.
    #[strum(serialize = "chats.code")]
    ChatCode { link: InviteLink, name: Option<String>, until: DateTime<Utc> },
    /// `waiting_until`: until when another one may join.
    #[strum(serialize = "chats.list")]
    Chats { lines: Vec<ChatLine>, waiting_until: Option<DateTime<Utc>>, most: usize },
    /// To the chat that has joined.
    #[strum(serialize = "chats.joined")]
    ChatJoined { code: AgentId, name: String },
    /// To the others.
    #[strum(serialize = "chats.added")]
    ChatAdded { chat: String, name: Option<String> },
    #[strum(serialize = "chats.removed")]
    ChatRemoved { name: String },
    /// To the chat that was removed.
    #[strum(serialize = "chats.gone")]
    ChatGone { code: AgentId },
    /// The text is the problem's.
    ChatRefused { problem: ChatProblem },
    #[strum(serialize = "chats.renamed")]
    Renamed { before: String, name: String },
    #[strum(serialize = "chats.name_too_long")]
    NameTooLong { most: usize },
    /// `name`: the one that stays.
    #[strum(serialize = "chats.name_is_a_code")]
    NameIsACode { code: AgentId, name: String },

    // Favourites.
    #[strum(serialize = "favourites.list")]
    Favourites { lines: Vec<FavouriteLine> },
    #[strum(serialize = "favourites.saved")]
    FavouriteSaved(FavouriteLine),
    #[strum(serialize = "favourites.forgotten")]
    FavouriteForgotten { name: FavouriteName },
    #[strum(serialize = "favourites.no_such")]
    NoSuchFavourite { name: FavouriteName },
    #[strum(serialize = "favourites.full")]
    FavouritesFull { most: usize },
    #[strum(serialize = "favourites.nothing_to_repeat")]
    NothingToRepeat,

    // Selling prices.
    #[strum(serialize = "selling.set")]
    Selling(SellingCard),
    /// To be passed on to customers: no buying price in it.
    #[strum(serialize = "selling.list")]
    SellingList { shop: String, lines: Vec<PriceLine>, left_out: usize },
    /// The text is the problem's.
    SellingRefused { problem: SellingProblem },
    /// What came in from downlines, and by whose orders; `left_out`: that many more of them.
    #[strum(serialize = "selling.earnings")]
    Earnings {
        today: Rupiah,
        yesterday: Rupiah,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        downlines: Vec<Earned>,
        #[serde(default, skip_serializing_if = "is_zero")]
        left_out: usize,
    },
    /// How the reseller's own program may order.
    #[strum(serialize = "api.setting")]
    Api(ApiCard),
    /// The text is the problem's.
    ApiRefused { problem: ApiProblem },
    /// The text is that of what is asked for.
    Ask(AskFor),
}

/// What one reseller's orders have brought its upline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earned {
    pub code: AgentId,
    pub name: String,
    pub today: Rupiah,
    pub yesterday: Rupiah,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatLine {
    /// `None` for a number without a chat.
    pub chat: Option<String>,
    pub name: Option<String>,
    /// The one that asks.
    pub here: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "chats.", serialize_all = "snake_case")]
pub enum ChatProblem {
    /// No more chats may join.
    TooMany { most: usize },
    /// Another chat is called so.
    NameTaken { name: String },
    /// The number is another reseller's.
    PhoneTaken { phone: String },
    /// The chat is a reseller's already.
    ChatTaken { code: AgentId },
    /// The code is nobody's, or its time is over.
    CodeOver,
    /// No chat and no number is called so.
    NoSuch { name: String },
    /// There would be none left.
    Last,
    /// It is the very chat that asks; `example` says yes.
    Here { example: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FavouriteLine {
    pub name: FavouriteName,
    pub product: ProductCode,
    /// Empty when the product is not there any more.
    pub product_name: String,
    pub dest: String,
}

/// A reseller's own selling prices, for its own eyes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellingCard {
    pub all: Option<Rupiah>,
    pub rounded: bool,
    /// The product that was changed.
    pub about: Option<SellingLine>,
    /// Products with a price of their own.
    pub lines: Vec<SellingLine>,
    pub left_out: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellingLine {
    pub code: ProductCode,
    pub name: String,
    /// `None` when none is set any more.
    pub price: Option<Rupiah>,
    pub bought: Rupiah,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "selling.", serialize_all = "snake_case")]
pub enum SellingProblem {
    /// No selling price has been set.
    NothingSet,
    /// Above the highest there is.
    OutOfRange { highest: Rupiah },
    /// No more products may have a price of their own.
    TooMany { most: usize },
    /// A bill's price is different every time.
    Bill { product: ProductCode },
}

/// The first question of a guided order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "guide.", serialize_all = "snake_case")]
pub enum AskFor {
    /// For which phone.
    Phone { favourites: Vec<FavouriteName> },
    /// For which meter.
    Meter,
    #[strum(serialize = "bills")]
    Bill { kinds: Vec<Near> },
    /// Whose bill.
    Customer { product: ProductCode, name: String },
}
