//! Filters of lists that the server does not filter itself: terms `field=value` with spaces between.

use serde_json::Value;

use crate::failure::Failure;

/// Terms, all of which must hold. A value may be a list with commas, one of which must hold; `*` at its end matches
/// any rest.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    terms: Vec<(String, Vec<String>)>,
}

impl Filter {
    /// Reads a filter.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let term = |term: &str| {
            let (field, values) = term
                .split_once('=')
                .filter(|(field, values)| !field.is_empty() && !values.is_empty())
                .ok_or_else(|| Failure::Usage(format!("the term {term:?} of the filter is not `field=value`")))?;
            Ok((camel_case(field), values.split(',').map(str::to_owned).collect()))
        };
        Ok(Self { terms: text.split_whitespace().map(term).collect::<Result<_, Failure>>()? })
    }

    /// Whether a message in its JSON form matches. A field that isn't there has the empty text.
    pub(crate) fn matches(&self, message: &Value) -> bool {
        self.terms.iter().all(|(field, wanted)| {
            let found = texts(message, field);
            wanted.iter().any(|wanted| found.iter().any(|found| fits(wanted, found)))
        })
    }
}

fn fits(wanted: &str, found: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => found.starts_with(start),
        None => found == wanted || crate::names::last(found) == wanted || found.ends_with(&format!("_{wanted}")),
    }
}

/// The values at a dotted path. A list means each of its elements.
fn texts(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(|element| texts(element, path)).collect(),
        Value::Object(object) if !path.is_empty() => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            object.get(first).map_or_else(|| vec![String::new()], |value| texts(value, rest))
        }
        Value::String(text) => vec![text.clone()],
        Value::Null => vec![String::new()],
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}

/// `server_group` is `serverGroup` in JSON. Keys of labels after a dot stay as they are.
fn camel_case(field: &str) -> String {
    let (first, rest) = field.split_once('.').map_or((field, None), |(first, rest)| (first, Some(rest)));
    let mut camel = String::new();
    for (index, word) in first.split('_').enumerate() {
        let mut characters = word.chars();
        match characters.next() {
            Some(initial) if index > 0 => camel.extend(initial.to_uppercase().chain(characters)),
            Some(initial) => camel.extend(std::iter::once(initial).chain(characters)),
            None => {}
        }
    }
    rest.map_or(camel.clone(), |rest| format!("{camel}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matches(filter: &str) -> bool {
        let message = json!({
            "name": "accounts/local/regions/main/serverGroups/hello-v001", "disabled": true, "health": "HEALTH_STATE_UP",
            "labels": {"team_a": "x"}, "loadBalancers": ["a", "b"], "displayName": "Hello",
        });
        Filter::parse(filter).unwrap().matches(&message)
    }

    #[test]
    fn all_terms_must_hold() {
        for right in [
            "",
            "name=hello-v001",
            "disabled=true health=UP",
            "labels.team_a=x,y",
            "load_balancers=b",
            "display_name=He*",
        ] {
            assert!(matches(right), "{right}");
        }
        for wrong in ["name=hello", "disabled=true health=DOWN", "labels.other=x", "load_balancers=c"] {
            assert!(!matches(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_term_without_a_value_is_refused() {
        for wrong in ["disabled", "=x", "a="] {
            assert!(Filter::parse(wrong).unwrap_err().to_string().contains(wrong));
        }
    }
}
