//! Which server groups of a cluster an operation means.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::cloud::ServerGroup;

/// A server group by its place in its cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TargetSelection {
    /// The newest.
    #[default]
    Newest,
    /// The one before the newest.
    Previous,
    /// The oldest.
    Oldest,
}

/// Whose image is meant, where a cluster has several server groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImageSelection {
    /// The newest one's.
    #[default]
    Newest,
    /// The oldest one's.
    Oldest,
    /// The one's with the most instances; among equals the newest.
    Largest,
    /// Nobody's: it is an error.
    Fail,
}

/// Why no server group is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// The cluster has too few.
    #[error("cluster {cluster} has {found}, so there is no {wanted} one")]
    TooFew {
        /// The cluster.
        cluster: String,
        /// How many it has, in words.
        found: String,
        /// What was asked for.
        wanted: &'static str,
    },
    /// None of those that were to be looked at is there.
    #[error("cluster {cluster} has no server group that fits what is looked for")]
    NoneFits {
        /// The cluster.
        cluster: String,
    },
    /// There are several and none was to be preferred.
    #[error("cluster {cluster} has several server groups to take the image from: {}", groups.join(", "))]
    Ambiguous {
        /// The cluster.
        cluster: String,
        /// Their names, newest first.
        groups: Vec<String>,
    },
}

/// The server group at a place of its cluster. `groups` are those of one location.
///
/// # Errors
/// [`SelectionError::TooFew`] where there is none at that place.
pub fn pick_target<'a>(
    cluster: &str,
    groups: &'a [ServerGroup],
    select: TargetSelection,
) -> Result<&'a ServerGroup, SelectionError> {
    let sorted = newest_first(groups);
    let (picked, wanted) = match select {
        TargetSelection::Newest => (sorted.first(), "newest"),
        TargetSelection::Previous => (sorted.get(1), "previous"),
        TargetSelection::Oldest => (sorted.last(), "oldest"),
    };
    picked.copied().ok_or_else(|| too_few(cluster, sorted.len(), wanted))
}

/// The server group that a new one of the cluster follows: enabled ones first; with `by_size` the largest and then the
/// newest, otherwise the newest. `None` in a new cluster.
pub fn pick_source(groups: &[ServerGroup], by_size: bool) -> Option<&ServerGroup> {
    let size = |group: &ServerGroup| if by_size { group.instances.len() } else { 0 };
    newest_first(groups).into_iter().min_by_key(|group| (group.disabled, Reverse(size(group))))
}

/// The server group whose image is meant.
///
/// # Errors
/// [`SelectionError`] where there is none, or several and the rule is to fail then.
pub fn pick_image_source<'a>(
    cluster: &str,
    groups: impl IntoIterator<Item = &'a ServerGroup>,
    select: ImageSelection,
) -> Result<&'a ServerGroup, SelectionError> {
    let sorted = newest_first(groups);
    let picked = match select {
        ImageSelection::Newest => sorted.first(),
        ImageSelection::Oldest => sorted.last(),
        ImageSelection::Largest => sorted.iter().min_by_key(|group| Reverse(group.instances.len())),
        ImageSelection::Fail if sorted.len() > 1 => {
            let groups = sorted.iter().map(|group| group.id.name.clone()).collect();
            return Err(SelectionError::Ambiguous { cluster: cluster.to_owned(), groups });
        }
        ImageSelection::Fail => sorted.first(),
    };
    picked.copied().ok_or_else(|| SelectionError::NoneFits { cluster: cluster.to_owned() })
}

/// Which server groups of a cluster an operation on the cluster leaves alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterSelection {
    /// How many are left.
    pub keep: u32,
    /// Whether those that take traffic may be picked.
    pub active: Picked,
    /// Whether the larger ones are left rather than the newer ones.
    pub prefer_larger: bool,
}

/// Which server groups an operation on a cluster may pick, by whether they take traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// Only those that take traffic: others are as the operation would leave them.
    OnlyActive,
    /// Only those that take none.
    OnlyInactive,
    /// All; those that take traffic are left rather than others.
    Any,
}

