//! VietQR codes: reading and issuing payloads (EMVCo MPM v1.1, NAPAS format v1.0), the bank
//! directory, reference codes, and symbols as PNG or SVG. Pure: no files, no clock, no network, no
//! randomness; nothing here panics on any input.
//!
//! Reading forgives what real banks print and says so in typed warnings; it never forgives a wrong
//! checksum or a template that is not consumed to its last character. Issuing forgives nothing.
//!
//! ```
//! use cho40::primitives::Vnd;
//! use cho40::vietqr::{Builder, Mode, Payee, Reference, read};
//!
//! let payee = Payee::Account("0011012345678".to_owned());
//! let reference = Reference::from_data(34_916).unwrap();
//! let issued = Builder::new("970403", payee).amount(Vnd::new(45_000)).reference(reference);
//! let issued = issued.note("Cà phê").build()?;
//! assert_eq!(issued.purpose.as_deref(), Some("CJW012346A CA PHE"));
//!
//! let read_back = read(&issued.payload).into_transfer(Mode::Strict)?;
//! assert_eq!(read_back.account, Some("0011012345678"));
//! # Ok::<(), cho40::primitives::Refusal>(())
//! ```

pub mod banks;
mod build;
mod cache;
mod check_code;
mod crc;
pub mod crockford;
mod image;
mod jpeg;
mod mask;
mod parse;
mod photo;
mod png;
mod problems;
mod reading;
mod reference;
mod scheme;
mod svg;
pub mod tlv;
mod trios;
mod wallet_link;

pub use banks::Bank;
pub use build::{
    Builder, Issued, MAX_ACCOUNT, MAX_PURPOSE, Merchant, Payee, SEVQR, check_account, check_amount,
    check_bin, fold_text, with_amount,
};
pub use cache::ImageCache;
pub use check_code::check_code;
pub use crc::crc16;
pub use image::{Format, Image, Level, MAX_MODULE_PX, Matrix, QUIET_ZONE, UnknownLevel, draw};
pub use parse::read;
pub use photo::{MAX_PIXELS, Photo, scan_picture};
pub use problems::{Fault, Path, Warning};
pub use reading::{Mode, Payload, Reading, Service, Verdict};
pub use reference::{REFERENCE_LENGTH, Reference, ReferenceKind, scan};
pub use scheme::{Scheme, Wallet};
pub use wallet_link::WalletLink;
