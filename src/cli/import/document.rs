//! Reading one large JSON document, a record at a time: an array of them, or an object that has one as `users`.

use std::cell::Cell;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::rc::Rc;

use oskar::text::json;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use super::record::{self, Account, At, Bad, Context, LONGEST, Record};

/// Where the reader is.
#[derive(Default)]
struct Position {
    line: Cell<u64>,
    bytes: Cell<u64>,
    /// How far it may read, while it reads a record.
    end: Cell<Option<u64>>,
}

struct Counted<R> {
    reader: R,
    position: Rc<Position>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let position = &self.position;
        let lines = buffer[..read].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        position.line.set(position.line.get() + lines);
        position.bytes.set(position.bytes.get() + read as u64);
        if position.end.get().is_some_and(|end| position.bytes.get() > end) {
            return Err(io::Error::other(format!("an account takes more than {LONGEST} bytes")));
        }
        Ok(read)
    }
}

/// Takes each record, and says whether to go on.
pub trait Take: FnMut(Record) -> bool {}
impl<T: FnMut(Record) -> bool> Take for T {}

/// Reads a document from its first character on.
///
/// # Errors
/// What is no JSON, or has no accounts where they should be. Records before it have been taken.
pub fn read<A: Account>(reader: impl Read, context: &Context, take: impl Take) -> Result<(), String> {
    let position = Rc::new(Position { line: Cell::new(1), ..Position::default() });
    let reader = Counted { reader, position: position.clone() };
    let mut text = serde_json::Deserializer::from_reader(reader);
    let mut accounts = Accounts::<A, _> {
        context,
        position: &position,
        take,
        number: 0,
        is_found: false,
        is_enough: false,
        account: PhantomData,
    };
    match (&mut accounts).deserialize(&mut text) {
        _ if accounts.is_enough => Ok(()),
        // Those of reading are our own words, or the system's.
        Err(error) if error.is_io() => Err(error.to_string()),
        Err(error) => Err(json::told(&error)),
        Ok(()) if !accounts.is_found => Err("there is no array `users` in it".to_owned()),
        Ok(()) => text.end().map_err(|error| json::told(&error)),
    }
}

struct Accounts<'a, A, T> {
    context: &'a Context,
    position: &'a Position,
    take: T,
    number: u64,
    is_found: bool,
    is_enough: bool,
    account: PhantomData<A>,
}

impl<'de, A: Account, T: Take> DeserializeSeed<'de> for &mut Accounts<'_, A, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, A: Account, T: Take> Visitor<'de> for &mut Accounts<'_, A, T> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an array of accounts, or an object with one as `users`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "users" {
                map.next_value_seed(Array(&mut *self))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut array: S) -> Result<(), S::Error> {
        self.is_found = true;
        let mut before = self.position.bytes.get();
        while let Some((line, value)) = array.next_element_seed(One(self.position))? {
            self.number += 1;
            let said = if value.is_object() {
                record::read::<A>(value, self.context)
            } else {
                Err(Bad::malformed("not a JSON object"))
            };
            let bytes = self.position.bytes.get();
            let at = At { line, record: Some(self.number) };
            let record = Record { at, bytes: bytes - before, said: Some(said) };
            before = bytes;
            if !(self.take)(record) {
                self.is_enough = true;
                return Err(S::Error::custom("nobody reads on"));
            }
        }
        Ok(())
    }
}

/// The value of `users`, which has to be an array.
struct Array<'a, V>(&'a mut V);

impl<'de, A: Account, T: Take> DeserializeSeed<'de> for Array<'_, Accounts<'_, A, T>> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self.0)
    }
}

/// One record, with the line where it begins.
struct One<'a>(&'a Position);

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = (u64, Value);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let Self(position) = self;
        let line = position.line.get();
        position.end.set(Some(position.bytes.get() + LONGEST as u64));
        let value = Value::deserialize(deserializer)?;
        position.end.set(None);
        Ok((line, value))
    }
}
