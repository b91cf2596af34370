use teloxide::types::UpdateKind;

use super::*;

fn private(fields: &Value) -> Value {
    let mut message = json!({
        "message_id": 7, "date": 1_700_000_000, "chat": {"id": 1001, "type": "private"},
        "from": {"id": 1001, "is_bot": false, "first_name": "Budi", "last_name": "Cell"},
    });
    for (name, value) in fields.as_object().unwrap().clone() {
        message[name] = value;
    }
    message
}

fn read_now(update: &Value) -> Incoming {
    read(update, DateTime::UNIX_EPOCH)
}

fn text_of(message: &Value) -> Option<String> {
    match read_now(&json!({"update_id": 1, "message": message})) {
        Incoming::Message(message) => Some(message.text),
        _ => None,
    }
}

#[test]
fn a_message_becomes_an_inbox_message() {
    let update = json!({"update_id": 5, "message": private(&json!({"text": "S10.0812.1234"}))});
    assert_eq!(number(&update), Some(5));
    let expected = InboxMessage {
        chat: ChatId::telegram(1001),
        message: "7".into(),
        text: "S10.0812.1234".into(),
        sent_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        private: true,
        sender: "Budi Cell".into(),
        tapped: None,
        is_caption: false,
        replies_to: None,
        topic: None,
        speaks: None,
    };
    assert_eq!(read_now(&update), Incoming::Message(expected));
}

/// In other groups than forums the same field is a thread of replies, where nothing can be sent.
#[test]
fn only_a_forums_topic_is_one() {
    let topic = |fields: Value| match read_now(&json!({"update_id": 1, "message": private(&fields)})) {
        Incoming::Message(message) => message.topic,
        other => panic!("{other:?}"),
    };
    let of = |is_topic: Value| topic(json!({"text": "/saldo", "message_thread_id": 7, "is_topic_message": is_topic}));
    assert_eq!(of(json!(true)), Some(7));
    assert_eq!(of(json!(false)), None);
    assert_eq!(topic(json!({"text": "/saldo", "message_thread_id": 7})), None);
    assert_eq!(topic(json!({"text": "/saldo", "message_thread_id": "x", "is_topic_message": true})), None);
}

#[test]
fn a_lone_surrogate_costs_one_update_and_no_batch() {
    let batch = r#"[{"update_id":7,"message":{"text":"\ud83d"}},{"update_id":8,"message":{}}]"#;
    let batch: Vec<Box<RawValue>> = serde_json::from_str(batch).unwrap();
    let read: Vec<_> = batch.iter().map(|raw| parse(raw)).map(|update| (number(&update), read_now(&update))).collect();
    assert_eq!(read, [(Some(7), Incoming::Broken), (Some(8), Incoming::Broken)]);
}

/// Why updates are not read as teloxide's types. Should this fail, teloxide has learned to, and may do it.
#[test]
fn teloxide_loses_the_words_of_a_message_with_a_mark_it_does_not_know() {
    let read = |kind: &str| {
        let mark = json!([{"type": kind, "offset": 0, "length": 3}]);
        let order = json!({"update_id": 1, "message": private(&json!({"text": "S10.0812.1234", "entities": mark}))});
        assert!(matches!(read_now(&order), Incoming::Message(message) if message.text == "S10.0812.1234"), "{kind}");
        let theirs: teloxide::types::Update = serde_json::from_str(&order.to_string()).unwrap();
        matches!(&theirs.kind, UpdateKind::Message(message) if message.text() == Some("S10.0812.1234"))
    };
    assert_eq!((read("bold"), read("brand_new")), (true, false));
}

#[test]
fn fields_nobody_has_heard_of_hide_nothing() {
    let message = private(&json!({
        "text": "SAL", "entities": "broken", "reply_to_message": {"new": 1}, "effect_id": [], "from": {"id": "odd"},
    }));
    assert_eq!(text_of(&message).as_deref(), Some("SAL"));
}

#[test]
fn a_reply_says_which_message_it_answers_and_nothing_of_what_stands_there_counts() {
    let planted = json!({"message_id": 7, "from": {"id": 1, "is_bot": true}, "text": "tipu\n/balas KR0009 jawaban"});
    let update = json!({"message": private(&json!({"text": "sudah masuk ya", "reply_to_message": planted}))});
    let Incoming::Message(message) = read_now(&update) else { panic!() };
    assert_eq!((message.text.as_str(), message.replies_to.as_deref()), ("sudah masuk ya", Some("7")));
}

#[test]
fn what_stands_in_a_topic_is_no_reply_to_what_opened_it() {
    let replied_to = |opener: i64| {
        let topic = json!({"text": "1234", "is_topic_message": true, "message_thread_id": 5,
            "reply_to_message": {"message_id": opener}});
        let Incoming::Message(message) = read_now(&json!({"message": private(&topic)})) else { panic!() };
        message.replies_to
    };
    assert_eq!((replied_to(5), replied_to(6).as_deref()), (None, Some("6")));
}

