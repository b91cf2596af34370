//! Values read off anything that serialises. Every string is made safe to show on the way in ([`clean`]), so that no text
//! of a stranger or a supplier reaches a template as it came.

use std::fmt::Error;

use minijinja::value::Value;
use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, Serializer,
};

use super::fields::{Fields, Reader, Say};
use super::shown;
use konter_core::clean::{SENTENCE, SERIAL, clean, clean_lines};
use konter_core::ids::AgentId;

/// The values of a struct or of an enum's variant. Nothing that replies hold fails to serialise; if it did, its text
/// would lack the values and give way to the plain line.
pub(super) fn fields_of(value: &impl Serialize, say: &Say<'_>) -> Fields {
    match value.serialize(Reader { say, longest: SENTENCE, in_lines: false, for_admins: false }) {
        Ok(Node::Fields(fields) | Node::Variant { fields, .. }) => fields,
        Ok(Node::Value(_)) | Err(_) => Fields::new(),
    }
}

/// What has been read.
pub(super) enum Node {
    /// A plain value.
    Value(Value),
    /// What a struct holds.
    Fields(Fields),
    /// A variant of the enum `of`, and what it carries.
    Variant { of: &'static str, name: &'static str, fields: Fields },
}

impl From<Node> for Value {
    fn from(node: Node) -> Self {
        match node {
            Node::Value(value) => value,
            Node::Fields(fields) => fields.into(),
            Node::Variant { name, .. } => Self::from(name),
        }
    }
}

impl<'a> Reader<'a> {
    /// For a field of `owner`.
    fn field(self, owner: &str, name: &str) -> Self {
        let for_admins = self.for_admins || shown::FOR_ADMINS.contains(&owner);
        let in_lines = shown::is_in_lines(owner, name);
        Self { longest: shown::longest(owner, name), in_lines, for_admins, ..self }
    }

    fn build(self, owner: &'static str, variant: Option<&'static str>) -> Build<'a> {
        Build { reader: self, owner, variant, key: None, fields: Fields::new() }
    }

    fn items(self) -> Items<'a> {
        Items { reader: self, items: Vec::new() }
    }

    fn put(self, fields: &mut Fields, owner: &'static str, name: &'static str, node: Node) {
        let name = shown::name(owner, name);
        match node {
            Node::Fields(inner) if name == "details" => fields.put(name, shown::details(&inner)),
            // An enum with a tag carries the name of the field it stands in.
            Node::Fields(inner) if shown::is_spread(owner, name) || inner.has(name) => fields.merge(inner),
            Node::Variant { of, name: variant, fields: inner } => {
                shown::variant(fields, name, (of, variant), inner, self);
            }
            node => fields.put(name, node),
        }
    }
}

macro_rules! plain {
    ($($name:ident: $type:ty),+) => {
        $(fn $name(self, value: $type) -> Result<Node, Error> {
            Ok(Node::Value(Value::from(value)))
        })+
    };
}

impl<'a> Serializer for Reader<'a> {
    type Ok = Node;
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Impossible<Node, Error>;
    type SerializeMap = Build<'a>;
    type SerializeStruct = Build<'a>;
    type SerializeStructVariant = Build<'a>;

    plain!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    plain!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    plain!(serialize_f32: f32, serialize_f64: f64);

    fn serialize_char(self, value: char) -> Result<Node, Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    /// Also what serialises as it prints: codes, times.
    fn serialize_str(self, text: &str) -> Result<Node, Error> {
        let clean = if self.in_lines { clean_lines } else { clean };
        Ok(Node::Value(clean(text, self.longest).into()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Node, Error> {
        Err(Error)
    }

    fn serialize_none(self) -> Result<Node, Error> {
        Ok(Node::Value(().into()))
    }

    /// Empty counts as missing.
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<Node, Error> {
        match value.serialize(self)? {
            Node::Value(value) if value.as_str() == Some("") => self.serialize_none(),
            node => Ok(node),
        }
    }

    fn serialize_unit(self) -> Result<Node, Error> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, Error> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, of: &'static str, _: u32, name: &'static str) -> Result<Node, Error> {
        Ok(Node::Variant { of, name, fields: Fields::new() })
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, name: &'static str, value: &T) -> Result<Node, Error> {
        let node = value.serialize(self)?;
        match &node {
            Node::Value(value) if name == "AgentId" => {
                let number = value.as_i64().and_then(|number| number.try_into().ok()).ok_or(Error)?;
                Ok(Node::Value(AgentId(number).to_string().into()))
            }
            _ => Ok(node),
        }
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        of: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Node, Error> {
        let mut fields = Fields::new();
        let node = value.serialize(self.field(of, name))?;
        self.put(&mut fields, of, name, node);
        Ok(Node::Variant { of, name, fields })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(self.items())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Error> {
        Ok(self.items())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Error> {
        Ok(self.items())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(Error)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Build<'a>, Error> {
        Ok(self.build("", None))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Build<'a>, Error> {
        Ok(self.build(name, None))
    }

    fn serialize_struct_variant(
        self,
        of: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Build<'a>, Error> {
        Ok(self.build(of, Some(name)))
    }
}

/// A list as it grows.
pub(super) struct Items<'a> {
    reader: Reader<'a>,
    items: Vec<Value>,
}

macro_rules! items {
    ($($name:ident: $one:ident),+) => {
        $(impl $name for Items<'_> {
            type Ok = Node;
            type Error = Error;

            fn $one<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
                self.items.push(value.serialize(self.reader)?.into());
                Ok(())
            }

            fn end(self) -> Result<Node, Error> {
                Ok(Node::Value(self.items.into()))
            }
        })+
    };
}
items!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field);

/// A struct, a variant with fields, or a map as it grows.
pub(super) struct Build<'a> {
    reader: Reader<'a>,
    owner: &'static str,
    variant: Option<&'static str>,
    /// Of a map: what the next value belongs to.
    key: Option<&'static str>,
    fields: Fields,
}

impl Build<'_> {
    fn take<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        let node = value.serialize(self.reader.field(self.owner, name))?;
        self.reader.put(&mut self.fields, self.owner, name, node);
        Ok(())
    }

    fn done(mut self) -> Node {
        shown::finish(self.owner, &mut self.fields, self.reader);
        match self.variant {
            Some(name) => Node::Variant { of: self.owner, name, fields: self.fields },
            None => Node::Fields(self.fields),
        }
    }
}

macro_rules! build {
    ($($name:ident),+) => {
        $(impl $name for Build<'_> {
            type Ok = Node;
            type Error = Error;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
                self.take(name, value)
            }

            fn end(self) -> Result<Node, Error> {
                Ok(self.done())
            }
        })+
    };
}
build!(SerializeStruct, SerializeStructVariant);

/// Only the details of an order are a map; their names are an enum's.
impl SerializeMap for Build<'_> {
    type Ok = Node;
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Error> {
        let Node::Variant { name, .. } = key.serialize(self.reader)? else { return Err(Error) };
        self.key = Some(name);
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        let name = self.key.take().ok_or(Error)?;
        let longest = if name == "token" { SERIAL } else { self.reader.longest };
        let node = value.serialize(Reader { longest, ..self.reader })?;
        self.fields.put(name, node);
        Ok(())
    }

    fn end(self) -> Result<Node, Error> {
        Ok(self.done())
    }
}
