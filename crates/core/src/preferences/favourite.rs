//! Orders that a reseller places often, under names of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::ProductCode;

/// As many as a chat shows as buttons without scrolling far.
pub const MOST_FAVOURITES: usize = 20;

/// A favourite's name, kept in upper case: letters and digits, at least one letter, so that it is never taken for a
/// PIN or a phone number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FavouriteName(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a favourite's name is 1 to {} letters and digits, at least one letter", FavouriteName::LONGEST)]
pub struct BadFavouriteName;

impl FavouriteName {
    /// It stands on a button, and in what the button says.
    pub const LONGEST: usize = 15;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FavouriteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for FavouriteName {
    type Err = BadFavouriteName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.len() <= Self::LONGEST
            && text.bytes().all(|b| b.is_ascii_alphanumeric())
            && text.bytes().any(|b| b.is_ascii_alphabetic());
        if fits { Ok(Self(text.to_ascii_uppercase())) } else { Err(BadFavouriteName) }
    }
}

impl Serialize for FavouriteName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FavouriteName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What is ordered, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Favourite {
    pub product: ProductCode,
    /// As an order keeps it: national form, or a customer's digits.
    pub dest: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Favourites(BTreeMap<FavouriteName, Favourite>);

impl Favourites {
    pub fn get(&self, name: &FavouriteName) -> Option<&Favourite> {
        self.0.get(name)
    }

    /// By name.
    pub fn iter(&self) -> impl Iterator<Item = (&FavouriteName, &Favourite)> {
        self.0.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps one, in the place of another of its name. `false` when there is no room for a new name.
    #[must_use]
    pub fn put(&mut self, name: FavouriteName, favourite: Favourite) -> bool {
        if self.0.len() >= MOST_FAVOURITES && !self.0.contains_key(&name) {
            return false;
        }
        self.0.insert(name, favourite);
        true
    }

    /// Whether there was one of this name.
    pub fn remove(&mut self, name: &FavouriteName) -> bool {
        self.0.remove(name).is_some()
    }
}
