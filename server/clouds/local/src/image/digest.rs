//! The digest of a directory: names, kinds, executability and content, in the order of names.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Hexadecimal SHA-256 of everything under `root`.
pub(super) fn of(root: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    directory(root, &mut hash)?;
    Ok(hex::encode(hash.finalize()))
}

fn directory(path: &Path, hash: &mut Sha256) -> io::Result<()> {
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    field(hash, b"dir", &entries.len().to_le_bytes());
    for entry in entries {
        field(hash, b"name", entry.file_name().as_bytes());
        let path = entry.path();
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            directory(&path, hash)?;
        } else if metadata.is_symlink() {
            field(hash, b"link", fs::read_link(&path)?.as_os_str().as_bytes());
        } else {
            let kind = if metadata.permissions().mode() & 0o111 == 0 { b"file" } else { b"exec" };
            hash.update(kind);
            hash.update(metadata.len().to_le_bytes());
            content(&path, hash)?;
        }
    }
    Ok(())
}

fn field(hash: &mut Sha256, kind: &[u8], value: &[u8]) {
    hash.update(kind);
    hash.update(value.len().to_le_bytes());
    hash.update(value);
}

fn content(path: &Path, hash: &mut Sha256) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        hash.update(&buffer[..read]);
    }
}
