//! Following an execution, for `watch`, `run --follow` and operations.

use std::pin::pin;
use std::time::Duration;

use gennaker_client::{ExecutionView, Update, v1};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::globals::Format;
use crate::names::short;
use crate::output::Document;
use crate::palette::Tone;
use crate::render::Renderer;
use crate::session::Session;

const TICK: Duration = Duration::from_millis(100);

/// Follows an execution to its end, which says how the command ends. Ctrl-C ends the following, not the execution.
pub(super) async fn follow(session: &Session, name: &str, after: Option<u64>) -> Result<Exit, Failure> {
    let interrupted = async { tokio::signal::ctrl_c().await };
    follow_until(session, name, after, interrupted).await
}

async fn follow_until(
    session: &Session,
    name: &str,
    after: Option<u64>,
    interrupted: impl Future<Output = std::io::Result<()>>,
) -> Result<Exit, Failure> {
    let mut screen = Screen::new(session, after);
    let mut follow = session.client.follow(name, after);
    let mut ticks = tokio::time::interval(TICK);
    let mut interrupted = pin!(interrupted);
    loop {
        tokio::select! {
            update = follow.next() => match update {
                Ok(Some(update)) => screen.show(session, &update)?,
                Ok(None) => break,
                Err(error) => {
                    screen.renderer.finish()?;
                    return Err(error.into());
                }
            },
            _ = ticks.tick() => screen.renderer.tick()?,
            signal = &mut interrupted => {
                signal?;
                screen.renderer.finish()?;
                stopped(session, name, follow.position())?;
                return Ok(Exit::Interrupted);
            }
        }
    }
    if session.is_text() {
        screen.renderer.finish()?;
    }
    Ok(Exit::from(final_status(session, name, &screen.view).await?))
}

/// A view of the events after the last one knows nothing.
async fn final_status(session: &Session, name: &str, view: &ExecutionView) -> Result<v1::ExecutionStatus, Failure> {
    if view.is_ended() {
        return Ok(view.status());
    }
    let request = v1::GetExecutionRequest { name: name.to_owned() };
    Ok(session.client.call(request).await?.execution.unwrap_or_default().status())
}

fn stopped(session: &Session, name: &str, position: Option<u64>) -> Result<(), Failure> {
    let (program, execution) = (session.globals.program(), short(name));
    // A person wants the whole tree again, a program what it has not seen.
    let position = position.filter(|_| !session.is_text());
    let after = position.map(|position| format!(" --after {position}")).unwrap_or_default();
    session.terminal.note(&format!(
        "no longer followed; the execution goes on\n  to follow it:  {program} watch {execution}{after}\n  \
         to cancel it:  {program} cancel {execution}"
    ))?;
    Ok(())
}

/// What is shown while an execution is followed.
struct Screen {
    view: ExecutionView,
    renderer: Renderer,
    lost: bool,
}

impl Screen {
    /// A tree needs the whole execution; a part of the events is shown in lines.
    fn new(session: &Session, after: Option<u64>) -> Self {
        let whole = after.is_none_or(|after| after == 0) && session.is_text();
        let terminal = session.terminal.clone();
        let renderer = if whole { Renderer::new(terminal) } else { Renderer::lines(terminal) };
        Self { view: ExecutionView::default(), renderer: renderer.with_program(session.globals.program()), lost: false }
    }

    fn show(&mut self, session: &Session, update: &Update) -> Result<(), Failure> {
        self.view.apply(update);
        match update {
            Update::Interrupted { cause, .. } => return self.interrupted(session, cause.message()),
            Update::Snapshot(_) | Update::Event(_) => self.lost = false,
        }
        match session.globals.output {
            Format::Text => Ok(self.renderer.update(&self.view)?),
            Format::Json => session.line(&serde_json::to_string(&document(update)).unwrap_or_default()),
            Format::Yaml => session.print_all(&[document(update)]),
        }
    }

    fn interrupted(&mut self, session: &Session, cause: &str) -> Result<(), Failure> {
        if std::mem::replace(&mut self.lost, true) {
            return Ok(());
        }
        let text = format!("the connection is lost ({cause}); trying again for {:?}", session.globals.reconnect_for);
        if session.is_text() {
            let text = session.terminal.palette().paint(Tone::Waiting, &text);
            return Ok(self.renderer.note(&text)?);
        }
        Ok(session.terminal.note(&text)?)
    }
}

fn document(update: &Update) -> Document {
    match update {
        Update::Snapshot(execution) => Document::new(execution.as_ref()),
        Update::Event(event) => Document::new(event.as_ref()),
        Update::Interrupted { .. } => Document::new(&v1::ExecutionEvent::default()),
    }
}

#[cfg(test)]
#[path = "../../../rust/tests/fake/mod.rs"]
#[allow(dead_code, missing_docs, reason = "the fake server of the client's own tests can do more than is needed here")]
mod fake;

