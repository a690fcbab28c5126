//! Generates the client from the document that `OSKAR_OPENAPI_3_0` names.

use std::fs::{File, write};
use std::path::Path;

use progenitor::{GenerationSettings, Generator, InterfaceStyle};

fn main() -> anyhow::Result<()> {
    let document = std::env::var("OSKAR_OPENAPI_3_0")?;
    println!("cargo:rerun-if-changed={document}");
    println!("cargo:rerun-if-env-changed=OSKAR_OPENAPI_3_0");
    let document = serde_json::from_reader(File::open(document)?)?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Builder);
    let code = syn::parse2(Generator::new(&settings).generate_tokens(&document)?)?;
    let out = std::env::var("OUT_DIR")?;
    write(Path::new(&out).join("client.rs"), prettyplease::unparse(&code))?;
    Ok(())
}
