//! Reading forms, plain and with files, and giving back what was typed.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::failure::Failure;

/// Largest plain form, in bytes: two thousand characters in every field, percent-encoded, and room.
pub const MAX_FORM: usize = 128 * 1024;
/// Largest form with files, in bytes: all photos at their largest, and the words.
pub const MAX_UPLOAD: usize = domain::photo::MAX_PHOTOS * domain::photo::MAX_PHOTO_BYTES + 1024 * 1024;

/// Forms with files are read into memory: few at once keep it bounded, the others wait their turn.
static UPLOADS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(3));

/// The fields of a form as they were sent.
#[derive(Default)]
pub struct Fields {
    values: HashMap<String, Vec<String>>,
    /// Files by field, empty ones (nothing chosen) left out.
    pub files: Vec<(String, Bytes)>,
    /// Held while the files are in memory.
    turn: Option<SemaphorePermit<'static>>,
}

impl Fields {
    /// The first value of a field; empty if it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.get(name).into_iter().flatten().map(String::as_str)
    }

    /// The files have been taken in: the next form with files may come.
    pub fn done_with_files(&mut self) {
        self.files.clear();
        self.turn = None;
    }

    /// Whether a field was sent at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Fields from a query or a urlencoded body.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            fields.values.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        fields
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        if kind.starts_with("multipart/form-data") { multipart(request, state).await } else { plain(request).await }
    }
}

async fn plain(request: Request) -> Result<Fields, Failure> {
    let too_large =
        request.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok()).is_some_and(|length| length > MAX_FORM);
    if too_large {
        return Err(Failure::TooLarge(MAX_FORM));
    }
    let body: Body = request.into_body();
    let bytes = axum::body::to_bytes(body, MAX_FORM).await.map_err(|error| {
        // The limit's own error is all that `to_bytes` adds; anything else is a body that broke off.
        if error.to_string().contains("limit") { Failure::TooLarge(MAX_FORM) } else { Failure::Unreadable }
    })?;
    Ok(Fields::parse(&bytes))
}

async fn multipart<S: Send + Sync>(mut request: Request, state: &S) -> Result<Fields, Failure> {
    DefaultBodyLimit::max(MAX_UPLOAD).apply(&mut request);
    let turn = UPLOADS.acquire().await.map_err(|_| Failure::Unavailable)?;
    let mut parts = Multipart::from_request(request, state).await.map_err(|_| Failure::Unreadable)?;
    let mut fields = Fields { turn: Some(turn), ..Fields::default() };
    let broken = |error: axum::extract::multipart::MultipartError| {
        if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { Failure::TooLarge(MAX_UPLOAD) } else { Failure::Unreadable }
    };
    let mut words = 0;
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().is_some();
        let most = if file { domain::photo::MAX_PHOTO_BYTES + 1 } else { MAX_FORM };
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(broken)? {
            // A photo that is too large is read to its end and answered beside the field, with nothing typed lost.
            if bytes.len() < most {
                bytes.extend_from_slice(&chunk[..chunk.len().min(most - bytes.len())]);
            }
        }
        if !file {
            words += bytes.len();
            if words > MAX_FORM {
                return Err(Failure::TooLarge(MAX_FORM));
            }
            let text = String::from_utf8(bytes).map_err(|_| Failure::Unreadable)?;
            fields.values.entry(name).or_default().push(text);
        } else if !bytes.is_empty() {
            fields.files.push((name, bytes.into()));
        }
    }
    Ok(fields)
}
