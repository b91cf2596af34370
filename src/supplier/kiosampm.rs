//! Placeholder until the protocol is written.
use chrono::NaiveDateTime;
use secrecy::SecretString;

use super::protocol::{Buy, Doubt, Method, Options, Protocol, Reading, Request, Response};

pub struct Kiosampm;

impl Kiosampm {
    pub fn configure(options: &Options<'_>) -> Option<Self> {
        options.report("PROTOCOL", "not written yet");
        None
    }
}

impl Protocol for Kiosampm {
    fn purchase(&self, _: &Buy<'_>, _: NaiveDateTime) -> Request {
        Request { method: Method::Get, path: "/", query: vec![], headers: vec![], body: None }
    }
    fn read_purchase(&self, _: &Buy<'_>, _: &Response) -> Reading {
        Reading::unknown(Doubt::NotUnderstood)
    }
    fn secrets(&self) -> Vec<&SecretString> {
        vec![]
    }
}
