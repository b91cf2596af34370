//! What the suppliers that have a price list tell in it: what they take for an order, as they take it.

use serde_json::{Value, json};

use super::Kind;
use super::text::price;

/// What they sell, with what it is called, and whether it can be had.
const SHELF: [(&str, &str, bool); 8] = [
    ("S5", "Telkomsel 5.000", true),
    ("S10", "Telkomsel 10.000", true),
    ("S25", "Telkomsel 25.000", false),
    ("X10", "XL 10.000", true),
    ("I10", "Indosat 10.000", true),
    ("PLN20", "Token PLN 20.000", true),
    ("DANA10", "DANA 10.000", true),
    ("ML86", "Mobile Legends 86", true),
];

/// All of it, in this supplier's words.
pub(super) fn list(kind: Kind) -> Value {
    let rows: Vec<Value> = SHELF
        .iter()
        .map(|(code, name, open)| match kind {
            Kind::Digiflazz => json!({
                "product_name": name, "category": "Prabayar", "brand": "DEMO", "seller_name": "Demo", "price": price(code),
                "buyer_sku_code": code, "buyer_product_status": true, "seller_product_status": open, "multi": true,
                "unlimited_stock": true, "stock": 0, "start_cut_off": "23:45", "end_cut_off": "00:15", "desc": "-",
            }),
            Kind::Iak => json!({
                "product_code": code, "product_description": name, "product_nominal": name, "product_details": "-",
                "product_price": price(code), "product_type": "pulsa", "active_period": "30",
                "status": if *open { "active" } else { "non active" }, "icon_url": "-",
            }),
            _ => json!({
                "kode": code, "keterangan": name, "produk": name, "kategori": "PRABAYAR", "harga": price(code).to_string(),
                "status": if *open { "1" } else { "0" },
            }),
        })
        .collect();
    match kind {
        Kind::Digiflazz => json!({"data": rows}),
        Kind::Iak => json!({"data": {"pricelist": rows, "rc": "00", "message": "SUCCESS"}}),
        _ => rows.into(),
    }
}
