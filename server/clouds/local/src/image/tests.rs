use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

const BOUNDS: Bounds = Bounds { bytes: 10_000, entries: 20 };

struct Bench {
    _dir: tempfile::TempDir,
    source: PathBuf,
    library: Library,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("source");
    fs::create_dir(&source).unwrap();
    let library = Library::open(dir.path().join("images"), BOUNDS).unwrap();
    Bench { source, library, _dir: dir }
}

impl Bench {
    fn file(&self, name: &str, content: &str, mode: u32) {
        let path = self.source.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn add(&self) -> Result<String, ImageError> {
        self.library.add(self.source.to_str().unwrap())
    }

    /// Adds an archive, built by hand so that it may hold what the tar crate would not write.
    fn add_tar(&self, entries: &[(&str, EntryKind<'_>)]) -> Result<String, ImageError> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind) in entries {
            let mut header = tar::Header::new_ustar();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_mode(0o755);
            let content: &[u8] = match kind {
                EntryKind::File(content) => content.as_bytes(),
                EntryKind::Link(target) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_link_name_literal(target).unwrap();
                    b""
                }
                EntryKind::Other(other) => {
                    header.set_entry_type(*other);
                    header.set_link_name_literal("run").unwrap();
                    b""
                }
            };
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content).unwrap();
        }
        let path = self.source.with_extension("tar");
        fs::write(&path, builder.into_inner().unwrap()).unwrap();
        self.library.add(path.to_str().unwrap())
    }
}

enum EntryKind<'a> {
    File(&'a str),
    Link(&'a str),
    Other(tar::EntryType),
}

use EntryKind::{File as F, Link as L, Other as O};

#[test]
fn the_same_content_has_the_same_digest_by_any_way() {
    let bench = bench();
    bench.file("run", "#!/bin/true\n", 0o755);
    symlink("run", bench.source.join("alias")).unwrap();
    let digest = bench.add().unwrap();
    assert_eq!(bench.add().unwrap(), digest);
    let from_tar =
        bench.add_tar(&[("./", O(tar::EntryType::Directory)), ("run", F("#!/bin/true\n")), ("alias", L("run"))]);
    assert_eq!(from_tar.unwrap(), digest);
    let manifest = bench.library.manifest(&digest).unwrap();
    assert!(manifest.command[0].ends_with("/run"));
    let mode = fs::metadata(&manifest.command[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o555, "files of an image are read-only");
    bench.file("run", "#!/bin/false\n", 0o755);
    assert_ne!(bench.add().unwrap(), digest);
}

#[test]
fn a_manifest_says_how_to_start() {
    let bench = bench();
    bench.file("image.json", r#"{"command": ["${GENNAKER}", "sample"], "env": {"A": "b"}}"#, 0o644);
    let manifest = bench.library.manifest(&bench.add().unwrap()).unwrap();
    assert_eq!(manifest.command[0], std::env::current_exe().unwrap().to_str().unwrap());
    assert_eq!(manifest.env["A"], "b");
    let builtin = bench.library.add("builtin:sample-program --version v1").unwrap();
    assert_eq!(bench.library.manifest(&builtin).unwrap().command[1..], ["sample-program", "--version", "v1"]);
}

#[test]
fn what_cannot_be_started_is_refused() {
    for (content, reason) in [
        (r#"{"command": []}"#, "empty command"),
        (r#"{"command": ["./missing"]}"#, "no executable file"),
        (r#"{"cmd": ["x"]}"#, "unknown field"),
        ("{", "not valid"),
    ] {
        let bench = bench();
        bench.file("image.json", content, 0o644);
        let error = bench.add().unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let bench = bench();
    bench.file("run", "not executable", 0o644);
    assert!(bench.add().unwrap_err().to_string().contains("has neither"));
    assert!(matches!(bench.library.add("/does/not/exist"), Err(ImageError::Read { .. })));
}

#[test]
fn archives_cannot_reach_outside() {
    let outside: &[(&str, &[(&str, EntryKind<'_>)])] = &[
        ("outside the image", &[("../evil", F("x"))]),
        ("outside the image", &[("a/../../evil", F("x"))]),
        ("outside the image", &[("/etc/evil", F("x"))]),
        ("leads out", &[("a", L("/etc"))]),
        ("leads out", &[("a", L(".."))]),
        ("leads out", &[("d/a", L("../.."))]),
        ("leads out", &[("d/a", L("x/../../.."))]),
        ("no directory", &[("a", L("d")), ("a/b", F("x"))]),
        ("twice", &[("run", F("x")), ("run", F("y"))]),
        ("twice", &[("d/x", F("x")), ("d/x", L("y"))]),
        ("which no image may have", &[("run", F("x")), ("hard", O(tar::EntryType::Link))]),
        ("which no image may have", &[("dev", O(tar::EntryType::Char))]),
        ("which no image may have", &[("fifo", O(tar::EntryType::Fifo))]),
    ];
    for (reason, entries) in outside {
        let bench = bench();
        let error = bench.add_tar(entries).unwrap_err().to_string();
        assert!(error.contains(reason), "{}: {error}", entries[0].0);
        assert!(!bench.source.parent().unwrap().join("evil").exists());
        assert_eq!(fs::read_dir(bench.library.root.join(".staging")).unwrap().count(), 0, "nothing stays half done");
    }
}

#[test]
fn links_out_of_a_directory_are_refused() {
    let bench = bench();
    bench.file("run", "x", 0o755);
    symlink("/etc/passwd", bench.source.join("secret")).unwrap();
    assert!(bench.add().unwrap_err().to_string().contains("leads out"));
}

#[test]
fn bounds_hold_to_the_byte_and_the_entry() {
    let bench = bench();
    bench.file("run", &"x".repeat(10_000), 0o755);
    bench.add().unwrap();
    bench.file("more", "x", 0o644);
    assert!(bench.add().unwrap_err().to_string().contains("more than 10000 bytes"));
    bench.file("run", "x", 0o755);
    for number in 0..18 {
        bench.file(&number.to_string(), "", 0o644);
    }
    bench.add().unwrap();
    bench.file("last", "", 0o644);
    assert!(bench.add().unwrap_err().to_string().contains("more than 20 entries"));
}

#[test]
fn garbage_and_compressed_archives_are_named() {
    let bench = bench();
    let path = bench.source.with_extension("tar");
    fs::write(&path, [0x1f, 0x8b, 0, 0]).unwrap();
    assert!(bench.library.add(path.to_str().unwrap()).unwrap_err().to_string().contains("compressed"));
    fs::write(&path, "x".repeat(2000)).unwrap();
    assert!(bench.library.add(path.to_str().unwrap()).unwrap_err().to_string().contains("no good tar archive"));
}
