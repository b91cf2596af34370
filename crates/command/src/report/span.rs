//! The days a report is about, worked out from what was typed and today's date.

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::read::DateArg;
use konter_core::report::Span;

/// Why a date means no days that can be reported on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanProblem {
    #[error("it lies in the future")]
    Future,
    #[error("it is longer than {} days", Span::MOST_DAYS)]
    TooLong,
    #[error("there is no such day")]
    NoSuchDay,
}

/// What was typed, seen from today. No date is today; a range that goes on beyond today ends today.
pub fn span_of(date: Option<DateArg>, today: NaiveDate) -> Result<Span, SpanProblem> {
    const REST_OF_A_WEEK: Days = Days::new(6);
    let day = |day: Option<NaiveDate>| day.map(Span::day).ok_or(SpanProblem::NoSuchDay);
    let days = |from: Option<NaiveDate>, to: Option<NaiveDate>| {
        from.zip(to).and_then(|(from, to)| Span::new(from, to)).ok_or(SpanProblem::NoSuchDay)
    };
    let into_week = Days::new(u64::from(today.weekday().num_days_from_monday()));
    let span = match date {
        None | Some(DateArg::Today) => Span::day(today),
        Some(DateArg::Yesterday) => day(today.pred_opt())?,
        Some(DateArg::ThisWeek) => days(today.checked_sub_days(into_week), Some(today))?,
        Some(DateArg::ThisMonth) => days(today.with_day(1), Some(today))?,
        Some(DateArg::LastWeek) => {
            let sunday = today.checked_sub_days(into_week).and_then(|monday| monday.pred_opt());
            days(sunday.and_then(|sunday| sunday.checked_sub_days(REST_OF_A_WEEK)), sunday)?
        }
        Some(DateArg::LastMonth) => {
            let last = today.with_day(1).and_then(|first| first.pred_opt());
            days(last.and_then(|last| last.with_day(1)), last)?
        }
        Some(DateArg::DayOfMonth(number)) => day(last_day_of_month(number, today))?,
        Some(DateArg::DayAndMonth { day: number, month }) => day(last_day_of_year(number, month, today))?,
        Some(DateArg::Day(wanted)) => Span::day(wanted),
        Some(DateArg::LastDays(count)) => {
            days(today.checked_sub_days(Days::new(u64::from(count.saturating_sub(1)))), Some(today))?
        }
        Some(DateArg::Year) => return Err(SpanProblem::TooLong),
        Some(DateArg::Month(number)) => {
            let first = last_day_of_year(1, number, today);
            let last =
                first.and_then(|first| first.checked_add_months(Months::new(1))).and_then(|next| next.pred_opt());
            days(first, last.map(|last| last.min(today)))?
        }
        Some(DateArg::Range(from, to)) => {
            if from > today {
                return Err(SpanProblem::Future);
            }
            return Span::new(from, to.min(today)).ok_or(SpanProblem::TooLong);
        }
    };
    if span.from() > today { Err(SpanProblem::Future) } else { Ok(span) }
}

/// The last day of this number that is not in the future.
fn last_day_of_month(number: u8, today: NaiveDate) -> Option<NaiveDate> {
    // Of two months in a row at least one has 31 days, and of three one is not a short February.
    const MONTHS: u32 = 3;
    let first = today.with_day(1)?;
    let months = (0..MONTHS).filter_map(|back| first.checked_sub_months(Months::new(back)));
    months.filter_map(|month| month.with_day(number.into())).find(|day| *day <= today)
}

