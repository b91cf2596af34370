//! The shipped recipes: their recorded replies, their requests, their signatures.

use super::super::{check_text, shipped};
use super::*;
use crate::protocol::Protocol as _;

#[test]
fn every_shipped_recipe_reads_its_recorded_replies_as_it_says() {
    let mut wrong = Vec::new();
    for name in shipped::names() {
        let path = format!("recipes/{name}.toml");
        let text = file(&path);
        assert_eq!(shipped::text(name), Some(text.as_str()), "built in as it stands");
        if let Err(faults) = check_text(&path, &text) {
            wrong.extend(faults.iter().map(ToString::to_string));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn holds(request: &crate::Request, wanted: &str) {
    let text = request.reveal();
    assert!(text.contains(wanted), "{wanted} is not in\n{text}");
}

#[test]
fn digiflazz_signs_each_call_by_what_it_is_about() {
    let tokobudi = supplier("digiflazz", &[("username", "tokobudi"), ("key", "dev-1111-2222")]);
    holds(&tokobudi.balance(noon()).unwrap(), "46cb56599a5d97f5759ac7f207593383");
    holds(&tokobudi.prices(noon()).unwrap(), "f1445b12f63ae531ac8e3b533a60eb90");
    let token = Buy { kind: ProductKind::Token, dest: "14027480301", ..BUY };
    holds(&tokobudi.inquiry(&token, noon()).unwrap(), "f4e20d31d5bbb93641071d5a94a8c901");
    insta::assert_snapshot!(tokobudi.purchase(&BUY, noon()).reveal(), @r#"
    POST /transaction
    Content-Type: application/json

    {"buyer_sku_code":"S10","customer_no":"081234567890","ref_id":"1700000000001","sign":"18386e52b9e2bc87b2ef6f1c54852df9","username":"tokobudi"}
    "#);
}

/// The reference of the vector is no number, so it is signed by itself.
#[test]
fn a_signature_joins_its_parts_and_is_written_as_asked() {
    use super::super::fault::Source;
    use super::super::schema::{Encoding, Hash, Sign as Written};
    use super::super::sign::Sign;
    use super::super::template::{Names, Values};
    let sign = |parts: &[&str], join: &str, hash, encode, hmac: Option<&str>| {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        let written = Written { parts, join: join.to_owned(), hash, encode, hmac: hmac.map(str::to_owned) };
        let source = Source { file: "", text: "" };
        let sign = Sign::compile(&source, "x", &written, &Names::default()).unwrap();
        sign.of(&Values { buy: None, reference: None, now: noon(), settings: &|_| None, signs: &|_| None })
    };
    let ref_id = ["tokobudi", "dev-1111-2222", "KN0000000123"];
    assert_eq!(sign(&ref_id, "", Hash::Md5, Encoding::Hex, None), "a7c0328cc0ce734f66506346f29dae5d");
    let otomax = ["OtomaX", "YUSUF", "X10", "08123456789", "2140669", "1144", "abcd"];
    assert_eq!(sign(&otomax, "|", Hash::Sha1, Encoding::Base64url, None), "Cp9NLVuKWBt5Sey_uMlYsvnKvJI");
    let lower = ["OtomaX", "yusuf", "x10", "08123456789", "2140669", "1144", "abcd"];
    assert_eq!(sign(&lower, "|", Hash::Sha1, Encoding::Base64url, None), "RmgYPgNrZY6ROnkp4Djfdejls_c");
    // RFC 2202, test case 2, and RFC 4231, test case 2.
    let what = ["what do ya want for nothing?"];
    let keyed = sign(&what, "", Hash::Sha1, Encoding::Hex, Some("Jefe"));
    assert_eq!(keyed, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    let keyed = sign(&what, "", Hash::Sha256, Encoding::Hex, Some("Jefe"));
    assert_eq!(keyed, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[test]
fn requests_are_what_the_documents_show() {
    let shown: Vec<String> = [("otomax", &BUY), ("irs", &BUY), ("iak", &BUY), ("tripay", &BUY)]
        .into_iter()
        .map(|(name, buy)| supplier(name, &[]).purchase(buy, noon()).reveal())
        .collect();
    insta::assert_snapshot!(shown.join("\n----\n"));
    let game = Buy { dest: "156378300|8483", sku: "ML86", ..BUY };
    insta::assert_snapshot!("game", supplier("tokovoucher", &[]).purchase(&game, noon()).reveal());
    let open = Buy { denom: Some(konter_core::money::Rupiah::new(12_345)), sku: "BBSDN", ..BUY };
    holds(&supplier("okeconnect", &[]).purchase(&open, noon()), "qty=12345");
    assert!(
        !supplier("okeconnect", &[]).purchase(&BUY, noon()).reveal().contains("qty"),
        "what is missing is left out"
    );
    let vector = Buy { reference: konter_core::ids::Reference(2_140_669), sku: "x10", dest: "08123456789", ..BUY };
    let signing = supplier("otomax-sign", &[("memberid", "yusuf"), ("pin", "1144"), ("password", "abcd")]);
    holds(&signing.purchase(&vector, noon()), "sign=Cp9NLVuKWBt5Sey_uMlYsvnKvJI");
    holds(&signing.purchase(&vector, noon()), "memberID=YUSUF\n& product=X10");
    let bill =
        Buy { kind: ProductKind::Bill, sku: "PLNPOSTPAID", dest: "530000000001", inquiry: Some("9127364"), ..BUY };
    let iak = supplier("iak", &[]);
    holds(&iak.inquiry(&bill, noon()).unwrap(), "https://mobilepulsa.net/api/v1/bill/check");
    holds(&iak.purchase(&bill, noon()), "\"tr_id\":\"9127364\"");
}
