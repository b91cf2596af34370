use super::*;

fn chats() -> impl Iterator<Item = ChatId> {
    (1..2_000).map(ChatId::telegram)
}

fn all() -> Vec<Shard> {
    Shard::all().collect()
}

fn for_seconds(seconds: u64) -> Until {
    Until::after(Since::now(), Duration::from_secs(seconds))
}

/// Everything, taken up and held for five seconds.
fn holding_all() -> Arc<Leases> {
    let share = Arc::new(Leases::nothing());
    share.gained(&all(), for_seconds(5), false);
    share.open(&all());
    share
}

#[test]
fn chats_fall_into_all_parts_evenly_and_always_into_the_same() {
    let mut counts = [0_usize; SHARDS];
    for chat in chats() {
        counts[usize::from(Shard::of(&chat).number())] += 1;
    }
    assert!(counts.iter().all(|count| (10..60).contains(count)), "{counts:?}");
    // A part that moved would be answered by two processes of different versions.
    assert_eq!(Shard::of(&ChatId::telegram(111)).number(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_renewed_runs_out() {
    let share = Arc::new(Leases::nothing());
    let chat = ChatId::telegram(1);
    assert!(!share.holds(&chat) && share.enter(&chat).is_none() && !share.leads());
    share.gained(&all(), for_seconds(5), false);
    assert!(share.holds(&chat) && share.enter(&chat).is_some() && share.leads());
    tokio::time::advance(Duration::from_secs(4)).await;
    assert!(!share.renewed(&all(), for_seconds(5)));
    tokio::time::advance(Duration::from_secs(4)).await;
    assert!(share.holds(&chat));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(!share.holds(&chat) && share.enter(&chat).is_none() && !share.leads());
}

#[tokio::test(start_paused = true)]
async fn what_is_busy_is_not_given_away_and_begins_nothing_new() {
    let share = Arc::new(Leases::nothing());
    share.gained(&all(), for_seconds(5), false);
    let chat = ChatId::telegram(1);
    let part = Shard::of(&chat);
    let busy = share.enter(&chat);
    share.set_leaving(&[part], true);
    assert!(share.enter(&chat).is_none() && share.holds(&chat), "what is under way is finished");
    assert_eq!(share.let_go_of_idle(&share.leaving()), []);
    drop(busy);
    assert_eq!(share.let_go_of_idle(&share.leaving()), [(part, false)]);
    assert!(!share.holds(&chat));
}

#[tokio::test(start_paused = true)]
async fn whoever_loses_the_first_part_hears_that_it_does_not_lead() {
    let share = Arc::new(Leases::nothing());
    let leading = share.leading();
    assert!(!*leading.borrow());
    share.gained(&all(), for_seconds(5), false);
    assert!(*leading.borrow());
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(share.expire() && !share.expire());
    assert!(!*leading.borrow());
}

#[test]
fn parts_are_shared_out_whole() {
    for (members, most) in [(0, 64), (1, 64), (2, 32), (3, 22), (4, 16), (64, 1), (65, 1)] {
        assert_eq!(fair(members), most, "{members}");
    }
}

#[test]
fn replies_doubted_together_are_doubted_until_the_last_is_said() {
    let (share, chat) = (Leases::alone(), ChatId::telegram(1));
    share.doubt(chat.clone(), 7..=9);
    assert!((7..=9).all(|seq| share.is_doubted(&chat, seq)));
    assert!(!share.is_doubted(&chat, 6) && !share.is_doubted(&chat, 10));
    for seq in 6..=8 {
        share.undoubt(&chat, seq);
        assert!((7..=9).all(|seq| share.is_doubted(&chat, seq)));
    }
    share.undoubt(&chat, 9);
    assert!(!share.is_doubted(&chat, 7));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_answered_or_said_before_what_is_older_was_taken_up() {
    let share = Arc::new(Leases::nothing());
    let chat = ChatId::telegram(1);
    share.gained(&all(), for_seconds(5), true);
    assert!(share.enter(&chat).is_some() && share.attend(&chat).is_none() && !share.is_open(&chat));
    assert_eq!(share.opened(), []);
    share.open(&[Shard::of(&chat)]);
    assert!(share.attend(&chat).is_some() && share.is_open(&chat));
    assert_eq!(share.opened(), [Shard::of(&chat)]);
    share.renewed(&all(), for_seconds(5));
    assert!(share.is_open(&chat), "a renewal closes nothing");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_supplier_keeps_nobody_elses_chat_waiting() {
    let share = holding_all();
    let (chat, part) = (ChatId::telegram(1), Shard::of(&ChatId::telegram(1)));
    let busy = share.enter(&chat).unwrap();
    let (first, second) = (busy.rest(), busy.rest());
    assert!(first.is_over_and_still_ours(), "nobody wanted it");
    let other = share.enter(&chat);
    share.set_leaving(&[part], true);
    assert_eq!(share.let_go_of_idle(&[part]), [], "somebody else does more than wait");
    drop(other);
    assert_eq!(share.let_go_of_idle(&[part]), [(part, false)]);
    assert!(!second.is_over_and_still_ours());
    drop(busy);
    assert_eq!(share.idle(&[part]), [part]);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_said_goes_along_with_its_part() {
    let (chat, other) = (ChatId::telegram(1), ChatId::telegram(2));
    let part = Shard::of(&chat);
    let given = |share: &Leases| {
        let given = share.let_go_of_idle(&all());
        given.into_iter().filter(|(_, doubtful)| *doubtful).map(|(part, _)| part).collect::<Vec<_>>()
    };
    let share = holding_all();
    share.doubt(chat.clone(), 7..=7);
    assert_eq!(given(&share), [part]);
    let share = holding_all();
    share.doubt(chat.clone(), 7..=7);
    share.undoubt(&chat, 7);
    share.saying(&other, 8);
    share.said(&other, 8);
    assert_eq!(given(&share), []);
    let share = holding_all();
    share.saying(&chat, 8);
    assert_eq!((share.unfinished(), given(&share)), (vec![part], vec![part]));
    share.forget_doubts(&[part]);
    assert_eq!(share.unfinished(), []);
    // Taken over from the dead and given on before anybody looked at it.
    let share = Arc::new(Leases::nothing());
    share.gained(&[part], for_seconds(5), true);
    assert_eq!(given(&share), [part]);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_ran_out_unseen_goes_on_when_nobody_else_had_it() {
    let share = holding_all();
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(!share.holds(&ChatId::telegram(1)));
    assert!(!share.renewed(&all(), for_seconds(5)));
    assert!(share.holds(&ChatId::telegram(1)));
    // Had it been forgotten meanwhile, it is strange: whoever renews it must take it up again.
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(share.expire());
    assert_eq!(share.strange(&all()), all());
    assert!(share.renewed(&[], for_seconds(5)) || share.shards().is_empty());
}

#[tokio::test]
async fn a_machine_that_slept_has_lost_its_leases() {
    let share = Arc::new(Leases::nothing());
    let mut until = for_seconds(5);
    // The steady clock stood still meanwhile.
    until.wall = Some(SystemTime::now());
    share.gained(&all(), until, false);
    assert!(!share.holds(&ChatId::telegram(1)));
}