#[test]
fn an_edit_is_a_message_of_its_own_that_says_what_it_is() {
    let edit = private(&json!({"text": "S20.0812.1234", "edit_date": 1_700_000_060}));
    let Incoming::Message(message) = read_now(&json!({"edited_message": edit})) else { panic!() };
    assert_eq!(Marked::from_text(&message.text), Some(Marked::Edited { words: "S20.0812.1234" }));
    assert_eq!((message.message.as_str(), message.sent_at.timestamp()), ("edit7-1700000060", 1_700_000_060));
    assert!(message.private);
}

#[test]
fn a_contact_is_its_number_typed_and_an_album_is_known() {
    let contact = json!({"contact": {"phone_number": "+62 812-3456-7890", "first_name": "Budi", "user_id": 777}});
    assert_eq!(text_of(&private(&contact)).as_deref(), Some("+62 812-3456-7890"));
    let picture = json!({"photo": [], "media_group_id": "77"});
    let attachment = Attachment::from_text(&text_of(&private(&picture)).unwrap()).unwrap();
    assert_eq!((attachment.kind.as_str(), attachment.album()), ("photo", Some("77")));
}

#[test]
fn a_reply_to_one_of_the_bots_orders_names_it() {
    let order = |text: &str, is_bot: bool| {
        let answered = json!({"message_id": 3, "from": {"id": 42, "is_bot": is_bot}, "text": text});
        let text = text_of(&private(&json!({"text": "ulang", "reply_to_message": answered}))).unwrap();
        match Marked::from_text(&text) {
            Some(Marked::About { order, words: "ulang" }) => Some(order),
            _ => None,
        }
    };
    assert_eq!(order("SUKSES. S10 ke 081234567890\nHarga 10.500, trx #12\nSaldo 1", true), Some(12));
    assert_eq!(order("SUKSES. S10 to 081234567890\nPrice 10,500, order #12", true), Some(12));
    assert_eq!(order("trx #12, trx #12", true), Some(12));
    for (text, is_bot) in [("trx #12\ntrx #13", true), ("trx #12", false), ("trx #", true), ("Saldo 12", true)] {
        assert_eq!(order(text, is_bot), None, "{text}");
    }
}

#[test]
fn an_anonymous_admin_is_told_apart_from_other_bots() {
    let group = |from: i64| {
        let from = json!({"id": from, "is_bot": true, "first_name": "Group"});
        private(&json!({"text": "/pending", "chat": {"id": -100, "type": "supergroup"}, "from": from}))
    };
    let text = text_of(&group(1_087_968_824)).unwrap();
    assert_eq!(Marked::from_text(&text), Some(Marked::Anonymous { words: "/pending" }));
    assert_eq!(text_of(&group(5)), None);
}

#[test]
fn what_is_no_text_says_what_it_is() {
    let kind = |message: Value| Attachment::from_text(&text_of(&message).unwrap()).map(|attachment| attachment.kind);
    assert_eq!(kind(private(&json!({"photo": []}))).as_deref(), Some("photo"));
    assert_eq!(kind(private(&json!({"voice": {}}))).as_deref(), Some("voice"));
    assert_eq!(kind(private(&json!({"photo": [], "caption": " "}))).as_deref(), Some("photo"));
    assert_eq!(text_of(&private(&json!({"photo": [], "caption": "SAL"}))).as_deref(), Some("SAL"));
    assert_eq!(text_of(&private(&json!({"text": "\u{1}photo"}))).as_deref(), Some("photo"), "nobody types a mark");
}

#[test]
fn words_under_a_picture_are_known_as_such() {
    let is_caption = |message: Value| match read_now(&json!({"message": private(&message)})) {
        Incoming::Message(message) => message.is_caption,
        other => panic!("{other:?}"),
    };
    assert!(is_caption(json!({"photo": [], "caption": "sudah transfer"})));
    assert!(is_caption(json!({"document": {"file_id": "F1", "file_name": "bukti.pdf"}, "caption": "sudah"})));
    assert!(!is_caption(json!({"photo": []})));
    assert!(!is_caption(json!({"text": "sudah transfer"})));
}

#[test]
fn a_csv_is_a_file_whatever_stands_under_it() {
    let table = json!({"document": {"file_id": "F1", "file_name": "Harga.CSV"}, "caption": "baru"});
    let attachment = Attachment::from_text(&text_of(&private(&table)).unwrap()).unwrap();
    assert_eq!(attachment.file, Some(FileRef { id: "F1".into(), name: "Harga.CSV".into() }));
    let other = json!({"document": {"file_id": "F1", "file_name": "bukti.pdf"}, "caption": "KOMPLAIN x"});
    assert_eq!(text_of(&private(&other)).as_deref(), Some("KOMPLAIN x"));
}

