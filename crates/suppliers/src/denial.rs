//! Words beside a failure by which it is none. Servers write whatever their programs or providers told them behind their
//! verdict, and a failed attempt, check or cancellation is no failed order. Each of these makes a doubt of a failure, in every
//! protocol: a person waits longer then, where money would have been given back that is spent.

use std::sync::LazyLock;

use regex::Regex;

/// Advice to whoever reads it, and what is said of other orders or of the money.
const NEUTRAL: &[&str] = &[
    r"(?:transaksi|trx|order)(?: +anda)? +(?:sebelumnya|sebelum +ini|sblmnya|sblm|terdahulu|lain)(?: +[a-z]+){0,5}",
    r"(?:jangan|jgn|tidak +(?:bisa|dapat|boleh)) +(?:di ?|meng)?(?:ulang|ulangi|coba)(?: +(?:lagi|kembali))? +(?:sebelum|sblm)",
    r"(?:cek|check|periksa)(?: +(?:dulu|dahulu|kembali|ulang|lagi))* +(?:nomor|no|nomer|id|tujuan|format|kode|zona|zone|server +(?:id|game))",
    r"(?:sebelum|sblm|bisa|dapat|dpt|boleh|silakan|silahkan|harap|mohon|mhn|tolong|untuk|please)(?: +(?:dapat|bisa|anda))? +(?:di ?|meng)?(?:ulang|ulangi|coba|periksa|check|cek(?: +kembali)?(?: +(?:nomor|no|nomer|id|tujuan))|cek +kembali)(?: +(?:ulang|lagi|kembali))?",
    r"(?:tunggu|menunggu)(?: +[a-z0-9]+){1,3} +(?:sebelum|sblm|untuk|utk|lalu|baru|kemudian)(?: +[a-z]+)? +(?:meng)?(?:ulang|ulangi|coba|order|transaksi|trx)(?: +(?:ulang|lagi|kembali))?",
    r"(?:refund|saldo|dana|stok|uang)(?: +anda)?(?: +(?:telah|sudah|sdh))? +(?:berhasil|sukses)(?: +di ?(?:kembalikan|refund))?",
    r"(?:berhasil|sukses) +di ?(?:kembalikan|refund)",
    r"(?:dalam|dlm) +proses +(?:pemeliharaan|perbaikan|maintenance)|cut ?off +in ?progress",
    r"tidak +(?:dapat|bisa|dpt) +di ?(?:proses|cek|coba|ulang)",
    r"(?:not|un|never|could +not +be|cannot +be)[ -]*delivered",
    r"(?:tidak|tdk|gak|tak|belum|blm|bukan|tanpa) +(?:sukses|berhasil|success)",
];

