//! How those who work here say what they want done.

use crate::said::{COST, DOWN, Said, UP};

const THEIRS: &str = "akun agen reseller si pak bu ibu bapak";
const BLOCKS: &str = "blokir blok block blokirin bekukan";
const OPENS: &str = "buka bukain open aktifkan unblok unblock unblokir bukablokir";
const RESETS: &str = "reset resetin resetpin";
const CLOSES: &str = "tutup tutupin stop close hapus matikan nonaktifkan kosong kosongin habis";
const TELLS: &str = "pengumuman siaran siarkan umumkan broadcast";

pub(super) const AGENTS: &[Said] = &[
    Said::as_line("/agen", &["agen agenku agennya reseller resellers resellernya resellerku agents anggota member"]).beside(
        "baru siapa saldo saldonya total punya terdaftar aktif menunggu toko jumlah daftar semua pendaftar saja nama dan \
         belum disetujui rame ramai rajin paling banyak sedikit minus negatif kosong habis",
    )
    .unless("hapus hapusin hapuskan keluarkan keluarin masukkan masukin angkat jadikan"),
    Said::as_line("/agen", &["siapa", "saldo saldonya saldonye"]).beside("paling banyak sedikit habis minus"),
    Said::as_line("/agen", &["daftar mendaftar pendaftar pendaftaran", "ada siapa berapa baru"]).beside("orang"),
    Said::as_line("/agen {agent}", &[]).beside("agen akun saldo saldonya data info mutasi mutasinya transaksi rekap trx"),
];

pub(super) const FIND: &[Said] = &[
    Said::as_line("/cari {name}", &["cari cariin carikan temukan search find"]).beside("agen nama namanya yang kode"),
    Said::as_line("/cari {name}", &["saldo saldonya kode kodenya data datanya profil"]).beside(THEIRS),
];

pub(super) const APPROVE: &[Said] = &[
    Said::as_line("/setujui {agent}", &["setujui terima acc approve izinkan"]).beside(THEIRS),
    Said::as_line("/setujui {name}", &["setujui acc approve izinkan"]).beside(THEIRS),
];

pub(super) const BLOCK: &[Said] = &[
    Said::as_line("/blokir {agent}", &[BLOCKS]).beside(THEIRS).unless("buka lepas"),
    Said::as_line("/blokir {name}", &[BLOCKS]).beside(THEIRS).unless("buka lepas"),
    Said::as_line("/blokir KODE", &[BLOCKS]).beside(THEIRS).unless("buka lepas"),
    // Whoever has only registered is turned away.
    Said::as_line("/blokir {agent}", &["tolak tolakin reject"]).beside(THEIRS),
];

pub(super) const OPEN: &[Said] = &[
    Said::as_line("/buka {agent}", &[OPENS]).beside("akun agen blokir blok blokirnya"),
    Said::as_line("/buka {name}", &[OPENS, "blokir blok blokirnya akun agen bukablokir unblok unblokir unblock"])
        .beside(THEIRS),
    Said::as_line("/buka {product}", &[OPENS]).beside("produk lagi jual jualan"),
    Said::as_line("/buka kategori {category}", &[OPENS]).beside("kategori semua produk lagi pulsa"),
];

pub(super) const CLOSE: &[Said] = &[
    Said::as_line("/tutup {product}", &[CLOSES]).beside("produk dulu lagi gangguan"),
    Said::as_line("/tutup kategori {category}", &[CLOSES]).beside("kategori semua produk dulu pulsa lagi gangguan"),
];

pub(super) const RESET_PIN: &[Said] = &[
    Said::as_line("/resetpin {agent}", &[RESETS]).beside("pin pinnya akun agen"),
    Said::as_line("/resetpin {agent}", &["lupa salah terkunci kekunci", "pin pinnya"]).beside("agen"),
    Said::as_line("/resetpin {name}", &[RESETS]).beside("pin pinnya akun agen punya"),
    Said::as_line("/resetpin {name}", &["lupa", "pin pinnya"]).beside(THEIRS),
];

pub(super) const ANSWER: &[Said] =
    &[Said::as_line("/balas {agent} PESAN", &["balas balasin bales balesin jawab bilangin kabari kabarin infokan"])];

pub(super) const RENAME: &[Said] =
    &[Said::as_line("/nama {agent} NAMA", &["ganti ubah ganti gantiin rubah", "nama namanya"]).beside("agen jadi")];

