//! Which row stands in which table, under which key, and the statements that read and write it.

use std::ops::Range;
use std::sync::LazyLock;

use super::columns::{Field as _, Line, Order, Outgoing, Parts, status_of};
use super::value::{Json, Param, Sort, Value};
use crate::kv::{Direction, after_prefix};
use crate::rows::{InboxRow, InquiryHead, Moment, SlotRow, decode};
use crate::{Act, StoreError, keys};
use konter_core::agent::Agent;
use konter_core::catalog::Product;
use konter_core::deposit::{Claim, Ticket};
use konter_core::ids::OrderId;
use konter_core::ledger::{Account, Hold};

/// What a table's primary key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// The number that a row's key is after its first bytes; so many bytes long.
    Number { column: &'static str, width: usize },
    /// The text that a row's key is after its first bytes.
    Text { column: &'static str },
    /// The whole key as it is.
    Key,
}

/// Works out the columns of a row from its key (without the table's prefix) and its content.
type Columns = fn(&[u8], &[u8]) -> Result<Vec<Value>, StoreError>;

/// How rows of one kind are kept.
#[derive(Debug)]
pub(super) struct Table {
    pub name: &'static str,
    /// What the keys of its rows begin with; none is the beginning of another.
    pub prefix: &'static [u8],
    pub identity: Identity,
    /// Columns beside the key and `row`, as `columns` gives them.
    pub fields: &'static [(&'static str, Sort)],
    columns: Columns,
}

use Identity::{Key, Number, Text};
use Sort::{Day, Number as Int, Text as Txt, Time};

/// Tables, each as: its name, what its rows' keys begin with and its own key; what a row is (and the parts of its key); and of each
/// column its name, its sort and what stands in it.
macro_rules! tables {
    ($($name:ident [$($prefix:expr),*] $identity:expr, $what:literal $row:ident: $of:ty $(, $key:ident)? {
        $($column:ident: $sort:ident = $value:expr),*
    })*) => {
        [$(Table {
            name: stringify!($name),
            prefix: &[$($prefix),*],
            identity: $identity,
            fields: &[$((stringify!($column), $sort)),*],
            columns: |tail, row| {
                let $row: $of = decode($what, row)?;
                let _ = tail;
                $(let mut $key = Parts(tail);)?
                Ok(vec![$($value.value()?),*])
            },
        },)*
        // Whatever has no table of its own.
        Table { name: "other_rows", prefix: &[], identity: Key, fields: &[], columns: |_, _| Ok(Vec::new()) }]
    };
}

