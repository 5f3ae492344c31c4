//! Moments for people, in UTC.

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Seconds since 1970 as RFC 3339 has them, without the zone: `2026-11-27T21:10:03`.
pub fn date_time(seconds: u64) -> String {
    let (year, month, day) = date(seconds / DAY);
    let rest = seconds % DAY;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", rest / 3_600, rest % 3_600 / 60, rest % 60)
}

/// The year, the month and the day, so many days after the first of January 1970.
fn date(days: u64) -> (u64, u64, u64) {
    // Years are counted from a first of March, so that the day that some years have more is their last; 400 of them have
    // 146,097 days.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, date)
}

#[cfg(test)]
mod tests {
    use super::date_time;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_782_400, "2000-02-29T00:00:00"),
            (951_868_800, "2000-03-01T00:00:00"),
            (1_231_006_505, "2009-01-03T18:15:05"),
            (1_709_164_800, "2024-02-29T00:00:00"),
            (4_107_542_399, "2100-02-28T23:59:59"),
            (4_107_542_400, "2100-03-01T00:00:00"),
            (u32::MAX.into(), "2106-02-07T06:28:15"),
        ] {
            assert_eq!(date_time(seconds), text);
        }
    }
}
