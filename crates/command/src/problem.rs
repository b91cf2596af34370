//! What can be wrong with a message, and how to type it right.

use super::typed::Typed;
use konter_core::destination::DestinationFault;

/// A part of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Product,
    Destination,
    Customer,
    Pin,
    NewPin,
    Amount,
    Price,
    Agent,
    Name,
    Text,
    Date,
    OrderNumber,
    Ticket,
    SerialNumber,
    Reason,
    Language,
    /// Of a question that was asked.
    Number,
    /// Of somebody who works at the shop.
    Role,
}

/// What is wrong; the words for it are the replies'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    Missing(Part),
    /// Something else stands where this part belongs.
    Unfit(Part, Typed),
    Destination(DestinationFault, Typed),
    /// Understood up to here; the rest has no meaning.
    Leftover(Typed),
    /// The words can be read as two different orders, or two different transfers.
    Ambiguous,
    DifferentPins,
    /// The repeat number stands in two places, and they disagree.
    RepeatsDisagree,
    /// The message holds the same order twice.
    SameOrderTwice,
    TooManyOrders,
    /// A machine client's reference names one order, and there are several.
    ReferenceForSeveral,
    NegativeAmount,
}

impl Problem {
    /// What is left over is where a PIN too many ends up: it is masked before it can be shown to anybody.
    pub(super) fn leftover(text: &str) -> Self {
        Self::Leftover(Typed::new(&super::redact(text)))
    }

    /// Something else stands where `part` belongs.
    pub(super) fn unfit(part: Part, text: &str) -> Self {
        Self::Unfit(part, Typed::new(&super::redact(text)))
    }
}

/// What a message is about, for telling how it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Order,
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
    // Uplines and downlines.
    DownlineRegistration,
    Downlines,
    Markup,
    Invite,
    Confirm,
    AdminGroups,
    AdminMove,
    // Where orders are bought, and those that wait.
    CancelOrder,
    Queue,
    AdminRoute,
    // The desk.
    AdminRoles,
    AdminFind,
    AdminRename,
    // Habits.
    Chats,
    Favourites,
    Selling,
    SellingList,
    Rename,
}

impl Topic {
    pub const ALL: [Self; 56] = [
        Self::Order,
        Self::Balance,
        Self::Prices,
        Self::Orders,
        Self::Deposit,
        Self::ChangePin,
        Self::Register,
        Self::Meter,
        Self::BillInquiry,
        Self::BillPayment,
        Self::Receipt,
        Self::Transfer,
        Self::Sales,
        Self::Statement,
        Self::Complaint,
        Self::Help,
        Self::Language,
        Self::AdminDeposit,
        Self::AdminAccept,
        Self::AdminRefuse,
        Self::AdminAgents,
        Self::AdminApprove,
        Self::AdminBlock,
        Self::AdminOpen,
        Self::AdminResetPin,
        Self::AdminPrice,
        Self::AdminClose,
        Self::AdminCatalog,
        Self::AdminPending,
        Self::AdminOrder,
        Self::AdminRecheck,
        Self::AdminSuccess,
        Self::AdminFailure,
        Self::AdminSuppliers,
        Self::AdminBroadcast,
        Self::AdminRecap,
        Self::AdminAnswer,
        Self::AdminLog,
        Self::DownlineRegistration,
        Self::Downlines,
        Self::Markup,
        Self::Invite,
        Self::Confirm,
        Self::AdminGroups,
        Self::AdminMove,
        Self::CancelOrder,
        Self::Queue,
        Self::AdminRoute,
        Self::AdminRoles,
        Self::AdminFind,
        Self::AdminRename,
        Self::Chats,
        Self::Favourites,
        Self::Selling,
        Self::SellingList,
        Self::Rename,
    ];

    /// One line that is typed right: it parses as this topic.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Order => "S10.081234567890.1234",
            Self::Balance => "SALDO",
            Self::Prices => "HARGA.S10",
            Self::Orders => "CEK.081234567890",
            Self::Deposit => "TIKET.100000",
            Self::ChangePin => "GP.1234.4321",
            Self::Register => "DAFTAR.Berkah Cell.1234",
            Self::Meter => "CEKPLN.14027480301",
            Self::BillInquiry => "TAG.PLNPOST.520010509867",
            Self::BillPayment => "BAYAR.PLNPOST.520010509867.1234",
            Self::Receipt => "STRUK.12.25000",
            Self::Transfer => "TR.KR0002.50000.1234",
            Self::Sales => "LAP.25/07/26",
            Self::Statement => "MUTASI",
            Self::Complaint => "KOMPLAIN.S10 ke 081234567890 belum masuk",
            Self::Help => "BANTUAN",
            Self::Language => "BAHASA.EN",
            Self::AdminDeposit => "/deposit KR0001 100000",
            Self::AdminAccept => "/acc 12",
            Self::AdminRefuse => "/tolak 12",
            Self::AdminAgents => "/agen KR0001",
            Self::AdminApprove => "/setujui KR0001",
            Self::AdminBlock => "/blokir KR0001",
            Self::AdminOpen => "/buka KR0001",
            Self::AdminResetPin => "/resetpin KR0001",
            Self::AdminPrice => "/hargajual S10 10500",
            Self::AdminClose => "/tutup S10",
            Self::AdminCatalog => "/katalog",
            Self::AdminPending => "/pending",
            Self::AdminOrder => "/order 12",
            Self::AdminRecheck => "/cekulang 12",
            Self::AdminSuccess => "/sukses 12 1234567890",
            Self::AdminFailure => "/gagal 12 nomor salah",
            Self::AdminSuppliers => "/supplier",
            Self::AdminBroadcast => "/siaran Server kembali normal",
            Self::AdminAnswer => "/balas KR0001 sudah kami cek",
            Self::AdminLog => "/log 20",
            Self::AdminRecap => "/rekap 25/07/26",
            Self::DownlineRegistration => "REG.Berkah Cell.081234567890.100.1234",
            Self::Downlines => "DOWNLINE",
            Self::Markup => "MARKUP.KR0002.100.1234",
            Self::Invite => "UNDANG",
            Self::Confirm => "YA.1",
            Self::AdminGroups => "/grup agent -100",
            Self::AdminMove => "/pindah KR0003 KR0002",
            Self::CancelOrder => "BATAL.12",
            Self::Queue => "ANTRI.YA",
            Self::AdminRoute => "/prioritas S10 xgate 1",
            Self::AdminRoles => "/peran KR0002 operator",
            Self::AdminFind => "/cari budi",
            Self::AdminRename => "/nama KR0001 Berkah Cell",
            Self::Chats => "TAMBAH.081234567890.1234",
            Self::Favourites => "SIMPAN.IBU.S10.081234567890",
            Self::Selling => "JUAL.S10.12000",
            Self::SellingList => "DAFTARHARGA.TELKOMSEL",
            Self::Rename => "NAMA.Berkah Cell.1234",
        }
    }
}
