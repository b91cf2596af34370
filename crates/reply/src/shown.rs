//! Where what is shown differs from what is stored: other names, words for states, figures worked out of others. Texts
//! of operators rely on these names. Types go by the names they serialise under; the samples of the tests meet each.

use chrono::NaiveDate;
use minijinja::value::Value;

use super::fields::{Fields, Reader};
use super::words;
use konter_core::clean::{NAME, RAW, SAID, SENTENCE, SERIAL, TYPED, clean};
use konter_core::money::Rupiah;

/// Whether the fields of the struct in this field stand beside the others.
pub(super) fn is_spread(owner: &str, name: &str) -> bool {
    match name {
        "accept_all" | "doubts" | "link" | "span" | "tally" | "traffic" => true,
        "card" => matches!(owner, "TicketProblem" | "TicketSays"),
        "line" => matches!(owner, "AskWhat" | "BookingReply" | "OrderCard" | "RoutingReply"),
        _ => false,
    }
}

/// Only admins are shown what lies in these: what the shop pays, and why its suppliers refused.
pub(super) const FOR_ADMINS: [&str; 2] = ["OrderCard", "ShopCard"];

/// Of what is passed on whole: as much as one message of the chat service holds.
const LONG_TEXT: usize = 4_096;
/// Of a text on a card, which must fit into one message with the rest.
const TEXT_ON_CARD: usize = 2_000;
/// Of a proof's words: what an admin needs to find the transfer.
const LONGEST_PROOF: usize = 500;

/// Replies of an order card's attempt that are shown, the newest; the rest stays in the store.
const REPLIES_SHOWN: usize = 3;

