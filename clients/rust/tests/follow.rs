//! Following over connections that break in every way.

#![allow(clippy::unwrap_used, missing_docs)]

mod fake;

use std::time::Duration;

use fake::{Fake, NAME, Play};
use gennaker_client::{Client, Code, Error, ExecutionView, Follow, Options, Update, v1};
use gennaker_proto::v1::watch_execution_response::Message;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tonic::Status;

const LONG: Duration = Duration::from_secs(60);

fn execution(sequence: u64, last: u64) -> v1::Execution {
    let status = if sequence == last { v1::ExecutionStatus::Succeeded } else { v1::ExecutionStatus::Running };
    v1::Execution { name: NAME.to_owned(), sequence, status: status.into(), ..Default::default() }
}

fn event(sequence: u64, last: u64) -> Result<Message, Status> {
    let changed = Some(execution(sequence, last));
    Ok(Message::Event(v1::ExecutionEvent { sequence, changed, ..Default::default() }))
}

fn snapshot(sequence: u64, last: u64) -> Result<Message, Status> {
    Ok(Message::Snapshot(execution(sequence, last)))
}

fn heartbeat(sequence: u64) -> Result<Message, Status> {
    Ok(Message::Heartbeat(v1::Heartbeat { sequence }))
}

fn broken() -> Result<Message, Status> {
    Err(Status::unavailable("cut"))
}

fn play(play: impl FnOnce(Option<u64>) -> Vec<Result<Message, Status>> + Send + 'static) -> Play {
    Box::new(play)
}

/// Follows to the end: the sequences that came, snapshots negative.
async fn sequences(follow: &mut Follow) -> Result<Vec<i64>, Error> {
    let mut seen = Vec::new();
    while let Some(update) = follow.next().await? {
        match update {
            Update::Snapshot(execution) => seen.push(-i64::try_from(execution.sequence).unwrap()),
            Update::Event(event) => seen.push(i64::try_from(event.sequence).unwrap()),
            Update::Interrupted { .. } => {}
        }
    }
    Ok(seen)
}

/// One connection of a server that misbehaves: it may send some events again, leave some out, and it breaks off.
fn wild(random: &mut StdRng, last: u64) -> Play {
    let (length, again, skip) = (random.random_range(0..9), random.random_range(0..3), random.random_bool(0.2));
    let clean = random.random_bool(0.3);
    play(move |after| {
        let after = after.unwrap();
        let first = after.saturating_sub(again) + 1 + u64::from(skip);
        let mut messages: Vec<_> = (first..=last).take(length).map(|sequence| event(sequence, last)).collect();
        if length % 3 == 0 && !skip && again == 0 {
            messages.push(heartbeat(first + length as u64 - 1));
        }
        if !clean {
            messages.push(broken());
        }
        messages
    })
}

#[tokio::test]
async fn every_event_comes_once_and_in_order_whatever_the_connection_does() {
    for seed in 0..8 {
        let mut random = StdRng::seed_from_u64(seed);
        let last = 120;
        let plays = (0..400).map(|_| wild(&mut random, last)).collect();
        let fake = Fake::new(plays, execution(last, last));
        let client = fake.client(LONG);
        let mut follow = client.follow(NAME, Some(0));
        let expected: Vec<i64> = (1..=i64::try_from(last).unwrap()).collect();
        assert_eq!(sequences(&mut follow).await.unwrap(), expected, "seed {seed}");
        assert_eq!(follow.position(), Some(last));
        assert!(fake.asked().len() > 10, "the connections were cut");
    }
}

#[tokio::test]
async fn a_snapshot_comes_first_when_no_sequence_is_given() {
    let plays = vec![play(|_| vec![snapshot(5, 8), event(6, 8), broken()]), play(|_| vec![event(7, 8), event(8, 8)])];
    let fake = Fake::new(plays, execution(8, 8));
    let client = fake.client(LONG);
    let (mut follow, mut view) = (client.follow(NAME, None), ExecutionView::default());
    while let Some(update) = follow.next().await.unwrap() {
        view.apply(&update);
    }
    assert_eq!(fake.asked(), [None, Some(6)]);
    assert!(view.is_ended() && view.execution().sequence == 8);
}

#[tokio::test]
async fn compacted_events_are_replaced_by_a_snapshot() {
    for at_once in [true, false] {
        let gone = || Err(Status::out_of_range("the oldest event kept is 50"));
        let plays = vec![
            play(move |_| if at_once { vec![gone()] } else { vec![heartbeat(3), gone()] }),
            play(|_| vec![snapshot(60, 61), event(61, 61)]),
        ];
        let fake = Fake::new(plays, execution(61, 61));
        let client = fake.client(LONG);
        assert_eq!(sequences(&mut client.follow(NAME, Some(3))).await.unwrap(), [-60, 61]);
        assert_eq!(fake.asked(), [Some(3), None]);
    }
}

