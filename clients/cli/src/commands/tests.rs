use super::*;
use clap::{CommandFactory, Parser};

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    globals: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

/// Runs a command line against a server that isn't there.
async fn run_line(line: &str) -> (Exit, String) {
    let words = line.split(' ').filter(|word| !word.is_empty());
    let program = Program::try_parse_from(["gennaker", "--server", "http://127.0.0.1:1"].into_iter().chain(words));
    let program = program.unwrap();
    let (terminal, captured) = Terminal::captured(false, 24, 100);
    let exit = run_on(program.command, program.globals, &terminal).await;
    (exit, format!("{}{}", captured.out(), captured.err()))
}

fn refused(line: &str) -> String {
    let words = std::iter::once("gennaker").chain(line.split(' '));
    Program::try_parse_from(words).unwrap_err().to_string()
}

#[test]
fn the_command_line_is_consistent() {
    Program::command().debug_assert();
}

#[test]
fn kinds_are_taken_in_singular_and_plural() {
    for line in
        ["list pipelines", "list pipeline hello", "get lb hello", "list server-groups local/main", "get app hello"]
    {
        let words = std::iter::once("gennaker").chain(line.split(' '));
        assert!(Program::try_parse_from(words).is_ok(), "{line}");
    }
}

#[test]
fn wrong_command_lines_are_refused() {
    assert!(refused("judge 01X").contains("--continue"));
    assert!(refused("judge 01X --continue --stop").contains("cannot be used with"));
    assert!(refused("run hello/deploy -p version").contains("NAME=VALUE"));
    assert!(refused("resize g").contains("--to"));
    assert!(refused("resize g --to 3 --up 1").contains("cannot be used with"));
    assert!(refused("apply").contains("--file"));
    assert!(refused("watch x --after -1").contains("invalid value") || !refused("watch x --after y").is_empty());
    assert!(refused("run hello/deploy --artifact shop:7").contains("metadata.NAME"));
    assert!(refused("plan").contains("PIPELINE") && refused("evaluate 01X").contains("EXPRESSION"));
    assert!(refused("import spinnaker a.json").contains("--application"));
    assert!(refused("import spinnaker a.json -a shop --account x").contains("THERE=HERE"));
    assert!(refused("list planets").contains("planets"));
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let (exit, text) = run_line("--timeout 1s list applications").await;
    assert_eq!(exit, Exit::Unreachable);
    assert!(text.contains("error: ") && text.contains("gennaker serve"), "{text}");
}

#[tokio::test]
async fn a_wrong_address() {
    let (terminal, captured) = Terminal::captured(false, 24, 100);
    let globals = GlobalOptions { server: "localhost:8480".to_owned(), ..GlobalOptions::default() };
    let program = Program::try_parse_from(["gennaker", "version"]).unwrap();
    assert_eq!(run_on(program.command, globals, &terminal).await, Exit::Usage);
    assert!(captured.err().contains("http://HOST:PORT"), "{}", captured.err());
}

#[tokio::test]
async fn names_that_are_none() {
    for line in ["run deploy", "watch 01X", "get pipeline a/b/c", "delete execution a/b", "list instances"] {
        let (exit, text) = run_line(line).await;
        assert_eq!(exit, Exit::Usage, "{line}: {text}");
    }
    let (exit, _) = run_line("run hello/deploy -p a=1 -p a=2").await;
    assert_eq!(exit, Exit::Usage);
}

#[tokio::test]
async fn files_that_are_wrong_or_missing() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    assert_eq!(run_line(&format!("apply -f {}", path("none.yaml"))).await.0, Exit::Io);
    assert_eq!(run_line(&format!("apply -f {}", directory.path().display())).await.0, Exit::Data);

    std::fs::write(path("a.yaml"), "kind: Pipeline\nname: hello/a\nstagez: []\n").unwrap();
    std::fs::write(path("b.yml"), "kind: Application\nname: a b/c/d\n---\nkind: Nothing\n").unwrap();
    std::fs::write(path("ignored.txt"), "kind: Nothing\n").unwrap();
    let (exit, text) = run_line(&format!("apply -f {}", directory.path().display())).await;
    assert_eq!(exit, Exit::Data);
    assert!(text.contains("b.yml:4:7: this kind can't be applied") && !text.contains("ignored"), "{text}");

    std::fs::write(path("b.yml"), "kind: Trigger\nname: a/b\n").unwrap();
    let (exit, text) = run_line(&format!("apply -f {} -f {}", path("a.yaml"), path("b.yml"))).await;
    assert_eq!(exit, Exit::Data);
    assert!(text.contains("a.yaml:3:1: there is no field `stagez`"), "{text}");

    std::fs::write(path("a.yaml"), "kind: Pipeline\nname: hello/a\n---\nkind: Pipeline\nname: hello/a\n").unwrap();
    let (_, text) = run_line(&format!("apply -f {}", path("a.yaml"))).await;
    assert!(text.contains("a.yaml:5:1: name: `applications/hello/pipelines/a` is there twice"), "{text}");
}

#[tokio::test]
async fn validate_checks_without_a_server_what_it_can() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.yaml");
    std::fs::write(&path, "kind: Application\nname: hello\nemail: nobody\n").unwrap();
    let (exit, text) = run_line(&format!("validate -f {}", path.display())).await;
    assert_eq!(exit, Exit::Data, "{text}");
    assert!(text.contains("a.yaml:3:1: email: "), "{text}");
    std::fs::write(&path, "kind: Application\nname: hello\n").unwrap();
    assert_eq!(run_line(&format!("validate -f {}", path.display())).await.0, Exit::Success);
}

#[tokio::test]
async fn the_version_of_the_program_needs_no_server() {
    assert_eq!(run_line("version --client").await, (Exit::Success, format!("client {}\n", env!("CARGO_PKG_VERSION"))));
}
