//! What is read of a token's customer and of the token itself, wherever it stands.

use super::*;

#[test]
fn a_query_shows_the_customer() {
    let InquiryReading::Found(found) = supplier().read_inquiry(&pln("PLN20"), &answer(QUERY_SUCCESS)) else { panic!() };
    assert_eq!(found.quote, "1553843112963");
    insta::assert_snapshot!(shown(&found.details), @r"
    CustomerName: Nama Pelanggan
    Meter: 11310000011
    CustomerId: 413100000110
    Tariff: R3
    Power: 5500VA
    ");
}

#[test]
fn a_query_that_finds_nobody_says_why() {
    let inquire = |text: &str| supplier().read_inquiry(&pln("PLN20"), &answer(text));
    let refused = with_code(&QUERY_SUCCESS.replace("SUKSES", "GAGAL"), "07");
    assert_eq!(inquire(&refused), InquiryReading::Failed(FailureKind::WrongNumber));
    for (text, doubt) in [
        (with_code(QUERY_SUCCESS, "07"), Doubt::Contradictory),
        (with_code(QUERY_SUCCESS, "99"), Doubt::Unlisted("99".to_owned())),
        (with_code(&QUERY_SUCCESS.replace("SUKSES", "PENDING"), "68"), Doubt::Inconclusive("68".to_owned())),
        (QUERY_SUCCESS.replace("ke 11310000011", "ke 11310000012"), Doubt::OtherDestination),
        (QUERY_SUCCESS.replace("QUERY PLN20 ke 11310000011,", "").replace("11310000011", "1"), Doubt::OtherDestination),
        (PLN_DIRECT_SUCCESS.to_owned(), Doubt::Contradictory),
        (TOPUP_SUCCESS.to_owned(), Doubt::OtherReference),
        (String::new(), Doubt::NotUnderstood),
    ] {
        assert_eq!(inquire(&text), InquiryReading::Unknown(doubt), "{text}");
    }
}

#[test]
fn a_token_comes_with_everything_the_supplier_tells() {
    let delivery = sold(&pln("PLNA20"), PLNA_TOPUP_SUCCESS);
    assert_eq!(delivery.sn, TOKEN);
    insta::assert_snapshot!(shown(&delivery.details), @r"
    Token: 9999-9999-9999-9999-9999
    CustomerName: Nama-Pelanggan
    Meter: 11310000011
    CustomerId: 413100000110
    Tariff: R3
    Power: 5500VA
    Kwh: 1500.0
    TokenAmount: 12000
    Paid: 20000
    Admin: 0
    Stamp: 2000
    Vat: 2000
    StreetLightTax: 2000
    Instalment: 2000
    UtilityReference: APL1565668784061
    ");
    let reading = read(&pln("PLNA20"), PLNA_TOPUP_SUCCESS);
    assert_eq!((reading.charged, reading.supplier_balance), (Some(rp(20_200)), Some(rp(-101_000))));
    assert_eq!(reading.supplier_trx.as_deref(), Some("1553843112963"));

    let direct = sold(&pln("PLN20"), PLN_DIRECT_SUCCESS);
    assert_eq!((direct.sn, direct.details), (delivery.sn, delivery.details));
}

#[test]
fn a_token_is_found_in_any_of_its_places() {
    let serial = format!("{TOKEN}/Toko A/B & C/kWh33,5/R1/1300");
    for (sn, message) in [
        (serial.as_str(), "ISI PLNA20 KE 11310000011 , SUKSES. SAL=1,HRG=2"),
        ("", "ISI PLNA20 KE 11310000011 , SUKSES. SN=99999999999999999999/x/kWh1/R1/900"),
        ("123", "TOKEN=9999 9999 9999 9999 9999"),
        ("99999999999999999999", ""),
    ] {
        assert_eq!(sold(&pln("PLNA20"), &reply("00", 12_906_713, message, sn)).sn, TOKEN, "{sn} {message}");
    }
    // Not the documented order: known by their shapes.
    for serial in [format!("{TOKEN}/BUDI/R1/1300VA/13,5"), format!("BUDI#R1/1300#{TOKEN}#KWH:13,5")] {
        let details = sold(&pln("PLNA20"), &reply("00", 12_906_713, "", &serial)).details;
        let told = shown(&details).replace('\n', ", ");
        assert_eq!(told, format!("Token: {TOKEN}, CustomerName: BUDI, Tariff: R1, Power: 1300VA, Kwh: 13,5"));
    }
    let details = sold(&pln("PLNA20"), &reply("00", 12_906_713, "", &serial)).details;
    insta::assert_snapshot!(shown(&details), @r"
    Token: 9999-9999-9999-9999-9999
    CustomerName: Toko A/B & C
    Tariff: R1
    Power: 1300VA
    Kwh: 33,5
    ");
}

#[test]
fn names_hold_commas_ampersands_and_look_alike_keys() {
    for (name, read_as) in [
        ("BUDI, S.E., M.M.", Some("BUDI, S.E., M.M.")),
        ("TOKO A&B", Some("TOKO A&B")),
        ("X=1, Y=2", Some("X=1, Y=2")),
        ("ID SN TOKEN", Some("ID SN TOKEN")),
        ("RT.01/RW.02", Some("RT.01/RW.02")),
        // A name that imitates another key ends there, and makes that key doubtful, not the order.
        ("EVIL, KWH=1", Some("EVIL")),
        ("EVIL, TOKEN=1111-1111-1111-1111-1111", Some("EVIL")),
    ] {
        let message = format!("ISI PLN20 KE 11310000011, SUKSES. NAMA={name}, DAYA=R1/900, KWH=kWh5, TOKEN={TOKEN}");
        let delivery = sold(&pln("PLN20"), &reply("00", 12_906_713, &message, TOKEN));
        assert_eq!(delivery.sn, TOKEN, "{name}");
        assert_eq!(delivery.details.get(&Detail::CustomerName).map(String::as_str), read_as, "{name}");
        assert_eq!(delivery.details.get(&Detail::Power).map(String::as_str), Some("900VA"), "{name}");
        assert_eq!(delivery.details.contains_key(&Detail::Kwh), !name.contains("KWH"), "{name}");
    }
}

#[test]
fn names_written_byte_by_byte_are_put_together() {
    let message = QUERY_SUCCESS.replace("Nama Pelanggan", "Ren&#195;&#169; &amp; Andr&#xE9;");
    let message = message.replace("Andr&#xE9;", "A");
    let InquiryReading::Found(found) = supplier().read_inquiry(&pln("PLN20"), &answer(&message)) else { panic!() };
    assert_eq!(found.details.get(&Detail::CustomerName).map(String::as_str), Some("René & A"));
    let latin = QUERY_SUCCESS.replace("Nama Pelanggan", "Andr&#xE9;");
    let InquiryReading::Found(found) = supplier().read_inquiry(&pln("PLN20"), &answer(&latin)) else { panic!() };
    assert_eq!(found.details.get(&Detail::CustomerName).map(String::as_str), Some("André"));
}

#[test]
fn a_token_purchase_needs_a_token() {
    let buy = pln("PLN20");
    for (text, expected) in [
        // The query's answer carries the same REQUESTID.
        (QUERY_SUCCESS.to_owned(), Doubt::NoSerial),
        (PLN_DIRECT_SUCCESS.replace(TOKEN, ""), Doubt::NoSerial),
        (PLN_DIRECT_SUCCESS.replace(TOKEN, "9999-9999-9999-9999-999"), Doubt::NoSerial),
        (PLN_DIRECT_SUCCESS.replace(TOKEN, "0329135143014892"), Doubt::NoSerial),
        (
            PLN_DIRECT_SUCCESS.replacen(TOKEN, "", 1).replacen(TOKEN, "1111-1111-1111-1111-1111", 1),
            Doubt::Contradictory,
        ),
    ] {
        assert_eq!(doubt(&buy, &text), expected, "{text}");
    }
}
