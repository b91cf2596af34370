//! The catalog as a table: one row per way of buying a product. Reading reports every mistake with its line and column, so
//! that an owner mends a file in one go; writing gives back what reading takes.

use std::collections::HashMap;

use ::csv::{StringRecord, Writer};

use super::fault::{RowError, RowFault};
use super::limits::{COLUMNS, LARGEST_AMOUNT, MOST_ROWS, OPERATORS, column_named};
use super::product::{DestKind, Product, ProductKind, Route};
use super::table::{LINES_OF_TITLES, OURS, Table, TableRow, columns_named};
use crate::ids::{ProductCode, SupplierId};
use crate::money::Rupiah;
use crate::written;

/// The column that catalogs may lack.
const OPTIONAL_COLUMN: &str = "dest";

/// The catalog of `konter demo`, and a start for a shop's own.
pub const SAMPLE: &str = include_str!("../../../../catalog.csv");

/// Errors told at once: a file with more of them is wrong as a whole.
pub const MOST_ERRORS: usize = 200;
/// Characters of a name or category: they stand in one line of a chat.
const LONGEST_TEXT: usize = 100;
/// Characters of a supplier's product code.
const LONGEST_SKU: usize = 64;
/// Names of somebody else's columns shown.
const COLUMNS_SHOWN: usize = 6;
/// Tried first, and what an empty cell means.
const DEFAULT_PRIORITY: u32 = 1;

/// Reads a catalog's text. See [`read_catalog`].
pub fn parse_catalog(
    text: &str,
    suppliers: Option<&[SupplierId]>,
    reserved: &dyn Fn(&str) -> bool,
) -> Result<Vec<Product>, Vec<RowError>> {
    read_catalog(&Table::of_text(text), suppliers, reserved)
}

/// Reads a catalog. With `suppliers`, each row's supplier must be one of them. `reserved` says of a code whether chat
/// reads it as a command. Rows of the same code become routes of one product, lowest priority number first, rows with
/// the same number in the file's order. Products keep the order in which the file first names them.
pub fn read_catalog(
    table: &Table,
    suppliers: Option<&[SupplierId]>,
    reserved: &dyn Fn(&str) -> bool,
) -> Result<Vec<Product>, Vec<RowError>> {
    let mut reading = Reading { suppliers, reserved, errors: Vec::new(), products: Vec::new(), places: HashMap::new() };
    reading.read(table);
    if reading.errors.is_empty() { Ok(reading.finish()) } else { Err(reading.errors) }
}

/// The catalog as a file that [`parse_catalog`] reads back to the same products.
#[must_use]
pub fn write_catalog(products: &[Product]) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and every record has the same number of cells.
    let _ = writer.write_record(COLUMNS);
    for product in products {
        for route in &product.routes {
            let _ = writer.write_record(cells(product, route));
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn cells(product: &Product, route: &Route) -> [String; COLUMNS.len()] {
    [
        product.code.to_string(),
        product.name.clone(),
        product.category.clone(),
        product.operator.clone().unwrap_or_default(),
        kind_name(product.kind).to_owned(),
        plain(product.nominal),
        plain(Some(product.price)),
        route.supplier.to_string(),
        route.sku.clone(),
        plain(route.denom),
        plain(Some(route.cost)),
        route.priority.to_string(),
        if route.open { "yes" } else { "no" }.to_owned(),
        dest_name(product).to_owned(),
    ]
}

const fn kind_name(kind: ProductKind) -> &'static str {
    match kind {
        ProductKind::Topup => "topup",
        ProductKind::Token => "token",
        ProductKind::Bill => "bill",
    }
}

/// Empty where the catalog leaves it to what else it says of the product.
fn dest_name(product: &Product) -> &'static str {
    product.dest.map_or("", DestKind::name)
}

/// Digits without separators; empty for none.
fn plain(amount: Option<Rupiah>) -> String {
    amount.map(|amount| amount.get().to_string()).unwrap_or_default()
}

/// One reading of a file.
struct Reading<'a> {
    suppliers: Option<&'a [SupplierId]>,
    reserved: &'a dyn Fn(&str) -> bool,
    errors: Vec<RowError>,
    products: Vec<Placed>,
    /// Where in `products` a code stands.
    places: HashMap<ProductCode, usize>,
}

/// A product and the lines it was read from.
struct Placed {
    product: Product,
    first_line: u64,
    /// One per route.
    lines: Vec<u64>,
}

