//! The time, for those who have to ask the clock: what is judged is judged as of the time its envelope states, so that
//! the same message gives the same answer later. A clock before 1970 counts as 1970.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// Seconds since 1970-01-01, UTC.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

/// Today in days since 1970-01-01, UTC.
pub fn today() -> i64 {
    day_of(now())
}

/// The day of a time, in days since 1970-01-01, UTC; `seconds` since then.
pub fn day_of(seconds: i64) -> i64 {
    seconds.div_euclid(DAY_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight() {
        assert_eq!([0, 86_399, 86_400, -1].map(day_of), [0, 0, 1, -1]);
        assert!(today() > 20_000 && now() > 20_000 * DAY_SECS);
    }
}
