//! TLS by the server itself: HTTP/2 and 1.1, a certificate that is renewed while the server runs, and files that are of
//! no use.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt as _;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use reqwest::{Certificate, Client, ClientBuilder, Version};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::process::{Installation, Server};
use crate::support::PASSWORD;

/// A folder with certificates, and what signed them.
struct Authority(tempfile::TempDir);

impl Authority {
    async fn new() -> Self {
        let authority = Self(tempfile::tempdir().unwrap());
        authority
            .openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.pem")
            .await;
        authority
    }

    async fn openssl(&self, arguments: &str) {
        let ran = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(self.0.path())
            .output()
            .await
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    /// A certificate for that name, and its key.
    async fn certificate(&self, name: &str) -> (PathBuf, PathBuf) {
        std::fs::write(self.file("names"), format!("subjectAltName=DNS:{name}")).unwrap();
        for arguments in [
            format!(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
            ),
            format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out {name}.pem"
            ),
        ] {
            self.openssl(&arguments).await;
        }
        (self.file(&format!("{name}.pem")), self.file(&format!("{name}.key")))
    }

    /// Agrees on a version of HTTP with the server at the other end.
    async fn connect(&self, server: &Server, version: &[u8]) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.file("ca.pem")).unwrap()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let versions =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = versions.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![version.to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    /// A server by a certificate for that name.
    async fn serve(&self, name: &str, more: &[(&str, &str)]) -> Serving {
        let (cert, key) = self.certificate(name).await;
        let installation = Installation::new().await;
        let server = installation.serve(&[&settings(&cert, &key)[..], more].concat()).await;
        Serving { installation, server, cert, key }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A client that trusts nobody else, and finds `name` at the server.
    fn client(&self, server: &Server, name: &str) -> Client {
        self.builder(server, name).build().unwrap()
    }

    fn client_of_http_1(&self, server: &Server, name: &str) -> Client {
        self.builder(server, name).http1_only().build().unwrap()
    }

    fn builder(&self, server: &Server, name: &str) -> ClientBuilder {
        let authority = Certificate::from_pem(&std::fs::read(self.file("ca.pem")).unwrap()).unwrap();
        let address = ([127, 0, 0, 1], server.port).into();
        Client::builder().tls_certs_only([authority]).resolve(name, address)
    }
}

struct Serving {
    installation: Installation,
    server: Server,
    cert: PathBuf,
    key: PathBuf,
}

fn settings<'f>(cert: &'f Path, key: &'f Path) -> [(&'static str, &'f str); 2] {
    [("OSKAR_TLS__CERT", cert.to_str().unwrap()), ("OSKAR_TLS__KEY", key.to_str().unwrap())]
}

async fn healthy(installation: &Installation, server: &Server, cert: &Path, key: &Path) {
    let listen = format!("127.0.0.1:{}", server.port);
    let settings = [&settings(cert, key)[..], &[("OSKAR_LISTEN", &listen)]].concat();
    installation.run_with(&["healthcheck"], &settings).await.code(0);
}

#[tokio::test]
async fn https_by_both_versions_of_http() {
    let authority = Authority::new().await;
    let Serving { installation, server, cert, key } = authority.serve("localhost", &[]).await;
    assert!(server.banner.contains("https://localhost:"), "{}", server.banner);
    let url = format!("https://localhost:{}/livez", server.port);
    let client = authority.client(&server, "localhost");
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    assert!(answer.headers().contains_key("strict-transport-security"));
    // By HTTP/2 the host is in the address, and cookies may come apart.
    let (own, foreign) = (format!("https://localhost:{}", server.port), "https://evil.example");
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "organisation_name": "Acme" });
    let register = client.post(format!("{own}/api/auth/register")).json(&body);
    let registered = register.send().await.unwrap();
    assert_eq!((registered.status().as_u16(), registered.version()), (201, Version::HTTP_2));
    let cookies = registered.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookies = cookies.map(|cookie| cookie.split(';').next().unwrap());
    let cookie = cookies.filter(|cookie| cookie.contains("_session=")).collect::<String>();
    for (origin, status) in [(own.as_str(), 200), (foreign, 403)] {
        let change = client.patch(format!("{own}/api/account")).json(&json!({ "name": "Ana" }));
        let change = change.header("origin", origin).header("cookie", "other=1").header("cookie", &cookie);
        assert_eq!(change.send().await.unwrap().status(), status, "{origin}");
        let verify = client.post(format!("{own}/api/verify")).header("origin", origin);
        let verify = verify.header("cookie", "other=1").header("cookie", &cookie);
        assert_eq!(verify.send().await.unwrap().status(), status, "{origin}");
    }
    let old = authority.client_of_http_1(&server, "localhost").get(&url).send().await.unwrap();
    assert_eq!((old.status().as_u16(), old.version()), (200, Version::HTTP_11));
    // Nothing is said in the clear.
    let clear = Client::new().get(format!("http://127.0.0.1:{}/livez", server.port)).send().await;
    assert!(clear.is_err());
    // The health check needs neither the name nor the authority.
    healthy(&installation, &server, &cert, &key).await;
    server.terminate().await;
    assert_eq!(server.ended().await.0, Some(0));
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let authority = Authority::new().await;
    let Serving { installation, server, cert, key } = authority.serve("old.example", &[]).await;
    let (new_cert, new_key) = authority.certificate("new.example").await;
    let reached = async |name: &str| {
        let url = format!("https://{name}:{}/livez", server.port);
        authority.client(&server, name).get(url).send().await.is_ok()
    };
    assert!(reached("old.example").await && !reached("new.example").await);
    // In the middle of being replaced they do not fit together.
    std::fs::copy(&new_cert, &cert).unwrap();
    assert!(reached("old.example").await && !reached("new.example").await);
    // Nor is it the end of a healthy server.
    healthy(&installation, &server, &cert, &key).await;
    std::fs::copy(&new_key, &key).unwrap();
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    assert!(reached("old.example").await && !reached("new.example").await);
    // As the log advises.
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    assert!(reached("new.example").await && !reached("old.example").await);
    std::fs::write(&cert, "no certificate").unwrap();
    assert!(reached("new.example").await && reached("new.example").await);
    std::fs::remove_file(&key).unwrap();
    assert!(reached("new.example").await);
    server.terminate().await;
    let (_, log) = server.ended().await;
    assert_eq!(log.matches("took up the new certificate").count(), 1, "{log}");
    assert_eq!(log.matches("the old one stays").count(), 4, "{log}");
    assert!(log.contains("can be read by everybody"), "{log}");
}

