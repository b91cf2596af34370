//! What can happen to a purchase, chosen by the last digits of its destination, and the course each case takes.

use super::Kind;

macro_rules! scenarios {
    ($($ending:literal $name:ident: $happens:literal, $instead:literal;)*) => {
        /// What happens to a purchase; [`TABLE`] tells each in words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Scenario {
            $($name,)*
            /// This row, code or reason of the protocol's own list.
            Listed(u8),
        }

        /// Every scenario with the ending that chooses it. `kiosampm` and `xgateway` answer at once, call back and tell the
        /// status when asked again; `biller-json` and `ppob` always answer pending and report later; `teleanjar` only answers.
        /// Of those with a recipe `digiflazz`, `tokovoucher` and `apigames` are like the first, the others like the second, and all
        /// can be asked.
        pub const TABLE: &[ScenarioRow] = &[
            $(ScenarioRow { ending: $ending, scenario: Scenario::$name, happens: $happens, instead: $instead }),*
        ];
    };
}

scenarios! {
    "" Success: "success", "biller-json, ppob: pending, then the success report";
    "01" PendingThenSuccess: "pending, then success by callback", "teleanjar: bought, unlisted code";
    "02" PendingThenFailure: "pending, then failure by callback", "teleanjar: not bought, unlisted code";
    "03" PendingSilentSuccess: "bought, answer says pending, no callback ever; asking again says success",
        "biller-json: cannot be asked again; teleanjar: bought, unlisted code";
    "04" ClosedThenReported: "bought, connection closed without an answer, success by callback",
        "teleanjar: no callback";
    "05" ClosedSilent: "bought, connection closed without an answer, no callback; asking again says success",
        "biller-json, teleanjar: cannot be asked again";
    "06" SuccessThenReversal: "success, then reversed by a failure callback", "teleanjar: success";
    "07" FailureThenSuccess: "failure, then contradicted by a success callback",
        "teleanjar: bought though the answer says failure";
    "08" BadGateway: "bought, HTML page with status 502 instead of an answer, success by callback",
        "teleanjar: no callback";
    "09" CutShort: "bought, answer cut off in the middle, success by callback", "teleanjar: no callback";
    "10" Slow: "bought at once, but the answer takes 75 s (3 s at the instant pace)", "";
    "11" WrongNumber: "failure: wrong number", "biller-json: reason 2";
    "12" NumberExpired: "failure: number expired", "biller-json: reason 2";
    "13" NumberInactive: "failure: number not active or blocked", "biller-json: reason 2";
    "14" SupplierDisturbed: "failure: product disturbed at the supplier", "biller-json: reason 1";
    "15" OperatorDisturbed: "failure: product disturbed at the operator", "biller-json: reason 1";
    "16" UnknownProduct: "failure: unknown or closed product", "biller-json: reason 3";
    "17" DepositTooSmall: "failure: the shop's deposit at the supplier is too small", "biller-json: reason 2";
    "18" CutOff: "failure: cut-off", "biller-json: reason 1";
    "19" Failure: "failure without a particular reason", "biller-json: reason 2";
    "20" RepeatRefused: "failure: refused after repeated failures or as a repetition", "biller-json: reason 2";
    "21" CallbackFirst: "bought, the success callback comes before the answer, which then says pending",
        "teleanjar: success";
    "22" CallbackTwice: "pending, then the same success callback twice", "teleanjar: success";
    "23" PendingForever: "pending for ever, nothing is bought and nothing comes",
        "teleanjar: not bought, unlisted code";
    "24" OtherReference: "bought, but the answer carries another order's reference; asking again says success",
        "biller-json, ppob: a right success report follows";
    "25" OtherDestination: "bought, but the answer carries another destination; asking again says success",
        "biller-json, ppob: a right success report follows";
    "26" Unlisted: "bought, but the answer is a code or word the document does not list; asking again says success",
        "biller-json, teleanjar: cannot be asked again";
    "27" BillGrows: "bills: each inquiry after the first finds 2,500 more; else success",
        "no bills at kiosampm, xgateway, biller-json";
    "28" BillWaits: "bills at ppob: the inquiry is answered Waiting twice, then found; else success",
        "no such answer at the others";
    "29" StrangersRows: "teleanjar: bought, but the answer holds another customer's rows besides; else success",
        "no rows at the others";
}

/// One line of the table of scenarios.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioRow {
    /// The last two digits of the destination; empty for every other ending.
    pub ending: &'static str,
    pub scenario: Scenario,
    /// What happens, in English.
    pub happens: &'static str,
    /// The nearest equivalent where a protocol has no way to express it; empty where all have.
    pub instead: &'static str,
}

/// How the four digits `99NN` are read, for printing under [`TABLE`].
pub const LISTED_ENDING: &str = "99NN: entry NN of the protocol's own list (kiosampm rows 01-16, xgateway response code \
                                 NN, biller-json reason 01-03); where there is no such entry the last two digits count";

