//! Copying a directory in.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::{ImageError, Room, link_stays_inside, write_file};

/// Copies files, directories and harmless links; refuses everything else.
pub(super) fn directory(from: &Path, to: &Path, room: &mut Room) -> Result<(), ImageError> {
    let mut waiting = vec![PathBuf::new()];
    while let Some(inside) = waiting.pop() {
        let here = from.join(&inside);
        for entry in fs::read_dir(&here).map_err(ImageError::read(&here))? {
            let entry = entry.map_err(ImageError::read(&here))?;
            let path = entry.path();
            let name = inside.join(entry.file_name());
            let metadata = fs::symlink_metadata(&path).map_err(ImageError::read(&path))?;
            room.entry()?;
            if metadata.is_dir() {
                fs::create_dir(to.join(&name))?;
                waiting.push(name);
            } else if metadata.is_file() {
                let file = File::open(&path).map_err(ImageError::read(&path))?;
                write_file(file, &to.join(&name), metadata.permissions().mode() & 0o111 != 0, room)?;
            } else if metadata.is_symlink() {
                let target = fs::read_link(&path).map_err(ImageError::read(&path))?;
                if !link_stays_inside(&inside, &target) {
                    return Err(ImageError::Bad(format!("the link {} leads out of the image", path.display())));
                }
                symlink(target, to.join(&name))?;
            } else {
                return Err(ImageError::Bad(format!("{} is no file, directory or link", path.display())));
            }
        }
    }
    Ok(())
}
