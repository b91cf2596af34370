//! Receipts in a reseller's language: their labels, their text, and the file a front sends.

use chrono::NaiveDateTime;

use super::receipt::ReceiptForm;
use super::rendered::Rendered;
use konter_documents::receipt::ReceiptCard;
use konter_documents::receipt::{Labels, Receipt, escpos, lay_out, picture, text};

/// A file that a reply is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyFile {
    /// Safe as the name of a file.
    pub name: String,
    pub kind: ReplyFileKind,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyFileKind {
    /// A PNG that can be read where a chat shows it.
    Picture,
    Document,
}

/// The tallest picture, in pixels, that is shown in a chat. Telegram shrinks photos to about 1,280 pixels of height;
/// twice that is still legible, and beyond it a picture is handed over as it is.
const TALLEST_SHOWN: u32 = 2_560;

/// The whole receipt as one block of letters of one width. It stays as laid out: the columns are its sense.
pub(super) fn block(card: &ReceiptCard, labels: &Labels, at: NaiveDateTime) -> Rendered {
    let body = text::text(&lay_out(card, labels, at));
    let whole = 0..body.len();
    Rendered { body, fixed: vec![whole], ..Rendered::default() }
}

/// The receipt as a file; `None` for a form that is a text.
pub(super) fn file(form: ReceiptForm, card: &ReceiptCard, labels: &Labels, at: NaiveDateTime) -> Option<ReplyFile> {
    let name = |ending| format!("struk-{}.{ending}", card.order);
    let file = |ending, kind, bytes| ReplyFile { name: name(ending), kind, bytes };
    let receipt = lay_out(card, labels, at);
    match form {
        ReceiptForm::Text => None,
        ReceiptForm::Picture => Some(match picture::picture(&receipt) {
            Ok(picture) if picture.height <= TALLEST_SHOWN => file("png", ReplyFileKind::Picture, picture.png),
            Ok(picture) => file("png", ReplyFileKind::Document, picture.png),
            Err(_) => file("txt", ReplyFileKind::Document, as_text(&receipt)),
        }),
        ReceiptForm::Printer => Some(file("bin", ReplyFileKind::Document, escpos::bytes(&receipt))),
    }
}

/// What is left when the wanted form cannot be made: a customer still gets the token.
fn as_text(receipt: &Receipt) -> Vec<u8> {
    text::text(receipt).into_bytes()
}
