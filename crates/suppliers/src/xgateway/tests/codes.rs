//! What each code says of an order's fate, and what says nothing.

use super::*;

#[test]
fn the_listed_codes_mean_what_the_table_says() {
    for (code, kind) in [
        ("01", FailureKind::Refused),
        ("02", FailureKind::AccountRefused),
        ("05", FailureKind::ProductUnknown),
        ("06", FailureKind::ProductDisturbed),
        ("07", FailureKind::WrongNumber),
        ("09", FailureKind::SupplierDisturbed),
        ("10", FailureKind::Refused),
        ("11", FailureKind::Refused),
        ("12", FailureKind::NumberExpired),
        ("13", FailureKind::NumberBlocked),
        ("14", FailureKind::ProductDisturbed),
        ("17", FailureKind::Refused),
        ("18", FailureKind::SupplierFunds),
        ("19", FailureKind::ProductClosed),
        ("21", FailureKind::Reversed),
        ("22", FailureKind::ProductClosed),
        ("23", FailureKind::Refused),
        ("24", FailureKind::BillUnavailable),
        ("26", FailureKind::BillPaid),
        ("31", FailureKind::AccountRefused),
        ("33", FailureKind::AccountRefused),
        ("34", FailureKind::Refused),
        ("35", FailureKind::CutOff),
        ("36", FailureKind::SupplierLimit),
    ] {
        assert_eq!(read(&sf50(), &failed(code)).outcome, Outcome::Failed(kind), "{code}");
    }
    for code in ["03", "04", "08"] {
        assert_eq!(doubt(&sf50(), &failed(code)), Doubt::Inconclusive(code.to_owned()));
    }
    for code in ["15", "16", "20", "25", "30", "32", "37", "99", "0", "000", "7", "OK", "0x00"] {
        assert_eq!(doubt(&sf50(), &failed(code)), Doubt::Unlisted(code.to_owned()));
    }
    assert_eq!(doubt(&sf50(), &failed("")), Doubt::NotUnderstood);
}

#[test]
fn a_repeat_refused_at_the_door_says_nothing_of_the_first() {
    let again = |code: &str| supplier().read_status(&sf50(), &answer(&failed(code))).outcome;
    let refusals = [
        "01", "02", "05", "06", "09", "10", "11", "14", "17", "18", "19", "22", "24", "26", "31", "33", "34", "35",
        "36",
    ];
    for code in refusals.into_iter().chain(["03", "04", "08"]) {
        assert_eq!(again(code), Outcome::Unknown(Doubt::Inconclusive(code.to_owned())), "{code}");
    }
    for code in ["07", "12", "13", "21", "23"] {
        assert!(matches!(again(code), Outcome::Failed(_)), "{code}");
    }
    // Called back after a lost answer or a repetition, they may be about that.
    let called_back = |code: &str, sent: Sending| {
        let callback = Callback { body: failed(code).into_bytes(), ..Callback::default() };
        supplier().read_callback(&Buy { sent, ..sf50() }, &callback).outcome
    };
    let lost = Sending { first: FirstSending::Lost, repeated: false, delivered: false };
    let repeated = Sending { first: FirstSending::Accepted, repeated: true, delivered: false };
    for code in refusals {
        assert!(matches!(called_back(code, Sending::NOT_YET), Outcome::Failed(_)), "{code}");
        assert!(matches!(called_back(code, lost), Outcome::Unknown(_)), "{code}");
        assert!(matches!(called_back(code, repeated), Outcome::Unknown(_)), "{code}");
    }
    assert_eq!(called_back("21", repeated), Outcome::Failed(FailureKind::Reversed));
    let first = supplier().read_status(&i50(), &answer(TOPUP_SUCCESS));
    assert_eq!(first, read(&i50(), TOPUP_SUCCESS));
}

