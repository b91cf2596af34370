//! How destinations are compared.

/// What destinations are compared by: `NamaKu#IDN1` typed in other letter case is the same user.
#[must_use]
pub fn same_dest(dest: &str) -> String {
    dest.to_uppercase()
}
