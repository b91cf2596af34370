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
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn stored() -> Vec<Value> {
        STORED.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Rows that wait in an outbox are read by the next version too.
    #[test]
    fn samples_are_stored_as_they_were() {
        for stored in stored() {
            let reply: Reply = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(serde_json::to_value(&reply).unwrap(), stored);
        }
    }

    /// In which replies, and where in them, an enum stands whose variants have a text or a branch of one each.
    const ENUMS: [(&str, &str); 50] = [
        ("", "reply"),
        ("reply=network", "network"),
        ("reply=desk", "desk"),
        ("reply=preference", "preference"),
        ("reply=routing", "routing"),
        ("reply=keeping", "keeping"),
        ("reply=booking", "booking"),
        ("reply=ticket", "says"),
        ("reply=talk", "talk"),
        ("reply=order_refused", "why/why"),
        ("reply=register_refused", "problem"),
        ("reply=receipt_refused", "problem"),
        ("reply=report_refused", "problem"),
        ("reply=admin_refused", "problem"),
        ("reply=admin_refused", "problem/ticket"),
        ("reply=not_understood", "problem/misread"),
        ("reply=not_understood&problem/misread=missing", "problem/part"),
        ("reply=network&network=transfer_refused", "problem/problem"),
        ("reply=network&network=transfer_ask", "stage"),
        ("reply=network&network=take_back_ask", "stage"),
        ("reply=network&network=take_back_refused", "problem/problem"),
        ("reply=network&network=downline_refused", "problem/problem"),
        ("reply=network&network=markup_refused", "problem/problem"),
        ("reply=network&network=group_refused", "problem/problem"),
        ("reply=network&network=move_refused", "problem/problem"),
        ("reply=preference&preference=chat_refused", "problem/problem"),
        ("reply=preference&preference=selling_refused", "problem/problem"),
        ("reply=preference&preference=api", "state"),
        ("reply=preference&preference=api_refused", "problem/problem"),
        ("reply=preference&preference=ask", "ask"),
        ("reply=routing&routing=cancel_refused", "problem/problem"),
        ("reply=routing&routing=steer_refused", "problem/problem"),
        ("reply=routing&routing=price_list", "stage"),
        ("reply=routing&routing=price_list", "lines/*/change"),
        ("reply=routing&routing=price_list_fault", "fault/fault"),
        ("reply=desk&desk=role_refused", "problem"),
        ("reply=desk&desk=broadcast", "stage"),
        ("reply=ticket&says=refused", "why"),
        ("reply=ticket&says=card", "why"),
        ("reply=booking&booking=ask", "what"),
        ("reply=booking&booking=ask", "stage"),
        ("reply=order_failed", "reason"),
        ("reply=order_failed", "reason/supplier"),
        ("reply=admin_order", "attempts/*/doubt"),
        ("reply=admin_decided", "verdict"),
        ("reply=admin_agent", "status"),
        ("reply=admin_import_failed", "mistakes/*/fault"),
        ("reply=statement", "lines/*/about"),
        ("reply=bill", "stage"),
        ("reply=choose", "stage"),
    ];

    #[test]
    fn every_variant_has_a_sample() {
        let stored = stored();
        for (of, place) in ENUMS {
            let conditions: Vec<(&str, &str)> = of.split('&').filter_map(|one| one.split_once('=')).collect();
            let is_meant = |reply: &&Value| conditions.iter().all(|(place, name)| names(reply, place).contains(*name));
            let shown: BTreeSet<String> =
                stored.iter().filter(is_meant).flat_map(|reply| names(reply, place)).collect();
            assert_eq!(shown, known(&conditions, place), "{of} {place}");
        }
    }

    /// The names of the variants found there.
    fn names(value: &Value, place: &str) -> BTreeSet<String> {
        let (here, rest) = place.split_once('/').unwrap_or((place, ""));
        let inner: Vec<&Value> = match value {
            Value::Array(items) if here == "*" => items.iter().collect(),
            _ => value.get(here).into_iter().collect(),
        };
        match (rest, inner.as_slice()) {
            ("", [Value::String(name)]) => [name.clone()].into(),
            ("", [Value::Object(variant)]) => variant.keys().cloned().collect(),
            ("", _) => BTreeSet::new(),
            (rest, inner) => inner.iter().flat_map(|value| names(value, rest)).collect(),
        }
    }

    /// The names of all variants there are: reading one that does not exist names them.
    fn known(conditions: &[(&str, &str)], place: &str) -> BTreeSet<String> {
        let mut reply = Value::Null;
        for (place, name) in conditions.iter().chain([&(place, "?")]) {
            let place: Vec<&str> = place.split('/').collect();
            put(&mut reply, &place, name);
        }
        let error = serde_json::from_value::<Reply>(reply).unwrap_err().to_string();
        assert!(error.starts_with("unknown variant `?`"), "{place}: {error}");
        error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    fn put(value: &mut Value, place: &[&str], name: &str) {
        match place {
            [] => *value = name.into(),
            ["*", rest @ ..] => {
                *value = Value::Array(vec![Value::Null]);
                put(&mut value[0], rest, name);
            }
            [here, rest @ ..] => put(&mut value[*here], rest, name),
        }
    }
}
