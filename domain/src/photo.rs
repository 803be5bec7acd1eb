//! Photos that go with a request: how many, how large, what their own metadata says, which part is covered.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

/// The most photos one request, answer or comment may carry.
pub const MAX_PHOTOS: usize = 6;

/// The largest photo taken in, in bytes (12 MiB: a 12-megapixel phone JPEG has three to seven).
pub const MAX_PHOTO_BYTES: usize = 12 * 1024 * 1024;

/// The most pixels (width times height) a photo may have. Kinds that need more memory per pixel than a plain
/// JPEG are refused earlier.
pub const MAX_PIXELS: u64 = 50_000_000;

/// The longer edge of a kept photo, in pixels. Smaller photos keep their size.
pub const LARGE_EDGE: u32 = 1600;

/// The edge of the square thumbnail, in pixels. Smaller photos give a smaller square. Twenty stand in a list, and a
/// whole first view has 40 kB.
pub const THUMB_EDGE: u32 = 144;

/// What a photo's metadata says about where and when it was taken.
///
/// It is a suggestion for the person filing the request, never evidence: anyone can write anything there.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Hint {
    /// Latitude in degrees, north positive, −90 to 90. Present together with `lon` or not at all.
    pub lat: Option<f64>,
    /// Longitude in degrees, east positive, −180 to 180.
    pub lon: Option<f64>,
    /// The camera's wall clock when the picture was taken; the camera does not say in which zone.
    pub taken_at: Option<NaiveDateTime>,
}

/// A position that can be real: inside the bounds, finite, and not the (0, 0) that devices write before they have a fix.
#[must_use]
pub fn place(lat: f64, lon: f64) -> Option<(f64, f64)> {
    let inside = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
    // A millionth of a degree is ten centimetres, so this is one spot in the sea.
    let island = lat.abs() < 1e-6 && lon.abs() < 1e-6;
    (inside && !island).then_some((lat, lon))
}

/// Reads place and time from the metadata of a JPEG, PNG, WebP, TIFF or HEIF file.
///
/// `None` when the file has neither, or is no picture at all: never an error.
#[cfg(feature = "exif")]
#[must_use]
pub fn hint(bytes: &[u8]) -> Option<Hint> {
    let exif = metadata::read(bytes)?;
    let place = metadata::place(&exif);
    let hint = Hint { lat: place.map(|p| p.0), lon: place.map(|p| p.1), taken_at: metadata::taken_at(&exif) };
    (hint != Hint::default()).then_some(hint)
}

/// Which way up the camera was held, as the EXIF value 1 to 8; 1 (upright) when the file does not say.
#[cfg(feature = "exif")]
#[must_use]
pub fn orientation(bytes: &[u8]) -> u8 {
    metadata::read(bytes)
        .and_then(|exif| exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?.value.get_uint(0))
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value))
        .unwrap_or(1)
}

#[cfg(feature = "exif")]
mod metadata {
    use chrono::{Datelike, NaiveDate, NaiveDateTime};
    use exif::{DateTime, Exif, In, Reader, Tag, Value};
    use std::io::Cursor;

    pub fn read(bytes: &[u8]) -> Option<Exif> {
        // Cameras write many small faults; what can be read is still worth reading.
        Reader::new().continue_on_error(true).read_from_container(&mut Cursor::new(bytes)).or_else(|error| error.distill_partial_result(|_| ())).ok()
    }

    pub fn place(exif: &Exif) -> Option<(f64, f64)> {
        let lat = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'N', b'S')?;
        let lon = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'E', b'W')?;
        super::place(lat, lon)
    }

    fn degrees(exif: &Exif, tag: Tag, side: Tag, plus: u8, minus: u8) -> Option<f64> {
        let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
            return None;
        };
        let part = |index: usize| match parts.get(index) {
            Some(part) if part.denom != 0 => Some(part.to_f64()),
            Some(_) => None,
            None => Some(0.0),
        };
        let (degree, minute, second) = (part(0)?, part(1)?, part(2)?);
        let value = degree + minute / 60.0 + second / 3600.0;
        let Value::Ascii(text) = &exif.get_field(side, In::PRIMARY)?.value else {
            return None;
        };
        // Without the hemisphere the number is half an answer, so it is none.
        match text.first()?.first()?.to_ascii_uppercase() {
            side if side == plus => Some(value),
            side if side == minus => Some(-value),
            _ => None,
        }
    }

    pub fn taken_at(exif: &Exif) -> Option<NaiveDateTime> {
        [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime].into_iter().find_map(|tag| {
            let Value::Ascii(text) = &exif.get_field(tag, In::PRIMARY)?.value else {
                return None;
            };
            let at = DateTime::from_ascii(text.first()?).ok()?;
            NaiveDate::from_ymd_opt(at.year.into(), at.month.into(), at.day.into())
                // Before digital cameras it is a clock that was never set.
                .filter(|date| date.year() >= 1990)?
                .and_hms_opt(at.hour.into(), at.minute.into(), at.second.into())
        })
    }
}

