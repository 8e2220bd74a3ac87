import ArgumentParser
import HaproxyShim

struct HaproxyShimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "haproxy-shim",
        abstract: "Stand in for haproxy where Neutron starts one.",
        discussion: """
            Meant to be found by Neutron's agents under the name haproxy, ahead of haproxy itself. Opens the sockets that \
            the file names, hands them to a `metapath proxy` with --shim-socket, and stays as a small process that Neutron \
            can find and end. With any other file or arguments the next haproxy in PATH is run. The socket of `metapath \
            proxy` is $METAPATH_SHIM_SOCKET, else [metapath] shim_socket of /etc/metapath/metapath.conf, else \
            \(HaproxyShim.defaultSocket).

            EXAMPLES
              ln -s /usr/local/bin/metapath /usr/local/lib/metapath/haproxy
              ip netns exec qrouter-9c1f4a52-0f1e-4c53-9d8e-2f6a8a3b7c10 \\
                  metapath haproxy-shim -f /var/lib/neutron/ns-metadata-proxy/9c1f4a52-0f1e-4c53-9d8e-2f6a8a3b7c10.conf
            """)

    @Argument(parsing: .captureForPassthrough, help: "As for haproxy.")
    var arguments: [String] = []

    func run() throws {
        throw ExitCode(HaproxyShim.run(arguments, socket: ShimSocketOption.ofShim()))
    }
}
