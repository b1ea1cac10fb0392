//! The sockets of media.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener, UdpSocket},
    sync::Arc,
};

use nix::{
    ifaddrs::getifaddrs,
    net::if_::InterfaceFlags,
    sys::socket::{SockaddrIn6, setsockopt, sockopt::RcvBufForce},
};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::backend::embedded::config::Config;

/// What the kernel may keep of what has not been read or sent yet, in bytes.
const BUFFER: usize = 4 * 1024 * 1024;

/// The sockets of all shards: each shard has one for each address, on the same port.
#[derive(Debug)]
pub(in super::super) struct Listening {
    /// By shard, then by address.
    pub(in super::super) sockets: Vec<Vec<UdpSocket>>,
    /// For clients that connect by TCP, by address.
    pub(in super::super) listeners: Vec<Option<TcpListener>>,
    /// What clients are told, by address.
    pub(in super::super) addresses: Arc<[SocketAddr]>,
}

impl Listening {
    /// Listens on all addresses of the configuration, once for each of `shards`.
    pub(super) fn bind(config: &Config, shards: usize) -> io::Result<Self> {
        let mut sockets: Vec<Vec<UdpSocket>> = (0..shards).map(|_| Vec::new()).collect();
        let (mut addresses, mut listeners) = (Vec::new(), Vec::new());
        for address in expanded(&config.listen)? {
            let bound = bind_all(address, shards).map_err(|error| named(address, &error))?;
            let port = bound[0].local_addr()?.port();
            listeners.push(config.tcp.then(|| listen(address, port)).transpose()?);
            let told = config
                .advertise
                .iter()
                .find(|outer| outer.is_ipv4() == address.is_ipv4());
            addresses.push(SocketAddr::new(*told.unwrap_or(&address.ip()), port));
            for (shard, socket) in sockets.iter_mut().zip(bound) {
                shard.push(socket);
            }
        }
        if addresses.is_empty() {
            let words = "`listen` names no address that this machine has";
            return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, words));
        }
        let addresses = addresses.into();
        Ok(Self {
            sockets,
            listeners,
            addresses,
        })
    }
}

/// Listens for TCP connections on the same port.
fn listen(address: SocketAddr, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(address.ip(), port);
    let listening = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    listening().map_err(|error| named(address, &error))
}

/// One socket for each shard, among which the kernel divides the clients.
///
/// The first is bound alone: so a port that is taken is an error, also if another process of ours shares it.
fn bind_all(address: SocketAddr, shards: usize) -> io::Result<Vec<UdpSocket>> {
    let first = bind(address, false)?;
    let address = first.local_addr()?;
    SockRef::from(&first).set_reuse_port(shards > 1)?;
    let mut sockets = vec![first];
    for _ in 1..shards {
        sockets.push(bind(address, true)?);
    }
    Ok(sockets)
}

