//! The words of a receipt.

use serde::Deserialize;

/// Short words without values in them, in the reseller's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Labels {
    pub title_topup: String,
    pub title_token: String,
    pub title_bill: String,
    pub order: String,
    pub product: String,
    pub destination: String,
    /// Where the supplier does not say what kind of number the destination is.
    pub customer: String,
    pub buyer_phone: String,
    pub meter: String,
    pub customer_id: String,
    pub name: String,
    /// Of tariff and power together.
    pub tariff: String,
    pub registration_number: String,
    pub transaction_name: String,
    pub kwh: String,
    pub token_amount: String,
    pub vat: String,
    pub street_light_tax: String,
    pub stamp: String,
    pub instalment: String,
    pub admin: String,
    pub reference: String,
    pub sn: String,
    /// Above an electricity token.
    pub token: String,
    pub period: String,
    /// The meter's figures.
    pub meter_stand: String,
    /// Still owed after this.
    pub arrears: String,
    /// Behind the number of months still owed.
    pub months: String,
    pub amount: String,
    /// Of one period.
    pub subtotal: String,
    /// Of all periods.
    pub bill_total: String,
    /// Instead of periods there is no room for.
    pub more_periods: String,
    /// What the reseller takes beyond the bill.
    pub counter_fee: String,
    /// What a customer pays for a bill.
    pub total: String,
    /// What a customer pays for anything else.
    pub price: String,
    /// Below a supplier's receipt that is too long.
    pub cut: String,
}