#[tokio::test]
async fn an_execution_that_ended_before_the_position_brings_nothing() {
    let fake = Fake::new(vec![play(|_| vec![])], execution(9, 9));
    let client = fake.client(LONG);
    assert!(client.follow(NAME, Some(9)).next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_retry_after_the_end_is_followed_too() {
    let reopened = vec![event(1, 1), event(2, 3), event(3, 3)];
    let fake = Fake::new(vec![play(|_| reopened)], execution(3, 3));
    let client = fake.client(LONG);
    assert_eq!(sequences(&mut client.follow(NAME, Some(0))).await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_gap_that_stays_is_reported_in_the_end() {
    let plays = (0..1000).map(|_| play(|_| vec![event(1, 9), event(3, 9)])).collect();
    let fake = Fake::new(plays, execution(9, 9));
    let client = fake.client(Duration::from_millis(50));
    let mut follow = client.follow(NAME, Some(0));
    assert!(matches!(follow.next().await.unwrap(), Some(Update::Event(event)) if event.sequence == 1));
    let error = sequences(&mut follow).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::DataLoss));
    assert!(error.to_string().contains("event 3 came after event 1"), "{error}");
    assert!(follow.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_silent_stream_is_opened_again() {
    let silence = || Err(Status::cancelled(fake::SILENCE));
    let plays = vec![play(move |_| vec![event(1, 2), heartbeat(1), silence()]), play(|_| vec![event(2, 2)])];
    let fake = Fake::new(plays, execution(2, 2));
    let client = fake.client(LONG);
    assert_eq!(sequences(&mut client.follow(NAME, Some(0))).await.unwrap(), [1, 2]);
    assert_eq!(fake.asked(), [Some(0), Some(1)]);
}

#[tokio::test]
async fn it_gives_up_in_the_end() {
    let fake = Fake::new(vec![play(|_| vec![event(1, 9), broken()])], execution(9, 9));
    let client = fake.client(Duration::from_millis(50));
    let error = sequences(&mut client.follow(NAME, Some(0))).await.unwrap_err();
    assert!(matches!(error, Error::GaveUp { .. }) && error.is_unreachable(), "{error}");
    assert!(fake.asked().iter().skip(1).all(|&after| after == Some(1)));
}

#[tokio::test]
async fn what_will_not_change_is_an_error_at_once() {
    let fake = Fake::new(vec![play(|_| vec![Err(Status::not_found("no such execution"))])], execution(0, 1));
    let client = fake.client(LONG);
    let error = client.follow(NAME, None).next().await.unwrap_err();
    assert_eq!(error.code(), Some(Code::NotFound));
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_call_of_next_can_be_dropped_without_a_loss() {
    let mut random = StdRng::seed_from_u64(99);
    let last = 60;
    let plays = (0..400).map(|_| wild(&mut random, last)).collect();
    let fake = Fake::new(plays, execution(last, last));
    let client = fake.client(LONG);
    let mut follow = client.follow(NAME, Some(0));
    let mut seen = Vec::new();
    loop {
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            update = follow.next() => match update.unwrap() {
                Some(Update::Event(event)) => seen.push(event.sequence),
                Some(Update::Snapshot(_) | Update::Interrupted { .. }) => {}
                None => break,
            }
        }
    }
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_repeated_call_has_the_same_request_id() {
    let fake = Fake::new(vec![], execution(0, 1));
    let client = fake.client(LONG);
    fake.fail_starts(2);
    client.call(v1::StartExecutionRequest::default()).await.unwrap();
    let ids: Vec<String> = fake.starts().into_iter().map(|request| request.request_id).collect();
    assert!(ids.len() == 3 && !ids[0].is_empty() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");

    let request_id = "mine".to_owned();
    client.call(v1::StartExecutionRequest { request_id, ..Default::default() }).await.unwrap();
    assert_eq!(fake.starts().last().unwrap().request_id, "mine");
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let client = Fake::new(vec![], execution(0, 1)).client(LONG);
    let names = |executions: Vec<v1::Execution>| executions.into_iter().map(|it| it.name).collect::<Vec<_>>();
    let all = client.list(v1::ListExecutionsRequest::default()).await.unwrap();
    assert_eq!(names(all), ["first", "second"]);
    let one = client.list_at_most(v1::ListExecutionsRequest::default(), 1).await.unwrap();
    assert_eq!(names(one), ["first"]);
}

#[tokio::test]
async fn calls_carry_the_name_of_the_caller() {
    let fake = Fake::new(vec![], v1::Execution::default());
    let nameless = fake.client(LONG);
    let options = Options { actor: Some("ann".parse().unwrap()), ..Options::default() };
    let named = Client::connect_with(nameless.endpoint(), options).unwrap();
    nameless.call(v1::StartExecutionRequest::default()).await.unwrap();
    named.call(v1::StartExecutionRequest::default()).await.unwrap();
    assert_eq!(fake.callers(), ["", "ann"]);
}
