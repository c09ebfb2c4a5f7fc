//! What an expected artifact takes.

use regex::{Regex, RegexBuilder};

use super::{Artifact, ExpectedArtifact};

/// The longest text that is taken for a pattern, in bytes; a longer one only matches the same text.
const MAX_PATTERN: usize = 1_000;
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

/// Whether an artifact is what is expected: each of type, name, version, location and reference that is set is the same
/// text, or a regular expression for the whole of it. The types `embedded/base64` and `remote/base64` are alike.
pub fn matches(expected: &Artifact, artifact: &Artifact) -> bool {
    let is_type = |kind: &str| is_met(&expected.kind, kind);
    let alike: &[&str] = if is_content(&artifact.kind) { &CONTENT } else { &[] };
    (is_type(&artifact.kind) || alike.iter().any(|kind| is_type(kind)))
        && patterns(expected)
            .into_iter()
            .zip(patterns(artifact))
            .skip(1)
            .all(|((_, pattern), (_, text))| is_met(pattern, text))
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
    patterns(&expected.matches).into_iter().filter(is_pattern).filter_map(problem).collect()
}

/// Whether the reference of an artifact of this type is its content.
pub(super) fn is_content(kind: &str) -> bool {
    CONTENT.contains(&kind)
}

/// The fields that are compared, with their names in the API; the type first.
fn patterns(artifact: &Artifact) -> [(&'static str, &str); 5] {
    [
        ("type", &artifact.kind),
        ("name", &artifact.name),
        ("version", &artifact.version),
        ("location", &artifact.location),
        ("reference", &artifact.reference),
    ]
}

fn is_met(pattern: &str, text: &str) -> bool {
    pattern.is_empty()
        || pattern == text
        || (pattern.len() <= MAX_PATTERN && whole(pattern).is_ok_and(|pattern| pattern.is_match(text)))
}

/// A pattern for a whole text. By itself it must be a pattern, too: a parenthesis in it can't end the one around it.
fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    let build = |text: &str| RegexBuilder::new(text).size_limit(MAX_COMPILED_PATTERN).build();
    build(pattern).and_then(|_| build(&format!(r"\A(?:{pattern})\z")))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let expected = |matches| ExpectedArtifact {
            id: "a".into(),
            display_name: "a".into(),
            matches,
            use_prior: false,
            default: None,
        };
        let found = problems(&expected(artifact("docker/image", "(", "1.*", "x{1000}{1000}{1000}")));
        let fields: Vec<_> = found.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["name", "reference"]);
        assert_eq!(found[0].problem, "\"(\" is not a regular expression: unclosed group");
        assert_eq!(problems(&expected(artifact("embedded/base64", "", "", "+/+"))), [], "its reference is content");
    }

    #[test]
    fn matching_takes_time_in_proportion() {
        let text = "a".repeat(100_000);
        let catastrophe = artifact("", "(a+)+$b|(a*)*c", "", "");
        assert!(!matches(&catastrophe, &artifact("x", &text, "", "")));
    }
}
