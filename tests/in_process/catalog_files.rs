//! Catalogs as people save and send them: from Excel with Indonesian settings, as a workbook, with its faults; and a
//! supplier's price list in place of one.

use std::sync::Arc;

use crate::support::shop::{Setup, TestShop, admin};
use async_trait::async_trait;
use konter::attachment::{Attachment, FileRef};
use konter::shop::ChatService;
use konter_core::agent::Locale;
use konter_core::catalog::{Product, Table, read_catalog};
use konter_core::ids::ChatId;
use konter_documents::workbook;
use konter_reply::Reply;
use rust_xlsxwriter::Workbook;

const HEADER: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open";
const S12: [&str; 13] = [
    "S12",
    "Telkomsel – 15.000",
    "Pulsa Telkomsel",
    "telkomsel",
    "topup",
    "15000",
    "15400",
    "kios",
    "S12",
    "",
    "14950",
    "1",
    "yes",
];

fn read(bytes: &[u8]) -> Vec<Product> {
    read_catalog(&workbook::table(bytes), None, &|_| false).unwrap()
}

fn with_separator(separator: &str) -> String {
    format!("{}\r\n{}\r\n", HEADER.replace(',', separator), S12.join(separator))
}

#[test]
fn however_a_spreadsheet_saves_it_it_is_the_same_catalog() {
    let plain = read(with_separator(",").as_bytes());
    assert_eq!((plain.len(), plain[0].price.get(), plain[0].name.as_str()), (1, 15_400, "Telkomsel – 15.000"));
    let semicolons = with_separator(";");
    let as_shown =
        semicolons.replace("15400", "Rp 15.400").replace("14950", "14.950").replace(";15000;", ";15.000,00;");
    let utf16: Vec<u8> =
        std::iter::once(0xFEFF).chain(with_separator("\t").encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let windows: Vec<u8> =
        semicolons.chars().map(|c| if c == '–' { 0x96 } else { u8::try_from(u32::from(c)).unwrap() }).collect();
    let titled = format!("Katalog Toko Berkah;;;;;;;;;;;;\r\n;;;;;;;;;;;;\r\n{semicolons}");
    let wider = semicolons.replace("\r\n", ";;\r\n");
    let capitals = semicolons.replace(";kios;", ";Kios;");
    for (how, bytes) in [
        ("semicolons", semicolons.clone().into_bytes()),
        ("a byte order mark", [b"\xEF\xBB\xBF", semicolons.as_bytes()].concat()),
        ("amounts as they are shown", as_shown.into_bytes()),
        ("tabs in UTF-16", utf16),
        ("Windows-1252", windows),
        ("sep=;", format!("sep=;\r\n{semicolons}").into_bytes()),
        ("\"SEP=,\"", format!("\"SEP=,\"\r\n{}", with_separator(",")).into_bytes()),
        ("a title above", titled.into_bytes()),
        ("columns without a name behind", wider.into_bytes()),
        ("the capital letter of a cell", capitals.into_bytes()),
        ("a workbook", as_workbook()),
    ] {
        assert_eq!(read(&bytes), plain, "{how}");
    }
}

fn as_workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, (name, cell)) in (0..).zip(HEADER.split(',').zip(S12)) {
        sheet.write_string(0, column, name).unwrap();
        match cell.parse::<i32>() {
            Ok(number) => sheet.write_number(2, column, number).unwrap(),
            Err(_) => sheet.write_string(2, column, cell).unwrap(),
        };
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn lines_are_counted_as_the_file_shows_them() {
    let line = |bytes: &[u8]| read_catalog(&workbook::table(bytes), None, &|_| false).unwrap_err()[0].line;
    let wrong = S12.join(";").replace("15400", "abc");
    let header = HEADER.replace(',', ";");
    assert_eq!(line(format!("sep=;\r\n{header}\r\n\r\n{wrong}\r\n").as_bytes()), 4);
    assert_eq!(line(format!("Judul\n{header}\n{wrong}").as_bytes()), 3);
}

/// One file, whatever is asked for.
struct OneFile(Vec<u8>);

#[async_trait]
impl ChatService for OneFile {
    fn bot_name(&self) -> Option<String> {
        None
    }

    async fn tell(&self, _: &ChatId, _: Locale, _: Reply) {}

    async fn fetch(&self, _: &str, limit: usize) -> Option<Vec<u8>> {
        Some(self.0.clone()).filter(|bytes| bytes.len() <= limit)
    }
}

/// What the owner is answered who sends this file.
async fn sent(name: &str, content: Vec<u8>) -> (TestShop, String) {
    let shop = TestShop::with(Setup { chats: Arc::new(OneFile(content)), ..Setup::default() }).await;
    let file = Some(FileRef { id: "BQAC".to_owned(), name: name.to_owned() });
    let message = shop.message(&admin(), &Attachment { kind: "document".to_owned(), file }.to_text());
    let said = shop.receive(message, 1).await.join("\n");
    (shop, said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_excel_saves_is_taken_over_by_chat() {
    for (name, content) in [("katalog.csv", with_separator(";").into_bytes()), ("Katalog.XLSX", as_workbook())] {
        let (shop, said) = sent(name, content).await;
        assert!(said.contains("Baru 1, berubah 0") && said.contains("S12 Telkomsel – 15.000: baru 15.400"), "{said}");
        shop.receive(shop.tap_on(&admin(), "Terapkan"), 1).await;
        let code = "S12".parse().unwrap();
        assert_eq!(shop.shop.catalog().get(&code).unwrap().price.get(), 15_400);
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_spreadsheet_spoilt_is_named_and_nothing_is_half_applied() {
    let row = |code: &str, price: &str| S12.join(",").replacen("S12", code, 1).replace("15400", price) + "\n";
    let rows = [
        row("05-Mar", "15400"),
        row("'S12", "15400"),
        row("1E+10", "15400"),
        row("S12", "1.05E+04"),
        row("S16", "15,4"),
    ];
    let quoted = rows.concat().replace("15,4,", "\"15,4\",");
    let (shop, said) = sent("katalog.csv", format!("{HEADER}\n{quoted}").into_bytes()).await;
    for told in [
        "Baris 2, code: \"05-Mar\"",
        "Baris 3, code",
        "Baris 4, code",
        "Baris 5, price: \"1.05E+04\"",
        "Baris 6, price: \"15,4\"",
    ] {
        assert!(said.contains(told), "{told} in {said}");
    }
    assert!(!said.contains("line"), "{said}");
    assert_eq!(shop.shop.catalog().len(), crate::support::shop::catalog().len());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_ten_mistakes_are_told_and_how_many_more_there_are() {
    let rows = (S12.join(",").replace("15400", "x") + "\n").repeat(13);
    let (shop, said) = sent("katalog.csv", format!("{HEADER}\n{rows}").into_bytes()).await;
    assert_eq!(said.matches("Baris ").count(), 10, "{said}");
    assert!(said.contains("dan 3 kesalahan lain"), "{said}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zero_too_many_is_pointed_out_before_it_counts() {
    let sample = konter_core::catalog::SAMPLE;
    let slip: Vec<String> = sample
        .lines()
        .map(|row| if row.starts_with("S10,") { row.replace(",10500,", ",105000,") } else { row.to_owned() })
        .collect();
    let slip = slip.join("\n");
    let (shop, said) = sent("katalog.csv", slip.into_bytes()).await;
    assert!(said.contains("AWAS, harganya jauh sekali") && said.contains("S10: 10.500 menjadi 105.000"), "{said}");
    shop.receive(shop.tap_on(&admin(), "Terapkan, harga sudah benar"), 1).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suppliers_price_list_is_known_for_one_and_says_what_to_do() {
    for list in [
        "Kode;Produk;Harga;Status\nS5;Telkomsel 5.000;5.650;Open\nS10;Telkomsel 10.000;10.150;Open\n",
        "DAFTAR HARGA PT SUMBER PULSA\nPer 30 November 2026\n\nkode,nama produk,harga\nS10,Telkomsel 10rb,10150\n",
        "buyer_sku_code\tproduct_name\tprice\nS10\tTelkomsel 10.000\t10150\n",
        "S10,Telkomsel 10.000,10150\nS20,Telkomsel 20.000,20100\n",
    ] {
        let (shop, said) = sent("pricelist.csv", list.as_bytes().to_vec()).await;
        assert!(said.contains("daftar harga supplier") && said.contains("/katalog"), "{list}: {said}");
        assert_eq!(said.matches("Baris ").count(), 1, "{said}");
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_table_says_how_to_save_one() {
    for (name, content) in
        [("katalog.xls", b"\xD0\xCF\x11\xE0old".to_vec()), ("katalog.xlsx", b"PK\x03\x04broken".to_vec())]
    {
        let (shop, said) = sent(name, content).await;
        assert!(said.contains("Simpan dari Excel sebagai .xlsx atau CSV"), "{said}");
        shop.close().await;
    }
    assert!(Table::of_text("").rows.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_catalog_is_told_as_what_it_is() {
    let rows = format!("{}\n", S12.join(","));
    let program = b"\x7fELF\x02\x01\x01\0\0\0,\0\0;\n/lib64/ld,GNU\0,\0\n".to_vec();
    for (name, content, told) in [
        ("katalog.csv", rows.into_bytes(), "baris pertamanya harus berisi nama kolom"),
        ("katalog.xlsx", program.clone(), "tidak bisa dibuka"),
        ("katalog.csv", b"PK\x03\x04 broken off".to_vec(), "tidak bisa dibuka"),
        ("harga.csv", b"kode,produk,harga\nS10,Telkomsel,10200\n".to_vec(), "daftar harga supplier"),
    ] {
        let (shop, said) = sent(name, content).await;
        assert!(said.contains(told) && !said.contains("GNU"), "{told}: {said}");
        shop.close().await;
    }
}

/// The sample catalog with another cell in this column of S10: in its first row, or in both where it is the product's.
fn sample_with(column: usize, cell: &str) -> Vec<u8> {
    const OF_THE_PRODUCT: usize = 7;
    let mut seen = 0;
    let mut row = |row: &str| {
        let mut cells: Vec<&str> = row.split(',').collect();
        if cells[0] == "S10" {
            seen += 1;
            if seen == 1 || column < OF_THE_PRODUCT {
                cells[column] = cell;
            }
        }
        cells.join(",") + "\n"
    };
    konter_core::catalog::SAMPLE.lines().map(&mut row).collect::<String>().into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_file_changes_besides_prices_is_shown_with_what_costs_money_first() {
    for (column, cell, told) in [
        (8, "S100", "S10: kode supplier kios S10 → S100"),
        (10, "105", "S10: modal kios 10.150 → 105"),
        (12, "no", "S10: ditutup di kios"),
        (3, "xl", "S10: operator telkomsel → xl"),
        (11, "7", "S10: urutan kios 1 → 7"),
        (1, "Pulsa", "S10: nama Telkomsel 10.000 → Pulsa"),
        (7, "ppob", "S10: rute ppob S10 baru, rute kios S10 dihapus"),
    ] {
        let (shop, said) = sent("katalog.csv", sample_with(column, cell)).await;
        assert!(said.contains("berubah 1") && said.contains(told), "{told}: {said}");
        shop.close().await;
    }
}

/// What was shown is what is applied: nothing that was changed meanwhile is undone with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_not_applied_over_what_was_changed_since_it_was_shown() {
    let (shop, _) = sent("katalog.csv", sample_with(6, "10600")).await;
    let tap = shop.tap_on(&admin(), "Terapkan");
    shop.say(&admin(), "/tutup S10", 1).await;
    let told = shop.receive(tap, 1).await.remove(0);
    assert!(told.contains("sudah berubah sejak itu"), "{told}");
    let stored = shop.shop.catalog().get(&"S10".parse().unwrap()).cloned().unwrap();
    assert_eq!((stored.price.get(), stored.is_open()), (10_500, false));
    shop.close().await;
}
