//! An execution while it runs: a tree that is drawn over on a terminal, or a line for each change.

mod errand;
mod frame;
mod judgment;
mod lines;
mod waiting;
mod words;

use std::io;
use std::time::{Duration, Instant};

use gennaker_client::ExecutionView;

use crate::terminal::Terminal;
use crate::time::now;

pub(crate) use errand::{belongings, resolved_artifact};
pub(crate) use frame::{Style, frame};
pub(crate) use judgment::progress;
pub(crate) use lines::Lines;
pub(crate) use waiting::waits_for;
pub(crate) use words::{execution_word, stage_word};

/// More often the eye doesn't see, and slow terminals suffer.
const SHORTEST_BETWEEN_FRAMES: Duration = Duration::from_millis(50);

/// Shows an execution that is fed to it as an [`ExecutionView`], again and again as it changes.
///
/// On a terminal it draws a tree of the stages with progress and timings, and draws it over; call [`Renderer::tick`]
/// some times in a second so that times go on. Elsewhere it prints one line for each change. In both cases it shows
/// the question of a judgment with the commands that answer it.
#[derive(Debug)]
pub struct Renderer {
    terminal: Terminal,
    program: String,
    mode: Mode,
    footer: Option<String>,
}

#[derive(Debug)]
enum Mode {
    Live { view: Option<Box<ExecutionView>>, drawn: usize, last: Option<Instant> },
    Lines(Lines),
}

impl Renderer {
    /// A renderer that suits the terminal.
    #[must_use]
    pub fn new(terminal: Terminal) -> Self {
        if !terminal.is_interactive() {
            return Self::lines(terminal);
        }
        let mode = Mode::Live { view: None, drawn: 0, last: None };
        Self { terminal, program: "gennaker".to_owned(), mode, footer: None }
    }

    /// A renderer that prints lines, also on a terminal.
    #[must_use]
    pub fn lines(terminal: Terminal) -> Self {
        Self { terminal, program: "gennaker".to_owned(), mode: Mode::Lines(Lines::default()), footer: None }
    }

    /// What a person types to call this program, in the commands that are shown: `gennaker --server URL` for instance.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<String>) -> Self {
        self.program = program.into();
        self
    }

    /// Shows the execution as it is now.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn update(&mut self, new: &ExecutionView) -> io::Result<()> {
        match &mut self.mode {
            Mode::Live { view, last, .. } => {
                *view = Some(Box::new(new.clone()));
                if last.is_some_and(|last| last.elapsed() < SHORTEST_BETWEEN_FRAMES) { Ok(()) } else { self.draw() }
            }
            Mode::Lines(lines) => {
                let palette = self.terminal.palette();
                for line in lines.changes(new, &self.program, palette) {
                    self.terminal.line(&line)?;
                }
                Ok(())
            }
        }
    }

    /// Draws again, because time went on. Does nothing when lines are printed.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn tick(&mut self) -> io::Result<()> {
        match self.mode {
            Mode::Live { .. } => self.draw(),
            Mode::Lines(_) => Ok(()),
        }
    }

    /// Sets a line that stays under the tree, of the demo's requests for instance. Not shown when lines are printed.
    pub fn set_footer(&mut self, footer: Option<String>) {
        self.footer = footer;
    }

    /// Prints a line that stays, above the tree.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn note(&mut self, line: &str) -> io::Result<()> {
        let erase = self.erase();
        self.terminal.raw(&format!("{erase}{line}\n"))?;
        self.tick()
    }

    /// Leaves the last state of the tree on the terminal, whole. The renderer can go on after it, below.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn finish(&mut self) -> io::Result<()> {
        let erase = self.erase();
        let Mode::Live { view: Some(view), .. } = &self.mode else { return Ok(()) };
        let style = Style { columns: self.terminal.size().1, palette: self.terminal.palette(), program: &self.program };
        let lines = frame(view, now(), &style);
        self.terminal.raw(&format!("{erase}{}", joined(&lines)))
    }

    fn draw(&mut self) -> io::Result<()> {
        let erase = self.erase();
        let (rows, columns) = self.terminal.size();
        let Mode::Live { view: Some(view), drawn, last } = &mut self.mode else { return Ok(()) };
        let style = Style { columns, palette: self.terminal.palette(), program: &self.program };
        let room = rows.saturating_sub(2 + usize::from(self.footer.is_some()));
        let mut lines = fit(frame(view, now(), &style), room, columns);
        lines.extend(self.footer.as_deref().map(|footer| console::truncate_str(footer, columns, "…").into_owned()));
        *drawn = height(&lines, columns);
        *last = Some(Instant::now());
        self.terminal.raw(&format!("{erase}{}", joined(&lines)))
    }

    /// What takes the last frame away.
    fn erase(&mut self) -> String {
        match &mut self.mode {
            Mode::Live { drawn, .. } if *drawn > 0 => format!("\u{1b}[{}A\r\u{1b}[J", std::mem::take(drawn)),
            Mode::Live { .. } | Mode::Lines(_) => String::new(),
        }
    }
}

fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// The rows that lines take on a terminal, which wraps those that are longer than it is wide.
fn height(lines: &[String], columns: usize) -> usize {
    lines.iter().map(|line| console::measure_text_width(line).div_ceil(columns.max(1)).max(1)).sum()
}

/// What doesn't fit on the screen can't be drawn over. The end matters more than the middle: questions stand there.
fn fit(mut lines: Vec<String>, rows: usize, columns: usize) -> Vec<String> {
    let mut hidden = 0;
    while lines.len() > 2 && height(&lines, columns) + usize::from(hidden > 0) > rows {
        lines.remove(1);
        hidden += 1;
    }
    if hidden > 0 {
        lines.insert(1, format!("  … {hidden} more lines above"));
    }
    lines
}

#[cfg(test)]
mod tests;
