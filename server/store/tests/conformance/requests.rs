//! Writes that a client may repeat.

use gennaker_core::resource::ResourceKind;
use gennaker_ports::store::{Expect, Once, RequestKey};
use gennaker_ports::{Store, StoreError};

use crate::fixture::at;
use crate::resources::write;

const KIND: ResourceKind = ResourceKind::Application;

fn request(id: &str, digest: &str) -> RequestKey {
    RequestKey { id: id.to_owned(), digest: digest.to_owned() }
}

pub(crate) async fn a_repeated_write_answers_as_the_first(store: &dyn Store) {
    let change = write(KIND, "a", 1);
    let first = store.write_resource_once(&change, Expect::Absent, &request("r", "d")).await.unwrap();
    let Once::Done(resource) = &first else { panic!("{first:?}") };
    assert_eq!(store.resource(KIND, "a").await.unwrap().as_ref(), Some(resource));
    assert_eq!(store.write_resource_once(&change, Expect::Absent, &request("r", "d")).await.unwrap(), first);
    store.write_resource(&write(KIND, "a", 2), Expect::Present).await.unwrap();
    store.delete_resource(KIND, "a", Expect::Present, "ann", at(3)).await.unwrap();
    assert_eq!(store.write_resource_once(&change, Expect::Absent, &request("r", "d")).await.unwrap(), first);
    assert_eq!(store.resource(KIND, "a").await.unwrap(), None, "the repeat wrote nothing");
}

pub(crate) async fn a_repeated_deletion_does_nothing(store: &dyn Store) {
    store.write_resource(&write(KIND, "a", 1), Expect::Absent).await.unwrap();
    let key = request("r", "d");
    let deleted = store.delete_resource_once(KIND, "a", Expect::Revision(1), "ann", at(2), &key).await.unwrap();
    assert_eq!(deleted, Once::Done(()));
    assert_eq!(store.resource(KIND, "a").await.unwrap(), None);
    store.write_resource(&write(KIND, "a", 3), Expect::Absent).await.unwrap();
    let repeated = store.delete_resource_once(KIND, "a", Expect::Revision(1), "ann", at(4), &key).await.unwrap();
    assert_eq!(repeated, Once::Done(()));
    assert!(store.resource(KIND, "a").await.unwrap().is_some());
}

pub(crate) async fn an_id_cannot_be_used_for_something_else(store: &dyn Store) {
    let change = write(KIND, "a", 1);
    store.write_resource_once(&change, Expect::Absent, &request("r", "d")).await.unwrap();
    let other = write(KIND, "b", 1);
    let reused = store.write_resource_once(&other, Expect::Absent, &request("r", "other")).await.unwrap();
    assert_eq!(reused, Once::Reused);
    assert_eq!(store.resource(KIND, "b").await.unwrap(), None);
    let reused = store.delete_resource_once(KIND, "a", Expect::Present, "ann", at(2), &request("r", "d")).await;
    assert_eq!(reused, Ok(Once::Reused), "a deletion is not the write");
    assert!(store.resource(KIND, "a").await.unwrap().is_some());
}

pub(crate) async fn a_refused_request_is_not_kept(store: &dyn Store) {
    let (change, key) = (write(KIND, "a", 1), request("r", "d"));
    let refused = store.write_resource_once(&change, Expect::Present, &key).await;
    assert_eq!(refused, Err(StoreError::NotFound("a".to_owned())));
    let refused = store.delete_resource_once(KIND, "a", Expect::Present, "ann", at(2), &key).await;
    assert_eq!(refused, Err(StoreError::NotFound("a".to_owned())));
    assert!(matches!(store.write_resource_once(&change, Expect::Absent, &key).await, Ok(Once::Done(_))));
}
