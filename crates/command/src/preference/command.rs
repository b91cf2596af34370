//! What resellers arrange for themselves.

use super::api::ApiCommand;
use crate::read::{AgentRef, Pin, PriceFilter};
use konter_core::destination::Destination;
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::phone::Phone;
use konter_core::preferences::{FavouriteName, SellRule};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreferenceCommand {
    /// Another chat, called by this name.
    AddChat { name: ChatName, pin: Option<Pin> },
    /// The chats of the account.
    Chats { pin: Option<Pin> },
    /// `sure`: also when it is the one that asks.
    RemoveChat { which: ChatName, sure: bool, pin: Option<Pin> },
    /// The second in the place of the first.
    ReplaceChat { old: ChatName, new: ChatName, pin: Option<Pin> },
    /// The last order once more.
    Repeat,
    /// Keeps a number under a name.
    SaveFavourite { name: FavouriteName, product: ProductCode, dest: Destination },
    /// All that are kept.
    Favourites,
    /// Orders it; without a PIN, that is asked for.
    Favourite { name: FavouriteName, nth: u8, pin: Option<Pin> },
    /// Keeps it no more.
    ForgetFavourite { name: FavouriteName },
    /// What the own customers pay.
    Selling(SellingChange),
    /// The price list for the reseller's own customers; all of it without a filter.
    SellingList { filters: Vec<PriceFilter> },
    /// `of`: whose name it is, where it says that it is somebody else's.
    Rename { of: Option<AgentRef>, name: String, pin: Option<Pin> },
    /// What came in from downlines.
    Earnings { pin: Option<Pin> },
    /// The reseller's own program.
    Api(ApiCommand),
    /// What a guided order asks for first.
    Ask(Ask),
}

/// A chat as its owner calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatName {
    /// None given.
    Any,
    /// Its place in the list, from 1 on.
    Place(usize),
    Phone(Phone),
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SellingChange {
    Show,
    /// Added to all; nothing takes it away.
    All(Option<Rupiah>),
    Product(ProductCode, Option<SellRule>),
    Rounded(bool),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Which phone number?
    Phone,
    /// Which meter?
    Meter,
    /// Which kind of bill?
    Bills,
    /// Whose bill of this kind?
    Customer(ProductCode),
}
