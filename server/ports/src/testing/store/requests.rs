//! Writes that a client may repeat.

use gennaker_core::resource::{Resource, ResourceKind};

use super::State;
use crate::store::{Expect, Once, RequestKey, ResourceWrite, StoreError};

/// What a request did: the digest of the request, and the resource it wrote. `None` for a deletion.
pub(super) type Kept = (String, Option<Resource>);

impl State {
    pub(super) fn write_resource_once(
        &mut self,
        write: &ResourceWrite,
        expect: Expect,
        request: &RequestKey,
    ) -> Result<Once<Resource>, StoreError> {
        match self.requests.get(&request.id) {
            Some((digest, Some(resource))) if *digest == request.digest => return Ok(Once::Done(resource.clone())),
            Some(_) => return Ok(Once::Reused),
            None => {}
        }
        let resource = self.write_resource(write, expect)?;
        self.requests.insert(request.id.clone(), (request.digest.clone(), Some(resource.clone())));
        Ok(Once::Done(resource))
    }

    pub(super) fn delete_resource_once(
        &mut self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        request: &RequestKey,
    ) -> Result<Once<()>, StoreError> {
        match self.requests.get(&request.id) {
            Some((digest, None)) if *digest == request.digest => return Ok(Once::Done(())),
            Some(_) => return Ok(Once::Reused),
            None => {}
        }
        self.delete_resource(kind, name, expect)?;
        self.requests.insert(request.id.clone(), (request.digest.clone(), None));
        Ok(Once::Done(()))
    }
}
