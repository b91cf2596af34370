//! The Telegram front against a Bot API that misbehaves: nothing received is lost, nothing said is lost, said twice or
//! out of order, and what Telegram refuses costs neither the words nor what comes behind.

mod behind;
mod edits;
mod files;
mod receiving;
mod replies;
mod secrets;
mod sending;
mod taps;
mod webhook;
mod wording;
