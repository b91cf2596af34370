//! A recipe's file as it is written. What its parts mean is in the modules that compile them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use konter_core::outcome::FailureKind;

pub(super) type Templates = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub name: String,
    /// For whoever reads the file.
    #[serde(default, rename = "about")]
    pub _about: String,
    #[serde(default)]
    pub serial: SerialRule,
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    #[serde(default)]
    pub sign: BTreeMap<String, Sign>,
    pub order: Call,
    /// Of its own for tokens, where it differs.
    pub token: Option<Call>,
    pub payment: Option<Call>,
    pub inquiry: Option<Inquiry>,
    /// Who has a meter, asked for itself only.
    pub lookup: Option<Inquiry>,
    pub status: Option<Status>,
    pub balance: Option<Balance>,
    pub prices: Option<Prices>,
    pub report: Option<Report>,
    /// All that the server may say of an order it has just taken: the answer names nothing, but is ours alone.
    pub taken: Option<Spanned<String>>,
    /// Read texts as this shipped recipe does.
    pub words_of: Option<String>,
    pub text: Option<Text>,
    pub json: Option<Json>,
    #[serde(default, rename = "reason")]
    pub reasons: Vec<Reason>,
    #[serde(default, rename = "reply")]
    pub replies: Vec<Recorded>,
}

/// Whether a success must come with a serial number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SerialRule {
    #[default]
    Required,
    /// The status word alone proves it; what stands in the serial's place must still not deny it.
    Optional,
}

/// What `settings.x` is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    #[serde(default, rename = "about")]
    pub _about: String,
    /// Masked in whatever is kept; the rule, because forgetting it must not show one.
    #[serde(default = "yes")]
    pub secret: bool,
    pub default: Option<String>,
    #[serde(default)]
    pub one_of: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// A signature: parts joined, hashed and written out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sign {
    pub parts: Vec<String>,
    #[serde(default)]
    pub join: String,
    pub hash: Hash,
    #[serde(default)]
    pub encode: Encoding,
    /// The key, where it is an HMAC.
    pub hmac: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    #[default]
    Hex,
    Base64,
    /// Url-safe, without padding.
    Base64url,
}

