use super::*;

fn here() -> Location {
    Location::new("local", "local")
}

fn spec(name: &str, size: u32) -> ServerGroupSpec {
    ServerGroupSpec {
        id: ResourceId::new(here(), name),
        image: "hello:1".to_owned(),
        capacity: Capacity::pinned(size),
        load_balancers: Vec::new(),
        firewalls: Vec::new(),
        disabled: false,
        workload: Workload::default(),
        labels: std::collections::BTreeMap::new(),
    }
}

#[tokio::test]
async fn a_repeated_request_acts_once() {
    let cloud = MemoryCloud::new();
    cloud.lose_next_answer(Operation::Create);
    let spec = spec("shop-v000", 2);
    assert!(matches!(cloud.create_server_group("r1", &spec).await, Err(CloudError::Unavailable(_))));
    let group = cloud.create_server_group("r1", &spec).await.unwrap();
    assert_eq!(group.counts().up, 2);
    assert_eq!((cloud.count(Operation::Create), cloud.calls("r1")), (1, 2));
    assert!(matches!(cloud.create_server_group("r2", &spec).await, Err(CloudError::Exists { .. })));
    assert!(matches!(cloud.destroy_server_group("r1", &spec.id).await, Err(CloudError::Invalid(_))));
}

#[tokio::test]
async fn a_fault_hits_the_next_call_only() {
    let cloud = MemoryCloud::new();
    let id = cloud.seed(&here(), "shop-v000", "hello:1", 1, false).id;
    cloud.fail_next(Operation::Disable, CloudError::Unavailable("down".to_owned()));
    assert!(cloud.set_server_group_enabled("r1", &id, false).await.is_err());
    assert!(!cloud.server_group(&id).await.unwrap().disabled);
    let group = cloud.set_server_group_enabled("r1", &id, false).await.unwrap();
    assert_eq!(group.counts().out_of_service, 1);
}

#[tokio::test]
async fn in_manual_mode_health_is_the_tests_word() {
    let cloud = MemoryCloud::new();
    cloud.set_mode(Mode::Manual);
    let changes = cloud.changes();
    let id = cloud.create_server_group("r1", &spec("shop-v000", 2)).await.unwrap().id;
    assert!(changes.has_changed().unwrap());
    assert_eq!(cloud.server_group(&id).await.unwrap().counts().starting, 2);
    cloud.set_health(&id, 0, Health::Down, "connection refused");
    assert_eq!(cloud.server_group(&id).await.unwrap().counts().down, 1);
    cloud.settle(&id);
    assert_eq!(cloud.server_group(&id).await.unwrap().counts().up, 2);
}
