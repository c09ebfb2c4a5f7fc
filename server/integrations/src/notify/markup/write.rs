//! Writing texts in the languages of the channels.

use super::{Block, Inline};

/// A language for marked text. What it gets as `inner` is written in it already, what it gets as `text` is not.
pub(in crate::notify) trait Dialect {
    /// Text as itself.
    fn text(&self, text: &str) -> String;
    fn strong(&self, inner: &str) -> String;
    fn emphasis(&self, inner: &str) -> String;
    fn code(&self, text: &str) -> String;
    fn link(&self, inner: &str, url: &str) -> String;
    fn line_break(&self) -> &'static str {
        "\n"
    }
    fn heading(&self, inner: &str) -> String {
        self.strong(inner)
    }
    fn paragraph(&self, inner: &str) -> String {
        inner.to_owned()
    }
    fn entry(&self, marker: &str, inner: &str) -> String {
        format!("{} {inner}", self.text(marker))
    }
    fn quote(&self, inner: &str) -> String;
    fn code_block(&self, text: &str) -> String;

    /// Writes one block.
    fn block(&self, block: &Block) -> String {
        match block {
            Block::Heading(parts) => self.heading(&self.parts(parts)),
            Block::Paragraph(parts) => self.paragraph(&self.parts(parts)),
            Block::Entry(marker, parts) => self.entry(marker, &self.parts(parts)),
            Block::Quote(parts) => self.quote(&self.parts(parts)),
            Block::Code(text) => self.code_block(text),
        }
    }

    /// Writes a whole text, its blocks on lines of their own and with an empty one between those that are not entries of a list.
    fn document(&self, blocks: &[Block]) -> String {
        let mut text = String::new();
        for (place, block) in blocks.iter().enumerate() {
            let follows = place.checked_sub(1).map(|before| &blocks[before]);
            text.push_str(match (follows, block) {
                (None, _) => "",
                (Some(Block::Entry(..)), Block::Entry(..)) | (Some(Block::Quote(_)), Block::Quote(_)) => {
                    self.line_break()
                }
                (Some(_), _) => self.between(),
            });
            text.push_str(&self.block(block));
        }
        text
    }

    fn between(&self) -> &'static str {
        "\n\n"
    }

    fn parts(&self, parts: &[Inline]) -> String {
        parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &Inline) -> String {
        match part {
            Inline::Text(text) => self.text(text),
            Inline::Break => self.line_break().to_owned(),
            Inline::Strong(parts) => self.strong(&self.parts(parts)),
            Inline::Emphasis(parts) => self.emphasis(&self.parts(parts)),
            Inline::Code(text) => self.code(text),
            Inline::Link(parts, url) => self.link(&self.parts(parts), url),
        }
    }
}

/// Text without marks.
pub(in crate::notify) struct Plain;

impl Dialect for Plain {
    fn text(&self, text: &str) -> String {
        text.to_owned()
    }

    fn strong(&self, inner: &str) -> String {
        inner.to_owned()
    }

    fn emphasis(&self, inner: &str) -> String {
        inner.to_owned()
    }

    fn code(&self, text: &str) -> String {
        text.to_owned()
    }

    fn link(&self, inner: &str, url: &str) -> String {
        if inner == url { url.to_owned() } else { format!("{inner} ({url})") }
    }

    fn quote(&self, inner: &str) -> String {
        format!("> {inner}")
    }

    fn code_block(&self, text: &str) -> String {
        text.lines().map(|line| format!("    {line}\n")).collect::<String>().trim_end().to_owned()
    }
}

/// HTML for mail.
pub(in crate::notify) struct Html;

/// Text in HTML, within elements and within attributes.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

impl Dialect for Html {
    fn text(&self, text: &str) -> String {
        html(text)
    }

    fn strong(&self, inner: &str) -> String {
        format!("<strong>{inner}</strong>")
    }

    fn emphasis(&self, inner: &str) -> String {
        format!("<em>{inner}</em>")
    }

    fn code(&self, text: &str) -> String {
        format!("<code>{}</code>", html(text))
    }

    fn link(&self, inner: &str, url: &str) -> String {
        format!("<a href=\"{}\">{inner}</a>", html(url))
    }

    fn line_break(&self) -> &'static str {
        "<br>\n"
    }

    fn heading(&self, inner: &str) -> String {
        format!("<h3>{inner}</h3>")
    }

    fn paragraph(&self, inner: &str) -> String {
        format!("<p>{inner}</p>")
    }

    fn entry(&self, marker: &str, inner: &str) -> String {
        format!("<div>{} {inner}</div>", html(marker))
    }

    fn quote(&self, inner: &str) -> String {
        format!("<blockquote>{inner}</blockquote>")
    }

    fn code_block(&self, text: &str) -> String {
        format!("<pre>{}</pre>", html(text))
    }

    fn between(&self) -> &'static str {
        "\n"
    }
}

/// Slack's mrkdwn: <https://docs.slack.dev/messaging/formatting-message-text>. With `<` written as an entity no text can mention
/// anybody.
pub(in crate::notify) struct Mrkdwn;

