//! The words that open a message, and where konter had to choose between what other servers mean by them.

use super::Feature;

/// What a message that opens with the word is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Balance,
    /// `CS`: balance, or a complaint when words follow.
    BalanceOrComplaint,
    Prices,
    /// `HARGAPLN 20,50`: prices of the nominals of one product.
    PlnPrices,
    /// `PPOB`: the bill products.
    BillPrices,
    Orders,
    Deposit,
    HowToDeposit,
    /// `BUKTI`: a transfer has been made.
    Proof,
    ChangePin,
    /// `P`: a new PIN when two PINs follow, else a sender's number.
    PinOrSender,
    /// `A`: a sender's number when a phone number follows, else a downline's status.
    SenderOrStatus,
    /// `GANTI PIN`, or a sender's number.
    Change,
    Register,
    Start,
    Meter,
    Inquiry,
    /// `INQ`: machine clients look up meters with it too.
    InquiryOrMeter,
    Payment,
    PlnPayment,
    PlnInquiry,
    Receipt,
    ReceiptShop,
    ReceiptFooter,
    Transfer,
    Sales,
    /// `R`: sales, or a downline's registration when a phone number follows.
    SalesOrDownline,
    /// `D`, `AUTOREG`: a downline.
    RegisterDownline,
    Downlines,
    Downline,
    /// For all, for a product, for a downline, for a downline and a product.
    Markup,
    /// What a downline is charged.
    ShowMarkup,
    Invite,
    /// `YA`: a transfer goes ahead.
    Confirm,
    /// `BATAL`: an order that waits.
    Cancel,
    /// `ANTRI`: whether orders wait for the end of a break.
    Queue,
    Statement,
    Complaint,
    /// `INFO`: complaint when words follow.
    ComplaintOrCentres,
    Help,
    Language,
    /// `PLN`: a meter is looked up; with a nominal and a PIN it is an order.
    Pln,
    /// `I.`: an order follows.
    Order,
    /// `M.`, `MULTI.`: orders follow; else a markup.
    OrdersOrMarkup,
    /// `ULANG.`: the order that follows is meant once more.
    Again,
    /// Another chat of the reseller's.
    AddChat,
    /// `HAPUS`: one of them goes, or a favourite.
    Remove,
    /// `LIST`: the chats; the price list for customers when a word follows.
    Chats,
    SaveFavourite,
    Favourite,
    Selling,
    SellingList,
    /// `NAMA`: a new name, or somebody tells theirs.
    Name,
    Rename,
    Earnings,
    /// Means something only inside a command.
    Inner,
    Feature(Feature),
}

/// The word's meaning; letter case does not matter.
pub(super) fn lookup(word: &str) -> Option<Word> {
    const LONGEST: usize = 20;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_uppercase();
    WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(meaning, _)| *meaning)
}

/// Whether the word opens a command, so that a product code of that name could never be ordered.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    lookup(word).is_some()
}

/// Every word, for finding the one that was meant.
pub(super) fn all() -> impl Iterator<Item = (&'static str, Word)> {
    WORDS.iter().flat_map(|(meaning, words)| words.iter().map(move |word| (*word, *meaning)))
}

