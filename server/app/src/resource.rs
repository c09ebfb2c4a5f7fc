//! Definitions: how applications, projects, pipelines and triggers are read, written, listed and deleted.

use std::sync::Arc;

use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::store::{Expect, Once, RequestKey, ResourceWrite};
use gennaker_ports::{Access, StoreError, Target};
use gennaker_proto::v1;
use gennaker_proto::{json, rules};
use prost::{Message, Name};
use prost_types::FieldMask;

use crate::call::Call;
use crate::convert::time;
use crate::error::ResourceRef;
use crate::page::PageRequest;
use crate::{App, AppError, Caller, etag, mask, names, request};

/// How many are read at once.
const BATCH: usize = 200;

/// How often a change is made anew when others write at the same time.
const TRIES: usize = 10;

/// A message that is stored as a definition.
pub(crate) trait Definition: Message + Name + Default + Clone + PartialEq {
    /// What it is.
    const KIND: ResourceKind;

    /// Its full name.
    fn name(&self) -> &str;

    /// The etag that a client sent with it.
    fn etag(&self) -> &str;

    /// Takes out what the server fills in.
    fn strip(&mut self);

    /// Fills in what the server knows of it.
    fn fill(&mut self, resource: &Resource);
}

macro_rules! definitions {
    ($($message:ident),*) => {$(
        impl Definition for v1::$message {
            const KIND: ResourceKind = ResourceKind::$message;

            fn name(&self) -> &str {
                &self.name
            }

            fn etag(&self) -> &str {
                &self.etag
            }

            fn strip(&mut self) {
                self.name.clear();
                self.etag.clear();
                self.revision = 0;
                self.create_time = None;
                self.update_time = None;
                self.update_actor.clear();
            }

            fn fill(&mut self, resource: &Resource) {
                self.name.clone_from(&resource.name);
                self.etag = etag::of(resource.revision);
                self.revision = u64::try_from(resource.revision).unwrap_or_default();
                self.create_time = Some(time::to_proto(resource.created));
                self.update_time = Some(time::to_proto(resource.updated));
                self.update_actor.clone_from(&resource.actor);
            }
        }
    )*};
}

definitions!(Application, Project, Pipeline, Trigger);

/// The definition in a stored resource.
pub(crate) fn decode<T: Definition>(resource: &Resource) -> Result<T, AppError> {
    let mut definition: T = json::decode(&resource.body).map_err(|error| AppError::Internal {
        message: format!("{} at revision {} is damaged: {error}", resource.name, resource.revision),
    })?;
    definition.fill(resource);
    Ok(definition)
}

/// The definition as it is stored.
pub(crate) fn encode<T: Definition>(definition: &T) -> serde_json::Value {
    let mut bare = definition.clone();
    bare.strip();
    json::encode(&bare)
}

/// A definition at a revision.
#[derive(Clone, Debug)]
pub(crate) struct Loaded<T> {
    pub(crate) definition: T,
    pub(crate) resource: Resource,
}

/// What every write has.
pub(crate) struct Write<'a> {
    caller: &'a Caller,
    key: Option<RequestKey>,
    request_id: &'a str,
    /// The name of the request's field that has the definition.
    pub(crate) field: &'static str,
    pub(crate) message: &'a str,
    pub(crate) validate_only: bool,
}

impl<'a> Write<'a> {
    pub(crate) fn new<R: Call>(caller: &'a Caller, call: &R, request_id: &'a str, field: &'static str) -> Self {
        let key = request::key(caller, call, request_id);
        Self { caller, key, request_id, field, message: "", validate_only: false }
    }

    pub(crate) fn validate_only(self, validate_only: bool) -> Self {
        Self { validate_only, ..self }
    }

    pub(crate) fn message(self, message: &'a str) -> Self {
        Self { message, ..self }
    }
}

/// How an update changes what is there.
pub(crate) struct Change<'a, T> {
    pub(crate) new: T,
    pub(crate) mask: Option<&'a FieldMask>,
    pub(crate) allow_missing: bool,
}

impl App {
    /// A definition, if it is there.
    pub(crate) async fn find<T: Definition>(&self, name: &str) -> Result<Option<Loaded<T>>, AppError> {
        let found = self.inner.ports.store.resource(T::KIND, name).await?;
        found.map(|resource| Ok(Loaded { definition: decode(&resource)?, resource })).transpose()
    }

