//! Compiles the `.proto` files to `src/generated/`, without protoc: `make generate`.
//!
//! The output depends only on the `.proto` files and on `Cargo.lock`; `tests/generated.rs` compares it byte for byte.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The crate's folder, which is also the root of the `.proto` files' import paths.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn main() -> Result<(), Box<dyn Error>> {
    generate(&Path::new(ROOT).join("src/generated"))
}

/// Writes the descriptor sets and the Rust code of the package `gennaker.v1` into `out`.
pub fn generate(out: &Path) -> Result<(), Box<dyn Error>> {
    let mut compiler = protox::Compiler::new([ROOT])?;
    compiler.include_imports(true).open_files(proto_files()?)?;
    // Comments are most of a descriptor set, and a program keeps what it decodes: there is one set without them.
    fs::write(out.join("descriptor.bin"), compiler.include_source_info(false).encode_file_descriptor_set())?;
    fs::write(out.join("documented.bin"), compiler.include_source_info(true).encode_file_descriptor_set())?;

    // What the details of errors are made of, for the clients that don't bring it along.
    fs::write(out.join("errors.bin"), tonic_types::pb::FILE_DESCRIPTOR_SET)?;

    let mut config = tonic_prost_build::Config::new();
    // Ordered maps make equal messages equal bytes; names let the JSON codec find a message's descriptor.
    config.btree_map(["."]).enable_type_names();
    tonic_prost_build::configure()
        .build_client(true)
        .build_server(true)
        .out_dir(out)
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}

/// The `.proto` files in the order of their names.
fn proto_files() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(Path::new(ROOT).join("gennaker/v1"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
