//! Words of a message that are shown back to who typed them, and to nobody else.

use std::fmt;

use super::redact::redact;

/// Part of a message. `Display` shows it (to its author); `Debug` masks what could be a PIN.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed(String);

impl Typed {
    /// A reply must stay readable when someone pasted a novel.
    const SHOWN: usize = 60;

    pub fn new(text: &str) -> Self {
        Self(text.trim().chars().take(Self::SHOWN).collect())
    }

    /// The whole text, however long: for what is passed on, such as a complaint.
    pub fn whole(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", redact(&self.0))
    }
}