/// What a field is called in texts.
pub(super) fn name(owner: &str, name: &'static str) -> &'static str {
    match (owner, name) {
        ("BillCard" | "CustomerCard" | "Reply", "customer") => "dest",
        ("BillCard" | "TicketCard", "expires_at") => "until",
        ("BillStage", "payable") | ("TicketSays", "why") => "because",
        ("BookedHow", "transfer") | ("TicketCard", "created_at") => "from",
        ("BroadcastCard", "broadcast") => "number",
        ("CategoryCard", "already_codes") => "codes",
        ("ComplaintCard", "agent") => "card",
        ("ComplaintCard", "orders") => "lines",
        ("DeskReply", "agents") | ("Reply", "agents" | "orders") => "cards",
        ("DeskReply", "rows") | ("ImportCard", "below_cost") => "below",
        ("DeskReply", "more") | ("ImportCard", "more_below_cost") => "more_below",
        ("OrderCard", "withheld") => "withheld_parts",
        ("ReceiptProblem", "not_delivered") => "line",
        ("StatementCard", "days") => "span",
        ("SupplierState", "until" | "at") => "state_at",
        ("SupplierState", "reason") => "paused_because",
        ("TicketCard", "stage") => "state",
        _ => name,
    }
}

/// Whether a text is what people write to people, which keeps its lines.
pub(super) fn is_in_lines(owner: &str, name: &str) -> bool {
    matches!(
        (owner, name),
        ("Reply" | "BroadcastCard" | "ComplaintCard", "text")
            | ("TicketWhy", "words")
            | ("Reply" | "AskWhat" | "BookingReply", "note")
    )
}

/// The most characters a text has.
pub(super) fn longest(owner: &str, name: &str) -> usize {
    match (owner, name) {
        ("RawLine", "text") | ("UnreadReport", "said") => RAW,
        ("AttemptCard", "replies") => SAID,
        ("Reply", "text") => LONG_TEXT,
        ("BroadcastCard" | "ComplaintCard", "text") => TEXT_ON_CARD,
        ("TicketWhy", "words") => LONGEST_PROOF,
        (_, "sn") => SERIAL,
        ("StatementLine", "order")
        | ("DeskReply", "text")
        | ("RawLine", "to")
        | (
            _,
            "already_codes" | "asked" | "customer" | "dest" | "disturbed" | "filter" | "phone" | "phones" | "pin"
            | "product" | "reference" | "sku",
        ) => TYPED,
        // A statement's page must fit into one message.
        ("StatementLine", "note")
        | ("ActLine" | "TicketStage", "by")
        | (
            _,
            "after" | "banks" | "before" | "bot" | "category" | "chat" | "chats" | "client_reference" | "code"
            | "details" | "footer" | "from_name" | "name" | "near" | "of" | "period" | "product_name" | "protocol"
            | "shop" | "shelves" | "supplier" | "tabs" | "to_name" | "upline" | "wants",
        ) => NAME,
        _ => SENTENCE,
    }
}

/// An enum in a field: the variant's name, and beside it what the variant carries.
pub(super) fn variant(
    fields: &mut Fields,
    name: &'static str,
    (of, variant): (&str, &'static str),
    inner: Fields,
    Reader { say, for_admins, .. }: Reader<'_>,
) {
    let word = |section: &str| say(&format!("{section}.{variant}"), Fields::new());
    match of {
        "Verdict" => {
            fields.put(name, word("verdict"));
            fields.put("state", variant);
        }
        "AgentStatus" => {
            fields.put(name, word("status"));
            fields.put("waiting", variant == "waiting");
            fields.put("active", variant == "active");
        }
        "RowFault" => fields.put(name, say(&format!("catalog_fault.{variant}"), inner)),
        "About" => fields.put(name, word("movement")),
        "Doubt" => fields.put(name, words::doubt(variant, &inner, say)),
        "FailureReason" => {
            fields.put(name, words::reason(variant, &inner, say));
            if for_admins {
                fields.put("cause", words::cause(variant, &inner, say));
            }
        }
        _ => {
            fields.put(name, variant);
            fields.merge(inner);
        }
    }
}

/// A struct that is complete.
pub(super) fn finish(owner: &str, fields: &mut Fields, Reader { say, for_admins, .. }: Reader<'_>) {
    match owner {
        "OrderLine" => order_line(fields),
        "OrderCard" => fields.fill(&["cause", "decided_by"]),
        "AttemptCard" => attempt(fields, &|key| say(key, Fields::new())),
        "BillCard" => {
            fields.fill(&["because", "order"]);
            pin_pad(fields);
        }
        "ChooseCard" => choice(fields),
        "PriceLine" if !fields.has("fee") => fields.put("fee", false),
        "TicketCard" => {
            fields.fill(&["by", "at", "credited", "reason"]);
            if fields.get("state").as_str() == Some("undecided") {
                fields.put("state", "open");
            }
        }
        "InviteLink" => {
            let bot = fields.get("bot");
            fields.put("bot", bot.as_str().map(|bot| bot.trim_start_matches('@')));
        }
        "StaffLine" => fields.fill(&["daily"]),
        "NetworkReply" => fields.fill(&["number"]),
        "PreferenceReply" => fields.fill(&["downlines", "left_out"]),
        "DownlineLine" if !fields.has("own") => fields.put("own", false),
        "Doubts" | "TransferCard" => {
            fields.fill(&["booked", "above", "below", "waited", "odd_note", "phone", "open_ticket"]);
        }
        "ImportCard" if !fields.has("below") => fields.put("below", Vec::<Value>::new()),
        "BookedBefore" => fields.fill(&["ticket", "from", "by"]),
        "BroadcastCard" => {
            let told = fields.number("reached").saturating_add(fields.number("unreachable"));
            fields.put("left", fields.number("chats").saturating_sub(told).max(0));
        }
        "SupplierCard" => {
            fields.fill(&["state_at", "paused_because"]);
            // Tenths of a second: `1.3`.
            let median = fields.get("median_ms").as_i64().map(|ms| format!("{}.{}", ms / 1000, ms % 1000 / 100));
            fields.put("median", median);
        }
        "BankStatement" if !fields.has("matches") => fields.put("matches", Vec::<Value>::new()),
        "Bill" => fields.none_if_empty("period"),
        "Share" => fields.none_if_empty("name"),
        "Tally" => tally(fields, for_admins),
        "Span" => span(fields),
        "StatementCard" => fields.fill(&["from", "to"]),
        "StatementLine" => {
            fields.fill(&["whom"]);
            let order = fields.get("order");
            for (at, name) in ["order", "product", "dest"].into_iter().enumerate() {
                fields.put(name, item(&order, at));
            }
        }
        _ => {}
    }
}

fn order_line(fields: &mut Fields) {
    let token = fields.get("details").get_attr("token").unwrap_or_default();
    let sn = serial(token.as_str(), fields.get("sn").as_str().unwrap_or_default());
    fields.put("sn", sn);
    let [price, withheld] = ["price", "withheld"].map(|name| Rupiah::new(fields.number(name)));
    fields.put("moved", price.checked_sub(withheld).map(Rupiah::get));
}

fn attempt(fields: &mut Fields, word: &dyn Fn(&str) -> String) {
    let state = match (fields.get("state").as_str(), fields.get("sent").is_true()) {
        (Some("success" | "failed"), _) => fields.get("verdict"),
        (_, true) => word("attempt.waiting").into(),
        (_, false) => word("attempt.not_sent").into(),
    };
    fields.put("state", state);
    let replies: Vec<Value> = fields.get("replies").try_iter().map(Iterator::collect).unwrap_or_default();
    let newest = replies.len().saturating_sub(REPLIES_SHOWN);
    fields.put("replies", replies.get(newest..).unwrap_or_default().to_vec());
}

/// The digits of a PIN that have been tapped, as dots.
fn pin_pad(fields: &mut Fields) {
    if fields.get("stage").as_str() == Some("enter_pin") {
        fields.put("stage", "pin");
    }
    fields.put("dots", "●".repeat(fields.get("digits").as_usize().unwrap_or_default()));
}

fn choice(fields: &mut Fields) {
    fields.fill(&["order", "customer", "shelves"]);
    if !fields.has("unnamed") {
        fields.put("unnamed", false);
    }
    pin_pad(fields);
    let chosen = fields.get("chosen").as_usize();
    fields.put("chosen", chosen.and_then(|at| item(&fields.get("products"), at)));
}

fn item(list: &Value, at: usize) -> Option<Value> {
    list.get_item_by_index(at).ok().filter(|item| !item.is_undefined())
}

/// A reseller is not shown what the shop pays.
fn tally(fields: &mut Fields, for_admins: bool) {
    if for_admins {
        let paid = fields.number("cost").saturating_add(fields.number("uplines"));
        fields.put("margin", fields.number("sales").saturating_sub(paid));
    } else {
        fields.remove("cost");
        fields.remove("uplines");
    }
}

/// `to` is only there for more than one day.
fn span(fields: &mut Fields) {
    let [from, to] = ["from", "to"].map(|name| {
        let day: Option<NaiveDate> = fields.get(name).as_str().and_then(|day| day.parse().ok());
        day.map(|day| day.format("%d/%m/%Y").to_string())
    });
    fields.put("to", to.filter(|to| from.as_ref() != Some(to)));
    fields.put("from", from);
}

/// The serial number as shown; a token in groups of four, because people type it into a meter.
pub(super) fn serial(token: Option<&str>, sn: &str) -> String {
    match token {
        Some(token) if !token.trim().is_empty() => grouped(token),
        _ => clean(sn, SERIAL),
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

/// Every detail by its name; those the supplier did not give are there but missing, so that a text can test them. What
/// is for printers has no place in a chat.
pub(super) fn details(given: &Fields) -> Fields {
    const TEXTS: [&str; 12] = [
        "token",
        "customer_name",
        "meter",
        "customer_id",
        "tariff",
        "power",
        "utility_reference",
        "period",
        "registration_number",
        "transaction_name",
        "meter_stand",
        "arrears",
    ];
    const AMOUNTS: [&str; 7] = ["token_amount", "paid", "admin", "stamp", "vat", "street_light_tax", "instalment"];
    let text = |name: &str| given.get(name).as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let mut details = TEXTS.into_iter().fold(Fields::new(), |details, name| details.set(name, text(name)));
    for name in AMOUNTS {
        let amount = text(name).map(|text| text.parse().map_or_else(|_| Value::from(text), |n: i64| Value::from(n)));
        details.put(name, amount);
    }
    let kwh = text("kwh").map(|kwh| without_unit(&kwh).to_owned()).filter(|kwh| !kwh.is_empty());
    details.set("kwh", kwh)
}

/// Some suppliers write the number with its unit.
fn without_unit(kwh: &str) -> &str {
    kwh.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ')
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
