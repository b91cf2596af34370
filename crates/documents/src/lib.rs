//! What is handed over as a document: receipts for customers, reports for the shop. Pure: no I/O and no clock; labels
//! come in, bytes come out.
#![forbid(unsafe_code)]

pub mod receipt;
pub mod report;
