//! TLS of our own (RFC 8446, and 1.2), for servers without a proxy in front.
//!
//! The certificate is read again when its files have changed, so that it can be renewed while the server runs: each
//! handshake looks at the files' stamps, which costs far less than the handshake.

use std::fs::Metadata;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use crate::config::{ConfigError, Tls, read_private};

/// HTTP/2's name in ALPN (RFC 9113 section 3.1).
const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// What tells that a file is another one than before, or that its owner or mode is: of the certificate and its key.
type Stamp = [Option<FileStamp>; 2];

#[cfg(unix)]
type FileStamp = (u64, u64, i64, i64);
#[cfg(not(unix))]
type FileStamp = (Option<std::time::SystemTime>, u64);

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
    pub fn load(files: &Tls) -> Result<Self, ConfigError> {
        let stamp = stamp(files);
        let config = read(files).map_err(|problem| ConfigError(vec![problem]))?;
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
    [&files.cert, &files.key].map(|file| std::fs::metadata(file).ok().map(|file| file_stamp(&file)))
}

/// The inode, the length, and when anything about it was changed: also the mode, which is what a refused key may have wrong.
#[cfg(unix)]
fn file_stamp(file: &Metadata) -> FileStamp {
    use std::os::unix::fs::MetadataExt as _;
    (file.ino(), file.len(), file.ctime(), file.ctime_nsec())
}

#[cfg(not(unix))]
fn file_stamp(file: &Metadata) -> FileStamp {
    (file.modified().ok(), file.len())
}

fn read(files: &Tls) -> Result<Arc<ServerConfig>, String> {
    let (cert, key) = (files.cert.display(), files.key.display());
    let chain = chain(&files.cert)?;
    let private = read_private(&files.key)?;
    if let Some(warning) = private.warning {
        tracing::warn!("{warning}");
    }
    let private = PrivateKeyDer::from_pem_slice(private.text.as_bytes())
        .map_err(|_| format!("{key} is no private key in PEM"))?;
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
    let chain = chain.map_err(|_| format!("{shown} is no certificate in PEM"))?;
    if chain.is_empty() { Err(format!("{shown} has no certificate in PEM")) } else { Ok(chain) }
}

/// A connection to the server of this machine, for its health check, which sends and learns no secret: any certificate
/// will do. It may be for another name, and an older one than the file's, which stays in use if the new one is of no use.
///
/// # Errors
/// When the server does not speak TLS.
pub async fn connect_to_own(stream: TcpStream) -> std::io::Result<client::TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Takes every certificate whose key the server has.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