/// What makes a failure doubtful.
const WAVERING: &[&str] = &[
    // It goes on.
    r"(?:tunggu|di ?tunggu)|manual|rekon(?:siliasi)?|menyusul|nyusul|di ?proses +(?:oleh|via|lewat)",
    r"(?:sedang|sdg|masih|msh|akan|segera|tetap)(?: +(?:dalam|dlm|kami))* +(?:di ?|me|mem)?(?:proses|cek|check|periksa|pantau|pengecekan|konfirmasi|antri|pending|tunggu|menunggu|berjalan)",
    r"(?:dalam|dlm) +(?:proses|pengecekan|antrian|pemeriksaan)",
    r"(?:pending|menunggu|waiting|antri(?:an)?|in ?progress|under ?process|on ?process|processing)",
    r"gagal[ .,:;|-]+(?:transaksi +|trx +|status +)?di ?proses",
    r"in ?process|delay(?:ed)?|(?:late|terlambat)(?: +(?:delivery|response|masuk))?|(?:on +|di ?|ter)?hold|(?:meng|ter)?gantung|cek +berkala",
    r"(?:bukan|belum|blm)(?: +(?:status|hasil))? +akhir|(?:status|hasil) +sementara|^[^a-z]*(?:gagal[ .,;:|-]+)?sementara[^a-z]*$",
    r"(?:belum|blm) +(?:di ?)?(?:refund|kembalikan)",
    // It is tried again.
    r"(?:akan|sedang|sdg|segera|masih|tetap) +(?:di ?|men|meng)?(?:ulang|ulangi|coba|retry)",
    r"(?:di ?ulang|di ?ulangi|re-?try|re-?rout(?:e|ing)|di ?alihkan|alih +server|fail-?over|percobaan)",
    r"resend|re-send|(?:jangan|jgn|no|do +not|don.?t) +(?:di ?|meng)?(?:ulang|ulangi|coba +lagi|retry|repeat)",
    r"(?:di ?proses|lempar|kirim|request) +ulang|ulang +otomatis|di ?lempar|switch(?:ing)?",
    r"pindah +(?:ke +)?(?:jalur|server|provider|supplier|modul)|(?:jalur|server|provider|supplier|sp|h2h|modul|seller) +(?:lain|lainnya|[0-9]|cadangan|kedua)",
    r"di ?coba +(?:ulang|lagi)|coba(?: +(?:ulang|lagi))? +(?:otomatis|(?:lewat|via|melalui|ke|di) +(?:jalur|server|provider|supplier|modul))",
    // Nobody knows yet.
    r"(?:belum|blm) +(?:final|pasti|jelas|diketahui|tentu|selesai|gagal|ada +(?:status|jawaban|respon|kepastian|konfirmasi))",
    r"(?:tidak|tdk|bukan|gak|tak)(?: +(?:jadi|tentu|pasti))? +gagal",
    r"(?:mungkin|kemungkinan)(?: +(?:sudah|sdh|telah|besar|masih))? +(?:gagal|sukses|berhasil|masuk|terkirim|terisi)",
    r"(?:dugaan|diduga|dianggap|hampir|suspect|sementara) +(?:gagal|failed)|(?:gagal|failed) +sementara|suspect",
    r"akan +(?:di ?)?(?:update|kabari|kabarkan|info|infokan|informasikan|beritahu)",
    r"(?:cek|check) +(?:ulang +)?(?:status|manual)|pengecekan|di ?cek +(?:manual|ulang|status|dulu)",
    r"(?:tanpa|no|tidak +ada|tdk +ada|belum +ada|blm +ada|tidak +dapat|gak +ada)(?: +ada)? +(?:respon(?:se|s)?|jawaban|balasan)|kepastian",
    r"(?:unknown|undefined) +(?:status|state|result|respon(?:se|s)?)|(?:status|hasil|respon(?:se|s)?|jawaban)(?:nya)?(?: +akhir)?(?: +(?:trx|transaksi))? +(?:unknown|undefined|(?:tidak|tdk|tak|gak|belum|blm) +(?:di ?)?(?:kenal|kenali|ketahui|jelas|pasti|sesuai|lengkap|terbaca))",
    r"(?:jika|bila|kalau|apabila)(?: +[a-z]+){0,3} +(?:belum|tidak|tdk|blm|gak) +masuk|(?:cek|check)(?: +(?:ke|report|laporan|status))+ +(?:operator|provider|server|supplier)",
    r"(?:tidak|tdk|gak) +(?:di ?balas|terhubung)|(?:response?|respon|jawaban) +kosong|status +(?:tidak|tdk) +ditemukan|konfirmasi +(?:ke +)?cs",
    r"(?:sedang|proses|di) ?komplain|komplain +operator|nyangkut|tertunda|telat|antrean|bisa +saja +masuk|kembar|(?:dana|saldo) +belum +kembali|(?:jika|bila|kalau|apabila) +ternyata +masuk",
    r"sn +(?:masih +)?kosong|sn +(?:belum|blm)(?: +ada)?|meragukan|ragu(?:-ragu)?|ambigu(?:ous)?|partial(?:ly)?|sebagian",
    // Its own question was not answered.
    r"(?:read|gateway|request|connection|connect|socket) +timed? ?-?out|timed +out|time ?-?out +dari|t/o|eof|broken +pipe|no +reply|unexpected +response|parsing +error|service +unavailable|socket|[a-z.]*exception|internal +server +error|unknown +error|sengketa|(?:http|error) +50[0234]|50[0234] +(?:bad|gateway|service|internal)|^[^a-z0-9]*(?:gagal[ .,;:|-]+)?50[0234][^a-z0-9]*$|time ?-?out[ .,;:|-]+(?:cek|check|mohon|harap|tunggu|status)(?: +[a-z]+)?",
    r"(?:koneksi|jaringan|sambungan|connection|network)(?: +(?:ke +)?(?:provider|server|operator|biller|supplier))? +(?:ter)?(?:putus|reset|lost|closed|dropped|aborted|broken)|terputus",
    r"(?:server|provider|operator|host|biller|supplier|h2h|sp|modul) +(?:tidak|tdk|gak|ga|tak|belum|blm) +(?:me)?(?:respon|respons|response|jawab|njawab|balas|mbalas|nanggapi)",
    r"(?:respon(?:se|s)?|jawaban|balasan|status)(?:nya)?(?: +(?:dari +)?(?:provider|server|operator|biller|supplier))+ +(?:tidak|tdk|tak|gak|belum|blm) +(?:di ?)?(?:ketahui|kenal|kenali|jelas|terbaca|ada)",
    r"(?:rc|response +code|kode +respon|provider|status +provider)[ :=]+(?:00|0|68)",
    r"(?:cek|check|lihat)(?: +(?:dulu|dahulu))? +(?:mutasi|(?:ke +)?(?:pelanggan|customer|pembeli|konsumen)|(?:pulsa|kuota|paket|token|saldo)(?:nya)?(?: +(?:pelanggan|customer|pembeli|konsumen|tujuan))(?: +(?:dulu|dahulu))?)|(?:cek|check) +(?:dulu|dahulu)",
    // It is asked about an order that was taken before, or has come there.
    r"dupli(?:kat|kasi|cate|cated)|do(?:uble|bel)|ganda|already +(?:exists?|used|processed|sent|delivered)|(?:but|was|is|been|sudah|telah) +delivered",
    r"(?:sudah|sdh|telah|udah|udh|pernah) +(?:pernah[^a-z]*$|(?:di ?|ter)?isi[^a-z]*$|di ?kirim(?:kan)?|di ?terima|di ?salurkan|di ?layani)|terisi +(?:jam|pukul|pada|tgl|tanggal|[0-9])",
    r"(?:bisa +jadi|boleh +jadi|barangkali|sepertinya|kayaknya|mungkin|kemungkinan)(?: +(?:sudah|sdh|telah|besar|masih))? +(?:masuk|sukses|berhasil|terkirim|terisi|sampai)",
    r"(?:ref|reff|refid|reffid|ref +id|reff +id|id +trx|trx +id|trxid|idtrx|id +transaksi|transaksi|trx)(?: +(?:ini|anda|tsb))? +(?:sudah|sdh|telah|udah|pernah)(?: +pernah)?(?: +(?:ada|di ?pakai|terpakai|di ?gunakan|di ?proses|terproses|di ?lakukan|terdaftar|masuk|sukses))?",
    r"(?:sudah|sdh|telah|udah|udh) +(?:masuk|sampai|terkirim|terproses)|(?:pulsa|token|kuota|paket|saldo|isi) +masuk",
    // Something else failed.
    r"(?:gagal|failed)(?: +to)? +(?:ter|me|men|meng|mem|meny|di)?(?:koneksi|konek|connect|hubung|kirim|cek|check|dapat|ambil|peroleh|terima|nerima|batalkan|batal|refund|login|parsing|update|perbarui|simpan|cetak|muat|validasi|konfirmasi|verifikasi|sinkron|tarik|respon|response|request|inquiry|inq|baca|lapor|callback|jawab|sambung|akses)[a-z]*",
    r"(?:pembatalan|pembatalannya|batal|cancel|refund|pengembalian|koneksi|connection|login|cek|cek +status|pengecekan|server|provider|supplier|sn|callback|laporan|respon|request|permintaan)(?: +(?:ke +)?(?:provider|server|operator))? +(?:gagal|failed|di ?tolak)",
];

