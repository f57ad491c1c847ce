//! The hand-over of the driver, late events, and the end, with a bell that only counts.

use super::pace::BUSY_IDS;
use super::*;
use std::sync::mpsc::{Receiver, Sender, channel};

struct TestBell(Sender<()>);

impl Bell for TestBell {
    fn ring(&self) {
        let _ = self.0.send(());
    }
}

fn reactor() -> (Rc<Reactor>, Receiver<()>) {
    let (bell, rings) = channel();
    let reactor = Reactor::start(Box::new(TestBell(bell)));
    (reactor.unwrap_or_else(|e| panic!("{e}")), rings)
}

fn pair() -> (socket2::Socket, socket2::Socket) {
    let pair = socket2::Socket::pair(socket2::Domain::UNIX, socket2::Type::STREAM, None);
    let (a, b) = pair.unwrap_or_else(|e| panic!("{e}"));
    a.set_nonblocking(true).unwrap_or_else(|e| panic!("{e}"));
    (a, b)
}

fn collected(reactor: &Reactor) -> Vec<u32> {
    let mut ids = Vec::new();
    reactor.collect(64, |key, _| ids.push(key.index));
    ids
}

const QUIET: Drained = Drained {
    ids: 1,
    events: 1,
    collects: 0,
};

#[test]
fn a_closed_handle_gets_no_late_event() {
    let (reactor, _rings) = reactor();
    let place = Place::take(&reactor);
    let key = place.key;
    reactor.ready.push(key, Readiness::Read);
    drop(place);
    let next = Place::take(&reactor);
    assert_eq!(next.key.index, key.index);
    assert_ne!(next.key.generation, key.generation);
    assert!(collected(&reactor).is_empty());
}

#[test]
fn an_event_rings_once_and_the_driver_changes_hands() {
    let (reactor, rings) = reactor();
    reactor.set_referenced(true);
    let (near, far) = pair();
    let source = Source::new(&reactor, near).unwrap_or_else(|e| panic!("{e}"));
    source.arm_read();
    far.send(b"x").unwrap_or_else(|e| panic!("{e}"));
    rings.recv().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(collected(&reactor), [source.id()]);
    let busy = Drained {
        ids: BUSY_IDS,
        ..QUIET
    };
    assert_eq!(reactor.rest(&busy), After::Sleep);

    // The next event brings the driver over; two empty turns bring it back.
    source
        .read_with(
            |mut socket| io::Read::read(&mut socket, &mut [0; 8]),
            |_| true,
        )
        .unwrap_or_else(|e| panic!("{e}"));
    far.send(b"y").unwrap_or_else(|e| panic!("{e}"));
    rings.recv().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(reactor.with_waiter(Waiter::js_drives), Some(true));
    reactor.drive();
    assert_eq!(collected(&reactor), [source.id()]);
    let idle = Drained {
        ids: 0,
        events: 0,
        collects: 0,
    };
    assert_eq!(reactor.rest(&idle), After::Turn);
    assert_eq!(reactor.rest(&idle), After::Sleep);
    assert_eq!(reactor.with_waiter(Waiter::js_drives), Some(false));
}

#[test]
fn a_hosted_driver_sleeps_unless_it_is_busy() {
    let reactor = Reactor::hosted().unwrap_or_else(|e| panic!("{e}"));
    reactor.set_referenced(true);
    assert_eq!(reactor.rest(&QUIET), After::Sleep);
    let busy = Drained {
        ids: BUSY_IDS,
        ..QUIET
    };
    let idle = Drained {
        ids: 0,
        events: 0,
        collects: 0,
    };
    assert_eq!(reactor.rest(&busy), After::Turn);
    assert_eq!(reactor.rest(&idle), After::Turn);
    assert_eq!(reactor.rest(&idle), After::Sleep);
    reactor.set_referenced(false);
    assert_eq!(reactor.rest(&busy), After::Sleep, "nothing is kept alive");
}

#[test]
fn a_hosted_driver_is_found_by_its_descriptor() {
    let reactor = Reactor::hosted().unwrap_or_else(|e| panic!("{e}"));
    let found = reactor.driver_descriptor();
    assert_eq!(found.is_some(), sys::probe().is_ok());
    let (near, far) = pair();
    let source = Source::new(&reactor, near).unwrap_or_else(|e| panic!("{e}"));
    source.arm_read();
    far.send(b"x").unwrap_or_else(|e| panic!("{e}"));
    reactor.drive();
    assert_eq!(collected(&reactor), [source.id()]);
}

#[test]
fn stopping_ends_the_follower_in_every_state() {
    for busy in [false, true] {
        let (reactor, _rings) = reactor();
        if busy {
            reactor.with_waiter(Waiter::want);
        }
        let (near, far) = pair();
        let source = Source::new(&reactor, near).unwrap_or_else(|e| panic!("{e}"));
        source.arm_read();
        far.send(b"x").unwrap_or_else(|e| panic!("{e}"));
        reactor.stop();
        reactor.stop();
        assert_eq!(reactor.rest(&QUIET), After::Sleep);
    }
}
