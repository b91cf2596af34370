//! Which text stands for a value inside a reply: reasons, doubts, what is wrong with a message. Variants go by the names
//! they serialise under, and so do their texts.

use super::fields::{Fields, Say};
use konter_core::clean::{NAME, clean};

fn plain(say: &Say<'_>, key: &str) -> String {
    say(key, Fields::new())
}

/// What lies between the shop and its suppliers has one neutral text for resellers, whatever the language files say.
const INTERNAL: [&str; 6] = [
    "product_unknown",
    "product_disturbed",
    "supplier_funds",
    "supplier_limit",
    "supplier_disturbed",
    "account_refused",
];

/// The text of a `FailureKind`, for resellers.
pub(super) fn reason_key(kind: &str) -> String {
    format!("reason.{}", if INTERNAL.contains(&kind) { "disturbed" } else { kind })
}

/// Why an order failed, for its reseller: a `FailureReason` and what it carries.
pub(super) fn reason(variant: &str, inner: &Fields, say: &Say<'_>) -> String {
    match variant {
        "supplier" => plain(say, &reason_key(inner.get(variant).as_str().unwrap_or_default())),
        "unreachable" => plain(say, "reason.disturbed"),
        "closed" => plain(say, "reason.product_closed"),
        "price_changed" => say("reason.price_changed", Fields::new().set("price", inner.get("now"))),
        "admin" => words_of(inner),
        _ => plain(say, &format!("reason.{variant}")),
    }
}

/// The same for admins: nothing is hidden.
pub(super) fn cause(variant: &str, inner: &Fields, say: &Say<'_>) -> String {
    match variant {
        "supplier" => plain(say, &format!("cause.{}", inner.get(variant).as_str().unwrap_or_default())),
        "price_changed" => say("cause.price_changed", Fields::new().set("price", inner.get("now"))),
        "admin" => say("cause.admin", Fields::new().set("words", words_of(inner))),
        _ => plain(say, &format!("cause.{variant}")),
    }
}

fn words_of(inner: &Fields) -> String {
    inner.get("admin").as_str().unwrap_or_default().to_owned()
}

/// Why nothing is known of an attempt, for admins: a `Doubt` and what it carries.
pub(super) fn doubt(variant: &str, inner: &Fields, say: &Say<'_>) -> String {
    let carried = inner.get(variant);
    let fields = match variant {
        "http_status" => Fields::new().set("status", carried),
        "serial_taken" => Fields::new().set("order", carried),
        "unlisted" | "inconclusive" => {
            Fields::new().set("code", carried.as_str().map(|code| clean(code, NAME)).unwrap_or_default())
        }
        _ => Fields::new(),
    };
    say(&format!("doubt.{variant}"), fields)
}

/// Features a shop may lack, as `Reply::NotOffered` can name them; each has a text of its own. Any other name is shown as
/// it is.
pub const FEATURES: [&str; 11] = [
    "transfer",
    "downline",
    "markup",
    "sender",
    "points",
    "schedule",
    "cancel_order",
    "centre",
    "reset_pin",
    "staff",
    "fee_scheme",
];

pub(super) fn feature(name: &str, say: &Say<'_>) -> String {
    if FEATURES.contains(&name) { plain(say, &format!("feature.{name}")) } else { clean(name, NAME) }
}

/// The help page a word asks for; the overview for a word that names none.
pub(super) fn help_key(topic: Option<&str>, works_here: bool) -> &'static str {
    /// What only the shop's own do.
    const DESK: &str = "katalog supplier pending siaran peran grup blokir hargajual margin log tutup buka acc tolak cari \
        prioritas pindah batas resetpin";
    let topic = topic.unwrap_or_default().trim().trim_start_matches('/').to_lowercase();
    if works_here && DESK.split(' ').any(|word| word == topic) {
        return "help.staff";
    }
    match topic.as_str() {
        "order" | "beli" | "isi" | "trx" | "transaksi" | "pulsa" | "token" | "pln" => "help.order",
        "harga" | "h" | "ch" | "price" | "prices" => "help.price",
        "saldo" | "sal" | "balance" => "help.balance",
        "cek" | "status" | "sn" => "help.status",
        "deposit" | "tiket" | "depo" | "dep" | "ticket" | "tickets" => "help.deposit",
        "pin" | "gp" => "help.pin",
        "tagihan" | "tag" | "bayar" | "bill" | "bills" => "help.bill",
        "struk" | "nota" | "cetak" | "receipt" => "help.receipt",
        "daftar" | "reg" | "register" => "help.register",
        "rekap" | "lap" | "laporan" | "mutasi" | "mut" | "report" | "statement" => "help.report",
        "kata" | "istilah" | "words" => "help.words",
        "semua" | "lengkap" | "all" => "help.all",
        "admin" | "owner" | "operator" | "toko" | "staff" => "help.staff",
        "agen" | "reseller" => "help.reseller",
        "nomor" | "tambah" | "hapus" | "paralel" | "par" | "chat" | "chats" | "nama" => "chats.help",
        "favorit" | "fav" | "ulang" | "simpan" | "lagi" | "favourites" | "favorites" => "favourites.help",
        "api" | "apiip" | "apireport" | "h2h" => "api.help",
        "jual" | "daftarharga" | "pricelist" | "selling" => "selling.help",
        "downline" | "markup" | "tr" | "transfer" | "undang" => "network.help",
        _ => "help.main",
    }
}
