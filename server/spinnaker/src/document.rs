//! The texts that are imported: JSON, within limits.

use serde_json::{Map, Value as Json};

/// The most levels of objects and lists in a document: what a message can hold.
const DEEPEST: usize = 28;

/// The greatest document, in bytes.
pub(crate) const LONGEST: usize = 4_000_000;

/// The most pipelines of an import.
pub(crate) const MOST_PIPELINES: usize = 500;

/// The most elements of a list in a pipeline: stages, triggers, parameters and so on.
pub(crate) const MOST_ELEMENTS: usize = 5_000;

/// A pipeline's object and where it was.
pub(crate) struct Document {
    /// `documents[0]` or `documents[0][3]`.
    pub(crate) place: String,
    /// The object, or why there is none.
    pub(crate) object: Result<Map<String, Json>, String>,
}

/// Each pipeline of some texts.
pub(crate) fn pipelines(texts: &[String]) -> Vec<Document> {
    let mut documents = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let place = format!("documents[{number}]");
        match read(text) {
            Ok(Json::Array(elements)) => {
                for (number, element) in elements.into_iter().enumerate() {
                    documents.push(Document { place: format!("{place}[{number}]"), object: object(element) });
                }
            }
            Ok(value) => documents.push(Document { place, object: object(value) }),
            Err(problem) => documents.push(Document { place, object: Err(problem) }),
        }
    }
    if documents.len() > MOST_PIPELINES {
        let problem =
            format!("at most {MOST_PIPELINES} pipelines are imported at once, and there are {}", documents.len());
        documents.truncate(MOST_PIPELINES);
        documents.push(Document { place: "documents".to_owned(), object: Err(problem) });
    }
    documents
}

/// A text as JSON that a message can hold.
pub(crate) fn read(text: &str) -> Result<Json, String> {
    if text.len() > LONGEST {
        return Err(format!("a document has at most {LONGEST} bytes, and this one has {}", text.len()));
    }
    let value: Json = serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    check_depth(&value)?;
    Ok(value)
}

/// Refuses to make so many copies of an object that they are greater than a document.
pub(crate) fn check_copies(object: &Map<String, Json>, copies: usize) -> Result<(), String> {
    // One that is small can be copied to all regions that there are.
    let length: usize = object.iter().map(|(key, value)| key.len() + value.to_string().len()).sum();
    if length.saturating_mul(copies) > LONGEST {
        return Err(format!("{copies} copies of it, one for each region, are more than {LONGEST} bytes"));
    }
    Ok(())
}

/// Refuses what is nested deeper than a message can be.
pub(crate) fn check_depth(value: &Json) -> Result<(), String> {
    if is_deeper(value, DEEPEST) {
        return Err(format!("objects and lists are nested in at most {DEEPEST} levels, and here are more"));
    }
    Ok(())
}

fn is_deeper(value: &Json, levels: usize) -> bool {
    let deeper = |inner: &Json| levels == 0 || is_deeper(inner, levels - 1);
    match value {
        Json::Array(elements) => levels == 0 || elements.iter().any(deeper),
        Json::Object(object) => levels == 0 || object.values().any(deeper),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn object(value: Json) -> Result<Map<String, Json>, String> {
    match value {
        Json::Object(object) => Ok(object),
        other => Err(format!("a pipeline is an object, and this is {}", crate::source::sort(&other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_within_limits() {
        let texts = ["{\"name\": 1}", "[{}, 3]", "{\"name\": }"].map(str::to_owned);
        let read: Vec<(String, Result<usize, String>)> =
            pipelines(&texts).into_iter().map(|document| (document.place, document.object.map(|o| o.len()))).collect();
        assert_eq!(
            read,
            [
                ("documents[0]".to_owned(), Ok(1)),
                ("documents[1][0]".to_owned(), Ok(0)),
                ("documents[1][1]".to_owned(), Err("a pipeline is an object, and this is a number".to_owned())),
                ("documents[2]".to_owned(), Err("this is no JSON: expected value at line 1 column 10".to_owned())),
            ]
        );
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(super::read(&nested(DEEPEST)).is_ok());
        assert!(super::read(&nested(DEEPEST + 1)).unwrap_err().contains("28 levels"));
        assert!(super::read(&nested(100_000)).unwrap_err().contains("recursion limit"));
        assert!(super::read(&" ".repeat(LONGEST + 1)).unwrap_err().contains("bytes"));
        let many = format!("[{}{{}}]", "{},".repeat(MOST_PIPELINES));
        assert!(pipelines(&[many]).pop().unwrap().object.unwrap_err().contains("500 pipelines"));
    }
}
