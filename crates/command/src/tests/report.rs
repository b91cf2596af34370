//! Days and PINs.

use super::*;

#[test]
fn days_are_told_from_pins() {
    let day = |text: &str| match parse(text) {
        Command::Report { date, pin, .. } => (date, pin.map(|pin| pin.expose().to_owned())),
        other => panic!("{text}: {other:?}"),
    };
    let on = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let pin = || Some("1234".to_owned());
    for (text, date, with_pin) in [
        ("REKAP", None, None),
        ("REKAP.1234", None, pin()),
        ("LAP.12", Some(DateArg::DayOfMonth(12)), None),
        ("LAP.12.1234", Some(DateArg::DayOfMonth(12)), pin()),
        ("LAP.1234.12", Some(DateArg::DayOfMonth(12)), pin()),
        ("LAP.150709.1234", Some(DateArg::Day(on(2009, 7, 15))), pin()),
        ("LAP.1234.150709", Some(DateArg::Day(on(2009, 7, 15))), pin()),
        ("LAP.25.07.2026.1234", Some(DateArg::Day(on(2026, 7, 25))), pin()),
        ("LAP 2026-07-25", Some(DateArg::Day(on(2026, 7, 25))), None),
        ("LAP.25/10", Some(DateArg::DayAndMonth { day: 25, month: 10 }), None),
        ("REKAP bulan ini", Some(DateArg::ThisMonth), None),
        ("LAP.bulan lalu.1234", Some(DateArg::LastMonth), pin()),
        ("rekap hari ini", Some(DateArg::Today), None),
        ("mutasi minggu ini", Some(DateArg::ThisWeek), None),
        ("MUTASI kemarin", Some(DateArg::Yesterday), None),
        ("LAP.01/07/26 s/d 25/07/26", Some(DateArg::Range(on(2026, 7, 1), on(2026, 7, 25))), None),
        ("REKAP.129956", None, Some("129956".to_owned())),
    ] {
        assert_eq!(day(text), (date, with_pin), "{text}");
    }
    for text in ["LAP.32", "LAP.31/02/26", "LAP.25/07/26.24/07/26", "LAP.12.13", "LAP.1234.5678", "LAP.besok"] {
        assert!(matches!(parse(text), Command::Incomplete { topic: Topic::Sales, .. }), "{text}: {:?}", parse(text));
    }
}