/// Connections that agree on nothing keep nobody else waiting.
#[tokio::test]
async fn silent_connections_are_in_nobody_s_way() {
    let authority = Authority::new().await;
    let serving = authority.serve("localhost", &[("OSKAR_LIMITS__REQUEST_TIMEOUT", "1s")]).await;
    let server = &serving.server;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(("127.0.0.1", server.port)).await.unwrap());
    }
    let url = format!("https://localhost:{}/livez", server.port);
    let answer = authority.client(server, "localhost").get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    // And they are cut off themselves.
    for mut stream in silent {
        let ended = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut [0])).await;
        assert!(matches!(ended, Ok(Ok(0) | Err(_))));
    }
}

#[tokio::test]
async fn what_is_of_no_use_is_told_at_the_start() {
    let authority = Authority::new().await;
    let (cert, key) = authority.certificate("localhost").await;
    let (_, other) = authority.certificate("other.example").await;
    let nothing = authority.file("nothing.pem");
    std::fs::set_permissions(authority.file("ca.srl"), Permissions::from_mode(0o600)).unwrap();
    let installation = Installation::new().await;
    for (cert, key, told) in [
        (&cert, &other, "do not fit together"),
        (&key, &key, "has no certificate in PEM"),
        (&cert, &authority.file("ca.srl"), "is no private key in PEM"),
        (&nothing, &key, "nothing.pem: No such file"),
        (&cert, &nothing, "nothing.pem: No such file"),
    ] {
        for command in [&["serve"][..], &["config", "check"]] {
            let ran = installation.run_with(command, &settings(cert, key)).await.code(78);
            assert!(ran.err.contains(told), "{told}: {}", ran.err);
        }
    }
    let ran = installation.run_with(&["serve"], &settings(&cert, &key)[..1]).await.code(78);
    assert!(ran.err.contains("`tls.key` is not set"), "{}", ran.err);
    let mut http = settings(&cert, &key).to_vec();
    http.push(("OSKAR_PUBLIC_URL", "http://localhost:8675"));
    let ran = installation.run_with(&["serve"], &http).await.code(78);
    assert!(ran.err.contains("`public_url` begins with http://"), "{}", ran.err);
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let ran = installation.run_with(&["serve"], &settings(&cert, &key)).await.code(78);
    assert!(ran.err.contains("can be read by everybody"), "{}", ran.err);
}

/// A client that sends nothing more is cut off as it is by HTTP/1.1.
#[tokio::test]
async fn an_idle_connection_of_http_2_ends() {
    let authority = Authority::new().await;
    let serving = authority.serve("localhost", &[("OSKAR_LIMITS__REQUEST_TIMEOUT", "1s")]).await;
    let server = &serving.server;
    let stream = authority.connect(server, b"h2").await;
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request =
        Request::get(format!("https://localhost:{}/livez", server.port)).body(Body::empty()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
    assert!(tokio::time::timeout(Duration::from_secs(10), connection).await.is_ok(), "it is still open");
}

#[tokio::test]
async fn sockets_by_tls() {
    let authority = Authority::new().await;
    let serving = authority.serve("localhost", &[]).await;
    let (server, own) = (&serving.server, format!("https://localhost:{}", serving.server.port));
    let client = authority.client(server, "localhost");
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "organisation_name": "Acme" });
    let register = client.post(format!("{own}/api/auth/register")).json(&body).send();
    let person: Value = register.await.unwrap().json().await.unwrap();
    let ticket =
        client.post(format!("{own}/api/auth/ws-token")).bearer_auth(person["token"].as_str().unwrap());
    let ticket: Value = ticket.send().await.unwrap().json().await.unwrap();
    let stream = authority.connect(server, b"http/1.1").await;
    let url = format!(
        "wss://localhost:{}/api/orgs/acme/events/stream?ticket={}",
        server.port,
        ticket["ticket"].as_str().unwrap()
    );
    let (mut socket, answer) = client_async(url, stream).await.unwrap();
    assert_eq!(answer.status(), 101);
    server.terminate().await;
    let code = loop {
        if let Message::Close(frame) = socket.next().await.unwrap().unwrap() {
            break u16::from(frame.unwrap().code);
        }
    };
    assert_eq!(code, 1001);
    assert_eq!(serving.server.code().await, Some(0));
}
