//! What a supplier's answer comes to: delivered, failed, pending, or not known and why; and what an inquiry found.
//! Values only: reading them out of replies is the suppliers' part, acting on them the order's.

mod inquiry;
mod sending;

pub use inquiry::{Bill, Inquiry, InquiryReading};
pub use sending::{FirstSending, Sending};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::OrderId;
use crate::money::Rupiah;

/// The longest piece of a reply kept for disputes, in characters: the documents' longest, a bill of many months with its
/// receipt, stays under 10 KiB. An order's row is written with every step, and holds a few of these.
pub const KEPT_REPLY: usize = 16 * 1024;

/// What a reply says of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub outcome: Outcome,
    /// The supplier's own number of the transaction.
    pub supplier_trx: Option<String>,
    /// What it charged us.
    pub charged: Option<Rupiah>,
    /// Our deposit with it afterwards.
    pub supplier_balance: Option<Rupiah>,
}

impl Reading {
    pub fn new(outcome: Outcome) -> Self {
        Self { outcome, supplier_trx: None, charged: None, supplier_balance: None }
    }

    pub fn unknown(doubt: Doubt) -> Self {
        Self::new(Outcome::Unknown(doubt))
    }
}

/// The four outcomes. Only what a document explicitly calls success or failure is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Success(Delivery),
    Failed(FailureKind),
    Pending,
    Unknown(Doubt),
}

/// What was delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Serial number, voucher code or electricity token, as the customer needs it.
    pub sn: String,
    #[serde(default)]
    pub details: Details,
}

impl Delivery {
    /// Cuts what is far longer than any document's examples, so that one reply cannot outgrow a stored row.
    pub fn shorten(&mut self) {
        /// The receipt of one month has under 1,000 characters; nobody owes more than a few years.
        const LONGEST: usize = 40_000;
        for text in self.details.values_mut().chain([&mut self.sn]) {
            if let Some((end, _)) = text.char_indices().nth(LONGEST) {
                text.truncate(end);
            }
        }
    }
}

pub type Details = BTreeMap<Detail, String>;

/// Fields of a delivery or a customer, where the supplier gave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// 20 digits in groups of four.
    Token,
    CustomerName,
    Meter,
    CustomerId,
    /// Tariff group such as `R1`.
    Tariff,
    /// Connected power such as `1300VA`.
    Power,
    Kwh,
    /// Rupiah fields, as plain digits.
    TokenAmount,
    Paid,
    Admin,
    Stamp,
    Vat,
    StreetLightTax,
    Instalment,
    /// The utility's own reference.
    UtilityReference,
    Period,
    RegistrationNumber,
    TransactionName,
    /// The meter's figures at the beginning and the end of each period, such as `00012345-00012400`.
    MeterStand,
    /// Months still owed after what was paid; absent where none are.
    Arrears,
    /// The supplier's printed receipt, printer codes included.
    Receipt,
    Message,
}

/// Why a supplier refused, as far as its document lets one tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    // About the customer: another supplier would refuse as well.
    WrongNumber,
    NumberExpired,
    NumberInactive,
    NumberBlocked,
    /// The data package is already on this number.
    AlreadyActive,
    /// An old package must be ended by the customer first.
    OldPackage,
    /// The number has no account with what was to be filled up.
    NotRegistered,
    /// The product is not sold where the number belongs.
    OutsideArea,
    BillUnavailable,
    BillPaid,
    // About the product at this supplier.
    ProductClosed,
    ProductUnknown,
    ProductDisturbed,
    // About this supplier or our account with it.
    SupplierFunds,
    SupplierLimit,
    CutOff,
    SupplierDisturbed,
    /// Wrong credentials, address not registered, account blocked: the owner must look.
    AccountRefused,
    /// Said to have failed with no reason we know.
    Refused,
    /// Was accepted first and taken back.
    Reversed,
}

impl FailureKind {
    /// Whether it lies with the destination, so that trying elsewhere is pointless.
    pub const fn is_about_customer(self) -> bool {
        match self {
            Self::WrongNumber
            | Self::NumberExpired
            | Self::NumberInactive
            | Self::NumberBlocked
            | Self::AlreadyActive
            | Self::OldPackage
            | Self::NotRegistered
            | Self::OutsideArea
            | Self::BillUnavailable
            | Self::BillPaid => true,
            Self::ProductClosed
            | Self::ProductUnknown
            | Self::ProductDisturbed
            | Self::SupplierFunds
            | Self::SupplierLimit
            | Self::CutOff
            | Self::SupplierDisturbed
            | Self::AccountRefused
            | Self::Refused
            | Self::Reversed => false,
        }
    }
}

impl Doubt {
    /// Whether waiting and asking cannot help: a person must look at once.
    pub const fn is_for_a_person(&self) -> bool {
        matches!(self, Self::EarlierOrder | Self::SerialTaken(_))
    }
}

/// Why nothing is known of an order's fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No answer in time.
    Timeout,
    /// The connection broke after the request may have left.
    ConnectionLost,
    /// An answer with this HTTP status, which the documents give no meaning.
    HttpStatus(u16),
    /// Longer than the client reads.
    TooLarge,
    /// Not the format of the document.
    NotUnderstood,
    OtherReference,
    OtherProduct,
    OtherDestination,
    /// A code or status word the document does not list.
    Unlisted(String),
    /// A listed code that says nothing of the order's fate (time-out, duplicate, internal error).
    Inconclusive(String),
    /// Its parts say different things.
    Contradictory,
    /// Success claimed without the serial number or token that proves it.
    NoSerial,
    /// It tells of some other order to the same number; a serial number in it is that one's.
    EarlierOrder,
    /// Its serial number is the one this order's reseller has been given, for the same number.
    SerialTaken(OrderId),
    /// We stopped in the middle of sending.
    Interrupted,
    /// The shop was put back from a backup, and has forgotten.
    Restored,
}
