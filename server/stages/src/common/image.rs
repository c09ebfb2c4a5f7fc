//! Which image a stage means.

use gennaker_core::cloud::Location;
use gennaker_core::execution::{Failure, Scope};

use super::outputs::resolved_before;

/// The id of the image that a stage names: itself, or by the expected artifact whose reference it is. `None` where it names
/// none.
pub(crate) fn named(
    image: &str,
    artifact: &str,
    location: &Location,
    scope: &Scope<'_>,
) -> Result<Option<String>, Failure> {
    match (image.is_empty(), artifact.is_empty()) {
        (true, true) => Ok(None),
        (false, true) => id(image, location).map(Some),
        (true, false) => id(&reference(artifact, scope)?, location).map(Some),
        (false, false) => {
            Err(Failure::permanent(format!("the stage names the image {image} and the artifact {artifact}; give one")))
        }
    }
}

/// The id of an image that is given by its id or by its full name.
fn id(image: &str, location: &Location) -> Result<String, Failure> {
    let Some((place, id)) = image.strip_prefix("accounts/").and_then(|name| name.split_once("/images/")) else {
        return Ok(image.to_owned());
    };
    if place == format!("{}/regions/{}", location.account, location.region) {
        Ok(id.to_owned())
    } else {
        Err(Failure::permanent(format!("image {image} is not in {location}, where it is to be used")))
    }
}

/// The reference of the artifact that an expected one was bound to: by the pipeline, or by the nearest stage before.
fn reference(expected: &str, scope: &Scope<'_>) -> Result<String, Failure> {
    let all = resolved_before(scope);
    let Some(bound) = all.iter().find(|resolved| resolved.id == expected) else {
        let ids: Vec<&str> = all.iter().map(|resolved| resolved.id.as_str()).collect();
        let known = if ids.is_empty() { "there are none".to_owned() } else { format!("there are {}", ids.join(", ")) };
        return Err(Failure::permanent(format!("there is no artifact {expected}; {known}")));
    };
    if bound.artifact.reference.is_empty() {
        return Err(Failure::permanent(format!("the artifact {expected} has no reference that could be an image")));
    }
    Ok(bound.artifact.reference.clone())
}
