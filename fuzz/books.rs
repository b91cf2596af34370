//! What must hold when any file lies where one of the books should be: it is read up to its damage, or an error says what is
//! wrong. Nothing breaks down, and lengths that lie cost no memory.

pub fn books(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("00000000000000000001.base");
    std::fs::write(&file, data).expect("written");
    // Nothing random reads as a record: its hash would have to fit.
    if let Ok((records, _)) = konter_store::read_anything(data, &file) {
        assert_eq!(records, 0, "a base that is a file of records too");
    }
}
