//! What a person is shown of each supplier's replies.

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/", $name))
    };
}

fn protocol(kind: ProtocolKind) -> Box<dyn Protocol> {
    let lookup = |name: &str| {
        let value = if name == "RECIPE" { "otomax" } else { "rahasia" };
        (name != "SIGN").then(|| value.to_owned()).filter(|_| name != "TOKEN" || kind == ProtocolKind::Ppob)
    };
    kind.configure(&Options::new(&lookup)).unwrap()
}

#[test]
fn code_and_message_are_picked_out_of_a_reply() {
    use ProtocolKind::{BillerJson, Kiosampm, Ppob, Teleanjar, Xgateway};
    let kiosampm = fixture!("kiosampm/replies.txt").lines().next().unwrap();
    let fault = "<?xml version=\"1.0\"?><methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4\
                 </int></value></member><member><name>faultString</name><value>Too many parameters</value></member>\
                 </struct></value></fault></methodResponse>";
    for (kind, reply, begins, holds) in [
        (Kiosampm, kiosampm, "SUKSES | SN:0041002345678901 | Sisa saldo", "10,239,850"),
        (Xgateway, fixture!("xgateway/topup_failed.xml"), "", "GAGAL"),
        (Xgateway, fixture!("xgateway/plna_topup_success.xml"), "00 | ISI PLNA20 KE", "TOKEN=9999-9999-9999-9999-9999"),
        (Xgateway, fault, "fault | 4 | Too many", "parameters"),
        (BillerJson, fixture!("biller-json/pending.json"), "true | ", "sedang diproses"),
        (BillerJson, fixture!("biller-json/gagal.json"), "false | ", "GAGAL"),
        (Ppob, fixture!("ppob/found.json"), "Waiting | trx sebelumnya ditemukan", ""),
        (Teleanjar, fixture!("teleanjar/payment-prepaid.json"), "SWT:0000 | 6722 0840 8781 8484 1314 | Info", ""),
        (Teleanjar, "{\"response\":\"SWT:0068\",\"ket\":\"sedang proses\"}", "SWT:0068 | sedang proses", ""),
    ] {
        let gist = protocol(kind).gist(reply).unwrap();
        assert!(gist.starts_with(begins) && gist.contains(holds), "{kind:?}: {gist}");
    }
    for kind in ProtocolKind::ALL {
        for nothing in ["", "<html>502</html>", "{}", "[]", "#1#2#"] {
            assert_eq!(protocol(kind).gist(nothing), None, "{kind:?} {nothing}");
        }
    }
}

#[test]
fn code_and_message_are_picked_out_of_a_report() {
    use ProtocolKind::{BillerJson, Kiosampm, Ppob, Xgateway};
    let kiosampm = fixture!("kiosampm/replies.txt").lines().nth(4).unwrap();
    let in_query = kiosampm.replace('#', "%23");
    for (kind, query, body, expected) in [
        (Kiosampm, in_query.as_str(), "", "GAGAL; Dibatalkan provider. | Saldo Rp.10,250,000"),
        (Kiosampm, "", kiosampm, "GAGAL; Dibatalkan provider. | Saldo Rp.10,250,000"),
        (BillerJson, "status=0&message=T10+SUKSES,+SN:+1&2,+Saldo:+Rp9", "", "0 | T10 SUKSES, SN: 1&2, Saldo: Rp9"),
        (BillerJson, "", "status=1&message=T10+GAGAL", "1 | T10 GAGAL"),
        (Ppob, "ref_id=1&Status=Success&Sn=0123", "", "Success | 0123"),
        (Xgateway, "", fixture!("xgateway/topup_pending.xml"), "68 | "),
    ] {
        let callback = crate::Callback::read(query.to_owned(), body.as_bytes());
        let gist = protocol(kind).gist_of_report(&callback).unwrap();
        assert!(gist.starts_with(expected), "{kind:?}: {gist}");
    }
}

#[test]
fn a_form_is_known_by_its_text() {
    for (body, form) in [
        ("status=0&message=Transaksi+T10,+SN:+1%2C2&sn", "status=0|message=Transaksi T10, SN: 1,2|sn="),
        ("\n a_b.c-d=%E9&x=%C3%A9\u{e9}", "a_b.c-d=\u{e9}|x=\u{e9}\u{e9}"),
        ("", ""),
        ("#1#S5#ke:08#SUKSES#SN:a=b#", ""),
        ("{\"a\":\"b=c\"}", ""),
        ("<a b=\"c\"/>", ""),
        ("[{\"a\":\"=\"}]", ""),
        ("two words=1", ""),
        ("=1", ""),
    ] {
        let read = crate::Callback::read(String::new(), body.as_bytes());
        let shown: Vec<String> = read.form.iter().map(|(name, value)| format!("{}={value}", name.trim())).collect();
        assert_eq!(shown.join("|"), form, "{body:?}");
    }
}
