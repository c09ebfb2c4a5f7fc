//! Choosing an instance: smooth weighted round robin over the groups, then the instance with the least in flight.

use std::net::IpAddr;
use std::sync::Arc;

use gennaker_core::cloud::ResourceId;

use super::endpoint::{Endpoint, InFlight};
use crate::guard::Guard;
use crate::traffic::Traffic;

/// A server group that takes traffic.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) group: ResourceId,
    pub(crate) weight: u32,
    pub(crate) guard: Guard,
    pub(crate) endpoints: Vec<Arc<Endpoint>>,
    pub(crate) traffic: Arc<Traffic>,
    /// How far its turn has come: grows with its weight, and falls by the sum of all weights when it is chosen.
    turn: i64,
    /// Where the search for an instance begins, so that equally loaded ones take turns.
    next: usize,
}

impl Member {
    pub(crate) fn new(group: ResourceId, weight: u32, guard: Guard, traffic: Arc<Traffic>) -> Self {
        Self { group, weight, guard, endpoints: Vec::new(), traffic, turn: 0, next: 0 }
    }

    fn has_room_for(&self, client: IpAddr, port: u16, avoid: Option<&Arc<Endpoint>>) -> bool {
        self.weight > 0
            && self.guard.allows(client, port)
            && self.endpoints.iter().any(|endpoint| !avoid.is_some_and(|avoid| Arc::ptr_eq(avoid, endpoint)))
    }

    fn choose(&mut self, avoid: Option<&Arc<Endpoint>>) -> Option<Arc<Endpoint>> {
        let count = self.endpoints.len();
        let begin = self.next;
        self.next = self.next.wrapping_add(1);
        (0..count)
            .map(|step| &self.endpoints[begin.wrapping_add(step) % count])
            .filter(|endpoint| !avoid.is_some_and(|avoid| Arc::ptr_eq(avoid, endpoint)))
            .min_by_key(|endpoint| endpoint.load())
            .cloned()
    }
}

/// An instance chosen for one request.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) in_flight: InFlight,
    pub(crate) traffic: Arc<Traffic>,
}

/// The groups behind one load balancer.
#[derive(Debug, Default)]
pub(crate) struct Router {
    members: Vec<Member>,
}

impl Router {
    /// Replaces the groups; those that stay keep their turn.
    pub(crate) fn set_members(&mut self, mut members: Vec<Member>) {
        for member in &mut members {
            if let Some(before) = self.members.iter().find(|before| before.group == member.group) {
                (member.turn, member.next) = (before.turn, before.next);
            }
        }
        self.members = members;
    }

    /// The instance for a client's next request, other than the one to avoid. It is counted in flight before the lock on
    /// the router is released, so an instance that was taken out gets no late request.
    pub(crate) fn choose(&mut self, client: IpAddr, port: u16, avoid: Option<&Arc<Endpoint>>) -> Option<Choice> {
        let mut total = 0;
        let mut best: Option<&mut Member> = None;
        for member in self.members.iter_mut().filter(|member| member.has_room_for(client, port, avoid)) {
            total += i64::from(member.weight);
            member.turn += i64::from(member.weight);
            if best.as_ref().is_none_or(|best| member.turn > best.turn) {
                best = Some(member);
            }
        }
        let member = best?;
        member.turn -= total;
        let endpoint = member.choose(avoid)?;
        Some(Choice { in_flight: endpoint.enter(), traffic: member.traffic.clone() })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use gennaker_core::cloud::Location;

    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn member(name: &str, weight: u32, ports: &[u16]) -> Member {
        let id = ResourceId::new(Location::new("local", "local"), name);
        let traffic = Arc::new(Traffic::new(&id, &id));
        let endpoints = ports.iter().map(|port| Endpoint::new(SocketAddr::new(CLIENT, *port))).collect();
        Member { endpoints, ..Member::new(id, weight, Guard::default(), traffic) }
    }

    fn router(members: Vec<Member>) -> Router {
        let mut router = Router::default();
        router.set_members(members);
        router
    }

    fn ports(router: &mut Router, requests: usize) -> Vec<u16> {
        let choose = |_| router.choose(CLIENT, 80, None).unwrap().in_flight.endpoint().address.port();
        (0..requests).map(choose).collect()
    }

    #[test]
    fn groups_share_by_weight_smoothly() {
        let mut router = router(vec![member("a", 3, &[1]), member("b", 1, &[2]), member("none", 0, &[3])]);
        assert_eq!(ports(&mut router, 8), [1, 1, 2, 1, 1, 1, 2, 1]);
    }

    #[test]
    fn a_group_without_instances_leaves_its_share() {
        let mut router = router(vec![member("a", 100, &[]), member("b", 1, &[2])]);
        assert_eq!(ports(&mut router, 3), [2, 2, 2]);
    }

    #[test]
    fn the_least_loaded_instance_is_next() {
        let mut router = router(vec![member("a", 1, &[1, 2, 3])]);
        let mut held: Vec<_> = (0..3).map(|_| router.choose(CLIENT, 80, None).unwrap()).collect();
        let mut used: Vec<_> = held.iter().map(|choice| choice.in_flight.endpoint().address.port()).collect();
        used.sort_unstable();
        assert_eq!(used, [1, 2, 3]);
        let freed = held.remove(1).in_flight.endpoint().clone();
        let next = router.choose(CLIENT, 80, None).unwrap();
        assert!(Arc::ptr_eq(next.in_flight.endpoint(), &freed));
        let other = router.choose(CLIENT, 80, Some(&freed)).unwrap();
        assert!(!Arc::ptr_eq(other.in_flight.endpoint(), &freed));
    }

    #[test]
    fn nobody_is_chosen_where_nobody_is() {
        assert!(router(vec![member("a", 1, &[])]).choose(CLIENT, 80, None).is_none());
        let mut one = router(vec![member("a", 1, &[1])]);
        let only = one.choose(CLIENT, 80, None).unwrap();
        assert!(one.choose(CLIENT, 80, Some(only.in_flight.endpoint())).is_none());
    }
}
