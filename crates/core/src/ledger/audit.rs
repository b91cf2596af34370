//! The books worked out a second time from the journal alone, by simpler means than the ledger's own: four sums per
//! account in wide integers and a list of open holds. What both agree on is hardly wrong. See [`Recount`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use super::{Account, AccountId, Digest, Entry, EntryKind, Hold, Reason, verify};
use crate::ids::OrderId;
use crate::money::Rupiah;

/// A thousand differences say no more than a hundred.
const MOST_DIFFERENCES: usize = 100;

/// Which of the four sums of an account.
#[derive(Clone, Copy)]
enum Sum {
    Debits,
    Credits,
    PendingDebits,
    PendingCredits,
}

type Sums = [i128; 4];

/// What one order's margins and corrections have moved out of sales, by account.
#[derive(Default)]
struct Moved {
    shares: BTreeMap<AccountId, i128>,
    /// Whether the first correction took back what had been paid; else it charged what had been refunded.
    paid_first: Option<bool>,
}

/// Who must have how much of an order, as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub buyer: AccountId,
    pub price: Rupiah,
    /// What its buyer has paid for it: all of the price, nothing, or what of a refund is still withheld.
    pub paid: Rupiah,
    /// What waits of it for a debtor.
    pub waits: Rupiah,
    /// What its uplines have of it.
    pub shares: Vec<(AccountId, Rupiah)>,
}

fn balance(sums: &Sums) -> i128 {
    sums[Sum::Credits as usize] - sums[Sum::Debits as usize]
}

fn available(sums: &Sums) -> i128 {
    balance(sums) - sums[Sum::PendingDebits as usize]
}

/// Reads a journal from its first line and keeps what it adds up to.
#[derive(Default)]
pub struct Recount {
    accounts: HashMap<AccountId, Sums>,
    holds: HashMap<OrderId, Hold>,
    /// What was moved for orders, and what the orders' own rows say is due.
    moved: HashMap<OrderId, Moved>,
    due: HashMap<OrderId, Due>,
    /// Transfers whose way back the journal has, by what it says of them.
    taken_back: BTreeSet<String>,
    last_seq: u64,
    last_digest: Digest,
    kinds: BTreeMap<&'static str, (u64, i128)>,
    overdrawn: u64,
    differences: Vec<String>,
    more_differences: u64,
    /// Where balances were brought forward: the line they are as of, and the orders whose lines are counted from their first on.
    opened: Option<(u64, HashSet<OrderId>)>,
}

impl Recount {
    /// Begins behind a line, for books that have lost lines before it: with the balances and holds of that moment, which
    /// [`Self::bring_account`] and [`Self::bring_hold`] take next. What those lines did to an order is not known any more.
    pub fn begin_behind(&mut self, seq: u64, digest: Digest) {
        (self.last_seq, self.last_digest, self.opened) = (seq, digest, Some((seq, HashSet::new())));
    }

    /// Takes a balance that is brought forward.
    pub fn bring_account(&mut self, id: AccountId, account: &Account) {
        let sums = [account.debits, account.credits, account.pending_debits, account.pending_credits];
        self.accounts.insert(id, sums.map(|sum| i128::from(sum.get())));
    }

    /// Takes a hold that is brought forward.
    pub fn bring_hold(&mut self, hold: Hold) {
        self.counts(hold.order);
        self.holds.insert(hold.order, hold);
    }

    /// Lines up to this one are not counted; 0: all are.
    pub fn begins_behind(&self) -> u64 {
        self.opened.as_ref().map_or(0, |(seq, _)| *seq)
    }

    fn counts(&mut self, order: OrderId) {
        if let Some((_, counted)) = &mut self.opened {
            counted.insert(order);
        }
    }

    /// Number of the last line read.
    pub const fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Notes something that is not as it must be.
    pub fn differs(&mut self, difference: String) {
        if self.differences.len() < MOST_DIFFERENCES {
            self.differences.push(difference);
        } else {
            self.more_differences += 1;
        }
    }