impl Reading<'_> {
    fn read(&mut self, table: &Table) {
        if let Some((header, rows)) = self.find_header(table) {
            for (count, row) in rows.iter().enumerate() {
                if count >= MOST_ROWS {
                    return self.fault(row.line, None, RowFault::TooManyRows);
                }
                if self.errors.len() >= MOST_ERRORS {
                    return self.fault(row.line, None, RowFault::TooManyErrors);
                }
                self.row(&Row { line: row.line, record: &row.cells, header: &header });
            }
        }
        self.errors.extend(table.broken.clone());
    }

    /// The columns, and the rows below them; `None` after reporting why what is below cannot be judged.
    fn find_header<'t>(&mut self, table: &'t Table) -> Option<(Header, &'t [TableRow])> {
        let head = table.rows.iter().take(LINES_OF_TITLES).enumerate();
        // Of several the first: a header that is repeated below is a row like any other.
        let (at, row) = head
            .rev()
            .max_by_key(|(_, row)| columns_named(row))
            .filter(|(_, row)| columns_named(row) >= OURS)
            .or_else(|| {
                self.no_header(table);
                None
            })?;
        let header = self.header(row.line, &row.cells)?;
        Some((header, table.rows.get(at + 1..).unwrap_or_default()))
    }

    /// A table of somebody else's, or none at all.
    fn no_header(&mut self, table: &Table) {
        let Some(first) = table.rows.first() else {
            if table.broken.is_none() {
                self.fault(1, None, RowFault::NoHeader);
            }
            return;
        };
        let cells = |row: &TableRow| row.cells.iter().filter(|cell| !cell.is_empty()).count();
        let titled = table.rows.iter().take(LINES_OF_TITLES).find(|row| cells(row) > 1);
        // A catalog's own row, which nobody else has: only the names are missing.
        let is_ours = |row: &TableRow| {
            row.cells.len() + 1 >= COLUMNS.len()
                && row.cells.iter().any(|cell| matches!(cell, "topup" | "token" | "bill"))
        };
        match titled.filter(|row| !is_ours(row)) {
            Some(row) => {
                let columns: Vec<String> =
                    row.cells.iter().filter(|cell| !cell.is_empty()).take(COLUMNS_SHOWN).map(shorten).collect();
                self.fault(row.line, None, RowFault::NotOurs(columns.join(", ")));
            }
            None => match first.cells.get(0).and_then(|cell| cell.chars().find(|c| *c == '|')) {
                Some(separator) => self.fault(first.line, None, RowFault::OtherSeparator(separator.to_string())),
                None => self.fault(first.line, None, RowFault::NoHeader),
            },
        }
    }

    fn finish(self) -> Vec<Product> {
        let mut products: Vec<_> = self.products.into_iter().map(|placed| placed.product).collect();
        for product in &mut products {
            product.routes.sort_by_key(|route| route.priority);
        }
        products
    }

    fn fault(&mut self, line: u64, column: Option<&'static str>, fault: RowFault) {
        self.errors.push(RowError { line, column, fault });
    }

    /// Which column stands where; `None` after reporting what is wrong.
    fn header(&mut self, line: u64, record: &StringRecord) -> Option<Header> {
        let before = self.errors.len();
        let mut places = HashMap::new();
        // Of a sheet that is wider than its table, the rest has no names.
        let named =
            record.iter().enumerate().filter(|(_, name)| !name.is_empty()).last().map_or(0, |(last, _)| last + 1);
        let mut unknown = Vec::new();
        for (place, name) in record.iter().enumerate().take(named) {
            match column_named(name) {
                None => unknown.push(shorten(name)),
                Some((column, _)) if places.insert(column, place).is_some() => {
                    self.fault(line, Some(column), RowFault::RepeatedColumn);
                }
                Some(_) => {}
            }
        }
        let is_missing = |column: &&str| *column != OPTIONAL_COLUMN && !places.contains_key(column);
        let missing: Vec<&str> = COLUMNS.into_iter().filter(is_missing).collect();
        match (missing.as_slice(), unknown.as_slice()) {
            ([], unknown) => {
                for name in unknown {
                    self.fault(line, None, RowFault::UnknownColumn(name.clone()));
                }
            }
            ([column], []) => self.fault(line, Some(column), RowFault::MissingColumn),
            // One line, however many: what is to be done is the same.
            _ => self.fault(line, None, RowFault::Columns { missing: missing.join(", "), unknown: unknown.join(", ") }),
        }
        (self.errors.len() == before).then_some(Header { places, width: record.len() })
    }

    fn row(&mut self, row: &Row<'_>) {
        let (found, expected, width) = (row.record.len(), row.header.places.len(), row.header.width);
        // A file that got the optional column may have it filled in only where it is needed.
        let lacks_it = found + 1 == expected && row.header.places.get(OPTIONAL_COLUMN) == Some(&found);
        let is_rest_empty = row.record.iter().skip(expected).all(str::is_empty);
        if (found < expected && !lacks_it) || found > width || !is_rest_empty {
            return self.fault(row.line, None, RowFault::CellCount { found, expected });
        }
        let mut errors = Vec::new();
        let product = row.product(self.suppliers, self.reserved, &mut errors);
        self.errors.append(&mut errors);
        if let Some((product, route)) = product {
            self.place(row.line, product, route);
        }
    }

    /// Puts a row's route with its product.
    fn place(&mut self, line: u64, mut product: Product, route: Route) {
        let known = self.places.get(&product.code).and_then(|&place| self.products.get_mut(place));
        let Some(known) = known else {
            self.places.insert(product.code.clone(), self.products.len());
            product.routes.push(route);
            self.products.push(Placed { product, first_line: line, lines: vec![line] });
            return;
        };
        for (column, here, there) in differences(&product, &known.product) {
            let fault = RowFault::Disagrees { here, there, line: known.first_line };
            self.errors.push(RowError { line, column: Some(column), fault });
        }
        let same = |other: &Route| other.supplier == route.supplier && other.sku == route.sku;
        if let Some((_, &first)) = known.product.routes.iter().zip(&known.lines).find(|(other, _)| same(other)) {
            self.errors.push(RowError { line, column: None, fault: RowFault::Duplicate { line: first } });
            return;
        }
        known.product.routes.push(route);
        known.lines.push(line);
    }
}

