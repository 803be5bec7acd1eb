//! From whatever came to two clean JPEGs.

use super::header::{self, Foreign, Header, Kind};
use super::scale::Rgb;
use super::{PhotoError, Processed};
use bytes::Bytes;
use domain::photo::{LARGE_EDGE, MAX_PHOTO_BYTES, Rectangle, THUMB_EDGE};
use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use image::{DynamicImage, ImageDecoder, Limits};
use jpeg_decoder::PixelFormat;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

const LARGE_QUALITY: u8 = 82;
const THUMB_QUALITY: u8 = 52;

/// The colour covered parts are painted with.
const COVER: [u8; 3] = [0x33, 0x35, 0x34];

/// Blocks of this many pixels are coded together, so what stands at one edge leaves traces up to the other.
const CODING_UNIT: u32 = 16;

/// Reads a JPEG, PNG or WebP (told by its content), turns it upright, shrinks it, and writes it anew as JPEG, large
/// and as a square thumbnail, without any of its metadata. Transparent parts become white.
///
/// Takes up to a second of processor time: call [`process_in_background`] from a request.
///
/// # Errors
/// Every variant of [`PhotoError`] but `Busy`. A JPEG without its end marker is `Broken`, even if all its pixels
/// are there.
pub fn process(bytes: &[u8]) -> Result<Processed, PhotoError> {
    let header = header::read(bytes)?;
    // Decoders meet files made to break them; one that panics says the same as one that complains.
    let rgb = catch_unwind(AssertUnwindSafe(|| open(bytes, header))).unwrap_or(Err(PhotoError::Broken))?;
    let rgb = rgb.fit(edge(LARGE_EDGE)).upright(domain::photo::orientation(bytes));
    Ok(Processed { hint: domain::photo::hint(bytes), ..write(&rgb)? })
}

/// Paints over parts of a large picture that [`process`] made, and makes both sizes anew. What was there is in
/// neither of them; delete the old objects to be rid of it. Rectangles grow to the next multiple of 16 pixels,
/// because JPEG lets what it covers show through up to there.
///
/// # Errors
/// As [`process`]; `Broken` when it is no JPEG.
pub fn cover(large: &[u8], rectangles: &[Rectangle]) -> Result<Processed, PhotoError> {
    let header = header::read(large)?;
    if header.kind != Kind::Jpeg {
        return Err(PhotoError::Broken);
    }
    let opened = catch_unwind(AssertUnwindSafe(|| open(large, header))).unwrap_or(Err(PhotoError::Broken))?;
    let mut rgb = opened.fit(edge(LARGE_EDGE));
    let (width, height) = (u32::try_from(rgb.width), u32::try_from(rgb.height));
    let (Ok(width), Ok(height)) = (width, height) else {
        return Err(PhotoError::Broken);
    };
    for rectangle in rectangles {
        let (columns, rows) = rectangle.pixels(width, height);
        let grow = |span: std::ops::Range<u32>, full: u32| {
            let start = span.start / CODING_UNIT * CODING_UNIT;
            edge(start)..edge(span.end.next_multiple_of(CODING_UNIT).min(full))
        };
        let (columns, rows) = (grow(columns, width), grow(rows, height));
        for row in rows {
            let start = row * rgb.width;
            for pixel in rgb.data[(start + columns.start) * 3..(start + columns.end) * 3].chunks_exact_mut(3) {
                pixel.copy_from_slice(&COVER);
            }
        }
    }
    write(&rgb)
}

