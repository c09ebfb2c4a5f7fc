//! Where everything is printed.

use std::fmt::{Debug, Formatter};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use console::Term;

use crate::palette::Palette;

/// The standard output and the standard error, or buffers in their place. Clones write to the same.
#[derive(Clone)]
pub struct Terminal {
    out: Arc<Mutex<dyn Write + Send>>,
    err: Arc<Mutex<dyn Write + Send>>,
    size: Size,
    interactive: bool,
    palette: Palette,
}

#[derive(Clone)]
enum Size {
    Fixed { rows: usize, columns: usize },
    Asked(Term),
}

impl Debug for Terminal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Terminal").field("interactive", &self.interactive).finish_non_exhaustive()
    }
}

impl Terminal {
    /// The standard output and the standard error of the process.
    #[must_use]
    pub fn stdio(no_color: bool) -> Self {
        let term = Term::stdout();
        let interactive = term.is_term();
        Self {
            out: Arc::new(Mutex::new(io::stdout())),
            err: Arc::new(Mutex::new(io::stderr())),
            palette: Palette::new(interactive && !no_color && console::colors_enabled()),
            size: Size::Asked(term),
            interactive,
        }
    }

    /// A terminal that keeps what is printed, without colors.
    #[must_use]
    pub fn captured(interactive: bool, rows: usize, columns: usize) -> (Self, Captured) {
        let captured = Captured::default();
        let terminal = Self {
            out: captured.out.clone(),
            err: captured.err.clone(),
            size: Size::Fixed { rows, columns },
            interactive,
            palette: Palette::new(false),
        };
        (terminal, captured)
    }

    /// Prints a line, or several.
    ///
    /// # Errors
    /// If the output can't be written, because its reader went away for instance.
    pub fn line(&self, text: &str) -> io::Result<()> {
        self.raw(&format!("{text}\n"))
    }

    /// Prints text as it is.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn raw(&self, text: &str) -> io::Result<()> {
        write_to(&self.out, text)
    }

    /// Prints a line for the person, which is not part of the result: on the standard error.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn note(&self, text: &str) -> io::Result<()> {
        write_to(&self.err, &format!("{text}\n"))
    }

    /// Whether a person looks at the output, so that it can be drawn over.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// The colors.
    #[must_use]
    pub fn palette(&self) -> Palette {
        self.palette
    }

    /// The number of rows and columns now.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        match &self.size {
            Size::Fixed { rows, columns } => (*rows, *columns),
            Size::Asked(term) => term.size_checked().map_or((24, 100), |(rows, columns)| (rows.into(), columns.into())),
        }
    }
}

fn write_to(writer: &Mutex<dyn Write + Send>, text: &str) -> io::Result<()> {
    let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
    writer.write_all(text.as_bytes())?;
    writer.flush()
}

/// What was printed on a [`Terminal::captured`].
#[derive(Debug, Clone, Default)]
pub struct Captured {
    out: Arc<Mutex<Vec<u8>>>,
    err: Arc<Mutex<Vec<u8>>>,
}

impl Captured {
    /// What would be on the standard output.
    #[must_use]
    pub fn out(&self) -> String {
        text(&self.out)
    }

    /// What would be on the standard error.
    #[must_use]
    pub fn err(&self) -> String {
        text(&self.err)
    }
}

fn text(buffer: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&buffer.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// Text from elsewhere without the characters that could steer the terminal.
pub(crate) fn harmless(text: &str) -> String {
    let harmful = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    text.replace("\r\n", "\n").replace(harmful, "\u{fffd}")
}

/// The same on one line.
pub(crate) fn one_line(text: &str) -> String {
    harmless(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_does_not_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\nc"), "a\u{fffd}[2Jb\nc");
        assert_eq!(one_line("a\n  b\tc"), "a b c");
    }

    #[test]
    fn keeps_results_and_notes_apart() {
        let (terminal, captured) = Terminal::captured(false, 24, 80);
        terminal.line("result").unwrap();
        terminal.note("note").unwrap();
        assert_eq!((captured.out().as_str(), captured.err().as_str()), ("result\n", "note\n"));
    }
}
