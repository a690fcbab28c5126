//! What the integrator's own system keeps beside users and organisations, as arguments.

use std::collections::BTreeMap;

use oskar::domain::values::change::Change;
use oskar::domain::values::external_id::ExternalId;
use oskar::domain::values::labels::{LabelChanges, NewLabels};
use oskar::domain::values::metadata::{MetadataPatch, NewMetadata};

/// Of something new.
#[derive(clap::Args)]
pub struct New {
    /// What your own system calls it.
    #[arg(long)]
    external_id: Option<ExternalId>,
    /// What your own system keeps beside it; may be given several times.
    #[arg(long = "metadata", value_name = "NAME=TEXT", value_parser = member)]
    metadata: Vec<(String, String)>,
}

/// What is to change.
#[derive(clap::Args)]
pub struct Changes {
    /// What your own system calls it.
    #[arg(long)]
    external_id: Option<ExternalId>,
    /// Take that away.
    #[arg(long, conflicts_with = "external_id")]
    no_external_id: bool,
    /// What your own system keeps beside it; may be given several times. Other members stay.
    #[arg(long = "metadata", value_name = "NAME=TEXT", value_parser = member)]
    metadata: Vec<(String, String)>,
    /// Take that member of the metadata away; may be given several times.
    #[arg(long = "no-metadata", value_name = "NAME")]
    no_metadata: Vec<String>,
}

fn member(text: &str) -> Result<(String, String), &'static str> {
    let (name, text) = text.split_once('=').ok_or("this is NAME=TEXT")?;
    Ok((name.to_owned(), text.to_owned()))
}

impl New {
    pub fn read(self) -> anyhow::Result<NewLabels> {
        let members: BTreeMap<_, _> = self.metadata.into_iter().collect();
        let metadata = NewMetadata::try_from(members).map_err(anyhow::Error::msg)?;
        Ok(NewLabels { external_id: self.external_id, metadata: Some(metadata) })
    }
}

impl New {
    /// The same as changes of something that has none yet.
    pub fn changes(self) -> anyhow::Result<LabelChanges> {
        Changes {
            external_id: self.external_id,
            no_external_id: false,
            metadata: self.metadata,
            no_metadata: Vec::new(),
        }
        .read()
    }
}

impl Changes {
    pub fn read(self) -> anyhow::Result<LabelChanges> {
        let external_id = match (self.external_id, self.no_external_id) {
            (Some(id), _) => Change::To(id),
            (None, true) => Change::TakeAway,
            (None, false) => Change::Keep,
        };
        let set = self.metadata.into_iter().map(|(name, text)| (name, Some(text)));
        let members: BTreeMap<_, _> =
            self.no_metadata.into_iter().map(|name| (name, None)).chain(set).collect();
        let patch = MetadataPatch::try_from(members).map_err(anyhow::Error::msg)?;
        Ok(LabelChanges { external_id, metadata: Change::To(patch) })
    }
}