#[test]
fn what_the_document_does_not_call_success_or_failure_is_unknown() {
    let ok = TOPUP_SUCCESS;
    let nested = |depth: usize| {
        let wrapped = format!("{}00{}", "<value>".repeat(depth), "</value>".repeat(depth));
        ok.replace("<string>00</string>", &wrapped)
    };
    let request_id = "<name>REQUESTID</name>\n            <value><string>12906609</string></value>";
    assert!(ok.contains(request_id));
    let refused = |words: &str| {
        let text = with_code(&ok.replace("SUKSES", words), "07");
        text.replace("0329135143014892", "")
    };
    let duplicate = |value: &str| {
        ok.replace("</struct>", &format!("<member><name>RESPONSECODE</name><value>{value}</value></member></struct>"))
    };
    for (text, expected) in [
        (String::new(), Doubt::NotUnderstood),
        ("<html><body>502</body></html>".to_owned(), Doubt::NotUnderstood),
        ("{}".to_owned(), Doubt::NotUnderstood),
        ("00".to_owned(), Doubt::NotUnderstood),
        ("<methodResponse/>".to_owned(), Doubt::NotUnderstood),
        (ok[..ok.len() / 2].to_owned(), Doubt::NotUnderstood),
        (ok.trim_end().trim_end_matches("</methodResponse>").to_owned(), Doubt::NotUnderstood),
        (format!("{ok}{ok}"), Doubt::NotUnderstood),
        (format!("{ok}junk"), Doubt::NotUnderstood),
        (ok.replace("<params>", "<params>junk"), Doubt::NotUnderstood),
        (ok.replace("methodResponse", "methodCall"), Doubt::NotUnderstood),
        (ok.replace("<string>00</string>", "<string>00</int>"), Doubt::NotUnderstood),
        (ok.replace("<string>00</string>", "<string>0</string><string>0</string>"), Doubt::NotUnderstood),
        (ok.replace("<string>00</string>", "<array><data/></array>"), Doubt::NotUnderstood),
        (ok.replace("<string>00</string>", "&zero;"), Doubt::NotUnderstood),
        (ok.replace("<string>00</string>", "&#0;0"), Doubt::NotUnderstood),
        (ok.replace("<methodResponse>", "<!DOCTYPE x><methodResponse>"), Doubt::NotUnderstood),
        (
            ok.replace("<methodResponse>", "<!DOCTYPE x [<!ENTITY z '00'>]><methodResponse>")
                .replace("<string>00</string>", "&z;"),
            Doubt::NotUnderstood,
        ),
        (nested(3), Doubt::NotUnderstood),
        (nested(2_000), Doubt::NotUnderstood),
        (nested(1_000_000), Doubt::TooLarge),
        (ok.replace("I50", &" ".repeat(10_000_000)), Doubt::TooLarge),
        (duplicate("07"), Doubt::Contradictory),
        (ok.replace(request_id, "<name>X</name><value/>"), Doubt::OtherReference),
        (ok.replace("12906609", "12906610"), Doubt::OtherReference),
        (ok.replace("12906609", "012906609"), Doubt::OtherReference),
        (ok.replace("12906609", ""), Doubt::OtherReference),
        (ok.replace("ISI I50", "ISI I5"), Doubt::OtherProduct),
        (ok.replace("KE 085700000001", "KE 085700000002"), Doubt::OtherDestination),
        (ok.replace("0329135143014892", ""), Doubt::NoSerial),
        (ok.replace("0329135143014892", "-"), Doubt::NoSerial),
        (ok.replace("ISI I50", "QUERY I50"), Doubt::NoSerial),
        (ok.replace("SUKSES", "GAGAL"), Doubt::Contradictory),
        (ok.replace("SUKSES", "PENDING"), Doubt::Contradictory),
        (with_code(ok, "07"), Doubt::Contradictory),
        (with_code(ok, "68"), Doubt::Contradictory),
        (with_code(&ok.replace("SUKSES", "GAGAL"), "07"), Doubt::Contradictory),
        (refused("GAGAL, diulang otomatis"), Doubt::Contradictory),
        (refused("GAGAL, transaksi masih diproses"), Doubt::Contradictory),
        (with_code(ok, "0"), Doubt::Unlisted("0".to_owned())),
        (with_code(ok, "200"), Doubt::Unlisted("200".to_owned())),
        (ok.replace("<string>00</string>", "<double>0.0</double>"), Doubt::Unlisted("0.0".to_owned())),
        (ok.replace("<string>00</string>", "<boolean>0</boolean>"), Doubt::Unlisted("0".to_owned())),
    ] {
        let shown: String = text.chars().take(600).collect();
        assert_eq!(doubt(&i50(), &text), expected, "{shown}");
    }
    assert_eq!(sold(&i50(), &duplicate("00")).sn, "0329135143014892");
}

#[test]
fn a_fault_is_no_failure() {
    let fault = "<methodResponse><fault><value><struct>\
        <member><name>faultCode</name><value><int>4</int></value></member>\
        <member><name>faultString</name><value><string>Too many parameters.</string></value></member>\
        </struct></value></fault></methodResponse>";
    assert_eq!(doubt(&i50(), fault), Doubt::Unlisted("fault 4".to_owned()));
}

#[test]
fn a_reply_that_is_not_ours_tells_nothing_at_all() {
    assert_eq!(read(&sf50(), TOPUP_SUCCESS), Reading::unknown(Doubt::OtherReference));
}
