//! The file: a plain tar archive. `linli.json` says what it is, `database` is the dump, `photos/…` the pictures, and
//! `whole.json` comes last with the hash of all before it, so that a file cut short or changed is never taken for one.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tar::{Archive, Builder, EntryType, Header};
use tempfile::NamedTempFile;

use super::BackupError;
use crate::database::Kind;
use crate::photo::{Objects, Size, named};
use crate::secret::{hash_bytes, hex};

/// Changes when a reader of today would misread the file.
const FORMAT: u64 = 1;
/// The largest entry that is a note and no content.
const NOTE: u64 = 64 * 1024;
/// The largest picture that is believed.
const PICTURE: u64 = 64 * 1024 * 1024;

/// What the file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct About {
    pub made_at: DateTime<Utc>,
    pub kind: Kind,
    pub schema: i64,
}

/// Writes the file, readable by nobody else.
pub(super) struct Writer {
    tar: Builder<BufWriter<NamedTempFile>>,
    sum: Sum,
}

impl Writer {
    pub fn create(folder: &Path, about: &About) -> io::Result<Self> {
        let file = NamedTempFile::new_in(folder)?;
        let mut writer = Self { tar: Builder::new(BufWriter::with_capacity(1 << 20, file)), sum: Sum::default() };
        let note = json!({
            "format": FORMAT, "program": env!("CARGO_PKG_VERSION"), "made_at": about.made_at, "database": about.kind.name(), "schema": about.schema,
        });
        writer.add("linli.json", note.to_string().as_bytes())?;
        Ok(writer)
    }

    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.append(name, bytes.len() as u64, bytes)
    }

    pub fn add_database(&mut self, dump: &Path) -> io::Result<()> {
        let file = File::open(dump)?;
        let size = file.metadata()?.len();
        self.append("database", size, file)
    }

    fn append(&mut self, name: &str, size: u64, content: impl Read) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(0);
        self.sum.begin(name, size);
        self.tar.append_data(&mut header, name, Summed { content, sum: &mut self.sum })
    }

    /// Closes the file, all of it on the disk.
    pub fn finish(mut self) -> io::Result<NamedTempFile> {
        let note = json!({ "entries": self.sum.entries, "sha256": self.sum.clone().end() });
        self.add("whole.json", note.to_string().as_bytes())?;
        let file = self.tar.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

/// The hash of entries: their names, sizes and contents.
#[derive(Clone, Default)]
struct Sum {
    digest: Sha256,
    entries: u64,
}

impl Sum {
    fn begin(&mut self, name: &str, size: u64) {
        self.digest.update(format!("{name}\n{size}\n"));
        self.entries += 1;
    }

    fn end(self) -> String {
        hex(&self.digest.finalize())
    }
}

struct Summed<'a, R> {
    content: R,
    sum: &'a mut Sum,
}

impl<R: Read> Read for Summed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.sum.digest.update(&buffer[..count]);
        Ok(count)
    }
}

/// What a file says of itself; it is left at its beginning.
pub(super) fn about(file: &mut File, name: &Path) -> Result<About, BackupError> {
    let note = first_note(file);
    file.seek(SeekFrom::Start(0)).map_err(|error| BackupError::Io { what: name.display().to_string(), error })?;
    note.as_ref().and_then(read_about).ok_or_else(|| BackupError::Foreign(name.into()))
}

fn first_note(file: &File) -> Option<Value> {
    let mut archive = Archive::new(file);
    let entry = archive.entries().ok()?.raw(true).next()?.ok()?;
    if entry.path_bytes().as_ref() != b"linli.json" || entry.size() > NOTE {
        return None;
    }
    serde_json::from_reader(entry).ok()
}

fn read_about(note: &Value) -> Option<About> {
    if note["format"].as_u64()? != FORMAT {
        return None;
    }
    let kind = [Kind::Sqlite, Kind::Postgres].into_iter().find(|kind| note["database"] == kind.name())?;
    Some(About { made_at: note["made_at"].as_str()?.parse().ok()?, kind, schema: note["schema"].as_i64()? })
}

/// Unpacks the database into a file and the pictures into a store, both of which are thrown away unless the archive
/// proves whole. Returns how many photos there were.
pub(super) async fn unpack(file: File, dump: &Path, objects: &Objects, mut say: impl FnMut(&str)) -> Result<u64, BackupError> {
    let damaged = |error: io::Error| BackupError::Damaged(error.to_string());
    let wrong = |what: &str| BackupError::Damaged(what.to_owned());
    let mut archive = Archive::new(BufReader::with_capacity(1 << 20, file));
    let mut sum = Sum::default();
    let (mut pictures, mut database, mut whole) = (0u64, false, false);
    // Raw: no entry may say anything about another, such as a long name or a link.
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|_| wrong("a name is no text"))?;
        let size = entry.size();
        if whole || entry.header().entry_type() != EntryType::Regular {
            return Err(wrong("there is something in it that no backup has"));
        }
        if name == "whole.json" {
            let mut note = Vec::new();
            entry.take(NOTE).read_to_end(&mut note).map_err(damaged)?;
            let note: Value = serde_json::from_slice(&note).map_err(|error| wrong(&error.to_string()))?;
            if note["entries"] != sum.entries || note["sha256"] != sum.clone().end() {
                return Err(wrong("its content is not what was written"));
            }
            whole = true;
            continue;
        }
        sum.begin(&name, size);
        let mut content = Summed { content: &mut entry, sum: &mut sum };
        if name == "database" && !database {
            database = true;
            write_file(dump, &mut content).await?;
        } else if name == "linli.json" && size <= NOTE {
            io::copy(&mut content, &mut io::sink()).map_err(damaged)?;
        } else if let Some((hash, which)) = named(&name)
            && size <= PICTURE
        {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map_err(damaged)?;
            // The name of a photo is what its large picture is.
            if which == Size::Large && hash_bytes(&bytes) != hash {
                return Err(wrong("a photo is not what its name says"));
            }
            objects.put(&hash, which, bytes).await?;
            pictures += 1;
            if pictures.is_multiple_of(2000) {
                say(&format!("{} photos …", pictures / 2));
            }
        } else {
            return Err(wrong("there is something in it that no backup has"));
        }
    }
    if !whole || !database {
        return Err(wrong("it is cut short"));
    }
    Ok(pictures / 2)
}

/// Writes a file that only its owner reads, by pieces, so that it can be stopped.
async fn write_file(path: &Path, content: &mut impl Read) -> Result<(), BackupError> {
    let io = |error| BackupError::Io { what: path.display().to_string(), error };
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
    let mut piece = vec![0; 1 << 20];
    loop {
        let count = content.read(&mut piece).map_err(|error| BackupError::Damaged(error.to_string()))?;
        if count == 0 {
            return file.sync_all().map_err(io);
        }
        file.write_all(&piece[..count]).map_err(io)?;
        tokio::task::yield_now().await;
    }
}
