//! Memory that JavaScript made and both sides read and write: no allocation and no copy at the crossing.
//!
//! A block is private to the JavaScript layer (`lib/reactor/blocks.js`), which never hands it out or detaches it.

use std::cell::{RefCell, RefMut};

use napi::bindgen_prelude::Buffer;

use crate::words;

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
        words::put(self.get_mut(), index, value);
    }

    pub fn at(&self, index: usize) -> i32 {
        words::at(self.get(), index)
    }

    /// How many int32 values fit.
    pub fn capacity(&self) -> usize {
        words::capacity(self.get())
    }
}
