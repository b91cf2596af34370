//! The program as a newcomer meets it: the demo at a pipe, and the settings file as it comes.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::support::program::{Ended, Settings, free_port};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

async fn demo(typed: &str) -> Ended {
    let folder = folder();
    let ended = Settings::new().run_with(folder.path(), &["demo"], typed).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.err.contains("ERROR"), "{}", ended.err);
    assert!(ended.left.is_empty(), "left behind: {:?}", ended.left);
    ended
}

/// These stand in the text, in this order.
#[track_caller]
fn assert_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is missing, or too early: {text}"));
        rest = &rest[at + part.len()..];
    }
}

/// Pending and reported later, pending and only told when asked, answered long after the last line.
#[tokio::test]
async fn a_pipe_ends_when_every_order_is_final() {
    let ended = demo("S5.081234567801.1234\nS5.081234567803.1234\nS5.081234567810.1234\n").await;
    for dest in ["081234567801", "081234567803", "081234567810"] {
        assert!(ended.out.contains(&format!("SUKSES. S5 ke {dest}")), "{dest}: {}", ended.out);
    }
    assert!(!ended.err.contains("still open"), "{}", ended.err);
}

#[tokio::test]
async fn a_pipe_does_not_wait_for_ever_and_says_what_stays_open() {
    let ended = demo("S5.081234567823.1234\nS10.081234567890.1234\n").await;
    assert!(ended.out.contains("SUKSES. S10 ke 081234567890"), "{}", ended.out);
    assert!(ended.err.contains("still open") && ended.err.contains("#1 S5 081234567823"), "{}", ended.err);
    assert!(!ended.err.contains("#2"), "what is final is not open: {}", ended.err);
}

#[tokio::test]
async fn exit_and_keluar_end_the_demo() {
    for word in ["exit", "KELUAR"] {
        let ended = demo(&format!("HARGA.S10\n{word}\nSAL\n")).await;
        assert!(ended.out.contains("S10") && !ended.out.contains("Saldo 100.000"), "{}", ended.out);
    }
}

#[tokio::test]
async fn buttons_are_pressed_by_their_numbers() {
    let ended = demo("TAG.PLNPOST.520010502267\n1\n1234\n/deposit KR0001 50000\n/deposit KR0001 50000\n2\nSAL\n").await;
    let said = [
        "Total bayar 60.500",
        "[1] Bayar  [2] Batal",
        "> 1\n",
        "Tekan atau ketik PIN: …",
        "> 1234\n",
        "SUKSES. PLNPOST ke 520010502267",
        "Saldo 89.500",
        "[1] Ya, lanjutkan  [2] Batal",
        "> 2\n",
        "> SAL",
        "Saldo 89.500",
    ];
    assert_in_order(&ended.out, &said);
}

#[tokio::test]
async fn a_number_that_no_button_has_is_a_word_like_any_other() {
    let ended = demo("1\nTAG.PLNPOST.520010502267\nSAL\n1\n081234567890\n3\n1234\n").await;
    let said = ["> 1\n", "Tidak ada produk", "> SAL", "Saldo 100.000", "> 1\n", "Tidak ada produk"];
    assert_in_order(&ended.out, &said);
    // A number alone offers products, and the PIN is typed.
    assert_in_order(
        &ended.out,
        &["> 081234567890", "[3] S", "> 3\n", "Tekan atau ketik PIN: …", "> 1234\n", "SUKSES. S"],
    );
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_left_however_the_demo_is_ended() {
    for signal in ["HUP", "INT", "TERM"] {
        let folder = folder();
        let mut running = Settings::new().start_with(folder.path(), &["demo"], Stdio::piped());
        running.says("konter demo:").await;
        assert_eq!(running.stop(signal).await, Some(0), "{signal}: {}", running.err());
        let left: Vec<_> = fs::read_dir(folder.path().join("tmp")).unwrap().collect();
        assert!(left.is_empty() && !running.err().contains("ERROR"), "{signal}: {left:?} {}", running.err());
    }
}

/// The two files as they are shipped, in a folder of their own.
fn shipped(folder: &Path) {
    for (from, to) in [(".env.example", ".env"), ("catalog.csv", "catalog.csv")] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(from), folder.join(to)).unwrap();
    }
}

#[tokio::test]
async fn the_shipped_settings_and_catalog_open_a_shop_as_they_stand() {
    let folder = folder();
    shipped(folder.path());
    let unrouted =
        "have no route until these suppliers are configured (KONTER_SUPPLIERS): biller, kios, ppob, tele, xgate";
    let unset = ["TELOXIDE_TOKEN is not set", "KONTER_ADMINS is not set", "KONTER_SUPPLIERS is not set"];
    let settings = Settings::new().set("KONTER_LISTEN", format!("127.0.0.1:{}", free_port()));

    let mut check = settings.start(folder.path(), &["check"]);
    assert_eq!(check.end().await.code(), Some(0), "{}", check.err());
    assert_eq!(check.err().matches(unrouted).count(), 1, "{}", check.err());
    assert!(unset.iter().all(|words| check.err().contains(words)), "{}", check.err());

    let before = check.err().len();
    let mut running = settings.start(folder.path(), &["run"]);
    running.says("konter is open").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let log = &running.err()[before..];
    assert_eq!(log.matches(unrouted).count(), 1, "{log}");
    assert!(unset.iter().all(|words| log.contains(words)) && !log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn what_is_wrong_with_a_settings_file_is_told_with_its_variable() {
    let token = "TELOXIDE_TOKEN=123456789:AAF-the-rest-as-BotFather-gave-it\n";
    let cases = [
        (token, "TELOXIDE_TOKEN: is still the example's: put your own here"),
        ("KONTER_ADMINS=telegram:your-number\n", "KONTER_ADMINS: is still the example's: put your own here"),
        ("\nKONTER_BANKS=geheim 1 a.n. Budi\n", ".env line 2, KONTER_BANKS: a value with blanks in it must be quoted"),
        ("#\nTELOXIDE_TOKEN='geheim\n", ".env line 2, TELOXIDE_TOKEN: a quote is opened and not closed"),
        ("geheim\n", ".env line 1: is neither NAME=value nor a comment (#)"),
    ];
    for (text, told) in cases {
        for (command, code) in [("run", 2), ("check", 1)] {
            let folder = folder();
            shipped(folder.path());
            fs::write(folder.path().join(".env"), text).unwrap();
            let mut ended = Settings::new().start(folder.path(), &[command]);
            assert_eq!(ended.end().await.code(), Some(code), "{command} {text}: {}", ended.err());
            assert!(ended.err().contains(told), "{told}: {}", ended.err());
            assert!(!ended.err().contains("geheim") && !ended.err().contains("AAF-"), "{}", ended.err());
        }
    }
}