impl Scenario {
    /// The scenario a destination asks for at one supplier.
    pub fn of(kind: Kind, dest: &str) -> Self {
        if let Some(listed) = Self::listed(kind, dest) {
            return listed;
        }
        let ending = dest.len().checked_sub(2).and_then(|start| dest.get(start..));
        TABLE.iter().find(|row| Some(row.ending) == ending).map_or(Self::Success, |row| row.scenario)
    }

    fn listed(kind: Kind, dest: &str) -> Option<Self> {
        let ending = dest.get(dest.len().checked_sub(4)?..)?.strip_prefix("99")?;
        let number = if ending.bytes().all(|b| b.is_ascii_digit()) { ending.parse().ok()? } else { return None };
        match (kind, number) {
            (Kind::Kiosampm, 1) | (Kind::Xgateway, 0) => Some(Self::Success),
            (Kind::Kiosampm, 2 | 3) | (Kind::Xgateway, 68) => Some(Self::PendingThenSuccess),
            (Kind::Kiosampm, 4..=16) | (Kind::Xgateway, _) | (Kind::BillerJson, 1..=3) => Some(Self::Listed(number)),
            _ => None,
        }
    }
}

/// Why a supplier refuses; each protocol has its own words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    WrongNumber,
    NumberExpired,
    NumberInactive,
    SupplierDisturbed,
    OperatorDisturbed,
    UnknownProduct,
    DepositTooSmall,
    CutOff,
    Plain,
    Repeated,
    /// Taken back after it had been reported as done.
    Reversed,
    Listed(u8),
}

/// What an answer or a callback says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Success,
    Pending,
    Failed(Refusal),
    Unlisted,
}

/// How the answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Whole,
    Closed,
    BadGateway,
    CutShort,
    Slow,
}

/// What is wrong with the names in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    None,
    OtherReference,
    OtherDestination,
    /// Besides what was bought it shows something of another customer.
    StrangersRows,
}

/// Something that happens after the purchase: the book changes and the shop is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// In callback delays; 0 is before the own answer.
    pub after: u32,
    /// How many times the callback is sent.
    pub copies: u32,
    pub word: Word,
}

/// The whole course of one purchase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// What the answer says.
    pub says: Word,
    /// What is true from the moment the request was read.
    pub truth: Word,
    pub way: Way,
    pub twist: Twist,
    pub steps: &'static [Step],
}

const fn step(after: u32, word: Word) -> Step {
    Step { after, copies: 1, word }
}

const NOTHING: &[Step] = &[];
const SUCCESS_FIRST: &[Step] = &[step(0, Word::Success)];
const SUCCESS_LATER: &[Step] = &[step(1, Word::Success)];
const SUCCESS_TWICE: &[Step] = &[Step { after: 1, copies: 2, word: Word::Success }];
const FAILURE_LATER: &[Step] = &[step(1, Word::Failed(Refusal::Plain))];
const FAILURE_THEN_SUCCESS: &[Step] = &[step(1, Word::Failed(Refusal::Plain)), step(2, Word::Success)];
const REVERSAL: &[Step] = &[step(1, Word::Failed(Refusal::Reversed))];
const SUCCESS_THEN_REVERSAL: &[Step] = &[step(1, Word::Success), step(2, Word::Failed(Refusal::Reversed))];

impl Course {
    pub fn of(kind: Kind, scenario: Scenario) -> Self {
        match kind {
            Kind::Kiosampm | Kind::Xgateway | Kind::Digiflazz | Kind::Tokovoucher | Kind::Apigames => {
                Self::direct(scenario)
            }
            Kind::BillerJson | Kind::Ppob | Kind::Otomax | Kind::Irs | Kind::Okeconnect => Self::reported(scenario),
            Kind::Iak | Kind::Tripay => Self::reported(scenario).taken_first(),
            Kind::Teleanjar => Self::answer_only(scenario),
        }
    }

    pub const fn refused(refusal: Refusal) -> Self {
        Self::new(Word::Failed(refusal), Word::Failed(refusal), NOTHING)
    }

    const fn new(says: Word, truth: Word, steps: &'static [Step]) -> Self {
        Self { says, truth, way: Way::Whole, twist: Twist::None, steps }
    }

    const fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    const fn naming(self, twist: Twist) -> Self {
        Self { twist, ..self }
    }

