//! What stands on a receipt, and where.

use chrono::NaiveDateTime;

use super::card::ReceiptCard;
use super::labels::Labels;
use super::{Align, COLUMNS, Letters, Line, Receipt, Row, Side, Style, printed};
use konter_core::catalog::ProductKind;
use konter_core::clean::clean;
use konter_core::money::Rupiah;
use konter_core::outcome::{Bill, Detail};

/// Characters of a footer: five rows.
pub const LONGEST_FOOTER: usize = 160;
/// Characters of a shop's name: two rows of letters.
pub const LONGEST_SHOP: usize = 60;
/// Periods of one bill that are listed; five years, and few utilities wait for one.
pub const MOST_PERIODS: usize = 60;
/// Rows of a supplier's own receipt: 12 months of the longest one in the documents. It also keeps a picture's size in
/// bounds.
pub const MOST_PRINTED_ROWS: usize = 500;

/// Characters of a name, a period and the like; the longest in the documents have 30.
const LONGEST_VALUE: usize = 200;
/// Characters of a serial number: as many as are kept of one.
const LONGEST_SN: usize = 8_000;
/// Lines of a footer.
const MOST_FOOTER_LINES: usize = 12;
/// Columns of the labels; a longer one is written out and moves only its own value.
const WIDEST_LABEL: usize = 13;
/// Digits of a token in one group.
const GROUP: usize = 4;

/// Lays the card out. `at` is the local time of the delivery.
#[must_use]
pub fn lay_out(card: &ReceiptCard, labels: &Labels, at: NaiveDateTime) -> Receipt {
    let layout = Layout { card, labels };
    let printed = layout.detail(Detail::Receipt).map(printed::lines).filter(|lines| !lines.is_empty());
    let mut lines = layout.head(at);
    match printed {
        Some(printed) => lines.extend(layout.around_printed(printed)),
        None => lines.extend(layout.own_body()),
    }
    lines.extend(layout.footer());
    // A token stands between rules of its own, whatever its neighbours bring.
    lines.dedup_by(|line, before| *line == Line::Rule && *before == Line::Rule);
    Receipt { lines }
}

struct Layout<'a> {
    card: &'a ReceiptCard,
    labels: &'a Labels,
}

