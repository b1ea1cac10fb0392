//! The names of all RPCs, as static words: a client cannot grow a metric by what it sends.

/// Package of the services.
const PACKAGE: &str = "/mediaplane.v1.";

/// One service and its methods.
struct ServiceTable {
    name: &'static str,
    methods: &'static [&'static str],
}

const SERVICES: &[ServiceTable] = &[
    ServiceTable {
        name: "SessionService",
        methods: &[
            "CreateSession",
            "DestroySession",
            "SetAnswer",
            "GetSession",
            "ListSessions",
            "GetOffer",
            "GetAnswer",
            "UpdateMedia",
            "SetType",
            "RecorderAction",
            "PlayerAction",
            "RoomAction",
            "SetCandidate",
            "SetCandidateEnd",
            "WatchEvents",
            "SendDtmf",
            "SendInfo",
            "GetStats",
        ],
    },
    ServiceTable {
        name: "RoomService",
        methods: &["CreateRoom", "DestroyRoom", "GetRoom", "ListRooms"],
    },
    ServiceTable {
        name: "BackendService",
        methods: &["ListBackends", "DrainBackend", "UndrainBackend"],
    },
];

/// One RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Method {
    pub(super) service: &'static str,
    pub(super) name: &'static str,
}

/// What is not of this API: health, reflection, and what does not exist.
const OTHER: Method = Method {
    service: "other",
    name: "other",
};

impl Method {
    /// The RPC of a request's path.
    pub(super) fn of(path: &str) -> Self {
        Self::known(path).unwrap_or(OTHER)
    }

    /// Whether it changes nothing, as the API names what does not.
    pub(super) fn reads(self) -> bool {
        ["Get", "List", "Watch"]
            .iter()
            .any(|word| self.name.starts_with(word))
    }

    fn known(path: &str) -> Option<Self> {
        let (service, name) = path.strip_prefix(PACKAGE)?.split_once('/')?;
        let table = SERVICES.iter().find(|table| table.name == service)?;
        let name = table.methods.iter().find(|method| **method == name)?;
        Some(Self {
            service: table.name,
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    use prost_reflect::DescriptorPool;

    use super::*;
    use crate::proto::FILE_DESCRIPTOR_SET;

    #[test]
    fn every_rpc_of_the_api_is_known() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("descriptors");
        let methods = pool.services().flat_map(|service| {
            let own = |m: prost_reflect::MethodDescriptor| {
                format!("/{}/{}", m.parent_service().full_name(), m.name())
            };
            service.methods().map(own).collect::<Vec<_>>()
        });
        let mut count = 0;
        for path in methods {
            let method = Method::of(&path);
            assert_eq!(path, format!("{PACKAGE}{}/{}", method.service, method.name));
            count += 1;
        }
        let listed: usize = SERVICES.iter().map(|table| table.methods.len()).sum();
        assert_eq!(count, listed);
    }

    #[test]
    fn what_reads_is_known_by_its_name() {
        let all = SERVICES.iter().flat_map(|table| {
            let method = |name| Method {
                service: table.name,
                name,
            };
            table.methods.iter().copied().map(method)
        });
        let reads: Vec<_> = all
            .filter(|method| method.reads())
            .map(|method| method.name)
            .collect();
        let expected = [
            "GetSession",
            "ListSessions",
            "GetOffer",
            "GetAnswer",
            "WatchEvents",
            "GetStats",
            "GetRoom",
            "ListRooms",
            "ListBackends",
        ];
        assert_eq!(reads, expected);
        assert!(!OTHER.reads());
    }

    #[test]
    fn whatever_else_is_sent_has_one_name() {
        for path in [
            "",
            "/",
            "/mediaplane.v1.SessionService/Nothing",
            "/grpc.health.v1.Health/Check",
        ] {
            assert_eq!(Method::of(path), OTHER, "{path}");
        }
    }
}
