//! Reading one column, in whatever form other tools left it.
//!
//! Nothing is converted: each form is looked into where it lies, so that a value that does not fit can be told from one
//! that is absent, and no memory is taken but for lists.

use std::any::type_name;
use std::marker::PhantomData;
use std::ops::Range;

use arrow_array::cast::AsArray as _;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray,
    GenericListArray, GenericListViewArray, Int8Array, Int16Array, Int32Array, Int64Array, LargeBinaryArray,
    LargeListArray, LargeListViewArray, ListArray, ListViewArray, OffsetSizeTrait, PrimitiveArray,
    RecordBatch, StructArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow_buffer::ArrowNativeType as _;
use arrow_schema::{DataType, Fields};

use crate::Error;
use crate::encoding::List;

/// What is there is no value of its column: the fault of its row, not of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A column that values of one kind are read from.
pub(super) trait Form<'a>: Sized {
    type Value;

    /// The column `path` in the form that it has.
    ///
    /// # Errors
    /// [`Error::Table`] for a type that cannot be read.
    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error>;

    /// The value of a row; `None` where it is null.
    fn value(&self, row: usize) -> Result<Option<Self::Value>, Malformed>;

    /// The value of a row, which must be there.
    #[inline]
    fn get(&self, row: usize) -> Result<Self::Value, Malformed> {
        self.value(row)?.ok_or(Malformed)
    }
}

/// A column that may be of nulls alone, and then of no type.
impl<'a, F: Form<'a>> Form<'a> for Option<F> {
    type Value = F::Value;

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        if *array.data_type() == DataType::Null { Ok(None) } else { F::of(path, array).map(Some) }
    }

    fn value(&self, row: usize) -> Result<Option<F::Value>, Malformed> {
        self.as_ref().map_or(Ok(None), |column| column.value(row))
    }
}

/// The columns of a table, or of a struct in it.
pub(super) struct Columns<'a> {
    /// Where they are: empty, or a column's name and a point.
    prefix: String,
    fields: &'a Fields,
    arrays: &'a [ArrayRef],
}

impl<'a> Columns<'a> {
    pub(super) fn of_table(batch: &'a RecordBatch) -> Columns<'a> {
        Columns { prefix: String::new(), fields: batch.schema_ref().fields(), arrays: batch.columns() }
    }

    pub(super) fn of_struct(path: &str, array: &'a StructArray) -> Columns<'a> {
        Columns { prefix: format!("{path}."), fields: array.fields(), arrays: array.columns() }
    }

    /// The column of a name.
    ///
    /// # Errors
    /// [`Error::Table`] when it is missing, there twice, or of a type that cannot be read.
    pub(super) fn read<F: Form<'a>>(&self, name: &str) -> Result<F, Error> {
        let path = format!("{}{name}", self.prefix);
        let mut named = self.fields.iter().zip(self.arrays).filter(|(field, _)| field.name() == name);
        match (named.next(), named.next()) {
            (Some((_, array)), None) => F::of(&path, array.as_ref()),
            (None, _) => Err(wrong(&path, "there", "missing")),
            _ => Err(wrong(&path, "there once", "there more often")),
        }
    }
}

fn wrong(path: &str, expected: impl Into<String>, got: impl Into<String>) -> Error {
    Error::Table { what: format!("column {path}"), expected: expected.into(), got: got.into() }
}

/// The struct that a column of structs is.
///
/// # Errors
/// [`Error::Table`] when it is none.
pub(super) fn structs<'a>(path: &str, array: &'a dyn Array) -> Result<&'a StructArray, Error> {
    array.as_struct_opt().ok_or_else(|| wrong(path, "a struct", array.data_type().to_string()))
}

/// What a row holds, if that is not null.
#[inline]
fn unless_null<T>(array: &impl Array, row: usize, value: impl FnOnce() -> T) -> Option<T> {
    array.is_valid(row).then(value)
}

