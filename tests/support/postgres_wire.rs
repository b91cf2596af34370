//! A wire between a store and its database that can be cut at the worst moments.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// When the next commit meets a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The database never hears of it.
    Before,
    /// The database does as it is told, and nobody hears its answer.
    After,
}

#[derive(Default)]
struct Orders {
    /// Commits still to be cut off, before and after.
    before: AtomicU32,
    after: AtomicU32,
    /// One piece of what is sent out of so many is lost with its connection; 0: none.
    one_of: AtomicU32,
    dice: AtomicU64,
    cuts: AtomicU32,
    /// Times that something was asked after an answer, or first of all.
    turns: AtomicU32,
}

pub struct Wire {
    port: u16,
    orders: Arc<Orders>,
}

impl Wire {
    /// A wire to the database at this port.
    pub async fn to(database: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let orders = Arc::new(Orders::default());
        let orders_of_all = Arc::clone(&orders);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", database)).await {
                    tokio::spawn(carry(client, server, Arc::clone(&orders_of_all)));
                }
            }
        });
        Self { port, orders }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn cut_next_commit(&self, cut: Cut) {
        let counter = if cut == Cut::Before { &self.orders.before } else { &self.orders.after };
        counter.fetch_add(1, Ordering::SeqCst);
    }

    /// From now on, cuts at random; the same ones for the same seed and the same traffic.
    pub fn cut_one_of(&self, pieces: u32, seed: u64) {
        self.orders.dice.store(seed, Ordering::SeqCst);
        self.orders.one_of.store(pieces, Ordering::SeqCst);
    }

    /// Connections cut so far.
    pub fn cuts(&self) -> u32 {
        self.orders.cuts.load(Ordering::SeqCst)
    }
}

impl Wire {
    /// Round trips so far.
    pub fn turns(&self) -> u32 {
        self.orders.turns.load(Ordering::SeqCst)
    }
}

impl Orders {
    fn take(counter: &AtomicU32) -> bool {
        counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }

    fn chance(&self) -> bool {
        let one_of = u64::from(self.one_of.load(Ordering::SeqCst));
        let step =
            |dice: u64| Some(dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
        let dice = self.dice.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step).unwrap();
        one_of > 0 && (dice >> 33).is_multiple_of(one_of)
    }
}

/// Carries both ways until either end closes or the wire is cut.
async fn carry(mut client: TcpStream, mut server: TcpStream, orders: Arc<Orders>) {
    let (mut asked, mut answered) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut is_answered = true;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                let piece = &asked[..length];
                if std::mem::take(&mut is_answered) {
                    orders.turns.fetch_add(1, Ordering::SeqCst);
                }
                let is_commit = piece.windows(7).any(|window| window == b"COMMIT\0");
                if (is_commit && Orders::take(&orders.before)) || orders.chance() {
                    orders.cuts.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if server.write_all(piece).await.is_err() {
                    return;
                }
                if is_commit && Orders::take(&orders.after) {
                    orders.cuts.fetch_add(1, Ordering::SeqCst);
                    // The answer comes, and stays here.
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                is_answered = true;
                if orders.chance() {
                    orders.cuts.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