    /// Takes the journal's next line.
    pub fn entry(&mut self, entry: &Entry) {
        let seq = entry.seq;
        if seq != self.last_seq + 1 {
            self.differs(format!("line {seq} follows line {}", self.last_seq));
        }
        if !verify(entry, self.last_digest) {
            self.differs(format!("line {seq} is not what was sealed after the line before it"));
        }
        (self.last_seq, self.last_digest) = (seq, entry.digest);
        if !entry.amount.is_positive() || entry.debit == entry.credit {
            self.differs(format!("line {seq} moves {} from {} to {}", entry.amount, entry.debit, entry.credit));
        }
        self.resolve_hold(entry);
        self.count_share(entry);
        self.count_taken_back(entry);
        self.add(entry);
        self.check_running(entry);
        let kind = self.kinds.entry(kind_name(entry)).or_default();
        *kind = (kind.0 + 1, kind.1 + i128::from(entry.amount.get()));
    }

    fn resolve_hold(&mut self, entry: &Entry) {
        let seq = entry.seq;
        if entry.kind == EntryKind::Transfer {
            return;
        }
        let Some(order) = entry.order else {
            self.differs(format!("line {seq} is about a hold but names no order"));
            return;
        };
        let of_entry = Hold { order, debit: entry.debit.clone(), credit: entry.credit.clone(), amount: entry.amount };
        if entry.kind == EntryKind::Hold {
            self.counts(order);
            if self.holds.insert(order, of_entry).is_some() {
                self.differs(format!("line {seq} holds for order {order} a second time"));
            }
        } else if self.holds.remove(&order) != Some(of_entry) {
            self.differs(format!("line {seq} resolves a hold of order {order} that is not open like this"));
        }
    }

    /// Margins and corrections move between sales and one other account, each in its own direction.
    fn count_share(&mut self, entry: &Entry) {
        let seq = entry.seq;
        let from_sales = entry.debit == AccountId::Sales;
        let fits = match entry.reason {
            Reason::Margin | Reason::Reversal => from_sales,
            Reason::MarginReversal | Reason::LateDelivery => entry.credit == AccountId::Sales,
            Reason::Withheld => from_sales || entry.credit == AccountId::Sales,
            Reason::Deposit
            | Reason::Order
            | Reason::Cost
            | Reason::CostReversal
            | Reason::Correction
            | Reason::Transfer
            | Reason::TransferBack => return,
        };
        let Some(order) = entry.order.filter(|_| fits && entry.kind == EntryKind::Transfer) else {
            self.differs(format!("line {seq} moves a share of no order, or not between sales and who has it"));
            return;
        };
        let (account, amount) = match (from_sales, i128::from(entry.amount.get())) {
            (true, amount) => (&entry.credit, amount),
            (false, amount) => (&entry.debit, -amount),
        };
        let moved = self.moved.entry(order).or_default();
        *moved.shares.entry(account.clone()).or_default() += amount;
        if matches!(entry.reason, Reason::Reversal | Reason::LateDelivery) {
            moved.paid_first.get_or_insert(entry.reason == Reason::Reversal);
        }
    }

    /// Notes who must have what of an order, as its row says now; the last word about an order counts. What no line
    /// speaks of need not be kept: a line that comes later brings the order up again.
    pub fn owes(&mut self, order: OrderId, due: Due) {
        if due.shares.is_empty() && !due.waits.is_positive() && !self.moved.contains_key(&order) {
            self.due.remove(&order);
        } else {
            self.due.insert(order, due);
        }
    }

    /// A transfer goes back once.
    fn count_taken_back(&mut self, entry: &Entry) {
        if entry.reason != Reason::TransferBack {
            return;
        }
        if !entry.note.clone().is_some_and(|transfer| self.taken_back.insert(transfer)) {
            self.differs(format!("line {} takes back no transfer, or one that went back before", entry.seq));
        }
    }

    fn compare_shares(&mut self) {
        let (mut moved, mut due) = (std::mem::take(&mut self.moved), std::mem::take(&mut self.due));
        let is_counted = |order: &OrderId| self.opened.as_ref().is_none_or(|(_, counted)| counted.contains(order));
        let orders: BTreeSet<OrderId> = moved.keys().chain(due.keys()).copied().filter(is_counted).collect();
        for order in orders {
            let Moved { mut shares, paid_first } = moved.remove(&order).unwrap_or_default();
            let mut owed: BTreeMap<AccountId, i128> = BTreeMap::new();
            if let Some(due) = due.remove(&order) {
                for (account, amount) in due.shares {
                    *owed.entry(account).or_default() += i128::from(amount.get());
                }
                *owed.entry(AccountId::Withheld(order)).or_default() += i128::from(due.waits.get());
                if let Some(paid_first) = paid_first {
                    let paid = if paid_first { i128::from(due.price.get()) } else { 0 };
                    *owed.entry(due.buyer).or_default() += paid - i128::from(due.paid.get());
                }
            }
            shares.retain(|_, amount| *amount != 0);
            owed.retain(|_, amount| *amount != 0);
            if shares != owed {
                self.differs(format!("of order {order} there went {shares:?}, by its row {owed:?} are due"));
            }
        }
    }

