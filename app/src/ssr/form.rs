//! Reading forms, plain and with files, and giving back what was typed.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use tokio::time::timeout;

use super::failure::Failure;

/// Largest plain form, in bytes: two thousand characters in every field, percent-encoded, and room.
pub const MAX_FORM: usize = 128 * 1024;
/// Largest form with files, in bytes: all photos at their largest, and the words.
pub const MAX_UPLOAD: usize = domain::photo::MAX_PHOTOS * domain::photo::MAX_PHOTO_BYTES + 1024 * 1024;

/// Most parts of a form with files; ours have a few dozen.
const MAX_PARTS: usize = 200;
/// What a field costs in memory beyond its bytes.
const FIELD_COST: usize = 128;
/// The one field that takes files.
const FILES: &str = "photos";

/// How long a form may be silent while it is being sent.
const SILENCE: Duration = Duration::from_secs(20);

/// The fields of a form as they were sent.
#[derive(Default)]
pub struct Fields {
    values: HashMap<String, Vec<String>>,
    /// Photos in the order they were sent, empty ones (nothing chosen) left out.
    files: std::collections::VecDeque<Sent>,
}

/// A file as it was sent: on the disk without a name until it is read, so that slow phones cost no memory.
struct Sent(std::fs::File);

impl Sent {
    fn read(mut self) -> std::io::Result<Bytes> {
        let mut bytes = Vec::new();
        self.0.seek(SeekFrom::Start(0))?;
        self.0.read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
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

    /// The next photo that was sent, read into memory now.
    ///
    /// # Errors
    /// [`Failure::Internal`] if the disk does not give it back.
    pub async fn next_photo(&mut self) -> Result<Option<Bytes>, Failure> {
        let Some(sent) = self.files.pop_front() else { return Ok(None) };
        let read = tokio::task::spawn_blocking(move || sent.read()).await.map_err(|_| Failure::Unavailable)?;
        read.map(Some).map_err(|error| {
            tracing::error!(%error, "an upload could not be read back");
            Failure::Internal
        })
    }

    /// The form's idempotency key, or a fresh one in place of what no page of ours carries.
    #[must_use]
    pub fn key(&self) -> String {
        let text = self.get("key");
        if (1..=200).contains(&text.len()) { text.to_owned() } else { store::random_key() }
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
        read(request, state, MAX_FORM).await
    }
}

/// A form with photos: the only kind that may be large.
pub struct WithPhotos(pub Fields);

impl<S: Send + Sync> FromRequest<S> for WithPhotos {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        read(request, state, MAX_UPLOAD).await.map(Self)
    }
}

/// What no form of ours is sent as is no form without fields: that would empty what it is for.
async fn read<S: Send + Sync>(request: Request, state: &S, most: usize) -> Result<Fields, Failure> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "multipart/form-data" => multipart(request, state, most).await,
        "application/x-www-form-urlencoded" => plain(request).await,
        _ => Err(Failure::Unreadable),
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

async fn multipart<S: Send + Sync>(mut request: Request, state: &S, most: usize) -> Result<Fields, Failure> {
    DefaultBodyLimit::max(most).apply(&mut request);
    let mut parts = Multipart::from_request(request, state).await.map_err(|_| Failure::Unreadable)?;
    let mut fields = Fields::default();
    let (mut words, mut count) = (0, 0);
    let mut weigh = |bytes: usize| {
        words += bytes;
        if words > MAX_FORM { Err(Failure::TooLarge(MAX_FORM)) } else { Ok(()) }
    };
    while let Some(mut part) = heard(parts.next_field(), most).await? {
        count += 1;
        if count > MAX_PARTS {
            return Err(Failure::Unreadable);
        }
        let name = part.name().unwrap_or_default().to_owned();
        weigh(name.len() + FIELD_COST)?;
        if part.file_name().is_some() {
            // One too many is kept to be answered; what no page asks for is passed over.
            if name == FILES
                && most == MAX_UPLOAD
                && fields.files.len() <= domain::photo::MAX_PHOTOS
                && let Some(sent) = file(&mut part, most).await?
            {
                fields.files.push_back(sent);
            }
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = heard(part.chunk(), most).await? {
            weigh(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8(bytes).map_err(|_| Failure::Unreadable)?;
        fields.values.entry(name).or_default().push(text);
    }
    Ok(fields)
}

/// One file of a form. What is too large is read to its end and kept one byte too long, so that it is answered beside
/// the field with nothing typed lost.
async fn file(part: &mut axum::extract::multipart::Field<'_>, most: usize) -> Result<Option<Sent>, Failure> {
    let disk = |error: std::io::Error| {
        tracing::error!(%error, "an upload could not be kept");
        Failure::Unavailable
    };
    let mut kept = None;
    let mut length = 0;
    while let Some(chunk) = heard(part.chunk(), most).await? {
        let room = (domain::photo::MAX_PHOTO_BYTES + 1).saturating_sub(length);
        let chunk = &chunk[..chunk.len().min(room)];
        if chunk.is_empty() {
            continue;
        }
        let mut file = match kept.take() {
            Some(file) => file,
            None => tempfile::tempfile().map_err(disk)?,
        };
        // A chunk of some kilobytes goes to the page cache: no thread of its own is worth it.
        file.write_all(chunk).map_err(disk)?;
        length += chunk.len();
        kept = Some(file);
    }
    Ok(kept.map(Sent))
}

/// The next piece of a form, unless the sender has gone silent or the piece breaks off.
async fn heard<T>(piece: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>, most: usize) -> Result<T, Failure> {
    match timeout(SILENCE, piece).await {
        Ok(Ok(piece)) => Ok(piece),
        Ok(Err(error)) if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => Err(Failure::TooLarge(most)),
        Ok(Err(_)) | Err(_) => Err(Failure::Unreadable),
    }
}
