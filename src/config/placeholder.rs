//! Values of `.env.example` in whose place only the owner's own can stand.

use super::source::Source;

/// What credentials begin with there.
const YOURS: &str = "your-";
/// The others. Resellers would pay into somebody else's account, or everybody would know the secret.
const PLACEHOLDERS: [&str; 7] = [
    "123456789:AAF-the-rest-as-BotFather-gave-it",
    "token-dari-BotFather",
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
    value.starts_with(YOURS) || PLACEHOLDERS.contains(&value) || stands_for_something(value)
}

/// What people write where something is to be filled in: `…`, `...`, `xxxx`, `****`, `<pin>`, `change-me`.
fn stands_for_something(value: &str) -> bool {
    const WORDS: [&str; 5] = ["changeme", "change-me", "change_me", "todo", "isi-di-sini"];
    let is_all = |of: &dyn Fn(char) -> bool| value.chars().count() > 2 && value.chars().all(of);
    let in_brackets = |open, close| value.len() > 2 && value.starts_with(open) && value.ends_with(close);
    value.contains('\u{2026}')
        || is_all(&|c| c == '.')
        || is_all(&|c| matches!(c, 'x' | 'X' | '*'))
        || in_brackets('<', '>')
        || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_something_else_is_told_from_values() {
        for placeholder in ["…", "https://…", "...", "xxxxxx", "XXXX", "****", "<pin>", "CHANGE-ME", "your-pin"] {
            assert!(is_one(placeholder), "{placeholder}");
        }
        for value in ["0000", "x", "xx1", "*", "..", ".", "<3", "kios.x", "none", "off", "./data", "id", "|", "-"] {
            assert!(!is_one(value), "{value}");
        }
    }
}
