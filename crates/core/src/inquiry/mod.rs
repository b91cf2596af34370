//! Looking somebody up at a supplier before anything is bought: whose meter it is, what a bill comes to, and until when
//! the answer may be paid. Pure. No money moves here: a payment is an order, and lives in `order`.

mod ask;
mod model;

pub use ask::{BillWord, Counter, Found, meter_asks};
pub use model::{Answered, Ask, Got, Inquiry, InquiryState, Purpose, Quote, expires_at};

#[cfg(test)]
mod tests;
