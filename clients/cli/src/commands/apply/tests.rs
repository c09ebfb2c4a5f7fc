use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use gennaker_client::Code;
use gennaker_client::v1::application_service_server::{ApplicationService, ApplicationServiceServer};
use tempfile::TempDir;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::*;
use crate::globals::{Format, GlobalOptions};
use crate::terminal::{Captured, Terminal};

/// Applications in memory, with etags and one rule: a description is not empty words.
#[derive(Default)]
struct Fake {
    applications: Mutex<BTreeMap<String, v1::Application>>,
}

impl Fake {
    fn save(&self, application: v1::Application, validate_only: bool) -> Result<Option<v1::Application>, Status> {
        if application.description == "tbd" {
            let details = ErrorDetails::with_bad_request_violation("application.description", "says nothing");
            return Err(Status::with_error_details(Code::InvalidArgument, "the application is wrong", details));
        }
        let mut applications = self.applications.lock().unwrap();
        let current = applications.get(&application.name);
        if current.is_some_and(|current| !application.etag.is_empty() && application.etag != current.etag) {
            return Err(Status::aborted("the etag is not the current one"));
        }
        let revision = current.map_or(0, |current| current.revision) + 1;
        let saved = v1::Application { etag: format!("r{revision}"), revision, ..application };
        if !validate_only {
            applications.insert(saved.name.clone(), saved.clone());
        }
        Ok(Some(saved))
    }
}

#[tonic::async_trait]
impl ApplicationService for Fake {
    async fn create_application(
        &self,
        request: Request<v1::CreateApplicationRequest>,
    ) -> Result<Response<v1::CreateApplicationResponse>, Status> {
        let request = request.into_inner();
        let application = self.save(request.application.unwrap_or_default(), request.validate_only)?;
        Ok(Response::new(v1::CreateApplicationResponse { application }))
    }

    async fn get_application(
        &self,
        request: Request<v1::GetApplicationRequest>,
    ) -> Result<Response<v1::GetApplicationResponse>, Status> {
        let application = self.applications.lock().unwrap().get(&request.into_inner().name).cloned();
        let application = Some(application.ok_or_else(|| Status::not_found("there is no such application"))?);
        Ok(Response::new(v1::GetApplicationResponse { application }))
    }

    async fn list_applications(
        &self,
        _: Request<v1::ListApplicationsRequest>,
    ) -> Result<Response<v1::ListApplicationsResponse>, Status> {
        Err(Status::unimplemented("ListApplications"))
    }

    async fn update_application(
        &self,
        request: Request<v1::UpdateApplicationRequest>,
    ) -> Result<Response<v1::UpdateApplicationResponse>, Status> {
        let request = request.into_inner();
        let application = self.save(request.application.unwrap_or_default(), request.validate_only)?;
        Ok(Response::new(v1::UpdateApplicationResponse { application }))
    }

    async fn delete_application(
        &self,
        _: Request<v1::DeleteApplicationRequest>,
    ) -> Result<Response<v1::DeleteApplicationResponse>, Status> {
        Err(Status::unimplemented("DeleteApplication"))
    }
}

struct World {
    fake: Arc<Fake>,
    server: String,
    directory: TempDir,
}

impl World {
    fn new() -> Self {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap().with_nodelay(Some(true));
        let server = format!("http://{}", incoming.local_addr().unwrap());
        let fake = Arc::new(Fake::default());
        let service = ApplicationServiceServer::from_arc(fake.clone());
        drop(tokio::spawn(tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming)));
        Self { fake, server, directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("app.yaml")
    }

    /// Applies a text: how it ended, and what was printed.
    async fn apply(&self, text: &str, dry_run: bool) -> (Exit, Captured) {
        std::fs::write(self.path(), text).unwrap();
        let (terminal, captured) = Terminal::captured(false, 24, 100);
        let globals = GlobalOptions { server: self.server.clone(), ..GlobalOptions::default() };
        let files = vec![self.path().display().to_string()];
        let command = crate::Command::Apply(Apply { files, message: String::new(), dry_run });
        (crate::run_on(command, globals, &terminal).await, captured)
    }

    fn saved(&self) -> Vec<v1::Application> {
        self.fake.applications.lock().unwrap().values().cloned().collect()
    }
}

#[tokio::test]
async fn creates_then_leaves_alone_then_updates() {
    let world = World::new();
    let steps = [("a", "created", 1), ("a", "unchanged", 1), ("b", "updated", 2)];
    for (email, word, revision) in steps {
        let (exit, captured) = world.apply(&format!("kind: Application\nname: hello\nemail: {email}@x\n"), false).await;
        assert_eq!((exit, captured.out()), (Exit::Success, format!("Application hello {word}\n")));
        assert_eq!(world.saved()[0].revision, revision);
    }
    assert_eq!(world.saved()[0].name, "applications/hello");
}

#[tokio::test]
async fn a_dry_run_shows_the_difference_and_changes_nothing() {
    let world = World::new();
    world.apply("kind: Application\nname: hello\nemail: a@x\n", false).await;
    let (exit, captured) = world.apply("kind: Application\nname: hello\nemail: b@x\n", true).await;
    assert_eq!(exit, Exit::Success);
    insta::assert_snapshot!(captured.out());
    assert_eq!(world.saved()[0].email, "a@x");
}

#[tokio::test]
async fn a_stale_etag_is_a_conflict() {
    let world = World::new();
    world.apply("kind: Application\nname: hello\n", false).await;
    let (exit, captured) = world.apply("kind: Application\nname: hello\nemail: b@x\netag: r0\n", false).await;
    assert_eq!(exit, Exit::TryAgain);
    assert!(captured.err().contains("read it again"), "{}", captured.err());
    assert_eq!(world.saved()[0].etag, "r1");
}

#[tokio::test]
async fn nothing_is_saved_when_the_server_refuses_one_of_them() {
    let world = World::new();
    let text = "kind: Application\nname: good\n---\nkind: Application\nname: hello\n\ndescription: tbd\n";
    let (exit, captured) = world.apply(text, false).await;
    assert_eq!(exit, Exit::Data);
    let expected = format!("error: {}:7:1: application.description: says nothing\n", world.path().display());
    assert_eq!(captured.err(), expected);
    assert!(world.saved().is_empty());
}

#[tokio::test]
async fn json_has_a_result_on_each_line() {
    let world = World::new();
    std::fs::write(world.path(), "kind: Application\nname: hello\n").unwrap();
    let (terminal, captured) = Terminal::captured(false, 24, 100);
    let globals = GlobalOptions { server: world.server.clone(), output: Format::Json, ..GlobalOptions::default() };
    let files = vec![world.directory.path().display().to_string()];
    let command = crate::Command::Apply(Apply { files, message: String::new(), dry_run: false });
    assert_eq!(crate::run_on(command, globals, &terminal).await, Exit::Success);
    assert_eq!(captured.out(), "{\"kind\":\"Application\",\"name\":\"applications/hello\",\"result\":\"created\"}\n");
}
