//! What is said of one's own account: its PIN, its language, and that it is out of reach.

use super::below;
use super::question::{Heard, NOT};
use super::signals::NO;
use super::small::Talk;
use crate::meaning::{Command, Language};

const PINS: &str = "pin pinnya pinku pinny sandi password lupapin rahasia";
const LOST: &str = "lupa lupaa lali klupaan kelupaan hilap hilang ilang reset resetin direset apa gatau tau tahu ingat \
    inget berapa brp terkunci kekunci dikunci keblokir terblokir blocked block keblok diblok remember diblokir salah \
    forgot lost forget locked error gabisa bisa";

pub(super) fn pin(heard: &Heard<'_>) -> Option<Command> {
    // `pin saya 4821 kok salah terus`
    let fails = heard.has("salah kok terus gabisa") && heard.counted().count() == 1 && heard.first() != "ganti";
    if !heard.speaks_of_pins() || (heard.counts && !fails) {
        return None;
    }
    if heard.has("ganti gantii ubah rubah change ngganti mengganti") {
        return Some(Command::Help { topic: Some("PIN".to_owned()) });
    }
    let wants_another = heard.has("baru new") && heard.has("minta mnta mau bikin buat bikinin need want please");
    (heard.has(LOST) || heard.has_any(NOT) || wants_another).then_some(Command::Talk(Talk::LostPin))
}

/// `akun lama saya hilang`, `ganti hp`, `kok disuruh daftar lagi`.
pub(super) fn lost(heard: &Heard<'_>) -> Option<Command> {
    const ACCOUNT: &str = "akun akunku akunnya account";
    const GONE: &str = "hilang ilang kehilangan hapus kehapus terhapus kereset reset dicuri kecurian lost stolen \
        lama dulu \
        balik kembali back recover login pulihkan pindah ganti gantian disuruh";
    const DEVICE: &str = "hp hape handphone ponsel tele telegram telegramku simcard kartu phone";
    const BROKEN: &str =
        "hilang ilang kehilangan kecurian dicuri rusak kehapus terhapus hapus lost stolen broken hangus";
    const GOODS: &str = "pulsa pulsanya token paket kuota data trx transaksi saldo nama";
    if heard.dest().is_some() {
        return None;
    }
    if closes(heard) {
        return Some(Command::Talk(Talk::CloseAccount));
    }
    let account = heard.has(ACCOUNT)
        && heard.has(GONE)
        && !(heard.has(below::BLOCK) && heard.only_agent().is_some())
        && !heard.has("nama password");
    let device = heard.has(DEVICE) && heard.has(BROKEN) && (!heard.has(GOODS) || heard.has(ACCOUNT));
    // `akun saya dibajak`, `blokir saldo saya`
    let taken_over = heard
        .has("dibajak dihack dihek hack hacked kehack dibobol kebobolan disadap diretas dicuri kemalingan")
        && (heard.has(ACCOUNT) || heard.has(DEVICE) || heard.has("saldo pin wa"));
    // `akun saya dipakai orang`
    let taken_over = taken_over
        || (heard.has(ACCOUNT) && heard.has("dipakai dipake kepakai") && heard.has("orang sebelah teman karyawan"));
    let shut_out = heard.has(ACCOUNT) && heard.has(NO) && heard.has("bisa bs") && heard.has("masuk login akses");
    let own = heard.has("saya sy aku gw gua ku sendiri my") || heard.has("akunku saldoku");
    let to_be_blocked = heard.has("blokir blok block bekukan kunci nonaktifkan amankan freeze")
        && (heard.has(ACCOUNT) || heard.has("saldo saldoku"))
        && own
        && heard.only_agent().is_none();
    let told_to_register = heard.has("disuruh suruh")
        && heard.has("lagi lg kok koq kenapa knp padahal ulang again")
        && heard.has("daftar daftarin register registrasi");
    let anew = heard.phrase(
        "ganti hp|ganti nomor|ganti nomer|ganti no|ganti hape|ganti telegram|hp baru|new phone|\
            agen lama|member lama|reseller lama|pelanggan lama|akun lama",
    ) && !heard.counts;
    let by_code = !heard.has(below::BLOCK)
        && heard.only_agent().is_some()
        && heard.has("dulu dulunya lama")
        && heard.has("saya akun kode nomor id");
    (account
        || device
        || taken_over
        || to_be_blocked
        || shut_out
        || told_to_register
        || (anew && !heard.has(GOODS))
        || by_code)
        .then_some(Command::Talk(Talk::LostAccount))
}

/// `hapus akun saya`, `mau tutup akun`: wanted by its owner, not lost.
fn closes(heard: &Heard<'_>) -> bool {
    const CLOSE: &str = "hapus hapusin tutup tutupin nonaktifkan berhenti delete close deactivate";
    heard.has(CLOSE)
        && heard.only(&[CLOSE, "akun akunku akunnya account saya sy aku permanen selamanya jadi agen"])
        && heard.has("akun akunku akunnya account")
        && !heard.counts
}

/// `kode saya berapa`, `upline saya siapa`
pub(super) fn who_am_i(heard: &Heard<'_>) -> Option<Command> {
    const ASKED: &str = "kode kodeku kodenya id idku upline uplineku uplinenya nama";
    let own = heard.has("saya sy aku ku gw gua my") || heard.has("kodeku idku uplineku");
    let asks = heard.has("kode kodeku id idku upline uplineku") || (heard.has("nama") && heard.has("apa siapa"));
    let only = heard.only(&[ASKED, "siapa apa agen akun saya sy aku ku gw gua my toko konter code is who"]);
    (own && asks && only && !heard.counts).then_some(Command::Talk(Talk::WhoAmI))
}

/// `ganti bahasa`, `switch to english`.
pub(super) fn language(heard: &Heard<'_>) -> Option<Command> {
    const ASKED: &str =
        "bahasa language speak switch change ganti ubah pakai pake bisa can use talk in to please pls dong";
    const ENGLISH: &str = "english inggris inglish enggris";
    const INDONESIAN: &str = "indonesia indonesian";
    const REST: &str = "bahasa language ganti ubah rubah pilih change switch speak bahasanya";
    if heard.counts {
        return None;
    }
    let to = |to| Some(Command::Language { to });
    if heard.has(ENGLISH) && (heard.has(ASKED) || heard.only(&[ENGLISH])) {
        return to(Some(Language::English));
    }
    if heard.has(INDONESIAN) && (heard.has(ASKED) || heard.only(&[INDONESIAN])) {
        return to(Some(Language::Indonesian));
    }
    (heard.has("bahasa bahasanya language") && heard.only(&[REST])).then_some(Command::Language { to: None })
}

impl Heard<'_> {
    pub(super) fn speaks_of_pins(&self) -> bool {
        self.has(PINS)
    }
}
