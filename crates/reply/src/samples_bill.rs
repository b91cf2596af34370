//! Samples of what is said about customers, bills and receipts.

use super::says::{BillCard, BillStage, CustomerCard, PriceLine, ReceiptProblem, Reply, ShownBecause};
use konter_core::ids::{BadName, InquiryId};
use konter_core::money::Rupiah;
use konter_core::order::card::OrderLine;
use konter_core::order::card::Verdict;
use konter_core::order::refusal::Why;
use konter_core::outcome::{Bill, Detail, FailureKind};

const NUMBER: &str = "541234567890";

pub(super) fn customers(products: &[PriceLine]) -> Vec<Reply> {
    let details = [
        (Detail::CustomerName, "BUDI SANTOSO"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Meter, "14012345678"),
        (Detail::CustomerId, NUMBER),
    ];
    let full = CustomerCard {
        customer: "14012345678".to_owned(),
        details: details.map(|(detail, value)| (detail, value.to_owned())).into(),
        products: products.to_vec(),
        client_reference: Some("trx-77".to_owned()),
    };
    let bare = CustomerCard {
        details: [(Detail::CustomerName, "BUDI".to_owned())].into(),
        products: Vec::new(),
        client_reference: None,
        ..full.clone()
    };
    [full, bare].map(|card| Reply::Customer(Box::new(card))).to_vec()
}

pub(super) fn bills(line: &OrderLine) -> Result<Vec<Reply>, BadName> {
    let details = [
        (Detail::CustomerName, "SITI AMINAH"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "900VA"),
        (Detail::Period, "FEB26, MAR26"),
        (Detail::RegistrationNumber, "5311000928219"),
        (Detail::TransactionName, "Tambah Daya"),
    ];
    let month = |period: &str, amount| Bill {
        period: period.to_owned(),
        amount: Rupiah::new(amount),
        admin: Rupiah::new(2_500),
        total: Rupiah::new(amount + 2_500),
    };
    let full = BillCard {
        inquiry: InquiryId(1_763_700_000_000_000),
        product: "PLNPOST".parse()?,
        product_name: "Tagihan listrik PLN".to_owned(),
        customer: NUMBER.to_owned(),
        details: details.map(|(detail, value)| (detail, value.to_owned())).into(),
        bills: vec![month("FEB26", 500_000), month("MAR26", 1_050_000)],
        total: Rupiah::new(1_555_000),
        fee: Rupiah::new(3_000),
        price: Rupiah::new(1_558_000),
        expires_at: super::samples::at(1),
        client_reference: None,
        stage: BillStage::Payable(ShownBecause::Asked),
    };
    let one = BillCard { bills: vec![month("", 100_000)], client_reference: Some("trx-77".to_owned()), ..full.clone() };
    let bare = BillCard { bills: Vec::new(), details: [].into(), fee: Rupiah::ZERO, ..full.clone() };
    let every_stage = [
        BillStage::Payable(ShownBecause::Asked),
        BillStage::Payable(ShownBecause::PaymentAsked),
        BillStage::Payable(ShownBecause::Changed),
        BillStage::EnterPin { digits: 0, taps: 0 },
        BillStage::EnterPin { digits: 3, taps: 5 },
        BillStage::Paying { order: line.order },
        BillStage::Cancelled,
        BillStage::Expired,
    ];
    let staged = every_stage.map(|stage| BillCard { stage, ..full.clone() });
    Ok(staged.into_iter().chain([one, bare]).map(|card| Reply::Bill(Box::new(card))).collect())
}

pub(super) fn receipt_problems(line: &OrderLine, open: &OrderLine) -> Vec<Reply> {
    let problems = [
        ReceiptProblem::NoSuchOrder { asked: "#12".to_owned() },
        ReceiptProblem::NoSuchOrder { asked: String::new() },
        ReceiptProblem::NotDelivered(Box::new(open.clone())),
        ReceiptProblem::NotDelivered(Box::new(OrderLine { verdict: Verdict::Failed, ..line.clone() })),
        ReceiptProblem::TooLong { longest: 60 },
    ];
    problems.map(|problem| Reply::ReceiptRefused { problem }).to_vec()
}

pub(super) fn inquiry_refusals() -> Vec<Why> {
    let kinds = [None, Some(FailureKind::BillPaid), Some(FailureKind::Refused), Some(FailureKind::AccountRefused)];
    kinds.map(|kind| Why::InquiryRefused { kind }).to_vec()
}
