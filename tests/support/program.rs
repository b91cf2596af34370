//! The real program as a process of its own: started with settings by environment, watched, stopped, killed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use konter_simulator::{Kind, Simulators};
use parking_lot::Mutex;

/// No program in a test takes longer, but for a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The program under test; another build of it when `KONTER_TEST_PROGRAM` says so.
fn program() -> PathBuf {
    std::env::var_os("KONTER_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_konter").into(), PathBuf::from)
}

/// A port for the program to listen on, below those the system gives to outgoing connections: it stays free while the
/// program is down.
pub fn free_port() -> u16 {
    /// Given out: not every program is up yet.
    static TAKEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = rand::random_range(10_000..30_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() && TAKEN.lock().insert(port) {
            return port;
        }
    }
}

/// The environment of a program; nothing of the test's own gets in.
#[derive(Clone, Default)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    pub fn new() -> Self {
        Self::default()
    }

    #[allow(clippy::needless_pass_by_value, reason = "callers hand over what they have just made")]
    pub fn set(mut self, name: &str, value: impl Display) -> Self {
        self.0.insert(name.to_owned(), format!("{value}"));
        self
    }

    pub fn get(&self, name: &str) -> &str {
        &self.0[name]
    }

    /// The repository's own catalog.
    pub fn catalog(self) -> Self {
        self.set("KONTER_CATALOG", concat!(env!("CARGO_MANIFEST_DIR"), "/catalog.csv"))
    }

    pub fn simulators(mut self, simulators: &Simulators) -> Self {
        self = self.set("KONTER_SUPPLIERS", Kind::ALL.map(Kind::supplier_id).join(","));
        for kind in Kind::ALL {
            let name = |suffix: &str| format!("SUPPLIER_{}_{suffix}", kind.supplier_id().to_uppercase());
            self = self
                .set(&name("PROTOCOL"), kind.name())
                .set(&name("URL"), simulators.url(kind))
                .set(&name("CALLBACK_IPS"), "127.0.0.1")
                .set(&name("CUTOFF"), "none");
            for (suffix, value) in kind.credentials() {
                self = self.set(&name(suffix), value);
            }
        }
        self
    }

    /// Starts the program in this folder; what it says is added to `out` and `err` there.
    pub fn start(&self, folder: &Path, arguments: &[&str]) -> Running {
        self.start_with(folder, arguments, Stdio::null())
    }

    /// The same where no file may grow beyond so many bytes: as on a full disk, a write fails.
    pub fn start_within(&self, folder: &Path, arguments: &[&str], most_bytes: u64) -> Running {
        // In blocks of 512 bytes, as the standard says; without its signal, too large a write is an error.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", most_bytes.div_ceil(512));
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &script, "sh"]).arg(program());
        self.spawn(command, folder, arguments, Stdio::null())
    }

    /// What begins a command line so that the program runs as a user who owns nothing. `None`: it cannot.
    pub fn other_user() -> Option<Vec<String>> {
        let words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"].map(str::to_owned);
        let tried = Command::new(&words[0]).args(&words[1..]).arg(program()).arg("--version").output();
        tried.is_ok_and(|tried| tried.status.success()).then(|| words.to_vec())
    }

    /// The same by such a user.
    pub fn start_by(&self, user: &[String], folder: &Path, arguments: &[&str]) -> Running {
        let mut command = Command::new(&user[0]);
        command.args(&user[1..]).arg(program());
        self.spawn(command, folder, arguments, Stdio::null())
    }

    /// The same, reading this.
    pub fn start_with(&self, folder: &Path, arguments: &[&str], input: Stdio) -> Running {
        self.spawn(Command::new(program()), folder, arguments, input)
    }

    fn spawn(&self, mut command: Command, folder: &Path, arguments: &[&str], input: Stdio) -> Running {
        let open =
            |name: &str| -> File { OpenOptions::new().create(true).append(true).open(folder.join(name)).unwrap() };
        let temp = folder.join("tmp");
        fs::create_dir_all(&temp).unwrap();
        let child = command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("TMPDIR", temp)
            .envs(&self.0)
            .stdin(input)
            .stdout(open("out"))
            .stderr(open("err"))
            .spawn()
            .unwrap();
        Running { child, folder: folder.to_owned() }
    }

    /// Runs the program to its end, in a folder of its own below this one.
    pub async fn run(&self, folder: &Path, arguments: &[&str]) -> Ended {
        self.run_with(folder, arguments, "").await
    }

    /// The same, with something piped into it.
    pub async fn run_with(&self, folder: &Path, arguments: &[&str], input: &str) -> Ended {
        let own = tempfile::tempdir_in(folder).unwrap();
        fs::write(own.path().join("in"), input).unwrap();
        let mut running = self.start_with(own.path(), arguments, File::open(own.path().join("in")).unwrap().into());
        let status = running.end().await;
        let left = fs::read_dir(own.path().join("tmp")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        Ended { code: status.code(), out: running.out(), err: running.err(), left }
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    /// What it left in the folder for temporary files.
    pub left: Vec<std::ffi::OsString>,
}

/// A program at work. It does not outlive the test.
pub struct Running {
    child: Child,
    folder: PathBuf,
}

impl Running {
    /// SIGKILL, at once.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Any other signal, by its name: `TERM`.
    pub fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success(), "{command}");
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end of it.
    pub async fn end(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "does not end; it said: {}{}", self.out(), tail(&self.err()));
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Stops it with a signal; its exit code.
    pub async fn stop(&mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.end().await.code()
    }

    /// Waits until this has been said, on stdout or stderr.
    pub async fn says(&mut self, words: &str) {
        let started = Instant::now();
        while !(self.out().contains(words) || self.err().contains(words)) {
            let ended = self.child.try_wait().unwrap();
            let said = || format!("{}{}", self.out(), tail(&self.err()));
            assert!(ended.is_none(), "ended with {ended:?} before saying {words:?}; it said: {}", said());
            assert!(started.elapsed() < PATIENCE, "never says {words:?}; it said: {}", said());
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub fn out(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join("out")).unwrap()).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join("err")).unwrap()).into_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last lines of a log.
pub fn tail(log: &str) -> String {
    const LINES: usize = 40;
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
