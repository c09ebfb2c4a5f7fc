//! Colors, which never say anything alone: a word or an icon says the same.

use console::Style;

/// What a piece of text is to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// It went wrong.
    Bad,
    /// It goes on now.
    Active,
    /// It waits for somebody or something.
    Waiting,
    /// It matters less.
    Muted,
    /// It matters more.
    Strong,
}

/// Paints text, or doesn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    colors: bool,
}

impl Palette {
    /// A palette with or without colors.
    #[must_use]
    pub fn new(colors: bool) -> Self {
        Self { colors }
    }

    /// The text, painted when there are colors.
    #[must_use]
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colors || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Good => Style::new().green(),
            Tone::Bad => Style::new().red().bold(),
            Tone::Active => Style::new().cyan(),
            Tone::Waiting => Style::new().yellow(),
            Tone::Muted => Style::new().dim(),
            Tone::Strong => Style::new().bold(),
        };
        style.force_styling(true).apply_to(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paints_only_when_asked() {
        assert_eq!(Palette::new(false).paint(Tone::Bad, "x"), "x");
        assert!(Palette::new(true).paint(Tone::Bad, "x").contains("\u{1b}["));
    }
}
