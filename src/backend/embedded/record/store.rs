//! The object store that a configuration names.

use std::time::Duration;

use object_store::{
    BackoffConfig, ObjectStore, ObjectStoreScheme, RetryConfig, aws::AmazonS3Builder,
    azure::MicrosoftAzureBuilder, gcp::GoogleCloudStorageBuilder, local::LocalFileSystem,
    path::Path as Key,
};

use super::config::Upload;

/// How long one request is tried again before the whole upload is.
const RETRY: Duration = Duration::from_secs(30);
/// The longest pause in that.
const MAX_WAIT: Duration = Duration::from_secs(3);

/// One table's builder: its environment below what is configured, and each key known.
macro_rules! built {
    ($builder:ty, $settings:expr) => {{
        let mut builder = <$builder>::from_env()
            .with_url($settings.url.as_str())
            .with_retry(retry($settings));
        for (key, value) in options($settings) {
            builder = builder.with_config(key.to_ascii_lowercase().parse()?, value);
        }
        Box::new(builder.build()?)
    }};
}

/// The store, and where in it recordings go.
///
/// What the configuration does not say is taken from the environment, by the names that the stores' own programs use:
/// `AWS_…`, `GOOGLE_…`, `AZURE_…`.
///
/// # Errors
/// The URL is that of no store, or an option is none of this one's.
pub(super) fn open(settings: &Upload) -> Result<(Box<dyn ObjectStore>, Key), object_store::Error> {
    let (scheme, prefix) = ObjectStoreScheme::parse(&settings.url)?;
    let store: Box<dyn ObjectStore> = match scheme {
        ObjectStoreScheme::AmazonS3 => built!(AmazonS3Builder, settings),
        ObjectStoreScheme::GoogleCloudStorage => built!(GoogleCloudStorageBuilder, settings),
        ObjectStoreScheme::MicrosoftAzure => built!(MicrosoftAzureBuilder, settings),
        ObjectStoreScheme::Local => match options(settings).next() {
            Some((key, _)) => {
                return Err(object_store::Error::UnknownConfigurationKey {
                    store: "file",
                    key: key.clone(),
                });
            }
            None => Box::new(LocalFileSystem::new()),
        },
        _ => {
            return Err(object_store::Error::NotSupported {
                source: "give a URL of s3:, gs:, az: or file:".into(),
            });
        }
    };
    Ok((store, prefix))
}

fn options(settings: &Upload) -> impl Iterator<Item = (&String, &String)> {
    let secret = settings.secrets.iter();
    let secret = secret.map(|(key, value)| (key, value.expose()));
    settings.options.iter().chain(secret)
}

fn retry(settings: &Upload) -> RetryConfig {
    RetryConfig {
        retry_timeout: RETRY.min(settings.give_up_after),
        backoff: BackoffConfig {
            max_backoff: MAX_WAIT,
            ..BackoffConfig::default()
        },
        ..RetryConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Redacted;

    fn settings(url: &str) -> Upload {
        Upload::new(url.parse().expect("a URL"))
    }

    #[test]
    fn each_store_has_its_place_and_its_options() {
        let place = |url: &str, options: &[(&str, &str)]| {
            let mut settings = settings(url);
            let options = options.iter();
            settings.options = options
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .collect();
            open(&settings).map(|(_, prefix)| prefix.to_string())
        };
        let s3 = [
            ("aws_region", "eu-central-1"),
            ("AWS_ENDPOINT", "http://h:9000"),
        ];
        assert_eq!(place("s3://bucket/a/b", &s3).ok().as_deref(), Some("a/b"));
        let azure = [("azure_storage_account_name", "me")];
        assert_eq!(place("az://c/a", &azure).ok().as_deref(), Some("a"));
        assert_eq!(place("file:///srv", &[]).ok().as_deref(), Some("srv"));
        for (url, key) in [
            ("s3://bucket/a", "aws_regoin"),
            ("gs://bucket", "aws_region"),
            ("az://c", "account"),
            ("file:///srv", "aws_region"),
        ] {
            let error = place(url, &[(key, "x")]).expect_err(key).to_string();
            assert!(error.contains(key), "{error}");
        }
        for url in ["ftp://h/x", "https://h/x", "memory:///x"] {
            place(url, &[]).expect_err(url);
        }
    }

    #[test]
    fn a_wrong_secret_is_not_shown() {
        let mut settings = settings("s3://bucket");
        let secret = Redacted::new("hunter2".to_owned());
        settings
            .secrets
            .insert("aws_secret_acces_key".to_owned(), secret);
        let error = open(&settings).expect_err("no such option").to_string();
        assert!(
            error.contains("aws_secret_acces_key") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