fn edge(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

fn open(bytes: &[u8], header: Header) -> Result<Rgb, PhotoError> {
    match header.kind {
        Kind::Jpeg => open_jpeg(bytes),
        Kind::Png => {
            let picture = header::png_picture(bytes).ok_or(PhotoError::Broken)?;
            open_image(PngDecoder::with_limits(Cursor::new(picture), limits()).map_err(from_image)?, header)
        }
        Kind::Webp => open_image(WebPDecoder::new(Cursor::new(bytes)).map_err(from_image)?, header),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(header::MEMORY);
    limits
}

fn open_jpeg(bytes: &[u8]) -> Result<Rgb, PhotoError> {
    if !header::jpeg_is_whole(bytes) {
        return Err(PhotoError::Broken);
    }
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(header::MEMORY).unwrap_or(usize::MAX));
    let asked = u16::try_from(LARGE_EDGE).unwrap_or(u16::MAX);
    decoder.scale(asked, asked).map_err(from_jpeg)?;
    let data = decoder.decode().map_err(from_jpeg)?;
    let info = decoder.info().ok_or(PhotoError::Broken)?;
    let data = match info.pixel_format {
        PixelFormat::RGB24 => data,
        PixelFormat::L8 => data.into_iter().flat_map(|grey| [grey; 3]).collect(),
        PixelFormat::CMYK32 => data.chunks_exact(4).flat_map(|ink| [0, 1, 2].map(|c| over(0, 255 - ink[c], 255 - ink[3]))).collect(),
        PixelFormat::L16 => {
            return Err(PhotoError::Unsupported { what: Foreign::Other });
        }
    };
    rgb(data, info.width.into(), info.height.into())
}

fn open_image(mut decoder: impl ImageDecoder, header: Header) -> Result<Rgb, PhotoError> {
    decoder.set_limits(limits()).map_err(from_image)?;
    // The memory was weighed for the size in the header, so a decoder that sees another one is not let loose.
    if decoder.dimensions() != (header.width, header.height) || decoder.total_bytes() > header::MEMORY {
        return Err(PhotoError::Broken);
    }
    let data = match DynamicImage::from_decoder(decoder).map_err(from_image)? {
        DynamicImage::ImageRgb8(image) => image.into_raw(),
        other => {
            let mut data = other.into_rgba8().into_raw();
            // In place, because a second picture would cost as much again.
            let pixels = data.len() / 4;
            for at in 0..pixels {
                let alpha = data[at * 4 + 3];
                for channel in 0..3 {
                    data[at * 3 + channel] = over(255, data[at * 4 + channel], alpha);
                }
            }
            data.truncate(pixels * 3);
            data
        }
    };
    rgb(data, edge(header.width), edge(header.height))
}

fn rgb(data: Vec<u8>, width: usize, height: usize) -> Result<Rgb, PhotoError> {
    if width == 0 || data.len() != width * height * 3 || data.is_empty() {
        return Err(PhotoError::Broken);
    }
    Ok(Rgb { width, height, data })
}

/// A colour of the given opacity over another.
fn over(under: u8, colour: u8, alpha: u8) -> u8 {
    let (under, colour, alpha) = (u32::from(under), u32::from(colour), u32::from(alpha));
    // A mean of two bytes, so it is one.
    u8::try_from((colour * alpha + under * (255 - alpha) + 127) / 255).unwrap_or(255)
}

fn from_image(error: image::ImageError) -> PhotoError {
    match error {
        image::ImageError::Unsupported(_) => PhotoError::Unsupported { what: Foreign::Other },
        _ => PhotoError::Broken,
    }
}

fn from_jpeg(error: jpeg_decoder::Error) -> PhotoError {
    match error {
        jpeg_decoder::Error::Unsupported(_) => PhotoError::Unsupported { what: Foreign::Other },
        _ => PhotoError::Broken,
    }
}

fn write(rgb: &Rgb) -> Result<Processed, PhotoError> {
    let large = jpeg(rgb, LARGE_QUALITY)?;
    let thumb = jpeg(&rgb.square(edge(THUMB_EDGE)), THUMB_QUALITY)?;
    let hash = Sha256::digest(&large).iter().map(|byte| format!("{byte:02x}")).collect();
    let size = |length: usize| u32::try_from(length).map_err(|_| PhotoError::Broken);
    Ok(Processed { thumb, hash, width: size(rgb.width)?, height: size(rgb.height)?, hint: None, large })
}

/// Writes a JPEG with half the colour resolution, as phones do: a third fewer bytes over the air. Tables made for the
/// picture would save as much again, but the encoder then writes a scan per colour, which some decoders get wrong.
/// `Broken` cannot happen for the sizes we make.
pub(super) fn jpeg(rgb: &Rgb, quality: u8) -> Result<Vec<u8>, PhotoError> {
    let (Ok(width), Ok(height)) = (u16::try_from(rgb.width), u16::try_from(rgb.height)) else {
        return Err(PhotoError::Broken);
    };
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(&rgb.data, width, height, ColorType::Rgb).map_err(|_| PhotoError::Broken)?;
    Ok(out)
}

/// Photos opened at the same moment in this process; a costly one takes both places.
const PLACES: u32 = 2;
static OPENING: Semaphore = Semaphore::const_new(PLACES as usize);

/// Bytes of photos that may wait in this process: some fifteen from phones, four of the largest.
const MAX_WAITING: usize = 4 * MAX_PHOTO_BYTES;
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Bytes counted as waiting until dropped.
struct Queued(usize);

impl Queued {
    fn enter(bytes: usize) -> Result<Self, PhotoError> {
        WAITING
            .try_update(Ordering::AcqRel, Ordering::Acquire, |held| Some(held + bytes).filter(|sum| *sum <= MAX_WAITING))
            .map(|_| Self(bytes))
            .map_err(|_| PhotoError::Busy)
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        WAITING.fetch_sub(self.0, Ordering::AcqRel);
    }
}

/// [`process`] on a thread of its own, at most two at once in the whole process, so that a flood of photos neither
/// holds up pages nor fills the memory. What cannot be opened is refused without waiting. Dropping the future does
/// not stop a photo that is being opened.
///
/// # Errors
/// As [`process`]; `Busy` when too many bytes of photos are waiting already.
pub async fn process_in_background(bytes: Bytes) -> Result<Processed, PhotoError> {
    let header = header::read(&bytes)?;
    let queued = Queued::enter(bytes.len())?;
    let places = if header.cost > header::MEMORY / u64::from(PLACES) { PLACES } else { 1 };
    let permit = OPENING.acquire_many(places).await.map_err(|_| PhotoError::Busy)?;
    tokio::task::spawn_blocking(move || {
        let _held = (queued, permit);
        process(&bytes)
    })
    .await
    .unwrap_or(Err(PhotoError::Broken))
}

#[cfg(test)]
mod tests;
