//! The operations of the OpenAPI document, as the tests of all routes go through them.

#![cfg(test)]

use serde_json::Value;

use crate::web_support::Site;

/// An operation of the OpenAPI document.
pub struct Operation {
    pub method: String,
    pub pattern: String,
    pub permission: String,
    /// The schema of its body, resolved.
    pub schema: Option<Value>,
    /// Its answers, by their status.
    pub responses: Value,
}

impl Operation {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.pattern)
    }

    /// All of them, as the server tells them.
    pub fn all(site: &Site) -> Vec<Self> {
        let document = site.ask("GET", "/openapi.json").send().json;
        let mut operations = Vec::new();
        for (pattern, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let security = &operation["security"];
                assert_eq!(security.as_array().map(Vec::len), Some(1), "{method} {pattern}");
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let schema = (!schema.is_null()).then(|| resolve(&document, schema));
                operations.push(Self {
                    method: method.to_uppercase(),
                    pattern: pattern.clone(),
                    permission: security[0]["key"][0].as_str().unwrap().to_owned(),
                    schema,
                    responses: operation["responses"].clone(),
                });
            }
        }
        operations
    }
}

fn resolve(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap().clone(),
        None => schema.clone(),
    }
}
