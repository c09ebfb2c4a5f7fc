//! The graph of stages: what depends on what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{StageDefinition, StageId};

/// A graph that can't be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two stages have the same id.
    #[error("stage id {id:?} is used by stages[{first}] already; ids must be unique in a pipeline")]
    Duplicate {
        /// The stage's place.
        place: usize,
        /// The id.
        id: StageId,
        /// The place of the first with that id.
        first: usize,
    },
    /// A stage depends on one that is not there.
    #[error("stage {id:?} depends on {missing:?}, which is no stage of this pipeline")]
    Unknown {
        /// The stage's place.
        place: usize,
        /// Its id.
        id: StageId,
        /// The place in its `depends_on`.
        dependency: usize,
        /// What it depends on.
        missing: StageId,
    },
    /// Stages depend on each other in a circle.
    #[error("stages depend on each other in a circle: {}", path.iter().map(StageId::as_str).collect::<Vec<_>>().join(" -> "))]
    Cycle {
        /// The place of one of them.
        place: usize,
        /// The circle; its first id is also its last.
        path: Vec<StageId>,
    },
    /// The longest path is longer than allowed.
    #[error("the longest path through the stages has {depth} of them; at most {limit} are allowed")]
    TooDeep {
        /// Stages on the longest path.
        depth: usize,
        /// The limit.
        limit: usize,
    },
}

/// Checks that ids are unique, all dependencies exist, and no path goes in circles or has more than `max_depth` stages.
/// Reports every mistake of the first kind found. O(stages + dependencies), times log for the lookups.
///
/// # Errors
/// All mistakes found.
pub fn check_graph(stages: &[StageDefinition], max_depth: usize) -> Result<(), Vec<GraphError>> {
    let mut places = BTreeMap::new();
    let mut errors = Vec::new();
    for (place, stage) in stages.iter().enumerate() {
        if let Some(first) = places.get(&stage.id) {
            errors.push(GraphError::Duplicate { place, id: stage.id.clone(), first: *first });
        } else {
            places.insert(stage.id.clone(), place);
        }
    }
    for (place, stage) in stages.iter().enumerate() {
        for (dependency, id) in stage.depends_on.iter().enumerate().filter(|(_, id)| !places.contains_key(id)) {
            let (missing, id) = (id.clone(), stage.id.clone());
            errors.push(GraphError::Unknown { place, id, dependency, missing });
        }
    }
    if errors.is_empty() {
        match depth(stages, &places) {
            Ok(depth) if depth > max_depth => errors.push(GraphError::TooDeep { depth, limit: max_depth }),
            Ok(_) => {}
            Err(cycle) => errors.push(cycle),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The number of stages on the longest path, found by taking away what depends on nothing until nothing is left.
fn depth(stages: &[StageDefinition], places: &BTreeMap<StageId, usize>) -> Result<usize, GraphError> {
    let mut open: Vec<usize> = stages.iter().map(|stage| stage.depends_on.len()).collect();
    let mut dependents = vec![Vec::new(); stages.len()];
    for (place, stage) in stages.iter().enumerate() {
        for id in &stage.depends_on {
            dependents[places[id]].push(place);
        }
    }
    let mut level: Vec<usize> = (0..stages.len()).filter(|&place| open[place] == 0).collect();
    let (mut depth, mut done) = (0, 0);
    while !level.is_empty() {
        depth += 1;
        done += level.len();
        let mut next = Vec::new();
        for place in level.drain(..) {
            for &dependent in &dependents[place] {
                open[dependent] -= 1;
                if open[dependent] == 0 {
                    next.push(dependent);
                }
            }
        }
        level = next;
    }
    if done == stages.len() { Ok(depth) } else { Err(cycle(stages, places, &open)) }
}

/// Follows unfinished dependencies from any unfinished stage until one comes up again.
fn cycle(stages: &[StageDefinition], places: &BTreeMap<StageId, usize>, open: &[usize]) -> GraphError {
    let mut place = open.iter().position(|&n| n > 0).expect("a graph with a cycle has unfinished stages");
    let mut path: Vec<usize> = Vec::new();
    while !path.contains(&place) {
        path.push(place);
        let unfinished = |id: &&StageId| open[places[*id]] > 0;
        let id = stages[place].depends_on.iter().find(unfinished);
        place = places[id.expect("an unfinished stage depends on an unfinished one")];
    }
    let start = path.iter().position(|&p| p == place).expect("the loop ended on a place of the path");
    let mut path: Vec<StageId> = path[start..].iter().rev().map(|&p| stages[p].id.clone()).collect();
    path.insert(0, path[path.len() - 1].clone());
    GraphError::Cycle { place, path }
}

/// A stage and all that depend on it, directly or not.
pub fn downstream<'a>(stages: impl Iterator<Item = &'a StageDefinition>, from: &StageId) -> BTreeSet<StageId> {
    downstream_of(stages, [from.clone()])
}

/// Stages and all that depend on them, directly or not.
pub(super) fn downstream_of<'a>(
    stages: impl Iterator<Item = &'a StageDefinition>,
    from: impl IntoIterator<Item = StageId>,
) -> BTreeSet<StageId> {
    let mut dependents: HashMap<&StageId, Vec<&StageId>> = HashMap::new();
    for stage in stages {
        for id in &stage.depends_on {
            dependents.entry(id).or_default().push(&stage.id);
        }
    }
    let mut found = BTreeSet::new();
    let mut open = Vec::from_iter(from);
    while let Some(id) = open.pop() {
        if found.insert(id.clone()) {
            open.extend(dependents.get(&id).into_iter().flatten().map(|&dependent| dependent.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(edges: &[(&str, &[&str])]) -> Vec<StageDefinition> {
        let stage = |(id, depends_on): &(&str, &[&str])| StageDefinition {
            id: (*id).into(),
            name: (*id).into(),
            kind: "wait".into(),
            depends_on: depends_on.iter().map(|&id| id.into()).collect(),
            ..StageDefinition::default()
        };
        edges.iter().map(stage).collect()
    }

    fn errors(edges: &[(&str, &[&str])]) -> Vec<String> {
        let errors = check_graph(&stages(edges), 3).err().unwrap_or_default();
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn mistakes_are_named() {
        assert!(errors(&[("a", &[]), ("b", &["a"]), ("c", &["a", "b"])]).is_empty());
        assert_eq!(
            errors(&[("a", &["x"]), ("a", &[])]),
            [
                "stage id a is used by stages[0] already; ids must be unique in a pipeline",
                "stage a depends on x, which is no stage of this pipeline"
            ]
        );
        assert_eq!(
            errors(&[("a", &["c"]), ("b", &["a"]), ("c", &["b"])]),
            ["stages depend on each other in a circle: a -> b -> c -> a"]
        );
        assert_eq!(errors(&[("a", &["a"])]), ["stages depend on each other in a circle: a -> a"]);
        assert_eq!(
            errors(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &["c"])]),
            ["the longest path through the stages has 4 of them; at most 3 are allowed"]
        );
    }

    #[test]
    fn downstream_follows_all_paths() {
        let stages = stages(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &[])]);
        let ids: Vec<String> = downstream(stages.iter(), &"a".into()).iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["a", "b", "c"]);
    }
}
