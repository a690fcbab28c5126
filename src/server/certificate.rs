//! TLS of our own (RFC 8446, and 1.2), for servers without a proxy in front.
//!
//! The certificate is read again when its files have changed, so that it can be renewed while the server runs: each
//! handshake looks at the files' stamps, which costs far less than the handshake.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::net::TcpStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use crate::config::{Tls, read_private};

/// HTTP/2's name in ALPN (RFC 9113 section 3.1).
const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// What tells that a file is another one than before: when it was changed, and its length.
type Stamp = [Option<(SystemTime, u64)>; 2];

/// The certificate that new connections get.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<Mutex<Loaded>>);

#[derive(Debug)]
struct Loaded {
    files: Tls,
    /// Of the files as they were last read, also if they were of no use.
    stamp: Stamp,
    config: Arc<ServerConfig>,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// A sentence for the operator: which file cannot be read, is no certificate or key, or does not fit the other.
    pub fn load(files: &Tls) -> Result<Self, String> {
        let stamp = stamp(files);
        let config = read(files)?;
        Ok(Self(Arc::new(Mutex::new(Loaded { files: files.clone(), stamp, config }))))
    }

    /// Makes a connection a secure one, by the certificate as it is now, and tells whether it speaks HTTP/2.
    ///
    /// # Errors
    /// When the client does not agree, goes away, or takes longer than `within`.
    pub async fn accept(
        &self,
        stream: TcpStream,
        within: Duration,
    ) -> std::io::Result<(server::TlsStream<TcpStream>, bool)> {
        let handshake = TlsAcceptor::from(self.current()).accept(stream);
        let stream = tokio::time::timeout(within, handshake).await??;
        let is_http_2 = stream.get_ref().1.alpn_protocol() == Some(HTTP_2);
        Ok((stream, is_http_2))
    }

    /// A pair of files that is of no use, as while they are being replaced, changes nothing.
    fn current(&self) -> Arc<ServerConfig> {
        let mut loaded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&loaded.files);
        if loaded.stamp != stamp {
            loaded.stamp = stamp;
            match read(&loaded.files) {
                Ok(config) => {
                    loaded.config = config;
                    tracing::info!(file = %loaded.files.cert.display(), "took up the new certificate");
                }
                Err(problem) => {
                    tracing::error!(problem, "the new certificate is of no use: the old one stays");
                }
            }
        }
        loaded.config.clone()
    }
}

fn stamp(files: &Tls) -> Stamp {
    [&files.cert, &files.key].map(|file| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

fn read(files: &Tls) -> Result<Arc<ServerConfig>, String> {
    let (cert, key) = (files.cert.display(), files.key.display());
    let chain = chain(&files.cert)?;
    let private = read_private(&files.key)?;
    if let Some(warning) = private.warning {
        tracing::warn!("{warning}");
    }
    let private = PrivateKeyDer::from_pem_slice(private.text.as_bytes())
        .map_err(|error| format!("{key} is no private key in PEM: {error}"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| format!("{cert} and {key} do not fit together: {error}"))?;
    config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()];
    Ok(Arc::new(config))
}

/// The certificates of a file, the server's first.
fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| format!("{shown}: {error}"))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| format!("{shown} is no certificate in PEM: {error}"))?;
    if chain.is_empty() { Err(format!("{shown} has no certificate in PEM")) } else { Ok(chain) }
}

/// A connection to the server of this machine, for its health check. Whatever name its certificate is for, and whether
/// or not an authority signed it, it is the one in the file.
///
/// # Errors
/// When the file cannot be read, or the server has another certificate.
pub async fn connect_to_own(files: &Tls, stream: TcpStream) -> std::io::Result<client::TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let own = chain(&files.cert).map_err(std::io::Error::other)?.swap_remove(0);
    let verifier = Arc::new(Pinned { own, provider: provider.clone() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Takes one certificate, and no other.
#[derive(Debug)]
struct Pinned {
    own: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.own {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("the certificate is not the one in `tls.cert`".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
