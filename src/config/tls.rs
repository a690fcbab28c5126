//! `[tls]`: the certificate by which the server itself speaks TLS.

use std::path::PathBuf;

use super::reader::Reader;

/// The files of a certificate, in PEM.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The server's certificate, and then those that lead to an authority.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Tls {
    pub(super) fn read(read: &mut Reader<'_>) -> Option<Self> {
        let (cert, key) = (read.text("tls.cert"), read.text("tls.key"));
        match (cert.is_empty(), key.is_empty()) {
            (true, true) => None,
            (false, false) => Some(Self { cert: cert.into(), key: key.into() }),
            (true, false) => {
                read.problem("tls.cert", "is not set, and `tls.key` is: a certificate needs both");
                None
            }
            (false, true) => {
                read.problem("tls.key", "is not set, and `tls.cert` is: a certificate needs both");
                None
            }
        }
    }
}
