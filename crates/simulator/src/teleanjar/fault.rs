//! Why teleanjar refuses, in codes and words of this simulator's own: the document lists no code but success.

use crate::scenario::Refusal;

#[derive(Clone, Copy)]
pub(super) enum Fault {
    Access,
    Format,
    UnknownProduct,
    UnknownInquiry,
    WrongToken,
    BillPaid,
    Refused(Refusal),
}

impl Fault {
    /// The document lists no code but success; these are this simulator's.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Access => "SWT:0005",
            Self::Format => "SWT:0030",
            Self::UnknownInquiry => "SWT:0063",
            Self::WrongToken => "SWT:0013",
            Self::BillPaid => "SWT:0088",
            Self::UnknownProduct | Self::Refused(Refusal::UnknownProduct) => "SWT:0031",
            Self::Refused(refusal) => match refusal {
                Refusal::WrongNumber => "SWT:0014",
                Refusal::NumberExpired => "SWT:0015",
                Refusal::NumberInactive => "SWT:0016",
                Refusal::SupplierDisturbed => "SWT:0091",
                Refusal::OperatorDisturbed => "SWT:0092",
                Refusal::DepositTooSmall => "SWT:0046",
                Refusal::CutOff => "SWT:0090",
                Refusal::Repeated => "SWT:0094",
                _ => "SWT:0006",
            },
        }
    }

    pub const fn text(self) -> &'static str {
        match self {
            Self::Access => "AKSES DITOLAK",
            Self::Format => "FORMAT SALAH",
            Self::UnknownInquiry => "INQUIRY TIDAK DITEMUKAN",
            Self::WrongToken => "NOMINAL TIDAK TERSEDIA",
            Self::BillPaid => "TAGIHAN SUDAH LUNAS",
            Self::UnknownProduct | Self::Refused(Refusal::UnknownProduct) => "PRODUK TIDAK TERSEDIA",
            Self::Refused(refusal) => match refusal {
                Refusal::WrongNumber => "NOMOR PELANGGAN SALAH",
                Refusal::NumberExpired => "NOMOR PELANGGAN KADALUARSA",
                Refusal::NumberInactive => "NOMOR PELANGGAN DIBLOKIR",
                Refusal::SupplierDisturbed => "PRODUK GANGGUAN",
                Refusal::OperatorDisturbed => "GANGGUAN BILLER",
                Refusal::DepositTooSmall => "SALDO TIDAK CUKUP",
                Refusal::CutOff => "CUT OFF",
                Refusal::Repeated => "TRANSAKSI BERULANG DITOLAK",
                _ => "TRANSAKSI GAGAL",
            },
        }
    }
}
