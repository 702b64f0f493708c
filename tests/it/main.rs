//! One binary for all tests of the whole, so that everything is linked once.
//! `support` gives each test its own database; `scripts/test` runs them.

#![cfg(test)]

mod access;
mod access_sealing;
mod adoption_histogram;
mod adoption_intensity;
mod adoption_lunar;
mod adoption_metrics;
mod adoption_report;
mod adoption_rollup;
mod adoption_support;
mod db_lane;
mod db_lease;
mod db_migrate;
mod db_url;
mod demo;
mod feed_accounts;
mod feed_deliveries;
mod feeds_config;
mod feeds_decode;
mod feeds_samples;
mod feeds_support;
mod feeds_verify;
mod hooks;
mod primitives;
mod primitives_time;
mod registry_accounts;
mod registry_codes;
mod registry_directory;
mod registry_people;
mod registry_places;
mod registry_support;
mod registry_words;
mod requests;
mod requests_state;
mod stage;
mod support;
mod tidy;
mod vietqr;
mod vietqr_cli;
mod vietqr_images;
mod vietqr_issue;
mod vietqr_props;
mod vietqr_reference;
mod web;
mod web_access;
mod web_bad_input;
mod web_hooks;
mod web_idempotency;
mod web_openapi;
mod web_pictures;
mod web_support;
mod web_texts;
mod web_walk;
mod web_world;
