//! What a file is and what opening it would cost, read from its first bytes without decoding anything.

use super::PhotoError;
use domain::photo::{LARGE_EDGE, MAX_PHOTO_BYTES, MAX_PIXELS};

/// The most memory one photo may take while it is opened, in bytes. Two small ones or one large one at a time
/// keep the server below 150 MB.
pub const MEMORY: u64 = 80 * 1024 * 1024;

/// Scans of a progressive JPEG. Cameras and editors write ten or so; each costs a pass over the whole picture,
/// so a small file with thousands would keep a processor busy for minutes.
const MAX_SCANS: usize = 64;

/// Kinds of file that are recognised and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Foreign {
    /// Apple's and some Android phones' format; the phone can be set to send JPEG.
    Heic,
    /// AVIF.
    Avif,
    /// GIF.
    Gif,
    /// A film (MP4, MOV).
    Video,
    /// Anything else, pictures or not.
    Other,
}

/// Kinds of file that are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    Webp,
}

/// A file that may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub kind: Kind,
    pub width: u32,
    pub height: u32,
    /// Estimated memory for opening and shrinking it, in bytes; never more than [`MEMORY`].
    pub cost: u64,
}

/// Reads the header, refusing everything that should not be opened. Takes no memory and next to no time.
pub fn read(bytes: &[u8]) -> Result<Header, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    if bytes.len() > MAX_PHOTO_BYTES {
        return Err(PhotoError::TooLarge { bytes: bytes.len() });
    }
    let (kind, frame) = match bytes {
        [0xFF, 0xD8, 0xFF, ..] => (Kind::Jpeg, jpeg(bytes)?),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => (Kind::Png, png(bytes).ok_or(PhotoError::Broken)?),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', rest @ ..] => (Kind::Webp, webp(rest).ok_or(PhotoError::Broken)?),
        _ => {
            return Err(PhotoError::Unsupported { what: foreign(bytes) });
        }
    };
    let Frame { width, height, fixed, per_pixel } = frame;
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(PhotoError::Broken);
    }
    let cost = fixed.saturating_add(pixels.saturating_mul(per_pixel));
    if pixels > MAX_PIXELS || cost > MEMORY {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    Ok(Header { kind, width, height, cost })
}

struct Frame {
    width: u32,
    height: u32,
    /// Bytes of memory that do not follow from the number of pixels.
    fixed: u64,
    per_pixel: u64,
}

fn foreign(bytes: &[u8]) -> Foreign {
    match bytes {
        [b'G', b'I', b'F', b'8', ..] => Foreign::Gif,
        [_, _, _, size, b'f', b't', b'y', b'p', rest @ ..] => {
            // The main brand may be the general `mif1`; the list after it tells what it is.
            let brands = &rest[..rest.len().min(usize::from(*size).saturating_sub(8))];
            let has = |names: &[&[u8]]| brands.chunks_exact(4).any(|brand| names.contains(&brand));
            if has(&[b"avif", b"avis"]) {
                Foreign::Avif
            } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
                Foreign::Heic
            } else {
                Foreign::Video
            }
        }
        _ => Foreign::Other,
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 2).map(|b| u32::from(b[0]) << 8 | u32::from(b[1]))
}

fn png(bytes: &[u8]) -> Option<Frame> {
    let header = bytes.get(12..29).filter(|header| header.starts_with(b"IHDR"))?;
    let edge = |at| Some(be16(header, at)? << 16 | be16(header, at + 2)?);
    let (depth, colour) = (header[12], header[13]);
    let samples = match colour {
        0 => 1,
        // A palette is opened into colours, perhaps with transparency.
        3 | 6 => 4,
        2 => 3,
        4 => 2,
        _ => return None,
    };
    // The wide and the grey kinds are turned into 8-bit colours while the first buffer still stands.
    let per_pixel = match (colour, depth) {
        (2 | 3 | 6, ..=8) => samples,
        (_, ..=8) => samples + 4,
        _ => samples * 2 + 4,
    };
    // It is opened from a copy: see `png_picture`.
    Some(Frame { width: edge(4)?, height: edge(8)?, fixed: bytes.len() as u64, per_pixel })
}

/// A PNG without what its picture does not need. Profiles and texts may be packed a thousand times smaller than what
/// the decoder would unpack them to. Of what may be left out only transparency stays.
pub fn png_picture(bytes: &[u8]) -> Option<Vec<u8>> {
    let (signature, mut rest) = bytes.split_at_checked(8)?;
    let mut picture = signature.to_vec();
    loop {
        let length = usize::try_from(be16(rest, 0)? << 16 | be16(rest, 2)?).ok()?;
        // Length, kind and check sum besides the content.
        let (chunk, following) = rest.split_at_checked(length.checked_add(12)?)?;
        let kind = chunk.get(4..8)?;
        // A capital first letter is the format's word for what a picture can't be opened without.
        if kind[0].is_ascii_uppercase() || kind == b"tRNS" {
            picture.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(picture);
        }
        rest = following;
    }
}

fn webp(chunks: &[u8]) -> Option<Frame> {
    let le24 = |at: usize| chunks.get(at..at + 3).map(|b| u32::from(b[0]) | u32::from(b[1]) << 8 | u32::from(b[2]) << 16);
    // Besides its output the decoder holds the planes of a lossy frame, or the frame and alpha of an extended one.
    let (width, height, per_pixel) = match chunks.get(..4)? {
        b"VP8 " => (le24(14)? & 0x3FFF, le24(16)? & 0x3FFF, 6),
        b"VP8L" => {
            let bits = le24(9)? | u32::from(*chunks.get(12)?) << 24;
            ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 8)
        }
        b"VP8X" => (le24(12)? + 1, le24(15)? + 1, 10),
        _ => return None,
    };
    Some(Frame { width, height, fixed: 0, per_pixel })
}

