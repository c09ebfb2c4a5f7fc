//! Definitions and their revisions.

use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::store::{Expect, Known, ResourceWrite};
use gennaker_ports::{Store, StoreError};
use serde_json::json;

use crate::fixture::at;

pub(crate) fn write(kind: ResourceKind, name: &str, n: i64) -> ResourceWrite {
    ResourceWrite {
        kind,
        name: name.to_owned(),
        body: json!({"n": n}),
        actor: format!("actor {n}"),
        message: format!("message {n}"),
        time: at(n),
    }
}

async fn add(store: &dyn Store, kind: ResourceKind, name: &str) -> Resource {
    store.write_resource(&write(kind, name, 1), Expect::Absent).await.unwrap()
}

async fn names(store: &dyn Store, prefix: &str) -> Vec<String> {
    let page = store.resources(ResourceKind::Pipeline, prefix, None, 100).await.unwrap();
    page.items.into_iter().map(|resource| resource.name).collect()
}

async fn numbers(store: &dyn Store, name: &str, before: Option<i64>, limit: usize) -> Vec<i64> {
    let revisions = store.revisions(ResourceKind::Application, name, before, limit).await.unwrap();
    revisions.iter().map(|resource| resource.revision).collect()
}

pub(crate) async fn writing_counts_revisions(store: &dyn Store) {
    let kind = ResourceKind::Application;
    let first = store.write_resource(&write(kind, "applications/a", 1), Expect::Absent).await.unwrap();
    assert_eq!((first.revision, first.created, first.updated), (1, at(1), at(1)));
    let second = store.write_resource(&write(kind, "applications/a", 2), Expect::Revision(1)).await.unwrap();
    assert_eq!((second.revision, second.created, second.updated), (2, at(1), at(2)));
    assert_eq!((second.actor.as_str(), second.message.as_str()), ("actor 2", "message 2"));
    let third = store.write_resource(&write(kind, "applications/a", 3), Expect::Present).await.unwrap();
    assert_eq!(store.resource(kind, "applications/a").await.unwrap(), Some(third.clone()));
    assert_eq!(store.revision(kind, "applications/a", 2).await.unwrap(), Some(second.clone()));
    assert_eq!(store.revision(kind, "applications/a", 4).await.unwrap(), None);
    assert_eq!(store.revisions(kind, "applications/a", None, 2).await.unwrap(), [third, second]);
    assert_eq!(store.revisions(kind, "applications/a", Some(2), 9).await.unwrap(), [first]);
    assert!(numbers(store, "applications/a", Some(-1), 9).await.is_empty());
    assert!(numbers(store, "applications/b", None, 9).await.is_empty());
}

pub(crate) async fn what_was_read_is_current_until_it_changes(store: &dyn Store) {
    let known = |kind, name: &str, revision| Known { kind, name: name.to_owned(), revision };
    let (pipeline, application) = (ResourceKind::Pipeline, ResourceKind::Application);
    let first = add(store, pipeline, "a/p").await;
    let parent = add(store, application, "a").await;
    let both = [known(pipeline, "a/p", first.revision), known(application, "a", parent.revision)];
    assert_eq!(store.are_current(&both).await, Ok(true));
    assert_eq!(store.are_current(&[]).await, Ok(true));
    assert_eq!(store.are_current(&[known(pipeline, "a/q", 1)]).await, Ok(false), "it is not there");
    assert_eq!(
        store.are_current(&[known(application, "a/p", first.revision)]).await,
        Ok(false),
        "it is of another kind"
    );
    let changed = store.write_resource(&write(application, "a", 2), Expect::Present).await.unwrap();
    assert_eq!(store.are_current(&both).await, Ok(false), "one of them has changed");
    assert_eq!(store.are_current(&both[..1]).await, Ok(true));
    let both = [both[0].clone(), known(application, "a", changed.revision)];
    assert_eq!(store.are_current(&both).await, Ok(true));
    store.delete_resource(pipeline, "a/p", Expect::Present, "ann", at(3)).await.unwrap();
    assert_eq!(store.are_current(&both).await, Ok(false), "one of them is deleted");
}

pub(crate) async fn expectations_are_checked(store: &dyn Store) {
    let kind = ResourceKind::Project;
    let name = "projects/p".to_owned();
    let change = write(kind, &name, 2);
    for expect in [Expect::Present, Expect::Revision(1)] {
        assert_eq!(store.write_resource(&change, expect).await, Err(StoreError::NotFound(name.clone())));
        let deleted = store.delete_resource(kind, &name, expect, "ann", at(2)).await;
        assert_eq!(deleted, Err(StoreError::NotFound(name.clone())));
    }
    add(store, kind, &name).await;
    assert_eq!(store.write_resource(&change, Expect::Absent).await, Err(StoreError::Exists(name.clone())));
    let stale = StoreError::Stale { name: name.clone(), expected: 7, current: 1 };
    assert_eq!(store.write_resource(&change, Expect::Revision(7)).await, Err(stale.clone()));
    assert_eq!(store.delete_resource(kind, &name, Expect::Revision(7), "ann", at(2)).await, Err(stale));
    assert_eq!(store.resource(kind, &name).await.unwrap().unwrap().revision, 1);
    store.delete_resource(kind, &name, Expect::Revision(1), "ann", at(2)).await.unwrap();
    assert_eq!(store.resource(kind, &name).await.unwrap(), None);
    let again = store.delete_resource(kind, &name, Expect::Present, "ann", at(2)).await;
    assert_eq!(again, Err(StoreError::NotFound(name)));
}

