//! Reflection: clients such as grpcurl ask the server which services and messages it has.

use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::service::RoutesBuilder;
use tonic_reflection::server::{Builder, Error};

/// Adds both versions of the reflection service.
///
/// The messages of error details are registered too: no method names them, but without them a client shows the details
/// of an error as raw bytes.
///
/// # Errors
/// Where a descriptor set is broken, which a test excludes.
pub(crate) fn add(routes: &mut RoutesBuilder) -> Result<(), Error> {
    routes.add_service(builder()?.build_v1()?);
    routes.add_service(builder()?.build_v1alpha()?);
    Ok(())
}

fn builder() -> Result<Builder<'static>, Error> {
    Ok(Builder::configure().register_file_descriptor_set(descriptors()?))
}

/// All descriptors, each file once: our set and the others share imports.
pub(crate) fn descriptors() -> Result<FileDescriptorSet, Error> {
    let sets = [
        gennaker_proto::FILE_DESCRIPTOR_SET,
        tonic_types::pb::FILE_DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
    ];
    let mut all = FileDescriptorSet::default();
    for set in sets {
        for file in FileDescriptorSet::decode(set)?.file {
            if !all.file.iter().any(|known| known.name == file.name) {
                all.file.push(file);
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptors_are_complete() {
        let set = descriptors().unwrap();
        let names: Vec<_> = set.file.iter().map(|file| file.name().to_owned()).collect();
        for file in &set.file {
            for import in &file.dependency {
                assert!(names.contains(import), "{} imports {import}, which is missing", file.name());
            }
        }
        let has = |package: &str, message: &str| {
            let file = set.file.iter().filter(|file| file.package() == package);
            file.flat_map(|file| &file.message_type).any(|known| known.name() == message)
        };
        assert!(has("google.rpc", "ErrorInfo") && has("google.rpc", "QuotaFailure"));
        assert!(has("gennaker.v1", "Pipeline") && has("grpc.health.v1", "HealthCheckRequest"));
    }
}