/// A column of yes and no.
impl<'a> Form<'a> for &'a BooleanArray {
    type Value = bool;

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        array.as_boolean_opt().ok_or_else(|| wrong(path, "booleans", array.data_type().to_string()))
    }

    fn value(&self, row: usize) -> Result<Option<bool>, Malformed> {
        Ok(unless_null(self, row, || BooleanArray::value(self, row)))
    }
}

/// A column of strings of bytes.
enum Octets<'a> {
    Fixed(&'a FixedSizeBinaryArray),
    Small(&'a BinaryArray),
    Large(&'a LargeBinaryArray),
    View(&'a BinaryViewArray),
    Dictionary(Keys<'a>, Box<Self>),
}

impl<'a> Octets<'a> {
    /// The column's form. Where all have one width that must be `width`, if one is wanted.
    fn form(array: &'a dyn Array, width: Option<usize>) -> Option<Self> {
        match array.data_type() {
            // Another width is no fault of single rows.
            DataType::FixedSizeBinary(is) if width.is_none_or(|width| is.to_usize() == Some(width)) => {
                array.as_fixed_size_binary_opt().map(Octets::Fixed)
            }
            DataType::Binary => array.as_binary_opt().map(Octets::Small),
            DataType::LargeBinary => array.as_binary_opt().map(Octets::Large),
            DataType::BinaryView => array.as_binary_view_opt().map(Octets::View),
            DataType::Dictionary(_, _) => {
                let (keys, values) = Keys::of(array)?;
                Some(Octets::Dictionary(keys, Box::new(Octets::form(values, width)?)))
            }
            _ => None,
        }
    }

    #[inline]
    fn value(&self, row: usize) -> Result<Option<&'a [u8]>, Malformed> {
        Ok(match self {
            Octets::Fixed(array) => unless_null(*array, row, || array.value(row)),
            Octets::Small(array) => unless_null(*array, row, || array.value(row)),
            Octets::Large(array) => unless_null(*array, row, || array.value(row)),
            Octets::View(array) => unless_null(*array, row, || array.value(row)),
            Octets::Dictionary(keys, values) => {
                return keys.place(row)?.map_or(Ok(None), |place| values.value(place));
            }
        })
    }
}

/// A column of `N` bytes each.
pub(super) struct Bytes<'a, const N: usize>(Octets<'a>);

/// Its values are found where they lie: to hand copies on from call to call is what would take the time.
impl<'a, const N: usize> Form<'a> for Bytes<'a, N> {
    type Value = &'a [u8; N];

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        let form = Octets::form(array, Some(N));
        form.map(Bytes).ok_or_else(|| wrong(path, format!("{N} bytes"), array.data_type().to_string()))
    }

    #[inline]
    fn value(&self, row: usize) -> Result<Option<&'a [u8; N]>, Malformed> {
        self.0.value(row)?.map(|bytes| bytes.try_into().map_err(|_| Malformed)).transpose()
    }
}

/// A column of at most `MAX` bytes each, of different lengths.
pub(super) struct Strings<'a, const MAX: usize>(Octets<'a>);

impl<'a, const MAX: usize> Form<'a> for Strings<'a, MAX> {
    type Value = &'a [u8];

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        let form = Octets::form(array, None);
        form.map(Strings).ok_or_else(|| wrong(path, "bytes", array.data_type().to_string()))
    }

    #[inline]
    fn value(&self, row: usize) -> Result<Option<&'a [u8]>, Malformed> {
        let bytes = self.0.value(row)?;
        if bytes.is_some_and(|bytes| bytes.len() > MAX) { Err(Malformed) } else { Ok(bytes) }
    }
}

/// The same, copied.
pub(super) struct Copied<'a, const N: usize>(Bytes<'a, N>);

impl<'a, const N: usize> Form<'a> for Copied<'a, N> {
    type Value = [u8; N];

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        Bytes::of(path, array).map(Copied)
    }

    fn value(&self, row: usize) -> Result<Option<[u8; N]>, Malformed> {
        Ok(self.0.value(row)?.copied())
    }
}