/// A serial number and what it is called: what failed has none.
const SERIAL: &str = concat!(
    r"(?:sn/ref|ref/sn|sn|s/n|serial|token|voucher)(?: +(?:no|number|code))? *[:=] *[0-9a-z./-]*[0-9][0-9a-z/-]{5,}",
    // Without a sign between them only what is too long for a customer's number or a part of one.
    r"|(?:sn|s/n|sn/ref|ref/sn|serial(?: +number)?|(?:no|nomor|nomer) +seri|(?:kode +)?voucher)[ /#.-]+(?:[0-9]{4}[ -]?){3,}[0-9]*",
    // A token, in its five groups.
    r"|(?:[0-9]{4}[ -]){4}[0-9]{4}",
);

/// What opens a text that says nothing but that the order has failed.
const FAILED: &str = r"^[^a-z]*(?:(?:transaksi|trx|order|status|pembelian|pengisian|top ?up|isi)(?: +[a-z0-9._-]+){0,2} +)?(?:gagal|failed|di ?tolak|rejected)";

/// That it has succeeded.
const SUCCESS: &str = r"(?:sukses|berhasil|success|successful|successfully|terkirim)";

static NEUTRAL_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| words(&NEUTRAL.join("|")));
static WAVERING_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    words(&format!(r"{}|(?:gagal|failed)[ .,:(]*(?:\?|sementara|\((?:bukan|belum|blm|tidak|tdk))", WAVERING.join("|")))
});
static SERIAL_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| words(SERIAL));
static FAILED_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!(r"(?i){FAILED}(?-u:\b)")).ok());
static SUCCESS_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| words(SUCCESS));

