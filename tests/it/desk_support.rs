//! People at the desk: invited, signed in, each with a browser's cookies.

#![cfg(test)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::web_support::{Answer, Site};
use crate::web_world::World;

pub const PASSWORD: &str = "mưa nắng hai mùa";

/// A browser without scripts: it keeps cookies and sends forms.
pub struct Visitor<'s> {
    pub site: &'s Site,
    pub cookies: BTreeMap<String, String>,
}

impl<'s> Visitor<'s> {
    pub const fn new(site: &'s Site) -> Self {
        Self { site, cookies: BTreeMap::new() }
    }

    /// Signed in with a role, for these sections.
    pub fn with_role(site: &'s Site, role: &str, sections: &[&str]) -> Self {
        let login = format!("{role}{}", sections.len());
        join(site, &site.key, &login, role, sections);
        let mut visitor = Self::new(site);
        let signed = visitor.sign_in(&login, PASSWORD);
        assert_eq!(signed.header("location"), "/ql", "{}", signed.text());
        visitor
    }

    pub fn get(&mut self, path: &str) -> Answer {
        let ask = self.site.ask("GET", path).header("cookie", &self.jar());
        let answer = ask.header("sec-fetch-site", "same-origin").send();
        self.keep(&answer);
        answer
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = self.site.ask("POST", path).header("cookie", &self.jar());
        let answer = ask
            .header("origin", &self.site.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .raw(form(fields).as_bytes())
            .send();
        self.keep(&answer);
        answer
    }

    pub fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        self.post("/ql/vao", &[("login", login), ("password", password)])
    }

    pub fn jar(&self) -> String {
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep(&mut self, answer: &Answer) {
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

pub fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The path of a new invitation.
pub fn invite(site: &Site, key: &str, role: &str, sections: &[&str]) -> String {
    let new = json!({ "name": "Người mới", "role": role, "sections": sections });
    let made = site.ask("POST", "/api/v1/invitations").key(key).json(&new).send();
    assert_eq!(made.status, 201, "{}", made.text());
    made.json["path"].as_str().unwrap().to_owned()
}

/// Accepts an invitation.
pub fn accept(site: &Site, path: &str, login: &str, password: &str) -> Answer {
    let fields =
        [("name", "Người mới"), ("login", login), ("password", password), ("again", password)];
    Visitor::new(site).post(path, &fields)
}

/// Invites somebody, who accepts with [`PASSWORD`].
pub fn join(site: &Site, key: &str, login: &str, role: &str, sections: &[&str]) {
    let path = invite(site, key, role, sections);
    let accepted = accept(site, &path, login, PASSWORD);
    assert_eq!(accepted.header("location"), "/ql/vao", "{}", accepted.text());
}

/// A user and an open invitation of a world.
pub fn people(world: &mut World, site: &Site, digits: &str) {
    join(site, &world.key, &format!("to{digits}"), "team_member", &[]);
    invite(site, &world.key, "organiser", &[]);
    for list in ["users", "invitations"] {
        let listed = site.ask("GET", &format!("/api/v1/{list}")).key(&world.key).send();
        let id = listed.json["items"][0]["id"].as_str().unwrap().to_owned();
        world.ids.insert(list, id);
    }
}

pub fn body(world: &World, operation: &str) -> Option<Value> {
    let sections = [world.id("sections")];
    Some(match operation {
        "POST /api/v1/invitations" => {
            json!({ "name": "Chị Lụa", "role": "organiser", "sections": sections })
        }
        "PATCH /api/v1/users/{id}" => {
            json!({ "name": "Anh Tư", "role": "organiser", "sections": sections })
        }
        "POST /api/v1/users/{id}/disable"
        | "POST /api/v1/users/{id}/enable"
        | "POST /api/v1/users/{id}/reset-second-step"
        | "POST /api/v1/invitations/{id}/revoke" => json!({}),
        _ => return None,
    })
}
