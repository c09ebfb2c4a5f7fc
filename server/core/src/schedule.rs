//! Calendars: when a stage may start.

mod window;

pub use window::{ClockTime, Jitter, TimeRange, Window, WindowError};