/// In the order they are written: what others refer to comes first.
static TABLES: [Table; 19] = tables! {
    agents [keys::AGENT] Number { column: "id", width: 4 }, "agent" row: Agent {
        version: Int = row.version, name: Txt = row.name, status: Txt = format!("{:?}", row.status).to_lowercase(),
        upline_id: Int = row.network.upline.map(|upline| u64::from(upline.0)), created_at: Time = row.created_at
    }
    agent_chats [keys::AGENT_OF_CHAT] Key, "agent's key" row: u64, key { chat: Txt = key.text(), agent_id: Int = row }
    agent_phones [keys::AGENT_OF_PHONE] Key, "agent's key" row: u64, key { phone: Txt = key.text(), agent_id: Int = row }
    accounts [keys::ACCOUNT] Text { column: "account" }, "account" row: Account {
        debits: Int = row.debits, credits: Int = row.credits,
        pending_debits: Int = row.pending_debits, pending_credits: Int = row.pending_credits
    }
    journal [keys::JOURNAL] Number { column: "seq", width: 8 }, "journal entry" row: Line {
        at: Time = row.at, kind: Txt = row.kind, reason: Txt = row.reason, debit: Txt = row.debit, credit: Txt = row.credit,
        amount: Int = row.amount, debit_available: Int = row.debit_available, credit_available: Int = row.credit_available,
        order_id: Int = row.order, note: Txt = row.note
    }
    orders [keys::ORDER] Number { column: "id", width: 8 }, "order" row: Order {
        version: Int = row.version, agent_id: Int = row.agent, chat: Txt = row.chat.as_str(), product: Txt = row.product.as_str(),
        kind: Txt = row.kind.as_str(), dest: Txt = row.dest.as_str(), nth: Int = row.nth, day: Day = row.day, price: Int = row.price,
        status: Txt = row.status(), supplier: Txt = row.supplier(), reference: Int = row.reference(), cost: Int = row.cost(),
        sn: Txt = row.serial(), created_at: Time = row.created_at, updated_at: Time = row.updated_at
    }
    holds [keys::HOLD] Number { column: "order_id", width: 8 }, "hold" row: Hold {
        debit: Txt = row.debit.to_string(), credit: Txt = row.credit.to_string(), amount: Int = row.amount
    }
    slots [keys::SLOT] Key, "slot" row: SlotRow, key {
        agent_id: Int = key.number(4), dest: Txt = key.text(),
        product: Txt = { key.number(4); key.text() }, nth: Int = key.number(1), taken_by: Int = row.taken_by.map(|order| order.0)
    }
    supplier_references [keys::REFERENCE] Key, "reference" row: OrderId, key {
        reference: Int = key.number(8), supplier: Txt = key.text(), order_id: Int = row.0
    }
    bills [keys::BILL] Key, "bill" row: Vec<OrderId>, key {
        product: Txt = key.text(), customer: Txt = key.text(), order_id: Int = row.first().map(|order| order.0)
    }
    inquiries [keys::INQUIRY] Number { column: "id", width: 8 }, "inquiry" row: InquiryHead {
        version: Int = row.version, agent_id: Int = row.agent.0, product: Txt = row.ask.product.as_str(), customer: Txt = row.customer
    }
    tickets [keys::TICKET, keys::TICKET_ITSELF] Number { column: "id", width: 8 }, "ticket" row: Ticket {
        version: Int = row.version, agent_id: Int = row.agent.0, amount: Int = row.amount, pay: Int = row.pay,
        status: Txt = status_of(&row.state), created_at: Time = row.created_at, expires_at: Time = row.expires_at
    }
    ticket_pays [keys::TICKET, keys::TICKET_OF_PAY] Number { column: "pay", width: 8 }, "ticket's amount" row: Claim {
        ticket_id: Int = row.ticket.0, until: Time = row.until
    }
    products [keys::PRODUCT] Key, "product" row: Product {
        code: Txt = row.code.as_str(), name: Txt = row.name, category: Txt = row.category, price: Int = row.price
    }
    answered [keys::ANSWERED] Key, "answered message" row: Moment { at: Time = row.at }
    inbox [keys::INBOX] Key, "inbox message" row: InboxRow {
        seq: Int = row.seq, chat: Txt = row.message.chat.to_string(), sent_at: Time = row.message.sent_at
    }
    outbox [keys::OUTBOX] Key, "outgoing message" row: Outgoing { seq: Int = row.seq, chat: Txt = row.chat, at: Time = row.at }
    acts [keys::ACT] Number { column: "seq", width: 8 }, "act" row: Act {
        at: Time = row.at, by: Txt = row.by.to_string(), what: Txt = row.what
    }
};

/// Where the rows of tables stand in [`Table::all`].
pub(super) type Index = usize;