    /// A definition that must be there.
    pub(crate) async fn get<T: Definition>(&self, name: &str) -> Result<Loaded<T>, AppError> {
        self.find(name).await?.ok_or_else(|| AppError::not_found(T::KIND.as_str(), name))
    }

    /// A page of the definitions whose names start with a prefix.
    pub(crate) async fn page<T: Definition>(
        &self,
        prefix: &str,
        page: &PageRequest,
    ) -> Result<(Vec<T>, String), AppError> {
        let store = &self.inner.ports.store;
        let found = store.resources(T::KIND, prefix, page.after.as_deref(), page.size).await?;
        let definitions = found.items.iter().map(decode).collect::<Result<_, _>>()?;
        Ok((definitions, page.token(found.next)))
    }

    /// The definitions below a prefix that pass a test, by name.
    pub(crate) async fn matching<T: Definition>(
        &self,
        prefix: &str,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, AppError> {
        let mut selected = Vec::new();
        let mut after = None;
        loop {
            let found = self.inner.ports.store.resources(T::KIND, prefix, after.as_deref(), BATCH).await?;
            for resource in &found.items {
                let definition = decode(resource)?;
                if keep(&definition) {
                    selected.push(definition);
                }
            }
            match found.next {
                Some(next) => after = Some(next),
                None => return Ok(selected),
            }
        }
    }

    /// Makes a definition of a name that is free.
    pub(crate) async fn create<T: Definition>(&self, name: &str, new: T, write: &Write<'_>) -> Result<T, AppError> {
        if write.validate_only {
            return match self.inner.ports.store.resource(T::KIND, name).await? {
                Some(_) => Err(AppError::AlreadyExists(ResourceRef::new(T::KIND.as_str(), name))),
                None => Ok(self.preview(name, new, None, write)),
            };
        }
        self.put(name, &new, Expect::Absent, write).await
    }

    /// Changes a definition. `check` looks at the result before it is written; `new` is what the client sent.
    pub(crate) async fn update<T, C>(
        &self,
        change: &Change<'_, T>,
        write: &Write<'_>,
        check: impl Fn(Arc<T>, Option<Arc<T>>) -> C,
    ) -> Result<T, AppError>
    where
        T: Definition,
        C: Future<Output = Result<T, AppError>>,
    {
        let name = change.new.name().to_owned();
        let etag = change.new.etag();
        let mut tries = 0;
        loop {
            let current = self.find::<T>(&name).await?;
            let expect = match (&current, etag) {
                (None, "") if change.allow_missing => Expect::Absent,
                (None, _) if write.key.is_none() => return Err(AppError::not_found(T::KIND.as_str(), name)),
                (None, _) => Expect::Revision(-1),
                (Some(current), "") => Expect::Revision(current.resource.revision),
                (Some(_), etag) => etag::expect(etag),
            };
            if current.is_none() && change.allow_missing {
                self.may_create::<T>(write.caller, &name).await?;
            }
            let before = current.as_ref().map(|current| Arc::new(current.definition.clone()));
            let merged = match &before {
                Some(before) => mask::merge(&**before, &change.new, change.mask)?,
                None => change.new.clone(),
            };
            self.check_rules(&merged, write.field)?;
            let merged = check(Arc::new(merged), before).await?;
            let result = self.replace(&name, merged, current.as_ref(), expect, write).await;
            match result {
                Err(AppError::Aborted { .. } | AppError::AlreadyExists(_)) if etag.is_empty() && tries < TRIES => {
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    /// Who updates what is not there makes it, which may ask for another right.
    async fn may_create<T: Definition>(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        let id = names::last(name).to_owned();
        let target = match T::KIND {
            ResourceKind::Application => Target::Application(id),
            ResourceKind::Project => Target::Project(id),
            ResourceKind::Pipeline | ResourceKind::Trigger => return Ok(()),
        };
        self.authorize(caller, Access::Create, &target).await
    }

    /// What was merged is checked as a whole: the door has only seen the fields of the mask.
    fn check_rules<T: Definition>(&self, merged: &T, field: &str) -> Result<(), AppError> {
        let mut bare = merged.clone();
        bare.strip();
        let mut violations = rules::check(&bare);
        for violation in &mut violations {
            violation.field = format!("{field}.{}", violation.field);
        }
        if violations.is_empty() { Ok(()) } else { Err(AppError::InvalidArgument { violations }) }
    }

    async fn replace<T: Definition>(
        &self,
        name: &str,
        new: T,
        current: Option<&Loaded<T>>,
        expect: Expect,
        write: &Write<'_>,
    ) -> Result<T, AppError> {
        let revision = current.map(|current| current.resource.revision);
        let stale = matches!((expect, revision), (Expect::Revision(wanted), Some(have)) if wanted != have);
        if let Some(current) = current
            && !stale
            && current.resource.body == encode(&new)
        {
            return Ok(current.definition.clone());
        }
        if !write.validate_only {
            return self.put(name, &new, expect, write).await;
        }
        match current {
            Some(current) if stale => Err(aborted::<T>(name, current.resource.revision)),
            None if expect != Expect::Absent => Err(AppError::not_found(T::KIND.as_str(), name)),
            current => Ok(self.preview(name, new, current.map(|current| &current.resource), write)),
        }
    }

    /// Writes a definition, once where the request has an id.
    pub(crate) async fn put<T: Definition>(
        &self,
        name: &str,
        new: &T,
        expect: Expect,
        write: &Write<'_>,
    ) -> Result<T, AppError> {
        let store = &self.inner.ports.store;
        let row = ResourceWrite {
            kind: T::KIND,
            name: name.to_owned(),
            body: encode(new),
            actor: write.caller.name().to_owned(),
            message: write.message.to_owned(),
            time: self.now(),
        };
        let written = match &write.key {
            None => store.write_resource(&row, expect).await,
            Some(key) => match store.write_resource_once(&row, expect, key).await {
                Ok(Once::Done(resource)) => Ok(resource),
                Ok(Once::Reused) => return Err(request::reused(write.request_id)),
                Err(error) => Err(error),
            },
        };
        decode(&written.map_err(|error| of_kind::<T>(name, error))?)
    }

    /// Deletes a definition and everything below its name.
    pub(crate) async fn delete<T: Definition>(
        &self,
        name: &str,
        etag: &str,
        allow_missing: bool,
        write: &Write<'_>,
    ) -> Result<(), AppError> {
        let store = &self.inner.ports.store;
        let expect = if etag.is_empty() { Expect::Present } else { etag::expect(etag) };
        let (actor, now) = (write.caller.name(), self.now());
        let deleted = match &write.key {
            None => store.delete_resource(T::KIND, name, expect, actor, now).await,
            Some(key) => match store.delete_resource_once(T::KIND, name, expect, actor, now, key).await {
                Ok(Once::Done(())) => Ok(()),
                Ok(Once::Reused) => return Err(request::reused(write.request_id)),
                Err(error) => Err(error),
            },
        };
        match deleted {
            Err(StoreError::NotFound(_)) if allow_missing => Ok(()),
            deleted => deleted.map_err(|error| of_kind::<T>(name, error)),
        }
    }

    /// What a write would answer.
    fn preview<T: Definition>(&self, name: &str, mut new: T, current: Option<&Resource>, write: &Write<'_>) -> T {
        let now = self.now();
        new.fill(&Resource {
            kind: T::KIND,
            name: name.to_owned(),
            revision: current.map_or(1, |current| current.revision + 1),
            body: serde_json::Value::Null,
            created: current.map_or(now, |current| current.created),
            updated: now,
            actor: write.caller.name().to_owned(),
            message: write.message.to_owned(),
        });
        new
    }
}

fn aborted<T: Definition>(name: &str, revision: i64) -> AppError {
    AppError::Aborted { resource: ResourceRef::new(T::KIND.as_str(), name), etag: etag::of(revision) }
}

/// A store's error with the kind of the resource that it is about.
fn of_kind<T: Definition>(name: &str, error: StoreError) -> AppError {
    let resource = || ResourceRef::new(T::KIND.as_str(), name);
    match error {
        StoreError::NotFound(_) => AppError::NotFound(resource()),
        StoreError::Exists(_) => AppError::AlreadyExists(resource()),
        StoreError::Stale { current, .. } => aborted::<T>(name, current),
        StoreError::Unavailable(_) | StoreError::Damaged(_) => error.into(),
    }
}
