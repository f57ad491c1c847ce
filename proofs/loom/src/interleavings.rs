//! What holds in every interleaving. JavaScript is the test's own thread, the kernel a second one, the
//! follower the third. In all of them the model asserts that one thread at most is in the driver and that
//! nothing rings after the end; a lost wake-up, or an end that does not come, is a deadlock.

use loom::thread::{self, JoinHandle};

use crate::program::{Load, Program};

/// A kernel that raises an event per handle.
fn kernel(program: &Program, events: u32) -> JoinHandle<()> {
    let wakers: Vec<_> = (0..events).map(|index| program.waker(index)).collect();
    let driver = program.waiter.driver().clone();
    thread::spawn(move || {
        for waker in wakers {
            driver.raise(waker);
        }
    })
}

/// All events come to JavaScript, whenever they are raised.
fn all_are_seen(load: Load, events: u32) {
    let mut program = Program::start(load);
    let kernel = kernel(&program, events);
    program.see(events as usize);
    program.end();
    kernel.join().unwrap();
}

#[test]
fn every_event_is_seen_while_the_follower_drives() {
    loom::model(|| all_are_seen(Load::Light, 3));
}

#[test]
fn every_event_is_seen_while_the_driver_changes_hands() {
    loom::model(|| all_are_seen(Load::Heavy, 3));
}

#[test]
fn the_driver_that_was_handed_back_hears_the_next_event() {
    loom::model(|| {
        let mut program = Program::start(Load::Heavy);
        let first = kernel(&program, 2);
        program.see(2);
        program.settle();
        first.join().unwrap();
        let second = kernel(&program, 1);
        program.see(3);
        program.end();
        second.join().unwrap();
    });
}

#[test]
fn work_made_outside_of_turns_is_seen() {
    loom::model(|| {
        let mut program = Program::start(Load::Heavy);
        let kernel = kernel(&program, 2);
        program.kick(7);
        program.see(1);
        program.kick(8);
        program.see(4);
        program.end();
        kernel.join().unwrap();
    });
}

/// The end while events come, after JavaScript has seen so many of them.
fn ends(load: Load, events: u32, seen: usize) {
    let mut program = Program::start(load);
    let kernel = kernel(&program, events);
    program.see(seen);
    program.end();
    kernel.join().unwrap();
}

#[test]
fn it_ends_while_the_follower_drives() {
    loom::model(|| ends(Load::Light, 2, 0));
}

#[test]
fn it_ends_while_the_driver_changes_hands() {
    loom::model(|| ends(Load::Heavy, 2, 1));
}

#[test]
fn it_ends_while_javascript_drives_or_has_just_handed_back() {
    loom::model(|| {
        let mut program = Program::start(Load::Heavy);
        let kernel = kernel(&program, 3);
        program.see(1);
        program.settle();
        program.end();
        kernel.join().unwrap();
    });
}
