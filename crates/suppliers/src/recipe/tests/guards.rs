//! What a recipe cannot say, and how its mistakes are told.

use super::super::check_text;
use super::*;

const SOUND: &str = r#"name = "mine"
[settings]
pin = {}
[order]
get = "/trx"
query = { ref = "{ref}", to = "{dest}", pin = "{settings.pin}" }
[text]
[text.words]
good = 'sukses'
bad = 'gagal'
[[text.rule]]
outcome = "failed"
has = ["bad"]
not = ["good"]
[[text.rule]]
outcome = "success"
match = 'R#(?<ref>\S+) SUKSES SN: (?<sn>\S+)'
[[reply]]
body = "R#1 SUKSES SN: 0041002345"
expect = { outcome = "success", reference = "1", serial = "0041002345" }
[[reply]]
body = "R#1 GAGAL"
expect = { outcome = "failed" }
"#;

fn faults(text: &str) -> String {
    let faults = check_text("mine.toml", text).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sound_recipe_has_no_faults() {
    assert_eq!(faults(SOUND), "");
}

#[test]
fn mistakes_name_line_and_field() {
    let with = |from: &str, to: &str| {
        assert!(SOUND.contains(from), "{from}");
        faults(&SOUND.replacen(from, to, 1))
    };
    let all = [
        with("pin = {}", "pin = { secrt = true }"),
        with("[order]", "[ordr]"),
        with("{dest}", "{dst}"),
        with("{settings.pin}", "{settings.pn}"),
        with("{dest}", "{dest"),
        with("\"/trx\"", "\"trx\""),
        with("ref = \"{ref}\"", "ref = \"1\""),
        with("good = 'sukses'", "good = '(sukses'"),
        with("(?<sn>", "(?<serialnr>"),
        with("has = [\"bad\"]", "has = [\"worse\"]"),
        with("has = [\"bad\"]\nnot = [\"good\"]", ""),
        with("outcome = \"failed\"", "outcome = \"fail\""),
        with("outcome = \"success\"\nmatch", "outcome = \"unknown\"\nmatch"),
        with("[text]", "[status]\nrepeat = true\n[text]"),
        with("[text]", "[report]\nproof = { header = \"X\", hmac = \"md5\" }\n[text]"),
        with("name = \"mine\"", "name = \"mine"),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn rules_that_were_never_tried_or_take_one_reply_for_two_things_are_refused() {
    let untried =
        SOUND.replacen("body = \"R#1 GAGAL\"\nexpect = { outcome = \"failed\" }", "body = \"R#1\"\nexpect = {}", 1);
    let two = SOUND.replacen("not = [\"good\"]\n", "", 1).replacen("SN: 0041002345\"", "SN: 0041002345 gagal\"", 1);
    let otherwise = SOUND.replacen("serial = \"0041002345\"", "serial = \"0041002346\"", 1);
    insta::assert_snapshot!([faults(&untried), faults(&two), faults(&otherwise)].join("\n"));
}

#[test]
fn an_unknown_recipe_says_which_there_are() {
    let fault = Recipe::load("otomx").unwrap_err().to_string();
    assert!(fault.contains("otomax, otomax-sign, irs, digiflazz"), "{fault}");
    assert!(Recipe::load("./nowhere.toml").unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn an_expression_that_would_take_all_memory_is_refused() {
    let large = SOUND.replacen("good = 'sukses'", "good = '(?:[a-z]{1000}){1000}'", 1);
    assert!(faults(&large).contains("size limit"), "{}", faults(&large));
}