/// Why a rectangle is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RectangleError {
    /// It has no width or no height.
    #[error("the rectangle is empty")]
    Empty,
    /// It reaches past the edge of the picture.
    #[error("the rectangle reaches outside the picture")]
    Outside,
}

/// Part of a picture to be covered, in thousandths of its width and height from the upper left corner,
/// so that it fits the thumbnail and the large picture alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Rectangle {
    x: u16,
    y: u16,
    w: u16,
    h: u16,
}

#[derive(Serialize, Deserialize)]
struct Raw {
    x: u16,
    y: u16,
    w: u16,
    h: u16,
}

impl Rectangle {
    /// The whole extent of a picture, in thousandths.
    pub const WHOLE: u16 = 1000;

    /// A rectangle with its upper left corner at `x`, `y`, all in thousandths of the picture.
    ///
    /// # Errors
    /// `Empty` without width or height, `Outside` when it reaches past 1000.
    pub fn new(x: u16, y: u16, w: u16, h: u16) -> Result<Self, RectangleError> {
        let fits = |from: u16, length: u16| from.checked_add(length).is_some_and(|end| end <= Self::WHOLE);
        if w == 0 || h == 0 {
            Err(RectangleError::Empty)
        } else if fits(x, w) && fits(y, h) {
            Ok(Self { x, y, w, h })
        } else {
            Err(RectangleError::Outside)
        }
    }

    /// Distance from the left edge, in thousandths of the width.
    #[must_use]
    pub fn x(self) -> u16 {
        self.x
    }

    /// Distance from the upper edge, in thousandths of the height.
    #[must_use]
    pub fn y(self) -> u16 {
        self.y
    }

    /// Width, in thousandths of the picture's width.
    #[must_use]
    pub fn w(self) -> u16 {
        self.w
    }

    /// Height, in thousandths of the picture's height.
    #[must_use]
    pub fn h(self) -> u16 {
        self.h
    }

    /// The pixels it touches in a picture of that size, as (columns, rows), rounded outwards so that nothing
    /// at its edge stays in sight.
    #[must_use]
    pub fn pixels(self, width: u32, height: u32) -> (std::ops::Range<u32>, std::ops::Range<u32>) {
        let span = |from: u16, length: u16, full: u32| {
            let whole = u64::from(Self::WHOLE);
            let start = u64::from(from) * u64::from(full) / whole;
            let end = (u64::from(from + length) * u64::from(full)).div_ceil(whole);
            // Both are at most `full`, which is a u32.
            u32::try_from(start).unwrap_or(full)..u32::try_from(end).unwrap_or(full)
        };
        (span(self.x, self.w, width), span(self.y, self.h, height))
    }
}

impl TryFrom<Raw> for Rectangle {
    type Error = RectangleError;
    fn try_from(raw: Raw) -> Result<Self, RectangleError> {
        Self::new(raw.x, raw.y, raw.w, raw.h)
    }
}

