//! A statement as a file: columns with names.

use chrono::NaiveDate;

use super::{Flow, Moved, date, doubt_what_went_out_again, form, line, may_be_balance, push};
use crate::catalog::{Table, TableRow};
use crate::written;

/// Rows above the columns' names: the account's number, its owner, the period.
const HEAD: usize = 20;

/// Which column says what.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    credit: Option<usize>,
    debit: Option<usize>,
    balance: Option<usize>,
    /// One column for both ways.
    amount: Option<usize>,
    /// Which way.
    kind: Option<usize>,
}

/// Whether a table's columns have a statement's names, whatever stands below them.
#[must_use]
pub fn is_statement(table: &Table) -> bool {
    named(table).is_some()
}

fn named(table: &Table) -> Option<(usize, Columns)> {
    table.rows.iter().take(HEAD).enumerate().find_map(|(at, row)| Some((at, columns(row)?)))
}

/// Everything that moved. Where no column is named for what came in, each row is read as a line.
#[must_use]
pub fn read_table(table: &Table, today: NaiveDate) -> Vec<Moved> {
    let (rows, columns) = match named(table) {
        Some((at, columns)) => (table.rows.get(at + 1..).unwrap_or_default(), columns),
        None => (table.rows.as_slice(), Columns::default()),
    };
    let is_minus = |row: &TableRow| cell(row, columns.amount).is_some_and(|amount| amount.trim().starts_with('-'));
    let is_signed = rows.iter().any(is_minus);
    let mut moved = Vec::new();
    for row in rows {
        let others = row.cells.iter().enumerate().filter(|(at, cell)| Some(*at) != columns.balance && !cell.is_empty());
        let shown: Vec<&str> = others.map(|(_, cell)| cell).collect();
        let day = shown.iter().find_map(|cell| date::leading(cell, today));
        let shown = shown.join(" ; ");
        // What was taken back or put right is looked at by a person.
        let undone = form::undone_by(&shown);
        let told = |amount, flow| match undone {
            Some(_) if flow == Flow::In => (amount, Flow::Unclear, undone),
            _ if flow == Flow::In && !form::is_statement(&shown, day.is_some()) => (amount, Flow::Told, None),
            _ => (amount, flow, None),
        };
        if columns.credit.is_some() || columns.debit.is_some() {
            for (column, flow) in [(columns.credit, Flow::In), (columns.debit, Flow::Out)] {
                if let Some(amount) = cell(row, column).and_then(written::amount) {
                    push(&mut moved, told(amount, flow), day, &shown);
                }
            }
        } else if let Some((text, flow)) =
            cell(row, columns.amount).and_then(|text| Some((text, way(row, columns, is_signed)?)))
        {
            let unsigned = text.trim().trim_start_matches(['+', '-']);
            if let Some(amount) = written::amount(unsigned) {
                push(&mut moved, told(amount, flow), day, &shown);
            }
        } else {
            let amounts = line::amounts(&shown);
            for &(amount, flow) in &amounts {
                let is_beside = flow == Flow::In && may_be_balance(&shown, &amounts, amount);
                let told = if is_beside { (amount, Flow::Unclear, None) } else { told(amount, flow) };
                push(&mut moved, told, day, &shown);
            }
        }
    }
    doubt_what_went_out_again(&mut moved);
    moved
}

fn cell(row: &TableRow, column: Option<usize>) -> Option<&str> {
    row.cells.get(column?)
}

/// What a row with one column for both says of its amount: its kind, or its sign where some have one.
fn way(row: &TableRow, columns: Columns, is_signed: bool) -> Option<Flow> {
    let sign = cell(row, columns.amount)?.trim();
    if sign.starts_with('-') {
        return Some(Flow::Out);
    }
    match cell(row, columns.kind) {
        Some(kind) => match kind.trim().to_lowercase().as_str() {
            "k" | "cr" | "c" | "kr" | "kredit" | "credit" | "masuk" | "in" => Some(Flow::In),
            "d" | "db" | "dr" | "debit" | "debet" | "keluar" | "out" => Some(Flow::Out),
            _ => Some(Flow::Unclear),
        },
        None => (is_signed || sign.starts_with('+')).then_some(Flow::In),
    }
}

fn columns(row: &TableRow) -> Option<Columns> {
    let find = |names: &[&str]| {
        row.cells.iter().position(|cell| {
            let cell = cell.to_lowercase();
            names.iter().any(|name| cell.split(|c: char| !c.is_alphabetic()).any(|word| word == *name))
        })
    };
    let found = Columns {
        credit: find(&["kredit", "credit", "masuk", "pemasukan"]),
        debit: find(&["debit", "debet", "keluar", "pengeluaran"]),
        balance: find(&["saldo", "balance"]),
        amount: find(&["jumlah", "nominal", "amount", "mutasi", "nilai"]),
        kind: find(&["tipe", "type", "jenis", "dk", "dc"]),
    };
    let is_dated = find(&["tanggal", "tgl", "date"]).is_some();
    // One column for both has a mark beside each amount.
    let is_one = found.credit == found.debit;
    let has_any =
        found.credit.is_some() || found.balance.is_some() || is_dated && (found.debit.or(found.amount)).is_some();
    let kind = found.kind.or(if is_one { found.credit } else { None });
    has_any.then_some(if is_one { Columns { credit: None, debit: None, kind, ..found } } else { found })
}