impl Dialect for Mrkdwn {
    fn text(&self, text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    fn strong(&self, inner: &str) -> String {
        format!("*{inner}*")
    }

    fn emphasis(&self, inner: &str) -> String {
        format!("_{inner}_")
    }

    fn code(&self, text: &str) -> String {
        format!("`{}`", self.text(&text.replace('`', "'")))
    }

    fn link(&self, inner: &str, url: &str) -> String {
        format!("<{}|{}>", self.text(url).replace('|', "%7C"), inner.replace('|', "¦"))
    }

    fn quote(&self, inner: &str) -> String {
        format!("> {inner}")
    }

    fn code_block(&self, text: &str) -> String {
        format!("```\n{}\n```", self.text(&text.replace("```", "'''")))
    }
}

/// The HTML of Google Chat's cards, which knows few elements:
/// <https://developers.google.com/workspace/chat/format-messages#card-formatting>.
pub(in crate::notify) struct Cards;

impl Dialect for Cards {
    fn text(&self, text: &str) -> String {
        html(text)
    }

    fn strong(&self, inner: &str) -> String {
        format!("<b>{inner}</b>")
    }

    fn emphasis(&self, inner: &str) -> String {
        format!("<i>{inner}</i>")
    }

    fn code(&self, text: &str) -> String {
        html(text)
    }

    fn link(&self, inner: &str, url: &str) -> String {
        format!("<a href=\"{}\">{inner}</a>", html(url))
    }

    fn line_break(&self) -> &'static str {
        "<br>"
    }

    fn entry(&self, marker: &str, inner: &str) -> String {
        format!("{} {inner}<br>", html(marker))
    }

    fn quote(&self, inner: &str) -> String {
        format!("<i>{inner}</i>")
    }

    fn code_block(&self, text: &str) -> String {
        html(text).replace('\n', "<br>")
    }

    fn between(&self) -> &'static str {
        "<br><br>"
    }
}

/// The Markdown of Adaptive Cards' text blocks: <https://adaptivecards.microsoft.com/?topic=markdown>. A text can mention nobody,
/// for mentions are entities of the card.
pub(in crate::notify) struct TeamsMarkdown;

impl Dialect for TeamsMarkdown {
    fn text(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            if matches!(character, '\\' | '*' | '_' | '[' | ']' | '`' | '~' | '<' | '#') {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        escaped
    }

    fn strong(&self, inner: &str) -> String {
        format!("**{inner}**")
    }

    fn emphasis(&self, inner: &str) -> String {
        format!("_{inner}_")
    }

    fn code(&self, text: &str) -> String {
        self.text(text)
    }

    fn link(&self, inner: &str, url: &str) -> String {
        format!("[{inner}]({})", url.replace('(', "%28").replace(')', "%29"))
    }

    fn line_break(&self) -> &'static str {
        "\n\n"
    }

    fn entry(&self, marker: &str, inner: &str) -> String {
        format!("{} {inner}", if marker == "•" { "-" } else { marker })
    }

    fn quote(&self, inner: &str) -> String {
        self.emphasis(inner)
    }

    /// There is no way to keep lines as they are.
    fn code_block(&self, text: &str) -> String {
        self.text(text).replace('\n', self.line_break())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read;
    use super::*;

    const TEXT: &str = "# Deployed *v2*\nBy **Ann & Bob** with `a<b`.\nSee [the notes](https://n.example/?a=1&b=\"2\").\n\n- one_two\n- \
                        <!channel> <script>\n\n> well\n\n```\nif a < b { `x` }\n```";

    #[test]
    fn each_channel_gets_its_language() {
        let blocks = read(TEXT);
        let all = [
            ("plain", Plain.document(&blocks)),
            ("html", Html.document(&blocks)),
            ("mrkdwn", Mrkdwn.document(&blocks)),
            ("cards", Cards.document(&blocks)),
            ("teams", TeamsMarkdown.document(&blocks)),
        ];
        let all: Vec<String> = all.into_iter().map(|(name, text)| format!("--- {name}\n{text}")).collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn nothing_breaks_out_of_its_place() {
        let evil = "<!here> <users/all> <at>x</at> \"><img src=x onerror=alert(1)> [x](https://e.example/\"onmouseover=1) & | `";
        let blocks = read(evil);
        for written in [Html.document(&blocks), Mrkdwn.document(&blocks), Cards.document(&blocks)] {
            for mark in ["<!", "<users", "<at", "<img"] {
                assert!(!written.contains(mark), "{mark} in {written}");
            }
        }
        assert!(!Html.document(&blocks).contains("\"onmouse") && !Cards.document(&blocks).contains("\"onmouse"));
    }

    /// Whether every tag, or what looks like one, is one of those that we write.
    fn only_known(written: &str, known: &[&str]) -> bool {
        written.split('<').skip(1).all(|after| known.iter().any(|tag| after.starts_with(tag)))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_writes_a_tag_of_its_own(text in "([*_`\\\\<>\\[\\]()!@#|&\"' \n.a-d1-]|http://|https://x|mailto:|```|javascript:|<!here>){0,60}") {
            let blocks = read(&text);
            let html = Html.document(&blocks);
            let tags = [
                "strong>", "/strong>", "em>", "/em>", "code>", "/code>", "br>", "p>", "/p>", "h3>", "/h3>", "div>", "/div>",
                "blockquote>", "/blockquote>", "pre>", "/pre>", "a href=\"http://", "a href=\"https://", "a href=\"mailto:", "/a>",
            ];
            prop_assert!(only_known(&html, &tags), "{}", html);
            let cards = Cards.document(&blocks);
            let tags = ["b>", "/b>", "i>", "/i>", "br>", "a href=\"http://", "a href=\"https://", "a href=\"mailto:", "/a>"];
            prop_assert!(only_known(&cards, &tags), "{}", cards);
            let mrkdwn = Mrkdwn.document(&blocks);
            prop_assert!(only_known(&mrkdwn, &["http://", "https://", "mailto:"]), "{}", mrkdwn);
        }
    }
}