impl Table {
    pub(super) fn all() -> &'static [Self] {
        &TABLES
    }

    /// The table a row belongs to, by its key.
    pub(super) fn of(key: &[u8]) -> Option<(Index, &'static Self)> {
        if is_left_out(key) {
            return None;
        }
        let of_its_own =
            |(_, table): &(Index, &'static Self)| !table.prefix.is_empty() && key.starts_with(table.prefix);
        let tables = || TABLES.iter().enumerate();
        tables().find(of_its_own).or_else(|| tables().find(|(_, table)| table.name == "other_rows"))
    }

    /// The name and the sort of its primary key.
    pub(super) const fn id(&self) -> (&'static str, Sort) {
        match self.identity {
            Number { column, .. } => (column, Sort::Number),
            Text { column } => (column, Sort::Text),
            Key => ("key", Sort::Bytes),
        }
    }

    fn tail<'k>(&self, key: &'k [u8]) -> &'k [u8] {
        key.strip_prefix(self.prefix).unwrap_or_default()
    }

    /// A row's primary key.
    pub(super) fn id_of(&self, key: &[u8]) -> Result<Value, StoreError> {
        match self.identity {
            Number { width, .. } => {
                let tail = self.tail(key);
                let fits = (tail.len() == width).then(|| number(tail, width));
                Value::number(fits.ok_or_else(|| self.unfit())?)
            }
            Text { .. } => Ok(Value::text(std::str::from_utf8(self.tail(key)).map_err(|_| self.unfit())?)),
            Key => Ok(Value::Bytes(key.to_vec())),
        }
    }

    /// The key of a row that was read.
    pub(super) fn key_of(&self, row: &tokio_postgres::Row) -> Result<Vec<u8>, StoreError> {
        let unfit = |_| self.unfit();
        let mut key = self.prefix.to_vec();
        match self.identity {
            Number { width, .. } => {
                let number: i64 = row.try_get(0).map_err(unfit)?;
                let bytes = u64::try_from(number).map_err(|_| self.unfit())?.to_be_bytes();
                key.extend_from_slice(bytes.get(bytes.len() - width..).unwrap_or_default());
            }
            Text { .. } => key.extend_from_slice(row.try_get::<_, &str>(0).map_err(unfit)?.as_bytes()),
            Key => key = row.try_get(0).map_err(unfit)?,
        }
        Ok(key)
    }

    /// The bounds of a walk: from, up to but not including.
    pub(super) fn bounds(&self, range: &Range<Vec<u8>>) -> Result<(Param, Param), StoreError> {
        let end_of_all = after_prefix(self.prefix);
        let is_within = if self.prefix.is_empty() {
            let is_inside = |table: &Table| (range.start.as_slice()..range.end.as_slice()).contains(&table.prefix);
            !TABLES.iter().filter(|table| !table.prefix.is_empty()).any(is_inside)
        } else {
            range.start.starts_with(self.prefix) && range.end <= end_of_all
        };
        if !is_within {
            return Err(StoreError::Corrupt { what: "walk", problem: format!("it leaves {}", self.name) });
        }
        let is_open = range.end == end_of_all && !self.prefix.is_empty();
        Ok(match self.identity {
            Number { width, .. } => {
                let bound = |key: &[u8]| i64::try_from(lowest(self.tail(key), width)).unwrap_or(i64::MAX);
                let end = if is_open { i64::MAX } else { bound(&range.end) };
                (Param::Number(bound(&range.start)), Param::Number(end))
            }
            Text { .. } => {
                // The next key behind a text ends with a NUL, which no text here has: 1 is the next letter there can be.
                let text = |key: &[u8]| {
                    let text = String::from_utf8(self.tail(key).to_vec()).map_err(|_| self.unfit())?;
                    Ok::<_, StoreError>(text.replace('\0', "\u{1}"))
                };
                let end = if is_open { None } else { Some(text(&range.end)?) };
                (Param::Text(text(&range.start)?), Param::MaybeText(end))
            }
            Key => (Param::Bytes(range.start.clone()), Param::Bytes(range.end.clone())),
        })
    }

    /// All fields of a row: key, row, columns.
    pub(super) fn values(&self, key: &[u8], row: Vec<u8>) -> Result<Vec<Value>, StoreError> {
        let mut values = vec![self.id_of(key)?];
        let columns = (self.columns)(self.tail(key), &row)?;
        values.push(Value::Row((!row.is_empty()).then_some(Json(row))));
        values.extend(columns);
        Ok(values)
    }

    /// The sorts of [`Self::values`].
    pub(super) fn sorts(&self) -> impl Iterator<Item = Sort> + '_ {
        [self.id().1, Sort::Row].into_iter().chain(self.fields.iter().map(|(_, sort)| *sort))
    }

    fn unfit(&self) -> StoreError {
        StoreError::Corrupt { what: "key", problem: format!("it does not fit into {}", self.name) }
    }
}

/// Index rows that tables' own columns make needless: an order's agent, a line's accounts.
fn is_left_out(key: &[u8]) -> bool {
    matches!(key.first(), Some(&(keys::LINE | keys::ORDER_OF_AGENT)))
}

