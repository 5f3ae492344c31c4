//! Areas: names of parts of the grid.

use std::{fmt, io, str};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Error;
use crate::encoding::{List, limits};

/// The name of a part of the grid: 1 to 16 ASCII characters that can be seen. Whoever certifies meters gives them.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize)]
pub struct Area(List<u8, { limits::AREA_BYTES }>);

impl Area {
    /// The area of a name.
    ///
    /// # Errors
    /// [`Error::TooMany`] when it is too long, [`Error::Encoding`] when it is empty or has other characters.
    pub fn new(name: &str) -> Result<Area, Error> {
        let name = List::new("the name of an area", name.as_bytes().to_vec())?;
        Area::of_bytes(name)
            .ok_or(Error::Encoding { what: "the name of an area", why: NOT_A_NAME.to_owned() })
    }

    fn of_bytes(name: List<u8, { limits::AREA_BYTES }>) -> Option<Area> {
        let bytes = name.as_slice();
        (!bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic)).then_some(Area(name))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.0.as_slice()).expect("it is ASCII")
    }
}

/// What is wrong with other names.
const NOT_A_NAME: &str = "it must be one or more ASCII characters without blanks";

impl BorshDeserialize for Area {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Area> {
        let name = List::deserialize_reader(reader)?;
        Area::of_bytes(name).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, NOT_A_NAME))
    }
}

impl fmt::Debug for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Area;
    use crate::Error;
    use crate::encoding::{decode, encode};

    #[test]
    fn a_name_is_short_and_can_be_seen() {
        for name in ["a", "north/7", "0123456789abcdef", "~!"] {
            let area = Area::new(name).expect("a name");
            assert_eq!(area.as_str(), name);
            assert_eq!(decode::<Area>("an area", &encode(&area)), Ok(area));
        }
        assert_eq!(encode(&Area::new("ab").expect("a name")), [2, 0, 0, 0, b'a', b'b']);
        for name in ["", " ", "a b", "a\n", "a\0", "\u{7f}", "ä"] {
            assert!(matches!(Area::new(name), Err(Error::Encoding { .. })), "{name:?}");
            let bytes = [&(name.len() as u32).to_le_bytes()[..], name.as_bytes()].concat();
            assert!(decode::<Area>("an area", &bytes).is_err(), "{name:?}");
        }
        assert!(matches!(Area::new("0123456789abcdef0"), Err(Error::TooMany { got: 17, max: 16, .. })));
        assert!(decode::<Area>("an area", &[&[17, 0, 0, 0][..], &[b'a'; 17]].concat()).is_err());
    }
}
