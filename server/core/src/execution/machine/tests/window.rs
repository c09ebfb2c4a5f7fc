//! Execution windows.

use std::time::Duration;

use super::script::definition;
use super::world::{BEGINNING, pause, resume, skip};
use super::*;
use crate::execution::{Definition, Origin, StageDefinition};
use crate::schedule::{Jitter, TimeRange, Window};

/// Open from 09:00 to 17:00 UTC; the tests begin at 08:00.
fn office_hours(jitter: Option<Jitter>) -> Window {
    let range = TimeRange { start: "09:00".parse().unwrap(), end: "17:00".parse().unwrap() };
    Window { time_zone: Window::zone("UTC").unwrap(), days: vec![], ranges: vec![range], jitter }
}

fn windowed(window: Window) -> Vec<StageDefinition> {
    let timeout = Some(Duration::from_secs(60));
    vec![StageDefinition { window: Some(window), timeout, ..stage("a", &[], &Script::of([run("work")])) }]
}

fn triggered() -> Origin {
    Origin::Trigger { trigger: "applications/hello/triggers/build".into(), event: "1".into() }
}

#[test]
fn a_stage_waits_for_its_window_and_the_wait_is_not_part_of_its_timeout() {
    let mut world = World::new(windowed(office_hours(None)));
    world.pass(3599);
    world.pass(1);
    insta::assert_snapshot!(world.story(), @r#"
    created
    started
    a: started, waits for its execution window to open, 3600s
    a: released
    a: planned ["work"], ends at 3660s
    a.0: try 1 until 7200s
    "#);
}

#[test]
fn an_open_window_holds_nothing() {
    let mut world = World::new(windowed(Window { ranges: vec![], ..office_hours(None) }));
    assert_eq!(world.stage("a").hold, None);
    world.done("a");
}

#[test]
fn jitter_delays_within_its_bounds_unless_a_person_started_it() {
    let bounds = |skip_manual| Jitter { min: Duration::from_secs(10), max: Duration::from_secs(20), skip_manual };
    let opening = BEGINNING + Duration::from_secs(3600);
    let definition =
        |skip_manual| -> std::sync::Arc<Definition> { definition(windowed(office_hours(Some(bounds(skip_manual))))) };
    let mut delays = std::collections::BTreeSet::new();
    for random in 0..200_u64 {
        let world = World::create(definition(true), triggered(), false, random.wrapping_mul(0x1234_5678_9ABC_DEF1));
        let delay = world.stage("a").hold.as_ref().unwrap().until.since(opening);
        assert!((Duration::from_secs(10)..=Duration::from_secs(20)).contains(&delay), "{delay:?}");
        delays.insert(delay);
    }
    assert!(delays.len() > 100, "the delays are spread");
    let until = |skip_manual| {
        World::create(definition(skip_manual), Origin::Manual, false, 5).stage("a").hold.as_ref().unwrap().until
    };
    assert_eq!(until(true), opening);
    assert!(until(false) > opening);
}

#[test]
fn stages_that_start_together_are_delayed_differently() {
    let jitter = Jitter { min: Duration::ZERO, max: Duration::from_secs(3600), skip_manual: false };
    let window = Some(office_hours(Some(jitter)));
    let stage = |id| StageDefinition { window: window.clone(), ..stage(id, &[], &Script::default()) };
    let world = World::create(definition(vec![stage("a"), stage("b")]), triggered(), false, 42);
    assert_ne!(world.stage("a").hold, world.stage("b").hold);
}

#[test]
fn a_person_can_end_the_wait_for_the_window() {
    let mut world = World::new(windowed(office_hours(None)));
    world.told();
    world.must(&skip("a"));
    insta::assert_snapshot!(world.story(), @r#"
    a: released by bob
    a: planned ["work"], ends at 60s
    a.0: try 1 until 3600s
    "#);
}

#[test]
fn a_window_missed_in_a_pause_is_waited_for_again() {
    let mut world = World::new(windowed(office_hours(None)));
    world.must(&pause());
    world.pass(12 * 3600);
    world.told();
    world.must(&resume());
    insta::assert_snapshot!(world.story(), @r"
    resumed by bob
    a: started, waits for its execution window to open, 90000s
    ");
    world.pass(12 * 3600 + 3600);
    assert_eq!(world.task("a").task, 0);
}

#[test]
fn a_delay_that_goes_beyond_the_window_ends_all_the_same() {
    let jitter =
        Jitter { min: Duration::from_secs(10 * 3600), max: Duration::from_secs(10 * 3600), skip_manual: false };
    let mut world = World::new(windowed(office_hours(Some(jitter))));
    world.pass(11 * 3600);
    assert_eq!(world.task("a").task, 0);
}
