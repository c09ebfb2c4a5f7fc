//! Paths into JSON values: `ref`, `repository.name`, `commits[0].id`, also with a leading `$.`.

use serde_json::Value;

/// A path taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    /// `[*]`: every element.
    All,
}

impl Path {
    /// Takes a path apart.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix("$.").unwrap_or(text);
        let mut steps = Vec::new();
        for part in path.split('.') {
            let (key, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
            if key.is_empty() {
                return Err(format!("{text:?} is not a path such as ref, repository.name or commits[0].id"));
            }
            steps.push(Step::Key(key.to_owned()));
            while let Some(inner) = rest.strip_prefix('[') {
                let (index, after) =
                    inner.split_once(']').ok_or_else(|| format!("a bracket of {text:?} is not closed"))?;
                steps.push(match index {
                    "*" => Step::All,
                    number => {
                        Step::Index(number.parse().map_err(|_| format!("{number:?} in {text:?} is not a number"))?)
                    }
                });
                rest = after;
            }
            if !rest.is_empty() {
                return Err(format!("there is {rest:?} after a bracket of {text:?}"));
            }
        }
        Ok(Self(steps))
    }

    /// The values that the path leads to. A list in the middle means each of its elements.
    pub(crate) fn values<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        self.0.iter().fold(vec![value], |values, step| values.into_iter().flat_map(|value| step.of(value)).collect())
    }
}

impl Step {
    fn of<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match (self, value) {
            (Self::Key(key), Value::Array(elements)) => {
                elements.iter().filter_map(|element| element.get(key)).collect()
            }
            (Self::Key(key), value) => value.get(key).into_iter().collect(),
            (Self::Index(index), value) => value.get(index).into_iter().collect(),
            (Self::All, value) => value.as_array().into_iter().flatten().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn leads_to_values() {
        let body =
            json!({"ref": "main", "repository": {"name": "r"}, "commits": [{"id": 1}, {"id": 2}], "m": [[1, 2]]});
        for (path, expected) in [
            ("ref", json!(["main"])),
            ("$.repository.name", json!(["r"])),
            ("commits[1].id", json!([2])),
            ("commits.id", json!([1, 2])),
            ("commits[*].id", json!([1, 2])),
            ("m[0][1]", json!([2])),
            ("missing.x", json!([])),
            ("commits[9].id", json!([])),
        ] {
            assert_eq!(json!(Path::parse(path).unwrap().values(&body)), expected, "{path}");
        }
        for odd in ["", ".", "a..b", "a[", "a[x]", "a[0]b", "[0]"] {
            assert!(Path::parse(odd).is_err(), "{odd:?}");
        }
    }
}
