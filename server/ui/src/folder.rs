//! Files in a folder.

use std::path::{Path, PathBuf};

/// The file of a path below the folder. A link may not lead out of it.
pub(crate) fn locate(folder: &Path, path: &str) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let file = folder.join(path).canonicalize().ok()?;
    (file.starts_with(&folder) && file.is_file()).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Assets, Encoding};
    use proptest::prelude::*;
    use std::fs;
    use std::sync::LazyLock;
    use tempfile::TempDir;

    const SECRET: &[u8] = b"secret";

    /// A folder `ui` with a file and links, beside a file that nobody may read, which both `secret` and `.secret` are names of.
    static WORLD: LazyLock<TempDir> = LazyLock::new(|| {
        let dir = tempfile::tempdir().unwrap();
        let ui = dir.path().join("ui");
        fs::create_dir_all(ui.join("assets")).unwrap();
        fs::write(dir.path().join("secret"), SECRET).unwrap();
        fs::write(ui.join(".secret"), SECRET).unwrap();
        fs::write(ui.join("assets/a.js"), "open").unwrap();
        std::os::unix::fs::symlink(dir.path(), ui.join("out")).unwrap();
        std::os::unix::fs::symlink("assets/a.js", ui.join("in")).unwrap();
        dir
    });

    #[test]
    fn links_within_the_folder_are_followed_and_others_are_not() {
        let ui = WORLD.path().join("ui");
        assert!(locate(&ui, "in").unwrap().ends_with("assets/a.js"));
        for wrong in ["out/secret", "../secret", "assets", "nothing"] {
            assert_eq!(locate(&ui, wrong), None, "{wrong}");
        }
    }

    const NAMES: [&str; 12] =
        [".", "..", "", "ui", "out", "in", "assets", "a.js", "secret", ".secret", "%2e%2e", "..%2fsecret"];

    const SEPARATORS: [&str; 8] = ["/", "/", "/", "/", "//", "\\", "%2f", "\0"];

    /// Paths that are made to get out: of names that exist, dots, separators, and the codes of these.
    fn paths() -> impl Strategy<Value = String> {
        let absolute = WORLD.path().join("secret").display().to_string();
        let known = prop::sample::select(&NAMES[..]).prop_map(str::to_owned);
        let name = prop_oneof![16 => known, 1 => Just(absolute), 2 => ".{0,3}"];
        let part = (name, prop::sample::select(&SEPARATORS[..])).prop_map(|(name, separator)| name + separator);
        let all = (prop::collection::vec(part, 0..5), prop::sample::select(&NAMES[..]));
        all.prop_map(|(parts, last)| parts.concat() + last)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_path_leads_out_of_the_folder(path in paths()) {
            let assets = Assets::folder(WORLD.path().join("ui"));
            let found = assets.find(&path, &[Encoding::Brotli, Encoding::Gzip, Encoding::Identity]);
            prop_assert!(found.is_none_or(|(_, file)| file.bytes != SECRET));
        }
    }
}
