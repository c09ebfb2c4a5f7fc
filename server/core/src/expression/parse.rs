//! The grammar: plain text, `$${` for a plain `${`, and `${ name.name[0]["any name"] }`.
//!
//! A name has letters, digits, `_` and `-`, and begins with a letter or `_`; after a dot it may begin with a digit.

use std::iter::Peekable;
use std::str::CharIndices;

use super::{
    ExpressionError, MAX_EXPRESSIONS, MAX_LENGTH, MAX_STEPS, Part, Problem, Reference, Selector, Step, Template,
};

const OPEN: &str = "${";
const ESCAPED: &str = "$${";

pub(super) fn template(text: &str) -> Result<Template, ExpressionError> {
    if text.len() > MAX_LENGTH {
        let problem = Problem::TooLong { what: "the text", limit: MAX_LENGTH };
        return Err(ExpressionError { position: 1, problem });
    }
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut references = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(OPEN).map(|offset| at + offset) {
        if found > at && text[..found].ends_with('$') {
            plain.push_str(&text[at..found - 1]);
            plain.push_str(OPEN);
            at = found + OPEN.len();
            debug_assert!(text[..at].ends_with(ESCAPED));
            continue;
        }
        plain.push_str(&text[at..found]);
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        let mut parser = Parser::new(text, found + OPEN.len());
        parts.push(Part::Reference(parser.reference()?));
        at = parser.end();
        references += 1;
        if references > MAX_EXPRESSIONS {
            return Err(parser.error(Problem::TooLong { what: "the list of expressions", limit: MAX_EXPRESSIONS }));
        }
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(Template { parts })
}

struct Parser<'a> {
    text: &'a str,
    /// Where `rest` begins in `text`.
    start: usize,
    rest: Peekable<CharIndices<'a>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, start: usize) -> Self {
        Self { text, start, rest: text[start..].char_indices().peekable() }
    }

    /// The byte after what was read.
    fn end(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |(offset, _)| self.start + offset)
    }

    /// The place of the next character, from 1.
    fn position(&mut self) -> usize {
        let end = self.end();
        self.text[..end].chars().count() + 1
    }

    fn error(&mut self, problem: Problem) -> ExpressionError {
        ExpressionError { position: self.position(), problem }
    }

    fn unexpected(&mut self, expected: &'static str) -> ExpressionError {
        let found = self.rest.peek().map_or_else(|| "the end of the text".to_owned(), |(_, c)| format!("{c:?}"));
        self.error(Problem::Unexpected { expected, found })
    }

    fn next_if(&mut self, wanted: char) -> bool {
        self.rest.next_if(|(_, c)| *c == wanted).is_some()
    }

    fn space(&mut self) {
        while self.rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
    }

    /// A reference up to and with its `}`.
    fn reference(&mut self) -> Result<Reference, ExpressionError> {
        self.space();
        let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
        let mut steps = vec![self.name("the name of a variable", begins)?];
        loop {
            if steps.len() > MAX_STEPS {
                return Err(self.error(Problem::TooLong { what: "the reference", limit: MAX_STEPS }));
            }
            if self.next_if('.') {
                steps.push(self.name("a name after the dot", |c| c.is_ascii_alphanumeric() || c == '_')?);
            } else if self.next_if('[') {
                steps.push(self.bracket()?);
            } else {
                break;
            }
        }
        self.space();
        if self.next_if('}') { Ok(Reference { steps }) } else { Err(self.unexpected("`.`, `[` or `}`")) }
    }

    fn name(&mut self, expected: &'static str, begins: impl Fn(char) -> bool) -> Result<Step, ExpressionError> {
        let position = self.position();
        if !self.rest.peek().is_some_and(|(_, c)| begins(*c)) {
            return Err(self.unexpected(expected));
        }
        let continues = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let name = self.take_while(continues);
        Ok(Step { position, selector: Selector::Name(name) })
    }

    /// What stands between `[` and `]`, with the `]`.
    fn bracket(&mut self) -> Result<Step, ExpressionError> {
        self.space();
        let position = self.position();
        let selector = match self.rest.peek() {
            Some((_, quote @ ('"' | '\''))) => {
                let quote = *quote;
                self.rest.next();
                let name = self.take_while(|c| c != quote);
                if !self.next_if(quote) {
                    return Err(self.unexpected("the closing quote"));
                }
                Selector::Name(name)
            }
            Some((_, digit)) if digit.is_ascii_digit() => {
                let digits = self.take_while(|c| c.is_ascii_digit());
                Selector::Index(digits.parse().unwrap_or(usize::MAX))
            }
            _ => return Err(self.unexpected("a number or a quoted name")),
        };
        self.space();
        if self.next_if(']') { Ok(Step { position, selector }) } else { Err(self.unexpected("`]`")) }
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some((_, c)) = self.rest.next_if(|(_, c)| accept(*c)) {
            taken.push(c);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> String {
        template(text).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_have_a_place() {
        insta::assert_snapshot!(
            [
                "${}", "${ }", "${ a", "${ a. }", "${ a.b c }", "${ a[x] }", "${ a[0 }", "${ a['x }", "né ${ 1 }",
                "${ a + b }", "${", "${ ${a} }",
            ]
            .map(|text| format!("{text}: {}", error(text)))
            .join("\n"),
            @r#"
        ${}: expected the name of a variable, found '}', at character 3
        ${ }: expected the name of a variable, found '}', at character 4
        ${ a: expected `.`, `[` or `}`, found the end of the text, at character 5
        ${ a. }: expected a name after the dot, found ' ', at character 6
        ${ a.b c }: expected `.`, `[` or `}`, found 'c', at character 8
        ${ a[x] }: expected a number or a quoted name, found 'x', at character 6
        ${ a[0 }: expected `]`, found '}', at character 8
        ${ a['x }: expected the closing quote, found the end of the text, at character 10
        né ${ 1 }: expected the name of a variable, found '1', at character 7
        ${ a + b }: expected `.`, `[` or `}`, found '+', at character 6
        ${: expected the name of a variable, found the end of the text, at character 3
        ${ ${a} }: expected the name of a variable, found '$', at character 4
        "#
        );
    }

    #[test]
    fn limits_are_kept() {
        assert!(template(&"x".repeat(MAX_LENGTH)).is_ok());
        assert!(error(&"x".repeat(MAX_LENGTH + 1)).contains("the text is longer than the limit of 65536"));
        let deep = |steps: usize| format!("${{ a{} }}", ".b".repeat(steps - 1));
        assert!(template(&deep(MAX_STEPS)).is_ok());
        assert!(error(&deep(MAX_STEPS + 1)).contains("the reference is longer than the limit of 64"));
        assert!(template(&"${a}".repeat(MAX_EXPRESSIONS)).is_ok());
        assert!(error(&"${a}".repeat(MAX_EXPRESSIONS + 1)).contains("limit of 1000"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "[$ {}a.\\[\\]'\"0é-]{0,40}") {
            let _ = template(&text);
        }

        #[test]
        fn plain_text_is_one_part(text in "[^$]{1,40}") {
            prop_assert_eq!(template(&text).unwrap().parts, vec![Part::Text(text)]);
        }
    }
}