/// A request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Call {
    pub get: Option<String>,
    pub post: Option<String>,
    pub query: Templates,
    pub headers: Templates,
    pub json: Option<toml::Table>,
    pub form: Option<Templates>,
    /// HTTP statuses besides 2xx whose body is an answer.
    pub accepts: Vec<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Status {
    /// A request of its own.
    pub call: Option<Call>,
    /// Of its own for bills, where it differs.
    pub payment: Option<Call>,
    /// The order's request again.
    pub repeat: bool,
    /// Added to the query of the request that is repeated.
    pub add: Templates,
    /// Not sooner after the order, seconds.
    pub not_before_secs: Option<u32>,
    /// Not later after the order, hours: from then on the same request could buy.
    pub within_hours: Option<u32>,
    /// Whether a question about an order of an earlier day stays a question.
    pub outlives_day: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Balance {
    pub call: Call,
    /// A pointer into JSON; absent: the balance of a text.
    pub pointer: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prices {
    pub call: Call,
    /// Where the rows are.
    #[serde(default)]
    pub list: String,
    pub code: String,
    pub price: String,
    /// Pointers that must all have one of their words for a product to be open; none: the list does not say.
    #[serde(default)]
    pub open: BTreeMap<String, Vec<String>>,
    pub cutoff_from: Option<String>,
    pub cutoff_to: Option<String>,
    /// Not asked for sooner after the last time, seconds.
    pub not_before_secs: Option<u32>,
    /// Asked for only where this setting is set.
    pub when: Option<String>,
    /// For whoever reads the file.
    #[serde(default, rename = "name")]
    pub _name: Option<String>,
    #[serde(default, rename = "category")]
    pub _category: Option<String>,
    #[serde(default, rename = "brand")]
    pub _brand: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inquiry {
    pub call: Call,
    /// Kinds of product whose purchase begins with it.
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// What the payment must quote; absent: nothing but our reference.
    pub quote: Option<String>,
    pub reference: Option<Vec<String>>,
    #[serde(default)]
    pub name: Vec<String>,
    #[serde(default)]
    pub tariff: Vec<String>,
    #[serde(default)]
    pub power: Vec<String>,
    #[serde(default)]
    pub meter: Vec<String>,
    /// What leaves our deposit.
    #[serde(default)]
    pub total: Vec<String>,
    /// One row for each month owed.
    pub periods: Option<String>,
    #[serde(default)]
    pub period: Vec<String>,
    #[serde(default)]
    pub amount: Vec<String>,
    #[serde(default)]
    pub admin: Vec<String>,
    #[serde(default)]
    pub unwrap: Vec<String>,
    #[serde(default, rename = "rule")]
    pub rules: Vec<JsonRule>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Topup,
    Token,
    Bill,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Report {
    /// Parameters that hold our reference.
    pub reference: Vec<String>,
    /// Parameters that hold a reply's text.
    pub text: Vec<String>,
    /// How it comes: in parameters, as JSON, or as the bare text of a reply.
    pub form: ReportForm,
    pub proof: Option<ProofRule>,
    /// A pointer that only a ping has.
    pub ping: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ReportForm {
    #[default]
    Params,
    Json,
    Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ProofRule {
    pub header: Option<String>,
    /// A pointer into the body, where no header has it.
    pub pointer: Option<String>,
    pub prefix: String,
    /// An HMAC of the raw body by this hash.
    pub hmac: Option<Hash>,
    pub key: Option<String>,
    /// What it must be; `{ref}` is the report's own reference.
    pub equals: Option<String>,
    /// Asked for only where this setting is set.
    pub when: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Text {
    /// How a reply says that it speaks of an order sent before.
    pub earlier: Option<Spanned<String>>,
    /// Where the part begins that says nothing of the order's fate.
    pub tail: Option<Spanned<String>>,
    /// Passages in which status words mean nothing.
    pub ignore: Vec<Spanned<String>>,
    /// Lists of words that rules ask for.
    pub words: BTreeMap<String, Spanned<String>>,
    #[serde(rename = "find")]
    pub finds: Vec<Find>,
    #[serde(rename = "rule")]
    pub rules: Vec<TextRule>,
}

/// How fields are found, whatever the outcome. The first that finds one has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Find {
    /// Named groups are fields.
    #[serde(rename = "match")]
    pub pattern: Option<Spanned<String>>,
    /// The last match instead of the first.
    pub last: bool,
    pub field: Option<String>,
    pub after: Option<Spanned<String>>,
    pub until: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextRule {
    pub outcome: Spanned<Verdict>,
    /// Of the whole text; its named groups are fields.
    #[serde(rename = "match")]
    pub pattern: Option<Spanned<String>>,
    #[serde(default)]
    pub has: Vec<String>,
    #[serde(default)]
    pub not: Vec<String>,
    /// At least one of these fields must have been found.
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub on: Vec<On>,
    pub kind: Option<FailureKind>,
}

/// What a rule takes a reply for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Success,
    Failed,
    Pending,
    #[default]
    Unknown,
}

impl Verdict {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }
}

/// On what occasion a reply comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum On {
    #[default]
    Order,
    Payment,
    Status,
    Report,
    Inquiry,
    Balance,
    Prices,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Json {
    /// Where the reply proper is, the first that is there. A list of one object is that object.
    pub unwrap: Vec<String>,
    pub reference: Vec<String>,
    pub product: Vec<String>,
    pub destination: Vec<String>,
    pub serial: Vec<String>,
    /// A second secret beside the serial.
    pub pin: Vec<String>,
    pub name: Vec<String>,
    pub price: Vec<String>,
    pub balance: Vec<String>,
    pub reason: Vec<String>,
    pub trx: Vec<String>,
    /// A text as `[text]` reads it. Where no rule here decides, it does; where both do, they must agree.
    pub text: Vec<String>,
    #[serde(rename = "rule")]
    pub rules: Vec<JsonRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonRule {
    pub outcome: Spanned<Verdict>,
    /// Pointers, each of which must have one of its words; `*` is any.
    pub when: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub on: Vec<On>,
    pub kind: Option<FailureKind>,
}

/// What a reason in words comes to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    #[serde(rename = "match")]
    pub pattern: Spanned<String>,
    pub kind: FailureKind,
}

/// A recorded reply and what it must be read as.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recorded {
    #[serde(default)]
    pub on: On,
    pub body: Option<Spanned<String>>,
    /// Of a report.
    pub query: Option<Spanned<String>>,
    pub expect: Expected,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Expected {
    pub outcome: Verdict,
    pub reference: Option<String>,
    pub product: Option<String>,
    pub destination: Option<String>,
    pub serial: Option<String>,
    pub price: Option<i64>,
    pub balance: Option<i64>,
    pub reason: Option<String>,
    pub kind: Option<FailureKind>,
    pub name: Option<String>,
    pub total: Option<i64>,
    /// Products of a price list that have a price.
    pub rows: Option<usize>,
    /// Some of them by code, as `10800 open 23:45-00:15`.
    pub list: BTreeMap<String, String>,
}
