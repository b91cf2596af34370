//! Which text a reply is told with, and the values that text is given.

use minijinja::value::Value;

use super::fields::Fields;
use super::says::{PriceLine, RegisterProblem, Reply};
use super::words::{self, Say};
use super::{
    describe_admin, describe_bill, describe_booking, describe_deposit, describe_desk, describe_guide, describe_habit,
    describe_keeping, describe_network, describe_report, describe_routing, describe_staff,
};
use konter_core::clean::{NAME, SENTENCE, SERIAL, TYPED, clean};
use konter_core::destination::DestinationFault;
use konter_core::ids::AgentId;
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderLine, Verdict};
use konter_core::order::refusal::{Near, Refused, Why};
use konter_core::outcome::{Detail, Details, FailureKind};
use konter_core::staff::Role;

/// A text's key and its values.
pub(super) type Described = (&'static str, Fields);

/// Every text is also given `balance`, which may be missing.
pub(super) fn describe(reply: &Reply, balance: Option<Rupiah>, say: &Say<'_>) -> Described {
    let (key, fields) = reply_fields(reply, say);
    (key, fields.money("balance", balance))
}

fn reply_fields(reply: &Reply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        Reply::OrderPending(line) => ("order.pending", order_line(line, say)),
        Reply::OrderSuccess(line) => ("order.success", order_line(line, say)),
        Reply::OrderFailed(line) => ("order.failed", order_line(line, say)),
        Reply::OrderReversed(line) => ("order.reversed", order_line(line, say)),
        Reply::OrderDeliveredLate(line) => ("order.delivered_late", order_line(line, say)),
        Reply::OrderRefused(refused) => refusal(refused, say),
        Reply::PinWrong { .. }
        | Reply::PinLocked { .. }
        | Reply::PinMissing { .. }
        | Reply::PinOtherLength
        | Reply::PinChanged { .. }
        | Reply::PinUnfit
        | Reply::PinEqualDigits
        | Reply::PinSame
        | Reply::PinTooShort
        | Reply::PinTapsUnclear => pin(reply),
        Reply::NotRegistered => ("account.not_registered", none),
        Reply::AgentWaiting { code } => ("account.waiting", none.code("code", code)),
        Reply::AgentBlocked { code } => ("account.blocked", none.code("code", code)),
        Reply::Balance { code, name } => ("account.balance", none.code("code", code).text("name", name, NAME)),
        Reply::Prices { .. } | Reply::NoPrices { .. } | Reply::Orders { .. } => looked_up(reply, say),
        Reply::LanguageSet => ("account.language", none),
        Reply::Registered { code, name, waiting, easy_pin } => registered(*code, name, *waiting, *easy_pin),
        Reply::RegisterRefused { problem } => register_problem(problem),
        Reply::Approved { code, name } => ("account.approved", none.code("code", code).text("name", name, NAME)),
        Reply::DepositReceived { amount, note } => {
            ("account.deposit", none.money("amount", *amount).maybe("note", note.as_ref(), SENTENCE))
        }
        Reply::ButtonTooOld => ("bill.button_too_old", none),
        Reply::InquiryPending { .. }
        | Reply::Customer(_)
        | Reply::Bill(_)
        | Reply::ReceiptRefused { .. }
        | Reply::ReceiptHead { .. } => describe_bill::describe(reply, say),
        Reply::Choose(card) => describe_guide::describe(card),
        Reply::AdminPrice(_)
        | Reply::AdminPinReset { .. }
        | Reply::PinReset { .. }
        | Reply::ComplaintTaken
        | Reply::AlertComplaint(_)
        | Reply::Answered { .. }
        | Reply::AdminAnswered { .. }
        | Reply::Announcement { .. }
        | Reply::AdminCatalog { .. }
        | Reply::AdminImport(_)
        | Reply::AdminImportFailed { .. }
        | Reply::AdminLog { .. } => describe_desk::describe(reply, say),
        Reply::Receipt { card, .. } => {
            let card = none.code("product", &card.product).text("dest", &card.dest, TYPED).set("order", card.order.0);
            ("receipt.caption", card)
        }
        Reply::Welcome { .. }
        | Reply::Help { .. }
        | Reply::GroupPointer { .. }
        | Reply::NotUnderstood { .. }
        | Reply::NotOffered { .. }
        | Reply::TooLong { .. }
        | Reply::Forwarded
        | Reply::NotText
        | Reply::TooOften { .. }
        | Reply::TryAgain => small_talk(reply, say),
        Reply::Ticket(says) => describe_deposit::describe(says),
        Reply::AlertSetAside { replies } => ("trouble.set_aside", none.set("replies", *replies)),
        Reply::Booking(reply) => describe_booking::describe(reply, say),
        Reply::Network(reply) => describe_network::describe(reply, say),
        Reply::Keeping(reply) => describe_keeping::describe(reply),
        Reply::Routing(reply) => describe_routing::describe(reply, say),
        Reply::AlertOverdue(card) => describe_routing::overdue(card, say),
        Reply::Desk(reply) => describe_staff::describe(reply, say),
        Reply::Habit(reply) => describe_habit::describe(reply),
        Reply::NotAdmin
        | Reply::AdminRefused { .. }
        | Reply::AdminDeposit { .. }
        | Reply::AdminAgent(_)
        | Reply::AdminAgents { .. }
        | Reply::AdminApproved { .. }
        | Reply::AdminOrder(_)
        | Reply::AdminRawReplies { .. }
        | Reply::AdminPending { .. }
        | Reply::AdminDecided { .. }
        | Reply::AdminRechecking { .. }
        | Reply::AdminSuppliers { .. }
        | Reply::AlertNewAgent(_)
        | Reply::AlertContradiction { .. }
        | Reply::AlertUnclearReport(_)
        | Reply::AlertDoubleDelivery(_)
        | Reply::AlertDearer { .. } => describe_admin::describe(reply, say),
        Reply::Sales(_) | Reply::Statement(_) | Reply::ShopReport { .. } | Reply::ReportRefused { .. } => {
            describe_report::describe(reply, say)
        }
    }
}

