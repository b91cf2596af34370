//! Everything that starts processes of its own: the real program, killed, stopped, cut off and restored, and PostgreSQL
//! servers. What runs inside the test process alone lives in `tests/in_process`.

mod crash;
mod documents;
mod http_limits;
mod metrics;
mod newcomer;
mod operator;
mod package;
mod program;
mod program_postgres;
mod restore;
mod round_trips;
mod secrets;
mod several;
#[allow(dead_code, reason = "other tests and the benchmarks use the rest")]
#[path = "../support"]
mod support {
    pub mod balancer;
    pub mod bot_api;
    pub mod files;
    pub mod load;
    pub mod postgres;
    pub mod postgres_wire;
    pub mod program;
    pub mod shop;
    pub mod site;
}
