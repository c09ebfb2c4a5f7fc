//! Commands on their way.

use std::sync::Arc;

use gennaker_core::artifact::{Artifact, ArtifactSource, ResolvedArtifact};
use gennaker_core::execution::{
    Command, Concurrency, Definition, ExecutionStatus, Failure, JudgmentDecision, Rejection, Start, TaskOutcome,
    TaskRef,
};
use gennaker_ports::Store;
use gennaker_ports::store::{InboxCommand, InboxMessage, Step};

use crate::fixture::{applied, command, commit, header, id, lease, row, sent, step};

async fn names(store: &dyn Store, shards: &[u32], limit: usize) -> Vec<String> {
    store.inbox(shards, limit).await.unwrap().into_iter().map(|command| command.id.0).collect()
}

pub(crate) async fn commands_wait_in_order_of_arrival(store: &dyn Store) {
    store.send(vec![sent("z", 1, 0), sent("a", 2, 1), sent("m", 1, 0)]).await.unwrap();
    store.send(vec![sent("b", 1, 2), sent("c", 1, 0)]).await.unwrap();
    store.send(Vec::new()).await.unwrap();
    assert_eq!(names(store, &[0], 9).await, ["z", "m", "c"]);
    assert_eq!(names(store, &[2, 0, 1], 4).await, ["z", "a", "m", "b"]);
    assert!(names(store, &[], 9).await.is_empty());
    assert!(names(store, &[3], 9).await.is_empty());
}

pub(crate) async fn a_command_is_sent_once(store: &dyn Store) {
    store.send(vec![sent("a", 1, 0), sent("b", 1, 0), sent("a", 2, 0)]).await.unwrap();
    store.send(vec![sent("a", 3, 0)]).await.unwrap();
    assert_eq!(store.inbox(&[0], 9).await.unwrap(), [sent("a", 1, 0), sent("b", 1, 0)]);
    assert_eq!(store.command(&command("a")).await.unwrap(), Some(None));
    assert_eq!(store.command(&command("A")).await.unwrap(), None);
}

pub(crate) async fn applying_takes_a_command_out(store: &dyn Store) {
    let lease = lease(store, 0).await;
    store.send(vec![sent("a", 1, 0), sent("b", 1, 0)]).await.unwrap();
    commit(store, Step { applied: vec![applied("a", 1)], ..step(lease, row(1), 1) }).await.unwrap();
    assert_eq!(names(store, &[0], 9).await, ["b"]);
    assert_eq!(store.command(&command("a")).await.unwrap(), Some(Some(applied("a", 1).1)));
}

pub(crate) async fn outcomes_are_told_of_many(store: &dyn Store) {
    let lease = lease(store, 0).await;
    store.send(vec![sent("waiting", 1, 0)]).await.unwrap();
    let (mut refused, mut outcomes) = (applied("b", 1), vec![applied("a", 1)]);
    refused.1.rejection = Some(Rejection::Ended { execution: id(1), status: ExecutionStatus::Canceled });
    outcomes.push(refused);
    commit(store, Step { applied: outcomes.clone(), ..step(lease, row(1), 1) }).await.unwrap();
    let ids = ["b", "unknown", "waiting", "a"].map(command);
    let mut told = store.applied(&ids).await.unwrap();
    told.sort_by(|(one, _), (other, _)| one.0.cmp(&other.0));
    assert_eq!(told, outcomes);
    assert_eq!(store.applied(&ids[1..3]).await.unwrap(), []);
    assert_eq!(store.applied(&[]).await.unwrap(), []);
}

pub(crate) async fn an_applied_command_cannot_be_sent(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let own = Step { applied: vec![applied("a", 1)], sent: vec![sent("a", 1, 0)], ..step(lease, row(1), 1) };
    commit(store, own).await.unwrap();
    store.send(vec![sent("a", 1, 0)]).await.unwrap();
    assert!(names(store, &[0], 9).await.is_empty());
}

pub(crate) async fn steps_send_commands(store: &dyn Store) {
    let lease = lease(store, 0).await;
    store.send(vec![sent("a", 1, 0)]).await.unwrap();
    let first = Step { sent: vec![sent("b", 2, 5), sent("a", 9, 0)], ..step(lease, row(1), 1) };
    let second = Step { sent: vec![sent("c", 3, 0), sent("b", 9, 0)], ..step(lease, row(2), 1) };
    store.commit(vec![first, second]).await.unwrap();
    let waiting = store.inbox(&[0, 5], 9).await.unwrap();
    assert_eq!(waiting, [sent("a", 1, 0), sent("b", 2, 5), sent("c", 3, 0)]);
}

pub(crate) async fn messages_come_back_as_they_were(store: &dyn Store) {
    let definition = Definition {
        application: "shop".to_owned(),
        pipeline: None,
        revision: 0,
        display_name: "é \"quoted\"".to_owned(),
        stages: Vec::new(),
        concurrency: Concurrency::default(),
        expected_artifacts: Vec::new(),
        notifications: Vec::new(),
    };
    let (cause, parameters, labels) = (header().cause, header().parameters, header().labels);
    let artifact = Artifact { kind: "docker/image".to_owned(), name: "é".to_owned(), ..Artifact::default() };
    let resolved = ResolvedArtifact {
        id: "img".to_owned(),
        display_name: "Image".to_owned(),
        artifact: artifact.clone(),
        source: ArtifactSource::Received,
    };
    let start = Start {
        id: id(1),
        definition: Arc::new(definition),
        cause,
        parameters,
        labels,
        artifacts: vec![artifact],
        resolved_artifacts: vec![resolved],
    };
    let judge = Command::Judge {
        stage: "ask".into(),
        actor: "ann".to_owned(),
        roles: Vec::new(),
        decision: JudgmentDecision::Stop,
        input: None,
        comment: "'; --".to_owned(),
    };
    let outcome = Command::TaskOutcome {
        task: TaskRef { stage: "deploy/0".into(), stage_attempt: 1, task: 2, attempt: 3 },
        outcome: TaskOutcome::Failed(Failure::retryable("no route")),
    };
    let later = Command::TaskOutcome {
        task: TaskRef { stage: "deploy".into(), stage_attempt: 0, task: 0, attempt: 1 },
        outcome: TaskOutcome::Later {
            after: std::time::Duration::from_millis(1500),
            message: "soon".to_owned(),
            percent: Some(30),
            outputs: serde_json::Map::new(),
        },
    };
    let messages = [judge, outcome, later].map(|command| InboxMessage::Command(Box::new(command)));
    let messages = [InboxMessage::Start(Box::new(start))].into_iter().chain(messages);
    let commands: Vec<_> =
        messages.enumerate().map(|(n, message)| InboxCommand { message, ..sent(&format!("c{n}"), 1, 0) }).collect();
    store.send(commands.clone()).await.unwrap();
    assert_eq!(store.inbox(&[0], 9).await.unwrap(), commands);
}
