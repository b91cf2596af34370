//! What servers of the `OtomaX` family send, in their owners' wordings. The texts follow real ones; names, numbers and
//! amounts are made up.

use serde_json::Value;

use super::{file, recipe};
use crate::recipe::Verdict;

/// Fields that a line of the fixture does not name are not compared, but for outcome and serial.
#[test]
fn every_owners_wording_is_read_as_it_is_meant() {
    let recipe = recipe("otomax");
    let mut wrong = Vec::new();
    let replies = file("tests/fixtures/otomax/replies.jsonl");
    for line in replies.lines() {
        let wanted: Value = serde_json::from_str(line).unwrap();
        let reply = wanted["reply"].as_str().unwrap();
        let read = serde_json::to_value(recipe.taken(reply)).unwrap();
        for (field, found) in read.as_object().unwrap() {
            let is_compared = wanted.get(field).is_some() || field == "serial";
            let wanted = wanted.get(field).unwrap_or(&Value::Null);
            if is_compared && wanted != found {
                wrong.push(format!("{reply}\n    {field}: {found}, expected {wanted}"));
            }
        }
    }
    assert!(replies.lines().count() >= 150);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Words of a check, an attempt, a cancellation, of hope or of patience: neither is the order's failure nor its success.
#[test]
fn what_is_said_of_something_else_decides_nothing() {
    let wordings = file("tests/data/otomax-undecided.txt");
    let mut wrong = Vec::new();
    for name in ["otomax", "otomax-sign", "okeconnect", "irs"] {
        let recipe = recipe(name);
        for words in wordings.lines() {
            for reply in [
                format!("R#9 S10.081234567890 {words}. Saldo 89.400"),
                format!("R#9 Telkomsel 10.000 S10.081234567890, {words}. Sisa saldo 89.400 @12.30"),
            ] {
                let outcome = recipe.taken(&reply).outcome;
                if matches!(outcome, Verdict::Failed | Verdict::Success) {
                    wrong.push(format!("{name}: {reply}: {outcome:?}"));
                }
            }
        }
    }
    for (name, reply) in [
        (
            "digiflazz",
            r#"{"data":{"ref_id":"9","status":"Gagal","rc":"02","sn":"","message":"Trx SUKSES. SN: 0041002345678901"}}"#,
        ),
        (
            "digiflazz",
            r#"{"data":{"ref_id":"9","status":"Gagal","rc":"02","sn":"0041002345678901","message":"Gagal"}}"#,
        ),
        ("digiflazz", r#"{"data":{"ref_id":"9","status":"Gagal","rc":"02","sn":"","message":"masih diproses"}}"#),
        (
            "digiflazz",
            r#"{"data":{"ref_id":"9","status":"Sukses","rc":"00","sn":"0041002345678901","message":"Transaksi Gagal"}}"#,
        ),
        ("otomax", "R#9 S10.081234567890 GAGAL. SN: 0041002345678901. Saldo 89.400"),
        ("okeconnect", "R#9 S10.081234567890 GAGAL. SN/Ref: 0041002345678901. Saldo 89.400"),
    ] {
        let outcome = recipe(name).taken(reply).outcome;
        if outcome != Verdict::Unknown {
            wrong.push(format!("{name}: {reply}: {outcome:?}"));
        }
    }
    assert!(wordings.lines().count() >= 150);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
