//! Where photos lie: an object store, named by what they are.

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::sync::Arc;

/// Which picture of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// The large one.
    Large,
    /// The square thumbnail.
    Thumb,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The address names a kind of store this program was not built with.
    #[error("no store for addresses beginning with {scheme}://; give a folder")]
    Scheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// The folder could not be made or is none.
    #[error("cannot use the folder {folder}")]
    Folder {
        /// The folder asked for.
        folder: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not a SHA-256 in lower-case hex.
    #[error("not the hash of a photo")]
    Hash,
    /// The store itself failed: disk full, not readable, gone.
    #[error("the object store failed")]
    Store(#[from] object_store::Error),
}

/// The photos' object store. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
}

impl Objects {
    /// Opens a store: a folder (`photos`, `/var/lib/linli`, `file:///var/lib/linli`), made if it is not there, and
    /// closed to everybody but its owner.
    ///
    /// # Errors
    /// `Scheme` for any other kind of address, `Folder` when it cannot be made.
    pub fn open(address: &str) -> Result<Self, ObjectsError> {
        let folder = match address.split_once("://") {
            None => address,
            Some(("file", folder)) => folder,
            Some((scheme, _)) => {
                return Err(ObjectsError::Scheme { scheme: scheme.to_owned() });
            }
        };
        crate::owner::folder(folder.as_ref()).map_err(|source| ObjectsError::Folder { folder: folder.to_owned(), source })?;
        // A request says "kept" once its photo is on the disk, not in a buffer of the system.
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// Keeps a picture, whole or not at all. Keeping it again changes nothing.
    ///
    /// # Errors
    /// `Hash`, `Store`.
    pub async fn put(&self, hash: &str, size: Size, bytes: impl Into<Bytes>) -> Result<(), ObjectsError> {
        self.store.put(&path(hash, size)?, bytes.into().into()).await?;
        Ok(())
    }

    /// The picture, or `None` when there is none of that name.
    ///
    /// # Errors
    /// `Hash`, `Store`.
    pub async fn get(&self, hash: &str, size: Size) -> Result<Option<Bytes>, ObjectsError> {
        match self.store.get(&path(hash, size)?).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there is a picture of that name; what never was a hash names none.
    ///
    /// # Errors
    /// `Store`.
    pub async fn has(&self, hash: &str, size: Size) -> Result<bool, ObjectsError> {
        let Ok(path) = path(hash, size) else { return Ok(false) };
        match self.store.head(&path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a picture; one that is not there is fine. Two requests may carry the very same photo, so ask the
    /// database first whether another still needs it.
    ///
    /// # Errors
    /// `Hash`, `Store`.
    pub async fn delete(&self, hash: &str, size: Size) -> Result<(), ObjectsError> {
        match self.store.delete(&path(hash, size)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// `photos/ab/cdef….jpg`: 256 folders keep each one short. Only a hash becomes a path, so no path is smuggled in.
pub(crate) fn path(hash: &str, size: Size) -> Result<Path, ObjectsError> {
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if hash.len() != 64 || !hash.bytes().all(hex) {
        return Err(ObjectsError::Hash);
    }
    let (folder, name) = hash.split_at(2);
    let ending = match size {
        Size::Large => "",
        Size::Thumb => "-thumb",
    };
    Ok(Path::from(format!("photos/{folder}/{name}{ending}.jpg")))
}

/// Which picture a path names, if it is one that [`path`] makes.
pub(crate) fn named(name: &str) -> Option<(String, Size)> {
    let stem = name.strip_prefix("photos/")?.strip_suffix(".jpg")?;
    let (stem, size) = stem.strip_suffix("-thumb").map_or((stem, Size::Large), |stem| (stem, Size::Thumb));
    let hash: String = stem.replacen('/', "", 1);
    path(&hash, size).is_ok_and(|path| path.as_ref() == name).then_some((hash, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[tokio::test]
    async fn kept_found_and_gone() {
        let folder = tempfile::tempdir().unwrap();
        let nested = folder.path().join("a/b");
        let objects = Objects::open(nested.to_str().unwrap()).unwrap();
        let hash = format!("ab{}", "0c".repeat(31));
        assert_eq!(objects.get(&hash, Size::Large).await.unwrap(), None);
        for _ in 0..2 {
            objects.put(&hash, Size::Large, vec![1, 2]).await.unwrap();
            objects.put(&hash, Size::Thumb, vec![3]).await.unwrap();
        }
        assert!(nested.join(format!("photos/ab/{}.jpg", "0c".repeat(31))).is_file());
        let mode = || std::fs::metadata(&nested).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o700);
        std::fs::set_permissions(&nested, std::fs::Permissions::from_mode(0o755)).unwrap();
        let again = Objects::open(&format!("file://{}", nested.display())).unwrap();
        assert_eq!(mode(), 0o700, "also a folder that was there");
        assert_eq!(again.get(&hash, Size::Large).await.unwrap().unwrap(), vec![1, 2]);
        assert_eq!(again.get(&hash, Size::Thumb).await.unwrap().unwrap(), vec![3]);
        for _ in 0..2 {
            objects.delete(&hash, Size::Large).await.unwrap();
        }
        assert_eq!(objects.get(&hash, Size::Large).await.unwrap(), None);
        assert!(objects.get(&hash, Size::Thumb).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn only_a_hash_is_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path().to_str().unwrap()).unwrap();
        for name in ["", "../../etc/passwd", &"A".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
            assert!(matches!(objects.get(name, Size::Large).await, Err(ObjectsError::Hash)));
        }
        let hash = format!("ab{}", "0c".repeat(31));
        for size in [Size::Large, Size::Thumb] {
            assert_eq!(named(path(&hash, size).unwrap().as_ref()), Some((hash.clone(), size)));
        }
        for name in ["photos/../ab/cd.jpg", "photos/a/b0c.jpg", &format!("photos/{hash}.jpg"), "/etc/passwd", "photos/ab/.jpg"] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn other_stores_are_refused_clearly() {
        let error = Objects::open("s3://bucket/photos").unwrap_err();
        assert_eq!(error.to_string(), "no store for addresses beginning with s3://; give a folder");
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Objects::open(file.path().to_str().unwrap()), Err(ObjectsError::Folder { .. })));
    }
}
