//! What a catalog file may hold.

use crate::money::Rupiah;

/// The columns, in the order they are written; when read, any order will do.
pub const COLUMNS: [&str; 14] = [
    "code", "name", "category", "operator", "kind", "nominal", "price", "supplier", "sku", "denom", "cost", "priority",
    "open", "dest",
];
/// The same in Indonesian, as people head a table of their own; without spaces and signs.
const OTHER_NAMES: [(&str, &str); 12] = [
    ("code", "kode kodeproduk"),
    ("name", "nama namaproduk produk"),
    ("category", "kategori"),
    ("kind", "jenis jenisproduk tipe"),
    ("price", "harga hargajual jual"),
    ("supplier", "suplier pemasok"),
    ("sku", "kodesupplier kodesuplier kodepemasok"),
    ("cost", "modal hargamodal hargabeli beli hpp"),
    ("priority", "prioritas urutan"),
    ("open", "aktif buka dibuka status"),
    ("dest", "tujuan"),
    ("nominal", "nilai"),
];

/// The column that a cell names; `true` where it does so in its own word.
pub(super) fn column_named(cell: &str) -> Option<(&'static str, bool)> {
    let cell = cell.trim();
    let own = COLUMNS.into_iter().find(|column| cell.eq_ignore_ascii_case(column));
    own.map(|column| (column, true)).or_else(|| {
        let word: String = cell.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let (column, _) = OTHER_NAMES.iter().find(|(_, names)| names.split(' ').any(|name| name == word))?;
        Some((*column, false))
    })
}

/// The operators a product can be bound to.
pub const OPERATORS: [&str; 7] = ["telkomsel", "byu", "indosat", "xl", "axis", "tri", "smartfren"];

/// Bytes. A large shop's catalog is some hundred KiB; more is not a catalog, and it may arrive by chat.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// Rows after the header: far above any price list, far below what would make start-up slow.
pub const MOST_ROWS: usize = 100_000;
/// No single price or cost is larger; it also keeps every sum far from overflow.
pub const LARGEST_AMOUNT: Rupiah = Rupiah::new(1_000_000_000);
