//! Photos: taken in and cleaned ([`process`]), kept by content ([`Objects`]), painted for the demo ([`paint`]).
//!
//! What a resident's phone sends is never kept: only what is painted anew from its pixels, so no place, owner or
//! device hides in a published picture.

mod header;
mod keep;
mod objects;
mod paint;
mod process;
mod scale;

pub use header::Foreign;
pub use keep::{KeepError, Photo};
pub use objects::{Objects, ObjectsError, Size};
pub(crate) use objects::{named, path};
pub use paint::{Motif, paint};
pub use process::{cover, process, process_in_background};

use domain::photo::Hint;

/// A photo cleaned and ready to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Processed {
    /// JPEG, upright, at most [`domain::photo::LARGE_EDGE`] pixels long, without metadata.
    pub large: Vec<u8>,
    /// JPEG, the square middle, [`domain::photo::THUMB_EDGE`] pixels wide or less if the photo is smaller.
    pub thumb: Vec<u8>,
    /// SHA-256 of `large` in lower-case hex: the name the photo is kept under.
    pub hash: String,
    /// Width of `large`, in pixels.
    pub width: u32,
    /// Height of `large`, in pixels.
    pub height: u32,
    /// Where and when the original says it was taken; not kept in either picture.
    pub hint: Option<Hint>,
}

/// Why a photo was not taken in. Each can be told to the person in a sentence that helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// No bytes at all: the field was left empty.
    #[error("the photo is empty")]
    Empty,
    /// More bytes than [`domain::photo::MAX_PHOTO_BYTES`].
    #[error("the photo has {bytes} bytes")]
    TooLarge {
        /// How many came.
        bytes: usize,
    },
    /// More pixels than [`domain::photo::MAX_PIXELS`], or more than this kind of file can be opened with in the
    /// memory set aside.
    #[error("the photo has too many pixels: {width} by {height}")]
    TooManyPixels {
        /// Width, in pixels.
        width: u32,
        /// Height, in pixels.
        height: u32,
    },
    /// A kind of file we can name but not open.
    #[error("this kind of file is not supported: {what:?}")]
    Unsupported {
        /// What it is.
        what: Foreign,
    },
    /// It begins like a photo, but is cut off or damaged.
    #[error("the photo is cut off or damaged")]
    Broken,
    /// Too many photos are waiting; the same one will do in a moment.
    #[error("too many photos are waiting")]
    Busy,
}
