//! kiosampm's sixteen formats, its signs and its reports.

use super::*;

#[tokio::test]
async fn kiosampm_answers_in_the_sixteen_formats() {
    let market = open_market().await;
    for (dest, pattern) in [
        ("081234567890", "#*#S10#ke:081234567890#SUKSES#SN:*# Sisa saldo Rp.*-Rp. 9,000=Rp. *#Reffid:R0#"),
        ("081234560001", "#*#S10#ke:081234560001#akan diproses *:*:*.#Saldo Rp.*#Reffid:R1 #"),
        (
            "081234569903",
            "#*#S10#ke:081234569903#masih dalam proses *. Mohon ditunggu, lebih dari 15mnt Silahkan hubungi CS.#Saldo Rp.*#Reffid:R2 #",
        ),
        ("081234560019", "#*#S10#ke:*#GAGAL; Transaksi tidak dapat diproses.#Saldo Rp.*#Reffid:R3 #"),
        ("081234569905", "#*#S10#ke:*#GAGAL; Dibatalkan provider.#Saldo Rp.*#Reffid:R4 #"),
        (
            "081234560020",
            "#*#GAGAL; Nomor tujuan tdk dpt di proses krn trx gagal berturut-turut (max 5x), Silahkan Hubungi CS.#Saldo Rp.*#Reffid:R5 #",
        ),
        ("081234560014", "#*#GAGAL; Produk Sedang Gangguan.#*"),
        ("081234560015", "#*#GAGAL; Produk Sedang Gangguan Pada Operator.#*"),
        ("081234560016", "#*#GAGAL; Kode Produk Salah. Silahkan Hubungi CS, ketik PRODUK.#*"),
        ("081234560011", "#*#GAGAL; Nomor tujuan salah, periksa kembali nomor anda.#*"),
        ("081234560017", "#*#GAGAL; Saldo Tidak Cukup.#*"),
        ("081234569912", "#*#GAGAL; sudah pernah jam * SN/Ref: .#*"),
        ("081234569913", "#*#GAGAL; Paket Data Sudah terisi.#*"),
        ("081234560012", "#*#GAGAL; Nomor Kadaluarsa.#*"),
        ("081234560013", "#*#GAGAL; Nomor belum/ tidak aktif/ sudah tidak aktif.#*"),
        ("081234560018", "#*#GAGAL; CutOff/ Timeout, silahkan ulangi beberapa saat kemudian.#*"),
    ]
    .into_iter()
    .enumerate()
    .map(|(i, (dest, pattern))| ((i, dest), pattern))
    {
        let (i, dest) = dest;
        let (status, text) = market.kios("S10", dest, &format!("R{i}")).await.unwrap();
        assert_eq!(status, 200);
        assert_like(&text, pattern);
    }
}

#[tokio::test]
async fn kiosampm_tells_a_repeated_reference_the_status_of_the_first() {
    let market = open_market().await;
    for (dest, pattern) in [
        (
            "081200000090",
            "#*#S10#ke:081200000090#SUKSES; sudah pernah jam *:*:* SN/Ref: *.#Saldo Rp.*#Reffid:081200000090 #",
        ),
        ("081200000003", "*#SUKSES; sudah pernah jam*"),
        ("081200000023", "*#PENDING; sudah pernah jam * SN/Ref: .#*"),
        ("081200000019", "*#GAGAL; sudah pernah jam * SN/Ref: .#*"),
    ] {
        market.kios("S10", dest, dest).await.unwrap();
        assert_like(&market.kios("S10", dest, dest).await.unwrap().1, pattern);
    }
    let (_, text) = market.kios("S20", "081299999990", "081200000090").await.unwrap();
    assert_like(&text, "#*#S10#ke:081200000090#SUKSES; sudah pernah*");
    assert_eq!(market.times_delivered(Kind::Kiosampm, "081200000090"), 1);
    assert_eq!(market.times_delivered(Kind::Kiosampm, "081299999990"), 0);
}

/// The same page prints two values for these fields: this one as its example of a sign, and
/// `vlrN9Yuu4xHAT8_bXIUHKw2NjHo` as what its formula "should be". The formula gives only this one, in any sha1.
#[test]
fn the_otomax_sign_is_what_the_published_formula_gives() {
    assert_eq!(kiosampm::otomax_sign("YUSUF|X10|08123456789|2140669|1144|abcd"), "Cp9NLVuKWBt5Sey_uMlYsvnKvJI");
}

#[tokio::test]
async fn kiosampm_takes_a_sign_in_place_of_pin_and_password() {
    let market = open_market().await;
    let (member, pin, password) = (kiosampm::MEMBER_ID, kiosampm::PIN, kiosampm::PASSWORD);
    let sign = kiosampm::otomax_sign(&format!("{member}|S10|0812|R1|{pin}|{password}"));
    let order = [("memberid", member), ("product", "S10"), ("dest", "0812"), ("refid", "R1")];
    for (more, pattern) in [
        (vec![("sign", sign.as_str())], "*#GAGAL; Nomor Kadaluarsa.#*"),
        (vec![("sign", "vlrN9Yuu4xHAT8_bXIUHKw2NjHo")], "*GAGAL; MemberID/PIN/Password Salah.*"),
        (vec![("pin", pin)], "*GAGAL; MemberID/PIN/Password Salah.*"),
        (vec![], "*GAGAL; MemberID/PIN/Password Salah.*"),
    ] {
        let query = [order.as_slice(), more.as_slice()].concat();
        assert_like(&market.kios_query("/trx", &query).await.unwrap().1, pattern);
    }
    let sign = kiosampm::otomax_sign(&format!("CheckBalance|{member}|{pin}|{password}"));
    for credentials in [vec![("sign", sign.as_str())], vec![("pin", pin), ("password", password)]] {
        let query = [&[("memberid", member)], credentials.as_slice()].concat();
        assert_eq!(market.kios_query("/balance", &query).await.unwrap().1, "Saldo Rp.100,000,000");
    }
}

#[tokio::test]
async fn kiosampm_reports_take_turns_between_the_three_forms() {
    let market = open_market().await;
    for i in 0..3 {
        market.kios("S10", "081234560001", &i.to_string()).await.unwrap();
    }
    let calls = market.calls(3).await;
    for form in
        ["GET /callback/kios/s3cret?message=%23", "GET /callback/kios/s3cret?%23", "POST /callback/kios/s3cret\n#"]
    {
        assert_eq!(calls.iter().filter(|call| call.starts_with(form)).count(), 1, "{form} in {calls:?}");
    }
}