fn looked_up(reply: &Reply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        Reply::Prices { lines, left_out } => {
            ("price.list", none.list("lines", lines.iter().map(price_line)).set("left_out", *left_out))
        }
        Reply::Orders { lines, dest } => {
            let lines = lines.iter().map(|line| order_line(line, say));
            ("order.list", none.list("lines", lines).maybe("dest", dest.as_ref(), TYPED))
        }
        Reply::NoPrices { filter, near } => {
            ("price.none", none.text("filter", filter, TYPED).list("near", nearby(near)))
        }
        _ => ("price.none", none),
    }
}

fn pin(reply: &Reply) -> Described {
    let none = Fields::new();
    match reply {
        Reply::PinWrong { tries_left } => ("pin.wrong", none.set("tries_left", *tries_left)),
        Reply::PinLocked { until } => ("pin.locked", none.time("until", *until)),
        Reply::PinMissing { example } => ("pin.missing", none.text("example", example, SENTENCE)),
        Reply::PinOtherLength => ("pin.other_length", none),
        Reply::PinChanged { easy } => ("pin.changed", none.set("easy", *easy)),
        Reply::PinEqualDigits => ("pin.equal_digits", none),
        Reply::PinSame => ("pin.same", none),
        Reply::PinTooShort => ("bill.pin_too_short", none),
        Reply::PinTapsUnclear => ("bill.pin_taps_unclear", none),
        _ => ("pin.unfit", none),
    }
}