impl From<Rectangle> for Raw {
    fn from(Rectangle { x, y, w, h }: Rectangle) -> Self {
        Self { x, y, w, h }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_is_inside_the_world(lat in prop::num::f64::ANY, lon in prop::num::f64::ANY) {
            if let Some((lat, lon)) = place(lat, lon) {
                prop_assert!(lat.abs() <= 90.0 && lon.abs() <= 180.0);
            }
        }

        #[test]
        fn a_rectangle_stays_inside(x: u16, y: u16, w: u16, h: u16, width in 1u32..70_000, height in 1u32..70_000) {
            if let Ok(rectangle) = Rectangle::new(x, y, w, h) {
                let (columns, rows) = rectangle.pixels(width, height);
                prop_assert!(!columns.is_empty() && columns.end <= width);
                prop_assert!(!rows.is_empty() && rows.end <= height);
            }
        }

        #[test]
        fn a_rectangle_survives_json(x in 0u16..1000, y in 0u16..1000, w in 1u16..1000, h in 1u16..1000) {
            let text = format!(r#"{{"x":{x},"y":{y},"w":{w},"h":{h}}}"#);
            let read: Result<Rectangle, _> = serde_json::from_str(&text);
            prop_assert_eq!(read.is_ok(), x + w <= 1000 && y + h <= 1000);
            if let Ok(rectangle) = read {
                prop_assert_eq!(serde_json::to_string(&rectangle).unwrap(), text);
            }
        }
    }

    #[test]
    fn the_island_of_no_fix_is_no_place() {
        assert_eq!(place(0.0, 0.0), None);
        assert_eq!(place(f64::NAN, 114.0), None);
        assert_eq!(place(22.65, 114.02), Some((22.65, 114.02)));
    }

    #[cfg(feature = "exif")]
    mod from_files {
        use super::super::*;
        use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
        use proptest::prelude::*;

        /// A TIFF-shaped EXIF block holding the given place (degrees, minutes, seconds) and time.
        fn block(lat: [u32; 3], lon: [u32; 3], sides: (&str, &str), at: &str, denom: u32) -> Vec<u8> {
            let rational = |v: [u32; 3]| Value::Rational(v.map(|num| Rational { num, denom }).to_vec());
            let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
            let fields = [
                (Tag::GPSLatitude, rational(lat)),
                (Tag::GPSLatitudeRef, ascii(sides.0)),
                (Tag::GPSLongitude, rational(lon)),
                (Tag::GPSLongitudeRef, ascii(sides.1)),
                (Tag::DateTimeOriginal, ascii(at)),
                (Tag::Orientation, Value::Short(vec![6])),
            ]
            .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value });
            let mut writer = Writer::new();
            fields.iter().for_each(|field| writer.push_field(field));
            let mut out = std::io::Cursor::new(Vec::new());
            writer.write(&mut out, false).unwrap();
            out.into_inner()
        }

        #[test]
        fn place_and_time_are_read() {
            let bytes = block([22, 39, 30], [114, 1, 12], ("N", "E"), "2026:03:05 08:09:10", 1);
            let hint = hint(&bytes).unwrap();
            assert!((hint.lat.unwrap() - 22.658_333).abs() < 1e-5);
            assert!((hint.lon.unwrap() - 114.02).abs() < 1e-5);
            assert_eq!(hint.taken_at.unwrap().to_string(), "2026-03-05 08:09:10");
            assert_eq!(orientation(&bytes), 6);
        }

        #[test]
        fn south_and_west_are_negative() {
            let hint = hint(&block([22, 30, 0], [43, 12, 0], ("S", "W"), "", 1)).unwrap();
            assert_eq!((hint.lat, hint.lon, hint.taken_at), (Some(-22.5), Some(-43.2), None));
        }

        #[test]
        fn nonsense_is_nothing() {
            for (lat, lon, sides, denom) in [
                ([0, 0, 0], [0, 0, 0], ("N", "E"), 1),
                ([91, 0, 0], [114, 0, 0], ("N", "E"), 1),
                ([22, 0, 0], [181, 0, 0], ("N", "E"), 1),
                ([22, 0, 0], [114, 0, 0], ("", "E"), 1),
                ([22, 0, 0], [114, 0, 0], ("N", "E"), 0),
            ] {
                assert_eq!(hint(&block(lat, lon, sides, "0000:00:00 00:00:00", denom)), None);
            }
            assert_eq!(hint(b""), None);
            assert_eq!(orientation(b"no picture"), 1);
        }

        proptest! {
            #[test]
            fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..2000), start in 0usize..5) {
                let heads: [&[u8]; 5] =
                    [b"", b"\xff\xd8\xff\xe1\x03\x00Exif\0\0MM\0*", b"\x89PNG\r\n\x1a\n", b"RIFF\0\x04\0\0WEBPEXIF", b"\0\0\0\x18ftypheic"];
                let bytes = [heads[start], &bytes[..]].concat();
                let _ = hint(&bytes);
                let _ = orientation(&bytes);
            }

            #[test]
            fn any_damage_is_answered(at in 0usize..200, to: u8, cut in 0usize..400) {
                let mut bytes = block([22, 39, 30], [114, 1, 12], ("N", "E"), "2026:03:05 08:09:10", 1);
                bytes.truncate(cut);
                if let Some(byte) = bytes.get_mut(at) { *byte = to }
                if let Some(Hint { lat: Some(lat), lon: Some(lon), .. }) = hint(&bytes) {
                    prop_assert!(lat.abs() <= 90.0 && lon.abs() <= 180.0);
                }
                prop_assert!((1..=8).contains(&orientation(&bytes)));
            }
        }
    }
}
