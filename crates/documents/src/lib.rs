//! What is handed over as a document: receipts for customers, reports for the shop, and tables that come in as files. Pure:
//! no I/O and no clock; labels and bytes come in, bytes and tables come out.
#![forbid(unsafe_code)]

pub mod receipt;
pub mod report;
pub mod workbook;
