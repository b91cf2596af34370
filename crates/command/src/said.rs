//! How commands of the desk are said in everyday words, by those who leave the slash out. A family's rows stand beside its
//! formats; `spoken::desk` finds the one that is meant.

/// One way of saying a command.
#[derive(Clone, Copy)]
pub struct Said {
    pub(super) means: Means,
    /// Of each of these lists one word is said.
    pub(super) words: &'static [&'static str],
    /// What else may stand there without changing it.
    pub(super) beside: &'static str,
    /// Beside one of these something else is meant.
    pub(super) unless: &'static str,
    /// Whatever is named in it besides.
    pub(super) of_anything: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Means {
    /// A line with what is named: `{agent}`, `{name}`, `{product}`, `{category}`, `{supplier}`, `{number}`, `{sum}`, `{price}`,
    /// `{step}`, and `{rest}`, what stands behind the words.
    Line(&'static str),
    /// No command does it.
    Advice(Advice),
}

/// What is not done by a command: told is what to do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The shop has no hours.
    Hours,
    Restart,
    /// Where deposits are transferred to.
    Bank,
    Backup,
    /// Nobody owes: balances are paid first.
    Debts,
    /// Somebody else is to work here.
    Access,
    /// Prices are changed by category.
    AllPrices,
    /// What suppliers charge stands in the catalog.
    Cost,
    /// Complaints come by themselves.
    Complaints,
}

impl Said {
    /// Said by a word of each list.
    pub(super) const fn as_line(line: &'static str, words: &'static [&'static str]) -> Self {
        Self { means: Means::Line(line), words, beside: "", unless: "", of_anything: false }
    }

    pub(super) const fn asks(advice: Advice, words: &'static [&'static str]) -> Self {
        Self { means: Means::Advice(advice), words, beside: "", unless: "", of_anything: true }
    }

    pub(super) const fn beside(self, beside: &'static str) -> Self {
        Self { beside, ..self }
    }

    pub(super) const fn unless(self, unless: &'static str) -> Self {
        Self { unless, ..self }
    }

    pub(super) const fn of_anything(self) -> Self {
        Self { of_anything: true, ..self }
    }
}

/// What no command does.
pub(super) const ADVICE: &[Said] = &[
    Said::asks(Advice::Complaints, &["komplain komplen complain keluhan", "ada siapa lihat daftar cek berapa mana"])
        .beside("yang masuk baru agen"),
    Said::asks(
        Advice::Hours,
        &["buka tutup libur liburkan buka2 operasional jam", "toko tokonya warung konter kios counter operasional"],
    )
    .beside("diatur dimana jam hari besok dulu sementara mau atur ganti ubah"),
    Said::asks(
        Advice::Restart,
        &[
            "restart reboot reset mulai matikan hidupkan nyalakan update upgrade perbarui",
            "bot botnya program server servernya aplikasi konter sistem vps komputer",
        ],
    )
    .beside("ulang dulu versi"),
    Said::asks(Advice::Restart, &["restart reboot"]),
    Said::asks(
        Advice::Bank,
        &[
            "ganti ubah tambah gantiin rubah pindah tambahin ganti",
            "rekening rek norek bank bca bri bni mandiri bsi qris",
        ],
    )
    .beside("nomor no toko saya baru jadi ke rekening bank deposit tujuan"),
    Said::asks(Advice::Backup, &["backup bekap cadangan cadangkan backupan salinan restore"])
        .beside("cara data bot toko database sekarang buat bikin dimana file"),
    Said::asks(Advice::Debts, &["piutang utang hutang ngutang kasbon tagihan bon nunggak tunggakan"])
        .beside("agen siapa punya catat total masih belum"),
    Said::asks(Advice::Debts, &["belum blm", "bayar mbayar lunas setor"]).beside("siapa agen"),
    Said::asks(Advice::Access, &["akses pegawai karyawan operator admin kasir staf staff owner", ADDS_STAFF])
        .beside("ke istri suami anak adik kakak teman saudara saya orang bot baru jadi sebagai untuk buat lihat")
        .unless("KODE"),
    Said::asks(Advice::AllPrices, &[CHANGES, "semua smua semuanya seluruh"])
        .beside("harga produk harganya jual perak rupiah"),
    Said::asks(
        Advice::Cost,
        &[COST, "ganti ubah naik turun jadi naikkan naikin turunkan turunin set update rubah tambah kurangi berubah"],
    )
    .beside("harga beli jadi ke supplier"),
];

/// What suppliers charge.
pub(super) const COST: &str = "modal modalnya hpp cost modale";
pub(super) const UP: &str =
    "ditambah dinaikkan dinaikin naik naikkan naikin naikan tambah tambahin tambahkan naikken naekin naekkan";
pub(super) const DOWN: &str =
    "dikurangi diturunkan diturunin turun turunkan turunin turunan kurangi kurangin kurangkan potong diskon";
pub(super) const CHANGES: &str = "naik naikkan naikin naikan naekin naekkan tambah tambahin tambahkan turun turunkan turunin turunan kurangi kurangin kurangkan";
const ADDS_STAFF: &str =
    "kasih kasi beri berikan tambah tambahkan tambahin bikin buatkan angkat jadikan jadiin daftarkan undang mau";
