//! Transfers of large sums: the name is shown first, and nothing moves until a yes (see `question`).

use crate::money::Rupiah;

/// Above it a transfer has to be confirmed: a slip would cost more than anybody likes to ask back.
pub const LARGE_TRANSFER: Rupiah = Rupiah::new(500_000);