/// Whole words, in any letter case.
fn words(pattern: &str) -> Option<Regex> {
    Regex::new(&format!(r"(?i)(?-u:\b)(?:{pattern})(?:(?-u:\b)|\?|$)")).ok()
}

/// Whether it says that the order goes on, that nobody knows yet, or that something else than the order failed.
pub(super) fn wavers(text: &str) -> bool {
    holds(&WAVERING_WORDS, &without_neutral(text))
}

/// The same, or that the order succeeded or has a serial number: for texts beside a failure that is told by a code or in a place of its own.
pub(super) fn denies_failure(text: &str) -> bool {
    wavers(text) || says_success(text) || names_serial(text)
}

pub(super) fn says_success(text: &str) -> bool {
    holds(&SUCCESS_WORDS, &without_neutral(text))
}

/// Whether it names a serial number.
pub(super) fn names_serial(text: &str) -> bool {
    holds(&SERIAL_WORDS, text)
}

/// Whether a text beside a success says that the order failed.
pub(super) fn denies_success(text: &str) -> bool {
    holds(&FAILED_WORDS, text)
}

/// One that does not compile makes everything doubtful, which the test would show.
fn holds(words: &LazyLock<Option<Regex>>, text: &str) -> bool {
    words.as_ref().is_none_or(|words| words.is_match(text))
}

