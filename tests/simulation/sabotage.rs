//! Faults built in on purpose: proof that the simulation would see them.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The store loses a correction's posting and keeps the rest of the commit.
    DropsCorrections,
    /// The store forgets which messages were answered.
    ForgetsAnswered,
    /// The store acknowledges messages that it does not keep.
    ForgetsInbox,
    /// The store says "done" to the commit before a purchase, and writes it only later.
    SendsBeforeDurable,
    /// What is to be said is written twice.
    SaysTwice,
    /// The final word is lost on the way into the outbox.
    SwallowsAnswers,
    /// Somebody gives holds back because they are old.
    ReleasesByTime,
    /// The client sends a purchase twice.
    BuysTwice,
    /// The client calls every broken connection a refused one.
    CallsMaybeSentNotSent,
    /// A reader calls what it does not understand a failure.
    CallsUnknownFailure,
    /// The door lets forged callbacks in.
    BelievesForgers,
    /// After a start, purchases that were on their way are sent anew.
    BuysAgainAfterCrash,
}
