//! Compressed ahead of time, as small as it gets, so that the server never compresses the same file twice.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::stop::{OrStop, Result};

/// Brotli, quality 11.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters).or_stop("brotli failed")?;
    Ok(out)
}

/// Gzip, level 9.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).or_stop("gzip failed")?;
    encoder.finish().or_stop("gzip failed")
}