impl Layout<'_> {
    fn head(&self, at: NaiveDateTime) -> Vec<Line> {
        let shop = clean(&self.card.shop, LONGEST_SHOP);
        let mut lines = Vec::new();
        if !shop.is_empty() {
            // A long name in the largest letters would fill half of the picture.
            let style = if shop.chars().count() > COLUMNS { Style::TALL } else { Style::LARGE };
            lines.extend([centred(shop, style), Line::Rule]);
        }
        lines.push(Line::Field {
            label: at.format("%d/%m/%Y %H:%M ").to_string(),
            value: format!("{} {}", self.labels.order, self.card.order),
            side: Side::Right,
            style: Style::PLAIN,
        });
        lines.push(Line::Rule);
        lines
    }

    fn footer(&self) -> Vec<Line> {
        let footer = self.card.footer.as_deref().unwrap_or_default();
        let mut kept: String = footer.chars().take(LONGEST_FOOTER).collect();
        if kept.len() < footer.len() {
            kept.push('…');
        }
        let lines = kept.lines().map(|line| clean(line, LONGEST_FOOTER + 1)).filter(|line| !line.is_empty());
        let lines: Vec<_> = lines.take(MOST_FOOTER_LINES).map(|line| centred(line, Style::PLAIN)).collect();
        if lines.is_empty() { lines } else { [vec![Line::Gap], lines].concat() }
    }

    /// The supplier's own receipt, and what the shop has to add to it.
    fn around_printed(&self, printed: Vec<Line>) -> Vec<Line> {
        let (mut lines, left_out) = at_most(printed, MOST_PRINTED_ROWS);
        if left_out {
            lines.push(centred(self.labels.cut.clone(), Style::PLAIN));
        }
        let says = squeezed_lines(&lines);
        let mut own = Vec::new();
        // A receipt without the number that was bought is worth nothing, however official it looks.
        match self.token() {
            Some(token) if !says.contains(&squeezed(token)) => own.extend(self.token_block(token)),
            Some(_) => {}
            None if self.sn().split(',').all(|part| says.contains(&squeezed(part))) => {}
            None => own.extend(self.sn_field()),
        }
        own.extend(value(&self.labels.buyer_phone, self.card.buyer_phone.as_deref()));
        own.extend(self.price_lines());
        if !own.is_empty() {
            lines.push(Line::Rule);
            lines.extend(aligned(own));
        }
        lines
    }

    fn own_body(&self) -> Vec<Line> {
        let (title, mut lines) = match self.card.kind {
            ProductKind::Topup => (&self.labels.title_topup, self.topup()),
            ProductKind::Token => (&self.labels.title_token, self.electricity()),
            ProductKind::Bill => (&self.labels.title_bill, self.bill()),
        };
        let price = self.price_lines();
        if !price.is_empty() {
            lines.push(Line::Rule);
            lines.extend(price);
        }
        let mut body = vec![centred(title.clone(), Style::BOLD), Line::Gap];
        body.extend(aligned(lines));
        body
    }

    fn topup(&self) -> Vec<Line> {
        let mut lines = self.what_and_whom(&self.labels.destination);
        lines.extend(self.customer());
        lines.extend(value(&self.labels.buyer_phone, self.card.buyer_phone.as_deref()));
        lines.extend(self.text_of(&self.labels.period, Detail::Period));
        lines.extend(self.sn_field());
        lines
    }

    fn electricity(&self) -> Vec<Line> {
        let labels = self.labels;
        let mut lines = self.what_and_whom(&labels.customer);
        lines.extend(self.customer());
        lines.extend(value(&labels.buyer_phone, self.card.buyer_phone.as_deref()));
        lines.extend(self.text_of(&labels.kwh, Detail::Kwh));
        for (label, detail) in [
            (&labels.token_amount, Detail::TokenAmount),
            (&labels.vat, Detail::Vat),
            (&labels.street_light_tax, Detail::StreetLightTax),
            (&labels.stamp, Detail::Stamp),
            (&labels.instalment, Detail::Instalment),
            (&labels.admin, Detail::Admin),
        ] {
            lines.extend(self.money_of(label, detail));
        }
        lines.extend(self.text_of(&labels.reference, Detail::UtilityReference));
        match self.token() {
            Some(token) => lines.extend(self.token_block(token)),
            None => lines.extend(self.sn_field()),
        }
        lines
    }

    fn bill(&self) -> Vec<Line> {
        let labels = self.labels;
        let mut lines = self.what_and_whom(&labels.customer);
        lines.extend(self.customer());
        lines.extend(value(&labels.buyer_phone, self.card.buyer_phone.as_deref()));
        match self.card.bills.as_slice() {
            [] => {
                lines.extend(self.text_of(&labels.period, Detail::Period));
                lines.extend(self.money_of(&labels.admin, Detail::Admin));
            }
            bills => lines.extend(self.periods(bills)),
        }
        lines.extend(self.text_of(&labels.meter_stand, Detail::MeterStand));
        if let Some(months) = self.detail(Detail::Arrears) {
            lines.extend(value(&labels.arrears, Some(&format!("{months} {}", labels.months))));
        }
        let reference = self.detail(Detail::UtilityReference).unwrap_or_default();
        lines.extend(value(&labels.reference, Some(reference)));
        if squeezed(reference) != squeezed(self.sn()) {
            lines.extend(self.sn_field());
        }
        lines
    }

    fn periods(&self, bills: &[Bill]) -> Vec<Line> {
        let labels = self.labels;
        let mut lines = Vec::new();
        for bill in bills.iter().take(MOST_PERIODS) {
            lines.push(Line::Gap);
            lines.extend(value(&labels.period, Some(&bill.period)));
            let parts = [(&labels.amount, bill.amount), (&labels.admin, bill.admin)];
            lines.extend(
                parts.iter().filter(|(_, part)| *part != Rupiah::ZERO).map(|(label, part)| money(label, *part)),
            );
            let adds_up = bill.amount.checked_add(bill.admin) == Some(bill.total);
            if bills.len() > 1 || !adds_up {
                lines.push(money(&labels.subtotal, bill.total));
            }
        }
        let more = bills.len().saturating_sub(MOST_PERIODS);
        if more > 0 {
            lines.extend([Line::Gap, field(&labels.more_periods, format!("+{more}"), Style::PLAIN)]);
        }
        if let Some(total) = total(bills) {
            lines.extend([Line::Rule, in_bold(money(&labels.bill_total, total))]);
        }
        lines
    }

    /// What the customer pays, where that is known.
    fn price_lines(&self) -> Vec<Line> {
        let Some(price) = self.card.price else { return Vec::new() };
        let label = match self.card.kind {
            ProductKind::Bill => &self.labels.total,
            ProductKind::Topup | ProductKind::Token => &self.labels.price,
        };
        let total = if self.card.kind == ProductKind::Bill { total(&self.card.bills) } else { None };
        let fee = total.and_then(|total| price.checked_sub(total)).filter(|fee| fee.is_positive());
        let fee = fee.map(|fee| money(&self.labels.counter_fee, fee));
        fee.into_iter().chain([in_bold(money(label, price))]).collect()
    }

    fn what_and_whom(&self, label: &str) -> Vec<Line> {
        let same = |detail| self.detail(detail).is_some_and(|number| squeezed(number) == squeezed(&self.card.dest));
        let mut lines: Vec<_> = value(&self.labels.product, Some(&self.card.product_name)).into_iter().collect();
        if !same(Detail::Meter) && !same(Detail::CustomerId) {
            lines.extend(value(label, Some(&self.card.dest)));
        }
        lines
    }

    fn customer(&self) -> Vec<Line> {
        let labels = self.labels;
        let mut lines = Vec::new();
        for (label, detail) in [
            (&labels.meter, Detail::Meter),
            (&labels.customer_id, Detail::CustomerId),
            (&labels.registration_number, Detail::RegistrationNumber),
            (&labels.transaction_name, Detail::TransactionName),
            (&labels.name, Detail::CustomerName),
        ] {
            lines.extend(self.text_of(label, detail));
        }
        let tariff = [Detail::Tariff, Detail::Power].into_iter().filter_map(|detail| self.detail(detail));
        lines.extend(value(&labels.tariff, Some(&tariff.collect::<Vec<_>>().join("/"))));
        lines
    }

    fn token_block(&self, token: &str) -> Vec<Line> {
        vec![
            Line::Rule,
            centred(self.labels.token.clone(), Style::PLAIN),
            centred(in_fours(token), Style::LARGE),
            Line::Rule,
        ]
    }

    /// The electricity token; a serial number of nothing but digits is one, too.
    fn token(&self) -> Option<&str> {
        let told = self.detail(Detail::Token);
        let is_digits = |sn: &&str| !sn.is_empty() && sn.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
        match self.card.kind {
            ProductKind::Token => told.or_else(|| Some(self.sn()).filter(is_digits)),
            ProductKind::Topup | ProductKind::Bill => told,
        }
    }

    fn sn(&self) -> &str {
        self.card.sn.trim()
    }

    fn sn_field(&self) -> Option<Line> {
        let sn = clean(self.sn(), LONGEST_SN);
        (!sn.is_empty()).then(|| field(&self.labels.sn, sn, Style::BOLD))
    }

    fn detail(&self, detail: Detail) -> Option<&str> {
        self.card.details.get(&detail).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    fn text_of(&self, label: &str, detail: Detail) -> Option<Line> {
        value(label, self.detail(detail))
    }

    /// Amounts come as plain digits; whatever else came stays as it is.
    fn money_of(&self, label: &str, detail: Detail) -> Option<Line> {
        let told = self.detail(detail)?;
        told.parse().map_or_else(|_| value(label, Some(told)), |amount| Some(money(label, amount)))
    }
}