/// What has nothing to do with money.
fn small_talk(reply: &Reply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        Reply::Welcome { registered, name } => {
            ("talk.welcome", none.set("registered", *registered).maybe("name", Some(name), NAME))
        }
        Reply::Help { topic, role } => {
            let may = |least| *role >= Some(least);
            let fields = none.set("admin", may(Role::Viewer)).set("operator", may(Role::Operator));
            (words::help_key(topic.as_deref()), fields.set("owner", may(Role::Owner)))
        }
        Reply::GroupPointer { bot } => {
            ("talk.group", none.maybe("bot", bot.as_ref().map(|b| b.trim_start_matches('@')), NAME))
        }
        Reply::NotUnderstood { problem, nearest } => {
            let problem = problem.as_ref().map(|problem| words::misread(problem, say));
            ("talk.not_understood", none.set("problem", problem).text("nearest", nearest, SENTENCE))
        }
        Reply::NotOffered { feature } => ("talk.not_offered", none.set("feature", words::feature(feature, say))),
        Reply::TooLong { limit } => ("talk.too_long", none.set("limit", *limit)),
        Reply::Forwarded => ("talk.forwarded", none),
        Reply::NotText => ("talk.not_text", none),
        Reply::TooOften { minutes } => ("talk.too_often", none.set("minutes", *minutes)),
        _ => ("talk.try_again", none),
    }
}

const fn destination(fault: DestinationFault) -> &'static str {
    match fault {
        DestinationFault::TooShort => "refused.too_short",
        DestinationFault::TooLong => "refused.too_long",
        DestinationFault::Unreadable => "refused.unreadable",
        DestinationFault::NotAPhone => "refused.not_a_phone",
        DestinationFault::PhoneNotMeter => "refused.phone_not_meter",
        DestinationFault::LacksZero => "refused.lacks_zero",
        DestinationFault::PhoneOrMeter => "refused.phone_or_meter",
        DestinationFault::NeedsZone => "refused.needs_zone",
        DestinationFault::TwoParts => "refused.two_parts",
        DestinationFault::Letters => "refused.letters",
        DestinationFault::NotItsForm => "refused.not_its_form",
    }
}

fn refusal(refused: &Refused, say: &Say<'_>) -> Described {
    let base = Fields::new().text("product", &refused.product, TYPED).text("dest", &refused.dest, TYPED);
    match &refused.why {
        Why::UnknownProduct { near } => ("refused.unknown_product", base.list("near", nearby(near))),
        Why::Closed => ("refused.closed", base),
        Why::OtherOperator { of, wants } => {
            let of = of.iter().map(|name| clean(name, NAME)).collect::<Value>();
            ("refused.other_operator", base.set("of", of).text("wants", wants, NAME))
        }
        Why::UnknownPrefix => ("refused.unknown_prefix", base),
        Why::TooShort => ("refused.too_short", base),
        Why::TooLong => ("refused.too_long", base),
        Why::Unreadable => ("refused.unreadable", base),
        Why::NotItsDestination { fault, example } => (destination(*fault), base.text("example", example, SENTENCE)),
        Why::NoProductForNominal { nominal, near } => {
            ("refused.no_nominal", base.money("nominal", *nominal).list("near", nearby(near)))
        }
        Why::BalanceShort { price, missing } => {
            ("refused.balance_short", base.money("price", *price).money("missing", *missing))
        }
        Why::AlreadyOrdered { earlier, again, another_day } => {
            let base = base.set("earlier", order_line(earlier, say)).set("another_day", *another_day);
            ("refused.already_ordered", base.text("again", again, SENTENCE))
        }
        Why::PriceChanged { shown, price } => {
            ("refused.price_changed", base.money("shown", *shown).money("price", *price))
        }
        Why::Stale { minutes } => ("refused.stale", base.set("minutes", *minutes)),
        Why::StaleByWrongClock => ("refused.stale_by_wrong_clock", base),
        Why::BillNeedsInquiry { example } => ("refused.bill_first", base.text("example", example, SENTENCE)),
        Why::NotABill { example } => ("refused.not_a_bill", base.text("example", example, SENTENCE)),
        Why::InquiryRefused { kind } => {
            let kind = match kind {
                None => "reason.disturbed",
                // No document says why; nothing was bought, so "refused" would mislead.
                Some(FailureKind::Refused) => "reason.not_found",
                Some(kind) => words::reason_key(*kind),
            };
            ("refused.inquiry", base.set("reason", say(kind, Fields::new())))
        }
        Why::InquiryRunning => ("refused.inquiry_running", base),
        Why::InquiryExpired { example } => ("refused.inquiry_expired", base.text("example", example, SENTENCE)),
        Why::BillPaidBefore { earlier } => ("refused.bill_paid", base.set("earlier", order_line(earlier, say))),
        Why::BillPaidElsewhere => ("refused.bill_paid_elsewhere", base),
        Why::AmountNotChosen { example } => ("refused.amount_not_chosen", base.text("example", example, SENTENCE)),
        Why::CutOff => ("refused.cut_off", base),
        Why::NoSupplier => ("refused.no_supplier", base),
        Why::SuppliersRest => ("refused.suppliers_rest", base),
        Why::PinMissing { example } => ("refused.pin_missing", base.text("example", example, SENTENCE)),
        Why::PinWrong { tries_left } => ("refused.pin_wrong", base.set("tries_left", *tries_left)),
        Why::PinLocked { until } => ("refused.pin_locked", base.time("until", *until)),
        Why::PinOtherLength => ("refused.pin_other_length", base),
        Why::PinReset { over } => ("refused.pin_reset", base.set("over", *over)),
    }
}

