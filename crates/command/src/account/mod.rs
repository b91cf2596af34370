//! A reseller's account: balance, prices, its latest orders (`history`), its PIN, registering.

mod history;

use super::format::Format;
use super::meaning::Command;
use super::network::command::NetworkCommand;
use super::read::{
    AgentRef, Cursor, Gap, Part, Pin, PriceFilter, Problem, filters, is_pin, name_and_town, words_for_admins,
};
use super::topic::Topic;
use konter_core::ids::ProductCode;

/// Of [`LATEST`] those that say that orders are meant.
const ORDERS: &[&str] = &["TRX", "CTRX", "CEKTRX", "RIWAYAT", "HISTORY"];
/// And those that ask for a price where a product is named.
const PRICED: &[&str] = &["CEK", "STATUS", "STA", "CST", "CLT", "LAST", "LAST5"];
const LATEST: &[&str] =
    &["CEK", "STATUS", "STA", "CST", "TRX", "CTRX", "CEKTRX", "CLT", "LAST", "LAST5", "RIWAYAT", "HISTORY"];

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Balance,
        &["S", "SAL", "SALDO", "CEKSALDO", "CEKSAL", "SISASALDO", "BALANCE"],
        "the balance; with a downline's code, the downline's",
        "SALDO",
        balance,
    )
    .behind_cek(),
    Format::always(Topic::Balance, &["CS"], "the balance; a complaint when words follow", "CS", |args| {
        let talk = args.atoms.iter().any(|atom| !is_pin(atom.text));
        if talk { words_for_admins(args).map(|(text, pin)| Command::Complaint { text, pin }) } else { balance(args) }
    }),
    Format::always(
        Topic::Prices,
        &["H", "HARGA", "HRG", "CH", "CEKHARGA", "PRODUK", "PRICE", "PRICES"],
        "prices: all, by code, category, operator or nominal",
        "HARGA.S10",
        |args| prices(args, None),
    )
    .behind_cek(),
    Format::always(Topic::Prices, &["HARGAPLN"], "prices of electricity by nominal", "HARGAPLN.20,50", |args| {
        prices(args, Some("PLN"))
    }),
    Format::always(Topic::Prices, &["PPOB"], "the bills that can be paid", "PPOB", |args| {
        args.finish().map(|()| Command::Prices { filters: vec![PriceFilter::Word("PPOB".to_owned())] })
    }),
    Format::when(Topic::Orders, LATEST, "an order by its number", "CEK #12", |args| {
        history::by_number(args).map(|query| Ok(Command::Orders(query)))
    }),
    Format::when(Topic::Orders, ORDERS, "the latest orders of a product", "TRX.S10", |args| {
        let is_product = history::names_a_product(args) && !history::names_a_nominal(args);
        is_product.then(|| history::orders(args))
    }),
    Format::when(Topic::Prices, ORDERS, "the price of a nominal, or an order by its number", "TRX.10", |args| {
        history::names_a_nominal(args).then(|| prices(args, None))
    }),
    Format::when(Topic::Prices, PRICED, "the price of a product or nominal", "CEK.S10", |args| {
        history::names_a_product(args).then(|| prices(args, None))
    }),
    Format::always(
        Topic::Orders,
        LATEST,
        "the latest orders, or those to a number, of a product or a day",
        "CEK.081234567890",
        history::orders,
    ),
    Format::when(
        Topic::Orders,
        &["INFO"],
        "an order by day, product and number",
        "INFO.291126.S10.081234567890",
        |args| history::asked_state(args).map(|query| Ok(Command::Orders(query))),
    ),
    Format::always(
        Topic::ChangePin,
        &["GP", "GPIN", "GTP", "G", "PIN", "GANTIPIN", "UBAHPIN"],
        "another PIN: the old and the new one, in either order",
        "GP.1234.4321",
        change_pin,
    ),
    Format::when(Topic::ChangePin, &["GANTI", "UBAH"], "another PIN", "GANTI.PIN.1234.4321", |mut args| {
        args.take_if(|atom| atom.is("PIN")).map(|_| change_pin(args))
    })
    .hinting(Some(Topic::ChangePin)),
    Format::when(Topic::ChangePin, &["P"], "another PIN", "P.1234.4321", |args| {
        let pins = args.atoms.len() > 1 && args.atoms.iter().all(|atom| is_pin(atom.text));
        pins.then(|| change_pin(args))
    }),
    Format::always(
        Topic::Register,
        &["DAFTAR", "DAFTARKAN", "DAFTARIN", "REG", "REGISTER", "REGISTRASI", "JOIN"],
        "register with a name and a PIN of one's own",
        "DAFTAR.Berkah Cell.4821",
        register,
    ),
    Format::always(
        Topic::Register,
        &["START", "MULAI"],
        "the greeting; a link may say who invites",
        "/start",
        |args| {
            let payload = Some(args.rest()).filter(|rest| !rest.is_empty()).map(str::to_owned);
            Ok(Command::Start { payload })
        },
    ),
];

