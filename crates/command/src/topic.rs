//! The formats that can be told about, by name.

/// Declares [`Topic`] and the list of all of them together.
macro_rules! topics {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a message is about, for telling how it is typed. Of several that a misspelt word comes as near to, the
        /// first one is suggested.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Topic {
            $($(#[$doc])* $name,)*
        }

        impl Topic {
            pub const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];
        }
    };
}

topics! {
    Balance,
    Prices,
    Orders,
    Deposit,
    ChangePin,
    Register,
    Meter,
    BillInquiry,
    BillPayment,
    Receipt,
    Transfer,
    Sales,
    Statement,
    Complaint,
    Help,
    Language,
    Order,
    DownlineRegistration,
    Downlines,
    DownlineBlock,
    TakeBack,
    Markup,
    Invite,
    Confirm,
    Chats,
    Favourites,
    Selling,
    SellingList,
    Rename,
    Api,
    ApiAddress,
    ApiReport,
    CancelOrder,
    Queue,
    // Of those who work at the shop.
    AdminDeposit,
    AdminAccept,
    AdminRefuse,
    AdminAgents,
    AdminApprove,
    AdminBlock,
    AdminOpen,
    AdminResetPin,
    AdminPrice,
    AdminClose,
    AdminCatalog,
    AdminPending,
    AdminOrder,
    AdminRecheck,
    AdminSuccess,
    AdminFailure,
    AdminSuppliers,
    AdminBroadcast,
    AdminRecap,
    AdminAnswer,
    AdminLog,
    AdminGroups,
    AdminMove,
    AdminRoute,
    AdminMargin,
    AdminRoles,
    AdminLimit,
    AdminTakeBack,
    AdminFind,
    AdminRename,
}
