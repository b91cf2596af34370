//! Values as they go into columns, a whole column of a batch at a time.

use std::error::Error;

use chrono::{DateTime, NaiveDate, Utc};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::StoreError;

/// One field of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Vec<u8>),
    Time(DateTime<Utc>),
    Day(NaiveDate),
    Row(Option<Json>),
}

impl Value {
    /// A number that cannot be a `bigint` was never handed out by this program.
    pub(super) fn number(number: u64) -> Result<Self, StoreError> {
        let problem = || StoreError::Corrupt { what: "number", problem: format!("{number} is too large") };
        i64::try_from(number).map(|number| Self::Number(Some(number))).map_err(|_| problem())
    }

    /// PostgreSQL has no NUL in its texts; the row itself keeps it, escaped.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Some(text.replace('\0', "\u{fffd}")))
    }

    pub(super) fn maybe_text(text: Option<&str>) -> Self {
        text.map_or(Self::Text(None), Self::text)
    }
}

/// What a column holds, by PostgreSQL's name of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Number,
    Text,
    Bytes,
    Time,
    Day,
    Row,
}

impl Sort {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Number => "bigint",
            Self::Text => "text",
            Self::Bytes => "bytea",
            Self::Time => "timestamptz",
            Self::Day => "date",
            Self::Row => "json",
        }
    }
}

/// One column of many rows.
#[derive(Clone, Debug)]
pub(super) enum Column {
    Numbers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Vec<u8>>),
    Times(Vec<DateTime<Utc>>),
    Days(Vec<NaiveDate>),
    Rows(Vec<Option<Json>>),
}

impl Column {
    pub(super) fn new(sort: Sort) -> Self {
        match sort {
            Sort::Number => Self::Numbers(Vec::new()),
            Sort::Text => Self::Texts(Vec::new()),
            Sort::Bytes => Self::Bytes(Vec::new()),
            Sort::Time => Self::Times(Vec::new()),
            Sort::Day => Self::Days(Vec::new()),
            Sort::Row => Self::Rows(Vec::new()),
        }
    }

    /// # Errors
    /// When the value is of another sort than the column: a table is described wrongly.
    pub(super) fn push(&mut self, value: Value) -> Result<(), StoreError> {
        match (self, value) {
            (Self::Numbers(column), Value::Number(value)) => column.push(value),
            (Self::Texts(column), Value::Text(value)) => column.push(value),
            (Self::Bytes(column), Value::Bytes(value)) => column.push(value),
            (Self::Times(column), Value::Time(value)) => column.push(value),
            (Self::Days(column), Value::Day(value)) => column.push(value),
            (Self::Rows(column), Value::Row(value)) => column.push(value),
            (column, _) => {
                let problem = format!("a value does not fit into {column:?}").chars().take(80).collect();
                return Err(StoreError::Corrupt { what: "table", problem });
            }
        }
        Ok(())
    }
}

/// Something to send with a statement.
#[derive(Clone, Debug)]
pub(super) enum Param {
    Column(Column),
    Number(i64),
    Text(String),
    MaybeText(Option<String>),
    Bytes(Vec<u8>),
    Time(DateTime<Utc>),
}

impl Param {
    pub(super) fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Column(Column::Numbers(column)) => column,
            Self::Column(Column::Texts(column)) => column,
            Self::Column(Column::Bytes(column)) => column,
            Self::Column(Column::Times(column)) => column,
            Self::Column(Column::Days(column)) => column,
            Self::Column(Column::Rows(column)) => column,
            Self::Number(number) => number,
            Self::Text(text) => text,
            Self::MaybeText(text) => text,
            Self::Bytes(bytes) => bytes,
            Self::Time(time) => time,
        }
    }
}

/// A row written out. `json` and not `jsonb`: it comes back byte by byte, and takes what `jsonb` refuses (an escaped NUL
/// in what a stranger wrote).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Json(pub Vec<u8>);

impl ToSql for Json {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSON
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Json {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSON
    }
}
