//! Writes that a client may repeat.

use gennaker_core::Timestamp;
use gennaker_core::resource::{Resource, ResourceKind};

use super::State;
use crate::store::{Expect, Once, RequestKey, ResourceWrite, StoreError};

/// What a request did.
pub(super) struct Kept {
    digest: String,
    /// What it wrote; `None` for a deletion.
    resource: Option<Resource>,
    pub(super) time: Timestamp,
}

impl State {
    pub(super) fn write_resource_once(
        &mut self,
        write: &ResourceWrite,
        expect: Expect,
        request: &RequestKey,
    ) -> Result<Once<Resource>, StoreError> {
        match self.requests.get(&request.id) {
            Some(Kept { digest, resource: Some(resource), .. }) if *digest == request.digest => {
                return Ok(Once::Done(resource.clone()));
            }
            Some(_) => return Ok(Once::Reused),
            None => {}
        }
        let resource = self.write_resource(write, expect)?;
        let kept = Kept { digest: request.digest.clone(), resource: Some(resource.clone()), time: write.time };
        self.requests.insert(request.id.clone(), kept);
        Ok(Once::Done(resource))
    }

    pub(super) fn delete_resource_once(
        &mut self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        time: Timestamp,
        request: &RequestKey,
    ) -> Result<Once<()>, StoreError> {
        match self.requests.get(&request.id) {
            Some(Kept { digest, resource: None, .. }) if *digest == request.digest => return Ok(Once::Done(())),
            Some(_) => return Ok(Once::Reused),
            None => {}
        }
        self.delete_resource(kind, name, expect)?;
        self.requests.insert(request.id.clone(), Kept { digest: request.digest.clone(), resource: None, time });
        Ok(Once::Done(()))
    }
}
