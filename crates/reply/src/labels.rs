//! The words on receipts, in charts and spreadsheets: each a text of its own, named like the field it stands in.

use serde::de::value::{Error, MapDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};

use super::fields::Fields;
use super::fields::Say;
use konter_core::clean::{NAME, clean};

/// The labels of a section of the language files. Any struct of strings can be read so.
pub(super) fn labels<L: for<'de> Deserialize<'de> + Default>(section: &str, say: &Say<'_>) -> L {
    L::deserialize(Section { section, say }).unwrap_or_default()
}

struct Section<'a> {
    section: &'a str,
    say: &'a Say<'a>,
}

impl<'de> Deserializer<'de> for Section<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let label = |name| clean(&(self.say)(&format!("{}.{name}", self.section), Fields::new()), NAME);
        visitor.visit_map(MapDeserializer::new(fields.iter().map(|name| (*name, label(name)))))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("labels are a struct"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