#[test]
fn groups_are_told_apart_and_their_pictures_left_alone() {
    let group = |fields: Value| {
        let mut message = private(&fields);
        message["chat"] = json!({"id": -100, "type": "supergroup"});
        message
    };
    match read_now(&json!({"message": group(json!({"text": "SAL"}))})) {
        Incoming::Message(message) => assert!(!message.private && message.chat == ChatId::telegram(-100)),
        other => panic!("{other:?}"),
    }
    assert_eq!(text_of(&group(json!({"sticker": {}}))), None);
    assert_eq!(text_of(&group(json!({"new_chat_members": []}))), None);
}

#[test]
fn a_sticker_says_what_its_emoji_would() {
    let sticker = json!({"sticker": {"file_id": "x", "emoji": "❌"}});
    assert_eq!(text_of(&private(&sticker)).as_deref(), Some("❌"));
    let in_a_group = json!({"sticker": {"emoji": "❌"}, "chat": {"id": -100, "type": "group"}});
    assert_eq!(text_of(&private(&in_a_group)), None);
}

#[test]
fn what_is_not_for_the_shop_is_ignored() {
    let text = json!({"text": "S10.0812.1234"});
    for update in [
        json!({"update_id": 1, "edited_message": private(&json!({"location": {}}))}),
        json!({"update_id": 1, "edited_message": private(&json!({"text": "x", "chat": {"id": -100, "type": "group"}}))}),
        json!({"update_id": 1, "channel_post": private(&text)}),
        json!({"update_id": 1, "edited_channel_post": private(&text)}),
        json!({"update_id": 1, "something_new": {}}),
        json!({"update_id": 1, "message": private(&json!({"text": "x", "from": {"id": 5, "is_bot": true}}))}),
        json!({"update_id": 1, "message": private(&json!({"text": "x", "is_automatic_forward": true}))}),
        json!({"update_id": 1, "message": private(&json!({"pinned_message": {}}))}),
        json!({"update_id": 1}),
        json!(17),
    ] {
        assert_eq!(read_now(&update), Incoming::Ignored, "{update}");
    }
}

/// What is struck out or quoted is as good as passed on.
#[test]
fn words_set_apart_are_not_the_senders_own() {
    let marked = |kind: &str| {
        let marks = json!([{"type": kind, "offset": 0, "length": 21}]);
        json!({"update_id": 1, "message": private(&json!({"text": "S10.081234567890.1234", "entities": marks}))})
    };
    let text = |kind: &str| match read_now(&marked(kind)) {
        Incoming::Message(message) => message.text,
        other => panic!("{other:?}"),
    };
    for kind in ["strikethrough", "blockquote", "expandable_blockquote"] {
        let attachment = Attachment::from_text(&text(kind)).unwrap();
        assert_eq!(attachment.forwarded_words(), Some("S10.081234567890.1234"), "{kind}");
    }
    assert_eq!(text("phone_number"), "S10.081234567890.1234");
}

#[test]
fn a_message_without_a_place_is_broken_and_one_without_a_date_is_old() {
    assert_eq!(read_now(&json!({"message": {"text": "x"}})), Incoming::Broken);
    assert_eq!(read_now(&json!({"callback_query": {"id": "1"}})), Incoming::Broken);
    match read_now(&json!({"message": private(&json!({"text": "x", "date": "soon"}))})) {
        Incoming::Message(message) => assert_eq!(message.sent_at, DateTime::UNIX_EPOCH),
        other => panic!("{other:?}"),
    }
}

fn tap(from: i64, chat: &Value) -> Value {
    // Telegram shows no more of a message that is old or gone.
    let message = json!({"message_id": 3, "date": 0, "chat": chat});
    let query = json!({"id": "4242", "from": {"id": from, "first_name": "Budi"}, "data": "SAL", "message": message});
    json!({"update_id": 1, "callback_query": query})
}

#[test]
fn a_button_speaks_with_its_data_once_per_tap() {
    let now = DateTime::from_timestamp(99, 0).unwrap();
    let expected = InboxMessage {
        chat: ChatId::telegram(1001),
        message: "tap4242".into(),
        text: "SAL".into(),
        sent_at: now,
        private: true,
        sender: "Budi".into(),
        tapped: Some("3".into()),
        is_caption: false,
        replies_to: None,
        topic: None,
        speaks: None,
    };
    let read = read(&tap(1001, &json!({"id": 1001, "type": "private"})), now);
    assert_eq!(read, Incoming::Tap { message: expected, tap: "4242".into() });
}

#[test]
fn a_tap_counts_only_from_the_one_the_chat_belongs_to() {
    let foreign = || Incoming::ForeignTap { tap: "4242".into() };
    for (from, chat) in [
        (1002, json!({"id": 1001, "type": "private"})),
        (1001, json!({"id": -100, "type": "supergroup"})),
        (1001, json!({"id": 1001, "type": "group"})),
        (1001, json!({"id": 1001})),
    ] {
        assert_eq!(read_now(&tap(from, &chat)), foreign(), "{from} in {chat}");
    }
    let mut nobody = tap(1001, &json!({"id": 1001, "type": "private"}));
    nobody["callback_query"]["from"] = json!("odd");
    assert_eq!(read_now(&nobody), foreign());
}
