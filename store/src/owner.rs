//! Files and folders that nobody else on the machine reads: people's data is in them.

use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// A file for its owner alone, made if it is not there.
pub(crate) fn file(path: &Path) -> io::Result<()> {
    match File::options().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => narrow(path),
        made => made.map(drop),
    }
}

/// A folder for its owner alone, made if it is not there.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    narrow(path)
}

/// Takes everybody else's permissions away. What is somebody else's stays as they wish, and what is not there needs
/// nothing.
pub(crate) fn narrow(path: &Path) -> io::Result<()> {
    let done = std::fs::metadata(path).and_then(|found| {
        let mode = found.permissions().mode();
        if mode & 0o077 == 0 { Ok(()) } else { std::fs::set_permissions(path, Permissions::from_mode(mode & 0o700)) }
    });
    done.or_else(|error| if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) { Ok(()) } else { Err(error) })
}
