//! How it is said where orders are bought.

use crate::said::Said;

const PAUSES: &str = "jeda jedain jedakan stop setop hentikan hentiin matikan matiin tutup istirahatkan pause nonaktifkan off berhenti distop dijeda ditutup dimatikan dimatiin";
const RESUMES: &str =
    "lanjut lanjutkan lanjutin jalankan jalanin hidupkan hidupin nyalakan nyalain aktifkan buka bukain resume on";
const PREFERS: &str = "dahulukan dahuluin pindah pindahkan pindahin lewat lewatkan via utamakan prioritas prioritaskan alihkan dulukan duluan ganti";

pub(super) const SUPPLIERS: &[Said] = &[
    Said::as_line("/supplier", &["supplier suppliers suplier suplayer suppliernya pemasok h2h server servernya"])
        .beside(
            "mati hidup aktif mana error jalan gangguan status normal lancar deposit saldo down up putus lambat sisa semua \
             yang apa",
        ),
    Said::as_line("/supplier", &["lemot lambat lelet ngelag lag", "kok kenapa server transaksi trx hari ini lagi sistem"])
        .beside("sih banget transaksi sistem terus"),
    Said::as_line("/supplier {supplier} jeda", &[PAUSES]).beside("supplier dulu sementara server"),
    Said::as_line("/supplier NAMA jeda", &["jeda jedain jedakan pause"])
        .beside("supplier dulu sementara server gangguan libur sampai besok nanti malam"),
    Said::as_line("/supplier {supplier} lanjut", &[RESUMES]).beside("supplier lagi server"),
    Said::as_line("/supplier {supplier} prioritas 1", &[PREFERS]).beside("supplier dulu ke semua produk"),
    Said::as_line("/supplier {supplier} harga", &["harga pricelist"]).beside("supplier daftar modal ambil update terbaru"),
    Said::as_line("/supplier {supplier}", &[]).beside(
        "lemot lambat lelet banget bgt terus supplier server saldo saldonya deposit depositnya status mati hidup aktif error gangguan lancar normal jalan sisa \
         down kenapa",
    ),
];

pub(super) const PRIORITY: &[Said] =
    &[Said::as_line("/prioritas {product} {supplier} 1", &[PREFERS]).beside("ke dulu supplier produk")];

pub(super) const MARGIN: &[Said] = &[Said::as_line("/margin", &["margin marginnya"]).beside("harga jual untung")];

const CLOSES: &str = "tutup tutupin stop close hapus matikan nonaktifkan jeda";
const OPENS: &str = "buka bukain open aktifkan nyalakan lanjut";

pub(super) const CLOSE: &[Said] =
    &[Said::as_line("/tutup {product} {supplier}", &[CLOSES]).beside("di dari supplier produk dulu")];

pub(super) const OPEN: &[Said] =
    &[Said::as_line("/buka {product} {supplier}", &[OPENS]).beside("di dari supplier produk lagi")];
