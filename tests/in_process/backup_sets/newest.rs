//! Which backup of a folder is the newest, and when that cannot be told and is not guessed.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_folder_the_newest_is_put_back_and_an_older_one_only_by_its_name() {
    let mut shop = Shop::new().await;
    shop.trade(4, 10).await;
    shop.back_up().await;
    let older = shop.list();
    shop.trade(4, 10).await;
    shop.back_up().await;
    let (_data, restored) = shop.put_back(&shop.backups()).await.unwrap();
    assert!(rows(&restored).await == shop.made[&shop.list()]);
    assert_eq!(restored.restored().await.unwrap().unwrap().newer, None);

    // The last piece is the newest one's own.
    let own: Vec<PathBuf> =
        shop.named(&shop.list()).into_iter().filter(|part| !shop.named(&older).contains(part)).collect();
    flip(&own[0], 40);
    let refused = shop.put_back(&shop.backups()).await.err().unwrap();
    let said = refused.to_string();
    let part = own[0].file_name().unwrap().to_str().unwrap();
    for named in [part, "is damaged", older.to_str().unwrap(), shop.list().to_str().unwrap(), "name it"] {
        assert!(said.contains(named), "{named}: {said}");
    }
    let (_data, restored) = shop.put_back(&older).await.unwrap();
    assert!(rows(&restored).await == shop.made[&older]);
    assert_eq!(
        restored.restored().await.unwrap().unwrap().newer,
        Some(shop.now),
        "it says that this is not the newest"
    );

    // A list that cannot be read is still the newest.
    flip(&shop.list(), 200);
    let refused = shop.put_back(&shop.backups()).await.err().unwrap();
    assert!(
        matches!(&refused, BackupError::NewestDamaged { newest, .. } if *newest == shop.list().display().to_string())
    );
    // Alone, a list is no backup.
    let alone = shop.folder.path().join("alone.manifest");
    fs::copy(&older, &alone).unwrap();
    let refused = shop.put_back(&alone).await.err().unwrap().to_string();
    assert!(refused.contains("parts/") && refused.contains("is missing"), "{refused}");
    let nothing = tempfile::tempdir().unwrap();
    assert!(matches!(shop.put_back(nothing.path()).await, Err(BackupError::NoneIn(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_shops_in_one_folder_keep_apart_and_a_restored_one_goes_on() {
    let (mut one, mut other) = (Shop::new().await, Shop::new().await);
    one.trade(3, 10).await;
    other.trade(5, 10).await;
    let backups = one.backups();
    one.back_up().await;
    let mine = one.list();
    // The other one's moments lie in between.
    for minutes in [5, 15] {
        let (parts, now, into) =
            (other.store.parts().await.unwrap().unwrap(), now() + TimeDelta::minutes(minutes), backups.clone());
        tokio::task::spawn_blocking(move || set::make(&parts, now, &into, Proof::WhenDue).unwrap()).await.unwrap();
        other.trade(1, 10).await;
    }
    let own = |shop: &Shop| {
        let books = set::Manifest::read(&shop.list()).unwrap().of.books;
        folder::newest(&backups, &folder::Own::Lists { books }, shop.now + TimeDelta::hours(1)).unwrap()
    };
    assert_eq!(own(&one), Some((one.now, mine.clone())), "later ones are another shop's");
    one.trade(1, 10).await;
    one.back_up().await;
    let refused = one.put_back(&backups).await.err().unwrap().to_string();
    assert!(refused.contains("several shops") && refused.contains("bytes) or "), "{refused}");
    // What they may have in the data dir says whose they are.
    let books = set::Manifest::read(&mine).unwrap().of.books;
    assert_eq!(konter_store::parts::books_in(&one.data()).as_deref(), Some(books.as_str()));
    assert_eq!(set::newest_of(&books, &backups).unwrap(), one.list());
    let (_data, restored) = one.put_back(&mine).await.unwrap();
    assert!(rows(&restored).await == one.made[&mine]);
    // Long afterwards the newest of each is there, and whole.
    folder::prune(&backups, now() + TimeDelta::days(90), TimeDelta::days(7)).unwrap();
    let left = files(&backups);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.iter().all(|list| read(list).is_ok()));

    // A shop that came back has books of its own. They go on in the same folder, and are the newest there.
    let mut shop = Shop::new().await;
    shop.trade(3, 10).await;
    shop.back_up().await;
    let (_data, restored) = shop.put_back(&shop.backups()).await.unwrap();
    shop.store = restored;
    shop.trade(3, 10).await;
    shop.back_up().await;
    let (_data, restored) = shop.put_back(&shop.backups()).await.unwrap();
    assert!(rows(&restored).await == shop.made[&shop.list()]);
    shop.store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_a_clock_that_was_set_back_the_newest_is_still_the_one_with_most_in_it() {
    let mut shop = Shop::new().await;
    shop.trade(3, 10).await;
    shop.back_up().await;
    shop.now -= TimeDelta::hours(5);
    shop.trade(3, 10).await;
    shop.back_up().await;
    let (_data, restored) = shop.put_back(&shop.backups()).await.unwrap();
    assert!(rows(&restored).await == shop.made[&shop.list()]);
}

/// Nor does the file's name say which is next, when the newest is damaged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_place_of_a_damaged_newest_the_one_with_most_in_it_is_named() {
    let mut shop = Shop::new().await;
    shop.trade(3, 10).await;
    shop.back_up().await;
    let later_by_name = shop.list();
    shop.now -= TimeDelta::hours(5);
    let mut made = Vec::new();
    for _ in 0..2 {
        shop.trade(3, 10).await;
        shop.back_up().await;
        made.push(shop.list());
    }
    let own: Vec<PathBuf> =
        shop.named(&made[1]).into_iter().filter(|part| !shop.named(&made[0]).contains(part)).collect();
    flip(&own[0], 40);
    let refused = shop.put_back(&shop.backups()).await.err().unwrap();
    let BackupError::NewestDamaged { newest, whole, .. } = refused else { panic!("{refused}") };
    assert_eq!(newest, made[1].display().to_string());
    assert_eq!(whole, Some(made[0].display().to_string()), "and not {}", later_by_name.display());
}

/// What is said of a list by whoever leaves the choice to people.
fn how_much(list: &Path) -> String {
    let read = set::Manifest::read(list).unwrap();
    format!("{} ({} records, {} bytes)", list.display(), read.of.end.record, read.bytes())
}

/// The data dir was lost, the service started on an empty one and backed that up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newborn_shop_is_not_put_back_in_place_of_the_one_that_was_lost() {
    let mut shop = Shop::new().await;
    shop.trade(5, 10).await;
    shop.back_up().await;
    let lost = shop.list();
    for times in ["once", "twice"] {
        shop.store.close().await.unwrap();
        fs::rename(shop.data(), shop.folder.path().join(times)).unwrap();
        shop.store = open(&shop.data());
        shop.store.commit(register(1)).await.unwrap();
        shop.back_up().await;
        let said = shop.put_back(&shop.backups()).await.err().unwrap().to_string();
        for named in ["several shops".to_owned(), how_much(&lost), how_much(&shop.list())] {
            assert!(said.contains(&named), "{named}: {said}");
        }
    }
    // Nor is it put back in place of one whose backups are whole files: a shop whose settings do not name its database any more.
    let (file, alone) = (folder::name(now()), tempfile::tempdir().unwrap());
    copy_dir(&shop.backups(), alone.path());
    fs::rename(alone.path().join(lost.file_name().unwrap()), alone.path().join(&file)).unwrap();
    let said = shop.put_back(alone.path()).await.err().unwrap().to_string();
    assert!(said.contains("several shops") && said.contains(&file), "{said}");
    // Named, it comes back; and what it does from then on is the newest.
    let (_data, restored) = shop.put_back(&lost).await.unwrap();
    assert!(rows(&restored).await == shop.made[&lost]);
    shop.store = restored;
    shop.back_up().await;
    let (_data, restored) = shop.put_back(&shop.backups()).await.unwrap();
    assert!(rows(&restored).await == shop.made[&shop.list()]);
}

/// A machine was rolled back, or the data dir put back by copying: one shop's backups go on in two ways.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_shop_that_went_on_from_an_older_copy_neither_way_is_guessed() {
    let mut shop = Shop::with(Limits { base: u64::MAX, ..LIMITS }).await;
    shop.trade(3, 10).await;
    shop.store.close().await.unwrap();
    let copy = shop.folder.path().join("copy");
    copy_dir(&shop.data(), &copy);
    shop.store = open(&shop.data());
    shop.trade(6, 10).await;
    shop.back_up().await;
    let given_up = shop.list();
    shop.store.close().await.unwrap();
    fs::rename(shop.data(), shop.folder.path().join("given-up")).unwrap();
    fs::rename(copy, shop.data()).unwrap();

    shop.store = open(&shop.data());
    shop.store.commit(deposit(1, 77_000)).await.unwrap();
    shop.back_up().await;
    let said = shop.put_back(&shop.backups()).await.err().unwrap();
    assert!(matches!(said, BackupError::Forked(_)), "{said}");
    for named in [&given_up, &shop.list()] {
        assert!(said.to_string().contains(named.to_str().unwrap()), "{said}");
        let (_data, restored) = shop.put_back(named).await.unwrap();
        assert!(rows(&restored).await == shop.made[named]);
    }
    // Once it has come further than what was given up, there is nothing to ask.
    shop.trade(20, 10).await;
    shop.back_up().await;
    let (_data, restored) = shop.put_back(&shop.backups()).await.unwrap();
    assert!(rows(&restored).await == shop.made[&shop.list()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_is_encrypted_the_newest_file_and_its_key_are_named() {
    let shop = Shop::new().await;
    fs::create_dir(shop.backups()).unwrap();
    let sealed = shop.backups().join(folder::sealed_name(now()));
    fs::write(&sealed, "x").unwrap();
    let said = shop.put_back(&shop.backups()).await.err().unwrap().to_string();
    assert!(said.contains(sealed.to_str().unwrap()) && said.contains("KONTER_BACKUP_PASSPHRASE"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_far_a_shop_had_come_is_known_from_its_own_newest_backup() {
    let (mut shop, nothing) = (Shop::new().await, tempfile::tempdir().unwrap());
    let (data, backups) = (shop.data(), shop.backups());
    assert_eq!(set::came_to(&data, &backups), 0, "no backup yet");
    for _ in 0..2 {
        shop.trade(3, 10).await;
        shop.back_up().await;
        assert_eq!(set::came_to(&data, &backups), set::Manifest::read(&shop.list()).unwrap().of.end.record);
    }
    assert_eq!(set::came_to(&Shop::new().await.data(), &backups), 0, "another shop's");
    assert_eq!(set::came_to(nothing.path(), &backups), 1, "there was one");
    assert_eq!(set::came_to(nothing.path(), nothing.path()), 0);
    fs::write(nothing.path().join(folder::sealed_name(shop.now)), "age").unwrap();
    assert!(set::are_in(nothing.path()), "an encrypted one is one");
}
