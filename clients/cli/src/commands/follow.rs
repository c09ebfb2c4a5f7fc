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
