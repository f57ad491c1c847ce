//! Memory that JavaScript made and both sides read and write: no allocation and no copy at the crossing.
//!
//! A block is private to the JavaScript layer (`lib/turn.js`), which never hands it out or detaches it.

use std::cell::{RefCell, RefMut};

use napi::bindgen_prelude::Buffer;

/// A block of bytes.
#[derive(Default)]
pub struct Block(RefCell<Option<Buffer>>);

impl Block {
    pub fn set(&self, buffer: Buffer) {
        self.0.replace(Some(buffer));
    }

    /// The bytes; none before the block was set.
    pub fn bytes(&self) -> Bytes<'_> {
        Bytes(self.0.borrow_mut())
    }
}

pub struct Bytes<'a>(RefMut<'a, Option<Buffer>>);

impl Bytes<'_> {
    pub fn get(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }

    pub fn get_mut(&mut self) -> &mut [u8] {
        self.0.as_deref_mut().unwrap_or_default()
    }

    /// The block as an Int32Array sees it.
    pub fn put(&mut self, index: usize, value: i32) {
        let at = index * size_of::<i32>();
        if let Some(bytes) = self.get_mut().get_mut(at..at + size_of::<i32>()) {
            bytes.copy_from_slice(&value.to_ne_bytes());
        }
    }

    pub fn at(&self, index: usize) -> i32 {
        self.get()
            .get(index * size_of::<i32>()..)
            .and_then(|bytes| bytes.first_chunk())
            .map_or(0, |bytes| i32::from_ne_bytes(*bytes))
    }

    /// How many int32 values fit.
    pub fn capacity(&self) -> usize {
        self.get().len() / size_of::<i32>()
    }
}
