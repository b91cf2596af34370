//! Which text a reply is told with, and the values that text is given: those the reply holds, and what is worked out of
//! them.

use std::borrow::Cow;

use minijinja::value::Value;

use super::admin::AdminProblem;
use super::booking::BookingReply;
use super::deposit::{TicketSays, TicketWhy};
use super::fields::{Fields, Say};
use super::keeping::{BackupFile, KeepingReply};
use super::misread::Misread;
use super::model::Reply;
use super::network::NetworkReply;
use super::preference::{AskFor, PreferenceReply};
use super::reader::fields_of;
use super::report::ReportForm;
use super::routing::RoutingReply;
use super::shown;
use super::staff::DeskReply;
use super::talk::TalkReply;
use super::words;
use konter_core::clean::{NAME, RAW, TYPED, clean};
use konter_core::deposit::BankAccount;
use konter_core::money::Rupiah;
use konter_core::order::card::{ContradictionEffect, RawLine};
use konter_core::order::refusal::{Refused, Why};
use konter_core::outcome::Detail;
use konter_core::staff::Role;

/// A text's key and its values.
pub(super) type Told = (Cow<'static, str>, Fields);

/// The names enums are told apart by where they are stored; no text needs them.
const TAGS: [&str; 10] =
    ["reply", "network", "desk", "preference", "routing", "keeping", "booking", "says", "ask", "talk"];

/// Every text is also given `balance`, which may be missing.
pub(super) fn told(reply: &Reply, balance: Option<Rupiah>, say: &Say<'_>) -> Told {
    let mut fields = match reply {
        // A receipt and a report are made of more than their texts need.
        Reply::Receipt { card, .. } => fields_of(card, say),
        Reply::ShopReport { card, .. } => fields_of(card, say),
        Reply::AlertOverdue(card) => {
            Fields::new().set("card", fields_of(&card.card, say)).set("stage", card.stage.into_str())
        }
        _ => fields_of(reply, say),
    };
    for tag in TAGS {
        fields.remove(tag);
    }
    let key = match reply {
        Reply::OrderRefused(refused) | Reply::LookUpRefused(refused) => {
            fields.put("order", matches!(reply, Reply::OrderRefused(_)));
            Cow::Owned(refusal(refused, &mut fields, say))
        }
        _ => Cow::Borrowed(key(reply)),
    };
    adapt(reply, &mut fields, say);
    fields.put("balance", balance.map(Rupiah::get));
    (key, fields)
}

fn key(reply: &Reply) -> &'static str {
    match reply {
        Reply::RegisterRefused { problem } => problem.into_str(),
        Reply::ReceiptRefused { problem } => problem.into_str(),
        Reply::ReportRefused { problem } => problem.into_str(),
        Reply::AdminRefused { problem: AdminProblem::Ticket(problem) } => problem.into_str(),
        Reply::AdminRefused { problem } => problem.into_str(),
        Reply::Help { topic, role } => words::help_key(topic.as_deref(), role.is_some()),
        Reply::ShopReport { form: ReportForm::Chart | ReportForm::Csv | ReportForm::Xlsx, .. } => "report.caption",
        Reply::Ticket(says) => match &**says {
            TicketSays::Refused { why } => why.into_str(),
            says => says.into_str(),
        },
        Reply::Booking(booking) => match &**booking {
            BookingReply::Ask(card) => card.what.into_str(),
            booking => booking.into_str(),
        },
        Reply::Network(network) => match &**network {
            NetworkReply::TransferRefused { problem } => problem.into_str(),
            NetworkReply::TakeBackRefused { problem } => problem.into_str(),
            NetworkReply::DownlineRefused { problem } => problem.into_str(),
            NetworkReply::MarkupRefused { problem } => problem.into_str(),
            NetworkReply::GroupRefused { problem } => problem.into_str(),
            NetworkReply::MoveRefused { problem } => problem.into_str(),
            network => network.into_str(),
        },
        Reply::Routing(routing) => match &**routing {
            RoutingReply::CancelRefused { problem, .. } => problem.into_str(),
            RoutingReply::SteerRefused { problem } => problem.into_str(),
            routing => routing.into_str(),
        },
        Reply::Desk(desk) => match &**desk {
            DeskReply::RoleRefused { problem } => problem.into_str(),
            desk => desk.into_str(),
        },
        Reply::Preference(preference) => match &**preference {
            PreferenceReply::ChatRefused { problem } => problem.into_str(),
            PreferenceReply::SellingRefused { problem } => problem.into_str(),
            PreferenceReply::ApiRefused { problem } => problem.into_str(),
            PreferenceReply::Ask(ask) => ask.into_str(),
            preference => preference.into_str(),
        },
        Reply::Keeping(keeping) => keeping.into_str(),
        Reply::Talk(talk) => talk.into_str(),
        reply => reply.into_str(),
    }
}