const WORDS: &[(Word, &[&str])] = &[
    (Word::Balance, &["S", "SAL", "SALDO", "CEKSALDO", "CEKSAL", "SISASALDO", "BALANCE"]),
    (Word::BalanceOrComplaint, &["CS"]),
    (Word::Prices, &["H", "HARGA", "HRG", "CH", "CEKHARGA", "PRODUK", "PRICE", "PRICES"]),
    (Word::PlnPrices, &["HARGAPLN"]),
    (Word::BillPrices, &["PPOB"]),
    (
        Word::Orders,
        &["CEK", "STATUS", "STA", "CST", "TRX", "CTRX", "CEKTRX", "CLT", "LAST", "LAST5", "RIWAYAT", "HISTORY"],
    ),
    (Word::Deposit, &["TIKET", "DEPOSIT", "DEP", "DEPO", "TOPUP", "ISI"]),
    (Word::HowToDeposit, &["BANK", "REKENING", "NOREK"]),
    (Word::Proof, &["BUKTI", "KONFIRMASI", "KONFIRM", "BUKTITRANSFER", "BUKTITF"]),
    (Word::ChangePin, &["GP", "GPIN", "GTP", "G", "PIN", "GANTIPIN", "UBAHPIN"]),
    (Word::PinOrSender, &["P"]),
    (Word::SenderOrStatus, &["A"]),
    (Word::Change, &["GANTI", "UBAH"]),
    (Word::Register, &["DAFTAR", "REG", "REGISTER", "REGISTRASI", "JOIN"]),
    (Word::Start, &["START", "MULAI"]),
    (Word::Meter, &["CEKPLN", "INQPLN", "CEKMETER", "CEKTOKEN"]),
    (Word::Inquiry, &["TAG", "TAGIHAN", "CEKTAG", "CEKTAGIHAN"]),
    (Word::InquiryOrMeter, &["INQ"]),
    (Word::Payment, &["BAYAR", "BYR", "PAY"]),
    (Word::PlnInquiry, &["TAGPLN", "TAGIHANPLN", "CEKTAGPLN"]),
    (Word::Receipt, &["STRUK", "CETAK", "PRINT", "RESI", "NOTA"]),
    (Word::ReceiptShop, &["NAMASTRUK", "JUDULSTRUK"]),
    (Word::ReceiptFooter, &["KAKISTRUK", "FOOTERSTRUK"]),
    (Word::PlnPayment, &["BAYARPLN", "BYRPLN", "PAYPLN"]),
    (Word::Transfer, &["TR", "TRF", "TRANSFER", "TRANS", "TD", "TS", "T", "KIRIM", "ADD"]),
    (Word::Sales, &["REKAP", "RKP", "LAP", "LAPORAN", "LAPH", "RT", "L"]),
    (Word::SalesOrDownline, &["R"]),
    (Word::Statement, &["MUTASI", "MUT", "REK", "INFOTRF"]),
    (Word::Complaint, &["KOMPLAIN", "KOMPLEN", "KOMP", "KOM", "K", "INF", "C", "LAPOR", "COMPLAIN"]),
    (Word::ComplaintOrCentres, &["INFO"]),
    (Word::Help, &["BANTUAN", "FORMAT", "HELP", "MENU", "PANDUAN", "CARA", "?"]),
    (Word::Language, &["BAHASA", "LANG", "LANGUAGE"]),
    (Word::Pln, &["PLN"]),
    (Word::Order, &["I", "BELI", "BUY", "ORDER", "ISIPULSA"]),
    (Word::OrdersOrMarkup, &["M", "MULTI"]),
    (Word::Again, &["ULANG", "LAGI"]),
    (Word::Inner, &["RO"]),
    (Word::RegisterDownline, &["D", "AUTOREG"]),
    (Word::Downlines, &["LDL", "DONLINE", "DOWNLINE", "LIHAT"]),
    (Word::Downline, &["SD", "CSDL"]),
    (Word::Feature(Feature::DownlineStatus), &["NA", "SS", "DA", "DB", "BLOK", "UNBLOK", "AKTIF", "NONAKTIF"]),
    (Word::Markup, &["MP", "MP2", "MS", "MARKUP", "SET", "SELISIH", "GS", "GHALL", "HU", "UL", "SM"]),
    (Word::ShowMarkup, &["CM", "CHRG"]),
    // Prices instead of markups.
    (Word::Feature(Feature::Markup), &["GH", "SH"]),
    (Word::Invite, &["UNDANG", "UNDANGAN", "INVITE"]),
    (Word::Confirm, &["YA"]),
    (
        Word::AddChat,
        &[
            "PAR",
            "PARALEL",
            "HP",
            "THP",
            "TNT",
            "TNO",
            "TN",
            "TAMBAH",
            "TAMBAHHP",
            "TAMBAHGT",
            "TAMBAHNOMOR",
            "TAMBAHCHAT",
            "YM",
            "TYM",
            "TGT",
        ],
    ),
    (Word::Remove, &["HAPUS", "HAPUSHP", "HAPUSGT", "HAPUSNOMOR", "HAPUSCHAT", "DELHP", "DELYM", "HNO"]),
    (Word::Chats, &["LIST", "LISTHP", "DAFTARNOMOR"]),
    (Word::SaveFavourite, &["SIMPAN"]),
    (Word::Favourite, &["FAV", "FAVORIT", "FAVORITE"]),
    (Word::Selling, &["JUAL", "HARGAJUAL"]),
    (Word::SellingList, &["DAFTARHARGA", "LISTHARGA", "PRICELIST"]),
    (Word::Name, &["NAMA"]),
    (Word::Rename, &["GN", "GNAMA", "GANTINAMA", "UN"]),
    (Word::Earnings, &["CRBT", "CR", "CB", "KOMISI", "BONUS", "BAGIKOMISI", "TUKAR"]),
    (Word::Feature(Feature::Points), &["CEKHADIAH", "HADIAH", "POIN", "POINT", "CEKPOIN"]),
    (Word::Feature(Feature::TakeBack), &["TARIK", "AS", "TRFBLK", "BATALTRANSFER"]),
    (Word::Cancel, &["BTL", "BATAL", "CANCEL"]),
    (Word::Queue, &["ANTRI", "ANTRIAN", "QUEUE"]),
    (Word::Feature(Feature::CentreNumbers), &["CENTER", "CENTRE"]),
    (Word::Feature(Feature::ResetPin), &["RP", "RESET", "RESETPIN", "LUPAPIN"]),
    (Word::Feature(Feature::StaffUsers), &["LISTUSER"]),
    (Word::Feature(Feature::FeeScheme), &["GANTIFEE"]),
];

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
        "1-2 angka: harga nominal; 3-8 angka: PIN; lebih: nomor tujuan",
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