fn value(label: &str, value: Option<&str>) -> Option<Line> {
    let value = clean(value.unwrap_or_default(), LONGEST_VALUE);
    (!value.is_empty()).then(|| field(label, value, Style::PLAIN))
}

fn centred(text: String, style: Style) -> Line {
    Line::text(text, Align::Centre, style)
}

fn field(label: &str, value: String, style: Style) -> Line {
    Line::Field { label: label.to_owned(), value, side: Side::Left, style }
}

fn money(label: &str, amount: Rupiah) -> Line {
    let value = format!("Rp {amount}");
    Line::Field { label: label.to_owned(), value, side: Side::Right, style: Style::PLAIN }
}

fn in_bold(line: Line) -> Line {
    match line {
        Line::Field { label, value, side, .. } => Line::Field { label, value, side, style: Style::BOLD },
        line => line,
    }
}

/// What all periods come to; `None` where there are none, or where the sum is absurd.
fn total(bills: &[Bill]) -> Option<Rupiah> {
    let (first, rest) = bills.split_first()?;
    rest.iter().try_fold(first.total, |sum, bill| sum.checked_add(bill.total))
}

/// Colons below each other.
fn aligned(lines: Vec<Line>) -> Vec<Line> {
    let widths = lines.iter().filter_map(|line| match line {
        Line::Field { label, .. } => Some(label.chars().count()).filter(|width| *width <= WIDEST_LABEL),
        Line::Gap | Line::Rule | Line::Text { .. } => None,
    });
    let width = widths.max().unwrap_or_default();
    let align = |line| match line {
        Line::Field { label, value, side, style } => {
            Line::Field { label: format!("{label:width$} : "), value, side, style }
        }
        line => line,
    };
    lines.into_iter().map(align).collect()
}

/// As many lines as fit on so many rows, and whether some were left out.
fn at_most(lines: Vec<Line>, rows: usize) -> (Vec<Line>, bool) {
    let mut left = rows;
    let mut kept = Vec::new();
    for line in lines {
        let height = line.rows(Letters::Sized).iter().map(Row::height).sum();
        let Some(rest) = left.checked_sub(height) else { return (kept, true) };
        left = rest;
        kept.push(line);
    }
    (kept, false)
}

/// A token as people type it into a meter; what is no token stays as it is.
fn in_fours(token: &str) -> String {
    let token = clean(token, LONGEST_SN);
    if !token.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ')) {
        return token;
    }
    let mut groups = String::new();
    for (nth, digit) in token.chars().filter(char::is_ascii_digit).enumerate() {
        if nth > 0 && nth.is_multiple_of(GROUP) {
            groups.push(' ');
        }
        groups.push(digit);
    }
    groups
}

/// Letters and digits only, to find a number in however it was grouped.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn squeezed_lines(lines: &[Line]) -> String {
    let texts = lines.iter().map(|line| match line {
        Line::Gap | Line::Rule => String::new(),
        Line::Text { text, .. } => squeezed(text),
        // A label in between would break a number that stands on two lines.
        Line::Field { value, .. } => squeezed(value),
    });
    texts.collect()
}
