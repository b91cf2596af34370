//! What a commit is sure to read, so that it is fetched before it is asked for. Nothing rests on this list: what is
//! missing here costs one more round trip, and what is too much a few bytes.

use crate::rows::SUMMARY_NAME;
use crate::{Commit, Versioned, keys};
use konter_core::ledger::{AccountId, Posting};
use konter_core::order::SlotKey;

pub(super) fn keys_of(commit: &Commit) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    found.extend(commit.answers.iter().map(|(key, _)| keys::answered(key)));
    for message in &commit.received {
        found.extend([keys::answered(&message.key()), keys::inbox(&message.key())]);
    }
    for Versioned { row, .. } in &commit.agents {
        found.push(keys::agent(row.id));
        found.extend(row.chats.iter().map(keys::agent_of_chat));
        found.extend(row.phones.iter().map(|phone| keys::agent_of_phone(phone)));
        found.extend(row.network.upline.map(keys::agent));
    }
    for Versioned { row, .. } in &commit.orders {
        found.extend([keys::order(row.id), keys::hold(row.id)]);
        found.extend(slot_keys(&row.slot()));
        found.extend(row.bill_keys().map(|(bill, _)| keys::bill(&bill)));
        found.extend(row.serial_key().map(|serial| keys::serial(&serial)));
        found.extend(row.attempts.iter().map(|attempt| keys::reference(&attempt.route.supplier, attempt.reference)));
        found.extend([AccountId::Agent(row.agent), AccountId::Sales].iter().map(keys::account));
    }
    for Versioned { row, .. } in &commit.inquiries {
        found.extend([keys::inquiry(row.id), keys::inquiry_of(row.agent, &row.customer, &row.ask.product)]);
    }
    for Versioned { row, .. } in &commit.tickets {
        let (pay, amount) = (keys::ticket_of_pay(row.pay), keys::ticket_of_amount(row.agent, row.amount));
        found.extend([keys::ticket(row.id), pay, amount]);
    }
    found.extend(commit.transfers.iter().map(|transfer| keys::transfer(transfer.row.id)));
    for posting in &commit.postings {
        posting_keys(posting, &mut found);
    }
    found.extend(commit.outgoing.iter().filter_map(|say| say.balance_of.as_ref()).map(keys::account));
    found.extend(commit.network.groups.iter().map(|group| keys::price_group(&group.row.name)));
    found.extend(commit.desk.questions.iter().map(|question| keys::question(&question.row.chat)));
    found.extend(commit.desk.allowances.iter().map(|allowance| keys::allowance(&allowance.row.chat)));
    found.extend(commit.desk.cards.iter().map(|card| keys::cards(&card.chat)));
    found.extend(commit.preferences.iter().map(|preferences| keys::preferences(preferences.row.agent)));
    for told in &commit.desk.broadcast_results {
        found.extend([keys::tally(told.broadcast), keys::outbox(&told.chat, told.seq)]);
    }
    found.extend(commit.replaces.iter().map(|product| keys::product(&product.code)));
    found.extend(commit.summarised.map(|_| keys::meta(SUMMARY_NAME)));
    found
}

/// What is looked at before another order of a slot is let in.
fn slot_keys(slot: &SlotKey) -> impl Iterator<Item = Vec<u8>> {
    [keys::slot(slot), keys::open_slot(slot)].into_iter().chain(slot.day_before().map(|slot| keys::slot(&slot)))
}

fn posting_keys(posting: &Posting, found: &mut Vec<Vec<u8>>) {
    match posting {
        Posting::Transfer { debit, credit, .. } => found.extend([debit, credit].map(keys::account)),
        Posting::Hold { order, debit, credit, .. } => {
            found.push(keys::hold(*order));
            found.extend([debit, credit].map(keys::account));
        }
        // The accounts stand in the hold; those of the order's own rows are most likely they.
        Posting::Capture { order } | Posting::Release { order } => found.push(keys::hold(*order)),
    }
}
