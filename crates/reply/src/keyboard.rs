//! The keyboard that stays below a chat. A front shows either it or a reply's buttons, so it goes with replies without any.

use super::fields::{Fields, Say};
use super::model::Reply;
use super::network::NetworkReply;
use super::preference::PreferenceReply;
use super::staff::DeskReply;
use konter_command::Key;

type Rows = Vec<Vec<Key>>;

/// The keys of a reply that sets the keyboard.
pub(super) fn keys(reply: &Reply) -> Rows {
    match reply {
        Reply::Welcome { registered: true, role, .. } | Reply::Balance { role, .. } => sellers(role.is_some()),
        Reply::Registered { waiting: false, .. } | Reply::Approved { .. } | Reply::LanguageSet => resellers(),
        Reply::Network(network) if matches!(**network, NetworkReply::ChatJoined { .. }) => resellers(),
        Reply::Preference(preference) if matches!(**preference, PreferenceReply::ChatJoined { .. }) => resellers(),
        Reply::Desk(desk) => match &**desk {
            DeskReply::Welcome(steps) if steps.own.is_some() => sellers(true),
            DeskReply::Welcome(_) => Key::STAFF.map(Vec::from).into(),
            _ => Rows::new(),
        },
        _ => Rows::new(),
    }
}

/// A reseller's, who may work here too.
fn sellers(works_here: bool) -> Rows {
    let mut rows = resellers();
    if works_here {
        rows.push(Key::BOTH.to_vec());
    }
    rows
}

fn resellers() -> Rows {
    Key::RESELLER.map(Vec::from).into()
}

pub(super) fn labels(reply: &Reply, say: &Say<'_>) -> Vec<Vec<String>> {
    keys(reply).into_iter().map(|row| row.into_iter().map(|key| say(text(key), Fields::new())).collect()).collect()
}

/// The label's text.
pub(super) const fn text(key: Key) -> &'static str {
    match key {
        Key::TopUp => "keyboard.topup",
        Key::Token => "keyboard.token",
        Key::Bills => "keyboard.bills",
        Key::Balance => "keyboard.balance",
        Key::Prices => "keyboard.prices",
        Key::Deposit => "keyboard.deposit",
        Key::Pending => "keyboard.pending",
        Key::Recap => "keyboard.recap",
        Key::Suppliers => "keyboard.suppliers",
    }
}