/// A big-endian number of `width` bytes.
fn number(bytes: &[u8], width: usize) -> u64 {
    bytes.iter().take(width).fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The lowest number whose key is not before these bytes.
fn lowest(bytes: &[u8], width: usize) -> u64 {
    let mut padded = bytes.to_vec();
    padded.resize(width.max(bytes.len()), 0);
    let whole = number(&padded, width);
    if bytes.len() > width { whole.saturating_add(1) } else { whole }
}

/// The statements of one table.
#[derive(Debug)]
pub(super) struct Statements {
    /// Key and row of those with these keys.
    pub get: String,
    up: String,
    down: String,
    /// Writes rows, one parameter a column.
    pub write: String,
    /// Deletes those with these keys.
    pub delete: String,
}

impl Statements {
    pub(super) fn of(table: Index) -> Option<&'static Self> {
        static ALL: LazyLock<Vec<Statements>> = LazyLock::new(|| TABLES.iter().map(Statements::new).collect());
        ALL.get(table)
    }

    pub(super) fn walk(&self, direction: Direction) -> &str {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }

    fn new(table: &Table) -> Self {
        let (name, (id, sort)) = (table.name, table.id());
        let walk = |order: &str| {
            // Only a text has no last one.
            let to = if sort == Sort::Text { format!("($2::text IS NULL OR {id} < $2)") } else { format!("{id} < $2") };
            format!("SELECT {id}, row FROM {name} WHERE {id} >= $1 AND {to} ORDER BY {id} {order} LIMIT $3")
        };
        let columns: Vec<&str> = [id, "row"].into_iter().chain(table.fields.iter().map(|(name, _)| *name)).collect();
        let arrays: Vec<_> =
            table.sorts().enumerate().map(|(at, sort)| format!("${}::{}[]", at + 1, sort.name())).collect();
        let updates: Vec<_> = columns.iter().skip(1).map(|column| format!("{column} = excluded.{column}")).collect();
        let insert = format!("INSERT INTO {name} ({}) SELECT * FROM unnest({})", columns.join(", "), arrays.join(", "));
        let update = format!("ON CONFLICT ({id}) DO UPDATE SET {}", updates.join(", "));
        Self {
            get: format!("SELECT {id}, row FROM {name} WHERE {id} = ANY($1::{}[])", sort.name()),
            up: walk("ASC"),
            down: walk("DESC"),
            write: format!("{insert} {update}"),
            delete: format!("DELETE FROM {name} WHERE {id} = ANY($1::{}[])", sort.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::under;
    use konter_core::ids::{AgentId, OrderId};

    fn table(name: &str) -> &'static Table {
        TABLES.iter().find(|table| table.name == name).unwrap()
    }

    fn numbers(table: &Table, range: Range<Vec<u8>>) -> (i64, i64) {
        match table.bounds(&range).unwrap() {
            (Param::Number(from), Param::Number(to)) => (from, to),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn walks_over_keys_are_walks_over_numbers() {
        let order = |id| keys::order(OrderId(id));
        let behind = |mut key: Vec<u8>| {
            key.push(0);
            key
        };
        for (range, expected) in [
            (under(keys::all(keys::ORDER)), (0, i64::MAX)),
            (order(7)..order(9), (7, 9)),
            (order(7)..under(keys::all(keys::ORDER)).end, (7, i64::MAX)),
            (behind(order(7))..order(u64::MAX), (8, i64::MAX)),
            (order(0)..after_prefix(&order(255)), (0, 256)),
        ] {
            assert_eq!(numbers(table("orders"), range.clone()), expected, "{range:?}");
        }
        let agents = after_prefix(&keys::agent(AgentId(5)))..under(keys::all(keys::AGENT)).end;
        assert_eq!(numbers(table("agents"), agents), (6, i64::MAX));
    }

    #[test]
    fn every_row_has_one_table_and_a_walk_stays_in_it() {
        for (index, one) in TABLES.iter().enumerate().filter(|(_, table)| !table.prefix.is_empty()) {
            let others = TABLES.iter().filter(|other| !other.prefix.is_empty() && other.name != one.name);
            assert!(others.into_iter().all(|other| !other.prefix.starts_with(one.prefix)), "{}", one.name);
            assert_eq!(Table::of(one.prefix).map(|(found, _)| found), Some(index));
        }
        assert_eq!(Table::of(&keys::meta("schema")).unwrap().1.name, "other_rows");
        assert!(Table::of(&keys::order_of_agent(AgentId(1), OrderId(1))).is_none());
        let all_tickets = under(keys::all(keys::TICKET));
        assert!(table("other_rows").bounds(&all_tickets).is_err(), "it would miss those with a table of their own");
    }
}
