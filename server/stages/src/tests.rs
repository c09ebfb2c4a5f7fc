//! Stories of whole executions on the real machine and a cloud in memory.