/// `refused.` and the name the reason serialises under, or one that reads better.
fn refusal(refused: &Refused, fields: &mut Fields, say: &Say<'_>) -> String {
    if let Why::InquiryRefused { .. } = refused.why {
        let kind = fields.get("kind");
        let reason = match kind.as_str() {
            None => "reason.disturbed".to_owned(),
            // No document says why; nothing was bought, so "refused" would mislead.
            Some("refused") => "reason.not_found".to_owned(),
            Some(kind) => words::reason_key(kind),
        };
        fields.put("reason", say(&reason, Fields::new()));
    }
    let (why, fault) = (fields.get("why"), fields.get("fault"));
    let why = match why.as_str().unwrap_or_default() {
        "not_its_destination" => fault.as_str().unwrap_or_default(),
        "no_product_for_nominal" => "no_nominal",
        "bill_needs_inquiry" => "bill_first",
        "inquiry_refused" => "inquiry",
        "bill_paid_before" => "bill_paid",
        why => why,
    };
    format!("refused.{why}")
}

/// What a text is given besides what the reply holds, or under another name.
fn adapt(reply: &Reply, fields: &mut Fields, say: &Say<'_>) {
    match reply {
        Reply::AdminAgent(_)
        | Reply::AdminOrder(_)
        | Reply::AlertNewAgent(_)
        | Reply::AlertUnclearReport(_)
        | Reply::AlertDoubleDelivery(_) => nest(fields, "card"),
        Reply::Welcome { .. } => {
            fields.none_if_empty("name");
            fields.fill(&["role"]);
        }
        Reply::AgentWaiting { order, .. } | Reply::AgentBlocked { order, .. } | Reply::TurnedAway { order, .. } => {
            fields.put("order", *order);
        }
        Reply::Receipt { card, .. } => {
            let token = card.details.get(&Detail::Token).map(String::as_str);
            fields.put("sn", shown::serial(token, &card.sn));
        }
        Reply::Help { role, .. } => {
            let may = |least| *role >= Some(least);
            fields.put("admin", may(Role::Viewer));
            fields.put("operator", may(Role::Operator));
            fields.put("owner", may(Role::Owner));
        }
        Reply::GroupPointer { .. } => {
            let bot = fields.get("bot");
            fields.put("bot", bot.as_str().map(|bot| bot.trim_start_matches('@')));
        }
        Reply::NotUnderstood { problem, .. } | Reply::OrderNotUnderstood { problem, .. } => {
            fields.put("problem", problem.as_ref().map(|problem| misread(problem, say)));
        }
        Reply::Talk(talk) => {
            if let TalkReply::PinFor { digits, .. } = &**talk {
                fields.put("dots", "●".repeat(*digits));
            }
        }
        Reply::NotOffered { feature } => fields.put("feature", words::feature(feature, say)),
        Reply::AdminRawReplies { replies, .. } => fields.put("replies", raw(replies, say)),
        Reply::AlertContradiction { effect, .. } => {
            let is_serial = *effect == ContradictionEffect::Serial;
            fields.put("serial", is_serial);
            fields.put("corrected", is_serial || *effect == ContradictionEffect::Corrected);
            fields.put("repeated", *effect == ContradictionEffect::Repeated);
        }
        Reply::AlertDearer { card, charged, .. } => fields.put("loses", *charged > card.line.price),
        Reply::AdminRefused { problem: AdminProblem::AskingMayBuy { order, .. } } => {
            fields.put("again", format!("/cekulang {order} --paksa"));
        }
        Reply::ShopReport { form, .. } => fields.put("unasked", *form == ReportForm::Summary),
        Reply::Ticket(says) => ticket(says, fields, say),
        Reply::Network(network) => match &**network {
            NetworkReply::DownlineRegistered(new) => fields.put("agent", new.code.to_string()),
            NetworkReply::Downlines { page, more, .. } => fields.put("next", more.then_some(page + 1)),
            NetworkReply::Group(_) => nest(fields, "group"),
            _ => {}
        },
        Reply::Keeping(
            KeepingReply::BackupSent(BackupFile { bytes, .. }) | KeepingReply::BackupTooLarge { bytes, .. },
        ) => fields.put("size", size(*bytes)),
        Reply::Routing(routing) => {
            if let RoutingReply::AlertLowBalance { balance, .. } = &**routing {
                fields.put("deposit", balance.get());
            }
        }
        Reply::Desk(desk) => {
            if let DeskReply::NoSuchCategory { name, .. } = &**desk {
                fields.put("name", clean(name, TYPED));
            }
        }
        Reply::Preference(preference) => {
            if let PreferenceReply::Ask(AskFor::Bill { kinds }) = &**preference {
                fields.put("kinds", kinds.len());
            }
        }
        _ => {}
    }
}

