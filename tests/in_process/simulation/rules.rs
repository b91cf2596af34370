//! Rules that have a name of their own, so that each can be looked for by itself.

/// What must hold beyond the books' arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// After one automatic correction of an order, suppliers' words move no money any more.
    SecondCorrection,
    /// A word that was heard before moves no money, whichever way and in whichever form it comes again.
    RepeatedWord,
    /// A direct answer, or one to a question asked before a report came, never overrides that report.
    OlderAnswer,
    /// What an admin has decided no supplier's word changes.
    AgainstAdmin,
    /// Where a supplier has said both, and the books hold what is not so, the admins have been told.
    Untold,
    /// "Already bought" in answer to a first sending, or in a report, is about somebody else's order.
    SomebodyElses,
    /// A repeat refused for its own sake says nothing of the first sending.
    RefusedRepeat,
    /// No serial number is shown to two resellers.
    SharedSerial,
    /// The resellers together can spend no more than they paid in, less what delivered orders keep.
    Spendable,
    /// What is bought is what was typed.
    Destination,
    /// The same sum to the same reseller within ten minutes needs a yes.
    BookedTwice,
    /// So does a sum far beyond the usual.
    BeyondUsual,
    /// A transfer goes back at its receiver's tap, or at an admin's yes.
    Unconsented,
    /// An admin's word that turns a final order round is asked back first.
    AsksFirst,
    /// The same order again while the first is open, over midnight.
    OverMidnight,
    /// A question that may be a first purchase is asked by itself only while the order is young, and on its day.
    LateFirst,
    /// Nothing is bought that was closed before.
    Closed,
    /// Nothing is bought where it has come to cost more than the order's price.
    AbovePrice,
    /// What waited, or was tried elsewhere before, is not bought when its price has been raised meanwhile.
    RaisedMeanwhile,
    /// A PIN alone does a command that was shown last, and right before, or none.
    LineShown,
    /// It buys what was shown so, or nothing.
    OrderShown,
    /// Whoever registers has written that name, and that PIN as one, and is nobody yet.
    RegisteredAsWritten,
    /// A charge above the order's price is told to the admins at once.
    Dearer,
}