    /// Suppliers whose own answer is usually the last word.
    fn direct(scenario: Scenario) -> Self {
        use Word::{Pending, Success, Unlisted};
        let bought = Self::new(Success, Success, NOTHING);
        let bought_and_reported = Self::new(Success, Success, SUCCESS_LATER);
        match scenario {
            Scenario::Success | Scenario::BillGrows | Scenario::BillWaits | Scenario::StrangersRows => bought,
            Scenario::PendingThenSuccess => Self::new(Pending, Pending, SUCCESS_LATER),
            Scenario::PendingThenFailure => Self::new(Pending, Pending, FAILURE_LATER),
            Scenario::PendingSilentSuccess => Self::new(Pending, Success, NOTHING),
            Scenario::ClosedThenReported => bought_and_reported.by(Way::Closed),
            Scenario::ClosedSilent => bought.by(Way::Closed),
            Scenario::SuccessThenReversal => Self::new(Success, Success, REVERSAL),
            Scenario::BadGateway => bought_and_reported.by(Way::BadGateway),
            Scenario::CutShort => bought_and_reported.by(Way::CutShort),
            Scenario::Slow => bought.by(Way::Slow),
            Scenario::CallbackFirst => Self::new(Pending, Success, SUCCESS_FIRST),
            Scenario::CallbackTwice => Self::new(Pending, Pending, SUCCESS_TWICE),
            Scenario::PendingForever => Self::new(Pending, Pending, NOTHING),
            Scenario::OtherReference => bought.naming(Twist::OtherReference),
            Scenario::OtherDestination => bought.naming(Twist::OtherDestination),
            Scenario::Unlisted => Self::new(Unlisted, Success, NOTHING),
            Scenario::FailureThenSuccess => Self { steps: SUCCESS_LATER, ..Self::refused(Refusal::Plain) },
            refused => Self::refused(refused.refusal()),
        }
    }

    /// Suppliers that only take the order and report its end later.
    fn reported(scenario: Scenario) -> Self {
        use Word::{Pending, Success};
        let taken = Self::new(Pending, Pending, SUCCESS_LATER);
        let done = Self::new(Pending, Success, SUCCESS_LATER);
        match scenario {
            Scenario::Success | Scenario::BillGrows | Scenario::BillWaits | Scenario::StrangersRows => taken,
            Scenario::SuccessThenReversal => Self { steps: SUCCESS_THEN_REVERSAL, ..taken },
            Scenario::ClosedThenReported => done.by(Way::Closed),
            Scenario::BadGateway => done.by(Way::BadGateway),
            Scenario::CutShort => done.by(Way::CutShort),
            Scenario::Slow => done.by(Way::Slow),
            Scenario::OtherReference => done.naming(Twist::OtherReference),
            Scenario::OtherDestination => done.naming(Twist::OtherDestination),
            same => Self::direct(same),
        }
    }

    /// A supplier that looks at an order only after it has taken it: refusals come later, but for those at the door.
    fn taken_first(self) -> Self {
        match self.truth {
            Word::Failed(Refusal::UnknownProduct | Refusal::DepositTooSmall)
            | Word::Success
            | Word::Pending
            | Word::Unlisted => self,
            Word::Failed(_) if self.steps.is_empty() => Self::new(Word::Pending, Word::Pending, FAILURE_LATER),
            Word::Failed(_) => Self { says: Word::Pending, truth: Word::Pending, steps: FAILURE_THEN_SUCCESS, ..self },
        }
    }

    /// A supplier whose answer is final: no report, no status.
    fn answer_only(scenario: Scenario) -> Self {
        use Word::{Success, Unlisted};
        let bought = Self::new(Success, Success, NOTHING);
        match scenario {
            Scenario::SuccessThenReversal | Scenario::CallbackFirst | Scenario::CallbackTwice => bought,
            Scenario::PendingThenSuccess | Scenario::PendingSilentSuccess => Self::new(Unlisted, Success, NOTHING),
            Scenario::PendingThenFailure | Scenario::PendingForever => {
                Self { says: Unlisted, ..Self::refused(Refusal::Plain) }
            }
            Scenario::FailureThenSuccess => Self { truth: Success, ..Self::refused(Refusal::Plain) },
            Scenario::StrangersRows => bought.naming(Twist::StrangersRows),
            same => Self { steps: NOTHING, ..Self::direct(same) },
        }
    }
}

impl Scenario {
    /// The reason of the scenarios that are plain refusals.
    const fn refusal(self) -> Refusal {
        match self {
            Self::WrongNumber => Refusal::WrongNumber,
            Self::NumberExpired => Refusal::NumberExpired,
            Self::NumberInactive => Refusal::NumberInactive,
            Self::SupplierDisturbed => Refusal::SupplierDisturbed,
            Self::OperatorDisturbed => Refusal::OperatorDisturbed,
            Self::UnknownProduct => Refusal::UnknownProduct,
            Self::DepositTooSmall => Refusal::DepositTooSmall,
            Self::CutOff => Refusal::CutOff,
            Self::RepeatRefused => Refusal::Repeated,
            Self::Listed(number) => Refusal::Listed(number),
            _ => Refusal::Plain,
        }
    }

    /// Whether looking this customer up already fails: a wrong number is wrong before it is paid for.
    pub(super) fn refuses_inquiry(self) -> Option<Refusal> {
        match self {
            Self::WrongNumber | Self::NumberExpired | Self::NumberInactive => Some(self.refusal()),
            _ => None,
        }
    }
}
