//! Other servers' commands: words for what konter does not have, and where konter had to choose between what servers mean
//! by a word.

/// What other servers offer and konter does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    DownlineRegistration,
    DownlineStatus,
    Markup,
    SenderNumbers,
    Commission,
    Points,
    CancelOrder,
    CentreNumbers,
    ResetPin,
    StaffUsers,
    FeeScheme,
}

/// Words that mean nothing else here.
const WORDS: &[(Feature, &[&str])] = &[
    (Feature::DownlineRegistration, &["D", "AUTOREG"]),
    (Feature::DownlineStatus, &["NA", "SS", "DA", "DB", "A"]),
    // Prices instead of markups.
    (Feature::Markup, &["GH", "SH"]),
    (Feature::Points, &["CEKHADIAH", "HADIAH", "POIN", "POINT", "CEKPOIN"]),
    (Feature::CentreNumbers, &["CENTER", "CENTRE"]),
    (Feature::ResetPin, &["RP", "RESET", "RESETPIN", "LUPAPIN"]),
    (Feature::StaffUsers, &["LISTUSER"]),
    (Feature::FeeScheme, &["GANTIFEE"]),
];

/// What the word asks for that only other servers have; letter case does not matter.
pub(super) fn feature(word: &str) -> Option<Feature> {
    let found = WORDS.iter().find(|(_, words)| words.iter().any(|known| word.eq_ignore_ascii_case(known)));
    found.map(|(feature, _)| *feature)
}

/// All of these words.
#[cfg(test)]
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().flat_map(|(_, words)| words.iter().copied())
}

/// A word that servers use in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub word: &'static str,
    /// What it means elsewhere.
    pub elsewhere: &'static str,
    /// What konter does.
    pub here: &'static str,
}

const fn conflict(word: &'static str, elsewhere: &'static str, here: &'static str) -> Conflict {
    Conflict { word, elsewhere, here }
}

/// Where servers contradict each other, and what konter settled on.
pub const CONFLICTS: &[Conflict] = &[
    conflict("S.<pin>", "saldo; saldo dan bonus", "saldo"),
    conflict("CEK.<pin>", "saldo; transaksi terakhir", "transaksi terakhir"),
    conflict(
        "CEK.<angka>",
        "status transaksi; harga nominal; pin",
        "1-2 angka: harga nominal, kalau tidak ada: nomor transaksi; 3-8 angka: PIN; lebih: nomor tujuan",
    ),
    conflict("CEK.<kode>", "harga produk; status", "harga produk"),
    conflict("CS", "saldo; pengaduan", "saldo, kecuali diikuti kata-kata: komplain"),
    conflict("C", "komplain; konfirmasi deposit", "komplain: diteruskan ke admin"),
    conflict(
        "INFO",
        "nomor center; pengaduan; status transaksi",
        "komplain, kecuali hanya PIN; dengan tanggal, produk dan nomor: status transaksi",
    ),
    conflict("P", "nomor paralel; ganti PIN", "dua PIN: ganti PIN; selain itu nomor paralel"),
    conflict("PLN.<meter>.<pin>", "cek meter; beli token", "cek meter; membeli selalu dengan kode atau nominal"),
    conflict(
        "CEKPLN / INQ.PLN",
        "tagihan PLN; cek meter",
        "11 angka: meter dulu; 12 angka: tagihan dulu; lalu yang lain",
    ),
    conflict("PRINT.<nomor>.<tgl>", "cetak ulang", "struk transaksi ke nomor itu"),
    conflict("DEPOSIT.<angka>", "tiket deposit; mutasi tanggal", "tiket deposit; mutasi memakai MUTASI.<tgl>"),
    conflict("REG", "daftar; daftarkan downline; mutasi", "daftar; dengan nomor HP berarti mendaftarkan downline"),
    conflict("R", "rekap; daftarkan downline", "rekap; dengan nomor HP berarti mendaftarkan downline"),
    conflict("RKP.2", "tanggal 2; dua hari lalu", "tanggal 2"),
    conflict(
        "T, TS",
        "<agen>.<jumlah>; <jumlah>.<agen>; PIN di depan",
        "agen dulu atau jumlah dulu; PIN paling depan hanya bila jelas mana jumlahnya",
    ),
    conflict("TS.<agen>.-<jumlah>", "tarik saldo", "ditolak: jumlah tidak boleh minus"),
    conflict(
        "TARIK.<agen>.<jumlah>",
        "saldo langsung ditarik",
        "diminta kembali: penerima yang menyetujui, hanya transfer 15 menit terakhir",
    ),
    conflict("GP.<pin>.<pin>", "baru.lama; lama.baru", "urutan bebas"),
    conflict("M", "multi transaksi; markup", "multi transaksi; selain itu markup untuk semua atau satu produk"),
    conflict("A", "tambah nomor; aktifkan downline", "tambah nomor; mengaktifkan downline belum ada"),
    conflict(
        "LIST",
        "daftar nomor; daftar harga",
        "daftar nomor dan chat; dengan kata di belakangnya: daftar harga untuk pelanggan",
    ),
    conflict(
        "DAFTARHARGA",
        "harga beli; harga untuk pelanggan",
        "harga jual sendiri untuk pelanggan; harga beli memakai HARGA",
    ),
    conflict(
        "KOMISI, TUKAR",
        "komisi ditukar dulu menjadi saldo",
        "markup langsung masuk saldo; ini menampilkan jumlahnya",
    ),
    conflict("….<pin>.1", "pengulangan pertama", "transaksi ke-1; yang kedua .2"),
    conflict("ULANG.….1", "pengulangan pertama", "pengulangan pertama, yaitu transaksi ke-2"),
    conflict("I2.<kode>", "transaksi ke-2; kode I2 transaksi ke-…", "sebelum kode produk: transaksi ke-2"),
    conflict(
        "2S10",
        "kode produk; transaksi ke-2 dari S10",
        "transaksi ke-2 dari S10: kode produk tidak diawali angka 2-9",
    ),
];
