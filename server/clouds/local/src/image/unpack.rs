//! Unpacking a tar archive. Archives come from anywhere: nothing in them may reach outside the image.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek};
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use tar::{Archive, Entry, EntryType};

use super::{ImageError, Room, link_stays_inside, write_file};

const GZIP: [u8; 2] = [0x1f, 0x8b];

pub(super) fn archive(mut file: File, to: &Path, room: &mut Room) -> Result<(), ImageError> {
    let mut magic = [0; 2];
    let read = file.read(&mut magic)?;
    if magic[..read] == GZIP {
        return Err(ImageError::Bad("the archive is compressed; decompress it to a plain tar first".to_owned()));
    }
    file.rewind()?;
    let mut archive = Archive::new(BufReader::new(file));
    for entry in archive.entries().map_err(bad_archive)? {
        room.entry()?;
        unpack(entry.map_err(bad_archive)?, to, room)?;
    }
    Ok(())
}

fn unpack(mut entry: Entry<'_, impl Read>, to: &Path, room: &mut Room) -> Result<(), ImageError> {
    let raw = entry.path().map_err(bad_archive)?.into_owned();
    let name = inner_name(&raw)?;
    let kind = entry.header().entry_type();
    if name.as_os_str().is_empty() {
        return Ok(()); // the archive's own `./`
    }
    let parent = name.parent().unwrap_or(Path::new(""));
    make_directory(to, parent)?;
    match kind {
        EntryType::Directory => make_directory(to, &name)?,
        EntryType::Regular | EntryType::Continuous => {
            let executable = entry.header().mode().map_err(bad_archive)? & 0o111 != 0;
            write_file(&mut entry, &to.join(&name), executable, room).map_err(|error| twice(&name, error))?;
        }
        EntryType::Symlink => {
            let target = entry.link_name().map_err(bad_archive)?.unwrap_or_default().into_owned();
            if !link_stays_inside(parent, &target) {
                return Err(ImageError::Bad(format!("the link {} leads out of the image", name.display())));
            }
            symlink(target, to.join(&name)).map_err(|error| twice(&name, error.into()))?;
        }
        other => {
            return Err(ImageError::Bad(format!(
                "{} is of the kind {other:?}, which no image may have",
                name.display()
            )));
        }
    }
    Ok(())
}

/// The entry's path without `.`; an absolute one, or one with `..`, is refused.
fn inner_name(raw: &Path) -> Result<PathBuf, ImageError> {
    let mut name = PathBuf::new();
    for component in raw.components() {
        match component {
            Component::Normal(part) => name.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                return Err(ImageError::Bad(format!("the entry {} is outside the image", raw.display())));
            }
        }
    }
    Ok(name)
}

/// Makes a directory and those above it. A link in the way is refused, so that nothing is written through one.
fn make_directory(root: &Path, name: &Path) -> Result<(), ImageError> {
    let mut path = root.to_owned();
    for part in name.components() {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                return Err(ImageError::Bad(format!("{} is below something that is no directory", name.display())));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&path)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn twice(name: &Path, error: ImageError) -> ImageError {
    match error {
        ImageError::Write(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            ImageError::Bad(format!("{} is in the archive twice", name.display()))
        }
        other => other,
    }
}

fn bad_archive(error: io::Error) -> ImageError {
    ImageError::Bad(format!("this is no good tar archive: {error}"))
}
