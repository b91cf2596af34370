//! The words people put around what they mean, and what they call operators and services.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;
use std::sync::LazyLock;

use super::question::{HOW_MUCH, PRICE};
use super::signals::{ALREADY, CALL_OFF, DO_NOT, GIVEN_UP, IF, LATER, MISTAKEN, NO, NOT_YET, YESTERDAY};
use crate::read::{Context, Cursor, SaidNumber, amount, atoms};
use konter_core::money::Rupiah;
use konter_core::phone::clean;

/// A word as the lists have it: lower case, and without what is drawn out (`makasihhh`, `yaaa`).
pub(super) fn plain(word: &str) -> String {
    let lower = word.to_lowercase();
    let mut out = String::with_capacity(lower.len());
    let mut run = 0;
    for c in lower.chars() {
        run = if out.ends_with(c) && c.is_alphabetic() { run + 1 } else { 1 };
        // Three of a letter are one that is drawn out; two stand in `ngga` and `maaf`.
        match run {
            1 | 2 => out.push(c),
            3 => drop(out.pop()),
            _ => {}
        }
    }
    out
}

/// The same with every doubled letter once: `haloo`, `donk`.
fn squeezed(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// Whether a list of words has this one.
pub(super) fn is_in(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Whether it is one of them with a letter doubled: `hargaa`.
pub(super) fn is_drawn_out(list: &str, word: &str) -> bool {
    word.chars().count() > 3 && is_in(list, &squeezed(word))
}

type Words = LazyLock<HashSet<&'static str>>;

fn list(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

fn among(word: &str, lists: &[&HashSet<&'static str>]) -> bool {
    let word = plain(word);
    let has = |word: &str| lists.iter().any(|list| list.contains(word));
    // Of a short word nothing may be left out: `kk` is no `k`.
    has(&word) || (word.chars().count() > 3 && has(&squeezed(&word)))
}

static ADDRESS: Words = LazyLock::new(|| {
    list(
        "nak nduk ndhuk neng haji hj ustad ustadz ustaz cici koko abah ayah mama mami kk2 kakku gans bre cuy lek pakde bude paklek bulek \
        min mimin admin adm atmin kak kaka kakak ka kk kakk gan agan bos boss bosku bosq bosqu bossku juragan bang \
        abang bg bro broo brow sis sist pak pk bapak bpk bu ibu buk mas mass mz mbak mba mb mbk om oom tante tan \
        bund bunda bun cik ci koh ko kang akang teh teteh sob dik dek say gaes guys all suhu cs momin puh ndan cak \
        ning uda uni",
    )
});

static GREETING: Words = LazyLock::new(|| {
    list(
        "sugeng enjing enjang siyang sonten dalu ndalu wilujeng rahayu horas tabik aslm aslmlkm asslm there greetings \
        halo hallo hello helo alo hai hay hi hey hei hy oi oy woi woy pagi pgi siang siank sore sor malam malem mlm \
        mlam selamat slamat slmt met morning good evening night afternoon assalamualaikum asalamualaikum \
        assalamu'alaikum assalamu asalamu alaikum 'alaikum assalam salam asslmkm aslmkm assmkm askum samlekum mikum \
        asw wr wb warahmatullahi wabarakatuh wassalamualaikum waalaikumsalam permisi prmisi misi punten kulonuwun \
        sampurasun",
    )
});

/// Greetings that are answered in kind.
static PEACE: Words = LazyLock::new(|| {
    list(
        "aslm aslmlkm asslm assalamualaikum asalamualaikum assalamu'alaikum assalamu asalamu asslmkm aslmkm assmkm \
        askum samlekum mikum asw",
    )
});

/// Knocking, and asking whether anybody is there.
static KNOCK: Words = LazyLock::new(|| {
    list(
        "are anybody anyone home here p pp ping pong tes test testing cek cekcek online onlen on buka ready redi aktif \
        ada orang orangnya sepi masih bangun hadir dmn dimana apa kabar sehat kenal tahun baru natal lebaran idul \
        fitri raya lahir batin happy new year eid mubarak",
    )
});

static PLEASE: Words = LazyLock::new(|| {
    list(
        "aye ok oke okay okey could would like aje ye dah yth dibantu dibantuin arep bade hoyong monggo mangga gas gass gaskeun gaskan gpl secepatnya yuk yok ayo \
        ijin izin numpang sekalian inggih nggih njih bae wae atuh euy mah teh tea abdi kulo ku aing awak ambo \
        kindly plss plisss asap now tolong tlong tlg tlng tulung tolongin mohon mhn mohonn please pliss plis pliz \
        plz pls minta mnta mau mo mw pengen pengin pingin ingin hendak bantu bantuin dong donk dunk dung duong ya \
        yaa yah yh y yaah iya iyaa nih ni nie deh lah aja aj saja doang segera sgera sgr cepat cpt cepet cepetan \
        cepatan buruan buru urgent sekarang skrg skrng skarang skg saya sy sya syaa aku ak gue gw gua ane kami kita \
        pun and you i want need to the my me sir thx thanks mksh makasih hehe hihi wkwk wkwkwk haha hehehe hahaha",
    )
});

static THANKS: Words = LazyLock::new(|| {
    list(
        "mator sakalangkong sakelangkong jazakallah u so much jazakillah jzk jazakumullah barakallah tengs thengs \
        makasiy mkasih maksi sukran syukron \
        kesuwun suksma makasih makasi makasii makaseh makacih makaci mksih mksh mks mksi maksih maacih macih trims \
        trim trimakasih trimakasi terimakasih terimakasi terima trima kasih tks thks thx thank thanks thankyou \
        thankss tengkyu tq ty suwun swun nuhun hatur matur matursuwun alhamdulillah banyak bnyk",
    )
});

/// What needs no answer.
static CHATTER: Words = LazyLock::new(|| {
    list(
        "ditunggu tunggu banget bgt maaf maap sori sorry laksanakan okok okeoke oksip okesip yow yowes yaudah \
        yaudahlah yasudah ywdh nggeh nice cool alright understood got it roger ok oke oks okay okey okee okeh okelah \
        okde sip siip sipp syip siap siapp mantap mantul mantab mantabs jos joss josss good great nice keren noted \
        baik baiklah paham ngerti wkwk wkwkwk haha hahaha hehe hehehe hihi xixi lancar sukses selalu jaya aman amin \
        aamiin masuk sudah udah sdh udh dah uda sampe sampai diterima berhasil kok memang emang gitu ooh oh oo o hmm \
        hm sama wah done beres gpp gapapa santai bagus fast respon respons response pelayanan pelayanannya ramah puas",
    )
});

/// Words that ask for an order by themselves.
static ACTION: Words = LazyLock::new(|| {
    list(
        "recharge reload isi isikan isiin ngisi beli belikan beliin order pesan pesen topup buy fill refill put load tuku tukokno tukokke tumbas \
        tumbaske meser meserkeun meuli eusian ngeusi ngeusian isikeun isikno",
    )
});

/// Other words of an order that add nothing to its code, number and PIN.
static ORDERING: Words = LazyLock::new(|| {
    list(
        "isekno ngisino isiken isin diisi isii bli ordr ord orderan pesanan kirim kirimkan kirimin krm krim transfer \
        proses prosess trx transaksi trans top up diamond diamonds dm server zone zona kode kod code produk prod \
        product nominal nominalnya senilai sebesar seharga voucher vcr vocer elektrik reguler reg dan sama serta \
        plus send of with",
    )
});

/// How much of something there is in a package: `3gb`, `30hari`.
pub(super) fn is_size(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < word.len() && is_in("gb g giga mb mega hari hr jam days day", &unit.to_lowercase())
}

/// Megabytes: `1giga`, `500mb`.
pub(super) fn data_size(word: &str) -> Option<NonZeroU32> {
    let word = word.to_lowercase();
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let count: u32 = word.strip_suffix(unit)?.parse().ok()?;
    let megabytes = match unit {
        "gb" | "g" | "giga" => 1_000,
        "mb" | "mega" => 1,
        _ => return None,
    };
    NonZeroU32::new(count.checked_mul(megabytes)?)
}

/// Words that say what kind of thing is wanted.
static CREDIT: Words = LazyLock::new(|| list("pulsain pulsakan pulse pulsa pulsanya plsa pulsaa pulza credit pulsah"));
static DATA: Words = LazyLock::new(|| {
    list(
        "package packages internetan inetan kuotanya paketannya paketnya paket paketan pkt data kuota quota kuotaan \
        kwota internet inet paketdata",
    )
});
static TOKEN: Words = LazyLock::new(|| {
    list(
        "tkn electricity electric tokenin tokenkan tokenan tokenlistrik token tokn tken tokennya listrik listerik pln \
        stroom strum setrum prabayar meteran",
    )
});

/// Words that stand before a number, and only there.
static TO: Words = LazyLock::new(|| {
    list(
        "on onto nggo kanggo kangge u/ bwat kenomor kenomer kenomernya nomernyo ke kpd kepada utk untuk untk u buat bwt bt no nomor nomer nmr \
        nmer nmor nomornya nomernya nomorny number nope nohp hp hpnya hape tujuan tujuannya tuj tjuan id idpel \
        idpelanggan pelanggan meter mtr nometer nomormeter for telp tlp",
    )
});

static PIN: Words = LazyLock::new(|| list("pin pinnya pinny pine sandi password pass pasword pw pn"));

/// A word of address or courtesy: it changes nothing of what stands beside it.
pub(super) fn is_courtesy(word: &str) -> bool {
    among(word, &[&ADDRESS, &GREETING, &PLEASE, &THANKS])
}

/// A word that greets in front, and behind an order may say when.
pub(super) fn is_time_of_day(word: &str) -> bool {
    is_in(
        "pagi pgi siang siank sore sor malam malem mlm mlam enjing enjang sonten dalu ndalu morning evening night \
        afternoon",
        &plain(word),
    )
}

/// A word that only says that something is ordered.
pub(super) fn is_ordering(word: &str) -> bool {
    among(word, &[&ORDERING, &ACTION])
}

/// A word that stands before a number: `ke`, `nomor`.
pub(super) fn is_to(word: &str) -> bool {
    among(word, &[&TO])
}

pub(super) fn is_pin_word(word: &str) -> bool {
    among(word, &[&PIN])
}

pub(super) fn is_thanks(word: &str) -> bool {
    among(word, &[&THANKS])
}

pub(super) fn is_peace(word: &str) -> bool {
    among(word, &[&PEACE])
}

pub(super) fn is_greeting(word: &str) -> bool {
    among(word, &[&GREETING, &ADDRESS, &KNOCK])
}

pub(super) fn is_chatter(word: &str) -> bool {
    among(word, &[&CHATTER])
}

/// What kind of thing is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Airtime.
    Credit,
    /// Internet packages.
    Data,
    /// Electricity for a meter.
    Token,
}

pub(super) fn sort(word: &str) -> Option<Sort> {
    let lists = [(&CREDIT, Sort::Credit), (&DATA, Sort::Data), (&TOKEN, Sort::Token)];
    lists.into_iter().find(|(list, _)| among(word, &[list])).map(|(_, sort)| sort)
}

/// Operators, by the catalog's names, and services, by what stands in their products' names.
const BRANDS: &[(&str, &str)] = &[
    (
        "telkomsel",
        "telkomsel tekomsel telkomsl telkomsal tlkmsl telkom5el tsel tselku telk tel sel simpati simpaty as kartuas \
        kartuhalo loop",
    ),
    ("byu", "byu by.u byyu"),
    ("indosat", "indosat indosatt isat isatooredoo ooredoo oredo im3 m3 em3 im imtri mentari indo"),
    ("xl", "xl xlaxiata exel axiata excel"),
    ("axis", "axis axiz aksis axs"),
    ("tri", "tri three tree 3 thre tre hutchison"),
    ("smartfren", "smartfren smartfreen smart smartfriend smarfren smartpren sf fren"),
    ("dana", "dana danaa"),
    ("ovo", "ovo"),
    ("gopay", "gopay gopey gojek gopays"),
    ("shopeepay", "shopeepay shopee shope shopepay spay shopi"),
    ("linkaja", "linkaja lingaja"),
    ("grab", "grab"),
    ("maxim", "maxim"),
];

/// What an everyday name of an operator or a service stands for.
pub(super) fn brand(word: &str) -> Option<&'static str> {
    static NAMES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
        BRANDS.iter().flat_map(|(brand, names)| names.split_whitespace().map(move |name| (name, *brand))).collect()
    });
    let word = plain(word);
    let squeezed = || NAMES.get(squeezed(&word).as_str()).filter(|_| word.chars().count() > 3);
    NAMES.get(word.as_str()).or_else(squeezed).copied()
}

