use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::kv::after_prefix;
use konter_core::ids::{AgentId, OrderId, Reference};
use konter_core::ledger::AccountId;

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + TimeDelta::days(i64::try_from(number).unwrap())
}

/// Rows as one order leaves them.
fn rows_of(day_number: u64, order: u64) -> Vec<(Vec<u8>, Vec<u8>)> {
    let agent = AgentId(u32::try_from(order % 3).unwrap());
    let slot = konter_core::order::SlotKey::new(agent, day(day_number), "S10".parse().unwrap(), "0812", 1);
    let row = |text: &str| format!("{text} {order}").into_bytes();
    vec![
        (keys::order(OrderId(order)), row("order").repeat(1 + usize::try_from(order % 5).unwrap() * 3_000)),
        (keys::order_of_agent(agent, OrderId(order)), Vec::new()),
        (keys::reference(&"kios".parse().unwrap(), Reference(order * 10)), row("reference")),
        (keys::journal(order * 2), row("line")),
        (keys::line(&AccountId::Agent(agent), order * 2), Vec::new()),
        (keys::slot(&slot), row("slot")),
        (
            keys::serial(&konter_core::order::SerialKey { dest: "0812".into(), serial: order.to_string() }),
            row("serial"),
        ),
        ([&[keys::ANSWERED], order.to_be_bytes().as_slice()].concat(), row("answered")),
    ]
}

/// Days of ten orders each, closed but for the last; and all their rows as they are to be read.
fn shop(folder: &Path, days: u64) -> (WithDays<Rows>, Rows) {
    let (mut all, mut upper) = (Rows::new(), Rows::new());
    let closed = Arc::new(Days::open(folder, &Rows::new()).unwrap());
    for day_number in 0..days {
        let rows: Rows = (1..=10).flat_map(|n| rows_of(day_number, day_number * 10 + n)).collect();
        all.extend(rows.clone());
        if day_number + 1 == days {
            upper.extend(rows);
            continue;
        }
        let path = closed.path_of(day(day_number));
        let chosen: BTreeSet<Vec<u8>> = rows.keys().cloned().collect();
        write(&path, day(day_number), closed.last().as_ref(), &chosen, &rows).unwrap();
        let row = closed.add(&path).unwrap();
        assert_eq!(row.last_order, day_number * 10 + 10);
        upper.insert(keys::closed_day(row.day), serde_json::to_vec(&row).unwrap());
        // What changed later, and what could not leave, is the engine's.
        for key in rows.keys().step_by(7) {
            let changed = [all.get(key).unwrap(), b" changed".as_slice()].concat();
            all.insert(key.clone(), changed.clone());
            upper.insert(key.clone(), changed);
        }
    }
    (WithDays::new(upper, closed), all)
}

/// Some walks that a store makes, and some that it does not.
fn ranges() -> Vec<Range<Vec<u8>>> {
    let mut ranges: Vec<_> = [b'o', b'a', b's', b'r', b'S', b'j', b'k', b'n'].map(|kind| under(vec![kind])).to_vec();
    for agent in (0..4).map(AgentId) {
        ranges.push(keys::order_of_agent(agent, OrderId(0))..keys::order_of_agent(agent, OrderId(25)));
        ranges.push(keys::order_of_agent(agent, OrderId(18))..keys::order_of_agent(agent, OrderId(u64::MAX)));
        ranges.push(keys::line(&AccountId::Agent(agent), 0)..keys::line(&AccountId::Agent(agent), 33));
        ranges.push(under(keys::slots_to(agent, "0812")));
        ranges.push(under(keys::slots_to(agent, "0813")));
    }
    for from in [0, 1, 9, 10, 11, 25, 39, 40, 99] {
        ranges.push(keys::order(OrderId(from))..keys::order(OrderId(from + 7)));
        ranges.push(keys::journal(0)..after_prefix(&keys::journal(from)));
        ranges.push(keys::reference(&"kios".parse().unwrap(), Reference(from))..under(vec![b'r']).end);
    }
    ranges.push(vec![b'a']..vec![b'z']);
    ranges.push(vec![b'o']..vec![b'o']);
    ranges
}

fn walked(rows: &dyn Kv, range: &Range<Vec<u8>>, direction: Direction, most: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    rows.scan(range.clone(), direction, &mut |key, row| {
        found.push((key.to_vec(), row.to_vec()));
        Ok(if found.len() < most { CONTINUE } else { ControlFlow::Break(()) })
    })
    .unwrap();
    found
}

