//! What stands before several processes: each connection goes to the next of them that takes it.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Its address.
pub async fn before(ports: Vec<u16>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for turn in 0_usize.. {
            let Ok((mut client, _)) = listener.accept().await else { return };
            let mut tried = ports.clone();
            tried.rotate_left(turn % ports.len());
            tokio::spawn(async move {
                for port in tried {
                    if let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                        return;
                    }
                }
            });
        }
    });
    address
}
