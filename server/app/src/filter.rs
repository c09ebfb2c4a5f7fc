//! Filters of lists: terms `field=value` with spaces between, all of which must hold; a value may be a list with commas,
//! one of which must hold. A value with spaces or commas is written in double quotes. Fields that have an order are
//! compared with `>=` and `<` instead.

use crate::AppError;

/// A filter taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms(Vec<Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: String,
    comparison: Comparison,
    values: Vec<String>,
}

/// How a field is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `=`
    Equal,
    /// `>=`
    From,
    /// `<`
    Below,
}

impl Terms {
    /// Whether a test holds for all terms.
    pub(crate) fn all(&self, holds: impl Fn(&str, &[String]) -> bool) -> bool {
        self.0.iter().all(|term| holds(&term.field, &term.values))
    }

    /// The terms.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Comparison, &[String])> {
        self.0.iter().map(|term| (term.field.as_str(), term.comparison, term.values.as_slice()))
    }
}

/// Takes a filter apart. `fields` are those that there are; one that ends in `.` stands for all that begin with it, and
/// one that begins with `<` is compared by its order.
///
/// # Errors
/// [`AppError::InvalidArgument`] that says what is wrong at which character.
pub(crate) fn parse(text: &str, fields: &[&str]) -> Result<Terms, AppError> {
    let mut parser = Parser { rest: text, length: text.len() };
    let mut terms: Vec<Term> = Vec::new();
    loop {
        parser.spaces();
        if parser.rest.is_empty() {
            return Ok(Terms(terms));
        }
        let start = parser.position();
        let (field, comparison) = parser.field()?;
        let Some(known) = fields.iter().find(|known| is_field(known, &field)) else {
            let names: Vec<&str> = fields.iter().map(|field| field.trim_start_matches('<')).collect();
            let problem = format!("there is no field {field:?}; the fields are {}", names.join(", "));
            return Err(error(start, &problem));
        };
        if known.starts_with('<') == (comparison == Comparison::Equal) {
            let allowed = if known.starts_with('<') { "`>=` or `<`" } else { "`=`" };
            return Err(error(start + field.len(), &format!("{field:?} is compared with {allowed}")));
        }
        if terms.iter().any(|term| term.field == field && term.comparison == comparison) {
            return Err(error(start, &format!("{field:?} is there twice; put its values into one term, with commas")));
        }
        terms.push(Term { field, comparison, values: parser.values()? });
    }
}

fn is_field(known: &str, field: &str) -> bool {
    let known = known.trim_start_matches('<');
    if known.ends_with('.') { field.len() > known.len() && field.starts_with(known) } else { known == field }
}

struct Parser<'a> {
    rest: &'a str,
    length: usize,
}

impl Parser<'_> {
    fn position(&self) -> usize {
        self.length - self.rest.len() + 1
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn field(&mut self) -> Result<(String, Comparison), AppError> {
        let ends = |c: char| c == '=' || c == '>' || c == '<' || c.is_whitespace();
        let (field, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        let operators = [(">=", Comparison::From), ("<", Comparison::Below), ("=", Comparison::Equal)];
        let found = operators.iter().find_map(|(sign, comparison)| Some((rest.strip_prefix(sign)?, *comparison)));
        let Some((rest, comparison)) = found else {
            return Err(error(self.position() + field.len(), &format!("expected `=` and a value after {field:?}")));
        };
        self.rest = rest;
        Ok((field.to_owned(), comparison))
    }

    fn values(&mut self) -> Result<Vec<String>, AppError> {
        let mut values = Vec::new();
        loop {
            values.push(self.value()?);
            match self.rest.chars().next() {
                Some(',') => self.rest = &self.rest[1..],
                Some(c) if !c.is_whitespace() => {
                    return Err(error(self.position(), &format!("expected a space or a comma, found {c:?}")));
                }
                _ => return Ok(values),
            }
        }
    }

    fn value(&mut self) -> Result<String, AppError> {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let Some((value, rest)) = quoted.split_once('"') else {
                return Err(error(self.position(), "the double quote is not closed"));
            };
            self.rest = rest;
            return Ok(value.to_owned());
        }
        let end = self.rest.find(|c: char| c == ',' || c == '"' || c.is_whitespace()).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(error(self.position(), "expected a value"));
        }
        let (value, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(value.to_owned())
    }
}

fn error(position: usize, problem: &str) -> AppError {
    AppError::invalid("filter", format!("{problem}, at character {position}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_fields_and_values() {
        let terms = parse(" status=RUNNING,QUEUED  labels.team=\"a, b\" ", &["status", "labels."]).unwrap();
        let terms: Vec<_> = terms.iter().map(|(field, _, values)| format!("{field}: {values:?}")).collect();
        assert_eq!(terms, [r#"status: ["RUNNING", "QUEUED"]"#, r#"labels.team: ["a, b"]"#]);
        assert_eq!(parse("", &[]).unwrap(), Terms::default());
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let error = |text: &str| parse(text, &["status", "labels."]).unwrap_err().to_string();
        assert_eq!(
            error("state=x"),
            "filter: there is no field \"state\"; the fields are status, labels., at character 1"
        );
        assert_eq!(error("status=A state"), "filter: expected `=` and a value after \"state\", at character 15");
        assert_eq!(error("status="), "filter: expected a value, at character 8");
        assert_eq!(error("status=A,"), "filter: expected a value, at character 10");
        assert_eq!(error("status=\"A"), "filter: the double quote is not closed, at character 8");
        assert_eq!(error("status=\"A\"B"), "filter: expected a space or a comma, found 'B', at character 11");
        assert_eq!(
            error("status=A status=B"),
            "filter: \"status\" is there twice; put its values into one term, with commas, at character 10"
        );
        assert!(error("labels.=x").contains("no field"));
        assert_eq!(error("status>=A"), "filter: \"status\" is compared with `=`, at character 7");
    }

    #[test]
    fn ordered_fields_have_two_ends() {
        let terms = parse("created>=2026 created<2027", &["<created"]).unwrap();
        let terms: Vec<_> = terms.iter().map(|(_, comparison, values)| (comparison, values[0].as_str())).collect();
        assert_eq!(terms, [(Comparison::From, "2026"), (Comparison::Below, "2027")]);
        assert_eq!(
            parse("created=1", &["<created"]).unwrap_err().to_string(),
            "filter: \"created\" is compared with `>=` or `<`, at character 8"
        );
    }
}