#[test]
fn closed_days_are_read_as_if_they_had_never_left() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, all) = shop(folder.path(), 5);
    let model = all.clone();
    for range in ranges() {
        for direction in [Direction::Up, Direction::Down] {
            for most in [1, 3, usize::MAX] {
                assert_eq!(
                    walked(&rows, &range, direction, most),
                    walked(&model, &range, direction, most),
                    "{range:?} {direction:?} {most}"
                );
            }
        }
    }
    for kind in [keys::ORDER, keys::REFERENCE, keys::JOURNAL] {
        let number = |rows: &dyn Kv| keys::number_at(&rows.last_key(vec![kind]).unwrap().unwrap(), 1);
        assert_eq!(number(&rows), number(&model));
        let closed_alone = WithDays::new(Rows::new(), Arc::clone(rows.days()));
        assert!(number(&closed_alone) < number(&model) && number(&closed_alone) > Some(0));
    }
    for (key, row) in &all {
        assert_eq!(rows.get(key).unwrap().as_ref(), Some(row), "{key:?}");
        assert_eq!(rows.get(&[key.as_slice(), b"x"].concat()).unwrap(), None);
    }
    let mut closed = Rows::new();
    let _ = rows
        .days()
        .walk_all()
        .rest(&mut |key, row| {
            closed.insert(key.to_vec(), row.to_vec());
            Ok(CONTINUE)
        })
        .unwrap();
    let sound = |(key, _): &(&Vec<u8>, &Vec<u8>)| closed.contains_key(*key);
    assert_eq!(closed.len(), all.iter().filter(sound).count(), "every closed row is one of the shop's");
    assert!(closed.len() > 200);
}

proptest! {
    #[test]
    fn any_walk_over_closed_days_is_the_walk_over_all_rows(from in 0_u64..60, length in 0_u64..60, most in 1_usize..40, up: bool) {
        let folder = tempfile::tempdir().unwrap();
        let (rows, all) = shop(folder.path(), 4);
        let model = all;
        let direction = if up { Direction::Up } else { Direction::Down };
        let range = keys::order(OrderId(from))..keys::order(OrderId(from + length));
        prop_assert_eq!(walked(&rows, &range, direction, most), walked(&model, &range, direction, most));
    }
}

#[test]
fn a_damaged_day_is_said_with_its_file_and_never_read_as_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, all) = shop(folder.path(), 3);
    let path = rows.days().path_of(day(0));
    let upper = rows.upper().clone();
    let sound = fs::read(&path).unwrap();
    let open = || Days::open(folder.path(), &upper).map(|days| WithDays::new(Rows::new(), Arc::new(days)));
    let wrong = |what: &str| {
        // Either it does not open, or every row that reads is the right one.
        let rows = match open() {
            Err(StoreError::Corrupt { problem, .. }) => {
                assert!(problem.contains("2026-01-01.day") && problem.contains("backup"), "{what}: {problem}");
                return;
            }
            Err(other) => panic!("{what}: {other}"),
            Ok(rows) => rows,
        };
        let mut refused = 0;
        for (key, row) in all.iter().filter(|(key, _)| is_closable(key[0])) {
            match rows.get(key) {
                Ok(Some(found)) => assert!(row.starts_with(&found), "{what}"),
                Ok(None) => {}
                Err(StoreError::Corrupt { .. }) => refused += 1,
                Err(other) => panic!("{what}: {other}"),
            }
        }
        assert!(refused > 0, "{what} went unnoticed");
    };
    for byte in (0..sound.len()).step_by(61).skip(1) {
        let mut damaged = sound.clone();
        damaged[byte] ^= 0x20;
        fs::write(&path, damaged).unwrap();
        wrong(&format!("byte {byte} changed"));
    }
    for length in [0, 1, 23, 24, sound.len() / 2, sound.len() - 1] {
        fs::write(&path, &sound[..length]).unwrap();
        wrong(&format!("cut off at {length}"));
    }
    fs::write(&path, fs::read(rows.days().path_of(day(1))).unwrap()).unwrap();
    wrong("another day's");
    fs::remove_file(&path).unwrap();
    wrong("missing");
    fs::write(&path, &sound).unwrap();
    fs::write(rows.days().path_of(day(7)), &sound).unwrap();
    assert!(open().is_ok());
    assert!(!rows.days().path_of(day(7)).exists(), "a day that was not finished is set aside");
}

/// A file on a disk that answers every read with this.
struct Failing(i32);

impl std::io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::from_raw_os_error(self.0))
    }
}

impl std::io::Seek for Failing {
    fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

#[cfg(unix)]
#[test]
fn a_bad_sector_is_damage_and_what_may_be_over_in_a_moment_is_not() {
    const EIO: i32 = 5;
    const ENOMEM: i32 = 12;
    let read = |error| file::read_at(&mut Failing(error), Path::new("2026-01-01.day"), 0, 1).unwrap_err();
    assert!(matches!(read(EIO), StoreError::Corrupt { what: CLOSED_DAY, .. }), "{}", read(EIO));
    assert!(matches!(read(ENOMEM), StoreError::Unavailable(_)), "{}", read(ENOMEM));
}
