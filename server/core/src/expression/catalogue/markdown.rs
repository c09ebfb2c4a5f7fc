//! The catalogue as a part of the guide to expressions.

use std::fmt::Write;

use super::{Catalogue, Entry, Section};

impl Catalogue {
    /// Tables of everything, in Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        chapter(
            &mut text,
            "Operators",
            "What can be written besides names and calls.",
            std::slice::from_ref(&self.operators),
        );
        chapter(&mut text, "Functions", "Functions begin with `#`.", &self.functions);
        chapter(&mut text, "Methods", "Methods follow a value and a dot.", &self.methods);
        let types = "Members of a type follow `T(type)`; the name without its package is enough. Values of some types are \
                     made with `new`.";
        chapter(&mut text, "Types", types, &self.types);
        text
    }
}

fn chapter(text: &mut String, title: &str, introduction: &str, sections: &[Section]) {
    push(text, format_args!("## {title}\n\n{introduction}\n\n"));
    for section in sections {
        if section.title != title {
            push(text, format_args!("### {}\n\n", section.title));
        }
        text.push_str("| written | gives | for example |\n| --- | --- | --- |\n");
        for entry in &section.entries {
            row(text, entry);
        }
        text.push('\n');
    }
}

fn row(text: &mut String, entry: &Entry) {
    let (written, example, value) = (cell(&entry.signature), cell(entry.example), cell(entry.value));
    push(text, format_args!("| `{written}` | {} | `{example}` is `{value}` |\n", entry.summary));
}

/// A text within a cell of a table, where `|` and ends of lines have a meaning of their own.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "↵")
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a String takes whatever is written");
}
