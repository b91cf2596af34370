//! The rows of `respdata`.

use serde::Serialize;

use super::TOKENS;

/// `respdata` of the four products, with the fields in the document's order.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Row {
    Bill {
        idpel: String,
        nama: &'static str,
        blth: String,
        tarif: &'static str,
        daya: String,
        tagihan: i64,
        admin: i64,
        total: i64,
        #[serde(flatten)]
        paid: Option<PaidMonth>,
    },
    Meter {
        nometer: String,
        idpel: String,
        nama: &'static str,
        tarif: &'static str,
        daya: String,
        rp_admin: i64,
        available_token: [i64; TOKENS.len()],
    },
    Token {
        nometer: String,
        idpel: String,
        nama: &'static str,
        tarif: &'static str,
        daya: String,
        rp_ppn: i64,
        rp_ppj: i64,
        rp_materai: i64,
        rp_angsuran: i64,
        rp_token: i64,
        rp_admin: i64,
        rp_total: i64,
        kwh: i64,
        token: String,
        pesan: &'static str,
        callpln: &'static str,
        waktu_transaksi: String,
        billreff: String,
    },
    NonTaglis {
        nama_transaksi: &'static str,
        nomor_registrasi: String,
        tanggal_registrasi: &'static str,
        idpel: String,
        nama: &'static str,
        tagihan: i64,
        admin: i64,
        total: i64,
        #[serde(flatten)]
        paid: Option<PaidNonTaglis>,
    },
    Telkom {
        noslip: String,
        nopel: String,
        nama: &'static str,
        tagihan: i64,
        admin: i64,
        total: i64,
        referensi: String,
        waktu_transaksi: String,
        billreff: String,
    },
}

#[derive(Serialize)]
pub(super) struct PaidMonth {
    pub stan_awal: &'static str,
    pub stan_akhir: &'static str,
    pub sisatungg: usize,
    pub billreff: String,
    pub service_unit_phone: &'static str,
    pub waktu_transaksi: String,
}

#[derive(Serialize)]
pub(super) struct PaidNonTaglis {
    pub pesan: &'static str,
    pub waktu_transaksi: String,
    pub billreff: String,
}