fn bind(address: SocketAddr, shared: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    // The system may allow less: then it is as large as it may be.
    if setsockopt(&socket, RcvBufForce, &BUFFER).is_err() {
        socket.set_recv_buffer_size(BUFFER)?;
    }
    socket.set_send_buffer_size(BUFFER)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Every address that wildcards stand for.
fn expanded(listen: &[SocketAddr]) -> io::Result<Vec<SocketAddr>> {
    let mut all = Vec::new();
    for address in listen {
        if !address.ip().is_unspecified() {
            all.push(*address);
            continue;
        }
        let own = own_addresses()?;
        let same = own
            .into_iter()
            .filter(|ip| ip.is_ipv4() == address.is_ipv4());
        all.extend(same.map(|ip| SocketAddr::new(ip, address.port())));
    }
    all.dedup();
    Ok(all)
}

/// The addresses of all interfaces that are up; link-local ones are of no use without their scope.
fn own_addresses() -> io::Result<Vec<IpAddr>> {
    let usable = InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING;
    let mut own = Vec::new();
    for interface in getifaddrs()?.filter(|interface| interface.flags.contains(usable)) {
        let Some(address) = interface.address else {
            continue;
        };
        let v4 = address.as_sockaddr_in().map(|v4| IpAddr::from(v4.ip()));
        let v6 = address
            .as_sockaddr_in6()
            .map(SockaddrIn6::ip)
            .filter(|v6| !v6.is_unicast_link_local())
            .map(IpAddr::from);
        own.extend(v4.or(v6));
    }
    // The first is the favourite, and hardly anybody can reach these.
    own.sort_by_key(IpAddr::is_loopback);
    Ok(own)
}

fn named(address: SocketAddr, error: &io::Error) -> io::Error {
    let words = format!("cannot listen for media at {address}: {error}: change `listen`");
    io::Error::new(error.kind(), words)
}

/// A socket for plain RTP, or a pair of neighbours for RTP and RTCP (RFC 3550, 11).
#[derive(Debug)]
pub(in super::super) struct Ports(Option<(u16, u16)>, u16);

impl Ports {
    pub(super) fn new(range: Option<(u16, u16)>) -> Self {
        Self(range, range.map_or(0, |(first, _)| first))
    }

    /// An even port and the one after it, both bound.
    pub(super) fn pair(&mut self, address: IpAddr) -> io::Result<(UdpSocket, UdpSocket)> {
        let Some((first, last)) = self.0 else {
            return system_pair(address);
        };
        let tries = usize::from(last.saturating_sub(first)) / 2 + 1;
        for _ in 0..tries {
            let even = self.1 + self.1 % 2;
            self.1 = if even >= last.saturating_sub(2) {
                first
            } else {
                even + 2
            };
            if let Some(pair) = pair_at(address, even) {
                return Ok(pair);
            }
        }
        let words = format!("all of `rtp_ports` {first}-{last} are taken");
        Err(io::Error::new(io::ErrorKind::AddrInUse, words))
    }
}

/// Tries of the system's ports: about every second one is odd, and its neighbour is taken rarely.
const TRIES: usize = 64;

fn system_pair(address: IpAddr) -> io::Result<(UdpSocket, UdpSocket)> {
    for _ in 0..TRIES {
        let probe = UdpSocket::bind((address, 0))?;
        let port = probe.local_addr()?.port();
        if port % 2 != 0 || port == u16::MAX {
            continue;
        }
        if let Ok(next) = UdpSocket::bind((address, port + 1)) {
            probe.set_nonblocking(true)?;
            next.set_nonblocking(true)?;
            return Ok((probe, next));
        }
    }
    let words = "the system has no two neighbouring ports for RTP";
    Err(io::Error::new(io::ErrorKind::AddrInUse, words))
}

fn pair_at(address: IpAddr, even: u16) -> Option<(UdpSocket, UdpSocket)> {
    let bind = |port| {
        let socket = UdpSocket::bind((address, port)).ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(socket)
    };
    Some((bind(even)?, bind(even.checked_add(1)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_shared_by_one_server_only() {
        let address: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let sockets = bind_all(address, 3).expect("a port is free");
        let ports: Vec<u16> = sockets
            .iter()
            .map(|socket| socket.local_addr().expect("it is bound").port())
            .collect();
        assert!(ports.iter().all(|port| *port == ports[0] && *port > 0));
        let taken = SocketAddr::new(address.ip(), ports[0]);
        let refused = bind_all(taken, 3).expect_err("it is taken");
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
        for _ in 0..200 {
            let other = bind_all(address, 2).expect("a port is free");
            let other = other[0].local_addr().expect("it is bound").port();
            assert_ne!(other, ports[0]);
        }
    }

    #[test]
    fn neighbours_for_rtp_come_from_the_range_until_it_is_used_up() {
        let address: IpAddr = "127.0.0.1".parse().expect("an address");
        let mut free = Ports::new(None);
        let (rtp, rtcp) = free.pair(address).expect("a pair");
        let port = |socket: &UdpSocket| socket.local_addr().expect("it is bound").port();
        assert_eq!((port(&rtp) % 2, port(&rtcp)), (0, port(&rtp) + 1));
        let first = port(&rtp);
        drop((rtp, rtcp));
        let mut range = Ports::new(Some((first, first + 1)));
        let pair = range.pair(address).expect("the pair is free again");
        assert_eq!(port(&pair.0), first);
        let refused = range.pair(address).expect_err("it is taken");
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
        drop(pair);
        range.pair(address).expect("it is free again");
    }
}
