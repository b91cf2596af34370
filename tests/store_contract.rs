//! What every store must do, run on each engine. An engine is something that can be opened, and opened again with
//! everything it had.

mod store_contract {
    pub mod bills;
    pub mod books;
    pub mod closing;
    pub mod desk;
    pub mod engines;
    pub mod messages;
    pub mod moving;
    pub mod network;
    pub mod orders;
    pub mod people;
    pub mod postgres_only;
    pub mod preferences;
    pub mod races;
    pub mod random;
    pub mod reports;
    pub mod routing;
    pub mod sharing;
    pub mod sled_only;
    pub mod tickets;
    pub mod transfers;
}
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/store.rs"]
mod support;
#[path = "support/postgres_wire.rs"]
mod wire;

use store_contract::closing::Closing;
use store_contract::engines::{Engine, Memory, Settling, Sled};

/// Each rule becomes one test per engine.
macro_rules! contract {
    ($($part:ident: $($rule:ident),+ $(,)?;)+) => {
        mod memory {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                crate::store_contract::$part::$rule(<crate::Memory as crate::Engine>::new()).await;
            })+)+
        }
        mod sled {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                crate::store_contract::$part::$rule(<crate::Sled as crate::Engine>::new()).await;
            })+)+
        }
        mod settling {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                crate::store_contract::$part::$rule(<crate::Settling as crate::Engine>::new()).await;
            })+)+
        }
        mod closing {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                crate::store_contract::$part::$rule(<crate::Closing as crate::Engine>::new()).await;
            })+)+
        }
        mod on_postgres {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                if let Some(engine) = crate::store_contract::engines::Postgres::start().await {
                    crate::store_contract::$part::$rule(engine).await;
                }
            })+)+
        }
    };
}

contract! {
    books:
        a_transfer_moves_money_and_is_journalled,
        a_refused_commit_changes_nothing_at_all,
        the_journal_is_gapless_and_chained,
        statements_page_backwards_through_one_account,
        an_audit_of_sound_books_is_clean_also_after_opening_again,
        many_rows_are_all_read;
    orders:
        an_order_is_found_by_everything_it_is_known_by,
        orders_of_an_agent_come_newest_first_in_pages,
        open_orders_and_holds_go_together,
        a_hold_that_does_not_fit_its_order_is_never_written,
        a_stale_version_is_a_conflict,
        a_version_that_stays_is_refused,
        a_slot_is_taken_once_and_freed_by_failure,
        an_open_order_keeps_its_slot_whatever_the_day,
        the_same_order_within_minutes_over_midnight_is_refused,
        a_late_delivery_is_recorded_though_its_slot_is_gone,
        a_reference_belongs_to_one_order,
        a_serial_number_belongs_to_one_order_to_a_destination,
        every_attempt_is_found_by_its_reference,
        a_very_long_order_is_kept_whole;
    bills:
        an_inquiry_is_found_until_a_newer_one_takes_its_place,
        an_inquiry_that_is_answered_is_not_asked_again,
        an_answer_to_a_replaced_inquiry_is_a_conflict,
        an_inquiry_may_go_on_to_another_product,
        old_inquiries_go_by_themselves,
        many_inquiries_are_there_after_opening_again,
        a_period_of_a_bill_is_paid_by_one_order,
        a_failed_payment_frees_its_bill_and_a_late_one_claims_it_beside_the_other;
    tickets:
        a_ticket_is_found_by_number_reseller_and_amount,
        an_amount_belongs_to_one_open_ticket,
        a_ticket_that_is_over_gives_its_amount_away,
        a_decided_ticket_frees_its_amount_and_stays_decided,
        an_acceptance_comes_with_its_money,
        many_decide_about_a_ticket_and_one_does,
        old_claims_of_a_reseller_go_by_themselves;
    transfers:
        a_transfer_comes_with_its_money_and_is_found_by_its_number,
        a_transfer_goes_back_once_and_all_of_it,
        what_is_held_or_spent_does_not_go_back;
    people:
        agents_are_found_by_code_chat_and_phone,
        a_chat_or_phone_belongs_to_one_agent,
        a_chat_given_up_is_free_again,
        agents_are_listed_in_pages,
        products_are_written_over,
        acts_come_newest_first,
        numbers_and_references_never_repeat,
        one_pepper_is_the_first;
    network:
        those_below_come_in_pages_and_follow_a_move,
        nobody_gets_below_themselves,
        an_invitation_leads_to_one_reseller_until_it_is_renewed,
        groups_are_changed_by_who_has_read_them,
        an_invited_chat_is_remembered_until_it_registers,
        margins_are_paid_when_their_order_becomes_a_success_and_never_else,
        what_an_upline_has_spent_is_withheld_from_the_refund_until_it_is_paid_in;
    desk:
        a_role_is_changed_by_who_has_read_it_and_its_row_stays,
        messages_of_an_announcement_are_counted_once,
        an_announcement_is_sent_once,
        a_question_is_answered_once,
        cards_are_found_where_they_were_sent,
        products_are_replaced_as_they_were_read;
    preferences:
        preferences_are_changed_by_who_has_read_them,
        a_code_leads_to_one_reseller_until_it_is_used_or_replaced;
    messages:
        the_same_message_again_changes_nothing,
        the_same_key_with_other_content_is_an_error,
        an_answer_names_the_orders_it_placed,
        callbacks_are_told_apart_by_content,
        a_redelivered_message_is_stored_once,
        the_inbox_keeps_the_order_of_arrival,
        the_outbox_is_in_order_per_chat,
        what_was_said_is_gone,
        that_a_shop_was_restored_is_said_before_what_waited,
        a_reply_carries_the_balance_its_commit_left;
    reports:
        a_moment_finds_the_first_order_and_the_first_line_since,
        orders_are_read_on_from_any_number,
        statements_page_forwards_through_one_account,
        a_day_is_summarised_once;
    routing:
        what_is_set_for_a_supplier_is_changed_by_who_has_read_it,
        a_price_list_and_the_margins_are_changed_by_who_has_read_them,
        alerts_are_found_by_their_order_until_they_are_settled;
    random:
        any_commits_leave_what_they_leave_in_memory;
    races:
        racing_orders_never_overdraw,
        of_bookings_decided_on_the_same_books_one_stands,
        two_orders_race_for_one_slot,
        two_orders_race_for_one_slot_over_midnight,
        the_same_message_handled_twice_at_once_orders_once,
        a_hundred_tasks_do_not_hang;
}