fn ticket(says: &TicketSays, fields: &mut Fields, say: &Say<'_>) {
    match says {
        TicketSays::Opened { banks, .. } | TicketSays::HowTo { banks, .. } => fields.put("banks", accounts(banks)),
        TicketSays::Card { card, why } => {
            fields.put("card", fields_of(card, say));
            fields.fill(&["words"]);
            if !matches!(why, TicketWhy::Proof { .. }) {
                fields.put("follows", false);
                fields.put("others", Vec::<Value>::new());
            }
        }
        _ => {}
    }
}

/// The shop's accounts taken apart, so that their numbers can be copied.
fn accounts(banks: &[String]) -> Vec<Value> {
    let part = |text: &str| Some(clean(text, NAME)).filter(|text| !text.is_empty());
    let account = |bank: &String| {
        let account = BankAccount::read(bank);
        let fields = Fields::new().set("before", part(account.before)).set("number", part(account.number));
        fields.set("after", part(account.after)).into()
    };
    banks.iter().map(account).collect()
}

fn raw(replies: &[RawLine], say: &Say<'_>) -> Vec<Value> {
    replies.iter().map(|line| fields_of(line, say).text("text", &unparted(&line.text), RAW).into()).collect()
}

/// A long text is cut into messages at blanks; not at one inside a number, so that a token stays whole.
fn unparted(text: &str) -> String {
    const NO_BREAK: char = '\u{a0}';
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    let mut unparted = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let is_inside = c == ' ' && last.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
        unparted.push(if is_inside { NO_BREAK } else { c });
        last = c;
    }
    unparted
}

/// In megabytes, one decimal, as both languages write it closely enough.
fn size(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{},{} MB", tenths / 10, tenths % 10)
}

/// All of it under one name.
fn nest(fields: &mut Fields, name: &'static str) {
    *fields = Fields::new().set(name, std::mem::take(fields));
}

/// What is wrong with a message, for who typed it; without a full stop, because the sentence goes on.
fn misread(misread: &Misread, say: &Say<'_>) -> String {
    let mut fields = fields_of(misread, say);
    if let Some(part) = fields.get("part").as_str() {
        fields.put("part", say(&format!("part_name.{part}"), Fields::new()));
    }
    let key = format!("problem.{}", fields.get("misread"));
    say(&key, fields).trim_end_matches(['.', ' ']).to_owned()
}
