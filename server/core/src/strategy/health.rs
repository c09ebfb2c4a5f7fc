//! When a server group counts as up.

use crate::cloud::{Capacity, Health, RestartPolicy, ServerGroup};

/// How far a server group is on its way to being up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Instances that are well.
    pub healthy: u32,
    /// Instances that must be.
    pub needed: u32,
    /// Instances there are.
    pub instances: u32,
    /// Instances that ended for good.
    pub failed: u32,
    /// Whether no other instance will come in place of those that ended.
    pub final_failures: bool,
}

impl Readiness {
    /// Whether the server group is up.
    pub fn is_ready(&self) -> bool {
        self.instances >= self.needed && self.healthy >= self.needed
    }

    /// Whether it can't become ready any more, because too many instances ended for good.
    pub fn is_hopeless(&self) -> bool {
        self.final_failures && self.failed > 0 && self.instances.saturating_sub(self.failed) < self.needed
    }

    /// How much of the way is done, 0 to 100.
    pub fn percent(&self) -> u8 {
        let part = u64::from(self.healthy.min(self.needed)) * 100 / u64::from(self.needed.max(1));
        if self.needed == 0 { 100 } else { u8::try_from(part).unwrap_or(100) }
    }
}

/// Judges a server group. `configured` is the capacity it was asked to have; it counts where it leaves no room to scale,
/// otherwise the group's present desired size does. Of that, `percent` must be healthy, rounded, and at least one
/// instance unless `percent` is 0.
pub fn readiness(group: &ServerGroup, configured: Option<Capacity>, percent: u32) -> Readiness {
    let target = configured.filter(|capacity| capacity.is_pinned()).unwrap_or(group.capacity).desired;
    let failed = group.instances.iter().filter(|instance| instance.health == Health::Failed).count();
    Readiness {
        healthy: healthy_instances(group),
        needed: share(target, percent),
        instances: count(group.instances.len()),
        failed: count(failed),
        final_failures: group.workload.restart == RestartPolicy::Never,
    }
}

/// The instances that are well: up, or, in a disabled server group, kept out of service.
pub fn healthy_instances(group: &ServerGroup) -> u32 {
    let well = |health: Health| match health {
        Health::Up => true,
        Health::OutOfService => group.disabled,
        Health::Failed | Health::Down | Health::Unknown | Health::Starting | Health::Draining => false,
    };
    count(group.instances.iter().filter(|instance| well(instance.health)).count())
}

/// The part of a restored server group that must be healthy before the one that is rolled back is disabled, by its size.
pub const fn rollback_percent(desired: u32) -> u32 {
    match desired {
        0..10 => 100,
        10..20 => 90,
        _ => 95,
    }
}

fn share(target: u32, percent: u32) -> u32 {
    let rounded = (u64::from(target) * u64::from(percent) + 50) / 100;
    let at_least = u64::from(target > 0 && percent > 0);
    u32::try_from(rounded.max(at_least)).unwrap_or(u32::MAX)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::fixture::group;

    #[test]
    fn the_share_is_rounded_and_at_least_one() {
        for (target, percent, needed) in
            [(2, 100, 2), (3, 50, 2), (10, 25, 3), (10, 24, 2), (1, 1, 1), (5, 0, 0), (0, 100, 0), (200, 95, 190)]
        {
            assert_eq!(share(target, percent), needed, "{percent} % of {target}");
        }
    }

    #[test]
    fn up_counts_and_nothing_else() {
        let ready = |instances| readiness(&group("a-v001", true, instances), None, 100).is_ready();
        assert!(ready("uu"));
        assert!(ready(""));
        for instances in ["us", "ud", "uf", "uo", "ur", "u?"] {
            assert!(!ready(instances), "{instances}");
        }
    }

    #[test]
    fn a_disabled_group_is_well_out_of_service() {
        assert_eq!(healthy_instances(&group("a-v001", false, "oou")), 3);
    }

    #[test]
    fn a_pinned_configuration_counts_more_than_the_present_size() {
        let grown = group("a-v001", true, "uu");
        assert_eq!(readiness(&grown, Some(Capacity::pinned(3)), 100).needed, 3);
        assert_eq!(readiness(&grown, Some(Capacity { min: 1, desired: 3, max: 5 }), 100).needed, 2);
    }

    #[test]
    fn instances_must_be_there_too() {
        let mut missing = group("a-v001", true, "u");
        missing.capacity = Capacity::pinned(2);
        let readiness = readiness(&missing, None, 100);
        assert!(!readiness.is_ready());
        assert_eq!(readiness.percent(), 50);
    }

    #[test]
    fn a_group_whose_instances_ended_for_good_is_hopeless() {
        let mut ended = group("a-v001", true, "uf");
        assert!(!readiness(&ended, None, 100).is_hopeless(), "they are started again");
        ended.workload.restart = RestartPolicy::Never;
        assert!(readiness(&ended, None, 100).is_hopeless());
        assert!(!readiness(&ended, None, 50).is_hopeless(), "the one left is enough");
    }

    #[test]
    fn larger_groups_need_a_smaller_share_to_roll_back() {
        let percents = [0, 9, 10, 19, 20, 500].map(rollback_percent);
        assert_eq!(percents, [100, 100, 90, 90, 95, 95]);
    }
}
