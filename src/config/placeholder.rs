//! Values of `.env.example` in whose place only the owner's own can stand.

use super::source::Source;

/// What credentials begin with there.
const YOURS: &str = "your-";
/// The others. Resellers would pay into somebody else's account, or everybody would know the secret.
const PLACEHOLDERS: [&str; 6] = [
    "123456789:AAF-the-rest-as-BotFather-gave-it",
    "telegram:your-number",
    "BCA 1234567890 a.n. Budi Santoso; BRI 0987-6543-2100 a.n. Budi Santoso",
    "several words only you know",
    "the-output-of-openssl-rand-base64-24",
    "make-up-a-long-one",
];

/// Reports each variable that still has the example's value.
pub(super) fn report(source: &Source<'_>) {
    source.overrule(is_one, "is still the example's: put your own here");
}

fn is_one(value: &str) -> bool {
    value.starts_with(YOURS) || PLACEHOLDERS.contains(&value)
}