    fn add(&mut self, entry: &Entry) {
        let amount = i128::from(entry.amount.get());
        let (pending, posted) = match entry.kind {
            EntryKind::Transfer => (0, amount),
            EntryKind::Hold => (amount, 0),
            EntryKind::Capture => (-amount, amount),
            EntryKind::Release => (-amount, 0),
        };
        let debit = self.accounts.entry(entry.debit.clone()).or_default();
        debit[Sum::Debits as usize] += posted;
        debit[Sum::PendingDebits as usize] += pending;
        let credit = self.accounts.entry(entry.credit.clone()).or_default();
        credit[Sum::Credits as usize] += posted;
        credit[Sum::PendingCredits as usize] += pending;
    }

    /// The line's own running figures, and whether it drew more than there was.
    fn check_running(&mut self, entry: &Entry) {
        for (id, noted) in [(&entry.debit, entry.debit_available), (&entry.credit, entry.credit_available)] {
            let counted = self.accounts.get(id).map_or(0, available);
            if counted != i128::from(noted.get()) {
                self.differs(format!("line {} notes {noted} available on {id}, counted {counted}", entry.seq));
            }
        }
        let drew_new_money = matches!(entry.kind, EntryKind::Transfer | EntryKind::Hold);
        let below_zero = self.accounts.get(&entry.debit).is_some_and(|sums| available(sums) < 0);
        if drew_new_money && below_zero && entry.debit.is_limited() {
            if corrects_the_past(entry.reason) {
                self.overdrawn += 1;
            } else {
                self.differs(format!("line {} overdraws {} for {:?}", entry.seq, entry.debit, entry.reason));
            }
        }
    }

    /// Compares what the store keeps with what the journal adds up to, and closes the count.
    #[must_use]
    pub fn compare(mut self, accounts: &[(AccountId, Account)], holds: &[Hold]) -> AuditReport {
        self.compare_accounts(accounts);
        self.compare_holds(holds);
        self.compare_shares();
        let total: i128 = self.accounts.values().map(balance).sum();
        if total != 0 {
            self.differs(format!("all balances together are {total}, not zero"));
        }
        let mut negative: Vec<(AccountId, Rupiah)> = accounts
            .iter()
            .filter(|(id, account)| id.is_limited() && account.available().is_negative())
            .map(|(id, account)| (id.clone(), account.available()))
            .collect();
        negative.sort();
        AuditReport {
            accounts: self.accounts.len(),
            begins_behind: self.begins_behind(),
            entries: self.last_seq,
            holds: self.holds.len(),
            held: self.holds.values().map(|hold| i128::from(hold.amount.get())).sum(),
            kinds: self.kinds,
            overdrawn: self.overdrawn,
            negative,
            head: self.last_digest,
            differences: self.differences,
            more_differences: self.more_differences,
        }
    }

    fn compare_accounts(&mut self, stored: &[(AccountId, Account)]) {
        let mut counted = self.accounts.clone();
        for (id, account) in stored {
            let sums = counted.remove(id).unwrap_or_default();
            let kept = [account.debits, account.credits, account.pending_debits, account.pending_credits];
            if sums != kept.map(|total| i128::from(total.get())) {
                self.differs(format!("{id} is stored as {kept:?}, the journal adds up to {sums:?}"));
            }
        }
        for (id, sums) in counted {
            if sums != Sums::default() {
                self.differs(format!("{id} is not stored, the journal adds up to {sums:?}"));
            }
        }
    }

    fn compare_holds(&mut self, stored: &[Hold]) {
        let mut counted = self.holds.clone();
        for hold in stored {
            if counted.remove(&hold.order).as_ref() != Some(hold) {
                self.differs(format!("the stored hold of order {} is not the journal's", hold.order));
            }
        }
        for order in counted.into_keys() {
            self.differs(format!("the journal's hold of order {order} is not stored"));
        }
    }
}

