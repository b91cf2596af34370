//! The Debian package's scripts, each run by `sh` as dpkg would, in a folder that stands for `/`: what changes users, owners
//! or services is replaced by programs that only write down what was asked of them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The folders the scripts know.
const PLACES: [&str; 4] = ["/etc/konter", "/var/lib/konter", "/usr/share/doc/konter", "/run/systemd/system"];
const SETTINGS: &str = "etc/konter/konter.env";
const CATALOG: &str = "var/lib/konter/catalog.csv";

/// A machine with the package's files on it.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for folder in ["bin", "etc", "var/lib", "usr/share/doc/konter", "run/systemd/system"] {
            fs::create_dir_all(machine.path(folder)).unwrap();
        }
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (from, to) in [(".env.example", "env.example"), ("catalog.csv", "catalog.csv")] {
            fs::copy(shipped.join(from), machine.path("usr/share/doc/konter").join(to)).unwrap();
        }
        let said = machine.path("said").display().to_string();
        let users = machine.path("users").display().to_string();
        machine.program("getent", &format!("test -e {users}"));
        machine.program("useradd", &format!("echo useradd \"$@\" >> {said}; touch {users}"));
        // Owners are for root to give.
        let install = "while [ $# -gt 0 ]; do case $1 in -o | -g) shift 2 ;; *) rest=\"$rest $1\"; shift ;; esac; done";
        machine.program("install", &format!("{install}; exec /usr/bin/install $rest"));
        let units = "[ \"$1\" = list-units ] && printf 'konter@1.service loaded\\nkonter@2.service loaded\\n'";
        machine.program("systemctl", &format!("echo systemctl \"$@\" >> {said}; {units}; exit 0"));
        machine
    }

    fn path(&self, place: &str) -> PathBuf {
        self.0.path().join(place)
    }

    fn program(&self, name: &str, body: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a script; what it said.
    fn run(&self, script: &str, arguments: &[&str]) -> String {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/debian").join(script);
        let root = self.0.path().display().to_string();
        let here = |text: String, place: &&str| text.replace(place, &format!("{root}{place}"));
        let text = PLACES.iter().fold(fs::read_to_string(shipped).unwrap(), here);
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        let ended =
            Command::new("/bin/sh").args(["-c", &text, script]).args(arguments).env("PATH", path).output().unwrap();
        assert!(ended.status.success(), "{script} {arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).unwrap()
    }

    /// What was asked of the machine since it was last looked at.
    fn asked(&self) -> String {
        let said = fs::read_to_string(self.path("said")).unwrap_or_default();
        let _ = fs::remove_file(self.path("said"));
        said
    }

    fn mode(&self, place: &str) -> u32 {
        fs::metadata(self.path(place)).unwrap().permissions().mode() & 0o777
    }

    fn read(&self, place: &str) -> String {
        fs::read_to_string(self.path(place)).unwrap()
    }
}

#[test]
fn it_is_set_up_once_and_an_upgrade_changes_nothing_of_it() {
    let machine = Machine::new();
    machine.run("postinst", &["configure", ""]);
    assert!(machine.asked().starts_with("useradd --system"), "and nothing is restarted");
    let modes = ["etc/konter", SETTINGS, "var/lib/konter", CATALOG].map(|place| machine.mode(place));
    assert_eq!(modes, [0o750, 0o640, 0o700, 0o600]);
    assert_eq!(machine.read(SETTINGS), machine.read("usr/share/doc/konter/env.example"));
    for place in [SETTINGS, CATALOG] {
        fs::write(machine.path(place), "their own").unwrap();
    }
    machine.run("postinst", &["configure", "0.1.0"]);
    assert_eq!([machine.read(SETTINGS), machine.read(CATALOG)], ["their own", "their own"]);
    let asked = machine.asked();
    let asked: Vec<&str> = asked.lines().skip(1).collect();
    let restarted = ["systemctl try-restart konter@1.service", "systemctl try-restart konter@2.service"];
    assert_eq!(asked, restarted, "one after the other, and the user is there");
}

#[test]
fn its_processes_stop_with_it_and_not_for_an_upgrade() {
    let machine = Machine::new();
    machine.run("prerm", &["upgrade", "0.2.0"]);
    assert_eq!(machine.asked(), "");
    machine.run("prerm", &["remove"]);
    assert_eq!(machine.asked(), "systemctl stop konter@*.service\n");
}

#[test]
fn a_purge_takes_what_nobody_has_touched_and_no_more() {
    let machine = Machine::new();
    let files = || [SETTINGS, CATALOG].map(|place| machine.path(place).exists());
    machine.run("postinst", &["configure", ""]);
    machine.run("postrm", &["remove"]);
    assert_eq!(files(), [true, true], "a removal is no purge");
    let books = machine.path("var/lib/konter/data");
    fs::create_dir(&books).unwrap();
    assert!(machine.run("postrm", &["purge"]).contains("the shop is kept"), "its books");
    fs::remove_dir(&books).unwrap();
    let own = machine.read(SETTINGS) + "KONTER_LISTEN=127.0.0.1:8080\n";
    fs::write(machine.path(SETTINGS), own).unwrap();
    assert!(machine.run("postrm", &["purge"]).contains("the shop is kept"), "its settings");
    assert_eq!(files(), [true, true]);
    fs::remove_file(machine.path(SETTINGS)).unwrap();
    machine.run("postinst", &["configure", "0.1.0"]);
    assert_eq!(machine.run("postrm", &["purge"]), "");
    assert!(!machine.path("etc/konter").exists() && !machine.path("var/lib/konter").exists());
    machine.run("postrm", &["purge"]);
}
