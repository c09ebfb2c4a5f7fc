//! Jobs: what they get, what becomes of them, and that each runs once.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use gennaker_cloud_local::LocalCloud;
use gennaker_core::Timestamp;
use gennaker_core::cloud::{Image, Job, JobSpec, JobState};
use gennaker_ports::{Cloud, CloudError, Jobs, SystemClock};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::bench::{Bench, Home, here, id, options};
use crate::crashes::{run_victim, victims_directory};

/// Says that it runs, waits for the file `$GO`, and ends with status 5.
const WAITER: &str = "echo ready\nuntil [ -e \"$GO\" ]; do sleep 0.01; done\nexit 5";

/// Registers an image whose `run` is a shell script.
async fn register(cloud: &LocalCloud, home: &Path, name: &str, script: &str) {
    let source = home.join(format!("job-{name}"));
    fs::create_dir_all(source.join("bin")).unwrap();
    for (file, content) in [("run", script), ("bin/echo", "echo \"$0 $*\"")] {
        let path = source.join(file);
        let _ = fs::remove_file(&path);
        fs::write(&path, format!("#!/bin/sh\n{content}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let image = Image {
        id: name.to_owned(),
        name: name.to_owned(),
        version: String::new(),
        location: here(),
        digest: None,
        created: Timestamp::EPOCH,
        labels: BTreeMap::new(),
    };
    cloud.register_image(&image, source.to_str().unwrap()).await.unwrap();
}

fn spec(name: &str, image: &str) -> JobSpec {
    JobSpec {
        id: id(name),
        application: "shop".into(),
        image: image.into(),
        command: vec![],
        env: BTreeMap::new(),
        timeout: Duration::from_secs(600),
        property_file: None,
    }
}

/// A job that waits for a file of the cloud's directory.
fn waiter(home: &Home, name: &str) -> JobSpec {
    let go = home.path().join("go").to_str().unwrap().to_owned();
    JobSpec { env: [("GO".to_owned(), go)].into(), ..spec(name, "waiter") }
}

fn let_go(home: &Home) {
    fs::write(home.path().join("go"), "").unwrap();
}

impl Bench {
    async fn script(&self, name: &str, script: &str) {
        register(&self.cloud, self.home.path(), name, script).await;
    }

    /// Starts a job and waits for its end.
    async fn run(&self, spec: &JobSpec) -> Job {
        self.cloud.run_job(&format!("run {}", spec.id), spec).await.unwrap();
        self.until_ended(&spec.id.name).await
    }

    async fn until_ended(&self, name: &str) -> Job {
        let id = id(name);
        self.until(async |cloud| cloud.job(&id).await.ok().filter(|job| job.state != JobState::Running)).await
    }

    async fn log(&self, name: &str) -> String {
        self.cloud.job_output(&id(name), 1000).await.unwrap().log
    }

    /// Waits until a job has written this line.
    async fn until_says(&self, name: &str, line: &str) {
        let waiting = async {
            while !self.log(name).await.lines().any(|said| said == line) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
    }

    /// Waits until these files are left of a job.
    async fn until_files(&self, name: &str, files: &[&str]) {
        let waiting = async {
            while self.files(name) != files {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
        assert!(waited.is_ok(), "{:?}", self.files(name));
    }

    fn files(&self, name: &str) -> Vec<String> {
        let directory = self.home.path().join("local/jobs/local").join(name);
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn killed(reason: &str) -> JobState {
    JobState::Killed { reason: reason.to_owned() }
}

#[tokio::test]
async fn a_job_runs_in_a_copy_of_its_image_with_a_clean_environment() {
    let bench = Bench::new().await;
    let script = "env | cut -d= -f1 | sort | tr '\\n' ' '\ncat >/dev/null\nls; echo x >> new; mkdir -p bin/deep; echo a=1 > bin/out; exit 3";
    bench.script("tool", script).await;
    let mut spec = spec("shop-tool-1", "tool");
    spec.env = [("OWN".to_owned(), "1".to_owned())].into();
    spec.property_file = Some("bin/out".to_owned());
    for name in ["shop-tool-1", "shop-tool-2"] {
        let job = bench.run(&JobSpec { id: id(name), ..spec.clone() }).await;
        assert_eq!(job.state, JobState::Exited { code: 3 });
        assert!(job.ended.unwrap() >= job.started);
        let output = bench.cloud.job_output(&id(name), 1000).await.unwrap();
        assert_eq!(output.log, "GENNAKER_CLOUD GENNAKER_INSTANCE JOB OWN PATH PWD bin\nrun\n", "as for the first time");
        assert_eq!((output.truncated, output.properties.as_deref()), (false, Some("a=1\n")));
        bench.until_files(name, &["output.log", "properties", "report.json"]).await;
    }
}

#[tokio::test]
async fn a_job_may_run_another_program_of_its_image_but_none_of_the_machine() {
    let bench = Bench::new().await;
    bench.script("tool", "exit 1").await;
    let with = |command: &[&str]| JobSpec {
        command: command.iter().map(|word| (*word).to_owned()).collect(),
        ..spec("shop-tool-1", "tool")
    };
    for command in [&["sh", "-c", "exit 0"], &["/bin/sh", "-c", "true"], &["bin/../../../run", "", ""], &["", "", ""]] {
        let error = bench.cloud.run_job("r", &with(command)).await.unwrap_err();
        assert!(matches!(error, CloudError::Invalid(_)), "{command:?}: {error}");
    }
    let job = bench.run(&with(&["bin/echo", "a b", "$HOME;*"])).await;
    assert_eq!(job.state, JobState::Exited { code: 0 });
    assert!(bench.log("shop-tool-1").await.ends_with("/work/bin/echo a b $HOME;*\n"));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let bench = Bench::new().await;
    bench.script("tool", "exit 0").await;
    let good = spec("shop-tool-1", "tool");
    for bad in [
        JobSpec { image: "none".into(), ..good.clone() },
        JobSpec { id: id("../x"), ..good.clone() },
        JobSpec { timeout: Duration::ZERO, ..good.clone() },
        JobSpec { property_file: Some("../journal.jsonl".into()), ..good.clone() },
        JobSpec { env: [("GENNAKER_CLOUD".to_owned(), "x".to_owned())].into(), ..good.clone() },
        JobSpec { env: [("JOB".to_owned(), "x".to_owned())].into(), ..good.clone() },
    ] {
        let error = bench.cloud.run_job("r", &bad).await.unwrap_err();
        assert!(matches!(error, CloudError::Invalid(_) | CloudError::NotFound { .. }), "{bad:?}: {error}");
    }
    assert!(matches!(bench.cloud.job(&good.id).await, Err(CloudError::NotFound { .. })));
    assert!(bench.cloud.cancel_job(&good.id).await.is_ok());
}

#[tokio::test]
async fn a_canceled_job_ends_with_all_its_children() {
    let bench = Bench::new().await;
    let script = "trap '' TERM\nsleep 1000 &\nsetsid sleep 1001 &\necho ready\nwait";
    bench.script("tool", script).await;
    let spec = spec("shop-tool-1", "tool");
    let home = bench.stop().await;
    let bench = Bench::start(home, |options| options.stop_grace = Duration::from_millis(100)).await;
    bench.cloud.run_job("r", &spec).await.unwrap();
    bench.until_says("shop-tool-1", "ready").await;
    bench.cloud.cancel_job(&spec.id).await.unwrap();
    assert_eq!(bench.until_ended("shop-tool-1").await.state, killed("it was canceled"));
    assert_eq!(bench.home.processes(), []);
    bench.cloud.cancel_job(&spec.id).await.unwrap();
    assert_eq!(bench.cloud.job(&spec.id).await.unwrap().state, killed("it was canceled"));
}

#[tokio::test]
async fn a_job_has_its_time_and_no_more() {
    let bench = Bench::new().await;
    bench.script("waiter", WAITER).await;
    let spec = JobSpec { timeout: Duration::from_millis(300), ..waiter(&bench.home, "shop-waiter-1") };
    let job = bench.run(&spec).await;
    assert_eq!(job.state, killed("ran for longer than its limit of 300ms"));
    assert_eq!(bench.home.processes(), []);
}

#[tokio::test]
async fn ends_by_signals_and_without_a_program_are_told() {
    let bench = Bench::new().await;
    bench.script("tool", "kill -SEGV $$").await;
    assert_eq!(bench.run(&spec("shop-tool-1", "tool")).await.state, killed("killed by SIGSEGV"));
    bench.script("broken", "\n").await;
    fs::write(bench.home.path().join("job-broken/run"), "#!/no/such\n").unwrap();
    let image = Image {
        id: "broken:2".into(),
        name: "broken".into(),
        version: "2".into(),
        location: here(),
        digest: None,
        created: Timestamp::EPOCH,
        labels: BTreeMap::new(),
    };
    bench.cloud.register_image(&image, bench.home.path().join("job-broken").to_str().unwrap()).await.unwrap();
    let JobState::Killed { reason } = bench.run(&spec("shop-broken-1", "broken:2")).await.state else {
        panic!("there is no such interpreter")
    };
    assert!(reason.starts_with("cannot start: ") && reason.contains("No such file"), "{reason}");
}

#[tokio::test]
async fn a_job_without_its_supervisor_is_ended() {
    let bench = Bench::new().await;
    bench.script("waiter", WAITER).await;
    bench.cloud.run_job("r", &waiter(&bench.home, "shop-waiter-1")).await.unwrap();
    bench.until_says("shop-waiter-1", "ready").await;
    kill(Pid::from_raw(bench.home.supervisor("shop-waiter-1")), Signal::SIGKILL).unwrap();
    let job = bench.until_ended("shop-waiter-1").await;
    assert_eq!(job.state, killed("its supervisor is gone and has not told how it ended"));
    assert_eq!(bench.home.processes(), []);
}

#[test]
fn a_supervisor_that_is_not_told_to_begin_runs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let supervise = |input: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gennaker-sample"));
        command.current_dir(&dir).args(["supervise-job", "report.json", "--", "/bin/touch", "ran"]).stdin(input);
        command.spawn().unwrap()
    };
    let report = || fs::read_to_string(dir.path().join("report.json")).unwrap();
    assert!(supervise(Stdio::null()).wait().unwrap().success());
    assert_eq!(report(), r#"{"end":"not_begun"}"#);
    assert!(!dir.path().join("ran").exists());
    let mut told = supervise(Stdio::piped());
    told.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(told.wait().unwrap().success());
    assert_eq!(report(), r#"{"end":"exited","code":0}"#);
    assert!(dir.path().join("ran").exists());
}

#[tokio::test]
async fn property_files_that_lead_elsewhere_are_refused() {
    let bench = Bench::new().await;
    let secret = bench.home.path().join("secret");
    fs::write(&secret, "hidden").unwrap();
    bench.script("tool", &format!("ln -s {} out", secret.display())).await;
    let with_file = |name: &str, file: &str| JobSpec { property_file: Some(file.into()), ..spec(name, "tool") };
    assert_eq!(bench.run(&with_file("shop-tool-1", "out")).await.state, JobState::Exited { code: 0 });
    let output = bench.cloud.job_output(&id("shop-tool-1"), 1000).await.unwrap();
    assert_eq!(output.properties, None);
    assert_eq!(output.property_problem.as_deref(), Some("out is reached by a link, which is not followed"));
    bench.run(&with_file("shop-tool-2", "none")).await;
    assert_eq!(bench.cloud.job_output(&id("shop-tool-2"), 1000).await.unwrap().properties, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_runs_one_job() {
    let bench = Bench::new().await;
    let count = bench.home.path().join("count");
    bench.script("tool", &format!("echo once >> {}", count.display())).await;
    let spec = spec("shop-tool-1", "tool");
    let tries: Vec<_> = (0..10)
        .map(|_| {
            let (cloud, spec) = (bench.cloud.clone(), spec.clone());
            tokio::spawn(async move { cloud.run_job("r1", &spec).await })
        })
        .collect();
    for each in tries {
        assert_eq!(each.await.unwrap().unwrap().spec, spec);
    }
    bench.until_ended("shop-tool-1").await;
    assert!(matches!(bench.cloud.run_job("r2", &spec).await, Err(CloudError::Exists { .. })));
    assert_eq!(fs::read_to_string(count).unwrap(), "once\n");
}

#[tokio::test]
async fn jobs_have_limits_and_old_ones_are_forgotten() {
    let bench = Bench::with(|options| {
        options.limits.jobs = 1;
        options.limits.ended_jobs = 2;
        options.limits.log_bytes = 100;
    })
    .await;
    bench.script("waiter", WAITER).await;
    bench.script("tool", "seq 1000").await;
    bench.cloud.run_job("r", &waiter(&bench.home, "shop-waiter-1")).await.unwrap();
    let error = bench.cloud.run_job("r2", &spec("shop-tool-1", "tool")).await.unwrap_err();
    assert_eq!(error, CloudError::Unavailable("the local cloud may run 1 jobs at a time, and does".to_owned()));
    let_go(&bench.home);
    assert_eq!(bench.until_ended("shop-waiter-1").await.state, JobState::Exited { code: 5 });
    for name in ["shop-tool-1", "shop-tool-2"] {
        bench.run(&spec(name, "tool")).await;
    }
    bench.until(async |cloud| cloud.job(&id("shop-waiter-1")).await.err()).await;
    assert_eq!(bench.files("shop-waiter-1"), Vec::<String>::new());
    let log = bench.home.path().join("local/jobs/local/shop-tool-1/output.log.1");
    assert_eq!(fs::metadata(log).unwrap().len(), 100, "of the output the end is kept");
    let output = bench.cloud.job_output(&id("shop-tool-1"), 10).await.unwrap();
    assert_eq!((output.log.as_str(), output.truncated), ("999\n1000\n", true));
}

#[tokio::test]
async fn a_job_that_ends_while_the_server_is_away_has_its_exit_code() {
    let bench = Bench::new().await;
    bench.script("waiter", WAITER).await;
    bench.cloud.run_job("r", &waiter(&bench.home, "shop-waiter-1")).await.unwrap();
    bench.until_says("shop-waiter-1", "ready").await;
    let bench = bench
        .restart(|home| {
            let_go(home);
            while !home.processes().is_empty() {
                std::thread::yield_now();
            }
        })
        .await;
    assert_eq!(bench.until_ended("shop-waiter-1").await.state, JobState::Exited { code: 5 });
}

#[tokio::test]
async fn a_job_that_runs_is_adopted() {
    let bench = Bench::new().await;
    bench.script("waiter", WAITER).await;
    bench.cloud.run_job("r", &waiter(&bench.home, "shop-waiter-1")).await.unwrap();
    bench.cloud.run_job("r2", &waiter(&bench.home, "shop-waiter-2")).await.unwrap();
    for name in ["shop-waiter-1", "shop-waiter-2"] {
        bench.until_says(name, "ready").await;
    }
    let supervisors = |home: &Home| ["shop-waiter-1", "shop-waiter-2"].map(|name| home.supervisor(name));
    let before = supervisors(&bench.home);
    let bench = bench.restart(|_| {}).await;
    assert_eq!(bench.cloud.job(&id("shop-waiter-1")).await.unwrap().state, JobState::Running);
    assert_eq!(supervisors(&bench.home), before, "nothing was started again");
    bench.cloud.cancel_job(&id("shop-waiter-2")).await.unwrap();
    assert_eq!(bench.until_ended("shop-waiter-2").await.state, killed("it was canceled"));
    let_go(&bench.home);
    assert_eq!(bench.until_ended("shop-waiter-1").await.state, JobState::Exited { code: 5 });
}

#[tokio::test]
async fn jobs_end_with_the_server_where_that_is_wished() {
    let bench = Bench::with(|options| options.stop_on_shutdown = true).await;
    bench.script("waiter", WAITER).await;
    bench.cloud.run_job("r", &waiter(&bench.home, "shop-waiter-1")).await.unwrap();
    bench.until_says("shop-waiter-1", "ready").await;
    let home = bench.stop().await;
    assert_eq!(home.processes(), []);
    let bench = Bench::start(home, |_| {}).await;
    assert_eq!(bench.cloud.job(&id("shop-waiter-1")).await.unwrap().state, killed("ended with the server"));
}

/// Starts jobs without end, and writes a line for each that was accepted. Run by the story below only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Some(directory) = victims_directory() else { return };
    let (cloud, _service) = LocalCloud::start(options(directory), Arc::new(SystemClock)).await.unwrap();
    for turn in 0.. {
        let name = format!("shop-tool-{turn}");
        match cloud.run_job(&format!("run {name}"), &spec(&name, "tool")).await {
            Ok(_) => writeln!(std::io::stderr().lock(), "\naccepted {name}").unwrap(),
            Err(CloudError::Unavailable(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_accepted_job_runs_once_whenever_the_server_is_killed() {
    let bench = Bench::new().await;
    let count = bench.home.path().join("count");
    bench.script("tool", &format!("echo $JOB >> {}; exit 4", count.display())).await;
    let mut home = bench.stop().await;
    let mut accepted = 0;
    for lines in [1, 3, 8, 20, 40] {
        for line in run_victim("jobs::victim", &["accepted"], home.path(), lines) {
            let number: usize = line.trim_start_matches("accepted shop-tool-").parse().unwrap();
            accepted = accepted.max(number + 1);
        }
        let bench = Bench::start(home, |_| {}).await;
        for number in 0..accepted {
            let job = bench.until_ended(&format!("shop-tool-{number}")).await;
            assert_eq!(job.state, JobState::Exited { code: 4 }, "{number}");
        }
        home = bench.stop().await;
    }
    let ran = fs::read_to_string(count).unwrap();
    for number in 0..accepted {
        let name = format!("shop-tool-{number}");
        assert_eq!(ran.lines().filter(|line| *line == name).count(), 1, "{name}");
    }
    assert_eq!(home.processes(), []);
}

impl Home {
    /// The process that leads a job.
    fn supervisor(&self, job: &str) -> i32 {
        let journal = self.journal();
        let of_job = |line: &&str| line.contains(&format!("\"name\":\"{job}\"")) && line.contains("\"pid\":");
        let record = journal.lines().rev().find(of_job).unwrap();
        record.split("\"pid\":").nth(1).unwrap().split(',').next().unwrap().parse().unwrap()
    }
}