/// Only these may take a reseller below zero: what happened cannot be refused any more.
const fn corrects_the_past(reason: Reason) -> bool {
    match reason {
        Reason::Reversal
        | Reason::LateDelivery
        | Reason::CostReversal
        | Reason::Correction
        | Reason::MarginReversal => true,
        Reason::Deposit
        | Reason::Order
        | Reason::Cost
        | Reason::Margin
        | Reason::Transfer
        | Reason::TransferBack
        | Reason::Withheld => false,
    }
}

const fn kind_name(entry: &Entry) -> &'static str {
    match (entry.kind, entry.reason) {
        (EntryKind::Hold, _) => "holds",
        (EntryKind::Capture, _) => "captures",
        (EntryKind::Release, _) => "releases",
        (EntryKind::Transfer, Reason::Deposit) if matches!(entry.credit, AccountId::Cash) => "withdrawals",
        (EntryKind::Transfer, Reason::Deposit) => "deposits",
        (EntryKind::Transfer, Reason::Order) => "other transfers",
        (EntryKind::Transfer, Reason::Cost) => "costs",
        (EntryKind::Transfer, Reason::Reversal) => "reversals",
        (EntryKind::Transfer, Reason::LateDelivery) => "late deliveries",
        (EntryKind::Transfer, Reason::CostReversal) => "costs given back",
        (EntryKind::Transfer, Reason::Correction) => "corrections by hand",
        (EntryKind::Transfer, Reason::Margin) => "margins",
        (EntryKind::Transfer, Reason::MarginReversal) => "margins taken back",
        (EntryKind::Transfer, Reason::Transfer) => "transfers",
        (EntryKind::Transfer, Reason::TransferBack) => "transfers taken back",
        (EntryKind::Transfer, Reason::Withheld) if matches!(entry.credit, AccountId::Withheld(_)) => "withheld",
        (EntryKind::Transfer, Reason::Withheld) => "paid out of what was withheld",
    }
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// Accounts that ever moved.
    pub accounts: usize,
    /// Lines up to this one are lost in part, and not counted: balances were brought forward. 0: all are counted.
    pub begins_behind: u64,
    /// Lines of the journal.
    pub entries: u64,
    /// Open holds, and what they reserve together in whole rupiah.
    pub holds: usize,
    pub held: i128,
    /// Lines and whole rupiah per kind.
    pub kinds: BTreeMap<&'static str, (u64, i128)>,
    /// Lines that took a reseller below zero for a permitted reason.
    pub overdrawn: u64,
    /// Resellers below zero now: no fault of the books, but someone should look.
    pub negative: Vec<(AccountId, Rupiah)>,
    /// The last line's digest.
    pub head: Digest,
    /// Everything that is not as it must be, the first hundred in words.
    pub differences: Vec<String>,
    pub more_differences: u64,
}

impl AuditReport {
    pub const fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for AuditReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} journal lines, {} accounts", self.entries, self.accounts)?;
        if self.begins_behind > 0 {
            let words = "lines before are lost in part, and balances were brought forward there";
            writeln!(f, "counted from behind line {}: {words}", self.begins_behind)?;
        }
        writeln!(f, "{} open holds over {}", self.holds, grouped(self.held))?;
        for (kind, (lines, amount)) in &self.kinds {
            writeln!(f, "{lines} {kind} over {}", grouped(*amount))?;
        }
        writeln!(f, "last digest {}", self.head)?;
        if self.overdrawn > 0 {
            writeln!(f, "{} corrections took a reseller below zero", self.overdrawn)?;
        }
        for (account, available) in &self.negative {
            writeln!(f, "note: {account} is at {available}")?;
        }
        for difference in &self.differences {
            writeln!(f, "DIFFERENCE: {difference}")?;
        }
        if self.more_differences > 0 {
            writeln!(f, "and {} more differences", self.more_differences)?;
        }
        let verdict = if self.is_clean() { "the books are right" } else { "the books are WRONG" };
        f.write_str(verdict)
    }
}

/// As money prints, where it fits.
fn grouped(amount: i128) -> String {
    i64::try_from(amount).map_or_else(|_| amount.to_string(), |amount| Rupiah::new(amount).to_string())
}
