//! A small world on a server: an application, a load balancer, images, pipelines.

use std::path::Path;

use gennaker_client::{ExecutionView, v1};
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Server, Setup, call, free_address, soon};

/// The application of the stories.
pub const APPLICATION: &str = "applications/hello";

/// A server with a world in it, in a directory of its own.
#[derive(Debug)]
pub struct World {
    /// The server.
    pub server: Server,
    /// Where its data is.
    pub directory: TempDir,
    setup: Setup,
}

impl World {
    /// A world with the application `hello`.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same, with settings.
    pub async fn with(settings: &[&str]) -> Self {
        Self::set_up(Setup::with(settings)).await
    }

    /// The same, with a server that is set up in some way.
    ///
    /// # Panics
    /// Where the server does not start or refuses the application.
    pub async fn set_up(setup: Setup) -> Self {
        let directory = tempfile::tempdir().expect("temporary directories can be made");
        let server = Server::start_as(&directory.path().join("data"), &free_address(), &setup).await;
        let world = Self { server, setup, directory };
        let request = json!({"applicationId": "hello", "application": {"email": "hello@example.com"}});
        world.call::<v1::CreateApplicationRequest>(request).await.expect("the application can be made");
        world
    }

    /// Kills the server and starts it again at the same address.
    pub async fn crash(&mut self) {
        self.server.kill().await;
        self.restart().await;
    }

    /// Starts the server, which was killed, again at the same address.
    pub async fn restart(&mut self) {
        let (data, listen) = (self.directory.path().join("data"), self.server.authority().to_owned());
        self.server = Server::start_as(&data, &listen, &self.setup).await;
    }

    /// Calls a method, with its request as JSON.
    ///
    /// # Errors
    /// What the server answers, or that it can't be reached.
    pub async fn call<C>(&self, request: Value) -> Result<C::Response, gennaker_client::Error>
    where
        C: gennaker_client::Call + prost::Message + prost::Name + Default,
    {
        call::<C>(&self.server.client, request).await
    }

    /// Makes a load balancer `hello` on any free port, and the images `hello:v1`, `hello:v2` and `hello:bad` (which is never
    /// healthy). Gives the balancer's address.
    ///
    /// # Panics
    /// Where the server refuses one.
    pub async fn furnish(&self) -> String {
        for (version, fails) in [("v1", "0"), ("v2", "0"), ("bad", "1")] {
            let source = image(self.directory.path(), version, fails);
            let request = json!({
                "parent": "accounts/local/regions/local", "imageId": format!("hello:{version}"), "source": source,
            });
            self.call::<v1::RegisterImageRequest>(request).await.expect("images can be registered");
        }
        let balancer = json!({"application": APPLICATION, "listeners": [{"protocol": "PROTOCOL_HTTP"}]});
        let request = json!({
            "parent": "accounts/local/regions/local", "loadBalancerId": "hello", "loadBalancer": balancer,
        });
        let made = self.call::<v1::CreateLoadBalancerRequest>(request).await.expect("load balancers can be made");
        made.load_balancer.unwrap_or_default().listeners[0].address.clone()
    }

    /// The metrics of the server, in the text format of Prometheus.
    pub async fn metrics(&self) -> String {
        self.server.metrics().await
    }

    /// Saves a pipeline under an id; gives its name.
    ///
    /// # Panics
    /// Where the server refuses it.
    pub async fn save(&self, id: &str, pipeline: &Value) -> String {
        let request = json!({"parent": APPLICATION, "pipelineId": id, "pipeline": pipeline});
        let made = self.call::<v1::CreatePipelineRequest>(request).await;
        made.unwrap_or_else(|error| panic!("{error}")).pipeline.unwrap_or_default().name
    }

    /// Starts a pipeline by its name; gives the execution's name.
    ///
    /// # Panics
    /// Where the server refuses it.
    pub async fn start(&self, pipeline: &str) -> String {
        let started = self.call::<v1::StartExecutionRequest>(json!({"pipeline": pipeline})).await;
        started.unwrap_or_else(|error| panic!("{error}")).execution.unwrap_or_default().name
    }

