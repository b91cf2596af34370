//! A PostgreSQL server for tests: one throw-away cluster for each test program, one database for each test. With
//! `TEST_DATABASE_URL` a server that is there already is used instead (its user must be allowed to create databases).
//! Where neither is to be had, tests say so and pass; with `KONTER_REQUIRE_POSTGRES=1` they fail.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use konter_store::Store;
use konter_store::postgres::PostgresStore;
use tokio_postgres::NoTls;

const REQUIRED: &str = "KONTER_REQUIRE_POSTGRES";
const GIVEN: &str = "TEST_DATABASE_URL";
/// Where packages put PostgreSQL's programs, beside `PATH`; `*` is a version.
const FOLDERS: [&str; 5] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
];
/// PostgreSQL refuses to run as root.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];
const PATIENCE: Duration = Duration::from_secs(60);
/// Every test of a program at once, each with its connections.
const CONNECTIONS: u32 = 500;

/// A database of its own for one test.
#[derive(Clone)]
pub struct Database {
    pub url: String,
}

impl Database {
    /// The same database by another way to its server.
    pub fn at_port(&self, own: u16, other: u16) -> Self {
        Self { url: self.url.replacen(&format!(":{own}/"), &format!(":{other}/"), 1) }
    }

    pub async fn open(&self) -> Store {
        Store::new(self.engine().await)
    }

    pub async fn engine(&self) -> PostgresStore {
        PostgresStore::open(&self.url.clone().into()).await.unwrap()
    }
}

/// A new database with konter's tables in it. `None`: there is no PostgreSQL here, and that has been said.
pub async fn database() -> Option<Database> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let server = server().await?;
    let name = format!("{}_{}", server.prefix, NEXT.fetch_add(1, Ordering::Relaxed));
    execute(&server.url("postgres"), &format!("CREATE DATABASE {name} TEMPLATE {}_template", server.prefix)).await;
    Some(Database { url: server.url(&name) })
}

/// Runs a statement in a connection of its own.
pub async fn execute(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}

/// A server and how its databases are called.
pub struct Server {
    /// With `{}` where the database's name belongs.
    address: String,
    prefix: String,
}

impl Server {
    fn url(&self, database: &str) -> String {
        self.address.replacen("{}", database, 1)
    }
}

/// The test program's server, started when it is first asked for.
async fn server() -> Option<&'static Server> {
    static SERVER: tokio::sync::OnceCell<Option<Server>> = tokio::sync::OnceCell::const_new();
    let start = || async {
        let server = find_server()?;
        let template = format!("{}_template", server.prefix);
        execute(&server.url("postgres"), &format!("CREATE DATABASE {template}")).await;
        Database { url: server.url(&template) }.open().await.close().await.unwrap();
        Some(server)
    };
    SERVER.get_or_init(start).await.as_ref()
}

fn find_server() -> Option<Server> {
    let prefix = format!("konter_test_{}", std::process::id());
    if let Ok(url) = std::env::var(GIVEN) {
        let (server, _) = url.rsplit_once('/').unwrap_or_else(|| panic!("{GIVEN} has no database in it"));
        return Some(Server { address: format!("{server}/{{}}"), prefix });
    }
    let cluster = Cluster::start(&programs_or_say_so()?, &["-c", "fsync=off"]);
    Some(Server { address: cluster.address(), prefix })
}

fn programs_or_say_so() -> Option<PathBuf> {
    let found = programs();
    if found.is_none() {
        let reason = format!("no PostgreSQL: initdb is neither in PATH nor in {}", FOLDERS.join(", "));
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, but there is {reason}");
        eprintln!("SKIPPED: {reason}");
    }
    found
}

/// The folder of PostgreSQL's programs, the newest there is.
fn programs() -> Option<PathBuf> {
    let has_initdb = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = FOLDERS.iter().flat_map(|pattern| matching(pattern)).collect();
    folders.sort();
    std::env::split_paths(&path).find(has_initdb).or_else(|| folders.into_iter().rev().find(has_initdb))
}

/// Folders that a pattern with one `*` means.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![pattern.into()] };
    let (parent, start) = before.rsplit_once('/').unwrap_or_default();
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with(start)).map(|name| format!("{parent}/{name}{after}").into()).collect()
}