/// A column of whole numbers, whatever their width and sign are.
enum Integers<'a> {
    I8(&'a Int8Array),
    I16(&'a Int16Array),
    I32(&'a Int32Array),
    I64(&'a Int64Array),
    U8(&'a UInt8Array),
    U16(&'a UInt16Array),
    U32(&'a UInt32Array),
    U64(&'a UInt64Array),
    Dictionary(Box<Keys<'a>>, Box<Self>),
}

impl<'a> Integers<'a> {
    fn form(array: &'a dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::Int8 => array.as_primitive_opt().map(Integers::I8),
            DataType::Int16 => array.as_primitive_opt().map(Integers::I16),
            DataType::Int32 => array.as_primitive_opt().map(Integers::I32),
            DataType::Int64 => array.as_primitive_opt().map(Integers::I64),
            DataType::UInt8 => array.as_primitive_opt().map(Integers::U8),
            DataType::UInt16 => array.as_primitive_opt().map(Integers::U16),
            DataType::UInt32 => array.as_primitive_opt().map(Integers::U32),
            DataType::UInt64 => array.as_primitive_opt().map(Integers::U64),
            DataType::Dictionary(_, _) => {
                let (keys, values) = Keys::of(array)?;
                Some(Integers::Dictionary(Box::new(keys), Box::new(Integers::form(values)?)))
            }
            _ => None,
        }
    }

    #[inline]
    fn value(&self, row: usize) -> Result<Option<i128>, Malformed> {
        fn wide<P: ArrowPrimitiveType<Native: Into<i128>>>(
            array: &PrimitiveArray<P>,
            row: usize,
        ) -> Option<i128> {
            unless_null(array, row, || array.value(row).into())
        }
        Ok(match self {
            Integers::I8(array) => wide(array, row),
            Integers::I16(array) => wide(array, row),
            Integers::I32(array) => wide(array, row),
            Integers::I64(array) => wide(array, row),
            Integers::U8(array) => wide(array, row),
            Integers::U16(array) => wide(array, row),
            Integers::U32(array) => wide(array, row),
            Integers::U64(array) => wide(array, row),
            Integers::Dictionary(keys, values) => {
                return keys.place(row)?.map_or(Ok(None), |place| values.value(place));
            }
        })
    }
}

/// A column of whole numbers that a `T` must hold.
pub(super) struct Numbers<'a, T>(Integers<'a>, PhantomData<fn() -> T>);

impl<'a, T: TryFrom<i128>> Form<'a> for Numbers<'a, T> {
    type Value = T;

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        let expected = || format!("whole numbers ({})", type_name::<T>());
        let form =
            Integers::form(array).ok_or_else(|| wrong(path, expected(), array.data_type().to_string()))?;
        Ok(Numbers(form, PhantomData))
    }

    #[inline]
    fn value(&self, row: usize) -> Result<Option<T>, Malformed> {
        self.0.value(row)?.map(|number| T::try_from(number).map_err(|_| Malformed)).transpose()
    }
}

/// Where a dictionary has the value of each row.
pub(super) struct Keys<'a> {
    keys: Integers<'a>,
    /// How many values there are.
    values: usize,
}

impl<'a> Keys<'a> {
    fn of(array: &'a dyn Array) -> Option<(Self, &'a dyn Array)> {
        let dictionary = array.as_any_dictionary_opt()?;
        let (keys, values) = (dictionary.keys(), dictionary.values());
        // Of one more dictionary nobody has heard, and types are not to nest without end.
        let is_plain = !matches!(values.data_type(), DataType::Dictionary(_, _));
        let keys = Integers::form(keys).filter(|_| is_plain)?;
        Some((Keys { keys, values: values.len() }, values.as_ref()))
    }

    fn place(&self, row: usize) -> Result<Option<usize>, Malformed> {
        let place = |key: i128| usize::try_from(key).ok().filter(|&place| place < self.values);
        self.keys.value(row)?.map(|key| place(key).ok_or(Malformed)).transpose()
    }
}

/// A column of lists of at most `MAX` entries.
pub(super) struct Lists<'a, F, const MAX: u32> {
    places: Places<'a>,
    /// The entries of all rows; of no type where there are none, or nulls alone.
    entries: Option<F>,
}

/// Which entries each row has.
enum Places<'a> {
    Small(&'a ListArray),
    Large(&'a LargeListArray),
    Fixed(&'a FixedSizeListArray),
    View(&'a ListViewArray),
    LargeView(&'a LargeListViewArray),
}

impl<'a> Places<'a> {
    fn form(array: &'a dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::List(_) => array.as_list_opt().map(Places::Small),
            DataType::LargeList(_) => array.as_list_opt().map(Places::Large),
            DataType::FixedSizeList(_, _) => array.as_fixed_size_list_opt().map(Places::Fixed),
            DataType::ListView(_) => array.as_list_view_opt().map(Places::View),
            DataType::LargeListView(_) => array.as_list_view_opt().map(Places::LargeView),
            _ => None,
        }
    }

    fn entries(&self) -> &'a dyn Array {
        match self {
            Places::Small(array) => array.values(),
            Places::Large(array) => array.values(),
            Places::Fixed(array) => array.values(),
            Places::View(array) => array.values(),
            Places::LargeView(array) => array.values(),
        }
    }

    /// The entries of a row, all of which are there; `None` where it is null.
    fn range(&self, row: usize) -> Result<Option<Range<usize>>, Malformed> {
        let range = match self {
            Places::Small(array) => unless_null(*array, row, || between(array, row)),
            Places::Large(array) => unless_null(*array, row, || between(array, row)),
            Places::Fixed(array) => unless_null(*array, row, || {
                let length = array.value_length().to_usize()?;
                Some(row.checked_mul(length)?..(row + 1).checked_mul(length)?)
            }),
            Places::View(array) => unless_null(*array, row, || from(array, row)),
            Places::LargeView(array) => unless_null(*array, row, || from(array, row)),
        };
        let Some(range) = range else { return Ok(None) };
        let is_there = |range: &Range<usize>| range.start <= range.end && range.end <= self.entries().len();
        range.filter(is_there).map(Some).ok_or(Malformed)
    }
}

fn between<O: OffsetSizeTrait>(array: &GenericListArray<O>, row: usize) -> Option<Range<usize>> {
    let offsets = array.value_offsets();
    Some(offsets.get(row)?.to_usize()?..offsets.get(row + 1)?.to_usize()?)
}

fn from<O: OffsetSizeTrait>(array: &GenericListViewArray<O>, row: usize) -> Option<Range<usize>> {
    let start = array.value_offsets().get(row)?.to_usize()?;
    Some(start..start.checked_add(array.value_sizes().get(row)?.to_usize()?)?)
}

impl<'a, F: Form<'a>, const MAX: u32> Form<'a> for Lists<'a, F, MAX> {
    type Value = List<F::Value, MAX>;

    fn of(path: &str, array: &'a dyn Array) -> Result<Self, Error> {
        let form = Places::form(array);
        let places = form.ok_or_else(|| wrong(path, "a list", array.data_type().to_string()))?;
        let entries = Option::<F>::of(path, places.entries())?;
        Ok(Lists { places, entries })
    }

    fn value(&self, row: usize) -> Result<Option<Self::Value>, Malformed> {
        let Some(range) = self.places.range(row)? else { return Ok(None) };
        if range.len() > MAX as usize {
            return Err(Malformed);
        }
        let mut entries = Vec::with_capacity(range.len());
        for place in range {
            entries.push(self.entries.get(place)?);
        }
        List::new("a list of a table", entries).map(Some).map_err(|_| Malformed)
    }
}
