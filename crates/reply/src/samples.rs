//! Replies of every kind, with values that look real: what the start-up check and the tests tell. One a line, as they are
//! stored: what was written once must be read for ever.

use super::model::Reply;
use konter_core::money::Rupiah;

/// A reply as it could be told.
#[derive(Clone, Debug)]
pub struct Sample {
    pub reply: Reply,
    pub balance: Option<Rupiah>,
}

const STORED: &str = include_str!("samples.jsonl");

/// Every kind of reply, told with a balance, without one and with one below zero. `Err` only if the file is malformed.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    const BALANCES: [Option<i64>; 3] = [Some(89_500), None, Some(-1_500)];
    let replies: Vec<Reply> = STORED.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let told = |balance: Option<i64>| {
        let balance = balance.map(Rupiah::new);
        replies.iter().map(move |reply| Sample { reply: reply.clone(), balance })
    };
    Ok(BALANCES.into_iter().flat_map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that wait in an outbox are read by the next version too.
    #[test]
    fn samples_are_stored_as_they_were() {
        for line in STORED.lines() {
            let stored: serde_json::Value = serde_json::from_str(line).unwrap();
            let reply: Reply = serde_json::from_str(line).unwrap();
            assert_eq!(serde_json::to_value(&reply).unwrap(), stored);
        }
    }
}
