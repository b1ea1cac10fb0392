//! Mediaplane.