/// A cluster of its own: made, started, and gone when the test program is, however it ends.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    options: Vec<String>,
    /// Who runs it, when we are root.
    user: Option<(u32, u32)>,
    /// Ends the server and removes its folder as soon as our end of its pipe is closed: at the latest when we are gone.
    warden: Child,
}

impl Cluster {
    fn start(programs: &Path, options: &[&str]) -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| Self::new(programs, options))
    }

    /// One that its test may crash. `None`: there are no programs for it here, and that has been said.
    pub fn of_its_own() -> Option<Self> {
        Some(Self::new(&programs_or_say_so()?, &["-c", "fsync=off"]))
    }

    /// One that loses nothing in a power cut, for measuring.
    pub fn durable(options: &[&str]) -> Option<Self> {
        Some(Self::new(&programs_or_say_so()?, options))
    }

    /// Another of PostgreSQL's programs: beside its others, or wherever `PATH` has it.
    pub fn program(&self, name: &str) -> PathBuf {
        Some(self.programs.join(name)).filter(|program| program.exists()).unwrap_or_else(|| name.into())
    }

    /// The database that every cluster has, without tables.
    pub fn database(&self) -> Database {
        Database { url: self.address().replacen("{}", "postgres", 1) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every process of it ends at once, as after a crash.
    pub fn crash(&self) {
        let file = self.data().join("postmaster.pid");
        let pid = fs::read_to_string(&file).unwrap().lines().next().unwrap().to_owned();
        let started = Instant::now();
        assert!(Command::new("kill").args(["-QUIT", &pid]).status().unwrap().success());
        while file.exists() {
            assert!(started.elapsed() < PATIENCE, "PostgreSQL does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn new(programs: &Path, options: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("konter-postgres-").tempdir().unwrap().keep();
        let warden = warden(&folder);
        let user = unprivileged_user();
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        let options = options.iter().map(ToString::to_string).collect();
        let cluster = Self { folder, programs: programs.to_owned(), port: free_port(), options, user, warden };
        let mut initdb = cluster.command("initdb");
        initdb.args(["-A", "trust", "-U", "konter", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]);
        let made = initdb.arg(cluster.data()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.launch();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.folder).env_clear().env("LC_ALL", "C").stdin(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Starts the server and waits until it takes connections.
    pub fn launch(&self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log")).unwrap();
        let mut server = self.command("postgres");
        let port = self.port.to_string();
        let connections = format!("max_connections={CONNECTIONS}");
        server.arg("-D").arg(self.data()).args(["-h", "127.0.0.1", "-p", &port, "-k", "", "-c", &connections]);
        server.args(&self.options).stdout(log.try_clone().unwrap()).stderr(log).process_group(0);
        let mut server = server.spawn().unwrap();
        // Its end is heard of, or it would stay in the list of processes as long as we do.
        std::thread::spawn(move || server.wait());
        let started = Instant::now();
        while !self.takes_connections() {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(started.elapsed() < PATIENCE, "PostgreSQL does not start: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The file tells more than the port: it says `ready` only once the database's own start is over.
    fn takes_connections(&self) -> bool {
        let state = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        state.lines().nth(7).is_some_and(|line| line.trim() == "ready")
            && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    fn address(&self) -> String {
        format!("postgres://konter@127.0.0.1:{}/{{}}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.warden.stdin.take());
        let _ = self.warden.wait();
    }
}

/// Waits for the end of our input, then stops the server at once and removes everything.
fn warden(folder: &Path) -> Child {
    const SCRIPT: &str = r#"
        trap '' INT TERM HUP
        cat >/dev/null
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
        [ -n "$pid" ] && kill -QUIT "$pid" && for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
        rm -rf "$1"
    "#;
    let mut warden = Command::new("sh");
    warden.args(["-c", SCRIPT, "sh"]).arg(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    warden.process_group(0).spawn().unwrap()
}

/// Someone to run the server as, when we are root.
fn unprivileged_user() -> Option<(u32, u32)> {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    if String::from_utf8_lossy(&id).trim() != "0" {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let user = UNPRIVILEGED.iter().find_map(|name| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    Some(user.expect("root needs a user to run PostgreSQL as: postgres or nobody"))
}

/// Below those the system gives to outgoing connections.
fn free_port() -> u16 {
    loop {
        let port = rand::random_range(10_000..30_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
