//! The recipes that come with konter.

macro_rules! shipped {
    ($($name:literal),+) => {
        [$(($name, include_str!(concat!("../../../../recipes/", $name, ".toml")))),+]
    };
}

const SHIPPED: [(&str, &str); 9] =
    shipped!["otomax", "otomax-sign", "irs", "digiflazz", "iak", "okeconnect", "tokovoucher", "apigames", "tripay"];

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// One of them.
pub fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, text)| *text)
}