impl ClusterSelection {
    /// The server groups that the operation is for, among those of the cluster in one location. Those that were deployed
    /// earlier in the same execution, and all newer ones, are left and count among those that are kept.
    pub fn pick<'a>(&self, groups: &'a [ServerGroup], deployed: &[String]) -> Vec<&'a ServerGroup> {
        let first_deployed =
            groups.iter().filter(|group| deployed.contains(&group.id.name)).map(|group| group.created).min();
        let earlier = |group: &&ServerGroup| {
            !deployed.contains(&group.id.name) && first_deployed.is_none_or(|first| group.created <= first)
        };
        let counted = |group: &&ServerGroup| match self.active {
            Picked::OnlyActive => group.is_active(),
            Picked::OnlyInactive | Picked::Any => true,
        };
        let allowed = |group: &&ServerGroup| match self.active {
            Picked::OnlyActive | Picked::Any => true,
            Picked::OnlyInactive => !group.is_active(),
        };
        let total = groups.iter().filter(counted).count();
        let mut candidates: Vec<&ServerGroup> =
            newest_first(groups).into_iter().filter(earlier).filter(counted).filter(allowed).collect();
        let size = |group: &ServerGroup| if self.prefer_larger { group.instances.len() } else { 0 };
        candidates.sort_by_key(|group| (Reverse(group.is_active()), Reverse(size(group))));
        let kept_already = total - candidates.len();
        let keep = (self.keep as usize).saturating_sub(kept_already);
        candidates.split_off(keep.min(candidates.len()))
    }
}

fn newest_first<'a>(groups: impl IntoIterator<Item = &'a ServerGroup>) -> Vec<&'a ServerGroup> {
    let mut sorted: Vec<&ServerGroup> = groups.into_iter().collect();
    sorted.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    sorted
}