/// What the codes of a game's products begin with, by what people call it, and the heading of them all.
pub(super) fn game(name: &str) -> Option<&'static str> {
    const GAMES: [(&str, &str); 3] = [
        ("mobilelegend mobilelegends mlbb mole", "ML"),
        ("freefire epep", "FF"),
        ("game games gim gem gaming vouchergame", "GAME"),
    ];
    GAMES.iter().find(|(names, _)| is_in(names, name)).map(|(_, code)| *code)
}

/// Sums people say: `sepuluh ribu`, `seratus lima puluh ribu`, `ceban`; and of how many words.
pub(super) fn spoken_sum(words: &[&str]) -> Option<(Rupiah, usize)> {
    const SLANG: &[(&str, i64)] = &[
        ("seceng", 1),
        ("goceng", 5),
        ("gocengan", 5),
        ("ceban", 10),
        ("cebanan", 10),
        ("noban", 20),
        ("jigo", 25),
        ("jigoan", 25),
        ("goban", 50),
        ("gocap", 50),
        ("cepek", 100),
    ];
    let first = plain(words.first()?);
    if let Some((_, thousands)) = SLANG.iter().find(|(slang, _)| *slang == first) {
        return Some((Rupiah::new(thousands * 1_000), 1));
    }
    let mut said = SaidNumber::default();
    let count = words.iter().take_while(|word| said.hears(&plain(word))).count();
    // A small number by itself may count anything.
    let is_glued = said.is_grouped() && first.len() > "sembilan".len();
    let is_sum = said.has_unit()
        || count > 1
        || is_glued
        || is_in("lima sepuluh sapuluh seratus saratus satus selawe seket", &first);
    let sum = said.sum().filter(|_| is_sum)?;
    Some((Rupiah::new(sum), count))
}