/// The marker segments of a JPEG: everything that begins with 0xFF and a code, wherever the next one is.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Segments<'a> {
    /// The code and the payload (empty for codes without one, and for one that is cut off).
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += rest.iter().position(|byte| *byte == 0xFF)? + 1;
            let code = *self.bytes.get(self.at)?;
            match code {
                // Stuffing inside a scan, fill bytes, restarts: not the beginning of a segment.
                0x00 | 0xFF | 0xD0..=0xD7 => {}
                0x01 | 0xD8 | 0xD9 => {
                    self.at += 1;
                    return Some((code, &[]));
                }
                _ => {
                    let start = self.at + 1;
                    let length = usize::try_from(be16(self.bytes, start)?).ok()?;
                    self.at = start + length;
                    return Some((code, self.bytes.get(start + 2..self.at).unwrap_or_default()));
                }
            }
        }
    }
}

fn segments(bytes: &[u8]) -> Segments<'_> {
    Segments { bytes, at: 2 }
}

fn jpeg(bytes: &[u8]) -> Result<Frame, PhotoError> {
    let is_frame = |code: u8| matches!(code, 0xC0..=0xCF) && !matches!(code, 0xC4 | 0xC8 | 0xCC);
    let (code, frame) = segments(bytes).find(|(code, _)| is_frame(*code) || *code == 0xDA).ok_or(PhotoError::Broken)?;
    // Baseline, extended and progressive; the arithmetic, lossless and hierarchical ones are museum pieces.
    if !matches!(code, 0xC0..=0xC2) {
        return Err(if code == 0xDA { PhotoError::Broken } else { PhotoError::Unsupported { what: Foreign::Other } });
    }
    let (height, width) = be16(frame, 1).zip(be16(frame, 3)).ok_or(PhotoError::Broken)?;
    let components = frame.get(6..).unwrap_or_default().chunks_exact(3);
    let sampling: Vec<_> = components.take(4).map(|c| (u64::from(c[1] >> 4), u64::from(c[1] & 15))).collect();
    let across = sampling.iter().map(|s| s.0).max().unwrap_or(0).max(1);
    let down = sampling.iter().map(|s| s.1).max().unwrap_or(0).max(1);
    let area = sampling.iter().map(|(h, v)| h * v).sum::<u64>();
    let pixels = u64::from(width) * u64::from(height);
    // A progressive picture is gathered whole, two bytes a coefficient, before the first pixel comes out.
    let gathered = if code == 0xC2 { 2 * pixels * area / (across * down) } else { 0 };
    let (out_width, out_height) = jpeg_output(width, height);
    let out = u64::from(out_width) * u64::from(out_height);
    let planes = out * area / (across * down);
    let colours = out * sampling.len() as u64;
    Ok(Frame { width, height, fixed: gathered + planes + colours, per_pixel: 0 })
}

/// The size the decoder gives out when asked for at least [`LARGE_EDGE`]: eighths of the picture, the smallest
/// that reaches it. Opening a 12-megapixel photo at half scale takes a quarter of the memory.
fn jpeg_output(width: u32, height: u32) -> (u32, u32) {
    let eighths = [1, 2, 4].into_iter().find(|eighths| (width.max(height) * eighths).div_ceil(8) >= LARGE_EDGE).unwrap_or(8);
    ((width * eighths).div_ceil(8), (height * eighths).div_ceil(8))
}

/// Whether a JPEG has its end marker and a sensible number of scans.
///
/// The end marker is what tells a whole file from one that was cut off: decoders fill in grey for what is
/// missing. A camera that forgets to write it is refused with the rest; we know of none in use.
pub fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let mut scans = 0;
    for (code, _) in segments(bytes) {
        match code {
            0xD9 => return scans > 0,
            0xDA => scans += 1,
            _ => {}
        }
        if scans > MAX_SCANS {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_kinds_are_named() {
        let what = |bytes: &[u8]| match read(bytes) {
            Err(PhotoError::Unsupported { what }) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(what(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Foreign::Heic);
        assert_eq!(what(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif...."), Foreign::Avif);
        assert_eq!(what(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Foreign::Heic);
        assert_eq!(what(b"\0\0\0\x14ftypqt  \0\0\0\0qt  "), Foreign::Video);
        assert_eq!(what(b"GIF89a"), Foreign::Gif);
        assert_eq!(what(b"%PDF-1.7"), Foreign::Other);
        assert_eq!(what(b"\xff\xd8"), Foreign::Other);
        assert_eq!(read(b""), Err(PhotoError::Empty));
    }

    #[test]
    fn twelve_megabytes_is_the_edge() {
        let mut bytes = vec![0; MAX_PHOTO_BYTES];
        assert_eq!(read(&bytes), Err(PhotoError::Unsupported { what: Foreign::Other }));
        bytes.push(0);
        assert_eq!(read(&bytes), Err(PhotoError::TooLarge { bytes: MAX_PHOTO_BYTES + 1 }));
    }

    #[test]
    fn the_scale_is_the_decoders() {
        assert_eq!(jpeg_output(4000, 3000), (2000, 1500));
        assert_eq!(jpeg_output(8000, 6000), (2000, 1500));
        assert_eq!(jpeg_output(3000, 2250), (3000, 2250));
        assert_eq!(jpeg_output(1, 1), (1, 1));
    }
}
