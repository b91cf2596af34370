//! A statement as a file: columns with names.

use chrono::NaiveDate;

use super::{Flow, Moved, date, doubt, doubt_what_went_out_again, line, may_be_balance, push};
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
}

/// Everything that moved. Where no column is named for what came in, each row is read as a line.
#[must_use]
pub fn read_table(table: &Table, today: NaiveDate) -> Vec<Moved> {
    let named = table.rows.iter().take(HEAD).enumerate().find_map(|(at, row)| Some((at, columns(row)?)));
    let (rows, columns) = match named {
        Some((at, columns)) => (table.rows.get(at + 1..).unwrap_or_default(), columns),
        None => (table.rows.as_slice(), Columns::default()),
    };
    let mut moved = Vec::new();
    for row in rows {
        let others = row.cells.iter().enumerate().filter(|(at, cell)| Some(*at) != columns.balance && !cell.is_empty());
        let shown: Vec<&str> = others.map(|(_, cell)| cell).collect();
        let shown = shown.join(" ; ");
        let day = date::leading(&shown, today);
        // What was taken back or put right is looked at by a person.
        let undone = doubt::undone_by(&shown);
        let told = |amount, flow| match undone {
            Some(_) if flow == Flow::In => (amount, Flow::Unclear, undone),
            _ => (amount, flow, None),
        };
        let cell = |column: Option<usize>| row.cells.get(column?).and_then(written::amount);
        if columns.credit.is_none() {
            let amounts = line::amounts(&shown);
            for &(amount, flow) in &amounts {
                let is_beside = flow == Flow::In && may_be_balance(&shown, &amounts, amount);
                let told = if is_beside { (amount, Flow::Unclear, None) } else { told(amount, flow) };
                push(&mut moved, told, day, &shown);
            }
            continue;
        }
        for (amount, flow) in [(cell(columns.credit), Flow::In), (cell(columns.debit), Flow::Out)] {
            if let Some(amount) = amount {
                push(&mut moved, told(amount, flow), day, &shown);
            }
        }
    }
    doubt_what_went_out_again(&mut moved);
    moved
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
    };
    // One column for both has a mark beside each amount.
    let is_one = found.credit == found.debit;
    let has_any = found.credit.is_some() || found.balance.is_some();
    has_any.then_some(if is_one { Columns { credit: None, debit: None, ..found } } else { found })
}