#[cfg(test)]
mod tests {
    use super::fake::{Fake, NAME, Play};
    use super::*;
    use crate::globals::GlobalOptions;
    use crate::terminal::{Captured, Terminal};
    use gennaker_proto::v1::watch_execution_response::Message;
    use std::sync::Arc;
    use tonic::Status;

    fn execution(sequence: u64, status: v1::ExecutionStatus) -> v1::Execution {
        let display_name = "Deploy".to_owned();
        v1::Execution { name: NAME.into(), display_name, sequence, status: status.into(), ..Default::default() }
    }

    fn event(sequence: u64, status: v1::ExecutionStatus) -> Result<Message, Status> {
        let changed = Some(execution(sequence, status));
        Ok(Message::Event(v1::ExecutionEvent { sequence, changed, ..Default::default() }))
    }

    /// A server whose watches bring these messages, one list for each.
    fn server(status: v1::ExecutionStatus, watches: Vec<Vec<Result<Message, Status>>>) -> Arc<Fake> {
        let plays = watches.into_iter().map(|messages| Box::new(move |_| messages) as Play);
        Fake::new(plays.collect(), execution(9, status))
    }

    fn session(fake: &Arc<Fake>, output: Format) -> (Session, Captured) {
        let (terminal, captured) = Terminal::captured(false, 24, 100);
        let client = fake.client(Duration::from_millis(100));
        let globals = GlobalOptions { output, ..GlobalOptions::default() };
        (Session { client, globals, terminal }, captured)
    }

    #[tokio::test]
    async fn the_result_is_the_exit_code() {
        use v1::ExecutionStatus::{Canceled, Running, Succeeded, Terminal};
        for (status, exit) in [(Succeeded, Exit::Success), (Terminal, Exit::Terminal), (Canceled, Exit::Canceled)] {
            let fake = server(status, vec![vec![event(1, Running), event(2, status)]]);
            let (session, captured) = session(&fake, Format::Text);
            assert_eq!(follow(&session, NAME, Some(0)).await.unwrap(), exit);
            assert!(captured.out().contains("Deploy: running\n"), "{}", captured.out());

            let ended_before = server(status, vec![vec![]]);
            let (session, _) = self::session(&ended_before, Format::Text);
            assert_eq!(follow(&session, NAME, Some(9)).await.unwrap(), exit);
        }
    }

    #[tokio::test]
    async fn a_lost_connection_is_told_once_and_the_rest_comes() {
        use v1::ExecutionStatus::{Running, Succeeded};
        let broken = || Err(Status::unavailable("cut"));
        let watches = vec![vec![event(1, Running), broken()], vec![broken()], vec![event(2, Succeeded)]];
        let (session, captured) = session(&server(Succeeded, watches), Format::Text);
        assert_eq!(follow(&session, NAME, Some(0)).await.unwrap(), Exit::Success);
        assert_eq!(captured.out().matches("the connection is lost (cut)").count(), 1, "{}", captured.out());
    }

    #[tokio::test]
    async fn a_server_that_stays_away_is_unreachable() {
        let watches = vec![vec![event(1, v1::ExecutionStatus::Running), Err(Status::unavailable("cut"))]];
        let (session, _) = session(&server(v1::ExecutionStatus::Running, watches), Format::Text);
        assert_eq!(follow(&session, NAME, Some(0)).await.unwrap_err().exit(), Exit::Unreachable);
    }

    #[tokio::test]
    async fn an_interrupt_ends_the_following_and_says_how_to_go_on() {
        let silence = Err(Status::cancelled(fake::SILENCE));
        let watches = vec![vec![event(1, v1::ExecutionStatus::Running), silence]];
        let (session, captured) = session(&server(v1::ExecutionStatus::Running, watches), Format::Text);
        let printed = captured.clone();
        let interrupted = async move {
            while !printed.out().contains("running") {
                tokio::task::yield_now().await;
            }
            Ok(())
        };
        assert_eq!(follow_until(&session, NAME, Some(0), interrupted).await.unwrap(), Exit::Interrupted);
        let short = short(NAME);
        assert!(captured.err().contains(&format!("gennaker watch {short}\n")), "{}", captured.err());
        assert!(captured.err().contains(&format!("gennaker cancel {short}")), "{}", captured.err());
    }

    #[tokio::test]
    async fn json_has_an_event_on_each_line() {
        use v1::ExecutionStatus::{Running, Succeeded};
        let watches = vec![vec![event(1, Running), event(2, Succeeded)]];
        let (session, captured) = session(&server(Succeeded, watches), Format::Json);
        assert_eq!(follow(&session, NAME, Some(0)).await.unwrap(), Exit::Success);
        let lines: Vec<serde_json::Value> =
            captured.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.iter().map(|line| line["sequence"].clone()).collect::<Vec<_>>(), ["1", "2"]);
    }
}