/// The last day of this number and month that is not in the future.
fn last_day_of_year(number: u8, month: u8, today: NaiveDate) -> Option<NaiveDate> {
    // Leap years can be eight years apart.
    const YEARS: i32 = 9;
    let years = (0..YEARS).map(|back| today.year() - back);
    years.filter_map(|year| NaiveDate::from_ymd_opt(year, month.into(), number.into())).find(|day| *day <= today)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn open_dates_mean_the_last_such_day_that_is_not_in_the_future() {
        let of_month = DateArg::DayOfMonth;
        let of_year = |day, month| DateArg::DayAndMonth { day, month };
        for (typed, today, meant) in [
            (None, "2026-11-21", "2026-11-21"),
            (Some(DateArg::Yesterday), "2026-03-01", "2026-02-28"),
            (Some(of_month(21)), "2026-11-21", "2026-11-21"),
            (Some(of_month(22)), "2026-11-21", "2026-10-22"),
            (Some(of_month(31)), "2026-11-21", "2026-10-31"),
            (Some(of_month(31)), "2026-03-30", "2026-01-31"),
            (Some(of_month(30)), "2026-03-29", "2026-01-30"),
            (Some(of_month(25)), "2026-01-02", "2025-12-25"),
            (Some(of_year(25, 10)), "2026-11-21", "2026-10-25"),
            (Some(of_year(25, 12)), "2026-11-21", "2025-12-25"),
            (Some(of_year(29, 2)), "2026-11-21", "2024-02-29"),
            (Some(DateArg::Day(date("2020-05-06"))), "2026-11-21", "2020-05-06"),
        ] {
            let today = date(today);
            assert_eq!(span_of(typed, today), Ok(Span::day(date(meant))), "{typed:?} on {today}");
        }
    }

    #[test]
    fn weeks_and_months_run_until_today_or_are_whole() {
        for (typed, today, from, to) in [
            (DateArg::Today, "2026-11-21", "2026-11-21", "2026-11-21"),
            (DateArg::ThisMonth, "2026-11-21", "2026-11-01", "2026-11-21"),
            (DateArg::ThisMonth, "2026-11-01", "2026-11-01", "2026-11-01"),
            (DateArg::ThisMonth, "2026-12-31", "2026-12-01", "2026-12-31"),
            (DateArg::LastMonth, "2026-03-31", "2026-02-01", "2026-02-28"),
            (DateArg::LastDays(3), "2026-03-01", "2026-02-27", "2026-03-01"),
            (DateArg::Month(11), "2026-11-21", "2026-11-01", "2026-11-21"),
            (DateArg::Month(12), "2026-11-21", "2025-12-01", "2025-12-31"),
            (DateArg::Month(2), "2028-03-01", "2028-02-01", "2028-02-29"),
            (DateArg::LastMonth, "2026-01-01", "2025-12-01", "2025-12-31"),
            // A Saturday, a Monday, a Sunday.
            (DateArg::ThisWeek, "2026-11-21", "2026-11-16", "2026-11-21"),
            (DateArg::ThisWeek, "2026-11-16", "2026-11-16", "2026-11-16"),
            (DateArg::ThisWeek, "2026-11-22", "2026-11-16", "2026-11-22"),
            (DateArg::LastWeek, "2026-11-21", "2026-11-09", "2026-11-15"),
            (DateArg::LastWeek, "2026-01-01", "2025-12-22", "2025-12-28"),
        ] {
            let span = span_of(Some(typed), date(today)).unwrap();
            assert_eq!((span.from(), span.to()), (date(from), date(to)), "{typed:?} on {today}");
        }
    }

    #[test]
    fn ranges_end_today_at_the_latest_and_have_a_longest_length() {
        let today = date("2026-11-21");
        let span = |from: &str, to: &str| span_of(Some(DateArg::Range(date(from), date(to))), today);
        assert_eq!(span("2026-11-01", "2026-11-30").unwrap().to(), today);
        assert_eq!(span("2026-10-01", "2026-10-31").unwrap().days().count(), 31);
        assert_eq!(span("2026-10-01", "2026-11-01"), Err(SpanProblem::TooLong));
        assert_eq!(span("2026-11-22", "2026-11-25"), Err(SpanProblem::Future));
        assert_eq!(span_of(Some(DateArg::Year), today), Err(SpanProblem::TooLong));
        assert_eq!(span_of(Some(DateArg::Day(date("2026-11-22"))), today), Err(SpanProblem::Future));
        assert_eq!(Span::new(date("2026-11-02"), date("2026-11-01")), None);
    }
}
