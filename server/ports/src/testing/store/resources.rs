//! Definitions and their revisions.

use gennaker_core::resource::{Resource, ResourceKind};

use super::State;
use crate::store::{Expect, Page, ResourceWrite, StoreError};

/// The newest revision of a resource. It stays when the resource is deleted, so that no revision is used twice.
pub(super) struct Head {
    resource: Resource,
    deleted: bool,
}

impl State {
    pub(super) fn resource(&self, kind: ResourceKind, name: &str) -> Option<Resource> {
        let head = self.resources.get(&(kind, name.to_owned()))?;
        (!head.deleted).then(|| head.resource.clone())
    }

    pub(super) fn resources(
        &self,
        kind: ResourceKind,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Page<Resource> {
        let mut found = self
            .resources
            .range((kind, prefix.to_owned())..)
            .take_while(|((of, name), _)| *of == kind && name.starts_with(prefix))
            .filter(|((_, name), head)| !head.deleted && after.is_none_or(|after| name.as_str() > after))
            .map(|(_, head)| head.resource.clone());
        let items: Vec<_> = found.by_ref().take(limit).collect();
        let next = found.next().and(items.last()).map(|last| last.name.clone());
        Page { items, next }
    }

    pub(super) fn write_resource(&mut self, write: &ResourceWrite, expect: Expect) -> Result<Resource, StoreError> {
        let current = self.resource(write.kind, &write.name);
        expect.check(&write.name, current.as_ref().map(|current| current.revision))?;
        let key = (write.kind, write.name.clone());
        let resource = Resource {
            kind: write.kind,
            name: write.name.clone(),
            revision: self.resources.get(&key).map_or(1, |head| head.resource.revision + 1),
            body: write.body.clone(),
            created: current.map_or(write.time, |current| current.created),
            updated: write.time,
            actor: write.actor.clone(),
            message: write.message.clone(),
        };
        self.resources.insert(key, Head { resource: resource.clone(), deleted: false });
        self.revisions.insert((write.kind, write.name.clone(), resource.revision), resource.clone());
        Ok(resource)
    }

    pub(super) fn delete_resource(&mut self, kind: ResourceKind, name: &str, expect: Expect) -> Result<(), StoreError> {
        expect.check(name, self.resource(kind, name).as_ref().map(|current| current.revision))?;
        let below = format!("{name}/");
        for ((of, other), head) in &mut self.resources {
            if (*of == kind && other == name) || other.starts_with(&below) {
                head.deleted = true;
            }
        }
        Ok(())
    }

    pub(super) fn revisions(&self, kind: ResourceKind, name: &str, before: Option<i64>, limit: usize) -> Vec<Resource> {
        let of = |revision| (kind, name.to_owned(), revision);
        let revisions = self.revisions.range(of(0)..of(before.unwrap_or(i64::MAX).max(0)));
        revisions.rev().take(limit).map(|(_, resource)| resource.clone()).collect()
    }
}