fn too_few(cluster: &str, found: usize, wanted: &'static str) -> SelectionError {
    let found = match found {
        0 => "no server group".to_owned(),
        1 => "one server group".to_owned(),
        several => format!("{several} server groups"),
    };
    SelectionError::TooFew { cluster: cluster.to_owned(), found, wanted }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::strategy::fixture::group;

    fn cluster() -> Vec<ServerGroup> {
        vec![
            group("a-v002", true, "uu"),
            group("a-v001", false, "ooo"),
            group("a-v004", true, "u"),
            group("a-v003", false, ""),
        ]
    }

    #[test]
    fn targets_go_by_age() {
        let groups = cluster();
        let name = |select| pick_target("a", &groups, select).unwrap().id.name.as_str();
        assert_eq!(name(TargetSelection::Newest), "a-v004");
        assert_eq!(name(TargetSelection::Previous), "a-v003");
        assert_eq!(name(TargetSelection::Oldest), "a-v001");
        let error = |groups: &[ServerGroup], select| pick_target("a", groups, select).unwrap_err().to_string();
        assert_eq!(
            error(&groups[..1], TargetSelection::Previous),
            "cluster a has one server group, so there is no previous one"
        );
        assert_eq!(error(&[], TargetSelection::Newest), "cluster a has no server group, so there is no newest one");
    }

    #[test]
    fn the_source_is_enabled_and_newest_or_largest() {
        let groups = cluster();
        let name = |groups, by_size| pick_source(groups, by_size).map(|group| group.id.name.as_str());
        assert_eq!(name(&groups, false), Some("a-v004"));
        assert_eq!(name(&groups, true), Some("a-v002"));
        let disabled = [group("a-v001", false, ""), group("a-v002", false, "")];
        assert_eq!(name(&disabled, false), Some("a-v002"));
        assert_eq!(name(&[], true), None);
    }

    #[test]
    fn images_come_from_the_group_that_is_meant() {
        let groups = cluster();
        let name = |select| pick_image_source("a", &groups, select).unwrap().id.name.as_str();
        assert_eq!(name(ImageSelection::Newest), "a-v004");
        assert_eq!(name(ImageSelection::Oldest), "a-v001");
        assert_eq!(name(ImageSelection::Largest), "a-v001");
        assert_eq!(
            pick_image_source("a", &groups, ImageSelection::Fail).unwrap_err().to_string(),
            "cluster a has several server groups to take the image from: a-v004, a-v003, a-v002, a-v001"
        );
        assert_eq!(pick_image_source("a", &groups[..1], ImageSelection::Fail).unwrap().id.name, "a-v002");
        assert!(pick_image_source("a", &[], ImageSelection::Newest).is_err());
    }

    /// Names of those picked from `groups`.
    fn picked(groups: &[ServerGroup], deployed: &[&str], selection: ClusterSelection) -> Vec<String> {
        let deployed: Vec<String> = deployed.iter().map(|&name| name.to_owned()).collect();
        selection.pick(groups, &deployed).iter().map(|group| group.id.name.clone()).collect()
    }

    fn keep(keep: u32, active: Picked) -> ClusterSelection {
        ClusterSelection { keep, active, prefer_larger: false }
    }

    #[test]
    fn a_red_black_deploy_disables_all_but_the_new_one() {
        let groups = [group("a-v001", true, "u"), group("a-v002", true, "u"), group("a-v003", true, "u")];
        assert_eq!(picked(&groups, &["a-v003"], keep(1, Picked::OnlyActive)), ["a-v002", "a-v001"]);
        assert_eq!(picked(&groups, &["a-v003"], keep(2, Picked::OnlyActive)), ["a-v001"]);
    }

    #[test]
    fn what_was_deployed_meanwhile_is_left_alone() {
        let groups = [group("a-v001", true, "u"), group("a-v002", true, "u"), group("a-v003", true, "u")];
        assert_eq!(picked(&groups, &["a-v002"], keep(1, Picked::OnlyActive)), ["a-v001"]);
    }

    #[test]
    fn without_a_deploy_the_newest_are_kept() {
        let groups = cluster();
        assert_eq!(picked(&groups, &[], keep(1, Picked::OnlyActive)), ["a-v002"]);
        assert_eq!(picked(&groups, &[], keep(0, Picked::OnlyActive)), ["a-v004", "a-v002"]);
        assert_eq!(picked(&groups, &[], keep(3, Picked::Any)), ["a-v001"], "active ones are kept first");
        assert_eq!(picked(&groups, &[], keep(1, Picked::Any)), ["a-v002", "a-v003", "a-v001"]);
        let larger = ClusterSelection { prefer_larger: true, ..keep(1, Picked::Any) };
        assert_eq!(picked(&groups, &[], larger), ["a-v004", "a-v001", "a-v003"]);
    }

    #[test]
    fn active_ones_are_spared_and_counted() {
        let groups = cluster();
        assert_eq!(picked(&groups, &[], keep(1, Picked::OnlyInactive)), ["a-v003", "a-v001"]);
        assert_eq!(picked(&groups, &[], keep(3, Picked::OnlyInactive)), ["a-v001"]);
        assert_eq!(picked(&groups, &[], keep(9, Picked::OnlyInactive)), [""; 0]);
    }

    proptest! {
        #[test]
        fn a_selection_leaves_at_least_what_it_shall_keep(
            enabled in proptest::collection::vec(any::<bool>(), 0..12),
            deployed in proptest::option::of(0usize..12),
            kept in 0u32..6,
            mode in 0usize..3,
            prefer_larger in any::<bool>(),
        ) {
            let groups: Vec<ServerGroup> = enabled
                .iter()
                .enumerate()
                .map(|(n, &enabled)| group(&format!("a-v{n:03}"), enabled, if enabled { "u" } else { "o" }))
                .collect();
            let deployed: Vec<String> = deployed.map(|n| format!("a-v{n:03}")).into_iter().collect();
            let active = [Picked::OnlyActive, Picked::OnlyInactive, Picked::Any][mode];
            let selection = ClusterSelection { keep: kept, active, prefer_larger };
            let picked = selection.pick(&groups, &deployed);
            let counted = groups.iter().filter(|group| active != Picked::OnlyActive || group.is_active()).count();
            prop_assert!(counted - picked.len() >= counted.min(kept as usize));
            prop_assert!(picked.iter().all(|group| !deployed.contains(&group.id.name)));
            prop_assert!(active != Picked::OnlyInactive || picked.iter().all(|group| !group.is_active()));
        }
    }
}