pub(super) const PRICE: &[Said] = &[
    Said::as_line("/hargajual {product} {signed}", &["harga harganya hargajual jual naik naikkan naikin turun turunkan turunin"])
        .beside("harga jual ke")
        .unless(COST),
    Said::as_line("/hargajual kategori {category} {signed}", &["harga harganya hargajual kategori naik naikkan naikin turun turunkan turunin"])
        .beside("harga jual semua kategori pulsa")
        .unless(COST),
    Said::as_line("/hargajual {product} +{step}", &[UP]).beside("harga harganya jual hargajual perak rupiah sebesar").unless(COST),
    Said::as_line("/hargajual {product} -{step}", &[DOWN]).beside("harga harganya jual hargajual perak rupiah sebesar").unless(COST),
    Said::as_line(
        "/hargajual {product} {price}",
        &["harga harganya hargajual jadi jadiin jadikan jual ubah ganti set naik naikkan naikin naikan naekin tambah turun turunkan turunin"],
    )
    .beside("jual ke jadi jadiin menjadi harga harganya perak rupiah")
    .unless("modal modalnya hpp cost modale khusus spesial"),
    Said::as_line("/hargajual kategori {category} +{step}", &[UP]).beside("harga semua jual kategori pulsa perak").unless(COST),
    Said::as_line("/hargajual kategori {category} -{step}", &[DOWN]).beside("harga semua jual kategori pulsa perak").unless(COST),
];

pub(super) const CATALOG: &[Said] = &[
    Said::as_line("/katalog", &["katalog katalognya catalog kataloge"]).beside("produk harga minta file semua"),
    Said::as_line("/katalog", &[COST]).beside("harga berapa produk").of_anything(),
    Said::as_line("/katalog excel", &["excel excelnya xlsx xls eksel exel"])
        .beside("katalog dalam ke bentuk file produk harga minta download unduh daftar excelnya"),
];

pub(super) const PENDING: &[Said] = &[
    Said::as_line(
        "/pending",
        &["pendingan pendingannya nyangkut gantung ngegantung pending stuck tertahan macet menggantung"],
    )
    .beside("trx transaksi order pesanan orderan ga gak yang masih ada belum selesai supplier"),
    Said::as_line("/pending", &["trx transaksi order pesanan", "belum blm"])
        .beside("selesai beres sukses masuk kelar yang jadi"),
];

pub(super) const ORDER: &[Said] = &[
    // Money is not given back by a number alone.
    Said::as_line(
        "/order {number}",
        &["refund gagal gagalin gagalkan batalin batalkan nyangkut pending belum blm trx transaksi order cek"],
    )
    .beside("nomor no ke masuk sudah udah"),
];

pub(super) const LOG: &[Said] = &[
    Said::as_line("/log kemarin", &["log lognya logs catatan riwayat", "kemarin kmrn kemaren kmaren"])
        .beside("admin pegawai operator staf toko malam pagi siang"),
    Said::as_line("/log", &["log lognya logs catatan riwayat"])
        .beside("admin pegawai operator staf toko kegiatan aktivitas tadi hari minggu lalu malam pagi siang"),
    Said::as_line("/log", &["siapa", "ubah ngubah mengubah rubah ngerubah merubah ganti mengganti nambah nambahin menambah ngisi hapus nutup menutup"])
        .beside("harga saldo deposit aja pin produk tiket")
        .of_anything(),
];

pub(super) const ROLES: &[Said] = &[
    Said::as_line(
        "/peran",
        &["staf staff pegawai karyawan admin operator peran stafnya pegawainya karyawannya operatornya"],
    )
    .beside("siapa toko punya daftar semua sekarang berapa")
    .unless("kasih kasi beri berikan tambah tambahkan tambahin bikin akses hubungi"),
    Said::as_line(
        "/peran {name} operator",
        &["jadikan jadiin angkat kasih beri tambah jadi", "operator admin pegawai staf kasir karyawan"],
    )
    .beside("jadi akses ke si pak bu mas mbak"),
    Said::as_line(
        "/peran {agent} operator",
        &["jadikan jadiin angkat kasih beri tambah akses jadi", "operator admin pegawai staf kasir karyawan akses"],
    )
    .beside("jadi akses ke"),
    Said::as_line(
        "/peran {agent} hapus",
        &["cabut pecat keluarkan copot berhentikan", "operator admin pegawai staf akses peran karyawan kasir"],
    )
    .beside("dari"),
];

pub(super) const LIMIT: &[Said] =
    &[Said::as_line("/batas", &["limit limitnya batas batasnya"]).beside("operator deposit harian staf hari berapa")];

pub(super) const BROADCAST: &[Said] = &[
    Said::as_line("/siaran {rest}", &[TELLS]),
    Said::as_line("/siaran PESAN", &["tau tahu beritahu kabarin kabari infokan kasitau", "semua semuanya"])
        .beside("agen reseller lagi gangguan normal")
        .of_anything(),
];