fn without_neutral(text: &str) -> String {
    let neutral = NEUTRAL_WORDS.as_ref();
    neutral.map_or_else(|| text.to_owned(), |neutral| neutral.replace_all(text, " | ").into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN_DOUBT: &[&str] = &[
        "gagal cek koneksi",
        "proses gagal akan diulang",
        "koneksi gagal, sedang dicoba ulang",
        "GAGAL cek status, mohon tunggu",
        "gagal menghubungi server",
        "gagal sementara",
        "GAGAL (sementara), akan dicoba via server lain",
        "transaksi gagal di server 1, dialihkan ke server 2",
        "Gagal timeout, status belum diketahui",
        "GAGAL login ke provider, trx antri",
        "failed to connect",
        "connection failed",
        "GAGAL. Time out. Mohon cek status ke provider",
        "gagal ambil SN",
        "SN gagal diambil",
        "tidak jadi gagal",
        "status gagal belum final",
        "GAGAL? masih dicek",
        "dugaan gagal, dalam pengecekan",
        "kemungkinan gagal",
        "Gagal, diulang otomatis",
        "percobaan ke-1 gagal, percobaan ke-2 berjalan",
        "gagal di jalur 1",
        "gagal jalur A pindah jalur B",
        "lempar ulang krn gagal",
        "gagal, re-route",
        "masih diproses",
        "belum GAGAL",
        "pembatalan gagal",
        "Status gagal diperbarui",
        "GAGAL. Sistem sedang mencoba kembali.",
        "GAGAL. Mohon ditunggu.",
        "GAGAL. Lempar ke supplier lain.",
        "GAGAL. Switch ke SP lain.",
        "GAGAL. pulsa masuk.",
        "GAGAL. Sudah masuk.",
        "GAGAL. Unknown status.",
        "GAGAL. Response tidak dikenal.",
        "GAGAL. Reff ID sudah digunakan.",
        "GAGAL. RefID sudah terpakai.",
        "GAGAL. Duplikat.",
        "GAGAL. No response.",
        "GAGAL. (bukan)",
        "GAGAL. Kepastian status menyusul.",
        "GAGAL. Tunggu 1 jam, jangan diulang.",
        "GAGAL. Diproses manual oleh admin.",
        "GAGAL. Transaksi sudah pernah.",
        "GAGAL. Hasil akhir menyusul.",
        "GAGAL. Proses rekonsiliasi.",
        "GAGAL. Coba hubungi CS utk kepastian.",
        "GAGAL. SN kosong.",
        "in process",
        "delayed",
        "late delivery",
        "on hold",
        "status gantung",
        "bukan status akhir",
        "GAGAL. sementara",
        "cek berkala",
        "belum direfund",
        "resend",
        "trx ganda",
        "sudah pernah",
        "terisi jam 10:22",
        "sudah dikirim operator",
        "bisa jadi masuk",
        "unpaid but delivered",
        "cek pulsa pelanggan dulu",
        "mohon jangan diulang dulu",
        "meragukan",
        "transaksi ambigu",
        "partial",
        "timeout, cek dulu sebelum diulang",
        "koneksi terputus, mohon cek mutasi",
        "read timeout",
        "connection timed out",
        "time out dari provider",
        "java.net.SocketTimeoutException",
        "cek ke operator",
        "SN belum ada",
        "tidak dibalas operator",
        "nyangkut",
        "EOF",
        "service unavailable",
        "sedang dikomplain",
        "masuk antrean",
        "jika ternyata masuk saldo dipotong",
        "jika pulsa belum masuk akan direfund",
        "504 gateway timeout",
        "jaringan terputus saat proses",
        "connection reset",
        "server tidak merespon",
        "respon provider tidak diketahui",
        "provider=00",
        "RC:00",
        "rc=68",
    ];

    #[test]
    fn what_is_said_of_the_order_is_told_from_what_is_not() {
        for text in IN_DOUBT {
            assert!(wavers(text), "{text}");
            assert!(denies_failure(text), "{text}");
        }
        for text in ["GAGAL refund, trx sukses", "sukses, SN menyusul", "SUKSES"] {
            assert!(denies_failure(text), "{text}");
        }
    }

    #[test]
    fn what_speaks_of_something_else_denies_nothing() {
        for text in [
            "GAGAL. Nomor tujuan salah",
            "Cek kembali nomor tujuan Anda..",
            "Mohon diperiksa kembali No tujuan sebelum di ulang",
            "Transaksi sebelumnya masih dalam proses",
            "refund berhasil",
            "saldo telah berhasil dikembalikan",
            "Nomor tidak dapat diproses, mohon coba lagi besok",
            "mohon tunggu 5 menit sebelum mengulang",
            "Silakan coba beberapa saat lagi",
            "Transaction Failed.Info:Please Try Again",
            "Produk sedang gangguan",
            "Pengisian tidak berhasil",
            "cek nomor sebelum diulang",
            "timeout",
            "Mungkin nomor salah",
            "Dibatalkan provider",
            "transaksi ditolak operator",
            "Sistem dalam proses pemeliharaan",
            "System Cut Off Inprogress",
            "Refund (Transaksi digagalkan)",
            "Gagal Biller",
            "GAGAL. SN: . Saldo 1.000",
            "GAGAL. SN: - Nomor salah",
            "Nomor tidak dikenal",
            "Unknown subscriber",
            "Akan di refund 1x24 jam",
            "Produk sementara ditutup",
            "Produk sedang gangguan untuk sementara",
            "Mohon cek dulu nomor tujuan",
            "Cek kembali kode produk",
            "Jangan diulang sebelum nomor tujuan dicek",
            "Pulsa tidak terisi",
            "Message not delivered",
            "Gangguan koneksi biller",
            "Transaksi timeout",
            "CutOff/ Timeout, silahkan ulangi beberapa saat kemudian.",
            "connection refused",
            "Nomor 081200000502 salah",
            // A balance is no code of a gateway's.
            "Transaksi S10.081234567890 GAGAL, Saldo: Rp1.500.000",
            "GAGAL. Nomor salah. Saldo 89.502",
            "Token 14027480301 tidak terdaftar",
            "",
        ] {
            assert!(!denies_failure(text), "{text}");
        }
    }

    #[test]
    fn serial_numbers_and_failures_are_named() {
        for text in [
            "GAGAL. SN: 0041002345678901.",
            "GAGAL. SN/Ref: 0041002345678901",
            "SN:7A9B-33C1-22",
            "sn 0041002345678901",
            "sn/0041002345678901",
            "nomor seri 0041002345678901",
            "voucher 1234-5678-9012-3456",
            "S/N=0041002345678901",
            "GAGAL sn 111111111111",
            "hasil: 1234 5678 9012 3456 7890",
            "hasil: 1234 5678 9012 3456 7890",
        ] {
            assert!(names_serial(text), "{text}");
        }
        for text in [
            "GAGAL. SN: . Saldo 1.000",
            "SN: Nomor salah",
            "SN=0",
            "token 14027480301 salah",
            "voucher 5000 habis",
            "sn 081234567",
        ] {
            assert!(!names_serial(text), "{text}");
        }
        for text in ["Transaksi Gagal", "Trx S100 081234567890 GAGAL", "FAILED", "gagal", "Pengisian ditolak"] {
            assert!(denies_success(text), "{text}");
        }
        for text in ["Transaksi Sukses", "SUKSES. Jika gagal hubungi CS", "tidak gagal", "success", ""] {
            assert!(!denies_success(text), "{text}");
        }
    }
}