fn registered(code: AgentId, name: &str, waiting: bool, easy_pin: bool) -> Described {
    let fields = Fields::new().code("code", &code).text("name", name, NAME);
    ("account.registered", fields.set("waiting", waiting).set("easy_pin", easy_pin))
}

fn register_problem(problem: &RegisterProblem) -> Described {
    let none = Fields::new();
    match problem {
        RegisterProblem::Closed => ("register.closed", none),
        RegisterProblem::Already { code } => ("register.already", none.code("code", code)),
        RegisterProblem::NameMissing => ("register.name_missing", none),
        RegisterProblem::NameTooLong => ("register.name_too_long", none),
        RegisterProblem::PinMissing => ("register.pin_missing", none),
        RegisterProblem::PinUnfit => ("register.pin_unfit", none),
        RegisterProblem::PinEqualDigits => ("register.pin_equal_digits", none),
        RegisterProblem::Busy => ("register.busy", none),
    }
}

/// The values of an order, for its reseller. `state` is `open`, `success` or `failed` in every language.
pub(super) fn order_line(line: &OrderLine, say: &Say<'_>) -> Fields {
    let state = match line.verdict {
        Verdict::Open => "open",
        Verdict::Success => "success",
        Verdict::Failed => "failed",
    };
    Fields::new()
        .set("order", line.order.0)
        .code("product", &line.product)
        .text("product_name", &line.product_name, NAME)
        .text("dest", &line.dest, TYPED)
        .set("nth", line.nth)
        .money("price", line.price)
        .set("state", state)
        .set("verdict", words::verdict(line.verdict, say))
        .set("sn", serial(line))
        .set("details", details(&line.details))
        .set("reason", line.reason.as_ref().map(|reason| words::reason(reason, say)))
        .time("at", line.at)
        .maybe("client_reference", line.client_reference.as_ref(), NAME)
        .money("moved", line.price.checked_sub(line.withheld))
        .money("withheld", line.withheld)
}

/// The serial number as shown; a token in groups of four, because people type it into a meter.
pub(super) fn serial(line: &OrderLine) -> String {
    match line.details.get(&Detail::Token) {
        Some(token) if !token.trim().is_empty() => grouped(token),
        _ => clean(&line.sn, SERIAL),
    }
}

/// Digits of a token in one group.
const GROUP: usize = 4;

/// `1234-5678-…`; what is more than digits and separators stays as it is.
fn grouped(token: &str) -> String {
    let token = clean(token, SERIAL);
    let only_digits = token.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' '));
    if !only_digits {
        return token;
    }
    let mut groups = String::new();
    for (i, digit) in token.chars().filter(char::is_ascii_digit).enumerate() {
        if i > 0 && i.is_multiple_of(GROUP) {
            groups.push('-');
        }
        groups.push(digit);
    }
    groups
}

