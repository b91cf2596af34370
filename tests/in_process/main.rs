//! Everything that runs inside the test process: the shop on a memory store with simulated suppliers, single modules from
//! outside, whole conversations, and the shop played from a seed.
//!
//! All of it runs in one process and in parallel: nothing here may set an environment variable, a limit, the umask, the
//! global log subscriber or the global metrics recorder. What must, or starts a process, lives in `tests/processes`.

mod announcements;
mod asked;
mod at_work;
mod backup;
mod backup_sets;
mod bills;
mod blocked_downline;
mod booked;
mod callbacks;
mod catalog;
mod catalog_files;
mod clearly_meant;
mod closed_days;
mod commands;
mod config;
mod conversations;
mod corpus;
mod dead_letters;
mod deposits;
mod desk;
mod destinations;
mod faults;
mod floods;
mod full_disk;
mod fuzz_corpus;
mod guided;
mod h2h;
mod intake;
mod keeping;
mod locales;
mod mistaken;
mod mutation;
mod native;
mod network;
mod network_books;
mod order_times;
mod panduan;
mod people;
mod pin_guessing;
mod preferences;
mod price_lists;
mod recipes;
mod report_bytes;
mod reports;
mod reprice;
mod roles;
mod routing;
mod simulation;
mod suppliers;
#[allow(dead_code, reason = "other tests and the benchmarks use the rest")]
#[path = "../support"]
mod support {
    pub mod bot_api;
    pub mod files;
    pub mod front;
    pub mod outbox;
    pub mod shop;
    pub mod store;
    pub mod watched;
}
mod take_back;
mod talk;
mod talk_asked;
mod talk_heard;
mod talk_meant;
mod talk_said;
mod telegram;
mod tidy;
mod transfer_meant;
mod unmeant;
mod which_is_meant;
