//! Images.

use gennaker_core::Timestamp;
use gennaker_core::cloud::{Image, Location};
use gennaker_proto::v1;

use super::time;
use crate::names;

/// An image as a message.
pub(crate) fn to_proto(image: &Image, provider: &str) -> v1::Image {
    v1::Image {
        name: names::resource(&image.location, "images", &image.id),
        family: image.name.clone(),
        version: image.version.clone(),
        provider: provider.to_owned(),
        digest: image.digest.clone().unwrap_or_default(),
        create_time: Some(time::to_proto(image.created)),
        labels: image.labels.clone(),
    }
}

/// An image to register. Its family and version default to the parts of its id.
pub(crate) fn to_core(location: Location, id: &str, image: &v1::Image, now: Timestamp) -> Image {
    let (family, version) = id.split_once([':', '@']).unwrap_or((id, ""));
    let or = |given: &str, default: &str| if given.is_empty() { default } else { given }.to_owned();
    Image {
        id: id.to_owned(),
        name: or(&image.family, family),
        version: or(&image.version, version),
        location,
        digest: None,
        created: now,
        labels: image.labels.clone(),
    }
}