/// Every sum that is named: `100rb`, `Rp 100.000`, `seratus ribu`.
#[must_use]
pub fn sums_said(text: &str) -> Vec<Rupiah> {
    let text = clean(text);
    sums(Cursor::new(&text, &atoms(&text, false), Context::NONE))
}

pub(super) fn sums(mut said: Cursor<'_>) -> Vec<Rupiah> {
    let mut found = Vec::new();
    while let Some(first) = said.peek() {
        let mut behind = said;
        let typed = amount::take(&mut behind).ok().filter(|_| !first.text.starts_with('0'));
        let words: Vec<&str> = said.atoms.iter().map(|atom| atom.text).collect();
        if let Some(sum) = typed {
            found.push(sum);
            said = behind;
        } else if let Some((sum, count)) = spoken_sum(&words) {
            found.push(sum);
            said.skip(count);
        } else {
            said.skip(1);
        }
    }
    found
}

/// A digit that is dictated.
pub(super) fn digit(word: &str) -> Option<char> {
    const DIGITS: [&str; 10] =
        ["nol kosong", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan lapan", "sembilan"];
    let at = DIGITS.iter().position(|names| is_in(names, word))?;
    u32::try_from(at).ok().and_then(|digit| char::from_digit(digit, 10))
}

/// A word that stands before a meter's number, and no other.
pub(super) fn names_a_meter(word: &str) -> bool {
    is_in("meter meteran meternya meterny nometer nomormeter mtr", &plain(word))
}

/// Whether it is a word that numbers are said with.
pub(super) fn is_number(word: &str) -> bool {
    spoken_sum(&[word]).is_some() || { SaidNumber::begun().hears(&plain(word)) }
}

/// Words beside which nothing is offered: they ask, deny, tell of what was, or put it off.
static NOT_NOW: Words = LazyLock::new(|| {
    const LISTS: &[&str] = &[
        NO,
        DO_NOT,
        CALL_OFF,
        GIVEN_UP,
        MISTAKEN,
        NOT_YET,
        ALREADY,
        LATER,
        IF,
        YESTERDAY,
        HOW_MUCH,
        PRICE,
        "gausah usah bukan bkn dibatalkan tadi td kenapa knp knapa kok kq ko mengapa gagal masuk msk pending cek ck status komplain komplen lapor refund retur kembali balik ulang lagi bisa bs apakah kapan \
         mana gimana gmn bagaimana habis tutup gangguan error eror dobel double dua kali contoh misal misalnya format \
         cara caranya tanya nanya info sn struk deposit setor dulu dlu sebelum setelah abis hapus ganti ubah tunda hold \
         test tes don't dont not cancelled why where",
    ];
    LISTS.iter().copied().flat_map(str::split_whitespace).collect()
});

pub(super) fn puts_off(word: &str) -> bool {
    among(word, &[&NOT_NOW])
}

/// The balance, as people call it.
pub(super) fn is_balance(word: &str) -> bool {
    static BALANCE: Words = LazyLock::new(|| {
        list(
            "saldo saldonya saldoku saldosaya sldo sld salda sal ballance balance balence saldoo sldoku saldoe saldone \
            saldona saldomu saldu sado salod",
        )
    });
    among(word, &[&BALANCE])
}

pub(super) fn is_wallet(word: &str) -> bool {
    static GENERIC: Words = LazyLock::new(|| list("ewallet e-wallet wallet gojek"));
    static WALLETS: Words = LazyLock::new(|| list("dana ovo gopay shopeepay linkaja grab maxim"));
    brand(word).is_some_and(|brand| WALLETS.contains(brand)) || among(word, &[&GENERIC])
}

/// A word that asks for an order by itself.
pub(super) fn is_action(word: &str) -> bool {
    among(word, &[&ACTION])
}

/// `ada axis 10 ga`: whether there is.
pub(super) fn is_or_not(word: &str) -> bool {
    is_in(NO, &plain(word))
}

/// A word that points at something: `yang 10rb`.
pub(super) fn points(word: &str) -> bool {
    is_in("yang yg yng ini itu tsb tersebut murah termurah paling", &plain(word))
}

pub(super) fn is_address(word: &str) -> bool {
    among(word, &[&ADDRESS])
}

/// A greeting in itself, not only a word beside one.
pub(super) fn is_hail(word: &str) -> bool {
    among(word, &[&GREETING, &KNOCK])
}
