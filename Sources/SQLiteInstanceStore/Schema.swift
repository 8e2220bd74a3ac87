/// The tables of the store.
enum Schema {
    /// - `history`: one row. `revision` counts committed changes; `topology_revision` is that of the last change to a
    ///   network or router.
    /// - `instances`: `number` is the EC2 number. `body` is the instance in JSON without the columns beside it, its
    ///   ports carrying their view of the network, so that one row answers for everything.
    /// - `images`: EC2 numbers of images, kernels and ramdisks alike.
    /// - `addresses`: what an instance is found by: fixed addresses and the link-local addresses of its ports, as 4 or
    ///   16 bytes. The primary key keeps an address from having two owners on one network.
    /// - `attachments`: which instances have a port on which network.
    /// - `deletions`: what the change feed must still report, and the number an instance gets back with its id.
    static let sql = """
        CREATE TABLE history (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            revision INTEGER NOT NULL,
            topology_revision INTEGER NOT NULL);
        INSERT INTO history VALUES (1, 0, 0);

        CREATE TABLE instances (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            name TEXT,
            revision INTEGER NOT NULL,
            password TEXT NOT NULL,
            user_data BLOB,
            body BLOB NOT NULL);
        CREATE INDEX instances_by_name ON instances (name, id);
        CREATE INDEX instances_by_revision ON instances (revision);

        CREATE TABLE images (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);

        CREATE TABLE addresses (
            network BLOB NOT NULL,
            address BLOB NOT NULL,
            instance INTEGER NOT NULL,
            PRIMARY KEY (network, address)) WITHOUT ROWID;
        CREATE INDEX addresses_by_address ON addresses (address, instance);
        CREATE INDEX addresses_by_instance ON addresses (instance);

        CREATE TABLE attachments (
            network BLOB NOT NULL,
            instance INTEGER NOT NULL,
            PRIMARY KEY (network, instance)) WITHOUT ROWID;
        CREATE INDEX attachments_by_instance ON attachments (instance);

        CREATE TABLE networks (id BLOB PRIMARY KEY, name TEXT NOT NULL, service_provider TEXT, body BLOB NOT NULL);
        CREATE INDEX networks_by_service_provider ON networks (service_provider);

        CREATE TABLE routers (id BLOB PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL);
        CREATE TABLE router_networks (
            router BLOB NOT NULL,
            network BLOB NOT NULL,
            PRIMARY KEY (router, network)) WITHOUT ROWID;
        CREATE INDEX router_networks_by_network ON router_networks (network);

        CREATE TABLE deletions (instance BLOB PRIMARY KEY, number INTEGER NOT NULL, revision INTEGER NOT NULL);
        CREATE INDEX deletions_by_revision ON deletions (revision);
        CREATE INDEX deletions_by_number ON deletions (number);
        """
}