/// Every detail by its name; those the supplier did not give are there but missing, so that a text can test them.
pub(super) fn details(details: &Details) -> Fields {
    ALL_DETAILS.into_iter().fold(Fields::new(), |fields, detail| {
        let value = details.get(&detail);
        match detail_form(detail) {
            Form::Text(name) => fields.maybe(name, value, NAME),
            Form::Money(name) => match value.and_then(|value| value.parse().ok()) {
                Some(amount) => fields.money(name, Some(amount)),
                None => fields.maybe(name, value, NAME),
            },
            Form::Kwh(name) => fields.maybe(name, value.map(|value| without_unit(value)), NAME),
            Form::Hidden => fields,
        }
    })
}

enum Form {
    Text(&'static str),
    Money(&'static str),
    /// A number that some suppliers write with its unit.
    Kwh(&'static str),
    /// For printers, not for chats.
    Hidden,
}

const ALL_DETAILS: [Detail; 22] = [
    Detail::Token,
    Detail::CustomerName,
    Detail::Meter,
    Detail::CustomerId,
    Detail::Tariff,
    Detail::Power,
    Detail::Kwh,
    Detail::TokenAmount,
    Detail::Paid,
    Detail::Admin,
    Detail::Stamp,
    Detail::Vat,
    Detail::StreetLightTax,
    Detail::Instalment,
    Detail::UtilityReference,
    Detail::Period,
    Detail::RegistrationNumber,
    Detail::TransactionName,
    Detail::MeterStand,
    Detail::Arrears,
    Detail::Receipt,
    Detail::Message,
];

const fn detail_form(detail: Detail) -> Form {
    match detail {
        Detail::Token => Form::Text("token"),
        Detail::CustomerName => Form::Text("customer_name"),
        Detail::Meter => Form::Text("meter"),
        Detail::CustomerId => Form::Text("customer_id"),
        Detail::Tariff => Form::Text("tariff"),
        Detail::Power => Form::Text("power"),
        Detail::Kwh => Form::Kwh("kwh"),
        Detail::TokenAmount => Form::Money("token_amount"),
        Detail::Paid => Form::Money("paid"),
        Detail::Admin => Form::Money("admin"),
        Detail::Stamp => Form::Money("stamp"),
        Detail::Vat => Form::Money("vat"),
        Detail::StreetLightTax => Form::Money("street_light_tax"),
        Detail::Instalment => Form::Money("instalment"),
        Detail::UtilityReference => Form::Text("utility_reference"),
        Detail::Period => Form::Text("period"),
        Detail::RegistrationNumber => Form::Text("registration_number"),
        Detail::TransactionName => Form::Text("transaction_name"),
        Detail::MeterStand => Form::Text("meter_stand"),
        Detail::Arrears => Form::Text("arrears"),
        Detail::Receipt | Detail::Message => Form::Hidden,
    }
}

fn without_unit(kwh: &str) -> &str {
    kwh.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ')
}

fn nearby(near: &[Near]) -> impl Iterator<Item = Fields> + '_ {
    near.iter().map(|near| Fields::new().code("code", &near.code).text("name", &near.name, NAME))
}

pub(super) fn price_line(line: &PriceLine) -> Fields {
    Fields::new()
        .text("category", &line.category, NAME)
        .code("code", &line.code)
        .text("name", &line.name, NAME)
        .money("price", line.price)
        .set("open", line.open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_grouped_in_fours_and_nothing_else_is_touched() {
        for (token, shown) in [
            ("12345678901234567890", "1234-5678-9012-3456-7890"),
            ("1234 5678 9012 3456 7890", "1234-5678-9012-3456-7890"),
            ("1234-5678-9012-3456-7890", "1234-5678-9012-3456-7890"),
            ("1234567890/BUDI", "1234567890/BUDI"),
        ] {
            assert_eq!(grouped(token), shown);
        }
    }

    #[test]
    fn kwh_lose_a_unit_the_supplier_wrote() {
        for kwh in ["13,5", "13,5 kWh", "13,5KWH "] {
            assert_eq!(without_unit(kwh), "13,5");
        }
    }
}
