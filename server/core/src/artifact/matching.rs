//! What an expected artifact takes.

use std::cell::OnceCell;

use regex::{Regex, RegexBuilder};

use super::{Artifact, ExpectedArtifact};

/// The longest text that is taken for a pattern, in bytes; a longer one only matches the same text.
const MAX_PATTERN: usize = 1_000;
/// The longest text that is compared with a pattern, in bytes; a longer one only matches the same text.
const MAX_TEXT: usize = 10_000;
/// How large a compiled pattern may be, in bytes.
const MAX_COMPILED_PATTERN: usize = 1024 * 1024;

/// Content that is in the artifact itself, or is kept elsewhere because it is long: the same to whoever expects it.
const CONTENT: [&str; 2] = ["embedded/base64", "remote/base64"];

/// A pattern that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternProblem {
    /// The field of the artifact, by its name in the API.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// Tells whether artifacts are what is expected. Its patterns are compiled once, and only when they are needed.
pub struct Matcher<'a> {
    fields: [Pattern<'a>; 5],
}

struct Pattern<'a> {
    text: &'a str,
    regex: OnceCell<Option<Regex>>,
}

impl<'a> Matcher<'a> {
    /// For what an expected artifact takes.
    pub fn new(expected: &'a ExpectedArtifact) -> Self {
        let pattern = |(_, text): (&str, &'a str)| Pattern { text, regex: OnceCell::new() };
        Self { fields: fields(&expected.matches).map(pattern) }
    }

    /// Whether an artifact is what is expected: each of type, name, version, location and reference that is set is the same
    /// text, or a regular expression for the whole of it. The types `embedded/base64` and `remote/base64` are alike.
    pub fn is_met_by(&self, artifact: &Artifact) -> bool {
        let [kind, rest @ ..] = &self.fields;
        let alike: &[&str] = if is_content(&artifact.kind) { &CONTENT } else { &[] };
        let [_, texts @ ..] = fields(artifact);
        (kind.is_met_by(&artifact.kind) || alike.iter().any(|text| kind.is_met_by(text)))
            && rest.iter().zip(texts).all(|(pattern, (_, text))| pattern.is_met_by(text))
    }
}

impl Pattern<'_> {
    fn is_met_by(&self, text: &str) -> bool {
        if self.text.is_empty() || self.text == text {
            return true;
        }
        if self.text.len() > MAX_PATTERN || text.len() > MAX_TEXT {
            return false;
        }
        let regex = self.regex.get_or_init(|| whole(self.text).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// What is wrong with the patterns of an expected artifact.
pub fn problems(expected: &ExpectedArtifact) -> Vec<PatternProblem> {
    let is_pattern = |(field, text): &(&str, &str)| {
        !text.is_empty() && text.len() <= MAX_PATTERN && !(*field == "reference" && is_content(&expected.matches.kind))
    };
    let problem = |(field, pattern): (&'static str, &str)| {
        let error = whole(pattern).err()?;
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Some(PatternProblem { field, problem: format!("{pattern:?} is not a regular expression: {why}") })
    };
    fields(&expected.matches).into_iter().filter(is_pattern).filter_map(problem).collect()
}

/// Whether the reference of an artifact of this type is its content.
pub(super) fn is_content(kind: &str) -> bool {
    CONTENT.contains(&kind)
}

/// The fields that are compared, with their names in the API; the type first.
fn fields(artifact: &Artifact) -> [(&'static str, &str); 5] {
    [
        ("type", &artifact.kind),
        ("name", &artifact.name),
        ("version", &artifact.version),
        ("location", &artifact.location),
        ("reference", &artifact.reference),
    ]
}

/// A pattern for a whole text. By itself it must be a pattern, too: a parenthesis in it can't end the one around it.
fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    let build = |text: &str| RegexBuilder::new(text).size_limit(MAX_COMPILED_PATTERN).build();
    build(pattern).and_then(|_| build(&format!(r"\A(?:{pattern})\z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(expected: &Artifact, artifact: &Artifact) -> bool {
        Matcher::new(&expecting(expected.clone())).is_met_by(artifact)
    }

    fn expecting(matches: Artifact) -> ExpectedArtifact {
        ExpectedArtifact { id: "a".into(), display_name: "a".into(), matches, use_prior: false, default: None }
    }

    fn artifact(kind: &str, name: &str, version: &str, reference: &str) -> Artifact {
        Artifact {
            kind: kind.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            reference: reference.to_owned(),
            ..Artifact::default()
        }
    }

    #[test]
    fn every_field_that_is_set_must_be_met() {
        let image = artifact("docker/image", "gcr.io/team/app", "1.2.3", "gcr.io/team/app:1.2.3");
        let cases = [
            (artifact("", "", "", ""), true),
            (artifact("docker/image", "", "", ""), true),
            (artifact("docker/.*", "", "", ""), true),
            (artifact("docker", "", "", ""), false),
            (artifact("image", "", "", ""), false),
            (artifact("docker/image", "gcr.io/team/app", r"1\.2\..*", ""), true),
            (artifact("docker/image", "gcr.io/team/app", r"1\.3\..*", ""), false),
            (artifact("docker/image", "", "", "gcr.io/team/app:1.2.3"), true),
            (artifact("docker/image", "", "1.2.3|x", ""), true),
            (artifact("docker/image", "", "x)|(1.2.3", ""), false),
            (artifact("docker/image", "", "1.2.3$", ""), true),
            (artifact("docker/image", "", "1.2", ""), false),
        ];
        for (expected, met) in cases {
            assert_eq!(matches(&expected, &image), met, "{expected}");
        }
        let located = Artifact { location: "eu".into(), ..image.clone() };
        assert!(matches(&Artifact { location: "e.".into(), ..Artifact::default() }, &located));
        assert!(!matches(&located, &image), "what is expected is not there");
    }

    #[test]
    fn a_text_that_is_no_pattern_matches_itself() {
        let odd = artifact("http/file", "", "", "https://host/a?b=[1");
        assert!(matches(&odd, &odd));
        let long = artifact("embedded/base64", "", "", &"a".repeat(MAX_PATTERN + 1));
        assert!(matches(&long, &long));
    }

    #[test]
    fn contents_are_alike_wherever_they_are() {
        let (embedded, remote) = (artifact("embedded/base64", "n", "", ""), artifact("remote/base64", "n", "", ""));
        assert!(matches(&embedded, &remote) && matches(&remote, &embedded));
        assert!(!matches(&embedded, &artifact("http/file", "n", "", "")));
        assert!(!matches(&artifact("embedded/base64", "m", "", ""), &remote));
    }

    #[test]
    fn patterns_that_are_none_are_named() {
        let found = problems(&expecting(artifact("docker/image", "(", "1.*", "x{1000}{1000}{1000}")));
        let fields: Vec<_> = found.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["name", "reference"]);
        assert_eq!(found[0].problem, "\"(\" is not a regular expression: unclosed group");
        assert_eq!(problems(&expecting(artifact("embedded/base64", "", "", "+/+"))), [], "its reference is content");
    }

    #[test]
    fn matching_takes_time_in_proportion() {
        let catastrophe = artifact("", "(a+)+$b|(a*)*c|a*", "", "");
        assert!(matches(&catastrophe, &artifact("x", &"a".repeat(MAX_TEXT), "", "")));
        assert!(!matches(&catastrophe, &artifact("x", &"a".repeat(MAX_TEXT + 1), "", "")), "it is too long to look at");
    }
}
