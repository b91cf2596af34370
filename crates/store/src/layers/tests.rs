use super::*;
use crate::sled_store::SledOptions;

/// A store with `old` settled and `young` not.
fn layers() -> (Log, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (sled, _) = SledHandle::open(folder.path(), SledOptions::default()).unwrap();
    let disk = SledKv::new(sled);
    let mut log = Log::open(disk, folder.path(), 1 << 20).unwrap();
    let write = |log: &mut Log, mut rows: Batch| {
        let written = log.append(&mut rows).unwrap();
        log.publish(rows, written);
    };
    write(&mut log, vec![(b"old".to_vec(), Some(b"1".to_vec()))]);
    log.settle(1, 1).unwrap();
    write(&mut log, vec![(b"young".to_vec(), Some(b"2".to_vec())), (b"gone".to_vec(), None)]);
    (log, folder)
}

#[test]
fn a_glance_tells_what_is_young_and_admits_what_it_does_not_know() {
    let (log, _folder) = layers();
    for (key, told, enough) in
        [(&b"young"[..], Some(&b"2"[..]), true), (b"gone", None, true), (b"old", None, false), (b"never", None, false)]
    {
        let glance = log.layers().glance();
        assert_eq!(glance.get(key).unwrap().as_deref(), told, "{key:?}");
        assert_eq!(glance.was_enough(), enough, "{key:?}");
    }
    let glance = log.layers().glance();
    glance.scan(Vec::new()..vec![u8::MAX], Direction::Up, &mut |_, _| Ok(ControlFlow::Continue(()))).unwrap();
    assert!(!glance.was_enough(), "only the disk knows a whole range");
    assert_eq!(log.layers().get(b"old").unwrap().as_deref(), Some(&b"1"[..]));
}

#[test]
fn a_glance_never_waits_for_a_writer() {
    let (log, _folder) = layers();
    let writing = log.layers().young.write();
    let glance = log.layers().glance();
    assert_eq!(glance.get(b"young").unwrap(), None);
    assert!(!glance.was_enough());
    drop(writing);
}
