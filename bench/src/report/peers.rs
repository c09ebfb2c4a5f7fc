//! What other systems took for the like, on a like machine.

/// The comparison, as Markdown. Their figures are not measured here.
pub(super) const TABLE: &str = "
## Others

Figures of other systems on a like machine, which were not measured in this run: a workflow of five steps that do nothing. \
Durability is what each of them has as it is started by default.

| | W1, p50 | W2 | resident at rest | what an acknowledged step survives |
| --- | ---: | ---: | ---: | --- |
| Restate, one handler | 6.3 ms | 780 /s | 270 MB | power failure: the log is synced |
| Restate, five calls | 21 ms | 220 /s | 270 MB | the same |
| Temporal, development server | 570 ms | 16 /s | 142 MB | nothing: the database is in memory |
| Orca (Spinnaker), tuned | 100 ms | 65 /s | 404 MB | as Redis is set up: without a synced log, the latest seconds are lost with the machine |
| Orca (Spinnaker), as it ships | 1,100 ms | 12 /s | 467 MB | the same |
";