fn balance(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let somebody = args.peek().is_some_and(|atom| atom.text.parse::<ProductCode>().is_ok());
    if somebody && args.atoms.iter().skip(1).all(|atom| is_pin(atom.text)) {
        let (agent, pin) = AgentRef::with_pin(args)?;
        return Ok(Command::Network(NetworkCommand::Downline { agent, pin }));
    }
    // `saldo 5000` speaks of money, and must not cost a try.
    let is_sum = args.peek().is_some_and(|atom| atom.gap == Gap::Space && atom.text.ends_with("00"));
    let pin = args.last_pin()?.filter(|_| !is_sum);
    Ok(Command::Balance { pin })
}

fn prices(args: Cursor<'_>, prefix: Option<&str>) -> Result<Command, Problem> {
    filters(args, prefix).map(|filters| Command::Prices { filters })
}

fn change_pin(args: Cursor<'_>) -> Result<Command, Problem> {
    const BETWEEN: [&str; 11] = ["PIN", "LAMA", "BARU", "JADI", "MENJADI", "DARI", "DR", "KE", "DENGAN", "FROM", "TO"];
    let mut pins: Vec<Pin> = Vec::new();
    for atom in args.atoms.iter().filter(|atom| !BETWEEN.iter().any(|word| atom.is(word))) {
        pins.push(atom.text.parse().map_err(|_| Problem::unfit(Part::Pin, atom.text))?);
    }
    let mut pins = pins.into_iter();
    match (pins.next(), pins.next(), pins.next(), pins.next()) {
        (None, ..) => Err(Problem::Missing(Part::Pin)),
        (Some(_), None, ..) => Err(Problem::Missing(Part::NewPin)),
        (Some(a), Some(b), None, _) => Ok(Command::ChangePin { a, b }),
        // The new one twice, or the old one in either place.
        (Some(a), Some(b), Some(c), None) if b == c || a == c => Ok(Command::ChangePin { a, b }),
        (Some(a), Some(b), Some(c), None) if a == b => Ok(Command::ChangePin { a, b: c }),
        _ => Err(args.atoms.last().map_or(Problem::Missing(Part::Pin), |last| Problem::leftover(last.text))),
    }
}

/// `<name>.<pin>`, or with a town between them.
fn register(args: Cursor<'_>) -> Result<Command, Problem> {
    let pin: Option<Pin> = args.atoms.last().and_then(|atom| atom.text.parse().ok());
    let named = if pin.is_some() { args.atoms.split_last().map_or(args.atoms, |(_, rest)| rest) } else { args.atoms };
    // `DAFTAR Toko Maju pin 4821`
    let named = match named {
        [name @ .., word] if pin.is_some() && (word.is("PIN") || word.is("PINNYA")) => name,
        named => named,
    };
    let (name, town) = name_and_town(args.text, named).ok_or(Problem::Missing(Part::Name))?;
    if !name.chars().any(char::is_alphabetic) || args.is_no_name() {
        return Err(Problem::unfit(Part::Name, name));
    }
    let pin = pin.ok_or(Problem::Missing(Part::Pin))?;
    Ok(Command::Register { name: name.to_owned(), town: town.map(str::to_owned), pin })
}
