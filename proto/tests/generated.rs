//! The committed code is what the `.proto` files say.

#[path = "../examples/generate.rs"]
#[allow(dead_code, unreachable_pub)]
mod generate;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn generated_code_is_current() {
    let fresh = tempfile::tempdir().unwrap();
    generate::generate(fresh.path()).unwrap();
    let committed = contents(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated")).unwrap();
    let fresh = contents(fresh.path()).unwrap();
    assert!(committed.keys().eq(fresh.keys()), "the generated files differ in number: run `make generate`");
    for (name, content) in &fresh {
        assert!(committed[name] == *content, "{} is not current: run `make generate`", name.display());
    }
}

fn contents(folder: &Path) -> std::io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.insert(entry.file_name().into(), fs::read(entry.path())?);
    }
    Ok(files)
}