    /// Follows an execution until it is as wanted.
    ///
    /// # Panics
    /// Where it ends first.
    pub async fn until(&self, execution: &str, wanted: impl Fn(&ExecutionView) -> bool) -> ExecutionView {
        let mut follow = self.server.client.follow(execution, None);
        let mut view = ExecutionView::default();
        let read = async {
            while let Some(update) = follow.next().await.unwrap_or_else(|error| panic!("{error}")) {
                view.apply(&update);
                if wanted(&view) {
                    return view;
                }
            }
            panic!("it ended before it was as wanted: {:#?}", view.execution());
        };
        soon("an execution", read).await
    }

    /// Follows an execution to its end.
    pub async fn end(&self, execution: &str) -> ExecutionView {
        self.until(execution, ExecutionView::is_ended).await
    }

    /// Runs a pipeline that nobody keeps, to its end.
    pub async fn run(&self, id: &str, stages: Value) -> ExecutionView {
        let name = self.save(id, &pipeline(stages)).await;
        let execution = self.start(&name).await;
        self.end(&execution).await
    }

    /// The server groups of the application: `(id, disabled, instances that are up)`, sorted by id.
    ///
    /// # Panics
    /// Where they can't be listed.
    pub async fn server_groups(&self) -> Vec<(String, bool, u32)> {
        let request = v1::ListServerGroupsRequest { parent: APPLICATION.to_owned(), ..Default::default() };
        let groups = self.server.client.list(request).await.unwrap_or_else(|error| panic!("{error}"));
        let row = |group: v1::ServerGroup| {
            let id = group.name.rsplit('/').next().unwrap_or_default().to_owned();
            (id, group.disabled, group.instance_counts.unwrap_or_default().up)
        };
        let mut rows: Vec<_> = groups.into_iter().map(row).collect();
        rows.sort();
        rows
    }
}

impl Drop for World {
    /// Ends the instances too: they would outlive the server.
    fn drop(&mut self) {
        if let Some(pid) = self.server.running() {
            // It may have ended just now.
            let _ended = signal::kill(pid, Signal::SIGKILL);
        }
        for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let within =
                std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(self.directory.path()));
            if let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()).filter(|_| within) {
                let _ended = signal::kill(Pid::from_raw(pid), Signal::SIGKILL);
            }
        }
    }
}

/// An image directory whose instances are the sample program.
fn image(directory: &Path, version: &str, fails: &str) -> String {
    let image = directory.join(format!("image-{version}"));
    std::fs::create_dir_all(&image).expect("the directory is ours");
    let manifest = json!({
        "command": ["${GENNAKER}", "sample-program", "--version", version], "env": {"FAIL_HEALTH": fails},
    });
    std::fs::write(image.join("image.json"), manifest.to_string()).expect("the directory is ours");
    image.display().to_string()
}

/// A pipeline of these stages.
#[must_use]
pub fn pipeline(stages: Value) -> Value {
    json!({"displayName": "A story", "stages": stages})
}

/// A deploy stage of one cluster behind the load balancer, with a strategy such as `{"redBlack": {}}`.
#[must_use]
pub fn deploy(id: &str, image: &str, instances: u32, strategy: &Value) -> Value {
    let mut cluster = json!({
        "account": "local", "region": "local", "image": image,
        "capacity": {"min": instances, "desired": instances, "max": instances},
        "loadBalancers": ["hello"],
        "healthCheck": {"http": {"path": "/health"}, "interval": "0.1s", "startupGrace": "1s"},
        "stopGrace": "5s", "timeout": "5s",
    });
    let (Value::Object(fields), Value::Object(strategy)) = (&mut cluster, strategy) else {
        panic!("a strategy is an object such as {{\"redBlack\": {{}}}}");
    };
    fields.extend(strategy.clone());
    json!({"id": id, "deploy": {"clusters": [cluster]}})
}