/// What rows of one code must say alike, where they do not: column, this row's word, the first row's.
fn differences(here: &Product, there: &Product) -> Vec<(&'static str, String, String)> {
    let operator = |product: &Product| product.operator.clone().unwrap_or_default();
    [
        ("name", here.name.clone(), there.name.clone()),
        ("category", here.category.clone(), there.category.clone()),
        ("operator", operator(here), operator(there)),
        ("kind", kind_name(here.kind).to_owned(), kind_name(there.kind).to_owned()),
        ("dest", dest_name(here).to_owned(), dest_name(there).to_owned()),
        ("nominal", plain(here.nominal), plain(there.nominal)),
        ("price", plain(Some(here.price)), plain(Some(there.price))),
    ]
    .into_iter()
    .filter(|(_, here, there)| here != there)
    .collect()
}

struct Header {
    places: HashMap<&'static str, usize>,
    /// Cells of its line, those without a name included.
    width: usize,
}

/// One data row, cell by cell.
struct Row<'a> {
    line: u64,
    record: &'a StringRecord,
    header: &'a Header,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        self.header.places.get(column).and_then(|&place| self.record.get(place)).unwrap_or_default()
    }

    /// The product without routes, and this row's route; `None` after reporting each wrong cell.
    fn product(
        &self,
        suppliers: Option<&[SupplierId]>,
        reserved: &dyn Fn(&str) -> bool,
        errors: &mut Vec<RowError>,
    ) -> Option<(Product, Route)> {
        let mut note = |column, fault| errors.push(RowError { line: self.line, column: Some(column), fault });
        macro_rules! read {
            ($column:literal, $value:expr) => {
                $value.map_err(|fault| note($column, fault)).ok()
            };
        }
        let code = read!("code", self.code(reserved));
        let name = read!("name", self.text("name", LONGEST_TEXT));
        let category = read!("category", self.text("category", LONGEST_TEXT));
        let operator = read!("operator", self.operator());
        let kind = read!("kind", self.kind());
        let dest = read!("dest", self.dest());
        let nominal = read!("nominal", self.optional_amount("nominal"));
        let price = read!("price", self.price(kind));
        let supplier = read!("supplier", self.supplier(suppliers));
        let sku = read!("sku", self.text("sku", LONGEST_SKU));
        let denom = read!("denom", self.optional_amount("denom"));
        let cost = read!("cost", self.amount("cost"));
        let priority = read!("priority", self.priority());
        let open = read!("open", self.open());
        let product = Product {
            code: code?,
            name: name?,
            category: category?,
            operator: operator?,
            kind: kind?,
            dest: dest?,
            nominal: nominal?,
            price: price?,
            routes: Vec::new(),
        };
        let (supplier, sku, denom) = (supplier?, sku?, denom?);
        Some((product, Route { supplier, sku, denom, cost: cost?, priority: priority?, open: open? }))
    }

    fn code(&self, reserved: &dyn Fn(&str) -> bool) -> Result<ProductCode, RowFault> {
        let code: ProductCode = self.name("code", |text| text.parse().map_err(|_| RowFault::Code(shorten(text))))?;
        if reserved(code.as_str()) { Err(RowFault::CommandWord(code)) } else { Ok(code) }
    }

    fn supplier(&self, suppliers: Option<&[SupplierId]>) -> Result<SupplierId, RowFault> {
        // Spreadsheets begin a cell with a capital letter.
        let read = |text: &str| text.to_ascii_lowercase().parse().map_err(|_| RowFault::Supplier(shorten(text)));
        let supplier: SupplierId = self.name("supplier", read)?;
        if suppliers.is_some_and(|configured| !configured.contains(&supplier)) {
            return Err(RowFault::SupplierNotConfigured(supplier));
        }
        Ok(supplier)
    }

    fn name<T>(&self, column: &str, read: impl Fn(&str) -> Result<T, RowFault>) -> Result<T, RowFault> {
        match self.cell(column) {
            "" => Err(RowFault::Empty),
            text => read(text),
        }
    }

    fn text(&self, column: &str, longest: usize) -> Result<String, RowFault> {
        let text = self.cell(column);
        if text.is_empty() {
            Err(RowFault::Empty)
        } else if text.chars().any(char::is_control) {
            Err(RowFault::ControlCharacter)
        } else if text.chars().count() > longest {
            Err(RowFault::TooLong { longest })
        } else {
            Ok(text.to_owned())
        }
    }

    fn operator(&self) -> Result<Option<String>, RowFault> {
        let text = self.cell("operator");
        if text.is_empty() {
            return Ok(None);
        }
        let known = OPERATORS.into_iter().find(|operator| text.eq_ignore_ascii_case(operator));
        known.map(|operator| Some(operator.to_owned())).ok_or_else(|| RowFault::Operator(shorten(text)))
    }

    fn kind(&self) -> Result<ProductKind, RowFault> {
        let text = self.cell("kind");
        [ProductKind::Topup, ProductKind::Token, ProductKind::Bill]
            .into_iter()
            .find(|&kind| {
                text.eq_ignore_ascii_case(kind_name(kind))
                    || (kind == ProductKind::Bill && text.eq_ignore_ascii_case("tagihan"))
            })
            .ok_or_else(|| if text.is_empty() { RowFault::Empty } else { RowFault::Kind(shorten(text)) })
    }

    /// Whoever names an operator sells to its phone numbers.
    fn dest(&self) -> Result<Option<DestKind>, RowFault> {
        let text = self.cell(OPTIONAL_COLUMN);
        if text.is_empty() {
            return Ok(None);
        }
        let known = DestKind::ALL.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.name()));
        let kind = known.ok_or_else(|| RowFault::Dest(shorten(text)))?;
        let fits = kind == DestKind::Phone || self.cell("operator").is_empty();
        if fits { Ok(Some(kind)) } else { Err(RowFault::DestOfOperator) }
    }

    /// Nothing is sold for nothing; only a bill's fee can be 0.
    fn price(&self, kind: Option<ProductKind>) -> Result<Rupiah, RowFault> {
        let price = self.amount("price")?;
        if price == Rupiah::ZERO && kind.is_some_and(|kind| kind != ProductKind::Bill) {
            return Err(RowFault::NotPositive);
        }
        Ok(price)
    }

    fn amount(&self, column: &str) -> Result<Rupiah, RowFault> {
        let text = self.cell(column);
        if text.is_empty() {
            return Err(RowFault::Empty);
        }
        let amount = written::amount(text).ok_or_else(|| RowFault::Amount(shorten(text)))?;
        if amount.is_negative() {
            Err(RowFault::Negative)
        } else if amount > LARGEST_AMOUNT {
            Err(RowFault::AmountTooLarge)
        } else {
            Ok(amount)
        }
    }

    /// An amount above 0, or none.
    fn optional_amount(&self, column: &str) -> Result<Option<Rupiah>, RowFault> {
        if self.cell(column).is_empty() {
            return Ok(None);
        }
        let amount = self.amount(column)?;
        if amount.is_positive() { Ok(Some(amount)) } else { Err(RowFault::NotPositive) }
    }

    fn priority(&self) -> Result<u32, RowFault> {
        match self.cell("priority") {
            "" => Ok(DEFAULT_PRIORITY),
            text => text.parse().map_err(|_| RowFault::Priority(shorten(text))),
        }
    }

    fn open(&self) -> Result<bool, RowFault> {
        match self.cell("open").to_lowercase().as_str() {
            "yes" | "ya" | "aktif" | "buka" => Ok(true),
            "no" | "tidak" | "nonaktif" | "tutup" => Ok(false),
            "" => Err(RowFault::Empty),
            other => Err(RowFault::Open(shorten(other))),
        }
    }
}

/// A cell quoted in an error stays readable, whatever was pasted into it.
fn shorten(text: &str) -> String {
    const SHOWN: usize = 40;
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}
