//! Applications and projects: what every definition has in common.

use gennaker_app::AppError;
use gennaker_proto::v1;
use serde_json::{Value, json};

use crate::world::{World, ann, reason, request, violations};

async fn update(world: &World, body: Value) -> Result<v1::Application, AppError> {
    world.app.update_application(ann(), request(body)).await.map(|response| response.application.unwrap())
}

#[tokio::test]
async fn is_made_read_changed_and_deleted() {
    let world = World::new();
    let create = json!({"applicationId": "shop", "application": {"email": "a@b", "labels": {"team": "x"}}});
    let made = world.app.create_application(ann(), request(create.clone())).await.unwrap().application.unwrap();
    assert_eq!((made.name.as_str(), made.revision, made.update_actor.as_str()), ("applications/shop", 1, "ann"));
    assert_eq!(reason(world.app.create_application(ann(), request(create)).await), "ALREADY_EXISTS");

    let changed = update(
        &world,
        json!({"application": {"name": "applications/shop", "description": "d"}, "updateMask": "description"}),
    )
    .await
    .unwrap();
    assert_eq!((changed.email.as_str(), changed.description.as_str(), changed.revision), ("a@b", "d", 2));
    let same = update(
        &world,
        json!({"application": {"name": "applications/shop", "description": "d"}, "updateMask": "description"}),
    )
    .await
    .unwrap();
    assert_eq!(same, changed, "a write that changes nothing makes no revision");

    let stale = json!({"application": {"name": "applications/shop", "etag": made.etag}});
    let Err(AppError::Aborted { etag, .. }) = update(&world, stale).await else { panic!("somebody wrote in between") };
    assert_eq!(etag, changed.etag);
    let right = json!({"application": {"name": "applications/shop", "etag": etag, "displayName": "Shop"}});
    assert_eq!(update(&world, right).await.unwrap().display_name, "Shop");

    let delete = |body: Value| world.app.delete_application(ann(), request(body));
    assert_eq!(reason(delete(json!({"name": "applications/shop", "etag": "r1"})).await), "ETAG_MISMATCH");
    delete(json!({"name": "applications/shop"})).await.unwrap();
    assert_eq!(reason(delete(json!({"name": "applications/shop"})).await), "NOT_FOUND");
    delete(json!({"name": "applications/shop", "allowMissing": true})).await.unwrap();
    assert_eq!(reason(update(&world, json!({"application": {"name": "applications/shop"}})).await), "NOT_FOUND");
    let again = json!({"application": {"name": "applications/shop", "email": "c@d"}, "allowMissing": true});
    assert_eq!(update(&world, again).await.unwrap().revision, 4, "revisions are never used twice");
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let world = World::new();
    let body = |email: &str| json!({"applicationId": "shop", "application": {"email": email}, "requestId": "1"});
    let first = world.app.create_application(ann(), request(body("a@b"))).await.unwrap();
    let change = json!({"application": {"name": "applications/shop", "email": "c@d", "etag": "r1"}, "requestId": "2"});
    let changed = update(&world, change.clone()).await.unwrap();
    assert_eq!(world.app.create_application(ann(), request(body("a@b"))).await.unwrap(), first);
    assert_eq!(update(&world, change).await.unwrap(), changed, "the etag is old by now, but it is the same call");
    let other = world.app.create_application(ann(), request(body("x@y"))).await.unwrap_err();
    assert_eq!(violations(other), ["request_id: \"1\" was used before with a different request; choose a new one"]);
    let delete =
        || world.app.delete_application(ann(), request(json!({"name": "applications/shop", "requestId": "3"})));
    delete().await.unwrap();
    delete().await.unwrap();
    let anothers = world.app.create_application(&gennaker_app::Caller::named("bob"), request(body("x@y"))).await;
    assert_eq!(anothers.unwrap().application.unwrap().revision, 3);
}

#[tokio::test]
async fn validate_only_changes_nothing() {
    let world = World::new();
    let create = json!({"applicationId": "shop", "application": {"email": "a@b"}, "validateOnly": true});
    let shown = world.app.create_application(ann(), request(create.clone())).await.unwrap().application.unwrap();
    assert_eq!((shown.name.as_str(), shown.revision), ("applications/shop", 1));
    assert_eq!(
        reason(world.app.get_application(ann(), request(json!({"name": "applications/shop"}))).await),
        "NOT_FOUND"
    );
    world.shop().await;
    assert_eq!(reason(world.app.create_application(ann(), request(create)).await), "ALREADY_EXISTS");
    let change = json!({"application": {"name": "applications/shop", "email": "c@d"}, "validateOnly": true});
    assert_eq!(update(&world, change).await.unwrap().revision, 2);
    let stale =
        json!({"application": {"name": "applications/shop", "email": "c@d", "etag": "r9"}, "validateOnly": true});
    assert_eq!(reason(update(&world, stale).await), "ETAG_MISMATCH");
    let kept = world.app.get_application(ann(), request(json!({"name": "applications/shop"}))).await.unwrap();
    assert_eq!(kept.application.unwrap().email, "a@b");
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let world = World::with_shop().await;
    let create = json!({"applicationId": "Shop-1", "application": {"email": "nobody"}});
    let violations = violations(world.app.create_application(ann(), request(create)).await.unwrap_err());
    assert_eq!(violations.len(), 2, "{violations:?}");
    assert!(violations[0].starts_with("application_id: ") && violations[1].starts_with("application.email: "));
    for mask in ["colour", "*.x"] {
        let change = json!({"application": {"name": "applications/shop"}, "updateMask": mask});
        assert_eq!(reason(update(&world, change).await), "INVALID_ARGUMENT");
    }
    let hidden = request::<v1::UpdateApplicationRequest>(
        json!({"application": {"name": "applications/shop", "email": "nobody"}}),
    );
    let mask = Some(prost_types::FieldMask { paths: vec!["*".into()] });
    let result =
        world.app.update_application(ann(), v1::UpdateApplicationRequest { update_mask: mask, ..hidden }).await;
    assert_eq!(reason(result), "INVALID_ARGUMENT", "a mask does not get around the rules");
    assert_eq!(reason(update(&world, json!({"application": {}})).await), "INVALID_ARGUMENT");
}

