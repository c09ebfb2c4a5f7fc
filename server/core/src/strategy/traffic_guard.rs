//! Traffic guards: clusters that must not be left without a healthy instance that takes traffic.

use serde::{Deserialize, Serialize};

use crate::cloud::{Health, ServerGroup};
use crate::naming::Moniker;

/// Guards the clusters that match all fields. `*` matches everything; an empty stack or detail matches clusters that
/// have none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficGuard {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The stack.
    pub stack: String,
    /// The detail.
    pub detail: String,
}

/// What an operation is about to do to server groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Take them out of traffic.
    Disable,
    /// Destroy them.
    Destroy,
    /// Scale them down to nothing.
    ScaleDown,
}

/// An operation that a traffic guard forbids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a traffic guard of the application keeps cluster {cluster} in {location} from being left without healthy \
     instances in traffic; {operation} {} would leave none of {current}. Enable another server group first, or change \
     the guard",
    groups.join(", ")
)]
pub struct TrafficGuardError {
    cluster: String,
    location: String,
    operation: &'static str,
    groups: Vec<String>,
    current: u32,
}

impl TrafficGuard {
    /// Whether it guards the cluster of a server group.
    pub fn matches(&self, group: &ServerGroup) -> bool {
        let is = |wanted: &str, value: &str| wanted == "*" || wanted == value;
        let Moniker { stack, detail, .. } = &group.moniker;
        is(&self.account, &group.id.location.account)
            && is(&self.region, &group.id.location.region)
            && is(&self.stack, stack.as_deref().unwrap_or_default())
            && is(&self.detail, detail.as_deref().unwrap_or_default())
    }
}

impl Removal {
    const fn verb(self) -> &'static str {
        match self {
            Self::Disable => "disabling",
            Self::Destroy => "destroying",
            Self::ScaleDown => "scaling down",
        }
    }
}

/// Checks that taking the named server groups away leaves their cluster healthy instances in traffic. `cluster` are all
/// server groups of the cluster in one location. Where none takes traffic now, nothing can be lost.
///
/// # Errors
/// [`TrafficGuardError`] where a guard matches the cluster and nothing would be left.
pub fn check_traffic_guards(
    guards: &[TrafficGuard],
    cluster: &[ServerGroup],
    leaving: &[&str],
    removal: Removal,
) -> Result<(), TrafficGuardError> {
    let Some(any) = cluster.first() else { return Ok(()) };
    if !guards.iter().any(|guard| guard.matches(any)) {
        return Ok(());
    }
    let current: u32 = cluster.iter().map(in_traffic).sum();
    let left: u32 = cluster.iter().filter(|group| !leaving.contains(&group.id.name.as_str())).map(in_traffic).sum();
    if current == 0 || left > 0 {
        return Ok(());
    }
    Err(TrafficGuardError {
        cluster: any.moniker.cluster(),
        location: any.id.location.to_string(),
        operation: removal.verb(),
        groups: leaving.iter().map(|&name| name.to_owned()).collect(),
        current,
    })
}

/// The healthy instances that take traffic.
fn in_traffic(group: &ServerGroup) -> u32 {
    let up = group.instances.iter().filter(|instance| instance.health == Health::Up).count();
    if group.disabled { 0 } else { u32::try_from(up).unwrap_or(u32::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::fixture::group;

    fn guard(account: &str, region: &str, stack: &str, detail: &str) -> TrafficGuard {
        TrafficGuard { account: account.into(), region: region.into(), stack: stack.into(), detail: detail.into() }
    }

    #[test]
    fn guards_match_by_all_fields() {
        for (guard, name, matches) in [
            (guard("*", "*", "*", "*"), "a-v001", true),
            (guard("local", "north", "", ""), "a-v001", true),
            (guard("local", "north", "", ""), "a-prod-v001", false),
            (guard("*", "*", "prod", ""), "a-prod-v001", true),
            (guard("*", "*", "prod", ""), "a-prod-canary-v001", false),
            (guard("*", "*", "prod", "*"), "a-prod-canary-v001", true),
            (guard("other", "*", "*", "*"), "a-v001", false),
            (guard("*", "south", "*", "*"), "a-v001", false),
        ] {
            assert_eq!(guard.matches(&group(name, true, "u")), matches, "{guard:?} {name}");
        }
    }

    #[test]
    fn the_last_healthy_instances_may_not_leave() {
        let all = [guard("*", "*", "*", "*")];
        let check = |cluster: &[ServerGroup], leaving: &[&str]| {
            check_traffic_guards(&all, cluster, leaving, Removal::Disable).is_ok()
        };
        let old_and_new = [group("a-v001", true, "u"), group("a-v002", true, "u")];
        assert!(check(&old_and_new, &["a-v001"]));
        assert!(!check(&old_and_new, &["a-v001", "a-v002"]));
        let new_is_down = [group("a-v001", true, "u"), group("a-v002", true, "d")];
        assert!(!check(&new_is_down, &["a-v001"]));
        assert!(check(&new_is_down, &["a-v002"]));
        let standby = [group("a-v001", true, "u"), group("a-v002", false, "o")];
        assert!(!check(&standby, &["a-v001"]), "a disabled one doesn't serve");
        assert!(check(&[group("a-v001", true, "d")], &["a-v001"]), "nothing serves anyway");
        assert!(check(&[], &["a-v001"]));
        assert!(check_traffic_guards(&[], &old_and_new, &["a-v001", "a-v002"], Removal::Destroy).is_ok());
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let cluster = [group("a-prod-v001", true, "uu")];
        let error = check_traffic_guards(&[guard("*", "*", "*", "*")], &cluster, &["a-prod-v001"], Removal::Destroy);
        insta::assert_snapshot!(error.unwrap_err(), @"a traffic guard of the application keeps cluster a-prod in local/north from being left without healthy instances in traffic; destroying a-prod-v001 would leave none of 2. Enable another server group first, or change the guard");
    }
}
