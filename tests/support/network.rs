//! The interface that media flows over.
//!
//! Janus' candidate gatherer skips loopback interfaces unconditionally, so a server and its peers need one other
//! IPv4 address even when both run on the same machine.

use std::net::Ipv4Addr;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;

/// Name and address of the interface made by [`media_address`] where a machine has only loopback.
const MADE: (&str, Ipv4Addr) = ("mediaplane0", Ipv4Addr::new(10, 97, 0, 1));

/// The first IPv4 address that is not a loopback one and whose interface is up.
///
/// Where there is none, one is made as root (a dummy interface, or else a veth pair), which is said on stderr.
///
/// # Panics
/// If there is none and none can be made; the message says what to do.
pub(crate) fn media_address() -> Ipv4Addr {
    if let Some(found) = existing() {
        return found;
    }
    let mut refused = String::new();
    for kind in [&["dummy"][..], &["veth", "peer", "name", "mediaplane1"]] {
        match make(kind) {
            Ok(()) => {
                eprintln!(
                    "only loopback here: made the {} interface {} with {}",
                    kind[0], MADE.0, MADE.1
                );
                break;
            }
            Err(reason) => refused.push_str(&format!("\n  {}: {reason}", kind[0])),
        }
    }
    // Ours needs a moment to come up; and ours fails where another test makes the same at the same time.
    let deadline = Instant::now() + Duration::from_secs(2);
    while Instant::now() < deadline {
        if let Some(found) = existing() {
            return found;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!(
        "this machine has only a loopback address, and Janus refuses to use loopback for ICE. \
         Run the tests as root, or give the machine an address: \
         ip link add {name} type dummy && ip addr add {ip}/24 dev {name} && ip link set {name} up{refused}",
        name = MADE.0,
        ip = MADE.1,
    );
}

fn existing() -> Option<Ipv4Addr> {
    let usable = InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING;
    getifaddrs()
        .expect("the kernel lists its interfaces")
        .filter(|interface| interface.flags.contains(usable))
        .filter(|interface| !interface.flags.contains(InterfaceFlags::IFF_LOOPBACK))
        .filter_map(|interface| Some(interface.address?.as_sockaddr_in()?.ip()))
        .find(|ip| !ip.is_link_local())
}

fn make(kind: &[&str]) -> Result<(), String> {
    let (name, ip) = MADE;
    let add = [&["link", "add", name, "type"][..], kind].concat();
    ip_command(&add)?;
    if let ["veth", .., other] = kind {
        ip_command(&["link", "set", other, "up"])?;
    }
    ip_command(&["addr", "add", &format!("{ip}/24"), "dev", name])?;
    ip_command(&["link", "set", name, "up"])
}

fn ip_command(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("ip")
        .args(arguments)
        .output()
        .map_err(|error| format!("ip {}: {error}", arguments.join(" ")))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("ip {}: {}", arguments.join(" "), words.trim()))
}