#[tokio::test]
async fn is_kept_while_it_is_used() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "w", "wait": {"duration": "3600s"}}]})).await;
    let execution = world.start("p").await;
    let error = world.app.delete_application(ann(), request(json!({"name": "applications/shop"}))).await.unwrap_err();
    let AppError::FailedPrecondition { violations } = error else { panic!("{error:?}") };
    let kinds: Vec<_> = violations.iter().map(|violation| violation.kind).collect();
    assert_eq!(kinds, ["APPLICATION_HAS_PIPELINES", "APPLICATION_HAS_EXECUTIONS"]);
    world.app.delete_application(ann(), request(json!({"name": "applications/shop", "force": true}))).await.unwrap();
    assert_eq!(world.execution(&execution.name).await.status(), v1::ExecutionStatus::Canceled);
    let pipeline = json!({"name": "applications/shop/pipelines/p"});
    assert_eq!(reason(world.app.get_pipeline(ann(), request(pipeline)).await), "NOT_FOUND");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let world = World::new();
    for id in ["a", "aa", "ab", "b"] {
        let email = if id == "b" { "b@b" } else { "a@a" };
        let body = json!({"applicationId": id, "application": {"email": email, "labels": {"team": id}}});
        world.app.create_application(ann(), request(body)).await.unwrap();
    }
    let list = |body: Value| {
        let app = world.app.clone();
        async move { app.list_applications(ann(), request(body)).await }
    };
    let names = |response: &v1::ListApplicationsResponse| -> Vec<String> {
        response.applications.iter().map(|a| a.name.trim_start_matches("applications/").to_owned()).collect()
    };
    let first = list(json!({"pageSize": 2, "filter": "email=a@a"})).await.unwrap();
    assert_eq!(names(&first), ["a", "aa"]);
    let second = list(json!({"pageSize": 2, "filter": "email=a@a", "pageToken": first.next_page_token})).await.unwrap();
    assert_eq!((names(&second), second.next_page_token.as_str()), (vec!["ab".to_owned()], ""));
    assert_eq!(names(&list(json!({"filter": "name=a*"})).await.unwrap()), ["a", "aa", "ab"]);
    assert_eq!(names(&list(json!({"filter": "labels.team=b,ab"})).await.unwrap()), ["ab", "b"]);
    assert_eq!(reason(list(json!({"pageToken": first.next_page_token})).await), "INVALID_ARGUMENT");
    assert_eq!(reason(list(json!({"filter": "colour=red"})).await), "INVALID_ARGUMENT");
}

#[tokio::test]
async fn projects_are_kept_alike() {
    let world = World::new();
    let create = json!({"projectId": "web", "project": {"applications": ["applications/shop"]}});
    world.app.create_project(ann(), request(create)).await.unwrap();
    let update = json!({"project": {"name": "projects/web", "description": "d"}, "updateMask": "description"});
    let project = world.app.update_project(ann(), request(update)).await.unwrap().project.unwrap();
    assert_eq!((project.applications.len(), project.description.as_str()), (1, "d"));
    assert_eq!(
        world.app.list_projects(ann(), request(json!({}))).await.unwrap().projects,
        std::slice::from_ref(&project)
    );
    world.app.delete_project(ann(), request(json!({"name": "projects/web", "etag": project.etag}))).await.unwrap();
    assert_eq!(reason(world.app.get_project(ann(), request(json!({"name": "projects/web"}))).await), "NOT_FOUND");
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_made() {
    let world = World::with_shop().await;
    let change = |key: String| {
        let app = world.app.clone();
        async move {
            let body =
                json!({"application": {"name": "applications/shop", "labels": {key: "x"}}, "updateMask": "labels"});
            app.update_application(ann(), request(body)).await.unwrap().application.unwrap().revision
        }
    };
    let mut revisions = futures::future::join_all((0..5).map(|n| change(format!("k{n}")))).await;
    revisions.sort_unstable();
    assert_eq!(revisions, [2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn who_makes_one_by_an_update_must_be_allowed_to_make_one() {
    let world = World::new();
    world.rights.deny(Some(gennaker_ports::Access::Create), None);
    let body = json!({"application": {"name": "applications/shop", "email": "a@b"}, "allowMissing": true});
    assert_eq!(reason(update(&world, body).await), "PERMISSION_DENIED");
}
