//! The texts of messages: the part of Markdown that people use in them, read once and written anew for each channel, so that
//! nothing in a text can be more than text where it arrives.
//!
//! Known are paragraphs (a line break stays one), headings, lists, quotes, fenced code, `**strong**`, `*emphasised*`, `` `code` ``,
//! `[links](https://…)`, bare links, and a backslash before a character that is meant as itself. Anything else, HTML for instance, is
//! text.

mod inline;
mod write;

pub(super) use self::write::{Cards, Dialect, Html, Mrkdwn, Plain, TeamsMarkdown};

/// A part of a text that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Heading(Vec<Inline>),
    Paragraph(Vec<Inline>),
    /// One entry of a list, with its bullet or number.
    Entry(String, Vec<Inline>),
    Quote(Vec<Inline>),
    /// Lines that are shown as they are.
    Code(String),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inline {
    Text(String),
    Break,
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Code(String),
    /// To a URL of `http`, `https` or `mailto`.
    Link(Vec<Inline>, String),
}

/// The blocks that belong together: entries of a list, and every other block by itself.
pub(super) fn pieces(blocks: &[Block]) -> impl Iterator<Item = &[Block]> {
    blocks.chunk_by(|before, after| matches!((before, after), (Block::Entry(..), Block::Entry(..))))
}

/// Reads a text.
pub(super) fn read(text: &str) -> Vec<Block> {
    let text: String =
        text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let mut reader = Reader { blocks: Vec::new(), paragraph: Vec::new() };
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.trim_start().strip_prefix("```") {
            Some(_language) => {
                let code: Vec<&str> = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")).collect();
                reader.push(Block::Code(code.join("\n")));
            }
            None => reader.line(line.trim()),
        }
    }
    reader.finish()
}

struct Reader<'a> {
    blocks: Vec<Block>,
    /// The lines of a paragraph that is not over yet.
    paragraph: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) {
        if line.is_empty() {
            self.end_paragraph();
        } else if let Some(title) = heading(line) {
            self.push(Block::Heading(inline::read(title)));
        } else if let Some((marker, entry)) = entry(line) {
            self.push(Block::Entry(marker, inline::read(entry)));
        } else if let Some(quote) = line.strip_prefix('>') {
            self.push(Block::Quote(inline::read(quote.trim_start())));
        } else {
            self.paragraph.push(line);
        }
    }

    fn push(&mut self, block: Block) {
        self.end_paragraph();
        self.blocks.push(block);
    }

    fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            let lines = std::mem::take(&mut self.paragraph).join("\n");
            self.blocks.push(Block::Paragraph(inline::read(&lines)));
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.end_paragraph();
        self.blocks
    }
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    (1..=6).contains(&(line.len() - title.len())).then(|| title.strip_prefix(' '))?.map(str::trim)
}

/// The bullet or number of a list's entry, and the rest.
fn entry(line: &str) -> Option<(String, &str)> {
    if let Some(rest) = ["- ", "* ", "+ "].iter().find_map(|bullet| line.strip_prefix(bullet)) {
        return Some(("•".to_owned(), rest.trim()));
    }
    let (number, rest) = line.split_once(". ")?;
    let numbered = (1..=9).contains(&number.len()) && number.bytes().all(|digit| digit.is_ascii_digit());
    numbered.then(|| (format!("{number}."), rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    #[test]
    fn blocks_are_told_apart() {
        let blocks = read("# Title\nfirst\nsecond\n\n- one\n2. two\n> said\n```sh\n*raw* <b>\n```\nlast #1");
        let expected = [
            Block::Heading(vec![text("Title")]),
            Block::Paragraph(vec![text("first"), Inline::Break, text("second")]),
            Block::Entry("•".to_owned(), vec![text("one")]),
            Block::Entry("2.".to_owned(), vec![text("two")]),
            Block::Quote(vec![text("said")]),
            Block::Code("*raw* <b>".to_owned()),
            Block::Paragraph(vec![text("last #1")]),
        ];
        assert_eq!(blocks, expected);
    }

    #[test]
    fn what_only_looks_like_a_block_is_text() {
        for line in ["#hash", "-dash", "1.5 million", "a. b", "####### seven"] {
            assert_eq!(read(line), [Block::Paragraph(vec![text(line)])], "{line}");
        }
        assert_eq!(read("a\u{0}\u{1b}[31mb\r\nc"), read("a[31mb\nc"), "control characters are left out");
        assert_eq!(read("```\nnever closed"), [Block::Code("never closed".to_owned())]);
        assert_eq!(read(""), []);
    }
}
