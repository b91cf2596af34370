//! Deposit tickets: an amount reserved for one reseller, so that a transfer into the shop's bank account says by its
//! last digits whose it is. Pure. No money moves here: accepting a ticket is a posting, and lives with the shop.

mod bank;
mod model;
pub mod mutation;
mod unique;

pub use bank::{BankAccount, named_first};
pub use model::{
    Claim, Decider, MAX_OPEN, MAX_TICKET, MOST_BOOKED, PROOF_TAKEN_FOR, Terms, Ticket, TicketState, USUAL_DEPOSIT,
    expires_at, note, ticket_of_note,
};
pub use unique::{MOST_ADDED, free_pay, reach};

#[cfg(test)]
mod tests;
