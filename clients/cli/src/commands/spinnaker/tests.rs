use std::sync::{Arc, Mutex};

use gennaker_client::v1::migration_service_server::{MigrationService, MigrationServiceServer};
use tempfile::TempDir;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::*;
use crate::globals::GlobalOptions;
use crate::terminal::{Captured, Terminal};

/// A server that remembers what it was asked and answers what it was told.
#[derive(Default)]
struct Fake {
    asked: Mutex<Vec<v1::ImportSpinnakerPipelinesRequest>>,
    pipelines: Vec<v1::ImportedPipeline>,
}

#[tonic::async_trait]
impl MigrationService for Fake {
    async fn import_spinnaker_pipelines(
        &self,
        request: Request<v1::ImportSpinnakerPipelinesRequest>,
    ) -> Result<Response<v1::ImportSpinnakerPipelinesResponse>, Status> {
        self.asked.lock().unwrap().push(request.into_inner());
        Ok(Response::new(v1::ImportSpinnakerPipelinesResponse { pipelines: self.pipelines.clone() }))
    }

    async fn export_spinnaker_pipeline(
        &self,
        _: Request<v1::ExportSpinnakerPipelineRequest>,
    ) -> Result<Response<v1::ExportSpinnakerPipelineResponse>, Status> {
        let findings = vec![finding(Severity::Dropped, "stages[0].wait_until", "Spinnaker has no such stage")];
        Ok(Response::new(v1::ExportSpinnakerPipelineResponse { document: "{\"name\": \"Deploy\"}".into(), findings }))
    }
}

fn finding(severity: Severity, path: &str, reason: &str) -> v1::ImportFinding {
    v1::ImportFinding { severity: severity.into(), path: path.into(), reason: reason.into() }
}

fn imported(document: &str, id: &str, saved: bool, findings: Vec<v1::ImportFinding>) -> v1::ImportedPipeline {
    let pipeline = (!id.is_empty()).then(|| v1::Pipeline {
        name: format!("applications/shop/pipelines/{id}"),
        display_name: id.to_uppercase(),
        stages: vec![v1::Stage::default()],
        ..Default::default()
    });
    v1::ImportedPipeline { document: document.into(), pipeline, saved, findings, ..Default::default() }
}

/// A good pipeline, one with things to know, and something that is none.
fn pipelines(saved: bool) -> Vec<v1::ImportedPipeline> {
    let findings = vec![
        finding(Severity::Note, "stages[1].failOnFailedExpressions", "a failed expression always fails the stage here"),
        finding(Severity::Unsupported, "stages[0].type", "this server can't run `jenkins` yet"),
        finding(Severity::Dropped, "notifications[0]", "there are no text messages here"),
    ];
    let trigger = v1::Trigger::default();
    vec![
        imported("documents[0]", "deploy", saved, vec![]),
        v1::ImportedPipeline { triggers: vec![trigger], ..imported("documents[1][0]", "build", saved, findings) },
    ]
}

fn broken() -> v1::ImportedPipeline {
    let error = finding(Severity::Error, "", "line 1 column 2: expected a value");
    imported("documents[1][1]", "", false, vec![error])
}

struct World {
    fake: Arc<Fake>,
    server: String,
    directory: TempDir,
}

impl World {
    fn new(pipelines: Vec<v1::ImportedPipeline>) -> Self {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap().with_nodelay(Some(true));
        let server = format!("http://{}", incoming.local_addr().unwrap());
        let fake = Arc::new(Fake { pipelines, ..Fake::default() });
        let service = MigrationServiceServer::from_arc(fake.clone());
        drop(tokio::spawn(tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming)));
        Self { fake, server, directory: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    async fn run(&self, command: crate::Command) -> (Exit, Captured) {
        let (terminal, captured) = Terminal::captured(false, 24, 100);
        let globals = GlobalOptions { server: self.server.clone(), ..GlobalOptions::default() };
        (crate::run_on(command, globals, &terminal).await, captured)
    }

    async fn import(&self, check: bool) -> (Exit, Captured) {
        let files = vec![self.file("a.json", "{}"), self.file("b.json", "[]")];
        let import = ImportSpinnaker {
            files,
            application: "shop".into(),
            templates: vec![self.file("t.json", "{\"schema\": \"v2\"}")],
            accounts: vec![account("prod=local").unwrap()],
            check,
        };
        self.run(crate::Command::Import(Import::Spinnaker(import))).await
    }
}

fn text(pipelines: Vec<v1::ImportedPipeline>, check: bool) -> String {
    let answer = v1::ImportSpinnakerPipelinesResponse { pipelines };
    let files = ["a.json", "b.json"].map(str::to_owned);
    super::text::report(&answer, &files, check, crate::palette::Palette::new(false)).join("\n")
}

#[test]
fn an_import_is_reported_by_file_and_path() {
    let mut saved = pipelines(true);
    saved.push(broken());
    insta::assert_snapshot!([text(saved, false), text(pipelines(false), true)].join("\n\n"));
}

#[tokio::test]
async fn files_go_to_the_server_as_they_are() {
    let world = World::new(pipelines(true));
    let (exit, captured) = world.import(false).await;
    assert_eq!(exit, Exit::Success, "{}", captured.err());
    let asked = world.fake.asked.lock().unwrap().remove(0);
    assert_eq!(asked.parent, "applications/shop");
    assert_eq!((asked.documents, asked.templates.len()), (vec!["{}".to_owned(), "[]".to_owned()], 1));
    assert_eq!(asked.accounts, [("prod".to_owned(), "local".to_owned())].into());
    assert!(!asked.validate_only);
}

#[tokio::test]
async fn what_can_not_be_imported_is_the_exit_code() {
    for (check, with, exit) in [
        (true, pipelines(false), Exit::Success),
        (false, pipelines(false), Exit::Data),
        (true, vec![broken()], Exit::Data),
        (false, vec![broken()], Exit::Data),
    ] {
        let world = World::new(with);
        assert_eq!(world.import(check).await.0, exit);
        assert_eq!(world.fake.asked.lock().unwrap()[0].validate_only, check);
    }
}

#[tokio::test]
async fn an_export_goes_to_a_file_or_the_output() {
    let world = World::new(vec![]);
    let export = |file| {
        let export = ExportSpinnaker { pipeline: "shop/deploy".into(), file };
        world.run(crate::Command::Export(Export::Spinnaker(export)))
    };
    let (exit, captured) = export(None).await;
    assert_eq!((exit, captured.out()), (Exit::Success, "{\"name\": \"Deploy\"}\n".to_owned()));
    assert!(captured.err().contains("dropped      stages[0].wait_until: Spinnaker has no such stage"));
    let path = world.directory.path().join("out.json");
    assert_eq!(export(Some(path.display().to_string())).await.0, Exit::Success);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "{\"name\": \"Deploy\"}\n");
    assert_eq!(export(Some("/nowhere/out.json".into())).await.0, Exit::Io);
}

#[test]
fn accounts_are_pairs() {
    assert!(account("prod").is_err() && account("=a").is_err() && account("a=").is_err());
    let twice = vec![account("a=b").unwrap(), account("a=c").unwrap()];
    assert!(accounts(twice).unwrap_err().to_string().contains("twice"));
}
