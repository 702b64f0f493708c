//! The providers' machines: threads that send signed requests to the hook over real HTTP.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::db::{Fault, Outcome};
use crate::feeds::sample::SignedRequest;

/// Connections; each waits for a COMMIT that many share.
const CONNECTIONS: usize = 48;
/// A hook that is busy is asked again, as providers do.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);
const TIMEOUT: Duration = Duration::from_secs(30);

/// A request on its way.
pub struct Parcel {
    /// Parcels of one account keep their order.
    pub account: u64,
    /// `/hooks/fed_…`
    pub path: String,
    pub request: SignedRequest,
}

/// The threads; they end when this is dropped.
pub struct Fleet {
    senders: Vec<Sender<Vec<Parcel>>>,
    done: Receiver<Result<(), String>>,
}

impl Fleet {
    pub fn start(server: SocketAddr) -> Outcome<Self> {
        let (report, done) = channel();
        let mut senders = Vec::with_capacity(CONNECTIONS);
        for number in 0..CONNECTIONS {
            let (sender, parcels) = channel();
            let report = report.clone();
            thread::Builder::new()
                .name(format!("provider-{number}"))
                .spawn(move || drive(server, &parcels, &report))
                .map_err(Fault::broken)?;
            senders.push(sender);
        }
        Ok(Self { senders, done })
    }

    /// Sends all parcels and waits until each was acknowledged.
    pub fn send(&self, parcels: Vec<Parcel>) -> Outcome<()> {
        let mut loads: Vec<Vec<Parcel>> = Vec::new();
        loads.resize_with(self.senders.len(), Vec::new);
        for parcel in parcels {
            let place = parcel.account as usize % self.senders.len().max(1);
            if let Some(load) = loads.get_mut(place) {
                load.push(parcel);
            }
        }
        let mut under_way = 0;
        for (sender, load) in self.senders.iter().zip(loads) {
            if !load.is_empty() {
                sender.send(load).map_err(|_| Fault::broken("a sender has ended"))?;
                under_way += 1;
            }
        }
        for _ in 0..under_way {
            self.done.recv().map_err(Fault::broken)?.map_err(Fault::broken)?;
        }
        Ok(())
    }
}

fn drive(server: SocketAddr, parcels: &Receiver<Vec<Parcel>>, report: &Sender<Result<(), String>>) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(TIMEOUT))
        .build()
        .into();
    while let Ok(load) = parcels.recv() {
        let result = load.iter().try_for_each(|parcel| post(&agent, server, parcel));
        if report.send(result).is_err() {
            break;
        }
    }
}

fn post(agent: &ureq::Agent, server: SocketAddr, parcel: &Parcel) -> Result<(), String> {
    let url = format!("http://{server}{}", parcel.path);
    for _ in 0..ATTEMPTS {
        let mut request = agent.post(&url);
        for (name, value) in &parcel.request.headers {
            request = request.header(*name, value);
        }
        let mut response =
            request.send(parcel.request.body.as_slice()).map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        // Read to its end, or the connection cannot be used again.
        let answer = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
        match status {
            200 | 201 => return Ok(()),
            503 => thread::sleep(PAUSE),
            _ => return Err(format!("the hook answered {status} {answer}")),
        }
    }
    Err("the hook stayed busy".to_owned())
}