pub(crate) async fn deleting_takes_what_is_below_and_nothing_else(store: &dyn Store) {
    use ResourceKind::{Application, Pipeline, Project, Trigger};
    for (kind, name) in [
        (Application, "applications/a"),
        (Pipeline, "applications/a/pipelines/p"),
        (Trigger, "applications/a/triggers/t"),
        (Application, "applications/ab"),
        (Pipeline, "applications/ab/pipelines/p"),
        (Pipeline, "applications/a-b/pipelines/p"),
        (Pipeline, "applications/a0/pipelines/p"),
        (Project, "applications/a"),
    ] {
        add(store, kind, name).await;
    }
    store.delete_resource(Application, "applications/a", Expect::Present, "ann", at(2)).await.unwrap();
    for (kind, name) in [
        (Application, "applications/a"),
        (Pipeline, "applications/a/pipelines/p"),
        (Trigger, "applications/a/triggers/t"),
    ] {
        assert_eq!(store.resource(kind, name).await.unwrap(), None, "{name}");
    }
    assert!(store.resource(Application, "applications/ab").await.unwrap().is_some());
    assert!(store.resource(Project, "applications/a").await.unwrap().is_some(), "another kind of the same name");
    let left = ["applications/a-b/pipelines/p", "applications/a0/pipelines/p", "applications/ab/pipelines/p"];
    assert_eq!(names(store, "applications/").await, left);
}

pub(crate) async fn revisions_survive_deletion_and_are_never_used_twice(store: &dyn Store) {
    let kind = ResourceKind::Application;
    add(store, kind, "applications/a").await;
    store.write_resource(&write(kind, "applications/a", 2), Expect::Present).await.unwrap();
    store.delete_resource(kind, "applications/a", Expect::Present, "ann", at(3)).await.unwrap();
    assert_eq!(numbers(store, "applications/a", None, 9).await, [2, 1]);
    let again = store.write_resource(&write(kind, "applications/a", 4), Expect::Absent).await.unwrap();
    assert_eq!((again.revision, again.created), (3, at(4)));
    assert_eq!(numbers(store, "applications/a", None, 9).await, [3, 2, 1]);
    assert_eq!(numbers(store, "applications/a", Some(3), 1).await, [2]);
}

pub(crate) async fn lists_are_paged_by_name(store: &dyn Store) {
    let kind = ResourceKind::Pipeline;
    for name in ["p/c", "p/a", "p/d", "p/b", "q/a"] {
        add(store, kind, name).await;
    }
    store.delete_resource(kind, "p/b", Expect::Present, "ann", at(2)).await.unwrap();
    let page = store.resources(kind, "p/", None, 2).await.unwrap();
    assert_eq!(page.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["p/a", "p/c"]);
    assert_eq!(page.next.as_deref(), Some("p/c"));
    let page = store.resources(kind, "p/", page.next.as_deref(), 2).await.unwrap();
    assert_eq!(page.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["p/d"]);
    assert_eq!(page.next, None);
    let exact = store.resources(kind, "p/", None, 3).await.unwrap();
    assert_eq!((exact.items.len(), exact.next), (3, None), "a full last page is the last");
    let before = store.resources(kind, "p/", Some("a"), 9).await.unwrap();
    assert_eq!(before.items.len(), 3, "a key before the prefix changes nothing");
    let beyond = store.resources(kind, "p/", Some("q/"), 9).await.unwrap();
    assert!(beyond.items.is_empty());
    assert_eq!(store.resources(kind, "", None, 9).await.unwrap().items.len(), 4);
}

pub(crate) async fn prefixes_are_literal(store: &dyn Store) {
    for name in ["a_b/x", "a%b/x", "aXb/x", "A_b/x", "a_b", "a_bc/x", "é/x", "ê/x"] {
        add(store, ResourceKind::Pipeline, name).await;
    }
    assert_eq!(names(store, "a_b/").await, ["a_b/x"]);
    assert_eq!(names(store, "a%b").await, ["a%b/x"]);
    assert_eq!(names(store, "a_b").await, ["a_b", "a_b/x", "a_bc/x"]);
    assert_eq!(names(store, "é").await, ["é/x"]);
    assert_eq!(names(store, "a_B").await, Vec::<String>::new());
}

pub(crate) async fn kinds_are_apart(store: &dyn Store) {
    for kind in ResourceKind::ALL {
        let resource = add(store, kind, "name").await;
        assert_eq!((resource.kind, resource.revision), (kind, 1));
    }
    store.delete_resource(ResourceKind::Trigger, "name", Expect::Present, "ann", at(2)).await.unwrap();
    for kind in ResourceKind::ALL {
        let page = store.resources(kind, "", None, 9).await.unwrap();
        assert_eq!(page.items.len(), usize::from(kind != ResourceKind::Trigger));
    }
}

pub(crate) async fn bodies_come_back_as_they_were(store: &dyn Store) {
    let body = json!({
        "text": "\u{0} \" \\ \u{10FFFF} ' ; DROP TABLE resources; --",
        "numbers": [0.1 + 0.2, 1e-308, i64::MIN, u64::MAX, 5.0],
        "nothing": [null, {}, []],
    });
    let change = ResourceWrite { body, ..write(ResourceKind::Pipeline, "p'; --", 1) };
    let written = store.write_resource(&change, Expect::Absent).await.unwrap();
    assert_eq!(written.body, change.body);
    assert_eq!(store.resource(ResourceKind::Pipeline, "p'; --").await.unwrap(), Some(written));
}
