//! Orders that wait, suppliers and routes.

use super::*;

#[test]
fn orders_that_wait_are_taken_back_by_their_number_only() {
    let cancel = |order, pin: Option<&str>| {
        let pin = pin.map(|pin| pin.parse().unwrap());
        Command::Routing(RoutingCommand::Cancel { order: konter_core::ids::OrderId(order), pin })
    };
    let queue = |on| Command::Routing(RoutingCommand::Queue { on });
    for (text, expected) in [
        ("BATAL.12", cancel(12, None)),
        ("batal #12", cancel(12, None)),
        ("BTL.12.1234", cancel(12, Some("1234"))),
        ("BTL.085212345678.1234", Command::Known(Feature::CancelOrder)),
        ("BATAL S10", Command::Known(Feature::CancelOrder)),
        ("ANTRI", queue(None)),
        ("ANTRI.YA", queue(Some(true))),
        ("antri tidak", queue(Some(false))),
        ("ANTRI.OFF.1234", queue(Some(false))),
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
    for text in ["BATAL.12.x", "ANTRI.BESOK"] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}");
    }
}

#[test]
fn admins_steer_suppliers_and_routes() {
    let product = || "S10".parse::<ProductCode>().unwrap();
    let steer = AdminCommand::Routing;
    let pause = |reason: &str| steer(AdminRouting::Pause { supplier: "xgate".to_owned(), reason: reason.to_owned() });
    let ranked = |priority| steer(AdminRouting::Priority { supplier: "xgate".to_owned(), priority });
    let route_open =
        |open| steer(AdminRouting::RouteOpen { product: product(), supplier: "xgate".parse().unwrap(), open });
    for (text, expected) in [
        ("/supplier XGATE", steer(AdminRouting::Show { supplier: "xgate".to_owned() })),
        ("/supplier xgate jeda", pause("")),
        ("/supplier xgate jeda deposit habis, besok lagi", pause("deposit habis, besok lagi")),
        ("/supplier xgate lanjut", steer(AdminRouting::Resume { supplier: "xgate".to_owned() })),
        ("/supplier xgate prioritas 2", ranked(Some(2))),
        ("/supplier xgate prioritas hapus", ranked(None)),
        (
            "/prioritas s10 Xgate 1",
            steer(AdminRouting::RoutePriority { product: product(), supplier: "xgate".parse().unwrap(), priority: 1 }),
        ),
        ("/tutup S10 xgate", route_open(false)),
        ("/buka S10 XGATE", route_open(true)),
    ] {
        assert_eq!(parse(text), Command::Admin(expected), "{text}");
    }
    for text in [
        "/supplier xgate mati",
        "/supplier xgate prioritas 0",
        "/supplier xgate lanjut terus",
        "/prioritas S10 xgate",
        "/prioritas S10 1",
    ] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}");
    }
}
