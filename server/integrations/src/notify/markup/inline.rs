//! What stands within a line.

use super::Inline;

/// How deep strong, emphasised and linked texts may lie within each other; what is deeper is text.
const MAX_DEPTH: usize = 8;
/// How many bytes a mark may lie before what closes it, so that many marks that nothing closes are no burden.
const REACH: usize = 2_048;
/// What ends a bare link, besides white space.
const AFTER_LINK: &[char] = &['<', '>', '"', '`', '|', '\\', '^', '{', '}'];
/// What belongs to the sentence and not to the link that it ends with.
const SENTENCE: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~'];

/// Reads one or several lines.
pub(super) fn read(text: &str) -> Vec<Inline> {
    parse(text, 0)
}

fn parse(text: &str, depth: usize) -> Vec<Inline> {
    let mut parts = Parts::default();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        match special(text, at, depth) {
            Some((part, length)) => {
                parts.push(part);
                at += length;
            }
            None => {
                parts.character(next);
                at += next.len_utf8();
            }
        }
    }
    parts.finish()
}

#[derive(Default)]
struct Parts {
    done: Vec<Inline>,
    text: String,
}

impl Parts {
    fn character(&mut self, character: char) {
        self.text.push(character);
    }

    fn push(&mut self, part: Inline) {
        match part {
            Inline::Text(text) => self.text.push_str(&text),
            part => {
                self.end_text();
                self.done.push(part);
            }
        }
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Inline::Text(std::mem::take(&mut self.text)));
        }
    }

    fn finish(mut self) -> Vec<Inline> {
        self.end_text();
        self.done
    }
}

/// What begins at a place, if it is more than a character, and how long it is.
fn special(text: &str, at: usize, depth: usize) -> Option<(Inline, usize)> {
    let rest = &text[at..text.floor_char_boundary(at + REACH)];
    match rest.as_bytes()[0] {
        b'\n' => Some((Inline::Break, 1)),
        b'\\' => escaped(rest),
        b'`' => code(rest),
        b'*' | b'_' if depth < MAX_DEPTH => marked(rest, before(text, at), depth),
        b'[' if depth < MAX_DEPTH => link(rest, depth),
        b'<' => rest[1..].split_once('>').and_then(|(inner, _)| Some((bare_link(inner)?, inner.len() + 2))),
        b'h' if !before(text, at).is_some_and(char::is_alphanumeric) => {
            let length = rest.find(|c: char| c.is_whitespace() || AFTER_LINK.contains(&c)).unwrap_or(rest.len());
            let url = trim_sentence(&rest[..length]);
            Some((bare_link(url)?, url.len()))
        }
        _ => None,
    }
}

fn escaped(rest: &str) -> Option<(Inline, usize)> {
    let next = rest[1..].chars().next().filter(char::is_ascii_punctuation)?;
    Some((Inline::Text(next.to_string()), 2))
}

fn code(rest: &str) -> Option<(Inline, usize)> {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let inner = &rest[ticks..];
    let length = inner.find(&rest[..ticks])?;
    Some((Inline::Code(inner[..length].replace('\n', " ").trim().to_owned()), length + 2 * ticks))
}

/// Strong or emphasised text. An underscore within a word is one.
fn marked(rest: &str, before: Option<char>, depth: usize) -> Option<(Inline, usize)> {
    let mark = &rest[..1];
    let double = rest[1..].starts_with(mark);
    let delimiter = if double { &rest[..2] } else { mark };
    let in_word = |c: Option<char>| mark == "_" && c.is_some_and(char::is_alphanumeric);
    let inner = &rest[delimiter.len()..];
    if in_word(before) || inner.starts_with(char::is_whitespace) {
        return None;
    }
    let end = inner.match_indices(delimiter).map(|(end, _)| end).find(|end| {
        let (inner, after) = (&inner[..*end], &inner[end + delimiter.len()..]);
        let closes = !inner.is_empty() && !inner.ends_with(|c: char| c.is_whitespace() || c == '\\');
        closes && !in_word(after.chars().next()) && (double || !after.starts_with(mark) && !inner.ends_with(mark))
    })?;
    let parts = parse(&inner[..end], depth + 1);
    let part = if double { Inline::Strong(parts) } else { Inline::Emphasis(parts) };
    Some((part, end + 2 * delimiter.len()))
}

fn link(rest: &str, depth: usize) -> Option<(Inline, usize)> {
    let (label, after) = rest[1..].split_once("](")?;
    let (url, _) = after.split_once(')')?;
    if label.is_empty() || label.contains(['[', ']', '\n']) || !is_link(url) {
        return None;
    }
    Some((Inline::Link(parse(label, MAX_DEPTH.max(depth)), url.to_owned()), label.len() + url.len() + 4))
}

fn bare_link(url: &str) -> Option<Inline> {
    is_link(url).then(|| Inline::Link(vec![Inline::Text(url.to_owned())], url.to_owned()))
}

fn trim_sentence(url: &str) -> &str {
    let url = url.trim_end_matches(SENTENCE);
    if url.contains('(') { url } else { url.trim_end_matches(')').trim_end_matches(SENTENCE) }
}

/// Only what leads to a page or an address of mail; nothing that a program could be made to run.
fn is_link(url: &str) -> bool {
    let known =
        ["https://", "http://", "mailto:"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    known && !url.contains(|c: char| c.is_whitespace() || AFTER_LINK.contains(&c))
}

fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    fn url(url: &str) -> Inline {
        Inline::Link(vec![text(url)], url.to_owned())
    }

    #[test]
    fn marks_are_read() {
        let read = read("a **b *c* d** _e_ `f *g*` [h](https://i.example/j) k");
        let strong = Inline::Strong(vec![text("b "), Inline::Emphasis(vec![text("c")]), text(" d")]);
        let link = Inline::Link(vec![text("h")], "https://i.example/j".to_owned());
        let expected = [
            text("a "),
            strong,
            text(" "),
            Inline::Emphasis(vec![text("e")]),
            text(" "),
            Inline::Code("f *g*".to_owned()),
            text(" "),
            link,
            text(" k"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_mark_is_text() {
        for line in [
            "snake_case_name",
            "2 * 3 * 4",
            "**open",
            "a ** b **",
            "[a](javascript:alert(1))",
            "[a](ftp://b)",
            "<b>bold</b>",
            "[x]",
            "`open",
            "_a_b",
            "http://",
            "\\",
        ] {
            assert_eq!(read(line), [text(line)], "{line}");
        }
        assert_eq!(read(r"\*a\* \<b>"), [text("*a* <b>")]);
    }

    #[test]
    fn bare_links_end_where_the_sentence_goes_on() {
        assert_eq!(read("see https://a.example/b?c=d."), [text("see "), url("https://a.example/b?c=d"), text(".")]);
        assert_eq!(read("(http://a.example)"), [text("("), url("http://a.example"), text(")")]);
        assert_eq!(read("<https://a.example/,>"), [url("https://a.example/,")]);
        assert_eq!(read("xhttp://a"), [text("xhttp://a")]);
    }

    #[test]
    fn depth_and_length_are_no_burden() {
        let nested = "*_".repeat(2_500) + &"_*".repeat(2_500);
        assert!(!read(&nested).is_empty());
        for unit in ["**_", "*", "**a ", "[", "[a](", "`", "<", "h", "_a "] {
            assert!(!read(&unit.repeat(10_000 / unit.len())).is_empty(), "{unit}");
        }
    }
}
