use proptest::prelude::*;

use super::*;

const TOKEN: &str = "1234-5678-9012-3456-7890";

/// The details in one line, the token first; `-` for none.
fn told(text: &str) -> String {
    let details = read(text).details;
    let name = |detail: Detail| match detail {
        Detail::Token => "T",
        Detail::CustomerName => "N",
        Detail::Meter => "M",
        Detail::CustomerId => "I",
        Detail::Tariff => "G",
        Detail::Power => "P",
        Detail::Kwh => "K",
        _ => "?",
    };
    let shown: Vec<String> = details
        .iter()
        .map(|(detail, value)| match name(*detail) {
            "?" => format!("{detail:?}={value}"),
            "T" if value == TOKEN => "T".to_owned(),
            short => format!("{short}={value}"),
        })
        .collect();
    if shown.is_empty() { "-".to_owned() } else { shown.join(" ") }
}

fn check(table: &[(&str, &str)]) {
    for (serial, expected) in table {
        assert_eq!(told(&serial.replace('@', TOKEN)), *expected, "{serial}");
    }
}

#[test]
fn tokens_are_found_in_any_grouping_and_place() {
    check(&[
        ("@", "T"),
        ("12345678901234567890", "T"),
        ("1234 5678 9012 3456 7890", "T"),
        ("1234.5678.9012.3456.7890/BUDI", "T N=BUDI"),
        ("  12345-67890-12345-67890 ", "T"),
        ("TOKEN:@", "T"),
        ("Token = 1234 5678 9012 3456 7890;Nama=BUDI", "T N=BUDI"),
        ("STROOM/TOKEN: @|NAMA: BUDI", "T N=BUDI"),
        ("BUDI/R1/1300VA/@", "T N=BUDI G=R1 P=1300VA"),
        ("PIN:@/BUDI", "T N=BUDI"),
        ("@/BUDI/REF:00000000000000000001", "T N=BUDI UtilityReference=00000000000000000001"),
        ("@/BUDI/@", "T N=BUDI"),
        // Two tokens: neither is chosen.
        ("@/11112222333344445555/BUDI", "N=BUDI"),
        ("", "-"),
        ("BUDI/R1/1300VA/13,5", "-"),
        ("1234-5678-9012-3456-789/BUDI", "-"),
        ("0123456789", "-"),
    ]);
}

#[test]
fn pieces_are_known_by_their_shape() {
    check(&[
        ("@/BUDI/R1/1300VA/13,5", "T N=BUDI G=R1 P=1300VA K=13,5"),
        ("@/BUDI/R1M/900/13.50KWH", "T N=BUDI G=R1M P=900VA K=13.50"),
        ("@/Nama-Pelanggan /kWh1500,0/R3/5500", "T N=Nama-Pelanggan G=R3 P=5500VA K=1500,0"),
        ("@#BUDI#R1/1300 VA#KWH:13,5", "T N=BUDI G=R1 P=1300VA K=13,5"),
        ("@ / BUDI / R1T / 1.300 VA / 13 kWh", "T N=BUDI G=R1T P=1300VA K=13"),
        ("@,BUDI,R1,1300VA,13,5", "T N=BUDI G=R1 P=1300VA K=13,5"),
        ("@;BUDI, S.H.;B2;6600;99,75", "T N=BUDI, S.H. G=B2 P=6600VA K=99,75"),
        ("@|BUDI|P1|41500|1.500,5kwh", "T N=BUDI G=P1 P=41500VA K=1.500,5"),
        ("@#BUDI/S2/450/7,2", "T N=BUDI G=S2 P=450VA K=7,2"),
        ("@/R1 1300VA/BUDI/32,1", "T N=BUDI G=R1 P=1300VA K=32,1"),
        ("@/i3/210000VA", "T G=i3 P=210000VA"),
    ]);
}

#[test]
fn a_name_may_hold_what_parts_the_rest() {
    check(&[
        ("@/Toko A/B & C/R1/1300/33,5", "T N=Toko A/B & C G=R1 P=1300VA K=33,5"),
        ("@/A.B. #2: C/R1/900.5", "T N=A.B. #2: C G=R1 K=900.5"),
        ("@/RT.01/RW.02/R1/900VA", "T N=RT.01/RW.02 G=R1 P=900VA"),
        ("@/BUDI & SONS, CV/R2/3500VA", "T N=BUDI & SONS, CV G=R2 P=3500VA"),
    ]);
}

#[test]
fn labels_win() {
    check(&[
        ("TOKEN:@/NAMA:BUDI/TARIF/DAYA:R1/1300VA/KWH:13,5", "T N=BUDI G=R1 P=1300VA K=13,5"),
        ("@/NAMA=R1/TARIF=B1/DAYA=2300/KWH=8", "T N=R1 G=B1 P=2300VA K=8"),
        ("@,NAMA:BUDI,KWH:13,5,DAYA:R1/900", "T N=BUDI G=R1 P=900VA K=13,5"),
        ("@/METER:140123/IDPEL:5312/A/N BUDI", "T N=BUDI M=140123 I=5312"),
        (
            "@/RPTOKEN:18.500/PPN=0/PPJ=1500.0/ADMIN:2000.55/REF:AB12",
            "T TokenAmount=18500 Vat=0 StreetLightTax=1500 UtilityReference=AB12",
        ),
        ("@/NAMA:BUDI/NAMA:ANI/13,5", "T K=13,5"),
    ]);
}

#[test]
fn what_fits_nothing_or_two_things_is_left_out() {
    check(&[
        ("@/BUDI/4521/R1", "T N=BUDI G=R1"),
        ("@/BUDI/R1/R2/13,5", "T N=BUDI K=13,5"),
        ("@/13,5/14,5", "T"),
        ("@/12500,00/1.500", "T"),
        ("@/BUDI/R1/5B0E5B344088E", "T N=BUDI G=R1"),
        ("@/BUDI/R1/TERIMA KASIH", "T N=BUDI G=R1"),
        ("@/R1/5B0E5B344088E", "T G=R1"),
        ("@/R1/BUDI/13,5/TERIMA KASIH", "T G=R1 K=13,5"),
        ("@/BUDI/JAM:12.30", "T N=BUDI"),
        ("@//-/null", "T"),
    ]);
    assert_eq!(read(&format!("{TOKEN}/{}", "A".repeat(5_000))), TokenSerial::default());
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "(1234-5678-9012-3456-7890|NAMA|KWH|VA|R1|A/N|[/#,;|:=. é\u{0}]|[0-9a-z]){0,30}") {
        let serial = read(&text);
        prop_assert_eq!(serial.details.contains_key(&Detail::Token), serial.tokens.len() == 1);
        prop_assert!(serial.details.values().all(|value| !value.is_empty()));
    }
}
