//! What every [`Store`](gennaker_ports::Store) must do. Each case is a function of a store; every implementation, and the
//! fake that other crates test with, runs them all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backend;
mod commits;
mod events;
mod executions;
mod faults;
mod fixture;
mod inbox;
mod leases;
mod model;
mod pruning;
mod requests;
mod resources;
mod trigger_events;

/// Runs the cases on one implementation.
macro_rules! on {
    ($backend:ident; $($module:ident: $($case:ident)+;)+) => {
        mod $backend {
            $(mod $module {
                $(#[tokio::test]
                async fn $case() {
                    let backend = crate::backend::$backend().await;
                    crate::$module::$case(&*backend.store).await;
                })+
            })+
        }
    };
}

/// Runs the cases on all implementations.
macro_rules! suite {
    ($($cases:tt)+) => {
        on!(memory; $($cases)+);
        on!(sqlite; $($cases)+);
        on!(postgres; $($cases)+);
    };
}

suite! {
    resources:
        writing_counts_revisions
        what_was_read_is_current_until_it_changes
        expectations_are_checked
        deleting_takes_what_is_below_and_nothing_else
        revisions_survive_deletion_and_are_never_used_twice
        lists_are_paged_by_name
        prefixes_are_literal
        kinds_are_apart
        bodies_come_back_as_they_were;
    requests:
        a_repeated_write_answers_as_the_first
        a_repeated_deletion_does_nothing
        an_id_cannot_be_used_for_something_else
        a_refused_request_is_not_kept;
    trigger_events:
        an_event_is_kept_once_for_a_trigger
        events_without_a_key_are_all_kept
        decisions_can_change
        lists_are_newest_first
        pending_ones_are_oldest_first
        lists_below_a_prefix_span_triggers;
    leases:
        a_shard_has_one_owner
        renewing_keeps_the_epoch
        an_expired_lease_can_be_taken
        shards_are_apart
        a_claim_stops_at_its_limit
        leases_beyond_the_limit_are_renewed
        the_living_are_counted
        the_next_expiry_is_that_of_others
        releasing_fences_and_frees
        leaving_gives_everything_up;
    commits:
        a_step_leaves_row_events_and_results
        a_stale_sequence_is_refused
        an_existing_execution_is_not_created_again
        a_deposed_owner_is_refused
        a_lease_of_another_shard_is_no_lease
        a_command_is_applied_once
        a_command_is_applied_once_within_a_batch
        a_refused_step_leaves_nothing_and_spares_the_others
        steps_of_one_execution_can_share_a_batch
        a_rejection_needs_no_execution
        a_step_without_events_updates_the_row
        a_step_that_contradicts_itself_fails_the_call
        nothing_is_committed_by_nothing;
    inbox:
        commands_wait_in_order_of_arrival
        a_command_is_sent_once
        applying_takes_a_command_out
        outcomes_are_told_of_many
        an_applied_command_cannot_be_sent
        steps_send_commands
        messages_come_back_as_they_were;
    events:
        events_are_read_from_a_sequence
        steps_are_read_from_a_cursor
        positions_grow_over_executions
        a_step_is_in_the_lane_of_its_shard
        whoever_follows_a_cursor_misses_nothing
        signals_do_not_end
        executions_do_not_see_each_other;
    pruning:
        ended_executions_go_by_age
        surplus_executions_go_by_pipeline
        what_has_not_ended_stays
        what_commands_wait_for_stays
        pruning_is_bounded
        what_is_pruned_is_gone_and_the_rest_is_whole
        no_position_is_used_twice
        results_of_commands_go_by_age
        requests_go_by_age
        settled_trigger_events_go_by_age
        pipelines_that_ended_lately_are_paged;
    executions:
        rows_come_back_as_they_were
        lists_are_newest_first
        lists_are_filtered
        filters_are_literal
        due_ones_are_earliest_first
        the_next_due_time_is_of_owned_shards
        what_runs_or_waits_is_recovered
        unfinished_ones_of_a_pipeline_are_oldest_first
        a_sound_store_has_nothing_to_tell
        a_store_answers;
}
