//! Where resellers pay in, and how long a deposit ticket is open.

use chrono::TimeDelta;

use super::source::{self, Source};
use konter_core::deposit::{MOST_BOOKED, Terms, USUAL_DEPOSIT};
use konter_core::money::Rupiah;

/// All of them stand in one reply.
const MOST_BANKS: usize = 10;
const LONGEST_BANK: usize = 100;
/// Over a weekend; what is older is not recognised by its amount any more.
const MOST_TICKET_HOURS: u16 = 72;

pub(super) fn read(source: &Source<'_>) -> Terms {
    let banks =
        source.value("KONTER_BANKS", "BCA 1234567890 a.n. Budi Santoso; BRI 0987-6543-2100 a.n. Budi Santoso", banks);
    let hours = source.value("KONTER_TICKET_HOURS", "24", source::number(1, MOST_TICKET_HOURS));
    let above = source.value("KONTER_DEPOSIT_ASK_ABOVE", "10000000", rupiah);
    let daily = source.value("KONTER_OPERATOR_DEPOSIT_DAILY", "5000000", rupiah);
    Terms {
        banks: banks.unwrap_or_default(),
        valid_for: hours.map(|hours: u16| TimeDelta::hours(hours.into())),
        ask_above: Rupiah::new(above.unwrap_or(USUAL_DEPOSIT)),
        operator_daily: daily.map(Rupiah::new),
    }
}

/// Zero asks about every sum, or allows none.
fn rupiah(text: &str) -> Result<i64, String> {
    let amount = text.parse().ok().filter(|amount| (0..=MOST_BOOKED).contains(amount));
    amount.ok_or_else(|| format!("must be an amount in whole rupiah, from 0 to {MOST_BOOKED}"))
}

/// Accounts separated by `;`, each in the operator's own words.
fn banks(text: &str) -> Result<Vec<String>, String> {
    let mut banks: Vec<String> = Vec::new();
    for bank in text.split(';').map(str::trim).filter(|bank| !bank.is_empty()) {
        if bank.chars().count() > LONGEST_BANK {
            return Err(format!("`{}` is longer than {LONGEST_BANK} characters", source::shorten(bank)));
        }
        if !bank.chars().any(char::is_alphanumeric) {
            return Err(format!("`{}` names no account", source::shorten(bank)));
        }
        if banks.iter().any(|known| known == bank) {
            return Err(format!("names `{}` twice", source::shorten(bank)));
        }
        banks.push(bank.to_owned());
    }
    if banks.len() > MOST_BANKS {
        return Err(format!("names {} accounts, at most {MOST_BANKS} are shown", banks.len()));
    }
    Ok(banks)
}
