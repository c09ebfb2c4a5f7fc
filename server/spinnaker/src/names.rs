//! Ids made of names.

use std::collections::BTreeMap;

/// The most characters of an id.
const LONGEST: usize = 63;

/// A name as an id of small letters, digits and hyphens.
pub(crate) fn slug(name: &str, otherwise: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == LONGEST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { otherwise.to_owned() } else { slug.to_owned() }
}

/// Ids that are taken, each with the number to try next for another one like it.
pub(crate) type Taken = BTreeMap<String, usize>;

/// An id that is free, and is taken from now on: `id`, `id-2`, `id-3`...
pub(crate) fn unique(id: &str, taken: &mut Taken) -> String {
    let Some(first) = taken.get(id).copied() else {
        taken.insert(id.to_owned(), SECOND);
        return id.to_owned();
    };
    let mut number = first;
    loop {
        let candidate = with_ending(id, &format!("-{number}"));
        number += 1;
        if !taken.contains_key(&candidate) {
            taken.insert(id.to_owned(), number);
            taken.insert(candidate.clone(), SECOND);
            return candidate;
        }
    }
}

/// Ids as taken ones.
pub(crate) fn taken<'a>(ids: impl IntoIterator<Item = &'a String>) -> Taken {
    ids.into_iter().map(|id| (id.clone(), SECOND)).collect()
}

/// The number of the second id that is alike.
const SECOND: usize = 2;

/// An id with an ending, cut so that it isn't too long.
pub(crate) fn with_ending(id: &str, ending: &str) -> String {
    let room = LONGEST.saturating_sub(ending.len());
    let stem: String = id.chars().take(room).collect();
    format!("{}{ending}", stem.trim_end_matches('-'))
}

/// The id of an application as it is written here.
pub(crate) fn application(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let legal = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_');
    let id: String = lower.chars().map(|letter| if legal(letter) { letter } else { '_' }).take(LONGEST).collect();
    let id = id.trim_start_matches(['.', '_']);
    if id.is_empty() { "unknown".to_owned() } else { id.to_owned() }
}

/// The id of a stage: letters, digits, `_` and `-`.
pub(crate) fn is_stage_id(id: &str) -> bool {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    (1..=LONGEST).contains(&id.len()) && id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(legal)
}

/// The id of the trigger in a place of a pipeline: the same at each import.
pub fn trigger_id(pipeline_id: &str, ending: &str) -> String {
    let ending: String = slug(ending, "trigger").chars().take(30).collect();
    with_ending(pipeline_id, &format!("-{}", ending.trim_end_matches('-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ids() {
        assert_eq!(slug("Deploy to Prod (eu)", "x"), "deploy-to-prod-eu");
        assert_eq!(slug("  ¡Ünïcode! ", "x"), "n-code");
        assert_eq!(slug("---", "pipeline"), "pipeline");
        assert_eq!(slug(&"a".repeat(200), "x").len(), 63);
        assert_eq!(application("My-App"), "my_app");
        assert_eq!(application("_x"), "x");
        let mut taken = Taken::new();
        let made: Vec<String> = (0..3).map(|_| unique("a", &mut taken)).collect();
        assert_eq!(made, ["a", "a-2", "a-3"]);
        assert_eq!(unique(&"b".repeat(63), &mut super::taken(&["b".repeat(63)])).len(), 63);
        assert!(is_stage_id("1") && is_stage_id("bake_1-x") && !is_stage_id("a b") && !is_stage_id("-1"));
        assert_eq!(trigger_id(&"p".repeat(63), "ci").len(), 63);
    }
}
